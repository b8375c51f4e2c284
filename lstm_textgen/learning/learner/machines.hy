#[[Processes that train together: how they connect, communicate and end.

All communication is JAX's: `keras.distribution.initialize` connects the processes, collectives
carry their messages, and the heartbeats of JAX's coordination service detect when one is lost.]]

(eval-when-compile (require hyrule [-> meth unless]))
(import
  atexit
  contextlib [AbstractContextManager contextmanager]
  functools [partial]
  ipaddress [ip-address]
  json
  os
  pathlib [Path]
  re
  socket
  sys
  tempfile [TemporaryDirectory]
  time
  numpy :as np
  lstm-textgen.basics.interrupts [Interrupted]
  lstm-textgen.basics.machine [pip-install]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [counted]
  lstm-textgen.learning.learner.quiet [end-at-once import-keras muted-stdout]
  lstm-textgen.modelfile.checkpoint [file-image load-checkpoint])

(setv
  CONNECTING 45  ; seconds within which all processes must connect
  HEARTBEAT 25  ; seconds without a heartbeat until a process counts as lost
  ;; What keras.distribution.initialize reads.
  ADDRESSES "KERAS_DISTRIBUTION_JOB_ADDRESSES"
  DESERTED (+ "lost another process of this run, so training can't continue; the model is as last "
    "saved, and the same command on every machine resumes\n")
  ;; The status codes with which XLA's errors begin when a collective fails.
  XLA-FAILURE (re.compile (+ "(UNKNOWN|INTERNAL|UNAVAILABLE|ABORTED|CANCELLED|"
    "DEADLINE_EXCEEDED|FAILED_PRECONDITION): "))
  REACHED "lstm_textgen/reached/")  ; with the number of a process: where that found process 0


