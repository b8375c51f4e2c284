"Nothing lost: what a training run does about models that are damaged, missing or can't be saved."

(import
  os
  subprocess
  sys
  keras
  numpy :as np
  pytest
  tests.helpers [ROOT TEXT program refused train-tiny]
  lstm_textgen.batches [split-ids]
  lstm_textgen.checkpoint [load-checkpoint]
  lstm_textgen.report [Quiet])


(defn [pytest.fixture] trained-on [trained]
  "A folder with a model that was trained on once more, so that it has a `.bak`."
  (train-tiny trained :epochs 3)
  trained)


(defn test-training-goes-on-from-the-backup-of-a-damaged-model-and-says-so [trained-on]
  (setv
    path (/ trained-on "model.h5")
    before (.read-bytes (/ trained-on "model.h5.bak")))
  (.write-bytes path (cut (.read-bytes path) 5000))
  (setv result (program "--sources" "text.txt" "--epochs" "3" :folder trained-on))
  (assert (= result.returncode 0) result.stderr)
  (assert (in "cut off" result.stderr))
  (assert (in "model.h5.bak, the model saved before it, is used" result.stderr))
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
    bias (get training.model.trainable-variables -1))
  (.assign bias (keras.ops.full-like bias np.nan))
  (training._try-to-save)
  (assert (= said [f"{path} could not be saved: its training state: a number is not finite; training goes on and tries again at the next save"]))
  (with [_ (pytest.raises OSError :match "not finite")]
    (training.save))
  (assert (= (.read-bytes path) before)))


(defn [(pytest.mark.parametrize "backend" ["tensorflow" "jax" "torch"])]
    test-killed-at-any-moment-no-save-is-lost-and-the-end-is-the-same [backend]
  ;; `hy bench/kill.hy` kills many more.
  (setv result (subprocess.run [sys.executable "-m" "hy" (/ ROOT "bench" "kill.hy") "3"]
    :capture-output True :text True :env {#** os.environ "KERAS_BACKEND" backend}))
  (assert (= result.returncode 0) result.stderr)
  (for [line ["kills 3" "models unreadable 0" "saves lost 0" "final weights identical yes"]]
    (assert (in line (.join " " (.split result.stdout))) result.stdout)))
