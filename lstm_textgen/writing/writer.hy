"Seed text → generated text, or an item of a list. A `model` is a `Checkpoint` or a `Mixture`."

(eval-when-compile (require hyrule [unless]))
(import
  itertools [chain]
  warnings
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.settings.models [Request]
  lstm-textgen.writing.batch [Batch]
  lstm-textgen.writing.ends [Ends]
  lstm-textgen.writing.requests [passages-of]
  lstm-textgen.writing.selection [Selection])


(defn stream [model seed [request (Request {})] [ends None] [warn warnings.warn]]
  #[[Return a generator of the text, in chunks (str), that `model` generates after `seed`.

  `request`, a `Request`, `ends` and `warn` are as in `passages-of`. Of a list it is one item, or
  what the seed lacks of it; other text ends only by the ends. A text that must match comes all at
  once: until it ends it may be drawn again.]]
  (setv
    passages (passages-of model [seed] request ends warn)
    selection (Selection model request 1)
    first (next passages))  ; raises at once for what can't be
  (if (.final? selection first)
    (_chunks-of model first)
    (gfor [_ text] (_texts-of model (chain [first] passages) selection warn) text)))


(defn _chunks-of [model passage]
  "Yield the text of `passage` by `model` as it comes."
  (setv batch (Batch model [passage]))
  (while True
    (while passage.chunks (yield (.popleft passage.chunks)))
    (when passage.over (break))
    (.step batch)))


(defn write-each [model seeds [request (Request {})] [warn warnings.warn]]
  #[[Return an iterator of #(k text), each as soon as it ends: the samples after each of `seeds`.

  They are generated together, with the parameters of `stream`; but for rounding (see `batch`),
  text k depends only on the random seed and k. Items of a list come in the order of their numbers.
  After Ctrl-C it yields what there is of the others, but nothing that may still be refused and no
  half items, before it raises `KeyboardInterrupt`. Raise `ValueError` unless there is an end or
  the model is one of a list, and for new items by a model that doesn't know its list.

  A text that isn't as demanded is drawn again, as is an item that isn't new, if only new ones are
  wanted; after `MOST-DRAWS` of them in a row, `warn` and end early, or raise `ValueError` if there
  are no texts.]]
  (unless (or model.settings.items request.new  ; which `Selection` refuses
      (is-not request.length None) request.stop request.sentences)
    (refuse (if (= request.samples (len seeds) 1) "a text needs" "several texts need")
      " an end: give " 'length ", " 'stop " or " 'sentences))
  (_texts-of model (passages-of model seeds request None warn)
    (Selection model request (len seeds)) warn))


(defn _texts-of [model passages selection warn]
  "Yield #(k text) for each of the `passages` that `selection` lets through."
  (setv
    batch (Batch model passages)
    items? (bool model.settings.items)
    found 0)
  (defn numbered [passage] #((.number selection passage) passage.text))
  (try
    (for [passage (.select selection (.finished batch items?) batch.add)]
      (+= found 1)
      (yield (numbered passage)))
    (except [KeyboardInterrupt]
      ;; Those that are over needn't wait for earlier ones.
      (yield :from (map numbered (.select selection (.over batch False) batch.add)))
      (for [passage batch.running
          :if (not (or passage.over items?)) :if (.final? selection passage)]
        (yield (numbered passage)))
      (raise)))
  (when selection.gave-up
    (if found
      (warn (+ selection.gave-up f" ({found} of {selection.wanted} found)"))
      (refuse selection.gave-up))))


(defn passage-length [model [characters 400]]
  "Return the length of a passage by `model`, about this many `characters` in what it counts."
  (// characters model.vocabulary.width))


(defn write-sample [model length [temperature None] [rng-seed 1]]
  #[[Return a text of this `length` by `model` from an empty seed, the same at each call.

  Of a list it is as many items as fit.]]
  (setv given (if (is temperature None) {} {"temperature" temperature}))
  (.join "" (stream model "" (Request {"rng_seed" rng-seed #** given})
    (Ends length :item False))))
