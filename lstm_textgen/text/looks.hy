"What a text looks like, judged by parts of it before it has units: a list? what could a seed be?"

(eval-when-compile (require lstm-textgen.basics.forms [defrecord]))
(import
  collections [Counter]
  itertools [groupby]
  re
  lstm-textgen.prep [WRAPPED wrapped?]
  lstm-textgen.text.breaks [unbroken-in]
  lstm-textgen.text.lists [FEW])

(setv
  ;; The parts by which bases are judged: their number and their characters, of which a base makes
  ;; about 250 pieces.
  TRIED [8 600]
  ;; The parts in which lines are looked at.
  LOOKED-THROUGH [8 10_000]
  ;; Those in which it is looked where lines end: of a short text, nearly all of it.
  BROKEN-UP [80 1000]
  FEWEST-LINES 50  ; lines of a text that may look like a list
  ;; What a list with an item a line has, from least to most: hardly any empty line, lines that
  ;; are short and begin in one way and end in one way. Verse ends lines in several ways. Prose
  ;; that is broken into lines begins them in several, and most are about as long as the longest.
  ;; Code is full of signs, and a chat's lines begin with a few names.
  LIST {
    "full" [0.98 1]         ; share of the lines that aren't empty; of these …
    "indented" [0 0.03]     ; … the share that is indented
    "lettered" [0.9 1]      ; … that has letters
    "signs" [0 0.1]         ; … that has signs of code, or an end that goes on
    "spoken" [0 0.3]        ; … that begins with the name of one who speaks again
    "beginning" [0.85 1]    ; … that begins in the most frequent way
    "ending" [0.85 1]       ; … that ends in the most frequent way
    "typical" [0 80]        ; characters of the median line
    "longest" [0 6]         ; how many times as long a long one is, or than 10 characters
    "broken" [0 0.4]}       ; share of lines almost as long as that, unless they are sentences
  ;; What poems in stanzas have, in the same words. Wrapped prose begins lines with small letters.
  STANZAS {"several" [0.8 1]  "typical" [0 60]  "spoken" [0 0.6]  "sentences" [0 0.5]
    "code" [0 0.1]  "wrapped" [0 0.25]}
  FEWEST-STANZAS 20
  STANZA-LINES [2 20]  ; of at least the share "several" of the stanzas
  ;; For JavaScript, too: signs of code; these and ends that go on; and of what ends a line, what
  ;; isn't looked at, what ends a sentence, and what doesn't.
  CODE-SIGNS (re.compile r"[{}<>=\[\]|\\]")
  ODD (re.compile rf"{CODE-SIGNS.pattern}|;|[(),:]$")
  CLOSING "\"'”’»)"
  FULL-STOPS ".!?…。！？"
  PAUSES ",;:—–-，；：、"
  ;; What isn't: words in brackets after a space, as in "Frost (live)".
  ASIDE (re.compile r"(?<=\s)(?:\([^()]*\)|\[[^\[\]]*[^\W\d_][^\[\]]*\])(?=[\s.,!?]|$)")
  SHORT-LINES 30  ; characters of lines that aren't broken prose
  WIDTHS (range 40 121)  ; at which texts are wrapped
  FEWEST-WRAPPED 20  ; breaks that wrapping may have made …
  WRAPPED-SHARE 0.7  ; … at least this share of all; and of these, after a letter or a comma
  WRAPPED-LINES 0.25  ; share of the lines that aren't empty that such a break ends
  ;; What comes before a paragraph, a line and a sentence.
  STARTS [r"\n[^\S\n]*\n\s*" r"\n\s*(?:[-*•–—]\s*)?" r"(?:[.!?…]\s+|[。！？]\s*)"]
  NEARBY 1000  ; characters to either side of the middle of a text in which a seed is looked for
  MOST-WORDS 3  ; of a seed
  LONG-WORD 20  ; characters above which a word is cut, as in scripts without spaces
  SHORT-SEED 4)  ; characters that are left of it


