#[[Models of Keras 1, 2 or 3, such as those of the original program, in files or live.

They have LSTM or GRU layers and a dense one, and a separate vocabulary. A character is input as an
embedding, one-hot or as a number. Keras 3 can't load most of the old ones, and computes different
results with others. Here they become normal models with the old predictions. Files are read by our
own reader, and nothing in them is executed.]]

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
  lstm-textgen.basics.messages [failure refuse]
  lstm-textgen.basics.values [read-json]
  lstm-textgen.modelfile.checkpoint [Checkpoint]
  lstm-textgen.modelfile.hdf5 [Hdf5File open-file open-hdf5]
  lstm-textgen.modelfile.keraslayout [recurrent-shapes]
  lstm-textgen.modelfile.soundness [count?]
  lstm-textgen.settings.facts [Facts]
  lstm-textgen.settings.layers [Layer Layers]
  lstm-textgen.settings.models [new-settings]
  lstm-textgen.text.units [Characters Vocabulary])

(setv
  ;; Keras' classes of recurrent layers and their families.
  FAMILIES {"LSTM" "lstm"  "CuDNNLSTM" "lstm"  "GRU" "gru"  "CuDNNGRU" "gru"}
  ;; Layers that compute nothing here, as logits need no softmax: their classes and activations.
  SILENT [["InputLayer" None] ["Activation" "softmax"]]
  ;; The places of Keras 1's gates in today's order: an LSTM's i, c, f, o is i, f, c, o.
  FROM-KERAS-1 {"lstm" [0 2 1 3]  "gru" [0 1 2]}
  ;; Old gates with `hard_sigmoid` were 0.2x + 0.5; Keras 3 has x/6 + 0.5. With the weights of all
  ;; gates but the candidate's times 1.2 they are the same.
  HARDER {"lstm" [1.2 1.2 1 1.2]  "gru" [1.2 1.2 1]}
  ;; The parts of a `.keras` file, a zip archive.
  DESCRIPTIONS ["metadata.json" "config.json"]
  WEIGHTS "model.weights.h5"
  ;; What `zipfile` raises for an archive that is damaged or encrypted.
  KERAS-DAMAGES #(BadZipFile EOFError OverflowError RuntimeError struct.error))


(defn import-model [model vocabulary]
  #[[Return the `Checkpoint` of a Keras `model`: the path of its file, or a live one.

  Its `vocabulary` is a `Vocabulary`, or the path of a text file with all of its characters in
  order, without an id 0 that the embedding masks. One-hot input becomes an embedding that is the
  identity matrix, numeric input an embedding of one dimension, the output logits. The settings are
  today's defaults, except the layers, the lookback and, if the vocabulary has no capital letters,
  `lower`. Raise `OSError` for a file that can't be read, `ValueError` for another kind of model;
  files are untrusted.]]
  (unless (isinstance vocabulary Vocabulary)
    (try
      (setv vocabulary (Characters (list (.read-text (Path vocabulary) "utf-8"))))
      (except [error ValueError]
        (raise (failure ValueError f"{vocabulary}: not a valid vocabulary: " error) :from None))))
  (try
    (with [network (open-network model)] (_read-model #* network vocabulary))
    (except [error ValueError]
      (setv name (if (isinstance model #(str PathLike)) model "`model`"))
      (raise (failure ValueError f"{name}: not a usable Keras model: " error) :from None))))


(defn _read-model [layers version vocabulary]
  "Return the `Checkpoint` of `layers` of a `version` of Keras, with this `vocabulary`."
  (setv
    heard (lfor each layers :if (not-in [each.kind (.get each.config "activation")] SILENT) each)
    [#* middle last] (_check-kinds heard)
    [embedding masked] (_read-input middle (len vocabulary))
    [size dimensions] embedding.shape
    width dimensions
    stack []
    weights [(cut embedding masked None)]
    predicted (.number last "units" "output_dim"))
  (unless (= (- predicted masked) (len vocabulary))
    (refuse f"it predicts {(- predicted masked)} {vocabulary.unit} but the vocabulary has "
      f"{(len vocabulary)}; look for a missing or extra one, such as a line break "
      "at the end of the file"))
  (unless (= size predicted)
    (refuse f"it reads {size} {vocabulary.unit} but predicts {predicted}"))
  (for [each middle  :if (not-in each.kind ["Embedding" "Masking"])]
    (setv layer (_layer each))
    (.append stack layer)
    (when layer.recurrent?
      (.extend weights (_read-recurrent each layer width version))
      (setv width layer.size)))
  (unless (in (.option last "activation") ["softmax" "linear"])
    (refuse "its last layer has no softmax"))
  (for [array (.weights last [#(width size) #(size)])]
    (.append weights (get array #(... (slice masked None)))))
  (Checkpoint weights vocabulary #* (_records layers (Layers stack) dimensions vocabulary) []))


(defn _read-input [layers size]
  "Return the embedding (ids or else `size`, dimensions), and 1 if id 0 is skipped, else 0."
  (setv
    [first #* _] layers
    masked 0)
  (if (= first.kind "Embedding")
    (setv
      [embedding] (.weights first [#((.number first "input_dim") (.number first "output_dim"))])
      masked (int (bool (.get first.config "mask_zero"))))
    (setv
      arrays (.arrays (next (gfor each layers :if (in each.kind FAMILIES) each)))
      ;; A character is input as one number if the first kernel has one row.
      embedding (if (and arrays (= (cut (. arrays [0] [1] shape) 1) #(1)))
        (.reshape (/ (np.arange size :dtype "float32") size) -1 1)
        (np.eye size :dtype "float32"))))
  (for [each layers  :if (= each.kind "Masking")]
    (setv value (.get each.config "mask_value" 0))
    (unless (and
      (isinstance value #(int float))
      (not (.any (.all (= (cut embedding masked None) value) 1))))
      (refuse "its masking layer skips a character, which is not supported")))
  #(embedding masked))


(defn _records [old layers dimensions vocabulary]
  "Return the `ModelSettings` and `Facts` of a model whose `layers` are made of the `old` ones."
  (setv
    shapes (gfor each old name ["batch_input_shape" "batch_shape"] (.get each.config name))
    lengths (gfor s shapes :if (isinstance s #(list tuple)) n (cut s 1 2) :if (count? n) n)
    known (lfor [id unit] (enumerate vocabulary.units) :if (!= id vocabulary.unknown) unit))
  [ (new-settings {
      "unit" vocabulary.unit  "layers" layers  "lookback" (or (next lengths None) None)
      "lower" (all (gfor unit known (= unit (.lower unit))))
      "epochs" 50  "batch_size" 32})  ; there is no text yet that could decide them
    (Facts dimensions (if (in " " known) " " (get [#* known ""] 0)))])


(defn _check-kinds [layers]
  #[[Return the `layers`; raise `ValueError` for other networks.

  They must be an optional embedding, then LSTM, GRU and dropout layers, then a dense one; masking
  may precede the first recurrent layer.]]
  (setv
    kinds (lfor each layers each.kind)
    recurrent (lfor [n kind] (enumerate kinds) :if (in kind FAMILIES) n))
  (for [[n kind] (enumerate (cut kinds -1))]
    (unless (or
        (in kind [#* FAMILIES "Dropout"])
        (and (= kind "Embedding") (= n 0))
        (and (= kind "Masking") (< n (min recurrent :default n))))
      (refuse f"it has a layer of the kind {kind !r} among its LSTM and GRU layers")))
  (unless (and recurrent (in (get kinds -1) ["Dense" "TimeDistributedDense"]))
    (refuse "it is not made of LSTM or GRU layers followed by a dense one"))
  layers)


(defn _layer [old]
  "Return the `Layer` for a `KerasLayer` that is recurrent or dropout."
  (when (= old.kind "Dropout")
    (setv share (.option old "rate" "p"))
    (unless (and (isinstance share #(int float)) (<= 0 share 0.999))
      (refuse "its description has a dropout layer with an invalid rate"))
    (return (Layer "dropout" (float share))))
  (setv
    family (get FAMILIES old.kind)
    units (.number old "units" "output_dim"))
  (when (.startswith old.kind "CuDNN")  ; without further options
    (return (Layer family units)))
  (setv
    gates (.option old "recurrent_activation" "inner_activation")
    it f"it has a layer of {old.kind}")
  (unless (= (.option old "activation") "tanh") (refuse f"{it} without tanh"))
  (when (.get old.config "go_backwards") (refuse f"{it} that reads backwards"))
  (unless (in gates ["sigmoid" "hard_sigmoid"]) (refuse f"{it} with gates of the kind {gates !r}"))
  (Layer family units
    :hard (= gates "hard_sigmoid")
    :before (and (= family "gru") (not (.get old.config "reset_after")))))  ; new in Keras 2.2


;; * Weights

(defn _read-recurrent [old layer width version]
  "Return the kernel, recurrent kernel and bias (shapes: `recurrent-shapes`) of the `layer`."
  (setv
    u layer.size
    [#* kernels bias] (recurrent-shapes layer width)
    weights (cond
      (.startswith old.kind "CuDNN")
        (_from-cudnn layer #* (.weights old [#* kernels #((* 2 layer.gates u))]))
      (= (len (.arrays old)) (* 3 layer.gates))  ; Keras 1's, in its order of gates
        (lfor
          part (range 3)
          :setv arrays (.weights old (* layer.gates [#(width u) #(u u) #(u)]))
          (np.concatenate (lfor n (get FROM-KERAS-1 layer.kind) (get arrays (+ (* 3 n) part))) -1))
      True (.weights old [#* kernels bias])))
  (if (and layer.hard (not (.startswith version "3")))
    (lfor weight weights (* weight (np.repeat (np.float32 (get HARDER layer.kind)) u)))
    weights))


(defn _from-cudnn [layer kernel recurrent bias]
  "Convert cuDNN's weights: transpose each gate's kernels, the input's in its old shape."
  (defn turn [gates how]
    (np.concatenate (list (map how (np.split gates layer.gates 1))) 1))
  (setv halves (.reshape bias 2 -1))  ; an LSTM's are added
  [(turn kernel (fn [gate] (.reshape gate.T gate.shape :order "F")))
    (turn recurrent np.transpose)
    (if (= layer.kind "lstm") (.sum halves 0) halves)])


;; * Networks as Keras describes them

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
