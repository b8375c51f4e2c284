#[[How many threads of BLAS a lone stream gets, by the speed that they have now.

On an idle machine two threads take a step of 512 units and 2,048 pieces in half the time, as each
core's cache holds half of the weights. On a busy one, where each product waits for a thread that
isn't running, they take up to 100 times as long as one.]]

(import
  math [inf]
  time [perf-counter]
  lstm-textgen.basics.machine [set-threads])

(setv
  FIRST 8       ; steps with one thread before the others are tried
  TRIED 4       ; steps of a trial
  PORTION 16    ; steps with several threads after which the speed is judged
  GAIN 0.75     ; several threads must take less than this share of the time of one
  PATIENCE 128  ; steps with one thread after a trial that fails, the next time twice as many
  LONGEST-PATIENCE 8192
  PORTIONS 64)  ; with several threads, after which one is measured again


(defclass Pace []
  "Chooses between one thread and `most` for steps of one kind, which are taken through `run`."

  (defn __init__ [self most]
    (setv
      [self.most self.threads self._patience] [most 1 PATIENCE]
      self._alone inf  ; seconds of a step with one thread
      [self._left self._taken self._seconds] [FIRST 0 0.0]  ; steps until the speed is judged
      self._portions 0))

  (defn run [self act most]
    "Return the result of `act`, a function of a number of steps to take: of 1 to `most`."
    (when (= self.most 1) (return (act most)))
    (setv
      n (min most self._left)
      begun (perf-counter))
    (set-threads self.threads)
    (try
      (setv result (act n))
      (finally (set-threads 1)))
    (+= self._seconds (- (perf-counter) begun))
    (+= self._taken n)
    (-= self._left n)
    (when (= self._left 0) (._judge self))
    result)

  (defn _judge [self]
    "Choose the threads of the next steps by the speed of the last ones."
    (setv seconds (/ self._seconds self._taken))
    (cond
      (= self.threads 1) (setv
        [self.threads self._left self._alone] [self.most TRIED seconds]
        self._portions 0)
      (= self._portions PORTIONS) (setv [self.threads self._left] [1 FIRST])
      (< seconds (* GAIN self._alone)) (setv
        [self._left self._patience] [PORTION PATIENCE]
        self._portions (+ self._portions 1))
      True (setv
        [self.threads self._left] [1 self._patience]
        self._patience (min LONGEST-PATIENCE (* 2 self._patience))))
    (setv [self._taken self._seconds] [0 0.0])))
