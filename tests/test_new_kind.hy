"A new kind of layer, and one of unit: CONTRIBUTING.md names everything necessary."

(import
  keras
  numpy :as np
  lstm-textgen
  lstm-textgen.settings.layers [KINDS Recurrent]
  lstm-textgen.writing.engine [STEPS zeros]
  lstm-textgen.writing.mixture [make-engine]
  tests.helpers [TEXT run-hy succeeded train-tiny])


;; * A layer

(defn make-elman [recurrent _ streams]
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

;; Adds a row to each of two tables, as their source would have it; consonants and the vowels after
;; them are a unit, as any other character is.
(setv SYLLABLES #[hy[
(import lstm-textgen.settings.sizing [CHARACTERS RULES])
(setv (get RULES "syllables") CHARACTERS)
(import
  pathlib [Path]
  re
  lstm-textgen
  lstm-textgen.text.units [Words]
  lstm-textgen.text.vocabulary [UNITS]
  tests.counting [install]
  tests.helpers [train-tiny])
(defclass Syllables [Words]
  (setv
    unit "syllables"
    singular "syllable"
    spaced False)
  (defn [staticmethod] split [text]
    (re.findall r"[^aeiou\W]*[aeiou]+|\w|\W" text)))
(setv (get UNITS "syllables") Syllables)
(install)
(train-tiny (Path ".") :unit "syllables" :epochs 1)
(setv
  model (lstm-textgen.load "model")
  [score units _] (.score model "the cat"))
(assert (isinstance model.vocabulary Syllables))
(assert (> score.perplexity 1))
(print #* units (len (list (.stream model "the" :length 30 :rng-seed 1))) :sep "|")]hy])


(defn test-a-unit-of-a-class-and-two-rows-trains-saves-generates-and-scores [tmp-path]
  (setv result (run-hy SYLLABLES :cold True :cwd tmp-path))
  (assert (= (succeeded result) "the| |ca|t|30\n")))
