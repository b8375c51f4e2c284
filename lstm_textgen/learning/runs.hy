"A training run: sources and settings → a trained model, saved as it learns."

(eval-when-compile (require hyrule [unless]))
(import
  collections.abc [Callable]
  dataclasses [dataclass replace]
  math [ceil]
  os [PathLike]
  os.path [isfile realpath]
  pathlib [Path]
  sys
  time
  zlib
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.values [clip]
  lstm-textgen.learning.bases [base-settings begun-from check-same grown-weights load-base
    suggestion]
  lstm-textgen.learning.batches [VALIDATED fingerprint keep-arc split-ids streams?]
  lstm-textgen.learning.learner.choice [fastest-backend]
  lstm-textgen.learning.learner.machines [ProcessGroup join]
  lstm-textgen.learning.learner.quiet [import-keras]
  lstm-textgen.learning.schedule [Limits RESERVE why-done]
  lstm-textgen.modelfile.checkpoint [Checkpoint backup-path load-old]
  lstm-textgen.modelfile.outputs [TABLE begins-as? check-apart check-log-folder check-output]
  lstm-textgen.modelfile.places [check-writable lock-model sweep]
  lstm-textgen.pages.report [write-report]
  lstm-textgen.prep [default-prep lower]
  lstm-textgen.report.plain [Plan Silent]
  lstm-textgen.settings.layers [embedding-size parse-layers]
  lstm-textgen.settings.sizing [MEASURED choose-layers default-batch-size default-epochs
    most-epochs]
  lstm-textgen.settings.table [continued-settings new-settings]
  lstm-textgen.text.corpus [cut-at-space text-ids]
  lstm-textgen.text.files [read-pieces]
  lstm-textgen.text.recipes [Recipe]
  lstm-textgen.text.vocabulary [Vocabulary check-words]
  lstm-textgen.writing.history [epochs-of])

(setv
  SHOWN 20           ; units that the vocabulary grew by, of those that are shown
  NAMED 60)          ; characters of the sources' names


(defclass [(dataclass :frozen True)] Run []
  #[[What a training run is asked to do.

  `sources`: as `read-pieces` takes them; `path`: of the model (Path); `given`: the settings that
  were given, a dict that `check-given` has seen; `prep`: a text → text function or None; the
  others as `textmodel.train` describes them.]]
  #^ list sources
  #^ Path path
  #^ dict given
  (setv
    #^ Callable prep None
    #^ Recipe recipe None
    #^ (| list tuple) callbacks #()
    #^ str tensorboard None
    #^ str csv None
    #^ str report None
    #^ bool overwrite False
    #^ str base None
    #^ bool restart False
    #^ float minutes None
    #^ bool distributed False
    #^ float save-every 10
    #^ float max-download 1024)

  (defn max-epochs [self settings units]
    "Return how many epochs a run with `minutes` has at most on so many `units`; 0: no bound."
    (.get self.given "epochs"
      (if settings.base settings.epochs (most-epochs units settings.unit)))))


