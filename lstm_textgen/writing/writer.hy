"Seed → text. A `model` is whatever `make-engine` takes: a `Checkpoint`, or a `Mixture` of two."

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
  ;; White space follows the mark or, where none is written between sentences, anything but
  ;; another mark. Quotes and brackets may close between.
  SENTENCE-END (re.compile
    rf"(?:[.!?…][{CLOSERS}]*\s|[。！？][{CLOSERS}]*[^。！？…{CLOSERS}])\Z")
  SENTENCE-REACH 8  ; how many characters back its mark may be
  BLOCK 64)  ; units written at once


(defclass [(dataclass :frozen True)] Ends []
  #[[Where a text ends: at the first of these; without any it goes on for ever.

  - `length`: after so many words, or else characters.
  - `stop`: before this text, or one of these texts, would appear.
  - `sentences`: after so many sentences. One is complete with . ! ? or …, closing quotes, then
    white space (which isn't written), or with 。！？.

  Raise `ValueError` for a value out of its range, `TypeError` for one of another type.]]
  (setv
    #^ object length None
    #^ object stop None
    #^ object sentences None)

  (defn __post-init__ [self] (check-fields self))

  (defn apply [self pieces]
    "Yield `pieces` (str) up to the end."
    (setv pieces (islice pieces self.length))
    (when self.stop
      (setv pieces (before-stop pieces (if (isinstance self.stop str) [self.stop] self.stop))))
    (when self.sentences (setv pieces (first-sentences pieces self.sentences)))
    (yield :from pieces)))


;; * Writing

(defn stream [model seed [options None] [ends (Ends)] [rng-seed None] [warn warnings.warn]]
  #[[Return a generator of the units (str) that `model` writes after `seed`.

  Before the seed the model reads its `start-unit`, a line break if it knows one. Units of the
  seed that the model never saw are named in one call of `warn`, and the rest of the seed counts.
  The `SamplingOptions` default to the model's own temperature, `rng-seed` is `Sampler`'s.]]
  (setv
    sampler (make-sampler model 1 options rng-seed)
    engine (make-engine model)
    [ids rest opening] (read-seed model seed warn)
    units (_write engine sampler ids rest model.vocabulary))
  (.apply ends (.counted model.vocabulary (chain opening units))))


(defn write-sample [model length [temperature None] [rng-seed 1]]
  "Return what `model` writes from an empty seed, so long, the same text at each call."
  (setv options (unless (is temperature None) (SamplingOptions temperature)))
  (.join "" (stream model "" options (Ends length) rng-seed)))


(defn write-many [model seeds samples [options None] [ends (Ends)] [rng-seed None]
    [warn warnings.warn]]
  #[[Return the list of what `model` writes after each of `seeds`, `samples` texts for each.

  All are written side by side, with the parameters of `stream`; text k draws by `rng-seed` and k
  alone. Raise `ValueError` unless `ends` has an end.]]
  (setv streams (* samples (len seeds)))
  (when (= ends (Ends))
    (raise (ValueError (+ (if (= streams 1) "a text needs" "several texts need")
      " an end: give `length`, `stop` or `sentences`"))))
  (when (<= streams 1)
    (return (lfor seed seeds (.join "" (stream model seed options ends rng-seed warn)))))
  (setv
    engine (make-engine model streams)
    sampler (make-sampler model streams options rng-seed)
    vocabulary model.vocabulary
    units vocabulary.units
    openings (_read-seeds model engine sampler seeds samples warn)
    steps (tee (_steps engine sampler) streams))  ; each text takes as many as it needs
  (with [_ (few-threads engine.threads)]
    (lfor
      [k opening] (enumerate openings)
      :setv written (gfor ids (get steps k) (get units (get ids k)))
      (.join "" (.apply ends (.counted vocabulary (chain opening written)))))))


(defn read-seed [model seed [warn warnings.warn] [whole False]]
  #[[Return #(ids rest opening): the ids (time,) to read first, a text and a list of units.

  The ids are those of `start-unit` and of the seed text, all but its `rest`, the unit at its end
  that the next one may begin with; if the seed is `whole`, all. The opening is written before all
  else: nothing, unless an empty seed meets a model without line breaks; then the beginning of the
  training text.]]
  (setv
    vocabulary model.vocabulary
    start (start-unit model)
    first (get vocabulary.units start)
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
  #( (np.concatenate [[start] (.astype ids int)])
    rest
    (if (or known (= first "\n") (!= first model.settings.beginning)) [] [first])))


(defn start-unit [model]
  "Return the id that is read before any text: a line break's, or else the training text's first."
  (setv first (if (in "\n" model.vocabulary.ids) "\n" model.settings.beginning))
  (int (get [#* (get (.encode-seed model.vocabulary first) 0) 0] 0)))


(defn make-sampler [model streams options rng-seed [first 0]]
  "Return a `Sampler` for `model` that never picks the unknown unit."
  (setv [size unknown] [model.vocabulary.size model.vocabulary.unknown])
  (Sampler size (or options (SamplingOptions model.settings.temperature)) streams
    (if (is unknown None) [] [unknown]) rng-seed first))


(defn _write [engine sampler ids rest vocabulary]
  "Yield units after `ids` and `rest` without end, in blocks: between them BLAS has its threads."
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
  "Let `samples` streams of `engine` begin after each of `seeds`; return the first units of each."
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
  "Yield the ids that all streams write next, a list at each step, without end."
  (while True
    (setv ids (.pick sampler engine.logits))
    (.step engine ids)
    (yield (.tolist ids))))


;; * Where a text ends

(defn before-stop [pieces stops]
  #[[Yield `pieces` (str) up to where one of the texts `stops` begins, the first that is complete.

  Their possible beginnings wait until it is clear that they are none.]]
  (setv finder (StopFinder stops))
  (for [piece pieces]
    (setv sure (.feed finder piece))
    (when (or sure finder.found) (yield sure))
    (when finder.found (return)))
  (yield finder.held))


(defclass StopFinder []
  #[[Finds the first of the texts `stops` that is complete in a text that comes in pieces.

  `held` is what may be the beginning of one of them. Once one is `found`, the text ends.]]

  (defn __init__ [self stops]
    (setv [self.stops self.held self.found] [stops "" False]))

  (defn feed [self piece]
    "Read `piece` (str); return what is sure to stand before any stop, of this and earlier pieces."
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

  (defn _overlap [self stop]
    "Return how much of the beginning of `stop` the text held ends with."
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
