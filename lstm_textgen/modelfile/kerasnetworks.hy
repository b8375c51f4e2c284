#[[Networks of Keras: in an `.h5` file, in a `.keras` file, or alive in this process.

Files are read by our own reader, and nothing in them is executed.]]

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  collections.abc [Callable]
  contextlib [contextmanager]
  functools [cache partial]
  os [PathLike]
  pathlib [Path]
  re
  shutil [copyfileobj]
  struct
  tempfile [TemporaryFile]
  zipfile [BadZipFile ZIP-STORED ZipFile]
  numpy :as np
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [read-json]
  lstm-textgen.modelfile.hdf5 [Hdf5File open-file open-hdf5]
  lstm-textgen.modelfile.soundness [count?])

(setv
  ;; The parts of a `.keras` file, a zip archive.
  DESCRIPTIONS ["metadata.json" "config.json"]
  WEIGHTS "model.weights.h5"
  ;; What `zipfile` raises for an archive that is damaged or encrypted.
  KERAS-DAMAGES #(BadZipFile EOFError OverflowError RuntimeError struct.error))


(defrecord KerasLayer
  #[[A layer as Keras describes it, by its class and its `config`; a wrapped one as if it weren't.

  `arrays` is a function that returns its weights in Keras' order, each [description array]. The
  methods raise `ValueError`.]]
  [#^ str kind  #^ dict config  #^ Callable arrays]

  (meth option [#* names]
    "Return the value under the first of `names` (Keras 2's, then 1's) that the `config` has."
    (for [name names :if (in name @config)] (return (get @config name)))
    (refuse f"its description has a layer without '{(get names 0)}'"))

  (meth number [#* names]
    "Return the positive whole number under the first of `names` that the `config` has."
    (setv number (@option #* names))
    (unless (and (count? number) (> number 0))
      (refuse f"its description has a layer with an invalid number of {(get names 0)}"))
    number)

  (meth weights [shapes]
    "Return the layer's weights as float32; each must have its shape of `shapes`."
    (setv arrays (@arrays))
    (unless (= (len arrays) (len shapes))
      (refuse f"it has a layer with {(len arrays)} weights instead of {(len shapes)}"))
    (for [[[what array] shape] (zip arrays shapes)]
      (unless (= array.shape shape) (refuse f"{what} has the shape {array.shape}, not {shape}"))
      (unless (.all (np.isfinite array)) (refuse f"{what} has a value that is not finite")))
    (lfor [_ array] arrays (np.asarray array "float32"))))


(defn [contextmanager] open-network [model]
  "Yield #(layers version): the `KerasLayer`s of `model`, a path or a live model, and its Keras'."
  (cond
    (not (isinstance model #(str PathLike))) (do
      (try
        (setv config (.get-config model))
        (except [NotImplementedError] (refuse "it has a layer that can't be described")))
      (setv arrays (dfor layer model.layers layer.name (.get-weights layer)))
      (defn arrays-of [kinds n name]
        (lfor array (get arrays name) [f"a weight of '{name}'" array]))
      (yield #((_layers config arrays-of) "3")))
    (= (. (Path model) suffix) ".keras")
      (with [weights (TemporaryFile)]
        (setv descriptions (_take-apart model weights))
        (yield (_filed-network (Hdf5File weights) #* descriptions _archive-paths)))
    True
      (with [file (open-hdf5 model)]
        (setv
          attributes (.attributes file "")
          text (.get attributes "model_config"))
        (when (in "lstm_textgen" file.objects)
          (refuse "it is a model of this program, which needs no " 'import))
        (unless (isinstance text str)
          (refuse "it has no 'model_config'; save the whole model, not only its weights"))
        (setv config (read-json (.encode text) "its 'model_config'" dict))
        (yield (_filed-network file attributes config _h5-paths)))))


(defn _take-apart [path weights]
  "Return the two `DESCRIPTIONS` in the `.keras` file at `path`; copy its HDF5 file to `weights`."
  (with [file (open-file path)]
    (try
      (with [archive (ZipFile file)]
        (for [name [#* DESCRIPTIONS WEIGHTS]]
          (setv entry (.get archive.NameToInfo name))
          (unless entry (refuse f"it lacks '{name}'"))
          (unless (= entry.compress-type ZIP-STORED)
            (refuse f"its '{name}' is compressed, which Keras never does")))
        (with [stored (.open archive WEIGHTS)] (copyfileobj stored weights))
        (.flush weights)
        (lfor name DESCRIPTIONS (read-json (.read archive name) f"its '{name}'" dict)))
      (except [KERAS-DAMAGES] (refuse "it is not a whole .keras file")))))


(defn _filed-network [file metadata config paths]
  "Return #(layers version) in an `Hdf5File`; `paths` finds weights as `_archive-paths` does."
  (defn arrays-of [#* place]
    (lfor path (paths file #* place) [f"'{path}'" (.floats file path)]))
  #((_layers (.get config "config") arrays-of) (str (.get metadata "keras_version"))))


(defn _h5-paths [file kinds n name]
  "Return the paths of the weights of the layer `name` in an `.h5` file."
  (setv
    layer f"model_weights/{name}"
    names (.get (.attributes file layer) "weight_names"))
  (unless (isinstance names list) (refuse f"it lacks '{layer}' with a list of its weights"))
  (lfor name names f"{layer}/{name}"))


(defn _archive-paths [file kinds n name]
  "Return those of layer `n` in a `.keras` file: `vars/0` … in `layers/time_distributed_1`."
  (setv
    kind (get kinds n)
    before (.count (cut kinds n) kind)  ; Keras numbers the layers of each class
    place (+ (.lower (re.sub "(?<=[a-z])(?=[A-Z])" "_" kind)) (if before f"_{before}" ""))
    pattern (re.compile rf"layers/{(re.escape place)}(?:/cell|/layer)?/vars/[0-9]+"))
  (sorted (filter pattern.fullmatch file.objects)
    :key (fn [path] (int (get (.split path "/") -1)))))


(defn _layers [config arrays-of]
  "Return the `KerasLayer`s of a `config`; `arrays-of` gets all classes, a place there and a name."
  (setv listed (if (isinstance config dict) (.get config "layers") config))
  (unless (isinstance listed list) (refuse "its description has no list of layers"))
  (setv
    entries (list (map _entry listed))
    kinds (lfor [kind _] entries kind))
  (lfor
    [n [kind config]] (enumerate entries)
    (KerasLayer #* (if (= kind "TimeDistributed") (_entry (.get config "layer")) [kind config])
      (cache (partial arrays-of kinds n (.get config "name"))))))


(defn _entry [layer]
  "Return #(class config) of a `layer` in a description."
  (unless (and (isinstance layer dict) (isinstance (.get layer "class_name") str))
    (refuse "its description has an invalid layer entry"))
  (unless (isinstance (.get layer "config") dict)
    (refuse "its description has a layer without configuration"))
  #((get layer "class_name") (get layer "config")))
