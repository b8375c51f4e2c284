#[[Interpretable cells of the network, after Karpathy, Johnson and Fei-Fei (2015).

A cell's activation is tanh(c), where c is its memory, from -1 to 1. A few among hundreds
are readable: one is on inside quotes, another grows along the line. Correlating every cell with
such features over a text by the model finds them.]]

(eval-when-compile (require hyrule [unless]  lstm-textgen.basics.forms [defrecord]))
(import
  heapq [nlargest]
  itertools [accumulate islice]
  re
  numpy :as np
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.scoring [read-units]
  lstm-textgen.writing.seeds [start-ids])

(setv
  SAMPLE 10_000  ; units that a model generates to find its cells in
  CLEAR 0.5  ; the lowest correlation of a cell that gets a name
  MOST-NAMED 12
  ;; Characters that a feature must mark, and leave unmarked, in each half of the sample: fewer
  ;; correlate with some cell by chance.
  FEWEST-MARKED 30)


(defrecord NamedCell
  #[[A cell: `activations[layer][:, cell]` follows the feature `name`, a key of `FEATURES`.

  The `correlation` is Pearson's, over text that wasn't used to choose the cell; if negative, the
  cell is off where the feature is on.]]
  [#^ int layer  #^ int cell  #^ str name  #^ float correlation])


(defrecord Cells
  "What the cells of a model do while it reads a text, as `TextModel.cells` returns it."
  [#^ list units  #^ list activations  #^ list named])


(defn [(np.errstate :invalid "ignore")] read-cells [model text]
  "Return #(units activations), as in `Cells`, of `model` (a `Checkpoint`) while it reads `text`."
  (setv
    [units ids known] (read-units model.vocabulary text)
    [#* before start] (start-ids model)
    engine (make-engine model)
    reads? (np.zeros (len units) bool)  ; unknown characters change nothing
    (get reads? known) True)
  (.feed engine before)
  (setv steps (lfor
    id [start #* (.tolist ids)]
    :do (.advance engine id)
    (lfor cell engine.cells (.copy cell))))
  #((list units) (lfor
    own (zip #* steps)
    (get (np.tanh (np.array own)) (np.cumsum reads?)))))


(defn find-cells [model text]
  #[[Return `model`'s interpretable cells, a list of `NamedCell`, the clearest first.

  They are chosen in the first half of `text`, each for the feature that it follows best and each
  feature once; their correlations are measured in the second half.]]
  (setv
    [units activations] (read-cells model text)
    half (// (len units) 2)
    halves [(slice half) (slice half None)]
    marks (dfor
      [name mark] (.items (mark-features units))
      :if (all (gfor
        part halves
        :setv own (get mark part)
        (<= FEWEST-MARKED (np.count-nonzero own) (- (len own) FEWEST-MARKED))))
      name mark))
  (unless marks (return []))
  (setv
    names (list marks)
    places (lfor [layer own] (enumerate activations) cell (range (get own.shape 1)) #(layer cell))
    [first second] (lfor
      part halves
      (correlations
        (np.hstack (lfor own activations (get own part)))
        (np.stack (lfor mark (.values marks) (get mark part)) -1)))
    unpaired (np.abs first)
    strength (fn [each] (abs each.correlation))
    chosen [])
  (while (> (.max unpaired :initial 0) 0)  ; the strongest first, each cell and feature once
    (setv [n k] (np.unravel-index (.argmax unpaired) unpaired.shape))
    (.append chosen
      (NamedCell #* (get places n) (get names k) (round (float (get second #(n k))) 3)))
    (setv
      (get unpaired n) 0
      (get unpaired #((slice None) k)) 0))
  (nlargest MOST-NAMED (filter (fn [each] (>= (strength each) CLEAR)) chosen) :key strength))


(defn correlations [activations marks]
  #[[Return Pearson's correlation (cells, features) of each cell with each feature.

  They are `activations` (time, cells) and `marks` (time, features); constant ones get 0.]]
  (defn standardized [columns]
    (setv
      centered (- columns (.mean columns 0))
      norms (np.linalg.norm centered :axis 0))
    (/ centered (np.where norms norms 1)))
  (@ (. (standardized activations) T) (standardized marks)))


;; * Features

(defn mark-features [units]
  "Return a dict from each feature's name to its values at the last characters of `units` (time,)."
  (setv [text ends] [(.join "" units) (- (np.cumsum (list (map len units))) 1)])
  (dfor [name [mark #* given]] (.items FEATURES) name (get (mark text #* given) ends)))


(defn _matching [text pattern [counts? bool]]
  "Return marks (characters,) where `pattern`, or its group, matches text that `counts?`."
  (setv
    pattern (re.compile pattern (| re.MULTILINE re.IGNORECASE))
    marks (np.zeros (len text) "float32"))
  (for [match (.finditer pattern text)  :if (counts? (.group match))]
    (setv (get marks (slice #* (.span match (min 1 pattern.groups)))) 1))
  marks)


(defn _counting [text counts?]
  "Return the number of characters since the last one for which `counts?` is false, for each."
  (setv counts (accumulate text (fn [n c] (if (counts? c) (+ n 1) 0)) :initial 0))
  (np.fromiter (islice counts 1 None) "float32" (len text)))


;; What a cell may follow: what marks it in a text. Quotes and brackets end at an empty line, as
;; some are never closed.
(setv FEATURES {
  "inside quotes" [_matching "([\"“«„](?:[^\"”»“\n]|\n(?!\n))*)[\"”»“]"]
  "inside brackets" [_matching r"([(\[{](?:[^()\[\]{}\n]|\n(?!\n))*)[)\]}]"]
  "inside tags" [_matching r"(<[^<>\n]*)>"]
  "comments" [_matching r"(?:^|(?<=\s))(?:#|//|;).*"]
  "speaker names" [_matching r"^([^\W\d_][^:\n]{0,29}):(?=\s)"]
  "line starts" [_matching r"\n"]
  "first words of lines" [_matching r"^\S+"]
  "empty lines" [_matching r"(?<=\n)\n"]
  "indentation" [_matching r"^[ \t]+(?=\S)"]
  "position in the line" [_counting (fn [c] (!= c "\n"))]
  "position in the word" [_counting str.isalpha]
  "word ends" [_matching r"\w(?!\w)"]
  "spaces" [_matching r"[^\S\n]"]
  "sentence ends" [_matching r"[.!?…。！？][\"'”’»)]*\s*"]
  "punctuation" [_matching r"[^\w\s]"]
  "upper case" [_matching "." str.isupper]
  "words in capitals" [_matching r"[^\W\d_]{2,}" str.isupper]
  "digits" [_matching "." str.isdigit]
  "vowels" [_matching "[aeiou]"]})
