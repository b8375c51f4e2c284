"Batches: streams, windows, and the part held out."

(import
  itertools [islice]
  hypothesis [given strategies :as st]
  numpy :as np
  pytest
  lstm_textgen.batches [Streams fingerprint split-ids training-batches])


(defn ids [n]
  (np.arange n :dtype "uint16"))


(defn [(given (st.integers 20 2000) (st.integers 1 9) (st.integers 1 19) (st.integers 0 5))]
    test-y-is-x-moved-on-by-one [n batch-size lookback epoch]
  (for [[x y] (islice (.epoch (training-batches (ids n) batch-size lookback lookback 1) epoch) 3)]
    (assert (= x.shape y.shape #(batch-size lookback)))
    (assert (.all (= y (% (+ x 1) n))))))


(defn test-each-window-of-a-stream-goes-on-where-the-last-ended []
  (setv before None)
  (for [[x y] (.epoch (training-batches (ids 1000) 4 10 10 1) 0)]
    (when (is-not before None)
      (assert (.all (= (get x #((slice None) 0)) (get before #((slice None) -1))))))
    (setv before y)))


(defn test-an-epoch-reads-the-text-about-once []
  (setv streams (training-batches (ids 1003) 4 10 10 1))
  (setv read (np.concatenate (lfor  [x _] (.epoch streams 0)  (.ravel x))))
  (assert (= streams.steps 25))
  (assert (= (len (set read)) (len read) 1000)))


(defn test-every-epoch-begins-elsewhere-and-the-same-in-every-run []
  (defn beginning [seed epoch]
    (setv [x _] (next (.epoch (training-batches (ids 1000) 4 10 10 seed) epoch)))
    (int (get x #(0 0))))
  (assert (> (len (sfor  epoch (range 9)  (beginning 1 epoch))) 5))
  (assert (= (beginning 1 3) (beginning 1 3)))
  (assert (!= (beginning 1 3) (beginning 2 3))))


(defn [(pytest.mark.parametrize "stride" [10 3])] test-an-epoch-can-begin-in-its-middle [stride]
  (setv
    batches (training-batches (ids 1000) 4 10 stride 1)
    whole (list (.epoch batches 2))
    rest (list (.epoch batches 2 5)))
  (assert (= (len rest) (- batches.steps 5)))
  (for [[[a _] [b _]] (zip (cut whole 5 None) rest)]
    (assert (.all (= a b)))))


(defn test-overlapping-windows-cover-the-text-in-random-order []
  (setv
    batches (training-batches (ids 1000) 5 10 3 1)
    starts (lfor  [x _] (.epoch batches 0)  start (get x #((slice None) 0))  (int start)))
  (assert (not batches.carries-state))
  (assert (= batches.steps (// 330 5)))
  (assert (!= starts (sorted starts)))
  (assert (= (len (set starts)) 330))
  (assert (= (sfor  s starts  (% s 3)) #{0})))


(defn [(given (st.integers 1 500) (st.integers 1 9) (st.integers 1 19))] test-validation-leaves-nothing-out [n batch-size lookback]
  (setv read (sfor  [x _] (.epoch (Streams (ids n) batch-size lookback) 0)  i (.ravel x)  (int i)))
  (assert (= read (set (range n)))))


(defn test-the-last-part-is-held-out []
  (setv [kept held] (split-ids (ids 1000) 0.1 64))
  (assert (= #((len kept) (len held) (get held 0)) #(900 100 900)))
  (setv [kept held] (split-ids (ids 1000) 0 64))
  (assert (= #((len kept) (len held)) #(1000 0))))


(defn [(given (st.integers 1 300) (st.sampled-from [0 0.01 0.1 0.5 0.9]))] test-a-short-text-is-told-how-long-it-must-be [lookback validation]
  (with [error (pytest.raises ValueError :match "too short")]
    (split-ids (ids lookback) validation lookback))
  (setv need (int (get (.split (get (.split (str error.value) "needs ") 1) ";") 0)))
  (split-ids (ids need) validation lookback)
  None)


(defn test-a-fingerprint-tells-texts-apart []
  (assert (!= (fingerprint (ids 9)) (fingerprint (ids 10))))
  (assert (!= (fingerprint (ids 9)) (fingerprint (get (ids 9) (slice None None -1)))))
  (assert (= (fingerprint (ids 9)) (fingerprint (ids 9)))))
