#[[The backend and the number format of a run, and this machine's speed: measured, not guessed.

Real steps are timed once for each processor, number of cores, version and network, and kept in
the cache folder, in units a second.]]

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [suppress]
  json
  os
  pathlib [Path]
  subprocess
  sys
  time
  numpy :as np
  lstm-textgen.basics.files [replacing]
  lstm-textgen.basics.interrupts [catching-signals]
  lstm-textgen.basics.machine [bfloat16? cache-folder cores gpu? processor-name]
  lstm-textgen.basics.values [number? read-dict]
  lstm-textgen.learning.learner.choice [make-learner]
  lstm-textgen.learning.learner.quiet [BACKENDS configured-backend import-keras muted-stderr
    own-process? refuse-fork]
  lstm-textgen.settings.layers [NetworkSpec parse-layers]
  lstm-textgen.settings.sizing [MEASURED MEASURED-SPEED])

(setv
  OLDEST-TORCH [2 6]
  CHOICE {"tensorflow" "TensorFlow"  "torch" "PyTorch"}  ; between which backends, and their names
  FORMATS ["float32" "bfloat16"]
  ;; The network by which machines and backends are compared: `MEASURED`, with 65 characters.
  USUAL-SPEC (NetworkSpec (parse-layers MEASURED) 65 32)
  USUAL-SHAPE #(32 64)  ; rows, lookback
  MEASURED-SECONDS 0.5  ; of steps in each format, after the first, which compiles
  PAYS-FROM 1.1    ; how many times as fast bfloat16 must be: a tie would be decided by chance
  WORTH-TIMING 60  ; seconds above which number formats are timed before a run, …
  LONG-RUN 180     ; … after which backends are, each in a process of its own …
  LONGER-RUN 600   ; … and before which they are, as that takes ten seconds each
  SLEEP 0.2       ; seconds in which other work shows
  KEPT-FROM 0.9   ; share of the cores from which a measure is kept
  SPINNING 1.5    ; power of the share: PyTorch's waiting threads spin, TensorFlow's sleep
  TIME-BACKEND (+ "import hy; from lstm_textgen.display.plain import Silent; "
    "from lstm_textgen.learning.learner.speed import machine_speed; machine_speed(Silent())")
  _UNTIMED [])    ; backends that this process could have chosen, had it known their speed


;; * The backend

(defn load-keras [display [minutes 0] [share None] [resumed None]]
  #[[Import Keras, within `own-process` on the fastest backend; the first time takes seconds.

  Before a run of many `minutes` the backends between which there is a choice are timed. The
  `share` is what `free-share` found; a run that is `resumed`, a `Progress`, keeps its backend.]]
  (refuse-fork)
  (setv loaded? (in "keras" sys.modules))
  (when (and (own-process?) (not loaded?))
    (setv (cut _UNTIMED) (lfor each (backends-to-choose) :if (not (_best-speed each)) each))
    (when (>= (* 60 (or minutes 0)) LONGER-RUN) (time-untimed display)))
  (unless loaded? (.doing display "loading Keras"))
  (when (import-keras (when (own-process?) (fastest-backend share resumed)))
    (.say display "training on PyTorch")))


(defn backends-to-choose []
  #[[Return the backends between which there is a choice, or an empty list.

  There is none with a GPU, nor if KERAS_BACKEND or Keras' configuration names a backend, or Keras
  is imported.]]
  (with [_ (suppress ValueError)]  ; an unusual version
    (unless (or
        (in "keras" sys.modules)
        (os.environ.get "KERAS_BACKEND")
        (!= (configured-backend) (get BACKENDS 0))
        (gpu?)
        (< (lfor n (cut (.split (_version "torch") ".") 2) (int n)) OLDEST-TORCH))
      (return (list CHOICE))))
  [])


(defn fastest-backend [[share None] [resumed None]]
  #[[Return the backend to train with: "torch", or None for Keras' default.

  It is the faster one, if both are known, beside the other work that leaves a `share` of the cores
  (by default measured). Until then it is PyTorch on processors with bfloat16, for which its oneDNN
  mostly is faster than XLA (bench/log.md). A run that is `resumed` keeps its own, for its bits.]]
  (when (backends-to-choose)
    (setv [on-tensorflow on-torch] (map _best-speed CHOICE))
    (when (cond
        resumed resumed.on-torch
        (not (and on-tensorflow on-torch)) (bfloat16?)
        (> on-torch on-tensorflow) (> (* on-torch (** (or share (free-share)) SPINNING))
          on-tensorflow))
      "torch")))


(defn time-untimed [display]
  "Time the backends that this process could have chosen, had it known their speed."
  (time-backends _UNTIMED display)
  (.clear _UNTIMED))


(defn time-backends [backends display]
  "Time `backends`, each in a process of its own, and keep their speeds; a signal ends this."
  (with [stopper (catching-signals)]
    (for [backend backends  :if (not stopper.number)]
      (.doing display f"timing {(get CHOICE backend)}, once, for the choice of a backend")
      (subprocess.run [(getattr hy "sys_executable" sys.executable) "-P" "-c" TIME-BACKEND]
        :stdin subprocess.DEVNULL :stdout subprocess.DEVNULL :stderr subprocess.DEVNULL
        :env {#** os.environ
          "KERAS_BACKEND" backend
          "PYTHONPATH" (.join os.pathsep (gfor path sys.path (or path (os.getcwd))))}))))


(defn _best-speed [backend]
  "Return the units a second that the usual network learns with `backend`; 0 if unknown."
  (max (.values (known-speeds backend USUAL-SPEC USUAL-SHAPE)) :default 0))


;; * The number format

