#[[Layers → a Keras model that trains fast on every backend and is saved as stock layers.

The training network predicts every position of windows (batch, lookback) and carries its state from window to window in weights of its own, which works on TensorFlow, JAX and PyTorch alike.]]

(import
  contextlib [contextmanager]
  functools [partial]
  os
  tempfile [TemporaryFile])


(defn [contextmanager] muted-stderr []
  "Keep standard error to itself while it is open, and let it out only if something fails: TensorFlow greets with a page of its inner affairs, from C++, whatever its log level."
  (.setdefault os.environ "TF_CPP_MIN_LOG_LEVEL" "3")
  (with [muted (TemporaryFile)]
    (setv real (os.dup 2))
    (os.dup2 (.fileno muted) 2)
    (try
      (yield)
      (except [BaseException]
        (.seek muted 0)
        (os.write real (.read muted))
        (raise))
      (finally
        (os.dup2 real 2)
        (os.close real)))))


(with [_ (muted-stderr)]
  (import
    keras
    keras [ops])
  (try
    (import tensorflow)  ; whatever its backend, Keras imports it at the first step if it is there
    (except [ImportError])))
(import
  lstm_textgen.checkpoint [KERAS-OPTIONS keras-config named-layers]
  lstm_textgen.layers [RECURRENT])


;; * The loop over time, with a gradient written for it
;;
;; Autodiff of a loop keeps every intermediate value and adds up the gradient of the recurrent kernel step by step. Here the loops keep only the gates and the cells, and that gradient is one matrix product after the loop.
;;
;; Shapes: T time, B batch, u units. Gates stand in Keras' order: input, forget, candidate, output.

