#[[The model file: written so that a crash loses nothing, read so that a stranger's file harms nothing.

`model.h5` has two readers. Stock Keras finds `model_config` and `model_weights`, as in every HDF5 file of its own. This package finds a group `lstm_textgen` with the vocabulary, the settings, the history and, to go on training, `resume`.]]

(import
  hashlib
  io [BytesIO]
  json
  os
  pathlib [Path]
  shutil
  h5py
  numpy :as np
  lstm_textgen.hdf5 [find-object open-hdf5 read-array read-floats read-text unless-sound write-text]
  lstm_textgen.layers [RECURRENT parse-layers format-layers]
  lstm_textgen.vocabulary [Vocabulary])

(setv
  FORMAT 1
  MAX-EMBEDDING 65536
  ;; For each kind of recurrent layer: Keras' class, and the gates in its kernels.
  KERAS-CLASS {"lstm" "LSTM"  "gru" "GRU"}
  GATES {"lstm" 4  "gru" 3}
  RECURRENT-WEIGHTS ["kernel" "recurrent_kernel" "bias"])


(defclass Checkpoint []
  #[[A model as it stands in its file.

  - `weights`: float32 arrays in Keras' order: the embedding (vocabulary, dimensions); for each recurrent layer the kernel (in, gates × units), the recurrent kernel (units, gates × units) and the bias; the dense kernel (units, vocabulary) and bias (vocabulary,).
  - `vocabulary`: a `Vocabulary`; `settings`: a dict of plain values, `layers` among them; `history`: a list with a dict for each epoch.
  - `resume`: what it takes to go on training with the same bits, a dict of `state` (plain values), `variables` and `optimizer` (lists of arrays); or None.]]

  (defn __init__ [self weights vocabulary settings history [resume None]]
    (setv
      self.weights weights
      self.vocabulary vocabulary
      self.settings settings
      self.history history
      self.resume resume))

  (defn [property] layers [self]
    "The layers, as a list of (kind, size)."
    (parse-layers (get self.settings "layers"))))


(defn model-path [path]
  "The file that `path` means: `model` and `model.h5` are the same model."
  (setv path (Path path))
  (if (= path.suffix ".h5")
    path
    (.with-name path (+ path.name ".h5"))))


(defn backup-path [path]
  "Where the file before the one at `path` is kept."
  (.with-name path (+ path.name ".bak")))


;; * What stock Keras reads

