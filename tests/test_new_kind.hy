"A new kind of layer, and one of unit: docs/extending.md names everything necessary."

(import
  re
  keras
  numpy :as np
  lstm-textgen
  lstm-textgen.settings.layers [KINDS Recurrent]
  lstm-textgen.settings.sizing [CHARACTERS RULES]
  lstm-textgen.text.units [Words]
  lstm-textgen.text.vocabulary [UNITS]
  lstm-textgen.writing.engine [STEPS zeros]
  lstm-textgen.writing.mixture [make-engine]
  tests.helpers [TEXT counting train-tiny])


;; * A layer

(defn make-elman [layer recurrent _ streams]
  "Return #(advance state) for Elman's layer (1990): h ← tanh(x + h·U)."
  (setv h (zeros streams (len recurrent)))
  #((fn [x] (np.tanh (+ x (@ h recurrent)) h)) [h]))


(defn test-a-layer-of-two-rows-trains-saves-loads-generates-and-scores [monkeypatch tmp-path]
  (.setitem monkeypatch KINDS "elman" (Recurrent "SimpleRNN" [0] :candidate 0))
  (.setitem monkeypatch STEPS "elman" make-elman)
  (setv
    trained (train-tiny tmp-path :layers "elman:24,dropout:0.1,elman:8" :epochs 3)
    model (lstm-textgen.load (/ tmp-path "model.h5"))
    stock (keras.models.load-model (/ tmp-path "model.h5"))
    ids (cut (.encode model.vocabulary TEXT) 20)
    engine (make-engine model.checkpoint))
  (assert (< (get trained.history -1 "loss") (get trained.history 0 "loss")))
  (assert (= (.generate model "a" :rng-seed 1) (.generate trained "a" :rng-seed 1)))
  (assert (< (. (get (.score model TEXT) 0) bits) (np.log2 (len model.vocabulary))))
  (assert (np.allclose (.feed engine ids)
    (get (.predict-on-batch stock (np.stack [ids])) #(0 -1)) :atol 1e-5)))


;; * A unit

(defclass Syllables [Words]
  "Consonants and the vowels after them, or any other character; the most frequent first."
  (setv
    unit "syllables"
    singular "syllable"
    spaced False)
  (defn [staticmethod] split [text]
    (re.findall r"[^aeiou\W]*[aeiou]+|\w|\W" text)))


(defn [counting] test-a-unit-of-a-class-and-two-rows-trains-saves-generates-and-scores
    [monkeypatch tmp-path]
  (.setitem monkeypatch UNITS "syllables" Syllables)
  (.setitem monkeypatch RULES "syllables" CHARACTERS)
  (train-tiny tmp-path :unit "syllables" :epochs 1)
  (setv
    model (lstm-textgen.load (/ tmp-path "model"))
    [score units _] (.score model "the cat"))
  (assert (isinstance model.vocabulary Syllables))
  (assert (= units ["the" " " "ca" "t"]))
  (assert (> score.perplexity 1))
  (assert (= (len (list (.stream model "the" :length 30 :rng-seed 1))) 30)))
