#[[Texts that a model generates together; they may join and leave between two steps.

A text depends only on its seed text, options and random numbers, but for rounding: BLAS sums in
another order for another number of texts, which now and then changes a choice (docs/serving.md).]]

(eval-when-compile (require hyrule [meth]))
(import
  concurrent.futures [ThreadPoolExecutor]
  numpy :as np
  lstm-textgen.basics.machine [cores]
  lstm-textgen.writing.sampling [Sampler])

(setv
  MOST-TEXTS 64  ; at once; more gain no speed
  MOST-PARTS 2  ; of a crowd: as many as were measured
  FEW-TEXTS 12)  ; up to which one part, on one core, is enough


(defclass Streams []
  #[[Texts by `model`, a `Checkpoint` or `Mixture`, in one batch.

  `engine` is any of the model's. `draws` lists each text's `Draw` in the order of the streams.]]

  (meth __init__ [model engine]
    (setv [@draws @_engine @_sampler] [[] engine (make-sampler model)]))

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
      [ids kept] [[] []])
    (for [_ (range steps)]
      (when rows (.append kept (get (np.atleast-2d logits) rows)))
      (setv picked (pick logits @_engine))
      (.append ids picked)
      (step picked)
      (when (and enough? (enough?)) (break)))
    #( (.reshape (np.array ids) -1 (len @draws))
      (if rows (dict (zip (lfor k rows (get @draws k)) (np.stack kept 1))) {}))))


(defclass Crowd []
  #[[Texts by `model` in a batch for each of two cores, which are independent for a round of steps.

  `engine` is any of the model's.]]

  (meth __init__ [model engine]
    (setv
      @_parts (lfor _ (range (min MOST-PARTS (cores))) (Streams model engine))
      @_pool (ThreadPoolExecutor MOST-PARTS)))

  (meth change [leaving joining]
    "Remove the texts of the draws `leaving`, then add those of `joining`, as `Streams` do."
    (setv
      gone (lfor part @_parts (lfor draw part.draws :if (in draw leaving) draw))
      sizes (lfor [part draws] (zip @_parts gone) (- (len part.draws) (len draws)))
      added (lfor _ @_parts []))
    (for [text joining]
      (setv n (if (< (get sizes 0) FEW-TEXTS) 0 (.index sizes (min sizes))))
      (.append (get added n) text)
      (+= (get sizes n) 1))
    (for [[part draws texts] (zip @_parts gone added)  :if (or draws texts)]
      (.change part draws texts)))

  (meth run [steps enough?]
    "Take one to `steps` steps, as `Streams.run` does; return #(draw ids logits) for each text."
    (setv
      [own #* others] (lfor part @_parts :if part.draws part)
      elsewhere (lfor part others (.submit @_pool part.run steps enough?))
      results [(.run own steps enough?) #* (gfor future elsewhere (.result future))])
    (lfor
      [part [ids logits]] (zip [own #* others] results)
      [draw column] (zip part.draws (.tolist ids.T))
      #(draw column (.get logits draw))))

  (meth close []
    "End its threads."
    (.shutdown @_pool)))


(defn make-sampler [model [draws #()]]
  "Return a `Sampler` for texts by `model`; it draws no reserved unit."
  (Sampler model.vocabulary.size draws (range (len model.vocabulary.reserved))))
