#[[The lines of a PDF's pages, which PDFium finds in a process of its own: a PDF may draw for ever
or crash what reads it.]]

(eval-when-compile (require hyrule [unless]  lstm-textgen.basics.forms [defrecord]))
(import
  collections [namedtuple]
  ctypes
  itertools [groupby]
  json
  math [atan2 cos hypot sin]
  signal
  sys
  lstm-textgen.text.documents.sandbox [LOCKED])

(setv
  HYPHENS "\x02\u00ad"  ; PDFium's sign for one at a line's end; some fonts name theirs so
  NEAR 0.125  ; of the size of letters: what is no further apart is in one place
  RAISED 0.6  ; of that size: marks are no higher or lower than so much
  OVERLAP 0.3  ; of that size: a mark begins no further before the end of its line
  WORD-GAP 0.2  ; of that size: by so much words are further apart than their letters
  LETTER-WIDTH 0.5)  ; of that size, about


;; A letter as PDFium finds it: where it begins, its size, and the height of its line, in points.
;; Both places are seen along its line, which rises by an `angle`, in radians. `added` is whether
;; PDFium added it, a space or line end, where letters are apart.
(setv Letter (namedtuple "Letter" "text left size height added angle"))


(defrecord Part
  "A part of a line whose letters have one size and height; its left and right end, in points."
  [#^ str text  #^ float size  #^ float height  #^ float left  #^ float right])


(defn write-pages [limit seconds]
  #[[Write each page of the PDF in standard input as a line of JSON, up to `limit` characters.

  A page is a list of lines, these are lists of the values of `Part`s; null is a page that can't be
  read. A page may take as many `seconds` of the CPU.]]
  (import pypdfium2 pypdfium2.raw :as raw)
  (setv [limit seconds] (map float [limit seconds]))
  (try
    (setv document (pypdfium2.PdfDocument (.read sys.stdin.buffer)))
    (except [error pypdfium2.PdfiumError]
      (sys.exit (if (= error.err-code raw.FPDF-ERR-PASSWORD) LOCKED 1))))
  (with [out (open 1 "w" :closefd False)]
    (for [n (range (len document))  :if (>= limit 0)]
      (when (hasattr signal "setitimer")  ; not on Windows
        (signal.setitimer signal.ITIMER-PROF seconds))
      (try
        (setv page (lfor
          line (split-lines (_letters (.get-textpage (get document n))))
          (line-parts line)))
        (except [pypdfium2.PdfiumError] (setv page None)))
      (-= limit (sum (gfor line (or page []) [text #* _] line (len text))))
      (.write out (+ (json.dumps page) "\n")))))


(defn _letters [page]
  "Yield the `Letter`s of `page`, a text page of PDFium."
  (import pypdfium2.raw :as raw)
  (setv
    [matrix x y] [(raw.FS-MATRIX) (ctypes.c-double) (ctypes.c-double)]
    [size height angle along across] [0 0 0 1 0])
  (for [n (range (.count-chars page))]
    (setv added (= (raw.FPDFText-IsGenerated page n) 1))
    (raw.FPDFText-GetCharOrigin page n x y)
    (unless added
      (raw.FPDFText-GetMatrix page n matrix)
      (setv
        size (* (raw.FPDFText-GetFontSize page n) (hypot matrix.c matrix.d))
        angle (round (atan2 matrix.b matrix.a) 2)
        [along across] [(cos angle) (sin angle)]
        height (round (- (* y.value along) (* x.value across)) 2)))
    (yield (Letter (chr (raw.FPDFText-GetUnicode page n))
      (+ (* x.value along) (* y.value across)) size height added angle))))


(defn split-lines [letters]
  "Return the lines of `letters`, lists of these without line ends."
  (setv [lines end] [[[]] None])  ; `end`: the letter that ended the last line
  (for [letter letters]
    (setv line (get lines -1))
    (cond
      (and letter.added (in letter.text "\r\n")) (setv end letter)
      (and letter.added (or end (not line))) None  ; a space before the line
      True (do
        ;; PDFium doesn't end a line before a lone digit.
        (when (and line (not end) (or
            (!= letter.angle (. line [-1] angle))
            (> (abs (- letter.height (. line [-1] height))) letter.size)))
          (setv end (get line -1)))
        (when (and end line)
          (if (_goes-on? line end letter)
            (when (> (- letter.left end.left) (* WORD-GAP letter.size))
              (.append line (Letter " " #* (cut end 1 None))))
            (.append lines [])))
        (setv end (when (= letter.text "\x02") letter))
        (.append (get lines -1)
          (if (in letter.text HYPHENS) (Letter "-" #* (cut letter 1 None)) letter)))))
  lines)


(defn _goes-on? [line end letter]
  "Return whether `letter` stands in the `line` that the letter `end` ended, at a raised mark."
  (setv beyond (- letter.left end.left))
  (and
    (= letter.angle end.angle)
    (> beyond (* (- OVERLAP) letter.size))
    (or
      (and (< beyond letter.size) (< (abs (- letter.height end.height)) (* RAISED letter.size)))
      (any (gfor each line (< (abs (- each.height letter.height)) (* NEAR letter.size)))))))


(defn line-parts [line]
  "Return the letters of a `line` as lists of the values of `Part`s."
  (lfor
    [[size height] letters] (groupby line (fn [each] #(each.size each.height)))
    :setv letters (list letters)
    [(.join "" (gfor each letters each.text)) size height (. letters [0] left)
      (+ (. letters [-1] left) (* LETTER-WIDTH size))]))
