"Nothing lost: runs with damaged, missing or unsavable models, and killed runs."

(import
  contextlib [suppress]
  itertools [chain count]
  os
  pathlib [Path]
  shutil
  types [SimpleNamespace]
  numpy :as np
  pytest
  lstm-textgen
  lstm-textgen.display.plain [Quiet]
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  tests.helpers [ROOT TEXT TINY counting program refusal-of refused run-python succeeded
    train-tiny])


(defn [pytest.fixture] trained-on [trained]
  "A folder with a model that was trained on once more, so that it has a `.bak`."
  (train-tiny trained :epochs 3)
  trained)


(defn test-the-backup-is-the-model-before-the-run-and-a-new-one-has-none [tmp-path]
  (setv [path backup] (gfor name ["model.h5" "model.h5.bak"] (/ tmp-path name)))
  (train-tiny tmp-path :epochs 2)
  (assert (not (.exists backup)))
  (setv before (.read-bytes path))
  (train-tiny tmp-path :text (* "another text " 300) :epochs 2 :add-text True)
  (assert (= (.read-bytes backup) before))
  (assert (= (len (. (load-checkpoint path) history)) 4)))


(defn test-a-name-too-long-for-saving-is-refused-at-the-start [tmp-path]
  (for [[name fits] [["ä" False] ["a" True]]]
    (setv path (/ tmp-path f"{(* name 114)}.h5"))
    (if fits
      (lstm-textgen.train :text TEXT :path path :epochs 1 :display (Quiet) #** TINY)
      (assert (in "is too long by " (refusal-of lstm-textgen.train :text TEXT :path path))))
    (assert (= (.exists path) fits))))


(defn [counting] test-training-resumes-from-the-backup-of-a-damaged-model-and-says-so [trained-on]
  (setv
    path (/ trained-on "model.h5")
    before (.read-bytes (/ trained-on "model.h5.bak")))
  (.write-bytes path (cut (.read-bytes path) 5000))
  (setv result (program "--sources" "text.txt" "--epochs" "3" :folder trained-on))
  (succeeded result)
  (assert (in "cut off" result.stderr))
  (assert (in "using the backup instead: model.h5.bak" result.stderr))
  (assert (= (len (. (load-checkpoint path) history)) 3))
  ;; The damaged one has not taken its place.
  (assert (= (.read-bytes (/ trained-on "model.h5.bak")) before)))


(defn [counting (pytest.mark.parametrize "name" [
    ".model.h5.lock" f".model.h5.{(os.getpid)}-guessed.tmp"] :ids ["lock" "temporary"])]
    test-no-link-in-a-strangers-folder-leads-out-of-it
    [trained tmp-path-factory monkeypatch name]
  (setv tokens (chain ["guessed"] (map str (count))))
  (monkeypatch.setattr "secrets.token_hex" (fn [_] (next tokens)))
  (setv dear (/ (tmp-path-factory.mktemp "home") "dear.txt"))
  (.write-text dear "dear")
  (.symlink-to (/ trained name) dear)
  (with [_ (suppress OSError)]  ; the lock is refused; a temporary file is tried once more
    (train-tiny trained :epochs 3))
  (assert (= (.read-text dear) "dear")))


(defn [counting] test-a-run-that-starts-over-keeps-the-old-model-until-it-has-ended [trained]
  (setv [old backup] [(.read-bytes (/ trained "model.h5")) (/ trained "model.h5.bak")])
  (train-tiny trained :restart True :epochs 3)
  (assert (= (.read-bytes backup) old))
  (train-tiny trained :epochs 4)
  (assert (= (len (. (load-checkpoint backup) history)) 3)))


(defn [counting] test-a-damaged-model-without-a-backup-is-refused-with-a-way-out [trained]
  (setv path (/ trained "model.h5"))
  (.write-bytes path (cut (.read-bytes path) 5000))
  (refused (program "--sources" "text.txt" :folder trained)
    "model.h5: not a usable model: " "cut off" "train a new model with --restart")
  (with [_ (pytest.raises ValueError :match "train a new model with `restart`")]
    (train-tiny trained))
  (assert (= (len (. (train-tiny trained :restart True) history)) 2)))


(defn [counting] test-where-only-the-backup-is-left-no-run-begins-over-it [trained-on]
  (setv before (.read-bytes (/ trained-on "model.h5.bak")))
  (.unlink (/ trained-on "model.h5"))
  (refused (program "--sources" "text.txt" :folder trained-on) "model.h5.bak" "rename")
  (assert (= (.read-bytes (/ trained-on "model.h5.bak")) before))
  (assert (not (.exists (/ trained-on "model.h5")))))


(defn [counting] test-a-step-larger-than-any-machine-is-refused-before-training [trained]
  (.unlink (/ trained "model.h5"))
  (refused
    (program "--sources" "text.txt" "--batch-size" "5000" "--lookback" "500" :folder trained)
    "5000 windows of 500" "--batch-size")
  (assert (not (.exists (/ trained "model.h5")))))


(defn [counting] test-where-what-was-kept-does-not-fit-training-goes-on-from-the-weights [trained]
  (setv model (load-checkpoint (/ trained "model.h5") :resume True))
  (.append model.resume.optimizer (np.zeros 3 "float32"))
  (save-checkpoint model (/ trained "model"))
  (setv result (program "--sources" "text.txt" "--epochs" "3" :folder trained))
  (assert (= [result.returncode (.count result.stderr "\n")] [0 1]) result.stderr)
  (assert (in "from the weights with a new optimizer" result.stderr))
  (setv losses (lfor entry (. (load-checkpoint (/ trained "model")) history) (get entry "loss")))
  (assert (= (len losses) 3))
  (assert (< (get losses 2) (get losses 0))))


(defn [counting] test-a-model-being-trained-is-not-saved-over [trained]
  (setv [display said] [(Quiet) []])
  (defn save [#* _]
    (setv model (lstm-textgen.load (/ trained "model")))
    (.append said (refusal-of model.save (/ trained "model"))))
  (setv display.end-epoch save)
  (train-tiny trained :epochs 3 :display display)
  (assert (.endswith (get said 0)
    "model.h5: this process is training this model; save to another `path`"))
  (assert (= (len (. (load-checkpoint (/ trained "model")) history)) 3)))


;; * Where a run can't save

(defn [counting] test-where-the-folder-was-removed-a-run-saves-in-the-temporary-folder
    [tmp-path monkeypatch]
  (.setattr monkeypatch "tempfile.tempdir" (str tmp-path))
  (setv
    folder (/ tmp-path "a")
    display (Quiet)
    display.end-epoch (fn [#* _] (shutil.rmtree folder :ignore-errors True)))
  (.mkdir folder)
  (setv
    [line place] (.split (refusal-of lstm-textgen.train :text TEXT :path (/ folder "mine")
      :epochs 2 :display display #** TINY) "; the model is in ")
    place (Path place))
  (assert (= line
    f"{folder}/mine.h5 could not be saved: its folder {folder} has been renamed or removed"))
  (assert (= place.parent tmp-path))
  (assert (= (& 0o77 (. (.stat place) st-mode)) 0))  ; nobody else may read it
  (assert (= (len (. (load-checkpoint place) history)) 2)))


(defn [counting] test-a-model-larger-than-the-room-is-refused-before-training
    [trained monkeypatch]
  (setv before (.read-bytes (/ trained "model.h5")))
  (.setattr monkeypatch "shutil.disk_usage" (fn [_] (SimpleNamespace :free 100_000)))
  (with [_ (pytest.raises OSError :match "0.2 MB, but 0.1 MB are free; give another `path`")]
    (train-tiny trained :epochs 3))
  (assert (= (.read-bytes (/ trained "model.h5")) before)))


(defn [counting]
    test-a-run-that-is-killed-again-and-again-loses-no-save-and-ends-as-if-it-had-not []
  (setv shown (succeeded (run-python "-m" "hy" (/ ROOT "bench" "kill.hy") 8)))
  (for [line ["kills 8" "models unreadable 0" "saves lost 0" "final weights identical yes"]]
    (assert (in line (.join " " (.split shown))) shown)))
