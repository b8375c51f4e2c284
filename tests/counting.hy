#[[A learner in NumPy, for tests of the rules of a run: a step takes 50 microseconds.

It learns how often each unit comes, and nothing else: of a network's weights it moves the last
bias. So the model generates by these frequencies. Like a network it carries states from window to
window, draws its dropout from a seed that it keeps, and has Adam's means, and each step depends on
all of them: a run that doesn't resume one of them ends with other bits.]]

(import
  math
  time [monotonic]
  types [SimpleNamespace]
  numpy :as np
  lstm-textgen.learning.learner.protocol [Learner]
  lstm-textgen.learning.runs :as runs
  lstm-textgen.learning.schedule :as schedule
  lstm-textgen.learning.start :as start
  lstm-textgen.learning.training :as training
  lstm-textgen.modelfile.keraslayout [weight-shapes]
  lstm-textgen.settings.training [BETA-1 BETA-2 EPSILON])

(setv
  INFLUENCE 0.01  ; of the states, on gradients and on validation losses
  MINUTE 3)       ; seconds, so that nobody need wait for a run with `minutes`


(defclass Variable []
  "An array that is assigned to as Keras' variables are."

  (defn __init__ [self array [dtype "float32"]]
    (setv
      self.value (np.array array dtype)
      self.shape self.value.shape
      self.dtype dtype))

  (defn assign [self array]
    "Set the value to that of `array`."
    (setv self.value (np.array array self.dtype))))


(defclass CountingLearner [Learner]
  "A `Learner` of frequencies; its arguments are those of `make-learner`."

  (setv in-words "NumPy")

  (defn __init__ [self spec batch-shape rng-seed learning-rate #* _ #** __]
    (setv
      random (np.random.default-rng rng-seed)
      self.weights (lfor
        [path shape] (weight-shapes spec)
        (Variable (if (in "embeddings" path) (.normal random :size shape) (np.zeros shape))))
      self.states (lfor
        layer spec.layers.recurrent
        (Variable (np.zeros #((get batch-shape 0) layer.size))))
      self.dropout (max (gfor l spec.layers :if (not l.recurrent?) l.size) :default 0)
      self.seed (Variable [rng-seed 0] "uint32")
      self.variables [#* self.weights #* self.states self.seed]
      self.mean (Variable (np.zeros spec.vocabulary-size))
      self.square (Variable (np.zeros spec.vocabulary-size))
      self.iterations (Variable 0 "int64")
      rate (Variable learning-rate)
      self.optimizer (SimpleNamespace
        :learning-rate rate
        :variables [self.iterations rate self.mean self.square])))

  (defn set-rate [self rate]
    (.assign self.optimizer.learning-rate rate))

  (defn empty-states [self]
    (for [state self.states] (.assign state (np.zeros-like state.value))))

  (defn learn [self x y]
    (setv
      [loss gradient] (._loss self y)
      [seed count] self.seed.value
      kept (>= (.random (np.random.default-rng [seed count]) gradient.shape) self.dropout))
    (.assign self.seed [seed (+ count 1)])
    (._move self (* kept (+ gradient (._influence self))))
    (._read self x)
    loss)

  (defn validate [self x y counted]
    (setv
      part (get y (> counted 0))
      loss (if part.size (+ (get (._loss self part) 0) (._influence self)) 0))
    (._read self x)
    (* part.size loss))

  (defn _loss [self y]
    "Return the mean loss of `y` (rows, time) in nats, and its gradient by the last bias."
    (setv
      bias (. (get self.weights -1) value)
      logits (- bias (.max bias))
      logs (- logits (np.log (.sum (np.exp logits))))
      shares (/ (np.bincount (.ravel y) :minlength (len bias)) y.size))
    #((float (- (np.sum (* shares logs)))) (- (np.exp logs) shares)))

  (defn _influence [self]
    "Return what the states add to a gradient or a loss."
    (* INFLUENCE (float (.mean (. (get self.states 0) value)))))

  (defn _read [self x]
    "Let the states follow the ids `x` (rows, time)."
    (for [state self.states]
      (.assign state (np.tanh (+ (/ state.value 2) (.mean x 1 :keepdims True))))))

  (defn _move [self gradient]
    "Move the last bias by its `gradient`, by Adam."
    (.assign self.iterations (+ self.iterations.value 1))
    (setv [m v] (lfor
      [mean beta value] [[self.mean BETA-1 gradient] [self.square BETA-2 (** gradient 2)]]
      (do
        (.assign mean (+ (* beta mean.value) (* (- 1 beta) value)))
        (/ mean.value (- 1 (** beta self.iterations.value))))))
    (setv
      bias (get self.weights -1)
      step (/ (* self.optimizer.learning-rate.value m) (+ (np.sqrt v) EPSILON)))
    (.assign bias (- bias.value step))))


(defclass Hurried [schedule.Clock]
  "A `Clock` whose minutes are short."

  (defn __init__ [self deadline]
    (setv now (monotonic))
    (.__init__ (super) (when deadline (+ now (* (/ MINUTE 60) (- deadline now)))))))


(defn install []
  #[[Make every run of this process use a `CountingLearner`, with short minutes.

  It measures neither a machine's speed nor a number format's. A learner that only counts is
  never better than chance.]]
  (setv
    training.make-learner CountingLearner
    training.bfloat16-pays? (fn [#* _] False)
    runs.chance-loss (fn [ids] math.inf)
    schedule.RESERVE 1
    training.Clock Hurried
    start.machine-speed (fn [display minutes] 0.1)))  ; so that `minutes` choose small networks
