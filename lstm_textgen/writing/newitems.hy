"New items: those of a model of a list that aren't in its list, which it knows by fingerprints."

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [refuse]))
(import
  lstm-textgen.text.items [KnownItems MOST-KNOWN end-of])

(setv MOST-DRAWS 100)  ; in a row without a new item


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
