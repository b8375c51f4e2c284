"Texts that small random networks write, and the scores that they give."

(import
  itertools [islice]
  math
  types [SimpleNamespace]
  numpy :as np
  pytest
  hypothesis [given strategies :as st]
  lstm_textgen.engine [Mixture make-engine softmax]
  lstm_textgen.vocabulary [Vocabulary]
  lstm_textgen.writer [score stream surprises write-many _before _first-sentences])

(setv LETTERS "\n abcdefghij.")


(defn random-model [[text LETTERS] [unit "characters"] [kind "lstm"] [size 12] [seed 0]]
  "Make a model with random weights that knows the units of `text`."
  (setv
    vocabulary (Vocabulary.build text unit)
    v vocabulary.size
    rng (np.random.default-rng seed)
    gates (get {"lstm" 4  "gru" 3} kind)
    weights (fn [#* shape] (.astype (* 0.5 (.standard-normal rng shape)) "float32"))
    bias (if (= kind "gru") #(2 (* 3 size)) #((* 4 size))))
  (SimpleNamespace
    :vocabulary vocabulary
    :settings {"beginning" (get vocabulary.units -1)}
    :layers [#(kind size)]
    :weights [(weights v 5) (weights 5 (* gates size)) (weights size (* gates size)) (weights #* bias)
      (weights size v) (weights v)]))


(defn written [model [seed "abc"] #** options]
  (.join "" (stream model seed #** {"rng_seed" 1  "length" 50  #** options})))


(defn test-length-counts-units []
  (for [n [0 1 50]]
    (assert (= n (len (list (stream (random-model) "ab" :length n))))))
  (assert (= 1000 (len (list (islice (stream (random-model)) 1000)))))
  None)


(defn test-same-rng-seed-same-text []
  (assert (= (written (random-model)) (written (random-model))))
  (assert (!= (written (random-model)) (written (random-model) :rng-seed 2)))
  None)


(defn test-temperature-0-writes-the-likeliest-units []
  (setv
    model (random-model)
    engine (make-engine model)
    logits (engine.feed (model.vocabulary.encode "abc")))
  (for [unit (written model :temperature 0)]
    (setv id (.argmax logits))
    (assert (= unit (get model.vocabulary.units id)))
    (setv logits (engine.step id)))
  None)


(defn test-unknown-characters-of-a-seed-are-named-and-left-out []
  (setv warnings [])
  (assert (= (written (random-model) "aébcé☃" :warn warnings.append) (written (random-model) "abc")))
  (assert (= 1 (len warnings)))
  (for [part ["'é'" "'☃'" "left out"]]
    (assert (in part (get warnings 0))))
  None)


(defn test-an-unknown-word-of-a-seed-is-read-as-one []
  (setv
    model (random-model "one two three.\n" "words")
    warnings [])
  (assert (= (written model "one dog" :warn warnings.append) (written model "one cat" :warn warnings.append)))
  (assert (in "' dog'" (get warnings 0)))
  (assert (in "unknown word" (get warnings 0)))
  None)


(defn test-the-unknown-word-is-never-written []
  (setv model (random-model "one two three.\n" "words"))
  (setv (get model.weights -1 0) 20)  ; it is by far the likeliest
  (assert (not-in "<unk>" (written model "one" :length 500)))
  None)


(defn test-an-empty-seed-begins-after-a-line-break []
  (assert (= (written (random-model) "") (written (random-model) "\n")))
  None)


(defn test-without-line-breaks-an-empty-seed-begins-as-the-training-text []
  (setv model (random-model "xyz"))
  (assert (= (written model "" :length 50) (+ "z" (written model "z" :length 49))))
  (assert (= (cut (get (write-many model ["" ""] :length 5) 1) 1) "z"))
  None)


(defn [(given (st.text "ab" :max-size 30) (st.text "ab" :min-size 1 :max-size 4) (st.integers 1 3))]
    test-a-text-ends-before-the-stop-text [text stop size]
  (setv pieces (lfor  i (range 0 (len text) size)  (cut text i (+ i size))))
  (assert (= (.join "" (_before pieces stop)) (get (.split text stop) 0)))
  None)


(defn test-stop-holds-back-only-what-may-become-the-stop-text []
  (assert (= (list (_before ["x" "E" "N" "x" "E" "N" "D" "y"] "END")) ["x" "ENx" ""]))
  (assert (= (list (_before ["x" "E" "N"] "END")) ["x" "EN"]))
  (assert (not-in "a" (written (random-model) :stop "a" :length 500)))
  None)


(defn [(pytest.mark.parametrize #("text" "wanted" "expected") [
    #("One. Two. Three." 1 "One.")
    #("One. Two. Three." 2 "One. Two.")
    #("Pi is 3.14! Yes" 1 "Pi is 3.14!")
    #("\"Go...\" he said? No." 2 "\"Go...\" he said?")
    #("(So it ends.) Next" 1 "(So it ends.)")
    #("First\nline.\nNext" 1 "First\nline.")
    #("What?! No… Oh." 2 "What?! No…")
    #("他说:「走吧。」我走了。然后" 1 "他说:「走吧。」")
    #("他说:「走吧。」我走了。然后" 2 "他说:「走吧。」我走了。")
    #("no end" 1 "no end")])]
    test-sentences-end-where-they-are-complete [text wanted expected]
  (assert (= (.join "" (_first-sentences text wanted)) expected))
  None)


(defn test-sentences-end-between-words-too []
  (assert (= (list (_first-sentences ["Hey" "." " You" "?" " Yes"] 2)) ["Hey" "." " You" "?"]))
  None)


(defn test-many-texts-are-those-written-one-by-one []
  (setv
    model (random-model)
    both (write-many model ["abc" "de"] :samples 2 :length 50 :rng-seed 1))
  (assert (= 4 (len both) (len (set both))))
  (assert (= (get both 0) (written model "abc")))
  (assert (= (cut (write-many model ["abc"] :samples 7 :length 50 :rng-seed 1) 2) (cut both 2)))
  (assert (= (write-many model ["abc"] :length 50 :rng-seed 1) [(written model "abc")]))
  (assert (= (write-many model [] :length 50) []))
  None)


(defn test-each-of-many-texts-has-its-own-end []
  (setv texts (write-many (random-model) ["a" "b" "c"] :stop "." :length 300 :rng-seed 1))
  (assert (= 3 (len (set (map len texts)))))
  (assert (not-in "." (.join "" texts)))
  None)


(defn [(pytest.mark.parametrize #("options" "name") [
    #({"length" -1} "--length") #({"stop" ""} "--stop") #({"sentences" 0} "--sentences")
    #({"top_p" 2  "length" 1} "--top-p")])]
    test-a-value-out-of-range-is-named-at-once [options name]
  (for [write [(fn [] (stream (random-model) #** options)) (fn [] (write-many (random-model) ["a" "b"] #** options))]]
    (with [_ (pytest.raises ValueError :match name)]
      (write)))
  None)


(defn test-many-texts-need-an-end []
  (with [_ (pytest.raises ValueError :match "length")]
    (write-many (random-model) ["a" "b"]))
  None)


;; * Scoring

(defn one-by-one [model text]
  "The nats of each unit of `text`, read in one go after a line break."
  (setv
    engine (make-engine model)
    logits (engine.feed (model.vocabulary.encode "\n")))
  (np.array (lfor
    id (model.vocabulary.encode text)
    :setv nats (- (np.log (get (softmax logits) id)))
    :do (setv logits (engine.step id))
    nats)))


(defn random-text [length]
  (.join "" (.choice (np.random.default-rng 2) (list LETTERS) length)))


(defn all-nats [model pieces]
  (np.concatenate (lfor  [_ nats _ _] (surprises model pieces)  nats)))


(defn [(pytest.mark.parametrize "length" [1 700 20000])] test-reading-in-parts-is-reading-in-one-go [length]
  (setv [model text] [(random-model) (random-text length)])
  (assert (np.allclose (all-nats model [text]) (one-by-one model text) :atol 1e-4))
  None)


(defn test-stretches-follow-on-one-another [monkeypatch]
  (monkeypatch.setattr "lstm_textgen.writer.STRETCH" 20_000)
  (setv
    [model text] [(random-model) (random-text 50_001)]
    pieces (lfor  i (range 0 50_001 7)  (cut text i (+ i 7)))
    expected (one-by-one model text))
  (assert (np.allclose (all-nats model [text]) expected :atol 1e-4))
  (assert (np.allclose (all-nats model pieces) expected :atol 1e-4))
  None)


(defn test-a-score-adds-up []
  (setv
    [model text] [(random-model) (random-text 3000)]
    total (score model [text])
    nats (.mean (one-by-one model text)))
  (assert (= 3000 total.count))
  (assert (math.isclose total.bits (/ nats (math.log 2)) :rel-tol 1e-5))
  (assert (math.isclose total.perplexity (math.exp nats) :rel-tol 1e-5))
  None)


(defn test-accuracy-is-the-share-of-likeliest-units []
  (setv model (random-model))
  (assert (= 1.0 (. (score model [(written model "" :temperature 0 :length 40)]) accuracy)))
  (setv (get model.weights -1 3) 100)  ; always "b"
  (assert (= 0.25 (. (score model ["bacd"]) accuracy)))
  None)


(defn test-unknown-characters-are-left-out-of-a-score []
  (setv
    model (random-model)
    [[units nats _ unknowns]] (list (surprises model ["abé☃c"]))
    total (score model ["abé☃c"]))
  (assert (= units "abé☃c"))
  (assert (= [False False True True False] (list (np.isnan nats))))
  (assert (= 2 unknowns total.unknowns))
  (assert (= 3 total.count))
  (assert (math.isclose total.nats (. (score model ["abc"]) nats) :rel-tol 1e-6))
  None)


(defn test-words-are-scored-whole-wherever-the-pieces-end [monkeypatch]
  (setv
    text (* "one two, three.\n" 200)
    model (random-model text "words")
    whole (score model [text]))
  (assert (= 1200 whole.count))
  (monkeypatch.setattr "lstm_textgen.writer.STRETCH" 1000)
  (setv pieces (score model (lfor  i (range 0 (len text) 5)  (cut text i (+ i 5)))))
  (assert (= 1200 pieces.count))
  (assert (math.isclose pieces.nats whole.nats :rel-tol 1e-5))
  (assert (= 1 (. (score model ["one dog"]) unknowns)))
  None)


(defn [(pytest.mark.parametrize "pieces" [[] [""] ["é☃"]])] test-nothing-known-is-no-score [pieces]
  (with [_ (pytest.raises ValueError :match "nothing to score")]
    (score (random-model) pieces))
  None)


;; * Two models together

(defn test-a-mixture-writes-and-scores-over-both-vocabularies []
  (setv
    both (Mixture (random-model "\nabc") (random-model "\nbcd" :kind "gru") 0.3)
    text (written both "ab" :length 400))
  (assert (= (set "\nabcd") (set both.vocabulary.units) (set text)))
  (assert (= [text] (write-many both ["ab"] :length 400 :rng-seed 1)))
  (assert (= text (get (write-many both ["ab" "cd"] :length 400 :rng-seed 1) 0)))
  (assert (np.allclose (all-nats both [text]) (one-by-one both text) :atol 1e-4))
  None)


(defn test-a-model-mixed-with-itself-is-itself []
  (setv model (random-model))
  (assert (= (written (Mixture model model 0.5)) (written model)))
  None)


(defn test-a-mixture-that-cannot-be []
  (with [_ (pytest.raises ValueError :match "--mix")]
    (Mixture (random-model) (random-model) 1))
  (with [_ (pytest.raises ValueError :match "characters.*words")]
    (Mixture (random-model) (random-model "one two" "words")))
  None)
