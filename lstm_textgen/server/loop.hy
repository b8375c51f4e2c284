#[[The loop that generates for all requests to one model, in its own thread.

Texts join and leave a batch between two steps, and requests share it by turns: a place goes to the
request with the fewest texts in it, if need be from the one with the most. Seeds are read in
slices between rounds of steps, so beside a long one the texts being generated keep half of the
time, and the seeds of others get their turns.]]

(eval-when-compile (require hyrule [unless]))
(import
  collections [deque]
  logging
  threading [Condition Thread]
  time
  lstm-textgen.writing.batch [Crowd MOST-TEXTS]
  lstm-textgen.writing.mixture [make-engine])

(setv
  MOST-WAITING 1024  ; texts in the queue
  SLICE 32  ; units of a request's seeds read in its turn …
  SLICES 4  ; … and such slices between two rounds of steps
  JOINING 4  ; a text that joins takes as long as reading this many units
  MOST-STEPS 512  ; in a round; a text that joins or leaves ends it earlier
  FEW-STEPS 4  ; in a round while seeds are read, or as many as take as long as the reading
  LONGEST-ROUND 0.02  ; seconds, after which readers get new text
  TURN 0.2  ; seconds that a text may stay before it must make room for one of another request
  LOG (logging.getLogger __name__))


(defclass Full [Exception]
  "The queue is full; `seconds` is how long it may take until there is room."

  (defn __init__ [self seconds]
    (.__init__ (super) "the queue is full")
    (setv self.seconds seconds)))


(defclass Stopped [Exception]
  "The loop accepts no more jobs: its model's file has changed, or the server is stopping.")


