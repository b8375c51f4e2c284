#[[The forms in which people write, for old books: the training text of a base model.

People's own texts look different from old books: their quotes are of several kinds, their lines
are wrapped or not; they keep diaries and lists, write mail, dialogue and chats. So the books are
cut into pieces, the pieces are shuffled, and each gets one of these forms at random.

Differences between languages are in a `Language`; `english.hy`, `german.hy`, `french.hy` and
`spanish.hy` beside this file have one each, `changes.hy` what they do with a text.]]

(import
  dataclasses [dataclass field]
  datetime [date timedelta]
  functools [partial]
  re
  textwrap [fill]
  changes [RNG chance known-characters without-paragraphs]
  lstm-textgen [Recipe])

(setv
  PIECE 12_000  ; characters, about
  ;; The network and its training settings: those of the best base after an hour on two cores.
  SETTINGS {
    "unit" "pieces"  "layers" "512"  "lookback" 64  "batch_size" 32  "learning_rate" 0.004
    "validation" 0.005  "epochs" 2}
  ;; How chats begin a line: the time, the name, what is said, the date.
  CHATS ["{}, {}: {}" "[{}] {}: {}" "{} <{}> {}" "{} - {}: {}"]
  DATED-CHATS [#* CHATS "{3}, {0} - {1}: {2}" "[{3}, {0}] {1}: {2}" "{1}: {2}"]
  ;; The fields of records, and what stands in each.
  FIELDS {
    "Name" "person"  "Author" "person"  "From" "person"  "Owner" "person"  "Title" "words"
    "Type" "words"  "Place" "words"  "Subject" "words"  "Cost" "number"  "Year" "number"
    "Number" "number"  "Text" "sentence"  "Note" "sentence"  "Effect" "sentence"
    "Description" "sentence"  "Remark" "sentence"})


(defclass [dataclass] Language []
  #[[The material for a language's forms; regular expressions are texts.

  - `letters`: the model's letters besides ASCII. Other letters lose their accents, other signs
    are left out.
  - `repairs`: #(regex replacement) for the whole text, in order.
  - `left-out`: a regex that matches in paragraphs to leave out, or None.
  - `plain`: a function that gives a paragraph its plain marks.
  - `speaks`: a regex that matches in a paragraph in which somebody speaks; `said`: a function
    from a paragraph to the list of its speeches.
  - `named`: a regex whose group is the name of a person in the text; `names`: more names.
  - `weights`: a function from the share of paragraphs in which somebody speaks to a dict from
    each form to its weight.
  - `wrapped-plays`: the share of plays whose lines are broken at a width.
  - `changes`: #(share function), text → text, for this share of the pieces, in order.
  - `chats`: how a line of a chat begins.
  - `days`, `months`: their names; `dates`: headings of a diary, with {weekday}, {day}, {month},
    {d}, {m}, {y} and {yy}; the first is a chat's.
  - `greetings`, `closings`: of mail, with {} for a name.]]
  #^ str letters
  #^ str named
  (setv
    #^ list repairs (field :default-factory list)
    #^ object left-out None
    #^ object plain (fn [paragraph] paragraph)
    #^ str speaks "[«\"]"
    #^ object said (fn [paragraph] (re.findall "[«\"]([^«»\"]+)[»\"]" paragraph))
    #^ list names (field :default-factory list)
    #^ object weights (fn [spoken] {
      open-form 28  wrapped-form 20  close-form 12  list-form 6  diary-form 9  mail-form 5
      play-form (* 22 spoken)  chat-form (* 14 spoken)})
    #^ float wrapped-plays 0.5
    #^ list changes (field :default-factory list)
    #^ list chats (field :default-factory (fn [] DATED-CHATS))
    #^ list days (field :default-factory list)
    #^ list months (field :default-factory list)
    #^ list dates (field :default-factory list)
    #^ list greetings (field :default-factory list)
    #^ list closings (field :default-factory list)))


