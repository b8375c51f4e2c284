"Batches: streams, windows, and the part held out."

(import
  dataclasses [replace]
  itertools [islice pairwise]
  hypothesis [given strategies :as st]
  numpy :as np
  pytest
  lstm-textgen.learning.batches [Batches HeldOut check-length]
  lstm-textgen.settings.training [RUN-OF-LIST VALIDATION-RUN-IN]
  tests.helpers [new-settings])

(setv pytestmark pytest.mark.quick)


(defn ids [n]
  (np.arange n :dtype "uint16"))


(defn settings [rows lookback [stride None] [seed 1]]
  (new-settings {"batch_size" rows  "lookback" lookback  "stride" stride  "rng_seed" seed}))


(defn batches [n #* shape [bounds None] #** options]
  "Return the batches of a text of `n` different ids, or of a list with these `bounds`."
  (Batches (ids n) (settings #* shape #** options) :bounds bounds))


(defn [(given (st.integers 20 2000) (st.integers 1 9) (st.integers 1 19) (st.integers 0 5))]
    test-the-targets-of-a-window-are-its-ids-moved-on-by-one [n rows lookback epoch]
  (for [[x y] (islice (.epoch (batches n rows lookback) epoch) 3)]
    (assert (= x.shape y.shape #(rows lookback)))
    (assert (.all (= y (% (+ x 1) n))))))


(defn test-an-epoch-reads-the-text-about-once-each-window-continuing-the-last []
  (setv
    streams (batches 1003 4 10)
    windows (lfor [x _] (.epoch streams 0) x)
    read (.ravel (np.concatenate windows)))
  (assert (= streams.steps 25))
  (assert (= (len (set read)) (len read) 1000))
  (for [[before x] (pairwise windows)]
    (assert (.all (= (get x #((slice None) 0)) (+ (get before #((slice None) -1)) 1))))))


(defn test-every-epoch-reads-the-items-of-a-list-whole-and-in-an-order-of-its-own []
  (setv
    sizes (+ 3 (% (np.arange 90) 5))
    bounds (.astype (np.cumsum [0 #* sizes]) "uint16")
    numbers (.astype (np.repeat (np.arange 90) sizes) "uint16")  ; each item repeats its number
    streams (Batches numbers (settings 1 9) :bounds bounds)
    [first second again] (lfor
      epoch [0 1 0]
      (np.concatenate (lfor [x _] (.epoch streams epoch) (.ravel x)))))
  (assert (and (.all (= first again)) (not (.all (= first second)))))
  ;; Within the epoch an item's ids follow one another: a change of item is undone only where
  ;; windows begin anew with an item.
  (for [read [first second]]
    (setv runs (get read (np.append True (!= (cut read 1 None) (cut read -1)))))
    (assert (<= (len runs) (+ (len (set runs)) (* 2 (/ streams.steps RUN-OF-LIST)))))))


(defn [(given (st.lists (st.integers 2 9) :min-size 20) (st.integers 10 30))]
    test-windows-of-a-fine-tuned-list-begin-with-an-item-and-read-all [sizes lookback]
  (setv
    bounds (.astype (np.cumsum [0 #* sizes]) "uint32")
    n (int (get bounds -1))
    windows (Batches (ids n)
      (replace (settings 1 lookback) :items "line") :bounds bounds :fine-tuned True)
    read (lfor [x _] (.epoch windows 0) (get x 0)))
  (assert (not windows.carries-state))
  (for [window read]
    (assert (in (+ (get window 0) 1) bounds))
    (assert (in (get window 1) bounds)))
  (assert (>= (len (set (np.concatenate read))) (* 0.8 n))))


(defn test-items-longer-than-some-windows-are-read-to-their-ends []
  (setv
    bounds (np.arange 0 9001 300 :dtype "uint32")
    windows (Batches (ids 9000) (replace (settings 4 8) :items "paragraph") :bounds bounds)
    read (np.concatenate (lfor [x _] (.epoch windows 0) (.ravel x))))
  (assert (> (len (set read)) 8900)))


(defn [(given (st.lists (st.integers 2 30) :min-size 20) (st.integers 16 30))]
    test-from-scratch-some-windows-of-a-list-begin-with-an-item-and-an-empty-state
    [sizes lookback]
  (setv
    bounds (.astype (np.cumsum [0 #* sizes]) "uint32")
    windows (Batches (ids (int (get bounds -1)))
      (replace (settings 1 lookback) :items "line") :bounds bounds))
  (for [[step [x _]] (enumerate (.epoch windows 0))]
    (assert (= (.from-empty? windows step) (= (% step RUN-OF-LIST) 0)))
    (when (.from-empty? windows step)
      (assert (in (+ (get x 0 0) 1) bounds))
      (assert (in (get x 0 1) bounds)))))


(defn [(pytest.mark.parametrize #("tuned" "emptied") [
    [False [True False False False]]
    [True [True False True False]]])]
    test-every-second-window-of-a-fine-tuned-text-begins-with-an-empty-state
    [tuned emptied]
  (setv streams (Batches (ids 1000) (settings 4 10) :fine-tuned tuned))
  (assert (= (list (map streams.from-empty? (range 4))) emptied)))


(defn test-overlapping-windows-cover-the-text-in-random-order []
  (setv
    windows (batches 1000 5 10 3)
    starts (lfor
      [x _] (.epoch windows 0)
      start (get x #((slice None) 0))
      (int start)))
  (assert (not windows.carries-state))
  (assert (= windows.steps (// 330 5)))
  (assert (!= starts (sorted starts)))
  (assert (= (sorted starts) (list (range 0 990 3)))))


(defn [(given (st.integers 1 500) (st.integers 1 900) (st.integers 1 9) (st.integers 1 199))]
    test-validation-counts-each-unit-once-after-the-text-before-it [n before rows lookback]
  (setv
    held (HeldOut (ids before) (np.arange before (+ before n)) #(rows lookback))
    [x y counted] (gfor each (zip #* (.batches held)) (np.hstack each)))
  (assert (= (sorted (get y (> counted 0))) (list (range before (+ before n)))))
  (for [[x y counted] (zip x y counted)  :if (.any counted)]
    (setv run-in (np.argmax counted))
    (assert (>= run-in VALIDATION-RUN-IN))
    (assert (.all (cut counted run-in None)))
    (setv start (- (get y run-in) run-in))  ; where the row's run-in begins, if there is room
    (assert (.all (= y (np.maximum 0 (+ start (np.arange (len y)))))))
    (assert (.all (= x (np.maximum 0 (+ start -1 (np.arange (len y)))))))))


(defn check-text [length validation lookback]
  "Refuse a text of `length` different characters if it is too short to be held out of, at worst."
  (setv held (round (* validation length)))
  (for [more [0 (min (// held 10) (// (- length held) 10))]]
    (setv kept (- length held more))
    (check-length (ids kept) (ids (- length kept))
      (new-settings {"validation" validation  "lookback" lookback}))))


(defn [(given (st.integers 1 300) (st.sampled-from [0 0.01 0.1 0.5 0.9]))]
    test-a-short-text-is-told-how-long-it-must-be [lookback validation]
  (with [error (pytest.raises ValueError :match "too short")]
    (check-text lookback validation lookback))
  (setv
    [_ _ after] (.partition (str error.value) "needs ")
    [need _ _] (.partition after ";"))
  (check-text (int need) validation lookback)
  None)


(defn [(given (st.integers 30 3000) (st.integers 1 8) (st.integers 1 19) (st.integers 1 8)
    (st.integers 0 5) (st.booleans))]
    test-a-process-reads-its-own-rows-of-a-text-or-a-list [n each lookback count epoch items]
  (setv
    rows (* each count)
    size (max n rows (+ lookback 1))
    bounds (when items (np.append (np.arange 0 size 7 :dtype "uint16") (np.uint16 size)))
    whole (batches size rows lookback :bounds bounds))
  (for [k (range count)]
    (setv
      own (slice (* k each) (* (+ k 1) each))
      part (Batches (ids size) (settings rows lookback) own bounds))
    (for [[[x y] [own-x own-y]] (islice (zip (.epoch whole epoch) (.epoch part epoch)) 40)]
      (assert (.all (= (get x own) own-x)))
      (assert (.all (= (get y own) own-y))))))
