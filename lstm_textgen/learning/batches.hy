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
  ;; Units that each row reads before those that it is validated on; twice as many in all where it
  ;; has few. After 128 pieces of a base the next 100 cost it as much as after the whole text,
  ;; within 0.2 bits, and characters need a tenth of that.
  RUN-IN 128
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


(defn unit-lengths [vocabulary ids held]
  #[[Return the mean numbers of characters per unit, as in an entry of the history: a dict.

  `unit_length` is that of `ids` (time,), the training text; `validation_unit_length` that of the
  part of `held` (time,) that validation reads. If each unit is one character the dict is empty.
  No mean is 0, even if all words are unknown.]]
  (unless vocabulary.several (return {}))
  (setv lengths vocabulary.lengths)
  (defn mean [ids]
    (setv chunks (gfor start (range 0 (len ids) CHUNK) (get ids (slice start (+ start CHUNK)))))
    (/ (max 1 (sum (gfor chunk chunks (int (.sum (.take lengths chunk)))))) (len ids)))
  (dfor
    [name part] [["unit_length" ids] ["validation_unit_length" (cut held VALIDATED)]]
    :if (len part)
    name (mean part)))


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
  `steps` is the number of batches in an epoch. Every epoch begins at its own random place in the
  ring, so windows differ. Rows are in the order of their places, so the slice `own`, those of this
  process, always reads about the same part.]]

  (setv carries-state True)

  (defn __init__ [self ids shape rng-seed [own ALL]]
    (.__init__ (super) ids shape rng-seed own)
    (setv self.steps (max 1 (// (len ids) (math.prod shape)))))

  (defn starts [self number [first 0]]
    "Yield the places (rows,) in the ring where the windows of these batches begin."
    (setv
      size (len self.ids)
      [rows lookback] self.shape
      offset (.integers (np.random.default-rng [self.rng-seed number]) size)
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


(defclass HeldOut []
  #[[The held-out text in batches that count each of its units once, up to `VALIDATED` of them.

  `ids` (time,) are these units, `steps` is the number of batches, and the length is that of the
  whole held-out text. Each row has a part of them and begins with a run-in, the text before its
  part: for the first row the end of `kept`, the training text (time,). All rows end together.]]

  (defn __init__ [self kept held shape [own ALL]]
    (setv
      [rows self.lookback] shape
      [self.ids self.length self.own] [(cut held VALIDATED) (len held) own]
      bounds (// (* (len self.ids) (np.arange (+ rows 1))) rows)
      [self.starts self.ends] [(cut bounds -1) (cut bounds 1 None)]
      longest (.max (- self.ends self.starts))
      self.steps (math.ceil (/ (max (+ longest RUN-IN) (* 2 RUN-IN)) self.lookback))
      before (cut kept (- (* self.steps self.lookback)) None)
      self.before (len before)
      self.text (np.concatenate [before self.ids])))

  (defn __len__ [self]
    self.length)

  (defn batches [self]
    #[[Yield the batches #(x y counted), each (rows, lookback): ids in int32, and float32.

    `counted` is 1 where the id in y belongs to the row's part, and 0 in its run-in.]]
    (for [left (range (* self.steps self.lookback) 0 (- self.lookback))]
      (setv
        places (+ (ncut self.ends self.own None) (np.arange (- left) (- self.lookback left)))
        ;; A run-in that is longer than the text before it repeats that text's first unit.
        [x y] (lfor
          shift [-1 0]
          (.astype (.take self.text (+ places self.before shift) :mode "clip") "int32")))
      (yield #(x y (.astype (>= places (ncut self.starts self.own None)) "float32"))))))
