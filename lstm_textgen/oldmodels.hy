#[[Models of the program that this one was ported from.

They are Keras 1 or 2 files with one-hot LSTM layers, an alphabet in a text file beside them. Keras
3 can't load most of them, and computes something else with others. Here they become models like
any other, whose predictions are the old ones.]]

(eval-when-compile (require hyrule [unless]))
(import
  dataclasses [replace]
  pathlib [Path]
  numpy :as np
  lstm-textgen.checkpoint [Checkpoint]
  lstm-textgen.layers [Layer Layers]
  lstm-textgen.modelfile.hdf5 [open-hdf5 unless-sound]
  lstm-textgen.modelfile.soundness [count?]
  lstm-textgen.settings [new-settings]
  lstm-textgen.values [read-json]
  lstm-textgen.vocabulary [Vocabulary])

;; Old gates with `hard_sigmoid` were 0.2x + 0.5; Keras 3 has x/6 + 0.5. With the weights of
;; such a gate times 1.2 they are the same.
(setv HARDER 1.2)

(setv  ; to train with unless told otherwise: there is no text yet that could decide it
  EPOCHS 50
  ROWS 32)


(defn import-model [path alphabet-path]
  #[[Return the `Checkpoint` of the old model at `path`.

  Its alphabet, at `alphabet-path`, is a text file of all its characters in their order. The
  one-hot input becomes an embedding that is the identity matrix, the output logits. Its settings
  are today's defaults, but for the layers, the lookback and, if the alphabet has no capital
  letters, `lower`. Raise `OSError` for a file that can't be read, `ValueError` for one that is not
  such a model; it is read as warily as any stranger's.]]
  (_assert-old path)
  (setv vocabulary (_read-alphabet alphabet-path))
  (try
    (with [file (open-hdf5 path)]
      (_read-model file vocabulary))
    (except [error ValueError]
      (raise (ValueError f"{path}: not a usable old model: {error}") :from None))))


(defn _assert-old [path]
  "Raise `ValueError` if the file at `path` is one of this program's own models."
  (try
    (with [file (open-hdf5 path)]
      (setv own (in "lstm_textgen" file.objects)))
    (except [ValueError]  ; what is wrong with it is said by those who need more of it
      (setv own False)))
  (when own
    (raise (ValueError
      f"{path}: this is a model of this program already; give it as `path`, without `import`"))))


(defn _read-alphabet [path]
  "Return the vocabulary whose characters stand one after the other in the text file at `path`."
  (try
    (Vocabulary "characters" (list (.read-text (Path path) "utf-8")))
    (except [error ValueError]
      (raise (ValueError f"{path}: not an alphabet: {error}") :from None))))


