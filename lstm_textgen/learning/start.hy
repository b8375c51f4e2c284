#[[The start of a run: what was asked for → a text → a model that is ready to learn it.

`make-start` reads the text and looks at it; then it is known whether the model is new, resumed or
fine-tuned. One function for each returns its `Start`, whose settings and facts are made once.]]

(eval-when-compile (require hyrule [unless]  lstm-textgen.basics.forms [defrecord]))
(import
  dataclasses [replace]
  math [inf]
  time
  zlib
  numpy :as np
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.learning.bases [base-record bits-of check-same fitted-bias from-base load-base stem
    try-bases with-new-units]
  lstm-textgen.learning.batches [check-length fitting-lookback]
  lstm-textgen.learning.learner.speed [machine-speed]
  lstm-textgen.learning.schedule [check-time-left]
  lstm-textgen.learning.source [read-source]
  lstm-textgen.modelfile.checkpoint [Checkpoint load-old]
  lstm-textgen.modelfile.history [entries-on text-length]
  lstm-textgen.settings.layers [embedding-size]
  lstm-textgen.settings.models [Facts Request continuing settings-of]
  lstm-textgen.settings.sizing [RULES choose-layers choose-tuning default-batch-size
    default-epochs default-unit most-epochs with-dropout]
  lstm-textgen.settings.table [settings-in]
  lstm-textgen.settings.training [FAMILIAR STRANGE]
  lstm-textgen.text.breaks [common]
  lstm-textgen.text.corpus [ids-of]
  lstm-textgen.text.files [MOST-DIGESTS title-of]
  lstm-textgen.text.items [MOST-KNOWN]
  lstm-textgen.text.lexicon [LONGEST-READ lexicon-of]
  lstm-textgen.text.names [LONGEST-TEXT joined-names names-in]
  lstm-textgen.text.shingles [joined-filters shingles-of]
  lstm-textgen.text.units [Vocabulary]
  lstm-textgen.text.vocabulary [UNITS build-vocabulary check-words])


