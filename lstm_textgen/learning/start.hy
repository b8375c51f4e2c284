"The start of a run: what was asked for → a text in units → a model that is ready to learn it."

(eval-when-compile (require hyrule [unless]  lstm-textgen.basics.forms [defrecord]))
(import
  collections [Counter]
  contextlib [ExitStack]
  dataclasses [replace]
  itertools [count]
  math [ceil inf]
  sys
  time
  zlib
  numpy :as np
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.display.plain [Display source-names]
  lstm-textgen.learning.bases [FAMILIAR STRANGE base-settings bits-of check-same fitted-bias
    grow-vocabulary load-base stem suggestion]
  lstm-textgen.learning.batches [fitting-lookback split-ids unit-lengths]
  lstm-textgen.learning.learner.choice [fastest-backend machine-speed]
  lstm-textgen.learning.learner.machines [ProcessGroup]
  lstm-textgen.learning.learner.quiet [import-keras]
  lstm-textgen.learning.schedule [RESERVE]
  lstm-textgen.modelfile.checkpoint [Checkpoint load-old]
  lstm-textgen.modelfile.history [add-lengths entries-on]
  lstm-textgen.prep [lower prepared-name]
  lstm-textgen.settings.layers [embedding-size parse-layers]
  lstm-textgen.settings.models [Request continued-settings new-settings of-model]
  lstm-textgen.settings.sizing [MEASURED choose-layers choose-tuning default-batch-size
    default-epochs default-unit most-epochs with-dropout]
  lstm-textgen.text.corpus [cut-at-space fingerprint ids-of prepared-pieces seed-within]
  lstm-textgen.text.files [read-chunks]
  lstm-textgen.text.lists [read-list]
  lstm-textgen.text.looks [hint-at-list]
  lstm-textgen.text.units [Vocabulary]
  lstm-textgen.text.vocabulary [build-vocabulary check-words])

(setv
  MOST-NOTED 10  ; documents that a run summarizes
  MOST-PEOPLE 20)  ; of a chat, whose names a model stores


