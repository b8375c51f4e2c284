#[[The one table of everything that can be set, and the settings of a model.

From a setting's row in `TABLE` come its flag, its help and documentation, and its checks.]]

(eval-when-compile (require hyrule [unless]))
(import
  dataclasses [dataclass make-dataclass replace]
  re
  lstm-textgen.basics.values [COUNT ENCODING FLAG FRACTION Kind MODEL PASSAGE PORT POSITIVE
    PROBABILITY RATIO SEED SHARE STOPS TEMPERATURE TEXT TEXT-LIST TEXTS WHOLE check-value text?
    unknown-name]
  lstm-textgen.settings.layers [LAYERS parse-layers]
  lstm-textgen.settings.sizing [CHARACTERS FEWEST-ROWS MOST-ROWS RULES WORDS])


(defclass [(dataclass :frozen True)] Setting []
  #[[A row of the table: something that can be set.

  `places` are words for where it may be given: on the command line (`cli`), in a `recipe`, to
  Python's `train`, to its methods that `write`; with `model` it is kept in the model file.]]
  #^ str name    ; as Python writes it, with underscores
  #^ Kind kind
  #^ str places
  #^ str help
  (setv
    #^ str group None       ; of flags, in the help
    #^ str metavar "N"      ; stands there for the value
    #^ object default None  ; None is described in `help`, or means no limit
    #^ bool fixed False     ; whether a model's weights, vocabulary or place in the data need it
    #^ bool optional False  ; whether the model file may have None …
    #^ bool later False     ; … or lack the setting, as the first ones did
    #^ str brief None       ; about an everyday flag, for `--help`; others are in `--help-all`
    #^ str flag None        ; what the command line calls it, if that is another name,
    #^ str keyword None     ; and a recipe,
    #^ str python None      ; and what does it in Python
    #^ object value None    ; what a flag that takes none sets it to
    #^ tuple shorthand None)  ; another flag, which takes none either, and what it sets this to

  (defn [property] option [self]
    "Its flag, such as `--max-words`."
    (or self.flag f"--{(hy.unmangle self.name)}"))

  (defn [property] full-help [self]
    "Its help, with the default."
    (if (or (in "(default" self.help) (is self.default None) (is-not self.value None))
      self.help
      f"{self.help} (default: {self.default})")))


(defn _switch [name places help #** more]
  "Return the `Setting` of a flag that takes no value, off unless it is given."
  (Setting name FLAG places help :metavar "" :default False :value True #** more))


(setv
  SHELL (Kind "bash, zsh or fish" text? (fn [x] (in x ["bash" "zsh" "fish"])))
  UNIT (Kind (+ "one of " (.join ", " (gfor unit RULES f"`{unit}`"))) text? (fn [x] (in x RULES)))
  SIZES (lfor rule (.values RULES) size rule.sizes size)
  OWN-UNITS (.format "{} to {} units" #* (gfor f [min max] (f (gfor size SIZES size.units))))
  OWN-DROPOUT f"dropout 0 to {(max (gfor size SIZES size.most-dropout))}"
  OWN-EPOCHS (.join "; " (gfor
    [unit r] (.items RULES)
    f"as many as read {r.read :,} {unit}, but from {r.fewest-epochs} to {r.most-epochs}")))

;; The rows by groups, in the order of the help. Defaults of training were measured on two cores;
;; bench/README.md has the figures.
(setv TABLE {
  "text" [
    (Setting "sources" TEXTS "cli recipe train"
      (+ "files, folders, patterns, http(s) URLs, .gz files, or - for standard input; plain text, "
        "documents (.docx, .odt, .rtf, .epub, .html, .pdf) and exports of chats, among others; "
        "a bare name is also looked for in corpora/")
      :metavar "PATH" :brief "the text: files, folders, patterns, URLs, .gz, or -")
    (Setting "recipe" PASSAGE "cli train model"
      "take sources and settings from a recipe; flags given here win"
      :metavar "FILE.hy" :optional True :brief "the text and the settings, from a recipe")
    (Setting "only" PASSAGE "cli recipe train"
      "of chats and mail, read only what this person wrote" :metavar "NAME")
    (Setting "column" PASSAGE "cli recipe train"
      "of tables (.csv, .tsv), read this column" :metavar "NAME")
    (Setting "max_download" POSITIVE "cli train"
      (+ "the most that a download, or the unpacked content of a document or a .gz, may have, in "
        "units of 2^20 bytes")
      :metavar "MB" :default 1024)
    (Setting "encoding" ENCODING "cli recipe train model" "of the sources"
      :metavar "NAME" :default "utf-8" :optional True)
    (_switch "lower" "cli recipe train model" "turn the text into lower case" :fixed True)
    (Setting "unit" UNIT "cli recipe train model" "learn characters, pieces of words, or words"
      :metavar "UNIT" :default "characters" :fixed True :shorthand #("--word-by-word" "words")
      :brief "learn characters (default), pieces of words, or words")
    (Setting "max_words" COUNT "cli recipe train model"
      (+ "know the N most frequent words (default: 10000), or N pieces (default: 256 to 2048, "
        "more for a longer text)")
      :fixed True :optional True)
    (Setting "validation" FRACTION "cli recipe train model"
      "the last part of the text, held out to validate on; 0: none"
      :metavar "FRACTION" :default 0.1 :fixed True)]
  "network" [
    (Setting "base" MODEL "cli recipe train model"
      (+ "begin from what another model knows: english, which comes with the program, or a model "
        "file; the layers are its own, and the lookback too unless --lookback is given")
      :metavar "MODEL" :optional True :later True :flag "--from" :keyword "from"
      :brief "begin from another model, such as english")
    (Setting "layers" LAYERS "cli recipe train model"
      (+ "such as 256 or lstm:512,dropout:0.2,gru:256 (default: by --minutes and the length of "
        f"the text: {OWN-UNITS}, {OWN-DROPOUT})")
      :metavar "SPEC" :fixed True :brief "the network, such as 256 or lstm:512,dropout:0.2")
    (Setting "lookback" COUNT "cli recipe train model"
      "the window: how far back the network learns to see, in units" :default 64)
    (Setting "embedding" COUNT "model" "dimensions of the embedding")
    (Setting "people" TEXT-LIST "model" "who writes in the chat that it has learned from"
      :optional True :later True)
    (Setting "beginning" TEXT "model" "the first unit of the text, to write from")
    (Setting "why" TEXT "model" "why the network was chosen; empty if it was given"
      :default "" :later True)
    (Setting "devices" TEXT "model" "what it was last trained on, if batches were split"
      :default "" :later True)]
  "training" [
    (Setting "path" PASSAGE "cli train"
      "the model file; .h5 may be left out; given twice, two models write together"
      :metavar "PATH" :default "model" :flag "--model" :brief "the model file (default: model)")
    (Setting "epochs" WHOLE "cli recipe train model"
      (+ "epochs to train for on this text, over all runs; 0: until stopped "
        f"(default: {OWN-EPOCHS})")
      :brief "how often to read the text, over all runs")
    (Setting "minutes" POSITIVE "cli train"
      (+ "train for at most N minutes in all, and fit the schedule to them; this run then has at "
        f"most --epochs epochs (default: {CHARACTERS.most-epochs}, of a long text "
        f"{CHARACTERS.enough-epochs}, of words {WORDS.most-epochs}), and --patience ends nothing")
      :brief "train for at most N minutes")
    (Setting "patience" WHOLE "cli recipe train model"
      "stop after N epochs without a better validation loss; 0: never" :default 5)
    (Setting "learning_rate" POSITIVE "cli recipe train model"
      (+ "the highest, before it decays (default: 0.008; up to 0.012 in a new model's run of few "
        "--minutes)")
      :metavar "RATE" :default 0.008)
    (Setting "batch_size" COUNT "cli recipe train model"
      (+ f"windows trained on at once (default: {FEWEST-ROWS} to {MOST-ROWS}, "
        "more for a longer text)"))
    (Setting "stride" COUNT "cli recipe train model"
      (+ "from one window to the next; as long as the window, they follow one another "
        "(default: the lookback)"))
    (Setting "save_every" POSITIVE "cli train"
      "save this often within a long epoch, not only at its end" :metavar "MINUTES" :default 10)
    (Setting "tensorboard" PASSAGE "cli train"
      "also write logs for TensorBoard into this folder (pip install tensorboard)" :metavar "DIR")
    (Setting "csv" PASSAGE "cli train"
      "also write the losses of each epoch, in bits, into this file, a table with commas"
      :metavar "FILE")
    (_switch "restart" "cli train" "begin anew although the model exists"
      :brief "begin anew although the model exists")
    (_switch "distributed" "cli train"
      "split each batch over all devices of all processes, on JAX; docs/distributed.md tells how")
    (_switch "cpu" "cli" "leave the GPU alone")
    (_switch "quiet" "cli train" "show nothing but errors")]
  "writing" [
    (Setting "generate" TEXT "cli" "write on from this text"
      :metavar "SEED" :brief "write on from this text")
    (Setting "generate_from" PASSAGE "cli"
      "write on from the text in this file; - for standard input" :metavar "FILE")
    (_switch "interactive" "cli" "type a beginning, get a continuation; :help there tells more"
      :brief "type a beginning, get a continuation")
    (Setting "length" WHOLE "cli write"
      "end after N characters, or words (default: endless; 200 with --interactive)"
      :brief "end after N characters, or words")
    (Setting "stop" STOPS "cli write" "end before this text; may be given several times"
      :metavar "TEXT")
    (Setting "sentences" COUNT "cli write" "end with the Nth sentence")
    (Setting "samples" COUNT "cli write" "write N texts at once; they need an end"
      :default 1 :brief "write N texts")
    (Setting "output" PASSAGE "cli"
      "write into this file instead of showing it; - for standard output"
      :metavar "FILE" :brief "write into this file")
    (_switch "originality" "cli" "say at the end how much of it is copied from the --sources")
    (Setting "page" PASSAGE "cli"
      (+ "make a web page that holds the model, to play with it in any browser, offline; "
        "two models write side by side; its controls begin at --temperature and --length")
      :metavar "FILE" :brief "make a web page to play with the model, offline")]
  "choosing" [
    (Setting "temperature" TEMPERATURE "cli recipe train write model"
      (+ "0: always the likeliest; 1: as the model sees it; more: wilder; "
        "0.4,1,0.7: one after another")
      :metavar "T" :default 0.7 :brief "0: the likeliest; 1: as it is; more: wilder (0.7)")
    (Setting "top_k" COUNT "cli write" "only among the K likeliest units (default: all)"
      :metavar "K")
    (Setting "top_p" PROBABILITY "cli write"
      "only among the likeliest that together have the probability P (default: 1)" :metavar "P")
    (Setting "min_p" RATIO "cli write"
      "only among those at least P times as likely as the likeliest (default: 0)" :metavar "P")
    (Setting "mix" SHARE "cli" "the first model's share where two write together"
      :metavar "SHARE" :default 0.5)]
  "scoring" [
    (Setting "score" TEXTS "cli"
      (+ "say how well the model predicts these texts: files, folders, patterns, .gz files, "
        "or - for standard input")
      :metavar "PATH" :brief "say how well the model predicts these texts")
    (Setting "score_html" PASSAGE "cli"
      "with --score: also write a page that shades each character by its surprise"
      :metavar "FILE")]
  "serving" [
    (_switch "serve" "cli"
      (+ "serve each --model over HTTP: a page to play with it, and the interface of OpenAI's API "
        "for programs; needs pip install 'lstm_textgen[serve]'")
      :brief "serve models over HTTP, to browsers and programs")
    (Setting "port" PORT "cli" "the port to serve on; 0: any that is free" :default 8000)
    (Setting "host" PASSAGE "cli"
      "the address to serve on; another than this machine's own needs --api-key or --open"
      :metavar "ADDRESS" :default "127.0.0.1")
    (Setting "api_key" PASSAGE "cli"
      (+ "the key without which nothing is served; better kept in the environment variable "
        "LSTM_TEXTGEN_API_KEY, where other users don't see it")
      :metavar "KEY")
    (_switch "open" "cli" "serve whoever can reach --host, without a key")]
  "reports" [
    (Setting "report" PASSAGE "cli train"
      (+ "make a page about the model, during training or after it: its curves, what it writes "
        "and knows, its settings; with several --model, one that compares them")
      :metavar "FILE" :brief "make a page about the model")
    (_switch "info" "cli"
      "say what a model file holds: its text, losses, network, vocabulary and settings")
    (_switch "overwrite" "cli train"
      "replace an output file even if this program didn't make it; never a source or a model")]
  "other programs" [
    (Setting "export" PASSAGE "cli"
      (+ "write the model for other programs; the ending decides: .onnx, .safetensors (and a "
        ".json), .h5 (small, to share, without what resumes training), or / for the folder of a "
        "SavedModel")
      :metavar "FILE")
    (Setting "import" PASSAGE "cli"
      "make a model from an .h5 or .keras file that Keras 1, 2 or 3 saved"
      :metavar "OLD.h5" :python "TextModel.from_keras")
    (Setting "alphabet" PASSAGE "cli"
      "the file with all characters of the model to --import, in their order"
      :metavar "OLD.txt")]
  "other" [
    (Setting "rng_seed" SEED "cli recipe train write model"
      (+ "the number that random choices come from "
        "(default: 1 to train with, a new one to write with)")
      :brief "same number, same text" :default 1 :fixed True)
    (Setting "completion" SHELL "cli"
      "print a script that completes these flags in bash, zsh or fish" :metavar "SHELL")]})

(setv SETTINGS (dfor [group rows] (.items TABLE) row rows row.name (replace row :group group)))


(defn settings-in [place]
  "Return the settings that may be given in a `place`, a word of `Setting.places`."
  (lfor setting (.values SETTINGS) :if (in place (.split setting.places)) setting))


(defn check-given [given place]
  #[[Return the dict `given` with plain values, its names with underscores.

  Raise `ValueError` unless each name is a setting that may be given in that `place`, a word of
  `Setting.places`, and its value in range; `TypeError` for a value of another type.]]
  (setv
    names {
      #** (if (= place "recipe") {"prep" None} {})  ; the macro's own
      #** (dfor s (settings-in place) name [s.name s.keyword] :if name name s.name)}
    checked {})
  (for [[key value] (.items given)]
    (setv name (hy.mangle key))
    (unless (.get names name) (raise (ValueError (unknown-name "setting" name names))))
    (setv (get checked (get names name)) (check-setting (get names name) value)))
  checked)


(defn check-setting [name value [wrong-type TypeError]]
  "Return `value` as plain Python has it; raise as `check-value` if it can't be `name`'s."
  (check-value f"`{name}`" (. (get SETTINGS name) kind) value wrong-type))


(defn check-fields [record]
  "Check the fields of a frozen dataclass as the settings of their names; an unset None passes."
  (for [[name value] (list (.items (vars record)))]
    (unless (is value None (getattr (type record) name None))
      (object.__setattr__ record name (check-setting name value)))))


(defn as-keyword [text]
  "Return `text` with each setting's name in backticks as a recipe writes it: `:batch-size`."
  (in-words text (fn [setting] f"`:{(hy.unmangle (or setting.keyword setting.name))}`")))


(defn in-words [text spell]
  "Return `text` with each setting's name in backticks as `spell` writes that `Setting`."
  (setv names (dfor setting (.values SETTINGS) (or setting.python setting.name) setting))
  (re.sub r"`([\w.]+)`"
    (fn [found] (if (in (get found 1) names) (spell (get names (get found 1))) (get found 0)))
    text))


;; * The settings of a model

(defn _check-model-settings [self]
  "Check the settings, and read `layers`; as `check-value`, raise for one that is wrong."
  (check-fields self)
  (when self.layers (object.__setattr__ self "layers" (parse-layers self.layers))))


;; Kept in the model file; `layers` are `Layers` here, and None where they are still to be chosen.
(setv ModelSettings (make-dataclass "ModelSettings"
  (lfor setting (settings-in "model") setting.name)
  :frozen True
  :namespace {
    "__post_init__" _check-model-settings
    "as_dict" (fn [self] {#** (vars self)  "layers" (str self.layers)})  ; plain, for the file
    "__doc__" "The settings of a model, an attribute each."
    "__module__" __name__}))  ; pickle looks for it there


(defn new-settings [given]
  "Return the `ModelSettings` of a new model: what is `given` (a dict), the defaults for the rest."
  (setv values (dfor
    s (settings-in "model")
    :setv value (.get given s.name)
    s.name (if (is value None) s.default value)))
  (ModelSettings #** {
    #** values
    "stride" (or (get values "stride") (get values "lookback"))
    "max_words" (or (get values "max_words") (. (get RULES (get values "unit")) max-words))}))


(defn stored-settings [stored]
  "Return the `ModelSettings` in `stored`, a dict from a file; raise `ValueError` if unsound."
  (setv values {})
  (for [s (settings-in "model")]
    (unless (or s.later (in s.name stored)) (raise (ValueError f"its settings lack '{s.name}'")))
    (setv (get values s.name) (.get stored s.name s.default))
    (unless (and (is (get values s.name) None) s.optional)
      (check-setting s.name (get values s.name) ValueError)))
  (ModelSettings #** values))


(defn continued-settings [stored given]
  #[[Return the `ModelSettings` to go on with: those `stored`, and what is `given` (a dict).

  Raise `ValueError` for one that is given and contradicts what the model holds fast.]]
  (setv settings (replace stored
    #** (dfor [name value] (.items given) :if (is-not value None) name value)))
  (when (and (= stored.stride stored.lookback) (is (.get given "stride") None))
    (setv settings (replace settings :stride settings.lookback)))
  (for [setting (settings-in "model") :if setting.fixed]
    (setv [old new] (gfor each [stored settings] (getattr each setting.name)))
    (unless (= old new)
      (raise (ValueError (+ (if (is setting.value None)
          f"`{setting.name}` is {new} here, but the model has {old}"
          f"the model was trained {(if old "with" "without")} `{setting.name}`")
        "; leave it out, or train a new model with `restart` or another `path`")))))
  settings)
