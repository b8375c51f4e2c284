#[[The model file: written so that a crash loses nothing, read so that a stranger's file harms nothing.

`model.h5` has two readers. Stock Keras finds `model_config` and `model_weights`, as in every HDF5 file of its own. This package finds a group `lstm_textgen` with the vocabulary, the settings, the history and, to go on training, `resume`. It reads a file only if that holds exactly what a model's file holds, nothing less and nothing more.]]

(import
  hashlib
  io [BytesIO]
  json
  os.path [realpath]
  pathlib [Path]
  warnings
  numpy :as np
  lstm_textgen.hdf5 [open-hdf5 unless-sound]
  lstm_textgen.layers [RECURRENT parse-layers]
  lstm_textgen.saving [backup-path locked replace-file]
  lstm_textgen.soundness [check-arrays check-history check-state check-stored-settings count? read-json]
  lstm_textgen.vocabulary [Vocabulary])

(setv
  FORMAT 1
  ;; For each kind of recurrent layer: Keras' class, the gates in its kernels, and its options.
  KERAS-CLASS {"lstm" "LSTM"  "gru" "GRU"  "lstm-hard" "LSTM"}
  GATES {"lstm" 4  "gru" 3  "lstm-hard" 4}
  KERAS-OPTIONS {"lstm-hard" {"recurrent_activation" "hard_sigmoid"}}  ; beyond Keras' defaults
  TEXTS ["vocabulary" "settings" "history"]
  RESUME-PARTS ["variables" "optimizer"])


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


(defclass NewerFormat [ValueError]
  "The file was written by a newer version of this program.")


(defn model-path [path]
  "The file that `path` means: `model` and `model.h5` are the same model, and a symbolic link is the file it leads to."
  (setv path (Path path))
  (when (in path.name ["" ".."])
    (raise (ValueError f"--model: '{path}' names no file")))
  (when (!= path.suffix ".h5")
    (setv path (.with-name path (+ path.name ".h5"))))
  (if (.is-symlink path) (Path (realpath path)) path))


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
      (layer (get KERAS-CLASS kind) name :units size :return_sequences True #** (.get KERAS-OPTIONS kind {}))
      (layer "Dropout" name :rate size))))
  {"module" "keras"  "class_name" "Sequential"  "registered_name" None
   "config" {"name" "lstm_textgen"  "layers" [
     (layer "InputLayer" "ids" :batch_shape [None None] :dtype "int32")
     (layer "Embedding" "embedding" :input_dim vocabulary-size :output_dim embedding)
     #* middle
     (layer "Dense" "dense" :units vocabulary-size)]}})


