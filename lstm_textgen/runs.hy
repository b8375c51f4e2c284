"A training run: sources and settings → a trained model, saved as it learns."

(eval-when-compile (require hyrule [unless]))
(import
  dataclasses [dataclass replace]
  pathlib [Path]
  time
  numpy :as np
  lstm-textgen.backends.quiet [import-keras]
  lstm-textgen.batches [fingerprint split-ids]
  lstm-textgen.checkpoint [Checkpoint backup-path check-writable load-checkpoint lock-model sweep]
  lstm-textgen.corpus [cut-at-space text-ids]
  lstm-textgen.layers [embedding-size]
  lstm-textgen.machine [MB]
  lstm-textgen.prep [default-prep lower]
  lstm-textgen.recipes [Recipe]
  lstm-textgen.schedule [Limits why-done]
  lstm-textgen.settings [continued-settings new-settings]
  lstm-textgen.sizing [MOST-EPOCHS choose-layers default-epochs]
  lstm-textgen.sources.files [read-pieces]
  lstm-textgen.vocabulary [Vocabulary])

(setv SHOWN 20)  ; units that the vocabulary grew by, of those that are shown


(defclass [(dataclass :frozen True)] Run []
  #[[What a training run is asked to do.

  `sources`: as `read-pieces` takes them; `path`: of the model (Path); `given`: the settings that
  were given, a dict that `check-given` has seen; the others as `textmodel.train` describes them.]]
  #^ list sources
  #^ Path path
  #^ dict given
  (setv
    #^ Recipe recipe None
    #^ bool restart False
    #^ float minutes None
    #^ float save-every 10
    #^ float max-download 1024)

  (defn [property] max-epochs [self]
    "At most so many epochs in a run with `minutes`; 0: no such bound."
    (.get self.given "epochs" MOST-EPOCHS)))


(defn train-model [run report]
  #[[Train as `run` (a `Run`) asks, showing it on `report`; return the `Checkpoint`.

  Raises what `textmodel.train` does.]]
  (setv begun (time.monotonic))
  (check-writable run.path)
  (with [_ (lock-model run.path)]
    (sweep run.path)
    (setv
      old (unless run.restart (_load-old run.path report))
      settings (if old (continued-settings old.settings run.given) (new-settings run.given)))
    (when (and old (not run.minutes) (_done? report run.path (why-done settings old.history)))
      (return old))
    (setv
      [ids vocabulary] (text-ids
        (_read run settings report)
        (fn [pieces] (_learn-vocabulary old settings pieces)))
      [kept held] (_split ids settings)
      checkpoint (if old
        (_continue old vocabulary settings report)
        (_begin run vocabulary kept settings report)))
    (_train run checkpoint kept held begun report)))


;; * Reading

(defn _read [run settings report]
  #[[Yield the text of the run's sources, prepared, in pieces.

  A recipe's own steps may look at the whole text, so with them it is in memory once.]]
  (setv
    recipe run.recipe
    own-prep (when recipe recipe.prep))
  (try
    (setv pieces (gfor
      piece (cut-at-space (read-pieces run.sources
        :encoding settings.encoding
        :progress report.download
        :folders (if (and recipe recipe.folder) [recipe.folder] [])
        :limit (* MB run.max-download)))
      (default-prep piece)))
    (when own-prep
      (setv pieces (cut-at-space [(own-prep (.join "" pieces))])))
    (for [piece pieces]
      (yield (if settings.lower (lower piece) piece)))
    (finally
      (.end-bar report))))


(defn _learn-vocabulary [old settings pieces]
  "Return the vocabulary of the text in `pieces`: that of the model `old`, grown, or a new one."
  (if old
    (get (.extend old.vocabulary pieces settings.max-words) 0)
    (Vocabulary.build pieces settings.unit settings.max-words)))


