"The text of a run: what was asked for → a text, and what it looks like → ids."

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  collections [Counter]
  contextlib [contextmanager]
  dataclasses [replace]
  itertools [count]
  re
  zlib
  numpy :as np
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.display.plain [Display]
  lstm-textgen.learning.batches [check-length fitting-lookback]
  lstm-textgen.learning.learner.machines [ProcessGroup]
  lstm-textgen.prep [lower prepared-name]
  lstm-textgen.settings.models [Request]
  lstm-textgen.settings.sizing [default-unit]
  lstm-textgen.settings.table [CHOOSING]
  lstm-textgen.text.breaks [common]
  lstm-textgen.text.corpus [EARLIER Text cut-at-space earlier-fingerprint ids-of
    prepared-chunks]
  lstm-textgen.text.files [MOST-DIGESTS read-chunks source-names]
  lstm-textgen.text.lists [Listing]
  lstm-textgen.text.looks [Look look-at]
  lstm-textgen.text.names [LONGEST-TEXT joined-names names-in]
  lstm-textgen.text.units [Vocabulary]
  lstm-textgen.text.vocabulary [UNITS build-vocabulary check-words])

(setv
  MOST-NOTED 10  ; documents that a run summarizes
  MOST-PEOPLE 20)  ; of a chat, whose names a model stores


