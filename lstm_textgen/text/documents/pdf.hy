"PDF: the text of its pages, with lines joined into paragraphs."

(eval-when-compile (require hyrule [unless]))
(import
  collections [Counter]
  logging
  re
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.reading [Budget Understood library])

(setv
  KIND "a PDF"
  SILENT (+ logging.CRITICAL 1)
  ;; Bytes of drawing instructions: a page of text has a few thousand, but a hostile file can
  ;; repeat the same millions on every page. A megabyte takes about a second.
  MAX-DRAWING (* 512 MB)
  FULL 0.7  ; of the usual length: a line at least this long may continue in the next
  USUAL 0.9  ; the usual length is this quantile of line lengths
  VERSE 0.7  ; if this share of lines begins with a capital, they are verse, not prose
  REPEATED 3  ; pages with the same first or last line, but for numbers: a header or footer
  ENDED (re.compile r"[.!?:…\"”’»)\]]\s*$")
  HYPHENATED (re.compile r"[^\W\d_][-\u00ad\u2010]$")
  ;; How a list item begins, and the part of it that is dropped.
  ITEM (re.compile r"\s*(?:[•–▪◦‣·●○■\ue000-\uf8ff-]|\(?\w{1,3}[.)])\s")
  BULLET (re.compile r"\s*[•▪◦‣●○■\ue000-\uf8ff]\s+"))


(defn read-pdf [file reading]
  "Yield the text of the PDF in `file`; return an `Understood`. Raise whatever pypdf does."
  (.setLevel (logging.getLogger "pypdf") SILENT)  ; it logs the damage that it finds
  (setv
    pypdf (library "pypdf" reading KIND)
    document (.PdfReader pypdf file)
    budget (Budget reading)
    drawing MAX-DRAWING
    pages [])
  (when (and document.is-encrypted (not (.decrypt document "")))
    (raise (NotText f"{reading.name} is protected by a password; save it without one")))
  (for [page document.pages]
    (setv contents (.get-contents page))
    (unless (is contents None) (-= drawing (len (.get-data contents))))
    (when (< drawing 0)
      (raise (NotText f"{reading.name} has too many drawings; give its text as a .txt file")))
    (setv text (.extract-text page))
    (.spend budget (len text))
    (.append pages (lfor line (.splitlines text) (.rstrip line))))
  (unless (any (gfor page pages line page (.strip line)))
    (raise (NotText (+ f"{reading.name} is a PDF without text, perhaps scanned; "
      "run OCR on it first, for instance with ocrmypdf"))))
  (for [paragraph (paragraphs (_without-headings pages))]
    (yield (+ (.sub BULLET "" paragraph 1) "\n")))
  (Understood f"PDF, {(counted (len pages) "pages")}"))


(defn _without-headings [pages]
  "Return the lines of all `pages` (lists of lines) without page numbers, headers and footers."
  (setv
    pages (lfor page pages (lfor line page :if (.strip line) line))
    edges (lfor page pages (sfor line [#* (cut page 1) #* (cut page -1 None)] (_numberless line)))
    counts (Counter (gfor edge edges line edge line))
    headings (sfor [line count] (.items counts) :if (or (not line) (>= count REPEATED)) line))
  (lfor
    page pages
    [place line] (enumerate page)
    :if (not (and (in place [0 (- (len page) 1)]) (in (_numberless line) headings)))
    line))


(defn _numberless [line]
  "Return `line` without numbers and the marks around page numbers."
  (re.sub r"[\d\s|–—-]+" "" line))


(defn paragraphs [lines]
  #[[Yield the paragraphs in `lines`.

  A line about as long as the longest ones continues in the next, unless it ends a sentence and is
  shorter than they are, or the next begins a list item. A hyphen at its end is dropped. Where most
  lines begin with a capital, they are verse and stay as they are.]]
  (setv capitals (sum (gfor line lines (.isupper (cut (.lstrip line) 1)))))
  (when (> capitals (* VERSE (len lines)))
    (yield :from (map str.strip lines))
    (return))
  (setv
    lengths (sorted (map len lines))
    usual (if lengths (get lengths (int (* USUAL (- (len lengths) 1)))) 0)
    [held before] ["" ""])
  (for [line (map str.strip lines)]
    (cond
      (not held) (setv held line)
      (not (_goes-on? held before line usual)) (do
        (yield held)
        (setv held line))
      (and (.search HYPHENATED held) (.islower (cut line 1))) (setv held (+ (cut held -1) line))
      True (setv held f"{held} {line}"))
    (setv before line))
  (when held (yield held)))


(defn _goes-on? [held line next usual]
  "Return whether the paragraph `held`, whose last line is `line`, continues in the line `next`."
  (setv share (/ (len line) (max usual 1)))
  (and
    (>= share FULL)
    (not (.match ITEM next))
    (not (and (.search ENDED held) (< share USUAL)))))
