"Two models that write together, and the engine of any model."

(eval-when-compile (require hyrule [unless]))
(import
  numpy :as np
  lstm-textgen.basics.values [SHARE check-value]
  lstm-textgen.text.vocabulary [Vocabulary]
  lstm-textgen.writing.engine [Engine EngineBase softmax])


(defclass Mixture []
  #[[Two models that write together, over the union of their vocabularies.

  Each unit's probability is `share` times the `first` model's plus 1 - `share` times the
  `second`'s (linear interpolation, Jelinek and Mercer 1980); a model gives 0 to a unit that it
  lacks. The `settings` are the first model's. Raise `ValueError` unless 0 < `share` < 1 and both
  models are by characters or both by words.]]

  (defn __init__ [self first second [share 0.5]]
    (setv
      share (check-value "`mix`" SHARE share)
      [a b] [first.vocabulary second.vocabulary])
    (unless (= a.unit b.unit)
      (raise (ValueError (+ f"one model writes {a.unit} and the other {b.unit}, so they can't "
        "write together; give two of the same kind"))))
    (setv
      self.models [first second]
      self.shares [share (- 1 share)]
      self.settings first.settings
      self.vocabulary (Vocabulary a.unit (list (dict.fromkeys (+ a.units b.units)))))))


(defn make-engine [model [streams 1]]
  "Return the engine that reads and writes for `model`, a `Checkpoint` or a `Mixture`."
  (unless (isinstance model Mixture)
    (return (Engine model.settings.layers model.weights streams)))
  (setv vocabularies (lfor m model.models m.vocabulary))
  (MixedEngine
    (lfor m model.models (make-engine m streams))
    (lfor v vocabularies (np.array (lfor unit v.units (get model.vocabulary.ids unit))))
    (lfor v vocabularies v.unknown)
    model.shares
    model.vocabulary.size))


(defclass MixedEngine [EngineBase]
  #[[Engines that write together: each one's probabilities times its share, added up.

  - `places`: for each of `engines`, which ids of the common vocabulary its units have
    (its vocabulary,).
  - `unknowns`: the id with which each reads a unit that it lacks, or None: then such a unit leaves
    it as it was.
  - `shares`: they sum to 1.
  - `size`: of the common vocabulary.

  `logits` (streams, size) are the logarithms of the mixed probabilities; `streams`, `threads` and
  `state` are those of an `Engine`.]]

  (defn __init__ [self engines places unknowns shares size]
    (setv
      own-logits (. (get engines 0) logits)
      self.engines engines
      self.places places
      self.shares shares
      self.streams (. (get engines 0) streams)
      self.threads (max (gfor engine engines engine.threads))
      self.logits (np.zeros #(#* (cut own-logits.shape -1) size))
      self._own (lfor
        [place unknown] (zip places unknowns)
        (_own-ids place unknown size))))

  (defn [property] state [self]
    "Every array that a step changes and the next one reads."
    [self.logits #* (gfor engine self.engines array engine.state array)])

  (defn step [self ids]
    "Read one id of the common vocabulary for each stream; return the logits (streams, size)."
    (.fill self.logits 0)
    (for [[engine own place share] (zip self.engines self._own self.places self.shares)]
      (_step-known engine (get own ids))
      (+= (get self.logits #(... place)) (* share (softmax engine.logits))))
    (with [_ (np.errstate :divide "ignore")]  ; log 0 = -inf is meant
      (np.log self.logits self.logits)))

  (defn feed [self ids]
    "Read `ids` (time, streams); return the logits after the last of them."
    (for [now ids]
      (.step self now))
    self.logits))


(defn _own-ids [place unknown size]
  "Return an engine's own id of each common one (size,); -1 where it lacks the unit."
  (setv
    own (np.full size (if (is unknown None) -1 unknown))
    (get own place) (np.arange (len place)))
  own)


(defn _step-known [engine ids]
  "Let the streams whose id isn't negative take a step; leave the others as they are."
  (setv lost (< ids 0))
  (unless (.any lost)
    (return (.step engine ids)))
  (setv kept (lfor array engine.state (get array lost)))
  (.step engine (np.maximum ids 0))
  (for [[array values] (zip engine.state kept)]
    (setv (get array lost) values)))
