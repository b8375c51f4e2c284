#[[ids → batches (x, y): contiguous streams, or overlapping windows.

A window is `lookback` ids long, and y is x shifted by one id: every position of a window is
predicted. The text is a ring: its first id follows its last one, so an epoch may begin anywhere
and no id is left out. The shape of a batch is (rows, lookback).]]

(eval-when-compile (require hyrule [ncut unless]))
(import
  dataclasses [dataclass]
  math
  numpy :as np
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.corpus [fingerprint kept-part])

(setv
  ;; Units of the held-out text that are read after each epoch: more take long for little gain.
  VALIDATED 500_000
  CHUNK (** 2 22)  ; ids counted at once
  SHORTEST 8  ; lookback that a short text gets
  ALL (slice None))


(defn split-ids [ids validation lookback [unit "units"]]
  #[[Return #(training held-out), the two parts of `ids` (time,).

  The last part, the share `validation`, is held out. Raise `ValueError` if a part is shorter than
  a window and the next id, with the length that the text must have (`unit`: the plural name of its
  units), or if all ids are the same.]]
  (setv
    need (+ lookback 1)
    held (round (* validation (len ids)))
    kept (- (len ids) held))
  (when (or (< kept need) (and validation (< held need)))
    (setv
      least (max (/ need (- 1 validation)) (if validation (/ need validation) 0))
      advice (if validation "a smaller `lookback` or `validation` 0" "a smaller `lookback`"))
    (raise (ValueError (+ f"the text is too short: it has {(counted (len ids) unit)}, and "
      f"`lookback` {lookback} with `validation` {validation :g} needs {(+ 1 (int least))}; "
      f"give more text, {advice}"))))
  (when (= (.min ids) (.max ids))
    (raise (ValueError (+ f"the text is {(counted 1 unit)} repeated, so there is nothing "
      "to learn; give another text"))))
  #((cut ids kept) (cut ids kept None)))


(defn fitting-lookback [lookback length validation]
  #[[Return `lookback`, or the largest for which a text of `length` ids is long enough.

  The result is at least `SHORTEST`; `validation` is the share that is held out.]]
  (setv
    held (round (* validation length))
    kept (- length held))
  (min lookback (max SHORTEST (- (min kept (if validation held kept)) 1))))


(defn unit-lengths [vocabulary ids held shape]
  #[[Return the mean numbers of characters per unit, as in an entry of the history: a dict.

  `unit_length` is that of `ids` (time,), the training text; `validation_unit_length` that of the
  part of `held` (time,) which batches of `shape` (rows, lookback) predict. If each unit is one
  character the dict is empty. No mean is 0, even if all words are unknown.]]
  (unless vocabulary.several (return {}))
  (setv
    lengths vocabulary.lengths
    read (fn [ids] (int (.sum (.take lengths ids))))
    sums {"unit_length" #(
      (sum (gfor start (range 0 (len ids) CHUNK) (read (get ids (slice start (+ start CHUNK))))))
      (len ids))})
  (when (len held)
    (setv predicted (lfor [_ y] (.epoch (Streams (cut held VALIDATED) shape) 0) y))
    (setv (get sums "validation_unit_length")
      #((sum (map read predicted)) (* (len predicted) (math.prod shape)))))
  (dfor [name [characters units]] (.items sums) name (/ (max 1 characters) units)))


(defn training-batches [ids settings [own ALL]]
  #[[Return `ids` (time,) as `Streams` or `Windows`, by the `settings` (`ModelSettings`).

  They yield the rows of a batch that this process has, the slice `own`.]]
  (setv shape #(settings.batch-size settings.lookback))
  (if (streams? settings)
    (Streams ids shape settings.rng-seed own)
    (Windows ids shape settings.stride settings.rng-seed own)))


(defn streams? [settings]
  "Return whether windows follow one another under `settings` (`ModelSettings`)."
  (= settings.stride settings.lookback))


