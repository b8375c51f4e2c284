#[[`TextModel`, the face that Python and Hy programs use, and `train` and `load`, which make one.]]

(import
  tempfile [TemporaryFile]
  time
  numpy :as np
  lstm_textgen.batches [fingerprint split-ids]
  lstm_textgen.checkpoint [Checkpoint load-checkpoint lock-model model-path save-checkpoint]
  lstm_textgen.corpus [cut-at-space text-ids]
  lstm_textgen.macros [check-value]
  lstm_textgen.prep [default-prep lower]
  lstm_textgen.report [Report]
  lstm_textgen.saving [backup-path refuse-read-only temporary-paths]
  lstm_textgen.settings [MOST-EPOCHS choose-layers continued-settings default-epochs embedding-size new-settings why-done]
  lstm_textgen.sources [MB read-pieces]
  lstm_textgen.vocabulary [Vocabulary]
  lstm_textgen.writer [Score stream surprises write-many])


(defclass TextModel []
  #[[A trained model: it writes, it scores, and it can be saved.

  `vocabulary` is its `Vocabulary`, `settings` a dict of how it was made, `history` a list with a dict for each epoch: `epoch`, `loss` and `validation_loss`, in nats per unit.]]

  (defn __init__ [self checkpoint]
    (setv self.checkpoint checkpoint))

  (defn [property] vocabulary [self]
    self.checkpoint.vocabulary)

  (defn [property] settings [self]
    self.checkpoint.settings)

  (defn [property] history [self]
    self.checkpoint.history)

  (defn prepare [self text]
    "Prepare a seed, or a text to score, as the training text was: normal form, line ends and, where the model has it so, lower case."
    (setv text (default-prep text))
    (if (get self.settings "lower") (lower text) text))

  (defn prepare-pieces [self pieces]
    "Prepare a long text whose consecutive parts are `pieces` (strings); yield it in other parts."
    (gfor  piece (cut-at-space pieces)  (.prepare self piece)))

  (defn stream [self [seed ""] #** options]
    #[[Write on from `seed`: an iterator of pieces of text, without the seed, endless unless `length` is given.

    The options are those of `generate`.]]
    (stream self.checkpoint (.prepare self seed) #** options))

  (defn generate [self [seed ""] [length 400] [samples None] #** options]
    #[[Write on from `seed`, `length` units (characters or words) or, with None, to another end; the text with its seed.

    For a list of seeds it is the list of their texts, with a number of `samples` that many after each seed; all are written side by side, which takes less time than one by one.

    Options: `temperature` (0: always the likeliest; default: what its recipe said, else 0.7; a list is gone through again and again, one number for each unit), `top_k`, `top_p`, `min_p`, `stop` (a text to end before), `sentences` (how many to end after), `rng_seed` (same model, seeds and number: same text). Raises `ValueError` for a value out of range.]]
    (when (and (isinstance seed str) (is samples None))
      (return (+ seed (.join "" (.stream self seed :length length #** options)))))
    (setv
      seeds (if (isinstance seed str) [seed] (list seed))
      each (if (is samples None) 1 samples)
      texts (write-many self.checkpoint (lfor  s seeds  (.prepare self s)) each length #** options))
    (lfor  [k text] (enumerate texts)  (+ (get seeds (// k each)) text)))

  (defn score [self text]
    #[[Say how well the model foresees `text`: #(total units bits).

    `total` is a `Score` with `bits` (per unit), `perplexity`, `accuracy` and `count`; `units` lists the characters or words of the text as it is prepared, and `bits` (len(units),) has the surprise of each: -log₂ of the probability that the model gave it, NaN for a character that it doesn't know. Raises `ValueError` when it knows nothing of the text.]]
    (setv
      total (Score)
      [all-units all-nats] [[] []])
    (for [[units nats hits unknowns] (surprises self.checkpoint [(.prepare self text)])]
      (.add total nats hits unknowns)
      (.extend all-units units)
      (.append all-nats nats))
    (when (not total.count)
      (raise (ValueError "there is nothing to score: the text is empty, or the model knows none of it")))
    #(total all-units (/ (np.concatenate all-nats) (np.log 2))))

  (defn save [self path]
    "Save to the file at `path`. Raises `OSError` when it can't be written."
    (save-checkpoint self.checkpoint path))

  (defn to-keras [self]
    "The model as stock Keras layers: ids (batch, time) → logits (batch, time, vocabulary)."
    (import lstm_textgen.network [stock-model])
    (stock-model self.checkpoint)))


(defn load [path]
  "Read the model at `path` (`.h5` may be left out). Raises `OSError` or, for a file that is no model, `ValueError`."
  (TextModel (load-checkpoint path :resume True)))


;; * Training

(defn check-writable [path]
  "Raise `OSError` now rather than after the first epoch when the model at `path` can't be saved."
  (setv folder (. (.absolute path) parent))
  (when (not (.is-dir folder))
    (raise (FileNotFoundError 2 "there is no such folder to save the model in" (str folder))))
  (try
    (with [_ (TemporaryFile :dir folder)])
    (except [error OSError]
      (raise (OSError f"{folder}: no model can be saved there: {error.strerror}; give another --model") :from error)))
  (when (.exists path)
    (refuse-read-only path)))


(defn _sweep [path]
  "Take away the unfinished files that runs which died have left beside the model at `path`."
  (for [stray (temporary-paths path)]
    (.unlink stray :missing-ok True)))


(defn _load-old [path report]
  "The model at `path` to go on with, or None if there is none. One of which only the `.bak` is left is an error, which says what to do: a new one must not take its place."
  (when (or (.exists path) (.exists (backup-path path)))
    (load-checkpoint path :resume True :warn report.warn)))


(defn _learn [old settings pieces]
  "The vocabulary for the text in `pieces`: that of the model `old`, grown if need be, or with None a new one."
  (setv most (get settings "max_words"))
  (if old
    (get (.extend old.vocabulary pieces most) 0)
    (Vocabulary.build pieces (get settings "unit") most)))


(defn _begin [vocabulary ids settings recipe report minutes most]
  "A new model that begins to learn from `ids`: everything but its weights. Its network is chosen for so many `minutes` (None: for its epochs) and at `most` so many epochs in them."
  (when (is (get settings "epochs") None)
    (setv (get settings "epochs") (default-epochs (len ids))))
  (when (is (get settings "layers") None)
    (setv [(get settings "layers") why] (choose-layers (len ids) (if minutes most (get settings "epochs")) minutes))
    (.say report f"network chosen: {(get settings "layers")}: {why}"))
  (.update settings
    :embedding (embedding-size (len vocabulary))
    :beginning (vocabulary.decode (get ids (slice 1)))
    :recipe (when recipe recipe.name))
  (Checkpoint None vocabulary settings []))


(defn _go-on [checkpoint vocabulary settings report]
  "Give a model its new `settings` and its `vocabulary`, which has grown or is the old one."
  (setv checkpoint.settings settings)
  (setv added (cut vocabulary.units (len checkpoint.vocabulary) None))
  (when added
    (setv [embedding #* middle kernel bias] checkpoint.weights  n (len added))
    (setv
      checkpoint.vocabulary vocabulary
      checkpoint.weights [
        (np.vstack [embedding (np.repeat (.mean embedding 0 :keepdims True) n 0)])
        #* middle
        (np.hstack [kernel (np.zeros #((len kernel) n) "float32")])
        ;; As unlikely as the least likely one known.
        (np.append bias (np.full n (.min bias)))])
    (.say report f"the vocabulary grows by {n} to {(len vocabulary)}: {(.join " " (map repr (cut added 20)))}{(if (> n 20) " …" "")}"))
  checkpoint)


(defn _read [sources settings recipe report max-download]
  "Yield the text of `sources`, prepared, in pieces. A recipe's own steps may look at the whole text, so with them it is in memory once."
  (try
    (setv pieces (gfor
      piece (cut-at-space (read-pieces sources
        :encoding (get settings "encoding")
        :progress report.download
        :folders (if (and recipe recipe.folder) [recipe.folder] [])
        :limit (* MB max-download)))
      (default-prep piece)))
    (when (and recipe recipe.prep)
      (setv pieces (cut-at-space [(recipe.prep (.join "" pieces))])))
    (for [piece pieces]
      (yield (if (get settings "lower") (lower piece) piece)))
    (finally
      (.end-bar report))))


(defn train [sources [path "model"] * [recipe None] [restart False] [report None] [minutes None] [save-every 10] [max-download 1024] #** settings]
  #[[Train a model on `sources` (a path, URL or pattern, or a list of them) and save it at `path` after each epoch; the `TextModel`.

  If the model exists already, training goes on from it, unless `restart`. `settings` are the flags of the command line with underscores, such as `epochs`, `layers`, `lookback`; those of a `recipe` stand where none is given. `report` shows the run (default: on standard output). With `minutes` the run takes at most so long in all, from its start, and has at most `epochs` epochs of its own (default: 9); the learning rate's schedule is fitted to that, and `patience` ends nothing. Every `save-every` minutes it is saved within an epoch too. No download, and no content of a `.gz`, may have more than `max-download` MB (2^20 bytes).

  Raises `ValueError` for settings that are out of range or contradict the model and for text that can't be used, `OSError` for files that can't be read or written, `FloatingPointError` when the loss explodes, and `Interrupted`, a `KeyboardInterrupt`, when Ctrl-C or SIGTERM stopped it: then it is saved.]]
  (setv
    begun (time.monotonic)
    report (or report (Report))
    path (model-path path)
    settings {#** (if recipe recipe.settings {}) #** settings}
    sources (or sources (.get settings "sources")))
  (.pop settings "sources" None)
  (check-value "--save-every" "positive" save-every)
  (check-value "--max-download" "positive" max-download)
  (when (is-not minutes None)
    (check-value "--minutes" "positive" minutes))
  (check-writable path)
  (with [_ (lock-model path)]
    (_sweep path)
    (setv
      old (when (not restart) (_load-old path report))
      given (.get settings "epochs")
      most (if (is given None) MOST-EPOCHS given)
      settings (if old (continued-settings old.settings settings) (new-settings settings)))
    (when (and old (not minutes) (_done report path (why-done settings old.history)))
      (return (TextModel old)))
    (setv
      pieces (_read sources settings recipe report max-download)
      [ids vocabulary] (text-ids pieces (fn [pieces] (_learn old settings pieces)))
      [kept held] (_split ids settings)
      checkpoint (if old
        (_go-on old vocabulary settings report)
        (_begin vocabulary kept settings recipe report minutes most)))
    (_train checkpoint kept held path report
      :save-every save-every
      :deadline (when minutes (+ begun (* 60 minutes)))
      :most most)
    (TextModel checkpoint)))


(defn _done [report path why]
  "Say `why` there is nothing to train, if so, and return it."
  (when why
    (.say report f"{path}: {why}"))
  why)


(defn _split [ids settings]
  "The ids to train on and those held out. Raise `ValueError` when there are too few."
  (setv
    [ids held] (split-ids ids (get settings "validation") (get settings "lookback"))
    batch (get settings "batch_size"))
  (when (> batch (len ids))
    (raise (ValueError f"--batch-size {batch} is more than the {(len ids)} {(get settings "unit")} to train on; give a smaller one")))
  #(ids held))


(defn _plan [checkpoint ids held deadline most]
  "What is going to be done, in a line."
  (setv
    settings checkpoint.settings
    epochs (get settings "epochs")
    until (cond
      deadline f"for {(/ (- deadline (time.monotonic)) 60) :.1f} minutes{(if most f" or --epochs {most}, whichever ends first" "")}"
      epochs f"--epochs {epochs}, about {(* epochs (len ids)) :,} {(get settings "unit")} in all"
      True "until it is stopped"))
  f"{(len ids) :,} {(get settings "unit")} to learn from, {(len held) :,} to validate on, {(len checkpoint.vocabulary)} different ones; network {(get settings "layers")}; {until}")


(defn _train [checkpoint ids held path report save-every deadline most]
  "Train the model of `checkpoint` on `ids` and validate it on `held` (time,), unless that is done."
  (setv report.unit (get checkpoint.settings "unit"))
  (when (or deadline (not (_done report path (why-done checkpoint.settings checkpoint.history (fingerprint ids)))))
    (.say report (_plan checkpoint ids held deadline most))
    (import lstm_textgen.training [Training])  ; Keras takes seconds to come: all else is in order now
    (.run (Training checkpoint ids held path report save-every deadline most))))
