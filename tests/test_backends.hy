"TensorFlow, JAX and PyTorch: each trains, resumes with the same bits and writes, and a model moves through all three."

(import
  pytest
  tests.helpers [TINY-FLAGS program write-text]
  lstm_textgen.checkpoint [load-checkpoint])

(setv BACKENDS ["tensorflow" "jax" "torch"])


(defn train-on [backend folder epochs]
  "Train the model in `folder` by the program on `backend`, up to so many epochs in all."
  (setv result (program "--sources" "text.txt" #* TINY-FLAGS "--epochs" epochs
    :folder folder :environment {"KERAS_BACKEND" backend}))
  (assert (= result.returncode 0) result.stderr)
  (load-checkpoint (/ folder "model") :resume True))


;; Stops itself as Ctrl-C does, after 50 steps: 8 into the second epoch of 42.
(setv STOPPED #[[
(import signal  lstm_textgen.report [Quiet]  lstm_textgen.textmodel [train]  tests.helpers [TINY])
(setv left 50)
(defclass Stop [Quiet]
  (defn step [self #* _]
    (global left)
    (-= left 1)
    (when (= left 0)
      (signal.raise-signal signal.SIGINT))))
(try
  (train "text.txt" :report (Stop) :epochs 2 #** TINY)
  (except [KeyboardInterrupt]))
]])


(defn [(pytest.mark.parametrize "backend" BACKENDS)] test-a-stopped-run-ends-with-the-same-bits [tmp-path backend]
  (import os subprocess sys tests.helpers [ROOT])
  (setv [whole parts] [(/ tmp-path "whole") (/ tmp-path "parts")])
  (for [folder [whole parts]]
    (.mkdir folder)
    (write-text folder))
  (subprocess.run [sys.executable "-m" "hy" "-c" STOPPED] :cwd parts :check True
    :env {#** os.environ "PYTHONPATH" (str ROOT) "KERAS_BACKEND" backend})
  (assert (= (get (. (load-checkpoint (/ parts "model") :resume True) resume) "state" "step") 8))
  (setv [a b] (lfor  folder [whole parts]  (train-on backend folder 2)))
  (assert (= a.history b.history))
  (for [[x y] (zip (get a.resume "variables") (get b.resume "variables") :strict True)]
    (assert (= (.tobytes x) (.tobytes y)))))


(defn test-a-model-moves-through-all-three-and-goes-on-learning [tmp-path]
  (write-text tmp-path)
  (for [[n backend] (enumerate BACKENDS 1)]
    (setv model (train-on backend tmp-path n)))
  (setv losses (lfor  entry model.history  (get entry "validation_loss")))
  (assert (= losses (sorted losses :reverse True)))
  (setv result (program "--generate" "heylo" "--length" 20 :folder tmp-path))
  (assert (= result.returncode 0) result.stderr)
  (assert (> (len result.stdout) 20)))
