#[[A batch split over the cores of a processor, under TensorFlow.

Each core takes its rows of the batch through the window, forward and backward, and they
synchronize only to add up the gradients. If the cores share each small product of the loop
instead, they mostly wait for each other (bench/log.md).]]

(eval-when-compile (require hyrule [meth]))
(import
  contextlib [contextmanager]
  functools [lru-cache partial]
  keras
  tensorflow :as tf
  tensorflow.python.framework.ops [gradient-registry]
  lstm-textgen.learning.learner.network [carried? training-network]
  lstm-textgen.learning.learner.stock [StockLearner])

(setv
  SEED-STEP 1000003  ; from one part's dropout to the next
  compiled (partial tf.function :jit-compile True :autograph False)
  traced (partial tf.function :autograph False))


(defn [contextmanager] gradients-forgotten []
  #[[Let TensorFlow forget the gradients of functions that are traced inside.

  It would keep them, and with them the graphs, until the process ends. A tape has its own.]]
  (setv
    registry (getattr gradient-registry (get gradient-registry.__slots__ -1))  ; a dict
    before (set registry))
  (yield)
  (for [name (- (set registry) before)] (del (get registry name))))


(defclass PartsLearner [StockLearner]
  "A learner that splits each batch into `parts`, which TensorFlow runs in parallel."

  (meth __init__ [@parts spec batch-shape rng-seed learning-rate [bfloat16 False]]
    (setv [rows lookback] batch-shape)
    (with [_ (gradients-forgotten)]
      (.__init__ (super) spec batch-shape rng-seed learning-rate bfloat16)
      (setv part (compiled-part spec #((// rows parts) lookback) bfloat16)))
    (setv
      @_learn (traced (partial @_step part.learn (compiled @_update)))
      @_validate (traced (partial @_step part.validate None))))

  (meth learn [x y]
    (float (@_learn x y)))

  (meth validate [x y counted]
    (* x.size (float (@_validate x y counted))))

  (meth [(gradients-forgotten)] _step [act update #* batch]
    "Let each part `act` on its rows of `batch`, and maybe `update` weights; return the mean loss."
    (setv
      weights (lfor w @weights (tf.convert-to-tensor w.value))
      rows (zip (@_deal) #* (gfor array batch (tf.split array @parts)))
      [losses states gradients] (zip #* (gfor part rows (act weights #* part))))
    (@_gather states)
    (when update (update gradients))
    (/ (tf.add-n losses) @parts))

  (meth _update [gradients]
    "Update the weights by the mean of all parts' `gradients`, which Adam clips."
    (.apply @optimizer (lfor each (zip #* gradients) (/ (tf.add-n each) @parts))
      @weights))

  ;; Variables that change but aren't trained: states, (rows, units) each, and dropout seeds, (2,).

  (meth _deal []
    "Return these variables' values for each part: its rows of a state, its own seed."
    (zip #* (gfor
      variable @model.non-trainable-variables
      (if (carried? variable)
        (tf.split variable.value @parts)
        (lfor n (range @parts) (+ variable.value [(* n SEED-STEP) 0]))))))

  (meth _gather [dealt]
    "Set these variables from all parts, whose seeds advance alike."
    (for [[variable values] (zip @model.non-trainable-variables (zip #* dealt))]
      (.assign variable (if (carried? variable) (tf.concat values 0) (get values 0))))))


(defclass Part []
  #[[A network for a part of a batch, `shape` (rows, lookback), and its compiled steps.

  It is called with weights and states as arguments, so its own are never used.]]

  (meth __init__ [spec shape bfloat16]
    (setv
      @network (training-network spec shape 0 bfloat16)
      @loss (keras.losses.SparseCategoricalCrossentropy :from-logits True)
      [@learn @validate] (map compiled [@_learn @_validate])))

  (meth _learn [weights states x y]
    "Return the loss of a part, its new states, and the gradients of the weights."
    (with [tape (tf.GradientTape)]
      (.watch tape weights)
      (setv [loss states _] (@_validate weights states x y :training True)))
    #(loss states (.gradient tape loss weights)))

  (meth _validate [weights states x y [counted None] [training False]]
    "Return the mean loss of a part, each times `counted`, its new states, and no gradients."
    (setv [logits states] (.stateless-call @network weights states x :training training))
    #((@loss y logits counted) states [])))


;; TensorFlow keeps what XLA has compiled until the process ends, 25 MB for a small network, so
;; runs of one shape share it.
(defn [(lru-cache 2)] compiled-part [spec shape bfloat16]
  "Return the `Part` for these arguments."
  (Part spec shape bfloat16))
