#[[What single cells of the network follow, as Karpathy, Johnson and Fei-Fei (2015) looked at them.

A cell's activation is tanh(c), what it remembers, from -1 to 1; of a GRU, which has no c, its
output h. Among hundreds of cells a few can be read by a person: one is on inside quotes, another
grows along the line. They are found by correlating every cell with such features over a text that
the model writes itself, so that nothing but the model is needed.]]

(eval-when-compile (require hyrule [unless]))
(import
  dataclasses [dataclass]
  itertools [accumulate islice]
  re
  numpy :as np
  lstm-textgen.basics.machine [few-threads]
  lstm-textgen.writing.engine [Engine]
  lstm-textgen.writing.scoring [read-units]
  lstm-textgen.writing.writer [Ends start-unit stream])

(setv
  SAMPLE 10_000  ; units that a model writes, to find its cells with
  CLEAR 0.5  ; the least correlation of a cell that gets a name
  MOST-NAMED 12
  ;; What a feature must mark in each half of the sample, and leave unmarked: fewer characters
  ;; correlate with some cell or other by chance.
  FEWEST 30)


(defclass [(dataclass :frozen True)] NamedCell []
  #[[A cell and what it follows.

  - `layer`, `cell`: its place, both from 0: `activations[layer][:, cell]`.
  - `name`: of the feature that it follows, a key of `FEATURES`.
  - `correlation`: Pearson's, from -1 to 1, over text that the cell was not chosen by. Below 0 the
    cell is off where the feature is on.]]
  #^ int layer
  #^ int cell
  #^ str name
  #^ float correlation)


(defclass [(dataclass :frozen True)] Cells []
  #[[What the cells of a model do while it reads a text.

  - `units`: the list of the text's characters or words.
  - `activations`: an array (time, units of the layer) for each recurrent layer: row t is after
    reading unit t. A character that the model doesn't know changes nothing.
  - `named`: the list of the cells worth looking at (`NamedCell`), the clearest first.]]
  #^ list units
  #^ list activations
  #^ list named)


