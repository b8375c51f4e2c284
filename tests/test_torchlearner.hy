"Training steps on PyTorch: the same as Keras' own, nearly so in bfloat16; resuming."

(import
  json
  pytest
  lstm-textgen.basics.machine [gpu?]
  tests.helpers [run-hy succeeded])

(setv
  ;; What the tests below run under PyTorch, each with its own end.
  BEGINNING #[[
(import
  json
  sys
  numpy :as np
  lstm-textgen.learning.learner.choice [make-learner]
  lstm-textgen.learning.learner.protocol [arrays-of]
  lstm-textgen.learning.learner.stock [StockLearner]
  lstm-textgen.learning.learner.torchsteps [TorchLearner]
  lstm-textgen.settings.layers [NetworkSpec parse-layers])
(setv
  SHAPE #(4 5)
  SIZE 6
  random (np.random.default-rng 2)
  [held #* seen] (lfor _ (range 7) (lfor _ "xy" (.integers random 0 SIZE SHAPE :dtype "int32")))
  counted (.astype (< (get held 0) 3) "float32"))
(defn learner [kind layers bfloat16]
  (kind (NetworkSpec (parse-layers layers) SIZE 4) SHAPE 1 0.01 bfloat16))
(defn losses [learner batches]
  (lfor [x y] batches (.learn learner x y)))
(defn state [learner]
  [#* (arrays-of learner.variables) #* (arrays-of learner.optimizer.variables)])
]])


(defn on-torch [code]
  (json.loads (succeeded (run-hy (+ BEGINNING code) :environment {"KERAS_BACKEND" "torch"}))))


(defn test-steps-on-pytorch-teach-what-keras-own-steps-do-without-tensorflow []
  (setv [chosen tensorflow ours keras] (on-torch #[[
(setv
  chosen (type (make-learner (NetworkSpec (parse-layers "8") SIZE 4) SHAPE 1 0.01))
  tensorflow? (in "tensorflow" sys.modules))
(print (json.dumps [chosen.__name__ tensorflow? #* (lfor kind [chosen StockLearner]
  (do
    (setv each (learner kind "8,dropout:0.5,lstm:6" False))
    (for [w each.weights]
      (.assign w (* 8 w.value)))  ; so that gradients are long enough to be clipped
    [ (losses each seen)
      (.validate each #* held counted)
      (lfor array (state each) (.tolist array))]))]))
]]))
  (assert (= [chosen tensorflow] ["TorchLearner" (gpu?)]))
  (assert (= (len (flat ours)) (len (flat keras))))
  (for [[a b] (zip (flat ours) (flat keras))] (assert (= a (pytest.approx b :abs 1e-3)))))


(defn test-where-bits-differ-the-number-of-threads-stays-also-when-resumed []
  "Make one thread look faster, and two threads give other bits than one."
  (setv found (on-torch #[[
(import
  itertools [count]
  torch
  lstm-textgen.learning.learner.torchsteps :as torchsteps)
(defclass Learner [TorchLearner]
  (defn _timed [self x y]
    (setv [loss _] (._timed (super) x y))
    #(loss (if (= (torch.get-num-threads) 1) 0.1 0.2))))
(setv
  torchsteps.cores (fn [] 2)
  numbers (count)
  torchsteps.digest (fn [arrays] (next numbers)))
(defn used [one-thread]
  (setv
    each (learner Learner "8" False)
    each.one-thread one-thread)
  (losses each seen)
  [(torch.get-num-threads) each.one-thread])
(print (json.dumps (lfor one-thread [None False True] (used one-thread))))
]]))
  (assert (= found [[1 True] [2 False] [1 True]])))


(defn flat [nested]
  (if (isinstance nested list)
    (lfor part nested number (flat part) number)
    [nested]))


(defn test-steps-on-pytorch-in-bfloat16-teach-nearly-the-same-and-resume-with-the-same-bits []
  (setv [exact rounded whole parts] (on-torch #[[
(setv [exact whole before after] (lfor
  bfloat16 [False True True True]
  (learner TorchLearner "8,dropout:0.5,lstm:6" bfloat16)))
(setv taught (lfor each [exact whole] (losses each seen)))
(losses before (cut seen 3))
(.restore after (state before))
(losses after (cut seen 3 None))
(print (json.dumps [#* taught #* (lfor each [whole after] (lfor a (state each) (.tolist a)))]))
]]))
  (assert (= rounded (pytest.approx exact :rel 0.01)))
  (assert (!= rounded exact))
  (assert (= whole parts)))


;; Prints how far results and gradients of LSTMs are from those in float32 without more inputs and
;; units: in bfloat16 with 1,024 units, and in float32 with more of both.
(setv ROOMY-LSTMS #[[
(import
  keras
  torch
  lstm-textgen.learning.learner [torchlstm :as ours])
(setv x (torch.from-numpy (.astype (.normal random :size #(2 3 7)) "float32")))
(defn results [units dtype]
  (keras.utils.set-random-seed 1)
  (setv
    layer (ours.TorchLSTM units :return-sequences True :dtype dtype)
    in-float (.clone x))
  (.requires-grad- in-float)
  (setv out (layer in-float))
  (.backward (** (.float out) 2) (torch.ones-like out :dtype torch.float32))
  (lfor
    t [out in-float.grad #* (gfor w layer.trainable-variables w.value.grad)]
    (.flatten (.float (.detach t)))))
(defn distance [others]
  (max (gfor [a b] (zip others exact) (float (/ (.norm (- a b)) (.norm b))))))
(setv
  exact (results 1024 "float32")
  low (distance (results 1024 "mixed_bfloat16"))
  exact (results 12 "float32")
  ours.idle-units (fn [units] 8)
  lstm torch.lstm
  torch.lstm (fn [x h weights #* options]
    (setv [x weights h] (ours.with-room x (cut weights 3) h))
    (lstm x h [#* weights (torch.zeros-like (get weights 2))] #* options)))
(print (json.dumps [low (distance (results 12 "float32"))]))
]])


(defn test-more-inputs-and-idle-units-keep-gradients-right []
  (setv [in-bfloat16 with-room] (on-torch ROOMY-LSTMS))
  (assert (< 1e-4 in-bfloat16 0.03))
  (assert (< with-room 1e-5)))
