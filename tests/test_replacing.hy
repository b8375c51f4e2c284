"Locks: one process saves a model and one run trains it, also on other systems."

(eval-when-compile (require hyrule [unless]))
(import
  concurrent.futures [ThreadPoolExecutor]
  itertools [chain repeat]
  os
  pathlib [Path]
  signal
  subprocess
  threading [Thread]
  pytest
  lstm-textgen.basics [files]
  lstm-textgen.basics.files [backup-path locked replacing-alone]
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.modelfile.outputs [open-output]
  tests.helpers [names-in same-model? saved-model small-model start-python])

(setv
  path (pytest.fixture saved-model))


;; * Other systems

(defn [(pytest.mark.parametrize "name" ["link" "O_NOFOLLOW" "O_DIRECTORY" "sched_getaffinity"])]
    test-saving-needs-nothing-that-windows-lacks [monkeypatch path name]
  (monkeypatch.delattr os name)
  (setv before (.read-bytes path))
  (with [_ (locked path)] (save-checkpoint (small-model 2) path))
  (assert (same-model? (load-checkpoint path :resume True) (small-model 2)))
  (assert (= (.read-bytes (backup-path path)) before))
  (assert (= (names-in path.parent) ["model.h5" "model.h5.bak"])))


(defn test-a-file-system-without-hard-links-gets-a-copy [monkeypatch path]
  (defn refuse [#* _]
    (raise (PermissionError 1 "Operation not permitted")))
  (monkeypatch.setattr os "link" refuse)
  (setv before (.read-bytes path))
  (save-checkpoint (small-model 2) path)
  (assert (= (.read-bytes (backup-path path)) before)))


(defn let-rename-fail [monkeypatch failures]
  "Let `os.replace` fail `failures` times, as on Windows if another program has the file open."
  (setv
    replace os.replace
    outcomes (chain (* [False] failures) (repeat True)))
  (defn replace-later [old new]
    (unless (next outcomes) (raise (PermissionError 13 "Access is denied")))
    (replace old new))
  (monkeypatch.setattr os "replace" replace-later))


(defn test-a-file-that-is-open-elsewhere-is-replaced-once-it-is-closed [monkeypatch path]
  (let-rename-fail monkeypatch 3)
  (save-checkpoint (small-model 2) path)
  (assert (same-model? (load-checkpoint path :resume True) (small-model 2))))


(defn test-a-file-that-stays-open-elsewhere-is-named [monkeypatch path]
  (let-rename-fail monkeypatch 1000)
  (monkeypatch.setattr files "REPLACING" 0.1)
  (setv before (.read-bytes path))
  (with [_ (pytest.raises OSError :match "can't replace .*model.h5.bak: Access is denied")]
    (save-checkpoint (small-model 2) path))
  (assert (= (.read-bytes path) before))
  (assert (= (names-in path.parent) ["model.h5"])))


;; * One at a time

(setv HOLD "
(import os pathlib [Path] sys lstm_textgen.basics.files [locked])
(with [_ (locked (Path (get sys.argv 1)))]
  (print (os.getpid) :flush True)
  (.readline sys.stdin))")


(defn [pytest.fixture] holder [path]
  "A process that has locked the model, and its `number`; its standard input ends it."
  (with [process (start-python "-m" "hy" "-c" HOLD path :stdin subprocess.PIPE)]
    (setv process.number (int (.readline process.stdout)))
    (yield process)))


(defn end [holder]
  "Let the process `holder` end as a run does that is finished."
  (.close holder.stdin)
  (assert (= (.wait holder) 0)))


(defn assert-locked [path number]
  "Assert that a training run is refused with the `number` of the process that trains already."
  (setv words f"model.h5: process {number} is training this model; stop it first, or train an")
  (with [_ (pytest.raises OSError :match words)] (with [_ (locked path)])))


(defn kill [holder]
  (os.kill holder.number signal.SIGKILL)
  (.wait holder))


(defn [(pytest.mark.parametrize "stop" [end kill])]
    test-a-second-training-is-refused-until-the-first-has-ended [path holder stop]
  (assert-locked path holder.number)
  (stop holder)
  (with [_ (locked path)])
  (assert (= (names-in path.parent) ["model.h5"])))


(defn test-a-second-training-in-the-same-process-is-refused-until-the-first-fails [path]
  (with [_ (pytest.raises KeyError)  _ (locked path)]
    (assert-locked path (os.getpid))
    (with [pool (ThreadPoolExecutor)] (.result (.submit pool assert-locked path (os.getpid))))
    (raise (KeyError)))
  (assert (= (names-in path.parent) ["model.h5"]))
  (with [_ (locked path)]))


(defn test-a-save-waits-for-another-process-and-is-refused-if-that-takes-long
    [monkeypatch path holder]
  (setv before (.read-bytes path))
  (with [patch (.context monkeypatch)]
    (.setattr patch files "SAVE_WAIT" 0.2)
    (with [_ (pytest.raises OSError :match f"process {holder.number} is training .* save to an")]
      (save-checkpoint (small-model 2) path)))
  (assert (= (.read-bytes path) before))
  (assert (= (names-in path.parent) [".model.h5.lock" "model.h5"]))
  (setv thread (Thread :target save-checkpoint :args #((small-model 2) path)))
  (.start thread)
  (end holder)
  (.join thread)
  (assert (same-model? (load-checkpoint path :resume True) (small-model 2))))


(defn test-saves-in-several-threads-leave-whole-models [path]
  (setv
    models (lfor n (range 4) (small-model n))
    threads (lfor model models (Thread :target save-checkpoint :args #(model path))))
  (for [thread threads] (.start thread))
  (for [thread threads] (.join thread))
  (for [file [path (backup-path path)]]
    (setv model (load-checkpoint (.rename file (/ path.parent "moved.h5")) :resume True))
    (assert (any (gfor other [(small-model) #* models] (same-model? model other)))))
  (assert (= (names-in path.parent) ["moved.h5"])))


(defn test-unfinished-files-are-swept-unless-someone-may-be-writing-them [monkeypatch path holder]
  (monkeypatch.setattr files "SAVE_WAIT" 0.2)
  (setv strays (lfor
    name [".model.h5.1-0123abcd.tmp" ".model.h5.bak.2-0123abcd.tmp"]
    (/ path.parent name)))
  (for [stray strays] (.write-bytes stray b"half a model"))
  (with [_ (pytest.raises OSError :match "is training")  _ (locked path)])
  (assert (all (gfor stray strays (.exists stray))))
  (end holder)
  (with [_ (locked path)])
  (assert (= (names-in path.parent) ["model.h5"])))


(defn killed [monkeypatch act step]
  "Run `act` in another process, which is killed when it has taken the `step`, a function of `os`."
  (setv number (os.fork))
  (when number (return (os.waitpid number 0)))
  (setv function (getattr os step))
  (monkeypatch.setattr os step (fn [#* arguments]
    (function #* arguments)
    (signal.raise-signal signal.SIGKILL)))
  (act)
  (os._exit 1))


(defn test-what-a-kill-left-of-an-output-is-removed-when-that-is-written-again
    [tmp-path monkeypatch]
  (setv other (/ tmp-path ".out.txt.1-0123abcd.tmp"))
  (.write-text other "another run's")
  (defn write []
    (with [file (open-output (/ tmp-path "out"))] (.write file "text")))
  (killed monkeypatch write "fstat")
  (assert (> (len (names-in tmp-path)) 1))
  (write)
  (assert (= (names-in tmp-path) [other.name "out"])))


(defn test-what-another-process-writes-is-not-written [monkeypatch tmp-path]
  (setv path (/ tmp-path "out"))
  (with [new (replacing-alone path)]
    (.write-text new "text")
    (with [_ (pytest.raises OSError :match f"out: process {(os.getpid)} is writing this; wait")]
      (with [_ (open-output path)]))))


(defn test-a-run-saves-in-its-folder-under-the-folders-new-name [monkeypatch path]
  (setv [old new] [path.parent (.with-name path.parent "new")])
  (.chdir monkeypatch old)
  (with [_ (locked (Path path.name))]
    (.rename old new)
    (save-checkpoint (small-model 2) (Path path.name)))
  (assert (= (names-in new) ["model.h5" "model.h5.bak"])))


(defn test-links-and-other-models-files-are-not-swept [path]
  (setv names [".model.h5.1-0123abcd.tmp" ".other.h5.1-0123abcd.tmp" ".model.h5.mine.tmp"])
  (setv [link #* others] (lfor name names (/ path.parent name)))
  (.symlink-to link path)
  (for [other others] (.write-bytes other b"half a model"))
  (with [_ (locked path)])
  (assert (= (names-in path.parent) [".model.h5.mine.tmp" ".other.h5.1-0123abcd.tmp" "model.h5"])))
