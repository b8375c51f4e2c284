#[[A batch split over the devices of one or many machines, under JAX.

Every device has all weights and its own rows of a batch, with their states. It takes them through
the window, forward and backward, and one sum over the devices (all-reduce) combines what all need,
in one array, as each sum costs latency: gradients, loss, learning rate and wishes.]]

(eval-when-compile (require hyrule [meth]))
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

  (meth __init__ [spec batch-shape rng-seed @next-rate [devices None]]
    (setv
      [rows lookback] batch-shape
      layout (RowsParallel :devices devices :auto-shard-dataset False))
    (with [_ (.scope layout)] (.__init__ (super) spec batch-shape rng-seed next-rate))
    (setv
      @count layout.num-model-replicas
      @mesh layout.device-mesh.backend-mesh
      @part (training-network spec #((// rows @count) lookback) rng-seed :of-rows rows)
      @wishes (* [0] WISHES)
      @news @wishes
      @rate-index (.index (lfor v @optimizer.variables v.name) "learning_rate")
      carried (lfor v @model.non-trainable-variables (if (carried? v) SPLIT REPLICATED))
      state [REPLICATED REPLICATED carried]
      @learn-jit (@_compiled @_learn
        [#* state SPLIT SPLIT SPLIT] [#* state REPLICATED REPLICATED] [0 1 2])
      @validate-jit (@_compiled @_validate
        [REPLICATED carried SPLIT SPLIT SPLIT] [carried REPLICATED] [])))

  (meth _compiled [act takes gives donated]
    "Return `act` compiled for all devices; each gets its part of what is SPLIT."
    (jax.jit
      (jax.shard-map act :mesh @mesh :in-specs (tuple takes) :out-specs (tuple gives)
        :check-vma False)  ; otherwise JAX sums each gradient separately
      :donate-argnums donated))

  (meth _split [array]
    "Return `array`, this process's rows, as part of the global array."
    (jax.make-array-from-process-local-data (NamedSharding @mesh SPLIT) array))

  ;; * The learner's interface

  (meth learn [x y]
    (setv
      groups [@weights @optimizer.variables @model.non-trainable-variables]
      [#* now loss news] (@learn-jit
        #* (gfor variables groups (lfor v variables v.value))
        #* (gfor part [x y (@_words)] (@_split part))))
    (for [pair (zip groups now)  [variable array] (zip #* pair)] (.assign variable array))
    (setv @news (.tolist (np.asarray news)))
    (float loss))

  (meth validate [x y counted]
    (setv
      others @model.non-trainable-variables
      [arrays loss] (@validate-jit (lfor v @weights v.value) (lfor v others v.value)
        #* (gfor part [x y counted] (@_split part))))
    (for [[variable array] (zip others arrays)] (.assign variable array))
    (float loss))

  (meth set-rate [@next-rate])

  (meth agree [@wishes]
    "Send `WISHES` numbers to the others with the next batch; return the sums of the last ones."
    (if (= (jax.process-count) 1) wishes @news))

  (meth _words []
    "Return this process's message to the others: a row for each device, in the first one."
    (setv
      words (np.zeros #((// @count (jax.process-count)) (+ 1 WISHES)) "float32")
      (get words 0) [(if (jax.process-index) 0 @next-rate) #* @wishes])
    words)

  ;; * What each device does

  (meth _learn [weights optimizer others x y words]
    "Return weights, optimizer variables and others after a batch, its loss, the messages."
    (setv
      act (jax.value-and-grad @_loss :has-aux True)
      [[loss others] gradients] (act weights others x y True)
      [joined parted] (ravel-pytree [(lfor each [loss #* gradients] (/ each @count)) words])
      [[loss #* gradients] [words]] (parted (jax.lax.psum joined AXIS))
      (get optimizer @rate-index) (get words 0)
      [weights optimizer] (.stateless-apply @optimizer optimizer gradients weights))
    #(weights optimizer others loss (cut words 1 None)))

  (meth _validate [weights others x y counted]
    "Return the variables that aren't trained after a batch, and the sum of its `counted` losses."
    (setv [loss others] (@_loss weights others x y False counted))
    #(others (* x.size (jax.lax.psum loss AXIS))))

  (meth _loss [weights others x y training [counted None]]
    "Return the mean loss of this device's rows, each times `counted`, and the others' values."
    (setv [logits others] (.stateless-call @part weights others x :training training))
    #((@model.loss y logits counted) others)))


(defclass RowsParallel [keras.distribution.DataParallel]
  "Keras' data parallelism, with the states that batches carry split by rows like the batches."

  (meth get-variable-layout [variable]
    (if (carried? variable)
      (@get-data-layout variable.shape)
      (.get-variable-layout (super) variable))))