(defn base-recipe [name doc language]
  "Return the recipe of the base `name`, from the folder of that name and with its `language`."
  (Recipe name doc (partial in-many-forms language) {"sources" [name]  #** SETTINGS}))


(defn in-many-forms [language text]
  "Return the training text made from the books in `text`."
  (.seed RNG 1)
  (for [[regex replacement] language.repairs]
    (setv text (re.sub regex replacement text :flags re.MULTILINE)))
  (when language.left-out
    (setv text (without-paragraphs language.left-out text)))
  (setv text (known-characters language.letters text))
  (+ (.join "\n\n" (gfor piece (pieces text) (dressed language piece))) "\n"))


;; * Pieces and paragraphs

(defn unwrapped [paragraph]
  "Return the `paragraph` in one line, unless it has short lines, like verse or a list."
  (setv lines (.split paragraph "\n"))
  (if (all (gfor line (cut lines -1) (> (len line) 45)))
    (.join " " (map str.strip lines))
    paragraph))


(defn pieces [text [tidy unwrapped]]
  "Return the pieces of `text`, lists of paragraphs after `tidy`, in a random order."
  (setv found []  size PIECE)
  (for [paragraph (re.split r"\n\s*\n" text)]
    (when (>= size PIECE)
      (.append found [])
      (setv size 0))
    (+= size (len paragraph))
    (.append (get found -1) (tidy (.strip paragraph "\n"))))
  (.shuffle RNG found)
  found)


(defn dressed [language paragraphs]
  "Return the `paragraphs` as the text of one piece, in a random form with random marks."
  (setv
    paragraphs (lfor p paragraphs (language.plain p))
    spoken (sum (gfor p paragraphs (bool (re.search language.speaks p))))
    weights (language.weights (/ spoken (len paragraphs)))
    [form] (.choices RNG (list weights) (list (.values weights)))
    text (form language paragraphs))
  (for [[share change] language.changes]
    (when (chance share)
      (setv text (change text))))
  text)


;; * Forms: paragraphs → text

(defn open-form [language paragraphs]
  "An empty line after each paragraph."
  (.join "\n\n" paragraphs))


(defn close-form [language paragraphs]
  "A line for each paragraph."
  (.join "\n" paragraphs))


(defn wrapped-form [language paragraphs]
  "Lines broken at a width, as in mail and in plain text files."
  (setv width (.randint RNG 55 80))
  (open-form language (gfor p paragraphs (if (in "\n" p) p (fill p width)))))


(defn list-form [language paragraphs]
  "Notes: headings, and sentences as the items of lists."
  (setv
    heading (.choice RNG ["# " "## " "### " ""])
    marks (.choice RNG [(fn [n] "- ") (fn [n] "* ") (fn [n] f"{n}. ") (fn [n] f"{n}) ")]))
  (open-form language (gfor p paragraphs
    :setv items (lfor s (re.split r"(?<=[.!?;]) +" p) :if (< 2 (len s) 120) s)
    :if items
    (if (and (> (len items) 1) (chance 0.6))
      (.join "\n" (gfor [n item] (enumerate items 1) (+ (marks n) item)))
      (+ heading (.rstrip (get items 0) ".;:,"))))))


(defn diary-form [language paragraphs]
  "A diary: a few paragraphs for each day, below its date."
  (setv
    style (.choice RNG language.dates)
    gap (.choice RNG ["\n\n" "\n"])
    day (random-date)
    left 0
    parts [])
  (for [p paragraphs]
    (when (= left 0)
      (.append parts (dated language style day))
      (setv left (.randint RNG 1 6))
      (+= day (timedelta (.randint RNG 1 5))))
    (-= left 1)
    (.append parts p))
  (.join gap parts))


(defn mail-form [language paragraphs]
  "Mail: a greeting, a few paragraphs, and the sender's name."
  (setv
    cast (people language paragraphs)
    parts []
    start 0)
  (while (< start (len paragraphs))
    (setv
      end (+ start (.randint RNG 1 5))
      [greeting closing] (gfor lines [language.greetings language.closings]
        (.format (.choice RNG lines) (.choice RNG cast))))
    (.extend parts [greeting #* (cut paragraphs start end) closing])
    (setv start end))
  (open-form language parts))


(defn play-form [language paragraphs]
  "A play: what is said in quotes, after the speaker's name."
  (setv
    style (.choice RNG [
      (fn [name] f"{(.upper name)}. ") (fn [name] f"{name}: ") (fn [name] f"{name}:\n")
      (fn [name] f"{(.upper name)}: ") (fn [name] f"{(.upper name)}:\n")])
    gap (.choice RNG ["\n\n" "\n\n" "\n"])
    width (when (chance language.wrapped-plays) (.randint RNG 40 70)))
  (.join gap (gfor
    [name speech] (speeches language paragraphs)
    (+ (style name) (if width (fill speech width) speech)))))


(defn chat-form [language paragraphs]
  "A chat: the time, the name and what is said."
  (setv
    style (.choice RNG language.chats)
    minute (.randint RNG 400 1300)
    lazy (chance 0.5)
    day (if language.dates (dated language (get language.dates 0) (random-date)) "")
    lines [])
  (for [[name speech] (speeches language paragraphs)]
    (+= minute (.randint RNG 0 3))
    (setv
      time f"{(% (// minute 60) 24) :02}:{(% minute 60) :02}"
      said (if lazy (.lower (.rstrip speech ".")) speech))
    (.append lines (.format style time name said day)))
  (.join "\n" lines))


(defn speeches [language paragraphs]
  "Yield #(name speech) for what is said in quotes; the speakers are people of the text."
  (setv cast (people language paragraphs))
  (.randint RNG 0 9)  ; unused, but drawn when `english` was trained
  (for [p paragraphs]
    (setv speech (.strip (.join " " (language.said p))))
    (when speech
      (setv name (.choice RNG cast))
      (yield #(name (+ (.upper (cut speech 1)) (cut speech 1 None)))))))


(defn people [language paragraphs]
  "Return the names of two to five people, taken from the text if it has some."
  (setv
    text (.join " " paragraphs)
    names (sorted (set (+ (re.findall language.named text) language.names))))
  (if names (.sample RNG names (min (len names) (.randint RNG 2 5))) ["Anna"]))


(defn random-date []
  (+ (date 1990 1 1) (timedelta (.randint RNG 0 13000))))


(defn dated [language style day]
  "Return the `day` (a date) in a `style` from a `Language`'s dates."
  (.format style :weekday (get language.days (.weekday day)) :day day.day
    :month (get language.months (- day.month 1)) :d day.day :m day.month :y day.year
    :yy (% day.year 100)))


(defn short-form [language paragraphs]
  "Items of two to five short lines, the same number in all, as in haiku, verses and captions."
  (setv
    lines (.randint RNG 2 5)
    bare (chance 0.5)
    items [])
  (for [s (sentences paragraphs)]
    (setv words (.split s))
    (when (<= (* 3 lines) (len words) (* 9 lines))
      (setv
        ;; Nearly equal parts: each ends at most a word early or late.
        ends (lfor k (range 1 lines) (+ (round (/ (* k (len words)) lines)) (.randint RNG -1 1)))
        parts (lfor [a b] (zip [0 #* ends] [#* ends None]) (.join " " (cut words a b))))
      (.append items (.join "\n"
        (if bare (lfor part parts (.strip (.lower part) " .,;:!?\"'")) parts)))))
  (open-form language (enough items paragraphs)))


(defn titles-form [language paragraphs]
  "A list of titles: short sentences, a line for each."
  (setv
    titles (lfor s (sentences paragraphs) :if (< 12 (len s) 80) (.rstrip s ".;:,"))
    capitals (chance 0.3))
  (close-form language
    (enough (if capitals (lfor t titles (.title t)) titles) paragraphs)))


(defn fields-form [language paragraphs]
  "Records, such as cards: the same fields in the same order, a line for each."
  (setv
    cast (people language paragraphs)
    all (list (sentences paragraphs))
    about (fn [most] (.rstrip (.join " " (cut (.split (.choice RNG all)) most)) ".,;:!?"))
    fields (.sample RNG (sorted FIELDS) (.randint RNG 3 6))
    spelled (.choice RNG [str str str.lower str.upper])
    write {
      "person" (fn [] (.choice RNG cast))
      "words" (fn [] (about (.randint RNG 1 4)))
      "number" (fn [] (str (.randint RNG 1 (.choice RNG [12 100 2000]))))
      "sentence" (fn [] (about 30))})
  (open-form language (gfor _ (range (// (len (.join "" all)) 150))
    (.join "\n" (gfor f fields f"{(spelled f)}: {((get write (get FIELDS f)))}")))))


(defn question-form [language paragraphs]
  "Questions and answers: what follows each question in the text."
  (setv
    [ask answer] (.choice RNG [["Q: " "A: "] ["Question: " "Answer: "] ["- " ""]])
    all (list (sentences paragraphs))
    pairs (lfor
      [question reply] (zip all (cut all 1 None))
      :if (and (.endswith question "?") (not (.endswith reply "?")))
      f"{ask}{question}\n{answer}{reply}"))
  (open-form language (enough pairs paragraphs)))


(defn sentences [paragraphs]
  "Yield the sentences of `paragraphs`."
  (for [p paragraphs] (yield :from (re.split r"(?<=[.!?;]) +" p))))


(defn enough [items paragraphs]
  "Return `items`, or else `paragraphs` where there are only a few."
  (if (> (len items) 8) items paragraphs))
