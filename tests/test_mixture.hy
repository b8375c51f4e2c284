"Two models that generate together."

(import
  numpy :as np
  pytest
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.mixture [Mixture make-engine]
  tests.helpers [refusal-of small-model])

(setv pytestmark pytest.mark.quick)


(defn mixture []
  "Return a mixture of two models that both know a line break, b and c; one a, the other d."
  (Mixture (small-model 1 "lstm:6" :text "\nabc") (small-model 2 "gru:5" :text "\nbcd") 0.25))


(defn test-the-representation-of-a-mixture-names-both-models []
  (assert (= (repr (TextModel (mixture)))
    "<TextModel lstm:6 + gru:5, 5 characters, epochs: 1 + 1>")))


(defn test-a-mixture-adds-up-probabilities-by-share []
  (setv
    both (mixture)
    expected (np.zeros 5))
  (for [[model share own] (zip both.models [0.25 0.75] [[0 1 2 3] [0 2 3 4]])]
    (setv ids (.encode model.vocabulary "\nbccb"))
    (+= (get expected own) (* share (softmax (.feed (make-engine model) ids)))))
  (setv odds (np.exp (.feed (make-engine both) (.encode both.vocabulary "\nbccb"))))
  (assert (np.allclose odds expected :atol 1e-6))
  (assert (np.isclose (.sum odds) 1)))


(defn [(pytest.mark.parametrize "streams" [1 3])]
    test-a-model-does-not-read-a-unit-that-it-lacks [streams]
  (setv
    engine (make-engine (mixture) streams)
    own (get engine.engines 1))
  (defn step [id]
    (.step engine (if (= streams 1) id (np.array [id 2 2])))
    (.copy (get (np.atleast-2d own.logits) 0)))
  (setv stood (step 3))
  (assert (np.array-equal (step 1) stood))
  (assert (not (np.array-equal (step 4) stood)))
  (assert (.all (np.isfinite engine.logits))))


(defn test-a-model-by-words-reads-what-it-lacks-as-the-unknown-word []
  (setv
    models (lfor text ["one two" "one three"] (small-model :unit "words" :text text))
    both (Mixture #* models)
    engine (make-engine both)
    alone (make-engine (get models 0))
    expected (.feed alone (.encode (. (get models 0) vocabulary) "one x")))
  (.feed engine (.encode both.vocabulary "one three"))
  (assert (np.array-equal (. (get engine.engines 0) logits) expected)))


(defn [(pytest.mark.parametrize #("unit" "share" "why") [
    ["characters" 1 "`mix` must be greater than 0 and less than 1"]
    ["words" 0.5 "one model generates characters and the other words"]])]
    test-a-share-out-of-range-and-models-of-different-units-are-refused [unit share why]
  (assert (in why (refusal-of Mixture (small-model) (small-model :unit unit) share))))
