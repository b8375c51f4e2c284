#[[The base model `english`: its training text, made of two folders and two lists of names.

    hy corpora/english.hy OLD MODERN FIRST LAST
    ./train.hy --recipe corpora/english.hy --from english --model ./english-next.h5 --minutes 100
    head -c 1500000 corpora/english.txt | tail -c 1000000 | iconv -c -f utf8 > ordinary.txt
    hy corpora/unteach.hy english-next.h5 ordinary.txt english.h5

The first writes `english.txt` beside this file, from a folder of old books, plays, letters and
speeches, a folder of prose from 1950 to today, and files with a first name or a surname in each
line (README.md beside this file says which). The names of the modern files begin with their kind.
`forms.hy` puts the texts into the forms in which people write. The second trains the previous
`english` on this text, and the last two keep it from writing insults.]]

(require lstm-textgen.macros [defrecipe])
(import
  dataclasses [replace]
  functools [partial]
  gzip
  itertools [chain]
  pathlib [Path]
  re
  sys
  changes [RNG chance dashed in-digits known-characters renamed single-spaced without-paragraphs]
  forms [CHATS Language close-form dressed fields-form list-form open-form pieces play-form
    chat-form question-form short-form titles-form wrapped-form])

(setv
  ;; How often the training text has each kind.
  SHARES {
    "old" 1  "novels" 2.75  "stories" 3.75  "nonfiction" 3  "cookery" 8  "chats" 1.9
    "meetings" 2.7  "space_talk" 4  "speeches" 3.25  "blogs" 2.8  "guides" 3.8  "tech" 5.5}
  RENAMED 0.75  ; share of the passages of prose whose people get other names
  NAMES [[] []]  ; first names and surnames to choose from
  ;; Paragraphs with one of these are left out.
  SLURS (+ r"\bnigg|\bnegro|\bnegress|\bdark(?:y|ey|ies)\b|\bcoons?\b|\bpickaninn|\bsambos?\b"
    r"|\bkaff?[ie]rs?\b|\bhottentot|\bchin(?:a|ee)m[ae]n\b|\bchinks?\b|\bjaps?\b|\bcoolies?\b"
    r"|\binjuns?\b|\bredskins?\b|\bsquaws?\b|\bhalf-?breeds?\b|\bmulatto|\bgyps(?:y|ies)\b|\bgipsy"
    r"|\bgipsies|\bkikes?\b|\bsheen(?:y|ies)\b|\bdagos?\b|\bdagoes\b|\bwops?\b|\bspics?\b"
    r"|\bgreasers?\b|\bpolacks?\b|\bwogs?\b|\bgooks?\b|\bfagg?ots?\b|\bretards?\b|\bjew(?:ess|boy)"))


(defn straight [text]
  (.translate text (str.maketrans "“”‘’" "\"\"''")))


(defn curly [text]
  "Return `text` with curly quotes and apostrophes."
  (setv
    text (re.sub r"(^|[\s(\[—-])\"" r"\1“" text)
    text (.replace text "\"" "”")
    text (re.sub r"(^|[\s(\[“—-])'" r"\1‘" text))
  (.replace text "'" "’"))


(defn as-is [language paragraphs]
  "Talk as it was written down: a line for each turn, a blank line between conversations."
  (open-form language paragraphs))


(defn airy-form [language paragraphs]
  "Talk with a blank line after each turn."
  (.replace (open-form language paragraphs) "\n" "\n\n"))


(defn timed-form [language paragraphs]
  "Talk as a chat shows it: with the time."
  (setv
    style (.choice RNG language.chats)
    minute (.randint RNG 400 1300)
    lines [])
  (for [line (.split (open-form language paragraphs) "\n")]
    (setv turn (re.fullmatch r"([^:\n]{1,30}): (.+)" line))
    (when turn
      (+= minute (.randint RNG 0 3))
      (setv
        time f"{(% (// minute 60) 24) :02}:{(% minute 60) :02}"
        line (.format style time #* (.groups turn))))
    (.append lines line))
  (.join "\n" lines))


(defn played-form [language paragraphs]
  "Talk as in a play: names in capitals."
  (re.sub r"(?m)^([^:\n]{1,30}): " (fn [found] f"{(.upper (get found 1))}: ")
    (open-form language paragraphs)))


(setv
  PROSE (Language
    :letters "àâäæçèéêëîïñôöùûüÀÇÉÖÜœß£°§½“”‘’—–…€¼¾⅓⅔⅛"
    :plain straight
    :speaks "\""
    :named r"[a-z,] ([A-Z][a-z]{2,9})\b"
    :weights (fn [spoken] {
      open-form 42  wrapped-form 5  close-form 24  list-form 6  short-form 5  titles-form 2
      fields-form 3  question-form 2  play-form (* 30 spoken)  chat-form (* 10 spoken)})
    :chats CHATS
    :wrapped-plays 0.1
    :changes [
      #(0.9 single-spaced)
      #(0.8 (partial dashed " ?(?:—|–|--+) ?" ["—" "—" "--" " - " " – " " — "]))
      #(0.4 curly)
      #(0.1 (partial in-digits "
        two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
        sixteen seventeen eighteen nineteen twenty" r" \w+s\b"))
      #(0.04 str.lower)])
  TALK (replace PROSE
    :weights (fn [spoken] {as-is 60  timed-form 15  airy-form 10  played-form 10})
    :changes [
      #(0.8 (partial dashed "(?:—|–|--+)" ["—" "--" " - " " – " " — "]))
      #(0.3 curly)
      #(0.08 str.lower)])
  KINDS (dict.fromkeys ["chats" "meetings" "space_talk"] TALK))


(defn texts [folder]
  "Yield #(kind text) for each file of the modern `folder`."
  (for [path (sorted (.glob (Path folder) "*.txt.gz"))]
    (with [file (gzip.open path "rt" :encoding "utf-8")]
      (yield #((get (.split path.name "__") 0) (.read file))))))


(defn passages [kind text]
  "Yield the passages of `text` in their forms, as often as `SHARES` says for its `kind`."
  (setv
    language (.get KINDS kind PROSE)
    clean (known-characters language.letters (without-paragraphs SLURS text))
    [times rest] (divmod (get SHARES kind) 1))
  (for [passage (pieces clean #* (if (is language TALK) [str] []))
        _ (range (int (+ times (chance rest))))]
    (setv text (dressed language passage))
    (yield (if (and (is language PROSE) (all NAMES) (chance RENAMED))
      (renamed text #* NAMES)
      text))))


(defn training-text [old modern]
  "Return the training text from these two folders."
  (.seed RNG 3)
  (setv all (lfor
    [kind text] (chain (gfor [_ text] (texts old) #("old" text)) (texts modern))
    passage (passages kind text)
    passage))
  (.shuffle RNG all)
  (+ (.join "\n\n" all) "\n"))


(defn names [path]
  "Return the names in the file at `path`, one a line, that consist of plain letters."
  (lfor name (.split (.read-text (Path path) :encoding "utf-8") "\n")
    :if (re.fullmatch "[A-Za-z]{3,10}" name)
    (.capitalize name)))


(defrecipe english
  "Old books and modern prose and talk, in the forms in which people write."
  :sources ["english.txt"]
  :batch-size 64
  :learning-rate 0.002
  :validation 0.003
  :epochs 3)

(when (= __name__ "__main__")
  (setv
    [old modern first last] (cut sys.argv 1 5)
    NAMES [(names first) (names last)])
  (.write-text (.with-name (Path __file__) "english.txt") (training-text old modern)
    :encoding "utf-8"))
