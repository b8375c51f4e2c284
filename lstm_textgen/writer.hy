#[[Seed → text, and text → score.

A model here is whatever `make-engine` takes and has a `vocabulary` and `settings`: a checkpoint, or a `Mixture` of two.]]

(eval-when-compile (require hyrule [unless]))

(import
  concurrent.futures [ThreadPoolExecutor]
  itertools [chain count islice]
  math
  os
  re
  warnings
  numpy :as np
  lstm_textgen.engine [few-threads make-engine]
  lstm_textgen.sampling [Sampler]
  lstm_textgen.vocabulary [describe-units split-words])

(setv
  CLOSERS "\"'”’»›)\\]」』）】"
  ;; A sentence has ended when white space follows its mark, or, where none is written
  ;; between sentences, anything but another mark. Quotes and brackets may close between.
  SENTENCE-END (re.compile rf"(?:[.!?…][{CLOSERS}]*\s|[。！？][{CLOSERS}]*[^。！？…{CLOSERS}])\Z")
  SENTENCE-REACH 8  ; how many characters back its mark may be
  ;; A text to score is cut into parts that are read side by side. Each part reads what
  ;; stands before it first: with 512 characters, a trained 1×256 network's log-probabilities
  ;; differ by 1e-5 at most from those of reading the text in one go, with 128 by 0.06.
  RUN-IN 512
  STRETCH (** 2 20)  ; characters read at once
  ;; Threads of our own, each with an engine, share the parts: in idle hours they take 0.7 of
  ;; the time of BLAS' threads, and beside other work 0.1, as none waits for the other.
  WORKERS (min 4 (or (os.cpu-count) 1))
  PARTS 64  ; for each worker
  WINDOW-NUMBERS (** 2 20))  ; logits kept until their softmax is taken


;; * Writing

(defn stream [model [seed ""] [length None] [stop None] [sentences None] [warn warnings.warn] [rng-seed None] #** steering]
  #[[Return an iterator over what `model` writes after `seed`, unit by unit (str), without the seed.

  It goes on for ever, or until the first of these:

  - `length` units are written;
  - the text `stop` would appear: it ends before it, and holds back what may become it;
  - `sentences` sentences are complete: . ! ? or …, closing quotes, then white space (which isn't written), or 。！？.

  An empty seed begins as a text begins: after a line break if the model knows it, else with the beginning of the training text. Units of the seed that the model never saw are named in one call of `warn`, and the rest of the seed counts. `rng-seed` and `steering` (`temperature`, `top-k`, `top-p`, `min-p`) are those of `Sampler`. Raises `ValueError` for a value out of its range.]]
  (check-ends length stop sentences)
  (setv
    sampler (_make-sampler model 1 rng-seed steering)
    engine (make-engine model)
    [ids opening] (read-seed model seed warn)
    units (_write engine sampler ids model.vocabulary.units))
  (_end (chain opening units) length stop sentences))


