#[[What reading costs, and what a network takes that learns a long text.

    python -m hy bench/corpus.hy [KIND[:SIZE]…]

KIND is `text` (corpora/lol.txt, repeated), `list` (lines of its words, 47 characters on average),
`train` (the text again, until the network has taken its hundredth step), or `csv`, `jsonl` or
`xlsx` (a table, filled into a template). SIZE is in MB, 10^6 bytes, or for tables in rows. Each is
read in a fresh process, the first two as `train` does, up to the units to train and to validate
on, without Keras. A peak of memory is VmHWM of /proc/self/status (Linux) above VmRSS before; but
with `train` that of the whole process, TensorFlow's own included, and the time is that from the
call of `train` to its first step, compiling and Keras' import excluded.]]

(eval-when-compile (require hyrule [unless]))
(import
  csv
  io [BytesIO]
  json
  os
  pathlib [Path]
  random [Random]
  resource
  string [ascii-uppercase]
  subprocess
  sys
  tempfile [TemporaryDirectory]
  time
  xml.sax.saxutils [escape]
  zipfile [ZIP-DEFLATED ZipFile]
  bench.common [ROOT print-header print-row processor results run-script]
  lstm-textgen.display.plain [Quiet]
  lstm-textgen.learning.learner.quiet [import-keras]
  lstm-textgen.text.files [read-chunks]
  lstm-textgen.textmodel [train])

