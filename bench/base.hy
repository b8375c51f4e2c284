#[[What it gives to begin from a base model: two runs for each text, in turns.

    python -m hy bench/base.hy [--base NAME] TEXT[:CHARACTERS][@MINUTES]… [--sensible]
        [--copied FOLDER]
    python -m hy bench/base.hy [--base NAME] --books FOLDER
    python -m hy bench/base.hy [--base NAME] --kinds FOLDER
    python -m hy bench/base.hy [--base NAME] --unwanted REGEX

For each text, `diary.txt:30000@1` being its first 30,000 characters for a minute, the program is
run as a user would run it, without and with `--from NAME`, by default `english`; the default is
all of the text, and one minute from the start of the process. The last tenth of the characters is
held out and scored as by `--score`, in bits per character. The program holds out a tenth of its
units, so a base gets the share of its pieces that covers these characters. Texts may be compressed
by gzip.

With `--sensible` there are two runs more, in which the weights are looked at every half second:
it is told how many seconds after the start of the process they wrote the first sensible sentence.
That is when nine in ten words of a sample of 200 characters occur in the text or among 300,000
characters of the base's own writing.

With `--copied`, the folder of the texts that the base was trained on, it is counted how many
strings of 20 characters stand there but not in the text: of what the model with a base writes,
of what the one without writes, and of the text's own last tenth, which no model wrote; and how
many of 10,000 words that the model with a base writes stand in neither.

With `--books`, a folder of books that the base never read, a base alone is scored on them, with
the lines of each paragraph joined and the characters that it doesn't know left out.

With `--kinds`, a folder of held-out texts, a base alone is scored on the first 60,000 characters
of each, in bits per character; characters that it doesn't know are left out.

With `--unwanted`, a regular expression in lower case, it counts how often the base writes what the
expression finds in 10 million characters at temperature 1.]]

(eval-when-compile (require hyrule [unless]))
(import
  argparse
  collections [Counter]
  itertools [accumulate]
  pathlib [Path]
  pickle
  re
  sys
  tempfile [TemporaryDirectory]
  time
  bench.common [note print-header print-row processor results run-script]
  lstm-textgen.learning.bases [load-base]
  lstm-textgen.learning.learner.quiet [import-keras]
  lstm-textgen.modelfile.checkpoint [Checkpoint]
  lstm-textgen.prep [default-prep]
  lstm-textgen.text.files [read-chunks]
  lstm-textgen.textmodel [TextModel load train]
  lstm-textgen.writing.originality [originality])

(setv
  EDITION 2  ; of what it measures: raised by a change that makes older results incomparable
  LOOK 0.5            ; seconds from one look at the weights to the next
  SAMPLE 200          ; characters
  SENSIBLE 0.9        ; of the words
  DICTIONARY 300_000  ; characters that the base writes for its dictionary
  WRITTEN 20_000      ; characters that are looked for in the base's texts
  MANY-WORDS 10_000   ; of which are counted those that are none
  UNWANTED 10_000_000 ; characters in which unwanted words are looked for
  STREAMS 64
  KIND 60_000)        ; characters of each kind of text that are scored


