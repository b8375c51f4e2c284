"PDF: the text of its pages, without notes and running heads, with lines joined to paragraphs."

(eval-when-compile (require hyrule [->> unless]  lstm-textgen.basics.forms [defrecord]))
(import
  collections [Counter]
  dataclasses [replace]
  itertools [chain pairwise]
  json
  math [inf]
  re
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.pdfpages [Part]
  lstm-textgen.text.documents.reading [Budget Summary one-line]
  lstm-textgen.text.documents.sandbox [run-sandboxed])

(setv
  FULL 0.7  ; of the usual width: a line as wide as this may go on in the next
  HALF 0.4  ; the same where the next begins with a small letter, and none ends a sentence
  USUAL 0.9  ; of the lines are narrower than the usual width, or as wide
  DOUBLE-SPACED 2  ; sizes from line to line, if the usual distance is unknown: double spacing
  WIDE 1.3  ; of the usual distance: lines further apart belong to different paragraphs
  VERSE 0.7  ; of the lines that would go on in one with a capital: they are verses
  REPEATED 3  ; pages whose first or last line is the same, but for numbers, have it as a heading
  MOST-HEADINGS 3  ; lines of a heading, and as many at the foot
  MOST-LOST 0.05  ; of a document's words: what repeats more of them is its text
  SMALL 0.9  ; of the size of most letters: what is smaller may be a note
  LARGE 1.1  ; of that size: what is larger is a title
  ALIKE 0.08  ; of their size, by which the letters of a paragraph may differ
  INDENT 0.8  ; of their size, by which the first line of a paragraph is indented, or more
  MOST-LINES 2000  ; of a page on which notes are looked for, as each is compared with all lines
  PAGE-SECONDS 10  ; of the CPU; a page of text takes a hundredth of one
  PAGE-NUMBER (re.compile r"\W*\d{1,4}(?:\s*/\s*\d{1,4})?\W*")
  ;; What a note begins with, and the raised mark that leads to it from the text before.
  NOTE (re.compile r"\[?(\d{1,3}|[*†‡§])[\]).:]?(?:\s|(?=[^\W\d]))")
  NOTE-MARK (re.compile r"\s*[\[(]?[\d*†‡§][\d*†‡§\s,]{0,9}[\])]?\s*")
  MARKED (re.compile r"(?:[^\W\d_]{3}|[.,;:!?…\"”’»)])$")  ; exponents follow others
  ENDED (re.compile r"[.!?:…\"”’»)\]]\s*$")
  ;; How a heading may begin.
  NUMBERED (re.compile r"(?:\d{1,2}(?:\.\d{1,2})*|[A-Z](?:\.\d{1,2})+)\.?\s+[^\W\d_]")
  HYPHENATED (re.compile r"(?<![^\W_])([^\W_]++)[-\u00ad\u2010]$")
  WORD (re.compile r"[^\W\d_]+(?:-[^\W\d_]+)*")
  ;; "pre- and postwar": these words follow a hyphen that stays.
  AFTER-HYPHENS #{"and" "or" "to" "und" "oder" "bis" "et" "ou" "y" "o"}
  ;; How a list item begins, and the part of it that is dropped.
  ITEM (re.compile r"\s*(?:[•–▪◦‣·●○■\ue000-\uf8ff-]|\(?\w{1,3}[.)])\s")
  BULLET (re.compile r"\s*[•▪◦‣●○■\ue000-\uf8ff]\s+")
  LIGATURES (str.maketrans (dict (zip "ﬀﬁﬂﬃﬄ" ["ff" "fi" "fl" "ffi" "ffl"]))))


