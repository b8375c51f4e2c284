#[[Words to choose from: how often the right one is among the nine.

    python -m hy bench/words.hy TEXT[:CHARACTERS][=MODEL]…

A model is fine-tuned from `english` on the first nine tenths of each text, unless a MODEL was
trained on these, and suggests words where some words of the last tenth come: before the first
letter is typed, and after it. So do
`english` alone and a trigram model of words with backoff ('stupid backoff', Brants et al. 2007)
that was counted on the same nine tenths.]]

(eval-when-compile (require hyrule [meth]))
(import
  collections [Counter defaultdict]
  heapq [nlargest]
  pathlib [Path]
  random
  re
  sys
  tempfile [TemporaryDirectory]
  bench.common [print-header print-row processor read-text results split-held-out
    train-program]
  lstm-textgen.textmodel [load]
  lstm-textgen.writing.words [Suggester])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  PLACES-TRIED 200  ; words of each text
  CONTEXT 1500  ; characters before a word that the models read
  CHOICES 9
  BACKOFF 0.4  ; times the probability after one word less
  TOKEN (re.compile r"\w+(?:['’-]\w+)*|[^\w\s]|\n")
  WORD-ALONE (re.compile r"[^\W\d_]+(?:['’-][^\W\d_]+)*"))


(defclass Trigrams []
  "Words, signs and line breaks of a text, counted after the two, the one and the none before."

  (meth __init__ [text]
    (setv @counts (lfor _ (range 3) (defaultdict Counter)))
    (setv tokens ["\n" "\n" #* (.findall TOKEN text)])
    (for [n (range 2 (len tokens))  k (range 3)]
      (+= (get @counts k (tuple (cut tokens (- n k) n)) (get tokens n)) 1)))

  (meth words [text begun]
    "Return the nine most probable words after `text` that begin with `begun`."
    (setv
      before (cut ["\n" "\n" #* (.findall TOKEN text)] -2 None)
      found {})
    (for [k [2 1 0]]
      (setv after (get @counts k (tuple (cut before (- 2 k) None))))
      (for [[word n] (.items after)]
        (.setdefault found word (* (** BACKOFF (- 2 k)) (/ n (.total after))))))
    (nlargest CHOICES (gfor word found :if (.startswith word begun) word) :key found.get)))


(defn our-words [model]
  "Return a function as `Trigrams.words`, by the `TextModel`."
  (setv suggester (Suggester model.checkpoint))
  (fn [text begun]
    (lfor
      each (.words suggester (.prepare model (+ (cut text (- CONTEXT) None) begun)) CHOICES
        (fn [line] None))
      each.word)))


(defn hits [words-after text places]
  "Return [none one]: how many of the words at `places` are offered, before and after a letter."
  (lfor
    letters [0 1]
    (/
      (sum (gfor place places
        (in (.group place) (words-after (cut text (.start place)) (cut (.group place) letters)))))
      (len places))))


(defn compare-words [given]
  "Print how many words of a text, `given` as the arguments are, each model offers."
  (setv
    [source _ own] (.partition given "=")
    [name text] (read-text source)
    [training _] (split-held-out text)
    all (lfor word (.finditer WORD-ALONE text (len training)) word)
    places (.sample (random.Random 1) all (min PLACES-TRIED (len all))))
  (with [folder (TemporaryDirectory)]
    (setv sheet (/ (Path folder) "text.txt"))
    (.write-text sheet text :encoding "utf-8")
    (setv [model _] (if own #((load own) 0) (train-program sheet folder "--from" "english")))
    (for [[kind words-after] [
        ["fine-tuned" (our-words model)]
        ["english" (our-words (load "english"))]
        ["trigrams" (. (Trigrams training) words)]]]
      (print-row name kind (len places)
        #* (gfor share (hits words-after text places) f"{share :.1%}")))))


(defn main [#* texts]
  "Compare models on `texts`."
  (print f"{(processor)}\n")
  (print-header "text" "model" "words" "before a letter" "after one" :keys 2)
  (for [each texts] (compare-words each)))


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)] (main #* (cut sys.argv 1 None))))
