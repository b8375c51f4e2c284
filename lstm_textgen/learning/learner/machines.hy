#[[Processes that train together: how they connect, communicate and end.

All communication is JAX's: `keras.distribution.initialize` connects the processes, collectives
carry their messages, and the heartbeats of JAX's coordination service detect when one is lost.]]

(eval-when-compile (require hyrule [unless]))
(import
  atexit
  functools [partial]
  json
  os
  pathlib [Path]
  re
  subprocess
  sys
  tempfile [TemporaryDirectory]
  numpy :as np
  lstm-textgen [__version__]
  lstm-textgen.basics.interrupts [Interrupted]
  lstm-textgen.basics.values [counted]
  lstm-textgen.learning.learner.quiet [end-at-once import-keras muted-stdout reserve-stderr]
  lstm-textgen.modelfile.checkpoint [file-image load-checkpoint])

(setv
  JOINING 45    ; seconds within which all processes must connect
  HEARTBEAT 25  ; seconds without a heartbeat until a process counts as lost
  ;; What keras.distribution.initialize reads.
  ADDRESSES "KERAS_DISTRIBUTION_JOB_ADDRESSES"
  NOT-MET (+ f"not all processes connected within {JOINING} seconds; check that each was started "
    f"and that {ADDRESSES} names an address and port of process 0 that the others can reach")
  LOST (+ "lost another process of this run, so training can't continue; the model is as last "
    "saved, and the same command on every machine resumes")
  ;; The status codes with which XLA's errors begin when a collective fails.
  XLA-FAILURE (re.compile (+ "(UNKNOWN|INTERNAL|UNAVAILABLE|ABORTED|CANCELLED|"
    "DEADLINE_EXCEEDED|FAILED_PRECONDITION): "))
  ;; Shows the last line that it has read, once the process that writes them has ended.
  WATCHER #[[
import sys
said = [""] + sys.stdin.read().splitlines()
if said[-1]:
    print(said[-1], file=sys.stderr)
]])


