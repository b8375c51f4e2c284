"Texts to generate: what each request asks for, and the text so far."

(eval-when-compile (require hyrule [unless]))
(import
  collections [deque]
  dataclasses [dataclass field]
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
  CHAT-NAME rf"[^\s:][^\n:]{{0,{(- LONGEST-NAME 1)}}}")


(defclass [(dataclass :frozen True)] Order []
  #[[A request for a text of at most `length` units after `seed`, a text or a tuple of ids.

  It ends before one of the texts `stops` or, with `chat`, before the next line that begins with a
  name. `alternatives` is how many likeliest units to return for each unit, with its own
  probability (None: neither); `seed-too` is whether to do so for the seed as well.]]
  #^ object seed
  #^ int length
  (setv
    #^ SamplingOptions options (SamplingOptions)
    #^ list stops (field :default-factory list)
    #^ bool chat False
    #^ object rng-seed None
    #^ int number 0  ; among the texts with one `rng-seed`
    #^ object alternatives None
    #^ bool seed-too False))


(defclass [dataclass] Told []
  #[[A unit's text, its log probability and the likeliest units in its place.

  The latter are a list of #(text logarithm), the likeliest first.]]
  #^ str unit
  #^ float logarithm
  #^ list likeliest)


(defclass Prompt [Seed]
  #[[The seed of the jobs of one request: a string or a tuple of ids.

  `text` is the string or, of ids and with `alternatives`, that of the units: without unknown
  characters, say. `units` counts its units. With `alternatives`, `told` is the list of `Told` of
  them.]]

  (defn __init__ [self model seed [alternatives None]]
    (setv text? (isinstance seed str))
    (.__init__ (super) model (if text? seed "") (fn [_] None) (is-not alternatives None))
    (setv [self._alternatives self.told] [alternatives []])
    (unless text?
      (setv
        self.ids (np.array [#* (start-ids model) #* seed])
        self.opening []))
    (setv
      self._lead (len (start-ids model))  ; ids before its own units
      own (cut self.ids self._lead None)
      self.units (+ (len own) (len (.split model.vocabulary self.rest)))
      ;; Told units and their places in the text must fit what is read.
      self.text (if (and text? (is alternatives None))
        seed
        (.join "" (gfor id own (get model.vocabulary.units id))))))

  (defn feed-ids [self engine ids]
    (if (is self._alternatives None)
      (.feed engine ids)
      (._tell self (np.stack (lfor id ids (.copy (.feed engine [id])))))))

  (defn _tell [self logits]
    "Note the probabilities of the units after the next ids, from the `logits` there."
    (setv
      logits (cut logits (max 0 (- self._lead self.read 1)) None)
      first (max self._lead (+ self.read 1))
      ids (cut self.ids first (+ first (len logits))))
    (.extend self.told
      (tell self.model.vocabulary ids (cut logits (len ids)) self._alternatives))))


(defclass NameFinder [StopFinder]
  "Finds the next line that begins with a `name` (a pattern), or one of `stops` before it."

  (defn __init__ [self stops name]
    (.__init__ (super) stops)
    (setv
      self._line ""  ; which may begin with a name
      self._name (re.compile rf"\n{name}:(?=\s|\Z)")
      self._perhaps (re.compile rf"\n(?:{name})?\Z")))

  (defn feed [self piece]
    (setv
      text (+ self._line piece)
      name (.search self._name text)
      perhaps (or name (.search self._perhaps text))
      sure (if perhaps (.start perhaps) (len text))
      self._line (cut text sure None)
      before (.feed (super) (cut text sure)))
    (when (and name (< (.end name) (len text)) (not self.found))
      (+= before self.held)
      (setv self.found True))
    before)

  (defn close [self]
    (setv line (if (.search self._name self._line) "" self._line))
    (if self.found "" (+ (.feed (super) line) (.close (super))))))


(defclass Job []
  #[[The text of an `order` by `model` (a `Checkpoint`), which a `Loop` generates.

  `pieces` (a deque of str) holds text that hasn't been read yet; `told` is a list of `Told`;
  `written` counts units. `end` is None, then \"length\", \"stop\", \"cancelled\" or
  \"failed\". `reader` is notified of news; several jobs may share a `seed`.]]

  (defn __init__ [self model order [reader None] [seed None]]
    (setv
      [self.order self.reader] [order reader]
      self.seed (or seed (make-seed model order))
      [self.request self.state] [None None]  ; of a loop, and for joining a batch again
      [self.begun self.joined] [None None]  ; when it first joined a batch, and last
      self.draw (Draw order.options order.rng-seed order.number (is-not order.alternatives None))
      self._vocabulary model.vocabulary
      [self.pieces self.told] [(deque) []]
      [self.written self.said self.end] [0 0 None]
      self._finder (if order.chat
        (NameFinder order.stops (if model.settings.people CHAT-NAME NAME))
        (StopFinder order.stops)))
    (for [unit self.seed.opening] (._say self unit))
    (unless (or order.length order.seed-too) (.finish self "length")))

  (defn [property] left [self]
    "How many units may still be generated."
    (- self.order.length self.written))

  (defn finish [self end]
    "End the text for the reason `end`; release held-back text, unless a stop was found."
    (._release self (.close self._finder))
    (setv self.end end))

  (defn begin [self engine]
    "Draw the first unit if it may include the end of the seed, which `engine` has read."
    (for [[id typed logits] (.begin self.seed engine self.draw)]
      (.take self [id] (when self.draw.logits (np.atleast-2d logits)) typed)))

  (defn take [self ids logits [typed 0]]
    #[[Add the units of the list `ids`, up to the requested length, drawn from `logits`.

    These are (time, vocabulary), or None if probabilities aren't requested. The seed already has
    the first `typed` characters of the units.]]
    (setv
      ids (cut ids self.left)
      units (lfor id ids (cut (get self._vocabulary.units id) typed None)))
    (unless (is logits None)  ; told before it is said, as another thread reads both
      (.extend self.told
        (tell self._vocabulary ids (cut logits (len ids)) self.order.alternatives typed)))
    (if (or self.order.chat self.order.stops)
      (for [unit units]
        (+= self.written 1)
        (when (._say self unit) (break)))
      (do
        (+= self.written (len ids))
        (._say self (.join "" units))))
    (cond
      self._finder.found (do
        (setv self.told (cut self.told (.told-by-now self)))
        (.finish self "stop"))
      (= self.left 0) (.finish self "length")))

  (defn _say [self text]
    "Release what certainly precedes the end, after `text`; return whether the end was found."
    (._release self (.feed self._finder text))
    self._finder.found)

  (defn _release [self text]
    (when text
      (.append self.pieces text)
      (+= self.said (len text))))

  (defn told-by-now [self]
    "Return how many of `told` are of units that begin in the text released so far."
    (setv start 0)
    (for [[n told] (enumerate self.told)]
      (when (>= start self.said) (return n))
      (+= start (len told.unit)))
    (len self.told)))


