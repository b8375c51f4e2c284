#[[Text → surprise: how well a model predicts a text.

A text is cut into parts that are read in parallel; each part first reads the text before it.]]

(eval-when-compile (require hyrule [meth ncut unless]  lstm-textgen.basics.forms [defrecord]))
(import
  concurrent.futures [ThreadPoolExecutor]
  dataclasses [dataclass]
  math
  numpy :as np
  lstm-textgen.basics.machine [cores]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.modelfile.history [bits]
  lstm-textgen.text.items [whole-items]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.seeds [start-ids])

(setv
  ;; Units that a part reads first: with 512 characters, a trained 1×256 network's
  ;; log-probabilities differ by at most 1e-5 from those of an unbroken reading, with 128 by 0.06.
  PART-RUN-IN 512
  READ-AT-ONCE (** 2 20)  ; characters read at once
  ;; Threads, each with an engine, share the parts: on an idle machine they take 0.7 times as long
  ;; as BLAS' threads, on a busy one 0.1 to 0.3, as none waits for another.
  MAX-WORKERS 4
  PARTS 64  ; for each worker
  WINDOW-NUMBERS (** 2 20)  ; logits kept until their softmax is taken
  ;; Of the calibration:
  MEASURED-PLACES 60    ; evenly spaced in the held-out text
  EVALUATION-RUN-IN 48  ; units read before each
  WINDOW 64             ; units measured at each
  BINS 10)              ; the model's confidence in steps of 10%


(defclass [dataclass] Score []
  #[[How well a model predicts a text.

  `count` units, of `characters` in total, had `nats` of surprise; `hits` of them were the most
  likely. `unknowns` weren't in the vocabulary: `count` includes such words but no such characters,
  `characters` includes those of neither.]]
  (setv
    #^ float nats 0.0
    #^ int count 0
    #^ int hits 0
    #^ int unknowns 0
    #^ int characters 0)

  (meth [property] bits []
    "Bits per character, whatever the units are: ∞ if all words are unknown."
    (if @characters (/ (bits @nats) @characters) math.inf))

  (meth [property] perplexity []
    "e to the nats per unit: the number of equally likely units with the same uncertainty."
    (float (np.exp (/ @nats @count))))

  (meth [property] accuracy []
    "The share of units that were the most likely in their places, from 0 to 1."
    (/ @hits @count))

  (meth add [other]
    "Add the `Score` of another text, or of more of this one."
    (for [[name value] (.items (vars other))] (setattr @, name (+ (getattr @, name) value))))

  (meth check [[name None]]
    "Raise `ValueError`, with the text's `name` if it has one, if nothing was scored."
    (unless @count
      (refuse (if name f"{name}: " "")
        "nothing to score: the text is empty, or the model knows none of it"))))


(defrecord Stretch
  #[[A stretch of a text as a model sees it, with its `Score`.

  - `units`: the sequence of its units.
  - `nats` (len(units),): the surprise of each, -ln of its probability; NaN if not predicted.]]
  [#^ object units  #^ np.ndarray nats  #^ Score score])


(defn surprises [model chunks]
  #[[Yield the text in `chunks` (strings), one `Stretch` at a time.

  Its first unit follows the model's `start-ids`, as a seed's does. A model of a list reads whole
  items, each with its end: without it, the beginnings of items would score best.]]
  (setv [vocabulary reader items] [model.vocabulary None model.settings.items])
  (for [text (_stretches (if items (whole-items chunks items) chunks) vocabulary.spaced)]
    (setv
      [units ids known] (read-units vocabulary text)
      reader (or reader (_Reader model (len ids)))
      nats (np.full (len units) np.nan)
      [(get nats known) hits] (if (len ids) (.predict reader ids) [[] 0])
      unknowns (np.flatnonzero
        (if (is vocabulary.unknown None) (np.isnan nats) (= ids vocabulary.unknown)))
      characters (- (len text) (sum (gfor n unknowns (len (get units n))))))
    (yield (Stretch units nats
      (Score (float (np.nansum nats)) (len ids) hits (len unknowns) characters)))))


;; * Reading

(defn _stretches [chunks spaced]
  #[[Yield the text of `chunks` in stretches of at most `READ-AT-ONCE` characters.

  Where units are `spaced`, a long one ends before a line break or a space, if it has any.]]
  (setv held "")
  (for [chunk chunks  start (range 0 (len chunk) READ-AT-ONCE)]
    (+= held (cut chunk start (+ start READ-AT-ONCE)))
    (when (> (len held) READ-AT-ONCE)
      (setv
        ends (gfor mark (if spaced "\n " "") (.rfind held mark 1 READ-AT-ONCE))
        end (next (gfor each ends :if (> each 0) each) READ-AT-ONCE))
      (yield (cut held end))
      (setv held (cut held end None))))
  (for [start (range 0 (len held) READ-AT-ONCE)] (yield (cut held start (+ start READ-AT-ONCE)))))


