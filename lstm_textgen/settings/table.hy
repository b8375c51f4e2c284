#[[The one table of everything that can be set, and the settings of a model.

A setting has one row in `TABLE`. The command line's parser, its help and its documentation, the
checks of a recipe while it compiles, those of a stored model and the types in `__init__.pyi` come
from it or are compared with it by a test.

Messages write a setting as Python does, in backticks: `max_words`. The command line shows it as
its flag, a recipe as its keyword.]]

(eval-when-compile (require hyrule [unless]))
(import
  dataclasses [dataclass make-dataclass replace]
  re
  lstm-textgen.basics.values [COUNT ENCODING FLAG FRACTION Kind MODEL PASSAGE POSITIVE PROBABILITY
    RATIO SEED SHARE STOPS TEMPERATURE TEXT TEXTS WHOLE check-value text? unknown-name]
  lstm-textgen.settings.layers [LAYERS parse-layers]
  lstm-textgen.settings.sizing [CHARACTERS FEWEST-ROWS MOST-ROWS RULES WORDS])


(defclass [(dataclass :frozen True)] Setting []
  #[[A row of the table: something that can be set.

  - `name`: as Python writes it, with underscores; `kind`: a `Kind`.
  - `places`: where it may be given, each by a letter: `c` on the command line, `r` in a recipe,
    `t` to Python's `train`, `w` to its writing methods; `m`: it is kept in the model file.
  - `group`: of flags, in the help; `metavar` stands there for the value.
  - `default`: what it is unless given; None is described in `help`, or means no limit.
  - `fixed`: whether a model holds it fast, since its weights, its vocabulary or its place in the
    data were made with it. `optional`: whether None may stand in the model file.
  - `later`: whether a model file may lack it, since the first ones did.
  - `brief`: one short line about an everyday flag, for `--help`; the others are in `--help-all`.
  - `flag`: its name on the command line; `value`: what a flag that takes none sets it to;
    `shorthand`: another flag, which takes none either, and what that one sets it to.
  - `keyword`: its name in a recipe, if that is another; `python`: what does it in Python, if that
    is something else.]]
  #^ str name
  #^ Kind kind
  #^ str places
  #^ str group
  #^ str metavar
  #^ str help
  (setv
    #^ object default None
    #^ bool fixed False
    #^ bool optional False
    #^ bool later False
    #^ str brief None
    #^ str flag None
    #^ object value None
    #^ tuple shorthand None
    #^ str keyword None
    #^ str python None)

  (defn [property] option [self]
    "Its flag, such as `--max-words`."
    (or self.flag f"--{(hy.unmangle self.name)}"))

  (defn [property] full-help [self]
    "Its help, with the default."
    (if (or (in "(default" self.help) (is self.default None) (is-not self.value None))
      self.help
      f"{self.help} (default: {self.default})")))


