#[[The start of a run: what was asked for → a text → a model that is ready to learn it.

It reads downward. `read-source` reads the text and looks at it; then it is known whether the model
is new, resumed or fine-tuned, and one function for each makes the text's units and the `Start`.]]

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  dataclasses [replace]
  math [inf]
  sys
  time
  numpy :as np
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.learning.bases [base-record base-settings bits-of check-same fitted-bias grown
    load-base stem suggestion]
  lstm-textgen.learning.batches [unit-lengths]
  lstm-textgen.learning.learner.choice [fastest-backend machine-speed]
  lstm-textgen.learning.learner.quiet [import-keras own-process? refuse-fork]
  lstm-textgen.learning.schedule [check-time-left]
  lstm-textgen.learning.source [Corpus extended first-facts fitted-settings make-corpus
    new-vocabulary read-source text-facts]
  lstm-textgen.modelfile.checkpoint [Checkpoint load-old]
  lstm-textgen.modelfile.history [entries-on text-length]
  lstm-textgen.settings.layers [embedding-size]
  lstm-textgen.settings.models [continued-settings new-settings of-model]
  lstm-textgen.settings.sizing [choose-layers choose-tuning default-batch-size
    default-epochs most-epochs with-dropout]
  lstm-textgen.settings.training [FAMILIAR STRANGE]
  lstm-textgen.text.items [MOST-KNOWN]
  lstm-textgen.text.shingles [joined-filters shingles-of])


