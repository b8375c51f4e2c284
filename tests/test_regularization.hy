"Activation regularization of recurrent layers."

(import
  json
  numpy :as np
  pytest
  lstm-textgen.settings.training [ALPHA BETA]
  tests.helpers [run-hy succeeded])

(setv
  SHAPE #(2 5 3)
  ;; Prints how one step of plain gradient descent moves outputs that are weights themselves, with
  ;; a loss of their mean.
  STEP #[[
(import
  json
  keras
  numpy :as np
  lstm-textgen.learning.learner.network [regularized]
  tests.test-regularization [SHAPE outputs])
(defclass Outputs [keras.layers.Layer]
  (defn build [self shape]
    (setv self.h (.add-weight self :shape SHAPE)))
  (defn call [self x]
    (regularized (+ x self.h))))
(setv
  zeros (np.zeros SHAPE "float32")
  layer (Outputs)
  model (keras.Sequential [layer]))
(.build model SHAPE)
(.assign layer.h (outputs))
(.compile model :optimizer (keras.optimizers.SGD 1.0) :loss (fn [_ y] (keras.ops.mean y)))
(setv loss (.train-on-batch model zeros zeros))
(print (json.dumps [(float loss)
  (.tolist (- (outputs) (keras.ops.convert-to-numpy layer.h.value)))]))
]])


(defn outputs []
  (.normal (np.random.default-rng 2) :size SHAPE))


(defn penalty [h]
  (setv change (- (cut (np.swapaxes h 0 1) 1 None) (cut (np.swapaxes h 0 1) -1)))
  (/ (+ (* ALPHA (.sum (** h 2))) (* BETA (.sum (** change 2)))) h.size))


(defn slope [h place]
  "Return how the penalty grows with the output at `place`, by a small difference."
  (setv step (np.zeros SHAPE))
  (+= (get step place) 1e-4)
  (/ (- (penalty (+ h step)) (penalty (- h step))) 2e-4))


(defn [(pytest.mark.parametrize "backend"
    ["tensorflow" (pytest.param "jax" :marks pytest.mark.slow) "torch"])]
    test-a-step-makes-outputs-smaller-and-steadier-and-the-loss-is-that-of-the-text [backend]
  (setv
    [loss moved] (json.loads (succeeded (run-hy STEP :environment {"KERAS_BACKEND" backend})))
    h (outputs)
    expected (np.array (lfor place (np.ndindex SHAPE) (+ (/ 1 h.size) (slope h place)))))
  (assert (= loss (pytest.approx (.mean h) :abs 1e-6)))
  (assert (np.allclose (np.ravel moved) expected :atol 1e-5)))
