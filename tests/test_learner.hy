"Training steps: a batch split into parts trains like a whole one."

(import
  numpy :as np
  pytest
  lstm-textgen.learning.learner.cores [PartsLearner]
  lstm-textgen.learning.learner.protocol [arrays-of]
  lstm-textgen.learning.learner.stock [StockLearner]
  lstm-textgen.settings.layers [NetworkSpec parse-layers]
  tests.helpers [run-hy succeeded])

(setv
  SHAPE #(4 5)  ; rows and lookback of a batch
  SIZE 6)       ; of the vocabulary


(defn learner [layers [parts None] [bfloat16 False]]
  "Return a learner; without `parts` it takes Keras' own steps."
  (setv options [(NetworkSpec (parse-layers layers) SIZE 4) SHAPE 1 0.01 bfloat16])
  (if parts
    (PartsLearner parts #* options)
    (StockLearner #* options)))


(defn batches [count]
  (setv random (np.random.default-rng 2))
  (lfor _ (range count) (lfor _ "xy" (.integers random 0 SIZE SHAPE :dtype "int32"))))


(defn test-parts-learn-what-keras-own-step-learns []
  (setv
    [dealt whole] [(learner "7,8" 2) (learner "7,8")]
    [held #* seen] (batches 4))
  (for [[x y] seen]
    (assert (= (.learn dealt x y) (pytest.approx (.learn whole x y) :rel 1e-4))))
  (setv counted (.astype (< (get held 0) 3) "float32"))  ; about half of them
  (assert (= (.validate dealt #* held counted)
    (pytest.approx (.validate whole #* held counted) :rel 1e-4)))
  (setv results (gfor each [dealt whole] (arrays-of [#* each.weights #* each.states])))
  (for [[ours theirs] (zip #* results :strict True)]
    (assert (np.allclose ours theirs :atol 1e-3))))


(defn test-what-is-learned-in-bfloat16-is-close []
  (setv [rounded exact] (lfor bfloat16 [True False] (learner "8,6" 2 bfloat16)))
  (for [[x y] (batches 4)]
    (assert (= (.learn rounded x y) (pytest.approx (.learn exact x y) :rel 0.01))))
  (setv [first exact] (lfor each [rounded exact] (get (arrays-of each.weights) 2)))
  (assert (not (np.array-equal first exact)))
  (assert (np.allclose first exact :atol 0.02)))


(setv TEN-RUNS #[[
(import ctypes gc pathlib [Path] sys  lstm-textgen [train]  tests.helpers [TEXT TINY])
(defn memory-after [runs]
  (for [n (range runs)]
    (train :text TEXT :path (get sys.argv 1) :restart True :quiet True :epochs 1 #** TINY))
  (gc.collect)
  (.malloc-trim (ctypes.CDLL None) 0)
  (* 4096 (int (get (.split (.read-text (Path "/proc/self/statm"))) 1))))
(setv
  before (memory-after 2)
  objects (len (gc.get-objects)))
(print (// (- (memory-after 10) before) (** 2 20)) (- (len (gc.get-objects)) objects))]])


(defn [pytest.mark.slow] test-runs-in-one-process-keep-no-graphs-and-share-compiled-code [tmp-path]
  (setv [megabytes objects] (map int (.split (succeeded (run-hy TEN-RUNS (/ tmp-path "m"))))))
  (assert (< objects 1000))      ; it was 9,000 a run
  (assert (< megabytes 20)))     ; it was 25 a run
