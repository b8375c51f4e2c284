#[[How many threads of BLAS steps get: one or several, whichever was faster when they were tried.

On an idle machine two threads take a step of 512 units and 2,048 pieces in half the time, as each
core's cache holds half of the weights. On a busy one, where each product waits for a thread that
isn't running, they take up to 100 times as long as one.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  time [perf-counter]
  lstm-textgen.basics.machine [set-threads])

(setv
  TRIAL 8  ; steps with one thread, and as many with several
  ;; Steps with the faster number after that, times the ratio of the speeds: so trials take 3% of
  ;; the time.
  KEPT-STEPS 128)


(defclass Pace []
  "Chooses between one thread and `most` for steps of one kind, which are taken through `run`."

  (meth __init__ [@most]
    (setv
      @_threads 1
      @_left 0  ; steps until another choice
      @_speeds {}))  ; steps per second, by the number of threads

  (meth run [act steps]
    "Take `steps` steps by `act`, a function that takes the number of steps it is given."
    (while steps
      (unless @_left (@_choose))
      (setv
        n (min steps @_left)
        begun (perf-counter))
      (set-threads @_threads)
      (try
        (act n)
        (finally (set-threads 1)))
      (setv (get @_speeds @_threads) (/ n (- (perf-counter) begun)))
      (-= @_left n)
      (-= steps n)))

  (meth _choose []
    "Choose a number of threads that hasn't been tried, or else the faster one."
    (setv untried (lfor n [1 @most] :if (not-in n @_speeds) n))
    (if untried
      (setv
        @_threads (get untried 0)
        @_left TRIAL)
      (setv
        @_threads (max @_speeds :key @_speeds.get)
        @_left (int (/ (* KEPT-STEPS (max (.values @_speeds))) (min (.values @_speeds))))
        @_speeds {}))))
