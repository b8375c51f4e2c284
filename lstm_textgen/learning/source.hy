"The text of a run: what was asked for → a text, and what it looks like → ids."

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  collections [Counter]
  contextlib [contextmanager]
  dataclasses [replace]
  pathlib [Path]
  zlib
  numpy :as np
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.basics.values [counted]
  lstm-textgen.display.plain [Display]
  lstm-textgen.learning.batches [check-length fitting-lookback]
  lstm-textgen.learning.learner.machines [ProcessGroup]
  lstm-textgen.prep [prepared-name]
  lstm-textgen.settings.facts [Facts MOST-PEOPLE]
  lstm-textgen.settings.models [Request]
  lstm-textgen.settings.sizing [default-unit]
  lstm-textgen.settings.table [CHOOSING]
  lstm-textgen.text.breaks [common]
  lstm-textgen.text.corpus [Text cut-at-space ids-of prepared-chunks]
  lstm-textgen.text.files [MOST-DIGESTS read-chunks source-names title-of]
  lstm-textgen.text.lists [Listing]
  lstm-textgen.text.looks [Look look-at]
  lstm-textgen.text.names [LONGEST-TEXT joined-names names-in]
  lstm-textgen.text.units [Vocabulary]
  lstm-textgen.text.vocabulary [UNITS build-vocabulary check-words])

(setv MOST-NOTED 10)  ; documents that differ, which a run summarizes


(defrecord Run "A training run: what was asked for, who trains, and what shows it." [
    ;; `sources` is a list as `read-chunks` takes it, `path` the model's `Path` as it was given;
    ;; `csv` is absolute.
    #^ Request asked
    #^ Path absolute-path  ; the model's, as a callback may change the folder
    #^ ProcessGroup group
    #^ Display display
    #^ object deadline])  ; when it must end, by `time.monotonic`; None if it has no `minutes`


(defrecord Source "The text of a run, before it has units." [
    #^ Text text
    #^ object listing  ; the `Listing` that it is, or None
    #^ list people     ; those of a chat, the most frequent first
    #^ list digests    ; those of the files
    #^ int kept        ; characters to train on, unless it is a list
    #^ Look look]

  (meth [property] items []
    "What its items are, a value of the setting; None if it isn't a list."
    (when @listing @listing.items))

  (meth items-known [[earlier b""] [new True]]
    "Return the fingerprints of its items and `earlier` ones, as in `Listing.joined`."
    (if @listing (.joined @listing earlier new) earlier))

  (meth training []
    "Return the text to train on, in chunks."
    (if @listing (.training-items @listing @text) (.part @text 0 @kept))))


(defrecord Corpus "The text of a run, in units." [
    #^ np.ndarray ids   ; (time,) to train on
    #^ np.ndarray held  ; (time,) held out
    #^ Vocabulary vocabulary
    #^ str text       ; what identifies the text and how much of it is to be trained on
    #^ int lookback])  ; the length of windows that suits it


;; * Reading

(defclass Sources []
  #[[The text of a run's sources, prepared for `settings`, in chunks over which to iterate once.

  Afterwards `summaries` are those of its documents, and `digests` those of its files. A recipe's
  own steps may look at the whole text, so with them it is in memory once.]]

  (meth __init__ [@run @settings]
    (setv [@summaries @digests @_shown] [[] [] []]))

  (meth __iter__ []
    (setv [asked display] [@run.asked @run.display])
    (when asked.sources (.doing display f"reading {(source-names asked.sources)}"))
    (try
      (setv chunks (prepared-chunks (read-chunks asked.sources
        :encoding @settings.encoding :items @settings.items #** (.chosen asked #* CHOOSING)
        :digests @digests
        :progress display.download :note @note :warn display.warn
        :folders (if (and asked.recipe asked.recipe.folder) [asked.recipe.folder] [])
        :limit (* MB asked.max-download)) :width @settings.join-lines))
      (when asked.prep (setv chunks (cut-at-space [(asked.prep (.join "" chunks))])))
      (for [chunk chunks] (yield (if @settings.lower (.lower chunk) chunk)))
      (setv others (- (len @summaries) (len @_shown)))
      (when others (.say display f"… and {(counted others "more documents")}"))
      (finally (.end-bar display))))

  (meth note [name summary]
    "Keep the `summary` of the document called `name`; show the first ones that differ."
    (.append @summaries summary)
    (unless (or (in summary.words @_shown) (= (len @_shown) MOST-NOTED))
      (.append @_shown summary.words)
      (.say @run.display (Message f"{name}: " summary.words))))

  (meth [property] items []
    "What the rows of its tables are, a value of the setting, or None."
    (next (gfor each @summaries :if each.items each.items) None))

  (meth [property] people []
    "The people of its chats, the most frequent first, called as in the prepared text."
    (setv messages (Counter))
    (for [each @summaries :if each.turns] (.update messages each.people))
    (setv names (gfor
      [name _] (.most-common messages MOST-PEOPLE)
      (prepared-name name @run.asked.prep @settings.lower)))
    (list (dict.fromkeys (filter None names)))))


(defn [contextmanager] read-source [run settings old]
  #[[Read the sources of `run`, prepared for these `settings`; yield the `Source`.

  If the text is a table whose rows are a list, though no list was asked for, the source is its
  items; but not to continue `old`.]]
  (setv
    sources (Sources run settings)
    listing (when settings.items (Listing settings.items)))
  (with [text (Text)  table (Text)]
    (for [chunk (if listing (.chunks listing sources) sources)] (.add text chunk))
    (when (and sources.items (not listing) (not old))
      (setv listing (Listing sources.items))
      (try
        (for [chunk (.chunks listing text)] (.add table chunk))
        (.close text)  ; the list is stored once
        (setv text table)
        (except [ValueError] (setv listing None))))  ; too few rows for a list
    (when listing
      (.describe listing text run.display)
      (.hold-out listing settings.validation settings.rng-seed))
    (setv kept (.kept text settings.validation))
    (yield (Source text listing sources.people sources.digests kept (look-at text kept)))))


;; * Units

(defn new-vocabulary [run source settings]
  "Return the vocabulary of a new model, by the unit given or the text's default."
  (setv
    [asked display length] [run.asked run.display source.text.length]
    vocabulary (_learned source settings.unit settings.max-words)
    unit (if (in "unit" asked)
      settings.unit
      (default-unit length (len vocabulary) asked.minutes)))
  (when (= unit settings.unit) (return vocabulary))
  (.say display (Message f"learning {unit}, the default for {length :,} characters; "
    "for another unit, give " 'unit))
  (.doing display f"finding {unit}")
  (_learned source unit settings.max-words))


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


(defn make-corpus [run source vocabulary settings [fine-tuned False] [new True]]
  #[[Return the `Corpus` of `source` in units of `vocabulary`, for these `settings`.

  A text too short for the lookback of a base gets a shorter one, as does the list of short items
  of a `new` model. Raise `ValueError` if `max-words` has no effect, or the text differs between
  the processes.]]
  (check-words vocabulary run.asked fine-tuned)
  (setv
    [listing usual] [source.listing settings.lookback]
    [own held] (if listing
      (.split listing (ids-of source.text vocabulary) vocabulary)
      (gfor
        part [(.training source) (.part source.text source.kept source.text.length)]
        (ids-of part vocabulary)))
    lookback (cond
      (in "lookback" run.asked) usual
      fine-tuned (fitting-lookback (if (and listing new) (.covering listing usual) usual) own held)
      (and listing new) listing.lookback
      True usual)
    corpus (Corpus own held vocabulary f"{(len own)}:{source.text.fingerprint}" lookback))
  (.check-alike run.group "their texts (units and checksums)"
    f"{corpus.text}, {(zlib.crc32 (.encode (.to-json vocabulary))) :08x}")
  corpus)


(defn fitted-settings [settings source corpus]
  #[[Return `settings` with what `source` and its `corpus` decide: items, unit and lookback.

  Raise `ValueError` if the text is too short for them.]]
  (setv
    [before now] [settings.lookback corpus.lookback]
    settings (replace settings
      :items source.items
      :unit corpus.vocabulary.unit
      :lookback now
      :stride (cond
        (= settings.stride before) now
        (= now before) settings.stride
        True (min settings.stride now))))
  (check-length corpus.ids corpus.held settings)
  (when (> (or settings.batch-size 0) (len corpus.ids))
    (refuse 'batch-size f" {settings.batch-size} is more than the {(len corpus.ids)} "
      f"{settings.unit} of training text; give a smaller one"))
  settings)


