#[[Pieces: parts of words, learned from a text by byte-pair encoding.

It starts with characters and repeatedly merges the most frequent pair of neighbors into a new
piece (Gage 1994; Sennrich et al. 2016). The same merges, in the same order, later split a text.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  collections [Counter]
  functools [cache]
  itertools [chain]
  json
  math
  re
  lstm-textgen.basics.machine [pip-install]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.text.units [Characters Vocabulary WHITE-SPACE describe-units marks])

(setv
  LEARNED 5_000_000    ; words of a text from which pieces are learned
  FEWEST-PIECES 256  ; units; the default vocabulary has …
  FOR-A-MEGABYTE 512   ; … this times the square root of the text's millions of characters, …
  MOST-PIECES 2048  ; … up to this (bench/log.md)
  REMEMBERED 200_000)  ; words whose pieces are cached


(defclass Pieces [Vocabulary]
  #[[The characters of a text, sorted, and the pieces merged from them.

  A word is a run of letters, a digit or a sign, with a space before it if there is one; or a line
  break; or a run of other white space. No piece spans two words. `merges` has, in order, the pair
  of ids from which each unit of several characters was merged.]]

  (setv
    unit "pieces"
    singular "piece"
    parts ["merges"]
    measure "characters"
    short-item 8
    limited True
    spaced True
    learn Characters.learn)  ; another text adds only characters

  (meth __init__ [units @merges]
    "Raise `ValueError` if these can't be the pieces of any text."
    (setv @_spelled {})
    (.__init__ (super) units)
    (setv @ranks (dfor [rank pair] (enumerate merges)
      (tuple (gfor id pair (get units id))) rank)))

  (defn [classmethod] build [cls chunks [most None]]
    "Return the pieces of the text in `chunks`, `most` or all of its characters."
    (setv counts (Counter))
    (for [chunk chunks] (.update counts (.findall (_word-pattern) chunk)))
    (setv
      length (sum (gfor [word n] (.items counts) (* n (len word))))
      fitting (round (* FOR-A-MEGABYTE (math.sqrt (/ length 1_000_000))))
      units (.learn cls counts))
    (cls #* (_with-joined units counts (or most (min MOST-PIECES (max FEWEST-PIECES fitting))))))

  (meth check [units]
    "Raise `ValueError` unless each unit of several characters is in a word and fits its merge."
    (.check (super) units)
    (setv
      joined (lfor [id unit] (enumerate units) :if (> (len unit) 1) id)
      pairs @merges
      part (re.compile  ; of a word: it may begin with a mark
        rf" ?(?:(?:[^\W\d_]|[{(marks)}])+|\d|_|[^\w\s][{(marks)}]*)|[^\S\n]+"))
    (unless (and (isinstance pairs list) (= (len pairs) (len joined)))
      (refuse "the vocabulary must have a merge for each unit of several characters"))
    (for [[id pair] (zip joined pairs)]
      (unless (and (isinstance pair list) (= (len pair) 2)
          (all (gfor own pair (and (= (type own) int) (<= 0 own) (< own id))))
          (= (get units id) (.join "" (gfor own pair (get units own))))
          (.fullmatch part (get units id)))
        (refuse f"the vocabulary has no valid merge for {(describe-units [(get units id)])}"))))

  (meth split [text]
    #[[Return the list of the units of `text`; joined, they are the text. ::

        (.split pieces "Don't stop, fox!")   ; => ["Don" "'" "t" " st" "op" "," " fo" "x" "!"]
    ]]
    (list (chain.from-iterable (map @spell (.findall (_word-pattern) text)))))

  (meth spell [word]
    "Return the units of a `word` of a text, applying the merges in order."
    (when (in word @_spelled) (return (get @_spelled word)))
    (setv
      units (list word)
      unjoined (len @ranks))
    (while True
      (setv
        ranks (lfor pair (zip units (cut units 1 None)) (.get @ranks pair unjoined))
        first (min ranks :default unjoined))
      (when (= first unjoined) (break))
      (setv
        start (.index ranks first)
        (get units (slice start (+ start 2))) [(.join "" (cut units start (+ start 2)))]))
    (when (>= (len @_spelled) REMEMBERED) (.clear @_spelled))
    (setv (get @_spelled word) units)
    units)

  (meth unfinished [seed]
    "Return the last word of `seed`, which may continue."
    (get ["" #* (.findall (_word-pattern) seed)] -1))

  (meth [property] pattern []
    "The regular expression of words, as JavaScript (flag u) and tokenizers spell it."
    (_words r"[\p{L}\p{Nl}\p{No}]" r"\p{Nd}" rf"[^\p{{L}}\p{{N}}_\u000a{WHITE-SPACE}]"
      r"[\p{M}\u200c\u200d]" f"[{WHITE-SPACE}]")))


(defn _with-joined [units counts most]
  "Return #(units merges): `units` and, up to `most`, pieces of the words in `counts`."
  (try
    (import tokenizers [Tokenizer]  tokenizers.models [BPE]  tokenizers.pre_tokenizers [Split]
      tokenizers.trainers [BpeTrainer])
    (except [error ImportError]
      (raise (ImportError (+ "learning pieces needs the package tokenizers: "
        (pip-install "tokenizers"))) :from error)))
  (setv
    scale (/ LEARNED (max LEARNED (.total counts)))
    learner (Tokenizer (BPE))
    learner.pre-tokenizer (Split "\0" "removed"))
  (.train-from-iterator learner
    (gfor word (sorted counts) (* f"{word}\0" (round (* scale (get counts word)))))
    (BpeTrainer :vocab-size most :min-frequency 2 :initial-alphabet units :show-progress False))
  (setv
    merges (get (json.loads (.to-str learner)) "model" "merges")
    ids (dfor [id unit] (enumerate units) unit id)
    pairs [])
  (for [pair merges]
    (setv unit (.join "" pair))
    (unless (in unit ids)  ; two pairs may merge into the same unit
      (setv (get ids unit) (len ids))
      (.append pairs (lfor part pair (get ids part)))))
  #((list ids) pairs))


(defn [cache] _word-pattern []
  "Return the regular expression of the words that pieces are parts of: at most 129 characters."
  (re.compile (_words r"[^\W\d_]" r"\d" r"[^\w\s]" f"[{(marks)}]" r"[^\S\n]")))


(defn _words [letter digit sign mark blank]
  "Return the regular expression of words (str) of these kinds of characters."
  (setv letters f"{letter}{{1,32}}(?:{mark}{{1,4}}{letter}{{0,4}}){{0,12}}")
  rf" ?(?:{letters}|{digit}|_|{sign}{mark}{{0,4}})|\n|{blank}{{1,32}}")