(defn named-layers [layers]
  #[[Give each of `layers` the name that it has in the file and in Keras.

      (named-layers [#("lstm" 9) #("dropout" 0.5) #("lstm" 9)])
      ; => [#("lstm_1" "lstm" 9) #("dropout_2" "dropout" 0.5) #("lstm_3" "lstm" 9)]
  ]]
  (lfor  [n [kind size]] (enumerate layers 1)  #(f"{kind}_{n}" kind size)))


(defn weight-shapes [layers vocabulary-size embedding]
  "List (path below `model_weights`, shape) of every weight of such a network, in Keras' order."
  (setv
    shapes [#("embedding/embeddings" #(vocabulary-size embedding))]
    width embedding)
  (for [[name kind size] (named-layers layers)  :if (in kind RECURRENT)]
    (setv wide (* size (get GATES kind)))
    (+= shapes [
      #(f"{name}/kernel" #(width wide))
      #(f"{name}/recurrent_kernel" #(size wide))
      #(f"{name}/bias" (if (= kind "gru") #(2 wide) #(wide)))])
    (setv width size))
  (+ shapes [
    #("dense/kernel" #(width vocabulary-size))
    #("dense/bias" #(vocabulary-size))]))


(defn keras-config [layers vocabulary-size embedding]
  "Describe the network as stock Keras layers, ids (batch, time) → logits (batch, time, vocabulary), for any batch and time."
  (defn layer [class-name name #** config]
    {"module" "keras.layers"  "class_name" class-name  "registered_name" None
     "config" {"name" name  #** config}})
  (setv middle (lfor
    [name kind size] (named-layers layers)
    (if (in kind RECURRENT)
      (layer (get KERAS-CLASS kind) name :units size :return_sequences True)
      (layer "Dropout" name :rate size))))
  {"module" "keras"  "class_name" "Sequential"  "registered_name" None
   "config" {"name" "lstm_textgen"  "layers" [
     (layer "InputLayer" "ids" :batch_shape [None None] :dtype "int32")
     (layer "Embedding" "embedding" :input_dim vocabulary-size :output_dim embedding)
     #* middle
     (layer "Dense" "dense" :units vocabulary-size)]}})


(defn _write-keras [file checkpoint]
  "Write the part that stock Keras reads: `model_config`, and `model_weights` with its lists of names."
  (setv
    size (len checkpoint.vocabulary)
    embedding (get checkpoint.settings "embedding")
    config (keras-config checkpoint.layers size embedding)
    shapes (weight-shapes checkpoint.layers size embedding)
    weights (.create-group file "model_weights"))
  (setv (get file.attrs "model_config") (json.dumps config))
  (for [attributes [file.attrs weights.attrs]]
    (setv
      (get attributes "keras_version") "3.15.0"
      (get attributes "backend") "tensorflow"))
  (for [[[path shape] array] (zip shapes checkpoint.weights :strict True)]
    (when (!= array.shape shape)
      (raise (ValueError f"weight {path}: {array.shape} is not {shape}")))
    (.create-dataset weights path :data (np.asarray array "float32")))
  (setv (get weights.attrs "layer_names") (list (dict.fromkeys (gfor  [path _] shapes  (get (.split path "/") 0)))))
  (for [[name group] (.items weights)]
    (setv (get group.attrs "weight_names") (lfor
      [path _] shapes
      :setv [layer weight] (.split path "/")
      :if (= layer name)
      weight))))


;; * What this package reads

(defn _digest [arrays]
  "The SHA-256 of a list of arrays, their types and shapes: a flipped bit or a swapped array changes it."
  (setv digest (hashlib.sha256))
  (for [array arrays]
    (.update digest (.encode f"{array.dtype.str}{array.shape}"))
    (.update digest (np.ascontiguousarray array)))
  (.hexdigest digest))


(defn _texts [checkpoint]
  "The parts of `checkpoint` that are stored as JSON."
  {"vocabulary" (.to-json checkpoint.vocabulary)
   "settings" (json.dumps checkpoint.settings)
   "history" (json.dumps checkpoint.history)})


(defn _bytes [text]
  "A text as an array of its UTF-8 bytes."
  (np.frombuffer (.encode text "utf-8") "uint8"))


(defn _write-resume [group resume]
  "Write what it takes to go on training into the new group `resume` of `group`."
  (setv
    place (.create-group group "resume")
    state (json.dumps (get resume "state")))
  (write-text place "state" state)
  (for [part ["variables" "optimizer"]]
    (for [[n array] (enumerate (get resume part))]
      (.create-dataset place f"{part}/{n}" :data array)))
  (setv (get place.attrs "sha256") (_digest [
    (_bytes state) #* (get resume "variables") #* (get resume "optimizer")])))


(defn _write-ours [file checkpoint]
  "Write the group `lstm_textgen`."
  (setv
    group (.create-group file "lstm_textgen")
    texts (_texts checkpoint))
  (setv (get group.attrs "format") FORMAT)
  (for [[name text] (.items texts)]
    (write-text group name text))
  (setv (get group.attrs "sha256") (_digest [
    #* (map _bytes (.values texts)) #* checkpoint.weights]))
  (when checkpoint.resume
    (_write-resume group checkpoint.resume)))


;; * Writing so that a crash loses nothing

(defn _image [checkpoint]
  "The whole file as bytes, made in memory: so a full disk is met by a plain write, never inside HDF5."
  (setv image (BytesIO))
  (with [file (h5py.File image "w")]
    (_write-keras file checkpoint)
    (_write-ours file checkpoint))
  (.getbuffer image))


(defn temporary-paths [path]
  "The unfinished files that runs which died have left beside the model at `path`."
  (defn alive? [file]
    (setv number (get (.split file.name ".") -2))
    (try
      (os.kill (int number) 0)
      (except [ProcessLookupError] False)
      (except [OSError] True)
      (else True)))
  (lfor  file (.glob path.parent f".{path.name}.*.tmp")  :if (not (alive? file))  file))


(defn _keep-old [path temporary]
  "Give the file at `path` its second name, `.bak`, without a moment in which it has none."
  (try
    (os.link path temporary)
    (except [OSError]  ; a file system without hard links
      (shutil.copy2 path temporary)))
  (os.replace temporary (backup-path path)))


(defn _sync-folder [folder]
  "Make the renames in `folder` last through a loss of power, where the system can."
  (when (hasattr os "O_DIRECTORY")
    (setv descriptor (os.open folder (| os.O-RDONLY os.O-DIRECTORY)))
    (try
      (os.fsync descriptor)
      (finally (os.close descriptor)))))


(defn save-checkpoint [checkpoint path]
  "Write `checkpoint` to the file at `path`; the file that was there becomes `.bak`.

  At every moment a whole model stands under one of the two names: the new one is written and flushed under a third name first. Raise `OSError` when it can't be written; what was there before is still there then."
  (setv
    path (model-path path)
    temporary (.with-name path f".{path.name}.{(os.getpid)}.tmp"))
  (try
    (with [file (open temporary "wb")]
      (.write file (_image checkpoint))
      (.flush file)
      (os.fsync (.fileno file)))
    (when (.exists path)
      (refuse-read-only path)
      (_keep-old path (.with-name path f".{path.name}.bak.{(os.getpid)}.tmp")))
    (os.replace temporary path)
    (_sync-folder path.parent)
    (finally
      (.unlink temporary :missing-ok True))))


(defn refuse-read-only [path]
  "Raise `PermissionError` when the file at `path` was made read-only: a rename would replace it all the same."
  (when (not (& (. (.stat path) st-mode) 0o222))
    (raise (PermissionError 13 "the file is read-only" (str path)))))


;; * Reading so that a stranger's file harms nothing

(defn _read-json [group name kind]
  "Read the JSON text `name`, which must be a `kind` (dict or list)."
  (setv value (json.loads (read-text group name)))
  (unless-sound (isinstance value kind) f"'{name}' is not a {kind.__name__}")
  value)


(defn _read-format [file]
  "Check that the file is one of ours, of a format that this version reads."
  (setv group (find-object file "lstm_textgen" h5py.Group))
  (setv format (.get group.attrs "format"))
  (unless-sound (and (isinstance format np.integer) (>= format 1)) "has no format number")
  (unless-sound (<= format FORMAT)
    f"has the format {format} of a newer lstm_textgen; this one reads up to {FORMAT}: upgrade it")
  group)


(defn _read-weights [file layers vocabulary-size embedding]
  "Read every weight that such a network has, each in its shape."
  (unless-sound (and (isinstance embedding int) (<= 1 embedding MAX-EMBEDDING)) "'embedding' is no sound number")
  (lfor
    [path shape] (weight-shapes layers vocabulary-size embedding)
    (np.asarray (read-floats file f"model_weights/{path}" shape) "float32")))


(defn _check-digest [group arrays]
  "Raise `ValueError` unless the SHA-256 beside the data is that of `arrays`."
  (unless-sound (= (.get group.attrs "sha256") (_digest arrays)) "is damaged: its checksum does not match"))


(defn _read-resume [group weights]
  "Read the group `resume` if the model has one. Its variables begin with arrays shaped like the weights."
  (when (not-in "resume" group)
    (return None))
  (setv
    place (find-object group "resume" h5py.Group)
    state (read-text place "state")
    resume {"state" (json.loads state)})
  (for [part ["variables" "optimizer"]]
    (setv (get resume part) (lfor
      n (range (len (find-object place part h5py.Group)))
      (read-array place f"{part}/{n}" "fiu"))))
  (_check-digest place [(_bytes state) #* (get resume "variables") #* (get resume "optimizer")])
  resume)


(defn _read [file resume]
  "Read the open `file` as a `Checkpoint`."
  (setv
    group (_read-format file)
    texts (lfor  name ["vocabulary" "settings" "history"]  (read-text group name))
    vocabulary (Vocabulary.from-json (get texts 0))
    settings (_read-json group "settings" dict)
    weights (_read-weights file (parse-layers (.get settings "layers")) (len vocabulary) (.get settings "embedding")))
  (_check-digest group [#* (map _bytes texts) #* weights])
  (Checkpoint weights vocabulary settings (_read-json group "history" list)
    (when resume (_read-resume group weights))))


(defn load-checkpoint [path [resume False]]
  "Read the model file at `path`; with `resume` also what it takes to go on training.

  Raise `FileNotFoundError` or another `OSError` when there is none that can be read, `ValueError` when it is no model, is damaged, or asks for anything but plain data. Nothing in the file is executed, and no other file is touched."
  (setv path (model-path path))
  (with [file (open-hdf5 path)]
    (try
      (_read file resume)
      (except [error [ValueError KeyError TypeError OSError RuntimeError OverflowError RecursionError]]
        (raise (ValueError f"{path}: not a model that can be used: {error}"))))))
