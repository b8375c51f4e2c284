"Texts to generate: what a client asks for, and the text so far."

(eval-when-compile (require hyrule [meth unless]))
(import
  collections [deque namedtuple]
  itertools [accumulate]
  re
  numpy :as np
  lstm-textgen.text.documents.chats [LONGEST-NAME]
  lstm-textgen.writing.sampling [Draw SamplingOptions]
  lstm-textgen.writing.scoring [compare]
  lstm-textgen.writing.seeds [Seed start-ids]
  lstm-textgen.writing.writer [StopFinder])

(setv
  NAME r"[^\W\d_][^\n:]{0,39}"  ; what is taken for a name where none are known
  ;; A message of a chat is one line, so what stands before its colon is a name, or a number.
  CHAT-NAME rf"[^\s:][^\n:]{{0,{(- LONGEST-NAME 1)}}}"
  LEAST -9999.0  ; the logarithm of 0, as OpenAI's API writes it
  ;; A unit's text, its log probability, and a list of #(text logarithm): the likeliest units in
  ;; its place, the likeliest first.
  Told (namedtuple "Told" "unit logarithm likeliest"))


(defclass Prompt [Seed]
  #[[The seed of the jobs of one request: a string or a tuple of ids.

  `text` is the string or, of ids and with `alternatives`, that of the units: without unknown
  characters, say. `units` counts its units. With `alternatives`, `told` is the list of `Told` of
  them.]]

  (meth __init__ [model seed [@alternatives None]]
    (setv text? (isinstance seed str))
    (.__init__ (super) model (if text? seed "") (fn [_] None) (is-not alternatives None))
    (setv
      start (start-ids model)
      [@lead @told] [(len start) []])  ; ids before its own units
    (unless text? (setv [@ids @opening] [(np.array [#* start #* seed]) []]))
    (setv
      own (cut @ids @lead None)
      @units (+ (len own) (len (.split model.vocabulary @rest)))
      ;; Told units and their places in the text must fit what is read.
      @text (if (and text? (is alternatives None))
        seed
        (.join "" (gfor id own (get model.vocabulary.units id))))))

  (meth feed-ids [engine ids]
    (when (is @alternatives None) (return (.feed engine ids)))
    (setv
      logits (np.stack (lfor id ids (.copy (.feed engine [id]))))
      logits (cut logits (max 0 (- @lead @read 1)) None)  ; after the last id before its own on
      first (max @lead (+ @read 1))
      own (cut @ids first (+ first (len logits))))
    (.extend @told (tell @model.vocabulary own (cut logits (len own)) @alternatives))))


(defclass NameFinder [StopFinder]
  "Finds the next line that begins with a `name` (a pattern), or one of `stops` before it."

  (meth __init__ [stops name]
    (.__init__ (super) stops)
    (setv
      @line ""  ; which may begin with a name
      @name (re.compile rf"\n{name}:(?=\s|\Z)")
      @perhaps (re.compile rf"\n(?:{name})?\Z")))

  (meth feed [piece]
    (setv
      text (+ @line piece)
      name (.search @name text)
      perhaps (or name (.search @perhaps text))
      sure (if perhaps (.start perhaps) (len text))
      @line (cut text sure None)
      before (.feed (super) (cut text sure)))
    (when (and name (< (.end name) (len text)) (not @found))
      (+= before @held)
      (setv @found True))
    before)

  (meth close []
    (setv line (if (.search @name @line) "" @line))
    (if @found "" (+ (.feed (super) line) (.close (super))))))


(defclass Job []
  #[[A text of at most `length` units after `seed`, a `Prompt`, which a `Loop` generates.

  It ends before one of the texts `stops` or, with `chat`, before the next line that begins with a
  name. `alternatives` is how many likeliest units to return for each unit, with its own
  probability (None: neither); `echo` is the prompt that the text begins with, or None.
  `number` is among the texts with one `rng-seed`.

  `pieces` (a deque of str) holds text that hasn't been read yet; `told` is a list of `Told`;
  `written` counts units. `end` is None, then \"length\", \"stop\", \"cancelled\" or \"failed\".
  `reader` is notified of news; several jobs may share a `seed`.

  With `items` (`NewItems`) only a new item may be read. The loop sets `end` once all texts of the
  request are `over`, and has those drawn again that aren't new; \"memorized\": in vain.]]

  (meth __init__ [@seed @length * [@options (SamplingOptions)] [@stops #()] [@rng-seed None]
      [@number 0] [@chat False] [@alternatives None] [@echo None] [@reader None] [@items None]]
    (setv [@request @end] [None None])
    (@start number))

  (meth start [@number]
    "Begin the text that has this `number`, in place of an earlier one."
    (setv
      [@state @joined] [None None]  ; of a loop's batch
      @draw (Draw @options @rng-seed number (is-not @alternatives None))
      [@pieces @told @written @said @over] [(deque) [] 0 0 None]
      @finder (if @chat
        (NameFinder @stops (if @seed.model.settings.people CHAT-NAME NAME))
        (StopFinder @stops)))
    (for [unit @seed.opening] (@_release (.feed @finder unit))))

  (meth [property] left []
    "How many units may still be generated."
    (- @length @written))

  (meth finish [end]
    "End the text for the reason `end`; release held-back text, unless a stop was found."
    (@_release (.close @finder))
    (setv @over end)
    (unless @items (setv @end end)))

  (meth begin [engine]
    "Begin the text after the seed, which `engine` has read; the first unit may include its end."
    (unless (is @echo None)
      (.extend @told @seed.told)
      (@_release @echo))
    (if (= @length 0)
      (@finish "length")  ; only its seed was requested
      (for [[id typed logits] (.begin @seed engine @draw)]
        (@take [id] (when @draw.logits (np.atleast-2d logits)) typed))))

  (meth take [ids logits [typed 0]]
    #[[Add the units of the list `ids`, up to the requested length, drawn from `logits`.

    These are (time, vocabulary), or None if probabilities aren't requested. The seed already has
    the first `typed` characters of the units.]]
    (setv
      ids (cut ids @left)
      vocabulary @seed.model.vocabulary
      units (lfor id ids (cut (get vocabulary.units id) typed None)))
    (unless (is logits None)  ; told before it is said, as another thread reads both
      (.extend @told (tell vocabulary ids (cut logits (len ids)) @alternatives typed)))
    (if (or @chat @finder.stops)
      (for [unit units]
        (+= @written 1)
        (@_release (.feed @finder unit))
        (when @finder.found (break)))
      (do
        (+= @written (len ids))
        (@_release (.feed @finder (.join "" units)))))
    (cond
      @finder.found (do
        (setv @told (cut @told (@told-by-now)))
        (@finish "stop"))
      (= @left 0) (@finish "length")))

  (meth _release [text]
    "Let the reader have `text`, which certainly precedes the end."
    (when text
      (.append @pieces text)
      (+= @said (len text))))

  (meth told-by-now []
    "Return how many of `told` are of units that begin in the text released so far."
    (setv starts (accumulate (gfor each @told (len each.unit)) :initial 0))
    (sum (gfor [_ start] (zip @told starts) (< start @said)))))


(defn tell [vocabulary ids logits alternatives [typed 0]]
  #[[Return a list of `Told` of `ids` (time,), drawn from `logits` (time, vocabulary).

  Their texts lack the first `typed` characters; impossible units are never among the likeliest.]]
  (unless (len ids) (return []))
  (setv
    [nats _ #* best] (compare (np.asarray logits) (np.asarray ids)
      (min alternatives vocabulary.size))
    entry (fn [id nats] #((cut (get vocabulary.units id) typed None) (max LEAST (- nats))))
    likeliest (if best
      (lfor [ids nats] (zip #* best)
        (lfor [id n] (zip ids (.tolist nats)) :if (< n np.inf) (entry id n)))
      (* [[]] (len ids))))
  (lfor [id n top] (zip ids (.tolist nats) likeliest) (Told #* (entry id n) top)))
