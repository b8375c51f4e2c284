#[[Changes of texts, text → text: old books are cleaned by them, and varied at random.

`german.hy`, `french.hy`, `spanish.hy` and `english.hy` beside this file say which their language
has.]]

(import
  random [Random]
  re
  unicodedata [normalize])

(setv
  RNG (Random 1)
  ;; What a scanner leaves behind, and alphabets that novels merely quote.
  STRANGE r"[■~|\\^{}<>=•†¬™_`@#Ͱ-ϿЀ-ӿἀ-῿]"
  ;; Who speaks or has a title, in English: #(titled speaker speaker).
  TITLES "Mr|Mrs|Miss|Ms|Dr|Captain|Colonel|Major|Lady|Sir|Lord|Uncle|Aunt|Professor|Inspector"
  SAYS (+ "said|asked|replied|answered|cried|whispered|murmured|muttered|told|nodded|smiled"
    "|laughed|shouted|sighed|added|thought|looked|turned|shook|stood|sat|went|came|walked|began"
    "|explained|remarked|observed|continued|returned|called|exclaimed|grinned|agreed")
  PERSON (re.compile (+ rf"\b(?:(?:{TITLES})\.? ([A-Z][a-z]{{2,12}})"
    rf"|(?:{SAYS}) ([A-Z][a-z]{{2,12}})|([A-Z][a-z]{{2,12}}) (?:{SAYS}))\b"))
  NO-NAMES (set (.split "God Lord Heaven Mother Father English French German American Indian
    Spanish Italian Russian Monday Tuesday Wednesday Thursday Friday Saturday Sunday January
    February April June July August September October November December"))
  NOTHING r"[\W\dIVXLC]*\.?"  ; a paragraph that is no text: rows of dots, a chapter's number
  CLEANING [
    [r"\\" ""]                             ; before signs in Markdown
    [r"\s?[\[{]\d+[\]}]" ""]               ; notes
    [r"_([^_\n]+)_" r"\1"]                 ; italics …
    [r"\*(\w[^*\n]*)\*" r"\1"]             ; … in two kinds
    [r"[\[\]]" ""]                         ; what editors added
    [r" *…+" "..."]
    [r"(?:[^\S\n]?\.){4,}" "..."]
    [r"[‘’′´]" "'"]
    [r"(?:[^\S\n]*(?:—|–|--+)){2,}" " —"]  ; rows of dashes
    [r"(?:–|--+)" "—"]])


(defn chance [share]
  "Return True in this share of all cases."
  (< (.random RNG) share))


;; * Cleaning

(defn without-paragraphs [regex text]
  "Return `text` without the paragraphs in which `regex` matches, ignoring case."
  (setv found? (. (re.compile regex re.IGNORECASE) search))
  (.join "\n\n" (gfor p (.split text "\n\n") :if (not (found? p)) p)))


(defn known-characters [letters text]
  "Return `text` with `letters`, ASCII and line breaks only: other letters lose their accents."
  (setv
    known (set (+ letters "\n" (.join "" (map chr (range 32 127)))))
    table (dfor
      c (set text)
      :if (not-in c known)
      (ord c) (.join "" (gfor part (normalize "NFKD" c) :if (in part known) part))))
  (.translate text table))


(defn single-spaced [text]
  "Return `text` without runs of spaces within its lines."
  (re.sub r"(?<=\S)  +" " " text))


(defn replaced [regex replacement text]
  "Return `text` with the `replacement` for what `regex` finds."
  (re.sub regex replacement text))


;; * Variety

(defn dashed [dash kinds text]
  "Return `text` with one of these `kinds` of dashes for what the regex `dash` finds."
  (re.sub dash (.choice RNG kinds) text))


(defn quoted [styles text]
  "Return `text` with the marks of one of the `styles`, four each, for its «» and ‹›."
  (.translate text (str.maketrans (dict (zip "«»‹›" (.choice RNG styles))))))


(defn in-digits [words followed text]
  "Return `text` with digits for the `words` of two and more, where the regex `followed` follows."
  (setv
    numbers (dfor [n word] (enumerate (.split words) 2) word (str n))
    regex (+ r"\b(" (.join "|" numbers) r")\b(?=" followed ")"))
  (re.sub regex (fn [match] (get numbers (.group match))) text))


(defn renamed [text first last]
  #[[Return `text` in which each person has another name throughout.

  People are those who speak, who get names from the list `first`, and those with a title, who get
  names from `last`. A word that the text also has in lower case is no name.]]
  (setv
    found (dfor
      match (.finditer PERSON text)
      :setv [titled speaker] [(get match 1) (or (get match 2) (get match 3))]
      :if (not-in (or titled speaker) NO-NAMES)
      (or titled speaker) (if titled last first))
    common (set (re.findall r"\b[a-z]{3,}\b" text))
    others (dfor
      [name names] (.items found)
      :if (not-in (.lower name) common)
      name (.choice RNG names)))
  (if others
    (re.sub rf"\b({(.join "|" others)})\b" (fn [match] (get others (get match 1))) text)
    text))
