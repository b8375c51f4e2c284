#[[Seed → text.

A model here is whatever `make-engine` takes: a `Checkpoint`, or a `Mixture` of two.]]

(eval-when-compile (require hyrule [unless]))
(import
  dataclasses [dataclass]
  itertools [chain count islice]
  re
  warnings
  numpy :as np
  lstm-textgen.basics.machine [few-threads]
  lstm-textgen.basics.values [COUNT STOPS WHOLE check-value]
  lstm-textgen.text.vocabulary [describe-units]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.sampling [Sampler Steering])

(setv
  CLOSERS "\"'”’»›)\\]」』）】"
  ;; A sentence has ended when white space follows its mark, or, where none is written
  ;; between sentences, anything but another mark. Quotes and brackets may close between.
  SENTENCE-END (re.compile
    rf"(?:[.!?…][{CLOSERS}]*\s|[。！？][{CLOSERS}]*[^。！？…{CLOSERS}])\Z")
  SENTENCE-REACH 8  ; how many characters back its mark may be
  BLOCK 64)  ; units written at once


(defclass [(dataclass :frozen True)] Ends []
  #[[Where a text ends: at the first of these; without any it goes on for ever.

  - `length`: after so many units.
  - `stop`: before this text, or the first of these texts, would appear. What may become one is
    held back until it is clear.
  - `sentences`: after so many sentences. One is complete with . ! ? or …, closing quotes, then
    white space (which isn't written), or with 。！？.

  Raise `ValueError` for a value out of its range, `TypeError` for one of another type.]]
  (setv
    #^ object length None
    #^ object stop None
    #^ object sentences None)

  (defn __post-init__ [self]
    (for [[name kind] (.items {"length" WHOLE  "stop" STOPS  "sentences" COUNT})]
      (setv value (getattr self name))
      (unless (is value None)
        (object.__setattr__ self name (check-value f"`{name}`" kind value)))))

  (defn [property] endless? [self]
    "Whether a text goes on for ever."
    (is None self.length self.stop self.sentences))

  (defn apply [self pieces]
    "Return an iterator over `pieces` (str) up to the end."
    (unless (is self.length None)
      (setv pieces (islice pieces self.length)))
    (unless (is self.stop None)
      (setv pieces (before-stop pieces
        (if (isinstance self.stop str) [self.stop] self.stop))))
    (unless (is self.sentences None)
      (setv pieces (first-sentences pieces self.sentences)))
    pieces))


;; * Writing

(defn stream [model seed [steering None] [ends (Ends)] [rng-seed None] [warn warnings.warn]]
  #[[Return an iterator over the units (str) that `model` writes after `seed`.

  Before the seed the model reads its `start-unit`, a line break if it knows one. Units of the
  seed that the model never saw are named in one call of `warn`, and the rest of the seed counts.
  `steering` (a `Steering`) defaults to the model's own temperature, `rng-seed` is `Sampler`'s.]]
  (setv
    sampler (_make-sampler model 1 steering rng-seed)
    engine (make-engine model)
    [ids opening] (read-seed model seed warn)
    units (_write engine sampler ids model.vocabulary.units))
  (_generator (.apply ends (_after-space model seed (chain opening units)))))


(defn _generator [pieces]
  "Yield `pieces`: a generator can be closed."
  (yield :from pieces))


(defn write-many [model seeds samples [steering None] [ends (Ends)] [rng-seed None]
    [warn warnings.warn]]
  #[[Return the list of what `model` writes after each of `seeds`, `samples` texts for each.

  All are written side by side. The options are `stream`'s; text k draws by `rng-seed` and k alone.
  Raise `ValueError` unless `ends` has an end.]]
  (setv streams (* samples (len seeds)))
  (when ends.endless?
    (raise (ValueError (+ (if (= streams 1) "a text needs" "several texts need")
      " an end: give `length`, `stop` or `sentences`"))))
  (when (<= streams 1)
    (return (lfor
      seed (cut seeds streams)
      (.join "" (stream model seed steering ends rng-seed warn)))))
  (setv
    engine (make-engine model streams)
    sampler (_make-sampler model streams steering rng-seed)
    openings (_read-seeds model engine seeds samples warn)
    units model.vocabulary.units
    steps (_Steps engine sampler))
  (with [_ (few-threads engine.threads)]
    (lfor
      [k opening] (enumerate openings)
      :setv written (gfor id (.column steps k) (get units id))
      :setv seed (get seeds (// k samples))
      (.join "" (.apply ends (_after-space model seed (chain opening written)))))))


(defn read-seed [model seed [warn warnings.warn]]
  #[[Return #(ids opening): the ids (time,) to read first, and a list of what is written first.

  The ids are those of `start-unit` and of the seed text. The opening is empty, unless an empty
  seed meets a model without line breaks: then it is the beginning of the training text.]]
  (setv
    vocabulary model.vocabulary
    start (start-unit model)
    ;; A space before a word belongs to that word, which is still to come.
    [ids unknowns] (.encode-seed vocabulary
      (if (_ends-in-space? vocabulary seed) (cut seed -1) seed)))
  (when unknowns
    (warn (+
      f"the model never saw {(describe-units unknowns)}; "
      (if (is vocabulary.unknown None) "left out of the seed" "read as an unknown word"))))
  (setv first (get vocabulary.units start))
  #( (np.concatenate [[start] (.astype ids int)])
    (if (or (len ids) (= first "\n") (!= first model.settings.beginning)) [] [first])))


