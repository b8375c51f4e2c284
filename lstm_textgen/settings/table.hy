#[[The table of all settings.

A row of `TABLE` defines a setting's flag, its help and documentation, its keyword in recipes and
in Python, and its checks.]]

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  dataclasses [replace]
  os [PathLike fspath]
  hy.models [Symbol]
  lstm-textgen.basics.messages [refuse spelled]
  lstm-textgen.basics.values [CONDITIONS COPY COUNT ENCODING FLAG FRACTION Kind MATCH MODEL PASSAGE
    POSITIVE PROBABILITY RATIO REPEAT SEED SHARE STOPS TABLE-COLUMNS TEMPERATURE TEXT
    TEXTS WHOLE check-value one-of unknown-name]
  lstm-textgen.settings.layers [LAYERS]
  lstm-textgen.settings.sizing [CHARACTERS LEAST-ROWS LONG-TEXT MOST-ROWS RULES WORDS])


(defrecord Setting
  #[[A row of the table: a setting.

  `places` are words for where it may be given: on the command line (`cli`), in a `recipe`, to
  Python's `train`, to its methods that `write`, or to `generate` alone. With `model` the model
  file has it.]] [
    #^ str name    ; as Python writes it, with underscores
    #^ Kind kind
    #^ str places
    #^ str help
    #^ str [group None]       ; of flags, in the help
    #^ str [metavar "N"]      ; stands for the value in the help
    #^ object [default None]  ; None is described in `help`, or means no limit
    #^ bool [fixed False]     ; whether weights, vocabulary or the place in the data depend on it
    #^ bool [optional False]  ; whether the model file may lack it, or have None
    #^ str [brief None]       ; help of an everyday flag; others are only in `--help-all`
    #^ str [flag None]        ; its name on the command line, if different,
    #^ str [keyword None]     ; and in a recipe
    #^ object [value None]    ; the value that a flag without argument sets
    #^ tuple [shorthand None]]  ; another flag without argument, and the value that it sets

  (meth [property] option []
    "Its flag, such as `--max-words`."
    (or @flag f"--{(hy.unmangle @name)}"))

  (meth [property] full-help []
    "Its help, with the default."
    (if (or (in "(default" @help) (is @default None) (is-not @value None))
      @help
      f"{@help} (default: {@default})")))


