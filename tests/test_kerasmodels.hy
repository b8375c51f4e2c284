#[[Models that Keras has now, alive or in a `.keras` file: out of this program, and back again.]]

(import
  functools [partial]
  shutil
  zipfile [ZIP-DEFLATED ZipFile]
  keras
  numpy :as np
  pytest
  lstm-textgen.modelfile.oldmodels [import-model]
  lstm-textgen.textmodel [TextModel load]
  lstm-textgen.writing.mixture [make-engine]
  tests.helpers [refusal-of small-model])

(setv
  IDS [3 0 6 1 4 2 5 3 3 0]
  WAYS ["alive" "a.keras" "a.h5"])  ; in which a model comes from Keras


(defn [pytest.fixture] ours []
  "A model of this program's."
  (TextModel (small-model)))


(defn fitted [model]
  "Return `model` in Keras, after a step of the user's own training there."
  (setv stock (.to-keras model))
  (.compile stock
    :optimizer "adam"
    :loss (keras.losses.SparseCategoricalCrossentropy :from-logits True)
    :run-eagerly True)  ; one step isn't worth compiling
  (.fit stock (np.array [(cut IDS -1)]) (np.array [(cut IDS 1 None)]) :verbose 0)
  stock)


(defn given [stock way folder]
  "Return what `from-keras` is given of the model `stock` in one of `WAYS`, saved in `folder`."
  (when (= way "alive") (return stock))
  (.save stock (/ folder way))
  (/ folder way))


(defn logits-of [model]
  "Return the logits (time, vocabulary) of a `TextModel` after each of `IDS`."
  (setv engine (make-engine model.checkpoint))
  (np.array (lfor id IDS (.copy (.step engine id)))))


;; * There and back

(defn [(pytest.mark.parametrize "way" WAYS)]
    test-a-model-that-keras-has-trained-comes-back [ours tmp-path way]
  (setv
    stock (fitted ours)
    back (TextModel.from-keras (given stock way tmp-path) ours.vocabulary))
  (.save back (/ tmp-path "back"))
  (setv back (load (/ tmp-path "back")))
  (assert (= back.vocabulary.units ours.vocabulary.units))
  (assert (np.allclose (logits-of back) (get (.predict-on-batch stock (np.array [IDS])) 0)
    :atol 1e-5))
  (assert (not (np.allclose (logits-of back) (logits-of ours) :atol 1e-5))))


(defn test-a-model-of-words-comes-back []
  (setv
    ours (TextModel (small-model :text "the cat and the dog" :unit "words"))
    back (TextModel.from-keras (.to-keras ours) ours.vocabulary))
  (assert (= back.settings.unit "words"))
  (assert (= #* (gfor each [ours back] (.generate each "the" :length 9 :rng-seed 1)))))


(defn test-layers-of-one-kind-in-a-keras-file-are-told-apart [tmp-path]
  (setv model (keras.Sequential [
    (keras.Input [20])
    (keras.layers.Embedding 7 4)
    #* (lfor n [6 5] (keras.layers.GRU n :return-sequences True))
    (keras.layers.LSTM 6 :return-sequences True :name "a")
    (keras.layers.LSTM 5 :return-sequences True :name "lstm")
    (keras.layers.TimeDistributed (keras.layers.Dense 7))
    (keras.layers.Activation "softmax")]))
  (.save model (/ tmp-path "a.keras"))
  (.write-text (/ tmp-path "a.txt") "abcdefg")
  (setv ours (TextModel.from-keras (/ tmp-path "a.keras") (/ tmp-path "a.txt")))
  (for [[a b] (zip ours.checkpoint.weights (.get-weights model) :strict True)]
    (assert (np.array-equal a b)))
  (assert (= [ours.name ours.settings.lookback] ["a" 20])))


;; * What is refused

(setv refusal (partial refusal-of TextModel.from-keras))


(defclass Own [keras.layers.Layer]
  "A layer that can't be described."
  (defn __init__ [self size]
    (.__init__ (super))))


(defn test-a-live-model-or-a-vocabulary-that-does-not-fit-is-refused [ours]
  (setv
    [stock broken] (lfor _ "ab" (.to-keras ours))
    words (. (TextModel (small-model :text "the cat" :unit "words")) vocabulary)
    [kernel #* others] (.get-weights broken))
  (.set-weights broken [(* kernel np.nan) #* others])
  (for [[model vocabulary said] [
      [5 ours.vocabulary "`model` must be a Keras model or the path of one"]
      [stock ["a" "b"] "`vocabulary` must be a `Vocabulary` or the path"]
      [stock words "predicts 10 words but the vocabulary has 3"]
      [broken ours.vocabulary "not finite"]
      [(keras.Sequential [(keras.layers.LSTM 4) (keras.layers.Dense 10)]) ours.vocabulary
        "0 weights instead of 3"]
      [(keras.Sequential [(Own object)]) ours.vocabulary "can't be described"]
      [(keras.Model) ours.vocabulary "no list of layers"]]]
    (assert (in said (refusal model vocabulary)))))


(defn [pytest.fixture] archive [ours tmp-path]
  "The path of a `.keras` file of `ours`."
  (.save (.to-keras ours) (/ tmp-path "a.keras"))
  (/ tmp-path "a.keras"))


(defn repack [path #** options]
  "Write the `.keras` file at `path` again, without an entry or packed in another way."
  (setv without (.pop options "without" None))
  (with [old (ZipFile (shutil.copy path (.with-suffix path ".old")))]
    (with [new (ZipFile path "w" #** options)]
      (for [name (.namelist old)  :if (!= name without)] (.writestr new name (.read old name))))))


(defn test-a-keras-file-that-is-not-whole-is-refused [ours archive]
  (setv content (.read-bytes archive))
  (for [name ["config.json" "model.weights.h5"]]
    (.write-bytes archive content)
    (repack archive :without name)
    (assert (in f"lacks '{name}'" (refusal archive ours.vocabulary))))
  (.write-bytes archive (cut content -9))
  (assert (in "not a whole .keras file" (refusal archive ours.vocabulary)))
  (.write-bytes archive content)
  (repack archive :compression ZIP-DEFLATED)
  (assert (in "compressed" (refusal archive ours.vocabulary))))


(defn test-a-changed-keras-file-is-read-or-refused [ours archive]
  (setv
    content (np.fromfile archive "uint8")
    random (np.random.default-rng 5)
    refused 0)
  (for [_ (range 100)]
    (setv changed (.copy content))
    (for [_ (range (.integers random 1 9))]  ; in the configuration or the table of contents
      (setv (get changed (- (.integers random 3000) 1000)) (.integers random 256)))
    (.tofile changed archive)
    (try
      (import-model archive ours.vocabulary)
      (except [[ValueError OSError]] (+= refused 1))))
  (assert (> refused 50)))