(setv
  EDITION 2  ; of what it measures: raised by a change that makes older results incomparable
  STEPS 100
  USUAL ["text:1" "text:100" "text:1000" "train:1" "train:100" "train:1000" "list:100"
    "csv:100000" "jsonl:100000" "xlsx:100000"]
  WORDS-A-LINE #(4 14)
  STORY 33  ; words
  COLUMNS ["Race" "Class" "Name" "Story"]
  TEMPLATE "{race} {class}: {name}\\n{story}"
  SHEET "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
  LINKS "http://schemas.openxmlformats.org/package/2006/relationships"
  OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships")


(defn main [#* kinds]
  "Print a row for each of the `kinds`."
  (print f"{(processor)}\n")
  (print-header "kind: size" "MB" "seconds" "CPU seconds" "peak of memory, MB")
  (for [each (or kinds USUAL)]
    (setv [kind _ size] (.partition each ":"))
    (with [folder (TemporaryDirectory)]
      (setv path (/ (Path folder) f"long.{(if (in kind WRITERS) kind "txt")}"))
      (cond
        (in kind WRITERS) ((get WRITERS kind) path (make-table (int size)))
        (= kind "list") (write-lines path (int size))
        True (lengthen path (int size)))
      (setv done (run-script __file__ "--measure" kind path
        :check True
        :env {#** os.environ "TF_CPP_MIN_LOG_LEVEL" "3"}
        :stdout subprocess.PIPE))
      (print-row each f"{(/ (. (.stat path) st-size) 1e6) :.1f}" #* (json.loads done.stdout)))))


;; * In a process of its own

(defn measure [kind path]
  "Read what is at `path` in this process; print a row's cells in JSON."
  (when (= kind "train") (import-keras))
  (setv
    watch (Watch (= kind "train"))
    idle (resident "VmRSS")
    begun (time.monotonic))
  (with [folder (TemporaryDirectory)]
    (if (in kind WRITERS)
      (for [_ (read-chunks [path] :column TEMPLATE)])
      (try
        (train path (/ (Path folder) "model") :unit "characters" :display watch
          :items (when (= kind "list") "line"))
        (except [Enough]))))
  (setv used (lfor who [resource.RUSAGE-SELF resource.RUSAGE-CHILDREN] (resource.getrusage who)))
  (print (json.dumps [
    f"{(- (or watch.ready (time.monotonic)) begun) :.1f}"
    f"{(sum (gfor each used (+ each.ru-utime each.ru-stime))) :.2f}"
    f"{(- (resident "VmHWM") (if (= kind "train") 0 idle)) :.0f}"])))


(defclass Enough [Exception]
  "Raised to end a run that has shown what it costs.")


(defclass Watch [Quiet]
  "Ends a run before Keras is loaded or, if it `trains`, after some steps; `ready`: the first one."

  (defn __init__ [self trains]
    (.__init__ (super))
    (setv [self.trains self.ready self.steps] [trains None 0]))

  (defn begin-run [self plan]
    (unless self.trains (raise Enough)))

  (defn begin-epoch [self #* _]
    (setv self.ready (time.monotonic)))

  (defn step [self #* _]
    (+= self.steps 1)
    (when (= self.steps STEPS) (raise Enough))))


(defn resident [name]
  "Return megabytes of memory of this process: `VmRSS` now, `VmHWM` at the most so far."
  (with [status (open "/proc/self/status")]
    (for [line status :if (.startswith line name)]
      (return (/ (int (get (.split line) 1)) 1000)))))


;; * What is read

(defn lengthen [path megabytes]
  "Write corpora/lol.txt again and again to `path`."
  (setv text (* (.read-bytes (/ ROOT "corpora" "lol.txt")) 4))
  (with [file (open path "wb")]
    (while (< (.tell file) (* 1e6 megabytes)) (.write file text))))


(defn write-lines [path megabytes]
  "Write random lines to `path`."
  (setv
    words (.split (.read-text (/ ROOT "corpora" "lol.txt") :encoding "utf-8"))
    rng (Random 1)
    left (* megabytes 1_000_000))
  (with [file (open path "w" :encoding "utf-8")]
    (while (> left 0)
      (-= left (.write file
        (+ (.join " " (.choices rng words :k (.randint rng #* WORDS-A-LINE))) "\n"))))))


(defn make-table [count]
  "Return the names of columns and `count` rows after them, lists of text."
  (setv
    rng (Random 1)
    words (.split (.read-text (/ ROOT "corpora" "lighthouse.txt") :encoding "utf-8"))
    some (fn [n] (.join " " (.choices rng words :k n))))
  [COLUMNS #* (gfor _ (range count) [(some 1) (some 1) (some 2) (some STORY)])])


(defn write-csv [path table]
  "Write the `table` to `path` as CSV."
  (with [file (open path "w" :encoding "utf-8" :newline "")]
    (.writerows (csv.writer file) table)))


(defn write-json [path table]
  "Write the `table` to `path` as lines of JSON."
  (setv [columns #* rows] table)
  (with [file (open path "w" :encoding "utf-8")]
    (for [row rows] (.write file (+ (json.dumps (dict (zip columns row))) "\n")))))


(defn write-workbook [path table]
  "Write the `table` to `path` as the only sheet of a workbook."
  (.write-bytes path (workbook
    (.join "" (gfor [n row] (enumerate table 1) (sheet-row n #* row))))))


(defn workbook [#* sheets]
  "Return an .xlsx whose `sheets` have this XML within sheetData; they are called S1, S2, …"
  (setv
    file (BytesIO)
    numbers (list (range 1 (+ 1 (len sheets)))))
  (defn links [kind #* targets]
    (+ f"<Relationships xmlns='{LINKS}'>"
      (.join "" (gfor [n target] (enumerate targets 1)
        f"<Relationship Id='r{n}' Type='{OFFICE}/{kind}' Target='{target}'/>"))
      "</Relationships>"))
  (with [archive (ZipFile file "w" ZIP-DEFLATED)]
    (for [[name text] [
        ["_rels/.rels" (links "officeDocument" "xl/workbook.xml")]
        ["xl/_rels/workbook.xml.rels" (links "worksheet" #* (gfor n numbers f"s{n}.xml"))]
        ["xl/workbook.xml" (+ f"<workbook xmlns='{SHEET}' xmlns:r='{OFFICE}'><sheets>"
          (.join "" (gfor n numbers f"<sheet name='S{n}' sheetId='{n}' r:id='r{n}'/>"))
          "</sheets></workbook>")]
        #* (gfor
          [n rows] (zip numbers sheets)
          [f"xl/s{n}.xml"
            f"<worksheet xmlns='{SHEET}'><sheetData>{rows}</sheetData></worksheet>"])]]
      (.writestr archive name text)))
  (.getvalue file))


(defn sheet-row [n #* values]
  "Return the XML of row `n` of a sheet with these `values`, numbers or text."
  (setv cells (.join "" (gfor
    [column value] (zip ascii-uppercase values)
    :setv kind (if (isinstance value str) " t='str'" "")
    f"<c r='{column}{n}'{kind}><v>{(escape (str value))}</v></c>")))
  f"<row r='{n}'>{cells}</row>")


(setv WRITERS {"csv" write-csv  "jsonl" write-json  "xlsx" write-workbook})

(when (= __name__ "__main__")
  (if (= (cut sys.argv 1 2) ["--measure"])
    (measure #* (cut sys.argv 2 None))
    (with [_ (results __file__ EDITION)]
      (main #* (cut sys.argv 1 None)))))
