#[[Give a base the words that models made from it may write.

    hy corpora/lexicon.hy MODEL FOLDER…

The folders have gzipped texts. Names are left out, as those of a base are foreign to other texts:
words that mostly begin with a capital letter, but for the most frequent ones, and unless nouns do,
as in German.]]

(import
  collections [Counter]
  gzip
  pathlib [Path]
  sys
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.text.lexicon [SPELLED-WORD counted marked-words packed])

(setv
  WORDS 45_000     ; the most frequent, …
  SEEN 4           ; … that come so often in small letters
  SMALL 0.1        ; share of a word's places in small letters, from which it is no name
  FREQUENT 300     ; words that are kept in any case
  NOUNS 0.2)       ; share of words with capital letters in a language whose nouns have them


(defn main [model #* folders]
  (setv [small all near] [(Counter) (Counter) (Counter)])
  (for [folder folders  path (sorted (.glob (Path folder) "*.gz"))]
    (setv
      words (.findall SPELLED-WORD (.decode (gzip.decompress (.read-bytes path))))
      [counts again] (counted (map str.lower words)))
    (.update small (filter str.islower words))
    (.update all counts)
    (.update near again))
  (setv
    nouns? (< (.total small) (* (- 1 NOUNS) (.total all)))
    usual (lfor
      [word n] (.most-common all)
      :if (and (>= n SEEN) (or nouns? (>= (get small word) (max SEEN (* SMALL n)))))
      word)
    kept (| (set (cut usual WORDS)) (sfor [word _] (.most-common all FREQUENT) word))
    checkpoint (load-checkpoint model :resume True)
    checkpoint.lexicon (packed (marked-words (dfor word kept word (get all word)) near)))
  (save-checkpoint checkpoint model :backup False)
  (print f"{model}: {(len kept) :,} words, {(len checkpoint.lexicon) :,} bytes"))


(when (= __name__ "__main__") (main #* (cut sys.argv 1 None)))
