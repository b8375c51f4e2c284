#[[PDF: the text of its pages, without notes and running heads, with lines joined to paragraphs.

PDFium finds it in a process of its own, with a limit of time and memory: a PDF may draw for ever
or crash what reads it.]]

(eval-when-compile (require hyrule [unless]  lstm-textgen.basics.forms [defrecord]))
(import
  collections [Counter]
  ctypes
  itertools [pairwise]
  json
  math [hypot]
  re
  signal
  sys
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.apart [LOCKED run-apart]
  lstm-textgen.text.documents.reading [Budget Summary one-line])

(setv
  FULL 0.7  ; of the usual length: a line as long as this may go on in the next
  HALF 0.4  ; the same where the next begins with a small letter, and none ends a sentence
  USUAL 0.9  ; of the lines are shorter than the usual length, or as long
  VERSE 0.7  ; of the lines begin with a capital: they are verses, not parts of paragraphs
  REPEATED 3  ; pages whose first or last line is the same, but for numbers, have it as a heading
  MOST-HEADINGS 3  ; lines of a heading, and as many at the foot
  SMALL 0.9  ; of the size of most letters: what is smaller may be a note
  LARGE 1.1  ; of that size: what is larger is a title
  ;; What a note begins with, and what leads to it from the text, mostly raised.
  NOTE (re.compile r"\[?(\d{1,3}|[*†‡§])[\]).:]?(?:\s|(?=[^\W\d]))")
  NOTE-MARK (re.compile r"\s*[\[(]?[\d*†‡§][\d*†‡§\s,]{0,9}[\])]?\s*")
  MARK (re.compile r"(?:[^\W\d_]{3}|[^\W\d_][.,;:!?…\"”’»]+)\s?[\[(]?(\d{1,3}|[*†‡§])(?!\d)")
  MARKED (re.compile r"(?:[^\W\d_]{3}|[.,;:!?…\"”’»])$")  ; before it: exponents follow others
  LIGATURES (str.maketrans {"ﬀ" "ff"  "ﬁ" "fi"  "ﬂ" "fl"  "ﬃ" "ffi"  "ﬄ" "ffl"})
  ENDED (re.compile r"[.!?:…\"”’»)\]]\s*$")
  HYPHENATED (re.compile r"[^\W\d_][-\u00ad\u2010]$")
  ;; How a list item begins, and the part of it that is dropped.
  ITEM (re.compile r"\s*(?:[•–▪◦‣·●○■\ue000-\uf8ff-]|\(?\w{1,3}[.)])\s")
  BULLET (re.compile r"\s*[•▪◦‣●○■\ue000-\uf8ff]\s+")
  PAGE-SECONDS 10  ; of the CPU; a page of text takes a hundredth of one
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


(defn read-pdf [file reading]
  "Yield the text of the PDF in `file`; return a `Summary`."
  ;; Of a page its lines, lists of parts; None for one that can't be read.
  (with [out (run-apart "pdf" "write_pages" (.read file) reading reading.limit PAGE-SECONDS)]
    (setv pages (lfor
      line out
      :setv page (json.loads line)
      (when page (lfor parts page (lfor part parts (Part #* part)))))))
  (.spend (Budget reading) (sum (gfor page pages line (or page []) part line (len part.text))))
  (setv
    damaged (.count pages None)
    pages (lfor page pages (or page []))
    sizes (Counter (gfor page pages line page part line _ (.strip part.text) (round part.size 1)))
    usual (get [#* (.most-common sizes 1) [0]] 0 0)  ; the size of most letters
    texts (lfor lines pages (_without-notes lines usual)))
  (unless (any texts)
    (raise (NotText (+ f"{reading.name} is a PDF without text, perhaps scanned; let a program "
      "such as ocrmypdf recognize its text first"))))
  (for [paragraph (paragraphs (_without-headings texts))]
    (yield (+ (.sub BULLET "" paragraph 1) "\n")))
  (Summary (+ f"PDF, {(counted (len pages) "pages")}"
    (if damaged f"; skipped {(counted damaged "damaged pages")}" ""))))


(defn _without-notes [lines usual]
  #[[Return the text of each of a page's `lines`, without notes and the marks of these.

  A note is in small print and begins with a mark that stands in the page's text. Of blank lines
  there are those alone that stand before and after a title.]]
  (defn small? [part] (< part.size (* SMALL usual)))
  (setv
    [kept noted] [[] False]
    body (lfor line lines :if (not (all (map small? line))) (_text line))
    marks (set (.findall MARK (.join "\n" body))))
  (for [line lines]
    (setv
      parts (lfor part line :if (.strip part.text) part)
      small (all (map small? parts))
      text (if small (_text line) (_unmarked line small?))
      text (one-line (.translate text LIGATURES))
      begun (.match NOTE text))
    (when text
      (setv noted (and small (or noted (bool (and begun (in (get begun 1) marks))))))
      (cond
        noted None
        (all (gfor part parts (> part.size (* LARGE usual)))) (.extend kept ["" text ""])
        True (.append kept text))))
  kept)


(defn _text [line]
  "Return the text of a `line`."
  (.join "" (gfor part line part.text)))


(defn _unmarked [line small?]
  "Return the text of a `line` without the raised marks that lead to notes."
  (setv
    text ""
    foot (min (gfor part line :if (.strip part.text) part.height) :default 0))
  (for [part line]
    (unless (and
        (small? part)
        (> part.height foot)
        (.fullmatch NOTE-MARK part.text)
        (.search MARKED (cut text -3 None)))
      (+= text part.text)))
  text)


(defn _without-headings [pages]
  "Return the lines of all `pages`, lists of lines, but for page numbers and what stands on each."
  (defn numberless [line] (re.sub r"[\d\s|–—-]+" "" line))  ; nor the marks around page numbers
  (for [_ (range MOST-HEADINGS)]
    (setv
      edges (lfor page pages (set (map numberless [#* (cut page 1) #* (cut page -1 None)])))
      counts (Counter (gfor edge edges line edge line))
      often (min REPEATED (max 2 (len pages)))
      headings (sfor [line count] (.items counts) :if (or (not line) (>= count often)) line)
      pages (lfor
        page pages
        (lfor
          [place line] (enumerate page)
          :if (not (and (in place [0 (- (len page) 1)]) (in (numberless line) headings)))
          line))))
  (lfor page pages line page line))


(defn paragraphs [lines]
  #[[Return an iterator of the paragraphs in `lines`.

  A line that is about as long as the longer ones goes on in the next, unless it ends a sentence
  and is shorter than they are, or the next begins an item of a list, or a blank one follows. A
  hyphen at its end goes.
  Where most lines begin with a capital they are verses, and stay as they are.]]
  (setv
    lines (list (map str.strip lines))
    whole (list (filter None lines))
    capitals (sum (gfor line whole (.isupper (cut line 1))))
    verse (> capitals (* VERSE (len whole)))
    lengths (sorted (map len whole))
    usual (if lengths (get lengths (int (* USUAL (- (len lengths) 1)))) 0)
    parts (lfor
      [line next] (pairwise [#* lines ""])
      :if line
      :setv share (/ (len line) (max usual 1))
      :setv ended (.search ENDED line)
      :setv within (and (not ended) (.islower (cut next 1)))  ; a sentence, probably
      (cond
        (or verse (not next) (< share (if within HALF FULL)) (.match ITEM next)
            (and ended (< share USUAL)))
          (+ line "\n")
        (and (.search HYPHENATED line) (.islower (cut next 1))) (cut line -1)
        True (+ line " "))))
  (filter None (.split (.join "" parts) "\n")))


;; * In the other process

(defn write-pages [limit seconds]
  #[[Write each page of the PDF in standard input as a line of JSON, up to `limit` characters.

  A page may take as many `seconds` of the CPU.]]
  (import pypdfium2)
  (setv [limit seconds] (map float [limit seconds]))
  (try
    (setv document (pypdfium2.PdfDocument (.read sys.stdin.buffer)))
    (except [error pypdfium2.PdfiumError]
      (sys.exit (if (= error.err-code PASSWORD) LOCKED 1))))
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
