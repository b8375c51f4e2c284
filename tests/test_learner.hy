"Steps of learning: a batch that is dealt out in parts teaches what a whole one does."

(import
  keras [ops]
  numpy :as np
  pytest
  lstm_textgen.layers [parse-layers]
  lstm_textgen.learner [Learner PartsLearner part-count])

(setv ROWS 4  LOOKBACK 5)


(defn learner [spec [parts None]]
  "A learner with a vocabulary of 6; without `parts`, Keras' own."
  (setv options [(parse-layers spec) 6 4 ROWS LOOKBACK 1 0.01])
  (if parts
    (PartsLearner parts #* options)
    (Learner #* options)))


(defn batches [count]
  "Random x and y."
  (setv random (np.random.default-rng 2))
  (lfor  _ (range count)  (lfor  _ "xy"  (.integers random 0 6 #(ROWS LOOKBACK) :dtype "int32"))))


(defn values [variables]
  (lfor  v variables  (ops.convert-to-numpy v)))


(defn [(pytest.mark.parametrize #("spec" "parts") [#("8,gru:7,lstm:6" 1) #("8,gru:7,lstm:6" 2) #("gru:7,8" 4)])]
    test-parts-learn-what-keras-own-step-learns [spec parts]
  (setv
    [dealt whole] [(learner spec parts) (learner spec)]
    [held #* seen] (batches 4))
  (for [[x y] seen]
    (assert (= (.learn dealt x y) (pytest.approx (.learn whole x y) :rel 1e-4))))
  (assert (= (.validate dealt #* held) (pytest.approx (.validate whole #* held) :rel 1e-4)))
  (for [[ours theirs] (zip #* (gfor  l [dealt whole]  (values [#* l.weights #* l.states])) :strict True)]
    (assert (np.allclose ours theirs :atol 1e-3))))


(defn test-each-part-drops-units-of-its-own []
  (setv
    two (learner "8,dropout:0.5,6" 2)
    [[x y]] (batches 1))
  (for [ids [x y]]
    (setv (cut ids 2 None) (cut ids 2)))
  (.learn two x y)
  (setv [first _ second _] (values two.states))
  (assert (np.allclose (cut first 2) (cut first 2 None)))  ; before the dropout the halves are alike
  (assert (not (np.allclose (cut second 2) (cut second 2 None)))))


(defn test-dropout-draws-anew-at-each-step []
  (setv
    two (learner "8,dropout:0.5" 2)
    [[x y]] (batches 1)
    seeds [])
  (for [_ (range 3)]
    (.learn two x y)
    (.append seeds (tuple (get (values (.variables two)) -1))))
  (assert (= (len (set seeds)) 3)))


(defn [(pytest.mark.parametrize #("spec" "rows" "processors" "parts") [
    #("512" 32 2 2) #("512" 32 1 1) #("512" 32 3 2) #("512" 32 64 4) #("512" 30 4 3) #("512" 12 2 1) #("512" 7 4 1)
    #("256,gru:768" 32 2 1)])]
    test-parts-are-equal-and-not-too-small [spec rows processors parts]
  (assert (= (part-count (parse-layers spec) rows processors) parts)))
