#[[What a large text costs before and while a network learns it.

    python -m hy bench/corpus.hy [TEXT] [MEGABYTES…]

By default the text is corpora/lol.txt, made 1, 100 and 1000 MB long by repeating it. For each size
two fresh processes take the text as `train` does for a character-level model, the second up to its
hundredth step. The first needs no Keras: it reports the peak of resident memory from file to
batches, and after an epoch of batches was read, above what the process had when its imports were
done. The second reports the whole process's peak, TensorFlow's own included, and the time from the
call of `train` to its first step, in which the network would be compiled; the import of Keras is
reported separately. Memory is VmHWM and VmRSS of /proc/self/status (Linux); a MB is 10^6 bytes.]]

(eval-when-compile (require hyrule [unless]))
(import
  json
  os
  pathlib [Path]
  subprocess
  sys
  tempfile [TemporaryDirectory]
  time
  bench.common [ROOT print-header print-row processor results run-script]
  lstm-textgen.display.plain [Quiet]
  lstm-textgen.learning.batches [Batches]
  lstm-textgen.learning.learner.quiet [import-keras]
  lstm-textgen.settings.models [new-settings]
  lstm-textgen.text.corpus [Text ids-of prepared-chunks]
  lstm-textgen.text.files [read-chunks]
  lstm-textgen.text.vocabulary [build-vocabulary]
  lstm-textgen.textmodel [train])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  STEPS 100
  SIZES ["1" "100" "1000"])  ; megabytes


(defn main [[text (/ ROOT "corpora" "lol.txt")] #* sizes]
  "Print two tables for each of the `sizes`, in megabytes."
  (print (processor))
  (setv text (.read-bytes (Path text)))
  (with [folder (TemporaryDirectory)]
    (setv path (/ (Path folder) "long.txt"))
    (for [megabytes (or sizes SIZES)]
      (lengthen text path (int megabytes))
      (print f"\n{megabytes} MB\n")
      (print-header "text" "characters, vocabulary" "file to batches" "peak above idle"
        "bytes per character" "memory after an epoch")
      (in-fresh-process megabytes "prepare" path)
      (print)
      (print-header "text" "`train` to first step" "import of Keras before" "idle with it"
        "peak, whole process, after some steps")
      (in-fresh-process megabytes "train" path))))


(defn lengthen [text path megabytes]
  "Write `text` (bytes) again and again to `path`, until it has that number of `megabytes`."
  (setv times (+ 1 (// 1_000_000 (len text))))
  (with [file (open path "wb")]
    (while (< (.tell file) (* 1e6 megabytes))
      (.write file (* text times)))))


(defn in-fresh-process [megabytes task path]
  "Do `task` with the text of `megabytes` MB at `path` in a fresh process; print its row."
  (setv done (run-script __file__ task path
    :check True
    :env {#** os.environ "TF_CPP_MIN_LOG_LEVEL" "3"}
    :stdout subprocess.PIPE))
  (print-row f"{megabytes} MB" #* (json.loads done.stdout)))


;; * In a process of its own

(defn prepare [path]
  "Take the text from file to batches, then read an epoch of them; print a row's cells in JSON."
  (setv
    settings (new-settings {"batch_size" 128})
    idle (resident "VmRSS")
    begun (time.monotonic))
  (with [text (Text)]
    (for [piece (prepared-chunks (read-chunks [path]))] (.add text piece))
    (setv
      vocabulary (build-vocabulary text)
      kept (ids-of (.part text 0 (.kept text settings.validation)) vocabulary)))
  (setv
    seconds (- (time.monotonic) begun)
    peak (- (resident "VmHWM") idle))
  (for [_ (.epoch (Batches kept settings) 0)])
  (print (json.dumps [
    f"{(/ (len kept) 1e6) :,.0f} million, {(len vocabulary)}"
    f"{seconds :.1f} s"
    f"{peak :.0f} MB"
    f"{(/ (* 1e6 peak) (len kept)) :.2f}"
    f"{(- (resident "VmHWM") idle) :.0f} MB"])))


(defn begin-training [path]
  "Train for some steps; print a row's cells in JSON."
  (setv begun (time.monotonic))
  (import-keras)
  (setv
    imported (time.monotonic)
    idle (resident "VmRSS")
    watch (Watch))
  (with [folder (TemporaryDirectory)]
    (try
      (train path (/ (Path folder) "model") :unit "characters" :display watch)
      (except [Enough])))
  (print (json.dumps [
    f"{(- watch.ready imported) :.1f} s"
    f"{(- imported begun) :.1f} s"
    f"{idle :.0f} MB"
    f"{(resident "VmHWM") :.0f} MB"])))


(defclass Enough [Exception]
  "Raised to end a run that has shown what it costs.")


(defclass Watch [Quiet]
  "Notes when the first step begins, and ends the run after some."

  (defn begin-epoch [self #* _]
    (setv
      self.steps 0
      self.ready (time.monotonic)))

  (defn step [self #* _]
    (+= self.steps 1)
    (unless (< self.steps STEPS)
      (raise Enough))))


(defn resident [name]
  "Return megabytes of memory of this process: `VmRSS` now, `VmHWM` at the most so far."
  (with [status (open "/proc/self/status")]
    (for [line status :if (.startswith line name)]
      (return (/ (int (get (.split line) 1)) 1000)))))


(when (= __name__ "__main__")
  (match (cut sys.argv 1 None)
    ["prepare" path] (prepare path)
    ["train" path] (begin-training path)
    _ (with [_ (results __file__ EDITION)]
      (main #* (cut sys.argv 1 None)))))
