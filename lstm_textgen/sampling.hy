#[[Logits → the next id: temperature, top-k, top-p and min-p.

All is done in float64 on log-probabilities. A unit is drawn by the Gumbel-max trick: the largest of logit + noise, where the noise is -log of a standard exponential number, is each unit with exactly its softmax probability. So no softmax is needed, no logarithm of 0 can occur, and the noise is made in large blocks, which is fast.]]

(import
  itertools [cycle]
  math
  numpy :as np)

(setv
  BLOCK (** 2 17)  ; random numbers made at once (1 MB)
  COLDEST 1e-30  ; the difference between float32 logits divided by it outweighs any noise
  TINY 1e-300)  ; keeps the logarithm of an exponential number finite


(defclass Sampler []
  #[[Draws ids for one stream of text, or for several at once.

  - `size`: of the vocabulary.
  - `temperature`: the logits are divided by it first; 0 takes the likeliest unit. A list is gone through again and again, one number for each unit.
  - `top-k`: only the `top-k` likeliest units may come, and those that are as likely as the last of them.
  - `top-p`: of these, only the fewest that together have the probability `top-p` (nucleus sampling, Holtzman et al. 2019).
  - `min-p`: of these, only units at least `min-p` times as likely as the likeliest (Nguyen et al. 2024).
  - `exclude`: ids that never come.
  - `rng-seed`: stream k's draws depend on it and on k alone, not on how many streams there are. None: other draws each time.

  Raises `ValueError` for a value out of its range.]]

  (defn __init__ [self size [streams 1] [temperature 1.0] [top-k None] [top-p None] [min-p None] [exclude #()] [rng-seed None]]
    (check-steering temperature top-k top-p min-p)
    (setv
      shape (if (= streams 1) #(size) #(streams size))
      self._scores (np.empty shape)
      self._penalty (when exclude (_penalty size exclude))
      self._sharpness (cycle (_sharpness temperature))
      self._limits (_limits size top-k top-p min-p)
      self._noise (_noise shape rng-seed)))

  (defn pick [self logits]
    "Return the next id of each stream (streams,), or an integer for one, by its `logits` (streams, size)."
    (setv
      scores self._scores
      sharpness (next self._sharpness))
    (np.copyto scores logits)
    (when (is-not self._penalty None)
      (+= scores self._penalty))
    (when (is-not sharpness None)
      (*= scores sharpness)
      (for [limit self._limits]
        (setv (get scores (< scores (limit scores))) (- np.inf)))
      (+= scores (next self._noise)))
    (.argmax scores -1)))


(defn check-steering [[temperature 1.0] [top-k None] [top-p None] [min-p None]]
  "Raise `ValueError`, naming the value and its range, unless a `Sampler` can use these."
  (setv temperatures (_as-list temperature))
  (when (not temperatures)
    (raise (ValueError "--temperature: give at least one number")))
  (for [t temperatures]
    (_check "temperature" t (and (<= 0 t) (< t math.inf)) "a number from 0 up"))
  (_check "top-k" top-k (or (is top-k None) (and (isinstance top-k int) (<= 1 top-k))) "a whole number from 1 up")
  (_check "top-p" top-p (or (is top-p None) (and (< 0 top-p) (<= top-p 1))) "a number above 0 and up to 1")
  (_check "min-p" min-p (or (is min-p None) (<= 0 min-p 1)) "a number from 0 to 1"))


(defn _check [name value fine? range]
  (when (not fine?)
    (raise (ValueError f"--{name}: must be {range}, not {value}"))))


(defn _as-list [temperature]
  (if (isinstance temperature #(list tuple)) temperature [temperature]))


(defn _sharpness [temperature]
  "List what the logits are multiplied by at each temperature; None at 0, where no noise is wanted."
  (lfor  t (_as-list temperature)  (if (= t 0) None (/ 1 (max t COLDEST)))))


(defn _penalty [size exclude]
  "Return what is added to scores (size,) so that the ids in `exclude` never come."
  (setv penalty (np.zeros size))
  (setv (get penalty (list exclude)) (- np.inf))
  penalty)


(defn _limits [size top-k top-p min-p]
  "List functions from scores (streams, size) to the lowest score (streams, 1) that each rule lets pass."
  (setv limits [])
  (when (and top-k (< top-k size))
    (.append limits (fn [scores] (get (np.partition scores (- top-k)) #(... (slice (- top-k) (or (- 1 top-k) None)))))))
  (when (and top-p (< top-p 1))
    (.append limits (fn [scores] (_nucleus scores top-p))))
  (when min-p
    (.append limits (fn [scores] (+ (.max scores -1 :keepdims True) (math.log min-p)))))
  limits)


(defn _nucleus [scores top-p]
  "Return the score (streams, 1) of the last of the likeliest units whose probabilities reach `top-p` together."
  (setv
    falling (get (np.sort scores) #(... (slice None None -1)))
    odds (np.exp (- falling (get falling #(... (slice None 1)))))
    sums (np.cumsum odds -1)
    reached (>= sums (* top-p (get sums #(... (slice -1 None))))))
  (np.take-along-axis falling (.argmax reached -1 :keepdims True) -1))


(defn _noise [shape rng-seed]
  "Yield Gumbel noise of `shape` (streams, size) without end, made in blocks, each stream's by its own generator."
  (setv
    [streams size] (if (= (len shape) 1) #(1 #* shape) shape)
    entropy (. (np.random.SeedSequence rng-seed) entropy)
    generators (lfor
      k (range streams)
      (np.random.Generator (np.random.PCG64 (np.random.SeedSequence entropy :spawn-key #(k)))))
    block (np.empty #(streams (max 1 (// BLOCK (* streams size))) size)))
  (while True
    (for [[generator part] (zip generators block)]
      (.standard-exponential generator :out part))
    (+= block TINY)
    (np.log block block)
    (np.negative block block)
    (yield :from (if (= (len shape) 1) (get block 0) (.swapaxes block 0 1)))))
