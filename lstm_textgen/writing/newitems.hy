#[[New items: those of a model of a list that aren't in its list.

The model knows its list by fingerprints.]]

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [refuse]))
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
  (_draw-new model (NewItems model) seeds samples (or options (usual-options model)) ends rng-seed
    warn))


(defclass NewItems []
  #[[Tells which items are new: neither in the list of `model` nor seen before.

  Raise `ValueError` for a model that isn't one of a list, or lacks fingerprints.]]

  (meth __init__ [model]
    (unless model.settings.items
      (refuse "`new` needs a model of a list: train it with `items`"))
    (unless model.items
      (refuse "the model doesn't know its list, as it keeps fingerprints of up to "
        f"{MOST-KNOWN :,} items only; leave out `new`"))
    (setv [@_end @_known @_in-vain] [(end-of model.settings.items) (KnownItems model.items) 0]))

  (meth new? [text]
    "Return whether the last item of `text` is new; the text's seed may have earlier ones."
    (setv
      item (get (.split text @_end) -1)
      new? (bool (and (.strip item) (not-in item @_known)))
      @_in-vain (if new? 0 (+ @_in-vain 1)))
    (when new? (.add @_known item))
    new?)

  (meth memorized? []
    "Return whether none of the last `MOST-DRAWS` items was new."
    (>= @_in-vain MOST-DRAWS)))


(defn _draw-new [model items seeds samples options ends rng-seed warn]
  "Yield what `write-new` returns: those that `items`, `NewItems`, finds new."
  (setv
    own (lfor seed seeds (Seed model seed warn))
    count (* samples (len seeds))
    [wanted turn] [(range count) 0])
  (while wanted
    (setv
      again []
      ;; Item k has other random numbers in each turn.
      texts (gfor
        k wanted
        #((Draw options rng-seed (+ k (* turn count))) (get own (// k samples)))))
    (for [[number text] (write-draws model texts ends warn)]
      (setv k (% number count))
      (if (.new? items (+ (get seeds (// k samples)) text))
        (yield #(k text))
        (.append again k))
      (when (.memorized? items)
        (warn (+ f"{MOST-DRAWS} items in a row weren't new: the model has memorized its list; "
          "give a higher `temperature`, or train for fewer epochs"))
        (return)))
    (setv
      wanted again
      turn (+ turn 1))))
