"The network in NumPy against stock Keras."

(import
  functools [partial]
  hypothesis [given settings strategies :as st]
  keras
  numpy :as np
  lstm-textgen.settings.layers [parse-layers]
  lstm-textgen.writing.engine [Engine Network])

(setv
  VOCABULARY 11
  CLASSES {
    "lstm" keras.layers.LSTM
    "gru" keras.layers.GRU
    "lstm-hard" (partial keras.layers.LSTM :recurrent-activation "hard_sigmoid")
    "gru-hard" (partial keras.layers.GRU :recurrent-activation "hard_sigmoid")
    "gru-before" (partial keras.layers.GRU :reset-after False)
    "gru-hard-before" (partial keras.layers.GRU
      :recurrent-activation "hard_sigmoid"
      :reset-after False)}
  layer (st.builds (fn [name units] f"{name}:{units}")
    (st.sampled-from (list CLASSES))
    (st.integers 1 40))
  networks (.map (st.lists layer :min-size 1 :max-size 4)
    (fn [described] (parse-layers (.join ",dropout:0.3," described))))
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
    ((get CLASSES layer.name) layer.size :return-sequences True)))


(defn engine-of [layers [streams 1]]
  (Engine (Network layers (.get-weights (keras-model layers))) streams))


(defn random-ids [#* shape]
  (.integers (np.random.default-rng 5) VOCABULARY :size shape))


(defn all-logits [engine ids]
  "Step `engine` through `ids` (time, streams); return the logits (time, streams, vocabulary)."
  (np.stack (lfor now ids (.copy (.step engine now)))))


(defn [(given networks (st.sampled-from [1 3])) (settings :max-examples 10 :deadline None)]
    test-logits-agree-with-keras [layers streams]
  (setv
    model (keras-model layers)
    ids (random-ids streams 20)
    engine (Engine (Network layers (.get-weights model)) streams)
    ours (all-logits engine (if (= streams 1) (get ids 0) ids.T))
    theirs (.swapaxes (.numpy (model ids)) 0 1))
  (assert (np.allclose (.reshape ours #(20 streams VOCABULARY)) theirs :atol 1e-4)))


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


(defn test-feeding-ids-is-stepping-through-them []
  (setv
    ids (random-ids 9)
    [fed stepped] [(engine-of TWO) (engine-of TWO)])
  (assert (np.array-equal (.feed fed ids) (get (all-logits stepped ids) -1))))


(defn test-an-engine-that-is-reset-begins-again []
  (setv
    engine (engine-of TWO)
    ids (random-ids 9)
    first (all-logits engine ids))
  (.reset engine)
  (assert (np.array-equal (all-logits engine ids) first)))


(defn test-a-stream-adopts-where-another-engine-stands []
  (setv [one many] [(engine-of TWO) (engine-of TWO 3)])
  (.feed one (random-ids 7))
  (.feed many (random-ids 4 3))
  (setv untouched (.copy (get many.logits 0)))
  (.set-state many one.state 1)
  (assert (np.array-equal (get many.logits 1) one.logits))
  (assert (np.array-equal (get many.logits 0) untouched))
  (.step many (np.array [0 2 0]))
  (assert (np.allclose (get many.logits 1) (.step one 2) :atol 1e-5)))
