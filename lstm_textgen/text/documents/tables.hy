"Tables, such as .csv and .jsonl: the text of each row, by columns or a template."

(eval-when-compile (require hyrule [unless]))
(import
  codecs
  csv
  dataclasses [replace]
  io [StringIO]
  itertools [chain islice]
  json
  re
  tempfile [SpooledTemporaryFile]
  lstm-textgen.basics.values [clip column-parts counted]
  lstm-textgen.text.decoding [NotText likely-encoding]
  lstm-textgen.text.documents.reading [Budget HEAD IN-MEMORY MAX-LINE Understood chunks cleaned
    first-text not-a one-line read-whole text-lines])

(setv
  CSV-ENDINGS [".csv" ".tsv"]
  JSON-ENDINGS [".json" ".jsonl" ".ndjson"]
  JSON (re.compile r"\s*[\[{]")  ; how JSON begins that is a list of objects, or one object a line
  ;; The first separates nothing, and is for tables with one column.
  DELIMITERS "\x1f,;\t|"
  OWN-DELIMITER (re.compile r"sep=(.)\n")  ; the first line, as Excel understands it
  END "\x1e"  ; stands after a row until it is known what separates rows; no text has it
  AFTER {"line" "\n"  "paragraph" "\n\n"}
  MOST-LISTED 30  ; columns in a message
  EXAMPLE-ROWS 100)  ; rows at the beginning that are searched for an example of each column


(defn read-table [file reading]
  "Yield an `Understood`, then the text of each row of the table in `file`."
  (setv [rows encoding] (_rows-of file reading))
  (text-of-rows rows reading
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
      (next (_csv-reader (StringIO head) head ending) []))
    (except [[RecursionError ValueError csv.Error]] [])))


;; * Rows: lists of cells, the first one with the names of the columns

(defn text-of-rows [rows reading kind]
  #[[Yield an `Understood` of a `kind` such as `table`, then the text of each of `rows`.

  Without a `column` of the `reading` that is all their cells. Raise `NotText` for a column that
  isn't there, and if there is no text.]]
  (setv
    rows (iter rows)
    header (list (map one-line (next (filter any rows) [])))
    [parts names] (if reading.column (_parts rows header reading) [[] header])
    [count longer items] [0 0 "line"]
    budget (Budget reading))
  (unless parts (setv rows (chain [header] rows)))
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
    (unless count
      (raise (NotText (+ f"{reading.name} has no text"
        (if reading.column f" in {(_listed "column" names)}" "")))))
    (.seek copy 0)
    (yield (_about kind count longer names (or reading.items items) reading))
    (for [piece (chunks copy)]
      (yield (.replace piece END (get AFTER (or reading.items items)))))))


(defn _about [kind count longer names items reading]
  "Return the `Understood` of a table, by what `text-of-rows` knows of it."
  (setv where (cond
    reading.column f" in {(_listed "column" names)}"
    (> (len names) 1) (+ " with all cells; to read some columns give `column`: "
      (clip (.join ", " names) 200))
    True ""))
  (when (and longer reading.column)
    (+= where f"; {(counted longer "rows")} with more cells than there are columns"))
  (Understood f"{kind}, {(counted count "entries")}{where}"
    :items (when reading.column items)))


(defn _listed [what names]
  "Return `names` in words, after `what` they are: `columns Name, City`."
  f"{what}{(if (= (len names) 1) "" "s")} {(clip (.join ", " names) 200)}")