(defn train-model [run report]
  #[[Train as `run` (a `Run`) asks, showing it on `report`; return the `Checkpoint`.

  Raises what `textmodel.train` does.]]
  (setv begun (time.monotonic))
  (with [team (if run.distributed (join report) (ProcessGroup))]
    (unless team.leader?
      (setv run (replace run :callbacks #() :tensorboard None :csv None :report None))
      (return (_train run #* (_prepare run team begun (Silent)) team begun (Silent))))
    (check-writable run.path)
    (_check-outputs run)
    (with [_ (lock-model run.path)]
      (sweep run.path)
      (_train run #* (_prepare run team begun report) team begun report))))


(defn _prepare [run team begun report]
  "Return #(checkpoint kept held): the model to train, the ids to train on, those held out."
  (.check-versions team)
  (setv
    old (.leaders-model team (when (and team.leader? (not run.restart))
      (load-old run.path report.warn)))
    base (_load-base run old report)
    settings (cond
      old (continued-settings old.settings run.given)
      base (base-settings base run.base run.given)
      True (new-settings run.given)))
  (check-words settings run.given)
  (.check-alike team "their settings" (str run.given))
  (setv
    [ids vocabulary] (text-ids
      (_read run settings report)
      (fn [pieces] (_learn-vocabulary (or old base) settings pieces)))
    [kept held] (_split ids settings))
  (.check-alike team "their texts (units and checksums)"
    f"{(fingerprint ids)}, {(zlib.crc32 (.encode (.to-json vocabulary))) :08x}")
  (setv checkpoint (cond
    old (_continue run old vocabulary kept settings report)
    base (_begin-from run base vocabulary kept settings team report)
    True (_begin run vocabulary kept settings team report)))
  (when run.minutes
    (_check-time-left run begun))
  (_note-devices checkpoint team report)
  #(checkpoint #* (_own-share kept held checkpoint.settings team)))


(defn _own-share [kept held settings team]
  "Return of `kept` and `held` (time,) what this process reads: the rest can be forgotten."
  (setv own (.own-rows team settings.batch-size))
  (when (= team.processes 1)
    (return #(kept held)))
  #(
    (if (streams? settings)
      (keep-arc kept #(settings.batch-size settings.lookback) own)
      kept)
    (.copy (cut held VALIDATED))))


;; * Outputs

(defn _check-outputs [run]
  "Raise an error now if the run would write over what it reads, or where it can't."
  (setv files (lfor
    source run.sources
    :if (or (= source "-") (hasattr source "read") (isfile source))
    source))
  (check-apart "path" [run.path (backup-path run.path)] files)
  (for [[name path] [["csv" run.csv] ["report" run.report]]  :if path]
    (check-output name path run.sources [run.path] run.overwrite (_folders run)))
  (when (and run.csv run.report (= (realpath run.csv) (realpath run.report)))
    (raise (ValueError f"`csv` and `report` are the same file {run.csv}; give two")))
  (when run.tensorboard
    (check-log-folder run.tensorboard)))


(defn _folders [run]
  "Return the list of folders in which a source's bare name is also looked for."
  (if (and run.recipe run.recipe.folder) [run.recipe.folder] []))


;; * Reading

(defn _read [run settings report]
  #[[Yield the text of the run's sources, prepared, in pieces.

  A recipe's own steps may look at the whole text, so with them it is in memory once.]]
  (when run.sources
    (.doing report f"reading {(_source run)}"))
  (try
    (setv pieces (gfor
      piece (cut-at-space (read-pieces run.sources
        :encoding settings.encoding
        :progress report.download
        :warn report.warn
        :folders (_folders run)
        :limit (* MB run.max-download)))
      (default-prep piece)))
    (when run.prep
      (setv pieces (cut-at-space [(run.prep (.join "" pieces))])))
    (for [piece pieces]
      (yield (if settings.lower (lower piece) piece)))
    (finally
      (.end-bar report))))


(defn _source [run]
  "Return the names of what the run reads."
  (clip
    (.join ", " (gfor
      source run.sources
      (cond
        (= source "-") "standard input"
        (isinstance source #(str PathLike)) (str source)
        True (str (getattr source "name" "the given text")))))
    NAMED))


(defn _learn-vocabulary [old settings pieces]
  "Return the vocabulary of the text in `pieces`: that of a model, `old`, grown, or a new one."
  (if old
    (get (.extend old.vocabulary pieces settings.max-words) 0)
    (Vocabulary.build pieces settings.unit settings.max-words)))


(defn _split [ids settings]
  "Return the ids to train on and those held out; raise `ValueError` if there are too few."
  (setv
    [kept held] (split-ids ids settings.validation settings.lookback settings.unit)
    rows settings.batch-size)
  (when (and rows (> rows (len kept)))
    (raise (ValueError (+ f"`batch_size` {rows} is more than the {(len kept)} {settings.unit} "
      "to train on; give a smaller one"))))
  #(kept held))


(defn _check-time-left [run begun]
  "Raise `ValueError` if what came before training has left too little of the run's `minutes`."
  (setv
    spent (- (time.monotonic) begun)
    whole (* 60 run.minutes))
  (when (< (- whole spent) RESERVE)
    (raise (ValueError (+ f"`minutes` {run.minutes :g} leaves too little for training, as reading "
      f"the text and preparing took {spent :.0f} s; give at least "
      f"`minutes` {(/ (ceil (/ (+ spent (* 2 RESERVE)) 6)) 10) :g}")))))


;; * The model to train

(defn _load-base [run old report]
  "Return the model that a new one shall begin from, or None; `old` is the one there, if any."
  (cond
    (is run.base None) None
    old (check-same old.settings.base run.base)
    True (load-base run.base report.warn)))


(defn _begin-from [run base vocabulary ids settings team report]
  "Return a new model that begins with what `base` knows and is about to learn from `ids` (time,)."
  (setv checkpoint (begun-from base run.base
    (replace settings
      :beginning (.decode vocabulary (get ids (slice 1)))
      :recipe (when run.recipe run.recipe.name))
    vocabulary ids run.given run.minutes (_speed run base.settings.layers team report)))
  (unless settings.batch-size
    (setv rows (.even-rows team checkpoint.settings.batch-size)
      checkpoint.settings (replace checkpoint.settings :batch-size rows)))
  (_grow-if-needed checkpoint vocabulary ids report)
  checkpoint)


(defn _begin [run vocabulary ids settings team report]
  "Return a new model that begins to learn from `ids` (time,): everything but its weights."
  (setv
    units (len ids)
    epochs (_epochs run ids settings)
    [layers why] [settings.layers ""]
    hint (suggestion vocabulary ids))
  (when hint
    (.say report hint))
  (unless layers
    (setv [layers why] (choose-layers
      units (if run.minutes (.max-epochs run settings units) epochs)
      run.minutes settings.unit (_speed run (parse-layers MEASURED) team report))))
  (Checkpoint None vocabulary
    (replace settings
      :epochs epochs
      :batch-size (or settings.batch-size (.even-rows team (default-batch-size units)))
      :layers layers
      :why why
      :embedding (embedding-size (len vocabulary))
      :beginning (.decode vocabulary (get ids (slice 1)))
      :recipe (when run.recipe run.recipe.name))
    []))


(defn _note-devices [checkpoint team report]
  "Let the model know what it is trained on now; say so if that was something else before."
  (setv
    before checkpoint.settings.devices
    now (.describe team)
    [was is-now] (gfor each [before now] (or each "one process without `distributed`"))
    checkpoint.settings (replace checkpoint.settings :devices now))
  (when (and checkpoint.resume (!= before now))
    (.say report (+ f"trained on {was} before, on {is-now} now: from the same weights, optimizer "
      "and place in the text, but no longer to the last bit"))))


(defn _speed [run layers team report]
  "Return how many times as fast as the machine of `sizing.hy` this one trains such `layers`."
  (unless run.minutes
    (return 1))
  (_load-keras layers report)
  (import lstm-textgen.learning.learner.speed [machine-speed])
  (.leader-says team (machine-speed report)))


(defn _load-keras [layers report]
  "Import Keras to train `layers`, which takes seconds to come, and say so."
  (unless (in "keras" sys.modules) (.doing report "loading Keras"))
  (when (import-keras (fastest-backend layers))
    (.say report "training on PyTorch, which is the fastest on this processor")))


(defn _epochs [run ids settings]
  "Return how many epochs the text of `ids` gets: those given, or by its length."
  (.get run.given "epochs" (default-epochs (len ids) settings.unit)))


(defn _continue [run checkpoint vocabulary ids settings report]
  "Return the model, about to learn from `ids` (time,), with its new `settings` and `vocabulary`."
  (unless (epochs-of checkpoint.history (fingerprint ids))  ; text that it hasn't learned from
    (setv settings (replace settings :epochs (_epochs run ids settings))))
  (_start-epoch-again checkpoint settings report)
  (setv
    checkpoint.settings settings
    checkpoint.half False)  ; weights of 16 bits are for models that don't learn
  (_grow-if-needed checkpoint vocabulary ids report)
  checkpoint)


(defn _start-epoch-again [checkpoint settings report]
  "Let the epoch under way start again if its windows are cut in another way with `settings`."
  (setv
    [before now] (lfor s [checkpoint.settings settings] [s.batch-size s.lookback s.stride])
    resume checkpoint.resume)
  (when (and resume (!= before now) (> resume.progress.step 0))
    (setv resume.progress (replace resume.progress :step 0 :loss-sum 0.0))
    (.say report "the windows are cut in another way now, so the epoch under way starts again")))


(defn _grow-if-needed [checkpoint vocabulary ids report]
  "Give the model the `vocabulary`, and say which units it has beside those that are known."
  (setv added (cut vocabulary.units (len checkpoint.vocabulary) None))
  (unless added
    (return))
  (setv
    checkpoint.weights (grown-weights checkpoint.weights
      checkpoint.vocabulary added ids)
    checkpoint.vocabulary vocabulary
    checkpoint.evaluation None)
  (.say report (+ f"the vocabulary grows by {(len added)} to {(len vocabulary)}: "
    (.join " " (map repr (cut added SHOWN)))
    (if (> (len added) SHOWN) " …" ""))))


;; * Training

(defn _train [run checkpoint ids held team begun report]
  "Train `checkpoint` on `ids` and validate it on `held` (time,), unless it is trained; return it."
  (setv
    settings checkpoint.settings
    report.unit settings.unit
    deadline (when run.minutes (+ begun (* 60 run.minutes)))
    most (.max-epochs run settings (len ids))
    resumed (bool (or checkpoint.history checkpoint.resume))
    larger (and checkpoint.vocabulary.hasty
      (not (or resumed settings.base (in "learning_rate" run.given))))
    done (unless deadline (why-done settings checkpoint.history (fingerprint ids))))
  (when done
    (.warn report f"nothing was trained: {run.path}: {(.join "; " done)}")
    (when run.report
      (write-report run.report run.path checkpoint))
    (return checkpoint))
  (try
    (.begin-run report (_plan run checkpoint resumed ids held deadline))
    (_load-keras settings.layers report)  ; all else is in order now
    (import
      lstm-textgen.learning.learner.logs [ReportPage log-callbacks]
      lstm-textgen.learning.network [apple-gpu?]
      lstm-textgen.learning.training [Training])
    (when (apple-gpu?)
      (.say report "training on Apple's GPU, and on the processor where it lacks an operation"))
    (.run (Training checkpoint ids held run.path report
      (Limits run.save-every deadline most larger)
      [ #* run.callbacks
        #* (log-callbacks run.tensorboard run.csv (and resumed run.csv (begins-as? run.csv TABLE)))
        #* (if run.report [(ReportPage run.report run.path checkpoint report.warn)] [])]
      team))
    (finally
      (.end-bar report))))


(defn _plan [run checkpoint resumed ids held deadline]
  "Return the `Plan` of what is going to be done."
  (setv
    settings checkpoint.settings
    text (fingerprint ids))
  (Plan
    :source (_source run)
    :path (str run.path)
    :units (len ids)
    :held (len held)
    :distinct (len checkpoint.vocabulary)
    :unit settings.unit
    :layers (str settings.layers)
    :why settings.why
    :new (not resumed)
    :epochs (if deadline (.max-epochs run settings (len ids)) settings.epochs)
    :seconds (when deadline (- deadline (time.monotonic)))
    :losses (lfor
      entry checkpoint.history
      :if (= (get entry "text") text)
      #((get entry "loss") (.get entry "validation_loss")))))
