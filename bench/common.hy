#[[What the benchmarks share: the machine's name, time, tables.

A benchmark runs from the project's root, where Python finds our modules:
`python -m hy bench/X.hy`.]]

(import
  pathlib [Path]
  statistics [median]
  subprocess
  sys
  time
  lstm-textgen.basics.machine [cores processor-name])

(setv ROOT (. (Path __file__) (resolve) parent parent))


;; * Processes

(defn run-script [script #* arguments #** options]
  "Run the Hy program `script` with `arguments` as a process; return it when it has ended."
  ;; Within `python -m hy` the interpreter goes by another name.
  (setv python (getattr hy "sys_executable" sys.executable))
  (subprocess.run [python "-m" "hy" #* (map str [script #* arguments])] :cwd ROOT #** options))


;; * The machine and its time

(defn processor []
  "Return what the processor is called, and how many of its cores this process may use."
  f"{(cores)} cores of {(processor-name)}")


(defn seconds-of [act #* arguments]
  "Return how many seconds `act` takes with `arguments`."
  (setv begun (time.perf-counter))
  (act #* arguments)
  (- (time.perf-counter) begun))


(defn in-turns [contestants rounds]
  #[[Return the seconds that each of `contestants` takes, a dict from names to functions.

  They work in turns, so that all are slowed alike by whatever else the machine does; and once
  before, for what has to be compiled. The result is a dict of lists of `rounds` times.]]
  (for [act (.values contestants)]
    (act))
  (setv times (dfor name contestants name []))
  (for [_ (range rounds)  [name act] (.items contestants)]
    (.append (get times name) (seconds-of act)))
  times)


(defn times-faster [ours others]
  "Return how many times as long `others` took as `ours` (lists of seconds): the rounds' median."
  (median (gfor [own other] (zip ours others) (/ other own))))


;; * Tables

(defn print-header [#* titles]
  "Print the first two lines of a table in Markdown."
  (print-row #* titles)
  (print-row #* (* ["---"] (len titles))))


(defn print-row [#* cells]
  "Print a line of a table in Markdown, at once."
  (print f"| {(.join " | " (map str cells))} |" :flush True))
