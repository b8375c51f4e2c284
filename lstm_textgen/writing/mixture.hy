"Two models that generate together, and the engine of any model."

(eval-when-compile (require hyrule [unless]))
(import
  numpy :as np
  lstm-textgen.settings.table [check-setting]
  lstm-textgen.writing.engine [Engine Network softmax])


(defclass Mixture []
  #[[Two models that generate together, over the union of their vocabularies.

  Each unit's probability is `share` times the `first` model's plus 1 - `share` times the
  `second`'s (linear interpolation, Jelinek and Mercer 1980); a model gives 0 to a unit that it
  lacks. The `settings` are the first model's. Raise `ValueError` unless 0 < `share` < 1 and both
  models have the same kind of unit, pieces with the same merges.]]

  (defn __init__ [self first second [share 0.5]]
    (setv
      share (check-setting "mix" share)
      [a b] [first.vocabulary second.vocabulary]
      self.models [first second]
      self.shares [share (- 1 share)]
      self.settings first.settings)
    (unless (= a.unit b.unit)
      (raise (ValueError (+ f"one model generates {a.unit} and the other {b.unit}, so they can't "
        "be mixed; give two of the same kind"))))
    (unless (= a.merges b.merges)
      (raise (ValueError (+ "the models have different pieces, so they can't be mixed; "
        "give two that were fine-tuned from the same model"))))
    (setv self.vocabulary (.with-units a (list (dict.fromkeys (+ a.units b.units)))))))


(defn make-engine [model [streams 1]]
  "Return the engine of `model`, a `Checkpoint` or a `Mixture`."
  (if (isinstance model Mixture)
    (MixedEngine model (lfor each model.models (make-engine each streams)))
    (Engine (Network model.settings.layers model.weights) streams)))


(defclass MixedEngine [Engine]
  "The engines of a `Mixture`; `logits` are logarithms of their weighted mean probabilities."

  (defn __init__ [self mixture engines]
    (setv
      ids mixture.vocabulary.ids
      vocabularies (lfor model mixture.models model.vocabulary)
      [self.mixture self.engines] [mixture engines]
      self.streams (. (get engines 0) streams)
      self.shares mixture.shares
      self.logits (np.zeros (if (= self.streams 1) (len ids) #(self.streams (len ids))))
      ;; For each engine: the common ids of its units, and its own id of each common one.
      self._places (lfor own vocabularies (np.array (lfor unit own.units (get ids unit))))
      self._own (lfor
        own vocabularies
        :setv missing (if (is own.unknown None) -1 own.unknown)  ; -1 is not read
        (np.array (lfor unit mixture.vocabulary.units (.get own.ids unit missing))))))

  (defn [property] state [self]
    "Every array that a step changes and the next one reads."
    [self.logits #* (gfor engine self.engines array engine.state array)])

  (defn [property] threads [self]
    (min (gfor each self.engines each.threads)))

  (defn like [self streams]
    (MixedEngine self.mixture (lfor each self.engines (.like each streams))))

  (defn step [self ids]
    "Read one id of the common vocabulary for each stream; return the logits."
    (.fill self.logits 0)
    (for [[engine own place share] (zip self.engines self._own self._places self.shares)]
      (_step-known engine (get own ids))
      (+= (get self.logits #(... place)) (* share (softmax engine.logits))))
    (with [_ (np.errstate :divide "ignore")]  ; log 0 = -inf is intended
      (np.log self.logits self.logits)))

  (setv advance step))


(defn _step-known [engine ids]
  "Take a step in the streams whose id isn't negative; leave the others unchanged."
  (setv lost (< ids 0))
  (unless (.any lost) (return (.step engine ids)))
  (setv kept (lfor array engine.state (get array lost)))
  (.step engine (np.maximum ids 0))
  (for [[array values] (zip engine.state kept)] (setv (get array lost) values)))
