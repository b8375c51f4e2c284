"Texts to generate: what each request asks for, and the text so far."

(eval-when-compile (require hyrule [unless]))
(import
  collections [deque]
  dataclasses [dataclass field]
  re
  numpy :as np
  lstm-textgen.writing.batch [Draw]
  lstm-textgen.writing.sampling [SamplingOptions]
  lstm-textgen.writing.scoring [compare]
  lstm-textgen.writing.spelling [begin ways-on]
  lstm-textgen.writing.writer [StopFinder make-sampler read-seed])

(setv
  ;; A line of a chat that begins with a name ends the reply before it.
  NEXT-NAME (re.compile r"\n[^\W\d_][^\n:]{0,39}:(?=\s|\Z)")
  ;; What may still become such a line.
  PERHAPS-NAME (re.compile r"\n(?:[^\W\d_][^\n:]{0,39})?\Z"))


(defclass [(dataclass :frozen True)] Order []
  #[[A request for a text of at most `length` units after the text `seed`.

  It ends before one of the texts `stops` or, with `chat`, before the next line that begins with a
  name. `alternatives` is how many likeliest units to return for each unit, with its own
  probability (None: neither); `seed-too` is whether to do so for the seed as well.]]
  #^ str seed
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


(defclass NameFinder []
  "Finds the next line that begins with a name, as `StopFinder` finds stop texts."

  (defn __init__ [self]
    (setv [self.held self.found] ["" False]))

  (defn feed [self piece]
    "Read `piece` (str); return the text that is certain to precede any such line."
    (+= self.held piece)
    (setv
      name (.search NEXT-NAME self.held)
      perhaps (or name (.search PERHAPS-NAME self.held))
      self.found (and name (< (.end name) (len self.held)))
      sure (if perhaps (.start perhaps) (len self.held))
      [before self.held] [(cut self.held sure) (cut self.held sure None)])
    before))


(defclass Job []
  #[[The text of an `order` by `model` (a `Checkpoint`), which a `Loop` generates.

  `pieces` (a deque of str) holds text that hasn't been read yet; `told` is a list of `Told`, and
  `seed-told` that of the seed; `written` counts units. `end` is None, then \"length\", \"stop\",
  \"cancelled\" or \"failed\". `reader` is notified of news.]]

  (defn __init__ [self model order [reader None]]
    (setv
      vocabulary model.vocabulary
      [ids rest opening] (read-seed model order.seed (fn [_] None) :whole order.seed-too)
      [self.order self.reader self.ids self.read self.state] [order reader ids 0 None]
      [self.begun self.batch] [None None]  ; when it joined a batch, and which one
      self.draw (Draw order.options order.rng-seed order.number (is-not order.alternatives None))
      ;; How the seed ends, and how many units it has, not counting the start unit.
      [self.rest self.seed-units] [rest (+ (len ids) -1 (len (.split vocabulary rest)))]
      self._model model
      [self.pieces self.told self.seed-told] [(deque) [] []]
      [self.written self.said self.end self.total] [0 0 None 0.0]
      self._vocabulary vocabulary
      self._finders [
        #* (if order.chat [(NameFinder)] [])
        #* (if order.stops [(StopFinder order.stops)] [])])
    (for [unit opening] (._say self unit))
    (unless (or order.length order.seed-too) (.finish self "length")))

  (defn [property] left [self]
    "How many units may still be generated."
    (- self.order.length self.written))

  (defn finish [self end]
    "End the text for the reason `end`; release held-back text, unless a stop was found."
    (setv
      found (lfor [k finder] (enumerate self._finders) :if finder.found k)
      first (if found (+ 1 (get found 0)) 0))
    (for [k (range first (len self._finders))]
      (._say self (. (get self._finders k) held) (+ k 1)))
    (setv self.end end))

  (defn begin [self engine]
    "Draw the first unit if it may include the end of the seed, which `engine` has read."
    (unless self.rest (return))
    (setv
      [order ways] [self.order (ways-on engine self._vocabulary self.rest)]
      sampler (make-sampler self._model 1 order.options order.rng-seed order.number)
      [texts ids scores] (begin engine sampler [ways] self._vocabulary)
      self.draw.drawn (if (> (len ways) 1) 2 1))
    (.take self ids (if self.draw.logits scores None) texts)
    (for [told self.told] (setv told.unit (get texts 0))))  ; at most one

  (defn take [self ids logits [units None]]
    #[[Add the units of the list `ids`, up to the requested length, drawn from `logits`.

    These are (time, vocabulary), or None if probabilities aren't requested. `units` are the new
    texts, where they differ from the ids' own.]]
    (setv
      ids (cut ids self.left)
      units (or units (lfor id ids (get self._vocabulary.units id))))
    (if self._finders
      (for [unit units]
        (+= self.written 1)
        (when (._say self unit) (break)))
      (do
        (+= self.written (len ids))
        (._say self (.join "" units))))
    (unless (is logits None)
      (setv
        n (- self.written (len self.told))
        told (tell self._vocabulary (cut ids n) (cut logits n) self.order.alternatives))
      (.extend self.told told)
      (+= self.total (sum (gfor each told each.logarithm))))
    (cond
      (any (gfor finder self._finders finder.found)) (do
        (.finish self "stop")
        (setv self.told (cut self.told (.told-by-now self))))
      (= self.left 0) (.finish self "length")))

  (defn tell-seed [self logits]
    "Note the probabilities of the seed's next units, given the `logits` (time, vocabulary)."
    (setv
      start (+ 1 (len self.seed-told))
      ids (cut self.ids start (+ start (len logits))))
    (.extend self.seed-told
      (tell self._vocabulary ids (cut logits (len ids)) self.order.alternatives)))

  (defn _say [self text [first 0]]
    "Pass `text` through the finders from the `first` on; return whether one found the end."
    (for [finder (cut self._finders first None)]
      (setv text (.feed finder text))
      (when finder.found
        (._say self text (+ 1 (.index self._finders finder)))  ; past the others
        (return True)))
    (when text
      (.append self.pieces text)
      (+= self.said (len text)))
    False)

  (defn told-by-now [self]
    "Return how many of `told` are of units that begin in the text released so far."
    (setv start 0)
    (for [[n told] (enumerate self.told)]
      (when (>= start self.said) (return n))
      (+= start (len told.unit)))
    (len self.told)))


(defn tell [vocabulary ids logits alternatives]
  "Return a list of `Told` of `ids` (time,), drawn from `logits` (time, vocabulary)."
  (unless (len ids) (return []))
  (setv
    ids (np.asarray ids)
    [nats _ #* best] (compare (min alternatives vocabulary.size) (np.asarray logits) ids)
    units vocabulary.units)
  (with [_ (np.errstate :divide "ignore")]
    (setv likeliest (if best
      (lfor [ids odds] (zip #* best)
        (lfor [id logarithm] (zip ids (np.log odds)) #((get units id) (float logarithm))))
      (* [[]] (len ids)))))
  (lfor [id nat top] (zip ids nats likeliest) (Told (get units id) (- (float nat)) top)))
