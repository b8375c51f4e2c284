#[[Models of Keras 1, 2 or 3, such as those of the original program.

They have LSTM or GRU layers and a dense one, and a separate vocabulary. A character is input as an
embedding, one-hot or as a number. Keras 3 can't load most of the old ones, and computes different
results with others. Here they become normal models with the old predictions.]]

(eval-when-compile (require hyrule [unless]))
(import
  dataclasses [replace]
  os [PathLike]
  pathlib [Path]
  numpy :as np
  lstm-textgen.modelfile.checkpoint [Checkpoint]
  lstm-textgen.modelfile.hdf5 [open-hdf5 unless-sound]
  lstm-textgen.modelfile.keraslayout [recurrent-shapes]
  lstm-textgen.modelfile.kerasnetworks [open-network]
  lstm-textgen.modelfile.soundness [count?]
  lstm-textgen.settings.layers [Layer Layers]
  lstm-textgen.settings.models [new-settings]
  lstm-textgen.text.units [Characters Units])

(setv
  ;; Keras' classes of recurrent layers and their families.
  FAMILIES {"LSTM" "lstm"  "CuDNNLSTM" "lstm"  "GRU" "gru"  "CuDNNGRU" "gru"}
  ;; The places of Keras 1's gates in today's order: an LSTM's i, c, f, o is i, f, c, o.
  FROM-KERAS-1 {"lstm" [0 2 1 3]  "gru" [0 1 2]}
  ;; Old gates with `hard_sigmoid` were 0.2x + 0.5; Keras 3 has x/6 + 0.5. With the weights of all
  ;; gates but the candidate's times 1.2 they are the same.
  HARDER {"lstm" [1.2 1.2 1 1.2]  "gru" [1.2 1.2 1]}
  ;; The default for training: there is no text yet that could decide it.
  EPOCHS 50
  ROWS 32)


