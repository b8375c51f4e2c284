"Models can be pickled, as process pools and joblib require."

(import
  pickle
  pytest
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.mixture [Mixture]
  tests.helpers [run-python small-model succeeded])

(setv
  pytestmark pytest.mark.quick
  WRITE #[[
import pickle
with open("model.pickle", "rb") as file:
    model = pickle.load(file)
print(model.generate("h", 20, rng_seed=1), end="")
]])


(defn copied [value]
  "Return `value` after it was pickled."
  (pickle.loads (pickle.dumps value)))


(defn [(pytest.mark.parametrize "make" [
    small-model
    (fn [] (small-model :unit "words"))
    (fn [] (small-model :unit "pieces"))
    (fn [] (Mixture (small-model 1) (small-model 2)))])]
    test-a-pickled-model-writes-the-same-text [make]
  (setv
    model (TextModel (make) "bot")
    [text again] (lfor m [model (copied model)] (.generate m "" 50 :rng-seed 1)))
  (assert (= text again))
  (assert (= (. (copied model) name) "bot"))
  (assert (= (. (copied model) settings) model.settings)))


(defn test-a-process-that-knows-nothing-of-us-can-use-a-pickled-model [tmp-path]
  (setv model (TextModel (small-model)))
  (.write-bytes (/ tmp-path "model.pickle") (pickle.dumps model))
  (assert (= (succeeded (run-python "-c" WRITE :cwd tmp-path))
    (.generate model "h" 20 :rng-seed 1))))