(defrecord Start "A model that is ready to train, and what it is trained on." [
    #^ Checkpoint checkpoint
    #^ Corpus corpus
    #^ int epochs  ; on this text, in a run with `minutes` in this run (0: no limit)
    #^ object [speed None]]  ; the `measured-speed`, if the run had to know it

  (meth [property] lengths []
    "The `unit-lengths` of the text."
    (unit-lengths @corpus.vocabulary @corpus.ids @corpus.held)))


(defn make-start [run]
  "Return the `Start` of `run`; raise what `textmodel.train` does."
  (setv [asked group warn] [run.asked run.group run.display.warn])
  (setv
    own (when (and group.leader? (not asked.restart)) (load-old asked.path warn))
    old (.leaders-model group own)
    base (when asked.base
      (if old (check-same old.facts.base asked.base) (load-base asked.base warn)))
    settings (cond
      old (continued-settings old.settings asked)
      base (base-settings base asked.base asked)
      True (new-settings asked)))
  (when (and asked.add-text (not old))
    (.warn run.display (Message 'add-text f" has no effect: there is no model {asked.path} yet")))
  (.check-alike group "their settings" (str [(of-model asked) asked.minutes]))
  (with [source (read-source run settings old)]
    (setv
      bits (when base (.leader-says group (float (bits-of base source.look.places))))
      start (cond
        old (resumed-start run old source settings)
        (not base) (new-start run source settings)
        ;; A word-level base is taken anyway: it is at ∞ bits if it lacks a tenth of the words.
        (or (<= bits STRANGE) (is-not base.vocabulary.unknown None))
          (fine-tuned-start run base source settings bits)
        True (do
          (.say run.display (+ f"{(stem asked.base)} "
            (if (< bits inf)
              f"predicts this text poorly ({bits :.1f} bits per character)"
              "knows too few of this text's characters")
            "; training from scratch"))
          (new-start run source (new-settings {#** asked  "lower" settings.lower})
            (.unused (base-record base asked.base)))))))
  (when asked.minutes
    (check-time-left asked.minutes (- run.deadline (time.monotonic)) "preparing the run"))
  start)


;; * Three ways to start

(defn new-start [run source settings [base None]]
  #[[Return the `Start` of a new model; its unit and its network are chosen unless they were given.

  `base` is the record of one that didn't know the text, or None.]]
  (setv
    asked run.asked
    vocabulary (new-vocabulary run source settings)
    corpus (make-corpus run source vocabulary settings)
    settings (fitted-settings settings source corpus)
    speed (when (and asked.minutes (not settings.layers)) (measured-speed run))
    [units unit] [(len corpus.ids) settings.unit]
    epochs (.get asked "epochs" (default-epochs units unit))
    most (if asked.minutes (.get asked "epochs" (most-epochs units unit)) epochs)
    [layers why] (if settings.layers
      [settings.layers ""]
      (choose-layers units most asked.minutes unit (or speed 1)))
    hint (suggestion source.look asked (when asked.base (stem asked.base))))
  (when hint (.say run.display hint))
  (setv model (Checkpoint None vocabulary
    (replace settings
      :epochs epochs :layers layers
      :batch-size (or settings.batch-size (.even-rows run.group (default-batch-size units))))
    (text-facts run source
      (first-facts run source corpus (embedding-size (len vocabulary)) base why))
    []
    :items (.items-known source)
    #** (_known-shingles source)))
  (_say-what-it-is run source model)
  (Start model corpus (_epochs run model corpus) speed))


(defn fine-tuned-start [run base source settings bits]
  "Return the `Start` of a new model with the weights of `base`, at these `bits` on the text."
  (setv
    asked run.asked
    vocabulary (extended base.vocabulary source settings.max-words)
    corpus (make-corpus run source vocabulary settings :fine-tuned True)
    settings (fitted-settings settings source corpus)
    speed (when asked.minutes (measured-speed run))
    tuning (choose-tuning (len corpus.ids) asked.minutes asked
      :familiar (< bits FAMILIAR)
      :unit settings.unit :weights base.weight-count :speed (or speed 1))
    settings (replace settings
      :epochs tuning.epochs
      :batch-size (or settings.batch-size (.even-rows run.group tuning.batch-size))
      :learning-rate (* settings.learning-rate (if (in "learning_rate" asked) 1 tuning.rate))
      :layers (or settings.layers
        (with-dropout base.settings.layers tuning.before tuning.dropout)))
    facts (first-facts run source corpus base.facts.embedding
      (base-record base asked.base) f"fine-tuned from {(stem asked.base)}, {tuning.why}")
    model (Checkpoint base.weights base.vocabulary settings (text-facts run source facts) []
      :items (.items-known source)
      #** (_known-shingles source))
    model (_fitted run (grown model vocabulary corpus.ids run.display) corpus base.vocabulary))
  (_say-what-it-is run source model)
  (Start model corpus (_epochs run model corpus) speed))


(defn resumed-start [run old source settings]
  "Return the `Start` that continues the model `old` with its new `settings`."
  (setv
    vocabulary (extended old.vocabulary source settings.max-words)
    corpus (make-corpus run source vocabulary settings
      :fine-tuned old.facts.fine-tuned? :new False)
    settings (fitted-settings settings source corpus)
    facts (text-facts run source old.facts :new False)
    [before now] (lfor s [old.settings settings] [s.batch-size s.lookback s.stride])
    [was is-now] (gfor each [old.facts facts]
      (or each.devices (Message "one process without " 'distributed)))
    resume old.resume)
  (unless run.asked.add-text (_check-text run old source corpus))
  (unless (entries-on old.history corpus.text)  ; a new text
    (setv settings (replace settings
      :epochs (.get run.asked "epochs" (default-epochs (len corpus.ids) settings.unit)))))
  (when (and resume (!= before now) (> resume.progress.step 0))
    (setv resume (replace resume :progress (replace resume.progress :step 0 :loss-sum 0.0)))
    (.say run.display "batch size, lookback or stride changed: restarting this epoch"))
  (when (and resume (!= was is-now))
    (.say run.display (Message "trained on " was " before, on " is-now " now: weights, optimizer "
      "state and position are kept, but results will differ in the last bits")))
  (setv
    ;; 16-bit weights are only for models that aren't trained.
    model (replace old :settings settings :facts facts :resume resume :half False
      :items (.items-known source old.items :new old.untrained?)
      #** (_known-shingles source old)))
  (_say-what-it-is run source model)
  (setv
    larger (grown model vocabulary corpus.ids run.display)
    model (if (is larger model) model (_fitted run larger corpus old.vocabulary)))
  (Start model corpus (_epochs run model corpus)))


(defn _known-shingles [source [old None]]
  "Return a dict of the filters of the passages in `source` and in the texts of the model `old`."
  (setv own (if source.listing #(b"" b"") (shingles-of source.text)))
  (dfor [name filter] (zip ["shingles" "refrains"] own)
    name (joined-filters (if old (getattr old name) b"") filter)))


(defn _check-text [run old source corpus]
  #[[Raise `ValueError` if the text of `source` is strange to the model `old`.

  It isn't if the model has learned it or a file of it: a folder or a list of files may grow.]]
  (setv
    under-way (if old.resume [{"text" old.resume.progress.text}] [])
    entries [#* under-way #* old.history])
  (unless (or (entries-on entries corpus.text)
      (& (set source.digests) (set (or old.facts.digests []))))
    (refuse f"{run.asked.path} was trained on another text ({(text-length entries) :,} "
      f"{old.settings.unit}{(if old.facts.seed-text f", such as '{old.facts.seed-text}'" "")}); "
      "this run would teach it both: for a new model give another " 'path " or, to replace this "
      "one, " 'restart "; to train it on both, add " 'add-text)))


(defn _say-what-it-is [run source model]
  "Show what the text of `model` looks like, or that a list is too long to know its items."
  (setv [listing lines display] [source.listing source.look.lines run.display])
  (when (and listing (not model.items))
    (.say display
      f"the list has more than {MOST-KNOWN :,} items, too many to recognize new ones"))
  (unless (and (not listing) model.untrained?) (return))
  (when (and lines (not source.people))
    (.say display (Message f"this looks like a list of {lines :,} items; try " 'items " line")))
  (when (and source.look.width (not run.asked.join-lines))
    (.say display (Message f"lines are wrapped at {source.look.width} characters; to learn whole "
      "paragraphs, try " 'join-lines f" {source.look.width}"))))


(defn _fitted [run model corpus known]
  "Return `model` with a bias fitted to the text; the units after those of `known` are new."
  (setv bias (.leader-says run.group (.tolist (fitted-bias model (len known) corpus.ids))))
  (replace model :weights [#* (cut model.weights -1) (np.array bias "float32")]))


(defn _epochs [run model corpus]
  "Return the limit of epochs for a run of `model`; 0 if its time or its validation ends it."
  (setv [asked settings] [run.asked model.settings])
  (cond
    (or (not asked.minutes) (in "epochs" asked)) settings.epochs
    (not model.facts.fine-tuned?) (most-epochs (len corpus.ids) settings.unit)
    (len corpus.held) 0
    True settings.epochs))


(defn measured-speed [run]
  "Return this machine's speed, relative to that of `sizing.hy`."
  (load-keras run)
  (.leader-says run.group (machine-speed run.display)))


(defn load-keras [run]
  "Import Keras for `run`; the first time takes seconds."
  (refuse-fork)
  (unless (in "keras" sys.modules) (.doing run.display "loading Keras"))
  (when (import-keras (when (own-process?) (fastest-backend)))
    (.say run.display "training on PyTorch, the fastest backend on this CPU")))
