"Which backend trains where nobody has said it, and which learner takes its steps."

(eval-when-compile (require hyrule [unless]))
(import
  functools [partial]
  json
  os
  pathlib [Path]
  re
  sys
  lstm-textgen.basics.machine [bfloat16? cores gpu? processor-flags]
  lstm-textgen.learning.learner.quiet [mute-first-call muted-stderr])

(setv
  OLDEST-TORCH #(2 6)
  AMX-ROWS 64    ; of a batch, from which on bfloat16 pays under XLA
  FEWEST-ROWS 8  ; in a part of a batch: with fewer, products are slow
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
    (except [[OSError ValueError AttributeError]]  ; then Keras takes its default too
      "tensorflow")))


(defn _torch-version []
  "Return the version of PyTorch as #(major minor), #(0 0) where it isn't installed."
  (import importlib.metadata [PackageNotFoundError version])  ; which takes 20 ms
  (try
    (tuple (map int (.groups (re.match r"(\d+)\.(\d+)" (version "torch")))))
    (except [[PackageNotFoundError AttributeError]]
      #(0 0))))


;; * The learner

(defn make-learner [spec batch-shape rng-seed learning-rate [bfloat16 None] [distributed False]]
  #[[Return the `Learner` that is fastest with this backend, as measured on two cores.

  `bfloat16`: whether it multiplies in that, by default where it pays; `distributed`: whether it
  splits batches over all devices, which needs JAX. Its first steps write nothing to standard
  error, unless they fail.]]
  (with [_ (muted-stderr)]
    (setv learner ((_learner-class (get batch-shape 0) bfloat16 distributed)
      spec batch-shape rng-seed learning-rate)))
  (for [name ["learn" "validate"]]
    (mute-first-call learner name))
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
