"Vocabularies made by the name of their unit: of a text, or as they were stored."

(eval-when-compile (require hyrule [unless]))
(import
  itertools [chain]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [read-json]
  lstm-textgen.text.pieces [Pieces]
  lstm-textgen.text.units [Characters MAX-LENGTH MAX-UNITS Words])

(setv
  UNITS (dfor kind [Characters Pieces Words] kind.unit kind)  ; `RULES` of sizing.hy has each
  ;; Bytes: an escaped emoji takes 12.
  MAX-VOCABULARY-JSON (+ (* 12 MAX-LENGTH) (* 4 MAX-UNITS) 100))


(defn check-words [vocabulary given fine-tuned]
  "Raise `ValueError` if `max_words`, `given`, has no effect: on characters, on a base's pieces."
  (when (in "max_words" given)
    (unless vocabulary.limited
      (refuse 'max-words f" has no effect on a model of {vocabulary.unit}; "
        "learn pieces or words with " 'unit ", or leave it out"))
    (when (and fine-tuned vocabulary.parts)
      (refuse 'max-words " has no effect when fine-tuning a model of pieces; leave one out"))))


(defn build-vocabulary [text [unit Characters.unit] [max-words None]]
  #[[Return the vocabulary of `text`, a string or an iterable of its chunks.

  If such units are `limited`, there are at most `max-words` of them (None: all). No unit spans two
  chunks, as `corpus.cut-at-space` ensures. Raise `ValueError` if the text is empty or has lone
  surrogates, which are not characters.]]
  (setv
    chunks (filter None (if (isinstance text str) [text] text))
    first (next chunks None))
  (unless first (refuse "the text is empty"))
  (.build (get UNITS unit) (chain [first] chunks) max-words))


(defn parse-vocabulary [string]
  "Return the vocabulary whose `to-json` is `string`; refuse others before they take much memory."
  ;; Each value but the outermost follows a comma, a colon or a bracket. So few of these mean few
  ;; values and little memory. The spare thousand is for units that contain such marks.
  (when (> (sum (gfor mark ",:[{" (.count string mark))) (+ MAX-UNITS 1000))
    (refuse f"the vocabulary has more than {MAX-UNITS :,} units"))
  (vocabulary-of
    (read-json (.encode string) "the vocabulary" dict MAX-VOCABULARY-JSON)))


(defn vocabulary-of [content]
  "Return the vocabulary of `content`, a dict from JSON; raise `ValueError` if it is none."
  (setv name (.get content "unit"))
  (unless (in name (list UNITS))  ; it may be unhashable
    (refuse f"the unit of a vocabulary is one of {(.join ", " UNITS)}, not {name !r}"))
  (setv kind (get UNITS name))
  (unless (= (set content) #{"unit" "units" #* kind.parts})
    (refuse f"the vocabulary must have {(.join ", " ["a unit" #* kind.parts])}, "
      "units and nothing else"))
  (kind #** (dfor [key value] (.items content) :if (!= key "unit") key value)))
