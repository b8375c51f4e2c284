"The network for a GPU, tested without one: Keras' condition for cuDNN, and Apple's GPU."

(import
  pytest
  tests.helpers [run-hy succeeded])

(setv
  ;; Builds what trains on a GPU, where the backend has been made to believe that there is one, and
  ;; asks Keras about each recurrent layer whether it goes through cuDNN.
  ASKED #[hy[
(import
  unittest.mock [patch]
  keras
  keras.src.backend [cudnn-ok]
  lstm-textgen.learning.learner.network [Carried gpu-used training-network]
  lstm-textgen.settings.layers [NetworkSpec parse-layers])
(setv GPU {
  "tensorflow" ["tensorflow.config.list_physical_devices" "tensorflow.config.list_logical_devices"]
  "jax" ["jax.default_backend"]
  "torch" ["torch.cuda.is_available" "torch.backends.cudnn.is_available"]})
(setv patches (lfor
  name (get GPU (keras.backend.backend))
  (patch name (fn [#* _] (if (in "backend" name) "gpu" ["a GPU"])))))
(when (= (keras.backend.backend) "torch")
  (setv patches (lfor name (get GPU "torch") (patch name (fn [] True)))))
(defn ask []
  "Return what Keras says of each layer."
  (lfor
    layer (. (training-network (NetworkSpec (parse-layers "8,dropout:0.1,6") 7 4) #(2 5) 1) layers)
    :if (isinstance layer Carried)
    :setv inner layer.inner
    (and
      (bool inner.use-cudnn)
      (not inner.recurrent-dropout)
      (cudnn-ok inner.cell.activation inner.cell.recurrent-activation inner.unroll
        inner.cell.use-bias))))
(print "without" (any (ask)))
;; The layers are built, but what cuDNN would do can't be looked at without a GPU.
(.append patches (patch "keras.src.backend.lstm" :side-effect NotImplementedError))
(for [each patches] (.start each))
(print "with" (gpu-used) #* (ask))
]hy])

(setv APPLE #[hy[
(import
  os
  lstm-textgen.learning.learner.quiet [import-keras])
(import-keras)
(import
  torch
  lstm-textgen.learning.learner.network [gpu-used])
(print (gpu-used))
(setv torch.backends.mps.is-available (fn [] True))
(print (gpu-used) (get os.environ "PYTORCH_ENABLE_MPS_FALLBACK"))
(setv (get os.environ "KERAS_TORCH_DEVICE") "cpu")
(print (gpu-used))]hy])


(defn [(pytest.mark.parametrize "backend"
    ["tensorflow" (pytest.param "jax" :marks pytest.mark.slow) "torch"])]
    test-layers-for-a-gpu-go-through-cudnn [backend]
  (assert (=
    (.split (succeeded (run-hy ASKED :environment {"KERAS_BACKEND" backend})) "\n")
    ["without False" "with another True True" ""])))


(defn test-apples-gpu-is-used-where-there-is-one-unless-the-cpu-is-asked-for []
  (assert (=
    (succeeded (run-hy APPLE :environment {"KERAS_BACKEND" "torch"}))
    "None\nApple's 1\nNone\n")))