(defclass ProcessGroup []
  #[[The one or more processes that train a model, each on its rows of a batch.

  `distributed`: whether batches are split over all devices; `words`: the `LastWords` of one that
  is connected to others; `leader?`: whether this one saves and shows. Inside, a process that loses
  another one ends with one line and the status 1, or with SIGABRT if JAX ends it. All processes
  must call every method alike, except `describe`.]]

  (defn __init__ [self [distributed False] [words None]]
    (setv
      [self.distributed self.words] [distributed words]
      self.devices (if distributed (hy.I.jax.devices) [])
      self.processes (if words (hy.I.jax.process-count) 1)
      self.leader? (not (and words (hy.I.jax.process-index)))))

  (defn __enter__ [self] self)

  (defn __exit__ [self kind error trace]
    (cond
      (is self.words None) None
      (or (is error None) (isinstance error Interrupted)) (do
        (try
          (.all-say self None)  ; nobody leaves before the leader has saved
          (except [error [ValueError RuntimeError]] (if (_lost? error) (end-at-once 1) (raise))))
        (.keep-silent self.words))
      (_lost? error) (end-at-once 1)  ; the watcher prints why
      ;; JAX would wait for the others at exit.
      True (atexit.register (fn [] (.keep-silent self.words) (end-at-once 2))))
    None)

  (defn all-say [self value]
    "Return the list of all processes' values."
    (when (= self.processes 1) (return [value]))
    (import jax.experimental.multihost-utils [process-allgather])
    (setv
      own (np.frombuffer (.encode (json.dumps value)) "uint8")
      sizes (.ravel (process-allgather (np.asarray (len own) "int32")))
      padded (np.pad own #(0 (- (.max sizes) (len own)))))
    (lfor
      [size row] (zip sizes (process-allgather padded))
      (json.loads (.decode (.tobytes (cut row size))))))

  (defn leader-says [self value]
    "Return the leader's value."
    (get (.all-say self (when self.leader? value)) 0))

  (defn check-versions [self]
    "Raise `ValueError` on every process if their versions differ."
    (when self.words
      (.check-alike self "their versions" (+ f"lstm_textgen {__version__}, "
        f"Keras {hy.I.keras.__version__}, JAX {hy.I.jax.__version__}"))))

  (defn check-alike [self what value]
    "Raise `ValueError` on every process if their values differ; `what` names the value."
    (setv [first #* others] (.all-say self value))
    (for [[n other] (enumerate others 1)  :if (!= other first)]
      (raise (ValueError (+ f"the processes differ in {what}: {first} in process 0, "
        f"{other} in process {n}; give all of them the same")))))

  (defn leaders-model [self model]
    "Return the leader's `model`, a `Checkpoint`, or None if it has none."
    (when (= self.processes 1) (return model))
    (import jax.experimental.multihost-utils [broadcast-one-to-all])
    (setv
      image (np.frombuffer (if model (file-image model) b"") "uint8")
      size (.leader-says self (len image)))
    (when size
      (setv image (broadcast-one-to-all (if self.leader? image (np.zeros size "uint8"))))
      (when self.leader? (return model))
      (with [folder (TemporaryDirectory)]
        (setv path (/ (Path folder) "model.h5"))
        (.write-bytes path (.tobytes image))
        (load-checkpoint path :resume True))))

  (defn own-rows [self rows]
    "Return this process's slice of a batch's `rows`; raise `ValueError` if it isn't even."
    (unless self.devices (return (slice 0 rows)))
    (setv
      count (len self.devices)
      [each rest] (divmod rows count))
    (when rest
      (raise (ValueError (+ f"`batch_size` {rows} can't be split evenly over {count} devices; "
        f"give a multiple of {count}, such as {(* count (+ each 1))}"))))
    (setv own (lfor
      [n device] (enumerate self.devices)
      :if (= device.process-index (hy.I.jax.process-index))
      n))
    (slice (* each (get own 0)) (* each (+ 1 (get own -1)))))

  (defn even-rows [self rows]
    "Return the smallest number from `rows` up that can be split evenly."
    (setv devices (or (len self.devices) 1))
    (* devices (- (// (- rows) devices))))

  (defn describe [self]
    "Return in words what the training is split over, or an empty string."
    (unless self.devices (return ""))
    (+ (counted (len self.devices) "devices") " of "
      (if (= self.processes 1) "1 process" f"{self.processes} processes"))))


(defn join [report]
  #[[Connect to the other processes of this run, if any; return the `ProcessGroup`.

  `report` (a `Report`) shows slow actions. Processes are found through the environment, like
  JAX's, or through Keras' variables. Raise `ValueError` if that fails; if they can't connect, JAX
  ends the process.]]
  (.doing report "loading Keras")
  (import-keras)
  (import keras)
  (unless (= (keras.backend.backend) "jax")
    (raise (ValueError (+ "`distributed` needs Keras on JAX, not "
      f"{(keras.backend.backend)}: set KERAS_BACKEND=jax (pip install jax)"))))
  (setv [words free-stderr] [(LastWords NOT-MET) (reserve-stderr)])
  (unless (_initialize)
    (free-stderr)
    (.keep-silent words)
    (return (ProcessGroup True)))
  (.would-say words LOST)
  (setv group (ProcessGroup True words))
  (unless group.leader?
    (.say report (+ f"process {(hy.I.jax.process-index)} of {group.processes}; "
      "process 0 shows and saves the run")))
  group)


(defn follower? []
  "Return whether another process of this run leads: saves and shows it."
  (setv jax (.get sys.modules "jax"))
  (bool (and jax (jax.distributed.is-initialized) (jax.process-index))))


(defn _initialize []
  "Connect to the other processes; return whether there are any."
  (import
    jax
    keras)
  (jax.config.update "jax_enable_preemption_service" False)  ; signals are ours
  ;; Two programs at once on a processor can wait for each other's collectives forever.
  (jax.config.update "jax_cpu_enable_async_dispatch" False)
  (setv initialize jax.distributed.initialize)
  (try
    ;; Keras passes no time limits on; JAX's own are minutes.
    (setv jax.distributed.initialize (partial initialize
      :initialization-timeout JOINING :heartbeat-timeout-seconds HEARTBEAT))
    (with [_ (muted-stdout)]  ; JAX's Gloo greets there
      (keras.distribution.initialize))
    True
    (except [error [ValueError RuntimeError]]
      (unless (and (in "coordinator_address" (str error)) (not-in ADDRESSES os.environ))
        (raise (ValueError (+ f"`distributed`: can't connect to the other processes: {error}; "
          f"{ADDRESSES} and …_NUM_PROCESSES must be the same on all, and …_PROCESS_ID from 0"))))
      False)
    (finally (setv jax.distributed.initialize initialize))))


(defn _lost? [error]
  "Return whether `error` is XLA's for a lost process."
  (and (isinstance error #(ValueError RuntimeError)) (bool (.match XLA-FAILURE (str error)))))


(defclass LastWords []
  #[[What to print if this process is ended from JAX's C++, at first `text`.

  A watcher, a small separate process, waits for that.]]

  (defn __init__ [self text]
    (setv self.watcher (subprocess.Popen
      [(getattr hy "sys_executable" sys.executable) "-c" WATCHER]
      :stdin subprocess.PIPE :text True :start-new-session True))  ; Ctrl-C must not reach it
    (.would-say self text))

  (defn would-say [self text]
    "Print `text`, one line, if the process ends without another call."
    (.write self.watcher.stdin (+ text "\n"))
    (.flush self.watcher.stdin))

  (defn keep-silent [self]
    "Print nothing."
    (unless self.watcher.stdin.closed
      (.would-say self "")
      (.close self.watcher.stdin)
      (.wait self.watcher))))
