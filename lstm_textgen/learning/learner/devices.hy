#[[A batch split over the devices of one or many machines, under JAX.

Every device has all weights and its own rows of a batch, with their states. It takes them through
the window, forward and backward, and one sum over the devices (all-reduce) combines what all need,
in one array, as each sum costs latency: gradients, loss, learning rate and wishes.]]

(import
  jax
  jax.flatten-util [ravel-pytree]
  jax.sharding [NamedSharding PartitionSpec]
  keras
  numpy :as np
  lstm-textgen.learning.learner.network [AXIS carried? training-network]
  lstm-textgen.learning.learner.stock [StockLearner])

(setv
  WISHES 4  ; numbers that each process sends to the others at each step
  ;; What each device gets of an argument: all of it, or its rows.
  REPLICATED (PartitionSpec)
  SPLIT (PartitionSpec AXIS))


(defclass DevicesLearner [StockLearner]
  #[[A learner that splits each batch over `devices`, by default all that all processes have.

  Its batches have only this process's rows, a multiple of its devices. `part` is the network for
  one device. It is called with weights and states as arguments, so its own are never used.]]

  (defn __init__ [self spec batch-shape rng-seed learning-rate [devices None]]
    (setv
      [rows lookback] batch-shape
      layout (RowsParallel :devices devices :auto-shard-dataset False))
    (with [_ (.scope layout)] (.__init__ (super) spec batch-shape rng-seed learning-rate))
    (setv
      self.count layout.num-model-replicas
      self.mesh layout.device-mesh.backend-mesh
      self.part (training-network spec #((// rows self.count) lookback) rng-seed :of-rows rows)
      self.next-rate learning-rate
      self.wishes (* [0] WISHES)
      self.news self.wishes
      self.rate-place (.index (lfor v self.optimizer.variables v.name) "learning_rate")
      carried (lfor v self.model.non-trainable-variables (if (carried? v) SPLIT REPLICATED))
      state [REPLICATED REPLICATED carried]
      self.learn-jit (._compiled self self._learn
        [#* state SPLIT SPLIT SPLIT] [#* state REPLICATED REPLICATED] [0 1 2])
      self.validate-jit (._compiled self self._validate
        [REPLICATED carried SPLIT SPLIT SPLIT] [carried REPLICATED] [])))

  (defn _compiled [self act takes gives donated]
    "Return `act` compiled for all devices; each gets its part of what is SPLIT."
    (jax.jit
      (jax.shard-map act :mesh self.mesh :in-specs (tuple takes) :out-specs (tuple gives)
        :check-vma False)  ; otherwise JAX sums each gradient separately
      :donate-argnums donated))

  (defn _split [self array]
    "Return `array`, this process's rows, as part of the global array."
    (jax.make-array-from-process-local-data (NamedSharding self.mesh SPLIT) array))

  ;; * The learner's interface

  (defn learn [self x y]
    (setv
      groups [self.weights self.optimizer.variables self.model.non-trainable-variables]
      [#* now loss news] (self.learn-jit
        #* (gfor variables groups (lfor v variables v.value))
        #* (gfor part [x y (._words self)] (._split self part))))
    (for [pair (zip groups now)  [variable array] (zip #* pair)] (.assign variable array))
    (setv self.news (.tolist (np.asarray news)))
    (float loss))

  (defn validate [self x y counted]
    (setv
      others self.model.non-trainable-variables
      [arrays loss] (.validate-jit self (lfor v self.weights v.value) (lfor v others v.value)
        #* (gfor part [x y counted] (._split self part))))
    (for [[variable array] (zip others arrays)] (.assign variable array))
    (float loss))

  (defn set-rate [self rate]
    (setv self.next-rate rate))

  (defn agree [self wishes]
    "Send `WISHES` numbers to the others with the next batch; return the sums of the last ones."
    (when (= (jax.process-count) 1) (return wishes))
    (setv self.wishes wishes)
    self.news)

  (defn _words [self]
    "Return this process's message to the others: a row for each device, in the first one."
    (setv
      words (np.zeros #((// self.count (jax.process-count)) (+ 1 WISHES)) "float32")
      (get words 0) [(if (jax.process-index) 0 self.next-rate) #* self.wishes])
    words)

  ;; * What each device does

  (defn _learn [self weights optimizer others x y words]
    "Return weights, optimizer variables and others after a batch, its loss, the messages."
    (setv
      act (jax.value-and-grad self._loss :has-aux True)
      [[loss others] gradients] (act weights others x y True)
      [joined parted] (ravel-pytree [(lfor each [loss #* gradients] (/ each self.count)) words])
      [[loss #* gradients] [words]] (parted (jax.lax.psum joined AXIS))
      (get optimizer self.rate-place) (get words 0)
      [weights optimizer] (.stateless-apply self.optimizer optimizer gradients weights))
    #(weights optimizer others loss (cut words 1 None)))

  (defn _validate [self weights others x y counted]
    "Return the variables that aren't trained after a batch, and the sum of its `counted` losses."
    (setv [loss others] (._loss self weights others x y False counted))
    #(others (* x.size (jax.lax.psum loss AXIS))))

  (defn _loss [self weights others x y training [counted None]]
    "Return the mean loss of this device's rows, each times `counted`, and the others' values."
    (setv [logits others] (.stateless-call self.part weights others x :training training))
    #((self.model.loss y logits counted) others)))


(defclass RowsParallel [keras.distribution.DataParallel]
  "Keras' data parallelism, with the states that batches carry split by rows like the batches."

  (defn get-variable-layout [self variable]
    (if (carried? variable)
      (.get-data-layout self variable.shape)
      (.get-variable-layout (super) variable))))
