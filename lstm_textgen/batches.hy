#[[ids → batches (x, y): contiguous streams, or overlapping windows.

A window is `lookback` ids long, and y is x moved on by one id: every position of a window is predicted. The text is a ring here: after its last id comes its first, so that an epoch may begin anywhere and no id is left out.]]

(import
  zlib
  numpy :as np
  lstm_textgen.corpus [release])

(setv
  CHUNK (** 2 22)  ; ids that the fingerprint reads at once
  PAUSE 64)        ; batches of streams until a mapped file's pages are released: to bring them again takes 0.2 ms


(defn _windows [ids starts lookback]
  "Cut windows out of the ring of `ids` (time,) at `starts` (batch,): x and y, each int32 (batch, lookback)."
  (setv
    places (+ (get starts #((slice None) None)) (np.arange (+ lookback 1)))
    both (.astype (.take ids places :mode "wrap") "int32"))
  #((get both #((slice None) (slice None -1)))
    (get both #((slice None) (slice 1 None)))))


(defclass Streams []
  #[[The text as `batch-size` streams, read side by side: each window goes on where the one before it in its row ended, so a network can carry its state over.

  `steps` is how many batches make an epoch. With `rng-seed` every epoch begins at its own random place of the ring, so that windows are cut anew; without, at the start, and all ids are covered (a few twice), as validation wants it.]]

  (setv carries-state True)

  (defn __init__ [self ids batch-size lookback [rng-seed None]]
    (setv
      self.ids ids
      self.batch-size batch-size
      self.lookback lookback
      self.rng-seed rng-seed
      self.steps (max 1 (if (is rng-seed None)
        (- (// (- (len ids)) (* batch-size lookback)))  ; rounded up
        (// (len ids) (* batch-size lookback))))))

  (defn epoch [self number [first 0]]
    "Yield the batches (x, y) of epoch `number`, from batch `first` on."
    (setv
      size (len self.ids)
      offset (if (is self.rng-seed None)
        0
        (.integers (np.random.default-rng [self.rng-seed number]) size))
      starts (+ offset (// (* size (np.arange self.batch-size)) self.batch-size)))
    (for [step (range first self.steps)]
      (when (= 0 (% step PAUSE))
        (release self.ids))
      (yield (_windows self.ids (+ starts (* step self.lookback)) self.lookback)))))


(defclass Windows []
  #[[The text as windows that begin every `stride` ids, in a new random order each epoch. They overlap when `stride` is smaller than `lookback`. Each begins with an empty state.]]

  (setv carries-state False)

  (defn __init__ [self ids batch-size lookback stride rng-seed]
    (setv
      self.ids ids
      self.batch-size batch-size
      self.lookback lookback
      self.stride stride
      self.rng-seed rng-seed
      self.count (+ 1 (// (- (len ids) lookback 1) stride))
      self.steps (max 1 (// self.count batch-size))))

  (defn epoch [self number [first 0]]
    "Yield the batches (x, y) of epoch `number`, from batch `first` on."
    (setv order (np.arange self.count :dtype (np.min-scalar-type self.count)))
    (.shuffle (np.random.default-rng [self.rng-seed number]) order)
    (for [step (range first self.steps)]
      (setv chosen (.take order (+ (* step self.batch-size) (np.arange self.batch-size)) :mode "wrap"))
      (release self.ids)  ; random places leave pages that aren't needed again for long
      (yield (_windows self.ids (* self.stride (.astype chosen int)) self.lookback)))))


(defn training-batches [ids batch-size lookback stride rng-seed]
  "Choose how to cut `ids` (time,): streams when each window continues the one before it, else windows."
  (if (= stride lookback)
    (Streams ids batch-size lookback rng-seed)
    (Windows ids batch-size lookback stride rng-seed)))


(defn split-ids [ids validation lookback]
  #[[Split `ids` (time,) into those to train on and the last part, the share `validation`, to validate on (empty if 0).

  Raise `ValueError` that says how long the text must be when a part is shorter than a window and the id after it.]]
  (setv
    need (+ lookback 1)
    held (round (* validation (len ids)))
    kept (- (len ids) held))
  (when (or (< kept need) (and validation (< held need)))
    (setv
      least (max (/ need (- 1 validation)) (if validation (/ need validation) 0))
      advice (if validation "a smaller --lookback or --validation 0" "a smaller --lookback"))
    (raise (ValueError
      f"the text is too short: {(len ids)} units, where --lookback {lookback} with --validation {validation :g} needs {(+ 1 (int least))}; give more text, {advice}")))
  #((get ids (slice None kept))
    (get ids (slice kept None))))


(defn fingerprint [ids]
  "A short text that tells this array of ids (time,) from another: how many there are, and their CRC-32."
  (setv crc 0)
  (for [start (range 0 (len ids) CHUNK)]
    (setv crc (zlib.crc32 (np.ascontiguousarray (get ids (slice start (+ start CHUNK)))) crc))
    (release ids))
  f"{(len ids)}:{crc :08x}")
