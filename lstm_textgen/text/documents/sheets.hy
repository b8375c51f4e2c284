#[[Workbooks, .xlsx, .xls and .ods: the rows of the first visible sheet, read like a table.

Calamine finds them in a process of its own: a cell far away from the others, or a text shared by
many cells, may need any amount of memory, and then only that process ends.]]

(import
  datetime [datetime time]
  decimal [Decimal]
  io [BytesIO]
  json
  os
  sys
  lstm-textgen.basics.terminal [printable]
  lstm-textgen.basics.values [clip]
  lstm-textgen.text.documents.columns [listed]
  lstm-textgen.text.documents.reading [Budget]
  lstm-textgen.text.documents.sandbox [LOCKED run-sandboxed]
  lstm-textgen.text.documents.tables [text-of-rows])


(defn read-zipped-sheet [archive]
  "Yield the text of each row of a sheet of the workbook in `archive`; return a `Summary`."
  (.spend archive.budget (sum (gfor info (.infolist archive.zip) info.file-size)))
  (.seek archive.file 0)
  (read-sheet (.read archive.file) archive.reading))


(defn read-sheet [data reading]
  "Yield the text of each row of a sheet of a workbook, the bytes `data`; return a `Summary`."
  (with [out (run-sandboxed "sheets" "write_sheet" data reading reading.limit)]
    (setv [name #* others] (map printable (json.loads (.readline out))))
    (.spend (Budget reading) (. (os.fstat (.fileno out)) st-size))
    (yield :from (text-of-rows (map json.loads out) reading
      f"sheet {(clip name)}{(if others f" (not read: {(listed others)})" "")}"))))


;; * In the other process

(defn write-sheet [limit]
  #[[Write the first visible sheet of the workbook in standard input, as lines of JSON.

  The first is the list of the names of sheets, its own first; others are rows, lists of text, up
  to about `limit` characters.]]
  (import python-calamine)
  (try
    (setv
      book (python-calamine.load-workbook (BytesIO (.read sys.stdin.buffer)))
      shown (lfor
        each book.sheets-metadata
        :if (and (= each.typ python-calamine.SheetTypeEnum.WorkSheet)
          (= each.visible python-calamine.SheetVisibleEnum.Visible))
        each.name)
      names (or shown book.sheet-names)
      left (float limit))
    (with [out (open 1 "w" :encoding "utf-8" :closefd False)]
      (.write out (+ (json.dumps names) "\n"))
      (for [row (.iter-rows (.get-sheet-by-name book (get names 0)))  :if (>= left 0)]
        (setv cells (list (map _shown row)))
        (-= left (sum (map len cells)) (len cells))
        (.write out (+ (json.dumps cells :ensure-ascii False) "\n"))))
    (except [python-calamine.PasswordError] (sys.exit LOCKED))))


(defn _shown [value]
  "Return the text of a cell's `value`, about as the sheet shows it."
  (cond
    (isinstance value bool) (.upper (str value))
    ;; A spreadsheet keeps 15 digits; only very small and very large numbers have an exponent.
    (isinstance value float)
      (format (Decimal f"{value :.15g}") (if (< 1e-9 (abs value) 1e21) "f" ""))
    (isinstance value datetime) (.removesuffix
      (.replace (.isoformat value :timespec "seconds") "T" " ") " 00:00:00")
    (isinstance value time) (.isoformat value :timespec "seconds")
    True (str value)))