(defn start-unit [model]
  #[[Return the id that a model reads before any text, whether it generates, scores or is exported.

  It is that of the line break or, in a model without one, of the beginning of its training text.]]
  (setv
    vocabulary model.vocabulary
    [ids _] (.encode-seed vocabulary
      (if (in "\n" vocabulary.ids) "\n" model.settings.beginning)))
  (int (get [#* ids 0] 0)))


(defn _ends-in-space? [vocabulary seed]
  "Return whether a `seed` of words ends in one single space."
  (and (= vocabulary.unit "words") (bool (re.search r"\S \Z" seed))))


(defn _after-space [model seed pieces]
  "Yield `pieces`, what follows `seed`; if that ends in a space before a word, without another."
  (when (_ends-in-space? model.vocabulary seed)
    (setv
      pieces (iter pieces)
      first (next pieces ""))
    (yield (.removeprefix first " ")))
  (yield :from pieces))


(defn _make-sampler [model streams steering rng-seed]
  "Return a `Sampler` for `model` that never picks the unknown unit."
  (setv vocabulary model.vocabulary)
  (Sampler
    vocabulary.size
    (or steering (Steering :temperature model.settings.temperature))
    streams
    :exclude (if (is vocabulary.unknown None) [] [vocabulary.unknown])
    :rng-seed rng-seed))


(defn _write [engine sampler ids units]
  #[[Yield units without end after reading `ids`.

  They are written in blocks, 1, 2, 4 … units long: between blocks BLAS has its threads back.]]
  (with [_ (few-threads engine.threads)]
    (setv logits (.feed engine ids)))
  (setv size 1)
  (while True
    (with [_ (few-threads engine.threads)]
      (setv block (_write-block engine.step sampler.pick logits size)))
    (yield :from (gfor id block (get units id)))
    (setv size (min (* 2 size) BLOCK))))


(defn _write-block [step pick logits size]
  "Return the next `size` ids after `logits`, a buffer that each `step` overwrites."
  (setv ids [])
  (for [_ (range size)]
    (.append ids (pick logits))
    (step (get ids -1)))
  ids)


(defn _read-seeds [model engine seeds samples warn]
  "Let `samples` streams of `engine` begin after each of `seeds`; return each stream's opening."
  (setv
    reader (make-engine model)
    openings [])
  (for [seed seeds]
    (setv [ids opening] (read-seed model seed warn))
    (.reset reader)
    (.feed reader ids)
    (for [_ (range samples)]
      (.adopt engine (len openings) reader)
      (.append openings opening)))
  openings)


(defclass _Steps []
  "The steps of several streams, taken when the first stream needs them and kept for the others."

  (defn __init__ [self engine sampler]
    (setv
      self.engine engine
      self.sampler sampler
      self.rows []))

  (defn column [self k]
    "Yield the ids of stream `k` without end."
    (for [t (count)]
      (when (= t (len self.rows))
        (._take self))
      (yield (get self.rows t k))))

  (defn _take [self]
    (setv ids (.pick self.sampler self.engine.logits))
    (.step self.engine ids)
    (.append self.rows (.tolist ids))))


;; * Where a text ends

(defn before-stop [pieces stops]
  #[[Yield `pieces` (str) up to where one of the texts `stops` begins, the first that is complete.

  Their possible beginnings wait until it is clear that they are none.]]
  (setv held "")
  (for [piece pieces]
    (setv
      held (+ held piece)
      ends (lfor stop stops :if (in stop held) (+ (.index held stop) (len stop))))
    (when ends
      (setv place (min (gfor
        stop stops
        :if (.endswith held stop 0 (min ends))
        (- (min ends) (len stop)))))
      (yield (cut held place))
      (return))
    (setv sure (- (len held) (max (gfor stop stops (_overlap held stop)))))
    (when sure
      (yield (cut held sure))
      (setv held (cut held sure None))))
  (yield held))


(defn _overlap [text stop]
  "Return how many characters at the end of `text` are the beginning of `stop`, but not all of it."
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
      (when (= wanted 0)
        (return)))
    (yield piece)
    (setv tail (cut (+ tail piece) (- SENTENCE-REACH) None))))