(defn read-cells [model text]
  "Return #(units activations), as in `Cells`, of `model` (a `Checkpoint`) while it reads `text`."
  (setv
    [units ids known] (read-units model.vocabulary text)
    engine (Engine model.settings.layers model.weights)
    reads? (np.zeros (len units) bool)
    (get reads? known) True
    rows (lfor cell engine.cells (np.zeros #((+ 1 (len ids)) (len cell)) "float32")))
  (with [_ (few-threads engine.threads)]
    (.feed engine [(start-unit model)])  ; it is read as a text that begins there
    (for [[t id] (enumerate [None #* (.tolist ids)])]
      (when t
        (.advance engine id))
      (for [[own cell] (zip rows engine.cells)]
        (setv (get own t) cell))))
  #((list units) (lfor
    [own layer] (zip rows model.settings.layers.recurrent)
    (get (if (= layer.kind "gru") own (np.tanh own)) (np.cumsum reads?)))))


(defn write-sample [model]
  "Return a text that `model` (a `Checkpoint`) writes, always the same, to find its cells in."
  (.join "" (stream model "" :ends (Ends SAMPLE) :rng-seed 1)))


(defn find-cells [model text]
  #[[Return the list of `model`'s cells worth looking at (`NamedCell`), the clearest first.

  In the first half of `text` they are chosen, each for the feature that it follows best and each
  feature once; their correlations are those in the second half.]]
  (setv
    [units activations] (read-cells model text)
    marks (mark-features units)
    half (// (len units) 2)
    clear (lfor
      [name mark] (.items marks)
      :if (and (_varied? (cut mark half)) (_varied? (cut mark half None)))
      name)
    places (lfor
      [layer own] (enumerate activations)
      cell (range (get own.shape 1))
      #(layer cell)))
  (unless clear
    (return []))
  (setv
    [first second] (lfor
      part [(slice half) (slice half None)]
      (correlations
        (np.hstack (lfor own activations (get own part)))
        (np.stack (lfor name clear (get marks name part)) -1)))
    chosen (lfor
      [n k] (_pair-off (np.abs first))
      (NamedCell #* (get places n) (get clear k) (round (float (get second #(n k))) 3))))
  (cut
    (sorted
      (gfor each chosen :if (>= (abs each.correlation) CLEAR) each)
      :key (fn [each] (- (abs each.correlation))))
    MOST-NAMED))


(defn correlations [activations marks]
  #[[Return Pearson's correlation (cells, features) of each cell with each feature.

  `activations` are (time, cells) and `marks` (time, features); what never changes correlates with
  nothing, 0.]]
  (defn standardised [columns]
    (setv
      centred (- columns (.mean columns 0))
      norms (np.linalg.norm centred :axis 0))
    (/ centred (np.where norms norms 1)))
  (@ (. (standardised activations) T) (standardised marks)))


(defn _pair-off [strengths]
  "Return [cell feature] pairs, the strongest of `strengths` (cells, features) first, each once."
  (setv
    strengths (.copy strengths)
    pairs [])
  (while (> (.max strengths :initial 0) 0)
    (setv [n k] (np.unravel-index (.argmax strengths) strengths.shape))
    (.append pairs [n k])
    (setv
      (get strengths n) 0
      (get strengths #((slice None) k)) 0))
  pairs)


(defn _varied? [mark]
  "Return whether a feature (time,) is on and off often enough to correlate with."
  (<= FEWEST (np.count-nonzero mark) (- (len mark) FEWEST)))


;; * Features

(defn mark-features [units]
  #[[Return a dict from the names of features to arrays (time,): what each has at each unit.

  `units` (strings) are a text's characters or words; of a word its last character counts.]]
  (setv
    text (.join "" units)
    ends (- (np.cumsum (lfor unit units (len unit))) 1))
  (dfor
    [name mark] (.items FEATURES)
    name (get (mark text) ends)))


(defn _matching [pattern]
  "Return a function that marks in a text what `pattern`, or its first group, matches."
  (setv pattern (re.compile pattern (| re.MULTILINE re.IGNORECASE)))
  (fn [text]
    (setv marks (np.zeros (len text) "float32"))
    (for [match (.finditer pattern text)]
      (setv
        group (min 1 pattern.groups)
        (get marks (slice (.start match group) (.end match group))) 1))
    marks))


(defn _being [test]
  "Return a function that marks the characters of a text for which `test` holds."
  (fn [text]
    (np.fromiter (map test text) "float32" (len text))))


(defn _counting [counts?]
  "Return a function that counts a text's characters since the last for which `counts?` fails."
  (fn [text]
    (setv counts (accumulate text (fn [n c] (if (counts? c) (+ n 1) 0)) :initial 0))
    (np.fromiter (islice counts 1 None) "float32" (len text))))


(defn _in-capitals [text]
  "Mark words of two or more letters in capitals."
  (setv marks (np.zeros (len text) "float32"))
  (for [match (re.finditer r"[^\W\d_]{2,}" text)]
    (when (.isupper (.group match))
      (setv (get marks (slice (.start match) (.end match))) 1)))
  marks)


;; What a cell may follow. Quotes and brackets end at an empty line: one may have been forgotten.
(setv FEATURES {
  "inside quotes" (_matching "([\"“«„](?:[^\"”»“\n]|\n(?!\n))*)[\"”»“]")
  "inside brackets" (_matching r"([(\[{](?:[^()\[\]{}\n]|\n(?!\n))*)[)\]}]")
  "inside tags" (_matching r"(<[^<>\n]*)>")
  "comments" (_matching r"(?:^|(?<=\s))(?:#|//|;).*")
  "speaker names" (_matching r"^([^\W\d_][^:\n]{0,29}):(?=\s)")
  "line starts" (_matching r"\n")
  "first words of lines" (_matching r"^\S+")
  "empty lines" (_matching r"(?<=\n)\n")
  "indentation" (_matching r"^[ \t]+(?=\S)")
  "position in the line" (_counting (fn [c] (!= c "\n")))
  "position in the word" (_counting str.isalpha)
  "word ends" (_matching r"\w(?!\w)")
  "spaces" (_matching r"[^\S\n]")
  "sentence ends" (_matching r"[.!?…。！？][\"'”’»)]*\s*")
  "punctuation" (_matching r"[^\w\s]")
  "upper case" (_being str.isupper)
  "words in capitals" _in-capitals
  "digits" (_being str.isdigit)
  "vowels" (_matching "[aeiou]")})
