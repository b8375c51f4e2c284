#[[The text on the pages of a PDF, found by PDFium in a process of its own.

A PDF may draw for ever or crash what reads it: the process has a limit of time and memory.]]

(eval-when-compile (require lstm-textgen.basics.forms [defrecord]))
(import
  contextlib [suppress]
  ctypes
  json
  math [hypot]
  os
  re
  signal
  subprocess
  sys
  lstm-textgen.basics.machine [MB]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.reading [locked])

(setv
  PAGE-SECONDS 10  ; of the CPU; a page of text takes a hundredth of one
  SECONDS 300  ; of the CPU, for all pages
  MEMORY (* 2048 MB)
  TIMERS ["SIGPROF" "SIGXCPU"]  ; what ends the process at these limits
  LOCKED 3  ; the status of the process for a PDF that needs a password
  DAMAGED 4
  CALL (+ "import hy, sys, lstm_textgen.text.documents.pdfpages as pages; "
    "pages.write_pages(*map(float, sys.argv[1:]))")
  PASSWORD 4  ; FPDF_ERR_PASSWORD
  LINE-ENDS "\r\n"
  HYPHENS "\x02\u00ad"  ; PDFium's sign for one at a line's end; some fonts name theirs so
  GENERATED "\x1f"  ; stands for a space that PDFium adds where letters are apart
  SPACED (re.compile r"[^\W\d_]\x1f")
  WORD-GAP 0.2  ; of the size of letters: by so much words are further apart than their letters
  NEAR 0.125  ; of that size: what is no further apart is in one place
  LEAST-SPACED 4)  ; letters of a line that may be letter-spaced


(defrecord Part
  "A part of a line: its text, and the size and the height on the page of its letters, in points."
  [#^ str text  #^ float size  #^ float height])


(defn read-pages [file reading]
  #[[Return a list of the pages of the PDF in `file`: each a list of lines, lists of `Part`s.

  A page that can't be read is None. Raise `NotText` for a PDF that is locked or takes too long,
  `ValueError` for a damaged one.]]
  (setv done (subprocess.run
    [(getattr hy "sys_executable" sys.executable) "-P" "-c" CALL
      (str reading.limit) (str PAGE-SECONDS)]
    :input (.read file)
    :stdout subprocess.PIPE :stderr subprocess.DEVNULL
    :env {#** os.environ
      "PYTHONPATH" (.join os.pathsep (gfor path sys.path (or path (os.getcwd))))}))
  (cond
    (= done.returncode LOCKED) (raise (NotText (locked reading)))
    (in (- done.returncode) (gfor name TIMERS (getattr signal name None)))
      (raise (NotText f"{reading.name} takes too long to read; give its text as a .txt file"))
    done.returncode (raise (ValueError "")))
  (lfor
    line (.splitlines done.stdout)
    :setv page (json.loads line)
    (when page (lfor parts page (lfor part parts (Part #* part))))))


;; * In the other process

(defn write-pages [limit seconds]
  #[[Write each page of the PDF in standard input as a line of JSON, up to `limit` characters.

  A page may take as many `seconds` of the CPU.]]
  (import pypdfium2)
  (for [[name most] [["RLIMIT_AS" MEMORY] ["RLIMIT_CPU" SECONDS]]]
    (with [_ (suppress ImportError OSError ValueError)]  ; Windows, macOS, or a lower limit
      (import resource)
      (setv kind (getattr resource name))
      (resource.setrlimit kind #(most (get (resource.getrlimit kind) 1)))))
  (try
    (setv document (pypdfium2.PdfDocument (.read sys.stdin.buffer)))
    (except [error pypdfium2.PdfiumError]
      (sys.exit (if (= error.err-code PASSWORD) LOCKED DAMAGED))))
  (with [out (open 1 "w" :closefd False)]
    (for [n (range (len document))  :if (>= limit 0)]
      (when (hasattr signal "setitimer")  ; not on Windows
        (signal.setitimer signal.ITIMER-PROF seconds))
      (try
        (setv page (_lines (.get-textpage (get document n))))
        (except [pypdfium2.PdfiumError] (setv page None)))
      (-= limit (sum (gfor line (or page []) [text #* _] line (len text))))
      (.write out (+ (json.dumps page) "\n")))))


(defn _lines [text]
  "Return the lines of a page's `text`, each a list of [text size height]."
  (import pypdfium2.raw :as raw)
  (setv
    [lines drawn broken] [[[]] None True]
    matrix (raw.FS-MATRIX))
  (for [n (range (.count-chars text))]
    (setv letter (chr (raw.FPDFText-GetUnicode text n)))
    (cond
      (in letter LINE-ENDS) (setv broken True)
      (raw.FPDFText-IsGenerated text n) (when (get lines -1)
        (.append (get lines -1 -1 0) GENERATED)
        (.append (get lines -1 -1 3) (- (get (_origin text (+ n 1)) 0) (get (_origin text n) 0))))
      True (do
        (setv object (. (ctypes.cast (raw.FPDFText-GetTextObject text n) ctypes.c-void-p) value))
        (when (or broken (!= object drawn))
          (raw.FPDFText-GetMatrix text n matrix)
          (setv
            [x y] (_origin text n)
            size (* (raw.FPDFText-GetFontSize text n) (hypot matrix.c matrix.d)))
          ;; PDFium ends a line after a raised mark.
          (when (and broken (not (and (> matrix.a 0) (= matrix.b 0)
              (> x (- (get (_origin text (- n 1)) 0) (* NEAR size)))
              (any (gfor part (get lines -1) (< (abs (- (get part 2) y)) (* NEAR size)))))))
            (.append lines []))
          (.append (get lines -1) [[] size y []]))
        (.append (get lines -1 -1 0) (if (in letter HYPHENS) "-" letter))
        (setv [drawn broken] [object (= letter "\x02")]))))
  (list (map _without-letter-spacing lines)))


(defn _origin [text n]
  "Return where letter `n` of a page's `text` stands, #(x y) in points."
  (import pypdfium2.raw :as raw)
  (setv [x y] [(ctypes.c-double) (ctypes.c-double)])
  (raw.FPDFText-GetCharOrigin text n x y)
  #(x.value y.value))


(defn _without-letter-spacing [line]
  "Return the parts of a `line`, [text size height], without spaces between spaced-out letters."
  (setv
    whole (.join "" (gfor [letters #* _] line letter letters letter))
    letters (sum (map str.isalpha whole))
    spaced (>= (* 2 (len (.findall SPACED whole))) (max letters LEAST-SPACED))
    narrow (min (gfor [_ _ _ gaps] line gap gaps gap) :default 0))
  (defn between [gap size]
    (if (and spaced (< (- gap narrow) (* WORD-GAP size))) "" " "))
  (lfor
    [letters size height gaps] line
    :setv gaps (iter gaps)
    :setv texts (gfor each letters (if (= each GENERATED) (between (next gaps) size) each))
    [(.join "" texts) size height]))