(defclass [(dataclass :frozen True :eq False)] Arc []
  #[[The part of a ring of ids that some of its streams read; its length is the whole ring's.

  `ids` are the part's own, the first at place `start` in the ring; `size` and `text` are the
  ring's length and fingerprint.]]
  #^ np.ndarray ids
  #^ int start
  #^ int size
  #^ str text

  (defn __len__ [self]
    self.size)

  (defn take [self places #** _]
    "Return the ids at `places` in the ring, which must be on this part of it."
    (.take self.ids (% (- places self.start) self.size))))


(defn keep-arc [ids shape own]
  #[[Return the part of `ids` (time,) that the rows `own` (a slice) of `Streams` read, as an `Arc`.

  `shape` is that of a batch. It is a copy: the rest can be freed.]]
  (setv
    size (len ids)
    [rows lookback] shape
    ;; The text has one part per row. The first stream begins anywhere in the first part; the
    ;; others follow, a part apart, and each reads a part of the text or at least a window. 2 and 6
    ;; allow for rounding.
    start (- (// (* size own.start) rows) 2)
    stop (+ (// (* size own.stop) rows) (// size rows) lookback 6)
    stop (min stop (+ start size)))
  (Arc (kept-part ids start stop) start size (fingerprint ids)))


(defn own-ids [ids]
  "Return the `ids` that this process has (time,): all, or those of an `Arc`."
  (if (isinstance ids Arc) ids.ids ids))


(defclass Batches []
  "Batches of a ring of `ids` (time,); a subclass defines with `starts` where windows begin."

  (defn __init__ [self ids shape rng-seed own]
    (setv [self.ids self.shape self.rng-seed self.own] [ids shape rng-seed own]))

  (defn epoch [self number [first 0]]
    "Yield the batches (x, y) of epoch `number`, each int32 (rows, lookback), from `first` on."
    (setv window (np.arange (+ (get self.shape 1) 1)))
    (for [starts (.starts self number first)]
      (setv
        places (+ (ncut starts : None) window)
        both (.astype (.take self.ids places :mode "wrap") "int32"))
      (yield #((ncut both : :-1) (ncut both : 1:))))))


(defclass Streams [Batches]
  #[[The text as parallel streams, one for each row of a batch.

  Each window continues the one before it in its row, so a network can carry its state over.
  `steps` is the number of batches in an epoch. With `rng-seed` every epoch begins at its own
  random place in the ring, so windows differ; without, it begins at the start and covers all ids,
  a few of them twice, as validation needs. Rows are in the order of their places, so the slice
  `own`, those of this process, always reads about the same part.]]

  (setv carries-state True)

  (defn __init__ [self ids shape [rng-seed None] [own ALL]]
    (.__init__ (super) ids shape rng-seed own)
    (setv
      [rows lookback] shape
      self.steps (max 1 (if (is rng-seed None)
        (- (// (- (len ids)) (* rows lookback)))  ; rounded up
        (// (len ids) (* rows lookback))))))

  (defn starts [self number [first 0]]
    "Yield the places (rows,) in the ring where the windows of these batches begin."
    (setv
      size (len self.ids)
      [rows lookback] self.shape
      offset (if (is self.rng-seed None) 0
        (.integers (np.random.default-rng [self.rng-seed number]) size))
      starts (np.sort (% (+ offset (// (* size (np.arange rows)) rows)) size))
      starts (get starts self.own))
    (for [step (range first self.steps)] (yield (% (+ starts (* step lookback)) size)))))


(defclass Windows [Batches]
  #[[The text as windows that begin every `stride` ids, in a new random order each epoch.

  They overlap if `stride` is smaller than the lookback. Each begins with an empty state. `steps`
  is the number of batches in an epoch.]]

  (setv carries-state False)

  (defn __init__ [self ids shape stride rng-seed [own ALL]]
    (.__init__ (super) ids shape rng-seed own)
    (setv
      [rows lookback] shape
      self.stride stride
      self.count (+ 1 (// (- (len ids) lookback 1) stride))
      self.steps (max 1 (// self.count rows))))

  (defn starts [self number [first 0]]
    "Yield the places (rows,) in the ring where the windows of these batches begin."
    (setv
      rows (get self.shape 0)
      own (get (np.arange rows) self.own)
      order (np.arange self.count :dtype (np.min-scalar-type self.count)))
    (.shuffle (np.random.default-rng [self.rng-seed number]) order)
    (for [step (range first self.steps)]
      (setv chosen (.take order (+ (* step rows) own) :mode "wrap"))
      (yield (* self.stride (.astype chosen int))))))
