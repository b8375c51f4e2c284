#[[Seeds that end within a unit: all spellings of the last word continue, weighted by the model.

A model by pieces has learned one spelling of each word. A half-typed word may split into other
pieces (`heyl`, where the whole is `hey` and `lo`), and continuing from those would show. So a seed
is read only up to its last word, and the generated units must agree with the rest. A way to
do so is a path of units within that rest, then a unit that ends with it or extends beyond it.]]

(import
  collections [defaultdict]
  dataclasses [dataclass]
  heapq [nlargest]
  operator [attrgetter]
  numpy :as np)

(setv
  PATHS 16       ; the most probable ones, followed from each place in a word
  NEGLIGIBLE 12)  ; nats: paths this much less probable than a way already found are dropped


(defclass [(dataclass :frozen True)] Way []
  #[[A way to continue a seed.

  `weight` is ln of the probability that the model takes it; `state` the engine's arrays there;
  `ids` (n,) the possible next units, None for all; the seed already has their first `typed`
  characters.]]
  (setv
    #^ float weight 0.0
    #^ list state None
    #^ object ids None
    #^ int typed 0))


(defclass [(dataclass :frozen True)] _Path []
  "Units up to a place in the rest of a seed: the last unit, and the `state` before it."
  (setv
    #^ float weight 0.0
    #^ list state None
    #^ object id None))


(defn ways-on [engine vocabulary rest]
  #[[Return the ways (a list of `Way`) to continue after `rest`, the last word of a seed.

  `engine`, of one stream, has read what comes before. Of a short word all spellings but negligible
  ones are followed, of a long one the most probable. Without a `rest`, and where the `vocabulary`
  can't spell it, the only way is to continue from before it.]]
  (setv
    units vocabulary.units
    [found paths] [[] (defaultdict list)]
    start (_Path :state (.copy-state engine))
    (get paths 0) [start])
  (for [place (range (len rest))]
    (setv
      left (cut rest place None)
      fits (lfor [id unit] (enumerate units) :if (.startswith unit left) id)
      beyond (np.array (lfor id fits :if (!= (get units id) left) id) int)
      within (lfor [id unit] (enumerate units) :if (.startswith left unit) id))
    (for [path (_likeliest (.pop paths place []) found)]
      (setv
        state (_followed engine path)
        ln-sum (np.logaddexp.reduce engine.logits :dtype "float64")
        odds (+ path.weight (- engine.logits ln-sum)))
      (when (len beyond)
        (.append found (Way (np.logaddexp.reduce (get odds beyond)) state beyond (len left))))
      (for [id within]
        (.append (get paths (+ place (len (get units id)))) (_Path (get odds id) state id)))))
  (for [path (_likeliest (get paths (len rest)) found)]
    (.append found (Way path.weight (_followed engine path))))
  (or (nlargest (len units) found :key (attrgetter "weight")) [(Way :state start.state)]))


(defn begin [engine sampler ways]
  #[[Let `engine`, of one stream, write the first unit of a text, in one of its `ways`.

  Return #(id typed logits): the unit, how many of its characters the seed already has, and the
  logits (vocabulary,) that it was drawn from, -∞ for units that don't agree with the seed. The
  text's `Draw` in `sampler` chooses the way by its own rules, and then the unit.]]
  (setv
    [draw] sampler.draws
    way (get ways (if (= (len ways) 1)
      0
      (.choose draw (np.array (lfor way ways way.weight) "float32"))))
    allowed (if (is way.ids None) (slice None) way.ids)
    logits (np.full-like engine.logits (- np.inf)))
  (.set-state engine way.state)
  (setv
    (get logits allowed) (get engine.logits allowed)
    id (int (.pick sampler logits)))
  (.step engine id)
  #(id way.typed logits))


(defn _likeliest [paths found]
  "Return those of `paths` worth following, given the ways already `found`."
  (setv least (- (max (gfor way found way.weight) :default (- np.inf)) NEGLIGIBLE))
  (lfor path (nlargest PATHS paths :key (attrgetter "weight")) :if (>= path.weight least) path))


(defn _followed [engine path]
  "Return the state of `engine` after it takes a `path`."
  (.set-state engine path.state)
  (when (is path.id None) (return path.state))
  (.step engine path.id)
  (.copy-state engine))
