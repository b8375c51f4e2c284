#[[Workbooks, .xlsx, .xls and .ods: the rows of a sheet, read like a table.

Calamine finds them in a process of its own: a cell far away from the others, or a text shared by
many cells, may need any amount of memory, and then only that process ends.]]

(eval-when-compile (require hyrule [unless]))
(import
  csv
  dataclasses [replace]
  datetime [datetime time]
  decimal [Decimal]
  io [BytesIO]
  json
  os
  sys
  lstm-textgen.basics.messages [Message]
  lstm-textgen.basics.terminal [printable]
  lstm-textgen.basics.values [clip]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.apart [LOCKED run-apart]
  lstm-textgen.text.documents.columns [find-name]
  lstm-textgen.text.documents.reading [Budget]
  lstm-textgen.text.documents.tables [csv-rows text-of-rows])

(setv
  SHEETS-SHOWN 200  ; characters of a list of sheets
  DIGITS 15)  ; of a number that a spreadsheet keeps


(defn read-zipped-sheet [archive]
  "Yield the text of each row of a sheet of the workbook in `archive`; return a `Summary`."
  (.spend archive.budget (sum (gfor info (.infolist archive.zip) info.file-size)))
  (.seek archive.file 0)
  (read-sheet (.read archive.file) archive.reading))


(defn read-sheet [data reading]
  "Yield the text of each row of a sheet of a workbook, the bytes `data`; return a `Summary`."
  (with [out (run-apart "sheets" "write_sheet" data reading
      reading.limit (or reading.sheet ""))]
    (setv
      [name others] (json.loads (.readline out))
      listed (clip (.join ", " (map printable others)) SHEETS-SHOWN))
    (unless name
      (raise (NotText
        f"{reading.name} has no sheet '{(clip reading.sheet)}'; choose from: {listed}")))
    (.spend (Budget reading) (. (os.fstat (.fileno out)) st-size))
    (yield :from (text-of-rows (csv-rows out (replace reading :encoding "utf-8")) reading
      (Message f"sheet {(clip (printable name))}"
        #* (if (or reading.sheet (not others))
          []
          [" (others, read with " 'sheet f": {listed})"]))))))


;; * In the other process

(defn write-sheet [limit name]
  #[[Write a sheet of the workbook in standard input, as CSV of about `limit` characters at most.

  Before it stands a line of JSON: [NAME OTHERS], the name of the sheet, which is null if there is
  none that `name` means, and those of the others. Without `name` it is the first visible one.]]
  (import python-calamine)
  (try
    (setv
      book (python-calamine.load-workbook (BytesIO (.read sys.stdin.buffer)))
      shown (lfor
        each book.sheets-metadata
        :if (and (= each.typ python-calamine.SheetTypeEnum.WorkSheet)
          (= each.visible python-calamine.SheetVisibleEnum.Visible))
        each.name)
      names (if name book.sheet-names (or shown book.sheet-names))
      index (if name (find-name name names) 0)
      others (lfor [n each] (enumerate names) :if (!= n index) each)
      chosen (unless (is index None) (get names index)))
    (with [out (open 1 "w" :encoding "utf-8" :newline "" :closefd False)]
      (.write out (+ (json.dumps [chosen others]) "\n"))
      (setv
        [writer left] [(csv.writer out) (float limit)]
        rows (if chosen (.iter-rows (.get-sheet-by-name book chosen)) []))
      (for [row rows  :if (>= left 0)]
        (setv cells (list (map _shown row)))
        (-= left (sum (map len cells)) (len cells))
        (.writerow writer cells)))
    (except [python-calamine.PasswordError] (sys.exit LOCKED))))


(defn _shown [value]
  "Return the text of a cell's `value`, about as the sheet shows it."
  (cond
    (isinstance value bool) (.upper (str value))
    (isinstance value float)  ; only very small and very large ones with an exponent
      (format (Decimal f"{value :.{DIGITS}g}") (if (< 1e-9 (abs value) 1e21) "f" ""))
    (isinstance value datetime) (.removesuffix
      (.replace (.isoformat value :timespec "seconds") "T" " ") " 00:00:00")
    (isinstance value time) (.isoformat value :timespec "seconds")
    True (str value)))
