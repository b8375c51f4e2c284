#[[Layers → a Keras model that trains fast on every backend and is saved as stock layers.

The training network predicts every position of windows (rows, lookback) and carries its state from
window to window in its own weights, which works on TensorFlow, JAX and PyTorch alike.]]

(eval-when-compile (require hyrule [meth ncut unless]))
(import
  contextlib [contextmanager]
  functools [partial]
  itertools [count islice]
  math
  os
  random [Random]
  keras
  keras [config ops]
  lstm-textgen.learning.learner.ourlstm [FastLSTM FoldedLSTM]
  lstm-textgen.learning.learner.quiet [muted-stderr]
  lstm-textgen.modelfile.keraslayout [keras-config named-layers]
  lstm-textgen.settings.training [ALPHA BETA LARGE-LAYER])

(setv
  CARRIED "carried_"  ; prefix of the names of states that windows carry over
  ;; Of embeddings. With Keras' default of ±0.05 all units look alike to the network at first, and
  ;; the final loss is higher (bench/log.md).
  NORMAL (partial keras.initializers.RandomNormal :stddev 1.0)
  AXIS "batch")       ; the devices' name in `keras.distribution.DataParallel`


(defn training-network [spec batch-shape rng-seed [bfloat16 False] [of-rows None]]
  #[[Build the network of `spec` (a `NetworkSpec`) for ids of `batch-shape` (rows, lookback).

  Its outputs are logits (rows, lookback, vocabulary), its trainable weights are in the order of
  `Checkpoint.weights`. Initial weights and dropout depend only on `rng-seed`; global random
  generators stay untouched. With `bfloat16`, LSTM layers multiply in bfloat16, on PyTorch the
  dense layer too. With `of-rows`, under JAX, it is for a device's part of these.]]
  (setv
    [rows _] batch-shape
    size spec.vocabulary-size
    ;; As Keras draws them for its layers, one each, after `keras.utils.set_random_seed`. Their
    ;; order determines the initial weights.
    generator (Random rng-seed)
    seeds (gfor _ (count) (.randint generator 1 1_000_000_000))
    ;; On PyTorch bfloat16 is left to Keras; other backends round within our own loops.
    dtype (when (and bfloat16 (= (keras.backend.backend) "torch")) "mixed_bfloat16")
    named (named-layers spec.layers)
    ;; With a small vocabulary it saves products: one for each unit, not each place (`FoldedLSTM`).
    fold? (and (. (get named 0 1) recurrent?) (_own-loop?) (<= size (* 3 spec.embedding)))
    ids (keras.Input :batch-shape batch-shape :dtype "int32")
    flow (if fold? ids ((keras.layers.Embedding size spec.embedding
      :embeddings-initializer (NORMAL :seed (next seeds)) :name "embedding") ids)))
  ;; Only the LSTM with the embedding folded in has n = 0. `n` also seeds dropout: don't renumber.
  (for [[n [name layer]] (enumerate named (if fold? 0 1))]
    (setv flow ((if layer.recurrent?
      (Carried rows (_lstm layer name seeds bfloat16 dtype (when (= n 0) spec)))
      ;; One mask a window (Gal and Ghahramani 2016): one a place costs XLA four times the rest.
      ((if of-rows SplitDropout keras.layers.Dropout) layer.size
        :noise-shape #((or of-rows rows) 1 (get flow.shape -1))
        :seed (+ rng-seed n) :dtype dtype :name name)) flow)))
  (keras.Model ids ((keras.layers.Dense size :dtype dtype :name "dense"
    :kernel-initializer (keras.initializers.GlorotUniform (next seeds))) flow)))


(defn [contextmanager] in-float32 []
  "While inside, let Keras build in float32, whatever policy the program around us has set."
  (setv [policy floatx] [(config.dtype-policy) (config.floatx)])
  (config.set-floatx "float32")
  (config.set-dtype-policy "float32")
  (try
    (yield)
    (finally
      (config.set-floatx floatx)
      (config.set-dtype-policy policy))))


(defn carried? [variable]
  "Return whether a network's `variable` is a state, (rows, units), that windows carry over."
  (.startswith variable.name CARRIED))


(defn stock-model [spec weights]
  "Build stock layers of `spec` with `weights`: ids (batch, time) → logits (…, vocabulary)."
  (with [_ (muted-stderr)  _ (in-float32)]
    (setv model (keras.saving.deserialize-keras-object (keras-config spec)))
    (.set-weights model weights))
  model)


