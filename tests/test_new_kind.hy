"A new kind of layer: docs/extending.md names everything necessary."

(import
  keras
  numpy :as np
  lstm-textgen
  lstm-textgen.settings.layers [KINDS Recurrent]
  lstm-textgen.writing.engine [STEPS zeros]
  lstm-textgen.writing.mixture [make-engine]
  tests.helpers [TEXT train-tiny])


(defn make-elman [layer recurrent _ streams]
  "Return #(advance state) for Elman's layer (1990): h ← tanh(x + h·U)."
  (setv h (zeros streams (len recurrent)))
  #((fn [x] (np.tanh (+ x (@ h recurrent)) h)) [h]))


(defn test-a-kind-of-two-rows-trains-saves-loads-generates-and-scores [monkeypatch tmp-path]
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