(defn _parts [rows header reading]
  #[[Return #(parts names): what each row's text is made of, and the columns in it.

  A part is #(literal place), text and the place of the cell that follows it, or None.]]
  (setv
    given (if (isinstance reading.column str) [reading.column] reading.column)
    parts (lfor
      text given
      [literal name] [#* (column-parts text) #(" " None)]
      #(literal (unless (is name None) (_place name rows header reading))))
    places (dict.fromkeys (gfor [_ place] parts :if (is-not place None) place)))
  #(parts (lfor place places (get header place))))


(defn _filled [parts row]
  "Return the text of a `row`, perhaps in several lines: that of all `parts`; none without a cell."
  (setv [found texts] [False []])
  (for [[literal place] parts]
    (setv cell (if (is place None) "" (_cell row place)))
    (when cell (setv found True))
    (.extend texts [literal cell]))
  (if found (_tidy (.join "" texts)) ""))


(defn _cell [row place]
  "Return the text of a cell of a `row`, which has a list or dict of some by their places."
  (try
    (.strip (get row place))
    (except [LookupError] "")))


(defn _tidy [text]
  "Return `text` with its white space tidied, and without blank lines."
  (defn tidied [line]
    (setv line (one-line line))
    (if (.isprintable line) line (one-line (cleaned line))))  ; few aren't, and it takes time
  (.join "\n" (filter None (map tidied (.splitlines text)))))


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
  (when (is-not place None) (return place))
  (setv
    first (list (islice rows EXAMPLE-ROWS))
    columns (lfor
      [n column] (enumerate (cut header MOST-LISTED))
      :setv example (next (filter None (gfor row first (_cell row n))) "")
      f"{(+ n 1)} {(clip column 60)}{(if example f" ({(clip (one-line example) 30)})" "")}")
    more (- (len header) MOST-LISTED)
    several (> (sum (gfor column header (in (.casefold (one-line name)) (.casefold column)))) 1))
  (raise (NotText (+ f"{reading.name} has {(if several "several columns" "no column")} "
    f"'{(clip name)}'; there are: {(.join ", " columns)}"
    (if (> more 0) f" and {more :,} more" "")))))


;; * Comma-separated values, and JSON

(defn _rows-of [file reading]
  "Return #(rows encoding) of the table in `file`."
  (setv head (.read file HEAD))
  (.seek file 0)
  (when (and (not-in reading.ending CSV-ENDINGS) (.match JSON (first-text head reading)))
    (return #((_json-rows file reading) reading.encoding)))
  (setv
    encoding (_encoding-of file reading)
    reading (replace reading :encoding encoding))
  #((csv-rows file reading (first-text head reading)) encoding))


(defn _encoding-of [file reading]
  "Return the encoding of the `reading`, or a likely one if the text in `file` isn't in that."
  (setv decoder ((codecs.getincrementaldecoder reading.encoding)))
  (try
    (for [data (chunks file)] (.decode decoder data))
    reading.encoding
    (except [UnicodeDecodeError] (likely-encoding data reading.encoding))
    (finally (.seek file 0))))


(defn csv-rows [file reading [head None]]
  "Yield the rows of the CSV in `file`, whose delimiter its beginning `head` shows, or is a comma."
  (setv
    lines (chain (gfor line (text-lines file reading) (+ line "\n")) [(+ END "\n")])
    table (_csv-reader lines head reading.ending)
    begun 1)
  (try
    (while (!= (setx row (_next-row table)) [END])
      (when (.endswith (get row -1) (+ END "\n"))  ; the text ends within a cell
        (raise (csv.Error "a quotation mark is never closed")))
      (yield row)
      (setv begun (+ table.line-num 1)))
    (except [error csv.Error]
      (raise (NotText (not-a reading "a table" f"the row that begins in line {begun}: {error}"))
        :from error))))


(defn _csv-reader [lines head ending]
  "Return a reader of `lines` (an iterable), the first of which are in `head`, as in `csv-rows`."
  (setv
    own (.match OWN-DELIMITER (or head ""))
    delimiter (cond
      (is head None) ","
      own (get own 1)
      (= ending ".tsv") "\t"
      True (max DELIMITERS :key (fn [mark] (_fit mark (StringIO head))))))
  (csv.reader (islice lines (if own 1 0) None) :delimiter delimiter :skipinitialspace True))


(defn _fit [delimiter lines]
  #[[Return how well a `delimiter` fits the first `lines` of a table, #(share cells).

  It is the share of rows with as many cells as the first. `csv.Sniffer` isn't asked, as it takes
  apostrophes for quotation marks, and letters for delimiters.]]
  (setv
    reader (csv.reader lines :delimiter delimiter :skipinitialspace True)
    sizes (lfor row reader :if row (len row))
    first (get [#* sizes 1] 0))
  (if (= first 1) #(0 0) #((/ (.count sizes first) (len sizes)) first)))


(defn _next-row [table]
  "Return the next row of the `table` that isn't blank."
  (setv limit (csv.field-size-limit MAX-LINE))  ; for all that the process reads
  (try
    (next (filter None table))
    (finally (csv.field-size-limit limit))))


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
