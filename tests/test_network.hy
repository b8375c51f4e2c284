"The network: the loop over time, the carried state, and its stock twin."

(import
  keras
  numpy :as np
  tensorflow :as tf
  lstm_textgen.checkpoint [Checkpoint]
  lstm_textgen.layers [parse-layers]
  lstm_textgen.network [carried-states lstm-over-time stock-model training-network]
  lstm_textgen.vocabulary [Vocabulary])

(setv SPEC "12,dropout:0.5,gru:7,lstm:9,lstm-hard:8")


(defn values [variables]
  (lfor  v variables  (keras.ops.convert-to-numpy v)))


(defn make [[batch-size 3] [lookback 5] [seed 1]]
  "A training network with a vocabulary of 6."
  (training-network (parse-layers SPEC) 6 4 batch-size lookback seed))


(defn stock-twin [network]
  (stock-model (Checkpoint (values network.trainable-variables)
    (Vocabulary "characters" (list "abcdef")) {"layers" SPEC  "embedding" 4} [])))


(defn some-ids [time]
  (.integers (np.random.default-rng 5) 0 6 #(3 time)))


(defn plain-lstm [z h c kernel]
  "An LSTM over time in plain steps, for autodiff: the formulae of `keras.layers.LSTM`."
  (setv hidden [])
  (for [step (tf.unstack z)]
    (setv
      [i f g o] (tf.split (+ step (tf.matmul h kernel)) 4 1)
      c (+ (* (tf.sigmoid f) c) (* (tf.sigmoid i) (tf.tanh g)))
      h (* (tf.sigmoid o) (tf.tanh c)))
    (.append hidden h))
  #((tf.stack hidden) h c))


(defn gradients [lstm jit]
  "The outputs of `lstm` and all its gradients, in float64, for a loss that weighs every output."
  (setv
    random (np.random.default-rng 3)
    inputs (lfor  shape [#(6 3 20) #(3 5) #(3 5) #(5 20)]  (tf.constant (.normal random :size shape)))
    weights (lfor  shape [#(6 3 5) #(3 5) #(3 5)]  (.normal random :size shape)))
  (defn run []
    (with [tape (tf.GradientTape)]
      (for [x inputs]
        (.watch tape x))
      (setv outputs (lstm #* inputs))
      (setv loss (sum (gfor  [o w] (zip outputs weights)  (tf.reduce-sum (* o w))))))
    #((list outputs) (.gradient tape loss inputs)))
  ((tf.function run :jit-compile jit)))


(defn test-the-loop-and-its-gradient-agree-with-autodiff []
  (setv
    [outputs slopes] (gradients lstm-over-time True)
    [expected-outputs expected-slopes] (gradients plain-lstm False))
  (for [[ours theirs] (zip [#* outputs #* slopes] [#* expected-outputs #* expected-slopes] :strict True)]
    (assert (np.allclose ours theirs :rtol 1e-10 :atol 1e-12))))


(defn test-the-training-network-computes-what-its-stock-twin-does []
  (setv
    network (make)
    ids (some-ids 5))
  (assert (np.allclose (.predict-on-batch network ids) (.predict-on-batch (stock-twin network) ids) :atol 1e-6)))


(defn test-state-is-carried-from-window-to-window []
  (setv
    network (make)
    ids (some-ids 15)
    whole (.predict-on-batch (stock-twin network) ids)
    parts (lfor  part (np.split ids 3 1)  (.predict-on-batch network part)))
  (assert (np.allclose (np.concatenate parts 1) whole :atol 1e-6)))


(defn test-each-recurrent-layer-carries-its-own-state []
  (assert (= (lfor  state (carried-states (make))  (tuple state.shape))
    [#(3 12) #(3 12) #(3 7) #(3 9) #(3 9) #(3 8) #(3 8)])))


(defn test-the-seed-alone-decides-the-first-weights []
  (setv [a b c] (lfor  seed [1 1 2]  (values (. (make :seed seed) trainable-variables))))
  (for [[x y] (zip a b)]
    (assert (.all (= x y))))
  (assert (not (np.allclose (get a 0) (get c 0)))))


(defn test-dropout-acts-only-in-training []
  (setv
    network (make)
    ids (some-ids 5))
  (defn logits [training]
    (for [state (carried-states network)]
      (.assign state (keras.ops.zeros-like state)))
    (keras.ops.convert-to-numpy (network ids :training training)))
  (assert (np.allclose (logits False) (logits False)))
  (assert (not (np.allclose (logits False) (logits True))))
  (assert (not (np.allclose (logits True) (logits True)))))
