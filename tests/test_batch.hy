"Texts generated in one batch: none depends on the others."

(eval-when-compile (require hyrule [ncut]))
(import
  dataclasses [replace]
  random [Random]
  numpy :as np
  pytest
  lstm-textgen.writing.batch [Batch Draw]
  lstm-textgen.writing.engine [Engine]
  lstm-textgen.writing.sampling [SamplingOptions]
  lstm-textgen.writing.writer [Ends stream]
  tests.helpers [small-model])


(defn calm-model [#** options]
  "Return a small model whose weights are so small that rounding stays small, too."
  (setv model (small-model :resume False #** options))
  (replace model :weights (lfor w model.weights (* w (np.float32 0.2)))))


(setv
  pytestmark pytest.mark.quick
  MODEL (calm-model :layers "lstm:40,gru:9" :text "abcdefghijklmnopqrstuvwxyz ,.\n")
  WORDS (calm-model :unit "words" :text "one two three, four five.\nsix\n")
  OPTIONS [
    (SamplingOptions 1.0)
    (SamplingOptions 0.5 :top-k 5)
    (SamplingOptions [0.4 1.0 0.7] :top-p 0.9)
    (SamplingOptions 0)
    (SamplingOptions [0 1.0])
    (SamplingOptions 1.5 :min-p 0.05 :top-k 20)
    (SamplingOptions 0.8 3 0.7 0.1)])


(defn state-after [model seed]
  "Return the state of an engine of `model` that has read two line breaks and `seed`."
  (setv engine (Engine model.settings.layers model.weights))
  (.feed engine (.encode model.vocabulary (+ "\n\n" seed)))
  engine.state)


(defn alone [model draw seed length [at-once 7]]
  "Return the `length` ids that `model` generates after `seed` alone."
  (setv
    batch (Batch model 8)
    ids [])
  (.join batch draw (state-after model seed))
  (while (< (len ids) length)
    (.extend ids (ncut (get (.run batch at-once []) 0) : 0)))
  (cut ids length))


(defn crowd [n]
  "Return `n` texts to write, a tuple of a draw, a seed and a length for each."
  (lfor k (range n)
    #((Draw (get OPTIONS (% k (len OPTIONS))) k :logits (= (% k 5) 0))
      (get "abcdefgh" (% k 8))
      (+ 5 (% (* k 37) 90)))))


(defn written-together [model crowd rng]
  "Write all texts of `crowd` in one batch that they join and leave at random; return their ids."
  (setv
    batch (Batch model 8)
    waiting (list (reversed crowd))
    written (dfor [draw _ _] crowd draw [])
    lengths (dfor [draw _ length] crowd draw length))
  (while (or waiting batch.draws)
    (while (and waiting (< (len batch.draws) 8) (< (.random rng) 0.6))
      (setv [draw seed _] (.pop waiting))
      (.join batch draw (state-after model seed)))
    (when batch.draws
      (for [[draw ids] (zip (list batch.draws) (. (get (.run batch (.randint rng 1 9) []) 0) T))]
        (.extend (get written draw) ids)
        (when (>= (len (get written draw)) (get lengths draw)) (.leave batch draw)))))
  (lfor [draw _ length] crowd (cut (get written draw) length)))


(defn [(pytest.mark.parametrize "model" [MODEL WORDS] :ids ["characters" "words"])]
    test-a-text-is-the-same-alone-and-among-others [model]
  (setv texts (crowd 40))
  (for [turn (range 3)]
    (assert (=
      (written-together model texts (Random turn))
      (lfor [draw seed length] texts (alone model draw seed length))))))


(defn test-its-steps-may-be-taken-in-any-portions []
  (setv draw (Draw (get OPTIONS 0) 3))
  (assert (= (alone MODEL draw "a" 700 1) (alone MODEL draw "a" 700 64))))


(defn [(pytest.mark.parametrize "options" OPTIONS)]
    test-it-is-what-the-writer-writes [options]
  (setv text (.join "" (stream MODEL "abc" options (Ends 200) 5)))
  (assert (= (.decode MODEL.vocabulary (alone MODEL (Draw options 5) "abc" 200)) text)))


(defn test-texts-of-one-seed-differ-by-their-number []
  (setv [a b] (lfor n [0 1] (alone MODEL (Draw (get OPTIONS 0) 5 n) "abc" 50)))
  (assert (!= a b)))


(defn test-without-a-seed-each-text-is-another []
  (setv [a b] (lfor _ [0 1] (alone MODEL (Draw (get OPTIONS 0)) "abc" 50)))
  (assert (!= a b)))


(defn test-the-unknown-word-is-never-written []
  (assert (not-in WORDS.vocabulary.unknown (alone WORDS (Draw (get OPTIONS 0) 1) "one" 3000))))


(defn test-a-temperature-of-0-among-others-takes-the-likeliest []
  (setv batch (Batch MODEL 4))
  (.join batch (Draw (SamplingOptions [1.0 0.0]) 1 :logits True) (state-after MODEL "a"))
  (setv [ids logits] (.run batch 40 []))
  (setv [likeliest] (lfor each (.values logits) (.argmax each 1)))
  (assert (np.array-equal (ncut ids (: 1 None 2) 0) (ncut likeliest (: 1 None 2))))
  (assert (not (np.array-equal (ncut ids : 0) likeliest))))


(defn test-an-interruption-ends-a-run-after-a-step []
  (setv batch (Batch MODEL 4))
  (.join batch (Draw (get OPTIONS 0) 1) (state-after MODEL "a"))
  (assert (= (len (get (.run batch 50 ["somebody waits"]) 0)) 1)))


(defn [(pytest.mark.parametrize "others" [0 1 3])]
    test-logits-are-those-that-a-unit-was-drawn-from [others]
  (setv
    batch (Batch MODEL 4)
    draw (Draw (SamplingOptions 0) :logits True))
  (for [k (range others)] (.join batch (Draw (get OPTIONS 0) k) (state-after MODEL "b")))
  (.join batch draw (state-after MODEL "a"))
  (setv [ids logits] (.run batch 9 []))
  (assert (= (list logits) [draw]))
  (assert (= (. (get logits draw) shape) #(9 MODEL.vocabulary.size)))
  (assert (np.array-equal (.argmax (get logits draw) 1) (ncut ids : others))))
