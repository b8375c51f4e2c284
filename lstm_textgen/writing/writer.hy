"Seed text → generated text. A `model` is a `Checkpoint` or a `Mixture`."

(eval-when-compile (require hyrule [unless]))
(import
  dataclasses [dataclass]
  itertools [chain islice tee]
  re
  warnings
  numpy :as np
  lstm-textgen.basics.machine [few-threads]
  lstm-textgen.settings.table [check-fields]
  lstm-textgen.text.units [describe-units]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.sampling [Sampler SamplingOptions]
  lstm-textgen.writing.spelling [begin ways-on])

(setv
  CLOSERS "\"'”’»›)\\]」』）】"
  ;; White space follows the mark or, in scripts without spaces between sentences, anything but
  ;; another mark. Closing quotes and brackets may come between.
  SENTENCE-END (re.compile
    rf"(?:[.!?…][{CLOSERS}]*\s|[。！？][{CLOSERS}]*[^。！？…{CLOSERS}])\Z")
  SENTENCE-REACH 8  ; how many characters back its mark may be
  LONGEST 20_000  ; units after which a text without a `length` is cut off …
  SENTENCE 1000   ; … or, if that is more, this many for each of the wanted sentences
  BLOCK 64)  ; units generated at once


(defclass [(dataclass :frozen True)] Ends []
  #[[Where a text ends: at the first of these; without any it never ends.

  - `length`: after this many characters, or words in a model by words. A text that has only
    other ends is cut off after `LONGEST`, as it may never reach them.
  - `stop`: before this text, or any of these texts, would appear.
  - `sentences`: after this many sentences. A sentence ends with . ! ? or …, closing quotes and
    white space (which isn't part of the text), or with 。！？.

  Raise `ValueError` for a value out of range, `TypeError` for one of the wrong type.]]
  (setv
    #^ object length None
    #^ object stop None
    #^ object sentences None)

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

  Before the seed the model reads its `start-ids`, like the end of a paragraph. One call of `warn`
  names the seed's unknown units; the rest of the seed is used. The `SamplingOptions`
  default to the model's own temperature, `rng-seed` is `Sampler`'s.]]
  (setv
    sampler (make-sampler model 1 options rng-seed)
    engine (make-engine model)
    [ids rest opening] (read-seed model seed warn)
    units (_write engine sampler ids rest model.vocabulary))
  (.apply ends (.counted model.vocabulary (chain opening units)) warn))


(defn write-sample [model length [temperature None] [rng-seed 1]]
  "Return a text of this `length` by `model` from an empty seed, the same at each call."
  (setv options (unless (is temperature None) (SamplingOptions temperature)))
  (.join "" (stream model "" options (Ends length) rng-seed)))


