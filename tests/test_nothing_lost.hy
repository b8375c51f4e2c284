"Nothing lost: what a training run does about models that are damaged, missing or can't be saved."

(import
  contextlib [suppress]
  os
  subprocess
  sys
  keras
  numpy :as np
  pytest
  lstm_textgen.batches [split-ids]
  lstm_textgen.checkpoint [load-checkpoint save-checkpoint]
  lstm_textgen.report.plain [Quiet]
  tests.helpers [ROOT TEXT program refused train-tiny])


(defn [pytest.fixture] trained-on [trained]
  "A folder with a model that was trained on once more, so that it has a `.bak`."
  (train-tiny trained :epochs 3)
  trained)


(defn test-training-resumes-from-the-backup-of-a-damaged-model-and-says-so [trained-on]
  (setv
    path (/ trained-on "model.h5")
    before (.read-bytes (/ trained-on "model.h5.bak")))
  (.write-bytes path (cut (.read-bytes path) 5000))
  (setv result (program "--sources" "text.txt" "--epochs" "3" :folder trained-on))
  (assert (= result.returncode 0) result.stderr)
  (assert (in "cut off" result.stderr))
  (assert (in "the model saved before it is used instead: model.h5.bak" result.stderr))
  (assert (= (len (. (load-checkpoint path) history)) 3))
  (assert (= (.read-bytes (/ trained-on "model.h5.bak")) before)))  ; the damaged one has not taken its place


(defn test-where-only-the-backup-is-left-no-run-begins-over-it [trained-on]
  (setv before (.read-bytes (/ trained-on "model.h5.bak")))
  (.unlink (/ trained-on "model.h5"))
  (refused (program "--sources" "text.txt" :folder trained-on) "model.h5.bak" "rename")
  (assert (= (.read-bytes (/ trained-on "model.h5.bak")) before))
  (assert (not (.exists (/ trained-on "model.h5")))))


(defn test-what-dead-runs-left-is-swept-before-training [trained]
  (setv stray (/ trained ".model.h5.1.tmp"))
  (.write-bytes stray b"half of a mod")
  (train-tiny trained :epochs 2)
  (assert (not (.exists stray))))


(defn test-weights-that-are-not-finite-do-not-replace-the-model [trained]
  (import lstm_textgen.training [Training])
  (setv
    path (/ trained "model.h5")
    before (.read-bytes path)
    said []
    report (Quiet)
    report.warn said.append
    checkpoint (load-checkpoint path :resume True)
    training (Training checkpoint #* (split-ids (.encode checkpoint.vocabulary TEXT) 0.1 16) path report)
    bias (get training.learner.weights -1))
  (.assign bias (keras.ops.full-like bias np.nan))
  (.try-to-save training)
  (assert (= said [f"{path} could not be saved: its optimizer state: a number is not finite; training goes on and tries again at the next save"]))
  (with [_ (pytest.raises OSError :match "not finite")]
    (training.save))
  (assert (= (.read-bytes path) before)))


(defn test-a-step-larger-than-any-machine-is-refused-before-training [trained]
  (.unlink (/ trained "model.h5"))
  (refused (program "--sources" "text.txt" "--batch-size" "5000" "--lookback" "500" :folder trained) "5000 windows of 500" "--batch-size")
  (assert (not (.exists (/ trained "model.h5")))))


(defn test-where-what-was-kept-does-not-fit-training-goes-on-from-the-weights [trained]
  (setv model (load-checkpoint (/ trained "model.h5") :resume True))
  (.append model.resume.optimizer (np.zeros 3 "float32"))
  (save-checkpoint model (/ trained "model"))
  (setv result (program "--sources" "text.txt" "--epochs" "3" :folder trained))
  (assert (= [result.returncode (.count result.stderr "\n")] [0 1]) result.stderr)
  (assert (in "from the weights with a new optimizer" result.stderr))
  (setv losses (lfor entry (. (load-checkpoint (/ trained "model")) history)  (get entry "loss")))
  (assert (= (len losses) 3))
  (assert (< (get losses 2) (get losses 0))))


(defn test-a-model-that-another-process-has-open-is-replaced-all-the-same [trained]
  (setv path (/ trained "model.h5"))
  (with [reader (subprocess.Popen
      [sys.executable "-c" "import h5py, sys; f = h5py.File(sys.argv[1]); print(flush=True); input(); print(len(f['model_weights/dense/bias'][:]))" path]
      :stdin subprocess.PIPE :stdout subprocess.PIPE :text True)]
    (.readline reader.stdout)
    (setv model (load-checkpoint path))
    (.append model.history (get model.history 0))
    (save-checkpoint model path)
    (setv [output _] (.communicate reader "\n")))
  (assert (= (int output) (len model.vocabulary)))  ; it still reads the old file
  (assert (= (len (. (load-checkpoint path) history)) 3)))


(defn [(pytest.mark.parametrize "name" [".model.h5.lock" f".model.h5.{(os.getpid)}.tmp"])]
    test-no-link-in-a-strangers-folder-leads-out-of-it [trained tmp-path-factory name]
  (setv dear (/ (tmp-path-factory.mktemp "home") "dear.txt"))
  (.write-text dear "dear")
  (.symlink-to (/ trained name) dear)
  (with [_ (suppress OSError)]  ; the lock is refused; a temporary file is tried once more
    (train-tiny trained :epochs 3))
  (assert (= (.read-text dear) "dear")))


(defn [(pytest.mark.parametrize "backend" ["tensorflow" "jax" "torch"])]
    test-killed-at-any-moment-no-save-is-lost-and-the-end-is-the-same [backend]
  ;; `hy bench/kill.hy` kills many more.
  (setv result (subprocess.run [sys.executable "-m" "hy" (/ ROOT "bench" "kill.hy") "3"]
    :capture-output True :text True :env {#** os.environ "KERAS_BACKEND" backend}))
  (assert (= result.returncode 0) result.stderr)
  (for [line ["kills 3" "models unreadable 0" "saves lost 0" "final weights identical yes"]]
    (assert (in line (.join " " (.split result.stdout))) result.stdout)))