(defn make-jobs [model orders [reader None]]
  "Return the jobs of `orders` to `model`; those with the same seed text share its reading."
  (setv seeds {})
  (for [order orders  :if (not-in order.seed seeds)]
    (setv (get seeds order.seed) (make-seed model order)))
  (lfor order orders (Job model order reader (get seeds order.seed))))


(defn make-seed [model order]
  "Return the `Prompt` of an `order` to `model`."
  (Prompt model order.seed (when order.seed-too order.alternatives)))


(defn tell [vocabulary ids logits alternatives [typed 0]]
  #[[Return a list of `Told` of `ids` (time,), drawn from `logits` (time, vocabulary).

  Their texts lack the first `typed` characters; impossible units are never among the likeliest.]]
  (unless (len ids) (return []))
  (setv
    ids (np.asarray ids)
    [nats _ #* best] (compare (min alternatives vocabulary.size) (np.asarray logits) ids)
    rest-of (fn [id] (cut (get vocabulary.units id) typed None))
    likeliest (if best
      (lfor [ids nats] (zip #* best)
        (lfor [id n] (zip ids (.tolist nats)) :if (< n np.inf) #((rest-of id) (- n))))
      (* [[]] (len ids))))
  (lfor [id n top] (zip ids (.tolist nats) likeliest) (Told (rest-of id) (- n) top)))
