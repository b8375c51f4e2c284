#[[The loop that generates for all requests to one model, in its own thread.

Texts join and leave a batch between two steps. Where there are many, each core has its own batch,
independent of the others for a round of steps. A seed text is read in slices between rounds, so a
long one delays neither the texts being generated nor the short seeds behind it.]]

(eval-when-compile (require hyrule [unless]))
(import
  collections [deque]
  concurrent.futures [ThreadPoolExecutor]
  logging
  math [ceil]
  threading [Condition Thread]
  time
  lstm-textgen.basics.machine [cores few-threads]
  lstm-textgen.writing.batch [Batch MOST-TEXTS]
  lstm-textgen.writing.mixture [make-engine])

(setv
  MOST-WAITING 1024  ; texts in the queue
  SLICE 128  ; units of seed texts read between two rounds of steps
  MOST-STEPS 512  ; in a round; a text that joins or leaves ends it earlier
  FEW-STEPS 4  ; in a round while seeds are read
  MOST-BATCHES 2
  FEW-TEXTS 12  ; up to which one batch, on one core, is enough
  LONGEST-ROUND 0.02  ; seconds, after which readers get new text
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
  - `observe`: called with the texts, the steps and the seconds of each round.]]

  (defn __init__ [self model * [most MOST-TEXTS] [most-waiting MOST-WAITING]
      [notify (fn [jobs] None)] [observe (fn [#* numbers] None)]]
    (setv
      [self.model self.most self.most-waiting] [model most most-waiting]
      [self.notify self.observe] [notify observe]
      self._changed (Condition)
      self._inbox []  ; requests from other threads: new jobs, and jobs to end
      [self._ending self.ended] [False False]
      self.waiting (deque)  ; jobs whose seeds are to be read
      self.running {}  ; jobs by their draws
      self._reader (make-engine model)
      self._pool (ThreadPoolExecutor MOST-BATCHES)
      self._admitting None
      [self._round self._step-seconds self._text-seconds] [1 0.0 0.0]
      self.batches (.make-batches self)
      self._thread (Thread :target self._live :name "generate" :daemon True))
    (.start self._thread))

  (defn make-batches [self]
    "Return a new batch for each core in use."
    (setv n (min MOST-BATCHES (cores)))
    (lfor _ (range n) (Batch self.model (ceil (/ self.most n)))))

  ;; For other threads

  (defn submit [self jobs]
    "Queue `jobs`; raise `Full` if there isn't room for all of them, or `Stopped`."
    (with [_ self._changed]
      (when self._ending (raise (Stopped)))
      (setv ahead (+ (len self.waiting) (len self._inbox)))
      (when (and ahead (> (+ ahead (len jobs)) self.most-waiting))
        (raise (Full (* self._text-seconds (/ ahead self.most)))))
      (.extend self._inbox jobs)
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
    (.shutdown self._pool)
    (setv self.ended True))

  (defn _receive [self]
    "Process the inbox, waiting while there is nothing to do; return whether to continue."
    (unless (or self._inbox self.waiting self.running)
      (with [_ self._changed]
        (.wait-for self._changed (fn [] (or self._inbox self._ending)))))
    (when self._inbox
      (with [_ self._changed]
        (setv news (list self._inbox))
        (.clear self._inbox))  ; the same list object, which the batch checks
      (for [job news]
        (if (is job.end None) (.append self.waiting job) (._drop self job))))
    (or self.waiting self.running (not self._ending)))

  (defn _drop [self job]
    "Forget a `job` that has ended."
    (if (in job.draw self.running)
      (do
        (.pop self.running job.draw)
        (.leave job.batch job.draw)
        (setv
          seconds (- (time.perf-counter) job.begun)
          self._text-seconds (if self._text-seconds
            (+ (* 0.9 self._text-seconds) (* 0.1 seconds))
            seconds)))
      (try
        (.remove self.waiting job)
        (except [ValueError]))))  ; it has already left

  (defn _admit [self]
    "Read a slice of the next jobs' seeds; let the jobs whose seeds are read join a batch."
    (setv left SLICE)
    (with [_ (few-threads 1)]
      (while (and self.waiting (.room? self) (> left 0))
        (setv
          job (.popleft self.waiting)
          seed job.seed
          self._admitting job)
        (-= left (.take-in seed self._reader left))
        (if seed.done?
          (._begin self job)
          ;; The next in the queue continues reading, among those that would fit.
          (.insert self.waiting (- self.most (len self.running) 1) job))))
    (setv self._admitting None))

  (defn room? [self]
    "Return whether another text may join a batch."
    (< (len self.running) self.most))

  (defn _begin [self job]
    "Let `job` join a batch; the reader has read its seed."
    (if (= job.left 0)
      (.finish job "length")  ; only its seed was requested
      (.begin job self._reader))
    (when job.end
      (self.notify [job])
      (return))
    (setv
      (get self.running job.draw) job
      self._round 1
      job.begun (time.perf-counter)
      [first #* _] self.batches
      job.batch (if (< (len first.draws) (min FEW-TEXTS first.most))
        first
        (min self.batches :key (fn [batch] (len batch.draws)))))
    (.join job.batch job.draw self._reader.state))

  (defn _write [self]
    "Run a round of steps and hand out the new text."
    (setv
      begun (time.perf-counter)
      steps (min self._round
        (if (and self.waiting (.room? self)) FEW-STEPS MOST-STEPS)
        (max 1 (min (gfor job (.values self.running) job.left)))
        (max 1 (int (/ LONGEST-ROUND (max self._step-seconds 1e-9)))))
      [own #* others] (lfor batch self.batches :if batch.draws batch)
      elsewhere (lfor batch others (.submit self._pool batch.run steps self._inbox))
      results [(.run own steps self._inbox) #* (gfor future elsewhere (.result future))]
      seconds (- (time.perf-counter) begun)
      jobs (list (.values self.running)))
    (setv
      self._round (* 2 self._round)
      self._step-seconds (/ seconds (max (gfor [ids _] results (len ids)))))
    (for [[batch [ids logits]] (zip [own #* others] results)]
      (self.observe (len batch.draws) (len ids) seconds)
      (for [[draw column] (zip (list batch.draws) (.tolist ids.T))]
        (setv job (get self.running draw))
        (when (is job.end None) (.take job column (.get logits draw)))
        (when job.end (._drop self job))))
    (self.notify jobs))

  (defn _fail [self]
    "End all running jobs after an error, and start again with empty batches."
    (setv jobs (lfor
      job [#* (.values self.running) #* (if self._admitting [self._admitting] [])]
      :if (is job.end None)
      job))
    (for [job jobs] (setv job.end "failed"))
    (.clear self.running)
    (setv self.batches (.make-batches self))
    (self.notify jobs)))