(setv
  SHELL (Kind "bash, zsh or fish" text? (fn [x] (in x ["bash" "zsh" "fish"])))
  UNIT (Kind (.join " or " (gfor unit RULES f"`{unit}`")) text? (fn [x] (in x RULES)))
  SIZES (lfor rule (.values RULES) size rule.sizes size)
  OWN-UNITS (.format "{} to {} units" #* (gfor f [min max] (f (gfor size SIZES size.units))))
  OWN-DROPOUT f"dropout 0 to {(max (gfor size SIZES size.most-dropout))}"
  OWN-EPOCHS (.join "; " (gfor
    [unit rule] (.items RULES)
    (+ f"as many as read {rule.read :,} {unit}, "
      f"but from {rule.fewest-epochs} to {rule.most-epochs}"))))

;; Defaults of training were measured on two cores; bench/README.md has the figures.
(setv TABLE [
  ;; * What to learn from
  (Setting "sources" TEXTS "crt" "text" "PATH"
    (+ "files, folders, patterns, http(s) URLs, .gz files, or - for standard input; "
      "a bare name is also looked for in corpora/")
    :brief "the text: files, folders, patterns, URLs, .gz, or -")
  (Setting "recipe" PASSAGE "ctm" "text" "FILE.hy"
    "take sources and settings from a recipe; flags given here win"
    :optional True :brief "the text and the settings, from a recipe")
  (Setting "max_download" POSITIVE "ct" "text" "MB"
    "the most that a download, or the content of a .gz, may have, in units of 2^20 bytes"
    :default 1024)
  (Setting "encoding" ENCODING "crtm" "text" "NAME"
    "of the sources"
    :default "utf-8" :optional True)
  (Setting "lower" FLAG "crtm" "text" ""
    "turn the text into lower case"
    :default False :fixed True :value True)
  (Setting "unit" UNIT "crtm" "text" "UNIT"
    "learn characters or words"
    :default "characters" :fixed True :shorthand #("--word-by-word" "words")
    :brief "learn characters (the default) or words")
  (Setting "max_words" COUNT "crtm" "text" "N"
    "know the N most frequent words"
    :default 10000 :fixed True :optional True)
  (Setting "validation" FRACTION "crtm" "text" "FRACTION"
    "the last part of the text, held out to validate on; 0: none"
    :default 0.1 :fixed True)
  ;; * The network
  (Setting "base" MODEL "crtm" "network" "MODEL"
    (+ "begin from what another model knows: english, which comes with the program, or a model "
      "file; the layers are its own, and the lookback too unless --lookback is given")
    :optional True :later True :flag "--from" :keyword "from"
    :brief "begin from another model, such as english")
  (Setting "layers" LAYERS "crtm" "network" "SPEC"
    (+ "such as 256 or lstm:512,dropout:0.2,gru:256 (default: by --minutes and the length of "
      f"the text: {OWN-UNITS}, {OWN-DROPOUT})")
    :fixed True :brief "the network, such as 256 or lstm:512,dropout:0.2")
  (Setting "lookback" COUNT "crtm" "network" "N"
    "the window: how far back the network learns to see, in units"
    :default 64)
  (Setting "embedding" COUNT "m" "" "" "dimensions of the embedding")
  (Setting "beginning" TEXT "m" "" "" "the first unit of the text, to write from")
  (Setting "why" TEXT "m" "" "" "why the network was chosen; empty if it was given"
    :default "" :later True)
  (Setting "devices" TEXT "m" "" "" "what it was last trained on, if batches were split"
    :default "" :later True)
  ;; * Training
  (Setting "path" PASSAGE "ct" "training" "PATH"
    "the model file; .h5 may be left out; given twice, two models write together (default: model)"
    :brief "the model file (default: model)" :flag "--model")
  (Setting "epochs" WHOLE "crtm" "training" "N"
    (+ "epochs to train for on this text, over all runs; 0: until stopped "
      f"(default: {OWN-EPOCHS})")
    :brief "how often to read the text, over all runs")
  (Setting "minutes" POSITIVE "ct" "training" "N"
    (+ "train for at most N minutes in all, and fit the schedule to them; this run then has at "
      f"most --epochs epochs (default: {CHARACTERS.most-epochs}, of a long text "
      f"{CHARACTERS.enough-epochs}, of words {WORDS.most-epochs}), and --patience ends nothing")
    :brief "train for at most N minutes")
  (Setting "patience" WHOLE "crtm" "training" "N"
    "stop after N epochs without a better validation loss; 0: never"
    :default 5)
  (Setting "learning_rate" POSITIVE "crtm" "training" "RATE"
    (+ "the highest, before it decays (default: 0.008; up to 0.012 in a new model's run of few "
      "--minutes)")
    :default 0.008)
  (Setting "batch_size" COUNT "crtm" "training" "N"
    (+ f"windows trained on at once (default: {FEWEST-ROWS} to {MOST-ROWS}, "
      "more for a longer text)"))
  (Setting "stride" COUNT "crtm" "training" "N"
    (+ "from one window to the next; as long as the window, they follow one another "
      "(default: the lookback)"))
  (Setting "save_every" POSITIVE "ct" "training" "MINUTES"
    "save this often within a long epoch, not only at its end"
    :default 10)
  (Setting "tensorboard" PASSAGE "ct" "training" "DIR"
    "also write logs for TensorBoard into this folder (pip install tensorboard)")
  (Setting "csv" PASSAGE "ct" "training" "FILE"
    "also write the losses of each epoch, in bits, into this file, a table with commas")
  (Setting "restart" FLAG "ct" "training" ""
    "begin anew although the model exists"
    :default False :brief "begin anew although the model exists" :value True)
  (Setting "distributed" FLAG "ct" "training" ""
    "split each batch over all devices of all processes, on JAX; docs/distributed.md tells how"
    :default False :value True)
  (Setting "cpu" FLAG "c" "training" ""
    "leave the GPU alone"
    :default False :value True)
  (Setting "quiet" FLAG "ct" "training" ""
    "show nothing but errors"
    :brief "show nothing but errors" :default False :value True)
  ;; * Writing
  (Setting "generate" TEXT "c" "writing" "SEED"
    "write on from this text"
    :brief "write on from this text")
  (Setting "generate_from" PASSAGE "c" "writing" "FILE"
    "write on from the text in this file; - for standard input")
  (Setting "interactive" FLAG "c" "writing" ""
    "type a beginning, get a continuation; :help there tells more"
    :default False :brief "type a beginning, get a continuation" :value True)
  (Setting "length" WHOLE "cw" "writing" "N"
    "end after N units: characters, or words (default: endless; 200 with --interactive)"
    :brief "end after N characters, or words")
  (Setting "stop" STOPS "cw" "writing" "TEXT"
    "end before this text; may be given several times")
  (Setting "sentences" COUNT "cw" "writing" "N"
    "end with the Nth sentence")
  (Setting "samples" COUNT "cw" "writing" "N"
    "write N texts at once; they need an end"
    :default 1 :brief "write N texts")
  (Setting "output" PASSAGE "c" "writing" "FILE"
    "write into this file instead of showing it; - for standard output"
    :brief "write into this file")
  (Setting "originality" FLAG "c" "writing" ""
    "say at the end how much of it is copied from the --sources"
    :default False :value True)
  (Setting "page" PASSAGE "c" "writing" "FILE"
    (+ "make a web page that holds the model, to play with it in any browser, offline; "
      "two models write side by side; its controls begin at --temperature and --length")
    :brief "make a web page to play with the model, offline")
  ;; * Choosing the next unit
  (Setting "temperature" TEMPERATURE "crtwm" "choosing" "T"
    "0: always the likeliest; 1: as the model sees it; more: wilder; 0.4,1,0.7: one after another"
    :default 0.7 :brief "0: the likeliest; 1: as it is; more: wilder (0.7)")
  (Setting "top_k" COUNT "cw" "choosing" "K"
    "only among the K likeliest units (default: all)")
  (Setting "top_p" PROBABILITY "cw" "choosing" "P"
    "only among the likeliest that together have the probability P (default: 1)")
  (Setting "min_p" RATIO "cw" "choosing" "P"
    "only among those at least P times as likely as the likeliest (default: 0)")
  (Setting "mix" SHARE "c" "choosing" "SHARE"
    "the first model's share where two write together (default: 0.5)")
  ;; * Scoring
  (Setting "score" TEXTS "c" "scoring" "PATH"
    (+ "say how well the model predicts these texts: files, folders, patterns, .gz files, "
      "or - for standard input")
    :brief "say how well the model predicts these texts")
  (Setting "score_html" PASSAGE "c" "scoring" "FILE"
    "with --score: also write a page that shades each character by its surprise")
  ;; * Reports
  (Setting "report" PASSAGE "ct" "reports" "FILE"
    (+ "make a page about the model, during training or after it: its curves, what it writes and "
      "knows, its settings; with several --model, one that compares them")
    :brief "make a page about the model")
  (Setting "info" FLAG "c" "reports" ""
    "say what a model file holds: its text, losses, network, vocabulary and settings"
    :default False :value True)
  (Setting "overwrite" FLAG "ct" "reports" ""
    "replace an output file even if this program didn't make it; never a source or a model"
    :default False :value True)
  ;; * Other programs, and old ones
  (Setting "export" PASSAGE "c" "other programs" "FILE"
    (+ "write the model for other programs; the ending decides: .onnx, .safetensors (and a "
      ".json), .h5 (small, to share, without what resumes training), or / for the folder of a "
      "SavedModel"))
  (Setting "import" PASSAGE "c" "other programs" "OLD.h5"
    "make a model from an .h5 or .keras file that Keras 1, 2 or 3 saved"
    :python "TextModel.from_keras")
  (Setting "alphabet" PASSAGE "c" "other programs" "OLD.txt"
    "the file with all characters of the model to --import, in their order")
  ;; * Other
  (Setting "rng_seed" SEED "crtwm" "other" "N"
    "the number that random choices come from (default: 1 to train with, a new one to write with)"
    :brief "same number, same text" :default 1 :fixed True)
  (Setting "completion" SHELL "c" "other" "SHELL"
    "print a script that completes these flags in bash, zsh or fish")])

(setv
  SETTINGS (dfor setting TABLE setting.name setting)
  IN-MESSAGES (dfor setting TABLE (or setting.python setting.name) setting))


(defn settings-in [place]
  "Return the rows of the table that may be given in a `place`, a letter of `Setting.places`."
  (lfor setting TABLE :if (in place setting.places) setting))


(defn check-given [given place]
  #[[Return the dict `given` with plain values, its names with underscores.

  Raise `ValueError` unless each name is a setting that may be given in that `place`, a letter of
  `Setting.places`, and its value in range; `TypeError` for a value of another type.]]
  (setv
    rows (settings-in place)
    names {
      #** (dfor s rows s.name s.name)
      #** (if (= place "r") (dfor s rows :if s.keyword s.keyword s.name) {})}
    known [#* names #* (if (= place "r") ["prep"] [])])
  (dfor
    [key value] (.items given)
    :setv own (hy.mangle key)
    :do (unless (in own names)
      (raise (ValueError (unknown-name "setting" own known))))
    :setv name (get names own)
    name (check-value f"`{name}`" (. (get SETTINGS name) kind) value)))


(defn as-keyword [text]
  "Return `text` with each setting's name in backticks as a recipe writes it: `:batch-size`."
  (in-words text (fn [setting] f"`:{(hy.unmangle (or setting.keyword setting.name))}`")))


(defn in-words [text spell]
  "Return `text` with each setting's name in backticks as `spell` writes that `Setting`."
  (re.sub
    r"`([\w.]+)`"
    (fn [found]
      (setv setting (.get IN-MESSAGES (.group found 1)))
      (if setting (spell setting) (.group found)))
    text))


;; * The settings of a model

(defn _plain-dict [settings]
  "Return `settings` as they stand in the model file: a dict of plain values."
  (setv values (dfor setting (settings-in "m") setting.name (getattr settings setting.name)))
  {#** values "layers" (str (get values "layers"))})


;; Kept in the model file; `layers` are `Layers` here, and None where they are still to be chosen.
(setv ModelSettings (make-dataclass "ModelSettings"
  (lfor setting (settings-in "m") setting.name)
  :frozen True
  :namespace {
    "as_dict" _plain-dict
    "__doc__" "The settings of a model, an attribute each."
    "__module__" __name__}))  ; pickle looks for it there


(defn new-settings [given]
  "Return the `ModelSettings` of a new model: what is `given` (a dict), the defaults for the rest."
  (setv values {
    #** (dfor setting (settings-in "m") setting.name setting.default)
    #** (_present given)})
  (_build {#** values "stride" (or (get values "stride") (get values "lookback"))}))


(defn stored-settings [stored]
  "Return the `ModelSettings` in `stored`, a dict from a file; raise `ValueError` if unsound."
  (setv stored {
    #** (dfor s (settings-in "m") :if s.later s.name s.default)
    #** stored})
  (for [setting (settings-in "m")]
    (unless (in setting.name stored)
      (raise (ValueError f"its settings lack '{setting.name}'")))
    (setv value (get stored setting.name))
    (unless (and (is value None) setting.optional)
      (check-value f"`{setting.name}`" setting.kind value ValueError)))
  (_build stored))


(defn continued-settings [stored given]
  #[[Return the `ModelSettings` to go on with: those `stored`, and what is `given` (a dict).

  Raise `ValueError` for one that is given and contradicts what the model holds fast.]]
  (setv
    given (_checked (_present given))
    settings (replace stored #** given))
  (when (and (= stored.stride stored.lookback) (not-in "stride" given))
    (setv settings (replace settings :stride settings.lookback)))
  (for [setting (settings-in "m") :if setting.fixed]
    (setv [old new] (gfor each [stored settings] (getattr each setting.name)))
    (unless (= old new)
      (raise (ValueError (_contradiction setting old new)))))
  settings)


(defn _present [given]
  (dfor [name value] (.items given) :if (is-not value None) name value))


(defn _checked [values]
  "Return `values` (a dict) as a model has them; raise as `check-value` for one that is wrong."
  (setv values (dfor
    [name value] (.items values)
    name (if (is value None) None (check-value f"`{name}`" (. (get SETTINGS name) kind) value))))
  (when (.get values "layers")
    (setv (get values "layers") (parse-layers (get values "layers"))))
  values)


(defn _build [values]
  "Return the `ModelSettings` with these `values` (a dict); other names in it are left out."
  (ModelSettings #** (_checked (dfor
    setting (settings-in "m")
    setting.name (get values setting.name)))))


(defn _contradiction [setting old new]
  "Return the message for a `setting` that is `old` in the model and `new` in what was given."
  (+ (if (is setting.value None)
      f"`{setting.name}` is {new} here, but the model has {old}"
      f"the model was trained {(if (= old setting.value) "with" "without")} `{setting.name}`")
    "; leave it out, or train a new model with `restart` or another `path`"))
