#[[Texts that a model generates together; they may join and leave between two steps.

A text depends only on its seed text, options and random numbers, but for rounding: BLAS sums in
another order for another number of texts, which now and then changes a choice (docs/serving.md).]]

(eval-when-compile (require hyrule [meth]))
(import
  concurrent.futures [ThreadPoolExecutor]
  functools [partial]
  numpy :as np
  lstm-textgen.basics.machine [cores]
  lstm-textgen.text.breaks [break-rules]
  lstm-textgen.writing.memory [recalled]
  lstm-textgen.writing.sampling [Sampler])

(setv
  MOST-TEXTS 64  ; at once; more gain no speed
  MOST-BATCHES 2  ; as many as were measured
  FEW-TEXTS 12)  ; up to which one batch, on one core, is enough


(defclass Batch []
  #[[Texts by `model`, a `Checkpoint` or `Mixture`, in a batch.

  `engine` is any of the model's. `draws` lists each text's `Draw` in the order of the streams.]]

  (meth __init__ [model engine]
    (setv [@draws @_engine @_sampler] [[] engine (make-sampler model)]))

  (meth state-of [draw]
    "Return a copy of the engine's state of the text of `draw`, with which it can join again."
    (.copy-state @_engine (.index @draws draw)))

  (meth change [leaving joining]
    #[[Remove the texts of the draws `leaving`, then add those of `joining`, #(draw state) each.

    A state is that of an engine that has read the seed.]]
    (setv
      kept (lfor [k draw] (enumerate @draws) :if (not-in draw leaving) k)
      engine (.like @_engine (max 1 (+ (len kept) (len joining)))))
    (.set-state engine (.copy-state @_engine kept) (slice (len kept)))
    (for [[k [_ state]] (enumerate joining (len kept))] (.set-state engine state k))
    (.change @_sampler kept (lfor [draw _] joining draw))
    (setv [@draws @_engine] [(list @_sampler.draws) engine]))

  (meth [(np.errstate :invalid "ignore")] run [steps enough?]
    #[[Take one to `steps` steps; end once the function `enough?` (or None) returns true.

    Return #(ids logits): the ids drawn (steps, texts), columns in the order of `draws`, and a dict
    from each `Draw` that keeps its logits to them (steps, vocabulary).]]
    (setv
      [logits step pick] [@_engine.logits @_engine.step @_sampler.pick]
      rows (lfor [k draw] (enumerate @draws) :if draw.logits k)
      memories (lfor [k draw] (enumerate @draws) :if draw.memory #(k draw.memory))
      [ids kept] [[] []])
    (when memories (setv pick (partial @_pick-recalling memories)))
    (for [_ (range steps)]
      (when rows (.append kept (get (np.atleast-2d logits) rows)))
      (setv picked (pick logits))
      (.append ids picked)
      (step picked)
      (when (and enough? (enough?)) (break)))
    #( (.reshape (np.array ids) -1 (len @draws))
      (if rows (dict (zip (lfor k rows (get @draws k)) (np.stack kept 1))) {})))

  (meth _pick-recalling [memories logits]
    "Return ids (texts,) drawn from `logits` as the `memories`, #(k memory), change them."
    (setv
      outputs (np.atleast-2d @_engine.output)
      ids (@_sampler.pick (recalled memories logits outputs)))
    (for [[k memory] memories] (.take memory (get (np.atleast-1d ids) k) (get outputs k)))
    ids))


(defclass Crowd []
  #[[Texts by `model` in a batch for each of two cores, which are independent for a round of steps.

  `engine` is any of the model's.]]

  (meth __init__ [model engine]
    (setv
      @_batches (lfor _ (range (min MOST-BATCHES (cores))) (Batch model engine))
      @_pool (ThreadPoolExecutor MOST-BATCHES)))

  (meth state-of [draw]
    "Return what `Batch.state-of` does."
    (for [batch @_batches :if (in draw batch.draws)]
      (return (.state-of batch draw))))

  (meth change [leaving joining]
    "Remove the texts of the draws `leaving`, then add those of `joining`, as a `Batch` does."
    (setv
      gone (lfor batch @_batches (lfor draw batch.draws :if (in draw leaving) draw))
      sizes (lfor [batch draws] (zip @_batches gone) (- (len batch.draws) (len draws)))
      added (lfor _ @_batches []))
    (for [text joining]
      (setv n (if (< (get sizes 0) FEW-TEXTS) 0 (.index sizes (min sizes))))
      (.append (get added n) text)
      (+= (get sizes n) 1))
    (for [[batch draws texts] (zip @_batches gone added)  :if (or draws texts)]
      (.change batch draws texts)))

  (meth run [steps enough?]
    "Take one to `steps` steps, as `Batch.run` does; return #(draw ids logits) for each text."
    (setv
      [own #* others] (lfor batch @_batches :if batch.draws batch)
      elsewhere (lfor batch others (.submit @_pool batch.run steps enough?))
      results [(.run own steps enough?) #* (gfor future elsewhere (.result future))])
    (lfor
      [batch [ids logits]] (zip [own #* others] results)
      [draw column] (zip batch.draws (.tolist ids.T))
      #(draw column (.get logits draw))))

  (meth close []
    "End its threads."
    (.shutdown @_pool)))


(defn make-sampler [model [draws #()]]
  "Return a `Sampler` for texts by `model`; it draws no reserved unit and breaks no line midway."
  (setv [vocabulary facts] [model.vocabulary model.facts])
  (Sampler vocabulary.size draws (range (len vocabulary.reserved))
    (break-rules vocabulary facts.item-ends facts.unbroken)))
