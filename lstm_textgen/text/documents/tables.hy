"Tables, such as .csv and .jsonl: the text of each row, by columns or a template."

(eval-when-compile (require hyrule [unless]))
(import
  codecs
  collections [Counter]
  csv
  dataclasses [replace]
  io [StringIO]
  itertools [chain dropwhile islice]
  json
  re
  tempfile [SpooledTemporaryFile]
  lstm-textgen.basics.messages [Message]
  lstm-textgen.basics.values [clip column-parts counted several]
  lstm-textgen.text.decoding [NotText likely-encoding]
  lstm-textgen.text.documents.columns [cell-of find-column find-header in-words listed]
  lstm-textgen.text.documents.reading [Budget HEAD IN-MEMORY MAX-LINE Summary cleaned
    file-chunks first-text one-line read-whole refuse-damaged text-lines]
  lstm-textgen.text.items [ENDS])

(setv
  CSV-ENDINGS [".csv" ".tsv" ".xls"]  ; some programs write a table as text into an .xls
  JSON-ENDINGS [".json" ".jsonl" ".ndjson"]
  ;; The first separates nothing, and is for tables with one column.
  DELIMITERS "\x1f,;\t|"
  OWN-DELIMITER (re.compile r"sep=(.)\n")  ; the first line, as Excel understands it
  END "\x1e"  ; stands after a row until it is known what separates rows; no text has it
  FIRST-ROWS 100)  ; among which the header is, and an example of each column


(defn read-table [file reading]
  "Yield the text of each row of the table in `file`; return a `Summary`."
  (setv head (.read file HEAD))
  (.seek file 0)
  (when (and (not-in reading.ending CSV-ENDINGS)
      (re.match r"\s*[\[{]" (first-text head reading)))  ; a list of objects, or one on each line
    (return (text-of-rows (_json-rows file reading) reading "table")))
  (setv
    encoding reading.encoding
    decoder ((codecs.getincrementaldecoder encoding)))
  (try
    (for [data (file-chunks file)] (.decode decoder data))
    (except [UnicodeDecodeError] (setv encoding (likely-encoding data encoding))))
  (.seek file 0)
  (setv decoded (replace reading :encoding encoding))
  (text-of-rows (_csv-rows file decoded (first-text head decoded)) reading
    (if (= encoding reading.encoding) "table" f"table in {encoding}")))


(defn columns-of [head ending]
  "Return the column names of a table with this `ending` that begins with the text `head`."
  (try
    (if (in ending JSON-ENDINGS)
      (do
        (setv
          head (.lstrip head)
          first (if (.startswith head "[") head (get (.partition head "\n") 0)))
        (list (get (.raw-decode (json.JSONDecoder) first (.index first "{")) 0)))
      (get (find-header (list (islice
        (filter any (_csv-reader (StringIO head) head ending)) FIRST-ROWS))) 0))
    (except [[RecursionError ValueError csv.Error]] [])))


;; * Rows: lists of cells, one of the first with the names of the columns

