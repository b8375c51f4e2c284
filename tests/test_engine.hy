"The network in NumPy against stock Keras."

(import
  functools [partial]
  hypothesis [given settings strategies :as st]
  keras
  numpy :as np
  lstm_textgen.engine [Engine MixedEngine softmax])

(setv
  VOCABULARY 11
  CLASSES {
    "lstm" keras.layers.LSTM
    "gru" keras.layers.GRU
    "lstm-hard" (partial keras.layers.LSTM :recurrent-activation "hard_sigmoid")}
  layer (st.tuples (st.sampled-from (list CLASSES)) (st.integers 1 40))
  networks (st.lists layer :min-size 1 :max-size 4))


(defn keras-model [layers [embedding 6] [seed 0]]
  "Make a stock Keras model with weights large enough that every gate is felt."
  (setv rng (np.random.default-rng seed))
  (setv model (keras.Sequential [
    (keras.layers.Input [None] :dtype "int32")
    (keras.layers.Embedding VOCABULARY embedding)
    #* (lfor
      [kind size] layers
      (if (= kind "dropout")
        (keras.layers.Dropout size)
        ((get CLASSES kind) size :return-sequences True)))
    (keras.layers.Dense VOCABULARY)]))
  (.set-weights model (lfor
    w (.get-weights model)
    (* 0.5 (.standard-normal rng w.shape))))
  model)


(defn random-ids [#* shape]
  (.integers (np.random.default-rng 5) VOCABULARY :size shape))


(defn all-logits [engine ids]
  "Step `engine` through `ids` (time, streams); return copies of the logits (time, streams, vocabulary)."
  (np.stack (lfor  now ids  (.copy (engine.step now)))))


(defn [(given networks (st.sampled-from [1 3])) (settings :max-examples 40 :deadline None)]
    test-logits-agree-with-keras [layers streams]
  (setv
    model (keras-model layers)
    ids (random-ids streams 20)
    engine (Engine layers (.get-weights model) streams)
    ours (all-logits engine (if (= streams 1) (get ids 0) ids.T)))
  (assert (np.allclose (.reshape ours #(20 streams VOCABULARY)) (.swapaxes (.numpy (model ids)) 0 1) :atol 1e-4))
  None)


(defn test-dropout-has-no-weights-and-does-nothing []
  (setv
    layers [#("dropout" 0.3) #("lstm" 8) #("dropout" 0.5) #("gru" 8)]
    model (keras-model layers)
    ids (random-ids 20))
  (assert (np.allclose
    (all-logits (Engine layers (.get-weights model)) ids)
    (get (.numpy (model (get ids None))) 0)
    :atol 1e-4))
  None)


(defn test-a-large-vocabulary-is-looked-up-without-a-table [monkeypatch]
  (setv
    layers [#("gru" 8) #("lstm" 8)]
    weights (.get-weights (keras-model layers))
    ids (random-ids 20)
    with-table (all-logits (Engine layers weights) ids))
  (monkeypatch.setattr "lstm_textgen.engine.MAX_TABLE" 0)
  (for [streams [1 2]]
    (setv without (all-logits (Engine layers weights streams) (if (= streams 1) ids (np.stack [ids ids] 1))))
    (assert (np.allclose (.reshape with-table #(20 1 -1)) (.reshape without #(20 streams -1)) :atol 1e-5)))
  None)


(defn test-feeding-is-stepping-through-all []
  (setv
    layers [#("lstm" 8) #("lstm" 5)]
    weights (.get-weights (keras-model layers))
    ids (random-ids 9)
    [engine other] [(Engine layers weights) (Engine layers weights)])
  (assert (np.array-equal (engine.feed ids) (get (all-logits other ids) -1)))
  (setv before (.copy engine.logits))
  (assert (np.array-equal (engine.feed []) before))
  None)


(defn test-reset-forgets-everything []
  (setv
    layers [#("lstm" 8) #("gru" 5)]
    engine (Engine layers (.get-weights (keras-model layers)))
    ids (random-ids 9)
    first (all-logits engine ids))
  (engine.reset)
  (assert (np.array-equal (all-logits engine ids) first))
  None)


(defn test-a-stream-adopts-where-another-engine-stands []
  (setv
    layers [#("lstm" 8) #("gru" 5)]
    weights (.get-weights (keras-model layers))
    [one many] [(Engine layers weights) (Engine layers weights 3)])
  (one.feed (random-ids 7))
  (many.feed (random-ids 4 3))
  (setv untouched (.copy (get many.logits 0)))
  (many.adopt 1 one)
  (assert (np.array-equal (get many.logits 1) one.logits))
  (assert (np.array-equal (get many.logits 0) untouched))
  (many.step (np.array [0 2 0]))
  (assert (np.allclose (get many.logits 1) (one.step 2) :atol 1e-5))
  None)


(defn mixed [streams [share 0.25]]
  "Mix two small models: the first knows the common units 0 to 10, the second 0 to 9 and 11."
  (setv weights (.get-weights (keras-model [#("lstm" 6)]))
        other (.get-weights (keras-model [#("gru" 5)] :seed 1)))
  (setv engines [(Engine [#("lstm" 6)] weights streams) (Engine [#("gru" 5)] other streams)])
  (MixedEngine engines [(np.arange 11) (np.array [#* (range 10) 11])] [None None] [share (- 1 share)] 12))


(defn test-a-mixture-adds-up-probabilities []
  (setv
    both (mixed 1)
    [a b] (. (mixed 1) engines)
    ids (get (random-ids 6) (slice None))
    ids (% ids 10)
    logits (both.feed ids)
    expected (np.zeros 12))
  (+= (cut expected 11) (* 0.25 (softmax (a.feed ids))))
  (+= (get expected [#* (range 10) 11]) (* 0.75 (softmax (b.feed ids))))
  (assert (np.allclose (np.exp logits) expected :atol 1e-6))
  (assert (np.isclose (.sum (np.exp logits)) 1))
  None)


(defn test-a-model-that-lacks-a-unit-does-not-read-it []
  (for [streams [1 3]]
    (setv
      both (mixed streams)
      b (get both.engines 1)
      pad (fn [i] (if (= streams 1) i (np.array [i 4 4]))))
    (both.feed [(pad 3) (pad 2)])
    (setv stood (.copy (get (.reshape b.logits #(streams -1)) 0)))
    (both.step (pad 10))
    (assert (np.array-equal (get (.reshape b.logits #(streams -1)) 0) stood))
    (both.step (pad 11))
    (assert (not-in False (np.isfinite (get (np.atleast-2d both.logits) 0)))))
  None)
