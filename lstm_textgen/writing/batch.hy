#[[Passages that a model generates together; when one is over, the next joins.

A text depends only on its seed text, options and random numbers, but for rounding: BLAS sums in
another order for another number of texts, which now and then changes a choice.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  collections [deque]
  itertools [takewhile]
  numpy :as np
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.pace [Pace]
  lstm-textgen.writing.sampling [Sampler])

(setv
  MOST-TEXTS 64  ; at once; more gain no speed
  MANY-UNITS 128  ; of each text that a step draws, …
  FEW-UNITS 8)  ; … or these where a text may end in them, or others wait


(defclass Batch []
  #[[Up to `MOST-TEXTS` at a time of the `passages` (an iterable) by `model`.

  The model is a `Checkpoint` or a `Mixture`. `running` lists the passages in the order of the
  engine's streams; some of them may be over.]]

  (meth __init__ [model passages]
    (setv
      @running []
      @_coming (iter passages)
      @_added (deque)  ; those that follow
      @_begun []       ; in that order, without those that were yielded
      @_reader (make-engine model)
      @_engine @_reader
      @_sampler (Sampler model.vocabulary.size :exclude (range (len model.vocabulary.reserved)))
      @_reading (Pace (.threads @_reader))
      @_alone (Pace (.threads @_reader))
      @_together (Pace (.threads @_reader MOST-TEXTS))))

  (meth add [passage]
    "Let `passage` join after all others."
    (.append @_added passage))

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
      kept (lfor [k each] (enumerate @running) :if (not each.over) k)
      joining (@_begin (- MOST-TEXTS (len kept))))
    (when (or joining (< (len kept) (len @running))) (@_change kept joining))
    (when @running
      (setv few? (or joining (= (len @running) MOST-TEXTS)
        (any (gfor each @running each.open-end?))))
      (@_draw (if few? FEW-UNITS MANY-UNITS))))

  (meth _begin [places]
    "Let passages begin that find one of `places`; return a list of #(passage state)."
    (setv joining [])
    (while (< (len joining) places)
      (setv passage (next @_coming None))
      (when (and (is passage None) @_added) (setv passage (.popleft @_added)))
      (when (is passage None) (break))
      (.append @_begun passage)
      (unless passage.over
        (.append joining #(passage (.begin passage @_reader @_reading.run)))))
    joining)

  (meth _change [kept joining]
    "Keep the passages in the places `kept`, and add those of `joining`, #(passage state) each."
    (setv
      passages (lfor [passage _] joining passage)
      engine (.like @_reader (max 1 (+ (len kept) (len joining)))))
    (.set-state engine (.copy-state @_engine kept) (slice (len kept)))
    (for [[k [_ state]] (enumerate joining (len kept))] (.set-state engine state k))
    (.change @_sampler kept
      (lfor passage passages passage.draw)
      (lfor passage passages passage.rules))
    (setv
      @running [#* (lfor k kept (get @running k)) #* passages]
      @_engine engine))

  (meth [(np.errstate :invalid "ignore")] _draw [most]
    "Draw up to `most` units for each passage."
    (setv
      steps (max 1 (min most #* (gfor each @running each.left)))
      pace (if (= (len @running) 1) @_alone @_together)
      step @_engine.step
      pick @_sampler.pick
      logits @_engine.logits
      rows (lfor [k each] (enumerate @running) :if each.draw.logits k)
      kept []  ; the logits of these rows
      ids [])
    (defn act [n]
      (for [_ (range n)]
        (when rows (.append kept (get (np.atleast-2d logits) rows)))
        (setv picked (pick logits @_engine))
        (.append ids picked)
        (step picked)))
    (.run pace act steps)
    (setv kept (if rows (dict (zip rows (np.stack kept 1))) {}))
    (for [[k own] (enumerate (.tolist (. (.reshape (np.array ids) steps -1) T)))]
      (.take (get @running k) own (.get kept k)))))
