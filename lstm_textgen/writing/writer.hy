"Seed text → generated text, or an item of a list. A `model` is a `Checkpoint` or a `Mixture`."

(eval-when-compile (require hyrule [meth unless]))
(import
  collections.abc [Generator]
  functools [lru-cache]
  itertools [chain]
  threading [Lock]
  warnings
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.settings.models [Request]
  lstm-textgen.text.shingles [MOST-SHINGLED]
  lstm-textgen.writing.batch [Batch MOST-TEXTS]
  lstm-textgen.writing.constraints [Constraints]
  lstm-textgen.writing.ends [Ends]
  lstm-textgen.writing.passage [Passage]
  lstm-textgen.writing.sampling [Draw SamplingOptions]
  lstm-textgen.writing.seeds [Seed]
  lstm-textgen.writing.selection [Selection rivals-for temperature-for])


(defclass Stream [Generator]
  #[[The chunks of a generator, which any thread may close.

  Python's own raise an error if they are closed while another thread waits for a chunk.]]

  (meth __init__ [@_chunks]
    (setv
      @_lock (Lock)
      @_closed False))

  (meth send [_]
    (with [_ @_lock]
      (when @_closed (raise (StopIteration)))
      (next @_chunks)))

  (meth throw [#* error]
    (with [_ @_lock] (.throw @_chunks #* error)))

  (meth close []
    "End after the chunk that another thread waits for."
    (setv @_closed True)
    (with [_ @_lock] (.close @_chunks))))


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
    (_chunks-of model first warn)
    (gfor [_ text] (_texts-of model (chain [first] passages) selection warn) text)))


(defn _chunks-of [model passage warn]
  "Yield the text of `passage` by `model` as it comes; `warn` if it is cut off."
  (setv batch (Batch model [passage]))
  (while True
    (while passage.chunks (yield (.popleft passage.chunks)))
    (when passage.over (break))
    (.step batch))
  (when passage.warning (warn passage.warning)))


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
  (defn numbered [passage]
    (when passage.warning (warn passage.warning))
    #((.number selection passage) passage.text))
  (try
    (for [passage (.select selection (.finished batch items?) batch.added.append)]
      (+= found 1)
      (yield (numbered passage)))
    (except [KeyboardInterrupt]
      ;; Those that are over needn't wait for earlier ones.
      (yield :from (map numbered (.select selection (.over batch False) batch.added.append)))
      (unless items? (yield :from (map numbered (.leading selection batch.running))))
      (raise)))
  (when selection.gave-up
    (if found
      (warn (+ selection.gave-up f" ({found} of {selection.wanted} found)"))
      (refuse selection.gave-up))))


(defn passages-of [model seeds request ends warn]
  #[[Return an iterator of the `Passage`s that `request` (a `Request`) wants after each of `seeds`.

  A seed is a text. The ends are those of the request if `ends` is None. One call of `warn` names
  a seed's unknown units; the rest of the seed is used. Raise `ValueError` for copies that `model`
  doesn't know; the first passage raises it for a pattern that nothing after the seed can match.]]
  (setv
    settings model.settings
    rivals (rivals-for model request (len seeds))
    several (* request.samples rivals)
    ends (or ends (Ends request.length request.stop request.sentences))
    options (SamplingOptions (temperature-for model request (len seeds))
      request.top-k request.top-p request.min-p)
    constraints (.with-usual-lines (Constraints request.match request.no-repeat request.no-copy)
      model ends options.temperature)
    ;; The pattern of running text is of what follows the seed.
    whole (bool (and request.match (not settings.items)))
    seed-of ((lru-cache MOST-TEXTS) (fn [n] (Seed model (get seeds n) warn whole))))
  (when (and request.no-copy (not model.shingles))
    (refuse 'no-copy " needs a model that keeps the passages of its text: one of running text of "
      f"up to {MOST-SHINGLED :,} characters, not a list, a base or a copy to share"))
  (when (.one-line? constraints model ends.stops)
    (warn (Message "in " 'match ", . doesn't match line ends, so each text is one line; "
      "if texts may have several, begin the pattern with (?s)")))
  (gfor k (range (* several (len seeds)))
    (Passage (seed-of (// k several))
      ;; None if not given: different each time. The table's default, 1, is for training.
      (Draw options (.get request "rng_seed") k (> rivals 1)) ends constraints)))


(defn passage-length [model [characters 400]]
  "Return the length of a passage by `model`, about this many `characters` in what it counts."
  (// characters model.vocabulary.width))


(defn write-sample [model length [temperature None] [rng-seed 1]]
  #[[Return a text of this `length` by `model` from an empty seed, the same at each call.

  Of a list it is as many items as fit.]]
  (setv given (if (is temperature None) {} {"temperature" temperature}))
  (.join "" (stream model "" (Request {"rng_seed" rng-seed  "best_of" 1  #** given})
    (Ends length :item False))))
