"A training run: sources and settings → a trained model, saved as it learns."

(eval-when-compile (require hyrule [unless]))
(import
  collections [Counter]
  dataclasses [make-dataclass replace]
  functools [partial]
  math [ceil prod]
  sys
  time
  zlib
  lstm-textgen.basics.files [locked]
  lstm-textgen.basics.machine [MB]
  lstm-textgen.display.plain [Plan Silent source-names]
  lstm-textgen.learning.bases [FAMILIAR STRANGE base-settings bits-of check-same grow-vocabulary
    load-base stem suggestion unused]
  lstm-textgen.learning.batches [HeldOut fitting-lookback keep-arc split-ids streams?
    unit-lengths]
  lstm-textgen.learning.learner.choice [fastest-backend machine-speed]
  lstm-textgen.learning.learner.machines [ProcessGroup join]
  lstm-textgen.learning.learner.quiet [check-keras import-keras]
  lstm-textgen.learning.schedule [Limits RESERVE STEADY-ROWS why-done]
  lstm-textgen.modelfile.checkpoint [Checkpoint load-old]
  lstm-textgen.modelfile.history [WORDS-ALONE add-lengths entries-on losses-of]
  lstm-textgen.modelfile.keraslayout [weight-shapes]
  lstm-textgen.modelfile.outputs [check-run-outputs]
  lstm-textgen.modelfile.places [check-room check-writable sweep]
  lstm-textgen.pages.report [write-report]
  lstm-textgen.prep [default-prep lower]
  lstm-textgen.settings.layers [embedding-size parse-layers]
  lstm-textgen.settings.sizing [MEASURED choose-layers choose-tuning default-batch-size
    default-epochs default-unit most-epochs with-dropout]
  lstm-textgen.settings.table [continued-settings fine-tuned? new-settings settings-in]
  lstm-textgen.text.corpus [PIECE cut-at-space fingerprint prepared-pieces seed-within text-ids]
  lstm-textgen.text.files [read-pieces]
  lstm-textgen.text.vocabulary [build-vocabulary check-words])

(setv
  SAVED 16  ; bytes of a weight in a model file: the best, the last, and Adam's two means
  MOST-NOTED 10  ; documents that a run summarises
  MOST-PEOPLE 20)  ; of a chat, whose names a model stores

;; The settings of a run: those that no model file keeps, and the base, of which it keeps a record.
(setv RUN-DEFAULTS (dfor
  setting (settings-in "train")
  :if (or (not-in setting (settings-in "model")) (= setting.name "base"))
  setting.name setting.default))

