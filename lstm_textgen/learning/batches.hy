#[[ids → batches (x, y): contiguous streams, or overlapping windows.

A window is `lookback` ids long, and y is x moved on by one id: every position of a window is
predicted. The text is a ring here: after its last id comes its first, so that an epoch may begin
anywhere and no id is left out. The shape of a batch is (rows, lookback).]]

(eval-when-compile (require hyrule [ncut unless]))
(import
  dataclasses [dataclass]
  math
  zlib
  numpy :as np
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.corpus [kept-part])

(setv
  ;; Units of the held-out text that are read after each epoch: more take long and tell little.
  VALIDATED 500_000
  CHUNK (** 2 22)  ; ids counted at once
  ALL (slice None))


(defn split-ids [ids validation lookback [unit "units"]]
  #[[Return #(training held-out), the two parts of `ids` (time,).

  The last part, the share `validation`, is held out. Raise `ValueError` when a part is shorter
  than a window and the id after it, with the length that the text must have (`unit`: what they
  are, in the plural), and if all ids are the same.]]
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
    (raise (ValueError (+ f"the text is {(counted 1 unit)} over and over, so there is nothing "
      "to learn; give another text"))))
  #((cut ids kept) (cut ids kept None)))


(defn unit-lengths [vocabulary ids held shape]
  #[[Return how many characters a unit has on average, as an entry of the history has it: a dict.

  `unit_length` is that of `ids` (time,), the text to train on; `validation_unit_length` that of
  what batches of `shape` (rows, lookback) predict of `held` (time,). Where each unit has one the
  dict is empty. No mean is 0, even where all words are unknown.]]
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


(defn fingerprint [ids]
  "Return a short text that tells `ids` (time,) from others: how many they are, and their CRC-32."
  (if (isinstance ids Arc) ids.text f"{(len ids)}:{(zlib.crc32 (np.ascontiguousarray ids)) :08x}"))


(defn training-batches [ids settings [own ALL]]
  #[[Return `ids` (time,) as `Streams` or `Windows`, as `settings` (`ModelSettings`) say.

  They yield those rows of a batch that this process has, the slice `own`.]]
  (setv shape #(settings.batch-size settings.lookback))
  (if (streams? settings)
    (Streams ids shape settings.rng-seed own)
    (Windows ids shape settings.stride settings.rng-seed own)))


(defn streams? [settings]
  "Return whether windows follow one another, as `settings` (`ModelSettings`) say."
  (= settings.stride settings.lookback))


(defclass [(dataclass :frozen True :eq False)] Arc []
  #[[The part of a ring of ids that some of its streams read; as long as the whole ring.

  `ids` are the part's own, the first of which has the place `start` in the ring; `size` and `text`
  are the ring's length and fingerprint.]]
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
  #[[Return what the rows `own` (a slice) of `Streams` over `ids` (time,) ever read, as an `Arc`.

  `shape` is that of a batch. It is a copy: the rest can be forgotten.]]
  (setv
    size (len ids)
    [rows lookback] shape
    ;; The first stream begins anywhere in the first of as many parts as there are rows; then come
    ;; the others, a part apart, and each reads a part of the text or at least a window. 2 and 6
    ;; are for what is rounded.
    start (- (// (* size own.start) rows) 2)
    stop (+ (// (* size own.stop) rows) (// size rows) lookback 6)
    stop (min stop (+ start size)))
  (Arc (kept-part ids start stop) start size (fingerprint ids)))


(defn own-ids [ids]
  "Return those of `ids` that this process has, (time,): all, or those of an `Arc`."
  (if (isinstance ids Arc) ids.ids ids))


(defn unrolled [ids lookback]
  #[[Return #(ring start): those of `ids` that this process has, each window of them in one piece.

  A window that begins at a place p of the ring is ring[p - start : p - start + lookback + 1], the
  difference taken modulo the ring's length.]]
  (if (isinstance ids Arc)
    #(ids.ids ids.start)
    #((np.concatenate [ids (.take ids (np.arange (+ lookback 1)) :mode "wrap")]) 0)))


(defclass Batches []
  "Batches of a ring of `ids` (time,); a kind of them says by `starts` where windows begin."

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
  #[[The text as so many streams as a batch has rows, read side by side.

  Each window continues the one before it in its row, so a network can carry its state over.
  `steps` is how many batches make an epoch. With `rng-seed` every epoch begins at its own random
  place of the ring, so that windows are cut anew; without, it begins at the start and covers all
  ids, a few of them twice, as validation needs it. The rows stand in the order of their places, so
  that the slice `own` of them, those of this process, always reads about the same part.]]

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

  They overlap when `stride` is smaller than the lookback. Each begins with an empty state. `steps`
  is how many batches make an epoch.]]

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
