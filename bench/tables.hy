#[[How fast a table is read, row by row, by a template.

    python -m hy bench/tables.hy [ROWS]

The table has 100,000 rows and 20 MB by default: two words, a name, and a story of thirty words of
corpora/lighthouse.txt. A time is that of the CPU, in this process and those that it starts, the
start of Python included. Minimum: 3 s for the .csv and 15 s for the .xlsx. The peak of memory is
that of the largest process; a MB is 10^6 bytes.]]

(import
  csv
  io [BytesIO]
  json
  pathlib [Path]
  random [Random]
  resource
  string [ascii-uppercase]
  subprocess
  sys
  tempfile [TemporaryDirectory]
  xml.sax.saxutils [escape]
  zipfile [ZIP-DEFLATED ZipFile]
  bench.common [ROOT print-header print-row processor results run-script]
  lstm-textgen.text.files [read-chunks])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  ROWS "100000"
  STORY 33  ; words
  COLUMNS ["Race" "Class" "Name" "Story"]
  TEMPLATE "{race} {class}: {name}\\n{story}"
  SHEET "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
  LINKS "http://schemas.openxmlformats.org/package/2006/relationships"
  OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships")


(defn main [[rows ROWS]]
  "Print the cost of reading a table of `rows` rows in each format."
  (print (processor))
  (print-header "table" "MB" "seconds of the CPU" "peak MB")
  (with [folder (TemporaryDirectory)]
    (setv table (make-table (int rows)))
    (for [[name write] [["a.csv" write-csv] ["a.jsonl" write-json] ["a.xlsx" write-workbook]]]
      (setv path (/ (Path folder) name))
      (write path table)
      (setv done (run-script __file__ "read" path :check True :stdout subprocess.PIPE))
      (print-row #* (json.loads done.stdout)))))


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


(defn show-reading [path]
  "Read the table at `path` in this process; print what that takes, a row's cells in JSON."
  (for [_ (read-chunks [path] :column TEMPLATE)])
  (setv used (lfor who [resource.RUSAGE-SELF resource.RUSAGE-CHILDREN] (resource.getrusage who)))
  (print (json.dumps [
    (. (Path path) suffix)
    f"{(/ (. (.stat (Path path)) st-size) 1e6) :.1f}"
    f"{(sum (gfor each used (+ each.ru-utime each.ru-stime))) :.2f}"
    f"{(/ (* 1024 (max (gfor each used each.ru-maxrss))) 1e6) :.0f}"])))


(when (= __name__ "__main__")
  (if (= (cut sys.argv 1 2) ["read"])
    (show-reading (get sys.argv 2))
    (with [_ (results __file__ EDITION)]
      (main #* (cut sys.argv 1 None)))))