(defn read-units [vocabulary text]
  "Return #(units ids known): `text`'s units, the ids of known ones and their indices in it."
  (setv
    units (.split vocabulary text)
    [ids unknowns] (.encode-seed vocabulary text)
    left-out (if (is vocabulary.unknown None) unknowns [])
    known (if left-out (np.array (lfor unit units (not-in unit left-out))) (slice None)))
  #(units ids known))


(defclass _Reader []
  "Reads a text in stretches of up to `length` units, each in parallel parts unless it is short."

  (meth __init__ [model length]
    (setv
      workers (min MAX-WORKERS (cores))
      parts (min PARTS (// length (* 2 PART-RUN-IN workers)))
      [workers @parts] (if (> parts 1) [workers parts] [1 1])
      engine (make-engine model @parts)
      @engines [engine #* (gfor _ (range 1 workers) (.like engine @parts))]
      [#* before start] (start-ids model)
      @past [#* (* [0] (- PART-RUN-IN 1)) start])
    (.feed engine (lfor id before (if (= @parts 1) id (np.full @parts id))))
    ;; The state before the text; None once a stretch has been read.
    (setv @begun (.copy-state engine)))

  (meth predict [ids]
    "Return what `compare` does for the next `ids`, at least one, but the sum of the hits."
    (setv
      workers (len @engines)
      parts (* @parts workers)
      length (math.ceil (/ (len ids) parts))
      text (np.concatenate [@past ids (np.zeros (- (* parts length) (len ids)) int)])
      ;; Each part (a column) begins with the `PART-RUN-IN` ids before it.
      starts (range 0 (* parts length) length)
      rows (np.stack (lfor k starts (cut text k (+ k PART-RUN-IN length))) 1))
    (with [pool (ThreadPoolExecutor workers)]
      (setv shares (list (.map pool @_read @engines (np.split rows workers 1)))))
    (setv
      @past (cut (np.concatenate [@past ids]) (- PART-RUN-IN) None)
      @begun None
      [nats hits] (gfor each (zip #* shares)
        (cut (.reshape (.swapaxes (np.hstack each) 0 1) -1) (len ids))))
    [nats (int (.sum hits))])

  (meth _read [engine rows]
    "Return [nats hits …] (time, parts) of all `rows` (…, parts) but the first `PART-RUN-IN`."
    (when (> @parts 1)
      (.reset engine)
      (.feed engine (cut rows (- PART-RUN-IN 1))))
    (when (and @begun (is engine (get @engines 0)))  ; the text's first part
      (.set-state engine @begun))
    (follow engine (cut rows (- PART-RUN-IN 1) None) compare)))


(defn predicted [model ids compare]
  "Return what `follow` does of `ids` (time, streams), each stream read after `start-ids`."
  (setv
    streams (get ids.shape 1)
    [#* before start] (start-ids model)
    engine (make-engine model streams)
    row (fn [id] (np.full streams id)))
  (.feed engine (if (= streams 1) before (list (map row before))))
  (follow engine (np.vstack [(row start) ids]) compare))


(defn [(np.errstate :invalid "ignore")] follow [engine rows compare]
  #[[Read `rows` (time + 1, parts) but the last; return what `compare` makes of each next id.

  It is a function from logits (time, parts, vocabulary) and the ids after them (time, parts) to a
  list of arrays (time, parts, …).]]
  (setv
    window (max 1 (// WINDOW-NUMBERS engine.logits.size))
    logits (np.empty #(window engine.streams (get engine.logits.shape -1)) engine.logits.dtype)
    results [])
  (for [start (range 0 (- (len rows) 1) window)]
    (setv now (cut rows start (+ start window 1)))
    (for [[t ids] (enumerate (cut now -1))]
      (setv (get logits t) (.step engine (if (= engine.streams 1) (get ids 0) ids))))
    (.append results (compare (cut logits (- (len now) 1)) (cut now 1 None))))
  (lfor part (zip #* results) (np.concatenate part)))


(defn compare [logits ids]
  #[[Return [nats hits] (…) for `ids` (…) after `logits` (…, vocabulary).

  They are -ln softmax(logits) at each id, and whether it was the likeliest.]]
  (setv
    highest (.max logits -1 :keepdims True)
    total (np.log (.sum (np.exp (- logits highest)) -1 :keepdims True))
    own (np.take-along-axis logits (ncut ids ... None) -1))
  [(ncut (+ total (- highest own)) ... 0)  (= (.argmax logits -1) ids)])


;; * How far a model's probabilities are true, which its file keeps for the page About

(defn calibration [model held]
  #[[Return how often what `model` holds for likeliest comes true in `held` (time,), in rows.

  There is a row [n sure right] for each tenth of the likeliest unit's probability: the number of
  predictions, their mean probability, the share that came true (reliability: Guo et al. 2017).
  There are none if `held` is too short. It takes less than a second.]]
  (setv
    window (min WINDOW (max 1 (// (len held) 2)))
    room (- (len held) EVALUATION-RUN-IN window 1)
    places (min MEASURED-PLACES (max 2 (// room window))))
  (unless (> room 0) (return []))
  (setv
    starts (.astype (np.linspace 0 room places) int)
    parts (lfor k starts (get held (slice k (+ k EVALUATION-RUN-IN window 1))))
    rows (.astype (np.stack parts 1) int)
    engine (make-engine model places))
  (.feed engine (cut rows EVALUATION-RUN-IN))
  (setv
    ;; The highest probability, and whether it was that of the next id.
    [sure right] (follow engine (cut rows EVALUATION-RUN-IN None) (fn [logits ids]
      [(.max (softmax logits) -1)  (= (.argmax logits -1) ids)]))
    tenths (np.minimum (.astype (* sure BINS) int) (- BINS 1)))
  (lfor
    k (range BINS)
    :setv chosen (= tenths k)
    :setv means (gfor each [sure right] (if (.any chosen) (.mean (get each chosen)) 0))
    [(int (.sum chosen)) #* (gfor mean means (round (float mean) 4))]))
