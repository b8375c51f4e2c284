#[[The loop that generates for all requests to one model, in its own thread.

Texts join and leave a batch between two steps, and requests share it by turns: a place goes to the
request with the fewest texts in it, if need be from the one with the most. Seeds are read in
slices between rounds of steps, so beside a long one the texts being generated keep half of the
time, and the seeds of others get their turns.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  collections [deque]
  logging
  threading [Condition Thread]
  time
  lstm-textgen.writing.batch [Crowd MOST-TEXTS]
  lstm-textgen.writing.mixture [make-engine])

(setv
  MOST-WAITING 1024  ; texts in the queue
  SEED-SLICE 32  ; units of a request's seeds read in its turn …
  SLICES 4  ; … and such slices between two rounds of steps
  JOINING-COST 4  ; a text that joins takes as long as reading this many units
  MOST-STEPS 512  ; in a round; a text that joins or leaves ends it earlier
  FEW-STEPS 4  ; in a round while seeds are read, or as many as take as long as the reading
  LONGEST-ROUND 0.02  ; seconds, after which readers get new text
  TURN 0.2  ; seconds that a text may stay before it must make room for one of another request
  LOG (logging.getLogger __name__))


(defclass Full [Exception]
  "The queue is full; the argument is after how many seconds at most there is room.")


