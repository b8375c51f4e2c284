#[[Networks of Keras: in an `.h5` file, in a `.keras` file, or alive in this process.

Files are read by our own reader, and nothing in them is executed.]]

(import
  collections.abc [Callable]
  contextlib [contextmanager]
  dataclasses [dataclass]
  os [PathLike]
  pathlib [Path]
  re
  shutil [copyfileobj]
  struct
  tempfile [TemporaryFile]
  zipfile [BadZipFile ZIP-STORED ZipFile]
  lstm-textgen.basics.values [read-json]
  lstm-textgen.modelfile.hdf5 [Hdf5File open-file open-hdf5 unless-sound])

(setv
  ;; The parts of a `.keras` file, a zip archive.
  DESCRIPTIONS ["metadata.json" "config.json"]
  WEIGHTS "model.weights.h5"
  ;; What `zipfile` raises for an archive that is damaged or encrypted.
  DAMAGES #(BadZipFile EOFError OverflowError RuntimeError struct.error))


(defclass [dataclass] Network []
  #[[A network of Keras.

  `layers` is the list of its layers as Keras describes them, `version` that of Keras. `arrays` is
  a function from the name of a layer to its weights in Keras' order, each [description array].]]
  #^ list layers
  #^ str version
  #^ Callable arrays)


(defn [contextmanager] open-network [model]
  "Open the `Network` of `model`, a path or a live Keras model; raise `ValueError` if invalid."
  (cond
    (not (isinstance model #(str PathLike))) (yield (_live-network model))
    (= (. (Path model) suffix) ".keras")
      (with [weights (TemporaryFile)]
        (setv descriptions (_take-apart model weights))
        (yield (_filed-network (Hdf5File weights) #* descriptions _archive-paths)))
    True
      (with [file (open-hdf5 model)]
        (setv
          attributes (.attributes file "")
          text (.get attributes "model_config"))
        (unless-sound (isinstance text str)
          "it has no 'model_config'; save the whole model, not only its weights")
        (setv config (read-json (.encode text) "its 'model_config'" dict))
        (yield (_filed-network file attributes config _h5-paths)))))


(defn _take-apart [path weights]
  "Return the two `DESCRIPTIONS` in the `.keras` file at `path`; copy its HDF5 file to `weights`."
  (with [file (open-file path)]
    (try
      (with [archive (ZipFile file)]
        (for [name [#* DESCRIPTIONS WEIGHTS]]
          (setv entry (.get archive.NameToInfo name))
          (unless-sound entry f"it lacks '{name}'")
          (unless-sound (= entry.compress-type ZIP-STORED)
            f"its '{name}' is compressed, which Keras never does"))
        (with [stored (.open archive WEIGHTS)] (copyfileobj stored weights))
        (.flush weights)
        (lfor name DESCRIPTIONS (read-json (.read archive name) f"its '{name}'" dict)))
      (except [DAMAGES] (unless-sound False "it is not a whole .keras file")))))


(defn _filed-network [file metadata config paths]
  "Return the `Network` in an `Hdf5File`; `paths` is a function of it, the layers and a name."
  (setv layers (_listed (.get config "config")))
  (Network layers (str (.get metadata "keras_version"))
    (fn [name] (lfor path (paths file layers name) [f"'{path}'" (.floats file path)]))))


(defn _h5-paths [file _ name]
  "Return the paths of the weights of the layer `name` in an `.h5` file."
  (setv
    layer f"model_weights/{name}"
    names (.get (.attributes file layer) "weight_names"))
  (unless-sound (isinstance names list) f"'{layer}' does not list its weights")
  (lfor name names f"{layer}/{name}"))


(defn _archive-paths [file layers name]
  "Return those in a `.keras` file: `vars/0` and so on in `layers/time_distributed_1`."
  (setv
    classes (lfor
      layer layers
      (.lower (re.sub "(?<=[a-z])(?=[A-Z])" "_" (str (get layer "class_name")))))
    n (.index (lfor layer layers (.get (get layer "config") "name")) name)
    before (.count (cut classes n) (get classes n))  ; Keras numbers the layers of each class
    place (+ (get classes n) (if before f"_{before}" ""))
    pattern (re.compile rf"layers/{(re.escape place)}(?:/cell|/layer)?/vars/[0-9]+"))
  (sorted (filter pattern.fullmatch file.objects)
    :key (fn [path] (int (get (.split path "/") -1)))))


(defn _live-network [model]
  "Return the `Network` of a Keras `model` in this process."
  (try
    (setv config (.get-config model))
    (except [NotImplementedError] (unless-sound False "it has a layer that can't be described")))
  (setv arrays (dfor layer model.layers layer.name (.get-weights layer)))
  (Network (_listed config) "3"
    (fn [name] (lfor array (get arrays name) [f"a weight of '{name}'" array]))))


(defn _listed [config]
  "Return the list of layers in the `config` of a model."
  (setv listed (if (isinstance config dict) (.get config "layers") config))
  (unless-sound (isinstance listed list) "its description has no list of layers")
  listed)
