#[[Seed texts, and how a model continues them.

Before a text's own units a model reads its `start-ids`, like the end of a paragraph.

A piece-level model has learned one spelling of each word. A half-typed word may split into other
pieces (`heyl`, where the whole is `hey` and `lo`), and continuing from those would show. So a seed
is read only up to its last word, and all spellings of the rest continue, weighted by the model: a
way to do so is a path of units within the rest, then a unit that ends with it or extends beyond.
But most seeds end with a whole word, so a word that the model may end there isn't continued.]]

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  collections [defaultdict]
  dataclasses [replace]
  heapq [nlargest]
  itertools [islice]
  operator [attrgetter]
  unicodedata [category]
  warnings
  numpy :as np
  lstm-textgen.text.items [ENDS]
  lstm-textgen.text.names [names-for]
  lstm-textgen.text.units [describe-units]
  lstm-textgen.writing.memory [Memory])

(setv
  PATHS 16       ; the most probable ones, followed from each place in a word
  NEGLIGIBLE 12  ; nats: paths this much less probable than a way known by then are dropped
  ;; How probably a seed's last word must end there to be taken as whole, if it is one of the units
  ;; and if it isn't (bench/log.md).
  KNOWN 0.05
  SPELLED 0.5
  REMEMBERED-FROM 1000)  ; characters of a seed