(defclass Loop []
  #[[Generates the texts of `Job`s for one `model`, a `Checkpoint`, until `stop` is called.

  `notify` is called in the loop's `thread` with a list of jobs that have news.]]

  (meth __init__ [@model @notify [@most MOST-TEXTS]]
    (setv
      @changed (Condition)
      @inbox []  ; from other threads: requests, and jobs to end
      @ending False
      @requests []  ; those with jobs that wait or run
      @running {}  ; jobs by their draws
      @reader (make-engine model)
      @crowd (Crowd model @reader)
      @admitting None  ; the job whose seed is being read
      [@round @step-seconds @read-seconds] [1 1e-9 0.0]
      @thread (Thread :target @_live :name "generate" :daemon True))
    (.start @thread))

  ;; For other threads

  (meth submit [jobs]
    #[[Queue the `jobs` of a request; raise `Full` if there isn't room for all.

    Return whether the loop still accepts jobs: after `stop` it doesn't.]]
    (with [_ @changed]
      (when @ending (return False))
      (setv ahead @waiting)
      (when (and ahead (> (+ (len ahead) (len jobs)) MOST-WAITING))
        (raise (Full (* @step-seconds (/ (sum (gfor job ahead job.left)) @most)))))
      (when jobs (.append @inbox (Request jobs)))
      (.notify @changed)
      True))

  (meth cancel [jobs]
    "End `jobs` before the next step."
    (with [_ @changed]
      (for [job jobs :if (is job.end None)]
        (setv job.end "cancelled")
        (.append @inbox job))
      (.notify @changed)))

  (meth stop []
    "Stop accepting jobs; the loop ends once it has finished those that it has."
    (with [_ @changed]
      (setv @ending True)
      (.notify @changed)))

  (meth [property] waiting []
    "The jobs that wait, a list."
    (lfor
      each [#* @requests #* @inbox]
      :if (isinstance each Request)
      job (list each.waiting)
      job))

  ;; In the loop's thread

  (meth _live []
    "Generate until the loop is to end."
    (while (@_receive)
      (try
        (@_admit)
        (when @running (@_write))
        (except [Exception]
          (.exception LOG "generating failed")
          (@_fail))))
    (.close @crowd))

  (meth _receive []
    "Process the inbox, waiting while there is nothing to do; return whether to continue."
    (with [_ @changed]
      (.wait-for @changed (fn [] (or @inbox @requests @ending)))
      (setv news (list @inbox))
      (.clear @inbox))  ; the same list object, which the batch checks
    (for [each news]
      (if (isinstance each Request) (.append @requests each) (@_drop each)))
    (or @requests (not @ending)))

  (meth _drop [job]
    "Forget a `job` that has ended."
    (setv request job.request)
    (cond
      (in job request.running) (@take-out job)
      (in job request.waiting) (.remove request.waiting job))
    (when (and (in request @requests) (not (or request.waiting request.running)))
      (.settle request)
      (unless request.waiting (.remove @requests request))))

  (meth take-out [job]
    "Let `job` leave its batch; note the state with which it can join again."
    (.pop @running job.draw)
    (.remove job.request.running job)
    (setv job.state (.get (.change @crowd [job.draw] []) job.draw)))

  (meth _admit []
    "Read slices of the seeds of waiting requests by turns; let jobs with a read seed join."
    (setv
      begun (time.perf-counter)
      left (* SEED-SLICE SLICES)
      waiting (lfor request @requests :if request.waiting request))
    (while (and waiting (> left 0))
      (setv
        request (min waiting :key (fn [each] #((len each.running) each.turns)))
        job (get request.waiting 0)
        @admitting job)
      (+= request.turns 1)
      (-= left (+ JOINING-COST (if job.state 0 (.take-in job.seed @reader SEED-SLICE))))
      (when job.seed.done?
        (if (@_make-room request)
          (@_begin (.popleft request.waiting))
          ;; No other request gets a place then, either, but their seeds can be read.
          (setv waiting (lfor each waiting :if (not (.ready? each)) each))))
      (when (and (not request.waiting) (in request waiting)) (.remove waiting request)))
    (setv [@admitting @read-seconds] [None (- (time.perf-counter) begun)]))

  (meth _make-room [request]
    "Return whether a job of `request` may join, having made another's wait if need be."
    (when (< (len @running) @most) (return True))
    (setv
      largest (max
        (gfor each @requests :if each.running each)
        :key (fn [each] #((len each.running) (- (. (get each.running 0) joined)))))
      job (get largest.running 0)
      more (- (len largest.running) (len request.running))
      rotate? (and (> more 0) (not request.running)
        (> (- (time.perf-counter) job.joined) TURN)))
    (when (or rotate? (> more 1))
      (@take-out job)
      (.append largest.waiting job)
      True))

  (meth _begin [job]
    "Let `job` join a batch, again or with the seed that the reader has read."
    (unless job.state (.begin job @reader))
    (when (or job.end job.over)
      (@_drop job)
      (@notify [job])
      (return))
    (setv
      (get @running job.draw) job
      [@round @admitting] [1 None]
      job.joined (time.perf-counter))
    (.append job.request.running job)
    (.change @crowd [] [#(job.draw (or job.state @reader.state))]))

  (meth _write []
    "Run a round of steps and hand out the new text."
    (setv
      begun (time.perf-counter)
      ;; Whether a job could join after a few steps, or more of a seed be read.
      next? (any (gfor
        each @requests
        :if each.waiting
        (or (< (len @running) @most) (not (.ready? each)))))
      steps (min
        @round
        (if next? (max FEW-STEPS (int (/ @read-seconds @step-seconds))) MOST-STEPS)
        (max 1 (min (gfor job (.values @running) job.left)))
        (max 1 (int (/ LONGEST-ROUND @step-seconds))))
      results (.run @crowd steps @inbox)
      taken (lfor [_ ids _] results (len ids))
      jobs (lfor [draw _ _] results (get @running draw))
      @round (min MOST-STEPS (* 2 @round))
      @step-seconds (max 1e-9 (/ (- (time.perf-counter) begun) (max taken))))
    (for [[job [_ ids logits]] (zip jobs results)]
      (when (is job.end None) (.take job ids logits))
      (when (or job.end job.over) (@_drop job)))
    (@notify jobs))

  (meth _fail []
    "After an error end the request whose seed was being read, or else all running jobs."
    (setv jobs (if @admitting
      [@admitting #* @admitting.request.waiting #* @admitting.request.running]
      (list (.values @running))))
    (unless @admitting  ; start again with empty batches
      (.close @crowd)
      (setv @crowd (Crowd @model @reader)))
    (setv @admitting None)
    (for [job jobs]
      (when (is job.end None) (setv job.end "failed"))
      (@_drop job))
    (@notify jobs)))


(defclass Request []
  "The `waiting` jobs of a request and, in `running`, those in a batch, the first to join first."

  (meth __init__ [@jobs]
    (setv [@waiting @running @turns] [(deque jobs) [] 0])
    (for [job jobs] (setv job.request @,)))

  (meth settle []
    "End the jobs that are over, in their order; those whose items aren't new wait again."
    (for [job @jobs  :if (is job.end None)]
      (if (.new? job.items (+ (if job.echo "" job.seed.text) (.join "" job.pieces)))
        (setv job.end job.over)
        (do
          (.start job (+ job.number (len @jobs)))
          (if (.memorized? job.items) (setv job.end "memorized") (.append @waiting job))))))

  (meth ready? []
    "Return whether the seed of the next waiting job has been read."
    (. (get @waiting 0) seed done?)))