(defn main []
  "Print a row for each text."
  (setv parser (argparse.ArgumentParser))
  (.add-argument parser "texts" :nargs "*")
  (.add-argument parser "--unwanted")
  (.add-argument parser "--base" :default "english")
  (.add-argument parser "--copied")
  (.add-argument parser "--books")
  (.add-argument parser "--kinds")
  (.add-argument parser "--sensible" :action "store_true")
  (setv given (.parse-args parser))
  (print f"{(processor)}\n")
  (when given.unwanted
    (print (unwanted given.unwanted given.base)))
  (when given.books
    (print (on-books given.books given.base)))
  (when given.kinds
    (on-kinds given.kinds given.base))
  (unless given.texts
    (return))
  (print-header "text, characters" "minutes" "from scratch" "from the base" "difference"
    "network"
    #* (if given.sensible ["sensible after: from scratch, from the base"] [])
    #* (if given.copied
      ["strings of the base's: from the base, from scratch, in the text" "longest" "non-words"]
      [])
    :unit "bits per character")
  (with [name (TemporaryDirectory)]
    (setv books (when given.copied (.join "\n" (read-chunks [given.copied]))))
    (for [each given.texts]
      (print-row #* (row (Path name) each given.base given.sensible books)))))


(defn row [folder each base sensible books]
  "Return the cells about `each` text, from scratch and from `base`."
  (setv
    [name size minutes] (.groups (re.match r"(.+?)(?::(\d+))?(?:@([\d.]+))?$" each))
    text (cut (.join "" (read-chunks [name])) (int (or size (** 10 12))))
    minutes (float (or minutes 1))
    path (/ folder "text.txt")
    held (cut text (- (len text) (round (* 0.1 (len text)))) None))
  (.write-text path text :encoding "utf-8")
  (setv
    share (share-of held text base)
    models (lfor
      flags [[] ["--from" base "--validation" share]]
      (trained folder path minutes flags))
    [alone begun] (gfor m models (loss m held)))
  [ f"{(. (Path name) stem)}, {(len text) :,}" f"{minutes :g}" f"{alone :.4f}" f"{begun :.4f}"
    f"{(- begun alone) :+.4f}"
    (str (. (get models 1) settings layers))
    #* (if sensible
      [(.join ", " (gfor way ["" base] (sensible-after folder text way base)))] [])
    #* (if books (copied models text held books) [])])


(defn share-of [held text base]
  "Return the share of the units of `text` under `base` that covers its end, `held`."
  (setv
    units (.split (. (load-base base print) vocabulary) (default-prep text))
    lengths (accumulate (map len (reversed units))))
  (/ (next (gfor [n length] (enumerate lengths 1)  :if (>= length (len held)) n)) (len units)))


(defn trained [folder path minutes flags]
  "Train by the program, its output to standard error; return the saved `TextModel`."
  (run-script "train.hy" "--sources" path "--minutes" minutes "--model" (/ folder "model")
    "--restart" #* flags
    :check True
    :stdout sys.stderr)
  (load (/ folder "model")))


(defn loss [model text]
  "Return the loss of `text` as `--score` gives it, in bits per character."
  (. (get (.score model text) 0) bits))


(defn on-books [folder name]
  "Return in words how well the base called `name` predicts the books in `folder`."
  (setv
    [base known] (_base-and-characters name)
    books (.join "\n\n" (map default-prep (read-chunks [folder])))
    text (.join "\n\n" (gfor
      paragraph (re.split r"\n\s*\n" books)
      (re.sub r"(?<=\S)\n(?=\S)" " " (.join "" (gfor c paragraph :if (in c known) c))))))
  (setv bits (loss base text))
  (note f"{name}.alone" f"{bits :.4f}" "bits per character")
  f"{name} on {(len text) :,} characters of books: {bits :.4f} bits per character")


(defn _base-and-characters [name]
  "Return the base called `name`, a `TextModel`, and the set of the characters that it knows."
  (setv base (TextModel (load-base name print)))
  #(base (set (.join "" base.vocabulary.units))))


(defn on-kinds [folder name]
  "Print a row for each text in `folder`: the bits per character of the base called `name`."
  (setv [base known] (_base-and-characters name))
  (print-header "text" f"bits per character under {name}")
  (for [path (sorted (.iterdir (Path folder)))]
    (setv
      text (default-prep (.join "" (read-chunks [(str path)])))
      text (.join "" (gfor c (cut text KIND) :if (in c known) c)))
    (print-row (get (.split path.name ".") 0) f"{(loss base text) :.3f}")))


;; * Unwanted words

(defn unwanted [pattern base]
  "Return in words how often the model `base` writes what the regular expression `pattern` finds."
  (setv
    texts (.generate (TextModel (load-base base print)) "\n" (// UNWANTED STREAMS)
      :samples STREAMS :temperature 1 :rng-seed 1)
    hits (lfor hit (re.finditer pattern (.lower (.join "\n" texts))) (.group hit)))
  (+ f"{(len hits)} hits in {UNWANTED :,} characters by {base}: "
    (.join ", " (gfor [hit count] (.most-common (Counter hits)) f"{hit} {count}"))))


;; * The first sensible sentence

(defn sensible-after [folder text way base]
  "Return after how many seconds of a run of a minute a sample is sensible; a cell of the table."
  (setv
    begun (time.time)
    path (/ folder "looks"))
  (run-script __file__ "--look" way (/ folder "text.txt") (/ folder "looked") path :check True)
  (setv
    model (load (/ folder "looked"))
    base (TextModel (load-base base print))
    known (set (words (+ text (.generate base "" DICTIONARY :rng-seed 1 :temperature 1)))))
  (with [file (open path "rb")]
    (for [[moment weights] (pickle.load file)]
      (setv
        now (Checkpoint weights model.vocabulary model.checkpoint.settings [])
        sample (words (.generate (TextModel now) "\n" SAMPLE :rng-seed 1)))
      (when (>= (sum (gfor w sample (in w known))) (* SENSIBLE (max 1 (len sample))))
        (return f"{(- moment begun) :.1f} s"))))
  "never")


(defn look [way text model path]
  "Train on `text` for a minute, looking at the weights now and then; store the looks at `path`."
  (import-keras)
  (import keras lstm-textgen.learning.learner.protocol [values])
  (setv looks [])
  (defclass Look [keras.callbacks.Callback]
    (defn on-train-batch-end [self batch [logs None]]
      (when (or (not looks) (> (- (time.time) (get looks -1 0)) LOOK))
        (.append looks [(time.time) (values self.model.trainable-variables)]))))
  (train text model :minutes 1 :restart True :quiet True :callbacks [(Look)]
    :base (or way None))
  (with [file (open path "wb")]
    (pickle.dump looks file)))


(defn words [text]
  "Return the words of `text`, in lower case."
  (re.findall r"[^\W\d_]+" (.lower text)))


;; * What is copied from the base's texts

(defn copied [models text held books]
  #[[Return three cells: how much of each writing stands in the `books` and not in the `text`, the
  longest such passage of the model with a base, and how many of its words are none.]]
  (setv [begun alone] (gfor
    model (reversed models)
    (.generate model "\n" WRITTEN :rng-seed 1 :temperature 0.7)))
  [ (.join ", " (gfor
      writing [begun alone held]
      f"{(* 100 (share-in writing books text)) :.1f}%"))
    (repr (get (originality [begun] books) 0))
    (non-words (get models 1) (| (set (words books)) (set (words text))))])


(defn non-words [model known]
  "Return the share of `MANY-WORDS` words that `model` writes which are not among the `known`."
  (setv written (cut (words (.generate model "\n" (* 8 MANY-WORDS) :rng-seed 1 :temperature 0.7))
    MANY-WORDS))
  f"{(/ (* 100 (sum (gfor word written (not-in word known)))) (len written)) :.2f}%")


(defn share-in [writing books text]
  "Return the share of the strings of `writing` that stand in `books` and not in `text`."
  (setv [all own] (gfor known [f"{books}\n{text}" text] (get (originality [writing] known) 1)))
  (- all own))


(when (= __name__ "__main__")
  (if (= (cut sys.argv 1 2) ["--look"])
    (look #* (cut sys.argv 2 None))
    (with [_ (results __file__ EDITION)] (main))))
