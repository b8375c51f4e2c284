"The network in NumPy against stock Keras."

(import
  keras
  numpy :as np
  lstm-textgen.writing.engine [Engine Network])

(setv VOCABULARY 11)


(defn keras-model [#* sizes]
  "Return stock LSTMs of these `sizes`, with weights large enough that every gate is felt."
  (setv
    rng (np.random.default-rng 0)
    model (keras.Sequential [
      (keras.layers.Input [None] :dtype "int32")
      (keras.layers.Embedding VOCABULARY 6)
      #* (lfor size sizes (keras.layers.LSTM size :return-sequences True))
      (keras.layers.Dense VOCABULARY)]))
  (.set-weights model (lfor w (.get-weights model) (* 0.5 (.standard-normal rng w.shape))))
  model)


(defn engine-of [model [streams 1]]
  (Engine (Network (.get-weights model)) streams))


(defn random-ids [#* shape]
  (.integers (np.random.default-rng 5) VOCABULARY :size shape))


(defn all-logits [engine ids]
  "Step `engine` through `ids` (time, streams); return the logits (time, streams, vocabulary)."
  (np.stack (lfor now ids (.copy (.step engine now)))))


(defn test-logits-agree-with-keras []
  (setv
    model (keras-model 40 1 7)
    ids (random-ids 3 20)
    theirs (.swapaxes (.numpy (model ids)) 0 1))
  (for [streams [1 3]]
    (setv
      engine (engine-of model streams)
      ours (all-logits engine (if (= streams 1) (get ids 0) ids.T))
      expected (get theirs #((slice None) (slice streams))))
    (assert (np.allclose (.reshape ours expected.shape) expected :atol 1e-4))))


(defn test-a-large-vocabulary-is-looked-up-without-a-table [monkeypatch]
  (setv
    two (keras-model 8 5)
    ids (random-ids 20 2)
    with-table (all-logits (engine-of two 2) ids))
  (.setattr monkeypatch "lstm_textgen.writing.engine.MAX_TABLE" 0)
  (setv
    without (all-logits (engine-of two 2) ids)
    one-alone (all-logits (engine-of two) (get ids #(... 0))))
  (assert (np.allclose with-table without :atol 1e-5))
  (assert (np.allclose (get with-table #(... 0 (slice None))) one-alone :atol 1e-5)))
