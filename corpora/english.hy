#[[The base model `english`: its training texts, made of two folders, and the recipe for it.

    hy corpora/english.hy OLD MODERN 1
    hy corpora/repiece.hy english corpora/english.txt corpora/english-seed.h5
    ./train.hy --recipe corpora/english.hy --model ./english-1.h5 --minutes 118
    hy corpora/english.hy OLD MODERN 2
    ./train.hy --recipe corpora/english.hy --from english-1.h5 --learning-rate 0.002 \
        --model ./english-2.h5 --minutes 85
    hy corpora/average.hy english-1.h5 english-2.h5 0.7 english-3.h5
    head -c 1500000 corpora/english.txt | tail -c 1000000 | iconv -c -f utf8 > ordinary.txt
    hy corpora/unteach.hy english-3.h5 ordinary.txt english.h5

The first writes `english.txt` beside this file, from a folder of old books, plays, letters and
speeches, and one of prose from 1950 to today (README.md beside this file says which). The names of
the modern files begin with their kind. `forms.hy` puts the texts into the forms in which people
write. The second gives an older `english` the pieces of that text, and the third trains it. The
next two train it on a text with more of the old books, novels and stories, and `average.hy` takes
the mean of its weights before and after that. The last two keep it from writing insults.]]

(import
  dataclasses [replace]
  functools [partial]
  gzip
  itertools [chain]
  pathlib [Path]
  re
  sys
  forms [CHATS Language RNG chance close-form dashed dressed in-digits
    known-characters list-form open-form pieces play-form chat-form single-spaced
    without-paragraphs wrapped-form]
  lstm-textgen [recipe])

(setv
  ;; How often each of the two training texts has each kind.
  SHARES {
    "old" [0.5 0.5]
    "novels" [1.5 1.25]  "stories" [2 1.75]  "nonfiction" [2 1]  "cookery" [6 2]
    "chats" [1.6 0.3]  "meetings" [2 0.7]  "space_talk" [3 1]
    "speeches" [2 1.25]  "blogs" [2 0.8]  "guides" [3 0.8]  "tech" [4 1.5]}
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
      open-form 36  wrapped-form 26  close-form 14  list-form 6
      play-form (* 30 spoken)  chat-form (* 10 spoken)})
    :chats CHATS
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


(defn passages [kind text number]
  #[[Yield the passages of `text` in its forms, as often as `SHARES` says for its `kind`.

  `number` is that of the training text, 1 or 2.]]
  (setv
    language (.get KINDS kind PROSE)
    clean (known-characters language (without-paragraphs SLURS text)))
  (for [passage (pieces clean #* (if (is language TALK) [str] []))]
    (setv [times rest] (divmod (get SHARES kind (- number 1)) 1))
    (for [_ (range (int (+ times (chance rest))))]
      (yield (dressed language passage)))))


(defn training-text [old modern [number 1]]
  "Return training text `number`, 1 or 2, from these two folders."
  (.seed RNG number)
  (setv all [])
  (for [[kind text] (chain (gfor [_ text] (texts old) #("old" text)) (texts modern))]
    (.extend all (passages kind text number)))
  (.shuffle RNG all)
  (+ (.join "\n\n" all) "\n"))


(setv english (recipe "english"
  :doc "Old books and modern prose and talk, in the forms in which people write."
  :sources ["english.txt"]
  :from "english-seed.h5"
  :layers "512"
  :lookback 64
  :batch-size 32
  :learning-rate 0.003
  :validation 0.004
  :epochs 3))

(when (= __name__ "__main__")
  (setv [old modern number] (cut sys.argv 1 4))
  (.write-text (.with-name (Path __file__) "english.txt")
    (training-text old modern (int number))
    :encoding "utf-8"))