(defrecord Run "A training run: what was asked for, who trains, and what shows it." [
    #^ Request asked  ; `sources` is a list as `read-chunks` takes it, `path` the model's `Path`
    #^ ProcessGroup group
    #^ Display report
    #^ object deadline])  ; when it must end, by `time.monotonic`; None if it has no `minutes`


(defrecord Corpus "The text of a run, in units." [
    #^ np.ndarray ids   ; (time,) to train on
    #^ np.ndarray held  ; (time,) held out
    #^ Vocabulary vocabulary
    #^ str text  ; the fingerprint of `ids`
    #^ object [listing None]])  ; the `Listing` that it is, if it is one


(defrecord Start "A model that is ready to train, and what it is trained on." [
    #^ Checkpoint checkpoint
    #^ bool new  ; whether it hasn't been trained yet
    #^ Corpus corpus
    #^ dict lengths  ; the `unit-lengths` of the text
    #^ int epochs  ; on this text, in a run with `minutes` in this run (0: no limit)
    #^ object [speed None]])  ; the `measured-speed`, if the run had to know it


(defn prepare [run]
  "Return the `Start` of `run`; raise what `textmodel.train` does."
  (setv
    [asked people] [run.asked (Counter)]
    [old base settings] (_models run)
    [corpus settings bits] (_text-in-units run old base settings people))
  (check-words settings asked settings.fine-tuned?)
  (setv
    run.report.seed (seed-within corpus.ids corpus.vocabulary)
    settings (_described run settings corpus people (is old None))
    speed (when (and asked.minutes (not old) (or settings.fine-tuned? (not settings.layers)))
      (measured-speed run
        (if settings.fine-tuned? base.settings.layers (parse-layers MEASURED))))
    checkpoint (cond
      old (_resumed run old settings corpus)
      settings.fine-tuned? (_fine-tuned run base settings corpus bits (or speed 1))
      True (_fresh run settings corpus (or speed 1)))
    settings checkpoint.settings
    new (not (or checkpoint.history checkpoint.resume)))
  (cond
    corpus.listing (.add-to corpus.listing checkpoint new run.report)
    (not (or old people)) (hint-at-list corpus.vocabulary corpus.ids corpus.held run.report))
  (setv
    known (len checkpoint.vocabulary)
    grows (> (len corpus.vocabulary) known)
    lengths (unit-lengths corpus.vocabulary corpus.ids corpus.held))
  (when grows (grow-vocabulary checkpoint corpus.vocabulary corpus.ids run.report))
  (when (or grows (and new settings.fine-tuned?))
    (setv bias (.leader-says run.group (.tolist (fitted-bias checkpoint known corpus.ids))))
    (setv checkpoint.weights [#* (cut checkpoint.weights -1) (np.array bias "float32")]))
  (when old (add-lengths checkpoint lengths))
  (when asked.minutes (_check-time-left run))
  (setv epochs (if (or (not asked.minutes) settings.fine-tuned? (in "epochs" asked))
    settings.epochs
    (most-epochs (len corpus.ids) settings.unit)))
  (Start checkpoint new corpus lengths epochs speed))


(defn _models [run]
  "Return #(old base settings): the model to continue and the base to begin with, each or None."
  (setv [asked group warn] [run.asked run.group run.report.warn])
  (.check-alike group "their versions" group.versions)
  (setv
    own (when (and group.leader? (not asked.restart)) (load-old asked.path warn))
    old (.leaders-model group own)
    base (cond
      (not asked.base) None
      old (check-same old.settings.base asked.base)
      True (load-base asked.base warn))
    settings (cond
      old (continued-settings old.settings asked)
      base (base-settings base asked.base asked)
      True (new-settings asked)))
  (.check-alike group "their settings" (str [(of-model asked) asked.minutes]))
  #(old base settings))


;; * The text

(defn _text-in-units [run old base settings people]
  #[[Return #(corpus settings bits): the text as a `Corpus`, and how well `base` predicts it.

  The vocabulary is that of `old` or `base` with new units, or else a new one; if the text is
  strange to `base`, `settings` lose the base's, too. The messages of `people` are counted.]]
  (with [stack (ExitStack)]
    (setv
      rows (set)
      pieces (_pieces run settings people rows)
      [text listing] (read-list stack pieces settings.items (if old None rows) run.report)
      settings (replace settings :items (when listing listing.items))
      [corpus settings] (_corpus run text listing settings (or old base))
      ;; The leader says, as processes may round in different ways.
      bits (when base (.leader-says run.group
        (float (bits-of base corpus.vocabulary corpus.ids)))))
    ;; A word-level base isn't asked: it is ∞ bits from a text where it lacks a tenth of the words.
    (unless (and base (is base.vocabulary.unknown None) (> bits STRANGE))
      (return #(corpus settings bits)))
    (.say run.report (+ f"{(stem run.asked.base)} "
      (if (< bits inf)
        f"predicts this text poorly ({bits :.1f} bits per character)"
        "knows too few of this text's characters")
      "; training from scratch"))
    (setv own (new-settings {#** run.asked  "lower" settings.lower  "items" settings.items}))
    #(#* (_corpus run text listing (replace own :base (.unused settings.base))) bits)))


(defn _pieces [run settings people rows]
  #[[Yield the text of the run's sources, prepared, in pieces; count the messages of its `people`.

  `rows` (a set) gets what the reader of tables says that rows are, a value of `items`.
  A recipe's own steps may look at the whole text, so with them it is in memory once.]]
  (setv
    [asked report] [run.asked run.report]
    numbers (count 1))
  (defn note [name understood]
    (when understood.turns (.update people understood.people))
    (.update rows (filter None [understood.items]))
    (setv number (next numbers))
    (cond
      (<= number MOST-NOTED) (.say report (Message f"{name}: " understood.words))
      (= number (+ MOST-NOTED 1)) (.say report "… and more documents")))
  (when asked.sources (.doing report f"reading {(source-names asked.sources)}"))
  (try
    (setv pieces (prepared-pieces (read-chunks asked.sources
      :encoding settings.encoding :only asked.only :column asked.column :sheet asked.sheet
      :items settings.items
      :progress report.download :note note :warn report.warn
      :folders (if (and asked.recipe asked.recipe.folder) [asked.recipe.folder] [])
      :limit (* MB asked.max-download))))
    (when asked.prep (setv pieces (cut-at-space [(asked.prep (.join "" pieces))])))
    (for [piece pieces] (yield (if settings.lower (lower piece) piece)))
    (finally (.end-bar report))))


(defn _corpus [run pieces listing settings [known None]]
  #[[Return #(corpus settings): the `Corpus` of the text in `pieces`, and its settings.

  `listing` is the `Listing` that it is, or None; `known` is the model whose vocabulary they
  continue. A text too short for a base's lookback gets a shorter one, as does a new list of short
  items. Raise `ValueError` if it is too short even so, or differs between the processes.]]
  (setv
    [vocabulary settings] (if known
      [(.extend known.vocabulary pieces settings.max-words) settings]
      (_new-vocabulary run pieces settings))
    ids (ids-of pieces vocabulary))
  (when (and (not-in "lookback" run.asked) (or settings.fine-tuned? (and listing (not known))))
    (setv
      most (if known (fitting-lookback settings.lookback (len ids) settings.validation)
        (.lookback listing ids))
      settings (replace settings :lookback most :stride (min settings.stride most))))
  (setv
    [own held] (if listing
      (.split listing ids vocabulary settings)
      (split-ids ids settings.validation settings.lookback settings.unit))
    [rows units text] [settings.batch-size (len own) (fingerprint own)])
  (when (and rows (> rows units))
    (refuse 'batch-size f" {rows} is more than the {units} {settings.unit} "
      "of training text; give a smaller one"))
  (.check-alike run.group "their texts (units and checksums)"
    f"{text}, {(fingerprint held)}, {(zlib.crc32 (.encode (.to-json vocabulary))) :08x}")
  #((Corpus own held vocabulary text listing) settings))


(defn _new-vocabulary [run text settings]
  "Return #(vocabulary settings) for a new model of `text`, by the unit given or its default."
  (setv
    [asked report] [run.asked run.report]
    vocabulary (build-vocabulary text settings.unit settings.max-words))
  (when (in "unit" asked) (return #(vocabulary settings)))
  (setv
    length (sum (map len text))
    unit (default-unit length (len vocabulary) asked.minutes))
  (when (= unit settings.unit) (return #(vocabulary settings)))
  (.say report (Message f"learning {unit}, the default for {length :,} characters; "
    "for another unit, give " 'unit))
  (.doing report f"finding {unit}")
  (setv settings (replace settings :unit unit :max-words (.get asked "max_words")))
  #((build-vocabulary text unit settings.max-words) settings))


(defn _described [run settings corpus people new]
  #[[Return `settings` with what a model stores of its devices and of its text.

  If it isn't `new`, it keeps what it has of the first text.]]
  (when people
    (setv names (gfor
      [name _] (.most-common people MOST-PEOPLE)
      (prepared-name name run.asked.prep settings.lower)))
    (setv settings (replace settings :people (list (dict.fromkeys (filter None names))))))
  (when corpus.listing
    (setv settings (replace settings #** (.facts corpus.listing settings))))
  (setv settings (replace settings :devices run.group.in-words))
  (unless new (return settings))
  (replace settings
    ;; An item begins after the end of another.
    :beginning (.decode corpus.vocabulary
      (get corpus.ids (if corpus.listing (slice -1 None) (slice 1))))
    :recipe (when run.asked.recipe run.asked.recipe.name)))


;; * The model

(defn _resumed [run old settings corpus]
  "Return the model `old`, ready to continue with its new `settings`."
  (unless (entries-on old.history corpus.text)  ; a new text
    (setv settings (replace settings
      :epochs (.get run.asked "epochs" (default-epochs (len corpus.ids) settings.unit)))))
  (setv
    [before now] (lfor s [old.settings settings] [s.batch-size s.lookback s.stride])
    [was is-now] (gfor s [old.settings settings]
      (or s.devices (Message "one process without " 'distributed)))
    resume old.resume)
  (when (and resume (!= before now) (> resume.progress.step 0))
    (setv resume (replace resume :progress (replace resume.progress :step 0 :loss-sum 0.0)))
    (.say run.report "batch size, lookback or stride changed: restarting this epoch"))
  (when (and resume (!= was is-now))
    (.say run.report (Message "trained on " was " before, on " is-now " now: weights, optimizer "
      "state and position are kept, but results will differ in the last bits")))
  ;; 16-bit weights are only for models that aren't trained.
  (replace old :settings settings :resume resume :half False))


(defn _fine-tuned [run base settings corpus bits speed]
  "Return a new model with the weights of `base`, which predicts the text at these `bits`."
  (setv
    asked run.asked
    tuning (choose-tuning (len corpus.ids) asked.minutes asked
      :familiar (< bits FAMILIAR)
      :unit settings.unit :weights base.weight-count :speed speed))
  (Checkpoint base.weights base.vocabulary
    (replace settings
      :epochs tuning.epochs
      :batch-size (or settings.batch-size (.even-rows run.group tuning.batch-size))
      :learning-rate (* settings.learning-rate (if (in "learning_rate" asked) 1 tuning.rate))
      :layers (or settings.layers (with-dropout base.settings.layers tuning.before tuning.dropout))
      :why f"fine-tuned from {(stem asked.base)}, {tuning.why}")
    []))


(defn _fresh [run settings corpus speed]
  "Return a new model without weights; choose its network unless it was given."
  (setv
    [asked units] [run.asked (len corpus.ids)]
    epochs (.get asked "epochs" (default-epochs units settings.unit))
    most (if asked.minutes (.get asked "epochs" (most-epochs units settings.unit)) epochs)
    [layers why] (if settings.layers
      [settings.layers ""]
      (choose-layers units most asked.minutes settings.unit speed))
    hint (suggestion corpus.vocabulary corpus.ids asked (when asked.base (stem asked.base))))
  (when hint (.say run.report hint))
  (Checkpoint None corpus.vocabulary
    (replace settings
      :epochs epochs :layers layers :why why
      :batch-size (or settings.batch-size (.even-rows run.group (default-batch-size units)))
      :embedding (embedding-size (len corpus.vocabulary)))
    []))


(defn measured-speed [run layers]
  "Return this machine's speed with such `layers`, relative to that of `sizing.hy`."
  (load-keras run layers)
  (.leader-says run.group (machine-speed run.report)))


(defn load-keras [run layers]
  "Import Keras to train `layers`; the first time takes seconds."
  (unless (in "keras" sys.modules) (.doing run.report "loading Keras"))
  (when (import-keras (fastest-backend layers))
    (.say run.report "training on PyTorch, the fastest backend on this CPU")))


;; * What is left to do

(defn _check-time-left [run]
  "Raise `ValueError` if preparation has left too little of the run's `minutes`."
  (setv
    minutes run.asked.minutes
    left (- run.deadline (time.monotonic))
    spent (- (* 60 minutes) left))
  (when (< left RESERVE)
    (refuse 'minutes f" {minutes :g} leaves too little time for training: "
      f"preparing the run took {spent :.0f} s; give at least "
      'minutes f" {(/ (ceil (/ (+ spent (* 2 RESERVE)) 6)) 10) :g}")))