;; * Facts

(defn first-facts [run source corpus embedding base why]
  "Return the `Facts` of a new model that hold for good: about its first text, network and base."
  (Facts embedding
    ;; An item begins after the end of another.
    (.decode corpus.vocabulary (get corpus.ids (if source.listing (slice -1 None) (slice 1))))
    :recipe (when run.asked.recipe run.asked.recipe.name)
    :base base :why why))


(defn text-facts [run source known [new True]]
  "Return the `Facts` of a model that learns `source`, `new` or not; `known` are those so far."
  (setv
    listing source.listing
    digests (dict.fromkeys [#* source.digests #* (or known.digests [])]))
  (replace known
    :title (title-of run.asked.sources)
    :digests (or (cut (list digests) MOST-DIGESTS) None)
    :devices run.group.in-words
    :seed-text source.look.seed
    :people (or source.people known.people)
    :longest-run (if new source.look.run (max source.look.run known.longest-run))
    :unbroken (_unbroken source known new)
    :names (unless listing (_names source known new))  ; items may well have new ones
    #** (if listing (.facts listing known new) {})))


(defn _unbroken [source known new]
  "Return where lines don't end in `source` and, unless the model is `new`, in its earlier texts."
  (cond
    (= source.items "line") None  ; `item-ends` is more exact
    new (or source.look.unbroken None)
    True (or (common known.unbroken source.look.unbroken) None)))


(defn _names [source known new]
  "Return the names in `source` and, unless the model is `new`, in its earlier texts, or None."
  (setv names (names-in (.join "" (.part source.text 0 (+ LONGEST-TEXT 1)))))
  (or (if new names (joined-names known.names names)) None))
