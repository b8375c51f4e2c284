"Seed text → generated text. A `model` is a `Checkpoint` or a `Mixture`."

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord refuse]))
(import
  collections [deque]
  itertools [islice]
  re
  warnings
  lstm-textgen.settings.table [check-fields]
  lstm-textgen.writing.batch [Batch Crowd MOST-TEXTS]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.pace [Pace]
  lstm-textgen.writing.sampling [Draw SamplingOptions]
  lstm-textgen.writing.seeds [Seed])

(setv
  CLOSERS "\"'”’»›)\\]」』）】"
  ;; White space follows the mark or, in scripts without spaces between sentences, anything but
  ;; another mark. Closing quotes and brackets may come between.
  SENTENCE-END (re.compile
    rf"(?:[.!?…][{CLOSERS}]*\s|[。！？][{CLOSERS}]*[^。！？…{CLOSERS}])\Z")
  SENTENCE-REACH 8  ; how many characters back its mark may be
  LONGEST 20_000  ; units after which a text without a `length` is cut off …
  SENTENCE 1000   ; … or, if that is more, this many for each of the wanted sentences
  BLOCK 64   ; units of a lone text generated at once
  ROUND 8    ; units of each of several
  SLICE 256) ; units of a seed read at once


(defrecord Ends
  #[[Where a text ends: at the first of these; without any it never ends.

  - `length`: after this many characters, or words in a word-level model. A text that has only
    other ends is cut off after `LONGEST`, as it may never reach them.
  - `stop`: before this text, or any of these texts, would appear.
  - `sentences`: after this many sentences. A sentence ends with . ! ? or …, closing quotes and
    white space (which isn't part of the text), or with 。！？.

  Raise `ValueError` for a value out of range, `TypeError` for one of the wrong type.]]
  [#^ object [length None]  #^ object [stop None]  #^ object [sentences None]]

  (defn __post-init__ [self] (check-fields self))

  (defn apply [self pieces [warn warnings.warn]]
    "Yield `pieces` (str) up to the end; `warn` if the text had to be cut off before it."
    (setv pieces (if (and (is self.length None) (!= self (Ends)))
      (_cut-off pieces (max LONGEST (* SENTENCE (or self.sentences 0))) warn)
      (islice pieces self.length)))
    (when self.stop
      (setv pieces (before-stop pieces (if (isinstance self.stop str) [self.stop] self.stop))))
    (when self.sentences (setv pieces (first-sentences pieces self.sentences)))
    (yield :from pieces)))


;; * Generation

(defn stream [model seed [options None] [ends (Ends)] [rng-seed None] [warn warnings.warn]]
  #[[Return a generator of the units (str) that `model` generates after `seed`.

  One call of `warn` names the seed's unknown units; the rest of the seed is used. The
  `SamplingOptions` default to the model's own temperature, `rng-seed` is a `Draw`'s.]]
  (setv
    own (Seed model seed warn)
    draw (Draw (or options (usual-options model)) rng-seed))
  (.apply ends (.counted model.vocabulary (_write model own draw)) warn))


