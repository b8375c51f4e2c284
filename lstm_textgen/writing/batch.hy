#[[Texts that a model generates together; they may join and leave between two steps.

A text depends only on its seed text, options and random numbers, but for rounding: BLAS sums in
another order for another number of texts, which now and then changes a choice (docs/serving.md).
Alone, the same request gives the same text.]]

(import
  concurrent.futures [ThreadPoolExecutor]
  numpy :as np
  lstm-textgen.basics.machine [cores]
  lstm-textgen.writing.sampling [Sampler])

(setv
  MOST-TEXTS 64  ; at once; more gain no speed
  MOST-BATCHES 2  ; as many as were measured
  FEW-TEXTS 12)  ; up to which one batch, on one core, is enough


(defclass Batch []
  #[[Texts by `model`, a `Checkpoint` or `Mixture`, in a batch.

  `engine` is any of the model's. `draws` lists each text's `Draw` in the order of the streams.]]

  (defn __init__ [self model engine]
    (setv
      [self.draws self._engine] [[] engine]
      self._sampler (make-sampler model)))

  (defn change [self leaving joining]
    #[[Remove the texts of the draws `leaving`, then add those of `joining`, #(draw state) each.

    A state is that of an engine that has read the text's seed. Return the states of those that
    leave.]]
    (setv
      kept (lfor [k draw] (enumerate self.draws) :if (not-in draw leaving) k)
      states (lfor draw leaving (.copy-state self._engine (.index self.draws draw)))
      engine (.like self._engine (max 1 (+ (len kept) (len joining)))))
    (.keep engine self._engine kept)
    (for [[k [_ state]] (enumerate joining (len kept))] (.set-state engine state k))
    (.change self._sampler kept (lfor [draw _] joining draw))
    (setv [self.draws self._engine] [(list self._sampler.draws) engine])
    states)

  (defn [(np.errstate :invalid "ignore")] run [self steps interruptions]
    #[[Take one to `steps` steps; stop early once the list `interruptions` isn't empty.

    Return #(ids logits): the ids drawn (steps, texts), columns in the order of `draws`, and a dict
    from each `Draw` that keeps its logits to them (steps, vocabulary).]]
    (setv
      [logits step pick] [self._engine.logits self._engine.step self._sampler.pick]
      rows (lfor [k draw] (enumerate self.draws) :if draw.logits k)
      [ids kept] [[] []])
    (for [_ (range steps)]
      (when rows (.append kept (get (np.atleast-2d logits) rows)))
      (.append ids (pick logits))
      (step (get ids -1))
      (when interruptions (break)))
    #( (.reshape (np.array ids) -1 (len self.draws))
      (if rows (dict (zip (lfor k rows (get self.draws k)) (np.stack kept 1))) {}))))


(defclass Crowd []
  #[[Texts by `model` in a batch for each of two cores, which are independent for a round of steps.

  `engine` is any of the model's.]]

  (defn __init__ [self model engine]
    (setv
      self._batches (lfor _ (range (min MOST-BATCHES (cores))) (Batch model engine))
      self._pool (ThreadPoolExecutor MOST-BATCHES)))

  (defn join [self draw state]
    "Add the text of `draw`; `state` is that of an engine that has read its seed."
    (setv
      [first #* _] self._batches
      batch (if (< (len first.draws) FEW-TEXTS)
        first
        (min self._batches :key (fn [batch] (len batch.draws)))))
    (.change batch [] [#(draw state)]))

  (defn leave [self draw]
    "Remove the text of `draw`; return its state, with which it can join again."
    (for [batch self._batches  :if (in draw batch.draws)]
      (return (get (.change batch [draw] []) 0))))

  (defn run [self steps interruptions]
    "Take one to `steps` steps, as `Batch.run` does; return #(draw ids logits) for each text."
    (setv
      [own #* others] (lfor batch self._batches :if batch.draws batch)
      elsewhere (lfor batch others (.submit self._pool batch.run steps interruptions))
      results [(.run own steps interruptions) #* (gfor future elsewhere (.result future))])
    (lfor
      [batch [ids logits]] (zip [own #* others] results)
      [draw column] (zip batch.draws (.tolist ids.T))
      #(draw column (.get logits draw))))

  (defn close [self]
    "End its threads."
    (.shutdown self._pool)))


(defn make-sampler [model [draws #()]]
  "Return a `Sampler` for texts by `model`; it never draws a reserved unit."
  (setv vocabulary model.vocabulary)
  (Sampler vocabulary.size draws (range (len vocabulary.reserved))))