(defn _split [ids settings]
  "Return the ids to train on and those held out; raise `ValueError` if there are too few."
  (setv
    [kept held] (split-ids ids settings.validation settings.lookback)
    rows settings.batch-size)
  (when (> rows (len kept))
    (raise (ValueError (+ f"`batch_size` {rows} is more than the {(len kept)} {settings.unit} "
      "to train on; give a smaller one"))))
  #(kept held))


;; * The model to train

(defn _load-old [path report]
  #[[Return the model at `path` to go on with, or None if there is none.

  If only its `.bak` is left, that is an error which says what to do: no new model must take its
  place.]]
  (when (or (.exists path) (.exists (backup-path path)))
    (load-checkpoint path :resume True :warn report.warn)))


(defn _begin [run vocabulary ids settings report]
  "Return a new model that begins to learn from `ids` (time,): everything but its weights."
  (setv
    units (len ids)
    epochs (if (is settings.epochs None) (default-epochs units) settings.epochs)
    layers settings.layers)
  (unless layers
    (setv [layers why] (choose-layers units (if run.minutes run.max-epochs epochs) run.minutes))
    (.say report f"network chosen: {layers}: {why}"))
  (Checkpoint None vocabulary
    (replace settings
      :epochs epochs
      :layers layers
      :embedding (embedding-size (len vocabulary))
      :beginning (.decode vocabulary (get ids (slice 1)))
      :recipe (when run.recipe run.recipe.name))
    []))


(defn _continue [checkpoint vocabulary settings report]
  "Return the model with its new `settings` and its `vocabulary`, which may have grown."
  (setv
    checkpoint.settings settings
    added (cut vocabulary.units (len checkpoint.vocabulary) None))
  (when added
    (setv
      checkpoint.vocabulary vocabulary
      checkpoint.weights (_grown checkpoint.weights (len added)))
    (.say report (+ f"the vocabulary grows by {(len added)} to {(len vocabulary)}: "
      (.join " " (map repr (cut added SHOWN)))
      (if (> (len added) SHOWN) " …" ""))))
  checkpoint)


(defn _grown [weights n]
  #[[Return `weights` with room for `n` more units in the vocabulary.

  A new unit's embedding is the mean of those known, and it is as unlikely as the least likely.]]
  (setv [embedding #* middle kernel bias] weights)
  [
    (np.vstack [embedding (np.repeat (.mean embedding 0 :keepdims True) n 0)])
    #* middle
    (np.hstack [kernel (np.zeros #((len kernel) n) "float32")])
    (np.append bias (np.full n (.min bias)))])


;; * Training

(defn _train [run checkpoint ids held begun report]
  "Train `checkpoint` on `ids` and validate it on `held` (time,), unless it is trained; return it."
  (setv
    settings checkpoint.settings
    report.unit settings.unit
    deadline (when run.minutes (+ begun (* 60 run.minutes))))
  (unless (and (not deadline)
      (_done? report run.path (why-done settings checkpoint.history (fingerprint ids))))
    (.say report (_plan run checkpoint ids held deadline))
    (import-keras)  ; Keras takes seconds to come: all else is in order now
    (import lstm-textgen.training [Training])
    (.run (Training checkpoint ids held run.path report
      (Limits :save-every run.save-every :deadline deadline :max-epochs run.max-epochs))))
  checkpoint)


(defn _done? [report path why]
  "Say `why` there is nothing more to train, if so; return whether that is so."
  (when why
    (.say report f"{path}: {why}"))
  (bool why))


(defn _plan [run checkpoint ids held deadline]
  "Return one line that says what is going to be done."
  (setv
    settings checkpoint.settings
    unit settings.unit
    until (cond
      deadline (+ f"for {(/ (- deadline (time.monotonic)) 60) :.1f} minutes"
        (if run.max-epochs f" or `epochs` {run.max-epochs}, whichever ends first" ""))
      settings.epochs (+ f"`epochs` {settings.epochs}, "
        f"about {(* settings.epochs (len ids)) :,} {unit} in all")
      True "until it is stopped"))
  (+ f"{(len ids) :,} {unit} to learn from, {(len held) :,} to validate on, "
    f"{(len checkpoint.vocabulary)} distinct; network {settings.layers}; {until}"))