(defn gpu-used []
  "Return whose GPU Keras computes on: \"Apple's\", which needs PyTorch, \"another\", or None."
  (with [_ (muted-stderr)]
    (match (keras.backend.backend)
      "tensorflow" (when (hy.I.tensorflow.config.list-physical-devices "GPU") "another")
      "jax" (when (!= (hy.I.jax.default-backend) "cpu") "another")
      "torch" (cond
        (hy.I.torch.cuda.is-available) "another"
        (and (hy.I.torch.backends.mps.is-available)
          (= (os.environ.get "KERAS_TORCH_DEVICE" "mps") "mps"))
          "Apple's"))))


;; * Layers to train with

(defn _lstm [layer name seeds bfloat16 dtype spec]
  #[[Return the LSTM to train `layer`, with outputs and state; on a GPU Keras', for cuDNN.

  With `spec` the embedding is folded in. The initializers are Keras' defaults. A seed for dropout
  within the layer is drawn, although there is none: a model file resumes with that seed.]]
  (setv
    [kernel recurrent dropout] (islice seeds 3)
    make (cond
      spec (partial FoldedLSTM :bfloat16 bfloat16 :embedding spec.embedding
        :vocabulary-size spec.vocabulary-size :embeddings-initializer (NORMAL :seed (next seeds)))
      (_own-loop?) (partial FastLSTM :bfloat16 bfloat16)
      (= (keras.backend.backend) "torch")
        (partial hy.I.lstm-textgen/learning/learner/torchlstm.TorchLSTM :dtype dtype)
      True keras.layers.LSTM))
  (make layer.size :name name :return-sequences True :return-state True :seed dropout
    :kernel-initializer (keras.initializers.GlorotUniform kernel)
    :recurrent-initializer (keras.initializers.Orthogonal :seed recurrent)))


(defn _own-loop? []
  "Return whether our own loop is the fastest: on processors, compiled by XLA."
  (and (!= (keras.backend.backend) "torch") (not (gpu-used))))


(defclass Carried [keras.layers.Layer]
  #[[An LSTM that begins each window with the final state of the last one.

  Keras' own `stateful=True` is correct only on TensorFlow; here the state is in weights that
  aren't trained, which every backend tracks.]]

  (meth __init__ [rows inner]
    (.__init__ (super) :dtype inner.dtype-policy :name f"carried_{inner.name}")
    (setv [@inner @rows] [inner rows]))

  (meth build [shape]
    (.build @inner shape)
    (setv @carried (lfor
      n (range (len @inner.state-size))
      (@add-weight :name f"{CARRIED}{n}"
        :shape #(@rows @inner.units) :initializer "zeros" :trainable False
        :autocast False))))  ; in bfloat16 Keras would assign to a rounded copy, on PyTorch

  (meth call [sequences [training False]]
    (setv [output #* states] (@inner sequences
      :initial-state (lfor weight @carried (ops.copy weight))  ; PyTorch assigns in place
      :training training))
    (for [[weight state] (zip @carried states)] (.assign weight state))
    (if (and training (>= @inner.units LARGE-LAYER)) (regularized output) output)))


(defn regularized [outputs]
  #[[Return the `outputs` (B, T, u) of a recurrent layer in training, unchanged.

  The backward pass adds the gradient of α·mean(h²) + β·mean((hₜ − hₜ₋₁)²) to the loss's, both
  means over all B × T × u numbers; the loss shown is that of the text alone. This is activation
  regularization, plain and temporal, which keeps outputs small and slow to change (Merity and
  others 2017, 'Revisiting Activation Regularization for Language RNNs'). With it a large network
  learns faster and overfits later (bench/log.md).]]
  (defn [ops.custom-gradient] same [h]
    (defn gradient [#* arguments [upstream None]]
      (setv
        [of-loss] (if (is upstream None) arguments [upstream])  ; PyTorch passes it by name
        ;; The values before and after each place; at both ends, the place's own.
        before (ops.concatenate [(ncut h : :1) (ncut h : :-1)] 1)
        after (ops.concatenate [(ncut h : 1:) (ncut h : -1:)] 1)
        own (- (* (+ ALPHA (* 2 BETA)) h) (* BETA (+ before after))))
      (+ of-loss (* (/ 2 (math.prod h.shape)) own)))
    #(h gradient))
  (same outputs))


(defclass SplitDropout [keras.layers.Dropout]
  #[[Dropout for the rows of a batch that are on one device, within `jax.shard-map`.

  `noise-shape` is that of the whole batch. Each device draws for all rows and uses its own, so a
  run drops the same units on any number of devices.]]

  (meth call [inputs [training False]]
    (import jax)
    (unless training (return inputs))
    (setv
      noise (.call (super) (ops.ones @noise-shape) :training True)
      rows (get inputs.shape 0))
    (* inputs (jax.lax.dynamic-slice-in-dim noise (* rows (jax.lax.axis-index AXIS)) rows))))
