#[[How many threads of BLAS a lone stream gets, by the speed that they have now.

On an idle machine two threads take a step of 512 units and 2,048 pieces in half the time, as each
core's cache holds half of the weights. On a busy one, where each product waits for a thread that
isn't running, they take up to 100 times as long as one.]]

(eval-when-compile (require hyrule [meth]))
(import
  math [inf]
  time [perf-counter]
  lstm-textgen.basics.machine [set-threads])

(setv
  FIRST 8       ; steps with one thread before the others are tried
  SLOWEST-WAKING 5  ; times as long as a step with one thread may take that wakes the others
  TRIAL 4       ; steps of a trial
  PORTION 16    ; steps with several threads after which the speed is judged, then twice as many, …
  LONGEST-PORTION 64  ; … up to this number
  WORTHWHILE 0.75  ; several threads must take less than this share of the time of one
  PATIENCE 128  ; steps with one thread after a trial that fails, the next time twice as many
  LONGEST-PATIENCE 8192
  PORTIONS 64)  ; with several threads, after which one is measured again


(defclass Pace []
  "Chooses between one thread and `most` for steps of one kind, which are taken through `run`."

  (meth __init__ [@most]
    (setv
      [@threads @_left] [1 FIRST]  ; steps until the speed is judged
      [@_taken @_seconds @_portions] [0 0.0 0]
      [@_waking @_alone @_patience] [False inf PATIENCE]))  ; seconds of a step with one thread

  (meth run [act most]
    "Return the result of `act`, a function of a number of steps to take: of 1 to `most`."
    (when (= @most 1) (return (act most)))
    (setv
      n (min most @_left)
      begun (perf-counter))
    (set-threads @threads)
    (try
      (setv result (act n))
      (finally (set-threads 1)))
    (+= @_seconds (- (perf-counter) begun))
    (+= @_taken n)
    (-= @_left n)
    (when @_left (return result))
    ;; Judge the speed, and choose the threads of the next steps.
    (setv
      seconds (/ @_seconds @_taken)
      [@_taken @_seconds] [0 0.0])
    (cond
      (= @threads 1) (setv
        [@threads @_left @_waking] [@most 1 True]
        [@_alone @_portions] [seconds 0])
      (and @_waking (< seconds (* SLOWEST-WAKING @_alone))) (setv [@_left @_waking] [TRIAL False])
      (= @_portions PORTIONS) (setv [@threads @_left] [1 FIRST])
      (< seconds (* WORTHWHILE @_alone)) (setv
        @_left (min LONGEST-PORTION (<< PORTION @_portions))
        @_patience (max PATIENCE (// @_patience 2))
        @_portions (+ @_portions 1))
      True (setv
        [@threads @_left] [1 @_patience]
        @_patience (min LONGEST-PATIENCE (* 2 @_patience))))
    result))
