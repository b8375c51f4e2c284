"What is asked of a generation → the group of its passages, whoever asks."

(import
  functools [lru-cache]
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.text.items [NewItems]
  lstm-textgen.text.shingles [MOST-SHINGLED]
  lstm-textgen.writing.constraints [Demands]
  lstm-textgen.writing.ends [Ends]
  lstm-textgen.writing.passage [Passage]
  lstm-textgen.writing.sampling [Draw SamplingOptions]
  lstm-textgen.writing.scheduler [Group]
  lstm-textgen.writing.seeds [Seed]
  lstm-textgen.writing.streams [MOST-TEXTS])


(defn group-of [model seeds asked ends warn]
  #[[Return the `Group` of what `asked` (a `Request`) wants of `model` after each of `seeds`.

  A seed is a text. The ends are those asked for if `ends` is None. One call of `warn` names
  a seed's unknown units; the rest of the seed is used. Raise `ValueError` for new items by a model
  that doesn't know its list, for copies that it doesn't know (see `check-copies`) and for a bad
  pattern; the first passage raises it for a pattern that nothing after the seed can match.]]
  (setv
    settings model.settings
    [samples rivals] [asked.samples asked.best-of]
    count (* samples rivals (len seeds))
    ends (or ends (ends-of asked))
    options (SamplingOptions (.get asked "temperature" settings.usual-temperature)
      asked.top-k asked.top-p asked.min-p)
    demands (.usual (Demands asked.match asked.no-repeat asked.no-copy)
      model ends options.temperature)
    ;; The pattern of running text is of what follows the seed.
    whole (bool (and asked.match (not settings.items)))
    seed-of ((lru-cache MOST-TEXTS) (fn [n] (Seed model (get seeds n) warn whole))))
  (check-copies model asked)
  (when (.one-line? demands model ends.stops)
    (warn (Message "in " 'match ", . doesn't match line ends, so each text is one line; "
      "if texts may have several, begin the pattern with (?s)")))
  (Group
    (gfor k (range count)
      (Passage (seed-of (// k (* samples rivals)))
        (Draw options (.get asked "rng_seed") k (> rivals 1)) ends warn demands))
    count
    :items (when asked.new (NewItems model))
    :ordered (bool settings.items)
    :rivals rivals
    :revocable (bool (or asked.new (> rivals 1) demands.late?))))


(defn ends-of [asked]
  "Return the `Ends` that `asked`, a `Request`, is for."
  (Ends asked.length asked.stop asked.sentences))


(defn check-copies [model asked]
  "Raise `ValueError` if copies are not to be made, as `asked`, that `model` doesn't know."
  (when (and asked.no-copy (not model.shingles))
    (refuse 'no-copy " needs a model that keeps the passages of its text: one of running text of "
      f"up to {MOST-SHINGLED :,} characters, not a list, a base or a copy to share")))
