"The network in NumPy against stock Keras."

(import
  keras
  numpy :as np
  pytest
  lstm-textgen.settings.layers [parse-layers]
  lstm-textgen.writing.engine [Engine Network])

(setv
  VOCABULARY 11
  CLASSES {
    "lstm" keras.layers.LSTM
    "gru" keras.layers.GRU}
  TWO (parse-layers "8,gru:5"))


(defn keras-model [layers]
  "Return a stock Keras model with weights large enough that every gate is felt."
  (setv
    rng (np.random.default-rng 0)
    model (keras.Sequential [
      (keras.layers.Input [None] :dtype "int32")
      (keras.layers.Embedding VOCABULARY 6)
      #* (map keras-layer layers)
      (keras.layers.Dense VOCABULARY)]))
  (.set-weights model (lfor w (.get-weights model) (* 0.5 (.standard-normal rng w.shape))))
  model)


(defn keras-layer [layer]
  (if (= layer.kind "dropout")
    (keras.layers.Dropout layer.size)
    ((get CLASSES layer.kind) layer.size :return-sequences True)))


(defn engine-of [layers [streams 1]]
  (Engine (Network layers (.get-weights (keras-model layers))) streams))


(defn random-ids [#* shape]
  (.integers (np.random.default-rng 5) VOCABULARY :size shape))


(defn all-logits [engine ids]
  "Step `engine` through `ids` (time, streams); return the logits (time, streams, vocabulary)."
  (np.stack (lfor now ids (.copy (.step engine now)))))


(defn [(pytest.mark.parametrize "names" ["lstm:40,dropout:0.3,gru:1,lstm:7" "gru:33,lstm:9"])]
    test-logits-agree-with-keras [names]
  (setv
    layers (parse-layers names)
    model (keras-model layers)
    ids (random-ids 3 20)
    theirs (.swapaxes (.numpy (model ids)) 0 1))
  (for [streams [1 3]]
    (setv
      engine (Engine (Network layers (.get-weights model)) streams)
      ours (all-logits engine (if (= streams 1) (get ids 0) ids.T))
      expected (get theirs #((slice None) (slice streams))))
    (assert (np.allclose (.reshape ours expected.shape) expected :atol 1e-4))))


(defn test-a-large-vocabulary-is-looked-up-without-a-table [monkeypatch]
  (setv
    ids (random-ids 20 2)
    with-table (all-logits (engine-of TWO 2) ids))
  (.setattr monkeypatch "lstm_textgen.writing.engine.MAX_TABLE" 0)
  (setv
    without (all-logits (engine-of TWO 2) ids)
    one-alone (all-logits (engine-of TWO) (get ids #(... 0))))
  (assert (np.allclose with-table without :atol 1e-5))
  (assert (np.allclose (get with-table #(... 0 (slice None))) one-alone :atol 1e-5)))
