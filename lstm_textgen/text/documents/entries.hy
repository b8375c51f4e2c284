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
  (setv lines (cut (.split (.lstrip head "\n") "\n") 2))
  (or
    (.startswith (get lines 0) "WEBVTT")
    (and (in ending [".srt" ".vtt"]) (bool (re.search "-->" head)))
    (and (= (len lines) 2) (.isdigit (.strip (get lines 0))) (.fullmatch TIMES (get lines 1)))))


(defn read-subtitles [file reading]
  "Yield the text of each subtitle in `file` as a line; return an `Understood`."
  (setv
    count 0
    before [])
  (for [lines (_subtitles (text-lines file reading))]
    (+= count 1)
    (setv shown (lfor
      line lines
      :setv text (.strip (unescape (.sub MARKUP "" line)))
      :if text
      text))
    (yield :from (_as-lines (_unrolled shown before)))
    (setv before shown))
  (Understood f"subtitles, {(counted count "entries")}"))


(defn _unrolled [lines before]
  "Return the `lines` of a subtitle without the line that live captions repeat."
  (if (and lines before (= (get lines 0) (get before -1)) (> (len [#* lines #* before]) 2))
    (cut lines 1 None)
    lines))


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


(defn _as-lines [texts]
  "Yield a subtitle as one line, or as one line per speaker where two speak."
  (cond
    (not texts) None
    (and (> (len texts) 1) (all (map SPEAKS.match texts)))
      (for [text texts] (yield (+ text "\n")))
    True (yield (+ (.join " " texts) "\n"))))


;; * Notebooks

(defn read-notebook [file reading]
  "Yield the code and text of the notebook in `file`; return an `Understood`."
  (setv data (read-whole file reading))
  (try
    (setv notebook (json.loads data))
    (setv cells (if (in "cells" notebook)
      (get notebook "cells")
      (lfor sheet (get notebook "worksheets") cell (get sheet "cells") cell)))
    (setv texts (lfor cell cells (_source cell)))
    (except [error [AttributeError KeyError RecursionError TypeError ValueError]]
      (raise (NotText (not-a reading "a notebook")) :from error)))
  (setv texts (lfor text texts :if (.strip text) (.strip text "\n")))
  (for [text texts] (yield (+ text "\n\n")))
  (Understood f"notebook, {(counted (len texts) "cells")}; outputs left out"))


(defn _source [cell]
  "Return the text of a `cell`, code or Markdown."
  (setv source (or (.get cell "source") (.get cell "input") ""))
  (.join "" source))


;; * Tables

(defn columns-of [head ending]
  "Return the column names of a table with this `ending` that begins with the text `head`."
  (setv line (get (.split head "\n") 0))
  (try
    (next (csv.reader [line] :delimiter (_delimiter line ending)) [])
    (except [csv.Error] [])))


(defn _delimiter [line ending]
  "Return the delimiter of a table, given its first `line`."
  (if (= ending ".tsv") "\t" (max DELIMITERS :key line.count)))


(defn read-table [file reading]
  "Yield each entry of the reading's column of the table in `file`; return an `Understood`."
  (setv
    lines (text-lines file reading)
    first (next lines "")
    delimiter (_delimiter first reading.ending)
    rows (_rows (chain [first] lines) delimiter reading)
    columns (lfor name (next rows []) (one-line name))
    count 0)
  (unless (in reading.column columns)
    (raise (NotText (+ f"{reading.name}: "
      (unknown-name "column" reading.column (lfor name (cut columns 30) (clip name)))))))
  (setv place (.index columns reading.column))
  (for [row rows]
    (setv text (if (< place (len row)) (.strip (get row place)) ""))
    (when text
      (+= count 1)
      (yield (+ text "\n"))))
  (Understood f"table, {(counted count "entries")} in column {(clip reading.column)}"))


(defn _rows [lines delimiter reading]
  "Yield each row (a list of cells) of the table in `lines`."
  (setv rows (csv.reader (gfor line lines (+ line "\n")) :delimiter delimiter))
  (while True
    (setv limit (csv.field-size-limit MAX-LINE))  ; for all that the process reads
    (try
      (setv row (next rows None))
      (except [error csv.Error]
        (raise (NotText (not-a reading "a table" (str error))) :from error))
      (finally (csv.field-size-limit limit)))
    (when (is row None) (return))
    (yield row)))
