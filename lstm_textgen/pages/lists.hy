"The sections of a report about the items that a model of a list writes."

(eval-when-compile (require
  lstm-textgen.basics.forms [defrecord]
  lstm-textgen.pages.markup [html]))
(import
  statistics [median-high]
  lstm-textgen.pages.figures [section-of table-of]
  lstm-textgen.text.items [KnownItems fingerprint-of]
  lstm-textgen.writing.writer [usual-options write-each])

(setv
  DRAWN 100         ; items at a temperature; fewer, if they are long: …
  MOST-UNITS 3000   ; … about the units of all of them
  FEWEST 3
  ITEMS-SHOWN 10    ; of them
  SHORT-ITEM 40)    ; units: lists of such items are shown side by side


(defrecord _Drawn
  #[[The `items` (texts) that a model drew at a temperature that is called `word`.

  `lengths` are theirs in units, `old` says of each whether it is in the training list (None:
  unknown), and `distinct` is how many differ.]]
  [ #^ str word  #^ float temperature  #^ list items
    #^ list lengths  #^ list old  #^ int distinct])


(defn list-sections [model temperatures]
  #[[Return two sections about `model`: what it writes, and how new and how long that is.

  `temperatures` is a dict from words to temperatures.]]
  (setv
    settings model.settings
    typical (or settings.median-item 1)
    count (max FEWEST (min DRAWN (// MOST-UNITS typical)))
    drawn (lfor [word t] (.items temperatures) (_draw model word t count)))
  [ (section-of "What it writes"
      "With an empty seed, at three temperatures: a higher one favors the likeliest units less."
      (html (div :class (if (< typical SHORT-ITEM) "lists short" "lists")
        (for [each drawn] (_figure each)))))
    (section-of "Are they new?"
      f"Of {count} items at each temperature, beside those of the training list."
      (table-of ["items" "training" #* (gfor each drawn (.lower each.word))] [
        ["new" "–" #* (gfor each drawn
          (if model.items (_share (.count each.old False) each) "–"))]
        ["different" "–" #* (gfor each drawn (_share each.distinct each))]
        [f"median length, {settings.unit}" (_figure-of settings.median-item)
          #* (gfor each drawn (median-high each.lengths))]
        ["longest" (_figure-of settings.longest-item) #* (gfor each drawn (max each.lengths))]]))])


(defn _draw [model word temperature count]
  "Return the `_Drawn` of `count` items, always the same for the same model."
  (setv
    known (KnownItems model.items)
    options (usual-options model temperature)
    texts (write-each model [""] count options :rng-seed 1 :warn (fn [line] None))
    items (lfor [_ text] (sorted texts) (.rstrip text)))
  (_Drawn word temperature items
    (lfor item items (len (.split model.vocabulary item)))
    (lfor item items (when model.items (in item known)))
    (len (set (map fingerprint-of items)))))


(defn _figure [drawn]
  "Return the list of the first items of a `_Drawn` that aren't empty, with its title."
  (setv rows (lfor row (zip drawn.items drawn.old) :if (get row 0) row))
  (html (figure :class "sample"
    (figcaption :class "soft small" f"{drawn.word}: temperature {drawn.temperature :g}")
    (ul :class "text" (for [[item old] (cut rows ITEMS-SHOWN)]
      (li :lang "" :dir "auto" item (when old (html " " (span :class "old" "in the list")))))))))


(defn _share [part drawn]
  "Return how large a `part` of a `_Drawn` is, in percent."
  f"{(/ part (len drawn.items)) :.0%}")


(defn _figure-of [value]
  "Return a `value` for a table; it may be None."
  (if (is value None) "–" f"{value :,}"))
