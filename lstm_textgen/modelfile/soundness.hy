#[[What the texts and numbers in a model file must be before anything else relies on them.

The same checks stand before the file is written, so that no model is saved that couldn't be
loaded. Each raises `ValueError`.]]

(import
  codecs
  math [isfinite]
  numpy :as np
  lstm-textgen.basics.values [MAX-WHOLE whole?]
  lstm-textgen.modelfile.hdf5 [unless-sound]
  lstm-textgen.settings.table [stored-settings])

(setv
  MAX-EMBEDDING 65536
  MAX-STEP (** 2 20)  ; ids in one training step: 16 times what a large GPU is given
  ;; What an evaluation tells, and the most of one kind that a report shows.
  EVALUATED #{"epoch" "counts" "surprise" "calibration" "sample" "copied" "passage"}
  MOST-SHOWN 1000)


(defn read-settings [stored]
  "Return the `ModelSettings` in `stored`, a dict from a file; raise `ValueError` if unsound."
  (setv settings (stored-settings stored))
  (unless-sound (<= settings.embedding MAX-EMBEDDING) "its setting 'embedding' is too large")
  (_check-effort settings)
  settings)


(defn _check-effort [settings]
  "Raise `ValueError` for `settings` that would take time or memory that no text explains."
  (setv [rows lookback] [settings.batch-size settings.lookback])
  (unless-sound (<= (* rows lookback) MAX-STEP)
    (+ f"a training step of {rows} windows of {lookback} units is too large: "
      f"`batch_size` times `lookback` is at most {MAX-STEP}"))
  ;; Python takes a minute to decode 300 KB of it, and four for twice as much.
  (unless-sound (!= (. (codecs.lookup (or settings.encoding "utf-8")) name) "punycode")
    "its setting 'encoding' is punycode, which takes too long to read"))


(defn check-history [history]
  "Raise `ValueError` unless `history` is a list of epochs (dicts) with their losses."
  (for [entry history]
    (unless-sound (and
      (isinstance entry dict)
      (count? (.get entry "epoch"))
      (_number? (.get entry "loss"))
      (_number? (.get entry "validation_loss" 0))
      (isinstance (.get entry "text") str)
      ;; The first files had nothing of what follows.
      (all (gfor name ["learning_rate" "seconds"] (_number? (.get entry name 0))))
      (all (gfor name ["sample" "machine"] (isinstance (.get entry name "") str))))
      "its history has an invalid entry")))


(defn check-evaluation [evaluation size]
  "Raise `ValueError` unless `evaluation` is None or that of a model with `size` units."
  (unless-sound (or (is evaluation None) (and
    (= (set evaluation) EVALUATED)
    (count? (get evaluation "epoch"))
    (_numbers? (get evaluation "counts") size count?)
    (_numbers? (get evaluation "surprise") MOST-SHOWN)
    (isinstance (get evaluation "calibration") list)
    (<= (len (get evaluation "calibration")) MOST-SHOWN)
    (all (gfor row (get evaluation "calibration") (_numbers? row 3)))
    (isinstance (get evaluation "sample") str)
    (_number? (or (get evaluation "copied") 0))
    (_numbers? (get evaluation "passage") 2)))
    "its evaluation is invalid"))


(defn _numbers? [values most [kind None]]
  "Return whether `values` is a list of at most so many numbers, each of the `kind` if given."
  (and
    (isinstance values list)
    (<= (len values) most)
    (all (map (or kind _number?) values))))


(defn check-place [place]
  "Raise `ValueError` unless `place`, a dict, says where a training run stands."
  (unless-sound (and
    (all (gfor name ["epoch" "step" "updates"] (count? (.get place name))))
    (_number? (.get place "loss_sum"))
    (isinstance (.get place "text") str))
    "its training state is invalid"))


(defn check-arrays [name arrays]
  "Raise `ValueError`, calling them `name`, unless every number in `arrays` is finite."
  (unless-sound (all (gfor array arrays (.all (np.isfinite array))))
    f"its {name}: a number is not finite"))


(defn count? [value]
  "Return whether `value` is a whole number from 0 to MAX-WHOLE."
  (and (whole? value) (<= 0 value MAX-WHOLE)))


(defn _number? [value]
  "Return whether `value` is a finite number, and no larger than MAX-WHOLE if it is a whole one."
  (or (count? value) (and (isinstance value float) (isfinite value))))
