"The scores that small networks give."

(import
  math
  numpy :as np
  pytest
  lstm-textgen.writing.ends [Ends]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.mixture [Mixture make-engine]
  lstm-textgen.writing.sampling [SamplingOptions]
  lstm-textgen.writing.scoring [Score surprises]
  lstm-textgen.writing.seeds [Seed]
  lstm-textgen.writing.writer [stream]
  tests.helpers [in-pieces score small-model])

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


(defn random-text [length]
  (.join "" (.choice (np.random.default-rng 2) (list LETTERS) length)))


(defn all-nats [model pieces]
  (np.concatenate (lfor stretch (surprises model pieces) stretch.nats)))


(defn [(pytest.mark.parametrize #("length" "size" "processors") [
    #(1 1 2) #(700 700 1) #(9000 9000 64) #(20_000 20_000 3) #(50_001 7 2) #(50_001 50_001 2)])]
    test-reading-in-parts-on-any-number-of-processors-is-reading-in-one-go
    [length size processors monkeypatch]
  (.setattr monkeypatch "lstm_textgen.writing.scoring.cores" (fn [] processors))
  (.setattr monkeypatch "lstm_textgen.writing.scoring.READ_AT_ONCE" 20_000)
  (setv
    [model text] [(letters) (random-text length)]
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
    text (.join "" (stream both "ab" (SamplingOptions) (Ends :length 400) :rng-seed 1)))
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
