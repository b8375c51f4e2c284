#[[The base model `english`: a recipe that makes it anew from a folder of English texts.

    ./train.hy --recipe corpora/english.hy --model ./english.h5

The texts are old books, plays, letters and speeches (README.md beside this file says which), in
the folder `english` beside it. What people bring to learn from looks otherwise: their quotes are curly or
straight, their lines are wrapped or not; they keep lists, write dialogue and chat. So the books are
cut into pieces, the pieces are shuffled, and each is given one of these forms by chance.]]

(require lstm-textgen.macros [defrecipe])
(import
  itertools [count]
  random [Random]
  re
  textwrap [fill]
  unicodedata [normalize])

(setv
  RNG (Random 1)
  PIECE 12_000    ; characters, about
  KEPT 0.8       ; of the pieces: as many as are read in an hour on two cores
  ;; What the model knows beside ASCII. Other letters lose their accents, other signs are left out.
  LETTERS "àâäæçèéêëîïñôöùûüÀÇÉÖÜœß£°§½“”‘’—–…"
  KNOWN (set (+ LETTERS "\n" (.join "" (map chr (range 32 127)))))
  NUMBERS (dfor [n word] (enumerate (.split "
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty") ) word (str n))
  WORDS-OF-NUMBERS (re.compile (+ r"\b(" (.join "|" (cut (list NUMBERS) 2 None)) r")\b(?= \w+s\b)")))

(defn chance [share]
  "Return True in this share of all cases."
  (< (.random RNG) share))

;; * Pieces and paragraphs

(defn known-characters [text]
  "Return `text` with known characters only."
  (setv table (dfor
    c (set text) :if (not-in c KNOWN)
    (ord c) (.join "" (gfor part (normalize "NFKD" c) :if (in part KNOWN) part))))
  (.translate text table))

(defn pieces [text]
  "Return the pieces of `text`, lists of paragraphs, in a random order."
  (setv found []  size PIECE)
  (for [paragraph (re.split r"\n\s*\n" text)]
    (when (>= size PIECE)
      (.append found [])
      (setv size 0))
    (+= size (len paragraph))
    (.append (get found -1) (unwrapped (.strip paragraph "\n"))))
  (.shuffle RNG found)
  (cut found (round (* KEPT (len found)))))

(defn unwrapped [paragraph]
  "Return the `paragraph` in one line, unless it is verse, a list or another thing of short lines."
  (setv lines (.split paragraph "\n"))
  (if (all (gfor line (cut lines -1) (> (len line) 45)))
    (.join " " (map str.strip lines))
    paragraph))

;; * Forms: paragraphs → text

(defn open-form [paragraphs]
  "An empty line after each paragraph."
  (.join "\n\n" paragraphs))

(defn close-form [paragraphs]
  "A line for each paragraph."
  (.join "\n" paragraphs))

(defn wrapped-form [paragraphs]
  "Lines broken at a width, as in mail and in plain text files."
  (setv width (.randint RNG 55 80))
  (open-form (gfor p paragraphs (if (in "\n" p) p (fill p width)))))

(defn list-form [paragraphs]
  "Notes: headings, and sentences as the items of lists."
  (setv
    heading (.choice RNG ["# " "## " "### " ""])
    marks (.choice RNG [(fn [n] "- ") (fn [n] "* ") (fn [n] f"{n}. ") (fn [n] f"{n}) ")]))
  (open-form (gfor p paragraphs
    :setv items (lfor s (re.split r"(?<=[.!?;]) +" p) :if (< 2 (len s) 120) s)
    :if items
    (if (and (> (len items) 1) (chance 0.6))
      (.join "\n" (gfor [n item] (enumerate items 1) (+ (marks n) item)))
      (+ heading (.rstrip (get items 0) ".;:,"))))))

(defn play-form [paragraphs]
  "A play: what is said in quotes, after the speaker's name."
  (setv
    style (.choice RNG [
      (fn [name] f"{(.upper name)}. ") (fn [name] f"{name}: ") (fn [name] f"{name}:\n")
      (fn [name] f"{(.upper name)}: ") (fn [name] f"{(.upper name)}:\n")])
    gap (.choice RNG ["\n\n" "\n\n" "\n"])
    width (.choice RNG [None (.randint RNG 40 70)]))
  (.join gap (gfor
    [name speech] (speeches paragraphs)
    (+ (style name) (if width (fill speech width) speech)))))

(defn chat-form [paragraphs]
  "A chat: the time, the name and what is said."
  (setv
    style (.choice RNG ["{}, {}: {}" "[{}] {}: {}" "{} <{}> {}" "{} - {}: {}"])
    minute (.randint RNG 400 1300)
    lazy (chance 0.5)
    lines [])
  (for [[name speech] (speeches paragraphs)]
    (+= minute (.randint RNG 0 3))
    (setv
      time f"{(% (// minute 60) 24) :02}:{(% minute 60) :02}"
      said (if lazy (.lower (.rstrip speech ".")) speech))
    (.append lines (.format style time name said)))
  (.join "\n" lines))

(defn speeches [paragraphs]
  "Yield #(name speech) for what is said in quotes; the speakers are people of the text."
  (setv
    text (.join " " paragraphs)
    names (sorted (set (re.findall r"[a-z,] ([A-Z][a-z]{2,9})\b" text)))
    cast (if names (.sample RNG names (min (len names) (.randint RNG 2 5))) ["Anna"])
    turns (count (.randint RNG 0 9)))
  (for [p paragraphs]
    (setv speech (.strip (.join " " (re.findall "\"([^\"]+)\"" p))))
    (when speech
      (next turns)
      (setv name (.choice RNG cast))
      (yield #(name (+ (.upper (cut speech 1)) (cut speech 1 None)))))))

;; * Marks

(defn curly [text]
  "Return `text` with curly quotes and apostrophes."
  (setv
    text (re.sub r"(^|[\s(\[—-])\"" r"\1“" text)
    text (.replace text "\"" "”")
    text (re.sub r"(^|[\s(\[“—-])'" r"\1‘" text))
  (.replace text "'" "’"))

(defn straight [text]
  (.translate text (str.maketrans "“”‘’" "\"\"''")))

(defn dashed [text]
  "Return `text` with one kind of dash."
  (re.sub r" ?(?:—|–|--+) ?" (.choice RNG ["—" "—" "--" " - " " – " " — "]) text))

(defn dressed [paragraphs]
  "Return the `paragraphs` as the text of one piece, in a form and with marks chosen by chance."
  (setv
    paragraphs (lfor p paragraphs (straight p))
    quoted (/ (sum (gfor p paragraphs (in "\"" p))) (len paragraphs))
    [form] (.choices RNG
      [open-form wrapped-form close-form list-form play-form chat-form]
      [36 26 14 6 (* 30 quoted) (* 10 quoted)])
    text (form paragraphs))
  (when (chance 0.9)
    (setv text (re.sub r"(?<=\S)  +" " " text)))
  (when (chance 0.8)
    (setv text (dashed text)))
  (when (chance 0.4)
    (setv text (curly text)))
  (when (chance 0.1)
    (setv text (.sub WORDS-OF-NUMBERS (fn [m] (get NUMBERS (.group m))) text)))
  (if (chance 0.04) (.lower text) text))

(defn in-many-forms [text]
  "Return the training text that is made of the books in `text`."
  (+ (.join "\n\n" (map dressed (pieces (known-characters text)))) "\n"))

(defrecipe english
  "Old books, plays, letters and speeches, in the forms that people write in."
  :sources ["english"]
  :prep [in-many-forms]
  :layers "640"
  :lookback 64
  :batch-size 64
  :learning-rate 0.004
  :validation 0.005
  :epochs 1)
