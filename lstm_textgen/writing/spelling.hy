#[[Seeds that end within a unit: every way to spell the last word goes on as the model weighs it.

A model by pieces has learned one spelling of each word. What is typed of a word may be another
(`heyl`, where the whole is `hey` and `lo`), and to go on from that would show. So what is typed is
read only up to the last word, and what follows must agree with the rest of it. A way to do so is a
path of units within that rest, and then one that ends at it or goes beyond it.]]

(import
  collections [defaultdict]
  dataclasses [dataclass]
  heapq [nlargest]
  operator [attrgetter]
  numpy :as np)

(setv
  PATHS 16       ; that are followed from each place in a word, the most probable ones
  NEGLIGIBLE 12)  ; nats by which a path is less probable than a way that was found


(defclass [(dataclass :frozen True)] Way []
  #[[A way to go on from where a seed ends.

  `weight` is ln of the probability that the model takes it; `state` the engine's arrays there;
  `ids` (n,) what may come next, None for everything; and the seed has the first `typed` characters
  of that already.]]
  (setv
    #^ float weight 0.0
    #^ list state None
    #^ object ids None
    #^ int typed 0))


(defclass [(dataclass :frozen True)] _Path []
  "Units up to a place in the rest of a seed: the last of them, and the `state` before it."
  (setv
    #^ float weight 0.0
    #^ list state None
    #^ object id None))


(defn ways-on [engine vocabulary rest]
  #[[Return the ways (a list of `Way`) to write on after `rest`, the last word of a seed.

  `engine`, of one stream, has read what comes before. A short word is spelled in every way but
  those of next to no probability; of a long one the most probable are followed. There is one
  way without a `rest`, and where the `vocabulary` can't spell it: to go on from before it.]]
  (setv
    units vocabulary.units
    [found paths] [[] (defaultdict list)]
    start (_Path :state (_copied engine))
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
        odds (+ path.weight (_log-odds engine.logits)))
      (when (len beyond)
        (.append found (Way (np.logaddexp.reduce (get odds beyond)) state beyond (len left))))
      (for [id within]
        (.append (get paths (+ place (len (get units id)))) (_Path (get odds id) state id)))))
  (for [path (_likeliest (get paths (len rest)) found)]
    (.append found (Way path.weight (_followed engine path))))
  (or (nlargest (len units) found :key (attrgetter "weight")) [(Way :state start.state)]))


(defn begin [engine sampler ways vocabulary]
  #[[Let each stream of `engine` begin in one of its `ways`, a list of lists.

  Return #(texts ids scores): what is new of their first units, the ids of these, and the logits
  (streams, vocabulary) that they were drawn from, -∞ for what doesn't agree with the seed.
  `sampler` chooses the way, if any stream has several, and then the unit.]]
  (setv
    one (= (len ways) 1)
    reserved (len vocabulary.reserved)  ; ids that are never picked
    chosen (* [0] (len ways))
    scores (np.full #((len ways) (get engine.logits.shape -1)) (- np.inf)))
  (when (> (max (map len ways)) 1)
    (for [[row each] (zip scores ways)]
      (setv (get row (slice reserved (+ reserved (len each)))) (lfor way each way.weight)))
    (setv chosen (- (np.atleast-1d (.pick sampler (if one (get scores 0) scores))) reserved)))
  (setv taken (lfor [each k] (zip ways chosen) (get each k)))
  (.fill scores (- np.inf))
  (for [[stream way] (enumerate taken)]
    (for [[mine theirs] (zip engine.state way.state)]
      (setv (get mine (if one ... stream)) theirs))
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


(defn _likeliest [paths found]
  "Return those of `paths` that are worth to be followed after the ways `found`."
  (setv least (- (max (gfor way found way.weight) :default (- np.inf)) NEGLIGIBLE))
  (lfor path (nlargest PATHS paths :key (attrgetter "weight")) :if (>= path.weight least) path))


(defn _followed [engine path]
  "Let `engine` take a `path`; return its state there."
  (for [[array value] (zip engine.state path.state)] (setv (get array ...) value))
  (when (is path.id None) (return path.state))
  (.step engine path.id)
  (_copied engine))


(defn _copied [engine]
  (lfor array engine.state (.copy array)))


(defn _log-odds [logits]
  "Return ln of the probabilities (vocabulary,) that `logits` stand for, in float64."
  (- logits (np.logaddexp.reduce logits :dtype "float64")))
