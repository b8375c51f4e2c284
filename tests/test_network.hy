"The network: products, the loop over time, the carried state, and its stock twin."

(import
  keras
  numpy :as np
  tensorflow :as tf
  lstm-textgen.learning.learner.network [carried? stock-model training-network]
  lstm-textgen.learning.learner.ourlstm [FastLSTM]
  lstm-textgen.learning.learner.protocol [arrays-of]
  lstm-textgen.settings.layers [NetworkSpec parse-layers]
  tests.helpers [train-tiny])

(setv
  SPEC (NetworkSpec (parse-layers "12,dropout:0.5,7,9") 6 4))


(defn network [[seed 1]]
  "Return a training network for windows of 5 ids in 3 rows."
  (training-network SPEC #(3 5) seed))


(defn some-ids [time]
  (.integers (np.random.default-rng 5) 0 SPEC.vocabulary-size #(3 time)))


(defn plain-lstm [x h c kernel recurrent]
  "Run an LSTM over time in plain steps, for autodiff: the formulae of `keras.layers.LSTM`."
  (setv hidden [])
  (for [step (tf.unstack x)]
    (setv
      z (+ (tf.matmul kernel step :transpose-a True) (tf.matmul recurrent h :transpose-a True))
      [i f g o] (tf.split z 4 0)
      c (+ (* (tf.sigmoid f) c) (* (tf.sigmoid i) (tf.tanh g)))
      h (* (tf.sigmoid o) (tf.tanh c)))
    (.append hidden h))
  #((tf.stack hidden) h c))


;; The shapes of what goes in, and of what comes out.
(setv
  SHAPES [#(6 7 3) #(5 3) #(5 3) #(7 20) #(5 20)]
  RESULTS [#(6 5 3) #(5 3) #(5 3)])


(defn outputs-and-gradients [loop jit]
  "Return the outputs of `loop` and all gradients, in float64, of a loss that weighs every output."
  (setv
    random (np.random.default-rng 3)
    inputs (lfor shape SHAPES (tf.constant (.normal random :size shape)))
    weights (lfor shape RESULTS (.normal random :size shape)))
  (defn run []
    (with [tape (tf.GradientTape)]
      (for [x inputs] (.watch tape x))
      (setv
        outputs (loop #* inputs)
        loss (sum (gfor [o w] (zip outputs weights) (tf.reduce-sum (* o w))))))
    [#* outputs #* (.gradient tape loss inputs)])
  ((tf.function run :jit-compile jit)))


(defn test-the-loop-and-its-gradient-agree-with-autodiff []
  (setv [a b] (lfor
    [loop jit] [#((. (FastLSTM 5) run) True) #(plain-lstm False)]
    (outputs-and-gradients loop jit)))
  (for [[x y] (zip a b :strict True)] (assert (np.allclose x y :rtol 1e-10 :atol 1e-12))))


(defn test-the-loop-in-bfloat16-is-close []
  (setv layer (FastLSTM 5 :bfloat16 True))
  (defn in-float32 [#* inputs]
    (lfor
      output (.run layer #* (gfor x inputs (tf.cast x tf.float32)))
      (tf.cast output tf.float64)))
  (setv
    low (outputs-and-gradients in-float32 True)
    exact (outputs-and-gradients plain-lstm False))
  (for [[a b] (zip low exact :strict True)]
    (assert (np.allclose a b :rtol 0.05 :atol 0.05))
    (assert (not (np.allclose a b :rtol 1e-5 :atol 1e-5)))))


(defn test-the-network-computes-what-its-stock-twin-does-and-carries-its-state-between-windows []
  (setv
    ours (network)
    ids (some-ids 15)
    random (np.random.default-rng 4))
  (for [weight ours.trainable-variables]  ; biases begin as zeros, which would hide their order
    (.assign weight (.normal random 0 0.5 weight.shape)))
  (setv
    twin (stock-model SPEC (arrays-of ours.trainable-variables))
    whole (.predict-on-batch twin ids)
    parts (lfor part (np.split ids 3 1) (.predict-on-batch ours part)))
  (assert (np.allclose (np.concatenate parts 1) whole :atol 1e-5)))


(defn test-the-seed-alone-decides-the-first-weights-and-dropout-acts-only-in-training []
  (setv
    [ours again other] (lfor seed [1 1 2] (network seed))
    [a b c] (lfor each [ours again other] (arrays-of each.trainable-variables))
    ids (some-ids 5))
  (for [[x y] (zip a b)] (assert (.all (= x y))))
  (assert (not (np.allclose (get a 0) (get c 0))))
  (defn logits [training]
    (for [state (filter carried? ours.variables)] (.assign state (keras.ops.zeros-like state)))
    (keras.ops.convert-to-numpy (ours ids :training training)))
  (assert (np.allclose (logits False) (logits False)))
  (assert (not (np.allclose (logits False) (logits True))))
  (assert (not (np.allclose (logits True) (logits True)))))


(defn test-keras-policies-of-the-program-around-do-no-harm [tmp-path]
  (keras.config.set-floatx "float64")
  (keras.config.set-dtype-policy "mixed_float16")
  (try
    (setv
      model (train-tiny tmp-path :epochs 1)
      stock (.to-keras model))
    (assert (= (. (keras.config.dtype-policy) name) "mixed_float16"))
    (assert (= (keras.config.floatx) "float64"))
    (finally
      (keras.config.set-floatx "float32")
      (keras.config.set-dtype-policy "float32")))
  (assert (= stock.compute-dtype "float32"))
  (assert (= (len model.history) 1)))
