#[[Logits → the next id: temperature, top-k, top-p and min-p.

A unit is drawn by the Gumbel-max trick (Gumbel 1954): with noise -log(-log u), where u is random
between 0 and 1, each unit has the largest logit + noise with just its softmax probability. So the
noise can be made in large blocks, which is fast. All is in float32, the precision of the logits;
as u has 24 bits, a unit of probability 10⁻⁷ comes a quarter too rarely.]]

(eval-when-compile (require hyrule [meth ncut unless]  lstm-textgen.basics.forms [defrecord]))
(import
  collections [defaultdict]
  itertools [repeat]
  math
  types [SimpleNamespace]
  numpy :as np)

(setv
  NOISE-BLOCK (** 2 17)  ; random numbers made at once (512 KB) …
  NOISE-STEPS 64  ; … for at most this many steps, which a text that joins needs, too
  COLDEST-USED 1e-20  ; logits divided by it differ by more than any noise
  HOTTEST-USED 1e20  ; logits divided by it differ by less than any noise
  TINY 1e-30  ; keeps the logarithm of a random number finite
  CHOOSERS (** 2 31))  ; the first number of the generators that no text uses


(defrecord SamplingOptions
  #[[How the next unit is chosen; each rule applies to the units that the previous one leaves.

  - `temperature`: divides the logits first; 0 chooses the likeliest unit. A list is cycled
    through, one temperature per unit.
  - `top-k`: only the `top-k` likeliest units, and any tied with the last (Fan et al. 2018).
  - `top-p`: only the fewest units with this total probability (nucleus, Holtzman et al. 2019).
  - `min-p`: only units at least `min-p` times as likely as the likeliest (Nguyen et al. 2024).

  None turns off each of the last three.]]
  [ #^ object [temperature 1.0]  #^ object [top-k None]
    #^ object [top-p None]  #^ object [min-p None]])


(defclass Draw []
  #[[How one text draws its units.

  Text `number` of those with one `rng-seed` (None: different each time) has random numbers of its
  own. With `logits`, a batch keeps the model's own logits for each unit.

  A `cold?` one always chooses the most likely unit. `factors` for the logits are cycled through.]]

  (meth __init__ [[@options (SamplingOptions)] [rng-seed None] [@number 0] [@logits False]]
    (setv
      @rng-seed (if (is rng-seed None) (. (np.random.SeedSequence) entropy) rng-seed)
      given options.temperature
      temperatures (if (isinstance given list) given [given])
      @cold? (not (any temperatures))
      @factors (if @cold?
        [1]  ; without noise any factor does
        (lfor t temperatures (/ 1 (min (max t COLDEST-USED) HOTTEST-USED))))
      @limits (if @cold? #() #(options.top-k options.top-p options.min-p))))

  (meth again [number]
    "Return a draw by the same options for another text, that with this `number`."
    (Draw @options @rng-seed number @logits))

  (meth generator []
    "Return a generator of its random numbers."
    (setv seed (np.random.SeedSequence @rng-seed :spawn-key #(@number)))
    (np.random.Generator (np.random.PCG64 seed)))

  (meth choose [weights]
    "Return the index of one of `weights` (n,), ln of odds; this doesn't affect the units drawn."
    (setv aside (Draw @options @rng-seed (+ CHOOSERS @number)))
    (.pick (Sampler (len weights) [aside]) weights)))


(defclass Sampler []
  #[[Draws the ids of texts, each by a `Draw` of its own and its rules (a list of `Rule`).

  At first they are by `draws`, without rules. `size` is that of the vocabulary; `exclude` are ids
  that are never drawn.]]

  (meth __init__ [@size [draws #()] [exclude #()]]
    (setv
      @_texts []  ; the draw, rules and generator of each, and the units `drawn` before the noise
      @_noise (np.empty #(0 0 size) "float32")  ; (texts, steps, size)
      @_step 0  ; the next one that it is for
      @penalty (when exclude (np.where (np.isin (np.arange size) exclude) (- np.inf) 0.0)))
    (@change [] draws (* [[]] (len draws))))

  (meth change [kept draws rules]
    #[[Keep only the texts in the places `kept`, and add those of `draws` and `rules`.

    They get noise for as many steps as the others have left.]]
    (setv
      left (ncut @_noise : (: @_step None))
      added (lfor
        [draw own] (zip draws rules)
        (SimpleNamespace :draw draw :rules own :generator (.generator draw) :drawn (- @_step)))
      fresh (make-noise added #((len added) #* (cut left.shape 1 None)))
      @_texts [#* (gfor k kept (get @_texts k)) #* added]
      @_scores (np.empty (@_shape @size) "float32")  ; `pick` fills it; the rows are views of it
      @_ruled (lfor
        [k [text row]] (enumerate (zip @_texts (np.atleast-2d @_scores)))
        :if text.rules
        #(text.rules row (Choice @, k)))
      @_choosy (lfor
        [rules row choice] @_ruled
        :setv choosy (lfor rule rules :if rule.choosy rule)
        :if choosy
        #(choosy row choice))
      groups (defaultdict list))  ; the texts with the same limits
    (for [[row text] (enumerate @_texts) :if (any text.draw.limits)]
      (.append (get groups text.draw.limits) row))
    (setv @_limited (lfor [limits rows] (.items groups)
      [(if (= (len rows) (len @_texts)) ... rows) (make-limits @size #* limits)]))
    (@_prepare (np.concatenate [(get left kept) fresh])))

  (meth pick [logits [engine None]]
    #[[Return ids (texts,), or an integer for one, drawn from `logits` (texts, vocabulary).

    They are of `engine`, which rules may ask.]]
    (when (= @_step (len @_steps))
      (setv
        [n steps size] @_noise.shape
        ;; For twice as many as the last time, as a short text needs few.
        steps (max 1 (min (* 2 steps) NOISE-STEPS (// NOISE-BLOCK (* n size)))))
      (@_prepare (make-noise @_texts #(n steps size))))
    (setv
      scores @_scores
      [@factors @noise] (get @_steps @_step)
      [@logits @engine] [logits engine])
    (+= @_step 1)
    (np.multiply logits @factors scores)
    (when (is-not @penalty None) (+= scores @penalty))
    (for [[rules row choice] @_ruled  rule rules] (.score rule row choice))
    (for [[_ row choice] @_choosy] (setv choice.unlimited (.copy row)))
    (for [[rows limits] @_limited]
      (setv some (get scores rows))
      (for [limit limits] (setv (get some (< some (limit some))) (- np.inf)))
      (setv (get scores rows) some))
    (+= scores @noise)
    (setv ids (.argmax scores -1))
    (when @_ruled
      (setv drawn (.tolist (np.atleast-1d ids)))
      (for [[rules row choice] @_choosy]
        (setv (get drawn choice.k) (accepted rules row choice (get drawn choice.k))))
      (for [[rules _ choice] @_ruled  rule rules] (.take rule (get drawn choice.k)))
      (when @_choosy (setv ids (if (= (len drawn) 1) (get drawn 0) (np.array drawn)))))
    ids)

  (meth _prepare [noise]
    "Set up the next steps, which `noise` (texts, steps, size) is for."
    (for [text @_texts] (+= text.drawn @_step))
    (setv
      @_noise noise
      @_step 0
      steps (get noise.shape 1)
      turns? (any (gfor text @_texts (isinstance text.draw.options.temperature list)))
      n (if turns? steps 1)  ; factors that differ
      factors (np.array (lfor
        text @_texts
        :setv own text.draw.factors
        (lfor k (range text.drawn (+ text.drawn n)) (get own (% k (len own))))) "float32")
      factors (.reshape factors.T n #* (@_shape 1))
      @_steps (list (zip
        (if turns? factors (repeat (get factors 0) steps))
        (.reshape (.swapaxes noise 0 1) steps #* (@_shape @size))))))

  (meth _shape [#* size]
    "Return the shape (texts, size), for one text (size,)."
    (if (= (len @_texts) 1) [#* size] [(len @_texts) #* size])))


(defclass Choice []
  #[[The choice of the next unit of text `k`, as the rules of a text see it.

  `unlimited` (size,) are the scores as they were before the draw's own limits, if a rule is
  choosy.]]

  (meth __init__ [@_sampler @k])

  (meth [property] logits []
    "The model's logits (size,)."
    (get (np.atleast-2d @_sampler.logits) @k))

  (meth [property] output []
    "The network's output (units,) that they were made of."
    (get (np.atleast-2d @_sampler.engine.output) @k))

  (meth [property] factor []
    "What the logits are multiplied by: 1 / temperature."
    (get (np.ravel @_sampler.factors) @k))

  (meth [property] noise []
    "The noise (size,) of this draw."
    (get (np.atleast-2d @_sampler.noise) @k))

  (meth [property] free []
    "The scores (size,) without any rule."
    (setv penalty @_sampler.penalty)
    (+ (* @logits @factor) (if (is penalty None) 0 penalty))))


(defn accepted [rules scores choice id]
  #[[Return the drawn unit `id`, or another if one of the choosy `rules` refuses it.

  It is the one with the largest of `scores` (size,) that isn't refused. If all are, others may
  come by the scores without the draw's limits, then those that are refused only strictly, then
  any.]]
  (defn refused? [id strict] (any (gfor rule rules (.refuses? rule id strict))))
  (unless (refused? id True) (return id))
  (setv unlimited (+ choice.unlimited choice.noise))
  (for [[scores strict] [[scores True] [unlimited True] [unlimited False]]
      other (.tolist (.argsort (- scores)))
      :if (and (> (get scores other) (- np.inf)) (not (refused? other strict)))]
    (return other))
  id)


(defn make-noise [texts shape]
  "Return Gumbel noise of this `shape`, a row for each of `texts` (of a sampler), 0 if it is cold."
  (setv noise (np.zeros shape "float32"))
  (for [[text row] (zip texts noise)  :if (not text.draw.cold?)]
    (.random text.generator :out row :dtype "float32")
    (+= row TINY)
    (for [_ (range 2)] (np.negative (np.log row row) row)))
  noise)


(defn make-limits [size top-k top-p min-p]
  "Return functions from scores (streams, size) to the lowest (streams, 1) that a rule accepts."
  (setv limits [])
  (when (and top-k (< top-k size))
    (.append limits (fn [scores]
      (ncut (np.partition scores (- top-k)) ... (: (- top-k) (or (- 1 top-k) None))))))
  (when (and top-p (< top-p 1))
    (.append limits (fn [scores]  ; the last of the likeliest units that together reach `top-p`
      (setv
        falling (ncut (np.sort scores) ... ::-1)
        sums (np.cumsum (np.exp (- falling (ncut falling ... :1))) -1 "float64")
        reached (>= sums (* top-p (ncut sums ... -1:))))
      (np.take-along-axis falling (.argmax reached -1 :keepdims True) -1))))
  (when min-p (.append limits (fn [scores] (+ (.max scores -1 :keepdims True) (math.log min-p)))))
  limits)
