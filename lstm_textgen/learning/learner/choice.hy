"The choice of backend and learner, and the machine's speed."

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [suppress]
  json
  os
  pathlib [Path]
  sys
  time
  numpy :as np
  lstm-textgen.basics.files [replacing]
  lstm-textgen.basics.machine [bfloat16? cache-folder cores gpu? processor-flags processor-name]
  lstm-textgen.basics.values [number? read-dict]
  lstm-textgen.learning.learner.quiet [configured-backend import-keras muted-stderr
    own-process? refuse-fork]
  lstm-textgen.settings.layers [NetworkSpec parse-layers]
  lstm-textgen.settings.sizing [MEASURED MEASURED-SPEED])

(setv
  OLDEST-TORCH [2 6]
  AMX-ROWS 64    ; of a batch, from which bfloat16 pays under XLA
  FEWEST-ROWS 8  ; in a part of a batch: with fewer, products are slow
  MEASURED-SECONDS 0.5  ; of steps that measure a machine, after the first, which compiles
  SLEEP 0.3)     ; seconds in which other work shows


;; * The backend

(defn load-keras [display]
  "Import Keras, within `own-process` on the fastest backend; the first time takes seconds."
  (refuse-fork)
  (unless (in "keras" sys.modules) (.doing display "loading Keras"))
  (when (import-keras (when (own-process?) (fastest-backend)))
    (.say display "training on PyTorch, the fastest backend on this CPU")))


(defn fastest-backend []
  #[[Return the backend to train with: "torch", or None for Keras' default.

  On processors with bfloat16 PyTorch, through oneDNN, is up to 1.3 times as fast as TensorFlow,
  for small batches up to twice as fast, but slower for most networks in float32 (bench/log.md). A
  backend that KERAS_BACKEND or Keras' configuration names, or that is imported, is kept.]]
  (when (and
      (not-in "keras" sys.modules)
      (not (os.environ.get "KERAS_BACKEND"))
      (= (configured-backend) "tensorflow")
      (bfloat16?)
      (not (gpu?)))
    (import importlib.metadata [PackageNotFoundError version])  ; which takes 20 ms
    (with [_ (suppress PackageNotFoundError ValueError)]
      (when (>= (lfor n (cut (.split (version "torch") ".") 2) (int n)) OLDEST-TORCH)
        (return "torch")))))


;; * The learner

(defn make-learner [spec batch-shape rng-seed learning-rate [bfloat16 None] [distributed False]]
  #[[Return the `Learner` that is fastest with this backend, as measured on two cores.

  `bfloat16`: whether to multiply in bfloat16, by default where it pays; `distributed`: whether to
  split batches over all devices, which needs JAX.]]
  (with [_ (muted-stderr)]
    (import keras  lstm-textgen.learning.learner.network [gpu-used])
    (setv
      backend (keras.backend.backend)
      gpu (gpu-used)
      [rows _] batch-shape
      what [spec batch-shape rng-seed learning-rate]
      how {"bfloat16" (if (is bfloat16 None) (bfloat16-pays? backend rows) bfloat16)})
    (cond
      (or distributed (and (= backend "jax") gpu))
        (hy.I.lstm-textgen/learning/learner/devices.DevicesLearner #* what
          :devices (unless distributed (cut (keras.distribution.list-devices) 1)))
      (and (= backend "tensorflow") (not gpu))  ; `(cores)` is their number, not the module
        (hy.I.lstm-textgen/learning/learner/cores.PartsLearner (part-count rows (cores))
          #* what #** how)
      (and (= backend "torch") (not gpu))
        (hy.I.lstm-textgen/learning/learner/torchsteps.TorchLearner #* what #** how)
      True
        (hy.I.lstm-textgen/learning/learner/stock.StockLearner #* what #** how))))


(defn part-count [rows processors]
  "Return how many parts `rows` are split into: one a processor, but with at least `FEWEST-ROWS`."
  (max (gfor
    n (range 1 (+ processors 1))
    :if (and (= 0 (% rows n)) (or (= n 1) (>= (// rows n) FEWEST-ROWS)))
    n)))


(defn bfloat16-pays? [backend rows]
  #[[Return whether products in bfloat16 are faster with this processor and this `backend`.

  With AMX, which XLA leaves unused, XLA needs 64 `rows` in a batch (bench/log.md).]]
  (and (bfloat16?) (match backend
    "torch" True
    "tensorflow" (or (>= rows AMX-ROWS) (not-in "amx_bf16" (processor-flags)))
    _ False)))


;; * How fast this machine trains

(defn machine-speed [display]
  #[[Return this machine's training speed with the current backend, relative to `sizing.hy`.

  A few real steps measure it, on a machine that others leave to us once for each processor, number
  of cores, backend version and network. Beside other work it is what of that is left.]]
  (load-keras display)
  (import keras  lstm-textgen.learning.learner.network [in-float32])
  (setv
    path (/ (Path (cache-folder)) "speed.json")
    speeds (read-dict path)
    known (dfor [name speed] (.items speeds) :if (and (number? speed) (> speed 0)) name speed)
    backend (keras.backend.backend)
    machine (.join ", " [
      (processor-name) f"{(cores)} cores" backend
      (. (__import__ backend) __version__) keras.__version__ f"{MEASURED} units, median"])
    busy (busy-seconds))
  ;; What other processes do shows while we sleep. A fair system divides the cores among our
  ;; threads, one for each core that we may use, and theirs. Outside Linux the share is always 1.
  (time.sleep SLEEP)
  (setv share (min 1 (/ (os.cpu-count) (+ (cores) (/ (- (busy-seconds) busy) SLEEP)))))
  (when (in machine known) (return (* share (get known machine))))
  (.doing display "measuring this machine's training speed")
  (setv speed (with [_ (in-float32)] (round (/ (units-a-second) MEASURED-SPEED) 3)))
  (when (> share 0.9)
    (with [_ (suppress OSError)]  ; then it is measured again the next time
      (.mkdir path.parent :parents True :exist-ok True)
      (with [new (replacing path)]
        (.write-text new (json.dumps {#** known machine speed} :indent 1) :encoding "utf-8"))))
  speed)


(defn busy-seconds []
  "Return the seconds for which all cores together have been busy, but for nice processes."
  (try
    (setv [_ user nice system #* _] (.split (.read-text (Path "/proc/stat"))))
    (/ (+ (int user) (int system)) (os.sysconf "SC_CLK_TCK"))
    (except [[OSError ValueError]] 0)))


(defn units-a-second []
  "Return the training speed of the network `MEASURED` on this machine, in units per second."
  (setv
    x (.integers (np.random.default-rng 1) 0 65 #(32 64) :dtype "int32")
    learner (make-learner (NetworkSpec (parse-layers MEASURED) 65 32) x.shape 1 0.001)
    seconds [])
  (with [_ (muted-stderr)] (.learn learner x x))
  (setv end (+ (time.perf-counter) MEASURED-SECONDS))
  (while (< (time.perf-counter) end)
    (setv begun (time.perf-counter))
    (.learn learner x x)
    (.append seconds (- (time.perf-counter) begun)))
  (/ x.size (np.median seconds)))