(setv Run (make-dataclass "Run" ["given" "prep" "recipe" "callbacks" #* RUN-DEFAULTS]
  :frozen True
  :namespace {"__doc__" #[[The request for a training run.

  `given`: the settings of the model that were given, a dict that `check-given` has seen; `prep`: a
  text → text function or None; `recipe`: a `Recipe` or None; `callbacks`: a list. The others are
  `RUN-DEFAULTS`, as `textmodel.train` describes them, but `sources` is a list as `read-pieces`
  takes it, and `path` the model's `Path`.]]}))


(defn train-model [run report]
  #[[Train as `run` (a `Run`) asks, showing it on `report`; return the `Checkpoint`.

  Raises what `textmodel.train` does.]]
  (setv begun (time.monotonic))
  (check-keras)
  (with [group (if run.distributed (join report) (ProcessGroup))]
    (unless group.leader?
      (setv run (replace run :callbacks [] :tensorboard None :csv None :report None))
      (return (.train (.prepare (Runner run group (Silent) begun)))))
    (check-writable run.path)
    (check-run-outputs run)
    (with [_ (locked run.path)]
      (sweep run.path)
      (.train (.prepare (Runner run group report begun))))))


(defclass Runner []
  #[[Prepares a run, then trains.

  - `run`: the request, a `Run`; `group`: the processes that train together, a `ProcessGroup`;
    `report`: what shows it; `begun`, `deadline`: by `time.monotonic`, the latter None unless it
    has `minutes`.
  - From `prepare` on, `checkpoint`: the model, and `new`: whether it hasn't been trained yet;
    `ids`: the training text (time,); `held`: the held-out text, a `HeldOut`, or None; `text`: the
    fingerprint of `ids`; `vocabulary`: that of the text; `lengths`: its `unit-lengths`; `noted`
    and `people`: the number of documents, and each person's number of messages in them.]]

  (defn __init__ [self run group report begun]
    (setv
      [self.run self.group self.report self.begun] [run group report begun]
      self.deadline (when run.minutes (+ begun (* 60 run.minutes)))
      [self.noted self.people] [0 (Counter)]))

  ;; * Preparing

  (defn prepare [self]
    "Find the settings, read the text, make the model ready for training; return self."
    (setv [run group] [self.run self.group])
    (.check-versions group)
    (setv
      old (.leaders-model group (when (and group.leader? (not run.restart))
        (load-old run.path self.report.warn)))
      base (cond
        (not run.base) None
        old (check-same old.settings.base run.base)
        True (load-base run.base self.report.warn))
      settings (cond
        old (continued-settings old.settings run.given)
        base (base-settings base run.base run.given)
        True (new-settings run.given)))
    (.check-alike group "their settings" (str [run.given run.minutes]))
    (setv [ids settings] (.read self (.pieces self settings) settings (or old base)))
    (setv settings (.hold-out self settings ids))
    (when (and base (.no-help? self base))
      (setv
        base None
        own {"lower" settings.lower  "base" (unused settings.base)}
        [ids settings] (.read self (.text-of self ids) (new-settings {#** run.given #** own}))
        settings (.hold-out self settings ids)))
    (check-words settings run.given (fine-tuned? settings.base))
    (setv
      settings (.described self settings (is old None))
      self.checkpoint (cond
        old (.resume self old settings)
        base (.fine-tune self base settings)
        True (.begin self settings))
      self.new (not (or self.checkpoint.history self.checkpoint.resume)))
    (grow-vocabulary self.checkpoint self.vocabulary self.ids self.report)
    (setv self.lengths (unit-lengths self.checkpoint.vocabulary self.ids self.held))
    (add-lengths self.checkpoint self.lengths)
    (when run.minutes (.check-time-left self))
    (.note-devices self)
    (.keep-own-share self self.checkpoint.settings)
    self)

  (defn described [self settings new]
    "Return `settings` with what a model stores of its text and, if `new`, its first unit."
    (when self.people
      (setv names (gfor
        [name _] (.most-common self.people MOST-PEOPLE)
        (.as-learned self name settings)))
      (setv settings (replace settings :people (list (dict.fromkeys (filter None names))))))
    (if new
      (replace settings
        :beginning (.decode self.vocabulary (get self.ids (slice 1)))
        :recipe (when self.run.recipe self.run.recipe.name))
      settings))

  (defn as-learned [self name settings]
    "Return a person's `name` as the prepared text has it, perhaps masked; \"\" if it has none."
    (setv line (default-prep f"{name}:"))
    (try
      (when self.run.prep (setv line (self.run.prep line)))
      (except [Exception] (return "")))  ; a step of the recipe's own that needs the whole text
    (when settings.lower (setv line (lower line)))
    (setv [name colon _] (.partition (.strip line) ":"))
    (if colon name ""))

  (defn read [self pieces settings [known None]]
    #[[Return #(ids settings): the ids (time,) of the text of `pieces`, `settings` with its unit.

    The vocabulary is that of `known`, a model, with new units, or else a new one.]]
    (setv [ids self.vocabulary] (text-ids pieces (fn [pieces]
      (if known
        (.extend known.vocabulary pieces settings.max-words)
        (.new-vocabulary self pieces settings)))))
    #( ids
      (if (= settings.unit self.vocabulary.unit)
        settings
        (replace settings
          :unit self.vocabulary.unit :max-words (.get self.run.given "max_words")))))

  (defn new-vocabulary [self pieces settings]
    "Return the vocabulary of the text of `pieces`, by its default unit if none was given."
    (setv
      build (fn [unit most] (build-vocabulary pieces unit most))
      vocabulary (build settings.unit settings.max-words))
    (when (.get self.run.given "unit") (return vocabulary))
    (setv
      length (sum (map len pieces))
      unit (default-unit length (len vocabulary) self.run.minutes))
    (when (= unit settings.unit) (return vocabulary))
    (.say self.report
      f"learning {unit}, the default for {length :,} characters; for another unit, give `unit`")
    (.doing self.report f"finding {unit}")
    (build unit (.get self.run.given "max_words")))

  (defn no-help? [self base]
    #[[Return whether `base` predicts the text worse than `STRANGE`, and show it.

    Never so of a base by words: its figure is ∞ where it lacks a tenth of the text's words.]]
    ;; The leader says, as processes may round in different ways.
    (setv
      self.bits (.leader-says self.group (float (bits-of base self.vocabulary self.ids)))
      none (and (is base.vocabulary.unknown None) (> self.bits STRANGE)))
    (when none
      (.say self.report
        f"the base {(stem self.run.base)} doesn't know such text; training from scratch"))
    none)

  (defn text-of [self ids]
    "Yield the text of `ids` (time,) in pieces."
    (setv decode self.vocabulary.decode)
    (cut-at-space (gfor n (range 0 (len ids) PIECE) (decode (cut ids n (+ n PIECE))))))

  (defn hold-out [self settings ids]
    #[[Keep `ids` (time,) to train on, but for the last part, which is held out.

    Return the `settings`; where the text is too short for a base's lookback, with a shorter one.
    Raise `ValueError` if the text is too short, or differs between the processes.]]
    (when (and (fine-tuned? settings.base) (not-in "lookback" self.run.given))
      (setv most (fitting-lookback settings.lookback (len ids) settings.validation))
      (setv settings (replace settings :lookback most :stride (min settings.stride most))))
    (setv
      [self.ids self.held] (split-ids ids settings.validation settings.lookback settings.unit)
      [rows units] [settings.batch-size (len self.ids)])
    (when (and rows (> rows units))
      (raise (ValueError (+ f"`batch_size` {rows} is more than the {units} {settings.unit} "
        "of training text; give a smaller one"))))
    (.check-alike self.group "their texts (units and checksums)"
      f"{(fingerprint ids)}, {(zlib.crc32 (.encode (.to-json self.vocabulary))) :08x}")
    (setv
      self.text (fingerprint self.ids)
      self.report.seed (seed-within self.ids self.vocabulary))
    settings)

  (defn pieces [self settings]
    #[[Yield the text of the run's sources, prepared, in pieces.

    A recipe's own steps may look at the whole text, so with them it is in memory once.]]
    (setv [run report] [self.run self.report])
    (when run.sources (.doing report f"reading {(source-names run.sources)}"))
    (try
      (setv pieces (prepared-pieces (read-pieces run.sources
        :encoding settings.encoding :only run.only :column run.column
        :progress report.download :note self.note :warn report.warn
        :folders (if (and run.recipe run.recipe.folder) [run.recipe.folder] [])
        :limit (* MB run.max-download))))
      (when run.prep (setv pieces (cut-at-space [(run.prep (.join "" pieces))])))
      (for [piece pieces] (yield (if settings.lower (lower piece) piece)))
      (finally (.end-bar report))))

  (defn note [self name understood]
    "Show the summary of the document `name`, unless there are many; count its people."
    (when understood.turns (.update self.people understood.people))
    (+= self.noted 1)
    (cond
      (<= self.noted MOST-NOTED) (.say self.report f"{name}: {understood.words}")
      (= self.noted (+ MOST-NOTED 1)) (.say self.report "… and more documents")))

  (defn resume [self checkpoint settings]
    "Return the model `checkpoint`, ready to continue with its new `settings`."
    (unless (entries-on checkpoint.history self.text)  ; a new text
      (setv settings (replace settings :epochs (.epochs self settings.unit))))
    (setv
      [before now] (lfor s [checkpoint.settings settings] [s.batch-size s.lookback s.stride])
      resume checkpoint.resume)
    (when (and resume (!= before now) (> resume.progress.step 0))
      (setv resume.progress (replace resume.progress :step 0 :loss-sum 0.0))
      (.say self.report
        "batch size, lookback or stride changed: restarting this epoch"))
    (setv
      checkpoint.settings settings
      checkpoint.half False)  ; 16-bit weights are only for models that aren't trained
    checkpoint)

  (defn fine-tune [self base settings]
    "Return a new model that begins with the weights of `base` (a `Checkpoint`)."
    (setv
      given self.run.given
      speed (.speed self base.settings.layers)
      tuning (choose-tuning (len self.ids) self.run.minutes given
        :familiar (< self.bits FAMILIAR)
        :unit settings.unit :weights base.weight-count :speed speed))
    (Checkpoint base.weights base.vocabulary
      (replace settings
        :epochs tuning.epochs
        :batch-size (or settings.batch-size (.even-rows self.group tuning.batch-size))
        :learning-rate (* settings.learning-rate (if (in "learning_rate" given) 1 tuning.rate))
        :layers (or settings.layers (with-dropout base.settings.layers tuning.dropout))
        :why f"fine-tuned from {(stem self.run.base)}, {tuning.why}")
      []))

  (defn begin [self settings]
    "Return a new model without weights; choose its network unless it was given."
    (setv
      [given minutes] [self.run.given self.run.minutes]
      epochs (.epochs self settings.unit)
      [layers why] [settings.layers ""]
      refused (when self.run.base (stem self.run.base))
      hint (suggestion self.vocabulary self.ids given refused))
    (when hint (.say self.report hint))
    (unless layers
      (setv [layers why] (choose-layers
        (len self.ids) (if minutes (.max-epochs self settings) epochs) minutes
        settings.unit (.speed self (parse-layers MEASURED)))))
    (Checkpoint None self.vocabulary
      (replace settings
        :epochs epochs :layers layers :why why
        :batch-size (or settings.batch-size
          (.even-rows self.group (default-batch-size (len self.ids))))
        :embedding (embedding-size (len self.vocabulary)))
      []))

  (defn epochs [self unit]
    "Return the number of epochs for the text: the one given, or by its length in `unit`."
    (.get self.run.given "epochs" (default-epochs (len self.ids) unit)))

  (defn max-epochs [self settings]
    "Return the maximum epochs of a run with `minutes`; 0: no limit."
    (.get self.run.given "epochs"
      (if (fine-tuned? settings.base)
        settings.epochs
        (most-epochs (len self.ids) settings.unit))))

  (defn speed [self layers]
    "Return this machine's speed with such `layers`, relative to that of `sizing.hy`."
    (unless self.run.minutes (return 1))
    (.load-keras self layers)
    (.leader-says self.group (machine-speed self.report)))

  (defn load-keras [self layers]
    "Import Keras to train `layers`; the first time takes seconds."
    (unless (in "keras" sys.modules) (.doing self.report "loading Keras"))
    (when (import-keras (fastest-backend layers))
      (.say self.report "training on PyTorch, the fastest backend on this processor")))

  (defn check-time-left [self]
    "Raise `ValueError` if preparation has left too little of the run's `minutes`."
    (setv spent (- (time.monotonic) self.begun))
    (when (< (- (* 60 self.run.minutes) spent) RESERVE)
      (raise (ValueError (+ f"`minutes` {self.run.minutes :g} leaves too little for training, as "
        f"preparing the run took {spent :.0f} s; give at least "
        f"`minutes` {(/ (ceil (/ (+ spent (* 2 RESERVE)) 6)) 10) :g}")))))

  (defn note-devices [self]
    "Record the devices in the model; show a change since a resumed model's last run."
    (setv
      model self.checkpoint
      before model.settings.devices
      now (.describe self.group)
      [was is-now] (gfor each [before now] (or each "one process without `distributed`"))
      model.settings (replace model.settings :devices now))
    (when (and model.resume (!= before now))
      (.say self.report (+ f"trained on {was} before, on {is-now} now: weights, optimizer and "
        "place in the text continue, but results will differ in the last bits"))))

  (defn keep-own-share [self settings]
    "Keep the text that this process reads; raise `ValueError` if rows can't be split evenly."
    (setv
      shape #(settings.batch-size settings.lookback)
      own (.own-rows self.group settings.batch-size)
      self.held (when (len self.held) (HeldOut self.ids self.held shape own)))
    (when (and (> self.group.processes 1) (streams? settings))
      (setv self.ids (keep-arc self.ids shape own))))

  ;; * Training

  (defn train [self]
    "Train the model, unless that is done; return its `Checkpoint`."
    (setv
      [run report model] [self.run self.report self.checkpoint]
      settings model.settings
      done (unless run.minutes (why-done settings model.history self.text)))
    (when done
      (.warn report f"{run.path} is already trained on this text: {(.join "; " done)}")
      (when run.report (write-report run.report run.path model))
      (return model))
    (when self.group.leader?
      (setv weights (sum (gfor [_ shape] (weight-shapes model.spec) (prod shape))))
      (check-room run.path (* SAVED weights)))
    (try
      (unless (is model.vocabulary.unknown None) (.say report WORDS-ALONE))
      (.begin-run report (.plan self))
      (.load-keras self settings.layers)  ; everything else is valid by now
      (import
        lstm-textgen.learning.learner.callbacks [run-callbacks]
        lstm-textgen.learning.learner.network [apple-gpu?]
        lstm-textgen.learning.training [Training])
      (when (apple-gpu?)
        (.say report "training on Apple's GPU, and on the CPU for operations that it lacks"))
      (setv larger (and self.new (not model.vocabulary.several) (not (fine-tuned? settings.base))
        (>= settings.batch-size STEADY-ROWS) (not-in "learning_rate" run.given)))
      (.run (Training model self.ids self.held run.path report
        (Limits run.save-every self.deadline (.max-epochs self settings) larger)
        (partial run-callbacks run model report (not self.new))
        self.group
        self.lengths))
      (finally (.end-bar report))))

  (defn plan [self]
    "Return the `Plan` of the training."
    (setv [model settings] [self.checkpoint self.checkpoint.settings])
    (Plan
      :source (source-names self.run.sources) :path (str self.run.path)
      :units (len self.ids) :held (if self.held (len self.held) 0)
      :distinct (len model.vocabulary) :unit settings.unit
      :layers (str settings.layers) :why settings.why :new self.new
      :epochs (if self.deadline (.max-epochs self settings) settings.epochs)
      :seconds (when self.deadline (- self.deadline (time.monotonic)))
      :losses (list (map losses-of (entries-on model.history self.text))))))
