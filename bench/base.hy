#[[What it gives to begin from a base model: two runs for each text, in turns.

    python -m hy bench/base.hy [--base NAME] TEXT[:CHARACTERS][@MINUTES]… [--names] [--layers L]
    python -m hy bench/base.hy [--base NAME] --books FOLDER
    python -m hy bench/base.hy [--base NAME] --kinds FOLDER
    python -m hy bench/base.hy [--base NAME] --unwanted REGEX

For each text, `diary.txt:30000@1` being its first 30,000 characters for a minute, the program is
run as a user would run it, without (but with layers L, if given) and with `--from NAME`, by
default `english`; the default is all of the text, and one minute from the start of the process.
The last tenth of the characters, which the program holds out from the line or word before it on,
is scored as by `--score`, in bits per character. Texts may be compressed by gzip.

With `--names`, the fine-tuned model writes 100,000 characters at temperature 1, and a column has
the share of their capitalized words within sentences that the text lacks; in brackets that of the
last tenth which the rest of the text lacks.

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
  pathlib [Path]
  re
  tempfile [TemporaryDirectory]
  bench.common [note print-header print-row processor read-text results split-held-out
    train-program]
  lstm-textgen.learning.bases [load-base]
  lstm-textgen.prep [default-prep]
  lstm-textgen.text.files [read-chunks]
  lstm-textgen.textmodel [TextModel])

(setv
  EDITION 3  ; of what it measures: raised by a change that makes older results incomparable
  UNWANTED 10_000_000 ; characters in which unwanted words are looked for
  STREAMS 64
  KIND 60_000         ; characters of each kind of text that are scored
  WRITTEN 100_000     ; characters in which names are looked for, …
  SAMPLES 50          ; … in this number of samples
  NAME (re.compile r"(?<=[a-z,;] )[A-Z][a-zà-ÿ]+"))


(defn main []
  "Print a row for each text."
  (setv parser (argparse.ArgumentParser))
  (.add-argument parser "texts" :nargs "*")
  (.add-argument parser "--base" :default "english")
  (for [name ["--layers" "--unwanted" "--books" "--kinds"]] (.add-argument parser name))
  (.add-argument parser "--names" :action "store_true")
  (setv given (.parse-args parser))
  (print f"{(processor)}\n")
  (when given.unwanted (print (unwanted given.unwanted given.base)))
  (when given.books (print (on-books given.books given.base)))
  (when given.kinds (on-kinds given.kinds given.base))
  (unless given.texts (return))
  (print-header "text, characters" "minutes" "from scratch" "from the base" "difference"
    "network" #* (if given.names ["names not in the text"] [])
    :unit "bits per character")
  (for [each given.texts] (print-row #* (row each given))))


(defn row [each given]
  "Return the cells about `each` text, from scratch and from a base, as the arguments `given` say."
  (setv
    [source _ minutes] (.partition each "@")
    [name text] (read-text source)
    [kept held] (split-held-out text))
  (with [folder (TemporaryDirectory)]
    (setv path (/ (Path folder) "text.txt"))
    (.write-text path text :encoding "utf-8")
    (setv models (lfor
      flags [(if given.layers ["--layers" given.layers] []) ["--from" given.base]]
      (get (train-program path folder "--minutes" (or minutes 1) "--restart" #* flags) 0))))
  (setv [alone begun] (gfor m models (loss m held)))
  [ f"{name}, {(len text) :,}" (or minutes "1") f"{alone :.4f}" f"{begun :.4f}"
    f"{(- begun alone) :+.4f}"
    (str (. (get models 1) settings layers))
    #* (if given.names [(names-cell (get models 1) text kept held)] [])])


(defn loss [model text]
  "Return the loss of `text` as `--score` gives it, in bits per character."
  (. (get (.score model text) 0) bits))


;; * Names

(defn names-cell [model text kept held]
  "Return the share of names that `text` lacks in what `model` writes, and in its end, a cell."
  (setv written (.join "\n\n" (.generate model "\n" (// WRITTEN SAMPLES) :samples SAMPLES
    :temperature 1 :rng-seed 1)))
  f"{(new-names written text) :.1%} ({(new-names held kept) :.1%})")


(defn new-names [written text]
  "Return the share of the capitalized words within sentences of `written` that `text` lacks."
  (setv
    own (set (re.findall r"[^\W\d_]+" text))
    names (re.findall NAME written))
  (/ (sum (gfor name names (not-in name own))) (max 1 (len names))))


;; * A base alone

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


(defn unwanted [pattern base [characters UNWANTED]]
  "Return in words how often the model `base` writes what the regular expression `pattern` finds."
  (setv
    texts (.generate (TextModel (load-base base print)) "\n" (// characters STREAMS)
      :samples STREAMS :temperature 1 :rng-seed 1)
    hits (lfor hit (re.finditer pattern (.lower (.join "\n" texts))) (.group hit)))
  (+ f"{(len hits)} hits in {characters :,} characters by {base}: "
    (.join ", " (gfor [hit count] (.most-common (Counter hits)) f"{hit} {count}"))))


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)] (main)))
