"The text of a run: what was asked for → a text, and what it looks like."

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  collections [Counter]
  contextlib [contextmanager]
  logging
  pathlib [Path]
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.messages [Message]
  lstm-textgen.basics.values [counted]
  lstm-textgen.display.plain [Display]
  lstm-textgen.learning.learner.machines [ProcessGroup]
  lstm-textgen.prep [prepared-name]
  lstm-textgen.settings.models [MOST-PEOPLE Request]
  lstm-textgen.settings.table [CHOOSING]
  lstm-textgen.text.corpus [Text cut-at-space prepared-chunks]
  lstm-textgen.text.files [read-chunks source-names]
  lstm-textgen.text.lists [Listing]
  lstm-textgen.text.looks [Look look-at])

(setv
  MOST-NOTED 10  ; documents that differ, which a run summarizes
  LOGGER (logging.getLogger "lstm_textgen"))
(.addHandler LOGGER (logging.NullHandler))  ; without a handler, Python would print what is logged


(defrecord Run "A training run: what was asked for, who trains, and what shows it." [
    ;; `sources` is a list, `path` the model's, ending in .h5; `csv` is absolute.
    #^ Request request
    #^ Path absolute-path  ; the model's, as a callback may change the folder
    #^ ProcessGroup group
    #^ Display display
    #^ object deadline]   ; when it must end, by `time.monotonic`; None if it has no `minutes`

  (meth warn [line]
    "Show and log a warning; whoever wants the log configures Python's `logging`."
    (when @group.leader? (.warning LOGGER line))
    (.warn @display line)))


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

  (meth training []
    "Return the text to train on, in chunks."
    (if @listing (.training-items @listing @text) (.part @text 0 @kept))))


;; * Reading

(defn [contextmanager] read-source [run filled old]
  #[[Read the sources of `run`, prepared as `filled` (a `Request`); yield the `Source`.

  If the sources are tables whose rows are a list, its items are read, unless to continue `old`.]]
  (setv
    [summaries plain digests] [[] [] []]
    chunks (_prepared run filled summaries plain digests)
    listing (when filled.items (Listing filled.items (bool old))))
  (with [text (Text)  table (Text)]
    (for [chunk (if listing (.chunks listing chunks) chunks)] (.add text chunk))
    (setv items (next (gfor each summaries :if each.items each.items) None))  ; rows of a table
    (when (and items (not listing) (not old)
        (or plain (not (all (gfor each summaries (or each.parts each.items))))))
      (setv items None)
      (.say run.display (Message "not all sources are lists, so they are read as text; "
        "to learn items, give " 'items)))
    (when (and items (not listing) (not old))
      (setv listing (Listing items))
      (try
        (for [chunk (.chunks listing text)] (.add table chunk))
        (.close text)  ; the list is stored once
        (setv text table)
        (except [ValueError] (setv listing None))))  ; too few rows for a list
    (when listing
      (.describe listing text run.display)
      (.hold-out listing filled.validation filled.rng-seed))
    (setv
      kept (.kept text filled.validation)
      people (_people summaries run.request.prep filled.lower))
    (yield (Source text listing people digests kept (look-at text kept)))))


(defn _prepared [run filled summaries plain digests]
  #[[Yield the text of the sources of `run`, prepared as `filled`, in chunks.

  Meanwhile `summaries` gets those of documents, the first different ones of which are shown,
  `plain` the names of other texts, and `digests` those of files. With a recipe's own
  steps the whole text is in memory once.]]
  (setv
    [request display] [run.request run.display]
    shown [])
  (defn note [name summary]
    (.append summaries summary)
    (unless (or (in summary.words shown) (= (len shown) MOST-NOTED))
      (.append shown summary.words)
      (.say display (Message f"{name}: " summary.words))))
  (when request.sources (.doing display f"reading {(source-names request.sources)}"))
  (try
    (setv chunks (prepared-chunks (read-chunks request.sources
      :encoding filled.encoding :items filled.items #** (.chosen request #* CHOOSING)
      :digests digests
      :progress display.download :note note :plain plain :warn run.warn
      :folders (if (and request.recipe request.recipe.folder) [request.recipe.folder] [])
      :limit (* MB request.max-download)) :width filled.join-lines))
    (when request.prep (setv chunks (cut-at-space [(request.prep (.join "" chunks))])))
    (for [chunk chunks] (yield (if filled.lower (.lower chunk) chunk)))
    (setv others (- (len summaries) (len shown)))
    (when others (.say display f"… and {(counted others "more documents")}"))
    (finally (.end-bar display))))


(defn _people [summaries prep lower]
  "Return the people of chats, the most frequent first, called as in the prepared text."
  (setv messages (Counter))
  (for [each summaries :if each.turns] (.update messages each.people))
  (setv names (gfor
    [name _] (.most-common messages MOST-PEOPLE)
    (prepared-name name prep lower)))
  (list (dict.fromkeys (filter None names))))