(defn _switch [name places help #** more]
  "Return the `Setting` of a flag that takes no value and is off by default."
  (Setting name FLAG places help :metavar "" :default False :value True #** more))


(setv
  ITEMS (one-of "`line` or `paragraph`" "line" "paragraph")
  UNIT (one-of (+ "one of " (.join ", " (gfor unit RULES f"`{unit}`"))) #* RULES)
  OWN-UNITS f"{(. WORDS sizes [-1] hidden)} to {(. CHARACTERS sizes [0] hidden)} hidden units"
  OWN-DROPOUT f"dropout 0 to {(max (gfor size CHARACTERS.sizes size.most-dropout))}"
  OWN-EPOCHS (+
    f"{CHARACTERS.fewest-epochs} to {CHARACTERS.most-epochs}, fewer for a longer text, "
    f"{WORDS.fewest-epochs} to {WORDS.most-epochs} for words"))

;; The rows by groups, in the order of the help. Training defaults were measured on two cores; see
;; bench/log.md.
(setv TABLE {
  "text" [
    (Setting "sources" TEXTS "cli recipe train"
      (+ "files, folders, patterns, URLs, .gz, or - (standard input): plain text, documents, "
        "chats, posts; or the name of an included text")
      :metavar "PATH" :brief "the text: files, folders, patterns, URLs, .gz, or -")
    (Setting "recipe" PASSAGE "cli train"
      "take text and settings from a recipe; other flags override the recipe's"
      :metavar "FILE.hy" :brief "take text and settings from a recipe")
    (Setting "only" PASSAGE "cli recipe train"
      "in chats and mail, read only this person's messages" :metavar "NAME")
    (Setting "column" TABLE-COLUMNS "cli recipe train"
      (+ "in tables, read this column (its name, a part of that, or its number), or fill a "
        "template such as \"{Name} of {City}\"; may be repeated")
      :metavar "NAME")
    (Setting "where" CONDITIONS "cli recipe train"
      (+ "in tables, read only rows with this value in the column (lang=en), another "
        "('lang!=en') or a larger number ('year>1990'); if repeated, all must hold")
      :metavar "NAME=VALUE")
    (Setting "items" ITEMS "cli recipe train model"
      (+ "the text is a list of items, each a line or a paragraph (between blank lines); samples "
        "are items, too")
      :metavar "KIND" :fixed True :optional True
      :brief "the text is a list: each line, or paragraph, is an item")
    (Setting "max_download" POSITIVE "cli train"
      "size limit in MiB for downloads, unpacked documents and unpacked .gz"
      :metavar "MB" :default 1024)
    (Setting "encoding" ENCODING "cli recipe train model" "encoding of the sources"
      :metavar "NAME" :default "utf-8")
    (_switch "lower" "cli recipe train model" "convert the text to lower case" :fixed True)
    (Setting "join_lines" COUNT "cli recipe train model"
      "join lines wrapped at N characters into paragraphs"
      :metavar "N" :fixed True :optional True)
    (Setting "unit" UNIT "cli recipe train model"
      (+ "learn characters, pieces of words, or words (default: characters; from "
        f"{(// LONG-TEXT 1_000_000)} million characters of text on, pieces)")
      :metavar "UNIT" :default "characters" :fixed True :shorthand #("--word-by-word" "words")
      :brief "learn characters, pieces of words, or words")
    (Setting "max_words" COUNT "cli recipe train model"
      (+ "vocabulary size: the N most frequent words (default: 10000) or N pieces (default: 256 "
        "to 2048, growing with the text)") :fixed True :optional True)
    (Setting "validation" FRACTION "cli recipe train model"
      "share held out for validation: the text's end, or random items of a list; 0: none"
      :metavar "FRACTION" :default 0.1 :fixed True)]
  "network" [
    (Setting "base" MODEL "cli recipe train"
      (+ "fine-tune another model: english, german, french, spanish or a model file; keeps its "
        "layers")
      :metavar "MODEL" :flag "--from" :keyword "from"
      :brief "fine-tune another model, such as english")
    (Setting "layers" LAYERS "cli recipe train model"
      (+ f"the network, such as 256 or 512,dropout:0.2,256 (default: {OWN-UNITS}, "
        f"{OWN-DROPOUT}, by --minutes and the text's length)")
      :metavar "SPEC" :fixed True :brief "the network, such as 256 or 512,dropout:0.2")
    (Setting "lookback" COUNT "cli recipe train model"
      (+ "length of a training window, in units (default: 64, 32 for short items; with --from "
        "the base's, or what fits the items)") :default 64)]
  "training" [
    (Setting "path" PASSAGE "cli train"
      "the model file; .h5 may be omitted; given twice, two models generate together"
      :metavar "PATH" :default "model" :flag "--model" :brief "the model file (default: model)")
    (Setting "epochs" WHOLE "cli recipe train model"
      (+ "total epochs (passes over this text), counting earlier runs; 0: no limit "
        f"(default: {OWN-EPOCHS}; with --from often 2 to 6)")
      :brief "total epochs (passes over the text)")
    (Setting "minutes" POSITIVE "cli train"
      (+ "train for about N minutes; stop earlier when --epochs (default then: at most "
        f"{CHARACTERS.most-epochs}) are done or, with --from, by --patience")
      :brief "train for about N minutes")
    (Setting "patience" WHOLE "cli recipe train model"
      "stop after N epochs without a better validation loss; 0: never" :default 5)
    (Setting "learning_rate" POSITIVE "cli recipe train model"
      (+ "the peak learning rate (default: 0.008, with --minutes up to 0.012; with --from often "
        "0.003, constant)")
      :metavar "RATE" :default 0.008)
    (Setting "batch_size" COUNT "cli recipe train model"
      (+ f"windows per training step (default: {LEAST-ROWS} to {MOST-ROWS}, "
        "larger for longer texts and with --from)"))
    (Setting "stride" COUNT "cli recipe train model"
      (+ "distance between window starts; below --lookback, windows overlap "
        "(default: the lookback)"))
    (Setting "save_every" POSITIVE "cli train"
      "also save within an epoch, at this interval" :metavar "MINUTES" :default 10)
    (Setting "csv" PASSAGE "cli train"
      "write each epoch's losses, in bits per character, to this CSV file" :metavar "FILE")
    (_switch "restart" "cli train" "start over even if the model exists"
      :brief "start over even if the model exists")
    (_switch "add_text" "cli train"
      "train an existing model further on another text, which may be mixed with its first"
      :flag "--continue")
    (_switch "distributed" "cli train"
      "split each batch over all devices, on JAX; see docs/training.md")
    (_switch "cpu" "cli" "train on the CPU only")
    (_switch "quiet" "cli train" "show only errors and warnings")]
  "generation" [
    (Setting "generate" TEXT "cli" "generate text that continues this seed text"
      :metavar "SEED" :brief "generate text that continues this seed text")
    (Setting "generate_from" PASSAGE "cli"
      "take the seed text from this file; - for standard input" :metavar "FILE")
    (_switch "interactive" "cli" "type a seed text, get a continuation; :help lists the commands"
      :brief "type a seed text, get a continuation")
    (Setting "length" WHOLE "cli write"
      "end after N characters, or words (default: endless; 200 with --interactive, 400 in a chat)"
      :brief "end after N characters, or words")
    (Setting "stop" STOPS "cli write" "end before this text; may be repeated" :metavar "TEXT")
    (Setting "sentences" COUNT "cli write" "end after N sentences")
    (Setting "match" MATCH "cli write"
      (+ "generate only texts that match this regular expression as a whole, such as [KR].* or "
        ".{1,8}; an item is matched with its seed text, other text without") :metavar "REGEX"
      :brief "generate only texts that match this regular expression")
    (Setting "no_repeat" REPEAT "cli write"
      "don't repeat a passage of N characters within a text (default: no limit)")
    (Setting "no_copy" COPY "cli write"
      (+ "copy no passage of more than N characters from the training text; 0: no limit (default: "
        "60 for running text, but passages that it repeats may be copied)"))
    (Setting "best_of" COUNT "cli generate"
      (+ "of every N texts drawn, keep the one that is most likely per letter (default: 4, for "
        "short items 8, for a single text or with --match 1)")
      :brief "of every N texts drawn, keep the likeliest")
    (Setting "samples" COUNT "cli generate"
      (+ "generate N samples; requires --length, --stop or --sentences, unless of a list "
        "(default: 1, or 10 items)") :default 1 :brief "generate N samples")
    (_switch "new" "cli generate"
      (+ "generate only items that are neither in the model's list (--items) nor generated "
        "before, ignoring case and extra spaces"))
    (Setting "output" PASSAGE "cli"
      (+ "write the text to this file; - for standard output; with --sources alone, the text "
        "that a model would read")
      :metavar "FILE" :brief "write the text to this file")
    (_switch "originality" "cli" "report how much of the text is copied from the --sources")
    (Setting "page" PASSAGE "cli"
      (+ "make an offline web page of one model or two, which generates, learns and writes with "
        "you; --temperature, --min-p and --length set its controls")
      :metavar "FILE" :brief "make a web page that writes and learns, offline")
    (_switch "no_names" "cli"
      "leave out of the --page the names in the training text; it then no longer favors them")]
  "sampling" [
    (Setting "temperature" TEMPERATURE "cli recipe train write model"
      (+ "0: always the most likely unit; 1: the model's own probabilities; higher: wilder; a "
        "list such as 0.4,1,0.7 applies to the units in turn (default: 1, or 0.8 for --best-of 4)")
      :metavar "T" :optional True :brief "0: most likely; 1: as learned; higher: wilder (1)")
    (Setting "top_k" COUNT "cli write" "choose among the K most likely units (default: all)"
      :metavar "K")
    (Setting "top_p" PROBABILITY "cli write"
      "choose among the most likely units with a total probability of P (default: 1)"
      :metavar "P")
    (Setting "min_p" RATIO "cli write"
      (+ "after --temperature, choose among units at least P times as likely as the most likely; "
        "0: among all")
      :metavar "P" :default 0.1)
    (Setting "mix" SHARE "cli" "the first model's share when two generate together"
      :metavar "SHARE" :default 0.5)]
  "scoring" [
    (Setting "score" TEXTS "cli"
      "measure how well the model predicts these texts: files, folders, patterns, .gz, or -"
      :metavar "PATH" :brief "measure how well the model predicts these texts")]
  "information and copies" [
    (_switch "info" "cli"
      "show what a model file holds, or a line for each model in a folder (default: this one)")
    (Setting "export" PASSAGE "cli"
      "write a small copy of the model to share, without its training state"
      :metavar "FILE.h5")
    (Setting "import_page" PASSAGE "cli"
      (+ "make a model file of the model on a page; of a page of two, give --model twice; "
        "--restart replaces an existing model")
      :metavar "FILE.html" :flag "--import")
    (_switch "overwrite" "cli train"
      "replace an output file even if another program made it; never a source or a model")]
  "other" [
    (Setting "rng_seed" SEED "cli recipe train write model"
      "random seed (default: 1 for training, a new one for generation)" :default 1 :fixed True)]})

(setv SETTINGS (dfor [group rows] (.items TABLE) row rows row.name (replace row :group group)))


(setv
  CHOOSING ["only" "column" "where"]  ; what of sources is read
  READING ["encoding" "max_download" #* CHOOSING])  ; and how


(defn settings-in [#* places]
  "Return the settings that have one of these `places`, words of `Setting.places`."
  (lfor setting (.values SETTINGS) :if (& (set places) (set (.split setting.places))) setting))


(defn check-given [given place]
  #[[Return the dict `given` with plain values and with underscores in its names.

  Raise `ValueError` unless each name is a setting allowed in that `place`, a word of
  `Setting.places`, and its value in range; `TypeError` for a value of the wrong type.]]
  (setv
    names {
      #** (if (= place "recipe") {"prep" None} {})  ; the macro's own
      #** (dfor s (settings-in place) name [s.name s.keyword] :if name name s.name)}
    checked {})
  (for [[key value] (.items given)]
    (setv name (hy.mangle key))
    (unless (.get names name)
      (refuse #* (if (in name SETTINGS)
        [(Symbol name) f" can't be set in a {place}"]
        [(unknown-name "setting" name names)])))
    (setv (get checked (get names name)) (check-setting (get names name) value)))
  checked)


(defn check-setting [name value [wrong-type TypeError]]
  #[[Return `value` as a plain Python value; raise like `check-value` if it is invalid for `name`.

  A path may be a `PathLike`, such as a `Path`.]]
  (when (and (isinstance value PathLike) (in (. (get SETTINGS name) kind) [PASSAGE MODEL]))
    (setv value (fspath value)))
  (check-value (Symbol name) (. (get SETTINGS name) kind) value wrong-type))


(defn as-keyword [message]
  "Return the text of `message`, or of an exception, with settings as in a recipe: `:batch-size`."
  (spelled message (fn [name]
    f"`:{(hy.unmangle (or (getattr (.get SETTINGS name) "keyword" None) name))}`")))


(defn as-flags [message]
  "Return the text of `message`, or of an exception, with settings as flags: --batch-size."
  (spelled message (fn [name] (. (get SETTINGS name) option))))
