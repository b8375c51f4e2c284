"Tables, such as .csv and .jsonl: the text of each row, by columns or a template."

(eval-when-compile (require hyrule [unless]))
(import
  codecs
  csv
  dataclasses [replace]
  io [StringIO]
  itertools [chain dropwhile islice takewhile]
  json
  re
  statistics [median]
  tempfile [SpooledTemporaryFile]
  lstm-textgen.basics.messages [Message]
  lstm-textgen.basics.values [clip column-parts counted]
  lstm-textgen.text.decoding [NotText likely-encoding]
  lstm-textgen.text.documents.reading [Budget HEAD IN-MEMORY MAX-LINE Summary cleaned
    file-chunks first-text not-a one-line read-whole text-lines]
  lstm-textgen.text.items [ENDS])

(setv
  CSV-ENDINGS [".csv" ".tsv" ".xls"]  ; some programs write a table as text into an .xls
  JSON-ENDINGS [".json" ".jsonl" ".ndjson"]
  JSON (re.compile r"\s*[\[{]")  ; how JSON begins that is a list of objects, or one object a line
  ;; The first separates nothing, and is for tables with one column.
  DELIMITERS "\x1f,;\t|"
  OWN-DELIMITER (re.compile r"sep=(.)\n")  ; the first line, as Excel understands it
  END "\x1e"  ; stands after a row until it is known what separates rows; no text has it
  MOST-LISTED 30  ; columns in a message
  FIRST-ROWS 100  ; among which the header is, and an example of each column
  MOST-TITLES 5  ; rows above the header
  MAX-FORM 100  ; characters of a cell that are compared with others
  LONG-CELL 20)  ; characters above which half a cell is longer than most names of columns


(defn read-table [file reading]
  "Yield the text of each row of the table in `file`; return a `Summary`."
  (setv head (.read file HEAD))
  (.seek file 0)
  (when (and (not-in reading.ending CSV-ENDINGS) (.match JSON (first-text head reading)))
    (return (text-of-rows (_json-rows file reading) reading "table")))
  (setv
    encoding reading.encoding
    decoder ((codecs.getincrementaldecoder encoding)))
  (try
    (for [data (file-chunks file)] (.decode decoder data))
    (except [UnicodeDecodeError] (setv encoding (likely-encoding data encoding))))
  (.seek file 0)
  (setv decoded (replace reading :encoding encoding))
  (text-of-rows (csv-rows file decoded (first-text head decoded)) reading
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
      (do
        (setv
          table (_csv-reader (StringIO head) head ending)
          rows (list (islice (filter any table) FIRST-ROWS)))
        (get (_headed rows None) 0)))
    (except [[RecursionError ValueError csv.Error]] [])))


;; * Rows: lists of cells, one of the first with the names of the columns

