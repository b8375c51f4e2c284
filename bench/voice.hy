#[[Whether a fine-tuned model takes on its text's own voice: its characters, names and line breaks.

    python -m hy bench/voice.hy [--base NAME] TEXT[:CHARACTERS]… [--flags FLAG…]

For each text, `diary.txt:30000` being its first 30,000 characters, the program fine-tunes NAME, by
default `english`, as a user would, with its defaults or other FLAGS, and the model generates
100,000 characters at temperature 1. Texts may be compressed by gzip. The columns are

- the loss on the last tenth, held out, in bits per character;
- of 10,000 generated characters, how many the text doesn't have; and those whose share is more
  than twice that in the text plus 1 in 10,000, with both shares, each of 10,000;
- the share of the capitalized words within sentences that the text doesn't have: of the generated
  ones, and of those in the last tenth that the rest of the text doesn't have;
- the share of paragraphs, but for headings, that end within a sentence: generated, at the model's
  own temperature, and in the text;
- the widths of lines that end within a paragraph, where the text has any, likewise.]]

(import
  argparse
  collections [Counter]
  pathlib [Path]
  re
  statistics [quantiles]
  tempfile [TemporaryDirectory]
  bench.common [print-header print-row processor results split-held-out train-program]
  lstm-textgen.modelfile.history [kept-entry loss-of]
  lstm-textgen.prep [default-prep]
  lstm-textgen.text.files [read-chunks])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  WRITTEN 100_000  ; characters …
  SAMPLES 50       ; … in this number of samples
  PER 10_000       ; characters of which shares are given
  HEADING 80       ; characters: a shorter paragraph may be a heading
  END (re.compile r"[.!?…:;*][\"'”’)\]*_]*\Z")  ; of the last sentence of a paragraph
  NAME (re.compile r"(?<=[a-z,;] )[A-Z][a-zà-ÿ]+"))


(defn main []
  "Print a row for each text."
  (setv parser (argparse.ArgumentParser))
  (.add-argument parser "texts" :nargs "+")
  (.add-argument parser "--base" :default "english")
  (.add-argument parser "--flags" :nargs argparse.REMAINDER :default [])
  (setv given (.parse-args parser))
  (print f"{(processor)}\n")
  (print-header "text" "bits" "not in the text" "too frequent" "names not in the text"
    "ends within a sentence" "width of lines")
  (for [each given.texts]
    (setv [name _ length] (.partition each ":"))
    (setv text (default-prep (.join "" (read-chunks [name]))))
    (setv text (cut text (if length (int length) None)))
    (with [folder (TemporaryDirectory)]
      (setv path (/ (Path folder) "text.txt"))
      (.write-text path text :encoding "utf-8")
      (setv [model _] (train-program path folder "--from" given.base #* given.flags)))
    (print-row (. (Path name) name) #* (voice-of model text))))


(defn voice-of [model text]
  "Return the cells of the row about `model` (a `TextModel`), fine-tuned on `text`."
  (setv
    [samples usual] (gfor temperature [1 None]
      (.generate model "\n" (// WRITTEN SAMPLES) :samples SAMPLES :temperature temperature
        :rng-seed 1))
    written (.join "\n\n" samples)
    [training held] (split-held-out text))
  [ f"{(loss-of (kept-entry model.checkpoint.history)) :.3f}"
    #* (characters written text)
    f"{(new-names written text) :.1%} ({(new-names held training) :.1%})"
    #* (gfor each [unended width-of]
      (+ (.join ", " (map each [samples usual])) f" ({(each [text])})"))])


;; * Characters

(defn characters [written text]
  "Return two cells: how many of `PER` characters aren't in `text`, and which are too frequent."
  (setv
    [here there] (gfor each [written text] (Counter each))
    share (fn [counts c] (/ (* PER (get counts c)) (.total counts)))
    strange (sum (gfor c here :if (not-in c there) (share here c)))
    often (lfor c here :if (> (share here c) (+ 1 (* 2 (share there c)))) c))
  [ f"{strange :.1f}"
    (.join ", " (gfor c (sorted often :key (fn [c] (- (share here c))))
      f"{c !r} {(share here c) :.1f} ({(share there c) :.1f})"))])


;; * Names

(defn new-names [written text]
  "Return the share of the capitalized words within sentences of `written` that `text` lacks."
  (setv
    own (set (re.findall r"[^\W\d_]+" text))
    names (re.findall NAME written))
  (/ (sum (gfor name names (not-in name own))) (max 1 (len names))))


;; * Line breaks

(defn paragraphs [samples]
  "Return the whole paragraphs of `samples`, which may end within one: lists of lines."
  (lfor
    sample samples
    :setv blocks (re.split r"\n\s*\n" (.strip sample "\n"))
    block (if (> (len samples) 1) (cut blocks -1) blocks)
    (.split block "\n")))


(defn wrapped? [samples]
  "Return whether lines end within the paragraphs of `samples`: most that are long have several."
  (setv long (lfor lines (paragraphs samples) :if (> (sum (map len lines)) 160) lines))
  (> (* 2 (sum (gfor lines long (> (len lines) 1)))) (len long)))


(defn unended [samples]
  "Return the share of the paragraphs of `samples` that end within a sentence, as a cell."
  (setv
    wrapped (wrapped? samples)
    ends (lfor
      lines (paragraphs samples)
      paragraph (if wrapped [(.join " " lines)] lines)
      :if (>= (len paragraph) HEADING)
      (bool (.search END (.strip paragraph))))
    share (- 1 (/ (sum ends) (max 1 (len ends)))))
  f"{share :.1%} of {(len ends)}")


(defn width-of [samples]
  "Return the tenth, fiftieth and ninetieth percentile of the widths of wrapped lines, a cell."
  (setv widths (lfor lines (paragraphs samples)  line (cut lines -1) (len line)))
  (if (and (wrapped? samples) (> (len widths) 1))
    (.join "/" (gfor n [0 4 8] (str (round (get (quantiles widths :n 10) n)))))
    "-"))


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)] (main)))
