#[[Fine-tuning: what a new model takes from its base.

A base provides layers, lookback, vocabulary and weights, but no history, optimizer or schedule.]]

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [suppress]
  dataclasses [replace]
  math
  unicodedata [category normalize]
  numpy :as np
  lstm-textgen.basics.files [backup-path]
  lstm-textgen.basics.machine [MB installed-memory]
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.basics.values [counted]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.modelfile.history [bits]
  lstm-textgen.modelfile.keraslayout [digest]
  lstm-textgen.modelfile.places [bases find-model]
  lstm-textgen.prep [QUOTES]
  lstm-textgen.settings.layers [parse-layers]
  lstm-textgen.settings.models [Base]
  lstm-textgen.settings.training [COMPARED-PLACES COMPARED-UNITS FAMILIAR STRANGE]
  lstm-textgen.text.pieces [Pieces]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.scoring [compare predicted read-units])

(setv
  SHORT 2_000_000      ; characters: a longer text teaches a network the language without a base
  UNKNOWN 0.1          ; share of these that may be unknown to the base in a familiar text
  NUMBERS-KEPT 4       ; per weight in training: itself, its gradient, Adam's two averages
  DIGEST-SHOWN 16      ; hexadecimal digits of a base's checksum that a model records
  COUNTED 1_000_000    ; units of a text in which new ones are counted
  SHOWN 20)            ; new units that a message shows


;; * The base

