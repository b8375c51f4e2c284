"The choice of the learner: the one that suits the backend and the device."

(eval-when-compile (require hyrule [unless]))
(import
  lstm-textgen.basics.machine [cores]
  lstm-textgen.learning.learner.quiet [muted-stderr])

(setv FEWEST-ROWS 8)  ; in a part of a batch: with fewer, products are slow


(defn make-learner [spec batch-shape rng-seed learning-rate [bfloat16 False] [distributed False]]
  #[[Return the `Learner` that is fastest with this backend, as measured on two cores.

  `bfloat16`: whether to multiply in bfloat16, which JAX ignores; `distributed`: whether to split
  batches over all devices, which needs JAX.]]
  (with [_ (muted-stderr)]
    (import keras  lstm-textgen.learning.learner.network [gpu-used])
    (setv
      backend (keras.backend.backend)
      gpu (gpu-used)
      [rows _] batch-shape
      what [spec batch-shape rng-seed learning-rate]
      how {"bfloat16" bfloat16})
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
