"What the sampler draws, against the model's own probabilities."

(import
  numpy :as np
  pytest
  hypothesis [given settings strategies :as st]
  lstm_textgen.engine [softmax]
  lstm_textgen.sampling [Sampler])

(setv
  SIZE 20
  STREAMS 500
  LOGITS (* 2 (.standard-normal (np.random.default-rng 1) SIZE :dtype "float32"))
  LIKELIEST (list (np.argsort (- LOGITS))))


(defn draw-many [#** steering]
  "Count each unit in a million draws from `LOGITS`."
  (setv
    sampler (Sampler SIZE STREAMS :rng-seed 3 #** steering)
    logits (np.tile LOGITS #(STREAMS 1)))
  (np.bincount
    (np.concatenate (lfor  _ (range (// 1_000_000 STREAMS))  (.pick sampler logits)))
    :minlength SIZE))


(defn assert-drawn-from [counts probabilities]
  "Pearson's chi-square, against its mean plus five of its standard deviations."
  (setv
    possible (> probabilities 0)
    expected (* (.sum counts) (get probabilities possible))
    freedom (- (len expected) 1)
    chi-square (.sum (/ (** (- (get counts possible) expected) 2) expected)))
  (assert (= 0 (.sum (get counts (np.logical-not possible)))))
  (assert (< chi-square (+ freedom (* 5 (np.sqrt (* 2 freedom)))))))


(defn only [kept temperature]
  "The probabilities when only the ids in `kept` may come."
  (setv probabilities (np.zeros SIZE))
  (setv (get probabilities kept) (softmax (/ (get LOGITS kept) temperature)))
  probabilities)


(defn [(pytest.mark.parametrize "temperature" [0.5 1 2])] test-a-million-draws-follow-the-probabilities [temperature]
  (assert-drawn-from (draw-many :temperature temperature) (softmax (/ LOGITS temperature)))
  None)


(defn test-top-k-keeps-the-k-likeliest []
  (assert-drawn-from (draw-many :top-k 5) (only (cut LIKELIEST 5) 1))
  None)


(defn test-top-p-keeps-the-fewest-that-reach-p []
  (setv
    sums (np.cumsum (get (softmax LOGITS) LIKELIEST))
    p 0.8
    kept (+ 1 (np.count-nonzero (< sums p))))
  (assert (< 1 kept SIZE))
  (assert-drawn-from (draw-many :top-p p) (only (cut LIKELIEST kept) 1))
  None)


(defn test-min-p-keeps-what-is-likely-enough-beside-the-likeliest []
  (setv
    probabilities (softmax (/ LOGITS 2))
    kept (np.flatnonzero (>= probabilities (* 0.3 (.max probabilities)))))
  (assert (< 1 (len kept) SIZE))
  (assert-drawn-from (draw-many :min-p 0.3 :temperature 2) (only kept 2))
  None)


(defn test-rules-apply-one-after-the-other []
  (assert-drawn-from (draw-many :top-k 3 :exclude (cut LIKELIEST 2)) (only (cut LIKELIEST 2 5) 1))
  (assert (= (list (np.flatnonzero (draw-many :top-k 4 :top-p 1e-9))) (cut LIKELIEST 1)))
  None)


(defn test-temperature-0-takes-the-likeliest []
  (setv sampler (Sampler SIZE :temperature 0))
  (assert (= #{(get LIKELIEST 0)} (sfor  _ (range 100)  (.pick sampler LOGITS))))
  (setv sampler (Sampler SIZE :temperature 0 :exclude [(get LIKELIEST 0)]))
  (assert (= (get LIKELIEST 1) (.pick sampler LOGITS)))
  None)


(defn [(pytest.mark.filterwarnings "error") (pytest.mark.parametrize "cold" [5e-324 1e-300 1e-12])]
    test-very-small-temperatures-are-safe [cold]
  (setv sampler (Sampler SIZE :temperature cold :top-p 0.9 :top-k 3 :min-p 0.1))
  (assert (= #{(get LIKELIEST 0)} (sfor  _ (range 100)  (.pick sampler (* LOGITS 1000)))))
  None)


(defn [(pytest.mark.filterwarnings "error")] test-very-large-temperatures-are-uniform []
  (assert-drawn-from (draw-many :temperature 1.7e308) (np.full SIZE (/ 1 SIZE)))
  None)


(defn test-a-list-of-temperatures-is-gone-through-again-and-again []
  (setv
    sampler (Sampler SIZE :temperature [0 1e300] :rng-seed 1)
    drawn (lfor  _ (range 2000)  (.pick sampler LOGITS)))
  (assert (= #{(get LIKELIEST 0)} (set (cut drawn 0 None 2))))
  (assert (= SIZE (len (set (cut drawn 1 None 2)))))
  None)


(defn test-a-stream-draws-the-same-beside-any-number-of-others []
  (defn texts [streams]
    (setv
      sampler (Sampler SIZE streams :rng-seed 9)
      logits (if (= streams 1) LOGITS (np.tile LOGITS #(streams 1))))
    (.reshape (np.array (lfor  _ (range 3000)  (.pick sampler logits))) #(3000 streams)))
  (setv [one three many] (map texts [1 3 70]))
  (assert (np.array-equal (get one #(... 0)) (get many #(... 0))))
  (assert (np.array-equal three (get many #(... (slice 3)))))
  (assert (not (np.array-equal (get three #(... 0)) (get three #(... 1)))))
  None)


(defn test-without-a-seed-each-sampler-draws-otherwise []
  (setv drawn (lfor  _ (range 2)  (do (setv s (Sampler SIZE)) (lfor  _ (range 50)  (.pick s LOGITS)))))
  (assert (!= #* drawn))
  None)


(defn [(given (st.integers 1 30) (st.floats 0.01 1) (st.floats 0 1) (st.floats 0 5) (st.integers 0 1000))
       (settings :max-examples 60 :deadline None)]
    test-an-excluded-unit-never-comes [top-k top-p min-p temperature seed]
  (setv
    logits (* 5 (.standard-normal (np.random.default-rng seed) #(3 SIZE)))
    sampler (Sampler SIZE 3 :temperature temperature :top-k top-k :top-p top-p :min-p min-p :exclude [4 7]))
  (for [_ (range 30)]
    (assert (not (& #{4 7} (set (.pick sampler logits))))))
  None)


(defn [(pytest.mark.parametrize #("name" "value") [
    #("temperature" -1) #("temperature" []) #("temperature" [1 (float "nan")]) #("temperature" (float "inf"))
    #("top_k" 0) #("top_k" 2.5) #("top_p" 0) #("top_p" 1.1) #("top_p" (float "nan")) #("min_p" -0.1) #("min_p" 2)])]
    test-a-value-out-of-range-is-named [name value]
  (with [error (pytest.raises ValueError :match (.replace name "_" "-"))]
    (Sampler SIZE #** {name value}))
  (assert (= 1 (len (.splitlines (str error.value)))))
  None)
