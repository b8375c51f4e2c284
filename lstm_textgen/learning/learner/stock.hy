"A learner that takes Keras' own steps, on every backend. The others extend it and are faster."

(eval-when-compile (require hyrule [meth]))
(import
  keras
  lstm-textgen.learning.learner.network [carried? training-network]
  lstm-textgen.learning.learner.protocol [Learner]
  lstm-textgen.settings.training [BETA-1 CLIP-NORM])


(defn compile-network [model learning-rate]
  "Give `model` its loss, in nats, and its optimizer."
  (.compile model
    :loss (keras.losses.SparseCategoricalCrossentropy :from-logits True)
    :optimizer (keras.optimizers.Adam learning-rate :beta-1 BETA-1 :global-clipnorm CLIP-NORM)
    :jit-compile (= (keras.backend.backend) "jax")))  ; XLA can't hold TensorFlow's cuDNN


(defclass StockLearner [Learner]
  "A `Learner` of the network of `spec`, for ids (rows, lookback), by Keras' `train-on-batch`."

  (setv
    compiles? (!= (keras.backend.backend) "torch")
    in-words f"Keras {keras.__version__} on {(keras.backend.backend)}")

  (meth __init__ [spec batch-shape rng-seed learning-rate [bfloat16 False]]
    (setv @model (training-network spec batch-shape rng-seed bfloat16))
    (compile-network @model learning-rate)
    (setv
      @optimizer @model.optimizer
      @weights @model.trainable-variables
      ;; An order that is the same on all backends.
      @variables (sorted @model.variables :key (fn [v] (not v.trainable)))
      @states (list (filter carried? @variables)))
    (.build @optimizer @weights))

  (meth learn [x y]
    #[[Train on a batch, ids `x` and `y` (rows, lookback); return its loss before the step.

    A training step, as in Keras' `train-on-batch`:

    1. Forward: each row goes through the network, starting with the final state of its last
       window, which is kept for it. Dropout draws its masks. The results are logits (rows,
       lookback, vocabulary).
    2. Loss: the mean of -ln(softmax(logits)[y]) over all positions.
    3. Backward: the gradient g of the loss with respect to each weight, back to the beginning of
       the window but not beyond (truncated backpropagation through time).
    4. Clipping: if the norm of all gradients together exceeds `CLIP-NORM`, scale them down to it.
    5. Adam (Kingma and Ba 2014), with m and v for each weight, in step t, at learning rate η:
       m ← β₁·m + (1 - β₁)·g and v ← β₂·v + (1 - β₂)·g²; then the weight changes by
       -η · √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε).]]
    (float (.train-on-batch @model x y)))

  (meth validate [x y counted]
    "Return the sum of a batch's losses in nats, each times its number in `counted`."
    (* x.size (float (.test-on-batch @model x y counted))))

  (meth empty-states []
    "Make the next window begin with an empty state."
    (for [state @states] (.assign state (keras.ops.zeros state.shape)))))