(defn _keras-attributes [layers vocabulary-size embedding]
  "What stock Keras finds beside the weights of such a network: the attributes of each group, by its path."
  (setv
    versions {"keras_version" "3.15.0"  "backend" "tensorflow"}
    config (json.dumps (keras-config layers vocabulary-size embedding))
    names {})
  (for [[path _] (weight-shapes layers vocabulary-size embedding)]
    (setv [layer weight] (.split path "/"))
    (.append (.setdefault names layer []) weight))
  {"" {"model_config" config  #** versions}
   "model_weights" {"layer_names" (list names)  #** versions}
   #** (dfor  [layer weights] (.items names)  f"model_weights/{layer}" {"weight_names" weights})})


;; * What this package adds

(defn _digest [arrays]
  "The SHA-256 of a list of arrays, their types and shapes: a flipped bit or a swapped array changes it."
  (setv digest (hashlib.sha256))
  (for [array arrays]
    (.update digest (.encode f"{array.dtype.str}{array.shape}"))
    (.update digest (np.ascontiguousarray array)))
  (.hexdigest digest))


(defn _bytes [text]
  "A text as an array of its UTF-8 bytes: in an attribute, a text has at most 64 KiB and no NUL."
  (np.frombuffer (.encode text "utf-8") "uint8"))


;; * The file as bytes

(defn _write-keras [file checkpoint]
  "Write the part that stock Keras reads: the weights, and the attributes that describe them."
  (setv network [checkpoint.layers (len checkpoint.vocabulary) (get checkpoint.settings "embedding")])
  (for [[[path shape] array] (zip (weight-shapes #* network) checkpoint.weights :strict True)]
    (unless-sound (= array.shape shape) f"weight {path}: {array.shape} is not {shape}")
    (.create-dataset file f"model_weights/{path}" :data (np.asarray array "float32")))
  (for [[path attributes] (.items (_keras-attributes #* network))]
    (.update (. (get file (or path "/")) attrs) attributes)))


(defn _write-resume [group resume]
  "Write what it takes to go on training into the new group `resume` of `group`."
  (setv
    place (.create-group group "resume")
    state (_bytes (json.dumps (get resume "state")))
    arrays (lfor  part RESUME-PARTS  array (get resume part)  array))
  (check-state (get resume "state"))
  (check-arrays "training state" arrays)
  (.create-dataset place "state" :data state)
  (for [part RESUME-PARTS]
    (.create-group place part)
    (for [[n array] (enumerate (get resume part))]
      (.create-dataset place f"{part}/{n}" :data array)))
  (setv (get place.attrs "sha256") (_digest [state #* arrays])))


(defn _write-ours [file checkpoint]
  "Write the group `lstm_textgen`."
  (setv
    group (.create-group file "lstm_textgen")
    texts (lfor
      text [(.to-json checkpoint.vocabulary) (json.dumps checkpoint.settings) (json.dumps checkpoint.history)]
      (_bytes text)))
  (for [[name text] (zip TEXTS texts)]
    (.create-dataset group name :data text))
  (setv
    (get group.attrs "format") FORMAT
    (get group.attrs "sha256") (_digest [#* texts #* checkpoint.weights]))
  (when checkpoint.resume
    (_write-resume group checkpoint.resume)))


(defn _image [checkpoint]
  "The whole file as bytes, made in memory: so a full disk is met by a plain write, never inside HDF5. What couldn't be read again is not written: it raises `ValueError`."
  (import h5py)  ; only to write: it takes a tenth of a second to come
  (check-stored-settings checkpoint.settings)
  (check-history checkpoint.history)
  (check-arrays "weights" checkpoint.weights)
  (setv image (BytesIO))
  (with [file (h5py.File image "w")]
    (_write-keras file checkpoint)
    (_write-ours file checkpoint))
  (.getbuffer image))


;; * Writing so that a crash loses nothing

(defn save-checkpoint [checkpoint path]
  "Write `checkpoint` to the file at `path`; the file that was there becomes `.bak`, unless it is damaged and the `.bak` is not.

  Raises `OSError` when it can't be written, `ValueError` when it couldn't be read again, such as weights that are not finite; what was there before is still there then."
  (replace-file (model-path path) (_image checkpoint) _sound?))


(defn lock-model [path]
  #[[Keep the model at `path` for this process: no other one can train it while this is entered.

      (with [_ (lock-model "model")]
        (train))

  Raises `OSError` with the other one's process number if it is being trained already.]]
  (locked (model-path path)))


;; * Reading so that a stranger's file harms nothing

(defn _read-attributes [file network]
  "Check that Keras would find in `file` the network that this package finds."
  (for [[path attributes] (.items (_keras-attributes #* network))]
    (unless-sound (= (.attributes file path) attributes)
      f"what '{(or path "/")}' says to Keras contradicts the settings")))


(defn _check-digest [file path arrays]
  "Raise `ValueError` unless the SHA-256 at the group `path` is that of `arrays`."
  (unless-sound (= (.get (.attributes file path) "sha256") (_digest arrays))
    "it is damaged: its checksum does not match"))


(defn _resume-paths [file part]
  "The paths of the arrays in a `part` of `resume`, in order."
  (setv place f"lstm_textgen/resume/{part}")
  (lfor
    n (range (sum (gfor  path file.objects  (.startswith path (+ place "/")))))
    f"{place}/{n}"))


(defn _read-resume [file]
  "Read the group `resume`."
  (setv
    place "lstm_textgen/resume"
    text (.array file f"{place}/state" "u")
    state (read-json (.tobytes text) "training state" dict)
    parts (dfor  part RESUME-PARTS  part (lfor  path (_resume-paths file part)  (.array file path "fiu")))
    arrays (lfor  part (.values parts)  array part  array))
  (_check-digest file place [text #* arrays])
  (check-state state)
  (check-arrays "training state" arrays)
  {"state" state  #** parts})


(defn _check-objects [file network]
  "Raise `ValueError` if `file` has any group or array that no model has."
  (setv
    ours ["lstm_textgen" #* (gfor  name TEXTS  f"lstm_textgen/{name}")]
    resume ["" "/state" #* (gfor  part RESUME-PARTS  f"/{part}")]
    known #{#* (_keras-attributes #* network)
      #* (gfor  [path _] (weight-shapes #* network)  f"model_weights/{path}")
      #* ours
      #* (gfor  path resume  f"lstm_textgen/resume{path}")
      #* (gfor  part RESUME-PARTS  path (_resume-paths file part)  path)})
  (for [path file.objects]
    (unless-sound (in path known) f"it has '{path}', which no model has")))


(defn _read-format-1 [file resume]
  "Read the open `file`, of the first format, as a `Checkpoint`."
  (setv
    texts (lfor  name TEXTS  (.array file f"lstm_textgen/{name}" "u"))
    [words settings history] (gfor  text texts  (.tobytes text))
    settings (read-json settings "settings" dict)
    history (read-json history "history" list)
    vocabulary (Vocabulary.from-json (.decode words)))
  (check-stored-settings settings)
  (check-history history)
  (unless-sound (= vocabulary.unit (get settings "unit")) "its vocabulary contradicts its settings")
  (.encode vocabulary (get settings "beginning"))  ; refuses what the vocabulary lacks
  (setv network [(parse-layers (get settings "layers")) (len vocabulary) (get settings "embedding")])
  (_check-objects file network)
  (_read-attributes file network)
  (setv weights (lfor
    [path shape] (weight-shapes #* network)
    (.floats file f"model_weights/{path}" shape)))
  (_check-digest file "lstm_textgen" [#* texts #* weights])
  (Checkpoint weights vocabulary settings history
    (when (and resume (in "lstm_textgen/resume" file.objects))
      (_read-resume file))))


(setv READERS {1 _read-format-1})  ; by format


(defn _read [path resume]
  "Read the file at `path`, whatever its format."
  (try
    (with [file (open-hdf5 path)]
      (setv format (.get (.attributes file "lstm_textgen") "format"))
      (unless-sound (and (count? format) (>= format 1)) "it has no format number")
      (when (> format FORMAT)
        (raise (NewerFormat f"it has the format {format} of a newer lstm_textgen, and this one reads up to {FORMAT}: upgrade it")))
      ((get READERS format) file resume))
    (except [error ValueError]
      (setv kind (if (isinstance error NewerFormat) NewerFormat ValueError))
      (raise (kind f"{path}: not a model that can be used: {error}") :from None))))


(defn _sound? [path]
  "Whether the file at `path` is a whole model, of this format or a newer one."
  (try
    (_read path True)
    (except [NewerFormat])
    (except [[ValueError OSError]]
      (return False)))
  True)


(defn load-checkpoint [path [resume False] [warn warnings.warn]]
  #[[Read the model file at `path`; with `resume` also what it takes to go on training.

  Where that file is damaged and the one before it, `.bak`, is not, that one is read and `warn` called with a line that says so; no file is changed. Raises `FileNotFoundError` or another `OSError` when there is none that can be read, `ValueError` when it is no model, is damaged, is of a newer format, or has anything that no model has. Nothing in the file is executed, and no other file is touched.]]
  (setv
    path (model-path path)
    backup (backup-path path))
  (when (and (not (.exists path)) (.exists backup))
    (raise (FileNotFoundError f"{path}: there is no such model, but the one before it: to use that, rename {backup} to {path.name}")))
  (when (not (.exists path))
    (raise (FileNotFoundError f"{path}: there is no such model; train one with --sources, or give another --model")))
  (try
    (_read path resume)
    (except [NewerFormat]
      (raise))
    (except [error ValueError]
      (when (not (_sound? backup))
        (raise))
      (warn f"{error}; instead of it {backup}, the model saved before it, is used")
      (_read backup resume))))