(defn _row [array t]
  "Row `t` of `array` (T, B, n), as (B, n)."
  (setv [_ batch n] array.shape)
  (ops.squeeze (ops.slice array #(t 0 0) #(1 batch n)) 0))


(defn _with-row [array t row]
  "`array` (T, B, n) with its row `t` replaced by `row` (B, n)."
  (ops.slice-update array #(t 0 0) (ops.expand-dims row 0)))


(defn _earlier [first later]
  "What each step of `later` (T, B, n) found from the step before it, where the first step found `first` (B, n)."
  (ops.concatenate [(ops.expand-dims first 0) (get later (slice None -1))] 0))


(defn _zeros [like n]
  "Room for `n` values at each step and row of `like` (T, B, …)."
  (setv [time batch _] like.shape)
  (ops.zeros #(time batch n) like.dtype))


(defn _forward [z h c kernel]
  "Run an LSTM over the projected inputs `z` (T, B, 4u): the hidden states (T, B, u), the cells (T, B, u) and the gates (T, B, 4u)."
  (setv
    [time _ wide] z.shape
    units (// wide 4))
  (defn step [t h c hidden cells gates]
    (setv
      [i f g o] (ops.split (+ (_row z t) (ops.matmul h kernel)) 4 1)
      i (ops.sigmoid i)
      f (ops.sigmoid f)
      g (ops.tanh g)
      o (ops.sigmoid o)
      c (+ (* f c) (* i g))
      h (* o (ops.tanh c)))
    #((+ t 1) h c
      (_with-row hidden t h)
      (_with-row cells t c)
      (_with-row gates t (ops.concatenate [i f g o] 1))))
  (cut
    (ops.while-loop
      (fn [t #* _] (< t time))
      step
      #((ops.convert-to-tensor 0) h c (_zeros z units) (_zeros z units) (_zeros z wide))
      :maximum-iterations time)
    3 6))


(defn _backward [d-hidden dh dc hidden cells gates h c kernel]
  "The gradients of `_forward` for z, h, c and the kernel, from those of the hidden states (T, B, u) and of the last state (B, u)."
  (setv
    [time batch wide] gates.shape
    units (// wide 4)
    earlier-cells (_earlier c cells)
    turned (ops.transpose kernel))
  (defn step [t dh dc dz]
    (setv
      [i f g o] (ops.split (_row gates t) 4 1)
      squashed (ops.tanh (_row cells t))
      dh (+ dh (_row d-hidden t))
      dc (+ dc (* dh o (- 1 (* squashed squashed))))
      d (ops.concatenate [
        (* dc g i (- 1 i))
        (* dc (_row earlier-cells t) f (- 1 f))
        (* dc i (- 1 (* g g)))
        (* dh squashed o (- 1 o))] 1))
    #((- t 1) (ops.matmul d turned) (* dc f) (_with-row dz t d)))
  (setv [_ dh dc dz] (ops.while-loop
    (fn [t #* _] (>= t 0))
    step
    #((ops.convert-to-tensor (- time 1)) dh dc (_zeros gates wide))
    :maximum-iterations time))
  (defn flat [array n]
    (ops.reshape array #((* time batch) n)))
  #(dz dh dc
    (ops.matmul (ops.transpose (flat (_earlier h hidden) units)) (flat dz wide))))


(defn [ops.custom-gradient] lstm-over-time [z h c kernel]
  #[[Run an LSTM over a window.

  `z` (T, B, 4u) is the inputs' projection, biases included, `h` and `c` (B, u) the state before, `kernel` (u, 4u) the recurrent kernel. Returns the hidden states (T, B, u) and the last h and c (B, u). The formulae are those of `keras.layers.LSTM` with its default activations.]]
  (setv [hidden cells gates] (_forward z h c kernel))
  (defn gradient [#* upstream]
    (when (= (len upstream) 1)  ; some backends hand over one tuple
      (setv [upstream] upstream))
    (setv [d-hidden dh dc] upstream)
    (_backward d-hidden dh dc hidden cells gates h c kernel))
  #(#(hidden (get hidden -1) (get cells -1)) gradient))


(defclass FastLSTM [keras.layers.LSTM]
  "`keras.layers.LSTM` with a faster loop over time for processors; same weights, same results."

  (defn project [self sequences]
    "What the inputs (B, T, in) add to the gates, biases included: (T, B, 4u)."
    (+ (ops.matmul (ops.transpose sequences #(1 0 2)) self.cell.kernel) self.cell.bias))

  (defn inner-loop [self sequences initial-state mask [training False]]
    (setv
      [h c] initial-state
      kernel (ops.copy self.cell.recurrent-kernel)  ; a plain tensor, not the variable itself
      [hidden h c] (lstm-over-time (.project self sequences) h c kernel))
    #(h (ops.transpose hidden #(1 0 2)) [h c])))


(defclass TorchLSTM [keras.layers.LSTM]
  "`keras.layers.LSTM` by PyTorch's own LSTM: oneDNN's on processors, cuDNN's on a GPU; same weights, same results."

  (defn inner-loop [self sequences initial-state mask [training False]]
    (import torch)
    (setv
      cell self.cell
      bias (ops.convert-to-tensor cell.bias)
      weights [(. cell.kernel value T) (. cell.recurrent-kernel value T) bias (torch.zeros-like bias)]
      [hidden h c] (torch.lstm
        sequences (lfor  state initial-state  (torch.unsqueeze state 0)) weights
        True 1 0.0 training False True))  ; biases, one layer, no dropout, not bidirectional, batch first
    #((get h 0) hidden [(get h 0) (get c 0)])))


(defn wide-normal []
  "The first values of an embedding: normal with a deviation of 1. With Keras' usual ±0.05 all units look alike to the network at first, and it ends worse (bench/README.md)."
  (keras.initializers.RandomNormal :stddev 1.0))


(defn [ops.custom-gradient] look-up [table ids]
  "Rows of `table` (V, n) by `ids` (T, B): (T, B, n). The gradient is one product, which is faster than adding up rows."
  (defn gradient [upstream]
    (setv
      [size n] table.shape
      hot (ops.one-hot (ops.reshape ids #(-1)) size :dtype table.dtype))
    #((ops.matmul (ops.transpose hot) (ops.reshape upstream #(-1 n))) None))
  #((ops.take table ids :axis 0) gradient))


(defclass FoldedLSTM [FastLSTM]
  #[[The embedding and the LSTM after it as one layer, from ids (B, T).

  The embedding goes through the kernel once for each unit of the vocabulary V, not once for each place in the text: two products of V rows take the place of three of B × T rows in the embedding's width.]]

  (defn __init__ [self units vocabulary-size embedding #** options]
    (.__init__ (super) units #** options)
    (setv
      self.input-spec None  ; ids have no axis for features
      self.embedding-shape #(vocabulary-size embedding)))

  (defn build [self shape]
    (setv self.embeddings (.add-weight self :shape self.embedding-shape :initializer (wide-normal) :name "embeddings"))
    (.build (super) #(#* shape (get self.embedding-shape 1))))

  (defn call [self ids #** options]
    (.call (super) (ops.expand-dims ids -1) #** options))  ; Keras' own code wants such an axis

  (defn project [self ids]
    (look-up
      (+ (ops.matmul self.embeddings self.cell.kernel) self.cell.bias)
      (ops.transpose (ops.squeeze ids -1)))))


;; * State carried from window to window

(defclass Carried [keras.layers.Layer]
  #[[A recurrent layer that begins each window with the state in which the last one ended.

  Keras' own `stateful=True` is right only on TensorFlow; here the state is kept in weights that are not trained, which every backend tracks.]]

  (defn __init__ [self inner batch-size #** kwargs]
    (.__init__ (super) #** kwargs)
    (setv self.inner inner  self.batch-size batch-size))

  (defn build [self shape]
    (.build self.inner shape)
    (setv self.carried (lfor
      n (range (len self.inner.state-size))
      (.add-weight self
        :shape #(self.batch-size self.inner.units) :initializer "zeros"
        :trainable False :name f"carried_{n}"))))

  (defn call [self sequences [training False]]
    (setv [output #* states] (self.inner sequences
      :initial-state (lfor  weight self.carried  (ops.copy weight))  ; PyTorch assigns in place
      :training training))
    (for [[weight state] (zip self.carried states)]
      (.assign weight state))
    output))


;; * Networks

(defn on-gpu? []
  "Whether Keras' backend computes on a GPU."
  (match (keras.backend.backend)
    "tensorflow" (do (import tensorflow :as tf)
      (bool (tf.config.list-physical-devices "GPU")))
    "jax" (do (import jax)
      (!= (jax.default-backend) "cpu"))
    "torch" (do (import torch)
      (torch.cuda.is-available))))


(setv CARRYING {"return_sequences" True  "return_state" True})


(defn _own-loop? []
  "Whether the loop written here beats the backend's own: on processors, with the backends that XLA compiles."
  (and (in (keras.backend.backend) ["tensorflow" "jax"]) (not (on-gpu?))))


(defn _recurrent [kind units name]
  "The recurrent layer to train with: on a GPU Keras' own, which goes through cuDNN."
  (setv layer (cond
    (= kind "gru") keras.layers.GRU
    (= kind "lstm-hard") (partial keras.layers.LSTM #** (get KERAS-OPTIONS kind))
    (_own-loop?) FastLSTM
    (= (keras.backend.backend) "torch") TorchLSTM
    True keras.layers.LSTM))
  (layer units :name name #** CARRYING))


(defn _beginning [layers vocabulary-size embedding batch-size]
  "The first layer after the ids, and the named layers that follow it: the embedding alone, or with the LSTM after it where that saves work."
  (setv [[name kind units] #* others] (named-layers layers))
  (if (and (= kind "lstm") (_own-loop?) (<= vocabulary-size (* 3 embedding)))
    #((Carried (FoldedLSTM units vocabulary-size embedding :name name #** CARRYING) batch-size :name f"carried_{name}")
      others)
    #((keras.layers.Embedding vocabulary-size embedding :embeddings-initializer (wide-normal) :name "embedding")
      (named-layers layers))))


(defn training-network [layers vocabulary-size embedding batch-size lookback rng-seed]
  #[[Build the network that trains: ids (batch, lookback) → logits (batch, lookback, vocabulary).

  Its trainable weights come in the order of `Checkpoint.weights`. Initial weights and dropout are drawn from `rng-seed`.]]
  (keras.utils.set-random-seed rng-seed)
  (setv
    ids (keras.Input :batch-shape #(batch-size lookback) :dtype "int32")
    [first others] (_beginning layers vocabulary-size embedding batch-size)
    flow (first ids))
  (for [[n [name kind size]] (enumerate others)]
    (setv layer (if (in kind RECURRENT)
      (Carried (_recurrent kind size name) batch-size :name f"carried_{name}")
      ;; One mask for all of a window (Gal and Ghahramani 2016): a new one at each place costs XLA four times the rest.
      (keras.layers.Dropout size :noise-shape #(batch-size 1 (get flow.shape -1)) :seed (+ rng-seed n 1) :name name)))
    (setv flow (layer flow)))
  (keras.Model ids ((keras.layers.Dense vocabulary-size :name "dense") flow)))


(defn carried-states [model]
  "The weights in which a training network carries its state, each (batch, units)."
  (lfor
    layer model.layers
    :if (isinstance layer Carried)
    weight layer.carried
    weight))


(defn stock-model [checkpoint]
  "Build the model of `checkpoint` from stock Keras layers: ids (batch, time) → logits (batch, time, vocabulary)."
  (setv model (keras.saving.deserialize-keras-object
    (keras-config checkpoint.layers (len checkpoint.vocabulary) (get checkpoint.settings "embedding"))))
  (.set-weights model checkpoint.weights)
  model)
