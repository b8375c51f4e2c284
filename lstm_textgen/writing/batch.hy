#[[Texts that a model generates in one batch; they may join and leave between two steps.

A text depends only on its seed text, options and random numbers: it is the same to the last bit
whatever is generated beside it.]]

(eval-when-compile (require hyrule [ncut unless]))
(import
  dataclasses [dataclass]
  itertools [cycle]
  numpy :as np
  lstm-textgen.basics.machine [few-threads]
  lstm-textgen.writing.rows [Rows]
  lstm-textgen.writing.sampling [BLOCK SamplingOptions fill-with-noise make-generator
    make-limits make-penalty])

(setv MOST-TEXTS 64)  ; in a batch: a step of 1×256 then takes 0.6 ms, and more gain no speed


(defclass [(dataclass :eq False)] Draw []
  #[[How one text draws its units.

  Text `number` of those with one `rng-seed` (None: different each time) draws as stream `number`
  of a `Sampler` does; `drawn` choices were made before it joined a batch. With `logits`, the batch
  keeps the logits that each unit was drawn from.]]
  #^ SamplingOptions options
  (setv
    #^ object rng-seed None
    #^ int number 0
    #^ bool logits False
    #^ int drawn 0)

  (defn [property] cold? [self]
    "Whether it always chooses the likeliest unit."
    (not (any self.options.sharpness)))

  (defn [property] limits [self]
    "Its top-k, top-p and min-p; empty where they change nothing."
    (setv o self.options)
    (if self.cold? #() #(o.top-k o.top-p o.min-p))))


(defclass Batch []
  #[[At most `most` texts by `model`, a `Checkpoint`.

  `draws` lists each running text's `Draw`; the order changes when a text leaves.]]

  (defn __init__ [self model [most MOST-TEXTS]]
    (setv
      size model.vocabulary.size
      self.draws []
      self.most most
      self._rows (Rows model.settings.layers model.weights most)
      most self._rows.most
      self._size size
      self._penalty (make-penalty size (range (len model.vocabulary.reserved)))
      self._scores (np.empty #(most size) "float32")
      self._sharpness (np.ones #(most 1) "float32")
      self._noise (np.zeros #((max 1 (// BLOCK (* most size))) most size) "float32")
      self._clock (len self._noise)  ; the next row of noise
      [self._generators self._turns] [[] {}])
    (._arrange self))

  (defn join [self draw state]
    "Add the text of `draw`; `state` is that of an engine that has read its seed."
    (setv
      row (len self.draws)
      generator (make-generator draw.rng-seed draw.number))
    (unless draw.cold? (fill-with-noise (np.empty #(draw.drawn self._size) "float32") generator))
    (.append self.draws draw)
    (.append self._generators generator)
    (.put self._rows row state)
    (setv
      turns (lfor s draw.options.sharpness (or s 1))  ; without noise any factor does
      turn (% draw.drawn (len turns))
      [first #* others] [#* (cut turns turn None) #* (cut turns turn)]
      (get self._sharpness row) first)
    (when others (setv (get self._turns draw) (cycle [first #* others])))
    (._draw-noise self row)
    (._arrange self))

  (defn leave [self draw]
    "Remove the text of `draw`; the last text takes its place."
    (setv
      row (.index self.draws draw)
      last (- (len self.draws) 1))
    (unless (= row last)
      (.move self._rows last row)
      (for [array [self._sharpness (.swapaxes self._noise 0 1)]]
        (setv (get array row) (get array last)))
      (for [each [self.draws self._generators]] (setv (get each row) (get each last))))
    (for [each [self.draws self._generators]] (.pop each))
    (.pop self._turns draw None)
    (._arrange self))

  (defn run [self steps interruptions]
    #[[Take one to `steps` steps; stop early once the list `interruptions` isn't empty.

    Return #(ids logits): the ids drawn (steps, texts), columns in the order of `draws`, and a dict
    from each `Draw` that keeps its logits to them (steps, vocabulary).]]
    (setv
      engine self._engine
      [logits step pick] [engine.logits engine.step self._pick]
      texts (len self.draws)
      rows (lfor [k draw] (enumerate self.draws) :if draw.logits k)
      [ids kept] [[] []])
    (with [_ (few-threads 1)]
      (for [_ (range steps)]
        (when rows (.append kept (get (np.atleast-2d logits) rows)))
        (.append ids (pick logits))
        (step (get ids -1))
        (when interruptions (break))))
    #( (.reshape (np.array ids) -1 texts)
      (if rows (dict (zip (lfor k rows (get self.draws k)) (np.stack kept 1))) {})))

  (defn _pick [self logits]
    "Return ids (texts,), or an integer for one text, drawn from `logits` (texts, vocabulary)."
    (setv [scores sharpness noise] self._views)
    (when (= self._clock (len noise))
      (setv self._clock 0)
      (for [row (range (len self.draws))] (._draw-noise self row)))
    (for [[row turns] self._turning] (setv (get self._sharpness row) (next turns)))
    (np.multiply logits sharpness scores)
    (when (is-not self._penalty None) (+= scores self._penalty))
    (for [[rows limits] self._limited]
      (setv some (get scores rows))
      (for [limit limits] (setv (get some (< some (limit some))) (- np.inf)))
      (setv (get scores rows) some))
    (+= scores (get noise self._clock))
    (+= self._clock 1)
    (.argmax scores -1))

  (defn _draw-noise [self row]
    "Draw the noise of the text in `row` until the clock starts again at 0."
    (setv block (np.zeros #((- (len self._noise) self._clock) self._size) "float32"))
    (unless (. (get self.draws row) cold?)
      (fill-with-noise block (get self._generators row)))
    (setv (ncut self._noise (: self._clock None) row) block))

  (defn _arrange [self]
    "Prepare what the steps need for the current texts."
    (setv
      n (len self.draws)
      rows (if (= n 1) 0 (slice n))
      self._engine (when n (.engine self._rows n))
      self._views [(get self._scores rows) (get self._sharpness rows) (ncut self._noise : rows)]
      self._turning (lfor
        [row draw] (enumerate self.draws)
        :if (in draw self._turns)
        #(row (get self._turns draw)))
      groups {})
    (for [[row draw] (enumerate self.draws) :if (any draw.limits)]
      (.append (.setdefault groups draw.limits []) row))
    (setv self._limited (lfor
      rows (.values groups)
      #( (if (= (len rows) n) ... rows)
        (make-limits self._size (. (get self.draws (get rows 0)) options)))))))
