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


(defn begin [engine sampler ways vocabulary]
  #[[Begin each stream of `engine` in one of its `ways`, a list of lists.

  Return #(texts ids scores): the new part of their first units, the ids of these, and the logits
  (streams, vocabulary) that they were drawn from, -∞ for units that don't agree with the seed.
  `sampler` draws the way by its own rules, and then the unit.]]
  (setv
    one (= (len ways) 1)
    taken (lfor [stream each] (enumerate ways) (_draw-way each sampler stream))
    scores (np.full #((len ways) (get engine.logits.shape -1)) (- np.inf) "float32"))
  (for [[stream way] (enumerate taken)]
    (.set-state engine way.state (if one ... stream))
    (setv
      logits (get engine.logits (if one ... stream))
      allowed (if (is way.ids None) (slice None) way.ids)
      (get scores #(stream allowed)) (get logits allowed)))
  (setv ids (.pick sampler (if one (get scores 0) scores)))
  (.step engine ids)
  (setv ids (.tolist (np.atleast-1d ids)))
  #( (lfor [id way] (zip ids taken) (cut (get vocabulary.units id) way.typed None))
    ids
    scores))


(defn _draw-way [ways sampler stream]
  "Return one of the `ways` of a `stream`, drawn by their weights."
  (setv weights (np.array (lfor way ways way.weight) "float32"))
  (get ways (if (= (len ways) 1) 0 (.pick (.chooser sampler stream (len ways)) weights))))


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
