#[[Logits → the next id: temperature, top-k, top-p and min-p.

A unit is drawn by the Gumbel-max trick (Gumbel 1954): with noise -log(-log u), where u is random
between 0 and 1, each unit has the largest logit + noise with just its softmax probability. So no
softmax is needed, and the noise is made in large blocks, which is fast. All is in float32, the
precision of the logits; as u has 24 bits, a unit of probability 10⁻⁷ comes a quarter too rarely.]]

(eval-when-compile (require hyrule [ncut]))
(import
  dataclasses [dataclass]
  itertools [cycle]
  math
  numpy :as np
  lstm-textgen.settings.table [check-fields])

(setv
  BLOCK (** 2 17)  ; random numbers made at once (512 KB)
  COLDEST 1e-20  ; logits divided by it differ by more than any noise
  HOTTEST 1e20  ; logits divided by it differ by less than any noise
  TINY 1e-30  ; keeps the logarithm of a random number finite
  CHOOSERS (** 2 31))  ; the first number of the generators that no stream uses


(defclass [(dataclass :frozen True)] SamplingOptions []
  #[[How the next unit is chosen; each rule applies to the units that the previous one leaves.

  - `temperature`: divides the logits first; 0 chooses the likeliest unit. A list is cycled
    through, one temperature per unit.
  - `top-k`: only the `top-k` likeliest units, and any tied with the last (Fan et al. 2018).
  - `top-p`: only the fewest units with this total probability (nucleus, Holtzman et al. 2019).
  - `min-p`: only units at least `min-p` times as likely as the likeliest (Nguyen et al. 2024).

  None turns off each of the last three. Raise `ValueError` for a value out of range, `TypeError`
  for one of the wrong type.]]
  (setv
    #^ object temperature 1.0
    #^ object top-k None
    #^ object top-p None
    #^ object min-p None)

  (defn __post-init__ [self] (check-fields self))

  (defn [property] sharpness [self]
    "The factors for the logits, a list to cycle through; [None] if there is no noise either."
    (setv temperatures (if (isinstance self.temperature list) self.temperature [self.temperature]))
    (if (any temperatures)
      (lfor t temperatures (/ 1 (min (max t COLDEST) HOTTEST)))
      [None])))


(defclass Sampler []
  #[[Draws ids for one or several streams of text.

  - `size`: of the vocabulary; `exclude`: ids that are never drawn.
  - `rng-seed`: stream k's draws depend only on it and on `first` + k, not on the number of
    streams. None: different draws each time.]]

  (defn __init__ [self size [options (SamplingOptions)] [streams 1] [exclude #()] [rng-seed None]
      [first 0]]
    (setv
      [self.options self._first] [options first]
      self._entropy (. (np.random.SeedSequence rng-seed) entropy)
      shape (if (= streams 1) #(size) #(streams size))
      self._scores (np.empty shape "float32")
      self._penalty (make-penalty size exclude)
      self._sharpness (cycle options.sharpness)
      self._limits (make-limits size options)
      self._noise (_noise streams size self._entropy first)))

  (defn pick [self logits]
    "Return ids (streams,), or an integer for one, drawn from `logits` (streams, vocabulary)."
    (setv [scores sharpness] [self._scores (next self._sharpness)])
    (np.multiply logits (or sharpness 1) scores)
    (when (is-not self._penalty None) (+= scores self._penalty))
    (when sharpness
      (for [limit self._limits] (setv (get scores (< scores (limit scores))) (- np.inf)))
      (+= scores (next self._noise)))
    (.argmax scores -1))

  (defn chooser [self stream size]
    "Return a sampler of `size` ids with the options of a `stream`, which it doesn't affect."
    (Sampler size self.options :rng-seed self._entropy :first (+ CHOOSERS self._first stream))))


(defn make-penalty [size exclude]
  "Return what to add to scores (…, size) so that `exclude` is never drawn; None if nothing."
  (when exclude (np.where (np.isin (np.arange size) exclude) (- np.inf) 0.0)))


(defn make-limits [size options]
  "Return functions from scores (streams, size) to the lowest (streams, 1) that a rule accepts."
  (setv [limits top-k top-p min-p] [[] options.top-k options.top-p options.min-p])
  (when (and top-k (< top-k size))
    (.append limits (fn [scores]
      (ncut (np.partition scores (- top-k)) ... (: (- top-k) (or (- 1 top-k) None))))))
  (when (and top-p (< top-p 1)) (.append limits (fn [scores] (_nucleus scores top-p))))
  (when min-p (.append limits (fn [scores] (+ (.max scores -1 :keepdims True) (math.log min-p)))))
  limits)


(defn _nucleus [scores top-p]
  "Return the score (streams, 1) of the last of the likeliest units that together reach `top-p`."
  (setv
    falling (ncut (np.sort scores) ... ::-1)
    sums (np.cumsum (np.exp (- falling (ncut falling ... :1))) -1 "float64")
    reached (>= sums (* top-p (ncut sums ... -1:))))
  (np.take-along-axis falling (.argmax reached -1 :keepdims True) -1))


(defn _noise [streams size entropy first]
  "Yield Gumbel noise (streams, size) endlessly, each stream's from its own generator."
  (setv
    generators (lfor k (range first (+ first streams)) (make-generator entropy k))
    most (max 1 (// BLOCK (* streams size)))
    block (np.empty #(streams most size) "float32")
    rows 1)  ; a short text needs few
  (while True
    (setv part (ncut block : (: rows)))
    (for [[generator own] (zip generators part)] (fill-with-noise own generator))
    (yield :from (if (= streams 1) (get part 0) (.swapaxes part 0 1)))
    (setv rows (min (* 2 rows) most))))


(defn make-generator [rng-seed number]
  "Return the generator of stream `number` under `rng-seed` (None: different each time)."
  (np.random.Generator (np.random.PCG64 (np.random.SeedSequence rng-seed :spawn-key #(number)))))


(defn fill-with-noise [block generator]
  "Fill `block`, an array of float32, with Gumbel noise."
  (.random generator :out block :dtype "float32")
  (+= block TINY)
  (for [_ (range 2)] (np.negative (np.log block block) block)))