(defn _read-model [file vocabulary]
  "Return the `Checkpoint` with this `vocabulary` in the open `file`."
  (setv
    [#* middle dense] (_layer-configs file)
    size (len vocabulary)
    outputs (_units (get dense 1))
    layers []
    weights [(np.eye size :dtype "float32")]
    width size)
  (unless-sound (= outputs size)
    f"it has {outputs} characters but the alphabet has {size}: they don't belong together")
  (for [[kind config] middle]
    (setv layer (_layer kind config))
    (.append layers layer)
    (when layer.recurrent?
      (.extend weights (_read-lstm file kind config width))
      (setv width layer.size)))
  (.extend weights (_read-dense file (get dense 1) width size))
  (Checkpoint weights vocabulary (_settings (Layers layers) (get middle 0 1) vocabulary) []))


(defn _settings [layers first-config vocabulary]
  "Return the `ModelSettings` of a model with these `layers`; `first-config` is the first one's."
  (setv
    characters vocabulary.units
    given (match (.get first-config "batch_input_shape")
      [_ lookback _] :if (and (count? lookback) (> lookback 0)) {"lookback" lookback}
      _ {}))
  (replace
    (new-settings {#** given  "lower" (all (gfor c characters (= c (.lower c))))})
    :layers layers
    :epochs EPOCHS
    :batch-size ROWS
    :embedding (len characters)
    :beginning (if (in " " characters) " " (get characters 0))))


;; * What the file says of its layers

(defn _layer-configs [file]
  "Return (class, configuration) of each layer but the input's and a softmax of its own."
  (setv text (.get (.attributes file "") "model_config"))
  (unless-sound (isinstance text str)
    "it has no 'model_config'; save the whole model, not only its weights")
  (setv
    model (.get (read-json (.encode text) "its 'model_config'" dict) "config")
    listed (if (isinstance model dict) (.get model "layers") model)
    layers [])
  (unless-sound (isinstance listed list) "its 'model_config' has no list of layers")
  (for [layer listed]
    (setv [kind config] [(_option layer "class_name") (_option layer "config")])
    (unless-sound (isinstance config dict) "its 'model_config' has a layer without configuration")
    (unless (or
        (= kind "InputLayer")
        (= [kind (.get config "activation")] ["Activation" "softmax"]))
      (.append layers #(kind config))))
  (_check-kinds (lfor [kind _] layers kind))
  layers)


(defn _check-kinds [kinds]
  "Raise `ValueError` unless `kinds` are an LSTM, more of them or dropout layers, and a dense one."
  (for [kind (cut kinds -1)]
    (unless-sound (in kind ["LSTM" "CuDNNLSTM" "Dropout"])
      f"it has a layer of the kind {kind !r} among its LSTM layers"))
  (unless-sound (and
    (> (len kinds) 1)
    (!= (get kinds 0) "Dropout")
    (= (get kinds -1) "Dense"))
    "it is not made of LSTM layers followed by a dense one"))


(defn _option [config #* names]
  "Return the value in `config` under the first of `names` (Keras 2's, then 1's) that it has."
  (unless-sound (isinstance config dict) "its 'model_config' has an invalid layer entry")
  (for [name names]
    (when (in name config)
      (return (get config name))))
  (unless-sound False f"its 'model_config' has a layer without '{(get names 0)}'"))


(defn _layer [kind config]
  "Return the `Layer` that a layer of class `kind` with this `config` is."
  (if (= kind "Dropout")
    (Layer "dropout" (_share config))
    (Layer (_lstm-kind kind config) (_units config))))


(defn _units [config]
  "Return how many units a layer has."
  (setv units (_option config "units" "output_dim"))
  (unless-sound (and (count? units) (> units 0))
    "its 'model_config' has a layer with an invalid number of units")
  units)


(defn _share [config]
  "Return what share a dropout layer drops."
  (setv share (_option config "rate" "p"))
  (unless-sound (and (isinstance share #(int float)) (<= 0 share 0.999))
    "its 'model_config' has a dropout layer with an invalid rate")
  (float share))


(defn _lstm-kind [kind config]
  "Return `lstm`, or `lstm-hard` for an LSTM layer whose gates go through `hard_sigmoid`."
  (when (= kind "CuDNNLSTM")  ; it can do nothing else
    (return "lstm"))
  (unless-sound (= (_option config "activation") "tanh") "it has an LSTM layer without tanh")
  (unless-sound (not (.get config "go_backwards")) "it has an LSTM layer that reads backwards")
  (match (_option config "recurrent_activation" "inner_activation")
    "sigmoid" "lstm"
    "hard_sigmoid" "lstm-hard"
    other (unless-sound False f"it has an LSTM layer with gates of the kind {other !r}")))


;; * Weights

(defn _read-dense [file config width size]
  "Return the kernel (width, size) and the bias (size,) of the last layer."
  (unless-sound (in (_option config "activation") ["softmax" "linear"])
    "its last layer has no softmax")
  (_weights file config [#(width size) #(size)]))


(defn _read-lstm [file kind config width]
  "Return an LSTM layer's kernel (width, 4u), recurrent kernel (u, 4u) and bias (4u,)."
  (setv
    u (_units config)
    joined [#(width (* 4 u)) #(u (* 4 u)) #((* 4 u))]
    weights (cond
      (= kind "CuDNNLSTM")
        (_from-cudnn #* (_weights file config [#* (cut joined 2) #((* 8 u))]))
      (= (len (_weight-paths file config)) 12)
        (_from-keras-1 (_weights file config (* 4 [#(width u) #(u u) #(u)])))
      True
        (_weights file config joined)))
  (if (= (_lstm-kind kind config) "lstm-hard")
    (lfor weight weights (* weight (np.repeat (np.float32 [HARDER HARDER 1 HARDER]) u)))
    weights))


(defn _weights [file config shapes]
  "Return the weights of the layer with this `config`, each in its shape."
  (setv paths (_weight-paths file config))
  (unless-sound (= (len paths) (len shapes))
    f"it has a layer with {(len paths)} weights instead of {(len shapes)}")
  (lfor [path shape] (zip paths shapes) (.floats file path shape)))


(defn _weight-paths [file config]
  "Return the paths of the weights of the layer with this `config`, in the order of the file."
  (setv
    layer f"model_weights/{(_option config "name")}"
    names (.get (.attributes file layer) "weight_names"))
  (unless-sound (isinstance names list) f"'{layer}' does not list its weights")
  (lfor name names f"{layer}/{name}"))


(defn _from-keras-1 [weights]
  #[[Join the kernel, recurrent kernel and bias of each gate.

  Keras 1 had the gates in the order i, c, f, o, which is i, f, c, o now.]]
  (setv [i c f o] (lfor n [0 3 6 9] (cut weights n (+ n 3))))
  (lfor gates (zip i f c o) (np.concatenate gates -1)))


(defn _from-cudnn [kernel recurrent bias]
  #[[Turn the weights of a CuDNNLSTM layer.

  Each gate's kernels are transposed, the input's with its shape kept; the bias is in two halves.]]
  (defn turn [gates how]
    (np.concatenate (lfor gate (np.split gates 4 1) (how gate)) 1))
  [(turn kernel (fn [gate] (.reshape gate.T gate.shape :order "F")))
    (turn recurrent np.transpose)
    (.sum (.reshape bias 2 -1) 0)])