(defn write-many [model seeds samples #* options #** named]
  "Return the list of texts that `write-each` yields, in the order of their numbers."
  (lfor [_ text] (sorted (write-each model seeds samples #* options #** named)) text))


(defn write-each [model seeds samples [options None] [ends (Ends)] [rng-seed None]
    [warn warnings.warn]]
  #[[Return an iterator of #(k text), each as soon as it ends: `samples` after each of `seeds`.

  All are generated in one batch, with the parameters of `stream`; text k depends only on
  `rng-seed` and k. After Ctrl-C it yields what there is of the others before it raises
  `KeyboardInterrupt`. Raise `ValueError` unless `ends` has an end.]]
  (setv streams (* samples (len seeds)))
  (when (= ends (Ends))
    (raise (ValueError (+ (if (= streams 1) "a text needs" "several texts need")
      " an end: give `length`, `stop` or `sentences`"))))
  (when (<= streams 1)
    (return (gfor seed seeds #(0 (.join "" (stream model seed options ends rng-seed warn))))))
  (setv
    engine (make-engine model streams)
    sampler (make-sampler model streams options rng-seed)
    units model.vocabulary.units
    openings (_read-seeds model engine sampler seeds samples warn)
    steps (_steps engine sampler))
  (defn text [k opening ids]
    (setv written (gfor each ids (get units (get each k))))
    (.apply ends (.counted model.vocabulary (chain opening written)) warn))
  (as-they-end engine (dict (enumerate
    (map text (range streams) openings (tee steps streams))))))  ; each takes the steps it needs


(defn as-they-end [engine texts]
  "Yield #(k text) for each of `texts`, a dict from k to an iterator of pieces, when it ends."
  (setv parts (dfor k texts k []))
  (try
    (with [_ (few-threads engine.threads)]
      (while texts
        (for [[k pieces] (list (.items texts))]
          (setv piece (next pieces None))
          (if (is piece None)
            (do
              (del (get texts k))
              (yield #(k (.join "" (.pop parts k)))))
            (.append (get parts k) piece)))))
    (except [KeyboardInterrupt]
      (for [[k pieces] (.items parts)] (yield #(k (.join "" pieces))))
      (raise))))


(defn read-seed [model seed [warn warnings.warn] [whole False]]
  #[[Return #(ids rest opening): the ids (time,) to read first, a text and a list of units.

  The ids are the model's `start-ids` and those of the seed text without its `rest`, the end that
  the next unit may begin with; if the seed is `whole`, there is no rest. The opening comes before
  the generated text: empty, unless the seed is empty and the model knows no line breaks; then it
  is the beginning of the training text.]]
  (setv
    vocabulary model.vocabulary
    start (start-ids model)
    first (get vocabulary.units (get start -1))
    [ids unknowns] (.encode-seed vocabulary seed)
    known (if (and unknowns (is vocabulary.unknown None)) (.decode vocabulary ids) seed)
    rest (if whole "" (.unfinished vocabulary known)))
  (when rest
    (setv
      ids (.encode vocabulary (.removesuffix known rest))
      unknowns (lfor unit unknowns :if (!= unit rest) unit)))
  (when unknowns
    (warn (+ f"the model never saw {(describe-units unknowns)}; "
      (if (is vocabulary.unknown None)
        "left out of the seed"
        f"read as an unknown {vocabulary.singular}"))))
  #( (np.concatenate [start (.astype ids int)])
    rest
    (if (or known (= first "\n") (!= first model.settings.beginning)) [] [first])))


(defn start-ids [model]
  #[[Return a list of the ids to read before any text.

  They are two line breaks, as between paragraphs: after one, which may be within a wrapped
  paragraph, a text could begin anywhere. If the model knows none, they are the first unit of its
  training text.]]
  (setv line-break (.get model.vocabulary.ids "\n"))
  (if (is line-break None)
    [(int (get [#* (get (.encode-seed model.vocabulary model.settings.beginning) 0) 0] 0))]
    [line-break line-break]))


(defn make-sampler [model streams options rng-seed [first 0]]
  "Return a `Sampler` for `model` that never draws a reserved unit."
  (setv [vocabulary usual] [model.vocabulary (SamplingOptions model.settings.temperature)])
  (Sampler vocabulary.size (or options usual) streams (range (len vocabulary.reserved))
    rng-seed first))


(defn _write [engine sampler ids rest vocabulary]
  "Yield units after `ids` and `rest` endlessly, in blocks that each release BLAS' threads."
  (setv [step pick size units] [engine.step sampler.pick 1 vocabulary.units])
  (with [_ (few-threads engine.threads)]
    (setv logits (.feed engine ids))  ; a buffer that each step overwrites
    (setv [first #* _] (begin engine sampler [(ways-on engine vocabulary rest)] vocabulary)))
  (yield :from first)
  (while True
    (setv block [])
    (with [_ (few-threads engine.threads)]
      (for [_ (range size)]
        (.append block (pick logits))
        (step (get block -1))))
    (yield :from (gfor id block (get units id)))
    (setv size (min (* 2 size) BLOCK))))


(defn _read-seeds [model engine sampler seeds samples warn]
  "Start `samples` streams of `engine` after each of `seeds`; return each stream's first units."
  (setv [reader ways openings] [(make-engine model) [] []])
  (for [seed seeds]
    (setv [ids rest opening] (read-seed model seed warn))
    (.reset reader)
    (.feed reader ids)
    (+= ways (* [(ways-on reader model.vocabulary rest)] samples))
    (+= openings (* [opening] samples)))
  (lfor
    [opening first] (zip openings (get (begin engine sampler ways model.vocabulary) 0))
    [#* opening first]))


(defn _steps [engine sampler]
  "Yield all streams' next ids endlessly, a list at each step."
  (while True
    (setv ids (.pick sampler engine.logits))
    (.step engine ids)
    (yield (.tolist ids))))


;; * Where a text ends

(defn _cut-off [pieces most warn]
  "Yield the first `most` of `pieces`; `warn` if more are wanted."
  (yield :from (islice pieces most))
  (warn (+ f"a text has not reached its end after {most :,} characters (or words) and is cut off; "
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

  (defn __init__ [self stops]
    (setv [self.stops self.held self.found] [stops "" False]))

  (defn feed [self piece]
    "Read `piece` (str); return the text so far that is certain to precede any stop."
    (+= self.held piece)
    (setv
      held self.held
      end (min
        (gfor stop self.stops :if (in stop held) (+ (.index held stop) (len stop)))
        :default None))
    (cond
      end (do
        (setv
          self.found True
          sure (min (gfor s self.stops :if (.endswith held s 0 end) (- end (len s))))))
      self.stops (setv sure (- (len held) (max (map self._overlap self.stops))))
      True (setv sure (len held)))
    (setv self.held (cut held sure None))
    (cut held sure))

  (defn close [self]
    "Return the held-back text that belongs to the text if it ends here."
    (if self.found "" self.held))

  (defn _overlap [self stop]
    "Return how many first characters of `stop` the held text ends with."
    (setv held self.held)
    (next (gfor
      n (range (min (len held) (- (len stop) 1)) -1 -1)
      :if (.endswith held (cut stop n))
      n))))


(defn first-sentences [pieces wanted]
  "Yield `pieces` (str) until `wanted` sentences are complete."
  (setv tail "")
  (for [piece pieces]
    (when (and piece (.search SENTENCE-END (+ tail (get piece 0))))
      (-= wanted 1)
      (when (= wanted 0) (return)))
    (yield piece)
    (setv tail (cut (+ tail piece) (- SENTENCE-REACH) None))))