(defrecord Line
  "A line on page number `page`; `size` and `height` are those of most of its letters, in points."
  [#^ str text  #^ list parts  #^ int page  #^ float size  #^ float height
    #^ float left  #^ float right])


(defn read-pdf [file reading]
  "Yield the text of the PDF in `file`; return a `Summary`."
  (with [out (run-sandboxed "pdfpages" "write_pages" (.read file) reading
      reading.limit PAGE-SECONDS)]
    (setv pages (list (map json.loads out))))  ; None for one that can't be read
  (.spend (Budget reading) (sum (gfor page pages line (or page []) [text #* _] line (len text))))
  (setv
    damaged (.count pages None)
    lines (lfor
      [n page] (enumerate pages)
      (lfor
        parts (or page [])
        :if (.strip (.join "" (gfor [text #* _] parts text)))
        (line-of n (lfor [text #* box] parts (Part (.translate text LIGATURES) #* box)))))
    found (->> lines without-headings without-notes paragraphs))
  (unless found
    (raise (NotText (+ f"{reading.name} is a PDF without text, perhaps scanned; let a program "
      "such as ocrmypdf recognize its text first"))))
  (for [paragraph found]
    (yield (+ (.sub BULLET "" paragraph 1) "\n")))
  (Summary (+ f"PDF, {(counted (len pages) "pages")}"
    (if damaged f"; skipped {(counted damaged "damaged pages")}" ""))))


(defn line-of [page parts]
  "Return the `Line` of these `parts` on a `page`."
  (setv
    main (max parts :key (fn [part] (len (.strip part.text))))
    seen (lfor part parts :if (.strip part.text) part))
  (Line (one-line (.join "" (gfor part parts part.text))) parts page main.size main.height
    (min (gfor part seen part.left)) (max (gfor part seen part.right))))


(defn usual-size [pages]
  "Return the size of most letters on `pages`, in points."
  (setv sizes (Counter))
  (for [page pages  line page  part line.parts]
    (+= (get sizes (round part.size 1)) (len (.strip part.text))))
  (get [#* (.most-common sizes 1) [0]] 0 0))


;; * What is no text

(defn without-headings [pages]
  #[[Return `pages`, lists of `Line`s, without page numbers and what stands at the edges of many.

  Where that is much of the text, as when pages are equal, only page numbers go.]]
  (setv
    lines (list (chain #* pages))
    left (_peeled pages (min REPEATED (max 2 (len pages))))
    rest (set (map id (chain #* left)))
    lost (dfor line lines :if (not-in (id line) rest) (numberless line) (word-count [line])))
  ;; What is lost stood on two pages at least.
  (if (> (* 2 (sum (.values lost))) (* MOST-LOST (word-count lines))) (_peeled pages inf) left))


(defn _peeled [pages often]
  "Return `pages` without page numbers, and without lines at the edges of as many as `often`."
  (for [_ (range MOST-HEADINGS)]
    (setv
      edges (lfor  ; the highest and the lowest line of each
        page pages
        (lfor best (if page [max min] []) (best page :key (fn [line] line.height))))
      counts (Counter (gfor edge edges text (set (map numberless edge)) text))
      pages (lfor
        [page edge] (zip pages edges)
        (lfor
          line page
          :if (not (and (in line edge) (or (.fullmatch PAGE-NUMBER line.text)
            (>= (get counts (numberless line)) often))))
          line))))
  pages)


(defn numberless [line]
  "Return the text of a `line` without digits and spaces."
  (re.sub r"[\d\s]+" "" line.text))


(defn word-count [lines]
  "Return the number of words in `lines`."
  (sum (gfor line lines (len (.split line.text)))))


(defn without-notes [pages]
  #[[Return the lines of `pages`, a list, without notes and the marks of these.

  A note is in small print below the text and begins with a mark that is raised in that text.]]
  (setv [kept usual] [[] (usual-size pages)])
  (defn small? [line]
    (all (gfor part line.parts (or (< part.size (* SMALL usual)) (not (.strip part.text))))))
  (for [page pages]
    (setv
      body (if (< (len page) MOST-LINES) (lfor line page :if (not (small? line)) line) [])
      texts (dfor line body (id line) (unmarked line))
      marks (sfor [_ marks] (.values texts) mark (re.findall r"\d+|[*†‡§]" marks) mark)
      noted False)
    (for [line page]
      (setv
        begun (.match NOTE line.text)
        noted (and (small? line)
          (or noted (bool (and begun (in (get begun 1) marks))))
          (not (any (gfor  ; it stands above text in a column
            other body
            (and (> line.height other.height) (< line.left other.right)
              (> line.right other.left)))))))
      (unless noted (.append kept (replace line
        :text (get (.get texts (id line) [line.text]) 0))))))
  kept)


(defn unmarked [line]
  "Return the text of a `line` without the raised marks that lead to notes, and these marks."
  (setv [text marks] ["" ""])
  (for [part line.parts]
    (if (and
        (< part.size (* SMALL line.size))
        (> part.height line.height)
        (.fullmatch NOTE-MARK part.text)
        (.search MARKED (cut text -3 None)))
      (+= marks f" {part.text}")
      (+= text part.text)))
  #((one-line text) marks))


;; * Lines to paragraphs

(defrecord Usual
  "Of the longer lines of a text the width and length; the size of most, and by it their distance."
  [#^ float width  #^ int length  #^ float size  #^ float distance])


(defn paragraphs [lines]
  #[[Return the paragraphs in `lines`, a list.

  Where most lines that would go on do so with a capital, they are verses, and stay as they are.]]
  (unless lines (return []))
  (setv
    [widths lengths] (zip #* (map extent lines))
    distances (Counter (gfor pair (pairwise lines) (round (distance #* pair) 1)))
    near (sorted (gfor [each count] (.items distances) :if (< 0 each 3) #(count (- each))))
    most (int (* USUAL (len lines)))
    usual (Usual #* (gfor each [widths lengths] (get (sorted each) most)) (usual-size [lines])
      (if near (- (get near -1 1)) DOUBLE-SPACED))
    next-lines [#* (cut lines 1 None) None]
    goes-on (lfor [line next] (zip lines next-lines) (and next (goes-on? line next usual)))
    capitals (lfor [next on] (zip next-lines goes-on) :if on (.isupper (cut next.text 1)))
    verse (and (> (len capitals) 1) (> (sum capitals) (* VERSE (len capitals))))
    words (known-words lines))
  (.splitlines (.join "" (gfor
    [line next on] (zip lines next-lines goes-on)
    (if (and on (not verse)) (spliced line.text next.text words) (+ line.text "\n"))))))


(defn extent [line]
  "Return #(width length) of a `line`, in points and letters."
  #((- line.right line.left) (len line.text)))


(defn distance [line next]
  "Return how far `next` is below `line`, by the size of letters; 0 if that is on another page."
  (if (= line.page next.page) (max 0 (/ (- line.height next.height) (or line.size 1))) 0))


(defn goes-on? [line next usual]
  "Return whether the paragraph of `line` goes on in the line `next`."
  (setv
    [width length] (extent line)
    share (min (/ width (or usual.width 1)) (/ length usual.length))
    ended (.search ENDED line.text)
    divided (.search HYPHENATED line.text)
    within (and (not ended) (or divided (.islower (cut next.text 1))))  ; a sentence, probably
    below (distance line next))
  (not (or
    (< share (cond divided 0 within HALF True FULL))
    (> (abs (- line.size next.size)) (* ALIKE line.size))
    (> line.size (* LARGE usual.size))
    (.match ITEM next.text)
    (and ended (< share USUAL))
    (and ended below (> next.left (+ line.left (* INDENT line.size))))
    (and (not within) (> below (* WIDE usual.distance)))
    (and (not within) (not ended) (.match NUMBERED line.text)))))


(defn known-words [lines]
  "Count the words in `lines` that no line's end divides, in lower case."
  (setv [words divided] [(Counter) None])
  (for [line lines]
    (setv
      text (if divided (.sub WORD "" line.text 1) line.text)
      divided (.search HYPHENATED text))
    (.update words (.findall WORD (.lower (if divided (cut text (.start divided)) text)))))
  words)


(defn spliced [text next words]
  "Return the line `text` as it goes on in `next`: without a hyphen that only divides a word."
  (setv
    divided (.search HYPHENATED text)
    more (re.match r"\w+" next))
  (unless (and divided more (not-in (get more 0) AFTER-HYPHENS)) (return (+ text " ")))
  (setv
    [start end] [(.lower (get divided 1)) (.lower (get more 0))]
    whole (get words (+ start end))
    compound (or (get words f"{start}-{end}")
      (and (not whole) (min (get words start) (get words end)))))
  (if (and (>= whole compound) (or (.islower (get more 0)) (.isupper (get divided 1))))
    (cut text -1)
    text))
