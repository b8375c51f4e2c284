"Training steps with PyTorch itself, on processors."

(eval-when-compile (require hyrule [meth unless]))
(import
  ctypes
  math
  sys
  time
  numpy :as np
  torch
  torch.nn.functional [cross-entropy]
  torch.optim.adam [adam]
  lstm-textgen.basics.machine [cores]
  lstm-textgen.learning.learner.protocol [arrays-of]
  lstm-textgen.learning.learner.stock [StockLearner]
  lstm-textgen.learning.learner.threads [Threads]
  lstm-textgen.modelfile.keraslayout [digest]
  lstm-textgen.settings.training [CLIP-NORM])

(setv
  IGNORED -1   ; in place of an id whose loss doesn't count
  CLEARLY 1.1)  ; how many times as fast one thread must be to be used from the start


(defclass TorchLearner [StockLearner]
  "A learner by autograd and PyTorch's Adam, with Keras' variables, to resume on any backend."

  (meth __init__ [#* arguments #** options]
    ;; Tune glibc's allocator, if this process uses it, to keep freed memory: if the system takes
    ;; back that of a step and clears it, the next takes 1.1 to 1.7 times as long (bench/log.md).
    (when (and (= sys.platform "linux") (hasattr (ctypes.CDLL None) "mallopt"))
      (setv mallopt (. (ctypes.CDLL None) mallopt))
      (mallopt -4 0)                ; M_MMAP_MAX
      (mallopt -1 2_000_000_000))   ; M_TRIM_THRESHOLD, bytes
    (.__init__ (super) #* arguments #** options)
    (setv
      @parameters (lfor w @weights w.value)
      ;; Adam's means of each weight's gradient and of its square.
      [@means @squares] (lfor
        kind ["_momentum" "_velocity"]
        (lfor v @optimizer.variables :if (.endswith v.name kind) v.value)))
    (for [means [@means @squares] [mean weight] (zip means @parameters)]
      (setv mean.data (torch.zeros-like weight)))  ; transposed in memory if the weight is
    (setv @_threads None))

  (meth learn [x y]
    "Train as in `StockLearner`, on as many threads as are fastest; return the loss."
    (unless @_threads (@_choose-threads x y))
    (torch.set-num-threads @_threads.now)
    (setv [loss seconds] (@_timed x y))
    (when @_free? (.note @_threads seconds (time.perf-counter)))
    loss)

  (meth _choose-threads [x y]
    #[[Try a step with all threads and with one, and begin with what is faster.

    The number is free to change if both give the same bits, or if bits depend on time anyway.
    Otherwise it stays, also when the run is resumed: see bench/log.md.]]
    (setv
      most (cores)
      kept (arrays-of [#* @variables #* @optimizer.variables])
      seconds {most []  1 []}
      found (set))
    (defn take [n]
      (torch.set-num-threads n)
      (.append (get seconds n) (get (@_timed x y) 1))
      (.add found (digest (arrays-of [#* @variables #* @optimizer.variables])))
      (@restore kept))
    (defn one-is-faster? []
      (< (* CLEARLY (min (get seconds 1))) (min (get seconds most))))
    (for [n [most 1 most]] (take n))  ; the first step is slow
    (when (one-is-faster?)  ; once may be chance
      (for [n [1 most]] (take n)))
    (setv
      @_free? (or @in-time? (= (len found) 1))
      one? (if (or @_free? (is @one-thread None)) (one-is-faster?) @one-thread)
      @one-thread (and one? (not @_free?))
      @_threads (Threads most (if one? 1 most))))

  (meth _timed [x y]
    "Take a step; return #(loss seconds)."
    (setv begun (time.perf-counter))
    #((@_learn x y) (- (time.perf-counter) begun)))

  (meth _learn [x y]
    "Take a step; PyTorch's Adam adds ε to the root only after bias correction."
    (setv loss (@_loss x y True))
    (.backward loss)
    (setv
      gradients (lfor p @parameters p.grad)
      steps (float @optimizer.iterations.value)
      beta-2 @optimizer.beta-2
      too-long (/ (torch.nn.utils.get-total-norm gradients) CLIP-NORM)
      correction (math.sqrt (- 1 (** beta-2 (+ steps 1)))))
    (with [_ (torch.no-grad)]
      (adam
        #* (gfor
          tensors [@parameters gradients @means @squares]
          (lfor t tensors (if (.is-contiguous t) t t.T)))  ; otherwise it copies them
        [] (lfor _ gradients (torch.tensor steps))
        :lr (float @optimizer.learning-rate.value)
        :beta1 @optimizer.beta-1 :beta2 beta-2 :eps (/ @optimizer.epsilon correction)
        :grad-scale (torch.clamp too-long :min 1)  ; the gradients are divided by it
        :fused True :amsgrad False :maximize False :weight-decay 0.0))
    (.assign @optimizer.iterations (+ @optimizer.iterations.value 1))
    (for [p @parameters] (setv p.grad None))
    (.item loss))

  (meth validate [x y counted]
    (with [_ (torch.no-grad)]
      (.item (@_loss x (np.where counted y IGNORED) False "sum"))))

  (meth _loss [x y training [reduction "mean"]]
    "Return the loss of a batch in nats, by this `reduction` of cross-entropy, a tensor."
    (setv
      [x y] (lfor ids [x y] (.long (torch.from-numpy ids)))
      logits (@model x :training training))
    (cross-entropy (.float (.flatten logits 0 1)) (.flatten y)
      :ignore-index IGNORED :reduction reduction)))
