#[[What the benchmarks share: processes, texts, the machine's name, time, tables, results.

A benchmark runs from the project's root, where Python finds our modules:
`python -m hy bench/X.hy`. With `--results NAME` it also stores the numbers of its tables in
`bench/results/NAME.json`, from which `tools/outputs.hy` fills them into the documentation. The
environment variable BENCH_ROUNDS replaces the number of rounds, to try a program.]]

(import
  collections [Counter]
  contextlib [contextmanager suppress]
  datetime [date]
  importlib.metadata [PackageNotFoundError version]
  json
  math [log]
  os
  pathlib [Path]
  platform
  re
  statistics [median]
  subprocess
  sys
  tempfile [TemporaryDirectory]
  time
  numpy :as np
  lstm-textgen.basics.machine [cores processor-flags processor-name]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.settings.sizing [choose-layers default-batch-size default-epochs]
  lstm-textgen.text.files [read-chunks]
  lstm-textgen.textmodel [load]
  tests.helpers [small-model]
  tools.results [NUMBER RESULTS read-number slug])

(setv
  ROOT (. (Path __file__) (resolve) parent parent)
  PYTHON (getattr hy "sys_executable" sys.executable)  ; `python -m hy` gives it another name
  SHOWN-FLAGS #{"avx2" "avx512f" "avx512_bf16" "amx_bf16" "bf16"}
  ;; What lets glibc keep the memory that a process frees.
  KEPT {"MALLOC_MMAP_MAX_" "0"  "MALLOC_TRIM_THRESHOLD_" "4000000000"}
  KEYSTROKES (int (os.environ.get "BENCH_ROUNDS" 200))  ; whose time is measured, …
  TYPED-FROM 300  ; … after the first characters of a text
  USUAL 900_000  ; characters to train on, of a text of 1 MB
  PACKAGES ["hy" "numpy" "keras" "tensorflow" "torch" "jax"]  ; whose versions a result has
  NOTED {}       ; the figures so far: a dict from names to lists of #(value unit)
  UNIT r"\s*(%|×|[µm]?s\b|[kMG]B\b|characters/s)"  ; that of a number in a cell
  TABLE {"titles" []  "keys" 1  "unit" ""})  ; the table that is being printed


;; * Processes

