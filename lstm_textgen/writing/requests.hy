"What is asked of a generation → its passages, whoever asks."

(import
  functools [lru-cache]
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.text.shingles [MOST-SHINGLED]
  lstm-textgen.writing.batch [MOST-TEXTS]
  lstm-textgen.writing.constraints [Constraints]
  lstm-textgen.writing.ends [Ends]
  lstm-textgen.writing.passage [Passage]
  lstm-textgen.writing.sampling [Draw SamplingOptions]
  lstm-textgen.writing.seeds [Seed])


(defn passages-of [model seeds request ends warn]
  #[[Return an iterator of the `Passage`s that `request` (a `Request`) wants after each of `seeds`.

  A seed is a text. The ends are those of the request if `ends` is None. One call of `warn` names
  a seed's unknown units; the rest of the seed is used. Raise `ValueError` for copies that `model`
  doesn't know; the first passage raises it for a pattern that nothing after the seed can match.]]
  (setv
    settings model.settings
    several (* request.samples request.best-of)
    ends (or ends (ends-of request))
    options (SamplingOptions (.get request "temperature" settings.usual-temperature)
      request.top-k request.top-p request.min-p)
    constraints (.usual (Constraints request.match request.no-repeat request.no-copy)
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
      (Draw options (.get request "rng_seed") k (> request.best-of 1)) ends warn constraints)))


(defn ends-of [request]
  "Return the `Ends` that `request`, a `Request`, is for."
  (Ends request.length request.stop request.sentences))
