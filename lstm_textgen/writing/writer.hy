"Seed text → generated text, or an item of a list. A `model` is a `Checkpoint` or a `Mixture`."

(eval-when-compile (require hyrule [unless]))
(import
  functools [lru-cache]
  warnings
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.text.items [MOST-DRAWS NewItems]
  lstm-textgen.writing.batch [MOST-TEXTS]
  lstm-textgen.writing.constraints [Demands]
  lstm-textgen.writing.ends [Ends]
  lstm-textgen.writing.passage [Passage]
  lstm-textgen.writing.sampling [Draw SamplingOptions]
  lstm-textgen.writing.scheduler [Group Scheduler]
  lstm-textgen.writing.seeds [Seed])


(defn stream [model seed [options None] [ends (Ends)] [rng-seed None] [demands (Demands)]
    [warn warnings.warn]]
  #[[Return a generator of the text, in chunks (str), that `model` generates after `seed`.

  Of a list it generates one item, or what the seed lacks of it; other text ends only by `ends`.
  One call of `warn` names the seed's unknown units; the rest of the seed is used. The
  `SamplingOptions` default to the model's own temperature, `rng-seed` is a `Draw`'s. A text that
  must match, by the `demands`, comes all at once: until it ends it may be drawn again.]]
  (setv options (or options (usual-options model)))
  (if (. (.usual demands model.settings ends options.temperature) late?)
    (gfor [_ text] (write-each model [seed] 1 options ends rng-seed demands warn) text)
    (_chunks-of model (Passage (Seed model seed warn :recall options.recall)
      (Draw options rng-seed) ends warn demands))))


(defn _chunks-of [model passage]
  "Yield the text of a `passage` by `model` as it comes."
  (setv [scheduler group] [(Scheduler model) (Group [passage] 1)])
  (.add scheduler group)
  (try
    (while True
      (setv chunks passage.chunks)
      (while chunks (yield (.popleft chunks)))
      (when group.over (break))
      (.step scheduler))
    (finally (.close scheduler))))


(defn write-each [model seeds samples [options None] [ends (Ends)] [rng-seed None]
    [demands (Demands)] [warn warnings.warn] [new False] [best-of 1]]
  #[[Return an iterator of #(k text), each as soon as it ends: `samples` after each of `seeds`.

  They are generated together, with the parameters of `stream`; but for rounding (see `batch`),
  text k depends only on `rng-seed` and k. Items of a list come in the order of their numbers.
  After Ctrl-C it yields what there is of the others, but no half items, before it raises
  `KeyboardInterrupt`. Raise `ValueError` unless `ends` has an end or the model is one of a list.

  A text that doesn't match, by the `demands`, is drawn again and, with `new`, an item that isn't
  new (see `NewItems`); after `MOST-DRAWS` of them in a row, `warn` and end early, or raise
  `ValueError` if there are no texts. Each text is the likeliest, per unit, of `best-of`.]]
  (setv
    count (* samples (len seeds) best-of)
    items (when new (NewItems model))
    options (or options (usual-options model))
    ;; The pattern of running text is of what follows the seed.
    whole (bool (and demands.match (not model.settings.items)))
    seed-of ((lru-cache MOST-TEXTS) (fn [n] (Seed model (get seeds n) warn whole options.recall))))
  (unless (or (!= ends (Ends)) model.settings.items)
    (refuse (if (= samples (len seeds) 1) "a text needs" "several texts need")
      " an end: give " 'length ", " 'stop " or " 'sentences))
  (when (.one-line? demands model ends.stops)
    (warn (Message "in " 'match ", . doesn't match line ends, so each text is one line; "
      "if texts may have several, begin the pattern with (?s)")))
  (_texts-of model warn (Group :count count :items items :best-of best-of
    :ordered (bool model.settings.items)
    (gfor k (range count)
      (Passage (seed-of (// k (* samples best-of)))
        (Draw options rng-seed k (> best-of 1)) ends warn demands)))))


(defn _texts-of [model warn group]
  "Yield #(k text) for the passages of a `group`, as `write-each` does."
  (setv scheduler (Scheduler model))
  (defn numbered [passage]
    #((// (% passage.draw.number group.count) group.best-of) passage.text))
  (defn ended [] (while group.ended (yield (numbered (.popleft group.ended)))))
  (setv found 0)
  (.add scheduler group)
  (try
    (while (not group.over)
      (.step scheduler)
      (+= found (len group.ended))
      (yield :from (ended)))
    (except [KeyboardInterrupt]
      (setv group.ordered False)  ; those that are over needn't wait for earlier ones
      (.settle group)
      (yield :from (ended))
      (for [passage group.running :if (not model.settings.items)] (yield (numbered passage)))
      (raise))
    (finally (.close scheduler)))
  (when (in group.over ["unmatched" "exhausted" "memorized"])
    (setv line (Message #* (match group.over
      "unmatched"
        [f"{MOST-DRAWS} texts in a row didn't match; give a simpler " 'match ", or more room"]
      "exhausted" [f"{MOST-DRAWS} matching items in a row weren't new, so few others may match; "
        "give a wider " 'match ", or a higher " 'temperature]
      _ [f"{MOST-DRAWS} items in a row weren't new: the model has memorized its list; give a "
        "higher " 'temperature ", or train for fewer " 'epochs])))
    (if found
      (warn (+ line f" ({found} of {(// group.count group.best-of)} found)"))
      (refuse line))))


(defn usual-options [model [temperature None] #* others]
  "Return the `SamplingOptions` with these; the temperature defaults to that of `model`."
  (SamplingOptions (if (is temperature None) model.settings.temperature temperature) #* others))


(defn passage-length [model [characters 400]]
  "Return the length of a passage by `model`, about this many `characters` in what it counts."
  (// characters model.vocabulary.width))


(defn write-sample [model length [temperature None] [rng-seed 1]]
  #[[Return a text of this `length` by `model` from an empty seed, the same at each call.

  Of a list it is as many items as fit.]]
  (.join "" (stream model "" (usual-options model temperature) (Ends length :item False)
    rng-seed)))
