"Batches split over devices and processes: the same training, and failures lose nothing."

(import
  re
  shutil
  signal
  time
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  tests.helpers [TEXT TINY-FLAGS output program refused wait-for write-text]
  tests.team [FLAGS endings on-jax plug start-team train-together two-machines])

(setv
  EPOCHS 8  ; enough for a signal to come before the end
  LONG ["--epochs" EPOCHS "--patience" 0]
  ;; What JAX showed once as both left, though saved and ended as asked; not in 136 other tries.
  JAX-ENDED r"F.*Terminating process because the JAX distributed service detected(.|\n)*")


(defn [(pytest.fixture :scope "module")] together [tmp-path-factory]
  "Train with two processes, which save once an epoch and leave JAX as it was; return the model."
  (setv folder (.mktemp tmp-path-factory "together"))
  (write-text folder)
  (get (train-together folder 2 #* LONG :before ["-m" "hy" "-c" "
    (import jaxlib sys lstm_textgen.cli [main] lstm_textgen.learning.training :as training)
    (setv
      gloo jaxlib._jax.make-gloo-tcp-collectives
      [saves save] [[] training.Training.save]
      training.Training.save (fn [#* self #** how] (.append saves 1) (save #* self #** how)))
    (assert (= (main (cut sys.argv 1 None)) 0))
    (assert (< 7 (len saves) 20))
    (assert (is gloo jaxlib._jax.make-gloo-tcp-collectives))"]) 0))


(defn same-bits? [a b]
  "Return whether two models would resume with the same bits."
  (all (gfor
    [x y] (zip [#* a.resume.variables #* a.resume.optimizer]
      [#* b.resume.variables #* b.resume.optimizer]
      :strict True)
    (= (.tobytes x) (.tobytes y)))))


(defn losses [model]
  "Return the losses in the history of a `model`, in nats."
  (lfor entry model.history name ["loss" "validation_loss"] (get entry name)))


;; * The same is learned

(defn [pytest.mark.slow] test-two-processes-reach-the-loss-of-one [tmp-path together]
  (write-text tmp-path)
  (train-alone tmp-path 1 #* LONG)
  (setv alone (load-checkpoint (/ tmp-path "model")))
  ;; After 42 steps and after 84.
  (assert (= (cut (losses alone) 4) (pytest.approx (cut (losses together) 4) :abs 1e-4))))


(defn train-alone [folder devices #* arguments]
  (output folder "--sources" "text.txt" #* TINY-FLAGS #* arguments :environment (on-jax devices)))


;; * Stopping and resuming

(defn [(pytest.fixture :scope "module")] stopped [tmp-path-factory]
  "Let a signal to the second of two processes stop them; return the folder of the model."
  (setv folder (.mktemp tmp-path-factory "stopped"))
  (write-text folder)
  (setv team (start-team [folder folder] #* LONG))
  (wait-for "epoch 1/" (. (get team 0) stdout))
  (.send-signal (get team 1) signal.SIGTERM)
  (setv [first second] (endings team))
  (assert (= (get first 0) (get second 0) (+ 128 signal.SIGTERM)))
  (assert (in "Training stopped; model saved" (get first 2)))
  (assert (= (re.sub JAX-ENDED "" (get second 2)) ""))
  folder)


(defn copied [folder place]
  (for [name ["text.txt" "model.h5"]] (shutil.copy (/ folder name) place))
  place)


(defn [pytest.mark.slow]
    test-a-distributed-run-resumes-with-the-same-bits [stopped together tmp-path]
  (assert (<= 1 (len (. (load-checkpoint (/ stopped "model")) history)) EPOCHS))
  (setv [resumed shown] (train-together (copied stopped tmp-path) 2 #* LONG))
  (assert (not-in "before" shown))
  (assert (= (losses resumed) (losses together)))
  (assert (same-bits? resumed together)))


(defn [pytest.mark.slow]
    test-a-distributed-run-resumes-on-other-devices-and-on-tensorflow [stopped together tmp-path]
  (copied stopped tmp-path)
  (setv shown (train-alone tmp-path 4 "--distributed" #* LONG))
  (assert (in "trained on 2 devices of 2 processes before, on 4 devices of 1 process now" shown))
  (setv resumed (load-checkpoint (/ tmp-path "model")))
  (assert (= (losses resumed) (pytest.approx (losses together) :abs 0.02)))
  (setv shown (output tmp-path "--sources" "text.txt" "--epochs" (+ EPOCHS 1) "--patience" 0))
  (assert (in "on one process without --distributed now" shown))
  (assert (in f"epoch {(+ EPOCHS 1)}/" shown)))


;; * Failures

(defn [pytest.mark.slow (pytest.mark.parametrize "dies" [0 1])]
    test-when-a-process-dies-the-others-end-and-the-last-save-stays [stopped tmp-path dies]
  (copied stopped tmp-path)
  (setv team (start-team [tmp-path tmp-path] "--epochs" 0))
  (wait-for "epoch " (. (get team 0) stdout))
  (.kill (get team dies))
  (setv begun (time.monotonic))
  (assert-deserted [(get (endings team) (- 1 dies))])
  (assert (< (- (time.monotonic) begun) 60))
  (assert (load-checkpoint (/ tmp-path "model") :resume True)))


(defn assert-deserted [endings]
  "Assert that all processes with these `endings` say that they lost another, or JAX says so."
  (for [[status _ complaint] endings]
    (assert (in status [2 (- signal.SIGABRT)]))
    (assert (re.search "lost another process of this run|another task died" complaint) complaint)))


(defn assert-refused [endings words]
  "Assert that all processes with these `endings` refused in a line that has `words`."
  (for [[status _ complaint] endings]
    (assert (= status 2))
    (assert (re.fullmatch f".*{words}.*\n" complaint) complaint)))


(defn [pytest.mark.slow]
    test-two-machines-train-and-end-when-their-cable-is-cut-and-resume [tmp-path]
  (write-text tmp-path)
  (setv
    machines (two-machines tmp-path)
    start (fn [] (start-team [tmp-path tmp-path] "--epochs" 0 "--patience" 0 :machines machines
      :before (changed "machines.HEARTBEAT = 10")))
    team (start))
  (wait-for "epoch 2" (. (get team 0) stdout))
  (plug (get machines 0) "down")
  (assert-deserted (endings team))
  (plug (get machines 0) "up")
  (setv epochs (gfor line (. (get (start) 0) stdout) :if (.startswith line "epoch ") line))
  (assert (not-in "epoch 1 " (next epochs))))


(defn changed [code]
  "Return what Python gets to run the program after `code` has changed `machines`."
  ["-c" f"
import os, sys, hy, lstm_textgen.learning.learner.machines as machines
from lstm_textgen.cli import main
{code}
sys.exit(main())"])


(defn [pytest.mark.slow] test-different-texts-are-refused-by-all [tmp-path]
  (setv folders (lfor name "ab" (/ tmp-path name)))
  (for [[folder text] (zip folders [TEXT (.upper TEXT)])] (write-text folder text))
  (assert-refused (endings (start-team folders)) "the processes differ in their texts")
  (assert (not (.exists (/ tmp-path "a" "model.h5")))))


(defn [pytest.mark.slow] test-a-batch-that-can-not-be-split-over-the-devices-is-refused [tmp-path]
  (write-text tmp-path)
  (refused
    (program #* FLAGS "--batch-size" 6 :folder tmp-path :environment (on-jax 4))
    "--batch-size 6 can't be split evenly over 4 devices; give a multiple of 4, such as 8"))


(defn test-a-distributed-run-on-another-backend-is-refused [tmp-path]
  (write-text tmp-path)
  (refused (program #* FLAGS :folder tmp-path) "set KERAS_BACKEND=jax"))