(defn usual-options [model [temperature None] #* limits]
  "Return the `SamplingOptions` with these; the temperature defaults to that of `model`."
  (SamplingOptions (if (is temperature None) model.settings.temperature temperature) #* limits))


(defn write-sample [model length [temperature None] [rng-seed 1]]
  "Return a text of this `length` by `model` from an empty seed, the same at each call."
  (.join "" (stream model "" (usual-options model temperature) (Ends length) rng-seed)))


(defn write-many [model seeds samples #* options #** named]
  "Return the list of texts that `write-each` yields, in the order of their numbers."
  (lfor [_ text] (sorted (write-each model seeds samples #* options #** named)) text))


(defn write-each [model seeds samples [options None] [ends (Ends)] [rng-seed None]
    [warn warnings.warn]]
  #[[Return an iterator of #(k text), each as soon as it ends: `samples` after each of `seeds`.

  They are generated together, with the parameters of `stream`; but for rounding (see `batch`),
  text k depends only on `rng-seed` and k. After Ctrl-C it yields what there is of the others
  before it raises `KeyboardInterrupt`. Raise `ValueError` unless `ends` has an end.]]
  (setv streams (* samples (len seeds)))
  (when (= ends (Ends))
    (refuse (if (= streams 1) "a text needs" "several texts need")
      " an end: give `length`, `stop` or `sentences`"))
  (when (<= streams 1)
    (return (gfor seed seeds #(0 (.join "" (stream model seed options ends rng-seed warn))))))
  (setv
    options (or options (usual-options model))
    texts (gfor
      [n seed] (enumerate seeds)
      :setv own (Seed model seed warn)
      k (range samples)
      #((Draw options rng-seed (+ k (* n samples))) own)))
  (_as-they-end model texts
    (fn [units] (.apply ends (.counted model.vocabulary units) warn))))


(defn _as-they-end [model texts finish]
  #[[Yield #(k text) for each of `texts`, #(draw seed), when it ends; k is the draw's number.

  At most `MOST-TEXTS` are written at once; a seed is read when the turn of its texts comes.
  `finish` is a function from an endless iterator of units to one of a text's pieces.]]
  (setv
    units model.vocabulary.units
    reader (make-engine model)
    crowd (Crowd model reader)
    running {})  ; for each draw its ids to come, its text's pieces, and those so far
  (defn write [ids opening]
    (yield :from opening)
    (while True
      (unless ids
        (for [[draw column _] (.run crowd ROUND [])] (.extend (get running draw 0) column)))
      (yield (get units (.popleft ids)))))
  (try
    (while True
      (for [[draw seed] (islice texts (- MOST-TEXTS (len running)))]
        (setv
          ids (deque)
          (get running draw) [ids (finish (write ids (_begin seed reader draw))) []])
        (.join crowd draw reader.state))
      (unless running (break))
      (for [[draw [ids pieces parts]] (list (.items running))]
        (for [piece pieces]
          (.append parts piece)
          (when (and piece (not ids)) (break))  ; it has used its units, and all get more
          (else
            (.leave crowd draw)
            (del (get running draw))
            (yield #(draw.number (.join "" parts)))))))
    (except [KeyboardInterrupt]
      (for [[draw [_ _ parts]] (.items running)] (yield #(draw.number (.join "" parts))))
      (raise))
    (finally (.close crowd))))


(defn _write [model seed draw]
  "Yield the units of a text by `draw` after `seed` endlessly."
  (setv
    [units engine size] [model.vocabulary.units (make-engine model) 1]
    opening (_begin seed engine draw (Pace engine.threads))
    [batch pace] [(Batch model engine) (Pace engine.threads)])
  (yield :from opening)
  (.change batch [] [#(draw engine.state)])
  (while True
    (setv [ids _] (.run pace (fn [n] (.run batch n [])) size))
    (yield :from (gfor id (.ravel ids) (get units id)))
    (setv size (min (* 2 size) BLOCK))))


(defn _begin [seed engine draw [pace (Pace 1)]]
  "Let `engine` read `seed` and write the first unit of `draw`; return the text's first units."
  (.take-in seed engine 0)  ; go on where it was left, or begin
  (while (not seed.done?) (.run pace (fn [n] (.take-in seed engine n)) SLICE))
  [#* seed.opening #* (gfor
    [id typed _] (.begin seed engine draw)
    (cut (get seed.model.vocabulary.units id) typed None))])


;; * Where a text ends

(defn _cut-off [pieces most warn]
  "Yield the first `most` of `pieces`; `warn` if more are wanted."
  (yield :from (islice pieces most))
  (warn (+ f"a sample was cut off after {most :,} characters (or words), before its end; "
    "for a longer one, give `length`")))


(defn before-stop [pieces stops]
  #[[Yield `pieces` (str) up to the beginning of the first of the texts `stops` to be complete.

  What may be the beginning of a stop is held back until that is clear.]]
  (setv finder (StopFinder stops))
  (for [piece pieces]
    (setv sure (.feed finder piece))
    (when (or sure finder.found) (yield sure))
    (when finder.found (return)))
  (yield (.close finder)))


(defclass StopFinder []
  #[[Finds the first of the texts `stops` to be complete in a text that comes in pieces.

  `held` may be the beginning of one of them. Once one is `found`, the text ends.]]

  (meth __init__ [@stops]
    (setv [@held @found] ["" False]))

  (meth feed [piece]
    "Read `piece` (str); return the text so far that is certain to precede any stop."
    (setv
      held (+ @held piece)
      end (min
        (gfor stop @stops :if (in stop held) (+ (.index held stop) (len stop)))
        :default None)
      sure (if end
        (min (gfor stop @stops :if (.endswith held stop 0 end) (- end (len stop))))
        (- (len held) (max (gfor stop @stops (_overlap held stop)) :default 0)))
      @held (cut held sure None))
    (when end (setv @found True))
    (cut held sure))

  (meth close []
    "Return the held-back text that belongs to the text if it ends here."
    (if @found "" @held)))


(defn _overlap [text stop]
  "Return how many first characters of `stop` the `text` ends with; not all of them."
  (next (gfor
    n (range (min (len text) (- (len stop) 1)) -1 -1)
    :if (.endswith text (cut stop n))
    n)))


(defn first-sentences [pieces wanted]
  "Yield `pieces` (str) until `wanted` sentences are complete."
  (setv tail "")
  (for [piece pieces]
    (when (and piece (.search SENTENCE-END (+ tail (get piece 0))))
      (-= wanted 1)
      (when (= wanted 0) (return)))
    (yield piece)
    (setv tail (cut (+ tail piece) (- SENTENCE-REACH) None))))