(defn write-many [model seeds [samples 1] [length None] [stop None] [sentences None] [warn warnings.warn] [rng-seed None] #** steering]
  #[[Return the list of the texts that `model` writes after each of `seeds`, `samples` of them after each, without the seeds; all are written side by side.

  The options are `stream`'s, of which one must say where a text ends. Text k draws by `rng-seed` and k alone. Raises `ValueError` for a value out of its range.]]
  (when (is None length stop sentences)
    (raise (ValueError "several texts at once need an end: give a length, a stop text or a number of sentences")))
  (check-ends length stop sentences)
  (setv
    streams (* samples (len seeds))
    sampler (_make-sampler model streams rng-seed steering))
  (when (<= streams 1)
    (return (lfor
      seed (cut seeds streams)
      (.join "" (stream model seed length stop sentences warn rng-seed #** steering)))))
  (setv
    engine (make-engine model streams)
    openings (_read-seeds model engine seeds samples warn)
    units model.vocabulary.units
    steps (_Steps engine sampler))
  (with [_ (few-threads engine.threads)]
    (lfor
      [k opening] (enumerate openings)
      :setv written (gfor  i (.column steps k)  (get units i))
      (.join "" (_end (chain opening written) length stop sentences)))))


(defn check-ends [[length None] [stop None] [sentences None]]
  "Raise `ValueError` unless `length`, `stop` and `sentences` can end a text."
  (unless (or (is length None) (>= length 0))
    (raise (ValueError f"--length: must be a whole number from 0 up, not {length}")))
  (when (= stop "")
    (raise (ValueError "--stop: the text to stop at is empty")))
  (unless (or (is sentences None) (>= sentences 1))
    (raise (ValueError f"--sentences: must be a whole number from 1 up, not {sentences}"))))


(defn read-seed [model seed [warn warnings.warn]]
  #[[Return #(ids opening): the ids (time,) to read before writing, and a list of what has to be written first.

  The opening is empty, unless an empty seed meets a model without line breaks: then it is the beginning of the training text.]]
  (setv
    vocabulary model.vocabulary
    [ids unknowns] (.encode-seed vocabulary seed))
  (when unknowns
    (warn (+
      f"the model never saw {(describe-units unknowns)}; "
      (if (is vocabulary.unknown None) "left out of the seed" "read as an unknown word"))))
  (cond
    (len ids) #(ids [])
    (in "\n" vocabulary.ids) #((.encode vocabulary "\n") [])
    True (do
      (setv
        beginning (get model.settings "beginning")
        [ids _] (.encode-seed vocabulary beginning))
      (if (len ids) #(ids [beginning]) #([0] [])))))


(defn _make-sampler [model streams rng-seed steering]
  "Return a sampler for `model` that never picks the unknown unit, with the model's own temperature unless `steering` has another."
  (setv vocabulary model.vocabulary)
  (Sampler vocabulary.size streams
    :exclude (if (is vocabulary.unknown None) [] [vocabulary.unknown])
    :rng-seed rng-seed
    #** {"temperature" (.get model.settings "temperature" 1.0) #** steering}))


(defn _write [engine sampler ids units]
  "Yield units without end after reading `ids`."
  (setv [step pick] [engine.step sampler.pick])
  (with [_ (few-threads engine.threads)]
    (setv logits (engine.feed ids))
    (while True
      (setv id (pick logits))
      (yield (get units id))
      (setv logits (step id)))))


(defn _read-seeds [model engine seeds samples warn]
  "Let `samples` streams of `engine` begin after each of `seeds`; list each stream's opening."
  (setv
    reader (make-engine model)
    openings [])
  (for [seed seeds]
    (setv [ids opening] (read-seed model seed warn))
    (reader.reset)
    (reader.feed ids)
    (for [_ (range samples)]
      (engine.adopt (len openings) reader)
      (.append openings opening)))
  openings)


(defclass _Steps []
  "The steps of several streams, each taken when the first stream needs it and kept for the others."

  (defn __init__ [self engine sampler]
    (setv
      self.engine engine
      self.sampler sampler
      self.rows []))

  (defn column [self k]
    "Yield the ids of stream `k` without end."
    (for [t (count)]
      (when (= t (len self.rows))
        (self._take))
      (yield (get self.rows t k))))

  (defn _take [self]
    (setv ids (self.sampler.pick self.engine.logits))
    (self.engine.step ids)
    (.append self.rows (.tolist ids))))


;; * Where a text ends

(defn _end [pieces length stop sentences]
  "Return an iterator over `pieces` (str) up to the first of these ends."
  (unless (is length None)
    (setv pieces (islice pieces length)))
  (unless (is stop None)
    (setv pieces (_before pieces stop)))
  (unless (is sentences None)
    (setv pieces (_first-sentences pieces sentences)))
  pieces)


(defn _before [pieces stop]
  "Yield `pieces` up to where the text `stop` begins; its possible beginnings wait until it is clear that they are none."
  (setv held "")
  (for [piece pieces]
    (setv
      held (+ held piece)
      place (.find held stop))
    (when (>= place 0)
      (yield (cut held place))
      (return))
    (setv
      waiting (next (gfor  n (range (min (len held) (- (len stop) 1)) -1 -1)  :if (.endswith held (cut stop n))  n))
      sure (- (len held) waiting))
    (when sure
      (yield (cut held sure))
      (setv held (cut held sure None))))
  (yield held))


(defn _first-sentences [pieces wanted]
  "Yield `pieces` until `wanted` sentences are complete."
  (setv tail "")
  (for [piece pieces]
    (when (and piece (SENTENCE-END.search (+ tail (get piece 0))))
      (-= wanted 1)
      (when (= wanted 0)
        (return)))
    (yield piece)
    (setv tail (cut (+ tail piece) (- SENTENCE-REACH) None))))


;; * Scoring

(defclass Score []
  #[[How well a model foresees a text.

  `count` units were foreseen with `nats` of surprise in all (the sum of -ln of each unit's probability); for `hits` of them the likeliest unit was the right one. `unknowns` counts the units that the model doesn't know: characters are left out of `count`, words are in it as the unknown word.]]

  (defn __init__ [self]
    (setv
      self.nats 0.0
      self.count 0
      self.hits 0
      self.unknowns 0))

  (defn [property] bits [self]
    "Bits per unit (character or word): nats / ln 2 / count."
    (/ self.nats (math.log 2) self.count))

  (defn [property] perplexity [self]
    "e to the power of the nats per unit: among so many equally likely units the model would be as unsure."
    (float (np.exp (/ self.nats self.count))))

  (defn [property] accuracy [self]
    "The share of units that were the likeliest."
    (/ self.hits self.count))

  (defn add [self nats hits unknowns]
    "Count in what `surprises` yielded."
    (+= self.nats (float (np.nansum nats)))
    (+= self.count (- nats.size (int (np.count-nonzero (np.isnan nats)))))
    (+= self.hits hits)
    (+= self.unknowns unknowns)))


(defn score [model pieces]
  #[[Return the `Score` of the text whose consecutive parts are `pieces` (strings), in memory that doesn't grow with it.

  The text is read as one that begins there: its first unit follows a line break, as with an empty seed. Raises `ValueError` when nothing in it is known to the model.]]
  (setv total (Score))
  (for [[_ nats hits unknowns] (surprises model pieces)]
    (.add total nats hits unknowns))
  (unless total.count
    (raise (ValueError "there is nothing to score: the text is empty, or the model knows none of it")))
  total)


(defn surprises [model pieces]
  #[[Yield #(units nats hits unknowns) for each stretch of the text that `pieces` (strings) make up.

  `units` is the sequence of its characters or words, `nats` an array (len(units),) of -ln of the probability that the model gave each, NaN for a character that it doesn't know; `hits` is how many were the likeliest, `unknowns` how many the model doesn't know.]]
  (setv
    vocabulary model.vocabulary
    reader None)
  (for [text (_stretches pieces vocabulary.unit)]
    (setv [units ids known] (_read-units vocabulary text))
    (when (is reader None)
      (setv reader (_Reader model (len ids))))
    (setv
      nats (np.full (len units) np.nan)
      [(get nats known) hits] (.foresee reader ids)
      unknowns (if (is vocabulary.unknown None) (- (len units) (len ids)) (.sum (= ids vocabulary.unknown))))
    (yield #(units nats hits (int unknowns)))))


(defn _stretches [pieces unit]
  "Yield the text of `pieces` in stretches of at most `STRETCH` characters; words stay whole where white space allows it."
  (setv held "")
  (for [piece pieces  start (range 0 (len piece) STRETCH)]
    (+= held (cut piece start (+ start STRETCH)))
    (when (> (len held) STRETCH)
      (setv end (if (= unit "words") (_last-space held) STRETCH))
      (yield (cut held end))
      (setv held (cut held end None))))
  (while held
    (yield (cut held STRETCH))
    (setv held (cut held STRETCH None))))


(defn _last-space [text]
  "Return the place of the last line break in the first `STRETCH` characters, or else of the last space, or else `STRETCH`."
  (for [mark "\n "]
    (setv place (.rfind text mark 1 STRETCH))
    (when (> place 0)
      (return place)))
  STRETCH)


(defn _read-units [vocabulary text]
  "Return #(units ids known): the units of `text`, the ids of those that have one, and an index of these."
  (when (= vocabulary.unit "words")
    (return #((list (split-words text)) (.encode vocabulary text) (slice None))))
  (setv
    [ids unknowns] (.encode-seed vocabulary text)
    known (if unknowns (np.array (lfor  c text  (not-in c unknowns))) (slice None)))
  #(text ids known))


(defclass _Reader []
  "Reads a text stretch by stretch, each in parts side by side, and tells how surprising every unit was."

  (defn __init__ [self model length]
    "`length` is that of the first stretch, the longest: a short one is read in one go."
    (setv
      parts (min PARTS (// length (* 2 RUN-IN WORKERS)))
      [workers self.parts] (if (> parts 1) [WORKERS parts] [1 1])
      self.engines (lfor  _ (range workers)  (make-engine model self.parts))
      self.past (np.zeros RUN-IN int)
      self.at-start True)
    (setv (get self.past -1) (get (read-seed model "") 0 -1)))

  (defn foresee [self ids]
    "Return #(nats hits) for the next `ids` (time,): the surprise of each (time,), and how many were the likeliest."
    (unless (len ids)
      (return #((np.empty 0) 0)))
    (setv
      parts (* self.parts (len self.engines))
      length (math.ceil (/ (len ids) parts))
      text (np.concatenate [self.past ids (np.zeros (- (* parts length) (len ids)) int)])
      rows (np.stack (lfor  k (range parts)  (cut text (* k length) (+ (* k length) RUN-IN length))) 1))
    (with [_ (few-threads 1)  pool (ThreadPoolExecutor (len self.engines))]
      (setv shares (list (pool.map self._read self.engines (np.split rows (len self.engines) 1)))))
    (setv
      self.past (cut (np.concatenate [self.past ids]) (- RUN-IN) None)
      self.at-start False
      [nats hits] (gfor  half (zip #* shares)  (cut (.ravel (. (np.hstack half) T)) (len ids))))
    #(nats (int (.sum hits))))

  (defn _read [self engine rows]
    "Return [nats hits] (time, parts) for the last `time` of `rows` (`RUN-IN` + time, parts)."
    (when (> self.parts 1)
      (engine.reset)
      (engine.feed (cut rows (- RUN-IN 1)))
      (when (and self.at-start (is engine (get self.engines 0)))
        (for [array engine.state]  ; nothing stands before the text's first part
          (setv (get array 0) 0))))
    (_follow engine (cut rows (- RUN-IN 1) None))))


(defn _follow [engine rows]
  "Read `rows` (time + 1, parts) but the last; return [nats hits] (time, parts) of what was thought of each following one."
  (setv
    size (get engine.logits.shape -1)
    window (max 1 (// WINDOW-NUMBERS (* engine.streams size)))
    logits (np.empty #(window engine.streams size) engine.logits.dtype)
    results [])
  (for [start (range 0 (- (len rows) 1) window)]
    (setv now (cut rows start (+ start window 1)))
    (for [[t ids] (enumerate (cut now -1))]
      (setv (get logits t) (engine.step (if (= engine.streams 1) (get ids 0) ids))))
    (.append results (_compare (cut logits (- (len now) 1)) (cut now 1 None))))
  (lfor  part (zip #* results)  (np.concatenate part)))


(defn _compare [logits ids]
  "Return #(nats hits) (…): how surprising `ids` (…) were after `logits` (…, vocabulary), and whether each was the likeliest."
  (setv
    highest (.max logits -1 :keepdims True)
    chosen (np.take-along-axis logits (get ids #(... None)) -1)
    total (.sum (np.exp (- logits highest)) -1)
    nats (+ (np.log total) (get (- highest chosen) #(... 0))))
  #(nats (= (.argmax logits -1) ids)))
