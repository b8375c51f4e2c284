#[[Passages that a model generates together; when one is over, the next joins.

A text depends only on its seed text, options and random numbers, but for rounding: BLAS sums in
another order for another number of texts, which now and then changes a choice.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  collections [deque]
  concurrent.futures [ThreadPoolExecutor]
  itertools [takewhile]
  time [perf-counter]
  numpy :as np
  lstm-textgen.basics.machine [cores set-threads]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.sampling [Sampler])

(setv
  MOST-TEXTS 64  ; at once; more gain no speed
  MANY-UNITS 128  ; of each text that a step draws, …
  FEW-UNITS 8  ; … or these if a text has just joined, or others may wait for a place
  OVER-SHARE 0.2  ; of texts that are over, by their pattern, with which a step ends early
  MOST-PARTS 2  ; of a batch: as many as were measured
  FEW-TEXTS 12  ; up to which one part, on one core, is enough
  TRIAL 8    ; steps with one thread and as many with several; then the faster is kept for …
  KEPT-STEPS 128)  ; … these steps, times the ratio of the speeds: trials take 3% of the time


(defclass Batch []
  #[[Up to `MOST-TEXTS` at a time of the `passages` (an iterable) by `model`.

  The model is a `Checkpoint` or a `Mixture`. `added` is a deque of passages that join after all
  others, `running` lists those of the last step.]]

  (meth __init__ [model passages]
    (setv
      @added (deque)
      @running []
      @_coming (iter passages)
      @_begun []       ; in that order, without those that were yielded
      @_reader (make-engine model)
      @_reading (Pace @_reader.threads)
      @_alone (Pace @_reader.threads)  ; the steps of a single text
      @_streams (ParallelStreams model @_reader)))

  (meth finished [in-order?]
    "Yield the passages as they end; if `in-order?`, none before those that began earlier."
    (while True
      (@step)
      (unless @_begun (return))
      (yield :from (@over in-order?))))

  (meth over [in-order?]
    "Yield the passages that are over now, each once; `in-order?` as in `finished`."
    (for [passage (list ((if in-order? takewhile filter) (fn [each] each.over) @_begun))]
      (.remove @_begun passage)
      (yield passage)))

  (meth step []
    "Let passages join where others are over, and draw some units for each."
    (setv
      running (lfor each @running :if (not each.over) each)
      joining (@_begin (- MOST-TEXTS (len running))))
    (.change @_streams joining)
    (setv @running [#* running #* (gfor [passage _] joining passage)])
    (unless @running (return))
    (setv
      few? (or joining (= (len @running) MOST-TEXTS))
      left (min (gfor each @running each.left))
      n (max 1 (min left (if few? FEW-UNITS MANY-UNITS))))
    (if (= (len @running) 1) (.run @_alone @_draw n) (@_draw n)))

  (meth _begin [places]
    "Let passages begin that find one of `places`; return a list of #(passage state)."
    (setv joining [])
    (while (< (len joining) places)
      (setv passage (or (next @_coming None) (and @added (.popleft @added))))
      (unless passage (break))
      (.append @_begun passage)
      (unless passage.over
        (.append joining #(passage (.begin passage @_reader @_reading.run)))))
    joining)

  (meth _draw [n]
    (for [[passage ids logits] (.draw @_streams n)  :if (not passage.over)]
      (.take passage ids logits))))


(defclass ParallelStreams []
  #[[Passages by `model` in a batch for each of two cores, which are independent while they draw.

  More threads of BLAS would sum in another order, so texts would depend on who else needs the
  cores; one batch on one thread wrote 64 texts at 0.65 (384 units) and 0.74 (`english`) of the
  speed, on two idle cores of an AMD EPYC with AVX2. `template` is as in `Streams`.]]

  (meth __init__ [model template]
    (setv
      @_parts (lfor _ (range (min MOST-PARTS (cores))) (Streams model template))
      @_pool (ThreadPoolExecutor MOST-PARTS)))

  (meth change [joining]
    "Remove passages that are over, and add those of `joining`, as `Streams.change` does."
    (setv
      sizes (lfor part @_parts (len (part.places)))
      added (lfor _ @_parts []))
    (for [pair joining]
      (setv n (if (< (get sizes 0) FEW-TEXTS) 0 (.index sizes (min sizes))))
      (.append (get added n) pair)
      (+= (get sizes n) 1))
    (for [[part pairs] (zip @_parts added)] (.change part pairs)))

  (meth draw [n]
    "Draw up to `n` units for each passage, as `Streams.draw` does."
    (setv
      [own #* others] (lfor part @_parts :if part.passages part)
      elsewhere (lfor part others (.submit @_pool part.draw n)))
    [#* (.draw own n) #* (gfor future elsewhere  drawn (.result future) drawn)]))


(defclass Streams []
  "Passages by `model` in one batch, in order; its engine is made `like` any one, the `template`."

  (meth __init__ [model template]
    (setv
      @passages []
      @_engine template
      @_sampler (Sampler model.vocabulary.size
        :exclude (range (len model.vocabulary.reserved)))))

  (meth places []
    "Return the list of the places of passages that aren't over."
    (lfor [k passage] (enumerate @passages) :if (not passage.over) k))

  (meth change [joining]
    "Remove passages that are over, and add those of `joining`: #(passage state) each."
    (setv
      kept (@places)
      added (lfor [passage _] joining passage))
    (unless (or joining (< (len kept) (len @passages))) (return))
    (setv engine (.like @_engine (max 1 (+ (len kept) (len joining)))))
    (.set-state engine (.copy-state @_engine kept) (slice (len kept)))
    (for [[k [_ state]] (enumerate joining (len kept))] (.set-state engine state k))
    (.change @_sampler kept (lfor each added each.draw) (lfor each added each.rules))
    (setv
      @passages [#* (gfor k kept (get @passages k)) #* added]
      @_engine engine))

  (meth [(np.errstate :invalid "ignore")] draw [n]
    #[[Draw up to `n` units for each passage; return a list of #(passage ids logits).

    `logits` (n, vocabulary) are those that the `ids` (n) came from, if its draw keeps them.]]
    (setv
      step @_engine.step
      pick @_sampler.pick
      logits @_engine.logits  ; a buffer: each step overwrites it; at first those after the seed
      rows (lfor [k each] (enumerate @passages) :if each.draw.logits k)
      patterns (lfor each @passages :if each.pattern each.pattern)
      kept []  ; the logits of these rows
      ids [])
    (for [_ (range n)]
      (when rows (.append kept (get (np.atleast-2d logits) rows)))
      (setv picked (pick logits @_engine))
      (.append ids picked)
      (step picked)
      ;; What is drawn after a text that is over is drawn in vain.
      (when (and patterns (> (sum (gfor each patterns (is-not each.last None)))
          (* OVER-SHARE (len patterns))))
        (break)))
    (setv kept (if rows (dict (zip rows (np.stack kept 1))) {}))
    (lfor
      [k own] (enumerate (.tolist (. (.reshape (np.array ids) (len ids) -1) T)))
      #((get @passages k) own (.get kept k)))))


(defclass Pace []
  #[[Chooses between one thread of BLAS and `most` for steps of one kind, taken through `run`.

  On an idle machine two threads take a step of 512 units and 2,048 pieces in half the time, as
  each core's cache holds half of the weights. On a busy one, where each product waits for a thread
  that isn't running, they take up to 100 times as long as one.]]

  (meth __init__ [@most]
    (setv
      @_threads 1
      @_left 0  ; steps until another choice
      @_speeds {}))  ; steps per second, by the number of threads

  (meth run [act steps]
    "Take `steps` steps: call `act`, which takes N, with parts of them, to choose threads."
    (when (= @most 1) (return (act steps)))
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
