"Texts generated together: none depends on the others, but for rounding."

(eval-when-compile (require hyrule [ncut]))
(import
  copy [copy]
  random [Random]
  numpy :as np
  pytest
  lstm-textgen.writing.batch [Batch Crowd]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.sampling [Draw SamplingOptions]
  lstm-textgen.writing.writer [Ends stream]
  tests.helpers [CALM small-model])


(setv
  pytestmark pytest.mark.quick
  ;; Weights so small that rounding stays small, too.
  MODEL (small-model :scale CALM :layers "lstm:40,gru:9" :text "abcdefghijklmnopqrstuvwxyz ,.\n")
  WORDS (small-model :scale CALM :unit "words" :text "one two three, four five.\nsix\n")
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
  (setv engine (make-engine model))
  (.feed engine (.encode model.vocabulary (+ "\n\n" seed)))
  engine.state)


(defn batch-of [model #* draws]
  "Return a batch with the texts of `draws`, after the seed text `a`."
  (setv batch (Batch model (make-engine model)))
  (.change batch [] (lfor draw draws #(draw (state-after model "a"))))
  batch)


(defn alone [model draw seed length]
  "Return the `length` ids that `model` generates after `seed` alone."
  (setv
    batch (batch-of model)
    ids [])
  (.change batch [] [#((copy draw) (state-after model seed))])
  (while (< (len ids) length)
    (.extend ids (ncut (get (.run batch 7 []) 0) : 0)))
  (cut ids length))


(defn crowd [n]
  "Return `n` texts to write, a tuple of a draw, a seed and a length for each."
  (lfor k (range n)
    #((Draw (get OPTIONS (% k (len OPTIONS))) k :logits (= (% k 5) 0))
      (get "abcdefgh" (% k 8))
      (+ 5 (% (* k 37) 90)))))


(defn written-together [model texts rng]
  "Write all `texts`, which join and leave at random, some of them twice; return their ids."
  (setv
    crowd (Crowd model (make-engine model))
    waiting (lfor [draw seed _] texts #((copy draw) (state-after model seed)))
    ids (lfor [draw _] waiting #(draw []))
    left (dfor [[draw _] [_ _ length]] (zip waiting texts) draw length)
    running [])
  (while (or waiting running)
    (while (and waiting (< (len running) 30) (< (.random rng) 0.9))
      (setv [draw state] (.pop waiting 0))
      (.change crowd [] [#(draw state)])
      (.append running draw))
    (for [[draw column _] (if running (.run crowd (.randint rng 1 9) []) [])]
      (.extend (get (dict ids) draw) column)
      (-= (get left draw) (len column))
      (when (or (<= (get left draw) 0) (< (.random rng) 0.2))
        (.remove running draw)
        (setv state (get (.change crowd [draw] []) draw))
        (when (> (get left draw) 0) (.append waiting #(draw state))))))
  (.close crowd)
  (lfor [[_ own] [_ _ length]] (zip ids texts) (cut own length)))


(defn [(pytest.mark.parametrize "model" [MODEL WORDS] :ids ["characters" "words"])]
    test-a-text-is-the-same-alone-and-among-others [model]
  (setv texts (crowd 60))
  (for [turn (range 3)]
    (assert (=
      (written-together model texts (Random turn))
      (lfor [draw seed length] texts (alone model draw seed length))))))


(defn [(pytest.mark.parametrize "options" OPTIONS)]
    test-a-text-of-a-batch-is-what-the-writer-writes [options]
  (setv text (.join "" (stream MODEL "abc" options (Ends 200) 5)))
  (assert (= (.decode MODEL.vocabulary (alone MODEL (Draw options 5) "abc" 200)) text)))


(defn [(pytest.mark.parametrize "others" [0 1 3])]
    test-logits-are-those-that-a-unit-was-drawn-from [others]
  (setv
    draw (Draw (SamplingOptions 0) :logits True)
    batch (batch-of MODEL #* (gfor k (range others) (Draw (get OPTIONS 0) k)) draw))
  (setv [ids logits] (.run batch 9 []))
  (assert (= (list logits) [draw]))
  (assert (= (. (get logits draw) shape) #(9 MODEL.vocabulary.size)))
  (assert (np.array-equal (.argmax (get logits draw) 1) (ncut ids : others))))
