"The sampler's draws, compared with the model's probabilities."

(import
  re
  types [SimpleNamespace]
  hypothesis [given settings strategies :as st]
  numpy :as np
  pytest
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.sampling [Draw Sampler SamplingOptions make-noise]
  tests.helpers [small-model written])

(setv
  pytestmark pytest.mark.quick
  SIZE 20
  STREAMS 100
  DRAWS 1_000_000
  LOGITS (* 2 (.standard-normal (np.random.default-rng 1) SIZE :dtype "float32"))
  LIKELIEST (list (np.argsort (- LOGITS)))
  options (st.builds SamplingOptions
    :temperature (st.floats 0 5)
    :top-k (st.integers 1 30)
    :top-p (st.floats 0.01 1)
    :min-p (st.floats 0 1)))


(defn sampler-of [[options (SamplingOptions)] [texts 1] [exclude #()] [rng-seed 3]]
  (Sampler SIZE (lfor k (range texts) (Draw options rng-seed k)) exclude))


(defn draw-many [[exclude #()] #** options]
  "Return how often each unit comes in `DRAWS` draws from `LOGITS` (SIZE,)."
  (setv
    sampler (sampler-of (SamplingOptions #** options) STREAMS exclude)
    logits (np.tile LOGITS #(STREAMS 1))
    drawn (lfor _ (range (// DRAWS STREAMS)) (.pick sampler logits)))
  (np.bincount (np.concatenate drawn) :minlength SIZE))


(defn assert-drawn-from [counts probabilities]
  "Assert Pearson's chi-square to be below its mean plus five of its standard deviations."
  (setv
    possible (> probabilities 0)
    expected (* (.sum counts) (get probabilities possible))
    freedom (- (len expected) 1)
    chi-square (.sum (/ (** (- (get counts possible) expected) 2) expected)))
  (assert (= 0 (.sum (get counts (np.logical-not possible)))))
  (assert (< chi-square (+ freedom (* 5 (np.sqrt (* 2 freedom)))))))


(defn only [kept [temperature 1]]
  "Return the probabilities (SIZE,) when only the ids in `kept` may come."
  (setv
    probabilities (np.zeros SIZE)
    (get probabilities kept) (softmax (/ (get LOGITS kept) temperature)))
  probabilities)


(defn picks [sampler [times 100] [logits LOGITS]]
  (lfor _ (range times) (.pick sampler logits)))


(defn [(pytest.mark.parametrize "temperature" [0.5 1 2])]
    test-a-million-draws-follow-the-probabilities [temperature]
  (assert-drawn-from (draw-many :temperature temperature) (softmax (/ LOGITS temperature))))


(defn [(pytest.mark.parametrize #("options" "kept") [
    #({"top_k" 5} (cut LIKELIEST 5))
    #({"top_k" 3  "exclude" (cut LIKELIEST 2)} (cut LIKELIEST 2 5))
    ;; The fewest that reach 0.8, and those that are 0.3 times as likely as the likeliest.
    #({"top_p" 0.8} (cut LIKELIEST
      (+ 1 (np.count-nonzero (< (np.cumsum (get (softmax LOGITS) LIKELIEST)) 0.8)))))
    #({"min_p" 0.3  "temperature" 2}
      (np.flatnonzero (>= LOGITS (+ (.max LOGITS) (* 2 (np.log 0.3))))))])]
    test-limits-leave-the-likeliest-of-what-is-not-excluded [options kept]
  (assert (< 1 (len kept) SIZE))
  (assert-drawn-from (draw-many #** options) (only kept (.get options "temperature" 1))))


(defn test-temperature-0-and-the-least-top-p-take-the-likeliest []
  (setv [best second] (cut LIKELIEST 2))
  (for [options [{"temperature" 0} {"top_k" 4  "top_p" 1e-9}]]
    (assert (= #{best} (set (picks (sampler-of (SamplingOptions #** options)))))))
  (assert (= #{second} (set (picks (sampler-of (SamplingOptions 0) :exclude [best]))))))


(defn [(pytest.mark.filterwarnings "error") (pytest.mark.parametrize "cold" [5e-324 1e-300 1e-12])]
    test-very-small-temperatures-are-safe [cold]
  (setv sampler (sampler-of (SamplingOptions cold :top-p 0.9 :top-k 3 :min-p 0.1)))
  (assert (= #{(get LIKELIEST 0)} (set (picks sampler 100 (* LOGITS 1000))))))


(defn [(pytest.mark.filterwarnings "error")] test-very-large-temperatures-are-uniform []
  (assert-drawn-from (draw-many :temperature 1.7e308) (np.full SIZE (/ 1 SIZE))))


(defn test-temperatures-of-a-list-take-turns []
  (setv drawn (picks (sampler-of (SamplingOptions [0 1e300])) 2000))
  (assert (= #{(get LIKELIEST 0)} (set (cut drawn 0 None 2))))
  (assert (= SIZE (len (set (cut drawn 1 None 2))))))


(defn [(pytest.mark.parametrize "unit" ["characters" "pieces"])]
    test-no-run-of-one-character-is-much-longer-than-those-in-the-training-text [unit]
  (setv model (small-model :unit unit :text (* "aaa bb, " 9) :odds {"a" 1e9} :longest-run 6))
  (for [[seed before] [["b" 0] ["baaaa" 4]]]
    (setv runs (re.findall "a+" (written model seed :length 300 :rng-seed 1)))
    (assert (= (max (map len (cut runs 1 None))) 12))
    (assert (= (+ before (len (get runs 0))) 12))))


(defn test-two-samplers-without-a-seed-draw-differently []
  (assert (!= (picks (sampler-of :rng-seed None)) (picks (sampler-of :rng-seed None)))))


(defn [(pytest.mark.filterwarnings "error")
       (pytest.mark.parametrize "number" [0 (** 2.0 -24) (- 1 (** 2.0 -24))])]
    test-no-random-number-makes-infinite-noise [number]
  (setv generator (SimpleNamespace :random (fn [out dtype] (.fill out number))))
  (setv text (SimpleNamespace :draw (Draw) :generator generator))
  (assert (np.all (< (np.abs (make-noise [text] #(1 5))) 17))))


(defn [(given options (st.integers 0 1000)) (settings :max-examples 60 :deadline None)]
    test-an-excluded-unit-never-comes [options seed]
  (setv
    logits (* 5 (.standard-normal (np.random.default-rng seed) #(3 SIZE)))
    sampler (sampler-of options 3 [4 7]))
  (for [ids (picks sampler 30 logits)] (assert (not (& #{4 7} (set ids))))))