(defclass ProcessGroup [AbstractContextManager]
  #[[The one or more processes that train a model, each on its rows of a batch.

  `distributed`: whether batches are split over all devices; `connected`: whether it is connected
  to others; `leader?`: whether this one saves and shows; `in-words`: what the training is split
  over, or an empty string. A process whose message to another fails inside ends with one line and
  the status 2; JAX ends one that hears nothing of another for `HEARTBEAT` seconds. All must call
  every method alike. Alone, `leader-says` and `leaders-model` return what they get, `all-say` a
  list of it, and `check-alike` does nothing.]]

  (meth __init__ [[@distributed False] [@connected False]]
    (setv
      @devices (if distributed (hy.I.jax.devices) [])
      @processes (if connected (hy.I.jax.process-count) 1)
      @leader? (not (and connected (hy.I.jax.process-index)))
      @in-words (if @devices
        (+ (counted (len @devices) "devices") " of "
          (if (= @processes 1) "1 process" f"{@processes} processes"))
        "")))

  (meth __exit__ [kind error trace]
    (cond
      (not @connected) None
      (or (is error None) (isinstance error Interrupted))
        (try
          (@all-say None)  ; nobody leaves before the leader has saved
          (except [error [ValueError RuntimeError]]
            (if (_lost? error) (end-at-once DESERTED) (raise))))
      (_lost? error) (end-at-once DESERTED)
      ;; Give others that fail for the same reason time to report it before they lose the leader.
      True (leave-at-exit :seconds (if @leader? 2 0)))
    None)

  (meth all-say [value]
    "Return the list of all processes' values."
    (when (= @processes 1) (return [value]))
    (import jax.experimental.multihost-utils [process-allgather])
    (setv
      own (-> value json.dumps .encode (np.frombuffer "uint8"))
      sizes (.ravel (process-allgather (np.asarray (len own) "int32")))
      padded (np.pad own #(0 (- (.max sizes) (len own)))))
    (lfor
      [size row] (zip sizes (process-allgather padded))
      (-> row (cut size) .tobytes .decode json.loads)))

  (meth leader-says [value]
    "Return the leader's value."
    (get (@all-say (when @leader? value)) 0))

  (meth check-alike [what value]
    "Raise `ValueError` on every process if their values differ; `what` names the value."
    (setv [first #* others] (@all-say value))
    (for [[n other] (enumerate others 1)  :if (!= other first)]
      (refuse f"the processes differ in {what}: {first} in process 0, "
        f"{other} in process {n}; give all of them the same")))

  (meth leaders-model [model]
    "Return the leader's `model`, a `Checkpoint`, or None if it has none."
    (when (= @processes 1) (return model))
    (import jax.experimental.multihost-utils [broadcast-one-to-all])
    (setv
      image (np.frombuffer (if model (file-image model) b"") "uint8")
      size (@leader-says (len image)))
    (when size
      (setv image (broadcast-one-to-all (if @leader? image (np.zeros size "uint8"))))
      (when @leader? (return model))
      (with [folder (TemporaryDirectory)]
        (setv path (/ (Path folder) "model.h5"))
        (.write-bytes path (.tobytes image))
        (load-checkpoint path :resume True))))

  (meth own-rows [rows]
    "Return this process's slice of a batch's `rows`; raise `ValueError` if it isn't even."
    (unless @devices (return (slice 0 rows)))
    (setv
      count (len @devices)
      [each rest] (divmod rows count))
    (when rest
      (refuse 'batch-size f" {rows} can't be split evenly over {count} devices; "
        f"give a multiple of {count}, such as {(@even-rows rows)}"))
    (setv
      own (hy.I.jax.local-devices)
      first (.index @devices (get own 0)))
    (slice (* each first) (* each (+ first (len own)))))

  (meth even-rows [rows]
    "Return the smallest number from `rows` up that can be split evenly."
    (setv devices (or (len @devices) 1))
    (* devices (- (// (- rows) devices)))))


(defn join [display]
  #[[Connect to the other processes of this run, if any; return the `ProcessGroup`.

  Processes are found through the environment, like JAX's, or through Keras' variables. Raise
  `ValueError` if that fails; if not all connect in time, JAX ends the process.]]
  (.doing display "loading Keras")
  (import-keras)
  (import keras)
  (unless (= (keras.backend.backend) "jax")
    (refuse 'distributed " needs Keras on JAX, not "
      f"{(keras.backend.backend)}: set KERAS_BACKEND=jax ({(pip-install "'jax<0.12.1'")})"))
  (try
    (setv group (ProcessGroup True (with [_ (_gloo-within-reach)] (_initialize))))
    (except [ValueError] (leave-at-exit) (raise)))
  (unless group.leader?
    (.say display (+ f"process {(hy.I.jax.process-index)} of {group.processes}; "
      "process 0 shows and saves the run")))
  group)


(defn follower? []
  "Return whether another process of this run leads: saves and shows it."
  (setv jax (.get sys.modules "jax"))
  (bool (and jax (jax.distributed.is-initialized) (jax.process-index))))


(defn _initialize []
  "Connect to the other processes; return whether there are any."
  (import jax keras)
  (jax.config.update "jax_enable_preemption_service" False)  ; signals are ours
  ;; Two programs at once on a processor can wait for each other's collectives forever.
  (jax.config.update "jax_cpu_enable_async_dispatch" False)
  (setv initialize jax.distributed.initialize)
  (try
    ;; Keras passes no time limits on; JAX's own are minutes.
    (setv jax.distributed.initialize (partial initialize
      :initialization-timeout CONNECTING :heartbeat-timeout-seconds HEARTBEAT))
    (with [_ (muted-stdout)]  ; JAX's Gloo greets there
      (keras.distribution.initialize)
      (jax.devices))  ; which starts Gloo
    True
    (except [error [OSError RuntimeError ValueError]]
      (unless (and (in "coordinator_address" (str error)) (not-in ADDRESSES os.environ))
        (refuse 'distributed f": can't connect to the other processes: {error}; "
          (if (in "Gloo" (str error))
            "each machine must reach all ports of the others, not only that of process 0"
            (+ f"{ADDRESSES} and …_NUM_PROCESSES must be the same on all, and …_PROCESS_ID "
              "from 0"))))
      False)
    (finally (setv jax.distributed.initialize initialize))))


(defn [contextmanager] _gloo-within-reach []
  #[[Let JAX's Gloo, if it starts meanwhile, listen at an `own-address`: its own can be loopback's.

  Without this, two machines whose names resolve to 127.0.1.1 on themselves, as on Debian, don't
  connect: none of three trials with JAX 0.12.0.1 did (tests/team.hy imitates such machines).]]
  (import jaxlib [_jax])
  (setv make _jax.make-gloo-tcp-collectives)
  (defn make-within-reach [distributed-client]
    (make distributed-client :hostname (own-address distributed-client)))
  (setv _jax.make-gloo-tcp-collectives make-within-reach)
  (try
    (yield)
    (finally (setv _jax.make-gloo-tcp-collectives make))))


(defn own-address [client]
  #[[Return the address at which the other processes of JAX's `client` reach this one.

  It is that of the interface that reaches process 0. On the machine of process 0 that can be
  loopback, as its name resolves to 127.0.1.1 there on Debian; then it is the address at which
  another machine has found process 0, if there is one.]]
  (import jax._src.distributed [global-state])
  (defn loopback? [address] (. (ip-address address) is-loopback))
  (setv
    [host port] (.rsplit global-state.coordinator-address ":" 1)
    [[family kind _ _ coordinator] #* _] (socket.getaddrinfo (.strip host "[]") port
      :type socket.SOCK-DGRAM))
  (with [probe (socket.socket family kind)]
    (.connect probe coordinator)  ; sends nothing
    (setv [[own #* _] [reached #* _]] [(.getsockname probe) (.getpeername probe)]))
  (.key-value-set client f"{REACHED}{global-state.process-id}" reached)
  (if (loopback? own)
    (next (gfor
      n (range global-state.num-processes)
      :setv address (.blocking-key-value-get client f"{REACHED}{n}" (* 1000 CONNECTING))
      :if (not (loopback? address))
      address) own)
    own))


(defn _lost? [error]
  (and (isinstance error #(ValueError RuntimeError)) (bool (.match XLA-FAILURE (str error)))))


(defn leave-at-exit [[seconds 0]]
  "At the exit of this process, which has failed, wait `seconds`, and not for others as JAX would."
  (atexit.register (fn [] (time.sleep seconds) (end-at-once))))