(defrecord Look "What a text looks like before it has units." [
    #^ int length    ; its characters
    #^ list places   ; parts of it, by which bases are judged
    #^ int lines     ; the number of its lines if it looks like a list of lines, else 0
    #^ bool stanzas  ; whether it looks like poems in stanzas
    #^ int width     ; at which its lines seem to be wrapped, else 0
    #^ str seed      ; a short seed from its middle, empty if none is found
    #^ str unbroken  ; where its lines don't end, as of `unbroken-in`
    #^ int run])     ; the characters of the longest run of one character in parts of it


(defn look-at [text kept]
  "Return the `Look` of `text` (a `Text`), of which `kept` characters are to be trained on."
  (setv
    lines (lfor
      [n place] (enumerate (.sample text #* LOOKED-THROUGH))
      ;; The first and the last line of a place may be cut.
      line (cut (.split place "\n") (int (> n 0)) -1)
      line)
    parts (.sample text #* BROKEN-UP))
  (Look text.length (.sample text #* TRIED) (if (list? lines) (count-lines text) 0)
    (stanzas? lines) (wrap-width lines) (seed-within text (// kept 2)) (unbroken-in parts)
    (max (gfor part parts  run (re.finditer r"(?s)(.)\1*" part) (len (get run 0))) :default 1)))


(defn wrap-width [lines]
  "Return the width at which `lines`, parts of a text, seem to be wrapped, or 0."
  (setv
    breaks (.findall WRAPPED (.join "\n" lines))
    long (lfor [line word] breaks :if (<= SHORT-LINES (len line) (get WIDTHS -1)) #(line word))
    wrapped-at (fn [width] (lfor [line word] long :if (wrapped? line word width) line))
    width (max WIDTHS :key (fn [width] (len (wrapped-at width))))
    wrapped (wrapped-at width)
    midway (sum (gfor line wrapped (or (.isalpha (get line -1)) (in (get line -1) ",;")))))
  (if (and
      (>= (len wrapped) FEWEST-WRAPPED)
      (>= (len wrapped) (* WRAPPED-LINES (sum (gfor line lines (bool (.strip line))))))
      (>= (len wrapped) (* WRAPPED-SHARE (len breaks)))
      (>= midway (* WRAPPED-SHARE (len wrapped))))
    width
    0))


(defn seed-within [text middle]
  #[[Return a short seed from the `middle` (a place) of `text`; empty if none is found.

  It is the beginning of a paragraph or else of a line or a sentence: three words, or four
  characters where words aren't separated. It begins with a letter, and has neither control
  characters nor an apostrophe, which shells would need escaped.]]
  (setv nearby (.join "" (.part text (max 0 (- middle NEARBY)) (+ middle NEARBY))))
  (for [start STARTS  found (re.finditer rf"{start}(?=([^\W\d_][^\n]*))" nearby)]
    (setv
      line (get found 1)
      words (cut (.split line) MOST-WORDS)
      seed (if (> (len (get words 0)) LONG-WORD)
        (cut line SHORT-SEED)
        (.rstrip (.join " " words) ",;:")))
    (when (and (< (len seed) (len line)) (.isprintable seed) (not-in "'" seed)) (return seed)))
  "")


;; * Lists

(defn count-lines [text]
  "Return the number of lines of `text` (a `Text`), a list, or 0 if they are few."
  (setv
    unended (!= (.join "" (.part text (- text.length 1) text.length)) "\n")
    count (sum (gfor chunk text (.count chunk "\n")) :start unended))
  (if (>= count FEWEST-LINES) count 0))


(defn count-items [texts]
  "Return the number of `texts`, given one by one, if they look like items of a list, or 0."
  (setv lines (lfor each texts (.rstrip each "\n")))
  (if (and (>= (len lines) FEW) (not-in "\n" (.join "" lines)) (list? lines)) (len lines) 0))


(defn list? [lines]
  "Return whether a text with such `lines`, parts of it, looks like a list with an item a line."
  (setv full (lfor line lines :if (.strip line) (.rstrip line)))
  (bool (and full (_within? LIST {"full" (/ (len full) (len lines))  #** (measures full)}))))


(defn _within? [limits found]
  "Return whether each measure of those `found` is within its `limits`."
  (all (gfor [name [least most]] (.items limits) (<= least (get found name) most))))


(defn stanzas? [lines]
  "Return whether a text with such `lines`, parts of it, looks like poems in stanzas."
  (setv
    [least most] STANZA-LINES
    groups (lfor [full? group] (groupby lines (fn [line] (bool (.strip line))))
      :if full?
      (list (map str.rstrip group)))
    several (sum (gfor group groups (<= least (len group) most))))
  (and (>= (len groups) FEWEST-STANZAS)
    (_within? STANZAS {"several" (/ several (len groups))  #** (measures (sum groups []))})))


(defn measures [lines]
  "Return what there is to know of `lines`, none of them empty: a dict; most keys are in `LIST`."
  (setv
    count (len lines)
    sizes (sorted (map len lines))
    [typical long] (gfor share [0.5 0.98] (get sizes (int (* share count))))
    [beginnings endings] (gfor kind [_beginning _ending] (Counter (map kind lines)))
    [[ending often]] (.most-common endings 1)
    speakers (Counter (gfor line lines :if (in ": " line) (get (.split line ": " 1) 0))))
  (defn share [test]
    (/ (sum (map test lines)) count))
  (setv broken (if (or (<= long SHORT-LINES) (= ending "sentence"))
    0
    (share (fn [line] (>= (len line) (* 0.85 long))))))
  { "indented" (share (fn [line] (.isspace (get line 0))))
    "lettered" (share (fn [line] (any (map str.isalpha line))))
    "signs" (share (fn [line] (bool (.search ODD (.rstrip (.sub ASIDE "" line))))))
    "spoken" (/ (sum (gfor n (.values speakers) :if (> n 1) n)) count)
    "code" (share (fn [line] (bool (.search CODE-SIGNS line))))
    "beginning" (/ (max (.values beginnings)) count)
    "ending" (/ often count)
    "sentences" (/ (get endings "sentence") count)
    "typical" typical
    "longest" (/ long (max typical 10))
    "broken" broken
    "wrapped" (min broken (/ (get beginnings "small") count))})


(defn _beginning [line]
  "Return the kind of the first letter or digit of `line`."
  (setv first (next (filter str.isalnum line) ""))
  (cond
    (and first (not (.isalpha first))) "digit"  ; or a fraction, as in ½ cup
    (.islower first) "small"
    True "letter"))


(defn _ending [line]
  "Return the kind of the last sign of `line`."
  (setv last (cut (.rstrip line CLOSING) -1 None))
  (cond
    (in last FULL-STOPS) "sentence"
    (in last PAUSES) "pause"
    True "word"))
