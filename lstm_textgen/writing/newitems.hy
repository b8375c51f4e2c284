#[[New items: those of a model of a list that aren't in its list.

The model knows its list by fingerprints.]]

(eval-when-compile (require hyrule [unless]  lstm-textgen.basics.forms [refuse]))
(import
  warnings
  lstm-textgen.text.items [KnownItems MOST-KNOWN end-of]
  lstm-textgen.writing.sampling [Draw]
  lstm-textgen.writing.seeds [Seed]
  lstm-textgen.writing.writer [Ends usual-options write-draws])

(setv MOST-DRAWS 100)  ; in a row without a new item


(defn write-new [model seeds samples [options None] [ends (Ends)] [rng-seed None]
    [warn warnings.warn]]
  #[[Return an iterator of #(k text) like that of `write-each`, of new items only.

  What is in the model's list, or was yielded before, is drawn again. After `MOST-DRAWS` draws in a
  row without a new item, `warn` and end early. Raise `ValueError` for a model that isn't one of a
  list, or lacks fingerprints.]]
  (unless model.settings.items
    (refuse "`new` needs a model of a list: train it with `items`"))
  (unless model.items
    (refuse f"the model doesn't know its list, as it keeps fingerprints of up to {MOST-KNOWN :,} "
      "items only; leave out `new`"))
  (_draw-new model seeds samples (or options (usual-options model)) ends rng-seed warn))


(defn _draw-new [model seeds samples options ends rng-seed warn]
  "Yield what `write-new` returns."
  (setv
    known (KnownItems model.items)
    own (lfor seed seeds (Seed model seed warn))
    count (* samples (len seeds))
    [wanted turn in-vain] [(range count) 0 0])
  (while wanted
    (setv
      again []
      ;; Item k has other random numbers in each turn.
      texts (gfor
        k wanted
        #((Draw options rng-seed (+ k (* turn count))) (get own (// k samples)))))
    (for [[number text] (write-draws model texts ends warn)]
      (setv
        k (% number count)
        item (_last-item (+ (get seeds (// k samples)) text) model.settings.items))
      (if (or (not (.strip item)) (in item known))
        (do
          (.append again k)
          (+= in-vain 1))
        (do
          (.add known item)
          (yield #(k text))
          (setv in-vain 0)))
      (when (= in-vain MOST-DRAWS)
        (warn (+ f"{MOST-DRAWS} items in a row weren't new: the model has memorized its list; "
          "give a higher `temperature`, or train for fewer epochs"))
        (return)))
    (setv
      wanted again
      turn (+ turn 1))))


(defn _last-item [text items]
  "Return the last of the `items` (`line` or `paragraph`) in `text`; a seed may have earlier ones."
  (get (.split text (end-of items)) -1))