(defn load-base [name warn]
  #[[Return the model (`Checkpoint`) called `name`: a model file, or one that ships with us.

  `warn` is called with a line if its `.bak` is used instead. Raise `FileNotFoundError` if there is
  no such model, `ValueError` if it can't be a base.]]
  (setv path (find-model name 'base))
  (unless (or (.exists path) (.exists (backup-path path)))
    (refuse 'base f": there is no model {path}; give a model file or an "
      f"installed base: {(or (.join ", " (bases)) "none")}" :kind FileNotFoundError))
  (setv
    base (load-checkpoint name :warn warn)
    need (* 4 NUMBERS-KEPT base.weight-count))
  (when (> need (or (installed-memory) need))
    (refuse 'base f": {path} is too large for this machine: training takes {(// need MB) :,} MB "
      f"of memory, but it has {(// (installed-memory) MB) :,} MB"))
  base)


(defn stem [name]
  "Return the name of the base that is meant by `name`, without folders: german for deutsch."
  (. (find-model name 'base) stem))


(defn check-same [record name]
  "Raise `ValueError` if a model with this `record`, or None, was trained without `base` `name`."
  (setv own (when record record.name))
  (unless (= own (stem name))
    (refuse 'base f" is {name}, but the model was "
      (if (and record record.used?) f"fine-tuned from {own}" "trained from scratch")
      "; leave it out, or train a new model with " 'restart " or another " 'path)))


(defn from-base [request base]
  #[[Return the `Request` `request`, which fine-tunes `base`, with what it takes from that.

  Its unit and layers, except dropout, are the base's, and by default its lookback. Raise
  `ValueError` for a setting that contradicts the base.]]
  (setv
    own base.settings
    filled (.or-else request
      :unit own.unit :lower own.lower :max-words own.max-words :lookback own.lookback)
    [here there] (gfor layers [(.get request "layers" own.layers) own.layers]
      (str (. (parse-layers layers) recurrent))))
  (for [[key here there] [['unit filled.unit own.unit] ['layers here there]]]
    (unless (= here there)
      (refuse key f" is {here}, but {there} in the base {request.base}; "
        f"give {there}, or leave out " 'base)))
  filled)


(defn base-record [base name]
  "Return the record (`Base`) of the model `base`, called `name`."
  (Base f"{(stem name)}:{(cut (digest base.weights) DIGEST-SHOWN)}"))


;; * How well a base knows a text

(defn bits-of [base places]
  #[[Return the bits per character of `base` on `places`, parts of a text.

  They are read in parallel, as far as the shortest. Result: ∞ if it lacks a tenth of the units.]]
  (setv
    [units known _] (zip #* (gfor place places (read-units base.vocabulary place)))
    unknown base.vocabulary.unknown
    strangers (if (is unknown None) 0 (np.count-nonzero (= (np.concatenate known) unknown)))
    [all kept] (gfor parts [units known] (sum (map len parts)))
    length (min (map len known)))
  (when (or (= length 0) (> (+ strangers (- all kept)) (* UNKNOWN all))) (return math.inf))
  (setv rows (np.stack (lfor each known (cut each length)) 1))
  (setv [nats _] (predicted base rows compare))
  (/ (bits (.sum nats)) (len (.join "" (map base.vocabulary.decode rows.T)))))


(defn try-bases [look [given {}] [refused None]]
  #[[Run our bases on a text with this `Look`; return a line that suggests one, or an empty string.

  It is the one that predicts the text best; if a piece-level one knows the text, no others are
  tried. The text must be short, so that fine-tuning is likely to help. Never the one `refused` (a
  name or None), nor one that `given` settings contradict.]]
  (when (or (>= look.length SHORT) (.get given "layers")) (return ""))
  (setv [best name] [STRANGE None])
  (for [each (bases)  :if (!= each refused)]
    (with [_ (suppress OSError ValueError)]  ; a damaged one is reported when requested
      (setv base (load-checkpoint each))
      (when (in (.get given "unit") [None base.settings.unit])
        (setv found (bits-of base look.places))
        (when (< found best) (setv [best name] [found each]))
        (when (and (< best FAMILIAR) (= base.settings.unit Pieces.unit)) (break)))))
  (unless name (return ""))
  (Message f"the base {name} predicts this text well ({best :.2f} bits per character); "
    "try fine-tuning it: " 'base f" {name}"))


;; * New units

(defn with-new-units [model vocabulary ids display]
  #[[Return `model` (a `Checkpoint`) with the units that only `vocabulary` has, and show these.

  A new unit starts with the weights of the one that it resembles most (`relative-of`): é with
  those of e. Without one its embedding is the mean of all, and its bias gives it the frequency
  that it has in the text of `ids` (time,).]]
  (setv
    known model.vocabulary
    added (cut vocabulary.units (len known) None))
  (unless added (return model))
  (.say display (+ f"added {(counted (len added) vocabulary.unit)} to the vocabulary "
    f"(now {(len vocabulary) :,}): {(.join " " (map repr (cut added SHOWN)))}"
    (if (> (len added) SHOWN) " …" "")))
  (setv
    [embedding #* middle kernel bias] model.weights
    kin (lfor unit added (relative-of unit known))
    mean (.mean embedding 0)
    none (np.zeros (len kernel) "float32")
    ;; Half a count more than seen (Jeffreys): a unit of the held-out text may be missing.
    counts (+ 0.5 (np.bincount (cut ids COUNTED) :minlength (len vocabulary)))
    odds (/ (cut counts (len known) None) (.sum (cut counts (len known))))
    likely (.astype (+ (np.log (.sum (np.exp bias))) (np.log odds)) "float32"))
  (replace model
    :vocabulary vocabulary
    :evaluation None
    :weights [
      (np.vstack [embedding #* (gfor k kin (if (is k None) mean (get embedding k)))])
      #* middle
      (np.column-stack [kernel #* (gfor k kin (if (is k None) none (get kernel #(... k))))])
      (np.append bias (lfor [k own] (zip kin likely) (if (is k None) own (get bias k))))]))


(defn relative-of [unit vocabulary]
  "Return the id of `unit` without accents, with plain quotes, or in the other case, or None."
  (setv
    bare (.join "" (gfor c (normalize "NFKD" unit) :if (!= (get (category c) 0) "M") c))
    plain (.translate bare QUOTES)
    forms [plain (.lower plain) (.swapcase plain) (cut plain 1)])
  (next (gfor form forms :if (in form vocabulary.ids) (get vocabulary.ids form)) None))


;; * The text's own frequencies

(defn fitted-bias [model known ids]
  #[[Return the output bias with which `model` expects some units as often as the text has them.

  They are signs and digits, units with characters that the text of `ids` (time,) lacks, and new
  ones, after the first `known`. Words are left to training: without those that a short text lacks
  the model predicts the rest of it worse (bench/log.md).

  In the places of the text that it reads, the expected number of each unit is the sum of the
  probabilities that the model gives it. ln of the ratio of the two numbers, with half a unit more
  in each (Jeffreys), is added to its bias, a unigram rescaling (Kneser et al. 1997).]]
  (setv
    units model.vocabulary.units
    own (set (.join "" (gfor id (np.unique ids) (get units id))))
    fits (np.array (lfor [id unit] (enumerate units)
      (or (>= id known) (not (any (map str.isalpha unit))) (not (<= (set unit) own)))))
    streams (max 1 (min COMPARED-PLACES (// (len ids) COMPARED-UNITS)))
    starts (gfor n (range streams) (* n (// (len ids) streams)))
    rows (np.stack (lfor start starts (cut ids start (+ start COMPARED-UNITS))) 1)
    counts (np.bincount (.ravel rows) :minlength (len units))
    [expected] (predicted model rows (fn [logits _] [(.sum (softmax logits) 1)]))
    ratio (/ (+ counts 0.5) (+ (.sum expected 0) 0.5)))
  (.astype (+ (get model.weights -1) (np.where fits (np.log ratio) 0)) "float32"))