(defn import-model [model vocabulary]
  #[[Return the `Checkpoint` of a Keras `model`: the path of its file, or a live one.

  Its `vocabulary` is a `Vocabulary`, or the path of a text file with all of its characters in
  order, without an id 0 that the embedding masks. One-hot input becomes an embedding that is the
  identity matrix, numeric input an embedding of one dimension, the output logits. The settings are
  today's defaults, except the layers, the lookback and, if the vocabulary has no capital letters,
  `lower`. Raise `OSError` for a file that can't be read, `ValueError` for another kind of model;
  files are untrusted.]]
  (setv file? (isinstance model #(str PathLike)))
  (when (and file? (_ours? model))
    (raise (ValueError
      f"{model} is already a model of this program and needs no `TextModel.from_keras`")))
  (unless (isinstance vocabulary Units)
    (try
      (setv vocabulary (Characters (list (.read-text (Path vocabulary) "utf-8"))))
      (except [error ValueError]
        (raise (ValueError f"{vocabulary}: not a valid vocabulary: {error}") :from None))))
  (try
    (with [network (open-network model)] (_read-model network vocabulary))
    (except [error ValueError]
      (setv name (if file? model "`model`"))
      (raise (ValueError f"{name}: not a usable Keras model: {error}") :from None))))


(defn _ours? [path]
  "Return whether the file at `path` is one of this program's own models."
  (try
    (with [file (open-hdf5 path)] (in "lstm_textgen" file.objects))
    (except [ValueError]  ; a later read reports the problem
      False)))


(defn _read-model [network vocabulary]
  "Return the `Checkpoint` with this `vocabulary` of an open `network`."
  (setv
    configs (_layer-configs network)
    [#* middle [_ last]] (_check-kinds (lfor c configs :if (!= (get c 0) "InputLayer") c))
    [embedding masked middle] (_read-input network middle (len vocabulary))
    [size dimensions] embedding.shape
    width dimensions
    layers []
    weights [(cut embedding masked None)])
  (_check-size (_count last "units" "output_dim") size masked vocabulary)
  (for [[kind config] middle]
    (setv layer (_layer kind config))
    (.append layers layer)
    (when layer.recurrent?
      (.extend weights (_read-recurrent network kind config layer width))
      (setv width layer.size)))
  (unless-sound (in (_option last "activation") ["softmax" "linear"])
    "its last layer has no softmax")
  (for [array (_fitting (.arrays network (_option last "name")) [#(width size) #(size)])]
    (.append weights (get array #(... (slice masked None)))))
  (setv settings (_settings (Layers layers) (_lookback configs) dimensions vocabulary))
  (Checkpoint weights vocabulary settings []))


(defn _check-size [outputs inputs masked vocabulary]
  "Raise `ValueError` unless the numbers of `outputs` and `inputs` fit this `vocabulary`."
  (unless-sound (= (- outputs masked) (len vocabulary))
    (+ f"it predicts {(- outputs masked)} {vocabulary.unit} but the vocabulary has "
      f"{(len vocabulary)}; look for a missing or extra one, such as a line break "
      "at the end of the file"))
  (unless-sound (= outputs inputs)
    f"it reads {inputs} {vocabulary.unit} but predicts {outputs}"))


(defn _read-input [network configs size]
  #[[Return #(embedding masked others): how ids are read, and the layers that follow.

  The `embedding` is (ids, dimensions); without a layer for it there are `size` ids. `masked` is 1
  if the network skips id 0, else 0.]]
  (setv
    [[kind config] #* others] configs
    masked 0)
  (if (= kind "Embedding")
    (setv
      shape #((_count config "input_dim") (_count config "output_dim"))
      [embedding] (_fitting (.arrays network (_option config "name")) [shape])
      masked (int (bool (.get config "mask_zero"))))
    (setv
      others configs
      first (next (gfor [kind config] configs :if (in kind FAMILIES) config))
      arrays (.arrays network (_option first "name"))
      ;; A character is input as one number if the first kernel has one row.
      embedding (if (and arrays (= (cut (. arrays [0] [1] shape) 1) #(1)))
        (.reshape (/ (np.arange size :dtype "float32") size) -1 1)
        (np.eye size :dtype "float32"))))
  (for [[kind config] others :if (= kind "Masking")]
    (setv value (.get config "mask_value" 0))
    (unless-sound (and
      (isinstance value #(int float))
      (not (.any (.all (= (cut embedding masked None) value) 1))))
      "its masking layer skips a character, which is not supported"))
  #(embedding masked (lfor each others :if (!= (get each 0) "Masking") each)))


(defn _settings [layers lookback dimensions vocabulary]
  "Return the `ModelSettings` of a model with these `layers` and `dimensions` of its embedding."
  (setv
    known (lfor [id unit] (enumerate vocabulary.units) :if (!= id vocabulary.unknown) unit)
    lower (all (gfor unit known (= unit (.lower unit)))))
  (replace (new-settings {"unit" vocabulary.unit  "lookback" lookback  "lower" lower})
    :layers layers :epochs EPOCHS :batch-size ROWS :embedding dimensions
    :beginning (if (in " " known) " " (get [#* known ""] 0))))


(defn _lookback [configs]
  "Return the length of the windows that the network was made for, or None if unknown."
  (for [[_ config] configs  name ["batch_input_shape" "batch_shape"]]
    (setv shape (.get config name))
    (when (and (isinstance shape #(list tuple)) (> (len shape) 1) (count? (get shape 1)))
      (return (or (get shape 1) None)))))


;; * The network's description of its layers

(defn _layer-configs [network]
  "Return [class, configuration] of each layer, unwrapped, except a separate softmax layer."
  (setv configs [])
  (for [layer network.layers]
    (setv [kind config] (_described layer))
    (when (= kind "TimeDistributed")  ; its name is that of the weights
      (setv
        [kind inside] (_described (_option config "layer"))
        config {#** inside  "name" (_option config "name")}))
    (unless (= [kind (.get config "activation")] ["Activation" "softmax"])
      (.append configs [kind config])))
  configs)


(defn _described [layer]
  "Return [class, configuration] of a `layer` of the list."
  (setv [kind config] [(_option layer "class_name") (_option layer "config")])
  (unless-sound (isinstance kind str) "its description has an invalid layer entry")
  (unless-sound (isinstance config dict) "its description has a layer without configuration")
  [kind config])


(defn _check-kinds [configs]
  #[[Return `configs`, [class, configuration] of each layer; raise `ValueError` for other networks.

  They must be an optional embedding, then LSTM, GRU and dropout layers, then a dense one; masking
  may precede the first recurrent layer.]]
  (setv
    kinds (lfor [kind _] configs kind)
    recurrent (lfor [n kind] (enumerate kinds) :if (in kind FAMILIES) n))
  (for [[n kind] (enumerate (cut kinds -1))]
    (unless-sound (or
        (in kind [#* FAMILIES "Dropout"])
        (and (= kind "Embedding") (= n 0))
        (and (= kind "Masking") (< n (min recurrent :default n))))
      f"it has a layer of the kind {kind !r} among its LSTM and GRU layers"))
  (unless-sound (and recurrent (in (get kinds -1) ["Dense" "TimeDistributedDense"]))
    "it is not made of LSTM or GRU layers followed by a dense one")
  configs)


(defn _option [config #* names]
  "Return the value in `config` under the first of `names` (Keras 2's, then 1's) that it has."
  (unless-sound (isinstance config dict) "its description has an invalid layer entry")
  (for [name names :if (in name config)] (return (get config name)))
  (unless-sound False f"its description has a layer without '{(get names 0)}'"))


(defn _count [config #* names]
  "Return the positive whole number under the first of `names` that `config` has."
  (setv count (_option config #* names))
  (unless-sound (and (count? count) (> count 0))
    f"its description has a layer with an invalid number of {(get names 0)}")
  count)


(defn _layer [kind config]
  "Return the `Layer` for a Keras layer of the class `kind` with this `config`."
  (when (= kind "Dropout")
    (setv share (_option config "rate" "p"))
    (unless-sound (and (isinstance share #(int float)) (<= 0 share 0.999))
      "its description has a dropout layer with an invalid rate")
    (return (Layer "dropout" (float share))))
  (setv
    family (get FAMILIES kind)
    units (_count config "units" "output_dim"))
  (when (.startswith kind "CuDNN")  ; without further options
    (return (Layer family units)))
  (setv gates (_option config "recurrent_activation" "inner_activation"))
  (unless-sound (= (_option config "activation") "tanh") f"it has a layer of {kind} without tanh")
  (unless-sound (not (.get config "go_backwards"))
    f"it has a layer of {kind} that reads backwards")
  (unless-sound (in gates ["sigmoid" "hard_sigmoid"])
    f"it has a layer of {kind} with gates of the kind {gates !r}")
  (Layer family units
    :hard (= gates "hard_sigmoid")
    :before (and (= family "gru") (not (.get config "reset_after")))))  ; new in Keras 2.2


;; * Weights

(defn _read-recurrent [network kind config layer width]
  "Return the kernel, recurrent kernel and bias (shapes: `recurrent-shapes`) of the `layer`."
  (setv
    u layer.size
    [#* kernels bias] (recurrent-shapes layer width)
    arrays (.arrays network (_option config "name"))
    weights (cond
      (.startswith kind "CuDNN")
        (_from-cudnn layer #* (_fitting arrays [#* kernels #((* 2 layer.gates u))]))
      (= (len arrays) (* 3 layer.gates))
        (_from-keras-1 layer (_fitting arrays (* layer.gates [#(width u) #(u u) #(u)])))
      True (_fitting arrays [#* kernels bias])))
  (if (and layer.hard (not (.startswith network.version "3")))
    (lfor weight weights (* weight (np.repeat (np.float32 (get HARDER layer.kind)) u)))
    weights))


(defn _fitting [arrays shapes]
  "Return the weights in a layer's `arrays` (see `Network`) as float32; each must have its shape."
  (unless-sound (= (len arrays) (len shapes))
    f"it has a layer with {(len arrays)} weights instead of {(len shapes)}")
  (for [[[what array] shape] (zip arrays shapes)]
    (unless-sound (= array.shape shape) f"{what} has the shape {array.shape}, not {shape}")
    (unless-sound (.all (np.isfinite array)) f"{what} has a value that is not finite"))
  (lfor [_ array] arrays (np.asarray array "float32")))


(defn _from-keras-1 [layer weights]
  "Join the kernel, recurrent kernel and bias of each gate, in Keras 1's order of gates."
  (setv gates (lfor n (get FROM-KERAS-1 layer.kind) (cut weights (* 3 n) (+ (* 3 n) 3))))
  (lfor part (zip #* gates) (np.concatenate part -1)))


(defn _from-cudnn [layer kernel recurrent bias]
  #[[Convert cuDNN's weights: transpose each gate's kernels, the input's in its old shape.

  The bias is in two halves; an LSTM's are added.]]
  (defn turn [gates how]
    (np.concatenate (list (map how (np.split gates layer.gates 1))) 1))
  (setv halves (.reshape bias 2 -1))
  [(turn kernel (fn [gate] (.reshape gate.T gate.shape :order "F")))
    (turn recurrent np.transpose)
    (if (= layer.kind "lstm") (.sum halves 0) halves)])
