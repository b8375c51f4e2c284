#[[What training over many devices costs, measured here and predicted beyond.

`python -m hy bench/scale.hy` trains with 1, 2 and 4 processes on this machine and prints the time
of a step, the share of it that goes into the sum over all processes, and the bytes of that sum. To
these it fits a model of three terms: work for each row, latency of a message, bytes over a link.
A ring all-reduce over D devices sends 2 (D - 1) messages one after another, of 1/D of the bytes
each (Patarasuk and Yuan 2009). Then it prints what the model says of larger machines.

`python -m hy bench/scale.hy batches TEXT` measures what larger batches cost in loss.]]

(import
  contextlib [closing]
  json
  math
  os
  socket
  statistics [median]
  subprocess
  sys
  tempfile [TemporaryDirectory]
  numpy :as np
  bench.common [ROOT note print-header print-row processor results seconds-of])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  PROCESSES [1 2 4]
  VOCABULARY 65
  WINDOW 64
  ROWS 32       ; of a batch here, and of each device's part in what is predicted
  UNITS 256
  STEPS 10
  SUMMED [1_000 100_000 1_000_000]  ; numbers in the sums that measure the link
  BYTES 4       ; of a number
  ;; Bytes a second in one direction, and seconds for a message, as their makers state them: PCIe
  ;; 5.0 with 16 lanes, NVLink 4, Ethernet.
  LINKS {
    "PCIe" #(63e9 5e-6)
    "NVLink" #(450e9 5e-6)
    "100 Gb/s" #(12.5e9 30e-6)
    "10 Gb/s" #(1.25e9 30e-6)}
  DEVICES [8 64 512]
  NETWORKS [512 1024 4096]
  FASTER [1 200]  ; devices as fast as this processor, and what a large GPU might be beside it
  BATCHES [32 64 128 256 512 1024]
  RATE 0.008)     ; for the first of them


