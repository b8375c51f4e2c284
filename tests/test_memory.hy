"A memory of the text so far: names come back, by a known formula, for whoever asks."

(import
  numpy :as np
  pytest
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.memory [letters-of]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.seeds [start-ids]
  tests.helpers [output save-odds small-model])

(setv
  pytestmark pytest.mark.quick
  TEXT "Ann saw Bob. Bob saw Annabel, and Annabel saw Bobby.\n")


(defn a-model [#** options]
  "Return a `TextModel` with random weights that knows the units of `TEXT`."
  (TextModel (small-model :text TEXT :resume False #** {"layers" "lstm:12" #** options})))


(defn by-the-formula [model text recall]
  "Return the bits of each character of `text`, as the documentation explains a memory."
  (setv
    engine (make-engine model.checkpoint)
    [places odds] [[] []])
  (.feed engine (start-ids model.checkpoint))
  (for [[n c] (enumerate text)]
    (setv
      p (softmax engine.logits)
      word (letters-of (cut text n))
      key (if word (cut (+ " " word) -6 None) (cut text (max 0 (- n 1)) n))
      known (cut (lfor place places :if (and key (= (get place 0) key)) place) -16 None)
      likeness (np.array (lfor [_ h _ _] known (* 2 (@ h engine.output))))
      weights (if known (softmax likeness) [])
      times (cond
        (not (and word (.isalpha c))) (if (.isupper c) 1 0.25)
        (.isupper (get word 0)) 2
        True (if (> (len word) 1) 1 0.25)))
    (.append odds (+
      (* (get p (get model.vocabulary.ids c))
        (- 1 (sum (gfor [w place] (zip weights known) (* w (get place 3))))))
      (sum (gfor [w place] (zip weights known) :if (= (get place 2) c) (* w (get place 3))))))
    (.append places [key (.copy engine.output) c (min 1 (* times recall))])
    (.step engine (get model.vocabulary.ids c)))
  (- (np.log2 odds)))


(defn [(pytest.mark.parametrize "layers" ["lstm:12" "gru:5,lstm:6"])]
    test-a-score-with-a-memory-is-that-of-the-formula [layers]
  (setv
    model (a-model :layers layers)
    [total _ bits] (.score model (* TEXT 3) :recall 0.6))
  ;; Of a probability next to 1, float32 leaves 2e-7 bits.
  (assert (np.allclose bits (by-the-formula model (* TEXT 3) 0.6) :rtol 1e-4 :atol 1e-6))
  (assert (< total.bits (. (get (.score model (* TEXT 3)) 0) bits))))


(defn test-a-name-that-was-begun-is-spelled-as-it-was []
  (setv model (a-model :odds {}))
  (assert (= (.generate model "Annabel saw Bob. Ann" :length 4 :temperature 0 :recall 1)
    "Annabel saw Bob. Annabel"))
  (setv words (a-model :odds {} :unit "words"))
  (assert (= (.generate words "and Annabel saw Bob, and" :length 1 :temperature 0 :recall 1)
    "and Annabel saw Bob, and Annabel")))


(defn test-without-recall-nothing-is-remembered []
  (setv model (a-model))
  (assert (= (.generate model "Bob" :length 90 :rng-seed 1 :recall 0)
    (.generate model "Bob" :length 90 :rng-seed 1)))
  (assert (!= (.generate model "Bob" :length 90 :rng-seed 1 :recall 0.9)
    (.generate model "Bob" :length 90 :rng-seed 1))))


(defn test-the-command-line-scores-with-a-memory [tmp-path]
  (save-odds tmp-path "abcdef \n" {})
  (setv lines (lfor flags [[] ["--recall" 0.5]]
    (output tmp-path "--score" "-" #* flags :input (* "abc def " 20))))
  (setv [without with-it] (lfor line lines (float (get (.split line) 2))))
  (assert (= without 3))
  (assert (< with-it 2)))
