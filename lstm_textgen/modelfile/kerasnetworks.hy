#[[Networks of Keras: in an `.h5` file, in a `.keras` file, or alive in this process.

Each has `layers`, the list of its layers as Keras describes them, the `version` of Keras, and
methods for the `shapes` of a layer's weights, in Keras' order, and for the `weights`. Files are
read by our own reader, and nothing in them is executed.]]

(import
  contextlib [contextmanager]
  os [PathLike]
  pathlib [Path]
  re
  shutil [copyfileobj]
  struct
  tempfile [TemporaryFile]
  zipfile [BadZipFile ZIP-STORED ZipFile]
  numpy :as np
  lstm-textgen.basics.values [read-json]
  lstm-textgen.modelfile.hdf5 [Hdf5File open-file open-hdf5 unless-sound])

(setv
  ;; What a `.keras` file, a zip archive, consists of.
  DESCRIPTIONS ["metadata.json" "config.json"]
  WEIGHTS "model.weights.h5"
  ;; What `zipfile` raises for an archive that is damaged or encrypted.
  DAMAGES #(BadZipFile EOFError OverflowError RuntimeError struct.error))


(defn [contextmanager] open-network [model]
  #[[Open the network of `model`, a path or a live Keras model.

  Raise `OSError` if a file can't be read, `ValueError` if the model is unsound.]]
  (cond
    (not (isinstance model #(str PathLike))) (yield (LiveNetwork model))
    (= (. (Path model) suffix) ".keras")
      (with [weights (TemporaryFile)]
        (setv descriptions (_take-apart model weights))
        (yield (ArchivedNetwork (Hdf5File weights) #* descriptions)))
    True
      (with [file (open-hdf5 model)]
        (setv
          attributes (.attributes file "")
          text (.get attributes "model_config"))
        (unless-sound (isinstance text str)
          "it has no 'model_config'; save the whole model, not only its weights")
        (yield (H5Network file attributes (read-json (.encode text) "its 'model_config'" dict))))))


(defn _take-apart [path weights]
  #[[Return the metadata and the configuration in the `.keras` file at `path`, dicts.

  The HDF5 file in it is copied to the file `weights`.]]
  (with [file (open-file path)]
    (try
      (with [archive (ZipFile file)]
        (for [name [#* DESCRIPTIONS WEIGHTS]]
          (setv entry (.get archive.NameToInfo name))
          (unless-sound entry f"it lacks '{name}'")
          (unless-sound (= entry.compress-type ZIP-STORED)
            f"'{name}' is compressed in it, which Keras never does"))
        (with [stored (.open archive WEIGHTS)]
          (copyfileobj stored weights))
        (.flush weights)
        (lfor name DESCRIPTIONS (read-json (.read archive name) f"its '{name}'" dict)))
      (except [DAMAGES]
        (unless-sound False "it is not a whole .keras file")))))


(defclass FiledNetwork []
  #[[A network whose weights are in `file`, an `Hdf5File`; the method `_paths` tells where.

  `metadata` and `config` are dicts in which Keras describes it.]]

  (defn __init__ [self file metadata config]
    (setv
      self.file file
      self.version (str (.get metadata "keras_version"))
      self.layers (_listed (.get config "config"))))

  (defn shapes [self name]
    "Return the shapes of the weights of the layer `name`."
    (lfor path (._paths self name) (.shape self.file path)))

  (defn weights [self name shapes]
    "Return the weights of the layer `name` as float32; raise `ValueError` for other `shapes`."
    (lfor [path shape] (zip (._paths self name) shapes) (.floats self.file path shape))))


(defclass H5Network [FiledNetwork]
  "The network in an `.h5` file."

  (defn _paths [self name]
    (setv
      layer f"model_weights/{name}"
      names (.get (.attributes self.file layer) "weight_names"))
    (unless-sound (isinstance names list) f"'{layer}' does not list its weights")
    (lfor name names f"{layer}/{name}")))


(defclass ArchivedNetwork [FiledNetwork]
  "The network in a `.keras` file."

  (defn _paths [self name]
    "Return the paths of a layer's weights: `vars/0` and so on in `layers/time_distributed_1`."
    (setv
      classes (lfor
        layer self.layers
        (.lower (re.sub "(?<=[a-z])(?=[A-Z])" "_" (str (get layer "class_name")))))
      n (.index (lfor layer self.layers (.get (get layer "config") "name")) name)
      before (.count (cut classes n) (get classes n))  ; Keras numbers the layers of each class
      place (+ (get classes n) (if before f"_{before}" ""))
      pattern (re.compile rf"layers/{(re.escape place)}(?:/cell|/layer)?/vars/[0-9]+"))
    (sorted (filter pattern.fullmatch self.file.objects)
      :key (fn [path] (int (get (.split path "/") -1))))))


(defclass LiveNetwork []
  "The network of a Keras `model` in this process."

  (setv version "3")

  (defn __init__ [self model]
    (try
      (setv config (.get-config model))
      (except [NotImplementedError]
        (unless-sound False "it has a layer that can't be described")))
    (setv
      self.layers (_listed config)
      self.arrays (dfor layer model.layers layer.name (.get-weights layer))))

  (defn shapes [self name]
    "Return the shapes of the weights of the layer `name`."
    (lfor array (get self.arrays name) array.shape))

  (defn weights [self name shapes]
    "Return the weights of the layer `name` as float32; raise `ValueError` for other `shapes`."
    (for [[array shape] (zip (get self.arrays name) shapes)]
      (unless-sound (= array.shape shape)
        f"a weight of '{name}' has the shape {array.shape}, not {shape}")
      (unless-sound (.all (np.isfinite array)) f"'{name}' has a value that is not finite"))
    (lfor array (get self.arrays name) (np.asarray array "float32"))))


(defn _listed [config]
  "Return the list of layers in the `config` of a model."
  (setv listed (if (isinstance config dict) (.get config "layers") config))
  (unless-sound (isinstance listed list) "its description has no list of layers")
  listed)