(defn bfloat16-pays? [spec batch-shape display seconds]
  #[[Return whether this network learns faster in bfloat16, here and with the current backend.

  Formats are timed for a run of many `seconds`; a short one takes float32 unless they are known.
  Flags don't tell: with AMX PyTorch is up to twice as fast in bfloat16, with `avx512_bf16` alone
  between half and 1.3 times (bench/log.md).]]
  (when (= (len (formats)) 1) (return False))
  (setv known (known-speeds (current-backend) spec batch-shape))
  (unless (or known (<= seconds WORTH-TIMING))
    (.doing display "measuring number formats")
    (setv known (measured-speeds spec batch-shape (free-share))))
  (> (.get known "bfloat16" 0) (* PAYS-FROM (.get known "float32" 0))))


(defn formats [[backend None]]
  "Return the number formats that a `backend`, by default the current one, may be fastest in here."
  (setv backend (or backend (current-backend)))
  (if (and (in backend CHOICE) (bfloat16?) (not (gpu?))) FORMATS (cut FORMATS 1)))


;; * How fast this machine trains

(defn machine-speed [display [minutes 0]]
  #[[Return this machine's training speed, in a run of `minutes`, relative to `sizing.hy`.

  It is that of the current backend in its faster format. Beside other work it is what of that is
  left.]]
  (setv share (free-share))
  (load-keras display minutes share)
  (setv
    known (known-speeds (current-backend) USUAL-SPEC USUAL-SHAPE))
  (unless known (.doing display "measuring this machine's training speed"))
  (setv speeds (or known (measured-speeds USUAL-SPEC USUAL-SHAPE share)))
  (round (* (if known share 1) (/ (max (.values speeds)) MEASURED-SPEED)) 3))


(defn free-share []
  #[[Return the share of this process's cores that other processes leave to it; 1 outside Linux.

  What they do shows while we sleep. A fair system divides the cores among our threads, one for
  each core that we may use, and theirs.]]
  (setv busy (busy-seconds))
  (time.sleep SLEEP)
  (min 1 (/ (os.cpu-count) (+ (cores) (max 0 (/ (- (busy-seconds) busy) SLEEP))))))


(defn busy-seconds []
  "Return the seconds for which other processes have kept cores busy, but for nice ones."
  (try
    (setv [_ user nice system #* _] (.split (.read-text (Path "/proc/stat"))))
    ;; Threads of our own NumPy still spin shortly after its import.
    (- (/ (+ (int user) (int system)) (os.sysconf "SC_CLK_TCK")) (time.process-time))
    (except [[OSError ValueError]] 0)))


;; * Measures

(defn known-speeds [backend spec batch-shape]
  "Return what `measured-speeds` found with `backend`; an empty dict if something is unknown."
  (setv
    known (read-dict (_speeds-path))
    speeds (dfor
      format (formats backend)
      format (.get known (_timed-as backend spec batch-shape format))))
  (if (all (gfor speed (.values speeds) (and (number? speed) (> speed 0)))) speeds {}))


(defn measured-speeds [spec batch-shape share]
  #[[Time a network in each of the `formats`, in turns; return a dict of units a second.

  Keep it if our `share` of the cores is large enough.]]
  (import lstm-textgen.learning.learner.network [in-float32])
  (setv backend (current-backend))
  (with [_ (in-float32)]
    (setv speeds (dfor
      [format seconds] (.items (step-seconds spec batch-shape (formats)))
      format (round (/ (np.prod batch-shape) seconds)))))
  (when (> share KEPT-FROM)
    (setv path (_speeds-path))
    (with [_ (suppress OSError)]  ; then it is measured again the next time
      (.mkdir path.parent :parents True :exist-ok True)
      (with [new (replacing path)]
        (.write-text new :encoding "utf-8" (json.dumps :indent 1 {
          #** (read-dict path)
          #** (dfor
            [format speed] (.items speeds)
            (_timed-as backend spec batch-shape format) speed)})))))
  speeds)


(defn step-seconds [spec batch-shape formats]
  "Return the median seconds that a step takes in each of the `formats`, a dict."
  (setv
    x (.integers (np.random.default-rng 1) 0 spec.vocabulary-size batch-shape :dtype "int32")
    learners (dfor
      format formats
      format (make-learner spec batch-shape 1 0.001 :bfloat16 (= format "bfloat16")))
    seconds (dfor format formats format []))
  (with [_ (muted-stderr)]
    (for [learner (.values learners)] (.learn learner x x)))
  (setv end (+ (time.perf-counter) (* MEASURED-SECONDS (len formats))))
  (while (< (time.perf-counter) end)
    (for [[format learner] (.items learners)]
      (setv begun (time.perf-counter))
      (.learn learner x x)
      (.append (get seconds format) (- (time.perf-counter) begun))))
  (dfor [format each] (.items seconds) format (float (np.median each))))


(defn current-backend []
  "Return the name of the backend in use."
  (import keras)
  (keras.backend.backend))


(defn _speeds-path []
  (/ (Path (cache-folder)) "speed.json"))


(defn _timed-as [backend spec batch-shape format]
  "Return the name of a measure: the machine, the versions, the network and the format."
  (setv [rows lookback] batch-shape)
  (.join ", " [
    (processor-name) f"{(cores)} cores"
    f"{backend} {(_version backend)}" f"Keras {(_version "keras")}"
    f"{spec.layers.recurrent}, {rows} × {lookback}" format]))


(defn _version [package]
  "Return the version of a `package` that is installed, else 0."
  (import importlib.metadata [PackageNotFoundError version])  ; which takes 20 ms
  (try
    (version package)
    (except [PackageNotFoundError] "0")))
