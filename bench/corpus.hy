#[[What a large text costs before and while a network learns it: `python -m hy bench/corpus.hy [TEXT] [MEGABYTES…]` (default: corpora/lol.txt, made 1, 100 and 1000 MB long by repeating it).

For each size two fresh processes take the text the way that `train` does, the second up to its hundredth training step. The first needs no Keras: it tells the peak of resident memory from file to batches, and after an epoch of batches was read, above what the process had when its imports were done. The second tells the whole process's peak, TensorFlow's own included, and the time from the call of `train` to its first step, in which the network would be compiled; the import of Keras is told apart. Memory is VmHWM and VmRSS of /proc/self/status (Linux); a MB is 10^6 bytes.]]

(import
  importlib [import-module]
  os
  pathlib [Path]
  subprocess
  sys
  tempfile [TemporaryDirectory]
  time)
(setv ROOT (. (Path __file__) (resolve) parent parent))
(.insert sys.path 0 (str ROOT))
(import
  lstm_textgen.batches [fingerprint split-ids training-batches]
  lstm_textgen.corpus [text-ids]
  lstm_textgen.report [Quiet]
  lstm_textgen.settings [new-settings]
  lstm_textgen.textmodel [_learn _read train])

(setv STEPS 100)


(defn resident [name]
  "Megabytes of memory of this process: `VmRSS` now, `VmHWM` at the most so far."
  (with [status (open "/proc/self/status")]
    (for [line status  :if (.startswith line name)]
      (return (/ (int (get (.split line) 1)) 1000)))))


(defn prepare [path]
  "Take the text from file to batches, then read an epoch of them."
  (setv
    settings (new-settings {})
    idle (resident "VmRSS")
    begun (time.monotonic)
    [ids vocabulary] (text-ids (_read [path] settings None (Quiet) 1024) (fn [pieces] (_learn None settings pieces)))
    [kept _] (split-ids ids 0.1 64))
  (fingerprint kept)
  (setv
    seconds (- (time.monotonic) begun)
    peak (- (resident "VmHWM") idle))
  (for [_ (.epoch (training-batches kept 128 64 64 1) 0)])
  (print f"| {(/ (len ids) 1e6) :,.0f} million, {(len vocabulary)} | {seconds :.1f} s | {peak :.0f} MB: {(/ (* 1e6 peak) (len ids)) :.2f} a character | {(- (resident "VmHWM") idle) :.0f} MB |"))


(defclass Enough [Exception])


(defclass Watch [Quiet]
  "Notes when the first step begins, and ends the run after some."
  (defn begin-epoch [self #* _]
    (setv self.steps 0  self.ready (time.monotonic)))
  (defn step [self #* _]
    (+= self.steps 1)
    (when (= self.steps STEPS)
      (raise Enough))))


(defn begin-training [path]
  "Train for some steps."
  (setv begun (time.monotonic))
  (import-module "lstm_textgen.network")
  (setv
    imported (time.monotonic)
    idle (resident "VmRSS")
    watch (Watch))
  (with [folder (TemporaryDirectory)]
    (try
      (train path (/ (Path folder) "model") :report watch)
      (except [Enough])))
  (print f"| {(- watch.ready imported) :.1f} s | {(- imported begun) :.1f} s | {idle :.0f} MB | {(resident "VmHWM") :.0f} MB |"))


(defn lengthen [text path megabytes]
  "Write `text` (bytes) again and again to `path`, until it has so many megabytes."
  (setv times (+ 1 (// 1_000_000 (len text))))
  (with [file (open path "wb")]
    (while (< (.tell file) (* 1e6 megabytes))
      (.write file (* text times)))))


(defn in-fresh-process [task path]
  (subprocess.run [hy.sys-executable "-m" "hy" __file__ task (str path)] :check True
    :env {#** os.environ "TF_CPP_MIN_LOG_LEVEL" "3"}))


(defn main [[text (/ ROOT "corpora" "lol.txt")] #* sizes]
  (setv text (.read-bytes (Path text)))
  (with [folder (TemporaryDirectory)]
    (setv path (/ (Path folder) "long.txt"))
    (for [megabytes (map int (or sizes ["1" "100" "1000"]))]
      (lengthen text path megabytes)
      (print f"\n{megabytes} MB\n\n| characters, vocabulary | file to batches | peak above idle | after an epoch of batches |\n|---|---|---|---|" :flush True)
      (in-fresh-process "prepare" path)
      (print "\n| `train` to first step | import of Keras before | idle with it | peak, whole process, after some steps |\n|---|---|---|---|" :flush True)
      (in-fresh-process "train" path))))

(match (cut sys.argv 1 None)
  ["prepare" path] (prepare path)
  ["train" path] (begin-training path)
  arguments (main #* arguments))
