#[[A batch split over the cores of a processor, under TensorFlow.

Each core takes its rows of the batch through the window, forward and backward, and they
synchronize only to add up the gradients. If the cores share each small product of the loop
instead, they mostly wait for each other (bench/log.md).]]

(import
  functools [partial]
  tensorflow :as tf
  lstm-textgen.learning.learner.network [carried? training-network]
  lstm-textgen.learning.learner.stock [StockLearner])

(setv SEED-STEP 1000003)  ; from one part's dropout to the next


(defclass PartsLearner [StockLearner]
  #[[A learner that splits each batch into `parts`, which TensorFlow runs in parallel.

  `part` is the network for one of them. It is called with weights and states as arguments, so its
  own are never used; XLA compiles it once for all parts.]]

  (defn __init__ [self parts spec batch-shape rng-seed learning-rate [bfloat16 False]]
    (.__init__ (super) spec batch-shape rng-seed learning-rate bfloat16)
    (setv
      [rows lookback] batch-shape
      self.parts parts
      self.part (if (= parts 1) self.model
        (training-network spec #((// rows parts) lookback) rng-seed bfloat16))
      compiled (partial tf.function :jit-compile True :autograph False)
      traced (partial tf.function :autograph False)
      [learn validate update] (map compiled [self._learn-part self._validate-part self._update])
      self._learn (traced (partial self._step learn update))
      self._validate (traced (partial self._step validate None))))

  (defn learn [self x y]
    (float (._learn self x y)))

  (defn validate [self x y counted]
    (* x.size (float (._validate self x y counted))))

  (defn _step [self act update #* batch]
    "Let each part `act` on its rows of `batch`, and maybe `update` weights; return the mean loss."
    (setv
      weights (lfor w self.weights (tf.convert-to-tensor w.value))
      rows (zip (._deal self) #* (gfor array batch (tf.split array self.parts)))
      [losses states gradients] (zip #* (gfor part rows (act weights #* part))))
    (._gather self states)
    (when update (update gradients))
    (/ (tf.add-n losses) self.parts))

  (defn _learn-part [self weights states x y]
    "Return the loss of a part, its new states, and the gradients of the weights."
    (with [tape (tf.GradientTape)]
      (.watch tape weights)
      (setv [loss states _] (._validate-part self weights states x y :training True)))
    #(loss states (.gradient tape loss weights)))

  (defn _validate-part [self weights states x y [counted None] [training False]]
    "Return the mean loss of a part, each times `counted`, its new states, and no gradients."
    (setv [logits states] (.stateless-call self.part weights states x :training training))
    #((self.model.loss y logits counted) states []))

  (defn _update [self gradients]
    "Update the weights by the mean of all parts' `gradients`, which Adam clips."
    (.apply self.optimizer (lfor each (zip #* gradients) (/ (tf.add-n each) self.parts))
      self.weights))

  ;; Variables that change but aren't trained: states, (rows, units) each, and dropout seeds, (2,).

  (defn _deal [self]
    "Return these variables' values for each part: its rows of a state, its own seed."
    (zip #* (gfor
      variable self.model.non-trainable-variables
      (if (carried? variable)
        (tf.split variable.value self.parts)
        (lfor n (range self.parts) (+ variable.value [(* n SEED-STEP) 0]))))))

  (defn _gather [self dealt]
    "Set these variables from all parts, whose seeds advance alike."
    (for [[variable values] (zip self.model.non-trainable-variables (zip #* dealt))]
      (.assign variable (if (carried? variable) (tf.concat values 0) (get values 0))))))