(defn text-of-rows [rows reading kind]
  #[[Yield the text of each of `rows`; return a `Summary` of a `kind` such as `table`.

  Without a `column` of the `reading` that is all their cells. Raise `NotText` for a column that
  isn't there, and if there is no text.]]
  (setv
    rows (dropwhile (fn [row] (not (any row))) rows)
    first (list (islice rows FIRST-ROWS))
    [header place said] (_headed first reading.column)
    below (cut first place None)
    [parts names] (if reading.column (_parts below header reading) [[] header])
    [count longer items] [0 0 "line"]
    budget (Budget reading))
  (setv rows (chain (if parts below first) rows))
  ;; Only after the last row is it known whether one has several lines.
  (with [copy (SpooledTemporaryFile IN-MEMORY "w+" :encoding "utf-8" :newline "")]
    (for [row rows]
      (setv text (if parts (_filled parts row) (.rstrip (.join "\t" (map one-line row)))))
      (when text
        (+= count 1)
        (+= longer (> (len row) (len header)))
        (when (in "\n" text) (setv items "paragraph"))
        (.spend budget (+ (len text) 1))
        (.write copy (+ text END))))
    (setv
      listed (clip (.join ", " names) 200)
      columns (if reading.column f" in column{(if (= (len names) 1) "" "s")} {listed}" ""))
    (unless count (raise (NotText f"{reading.name} has no text{columns}")))
    (.seek copy 0)
    (for [chunk (file-chunks copy)]
      (yield (.replace chunk END (get ENDS (or reading.items items))))))
  (setv about (cond
    reading.column (+ columns said (if longer
      f"; {(counted longer "rows")} with more cells than there are columns"
      ""))
    (> (len names) 1)
      (Message " with all cells; to read some columns give " 'column f": {listed}")
    True ""))
  (Summary (Message kind f", {(counted count "entries")}" about)
    :items (when reading.column (or reading.items items))))


(defn _headed [rows column]
  #[[Return #(names place said): the columns' names, where the rows below them begin, and a note.

  The columns are numbered from 1 if the first of `rows` looks like data, unless `column` has the
  name of one.]]
  (setv
    place (_header-place rows column)
    names (list (map one-line (get [#* rows []] place)))
    numbers? (all (gfor name (_asked column) (and (.isdecimal name) (not-in name names))))
    data? (if (and numbers? (= place 0)) (_data? rows) False))
  (cond
    data? #((lfor n (range (max (map len rows))) (str (+ n 1))) 0 "; the table has no header")
    (is data? None) #(names 1 "; the first row was taken as the header")
    True #(names (+ place 1) "")))


(defn _data? [rows]
  #[[Return whether the first of `rows` is like those below it; None if that is unclear.

  A cell is like those below it if it equals one, is written like one of digits and others, or is
  about as long; it is unlike them if it has no digit and they all have.]]
  (when (or (< (len rows) 2) (isinstance (get rows 1) dict)) (return False))  ; JSON names its own
  (defn form [cell]
    (re.sub r"\d+" "0" (re.sub r"[^\W\d_]+" "a" (cut cell MAX-FORM))))
  (defn like? [cell others]
    (setv
      own (form cell)
      forms (set (map form others)))
    (cond
      (or (in cell others) (and (in "0" own) (in own forms))) True
      (and (not-in "0" own) (all (gfor each forms (in "0" each)))) False
      (>= (* 2 (len cell)) (median (map len others)) LONG-CELL) True))
  (setv found (sfor
    [n cell] (enumerate (cut (get rows 0) MOST-LISTED))
    :setv others (list (filter None (gfor row (cut rows 1 None) (_cell row n))))
    :if (and cell others)
    (like? cell others)))
  (if (in False found) False (or (in True found) None)))


(defn _asked [column]
  "Return the list of the names and numbers of columns in `column`, as in a `Reading`."
  (lfor text (_given column)  [_ name] (column-parts text)  :if name (one-line name)))


(defn _header-place [rows column]
  #[[Return the place of the row with the names of the columns among the first `rows` of a table.

  Above it there may be a few titles, with text only in the first cell. The next row is the header
  if it has several cells, no empty one between them, and as many as any row, of which most have
  several; but not if the first row has a name that `column` asks for.]]
  (setv
    widths (lfor  ; up to the last cell with text; JSON has dicts below the header
      row rows
      :if (isinstance row list)
      (max (gfor [n cell] (enumerate row 1) :if cell n) :default 0))
    above (len (list (takewhile (fn [width] (<= width 1)) widths)))
    [wide #* below] (or (cut widths above None) [0])
    below (list (filter None below))
    cells (sfor cell (get [#* rows []] 0) (.casefold (one-line cell)))
    asked? (any (gfor name (_asked column) (in (.casefold name) cells))))
  (if (and (<= 1 above MOST-TITLES)
      (>= wide (max [2 #* below]))
      (= wide (sum (map bool (get rows above))))
      (> (sum (gfor width below (> width 1))) (/ (len below) 2))
      (not asked?))
    above
    0))


(defn _given [column]
  "Return the list of the names and templates in `column`, as in a `Reading`."
  (if (isinstance column list) column (if column [column] [])))


(defn _parts [rows header reading]
  #[[Return #(parts names): what each row's text is made of, and the columns in it.

  A part is #(literal place), text and the place of the cell that follows it, or None.]]
  (setv
    parts (lfor
      text (_given reading.column)
      [literal name] [#* (column-parts text) #(" " None)]
      #(literal (unless (is name None) (_place name rows header reading))))
    places (dict.fromkeys (gfor [_ place] parts :if (is-not place None) place)))
  #(parts (lfor place places (or (get header place) (str (+ place 1))))))


(defn _filled [parts row]
  "Return the text of a `row`, perhaps in several lines: that of all `parts`; none without a cell."
  (setv
    cells (lfor [_ place] parts (if (is place None) "" (_cell row place)))
    text (.join "" (gfor [[literal _] cell] (zip parts cells) (+ literal cell)))
    lines (lfor
      line (if (any cells) (.splitlines text) [])
      :setv tidy (one-line line)
      (if (.isprintable tidy) tidy (one-line (cleaned tidy)))))  ; few aren't, and it takes time
  (.join "\n" (filter None lines)))


(defn _cell [row place]
  "Return the text of a cell of a `row`, which has a list or dict of some by their places."
  (try
    (.strip (get row place))
    (except [LookupError] "")))


;; * Names

(defn find-name [name names]
  #[[Return the place among `names` of the one that `name` means, or None.

  It is the same, or is so but for case and white space; or it has this number, counted from 1; or
  it is the only one that contains `name`.]]
  (setv
    folded (lfor each names (.casefold (one-line each)))
    wanted (.casefold (one-line name))
    numbers (lfor n (range (len names)) (str (+ n 1)))
    within (lfor [n each] (enumerate folded) :if (in wanted each) n))
  (cond
    (in name names) (.index names name)
    (in wanted folded) (.index folded wanted)
    (in wanted numbers) (.index numbers wanted)
    (= (len within) 1) (get within 0)))


(defn _place [name rows header reading]
  "Return the place of the column `name` in the `header`; raise `NotText` if there is none."
  (setv place (find-name name header))
  (unless header (raise (NotText f"{reading.name} has no text")))
  (when (is-not place None) (return place))
  (setv
    columns (lfor
      [n column] (enumerate (cut header MOST-LISTED))
      :setv example (next (filter None (gfor row rows (_cell row n))) "")
      f"{(+ n 1)} {(clip column 60)}{(if example f" ({(clip (one-line example) 30)})" "")}")
    more (- (len header) MOST-LISTED)
    several (> (sum (gfor column header (in (.casefold (one-line name)) (.casefold column)))) 1))
  (raise (NotText (+ f"{reading.name} has {(if several "several columns with" "no column")} "
    f"'{(clip name)}'; choose from: {(.join ", " columns)}"
    (if (> more 0) f" and {more :,} more" "")
    (if (_data? [header #* rows]) "; if the first row is no header, give a number" "")))))


;; * Comma-separated values, and JSON

(defn csv-rows [file reading [head None]]
  "Yield the rows of the CSV in `file`, whose delimiter its beginning `head` shows, or is a comma."
  (csv.field-size-limit MAX-LINE)  ; for all that the process reads
  (setv
    lines (chain (gfor line (text-lines file reading) (+ line "\n")) [(+ END "\n")])
    table (_csv-reader lines head reading.ending reading.column)
    begun 1)
  (try
    (for [row table  :if (and row (!= row [END]))]
      (when (.endswith (get row -1) (+ END "\n"))  ; the text ends within a cell
        (raise (csv.Error "a quotation mark is never closed")))
      (yield row)
      (setv begun (+ table.line-num 1)))
    (except [error csv.Error]
      (raise (NotText (not-a reading "a table" f"the row that begins on line {begun}: {error}"))
        :from error))))


(defn _csv-reader [lines head ending [column None]]
  "Return a reader of `lines` (an iterable), the first of which are in `head`, as in `csv-rows`."
  (setv
    own (.match OWN-DELIMITER (or head ""))
    delimiter (cond
      (is head None) ","
      own (get own 1)
      (= ending ".tsv") "\t"
      True (max DELIMITERS :key (fn [mark] (_fit mark head column)))))
  (csv.reader (islice lines (if own 1 0) None) :delimiter delimiter :skipinitialspace True))


(defn _fit [delimiter head column]
  #[[Return how well a `delimiter` fits a table that begins with the text `head`, #(share cells).

  It is the share of rows with as many cells as the first, or as the header below titles. Then all
  rows must be alike, and hold no sentences, in which spaces follow commas. `csv.Sniffer` isn't
  asked, as it takes apostrophes for quotation marks, and letters for delimiters.]]
  (setv
    reader (csv.reader (StringIO head) :delimiter delimiter :skipinitialspace True)
    rows (list (filter None reader))
    place (_header-place rows column)
    sizes (lfor row (cut rows place None) (len row))
    unquoted (re.sub "\"[^\"]*\"" "" head))
  (if (or
      (< (get [#* sizes 0] 0) 2)
      (and place (or
        (!= (len (set (cut sizes -1))) 1)  ; the last row may be cut, or is the only one
        (= delimiter "|")  ; which spreadsheets don't write, but people do
        (in f"{delimiter} " unquoted))))
    #(0 0)
    #((/ (.count sizes (get sizes 0)) (len sizes)) (get sizes 0))))


(defn _json-rows [file reading]
  "Yield the keys of the objects in the JSON of `file`, then the values of each."
  (setv places {})
  (for [item (_objects file reading)  key item] (.setdefault places key (len places)))
  (yield (list places))
  (.seek file 0)
  (for [item (_objects file reading)]
    (yield (dfor [key value] (.items item) (get places key) (_json-text value)))))


(defn _objects [file reading]
  "Yield each object in `file`: those of a JSON list, or an object on each line."
  (setv whole (.startswith (.lstrip (first-text (.read file HEAD) reading)) "["))
  (.seek file 0)
  (for [[n text] (enumerate (if whole [(read-whole file reading)] (text-lines file reading)) 1)
        :if (.strip text)]
    (try
      (setv found (json.loads text :parse-float str :parse-int str :parse-constant str))
      (except [error [RecursionError ValueError]]
        (raise (NotText (not-a reading "a table" f"{(if whole "" f"line {n}: ")}{error}"))
          :from error)))
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
