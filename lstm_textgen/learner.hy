#[[One step of learning or validating: the network with its loss and its optimizer, on every backend.

On a processor under TensorFlow the rows of a batch are dealt out to the cores: each goes through its part of the window by itself, forward and back, and they meet only to add up the gradients. If both cores share each small product of the loop instead, they mostly wait for each other (bench/README.md).]]

(import
  functools [partial]
  os
  lstm_textgen.layers [recurrent-sizes]
  lstm_textgen.network [carried-states keras on-gpu? training-network])

(setv
  BETA-1 0.8          ; Adam's β₁: better than the usual 0.9 (bench/README.md)
  CLIP-NORM 1.0       ; the longest gradient, over all weights together
  FEWEST-ROWS 8       ; in a part: with fewer, products are slow
  LARGEST 1_500_000   ; weights of a recurrent kernel; more do not stay in a core's cache: there sharing is faster
  SEED-STEP 1000003)  ; from one part's dropout to the next


(defclass Learner []
  #[[A network, its loss (nats, the mean over every position) and its optimizer, Adam with clipped gradients. The steps are Keras' own.

  `layers` as `parse-layers` gives them; batches are ids (batch-size, lookback).]]

  (defn __init__ [self layers vocabulary-size embedding batch-size lookback rng-seed learning-rate]
    (setv self.model (training-network layers vocabulary-size embedding batch-size lookback rng-seed))
    (.compile self.model
      :loss (keras.losses.SparseCategoricalCrossentropy :from-logits True)
      :optimizer (keras.optimizers.Adam learning-rate :beta-1 BETA-1 :global-clipnorm CLIP-NORM)
      :jit-compile (= (keras.backend.backend) "jax"))  ; XLA can't hold TensorFlow's cuDNN
    (setv
      self.optimizer self.model.optimizer
      self.weights self.model.trainable-variables
      self.states (carried-states self.model))
    (.build self.optimizer self.weights))

  (defn variables [self]
    "All that the network changes as it learns, the weights first: an order that every backend's network has."
    (sorted self.model.variables :key (fn [v] (not v.trainable))))

  (defn empty-states [self]
    "Let the next window begin with an empty state."
    (for [state self.states]
      (.assign state (keras.ops.zeros state.shape))))

  (defn learn [self x y]
    "Learn from one batch; the loss before it."
    (float (.train-on-batch self.model x y)))

  (defn validate [self x y]
    "The loss of one batch."
    (float (.test-on-batch self.model x y))))


(defn part-count [layers rows processors]
  "How many equal parts `rows` are dealt out in: one to each of the `processors`; fewer where they would get less than `FEWEST-ROWS`, one where a layer is too large."
  (if (> (* 4 (** (max (recurrent-sizes layers)) 2)) LARGEST)
    1
    (max (gfor
      n (range 1 (+ processors 1))
      :if (and (= 0 (% rows n)) (or (= n 1) (>= (// rows n) FEWEST-ROWS)))
      n))))


(defn processors []
  "How many processors this process may use."
  (if (hasattr os "sched_getaffinity")
    (len (os.sched-getaffinity 0))
    (or (os.cpu-count) 1)))


(defclass PartsLearner [Learner]
  #[[A learner that deals out each batch in so many `parts`, which TensorFlow runs side by side.

  `part` is the network for one of them. It is called with weights and states as arguments, so its own are never used; what it computes is compiled by XLA once for all parts.]]

  (defn __init__ [self parts layers vocabulary-size embedding batch-size lookback rng-seed learning-rate]
    (import tensorflow :as tf)
    (.__init__ (super) layers vocabulary-size embedding batch-size lookback rng-seed learning-rate)
    (setv
      self.tf tf
      self.parts parts
      self.part (if (= parts 1)
        self.model
        (training-network layers vocabulary-size embedding (// batch-size parts) lookback rng-seed)))
    (setv
      compiled (partial tf.function :jit-compile True :autograph False)
      [learn validate update] (map compiled [self._learn-part self._validate-part self._update])
      traced (partial tf.function :autograph False)
      self._learn (traced (partial self._step learn update))
      self._validate (traced (partial self._step validate None))))

  (defn learn [self x y]
    (float (._learn self x y)))

  (defn validate [self x y]
    (float (._validate self x y)))

  (defn _step [self act update x y]
    "Let each part `act` on its rows of x and y, gather the states, and `update` the weights by the gradients, if there are any; the mean loss."
    (setv
      weights (lfor  w self.weights  (self.tf.convert-to-tensor w.value))
      rows (zip (._deal self) (self.tf.split x self.parts) (self.tf.split y self.parts))
      [losses states gradients] (zip #* (gfor  part rows  (act weights #* part))))
    (._gather self states)
    (when update
      (update gradients))
    (/ (self.tf.add-n losses) self.parts))

  (defn _validate-part [self weights states x y]
    "The loss of a part, its states afterwards, and no gradients."
    #(#* (._loss self weights states x y False) []))

  (defn _learn-part [self weights states x y]
    "The loss of a part, its states afterwards, and the gradients of the weights."
    (with [tape (self.tf.GradientTape)]
      (.watch tape weights)
      (setv [loss states] (._loss self weights states x y True)))
    #(loss states (.gradient tape loss weights)))

  (defn _loss [self weights states x y training]
    "The loss of a part and its states afterwards."
    (setv [logits states] (.stateless-call self.part weights states x :training training))
    #((self.model.loss y logits) states))

  (defn _update [self gradients]
    "Move the weights by the mean of each part's `gradients`."
    (.apply self.optimizer
      (lfor  each (zip #* gradients)  (/ (self.tf.add-n each) self.parts))
      self.weights))

  ;; What changes but is not trained: the states, (batch, units) each, and the seeds of dropout, (2,).

  (defn _carries? [self variable]
    (any (gfor  state self.states  (is variable state))))

  (defn _deal [self]
    "The values of these variables for each part: its rows of a state, a seed of its own."
    (zip #* (gfor
      variable self.model.non-trainable-variables
      (if (._carries? self variable)
        (self.tf.split variable.value self.parts)
        (gfor  n (range self.parts)  (+ variable.value [(* n SEED-STEP) 0]))))))

  (defn _gather [self dealt]
    "Set these variables to their values from each part; every part counts its seeds alike."
    (for [[variable values] (zip self.model.non-trainable-variables (zip #* dealt))]
      (.assign variable (if (._carries? self variable)
        (self.tf.concat values 0)
        (get values 0))))))


(defn make-learner [layers vocabulary-size embedding batch-size lookback rng-seed learning-rate]
  "The learner that is fastest with this backend, as measured on two cores."
  (setv options [layers vocabulary-size embedding batch-size lookback rng-seed learning-rate])
  (if (and (= (keras.backend.backend) "tensorflow") (not (on-gpu?)))
    (PartsLearner (part-count layers batch-size (processors)) #* options)
    (Learner #* options)))
