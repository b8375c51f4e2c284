"Which backend trains where nobody has said it, which learner takes its steps, and how fast."

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [suppress]
  functools [partial]
  json
  os
  pathlib [Path]
  re
  sys
  time
  numpy :as np
  lstm-textgen.basics.files [replacing]
  lstm-textgen.basics.machine [bfloat16? cache-folder cores gpu? processor-flags processor-name]
  lstm-textgen.learning.learner.quiet [mute-first-call muted-stderr]
  lstm-textgen.settings.layers [NetworkSpec parse-layers]
  lstm-textgen.settings.sizing [MEASURED MEASURED-SPEED])

(setv
  OLDEST-TORCH #(2 6)
  AMX-ROWS 64    ; of a batch, from which on bfloat16 pays under XLA
  FEWEST-ROWS 8  ; in a part of a batch: with fewer, products are slow
  SECONDS 0.5    ; of the steps that measure a machine, after the first, which compiles
  PROCESS {"ours" False})  ; whether the process is the program's own: its backend may be chosen


;; * The backend

(defn choose-freely []
  "Let `fastest-backend` choose in this process, in which nothing else needs Keras."
  (setv (get PROCESS "ours") True))


(defn fastest-backend [layers]
  #[[Return the backend to train `layers` with: \"torch\", or None for Keras' default.

  On processors with bfloat16 PyTorch trains LSTMs up to 1.3 times as fast as TensorFlow does, by
  oneDNN, small batches up to twice; GRUs, and most networks in float32, it trains more slowly
  (bench/README.md). A backend that KERAS_BACKEND or Keras' configuration names is never replaced,
  nor one that is imported.]]
  (when (and
      (get PROCESS "ours")
      (all (gfor layer layers.recurrent (= layer.name "lstm")))
      (not-in "keras" sys.modules)
      (not (os.environ.get "KERAS_BACKEND"))
      (= (_configured) "tensorflow")
      (bfloat16?)
      (not (gpu?))
      (>= (_torch-version) OLDEST-TORCH))
    "torch"))


(defn _configured []
  "Return the backend that Keras' own configuration names; `tensorflow` is what it begins with."
  (setv folder (or (os.environ.get "KERAS_HOME") (/ (Path.home) ".keras")))
  (try
    (.get (json.loads (.read-text (/ (Path folder) "keras.json") :encoding "utf-8"))
      "backend" "tensorflow")
    (except [[OSError ValueError AttributeError]] "tensorflow")))  ; as Keras does then


