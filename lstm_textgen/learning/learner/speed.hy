#[[How fast this machine trains: a few real steps, measured once while it is idle and remembered.

`sizing.hy` has the speeds of all networks on one machine; what is measured here is how many times
as fast this one is.]]

(import
  contextlib [suppress]
  json
  os
  pathlib [Path]
  time
  keras
  numpy :as np
  lstm-textgen.basics.files [replacing]
  lstm-textgen.basics.machine [cache-folder cores processor-name]
  lstm-textgen.learning.learner.choice [make-learner]
  lstm-textgen.settings.layers [NetworkSpec parse-layers]
  lstm-textgen.settings.sizing [MEASURED MEASURED-SPEED])

(setv
  VOCABULARY 65
  EMBEDDING 32
  SHAPE #(32 64)   ; of a batch
  SECONDS 0.5)     ; of steps, after the first, which compiles


(defn machine-speed [report]
  #[[Return how many times as fast as in `sizing.hy` this machine trains with the backend in use.

  What is measured is kept in the cache folder, for each processor, number of cores, version of the
  backend and network; but not what was measured beside other work. `report` (a `Report`) shows
  that it takes a moment.]]
  (setv
    path (/ (Path (cache-folder)) "speed.json")
    known (_read path)
    backend (keras.backend.backend)
    machine (.join ", " [
      (processor-name) f"{(cores)} cores" backend
      (. (__import__ backend) __version__) keras.__version__ f"{MEASURED} units"]))
  (when (in machine known)
    (return (get known machine)))
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


(defn _read [path]
  "Return the speeds in the file at `path`, a dict; none if it is missing or no such file."
  (try
    (setv known (json.loads (.read-text path :encoding "utf-8")))
    (dfor [machine speed] (.items known) :if (> speed 0) machine speed)
    (except [[OSError ValueError AttributeError TypeError]]
      {})))


(defn _idle? []
  "Return whether little else keeps this machine busy, as far as the system tells."
  (try
    (< (get (os.getloadavg) 0) (/ (+ (cores) 1) 2))  ; we ourselves may count as one
    (except [[AttributeError OSError]]  ; on Windows
      True)))


(defn units-a-second []
  "Return how many units a second the network `MEASURED` learns from here."
  (setv
    spec (NetworkSpec (parse-layers MEASURED) VOCABULARY EMBEDDING)
    learner (make-learner spec SHAPE 1 0.001)
    x (.integers (np.random.default-rng 1) 0 VOCABULARY SHAPE :dtype "int32")
    seconds [])
  (.learn learner x x)
  (setv end (+ (time.perf-counter) SECONDS))
  (while (< (time.perf-counter) end)
    (setv begun (time.perf-counter))
    (.learn learner x x)
    (.append seconds (- (time.perf-counter) begun)))
  (/ x.size (min seconds)))  ; other work may have slowed some steps, but hardly all
