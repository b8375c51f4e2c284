"Nothing lost: the model file is written so that a crash loses nothing, and damage is found."

(import
  os
  pathlib [Path]
  random
  subprocess
  sys
  tempfile [TemporaryDirectory]
  time
  h5py
  numpy :as np
  pytest
  models [same-model? small-model]
  lstm_textgen.checkpoint [backup-path load-checkpoint lock-model save-checkpoint]
  lstm_textgen.saving [temporary-paths])

(setv TESTS (. (Path __file__) parent))


(defn [pytest.fixture] path [tmp-path]
  "Where a small model is saved."
  (save-checkpoint (small-model) (/ tmp-path "model"))
  (/ tmp-path "model.h5"))


(defn run-hy [code #* arguments #** options]
  "Start a process that runs `code` in Hy, with this package and the tests' helpers at hand."
  (subprocess.Popen [sys.executable "-m" "hy" "-c" code #* (map str arguments)]
    :text True :stdout subprocess.PIPE :stderr subprocess.PIPE
    :env {#** os.environ "PYTHONPATH" f"{TESTS.parent}:{TESTS}"} #** options))


(defn no-warning [line]
  (assert False line))


;; * There and back

(defn [(pytest.mark.parametrize "options" [
    {} {"layers" "12"} {"layers" "gru:3,gru:4"} {"layers" "lstm-hard:3"} {"unit" "words"} {"resume" False}])]
  test-what-is-saved-is-loaded [tmp-path options]
  (setv model (small-model #** options))
  (save-checkpoint model (/ tmp-path "model"))
  (assert (same-model? model (load-checkpoint (/ tmp-path "model") :resume True :warn no-warning))))


(defn test-resume-is-only-read-when-asked-for [path]
  (assert (is (. (load-checkpoint path) resume) None)))


(defn test-the-same-model-gives-the-same-bytes [tmp-path]
  (for [name "ab"]
    (save-checkpoint (small-model) (/ tmp-path name)))
  (assert (= (.read-bytes (/ tmp-path "a.h5")) (.read-bytes (/ tmp-path "b.h5")))))


(defn test-reading-needs-no-hdf5-library [path]
  (setv process (run-hy "
(import sys lstm_textgen.checkpoint [load-checkpoint])
(load-checkpoint (get sys.argv 1) :resume True)
(print (in \"h5py\" sys.modules))" path))
  (assert (= #("False\n" "") (.communicate process))))


(defn test-a-link-to-a-model-stays-a-link [path]
  (setv link (/ path.parent "link.h5"))
  (.symlink-to link path)
  (save-checkpoint (small-model 2) link)
  (assert (.is-symlink link))
  (assert (same-model? (small-model 2) (load-checkpoint path :resume True))))


(defn test-the-file-keeps-its-permissions [path]
  (.chmod path 0o600)
  (save-checkpoint (small-model 2) path)
  (assert (= (& 0o777 (. (.stat path) st-mode)) 0o600)))


;; * The model before

(defn test-the-file-before-becomes-the-backup [path]
  (setv before (.read-bytes path))
  (save-checkpoint (small-model 2) path)
  (assert (= (.read-bytes (backup-path path)) before))
  (assert (= (sorted (gfor  file (.iterdir path.parent)  file.name)) ["model.h5" "model.h5.bak"])))


(defn test-a-read-only-file-is-left-alone [path]
  (setv before (.read-bytes path))
  (.chmod path 0o444)
  (with [_ (pytest.raises PermissionError :match "read-only")]
    (save-checkpoint (small-model 2) path))
  (assert (= (.read-bytes path) before)))


(defn test-a-folder-that-is-not-writable-is-an-os-error []
  (with [folder (TemporaryDirectory)]  ; pytest's own folders are closed to other users
    (setv path (/ (Path folder) "model.h5"))
    (save-checkpoint (small-model) path)
    (setv before (.read-bytes path))
    (.chmod path.parent 0o555)
    (setv process (run-hy "
(import h5py os sys lstm_textgen.checkpoint [save-checkpoint] models [small-model])
(setv model (small-model 2))
(when (= (os.getuid) 0)  ; who may write everywhere
  (os.setuid 65534))
(try
  (save-checkpoint model (get sys.argv 1))
  (except [PermissionError] (print \"refused\")))" path))
    (setv [output errors] (.communicate process))
    (.chmod path.parent 0o755)
    (assert (= output "refused\n") errors)
    (assert (= (.read-bytes path) before))))


(defn test-a-full-disk-leaves-the-model-before-whole [path]
  (setv
    before (.read-bytes path)
    process (run-hy "
(import resource sys lstm_textgen.checkpoint [save-checkpoint] models [small-model])
(resource.setrlimit resource.RLIMIT-FSIZE #(10000 10000))
(try
  (save-checkpoint (small-model 2) (get sys.argv 1))
  (except [error OSError] (print \"refused\")))" path))
  (setv [output errors] (.communicate process))
  (assert (= output "refused\n") errors)
  (assert (= (.read-bytes path) before))
  (assert (= (list (.iterdir path.parent)) [path])))


(defn test-a-model-that-could-not-be-read-again-is-not-written [path]
  (setv model (small-model)  before (.read-bytes path))
  (setv (get model.weights 0 0 0) np.nan)
  (with [_ (pytest.raises ValueError :match "weights: a number is not finite")]
    (save-checkpoint model path))
  (assert (= (.read-bytes path) before)))


;; * Killed

(setv SAVE-FOREVER "
(import sys itertools [count] lstm_textgen.checkpoint [save-checkpoint] models [small-model])
(setv model (small-model :layers \"lstm:200\"))
(print \"ready\" :flush True)
(for [n (count 1)]
  (setv (get model.resume \"state\" \"step\") n)
  (save-checkpoint model (get sys.argv 1))
  (print n :flush True))")


(defn saved-until-killed [path delay]
  "Let a process save until it is killed after `delay` seconds; the number of the last save that it told of."
  (setv process (run-hy SAVE-FOREVER path))
  (.readline process.stdout)
  (time.sleep delay)
  (.kill process)
  (setv [output _] (.communicate process))
  (int (get ["0" #* (.split output)] -1)))


(defn test-killed-at-any-moment-no-save-is-lost [tmp-path]
  (setv path (/ tmp-path "model.h5")  rng (random.Random 7))
  (for [_ (range 12)]
    (setv told (saved-until-killed path (+ 0.01 (* 0.1 (.random rng)))))
    (when (.exists path)
      (setv model (load-checkpoint path :resume True :warn no-warning))
      (assert (>= (get model.resume "state" "step") told)))
    (for [stray (temporary-paths path)]
      (.unlink stray))
    (.unlink path :missing-ok True)
    (assert (not (list (.glob tmp-path "*.tmp"))))))


(defn test-files-of-dead-runs-are-swept-and-those-of-living-ones-are-not [path]
  (setv stray (/ path.parent f".model.h5.{(os.getpid)}.tmp"))  ; its number belongs to a living process now
  (.write-bytes stray b"half a model")
  (assert (= (temporary-paths path) [stray]))
  (setv process (run-hy "
(import sys fcntl)
(with [file (open (get sys.argv 1) \"ab\")]
  (fcntl.flock file fcntl.LOCK-EX)
  (print \"writing\" :flush True)
  (input))" stray :stdin subprocess.PIPE))
  (.readline process.stdout)
  (assert (= (temporary-paths path) []))
  (.communicate process "\n")
  (assert (= (temporary-paths path) [stray])))


;; * One at a time

(setv HOLD "
(import os sys lstm_textgen.checkpoint [lock-model])
(with [_ (lock-model (get sys.argv 1))]
  (print (os.getpid) :flush True)
  (input))")


(defn test-a-second-training-is-refused-with-the-first-ones-number [path]
  (setv
    process (run-hy HOLD path :stdin subprocess.PIPE)
    number (.strip (.readline process.stdout)))
  (with [_ (pytest.raises OSError :match f"model.h5: process {number} is training")]
    (with [_ (lock-model path)]))
  (.kill process)
  (.communicate process)
  (with [_ (lock-model path)]
    (with [_ (pytest.raises OSError :match (str (os.getpid)))]
      (with [_ (lock-model path)])))
  (with [_ (lock-model path)]))


;; * Damaged

(defn flip-a-bit [data [at None]]
  "Change one bit, of the settings if not said `at` which byte."
  (setv at (or at (.index data b"learning_rate")))
  (setv (get data at) (^ 1 (get data at))))

(defn cut-off [data]
  (del (cut data -100 None)))

(defn zero-a-page [data]
  (setv (cut data -4096 None) (bytes 4096)))

(defn zero-all [data]
  (setv (cut data) (bytes (len data))))

(defn empty [data]
  (.clear data))


(defn damage [path how]
  "Change the bytes of the file at `path`, as a disk might."
  (setv data (bytearray (.read-bytes path)))
  (how data)
  (.unlink path)  ; its other name, if it has one, stays sound
  (.write-bytes path data))


(setv every-damage (pytest.mark.parametrize "how" [flip-a-bit cut-off zero-a-page zero-all empty]))


(defn [every-damage] test-damage-is-found [path how]
  (damage path how)
  (with [caught (pytest.raises ValueError :match "model.h5: not a model that can be used")]
    (load-checkpoint path :resume True))
  (assert (not-in "\n" (str caught.value))))


(defn arrays-in [path]
  "List where in the file at `path` each array begins."
  (setv places [])
  (with [file (h5py.File path)]
    (.visititems file (fn [name it]
      (when (isinstance it h5py.Dataset)
        (.append places (.get-offset it.id))))))
  places)


(defn test-a-flipped-bit-in-any-array-is-found [path]
  (setv whole (.read-bytes path))
  (for [place (arrays-in path)]
    (setv data (bytearray whole))
    (flip-a-bit data place)
    (.write-bytes path data)
    (with [_ (pytest.raises ValueError)]
      (load-checkpoint path :resume True))))


(defn [every-damage] test-the-backup-stands-in-for-a-damaged-model [path how]
  (save-checkpoint (small-model 2) path)
  (damage path how)
  (setv
    lines []
    files (dfor  file (.iterdir path.parent)  file (.read-bytes file))
    model (load-checkpoint path :resume True :warn lines.append))
  (assert (same-model? model (small-model 1)))
  (assert (= (len lines) 1))
  (assert (in "model.h5.bak, the model saved before it, is used" (get lines 0)))
  (assert (= files (dfor  file (.iterdir path.parent)  file (.read-bytes file)))))


(defn test-a-damaged-model-does-not-become-the-backup [path]
  (save-checkpoint (small-model 2) path)
  (damage path flip-a-bit)
  (save-checkpoint (small-model 3) path)
  (assert (same-model? (load-checkpoint path :resume True) (small-model 3)))
  (damage path zero-all)
  (assert (same-model? (load-checkpoint path :resume True :warn (fn [_])) (small-model 1))))


(defn test-what-is-no-model-is-kept-where-there-is-nothing-better [path]
  (.write-bytes path b"my thesis")
  (save-checkpoint (small-model) path)
  (assert (= (.read-bytes (backup-path path)) b"my thesis")))


(defn test-both-damaged-is-an-error [path]
  (save-checkpoint (small-model 2) path)
  (for [file [path (backup-path path)]]
    (damage file cut-off))
  (with [_ (pytest.raises ValueError :match "cut off")]
    (load-checkpoint path)))


(defn test-a-missing-model-is-told-with-what-to-do [tmp-path path]
  (with [_ (pytest.raises FileNotFoundError)]
    (load-checkpoint (/ tmp-path "other")))
  (save-checkpoint (small-model) path)
  (.unlink path)
  (with [_ (pytest.raises FileNotFoundError :match "rename .*model.h5.bak to model.h5")]
    (load-checkpoint path)))


(defn test-a-newer-format-is-refused-by-name-and-never-replaced-by-the-backup [path]
  (save-checkpoint (small-model 2) path)
  (with [file (h5py.File path "r+")]
    (setv (get (. (get file "lstm_textgen") attrs) "format") 2))
  (with [_ (pytest.raises ValueError :match "format 2 of a newer lstm_textgen")]
    (load-checkpoint path :warn no-warning))
  (setv newer (.read-bytes path))
  (save-checkpoint (small-model 3) path)
  (assert (= (.read-bytes (backup-path path)) newer)))
