"Texts for clients: passages with the log-probabilities of their units."

(eval-when-compile (require hyrule [meth ncut unless]))
(import
  collections [namedtuple]
  functools [partial]
  numpy :as np
  lstm-textgen.writing.passage [Passage]
  lstm-textgen.writing.scoring [compare predicted])

(setv
  LEAST -9999.0  ; the logarithm of 0, as OpenAI's API writes it
  ;; A unit's text, its log-probability, and a list of #(text logarithm): the likeliest units in
  ;; its place, the likeliest first.
  Told (namedtuple "Told" "unit logarithm likeliest"))


(defclass Reply [Passage]
  #[[A text for a client; with `echo` it begins with the seed.

  `alternatives` is the number of likeliest units to tell for each, beside its own log-probability
  (None: neither). Those of the seed, a list of `Told`, are in `told-of-seed`.]]

  (meth __init__ [seed draw ends demands [@alternatives None] [@echo False] [@told-of-seed #()]]
    (.__init__ (super) seed draw ends :demands demands))

  (meth start []
    (.start (super))
    (setv
      @_told [#* @told-of-seed #* (gfor unit @seed.opening (Told unit 0.0 []))]
      [@_next @_next-start @_read] [0 0 0])  ; unit to be told, where it starts, characters read
    (when @echo (.appendleft @chunks @seed.text)))

  (meth [property] with-seed []
    (if @echo @text (+ @seed.text @text)))

  (meth take [ids [logits None] [typed 0]]
    ;; Told before it is said, as another thread reads both.
    (unless (or (is logits None) (is @alternatives None))
      (setv
        vocabulary @seed.model.vocabulary
        [nats _ #* best] ((comparing vocabulary @alternatives)
          (np.atleast-2d logits) (np.array ids)))
      (.extend @_told (told vocabulary ids nats best typed)))
    (.take (super) ids logits typed))

  (meth read []
    #[[Return #(text told offset): what hasn't been read yet.

    `told` lists the `Told` of the units that begin in the text, and `offset` is where the first
    of them does, in all of it.]]
    (setv
      text (.join "" (gfor _ (range (len @chunks)) (.popleft @chunks)))
      [first offset] [@_next @_next-start])
    (+= @_read (len text))
    (while (and (< @_next (len @_told)) (< @_next-start @_read))
      (+= @_next-start (len (. (get @_told @_next) unit)))
      (+= @_next 1))
    #(text (cut @_told first @_next) offset)))


(defn told-of-seed [seed alternatives]
  "Return the list of `Told` of the units of `seed`, a `Seed` without a rest."
  (setv
    vocabulary seed.model.vocabulary
    [nats _ #* best] (if seed.own
      (predicted seed.model (. (np.array [seed.own]) T) (comparing vocabulary alternatives))
      [(np.empty #(0 1)) None]))
  (told vocabulary seed.own (ncut nats : 0) (lfor each best (ncut each : 0))))


(defn comparing [vocabulary alternatives]
  "Return `compare` with as many `alternatives` as the `vocabulary` has, at most."
  (partial compare :alternatives (min alternatives vocabulary.size)))


(defn told [vocabulary ids nats best [typed 0]]
  #[[Return the list of `Told` of `ids`, whose surprises are `nats` (time,).

  `best` is [ids nats] (time, alternatives) of the likeliest units in their places, or [];
  impossible ones aren't told. The texts lack the first `typed` characters.]]
  (setv
    entry (fn [id nats] #((cut (get vocabulary.units id) typed None) (max LEAST (- nats))))
    likeliest (if best
      (lfor [ids nats] (zip #* (map np.ndarray.tolist best))
        (lfor [id n] (zip ids nats) :if (< n np.inf) (entry id n)))
      (* [[]] (len ids))))
  (lfor [id n top] (zip ids (.tolist nats) likeliest) (Told #* (entry id n) top)))