(defn run-script [script #* arguments #** options]
  "Run the Hy program `script` with `arguments` as a process; return it when it has ended."
  (subprocess.run [PYTHON "-m" "hy" #* (map str [script #* arguments])] :cwd ROOT #** options))


(defn train-program [path folder #* flags]
  #[[Train on the text at `path` by the program as a user runs it, and show its output.

  Return #(model seconds): the saved `TextModel`, in `folder`, and how long the process took.]]
  (setv
    model (/ (Path folder) "model")
    seconds (seconds-of run-script "train.hy" "--sources" (.resolve (Path path)) "--model" model
      #* flags
      :check True
      :stdout sys.stderr))
  #((load model) seconds))


(defn train-peer [parts #** job]
  #[[Train the network of bench/peer.hy in a process of its own; return what it prints, a dict.

  `parts` are arrays of ids: to train on, to validate on and, if there is a third, to test on.]]
  (with [folder (TemporaryDirectory)]
    (setv ids f"{folder}/ids.npz")
    (np.savez ids #* parts)
    (setv
      job (json.dumps {"begun" (time.monotonic)  #** job})  ; a clock that all processes share
      peer (run-script "-m" "bench.peer" ids job
        :check True
        :env {#** os.environ #** KEPT}
        :stdout subprocess.PIPE))
    (json.loads peer.stdout)))


(defn [contextmanager] busy-beside [n]
  "Let `n` processes be busy meanwhile."
  (setv others (lfor _ (range n) (subprocess.Popen ["sh" "-c" "while :; do :; done"])))
  (try
    (yield)
    (finally (for [each others] (.kill each)))))


;; * Texts and networks

(defn read-text [given]
  "Return #(name text) of a text `given` as FILE-OR-FOLDER[:CHARACTERS]."
  (setv [path size] (.groups (re.fullmatch r"(.+?)(?::(\d+))?" given)))
  #((. (Path path) stem) (cut (.join "" (read-chunks [path])) (when size (int size)))))


(defn split-held-out [units]
  "Return #(training held-out) of `units`, a sequence: the last tenth is held out."
  (setv kept (- (len units) (round (* 0.1 (len units)))))
  #((cut units kept) (cut units kept None)))


(defn usual-networks []
  "Return #(layers rows) of the networks for 1 MB of text: the default, and that for 3 minutes."
  (lfor
    minutes [None 3]
    :setv [layers _] (choose-layers USUAL (default-epochs USUAL) minutes)
    #((str (. (get layers.recurrent 0) size)) (default-batch-size USUAL))))


;; * The machine and its time

(defn processor []
  "Return what the processor is called, its flags, and how many of its cores this process may use."
  (setv flags (.join " " (sorted (& (processor-flags) SHOWN-FLAGS))))
  f"{(cores)} cores of {(processor-name)} ({flags})")


(defn rounds [usual]
  "Return the number of rounds of a program that `usual`ly has these."
  (int (os.environ.get "BENCH_ROUNDS" usual)))


(defn seconds-of [act #* arguments #** options]
  "Return how many seconds `act` takes with `arguments` and `options`."
  (setv begun (time.perf-counter))
  (act #* arguments #** options)
  (- (time.perf-counter) begun))


(defn in-turns [contestants rounds]
  #[[Return the seconds that each of `contestants` takes, a dict from names to functions.

  They work in turns, so that all are slowed alike by whatever else the machine does; and once
  before, for what has to be compiled. The result is a dict of lists of `rounds` times.]]
  (for [act (.values contestants)] (act))
  (setv times (dfor name contestants name []))
  (for [_ (range rounds)  [name act] (.items contestants)]
    (.append (get times name) (seconds-of act)))
  times)


(defn times-faster [ours others]
  "Return how many times as long `others` took as `ours`: the ratio of the medians, for a cell."
  f"{(/ (median others) (median ours)) :.2f}×")


;; * Keystrokes

(defn compare-keystrokes [contestants]
  #[[Print how long contestants take from a keystroke to words, alone and beside a process.

  They are a dict from names to functions of a text and of what is typed after it, which return
  the seconds for each character.]]
  (print f"{(processor)}, {KEYSTROKES} keystrokes\n")
  (print-header "from a keystroke to nine words" "median" "worst" "median, busy" "worst, busy")
  (setv [before after] (gfor n [0 KEYSTROKES] (cut (diary) (+ TYPED-FROM n))))
  (for [[name type] (.items contestants)]
    (setv cells [])
    (for [others [0 1]]
      (with [_ (busy-beside others)] (setv times (type before (.removeprefix after before))))
      (+= cells (lfor figure [median max] f"{(* 1000 (figure times)) :.0f} ms")))
    (print-row name #* cells)))


(defn models-to-type-with [size]
  "Return a dict of `english` and a random model of the diary's characters with `size` units."
  (setv
    counts (Counter (diary))
    model (small-model :layers size :text (diary) :embedding (len counts))
    weights (lfor w model.weights (* w (np.float32 0.05))))
  (for [[n unit] (enumerate model.vocabulary.units)]  ; else all units would be as probable
    (+= (get weights -1 n) (log (get counts unit))))
  (setv model.weights weights)
  {"english" (load-checkpoint "english")  f"characters, 1×{size}" model})


(defn diary []
  "Return the text of one of our corpora."
  (get (read-text (str (/ ROOT "corpora" "lighthouse.txt"))) 1))


;; * Tables

(defn print-header [#* titles [keys 1] [unit ""]]
  #[[Print the first two lines of a table in Markdown.

  The first `keys` cells of a row name it; its bare numbers are in `unit`.]]
  (.update TABLE {"titles" titles  "keys" keys  "unit" unit})
  (print-line titles)
  (print-line (* ["---"] (len titles))))


(defn print-row [#* cells]
  "Print a line of a table in Markdown, at once, and note its numbers."
  (setv
    cells (list (map str cells))
    keys (get TABLE "keys")
    row (slug (.join " " (cut cells keys))))
  (for [[title cell] (zip (cut (get TABLE "titles") keys None) (cut cells keys None))]
    (note f"{row}.{(slug title)}" cell (get TABLE "unit")))
  (print-line cells))


(defn print-line [cells]
  "Print the `cells` of a table's line in Markdown, at once."
  (print f"| {(.join " | " cells)} |" :flush True))


;; * Results

(defn note [name text [unit ""]]
  "Note the first number in `text`, if any, as the figure `name`, in the unit after it or `unit`."
  (setv found (re.search NUMBER text))
  (when found
    (setv own (re.match UNIT (cut text (.end found) None)))
    (.append (.setdefault NOTED name [])
      #((read-number (get found 0)) (if own (get own 1) unit)))))


(defn [contextmanager] results [program edition]
  #[[Store the figures that are noted inside if `--results NAME` is among the arguments.

  `program` is the benchmark's `__file__` and `edition` its EDITION, to be raised when it measures
  something else. A figure that is noted several times is the median.]]
  (setv
    name None
    words sys.argv)
  (when (in "--results" words)
    (setv
      at (.index words "--results")
      name (get words (+ at 1))
      (cut words at (+ at 2)) []))
  (yield)
  (when name (store-results name program edition)))


(defn store-results [name program edition]
  "Write the figures noted so far to `NAME.json`."
  (setv
    path (.as-posix (.relative-to (.resolve (Path program)) ROOT))
    result {
      "program" path
      "edition" edition
      "command" (.join " " ["python -m hy" path #* (cut sys.argv 1 None)])
      "machine" (processor)
      "versions" {"Python" (platform.python-version) #** (versions)}
      "date" (.isoformat (date.today))
      "values" (dfor
        [key each] (.items NOTED)
        key [(median (gfor [value _] each value)) (get each 0 1)])})
  (.write-text (/ RESULTS f"{name}.json") (as-json result) :encoding "utf-8"))


(defn versions []
  "Return the versions of those of `PACKAGES` that are installed, a dict."
  (setv found {})
  (for [package PACKAGES]
    (with [_ (suppress PackageNotFoundError)]
      (setv (get found package) (version package))))
  found)


(defn as-json [result]
  "Return a `result` as JSON with a line for each value."
  (re.sub r"\[\s+(\S+),\s+(\".*?\")\s+\]" r"[\1, \2]"
    (+ (json.dumps result :indent 1 :ensure-ascii False) "\n")))