(defclass Loop []
  #[[Generates the texts of `Job`s for one `model`, a `Checkpoint`, until `stop` is called.

  - `notify`: called in the loop's thread with a list of jobs that have news.
  - `observe`: called with the number of units after each round.]]

  (defn __init__ [self model * [most MOST-TEXTS] [most-waiting MOST-WAITING]
      [notify (fn [jobs] None)] [observe (fn [units] None)]]
    (setv
      [self.model self.most self.most-waiting] [model most most-waiting]
      [self.notify self.observe] [notify observe]
      self._changed (Condition)
      self._inbox []  ; from other threads: requests, and jobs to end
      self._ending False
      self.requests []  ; those with jobs that wait or run
      self.running {}  ; jobs by their draws
      self._reader (make-engine model)
      self.crowd (Crowd model self._reader)
      self._admitting None
      [self._round self._step-seconds self._read-seconds self._text-seconds] [1 0.0 0.0 0.0]
      self._thread (Thread :target self._live :name "generate" :daemon True))
    (.start self._thread))

  ;; For other threads

  (defn submit [self jobs]
    "Queue the `jobs` of a request; raise `Full` if there isn't room for all, or `Stopped`."
    (with [_ self._changed]
      (when self._ending (raise (Stopped)))
      (setv ahead (len self.waiting))
      (when (and ahead (> (+ ahead (len jobs)) self.most-waiting))
        (raise (Full (* self._text-seconds (/ ahead self.most)))))
      (when jobs (.append self._inbox (Request jobs)))
      (.notify self._changed)))

  (defn cancel [self jobs]
    "End `jobs` before the next step."
    (with [_ self._changed]
      (for [job jobs :if (is job.end None)]
        (setv job.end "cancelled")
        (.append self._inbox job))
      (.notify self._changed)))

  (defn stop [self]
    "Stop accepting jobs; the loop ends once it has finished those that it has."
    (with [_ self._changed]
      (setv self._ending True)
      (.notify self._changed)))

  (defn [property] waiting [self]
    "The jobs that wait, a list."
    (lfor
      each [#* self.requests #* self._inbox]
      :if (isinstance each Request)
      job (list each.waiting)
      job))

  (defn alive? [self]
    "Return whether the loop generates."
    (.is-alive self._thread))

  (defn join [self [timeout None]]
    "Wait until the loop has ended."
    (.join self._thread timeout))

  ;; In the loop's thread

  (defn _live [self]
    "Generate until the loop is to end."
    (while (._receive self)
      (try
        (._admit self)
        (when self.running (._write self))
        (except [Exception]
          (.exception LOG "generating failed")
          (._fail self))))
    (.close self.crowd))

  (defn _receive [self]
    "Process the inbox, waiting while there is nothing to do; return whether to continue."
    (unless (or self._inbox self.requests)
      (with [_ self._changed]
        (.wait-for self._changed (fn [] (or self._inbox self._ending)))))
    (when self._inbox
      (with [_ self._changed]
        (setv news (list self._inbox))
        (.clear self._inbox))  ; the same list object, which the batch checks
      (for [each news]
        (if (isinstance each Request) (.append self.requests each) (._drop self each))))
    (or self.requests (not self._ending)))

  (defn _drop [self job]
    "Forget a `job` that has ended."
    (setv request job.request)
    (cond
      (in job request.running) (do
        (.take-out self job)
        (setv
          seconds (- (time.perf-counter) job.begun)
          self._text-seconds (if self._text-seconds
            (+ (* 0.9 self._text-seconds) (* 0.1 seconds))
            seconds)))
      (in job request.waiting) (.remove request.waiting job))
    (when (and (in request self.requests) (not (or request.waiting request.running)))
      (.remove self.requests request)))

  (defn take-out [self job]
    "Let `job` leave its batch; note the state with which it can join again."
    (.pop self.running job.draw)
    (.remove job.request.running job)
    (setv job.state (.leave self.crowd job.draw)))

  (defn _admit [self]
    "Read slices of the seeds of waiting requests by turns; let jobs with a read seed join."
    (setv
      begun (time.perf-counter)
      left (* SLICE SLICES)
      waiting (lfor request self.requests :if request.waiting request))
    (while (and waiting (> left 0))
      (setv
        request (min waiting :key (fn [each] #((len each.running) each.turns)))
        job (get request.waiting 0)
        self._admitting job)
      (+= request.turns 1)
      (-= left (+ JOINING (if job.state 0 (.take-in job.seed self._reader SLICE))))
      (when job.seed.done?
        (if (._make-room self request)
          (._begin self (.popleft request.waiting))
          ;; No other request gets a place then, either, but their seeds can be read.
          (setv waiting (lfor
            each waiting
            :if (not (. (get each.waiting 0) seed done?))
            each))))
      (when (and (not request.waiting) (in request waiting)) (.remove waiting request)))
    (setv [self._admitting self._read-seconds] [None (- (time.perf-counter) begun)]))

  (defn _somebody-next? [self]
    "Return whether a job could join after a few steps, or more of a seed be read."
    (any (gfor
      request self.requests
      :if request.waiting
      (or (< (len self.running) self.most) (not (. (get request.waiting 0) seed done?))))))

  (defn _make-room [self request]
    "Return whether a job of `request` may join, having made another's wait if need be."
    (when (< (len self.running) self.most) (return True))
    (setv
      largest (max self.requests :key (fn [each] #(
        (len each.running)
        (if each.running (- (. (get each.running 0) joined)) 0))))
      job (get largest.running 0)
      more (- (len largest.running) (len request.running))
      rotate? (and (> more 0) (not request.running)
        (> (- (time.perf-counter) job.joined) TURN)))
    (when (or rotate? (> more 1))
      (.take-out self job)
      (.append largest.waiting job)
      True))

  (defn _begin [self job]
    "Let `job` join a batch, again or with the seed that the reader has read."
    (unless job.state
      (if (= job.left 0)
        (.finish job "length")  ; only its seed was requested
        (.begin job self._reader)))
    (when job.end
      (._drop self job)
      (self.notify [job])
      (return))
    (setv
      (get self.running job.draw) job
      self._round 1
      job.joined (time.perf-counter)
      job.begun (or job.begun job.joined))
    (.append job.request.running job)
    (setv self._admitting None)
    (.join self.crowd job.draw (or job.state self._reader.state)))

  (defn _write [self]
    "Run a round of steps and hand out the new text."
    (setv
      begun (time.perf-counter)
      few (max FEW-STEPS (int (/ self._read-seconds (max self._step-seconds 1e-9))))
      steps (min
        self._round
        (if (._somebody-next? self) few MOST-STEPS)
        (max 1 (min (gfor job (.values self.running) job.left)))
        (max 1 (int (/ LONGEST-ROUND (max self._step-seconds 1e-9)))))
      results (.run self.crowd steps self._inbox)
      seconds (- (time.perf-counter) begun)
      taken (lfor [_ ids _] results (len ids))
      jobs (lfor [draw _ _] results (get self.running draw))
      self._round (min MOST-STEPS (* 2 self._round))
      self._step-seconds (/ seconds (max taken)))
    (self.observe (sum taken))
    (for [[job [_ ids logits]] (zip jobs results)]
      (when (is job.end None) (.take job ids logits))
      (when job.end (._drop self job)))
    (self.notify jobs))

  (defn _fail [self]
    "After an error end the request whose seed was being read, or else all running jobs."
    (setv jobs (if self._admitting
      [self._admitting #* self._admitting.request.waiting #* self._admitting.request.running]
      (list (.values self.running))))
    (unless self._admitting  ; start again with empty batches
      (.close self.crowd)
      (setv self.crowd (Crowd self.model self._reader)))
    (setv self._admitting None)
    (for [job jobs]
      (when (is job.end None) (setv job.end "failed"))
      (._drop self job))
    (self.notify jobs)))


(defclass Request []
  "The `waiting` jobs of a request and, in `running`, those in a batch, the first to join first."

  (defn __init__ [self jobs]
    (setv [self.waiting self.running self.turns] [(deque jobs) [] 0])
    (for [job jobs] (setv job.request self))))
