"What a report shows of the items that a model of a list writes."

(eval-when-compile (require lstm-textgen.pages.markup [html]))
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


(defn list-parts [model temperatures]
  #[[Return #(lists section): items that `model` writes, and how new and how long they are.

  `temperatures` is a dict from words to temperatures.]]
  (setv
    settings model.settings
    typical (or settings.median-item 1)
    count (max FEWEST (min DRAWN (// MOST-UNITS typical)))
    [figures columns] (zip #* (gfor
      [word t] (.items temperatures)
      (_draw model count t f"{word}: temperature {t :g}"))))
  #( (html (div :class (if (< typical SHORT-ITEM) "lists short" "lists") figures))
    (section-of "Are they new?"
      f"Of {count} items at each temperature, beside those of the training list."
      (table-of ["items" "training" #* (map str.lower temperatures)] (zip
        ["new" "different" f"median length, {settings.unit}" "longest"]
        [None None settings.median-item settings.longest-item]
        #* columns)))))


(defn _draw [model count temperature title]
  #[[Return #(figure column): the first of `count` items by `model`, and figures of them all.

  They are how many are new, how many differ, and their median and longest length in units. The
  items are always the same for the same model.]]
  (setv
    known (KnownItems model.items)
    options (usual-options model temperature)
    texts (write-each model [""] count options :rng-seed 1 :warn (fn [line] None))
    items (lfor [_ text] (sorted texts) (.rstrip text))
    old (lfor item items (in item known))
    lengths (lfor item items (len (.split model.vocabulary item)))
    shown (lfor row (zip items old) :if (get row 0) row)
    share (fn [n] f"{(/ n count) :.0%}"))
  #( (html (figure :class "sample"
      (figcaption :class "soft small" title)
      (ul :class "text" (for [[item old?] (cut shown ITEMS-SHOWN)]
        (li :lang "" :dir "auto" item (when old? (html " " (span :class "old" "in the list"))))))))
    [ (when model.items (share (.count old False)))
      (share (len (set (map fingerprint-of items))))
      (median-high lengths)
      (max lengths)]))