(defn text-of-rows [rows reading kind]
  #[[Yield the text of each of `rows`; return a `Summary` of a `kind` such as `table`.

  Without a `column` of the `reading` that is all their cells. Raise `NotText` for a column that
  isn't there, and if there is no text, unless that is for the reading's conditions.]]
  (setv
    rows (dropwhile (fn [row] (not (any row))) rows)
    first (list (islice rows FIRST-ROWS))
    [header start said] (find-header first)
    below (cut first start None)
    index-of (fn [name] (find-column name below header reading))
    all-cells [[] (dict (enumerate header))]
    [parts named] (if reading.column (_parts reading.column header index-of) all-cells)
    tested (lfor each reading.where #(each (index-of each.name)))
    shown (listed (.values named))
    columns (if parts f" in column{(if (= (len named) 1) "" "s")} {shown}" "")
    [where count longer items gaps] [(in-words reading.where) 0 0 "line" (Counter)]
    budget (Budget reading))
  ;; Only after the last row is it known whether one has several lines.
  (with [copy (SpooledTemporaryFile IN-MEMORY "w+" :encoding "utf-8" :newline "")]
    (for [row (chain (if (or parts tested) below first) rows)
          ;; A list: each condition counts the values of all rows.
          :if (all (lfor [condition index] tested (.met? condition (cell-of row index))))]
      (setv
        cells (if (isinstance row dict) (.values row) row)
        text (if parts (_filled parts row) (.rstrip (.join "\t" (map one-line cells)))))
      (when text
        (+= count 1)
        (.update gaps (gfor n (if parts named []) :if (not (cell-of row n)) (get named n)))
        (+= longer (> (len row) (len header)))
        (when (in "\n" text) (setv items "paragraph"))
        (.spend budget (+ (len text) 1))
        (.write copy (+ text END))))
    (unless (or count tested) (raise (NotText f"{reading.name} has no text{columns}")))
    (.seek copy 0)
    (for [chunk (file-chunks copy)]
      (yield (.replace chunk END (get ENDS (or reading.items items))))))
  (setv about (cond
    parts [columns where said (if longer
      f"; {(counted longer "rows")} with more cells than there are columns"
      "")]
    (> (len named) 1) [" with all cells" where "; to read some columns give " 'column ": " shown]
    True [where]))
  (Summary (Message kind f", {(counted count "entries")}" #* about)
    :items (when (and parts count) (or reading.items items)) :gaps gaps))


(defn _parts [column header index-of]
  #[[Return #(parts names): what each row's text is made of, and its columns' names by index.

  A part is #(literal index): text, and the index of the cell that follows it, or None.]]
  (setv
    parts (lfor
      text (several column)
      [literal name] [#* (column-parts text) #(" " None)]
      #(literal (unless (is name None) (index-of name))))
    indices (dict.fromkeys (gfor [_ index] parts :if (is-not index None) index)))
  #(parts (dfor index indices index (or (get header index) (str (+ index 1))))))


(defn _filled [parts row]
  "Return the text of a `row`, perhaps in several lines: that of all `parts`; none without a cell."
  (setv
    cells (lfor [_ index] parts (if (is index None) "" (cell-of row index)))
    text (.join "" (gfor [[literal _] cell] (zip parts cells) (+ literal cell)))
    lines (lfor
      line (if (any cells) (.splitlines text) [])
      :setv tidy (one-line line)
      (if (.isprintable tidy) tidy (one-line (cleaned tidy)))))  ; few aren't, and it takes time
  (.join "\n" (filter None lines)))


;; * Comma-separated values, and JSON

(defn _csv-rows [file reading head]
  "Yield the rows of the CSV in `file`, whose delimiter its beginning `head` shows."
  (csv.field-size-limit MAX-LINE)  ; for all that the process reads
  (setv
    lines (chain (gfor line (text-lines file reading) (+ line "\n")) [(+ END "\n")])
    table (_csv-reader lines head reading.ending)
    begun 1)
  (try
    (for [row table  :if (and row (!= row [END]))]
      (when (.endswith (get row -1) (+ END "\n"))  ; the text ends within a cell
        (raise (csv.Error "a quotation mark is never closed")))
      (yield row)
      (setv begun (+ table.line-num 1)))
    (except [error csv.Error]
      (refuse-damaged reading "a table" f"the row that begins on line {begun}: {error}"))))


(defn _csv-reader [lines head ending]
  "Return a reader of `lines` (an iterable), the first of which are in `head`, as in `_csv-rows`."
  (setv
    own (.match OWN-DELIMITER head)
    delimiter (cond
      own (get own 1)
      (= ending ".tsv") "\t"
      True (max DELIMITERS :key (fn [mark] (_fit mark head)))))
  (csv.reader (islice lines (if own 1 0) None) :delimiter delimiter :skipinitialspace True))


(defn _fit [delimiter head]
  #[[Return how well a `delimiter` fits a table that begins with the text `head`, #(share cells).

  It is the share of rows with as many cells as the first. `csv.Sniffer` isn't asked, as it takes
  apostrophes for quotation marks, and letters for delimiters.]]
  (setv
    reader (csv.reader (StringIO head) :delimiter delimiter :skipinitialspace True)
    sizes (lfor row reader :if row (len row)))
  (if (< (get [#* sizes 0] 0) 2)
    #(0 0)
    #((/ (.count sizes (get sizes 0)) (len sizes)) (get sizes 0))))


(defn _json-rows [file reading]
  "Yield the keys of the objects in the JSON of `file`, then the values of each."
  (setv indices {})
  (for [item (_objects file reading)  key item] (.setdefault indices key (len indices)))
  (yield (list indices))
  (.seek file 0)
  (for [item (_objects file reading)]
    (yield (dfor [key value] (.items item) (get indices key) (_json-text value)))))


(defn _objects [file reading]
  "Yield each object in `file`: those of a JSON list, or an object on each line."
  (setv whole (.startswith (.lstrip (first-text (.read file HEAD) reading)) "["))
  (.seek file 0)
  (for [[n text] (enumerate (if whole [(read-whole file reading)] (text-lines file reading)) 1)
        :if (.strip text)]
    (try
      (setv found (json.loads text :parse-float str :parse-int str :parse-constant str))
      (except [error [RecursionError ValueError]]
        (refuse-damaged reading "a table" f"{(if whole "" f"line {n}: ")}{error}")))
    (for [item (if whole found [found])]
      (unless (isinstance item dict)
        (raise (NotText (+ f"{reading.name} is not a table: JSON must be a list of objects, or "
          f"have an object on each line, not {(clip (json.dumps item) 40)}"))))
      (yield item))))


(defn _json-text [value]
  "Return the text of a JSON `value`: of a list its parts, each on a line."
  (cond
    (is value None) ""
    (isinstance value bool) (.lower (str value))
    (isinstance value list) (.join "\n" (map _json-text value))
    (isinstance value dict) (json.dumps value :ensure-ascii False)
    True value))  ; text, or a number as it is written