(defclass Seed []
  #[[The `seed` of one text or of several, which `model` reads once for all.

  `ids` (time,) are to be read: the model's `start-ids`, and the seed's `own` without its `rest`,
  the end that the first unit may begin with; a `whole` seed has no rest. `text` is the seed as the
  model reads it: without units that it doesn't know, unless it has a unit for them, and in lower
  case if it knows no capital letters. One call of `warn` names the unknown ones.

  `opening` lists units to write before all else: none, unless the seed is empty and the model
  knows no line breaks; then it is the beginning of the training text.

  The `memory` (`Memory` or None) has what was read of running text, if it has `remembered-from`
  characters: after less, readers don't like generated text better (bench/log.md). `names` (`Names`
  or None) are those of the model and of the seed.]]

  (meth __init__ [@model seed [warn warnings.warn] [whole False]
      [remembered-from REMEMBERED-FROM]]
    (setv
      @_state None  ; of an engine that has read it
      @_ways None   ; the ways to continue, once they were looked for
      vocabulary model.vocabulary
      start (start-ids model)
      first (get vocabulary.units (get start -1))
      [@text @own @rest unknowns] (as-read vocabulary seed whole)
      @ids (np.array [#* start #* @own] int)
      @opening (if (or @text (= first "\n") (!= first model.facts.beginning)) [] [first])
      @names (names-for vocabulary model.facts.names @text)
      ;; Not of a list or a chat.
      @memory (unless (or (< (len @text) remembered-from) model.settings.items
          model.facts.people)
        (Memory vocabulary.units)))
    (warn-of unknowns vocabulary warn))

  (meth [property] before []
    "The text before its `rest`, with its `opening`."
    (.join "" [(.removesuffix @text @rest) #* @opening]))

  (meth [(np.errstate :invalid "ignore")] feed-to [engine [run (fn [act n] (act n))]]
    #[[Let `engine`, which may have read other texts, read it, unless it has been read before.

    `(run act n)` calls `act` with parts of n, to choose threads, as `Pace.run` does.]]
    (when (is @_state None)
      (setv
        ids (enumerate @ids)  ; an iterator: each call of `act` goes on
        own (- (len @ids) (len @own))
        last (- (len @ids) 1))
      (defn act [n]
        (for [[k id] (islice ids n)]
          (when (and @memory (>= k own)) (.remember @memory id engine.output))
          ((if (= k last) engine.step engine.advance) id)))
      (.reset engine)
      (run act (len @ids))
      (setv @_state (.copy-state engine))))

  (meth [(np.errstate :invalid "ignore")] start [engine draw]
    #[[Return #(state typed): the state of `engine` before the first unit of `draw`.

    The seed, which has been read, has the first `typed` characters of that unit. Where it has a
    `rest`, the `draw` chooses one of the `ways-on`, and units that don't agree with it have logits
    of -∞.]]
    (unless @rest (return #(@_state 0)))
    (when (is @_ways None)
      (.set-state engine @_state)
      (setv @_ways (whole-word-ways (ways-on engine @model.vocabulary @rest)
        @model.vocabulary @rest)))
    (setv
      weights (np.array (lfor way @_ways way.weight) "float32")
      way (get @_ways (if (> (len weights) 1) (.choose draw weights) 0))
      [logits #* others] way.state
      possible (np.full-like logits (- np.inf))
      (get possible way.ids) (get logits way.ids))
    #([possible #* others] way.typed)))


(defn as-read [vocabulary text whole]
  "Return [text own rest unknowns] of a seed `text`, as a `Seed` has them; `whole` as there."
  (setv [ids unknowns] (.encode-seed vocabulary text))
  (when (and unknowns (= (.join "" vocabulary.units) (.lower (.join "" vocabulary.units))))
    (setv
      text (.lower text)
      [ids unknowns] (.encode-seed vocabulary text)))
  (when (and unknowns (is vocabulary.unknown None)) (setv text (.decode vocabulary ids)))
  (when whole
    (return [(.join "" (gfor id ids (get vocabulary.units id))) (.tolist ids) "" unknowns]))
  (setv rest (.unfinished vocabulary text))
  [ text
    (.tolist (if rest (.encode vocabulary (.removesuffix text rest)) ids))
    rest
    (lfor unit unknowns :if (!= unit rest) unit)])


(defn warn-of [unknowns vocabulary warn]
  "Name the `unknowns`, if any, in one call of `warn`."
  (when unknowns
    (warn (+ f"the model never saw {(describe-units unknowns)}; "
      (if (is vocabulary.unknown None)
        "left out of the seed"
        f"read as an unknown {vocabulary.singular}")))))


(defn seed-text [model text]
  "Return the seed `text` as `model` reads it."
  (get (as-read model.vocabulary text False) 0))


(defn start-ids [model]
  #[[Return a list of the ids to read before any text.

  In a list they are the end of an item. Otherwise they are two line breaks, as between paragraphs:
  one could be within a wrapped paragraph. If the model knows none, they are the first unit of its
  training text.]]
  (setv
    line-break (.get model.vocabulary.ids "\n")
    end (get ENDS (or model.settings.items "paragraph")))  ; line breaks alone
  (if (is line-break None)
    [(int (get [#* (get (.encode-seed model.vocabulary model.facts.beginning) 0) 0] 0))]
    (* [line-break] (len end))))


;; * Seeds that end within a unit

(defrecord Way
  #[[A way to continue a seed: ln of its probability, the engine's state there, the next units.

  `ids` (n,) are those that are possible, … all; the seed has their first `typed` characters.]]
  [#^ float weight  #^ list state  #^ object [ids ...]  #^ int [typed 0]])


(defrecord _Path
  "Units up to a place in the rest of a seed: the last unit, and the `state` before it."
  [#^ float weight  #^ list state  #^ object [id None]])


(defn ways-on [engine vocabulary rest]
  #[[Return the ways (a list of `Way`) to continue after `rest`, the last word of a seed.

  `engine`, of one stream, has read what comes before. Of a short word all spellings but negligible
  ones are followed, of a long one the most probable. Without a `rest`, and where the `vocabulary`
  can't spell it, the only way is to continue from before it.]]
  (setv
    units vocabulary.units
    start (.copy-state engine)
    [found paths] [[] (defaultdict list)]
    (get paths 0) [(_Path 0.0 start)])
  (for [offset (range (len rest))]
    (setv
      left (cut rest offset None)
      fits (lfor [id unit] (enumerate units) :if (.startswith unit left) id)
      beyond (np.array (lfor id fits :if (!= (get units id) left) id) int)
      within (lfor [id unit] (enumerate units) :if (.startswith left unit) id))
    (for [path (_likeliest (.pop paths offset []) (+ found (get paths (len rest))))]
      (setv
        state (_followed engine path)
        ln-sum (np.logaddexp.reduce engine.logits :dtype "float64")
        odds (+ path.weight (- engine.logits ln-sum)))
      (when (len beyond)
        (.append found (Way (np.logaddexp.reduce (get odds beyond)) state beyond (len left))))
      (for [id within]
        (.append (get paths (+ offset (len (get units id)))) (_Path (get odds id) state id)))))
  (setv whole (get paths (len rest)))
  (for [path (_likeliest whole (+ found whole))]
    (.append found (Way path.weight (_followed engine path))))
  (or (nlargest (len units) found :key (attrgetter "weight")) [(Way 0.0 start)]))


(defn _likeliest [paths known]
  "Return those of `paths` worth following, given those that are `known` to become ways."
  (setv least (- (max (gfor each known each.weight) :default (- np.inf)) NEGLIGIBLE))
  (lfor path (nlargest PATHS paths :key (attrgetter "weight")) :if (>= path.weight least) path))


(defn _followed [engine path]
  "Return the state of `engine` after it takes a `path`."
  (.set-state engine path.state)
  (when (is path.id None) (return path.state))
  (.step engine path.id)
  (.copy-state engine))


(defn whole-word-ways [ways vocabulary rest]
  #[[Return those `ways` (of `ways-on`) after `rest` that end it, if it is a whole word.

  It is if the model ends it with a probability of at least `KNOWN` or, if it isn't a unit of the
  `vocabulary`, `SPELLED`; otherwise all are returned. So they are in scripts without capital
  letters, some of which have no spaces between words.]]
  (setv word (.strip rest))
  (when (= (.lower word) (.upper word)) (return ways))
  (setv
    known (any (gfor
      form [word (.lower word)]
      space ["" " "]
      (in (+ space form) vocabulary.ids)))
    ends (lfor [id unit] (enumerate vocabulary.units)
      :if (not-in (get (category (get unit 0)) 0) "LM")  ; neither a letter nor a mark
      id)
    ended (lfor  ; the ways on which any unit may follow, with only `ends`
      way ways
      :if (and ends (is way.ids ...))
      :setv logits (get way.state 0)
      :setv [part all] (gfor some [(get logits ends) logits]
        (np.logaddexp.reduce some :dtype "float64"))
      (replace way :ids (np.array ends) :weight (+ way.weight (- part all))))
    [part all] (gfor some [ended ways]
      (np.logaddexp.reduce (lfor way some way.weight) :initial (- np.inf))))
  (if (>= (- part all) (np.log (if known KNOWN SPELLED))) ended ways))
