"A learner that takes Keras' own steps, on every backend. The others are faster, and extend it."

(import
  keras
  lstm-textgen.learning.learner.protocol [BETA-1 CLIP-NORM Learner]
  lstm-textgen.learning.network [carried-states training-network])


(defclass StockLearner [Learner]
  #[[A `Learner` of the network of `spec` (a `NetworkSpec`), which learns as `train-on-batch` does.

  Batches are ids of `batch-shape` (rows, lookback). With `bfloat16` it multiplies in that.]]

  (setv compiles? (!= (keras.backend.backend) "torch"))

  (defn __init__ [self spec batch-shape rng-seed learning-rate [bfloat16 False]]
    (setv self.model (training-network spec batch-shape rng-seed bfloat16))
    (.compile self.model
      :loss (keras.losses.SparseCategoricalCrossentropy :from-logits True)
      :optimizer (keras.optimizers.Adam learning-rate :beta-1 BETA-1 :global-clipnorm CLIP-NORM)
      :jit-compile (= (keras.backend.backend) "jax"))  ; XLA can't hold TensorFlow's cuDNN
    (setv
      self.optimizer self.model.optimizer
      self.weights self.model.trainable-variables
      ;; An order which the networks of all backends have.
      self.variables (sorted self.model.variables :key (fn [v] (not v.trainable)))
      self.states (carried-states self.model))
    (.build self.optimizer self.weights))

  (defn learn [self x y]
    #[[Learn from a batch, ids `x` and `y` (rows, lookback); return its loss before that.

    One step of training, as Keras takes it in `train-on-batch`:

    1. Forward: each row goes through the network from the state in which its last window ended.
       Dropout draws its masks. Out come logits (rows, lookback, vocabulary).
    2. Loss: the mean of -ln(softmax(logits)[y]) over all positions.
    3. Backward: the gradient g of the loss by each weight, back to the beginning of the window but
       not beyond (truncated backpropagation through time).
    4. Clipping: if all gradients together are longer than `CLIP-NORM`, they are scaled down to it.
    5. Adam (Kingma and Ba 2014), with m and v kept for each weight, in step t, at learning rate η:
       m ← β₁·m + (1 - β₁)·g and v ← β₂·v + (1 - β₂)·g²; then the weight moves by
       -η · √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε).
    6. The state in which each row ended is kept for its next window.

    `steps` sets the learning rate before that, and empties the states of windows that don't follow
    one another.]]
    (float (.train-on-batch self.model x y)))

  (defn validate [self x y]
    "Return the loss of a batch."
    (float (.test-on-batch self.model x y)))

  (defn empty-states [self]
    "Let the next window begin with an empty state."
    (for [state self.states] (.assign state (keras.ops.zeros state.shape))))

  (defn describe [self]
    "Return in words what trains."
    f"Keras {keras.__version__} on {(keras.backend.backend)}"))
