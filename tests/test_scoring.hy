"The scores that small networks give; two models that predict together."

(import
  math
  numpy :as np
  pytest
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.mixture [Mixture make-engine]
  lstm-textgen.writing.scoring [Score surprises]
  lstm-textgen.writing.seeds [Seed]
  tests.helpers [in-pieces refusal-of score small-model written])

(setv
  pytestmark pytest.mark.quick
  LETTERS "\n abcdefghij.")


(defn letters [#** options]
  "Return a small model that knows `LETTERS` and soon forgets, as trained ones do."
  (setv
    model (small-model :layers "12" :text LETTERS #** options)
    model.weights (lfor weight model.weights (* (np.float32 0.5) weight)))
  model)


(defn nats-one-by-one [model text]
  "Return the nats of each unit of `text` (time,), read in one go after two line breaks."
  (setv
    engine (make-engine model)
    logits (.feed engine (.encode model.vocabulary "\n\n")))
  (np.array (lfor
    id (.encode model.vocabulary text)
    :setv nats (- (np.log (get (softmax logits) id)))
    :do (setv logits (.step engine id))
    nats)))


(defn all-nats [model pieces]
  (np.concatenate (lfor stretch (surprises model pieces) stretch.nats)))


(defn [(pytest.mark.parametrize #("length" "size" "processors") [
    #(1 1 2) #(700 700 1) #(9000 9000 64) #(20_000 20_000 3) #(50_001 7 2) #(50_001 50_001 2)])]
    test-reading-in-parts-on-any-number-of-processors-is-reading-in-one-go
    [length size processors monkeypatch]
  (.setattr monkeypatch "lstm_textgen.writing.scoring.cores" (fn [] processors))
  (.setattr monkeypatch "lstm_textgen.writing.scoring.READ_AT_ONCE" 20_000)
  (setv
    model (letters)
    text (.join "" (.choice (np.random.default-rng 2) (list LETTERS) length))
    nats (all-nats model (in-pieces text size)))
  (assert (np.allclose nats (nats-one-by-one model text) :atol 1e-4)))


(defn [(pytest.mark.parametrize "text" [LETTERS "abc "])]
    test-a-text-is-scored-by-what-the-model-would-write-after-each-beginning [text]
  (setv
    model (small-model :text text :beginning "b")
    units "abc  cab"
    nats (all-nats model [units]))
  (for [k (range (len units))]
    (setv odds (softmax (.feed (make-engine model) (. (Seed model (cut units k)) ids))))
    (assert (np.isclose (- (np.log (get odds (get model.vocabulary.ids (get units k)))))
      (get nats k) :atol 1e-5))))


(defn test-two-models-score-as-they-write []
  (setv
    both (Mixture (letters) (small-model :text "\nbcx") 0.3)
    text (written both "ab" :length 400 :rng-seed 1))
  (assert (in "x" text))
  (assert (np.allclose (all-nats both [text]) (nats-one-by-one both text) :atol 1e-4)))


(defn test-unknown-words-are-counted-in-so-a-model-of-few-words-has-no-better-score []
  (setv total (score (small-model :unit "words" :text "one two") ["one dog"]))
  (assert (= [2 1 3] [total.count total.unknowns total.characters]))
  (setv [few all] (lfor known ["one" "one two six ten"]
    (small-model :unit "words" :text known :odds {} :layers "3")))
  (assert (math.isclose (. (score few ["one two six ten"]) bits) (/ 4 3) :rel-tol 1e-6))
  (assert (< (. (score all ["one two six ten"]) bits) 1))
  (assert (= (. (score few [" two"]) bits) math.inf)))


(defn test-words-are-scored-whole-wherever-the-pieces-end [monkeypatch]
  (setv
    text (* "one two, three.\n" 200)
    model (small-model :layers "12" :unit "words" :text text)
    whole (score model [text]))
  (.setattr monkeypatch "lstm_textgen.writing.scoring.READ_AT_ONCE" 1000)
  (setv pieces (score model (in-pieces text 5)))
  (assert (= 1200 whole.count pieces.count))
  (assert (math.isclose pieces.nats whole.nats :rel-tol 1e-4)))


(defn [(pytest.mark.parametrize "pieces" [[] [""] ["é☃"]])]
    test-a-text-without-a-known-character-has-no-score-and-is-named [pieces]
  (with [_ (pytest.raises ValueError :match "^nothing to score")] (score (letters) pieces))
  (with [_ (pytest.raises ValueError :match "^a.txt: nothing to score")] (.check (Score) "a.txt")))


(defn a-list [items text]
  "Return a `TextModel` of a list, in which the probability of each unit depends on all before."
  (TextModel (small-model :items items :text text :scale 2)))


(defn test-a-model-of-a-list-scores-whole-items-each-with-its-end []
  (setv model (a-list "line" "Anna\nBea \n"))
  (for [text ["Anna" "Anna\n" "\n\nAnna \n"]]
    (setv [total units bits] (.score model text))
    (assert (= units ["A" "n" "n" "a" "\n"])))
  (setv [engine end] [(make-engine model.checkpoint) (.index model.vocabulary.units "\n")])
  (.feed engine (.encode model.vocabulary "\nAnna"))
  (setv odds (get (softmax engine.logits) end))
  (assert (= (get bits -1) (pytest.approx (- (np.log2 odds)) :rel 1e-4)))
  (setv [_ units _] (.score (a-list "paragraph" "ab\n") "a\nb\n \nb"))
  (assert (= (.join "" units) "a\nb\n\nb\n\n")))


(defn test-several-texts-are-scored-each-as-if-alone []
  (setv model (a-list "line" "Anna\nBea\n"))
  (setv several (.score model (gfor name ["Bea" "Anna"] name)))
  (for [[[total units bits] name] (zip several ["Bea" "Anna"] :strict True)]
    (setv [alone _ one-by-one] (.score model name))
    (assert (= [total (.join "" units)] [alone f"{name}\n"]))
    (assert (np.array-equal bits one-by-one)))
  (assert (= (.score model []) []))
  (assert (in "text 2: nothing to score" (refusal-of model.score ["Bea" " "]))))


(defn test-items-are-whole-wherever-the-pieces-end [monkeypatch]
  (setv [model text] [(. (a-list "paragraph" "one two\n") checkpoint) "one\ntwo\n \n\ntwo"])
  (for [size [1 2 3]] (assert (= (score model (in-pieces text size)) (score model [text]))))
  (.setattr monkeypatch "lstm_textgen.text.items.MAX_ITEM" 3)
  (assert (in "an item of more than 3 characters" (refusal-of score model ["onetwo"]))))


;; * Two models

(defn mixture []
  (Mixture (small-model 1 "lstm:6" :text "\nabc") (small-model 2 "lstm:5" :text "\nbcd") 0.25))


(defn test-the-representation-of-a-mixture-names-both-models []
  (assert (= (repr (TextModel (mixture)))
    "<TextModel lstm:6 + lstm:5, 5 characters, epochs: 1 + 1>")))


(defn test-a-mixture-adds-up-probabilities-by-share []
  (setv [both expected] [(mixture) (np.zeros 5)])
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
