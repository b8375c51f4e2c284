#[[A batch split over devices, of one machine or of many, under JAX.

Every device has all weights and its own rows of a batch, with their states. It takes them through
the window, forward and back, and what all need to know goes into one sum over the devices
(all-reduce): gradients, loss, learning rate and wishes, joined in one array. A link costs time for
each sum, however small.]]

(import
  contextlib [contextmanager]
  jax
  jax.flatten-util [ravel-pytree]
  jax.sharding [NamedSharding PartitionSpec]
  keras
  numpy :as np
  lstm-textgen.backends.jax [AXIS]
  lstm-textgen.learner [Learner]
  lstm-textgen.network [CARRIED training-network]
  lstm-textgen.parallel.machines [check-rows])

(setv WISHES 4)  ; numbers that each process tells the others at each step


(defclass DevicesLearner [Learner]
  #[[A `Learner` that splits each batch over `devices`, by default all that all processes have.

  Batches given to it have only this process's rows. Raise `ValueError` if the rows
  can't be split evenly.

  `part` is the network for one device. It is called with weights and states as arguments, so its
  own are never used.]]

  (defn __init__ [self spec batch-shape rng-seed learning-rate [devices None]]
    (setv
      [rows lookback] batch-shape
      self.layout (RowsParallel :devices devices :auto-shard-dataset False)
      count self.layout.num-model-replicas)
    (check-rows rows count)
    (with [_ (.scope self.layout)]
      (.__init__ (super) spec batch-shape rng-seed learning-rate))
    (setv
      self.count count
      self.mesh self.layout.device-mesh.backend-mesh
      self.part (training-network spec #((// rows count) lookback) rng-seed :of-rows rows)
      self.rate learning-rate
      self.wishes (* [0] WISHES)
      self.news self.wishes
      rates (lfor v self.optimizer.variables (= v.name "learning_rate"))
      self.rate-place (.index rates True)
      carried (lfor v self.model.non-trainable-variables (if (carried? v) SPLIT WHOLE))
      self.learn-jit (._compiled self self._learn
        [WHOLE WHOLE carried SPLIT SPLIT SPLIT]
        [WHOLE WHOLE carried WHOLE WHOLE]
        [0 1 2])
      self.validate-jit (._compiled self self._validate
        [WHOLE carried SPLIT SPLIT]
        [carried WHOLE]
        [])
      self.emptied (jax.jit
        (fn [states] (lfor s states (jax.numpy.zeros-like s)))
        :out-shardings (._sharding self SPLIT))))

  (defn _compiled [self act takes gives donated]
    "Return `act` compiled for all devices; each gets its part of what is SPLIT."
    (jax.jit
      (jax.shard-map act
        :mesh self.mesh
        :in-specs (tuple takes)
        :out-specs (tuple gives)
        :check-vma False)  ; else JAX sums each gradient by itself
      :donate-argnums donated))

  (defn _sharding [self spec]
    (NamedSharding self.mesh spec))

  (defn _split [self array]
    "Return `array`, this process's rows, as a part of that of all."
    (jax.make-array-from-process-local-data (._sharding self SPLIT) array))

  ;; * What a run asks of it

  (defn learn [self x y]
    (setv [weights optimizer others loss news] (.learn-jit self
      #* (._values self)
      (._split self x)
      (._split self y)
      (._words self)))
    (for [[variables arrays] [
        [self.weights weights]
        [self.optimizer.variables optimizer]
        [self.model.non-trainable-variables others]]]
      (_assign variables arrays))
    (setv self.news (.tolist (np.asarray news)))
    (float loss))

  (defn validate [self x y]
    (setv
      [weights _ others] (._values self)
      [others loss] (.validate-jit self weights others (._split self x) (._split self y)))
    (_assign self.model.non-trainable-variables others)
    (float loss))

  (defn empty-states [self]
    (_assign self.states (.emptied self (lfor s self.states s.value))))

  (defn [contextmanager] other-states [self]
    (setv kept (lfor s self.states s.value))
    (.empty-states self)
    (yield)
    (_assign self.states kept))

  (defn set-rate [self rate]
    (setv self.rate rate))

  (defn agree [self wishes]
    #[[Tell the others with the next batch what this process wishes; return what the last one told.

    `wishes` are `WISHES` numbers, of which all processes get the sums.]]
    (when (= (jax.process-count) 1)
      (return wishes))
    (setv self.wishes wishes)
    self.news)

  (defn _values [self]
    (lfor
      variables [self.weights self.optimizer.variables self.model.non-trainable-variables]
      (lfor v variables v.value)))

  (defn _words [self]
    "Return what this process tells the others: a row for each device, the first has it."
    (setv
      words (np.zeros #((jax.local-device-count) (+ 1 WISHES)) "float32")
      (get words 0) [(if (jax.process-index) 0 self.rate) #* self.wishes])
    (._split self words))

  ;; * What each device does

  (defn _learn [self weights optimizer others x y words]
    "Return weights, the optimizer's variables and the others after a batch, its loss, the news."
    (setv
      act (jax.value-and-grad self._loss :has-aux True)
      [[loss others] gradients] (act weights others x y True)
      [joined parted] (ravel-pytree [gradients loss words])
      [gradients loss [words]] (parted (jax.lax.psum joined AXIS))
      (get optimizer self.rate-place) (get words 0)
      [weights optimizer] (.stateless-apply self.optimizer optimizer gradients weights))
    #(weights optimizer others loss (cut words 1 None)))

  (defn _validate [self weights others x y]
    "Return the variables that aren't trained after a batch, and its loss."
    (setv [loss others] (._loss self weights others x y False))
    #(others (jax.lax.psum loss AXIS)))

  (defn _loss [self weights others x y training]
    "Return this device's share of the batch's mean loss, and the other variables afterwards."
    (setv [logits others] (.stateless-call self.part weights others x :training training))
    #((/ (self.model.loss y logits) self.count) others)))


(defclass RowsParallel [keras.distribution.DataParallel]
  "Keras' data parallelism, with the states that batches carry split by rows like the batches."

  (defn get-variable-layout [self variable]
    (if (carried? variable)
      (.get-data-layout self variable.shape)
      (.get-variable-layout (super) variable))))


(setv
  WHOLE (PartitionSpec)
  SPLIT (PartitionSpec AXIS))


(defn carried? [variable]
  "Return whether a Keras `variable` is a state that is carried from batch to batch."
  (.startswith variable.name CARRIED))


(defn _assign [variables arrays]
  (for [[variable array] (zip variables arrays)]
    (.assign variable array)))
