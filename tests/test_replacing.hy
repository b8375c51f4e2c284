"Locks: one process saves a model and one run trains it, also on other systems."

(import
  os
  pathlib [Path]
  signal
  subprocess
  threading [Thread]
  pytest
  lstm-textgen.basics [files]
  lstm-textgen.basics.files [backup-path locked]
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  tests.helpers [names-in same-model? saved-model small-model start-python])

(setv
  path (pytest.fixture saved-model))


(defn [(pytest.fixture :autouse True)] impatient [monkeypatch]
  "Wait only briefly for a lock."
  (.setattr monkeypatch files "LOCK_WAIT" 0.2))


;; * Other systems

(defn test-saving-needs-nothing-that-windows-lacks [monkeypatch path]
  (monkeypatch.delattr os "O_DIRECTORY")
  (save-checkpoint (small-model 2) path)
  (assert (same-model? (load-checkpoint path :resume True) (small-model 2))))


(defn test-a-file-system-without-hard-links-gets-a-copy [monkeypatch path]
  (defn refuse [#* _]
    (raise (PermissionError 1 "Operation not permitted")))
  (monkeypatch.setattr os "link" refuse)
  (setv before (.read-bytes path))
  (save-checkpoint (small-model 2) path)
  (assert (= (.read-bytes (backup-path path)) before)))


;; * One at a time

(setv HOLD "
(import pathlib [Path] sys lstm_textgen.basics.files [locked])
(with [_ (locked (Path (get sys.argv 1)))]
  (print \"locked\" :flush True)
  (.readline sys.stdin))")


(defn [pytest.fixture] holder [path]
  "A process that has locked the model; its standard input ends it."
  (with [process (start-python "-m" "hy" "-c" HOLD path :stdin subprocess.PIPE)]
    (assert (= (.readline process.stdout) "locked\n"))
    (yield process)))


(defn end [holder]
  "Let the process `holder` end as a run does that is finished."
  (.close holder.stdin)
  (assert (= (.wait holder) 0)))


(defn kill [holder]
  (.send-signal holder signal.SIGKILL)
  (.wait holder))


(defn assert-locked [path]
  (with [_ (pytest.raises OSError :match "another run is training .* stop it first, or train an")]
    (with [_ (locked path)])))


(defn [(pytest.mark.parametrize "stop" [end kill])]
    test-a-second-training-is-refused-until-the-first-has-ended [monkeypatch path holder stop]
  (setv stray (/ path.parent ".model.h5.bak.1-0123abcd.tmp"))
  (.write-bytes stray b"half a model")  ; as of someone who is writing it
  (assert-locked path)
  (assert (.exists stray))
  (stop holder)
  (.setattr monkeypatch files "LOCK_WAIT" 60)  ; its fork may end a little after it
  (with [_ (locked path)])
  (assert (= (names-in path.parent) ["model.h5"])))


(defn test-a-second-training-in-the-same-process-is-refused-until-the-first-fails [path]
  (with [_ (pytest.raises KeyError)  _ (locked path)]
    (assert-locked path)
    (save-checkpoint (small-model 2) path)
    (raise (KeyError)))
  (assert (= (names-in path.parent) ["model.h5" "model.h5.bak"]))
  (with [_ (locked path)]))


(defn test-a-run-saves-in-its-folder-under-the-folders-new-name [monkeypatch path]
  (setv new (.with-name path.parent "new"))
  (.chdir monkeypatch path.parent)
  (with [_ (locked (Path path.name))]
    (.rename path.parent new)
    (save-checkpoint (small-model 2) (Path path.name)))
  (assert (= (names-in new) ["model.h5" "model.h5.bak"])))


(defn test-a-save-waits-for-another-process-and-is-refused-if-that-takes-long
    [monkeypatch path holder]
  (setv before (.read-bytes path))
  (with [_ (pytest.raises OSError :match "another run is training .* save to an")]
    (save-checkpoint (small-model 2) path))
  (assert (= (.read-bytes path) before))
  (.setattr monkeypatch files "LOCK_WAIT" 30)
  (setv thread (Thread :target save-checkpoint :args #((small-model 2) path)))
  (.start thread)
  (end holder)
  (.join thread)
  (assert (same-model? (load-checkpoint path :resume True) (small-model 2))))


(defn test-saves-in-several-threads-leave-whole-models [monkeypatch path]
  (.setattr monkeypatch files "LOCK_WAIT" 30)
  (setv
    models (lfor n (range 4) (small-model n))
    threads (lfor model models (Thread :target save-checkpoint :args #(model path))))
  (for [thread threads] (.start thread))
  (for [thread threads] (.join thread))
  (for [file [path (backup-path path)]]
    (setv model (load-checkpoint (.rename file (/ path.parent "moved.h5")) :resume True))
    (assert (any (gfor other [(small-model) #* models] (same-model? model other)))))
  (assert (= (names-in path.parent) ["moved.h5"])))


(defn test-links-and-other-models-files-are-not-swept [path]
  (setv names [".model.h5.1-0123abcd.tmp" ".other.h5.1-0123abcd.tmp" ".model.h5.mine.tmp"])
  (setv [link #* others] (lfor name names (/ path.parent name)))
  (.symlink-to link path)
  (for [other others] (.write-bytes other b"half a model"))
  (with [_ (locked path)])
  (assert (= (names-in path.parent) [".model.h5.mine.tmp" ".other.h5.1-0123abcd.tmp" "model.h5"])))
