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
  lstm-textgen.writing.writer [StopFinder make-sampler read-seed start-ids])

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


(defclass Seed []
  #[[The seed `text` of one job or of several, which a `model` (a `Checkpoint`) reads once for all.

  With `alternatives`, `text` becomes that of its units: without unknown characters, say.
  `ids` (time,) are to be read, and `read` of them have been. `units` counts those of the text, and
  `rest` is the word at its end that the first unit may be a part of. With `alternatives`, `told`
  is the list of `Told` of its units. `opening` is written before all else.]]

  (defn __init__ [self model text [alternatives None]]
    (setv
      [self._vocabulary self._alternatives] [model.vocabulary alternatives]
      [self.ids self.rest self.opening] (read-seed model text (fn [_] None)
        :whole (is-not alternatives None))
      self._lead (len (start-ids model))  ; ids before its own units
      own (cut self.ids self._lead None)
      self.units (+ (len own) (len (.split model.vocabulary self.rest)))
      [self.told self.read self._state self._ways] [[] 0 None None]
      ;; Told units and their places in the text must fit what is read.
      self.text (if (is alternatives None)
        text
        (.join "" (gfor id own (get model.vocabulary.units id))))))

  (defn take-in [self engine most]
    "Let `engine` read on for up to `most` ids; return how many. It may have read others since."
    (setv ids (cut self.ids self.read (+ self.read most)))
    (if self._state (.set-state engine self._state) (.reset engine))
    (when (len ids)
      (if (is self._alternatives None)
        (.feed engine ids)
        (._tell self (np.stack (lfor id ids (.copy (.step engine id))))))
      (+= self.read (len ids))
      (setv self._state (.copy-state engine)))
    (len ids))

  (defn _tell [self logits]
    "Note the probabilities of the units after the next ids, from the `logits` there."
    (setv
      logits (cut logits (max 0 (- self._lead self.read 1)) None)
      first (max self._lead (+ self.read 1))
      ids (cut self.ids first (+ first (len logits))))
    (.extend self.told
      (tell self._vocabulary ids (cut logits (len ids)) self._alternatives)))

  (defn ways-on [self engine]
    "Return the ways to write on after `rest`; `engine` has read all before it."
    (when (is self._ways None)
      (setv self._ways (ways-on engine self._vocabulary self.rest)))
    self._ways))


(defclass NameFinder [StopFinder]
  "Finds the next line that begins with a name, or one of the texts `stops` before it."

  (defn __init__ [self stops]
    (.__init__ (super) stops)
    (setv self._line ""))  ; which may begin with a name

  (defn feed [self piece]
    (setv
      text (+ self._line piece)
      name (.search NEXT-NAME text)
      perhaps (or name (.search PERHAPS-NAME text))
      sure (if perhaps (.start perhaps) (len text))
      self._line (cut text sure None)
      before (.feed (super) (cut text sure)))
    (when (and name (< (.end name) (len text)) (not self.found))
      (+= before self.held)
      (setv self.found True))
    before)

  (defn close [self]
    (setv line (if (.search NEXT-NAME self._line) "" self._line))
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
      [self.begun self.batch] [None None]  ; when it joined a batch, and which
      self.draw (Draw order.options order.rng-seed order.number (is-not order.alternatives None))
      [self._model self._vocabulary] [model model.vocabulary]
      [self.pieces self.told] [(deque) []]
      [self.written self.said self.end self.total] [0 0 None 0.0]
      self._finder ((if order.chat NameFinder StopFinder) order.stops))
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
    (unless self.seed.rest (return))
    (setv
      [order ways] [self.order (.ways-on self.seed engine)]
      sampler (make-sampler self._model 1 order.options order.rng-seed order.number)
      [texts ids scores] (begin engine sampler [ways] self._vocabulary)
      self.draw.drawn 1)
    (.take self ids (if self.draw.logits scores None) texts)
    (setv typed (- (len (get self._vocabulary.units (get ids 0))) (len (get texts 0))))
    (for [told self.told]  ; at most one
      (setv
        told.unit (get texts 0)
        told.likeliest (lfor
          [unit logarithm] told.likeliest
          :if (> logarithm (- np.inf))
          #((cut unit typed None) logarithm)))))

  (defn take [self ids logits [units None]]
    #[[Add the units of the list `ids`, up to the requested length, drawn from `logits`.

    These are (time, vocabulary), or None if probabilities aren't requested. `units` are the new
    texts, where they differ from the ids' own.]]
    (setv
      ids (cut ids self.left)
      units (or units (lfor id ids (get self._vocabulary.units id))))
    (if (or self.order.chat self.order.stops)
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
      self._finder.found (do
        (.finish self "stop")
        (setv self.told (cut self.told (.told-by-now self))))
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
  "Return the `Seed` of an `order` to `model`."
  (Seed model order.seed (when order.seed-too order.alternatives)))


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
