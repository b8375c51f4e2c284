#[[A learner in NumPy, for tests of the rules of a run: a step takes 50 microseconds.

It learns how often each unit comes, and nothing else: of a network's weights it moves the last
bias. So the model generates by these frequencies. Like a network it carries states from window to
window, draws its dropout from a seed that it keeps, and has Adam's means, and each step depends on
all of them: a run that doesn't resume one of them ends with other bits.]]

(import
  types [SimpleNamespace]
  numpy :as np
  lstm-textgen.learning.learner [speed]
  lstm-textgen.learning.learner.stock [BETA-1 Learner]
  lstm-textgen.learning.training :as training
  lstm-textgen.modelfile.keraslayout [weight-shapes])

(setv
  BETA-2 0.999
  EPSILON 1e-7
  INFLUENCE 0.01)  ; of the states, on gradients and on validation losses


(defclass Variable []
  "An array that is assigned to as Keras' variables are."

  (defn __init__ [self array [trainable False] [name ""]]
    (setv
      self.trainable trainable
      self.name name)
    (.assign self array))

  (defn assign [self array]
    "Set the value to that of `array`."
    (setv
      self.value (np.array array)
      self.shape self.value.shape
      self.dtype (str self.value.dtype))))


(defclass CountingLearner [Learner]
  "A `Learner` of frequencies; its arguments are those of `make-learner`."

  (defn __init__ [self spec batch-shape rng-seed learning-rate #* _ #** __]
    (setv
      [rows _] batch-shape
      random (np.random.default-rng rng-seed)
      self.weights (lfor
        [path shape] (weight-shapes spec)
        (Variable :trainable True (.astype
          (if (= path "embedding/embeddings") (.normal random :size shape) (np.zeros shape))
          "float32")))
      self.states (lfor
        layer spec.layers.recurrent
        (Variable (np.zeros #(rows layer.size) "float32")))
      self.dropout (max (gfor
        layer spec.layers
        :if (not layer.recurrent?)
        layer.size)
        :default 0)
      self.seed (Variable (np.array [rng-seed 0] "uint32"))
      self.optimizer (Adam learning-rate self.weights)
      self.model (SimpleNamespace
        :variables [#* self.weights #* self.states self.seed]
        :optimizer self.optimizer
        :stop-training False)))

  (defn empty-states [self]
    (for [state self.states]
      (.assign state (np.zeros-like state.value))))

  (defn learn [self x y]
    (setv
      [loss gradient] (._loss self y)
      [seed count] self.seed.value
      kept (>= (.random (np.random.default-rng [seed count]) gradient.shape) self.dropout))
    (.assign self.seed (np.array [seed (+ count 1)] "uint32"))
    (.step self.optimizer (get self.weights -1) (* kept (+ gradient (._influence self))))
    (._read self x)
    loss)

  (defn validate [self x y]
    (setv loss (+ (get (._loss self y) 0) (._influence self)))
    (._read self x)
    loss)

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
      (.assign state (.astype
        (np.tanh (+ (/ state.value 2) (.mean x 1 :keepdims True)))
        "float32")))))


(defclass Adam []
  "Adam for one of the `weights`, with variables for all, as Keras' optimizer has them."

  (defn __init__ [self learning-rate weights]
    (setv
      self.iterations (Variable (np.array 0))
      self.rate (Variable (np.array learning-rate "float32") :name "learning_rate")
      self.means (lfor _ "mv" w weights (Variable (np.zeros-like w.value)))
      self.variables [self.iterations self.rate #* self.means]))

  (defn [property] learning-rate [self]
    "The rate of the next step, a `Variable`."
    self.rate)

  (defn [learning-rate.setter] learning-rate [self rate]
    "Take the next step at this `rate`."
    (.assign self.rate (np.array rate "float32")))

  (defn step [self weight gradient]
    "Move the last `weight` by its `gradient`."
    (.assign self.iterations (+ self.iterations.value 1))
    (setv
      [mean square] [(get self.means (- (// (len self.means) 2) 1)) (get self.means -1)]
      steps (int self.iterations.value))
    (for [[variable beta value] [[mean BETA-1 gradient] [square BETA-2 (** gradient 2)]]]
      (.assign variable (.astype
        (+ (* beta variable.value) (* (- 1 beta) value))
        "float32")))
    (setv [m v] (gfor
      [variable beta] [[mean BETA-1] [square BETA-2]]
      (/ variable.value (- 1 (** beta steps)))))
    (.assign weight (.astype
      (- weight.value (/ (* self.rate.value m) (+ (np.sqrt v) EPSILON)))
      "float32"))))


(defn install []
  "Let every run of this process be of a `CountingLearner`, and no machine's speed be measured."
  (setv
    training.make-learner CountingLearner
    speed.machine-speed (fn [report] 0.1)))  ; so that `minutes` choose small networks