(defrecord Corpus "The text of a run, in units: what a `Source` becomes." [
    #^ np.ndarray ids   ; (time,) to train on
    #^ np.ndarray held  ; (time,) held out
    #^ Vocabulary vocabulary
    #^ str text-id      ; what identifies the text and how much of it is to be trained on
    #^ Request request])  ; `filled` with the items, unit, lookback and stride that suit the text


(defrecord Start "A model that is ready to train, and what it is trained on." [
    #^ Checkpoint checkpoint
    #^ Corpus corpus
    #^ int epochs  ; on this text, in a run with `minutes` in this run (0: no limit)
    #^ object speed])  ; this machine's, relative to that of `sizing.hy`; None without `minutes`


(defn make-start [run]
  "Return the `Start` of `run`; raise `ValueError`, `OSError`, `ImportError` or `RuntimeError`."
  (setv
    [request group] [run.request run.group]
    old (.leaders-model group
      (when (and group.leader? (not request.restart)) (load-old request.path run.warn)))
    base (when request.base
      (if old (check-same old.facts.base request.base) (load-base request.base run.warn)))
    filled (cond
      old (continuing request old.settings)
      base (from-base request base)
      True request))
  (settings-of filled)  ; refuses what takes too much, before anything is read
  (when (and request.add-text (not old))
    (.warn run
      (Message 'add-text f" has no effect: there is no model {request.path} yet")))
  (.check-alike group "their settings"
    (str (.chosen request "minutes" #* (gfor s (settings-in "model") s.name))))
  (with [source (read-source run filled old)]
    (setv
      bits (when base (.leader-says group (float (bits-of base source.look.places))))
      start (cond
        old (resumed-start run old source filled)
        (not base) (new-start run source request)
        ;; A word-level base is taken anyway: it is at ∞ bits if it lacks a tenth of the words.
        (or (<= bits STRANGE) (is-not base.vocabulary.unknown None))
          (fine-tuned-start run base source filled bits)
        True (do
          (.say run.display (+ f"{(stem request.base)} "
            (if (< bits inf)
              f"predicts this text poorly ({bits :.1f} bits per character)"
              "knows too few of this text's characters")
            "; training from scratch"))
          (new-start run source (.or-else request :lower filled.lower)
            (.unused (base-record base request.base))))))
    (_say-what-it-is run source start.checkpoint))
  (when request.minutes
    (check-time-left request.minutes (- run.deadline (time.monotonic)) "preparing the run"))
  start)


;; * Three ways to start

(defn new-start [run source request [base None]]
  "Return the `Start` of a new model; `base` is the record of one that didn't know the text."
  (setv
    vocabulary (new-vocabulary run source request)
    corpus (make-corpus run source vocabulary (.or-else request
      :max-words (. (get RULES vocabulary.unit) max-words)))
    speed (_speed run)
    [units unit] [(len corpus.ids) vocabulary.unit]
    epochs (.get request "epochs" (default-epochs units unit))
    most (if request.minutes (.get request "epochs" (most-epochs units unit)) epochs)
    [layers why] (if request.layers
      [request.layers ""]
      (choose-layers units most request.minutes unit (or speed 1)))
    hint (try-bases source.look request (when request.base (stem request.base)))  ; takes seconds
    settings (settings-of (.but corpus.request
      :epochs epochs :layers layers
      :batch-size (or request.batch-size (.even-rows run.group (default-batch-size units)))))
    facts (new-facts run source corpus (embedding-size (len vocabulary)) base why))
  (when hint (.say run.display hint))
  (_start run corpus speed
    (Checkpoint None vocabulary settings facts [] #** (kept-of source vocabulary))))


(defn fine-tuned-start [run base source filled bits]
  "Return the `Start` of a new model with the weights of `base`, at these `bits` on the text."
  (setv
    request run.request
    vocabulary (extended base.vocabulary source filled.max-words)
    corpus (make-corpus run source vocabulary filled :fine-tuned True)
    speed (_speed run)
    tuning (choose-tuning (len corpus.ids) request.minutes request
      :familiar (< bits FAMILIAR)
      :unit vocabulary.unit :weights base.weight-count :speed (or speed 1))
    settings (settings-of (.but corpus.request
      :epochs tuning.epochs
      :batch-size (or request.batch-size (.even-rows run.group tuning.batch-size))
      :learning-rate (* request.learning-rate (if (in "learning_rate" request) 1 tuning.rate))
      :layers (or request.layers
        (with-dropout base.settings.layers tuning.before tuning.dropout))))
    facts (new-facts run source corpus base.facts.embedding (base-record base request.base)
      f"fine-tuned from {(stem request.base)}, {tuning.why}")
    model (Checkpoint base.weights base.vocabulary settings facts []
      #** (kept-of source vocabulary :base base)))
  (_start run corpus speed
    (_fitted run corpus base (with-new-units model vocabulary corpus.ids run.display))))


(defn resumed-start [run old source filled]
  "Return the `Start` that continues the model `old`, as `filled` (a `Request`)."
  (setv
    vocabulary (extended old.vocabulary source filled.max-words)
    corpus (make-corpus run source vocabulary filled
      :fine-tuned old.facts.fine-tuned? :new False)
    settings (settings-of (.but corpus.request
      :epochs (if (entries-on old.history corpus.text-id)
        filled.epochs
        (.get run.request "epochs" (default-epochs (len corpus.ids) vocabulary.unit)))))
    facts (text-facts run source old.facts :new False)
    windows (fn [s] [s.batch-size s.lookback s.stride])
    [was is-now] (gfor each [old.facts facts]
      (or each.devices (Message "one process without " 'distributed)))
    resume old.resume)
  (unless run.request.add-text (_check-text run old source corpus))
  (when (and resume (!= (windows old.settings) (windows settings)) (> resume.progress.step 0))
    (setv resume (replace resume :progress (replace resume.progress :step 0 :loss-sum 0.0)))
    (.say run.display "batch size, lookback or stride changed: restarting this epoch"))
  (when (and resume (!= was is-now))
    (.say run.display (Message "trained on " was " before, on " is-now " now: weights, optimizer "
      "state and position are kept, but results will differ in the last bits")))
  (setv
    speed (_speed run)
    ;; 16-bit weights are only for models that aren't trained.
    model (replace old :settings settings :facts facts :resume resume :half False
      #** (kept-of source vocabulary old))
    larger (with-new-units model vocabulary corpus.ids run.display))
  (_start run corpus speed (if (is larger model) model (_fitted run corpus old larger))))


(defn _start [run corpus speed model]
  "Return the `Start` of `model`; without a limit of epochs if its time or its validation ends it."
  (setv [request settings] [run.request model.settings])
  (Start model corpus :speed speed :epochs (cond
    (or (not request.minutes) (in "epochs" request)) settings.epochs
    (not model.facts.fine-tuned?) (most-epochs (len corpus.ids) settings.unit)
    (len corpus.held) 0
    True settings.epochs)))


(defn _speed [run]
  "Return this machine's speed, the same on all processes, if the run has `minutes`."
  (setv minutes run.request.minutes)
  (when minutes (.leader-says run.group (machine-speed run.display minutes))))


(defn _fitted [run corpus before model]
  "Return `model` with a bias fitted to the text; the model `before` lacks its last units."
  (setv bias (fitted-bias model (len before.vocabulary) corpus.ids))
  (replace model :weights [#* (cut model.weights -1)
    (np.array (.leader-says run.group (.tolist bias)) "float32")]))


(defn _check-text [run old source corpus]
  #[[Raise `ValueError` if the text of `source` is strange to the model `old`.

  It isn't if the model has learned it or a file of it: a folder or a list of files may grow.]]
  (setv entries [#* (if old.resume [{"text" old.resume.progress.text}] []) #* old.history])
  (unless (or (entries-on entries corpus.text-id)
      (& (set source.digests) (set (or old.facts.digests []))))
    (refuse f"{run.request.path} was trained on another text ({(text-length entries) :,} "
      f"{old.settings.unit}{(if old.facts.seed-text f", such as '{old.facts.seed-text}'" "")}); "
      "this run would teach it both: for a new model give another " 'path " or, to replace this "
      "one, " 'restart "; to train it on both, add " 'add-text)))


(defn _say-what-it-is [run source model]
  "Show what the text of `model` looks like, or that a list is too long to know its items."
  (setv [look display] [source.look run.display])
  (when (and source.listing (not model.items))
    (.say display
      f"the list has more than {MOST-KNOWN :,} items, too many to recognize new ones"))
  (when (or source.listing (not model.untrained?)) (return))
  (setv
    listed run.request.listed
    count (or listed look.lines))
  (when (or listed (and (or count look.stanzas) (not source.people)))
    ((if listed run.warn display.say) (Message "this looks like " #* (if count
      [f"a list of {count :,} items; try " 'items " line"]
      ["poems in stanzas; try " 'items " paragraph"]))))
  (when (and look.width (not run.request.join-lines))
    (.say display (Message f"lines are wrapped at {look.width} characters; to learn whole "
      "paragraphs, try " 'join-lines f" {look.width}"))))


;; * Units

(defn new-vocabulary [run source request]
  "Return the vocabulary of a new model, by the unit given or the text's default."
  (setv
    length source.text.length
    vocabulary (_learned source request.unit request)
    unit (default-unit length (len vocabulary) request.minutes))
  (when (or (in "unit" request) (= unit request.unit)) (return vocabulary))
  (.say run.display (Message f"learning {unit}, the default for {length :,} characters; "
    "for another unit, give " 'unit))
  (.doing run.display f"finding {unit}")
  (_learned source unit request))


(defn _learned [source unit request]
  #[[Return the vocabulary of `source` by `unit`, with at most its `max-words`.

  Pieces and words are learned from what is trained on, as what is held out must be new to models
  of all units if their losses are to compare. A model without a unit for unknown ones must be able
  to read its text, so it also knows the characters that are only in the part held out.]]
  (setv
    part? (. (get UNITS unit) limited)
    most (.get request "max_words" (. (get RULES unit) max-words))
    vocabulary (build-vocabulary (if part? (.training source) source.text) unit most))
  (if (and part? (is vocabulary.unknown None)) (.extend vocabulary source.text) vocabulary))


(defn extended [vocabulary source most]
  "Return `vocabulary` with the units of `source` that it lacks; of words at most `most` in all."
  (.extend vocabulary (if (is vocabulary.unknown None) source.text (.training source)) most))


(defn make-corpus [run source vocabulary filled [fine-tuned False] [new True]]
  #[[Return the `Corpus` of `source` in units of `vocabulary`, as `filled` (a `Request`).

  The lookback is shorter for a text too short for a base's, and for a `new` list of short items.
  Raise `ValueError` if `max-words` has no effect, or the text is too short, also for the batch
  size, or differs between the processes.]]
  (check-words vocabulary run.request fine-tuned)
  (setv
    [listing usual] [source.listing filled.lookback]
    [own held] (if listing
      (.split listing (ids-of source.text vocabulary) vocabulary)
      (gfor
        part [(.training source) (.part source.text source.kept source.text.length)]
        (ids-of part vocabulary)))
    lookback (cond
      (in "lookback" run.request) usual
      fine-tuned (fitting-lookback (if (and listing new) (.covering listing usual) usual) own held)
      (and listing new) listing.lookback
      True usual)
    request (.but filled
      :items source.items :unit vocabulary.unit :lookback lookback
      :stride (cond
        (in filled.stride [None usual]) lookback
        (= usual lookback) filled.stride
        True (min filled.stride lookback)))
    corpus (Corpus own held vocabulary f"{(len own)}:{source.text.fingerprint}" request))
  (.check-alike run.group "their texts (units and checksums)"
    f"{corpus.text-id}, {(zlib.crc32 (.encode (.to-json vocabulary))) :08x}")
  (check-length own held request)
  (when (> (or request.batch-size 0) (len own))
    (refuse 'batch-size f" {request.batch-size} is more than the {(len own)} "
      f"{request.unit} of training text; give a smaller one"))
  corpus)


;; * What a model keeps of its text

(defn new-facts [run source corpus embedding base why]
  "Return the `Facts` of a new model: about its network, its `base` and the text of `source`."
  (text-facts run source (Facts embedding
    ;; An item begins after the end of another.
    (.decode corpus.vocabulary (get corpus.ids (if source.listing (slice -1 None) (slice 1))))
    :recipe (when run.request.recipe run.request.recipe.name)
    :base base :why why)))


(defn text-facts [run source known [new True]]
  "Return the `Facts` of a model that learns `source`, `new` or not; `known` are those so far."
  (setv
    [listing look] [source.listing source.look]
    digests (dict.fromkeys [#* source.digests #* (or known.digests [])])
    names (unless listing  ; items may well have new ones
      (names-in (.join "" (.part source.text 0 (+ LONGEST-TEXT 1))))))
  (replace known
    :title (title-of run.request.sources)
    :digests (or (cut (list digests) MOST-DIGESTS) None)
    :devices run.group.in-words
    :seed-text look.seed
    :people (or source.people known.people)
    :longest-run (if new look.run (max look.run known.longest-run))
    :unbroken (cond
      (= source.items "line") None  ; `item-ends` is more exact
      new (or look.unbroken None)
      True (or (common known.unbroken look.unbroken) None))
    :names (or (if (or new listing) names (joined-names known.names names)) None)
    #** (if listing (.facts listing known new) {})))


(defn kept-of [source vocabulary [old None] [base None]]
  #[[Return what a model keeps of `source`, besides facts, and has of `old` or `base`: a dict.

  That is fingerprints of items, filters of passages, and a lexicon, unless units are whole words
  or an earlier text invents words.]]
  (setv
    [listing items] [source.listing (if old old.items b"")]
    filters (if listing #(b"" b"") (shingles-of source.text))
    earlier (or old base)
    known (if earlier earlier.lexicon b"")
    free? (or (is-not vocabulary.unknown None) (and old (not old.untrained?) (not known))))
  { "lexicon" (if free?
      b""
      (lexicon-of (.join "" (.part source.text 0 (+ LONGEST-READ 1))) known))
    "items" (if listing (.joined listing items (or (not old) old.untrained?)) items)
    #** (dfor [name filter] (zip ["shingles" "refrains"] filters)
      name (joined-filters (if old (getattr old name) b"") filter))})
