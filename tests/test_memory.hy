"A memory of the text so far: names come back, by a known formula, for whoever asks."

(import
  numpy :as np
  pytest
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.memory [Memory letters-of]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.rules [usual-rules]
  lstm-textgen.writing.seeds [Seed start-ids]
  lstm-textgen.writing.wordtree [Place]
  tests.helpers [small-model])

(setv
  pytestmark pytest.mark.quick
  TEXT "Ann saw Bob. Bob saw Annabel, and Annabel saw Bobby.\n")


(defn a-model [#** options]
  (TextModel (small-model :text TEXT :resume False #** {"layers" "lstm:12" #** options})))


(defn with-memory [model text recall]
  "Return the odds of each character of `text`: by a `Memory`, and as its module explains it."
  (setv
    engine (make-engine model.checkpoint)
    memory (Memory model.vocabulary.units recall)
    [places odds expected] [[] [] []])
  (.feed engine (start-ids model.checkpoint))
  (for [[n c] (enumerate text)]
    (setv
      id (get model.vocabulary.ids c)
      logits (.copy engine.logits)
      word (letters-of (cut text n))
      key (if word (cut (+ " " word) -6 None) (cut text (max 0 (- n 1)) n))
      known (cut (lfor place places :if (and key (= (get place 0) key)) place) -16 None)
      likeness (np.array (lfor [_ h _ _] known (* 2 (@ h engine.output))))
      weights (if known (softmax likeness) [])
      times (if (and word (.isalpha c))
        (cond  (.isupper (get word 0)) 2  (> (len word) 1) 1  True 0.25)
        (if (.isupper c) 1 0.25)))
    (.append expected (+
      (* (get (softmax engine.logits) id)
        (- 1 (sum (gfor [w place] (zip weights known) (* w (get place 3))))))
      (sum (gfor [w place] (zip weights known) :if (= (get place 2) c) (* w (get place 3))))))
    (.append places [key (.copy engine.output) c (min 1 (* times recall))])
    (.score memory logits (Place engine.logits engine.output))
    (.append odds (get (softmax logits) id))
    (.remember memory id engine.output)
    (.step engine id))
  #(odds expected))


(defn test-a-memory-predicts-by-the-formula []
  (setv model (a-model :layers "5,6"))
  (setv [odds expected] (with-memory model (* TEXT 3) 0.6))
  (assert (np.allclose odds expected :rtol 1e-4))
  (assert (< (- (.mean (np.log2 odds))) (. (get (.score model (* TEXT 3)) 0) bits))))


(defn test-a-name-of-a-long-seed-is-spelled-as-it-was []
  (setv [model seed] [(a-model :odds {}) (* "Annabel saw Bob. " 60)])
  (assert (= (.generate model (+ seed "Ann") :length 4 :temperature 0) (+ seed "Annabel")))
  (setv words (a-model :odds {} :unit "words"))
  (setv seed (+ (* "and Annabel saw Bob, " 50) "and"))
  (assert (= (.generate words seed :length 1 :temperature 0) (+ seed " Annabel"))))


(defn [(pytest.mark.parametrize #("length" "settings" "remembers") [
    [1000 {} True] [999 {} False] [1000 {"items" "line"} False]
    [1000 {"people" ["Ann" "Bob"]} False]])]
    test-only-a-long-seed-of-running-text-is-remembered [length settings remembers]
  (setv model (. (a-model #** settings) checkpoint))
  (assert (= (bool (. (Seed model (* "a" length)) memory)) remembers)))


(defn test-what-the-model-wrote-is-not-remembered []
  (setv
    seed (Seed (. (a-model) checkpoint) (* "Ann saw Bob. " 80))
    engine (make-engine seed.model))
  (.feed-to seed engine)
  (setv
    ids seed.model.vocabulary.ids
    rule (get (usual-rules seed seed.memory) 0))
  (defn recalled []
    (setv scores (np.zeros (len ids)))
    (.read seed.memory " An")
    (.score seed.memory scores (Place engine.logits engine.output))
    (list (np.flatnonzero scores)))
  (for [c (* "An ebb. " 20)] (.take rule (get ids c)))
  (assert (= (recalled) [(get ids "n")])))
