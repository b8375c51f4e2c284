"Two models that generate together, and the engine of any model."

(eval-when-compile (require hyrule [meth unless]))
(import
  dataclasses [replace]
  math
  numpy :as np
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.settings.table [check-setting]
  lstm-textgen.text.breaks [common]
  lstm-textgen.text.items [join-fingerprints]
  lstm-textgen.text.lexicon [joined-lexicons]
  lstm-textgen.text.names [joined-names]
  lstm-textgen.text.shingles [joined-filters]
  lstm-textgen.writing.engine [Engine Network softmax])


(defclass Mixture []
  #[[Two models that generate together, over the union of their vocabularies.

  Each unit's probability is `share` times the `first` model's plus 1 - `share` times the
  `second`'s (linear interpolation, Jelinek and Mercer 1980); a model gives 0 to a unit that it
  lacks. The `settings` are the first model's, the `facts` say what holds for both, and the `items`
  are those of both, known only if both know their own. Raise `ValueError` unless 0 < `share` < 1
  and both models have the same kind of unit, pieces with the same merges, and the same setting
  `items`.]]

  (meth __init__ [first second [share 0.5]]
    (setv
      share (check-setting "mix" share)
      [a b] [first.vocabulary second.vocabulary]
      [one other] [first.facts second.facts]
      @models [first second]
      @shares [share (- 1 share)]
      @settings first.settings)
    (unless (= a.unit b.unit)
      (refuse f"one model generates {a.unit} and the other {b.unit}, so they can't be mixed; "
        "give two of the same kind"))
    (unless (= a.merges b.merges)
      (refuse "the models have different pieces, so they can't be mixed; "
        "give two that were fine-tuned from the same model"))
    (unless (= first.settings.items second.settings.items)
      (setv kinds (gfor model @models (or model.settings.items "none")))
      (refuse "the models have different " 'items f" ({(.join " and " kinds)}), so they can't be "
        "mixed; give two with the same"))
    (setv
      @facts (replace one
        :longest-run (max one.longest-run other.longest-run)
        :unbroken (common one.unbroken other.unbroken)
        :names (joined-names one.names other.names)
        #** (if @settings.items
          { "item_lines" (when (= one.item-lines other.item-lines) one.item-lines)
            "longest_item" (max (or one.longest-item 0) (or other.longest-item 0))
            "long_item" (max (or one.long-item 0) (or other.long-item 0))
            "item_ends" (when (and one.item-ends other.item-ends)
              (+ one.item-ends other.item-ends))}
          {}))
      @shingles (joined-filters first.shingles second.shingles)
      @refrains (joined-filters first.refrains second.refrains)
      @lexicon (if (and first.lexicon second.lexicon)
        (joined-lexicons first.lexicon second.lexicon)
        b"")
      @items (if (and first.items second.items)
        (join-fingerprints first.items second.items)
        b"")
      @vocabulary (.with-units a (list (dict.fromkeys (+ a.units b.units)))))))


(defn make-engine [model [streams 1]]
  "Return the engine of `model`, a `Checkpoint` or a `Mixture`."
  (if (isinstance model Mixture)
    (MixedEngine model (lfor each model.models (make-engine each streams)))
    (Engine (Network model.weights) streams)))


(defclass MixedEngine [Engine]
  "The engines of a `Mixture`; `logits` are logarithms of their weighted mean probabilities."

  (meth __init__ [@mixture @engines]
    (setv
      ids mixture.vocabulary.ids
      @streams (. (get engines 0) streams)
      @threads (min (gfor each engines each.threads))
      @logits (np.zeros (if (= @streams 1) (len ids) #(@streams (len ids))))
      @state [@logits #* (gfor engine engines array engine.state array)]
      ;; For each engine: its id of each common unit (-1 is not read), the common ids of its units.
      @_own (lfor
        model mixture.models
        :setv own model.vocabulary
        :setv missing (if (is own.unknown None) -1 own.unknown)
        (np.array (lfor unit ids (.get own.ids unit missing))))
      @_targets (lfor
        model mixture.models
        (np.array (lfor unit model.vocabulary.units (get ids unit))))))

  (meth like [streams]
    (MixedEngine @mixture (lfor each @engines (.like each streams))))

  (meth step [ids]
    "Read one id of the common vocabulary for each stream; return the logits."
    (.fill @logits 0)
    (for [[engine own targets share] (zip @engines @_own @_targets @mixture.shares)]
      (setv
        known (get own ids)
        lost (< known 0)  ; the streams that stay unchanged
        kept (if (.any lost) (lfor array engine.state (get array lost)) []))
      (.step engine (np.maximum known 0))
      (for [[array values] (zip engine.state kept)] (setv (get array lost) values))
      (+= (get @logits #(... targets)) (* share (softmax engine.logits))))
    (with [_ (np.errstate :divide "ignore")]  ; log 0 = -inf is intended
      (np.log @logits @logits)))

  (meth [property] output []
    "The outputs of both, weighted so that a product of two has each model's by its share."
    (np.concatenate
      (lfor [engine share] (zip @engines @mixture.shares) (* (math.sqrt share) engine.output))
      -1))

  (setv advance step))