(defrecord Run "A training run: what was asked for, who trains, and what shows it." [
    #^ Request asked  ; `sources` is a list as `read-chunks` takes it, `path` the model's `Path`
    #^ ProcessGroup group
    #^ Display display
    #^ object deadline   ; when it must end, by `time.monotonic`; None if it has no `minutes`
    #^ bool [ours False]])  ; whether the process is the program's own, so that we choose a backend


(defrecord Source "The text of a run, before it has units." [
    #^ Text text
    #^ object listing  ; the `Listing` that it is, or None
    #^ list people     ; those of a chat, the most frequent first
    #^ list digests    ; those of the files
    #^ int kept        ; characters to train on, unless it is a list
    #^ Look look]

  (meth training []
    "Return the text to train on, in chunks."
    (if @listing (.training-items @listing @text) (.part @text 0 @kept))))


(defrecord Corpus "The text of a run, in units." [
    #^ np.ndarray ids   ; (time,) to train on
    #^ np.ndarray held  ; (time,) held out
    #^ Vocabulary vocabulary
    #^ str text])  ; what identifies the text and how much of it is to be trained on


;; * Reading

(defn [contextmanager] read-source [run settings old]
  #[[Read the sources of `run`, prepared for these `settings`; yield #(source settings).

  If the text is a table whose rows are a list, though no list was asked for, the source is its
  items, and the settings have `items`; but not to continue `old`.]]
  (setv
    [people rows digests] [(Counter) (set) []]
    listing (when settings.items (Listing settings.items))
    chunks (_chunks run settings people rows digests))
  (with [text (Text)  table (Text)]
    (for [chunk (if listing (.chunks listing chunks) chunks)] (.add text chunk))
    (when (and rows (not listing) (not old))
      (setv listing (Listing (.pop rows)))
      (try
        (for [chunk (.chunks listing text)] (.add table chunk))
        (setv text table)
        (except [ValueError] (setv listing None))))  ; too few rows for a list
    (when listing
      (.describe listing text run.display)
      (.hold-out listing settings.validation settings.rng-seed))
    (setv
      names (gfor
        [name _] (.most-common people MOST-PEOPLE)
        (prepared-name name run.asked.prep settings.lower))
      people (list (dict.fromkeys (filter None names)))
      kept (.kept text settings.validation))
    (yield #( (Source text listing people digests kept (look-at text kept))
      (replace settings :items (when listing listing.items))))))


(defn _chunks [run settings people rows digests]
  #[[Yield the text of the run's sources, prepared, in chunks; count the messages of its `people`.

  `rows` (a set) gets what the reader of tables says that rows are, a value of `items`; `digests`
  (a list) gets the digest of each file.
  A recipe's own steps may look at the whole text, so with them it is in memory once.]]
  (setv
    [asked display] [run.asked run.display]
    numbers (count 1))
  (defn note [name understood]
    (when understood.turns (.update people understood.people))
    (.update rows (filter None [understood.items]))
    (setv number (next numbers))
    (cond
      (<= number MOST-NOTED) (.say display (Message f"{name}: " understood.words))
      (= number (+ MOST-NOTED 1)) (.say display "… and more documents")))
  (when asked.sources (.doing display f"reading {(source-names asked.sources)}"))
  (try
    (setv chunks (prepared-chunks (read-chunks asked.sources
      :encoding settings.encoding :items settings.items #** (.chosen asked #* CHOOSING)
      :digests digests
      :progress display.download :note note :warn display.warn
      :folders (if (and asked.recipe asked.recipe.folder) [asked.recipe.folder] [])
      :limit (* MB asked.max-download)) :width settings.join-lines))
    (when asked.prep (setv chunks (cut-at-space [(asked.prep (.join "" chunks))])))
    (for [chunk chunks] (yield (if settings.lower (lower chunk) chunk)))
    (finally (.end-bar display))))


;; * Units

(defn new-vocabulary [run source settings]
  "Return #(vocabulary settings) for a new model, by the unit given or the text's default."
  (setv
    [asked display length] [run.asked run.display source.text.length]
    vocabulary (_learned source settings.unit settings.max-words)
    unit (if (in "unit" asked)
      settings.unit
      (default-unit length (len vocabulary) asked.minutes)))
  (when (= unit settings.unit) (return #(vocabulary settings)))
  (.say display (Message f"learning {unit}, the default for {length :,} characters; "
    "for another unit, give " 'unit))
  (.doing display f"finding {unit}")
  (setv settings (replace settings :unit unit :max-words (.get asked "max_words")))
  #((_learned source unit settings.max-words) settings))


(defn _learned [source unit most]
  #[[Return the vocabulary of `source` by `unit`, with at most `most` units (None: all).

  Pieces and words are learned from what is trained on, as what is held out must be new to models
  of all units if their losses are to compare. A model without a unit for unknown ones must be able
  to read its text, so it also knows the characters that are only in the part held out.]]
  (setv
    part? (. (get UNITS unit) limited)
    vocabulary (build-vocabulary (if part? (.training source) source.text) unit most))
  (if (and part? (is vocabulary.unknown None)) (.extend vocabulary source.text) vocabulary))


(defn extended [vocabulary source most]
  "Return `vocabulary` with the units of `source` that it lacks; of words at most `most` in all."
  (.extend vocabulary
    (if (is vocabulary.unknown None) source.text (.training source))
    most))


(defn make-corpus [run source vocabulary settings [new True]]
  #[[Return #(corpus settings): the `Corpus` of `source` in units of `vocabulary`, and `settings`.

  A text too short for the lookback of a base gets a shorter one, as does the list of short items
  of a `new` model. The settings have the facts about the text. Raise `ValueError` if it is too
  short even so, or differs between the processes.]]
  (check-words settings run.asked settings.fine-tuned?)
  (setv
    listing source.listing
    [own held] (if listing
      (.split listing (ids-of source.text vocabulary) vocabulary)
      (gfor
        part [(.training source) (.part source.text source.kept source.text.length)]
        (ids-of part vocabulary))))
  (when (not-in "lookback" run.asked)
    (setv lookback (cond
      settings.fine-tuned? (fitting-lookback
        (if (and listing new) (.covering listing settings.lookback) settings.lookback) own held)
      (and listing new) listing.lookback
      True settings.lookback))
    (unless (= lookback settings.lookback)
      (setv settings (replace settings
        :lookback lookback
        :stride (if (= settings.stride settings.lookback)
          lookback
          (min settings.stride lookback))))))
  (check-length own held settings)
  (when (> (or settings.batch-size 0) (len own))
    (refuse 'batch-size f" {settings.batch-size} is more than the {(len own)} {settings.unit} "
      "of training text; give a smaller one"))
  (setv corpus (Corpus own held vocabulary f"{(len own)}:{source.text.fingerprint}"))
  (.check-alike run.group "their texts (units and checksums)"
    f"{corpus.text}, {(zlib.crc32 (.encode (.to-json vocabulary))) :08x}")
  (setv digests (dict.fromkeys [#* source.digests #* (or settings.digests [])]))
  #(corpus (replace settings
    :digests (or (cut (list digests) MOST-DIGESTS) None)
    :devices run.group.in-words
    :seed-text source.look.seed
    :people (or source.people settings.people)
    :unbroken (_unbroken source settings new)
    :names (unless listing (_names source settings new))  ; items may well have new ones
    #** (if listing (.facts listing settings new) {}))))


(defn _unbroken [source settings new]
  "Return where lines don't end in `source` and, unless the model is `new`, in its earlier texts."
  (cond
    (= settings.items "line") None  ; `item-ends` is more exact
    new (or source.look.unbroken None)
    True (or (common settings.unbroken source.look.unbroken) None)))


(defn _names [source settings new]
  "Return the names in `source` and, unless the model is `new`, in its earlier texts, or None."
  (setv names (names-in (.join "" (.part source.text 0 (+ LONGEST-TEXT 1)))))
  (or (if new names (joined-names settings.names names)) None))


(defn as-before [old source corpus settings]
  #[[Return `corpus` as an earlier version split it, if the model `old` was trained so.

  Those held out a share of the units, and made the fingerprint of ids. So the model continues with
  the same bits, and its epochs on this text count.]]
  (setv
    texts [#* (gfor entry old.history (get entry "text"))
      #* (if old.resume [old.resume.progress.text] [])]
    known (sfor text texts :if (re.search EARLIER text) text)
    [ids held] [corpus.ids corpus.held])
  (unless known (return corpus))
  (unless source.listing
    (setv
      all (ids-of source.text corpus.vocabulary)
      kept (- (len all) (round (* settings.validation (len all))))
      [ids held] [(cut all kept) (cut all kept None)]))
  (setv text (earlier-fingerprint ids known))
  (if text (replace corpus :ids ids :held held :text text) corpus))