(defn _torch-version []
  "Return the version of PyTorch as #(major minor), #(0 0) where it isn't installed."
  (import importlib.metadata [PackageNotFoundError version])  ; which takes 20 ms
  (try
    (tuple (map int (.groups (re.match r"(\d+)\.(\d+)" (version "torch")))))
    (except [[PackageNotFoundError AttributeError]] #(0 0))))


;; * The learner

(defn make-learner [spec batch-shape rng-seed learning-rate [bfloat16 None] [distributed False]]
  #[[Return the `Learner` that is fastest with this backend, as measured on two cores.

  `bfloat16`: whether it multiplies in that, by default where it pays; `distributed`: whether it
  splits batches over all devices, which needs JAX. Its first steps write nothing to standard
  error, unless they fail.]]
  (with [_ (muted-stderr)]
    (setv learner ((_learner-class (get batch-shape 0) bfloat16 distributed)
      spec batch-shape rng-seed learning-rate)))
  (for [name ["learn" "validate"]] (mute-first-call learner name))
  learner)


(defn _learner-class [rows bfloat16 distributed]
  "Return what makes a learner of batches of so many `rows` from the other arguments."
  (import
    keras
    lstm-textgen.learning.network [apple-gpu? on-gpu?])
  (setv
    backend (keras.backend.backend)
    on-processor (not (or (on-gpu?) (apple-gpu?)))
    bfloat16 (if (is bfloat16 None) (bfloat16-pays? backend rows) bfloat16))
  (cond
    (or distributed (and (= backend "jax") (on-gpu?)))
      (partial hy.I.lstm-textgen/learning/learner/devices.DevicesLearner
        :devices (unless distributed (cut (keras.distribution.list-devices) 1)))
    (and (= backend "tensorflow") on-processor)
      (partial hy.I.lstm-textgen/learning/learner/cores.PartsLearner (part-count rows (cores))
        :bfloat16 bfloat16)
    (and (= backend "torch") on-processor)
      (partial hy.I.lstm-textgen/learning/learner/torchsteps.TorchLearner :bfloat16 bfloat16)
    True
      (partial hy.I.lstm-textgen/learning/learner/stock.StockLearner :bfloat16 bfloat16)))


(defn part-count [rows processors]
  #[[Return how many equal parts so many `rows` are dealt out in, to be trained side by side.

  It is one for each of the `processors`; fewer where a part would have less than `FEWEST-ROWS`.]]
  (max (gfor
    n (range 1 (+ processors 1))
    :if (and (= 0 (% rows n)) (or (= n 1) (>= (// rows n) FEWEST-ROWS)))
    n)))


(defn bfloat16-pays? [backend rows]
  #[[Return whether products in bfloat16 are faster with this processor and this `backend`.

  `rows` are those of a batch: within XLA a processor with AMX, which XLA leaves unused, needs 64
  of them (bench/README.md).]]
  (and (bfloat16?) (match backend
    "torch" True
    "tensorflow" (or (>= rows AMX-ROWS) (not-in "amx_bf16" (processor-flags)))
    _ False)))


;; * How fast this machine trains

(defn machine-speed [report]
  #[[Return how many times as fast as in `sizing.hy` this machine trains with the backend in use.

  A few real steps tell. What is measured is kept in the cache folder, for each processor, number
  of cores, version of the backend and network, unless other work kept the machine busy. `report`
  (a `Report`) shows that it takes a moment.]]
  (import keras)
  (setv
    path (/ (Path (cache-folder)) "speed.json")
    known (_known-speeds path)
    backend (keras.backend.backend)
    machine (.join ", " [
      (processor-name) f"{(cores)} cores" backend
      (. (__import__ backend) __version__) keras.__version__ f"{MEASURED} units"]))
  (when (in machine known) (return (get known machine)))
  (.doing report "measuring how fast this machine trains")
  (setv
    idle (_idle?)
    speed (round (/ (units-a-second) MEASURED-SPEED) 3))
  (when idle
    (with [_ (suppress OSError)]  ; then it is measured again the next time
      (.mkdir path.parent :parents True :exist-ok True)
      (with [new (replacing path (.with-name path f"{path.name}.{(os.getpid)}"))]
        (.write-text new (json.dumps {#** known machine speed} :indent 1) :encoding "utf-8"))))
  speed)


(defn _known-speeds [path]
  "Return the speeds in the file at `path`, a dict; none if it is missing or no such file."
  (try
    (setv known (json.loads (.read-text path :encoding "utf-8")))
    (dfor [machine speed] (.items known) :if (> speed 0) machine speed)
    (except [[OSError ValueError AttributeError TypeError]] {})))


(defn _idle? []
  "Return whether little else keeps this machine busy, as far as the system tells."
  (try
    (< (get (os.getloadavg) 0) (/ (+ (cores) 1) 2))  ; we ourselves may count as one
    (except [[AttributeError OSError]] True)))  ; on Windows


(defn units-a-second []
  "Return how many units a second the network `MEASURED` learns from here."
  (setv
    x (.integers (np.random.default-rng 1) 0 65 #(32 64) :dtype "int32")
    learner (make-learner (NetworkSpec (parse-layers MEASURED) 65 32) x.shape 1 0.001)
    seconds [])
  (.learn learner x x)
  (setv end (+ (time.perf-counter) SECONDS))
  (while (< (time.perf-counter) end)
    (setv begun (time.perf-counter))
    (.learn learner x x)
    (.append seconds (- (time.perf-counter) begun)))
  (/ x.size (min seconds)))  ; other work may have slowed some steps, but hardly all
