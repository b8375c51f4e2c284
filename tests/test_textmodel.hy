"`TextModel`, from Hy and from Python; and its file, from stock Keras."

(import
  io
  json
  math
  pickle
  numpy :as np
  pytest
  lstm_textgen
  lstm_textgen.display.plain [Quiet]
  lstm_textgen.writing.mixture [Mixture make-engine]
  tests.helpers [TEXT refusal-of run-python small-model succeeded])


(defn [pytest.fixture] model [trained-once]
  "A small model that was trained for two epochs."
  (lstm_textgen.load (/ trained-once "model")))


(defn test-the-next-unit-s-probabilities-are-those-that-scoring-uses [model]
  (setv
    [units odds] (.next-unit model "the")
    [_ _ bits] (.score model "the c"))
  (assert (= (sorted units) model.vocabulary.units))
  (assert (= (sorted odds :reverse True) (list odds)))
  (assert (= (.sum odds) (pytest.approx 1)))
  (assert (= (- (np.log2 (get odds (.index units " ")))) (pytest.approx (get bits 3) :rel 1e-3))))


(defn test-a-model-has-its-vocabulary-settings-and-a-history-ready-for-pandas [model]
  (assert (= model.vocabulary.units (sorted (set TEXT))))
  (assert (= model.settings.lookback 16))
  (import pandas)
  (setv table (pandas.DataFrame model.history))
  (assert (= (list table.columns) ["epoch" "loss" "validation_loss" "validation_bits"
    "learning_rate" "seconds" "sample" "machine" "text" "unit_length" "validation_unit_length"]))
  (assert (= (list table.epoch) [1 2]))
  (assert (all (.notna table))))


(defn test-what-an-epoch-lacks-is-none []
  (setv model (lstm_textgen.TextModel (small-model)))
  (del (get model.checkpoint.history 0 "validation_loss"))
  (for [name ["validation_loss" "validation_bits"]]
    (assert (is (get model.history 0 name) None))))


(defn test-validation-is-in-bits-per-character-too-if-a-unit-s-length-is-known []
  (setv model (lstm_textgen.TextModel (small-model :unit "words")))
  (assert (is (get model.history 0 "validation_bits") None))
  (.update (get model.checkpoint.history 0) :validation-unit-length 4)
  (setv entry (get model.history 0))
  (assert (= (get entry "validation_bits")
    (pytest.approx (/ (get entry "validation_loss") 4 (math.log 2))))))


(defn test-a-model-is-loaded-from-bytes-and-from-an-open-file [model trained]
  (setv [file content] [(/ trained "model.h5") (.read-bytes (/ trained "model.h5"))])
  (with [opened (open file "rb")]
    (for [[given name] [[content "model"] [(io.BytesIO content) "model"] [opened "model"]]]
      (setv copy (lstm_textgen.load given))
      (assert (= [copy.name copy.history] [name model.history]))
      (assert (= (.generate copy "the" :rng-seed 3) (.generate model "the" :rng-seed 3)))))
  (for [[given said] [[(cut content 99) "not a usable model: it is cut off"]
      [(io.StringIO "model") "`path` must be a path, bytes or a file that is open in binary"]]]
    (assert (.startswith (refusal-of lstm_textgen.load given) said))))


(defn test-a-saved-copy-writes-the-same-and-can-be-trained-on [model trained tmp-path]
  (.save model (/ tmp-path "copy"))
  (setv copy (lstm_textgen.load (/ tmp-path "copy.h5")))
  (assert (= copy.history model.history))
  (assert (= (.generate copy "the" :rng-seed 3) (.generate model "the" :rng-seed 3)))
  (setv further (lstm_textgen.train (/ trained "text.txt") (/ tmp-path "copy")
    :epochs 3
    :display (Quiet)))
  (assert (= (cut further.history 2) model.history))
  (assert (= (len further.history) 3)))


(setv USE-KERAS-ALONE #[[
import sys, keras, numpy
model = keras.models.load_model("model.h5")
ids = numpy.load("ids.npy")[None]
numpy.save("logits.npy", model.predict(ids, verbose=0)[0])
assert model.predict(ids[:, :7].repeat(5, 0), verbose=0).shape == (5, 7, model.output_shape[-1])
assert not {"lstm_textgen", "hy"} & set(sys.modules)
]])


(defn test-stock-keras-opens-the-file-without-this-package-and-predicts-the-same [model trained]
  (setv
    ids (.encode model.vocabulary (cut TEXT 300))
    engine (make-engine model.checkpoint)
    logits (lfor id ids (.copy (.step engine (int id)))))
  (np.save (/ trained "ids.npy") ids)
  (succeeded (run-python "-c" USE-KERAS-ALONE
    :cwd trained
    :environment {"PYTHONPATH" ""  "TF_CPP_MIN_LOG_LEVEL" "3"}))
  (assert (np.allclose (np.load (/ trained "logits.npy")) logits :rtol 0 :atol 1e-4)))


(setv USE-PICKLE "
import json, pickle
with open('models.pickle', 'rb') as file:
    models = pickle.load(file)
print(json.dumps([[repr(m), m.name, m.generate('', 50, rng_seed=1)] for m in models]))")


(defn test-pickled-models-generate-the-same-in-a-process-that-has-imported-nothing [tmp-path]
  (setv
    made [#* (gfor unit ["characters" "words" "pieces"] (small-model :unit unit))
      (Mixture (small-model 1) (small-model 2))]
    models (lfor each made (lstm_textgen.TextModel each "bot")))
  (.write-bytes (/ tmp-path "models.pickle") (pickle.dumps models))
  (assert (= (json.loads (succeeded (run-python "-c" USE-PICKLE :cold True :cwd tmp-path)))
    (lfor m models [(repr m) "bot" (.generate m "" 50 :rng-seed 1)]))))


(defn test-an-unknown-name-of-the-package-is-refused []
  (with [_ (pytest.raises AttributeError :match "trian")]
    lstm_textgen.trian))
