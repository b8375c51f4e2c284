"One step of learning or validating: a network, its loss and its optimizer, on every backend."

(import
  contextlib [contextmanager]
  keras
  lstm-textgen.learning.network [as-array carried-states training-network])

(setv
  BETA-1 0.8      ; Adam's β₁: better than the usual 0.9 (bench/README.md)
  CLIP-NORM 1.0)  ; the longest gradient, over all weights together


(defclass Learner []
  #[[A network, its loss (nats, the mean over every position) and Adam with clipped gradients.

  The network is that of `spec` (a `NetworkSpec`); batches are ids of `batch-shape` (rows,
  lookback). With `low` it multiplies in bfloat16. The steps are Keras' own.]]

  (setv at-once 1)  ; steps that are best taken together; only with 1 there is a step alone

  (defn __init__ [self spec batch-shape rng-seed learning-rate [low False]]
    (setv self.model (training-network spec batch-shape rng-seed low))
    (.compile self.model
      :loss (keras.losses.SparseCategoricalCrossentropy :from-logits True)
      :optimizer (keras.optimizers.Adam learning-rate
        :beta-1 BETA-1
        :global-clipnorm CLIP-NORM)
      :jit-compile (= (keras.backend.backend) "jax"))  ; XLA can't hold TensorFlow's cuDNN
    (setv
      self.optimizer self.model.optimizer
      self.weights self.model.trainable-variables
      self.states (carried-states self.model))
    (.build self.optimizer self.weights))

  (defn variables [self]
    #[[Return all that the network changes as it learns, the weights first.

    That is an order which the networks of all backends have.]]
    (sorted self.model.variables :key (fn [v] (not v.trainable))))

  (defn resumable [self arrays]
    #[[Return #(variables arrays): all that the network and the optimizer change, and what to set
    them to, but for states of another number of rows.

    If the batch has become larger or smaller, they begin empty.]]
    (setv
      variables [#* (.variables self) #* self.optimizer.variables]
      states (sfor state self.states (id state)))
    (if (= (len variables) (len arrays))
      (zip #* (gfor
        [variable array] (zip variables arrays)
        :if (or (not-in (id variable) states) (= (tuple variable.shape) array.shape))
        #(variable array)))
      #(variables arrays)))

  (defn empty-states [self]
    "Let the next window begin with an empty state."
    (for [state self.states]
      (.assign state (keras.ops.zeros state.shape))))

  (defn [contextmanager] other-states [self]
    "While it is open, let windows begin with empty states; then put the present ones back."
    (setv kept (values self.states))
    (.empty-states self)
    (yield)
    (put self.states kept))

  (defn set-rate [self rate]
    "Let the next batch be learned at this learning `rate`."
    (setv self.optimizer.learning-rate rate))

  (defn agree [self wishes]
    "Return what all processes wish, of which this is the only one: `wishes`."
    wishes)

  (defn learn [self x y]
    "Learn from a batch; return its loss before that."
    (float (.train-on-batch self.model x y)))

  (defn validate [self x y]
    "Return the loss of a batch."
    (float (.test-on-batch self.model x y))))


;; * The values of variables

(defn values [variables]
  "Return the values of Keras `variables` as arrays of their own."
  (lfor v variables (as-array (_whole v.value))))


(defn _whole [tensor]
  "Return a variable's `tensor`, gathered if JAX has it on several machines."
  (if (= (keras.backend.backend) "jax")
    (do
      (import lstm-textgen.learning.learner.jaxrows [whole])
      (whole tensor))
    tensor))


(defn put [variables arrays]
  #[[Set Keras `variables` to the values in `arrays`.

  A variable that is larger than its array, since the vocabulary has grown, keeps the rest of its
  own values.]]
  (for [[variable array] (zip variables arrays)]
    (setv
      [whole] (values [variable])
      (get whole (tuple (gfor n array.shape (slice 0 n)))) array)
    (.assign variable whole)))


(defn fits? [variables arrays]
  "Return whether `put` can set `variables` to `arrays`."
  (and
    (= (len variables) (len arrays))
    (all (gfor
      [variable array] (zip variables arrays)
      (and
        (= (len variable.shape) array.ndim)
        (= (in "float" variable.dtype) (= array.dtype.kind "f"))
        (all (gfor [room n] (zip variable.shape array.shape) (<= n room))))))))
