"TensorFlow, JAX and PyTorch: imported quietly; each trains, resumes exactly and generates."

(import
  concurrent.futures [ThreadPoolExecutor]
  os
  time [sleep]
  pytest
  lstm-textgen.cli [main]
  lstm-textgen.learning.learner [quiet]
  lstm-textgen.learning.learner.quiet [muted-stderr own-process]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.modelfile.history [kept-entry loss-of]
  lstm-textgen.textmodel [TextModel]
  tests.counting [CountingLearner]
  tests.helpers [TEXT TINY-FLAGS counting output program run-hy run-python succeeded train-tiny
    untimed write-text])

(setv
  BACKENDS ["tensorflow" "jax" "torch"]
  STOPPED-STEP 8
  ;; Stops itself as Ctrl-C does, after 50 steps: 8 into the second epoch of 42.
  STOPPED #[[
(import
  lstm-textgen.textmodel [train]
  tests.helpers [StopAfter TINY])
(try
  (train "text.txt" :display (StopAfter 50) :epochs 2 #** TINY)
  (except [KeyboardInterrupt]))
]])


(defn train-on [backend folder epochs]
  "Train the model in `folder` with the program on `backend`, up to a total of epochs."
  (succeeded (program "--sources" "text.txt" #* TINY-FLAGS "--epochs" epochs
    :folder folder
    :environment {"KERAS_BACKEND" backend}))
  (load-checkpoint (/ folder "model") :resume True))


;; * Importing them

(defn [pytest.mark.slow] test-keras-is-imported-in-silence-without-a-standard-error []
  (setv result (run-python "-c" "
import os, sys, hy
from lstm_textgen.learning.learner.quiet import import_keras
os.close(2)
import_keras()
print('keras' in sys.modules, 'tensorflow' in sys.modules)"
    :cold True))
  (assert (= [(succeeded result) result.stderr] ["True True\n" ""])))


(defn test-a-backend-that-cannot-train-is-refused [here monkeypatch capsys]
  (write-text here)
  (for [backend ["Torch" "openvino"]]
    (.setenv monkeypatch "KERAS_BACKEND" backend)
    (assert (= (main ["--sources" "text.txt" #* TINY-FLAGS]) 2))
    (assert (.endswith (. (.readouterr capsys) err)
      f"KERAS_BACKEND is \"{backend}\", but must be tensorflow, jax or torch\n")))
  (assert (= (os.listdir) ["text.txt"])))


(defn [pytest.mark.quick]
    test-the-program-s-standard-error-is-withheld-while-it-is-muted-and-shown-if-something-fails
    [capfd]
  (with [_ (own-process)  _ (muted-stderr)] (os.write 2 b"a page of greetings\n"))
  (with [_ (pytest.raises ImportError)]
    (with [_ (own-process)  _ (muted-stderr)]
      (os.write 2 b"no such library\n")
      (raise (ImportError "it failed"))))
  (assert (= (. (.readouterr capfd) err) "no such library\n")))


(defn test-threads-that-import-keras-leave-standard-error-as-it-was []
  (setv before (os.fstat 2))
  (defn mute [pause]
    (sleep pause)
    (with [_ (muted-stderr)] (sleep 0.1)))
  (with [pool (ThreadPoolExecutor)] (list (.map pool mute [0 0.05])))
  (assert (os.path.samestat (os.fstat 2) before)))


(defn [counting (pytest.mark.parametrize #("wanted" "threads" "faults" "shown") [
    #(False 1 False 42) #(True 2 False 42) #(True 1 True 42) #(True 1 False 41)])]
    test-python-s-standard-error-is-muted-only-if-quiet-is-wanted-and-nothing-else-writes-to-it
    [tmp-path capfd monkeypatch wanted threads faults shown]
  (.setattr monkeypatch quiet "active_count" (fn [] threads))
  (.setattr monkeypatch quiet.faulthandler "is_enabled" (fn [] faults))
  (defn learn [#* _]
    (os.write 2 b"log\n")
    3.0)
  (.setattr monkeypatch CountingLearner "learn" learn)  ; the first of its 42 steps compiles
  (train-tiny tmp-path :epochs 1 :quiet wanted)
  (assert (= (.count (. (.readouterr capfd) err) "log\n") shown)))


;; * Training on them

(defn [pytest.mark.slow (pytest.mark.parametrize "first" ["" "import keras"])]
    test-training-warns-of-nothing-even-if-keras-came-first [tmp-path first]
  (write-text tmp-path)
  (setv result (run-python "-W" "error" "-c" f"{first}
import lstm_textgen
lstm_textgen.train('text.txt', layers='4,4', epochs=1, quiet=True).to_keras()"
    :cold True :cwd tmp-path))
  (assert (= (succeeded result) ""))
  (assert (or first (.startswith result.stderr "model.h5 has hardly learned the text"))))


(defn [(pytest.fixture :params [
    "tensorflow"
    (pytest.param "jax" :marks pytest.mark.slow)
    (pytest.param "torch" :marks pytest.mark.slow)])]
    unharmed [request tmp-path-factory optimized]
  "A backend, and the model of a run on it that was never stopped."
  (setv folder (tmp-path-factory.mktemp "whole"))
  (write-text folder)
  #(request.param (train-on request.param folder 2)))


(defn test-a-stopped-run-ends-with-the-same-bits [tmp-path unharmed]
  (setv [backend a] unharmed)
  (write-text tmp-path)
  (succeeded (run-hy STOPPED
    :cwd tmp-path
    :environment {"KERAS_BACKEND" backend}))
  (setv stopped (load-checkpoint (/ tmp-path "model") :resume True))
  (assert (= stopped.resume.progress.step STOPPED-STEP))
  (setv b (train-on backend tmp-path 2))
  (assert (= (untimed a.history) (untimed b.history)))
  (for [[x y] (zip a.resume.variables b.resume.variables :strict True)]
    (assert (= (.tobytes x) (.tobytes y)))))


(defn test-validation-shows-the-score-of-the-held-out-text-in-context [trained-once]
  (setv
    model (load-checkpoint (/ trained-once "model"))
    [_ _ bits] (.score (TextModel model) TEXT))  ; of characters; the last tenth is held out
  (assert (= (loss-of (kept-entry model.history))
    (pytest.approx (.mean (cut bits (- (round (* 0.1 (len bits)))) None)) :abs 0.005))))


(defn [pytest.mark.slow] test-a-model-moves-through-all-three-and-goes-on-learning [tmp-path]
  (write-text tmp-path)
  (for [[n backend] (enumerate BACKENDS 1)] (setv model (train-on backend tmp-path n)))
  (setv losses (lfor entry model.history (get entry "validation_loss")))
  (assert (= losses (sorted losses :reverse True)))
  (assert (> (len (output tmp-path "--generate" "heylo" "--length" 20)) 20)))
