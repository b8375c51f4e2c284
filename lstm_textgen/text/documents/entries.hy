"Files made of entries: subtitles, notebooks, tables."

(eval-when-compile (require hyrule [unless]))
(import
  csv
  html [unescape]
  itertools [chain]
  json
  re
  lstm-textgen.basics.values [clip counted unknown-name]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.reading [MAX-LINE Understood not-a one-line read-whole
    text-lines])

(setv
  ;; The times of a subtitle; WebVTT may omit hours, and settings may follow.
  TIMES (re.compile
    r"\s*(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3} +--> +(?:\d{1,3}:)?\d{1,2}:\d{2}[,.]\d{1,3}.*")
  ;; <i>, <c.yellow>, <00:01:02.345>, {\an8}
  MARKUP (re.compile r"</?[A-Za-z\d][^<>\n]*>|</?>|\{\\[^{}\n]*\}")
  SPEAKS (re.compile r"\s*[-–—] ?\S")  ; the line of one of two speakers in a subtitle
  DELIMITERS ",;\t|")


;; * Subtitles

(defn subtitles? [head ending]
  "Return whether a file with this `ending` that begins with the text `head` holds subtitles."
  (setv [first #* more] (.split (.lstrip head "\n") "\n" 2))
  (or
    (.startswith first "WEBVTT")
    (and (in ending [".srt" ".vtt"]) (in "-->" head))
    (and more (.isdigit (.strip first)) (.fullmatch TIMES (get more 0)))))


(defn read-subtitles [file reading]
  "Yield the text of each subtitle in `file` as a line, then an `Understood`."
  (setv [count before] [0 []])
  (for [[count lines] (enumerate (_subtitles (text-lines file reading)) 1)]
    (setv
      shown (list (filter None (gfor line lines (.strip (unescape (.sub MARKUP "" line))))))
      ;; Live captions repeat a line.
      again (and shown before (= (get shown 0) (get before -1)) (> (+ (len shown) (len before)) 2))
      texts (cut shown (if again 1 0) None))
    (cond
      (and (> (len texts) 1) (all (map SPEAKS.match texts)))
        (for [text texts] (yield (+ text "\n")))
      texts (yield (+ (.join " " texts) "\n")))
    (setv before shown))
  (yield (Understood f"subtitles, {(counted count "entries")}")))


(defn _subtitles [lines]
  "Yield each subtitle's list of lines: those between its times and an empty line."
  (setv held None)
  (for [line lines]
    (cond
      (.fullmatch TIMES line) (do
        (when held (yield held))
        (setv held []))
      (is held None) None  ; numbers, titles, notes, styles
      (.strip line) (.append held line)
      True (do
        (yield held)
        (setv held None))))
  (when held (yield held)))


;; * Notebooks

(defn read-notebook [file reading]
  "Yield the code and text of the notebook in `file`, then an `Understood`."
  (setv data (read-whole file reading))
  (try
    (setv
      notebook (json.loads data)
      sheets (if (in "cells" notebook) [notebook] (get notebook "worksheets"))
      texts (lfor
        sheet sheets
        cell (get sheet "cells")
        (.join "" (or (.get cell "source") (.get cell "input") ""))))
    (except [error [AttributeError KeyError RecursionError TypeError ValueError]]
      (raise (NotText (not-a reading "a notebook")) :from error)))
  (setv texts (lfor text texts :if (.strip text) (.strip text "\n")))
  (for [text texts] (yield (+ text "\n\n")))
  (yield (Understood f"notebook, {(counted (len texts) "cells")}; outputs left out")))


;; * Tables

(defn columns-of [head ending]
  "Return the column names of a table with this `ending` that begins with the text `head`."
  (try
    (next (_table (cut (.split head "\n") 1) ending) [])
    (except [csv.Error] [])))


(defn read-table [file reading]
  "Yield each entry of the reading's column of the table in `file`, then an `Understood`."
  (setv
    table (_table (gfor line (text-lines file reading) (+ line "\n")) reading.ending)
    rows (iter (fn [] (_next-row table)) None)
    columns (list (map one-line (next rows [])))
    count 0)
  (unless (in reading.column columns)
    (raise (NotText (+ f"{reading.name}: "
      (unknown-name "column" reading.column (lfor name (cut columns 30) (clip name)))))))
  (setv place (.index columns reading.column))
  (for [row rows  :if (< place (len row))]
    (when (setx text (.strip (get row place)))
      (+= count 1)
      (yield (+ text "\n"))))
  (yield (Understood f"table, {(counted count "entries")} in column {(clip reading.column)}")))


(defn _table [lines ending]
  "Return a CSV reader of `lines`; the first shows their delimiter, unless the `ending` does."
  (setv
    lines (iter lines)
    first (next lines ""))
  (csv.reader (chain [first] lines)
    :delimiter (if (= ending ".tsv") "\t" (max DELIMITERS :key first.count))))


(defn _next-row [table]
  "Return the next row (a list of cells) of the `table`, or None."
  (setv limit (csv.field-size-limit MAX-LINE))  ; for all that the process reads
  (try
    (next table None)
    (finally (csv.field-size-limit limit))))