(defn main [[task "all"] #* arguments]
  "Do what the command line asks."
  (match task
    "all" (measure-all)
    "member" (take-part #* arguments)
    "batches" (compare-batches #* arguments)))


;; * Measured

(defn measure-all []
  "Measure with each number of processes; print that, the model and its predictions."
  (print f"{(processor)}; 1×{UNITS}, batch {ROWS}, window {WINDOW}\n")
  (print-header "processes" "ms a step" "summing" "kB summed")
  (setv sums [])
  (for [count PROCESSES]
    (setv
      found (measure count)
      size (get found "numbers"))
    (.extend sums (gfor [n seconds] (get found "sums") #(count n seconds)))
    (when (= count 1)
      (setv alone (get found "step")))
    (setv [summing] (gfor [n seconds] (get found "sums") :if (= n size) seconds))
    (print-row count f"{(* 1000 (get found "step")) :.1f}"
      (if (= count 1) "" f"{(/ summing (get found "step")) :.0%}")
      (// (* BYTES size) 1000)))
  (setv [latency per-byte] (fit-link (lfor each sums :if (> (get each 0) 1) each)))
  (setv rate (/ (* ROWS WINDOW (operations UNITS)) alone))
  (note "model.microseconds" f"{(/ alone ROWS 1e-6) :.0f} µs")
  (note "model.rate" f"{(/ rate 1e9) :.0f} GFLOP/s")
  (note "model.message" f"{(/ latency 1e-6) :.0f} µs")
  (note "model.loopback" f"{(/ 1e-9 per-byte) :.2f} GB/s")
  (print (+ f"\nwork: {(/ alone ROWS 1e-6) :.0f} µs a row ({(/ rate 1e9) :.0f} GFLOP/s); "
    f"a message: {(/ latency 1e-6) :.0f} µs; a link: {(/ 1e-9 per-byte) :.2f} GB/s\n"))
  (predict rate))


(defn measure [count]
  "Return what process 0 of `count` measures, a dict."
  (with [listener (closing (socket.socket))]
    (.bind listener #("127.0.0.1" 0))
    (setv [_ port] (.getsockname listener)))
  (setv members (lfor n (range count)
    (subprocess.Popen
      [(getattr hy "sys_executable" sys.executable) "-m" "hy" "bench/scale.hy" "member"]
      :cwd ROOT
      :stdout subprocess.PIPE
      :text True
      :env {#** os.environ
        "KERAS_BACKEND" "jax"
        "KERAS_DISTRIBUTION_JOB_ADDRESSES" f"127.0.0.1:{port}"
        "KERAS_DISTRIBUTION_NUM_PROCESSES" (str count)
        "KERAS_DISTRIBUTION_PROCESS_ID" (str n)})))
  (setv [shown #* _] (lfor member members (get (.communicate member) 0)))
  (json.loads (get (.splitlines shown) -1)))


(defn take-part []
  "Measure steps and sums as one of the processes; print what was found."
  (import
    lstm-textgen.display.plain [Silent]
    lstm-textgen.learning.learner.machines [join])
  (with [team (join (Silent))]
    (import
      lstm-textgen.settings.layers [NetworkSpec parse-layers]
      lstm-textgen.learning.learner.devices [DevicesLearner])
    (setv
      learner (DevicesLearner (NetworkSpec (parse-layers (str UNITS)) VOCABULARY 32)
        #(ROWS WINDOW) 1 0.001)
      size (sum (gfor w learner.weights (math.prod w.shape)))
      own (.own-rows team ROWS)
      ids (.integers (np.random.default-rng 1) 0 VOCABULARY #(ROWS WINDOW) :dtype "int32")
      step (fn [] (.learn learner (get ids own) (get ids own)))
      sums (lfor n [#* SUMMED size] [n (time-of (summing learner n))]))
    (print (json.dumps {"step" (time-of step)  "numbers" size  "sums" sums}))))


(defn summing [learner n]
  "Return a function that sums `n` numbers over all devices, and waits for them."
  (import jax)
  (setv
    add (jax.jit (jax.shard-map
      (fn [array] (jax.lax.psum (get array 0) "batch"))
      :mesh learner.mesh
      :in-specs (jax.sharding.PartitionSpec "batch")
      :out-specs (jax.sharding.PartitionSpec)))
    numbers (jax.make-array-from-process-local-data
      (jax.sharding.NamedSharding learner.mesh (jax.sharding.PartitionSpec "batch"))
      (np.ones #((jax.local-device-count) n) "float32")))
  (fn [] (jax.block-until-ready (add numbers))))


(defn time-of [act]
  "Return the median of the seconds that `act` takes, after a first time."
  (act)
  (median (lfor _ (range STEPS) (seconds-of act))))


;; * The model

(defn fit-link [sums]
  #[[Return #(latency per-byte), in seconds, of the link behind `sums`.

  Each is #(devices numbers seconds). Least squares of the relative errors, none below 0.]]
  (setv
    terms (np.array (lfor
      [devices n seconds] sums
      [(/ (messages devices) seconds) (/ (* (sent devices) BYTES n) seconds)]))
    [found #* _] (np.linalg.lstsq terms (np.ones (len sums))))
  (np.maximum found 1e-12))


(defn messages [devices]
  "Return how many messages follow one another in a sum over `devices`."
  (* 2 (- devices 1)))


(defn sent [devices]
  "Return what share of a sum's bytes each device sends."
  (/ (messages devices) devices))


(defn operations [units]
  "Return the operations of a step for each character: 6 for each weight."
  (* 6 (weights units)))


(defn weights [units]
  "Return how many weights a layer of `units` hidden units and the last layer have."
  (+ (* 4 units (+ units VOCABULARY)) (* units VOCABULARY)))


(defn predict [rate]
  "Print the share of the time that is work, for devices with that `rate` (FLOP/s) and more."
  (for [faster FASTER]
    (print (+ f"predicted, not measured: the share of a step that is work, with {ROWS} rows of "
      f"{WINDOW} for each device, {faster} times as fast as this processor\n"))
    (print-header "link" "units" :keys 2 #* (gfor d DEVICES f"{d} devices"))
    (for [[link [bandwidth latency]] (.items LINKS)  units NETWORKS]
      (setv
        work (/ (* ROWS WINDOW (operations units)) (* faster rate))
        size (* BYTES (weights units)))
      (print-row link units #* (gfor
        d DEVICES
        :setv sum-time (+ (* latency (messages d)) (/ (* (sent d) size) bandwidth))
        f"{(/ work (+ work sum-time)) :.0%}")))
    (print)))


;; * Larger batches

(defn compare-batches [text]
  "Print the validation loss after three epochs of `text` for each size of batch."
  (import
    lstm-textgen.modelfile.history [text-length]
    lstm-textgen.textmodel [train])
  (print-header "batch size" "learning rate" "steps an epoch" "bits per character")
  (for [rows BATCHES]
    (setv rate (* RATE (math.sqrt (/ rows (get BATCHES 0)))))
    (with [folder (TemporaryDirectory)]
      (setv model (train text f"{folder}/model"
        :layers "128" :epochs 3 :batch-size rows :learning-rate rate :quiet True)))
    (print-row rows f"{rate :.4f}"
      (// (text-length model.history) (* rows WINDOW))
      f"{(/ (get model.history -1 "validation_loss") (math.log 2)) :.3f}")))


(with [_ (results __file__ EDITION)]
  (main #* (cut sys.argv 1 None)))
