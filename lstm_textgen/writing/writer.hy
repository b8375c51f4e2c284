"Seed text → generated text, or an item of a list. A `model` is a `Checkpoint` or a `Mixture`."

(eval-when-compile (require hyrule [unless]))
(import
  warnings
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.settings.models [Request]
  lstm-textgen.text.items [MOST-DRAWS]
  lstm-textgen.writing.ends [Ends]
  lstm-textgen.writing.requests [group-of]
  lstm-textgen.writing.scheduler [Scheduler])


(defn stream [model seed [asked (Request {})] [ends None] [warn warnings.warn]]
  #[[Return a generator of the text, in chunks (str), that `model` generates after `seed`.

  `asked`, a `Request`, `ends` and `warn` are as in `group-of`. Of a list it is one item, or what
  the seed lacks of it; other text ends only by the ends. A text that must match comes all at once:
  until it ends it may be drawn again.]]
  (setv group (group-of model [seed] asked ends warn))
  (.upcoming group)  ; raises at once for what can't be
  (if group.revocable
    (gfor [_ text] (_texts-of model group warn) text)
    (_chunks-of model group)))


(defn _chunks-of [model group]
  "Yield the text of the only passage of a `group` by `model` as it comes."
  (setv [scheduler passage] [(Scheduler model) (.upcoming group)])
  (.add scheduler group)
  (try
    (while True
      (setv chunks passage.chunks)
      (while chunks (yield (.popleft chunks)))
      (when group.over (break))
      (.step scheduler))
    (finally (.close scheduler))))


(defn write-each [model seeds [asked (Request {})] [warn warnings.warn]]
  #[[Return an iterator of #(k text), each as soon as it ends: the samples after each of `seeds`.

  They are generated together, with the parameters of `stream`; but for rounding (see `streams`),
  text k depends only on the random seed and k. Items of a list come in the order of their numbers.
  After Ctrl-C it yields what there is of the others, but nothing that may still be refused and no
  half items, before it raises `KeyboardInterrupt`. Raise `ValueError` unless there is an end or
  the model is one of a list.

  A text that isn't as demanded is drawn again, as is an item that isn't new, if only new ones are
  wanted; after `MOST-DRAWS` of them in a row, `warn` and end early, or raise `ValueError` if there
  are no texts.]]
  (unless (or model.settings.items asked.new  ; which `group-of` refuses
      (is-not asked.length None) asked.stop asked.sentences)
    (refuse (if (= asked.samples (len seeds) 1) "a text needs" "several texts need")
      " an end: give " 'length ", " 'stop " or " 'sentences))
  (_texts-of model (group-of model seeds asked None warn) warn))


(defn _texts-of [model group warn]
  "Yield #(k text) for the passages of a `group`, as `write-each` does."
  (setv scheduler (Scheduler model))
  (defn numbered [passage]
    #((// (% passage.draw.number group.count) group.rivals) passage.text))
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
      (unless (or group.revocable model.settings.items)
        (for [passage group.running] (yield (numbered passage))))
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
      (warn (+ line f" ({found} of {(// group.count group.rivals)} found)"))
      (refuse line))))


(defn passage-length [model [characters 400]]
  "Return the length of a passage by `model`, about this many `characters` in what it counts."
  (// characters model.vocabulary.width))


(defn write-sample [model length [temperature None] [rng-seed 1]]
  #[[Return a text of this `length` by `model` from an empty seed, the same at each call.

  Of a list it is as many items as fit.]]
  (setv given (if (is temperature None) {} {"temperature" temperature}))
  (.join "" (stream model "" (Request {"rng_seed" rng-seed #** given})
    (Ends length :item False))))
