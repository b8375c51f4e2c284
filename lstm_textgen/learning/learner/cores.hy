#[[A batch split over the cores of a processor, under TensorFlow.

Each core takes its rows of the batch through the window, forward and backward, and they
synchronize only to add up the gradients. If the cores share each small product of the loop
instead, they mostly wait for each other (bench/log.md).]]

(eval-when-compile (require hyrule [meth]))
(import
  contextlib [contextmanager]
  functools [cached-property lru-cache partial]
  keras
  tensorflow :as tf
  tensorflow.python.framework.ops [gradient-registry]
  lstm-textgen.learning.learner.network [carried? training-network]
  lstm-textgen.learning.learner.stock [StockLearner]
  lstm-textgen.settings.training [BETA-1 BETA-2 CLIP-NORM EPSILON])

(setv
  SEED-STEP 1000003  ; from one part's dropout to the next
  compiled (partial tf.function :jit-compile True :autograph False)
  traced (partial tf.function :autograph False))


(defn [contextmanager] gradients-forgotten []
  "Let TensorFlow forget the gradients, and so the graphs, of functions traced inside; not tapes'."
  (setv
    registry (getattr gradient-registry (get gradient-registry.__slots__ -1))  ; a dict
    before (set registry))
  (yield)
  (for [name (- (set registry) before)] (del (get registry name))))


(defclass PartsLearner [StockLearner]
  "A learner that splits each batch into `parts`, which TensorFlow runs in parallel."

  (meth __init__ [parts spec @batch-shape rng-seed learning-rate [bfloat16 False]]
    (with [_ (gradients-forgotten)]
      (.__init__ (super) spec batch-shape rng-seed learning-rate bfloat16)
      (setv @steps (compiled-steps parts spec batch-shape bfloat16)))
    (setv @changing @model.non-trainable-variables))

  (meth learn [x y]
    (float (@_learn (tf.constant x) (tf.constant y))))

  (meth validate [x y counted]
    (* x.size (float (@_validate (tf.constant x) (tf.constant y) (tf.constant counted)))))

  (meth [cached-property] _learn []
    (@_bound @steps.learn [@weights @changing @optimizer.variables] ["int32" "int32"]))

  (meth [cached-property] _validate []
    (@_bound @steps.validate [@weights @changing] ["int32" "int32" "float32"]))

  (meth _bound [step variables dtypes]
    #[[Return `step` as a function of a batch whose arrays have these `dtypes`.

    It is bound to `variables` once: to look them up takes as long as a small network's step.]]
    (setv
      tensors (lfor group variables (lfor v group v.value))
      batch (lfor dtype dtypes (tf.TensorSpec @batch-shape dtype)))
    (partial (.get-concrete-function step #* tensors #* batch) #* tensors)))


(defclass Steps []
  #[[The steps of learners with `parts` of a batch, of `batch-shape` (rows, lookback).

  They take variables as arguments: `weights`; those `changing` without being trained, which are
  states, (rows, units) each, and dropout seeds, (2,); and those of Keras' `adam`, in its order.
  Calls: `learn` (`_learn`, traced) → `_in-parts` → for each part `xla-learn` (`_learn-part`,
  compiled) → `_forward-part`; then `xla-update`. `validate` → `_in-parts` → `xla-validate`.]]

  (meth __init__ [@parts spec batch-shape bfloat16]
    (setv
      [rows lookback] batch-shape
      @network (training-network spec #((// rows parts) lookback) 0 bfloat16)
      @state? (lfor v @network.non-trainable-variables (carried? v))
      @loss (keras.losses.SparseCategoricalCrossentropy :from-logits True)
      ;; A context manager as a decorator: each call of `_learn`, which traces it, is inside.
      [@learn @validate] (map traced [((gradients-forgotten) @_learn) @_validate])
      [@xla-learn @xla-validate @xla-update]
        (map compiled [@_learn-part @_forward-part adam-step])))

  (meth _learn [weights changing adam x y]
    "Let each part learn its rows of a batch, then update the weights; return the mean loss."
    (setv [loss gradients] (@_in-parts @xla-learn weights changing x y))
    (@xla-update weights adam
      (lfor each (zip #* gradients) (/ (tf.add-n each) @parts)))
    loss)

  (meth _validate [weights changing x y counted]
    "Return the mean loss of a batch, each times `counted`."
    (get (@_in-parts @xla-validate weights changing x y counted) 0))

  (meth _in-parts [act weights changing #* batch]
    "Let each part `act` on its rows of `batch`; return the mean loss and the parts' gradients."
    (setv
      rows (zip (@_deal changing) #* (gfor array batch (tf.split array @parts)))
      [losses states gradients] (zip #* (gfor part rows
        (act (lfor w weights (tf.convert-to-tensor w)) #* part))))
    ;; All parts' dropout seeds advance alike.
    (for [[variable values state?] (zip changing (zip #* states) @state?)]
      (.assign variable (if state? (tf.concat values 0) (get values 0))))
    #((/ (tf.add-n losses) @parts) gradients))

  (meth _deal [changing]
    "Return the values of `changing` for each part: its rows of a state, its own dropout seed."
    (zip #* (gfor
      [variable state?] (zip changing @state?)
      (if state?
        (tf.split variable @parts)
        (lfor n (range @parts) (+ variable [(* n SEED-STEP) 0]))))))

  ;; One part. Its network gets weights and states as arguments: its own are never used.

  (meth _learn-part [weights states x y]
    "Return the loss of a part, its new states, and the gradients of the weights."
    (with [tape (tf.GradientTape)]
      (.watch tape weights)
      (setv [loss states _] (@_forward-part weights states x y :training True)))
    #(loss states (.gradient tape loss weights)))

  (meth _forward-part [weights states x y [counted None] [training False]]
    "Return the mean loss of a part, each times `counted`, its new states, and no gradients."
    (setv [logits states] (.stateless-call @network weights states x :training training))
    #((@loss y logits counted) states [])))


(defn adam-step [weights adam gradients]
  #[[Update `weights` and `adam` by a step of Adam with these `gradients`, clipped.

  `adam` are the variables of Keras' Adam: the number of steps before, the learning rate, and m
  and v for each weight. The formulas are in `StockLearner.learn`; Keras' own step is bound to its
  variables, and TensorFlow would keep its compiled code for every run.]]
  (setv
    [steps rate #* moments] adam
    norm (tf.sqrt (tf.reduce-sum (tf.stack (lfor g gradients (tf.reduce-sum (tf.square g))))))
    scale (+ (* CLIP-NORM (tf.minimum (/ 1.0 norm) (/ 1.0 CLIP-NORM)))
      (- norm norm))  ; as in Keras: NaN if the norm is infinite
    t (tf.cast (+ steps 1) rate.dtype)
    alpha (/ (* rate (tf.sqrt (- 1 (tf.pow BETA-2 t)))) (- 1 (tf.pow BETA-1 t))))
  (for [[w g m v] (zip weights gradients (cut moments 0 None 2) (cut moments 1 None 2))]
    (setv g (* g scale))
    (.assign-add m (* (- g m) (- 1 BETA-1)))
    (.assign-add v (* (- (tf.square g) v) (- 1 BETA-2)))
    (.assign-sub w (/ (* m alpha) (+ (tf.sqrt v) EPSILON))))
  (.assign-add steps 1))


;; TensorFlow keeps what XLA has compiled until the process ends, 25 MB for a small network, so
;; runs of one shape share it.
(setv compiled-steps ((lru-cache 2) Steps))
