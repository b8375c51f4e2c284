"`TextModel`, the face that Python and Hy programs use, and `train` and `load`, which make one."

(eval-when-compile (require hyrule [unless]))
(import
  collections.abc [Iterable]
  contextlib [contextmanager]
  io [StringIO]
  os [PathLike fspath]
  pathlib [Path]
  sys
  warnings
  numpy :as np
  lstm-textgen.basics.values [FUNCTION Kind PATH TEXT TEXT-LIST check-value clip plain]
  lstm-textgen.export [check-export export-model]
  lstm-textgen.learning.learner.quiet [import-keras]
  lstm-textgen.learning.runs [RUN-DEFAULTS :as DEFAULT Run train-model]
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.modelfile.oldmodels [import-model]
  lstm-textgen.modelfile.outputs [check-output open-output]
  lstm-textgen.modelfile.places [model-path own-path]
  lstm-textgen.pages.figures [model-card]
  lstm-textgen.pages.playground [playground]
  lstm-textgen.prep [compose-all default-prep lower]
  lstm-textgen.report [make-report]
  lstm-textgen.settings.table [check-given check-setting]
  lstm-textgen.text.corpus [cut-at-space]
  lstm-textgen.text.recipes [Recipe load-recipe]
  lstm-textgen.text.units [Units]
  lstm-textgen.writing.cells [Cells SAMPLE find-cells read-cells]
  lstm-textgen.writing.sampling [SamplingOptions]
  lstm-textgen.writing.scoring [Score bits surprises]
  lstm-textgen.writing.writer [Ends stream write-many write-sample])

(setv
  COLUMNS ["epoch" "loss" "validation_loss" "learning_rate" "seconds" "sample" "machine" "text"
    "unit_length" "validation_unit_length"]
  CARD-SAMPLE 200)  ; units


(defclass TextModel []
  #[[A trained model: it writes, it scores, and it can be saved.

  `train` and `load` return one.]]

  (defn __init__ [self checkpoint [name "model"]]
    (setv [self.checkpoint self.name] [checkpoint name]))

  (defn [classmethod] from-keras [cls model vocabulary]
    #[[Return the `model` of Keras: a live one, or the path of an `.h5` or `.keras` file.

    It must be made of LSTM or GRU layers, as what `to_keras` returns is. Keras 1, 2 or 3 may have
    saved the file. `vocabulary` is a `Vocabulary`, such as `model.vocabulary`, or the path of an
    alphabet: a text file that has all characters, in the order of their ids. Settings that Keras
    doesn't know are the defaults. Raises `OSError` for a file that can't be read, `ValueError` for
    a model of another kind or a vocabulary of another size.]]
    (check-value "`model`" KERAS-MODEL model)
    (check-value "`vocabulary`" ALPHABET vocabulary)
    (cls (import-model model vocabulary)
      (if (isinstance model #(str PathLike)) (. (Path model) stem) model.name)))

  (defn [property] vocabulary [self]
    "Its `Vocabulary`: the units that it knows."
    self.checkpoint.vocabulary)

  (defn [property] settings [self]
    "How it was made: a dict of plain values."
    (.as-dict self.checkpoint.settings))

  (defn [property] history [self]
    #[[A dict for each epoch, all with the same keys, as a table of pandas' takes them.

    - `epoch`: its number, from 1; `text`: the fingerprint of what it was trained on.
    - `loss`, `validation_loss`: in nats per unit; `learning_rate`: at its end.
    - `unit_length`, `validation_unit_length`: how many characters a unit has on average in what
      each loss was taken over. A loss divided by it is in nats per character, and that divided by
      ln 2 in bits, as `Score.bits` and as the losses that a run shows.
    - `seconds`: what the process that ended it spent on it; `machine`: where that was.
    - `sample`: what the model wrote then.

    What an epoch hasn't is None: without validation, or from an earlier version.]]
    (setv known (if (or self.vocabulary.several) {} {"unit_length" 1  "validation_unit_length" 1}))
    (lfor
      entry self.checkpoint.history
      (dfor name COLUMNS name (.get entry name (.get known name)))))

  (defn prepare [self text]
    #[[Return `text`, a seed or a text to score, prepared as the training text was.

    That is: normal form, line ends and, where the model has it so, lower case. Raises `TypeError`
    unless `text` is text.]]
    (setv text (default-prep (check-value "`text`" TEXT text)))
    (if self.checkpoint.settings.lower (lower text) text))

  (defn __repr__ [self]
    (setv settings self.checkpoint.settings)
    (+ f"<TextModel {settings.layers}, {(len self.vocabulary)} {settings.unit}, "
      f"{(len self.history)} epochs>"))

  (defn _repr-html_ [self]
    "Return what a notebook shows of the model: a small table, its curve, and a sample."
    (model-card self.checkpoint (.generate self "" :length CARD-SAMPLE :rng-seed 1)))

  (defn prepare-pieces [self pieces]
    "Yield the long text whose consecutive parts are `pieces` (strings), prepared, in other parts."
    (gfor piece (cut-at-space pieces) (.prepare self piece)))

  (defn stream [self [seed ""] * [length None] [stop None] [sentences None] [temperature None]
      [top-k None] [top-p None] [min-p None] [rng-seed None] [warn None]]
    #[[Return an iterator of the pieces of text that the model writes after `seed`, without it.

    It is endless unless `length`, `stop` or `sentences` ends it, and has a method `close`. The
    options are those of `generate`, and errors are raised at once.]]
    (with [warn (_collecting warn)]
      (stream self.checkpoint (.prepare self (check-value "`seed`" TEXT seed))
        (._options self temperature top-k top-p min-p) (Ends length stop sentences)
        (_checked-seed rng-seed) warn)))

  (defn generate [self [seed ""] [length 400] [samples None] * [stop None] [sentences None]
      [temperature None] [top-k None] [top-p None] [min-p None] [rng-seed None] [warn None]]
    #[[Return `seed` and the text that the model writes after it.

    It writes `length` characters (or words) or, with None, to another end. For a list of
    seeds the result is the list of their texts, with a number of `samples` that many after each
    seed; all are written side by side, which takes less time than one by one.

    - `stop`: a text to end before, or a list of them; `sentences`: how many to end after.
    - `temperature`: 0 takes the likeliest unit, more is wilder; the numbers of a list are used in
      turn, one for each unit. Default: what the recipe said, else 0.7.
    - `top_k`, `top_p`, `min_p`: leave only likely units; see `sampling.SamplingOptions`.
    - `rng_seed`: the same model, seeds and number give the same text.
    - `warn`: called with a line about what of the seed the model doesn't know; by default it is
      `warnings.warn`.

    Raises `ValueError` for a value out of range, `TypeError` for one of another type.]]
    (setv
      seed (plain seed)
      alone (and (isinstance seed str) (is samples None))
      seeds (text-list "`seed`" seed)
      samples (if (is samples None) 1 (check-setting "samples" samples)))
    (with [warn (_collecting warn)]
      (setv texts (write-many self.checkpoint (lfor s seeds (.prepare self s)) samples
        (._options self temperature top-k top-p min-p) (Ends length stop sentences)
        (_checked-seed rng-seed) warn)))
    (setv whole (lfor [k text] (enumerate texts) (+ (get seeds (// k samples)) text)))
    (if alone (get whole 0) whole))

  (defn _options [self temperature top-k top-p min-p]
    "Return the `SamplingOptions` with the model's own temperature unless there is another."
    (setv own self.checkpoint.settings.temperature)
    (SamplingOptions (if (is temperature None) own temperature) top-k top-p min-p))

  (defn score [self text]
    #[[Return #(total units bits): how well the model predicts `text`.

    `total` is a `Score` with `bits` per character, `perplexity` per unit, `accuracy`, and `count`
    and `characters`, of units and of characters; `units` lists the characters, pieces or words of
    the text as it is prepared, and `bits` (len(units),) has the surprise of each: -log₂ of the
    probability that the model gave it, NaN for a character that it doesn't know. By pieces the
    score is that of the text's usual spelling, an upper bound. Raises `ValueError` when the model
    knows nothing of the text, `TypeError` unless that is text.]]
    (setv
      text (.prepare self text)
      total (Score)
      units []
      nats [])
    (for [stretch (surprises self.checkpoint [text])]
      (.add total stretch)
      (.extend units stretch.units)
      (.append nats stretch.nats))
    (.check total)
    #(total units (bits (np.concatenate nats))))

  (defn cells [self text]
    #[[Return the `Cells` of the network while it reads `text`.

    They have `units`, those of the text as it is prepared; `activations`, an
    array (time, units of the layer) for each LSTM or GRU layer, row t after reading unit t; and
    `named`, the cells worth looking at: each has a `name` for what it follows, its `layer` and
    `cell`, and the `correlation`. These are found in a text that the model writes, which takes a
    second or two, and don't depend on `text`. Raises `TypeError` unless `text` is text.]]
    (setv [units activations] (read-cells self.checkpoint (.prepare self text)))
    (Cells units activations (find-cells self.checkpoint (write-sample self.checkpoint SAMPLE))))

  (defn save [self path]
    #[[Save to the file at `path`.

    Raises `OSError` when it can't be written, `ValueError` for the name of a model that comes with
    the program, of a backup, or of a file that ends in `.keras`.]]
    (save-checkpoint self.checkpoint (own-path (check-value "`path`" PATH path))))

  (defn page [self path #* others [temperature None] [length None] [overwrite False]]
    #[[Write a web page to play with the model to the file at `path`.

    It is one file that holds the model and needs nothing else: it works offline and in any
    browser. One more `TextModel` in `others` writes side by side with this one. The page's
    controls begin at `temperature`, a number from 0 to 2 (default: the model's own), and `length`,
    the units of a passage (default: 400 characters or 80 words). Raises `ValueError` for values
    out of range, for more models, for models that are too large for a page, for a `path` that is a
    model and, without `overwrite`, for any other file that isn't ours; `OSError` when it can't be
    written.]]
    (check-output "path" (check-value "`path`" PATH path) [] [] overwrite)
    (setv models {})
    (for [each [self #* others]]
      (check-value "`others`" MODEL each)
      (setv name (if (in each.name models) f"{each.name} {(+ 1 (len models))}" each.name))
      (setv (get models name) each.checkpoint))
    (setv text (playground models temperature length))
    (with [out (open-output path)] (.write out text))
    None)

  (defn export [self path * [overwrite False]]
    #[[Write the model to `path` for other programs; the ending decides what is written.

    - `.onnx`: a graph for ONNX Runtime.
    - `.safetensors`: the weights alone; a `.json` beside it has their shapes and the vocabulary.
      Beside both, a model by pieces has a `tokenizer.json` for Hugging Face's `tokenizers`.
    - `.h5`: a model file to share, with weights of 16 bits and without what resumes training.
    - None, or `/` at the end: the folder of a SavedModel for TensorFlow.

    Raises `ValueError` for another ending, where a model, a folder with other files or, without
    `overwrite`, a file that isn't ours would be overwritten, and for ONNX and SavedModel unless
    Keras runs on TensorFlow; `ImportError` when a package is missing; `OSError` when it can't be
    written.]]
    (check-export self.checkpoint (check-value "`path`" PATH path) :overwrite overwrite)
    (export-model self.checkpoint path)
    None)

  (defn to-keras [self]
    #[[Return the model as layers of stock Keras: ids (batch, time) → logits (…, vocabulary).

    Raises `ImportError` if Keras is missing.]]
    (import-keras)
    (import lstm-textgen.learning.network [stock-model])
    (stock-model self.checkpoint.spec self.checkpoint.weights)))


(setv
  MODEL (Kind "a TextModel" (fn [x] (isinstance x TextModel)))
  KERAS-MODEL (Kind "a Keras model or the path of one" (fn [x] (or
    (isinstance x #(str PathLike))
    (isinstance x (getattr (.get sys.modules "keras") "Model" #())))))  ; if it is imported
  ALPHABET (Kind "a `Vocabulary` or the path of an alphabet"
    (fn [x] (isinstance x #(Units str PathLike))))
  RECIPE (Kind "a recipe or the path of one" (fn [x] (isinstance x #(Recipe (type None)))))
  CALLBACKS (Kind "a list of Keras callbacks" (fn [x] (isinstance x list)))
  DISPLAY (Kind "a report such as lstm_textgen.Report" (fn [x] (hasattr x "begin_epoch"))))


(defn _checked-seed [rng-seed]
  "Return `rng-seed`, which None leaves to chance; raise an error if it is no such number."
  (unless (is rng-seed None) (check-setting "rng_seed" rng-seed)))


(defn [contextmanager] _collecting [warn]
  #[[Give a function that takes warnings: `warn`, or if it is None one that keeps them.

  At the end they are warned of at the line that called the method in which this is used.]]
  (setv said [])
  (yield (if (is warn None) said.append (check-value "`warn`" FUNCTION warn)))
  (for [line said]
    ;; Up from here: contextlib's `__exit__`, the method, its caller.
    (warnings.warn line :stacklevel 4)))


(defn load [path]
  #[[Return the `TextModel` in the file at `path` (`.h5` may be left out), or in its `.h5.bak`.

  Raises `OSError` or, for a file that is not a model, `ValueError`.]]
  (with [warn (_collecting None)]
    (TextModel (load-checkpoint (check-value "`path`" PATH path) :resume True :warn warn)
      (. (model-path path) stem))))


(defn train [[sources None] [path (get DEFAULT "path")] * [text None] [recipe None] [prep None]
    [restart (get DEFAULT "restart")] [quiet (get DEFAULT "quiet")] [display None] [callbacks #()]
    [report None] [tensorboard None] [csv None] [overwrite (get DEFAULT "overwrite")]
    [minutes None] [distributed (get DEFAULT "distributed")]
    [save-every (get DEFAULT "save_every")] [max-download (get DEFAULT "max_download")] [only None]
    [column None] [unit None] [lower None] [encoding None] [max-words None] [validation None]
    [layers None] [lookback None] [epochs None] [patience None] [learning-rate None]
    [batch-size None] [stride None] [temperature None] [rng-seed None] [base None]]
  #[[Train a model, saving it at `path` after each epoch; return the `TextModel`.

  - `sources`: a path, URL, pattern or open file, or a list of them; or `text`: the text itself, or
    several of them, each on a new line. `only`: whose messages in chats; `column`: of tables.
  - `recipe`: a `Recipe`, or the path of one, whose settings hold where none is given. `prep`: a
    step, such as a text → text function, or a list of steps, as `compose` takes them.
  - A model that exists goes on learning, unless `restart`. `epochs` counts those on the same text:
    on other text training begins at the first; on the same text it resumes, and if its epochs are
    done, only a warning says so.
  - `base`: the model to begin from: `english`, which comes with the program, or a model file.
  - `quiet`: show only what goes wrong; `display`: a `Report` that shows the run (default: a live
    display on a terminal and in a notebook, plain lines elsewhere).
  - `callbacks`: Keras callbacks, called as `fit` calls them; they may set `model.stop_training`,
    but the learning rate is set again at each step. They count epochs from 0 and get losses in
    nats, as in Keras; `ModelCheckpoint` saves what `to_keras` would return at that moment.
  - `report`: a file for a page about the model, `csv`: one for a table of losses, with epochs from
    1 and losses in bits per character; both are renewed after each epoch, and replace a file that
    this program didn't make only with `overwrite`. `tensorboard`: a folder for logs.
  - `minutes`: take at most so long, reading included, with at most `epochs` epochs in this run
    (default: 9, of a long text 5); the schedule is fitted to that, and `patience` ends nothing.
  - `distributed`: split each batch over all devices, on JAX; of several processes that train
    together each makes the same call, and only the first saves and shows.
  - `save-every`: minutes between saves within a long epoch; `max-download`: MB (2^20 bytes).
  - `unit` and what follows are the model's, as docs/command-line.md says. None: as before, in a
    model that exists, else the default.

  Raises `ValueError` for settings that are out of range or contradict the model and for text that
  can't be used, `TypeError` for values of another type, `ImportError` when a package is missing,
  `OSError` for files that can't be read or written, `FloatingPointError` when the loss explodes,
  and `Interrupted`, a `KeyboardInterrupt`, when a signal such as Ctrl-C's stopped and saved it.]]
  (setv [run display] (_make-run (dict (locals))))
  (TextModel (train-model run display) run.path.stem))


(defn _make-run [given]
  "Return #(run report) for the arguments `given` to `train`, a dict; raise as `train` does."
  (setv
    [sources text path recipe prep display callbacks] (lfor
      name ["sources" "text" "path" "recipe" "prep" "display" "callbacks"]  ; not in the table
      (.pop given name))
    given (check-given
      (dfor
        [name value] (.items given)
        :if (not (is None value (.get DEFAULT name)))  ; not given
        name (if (isinstance value PathLike) (fspath value) value))
      "train")
    recipe (if (isinstance recipe #(str PathLike))
      (load-recipe recipe)
      (check-value "`recipe`" RECIPE recipe))
    settings {#** (if recipe recipe.settings {}) #** given}
    options (dfor [name default] (.items DEFAULT) name (.pop settings name default))
    (get options "sources") (source-list sources text (get options "sources"))
    (get options "path") (own-path (check-value "`path`" PATH path))
    run (Run
      :given settings
      :prep (cond (is-not prep None) (compose-all prep)  recipe recipe.prep)
      :recipe recipe
      :callbacks (check-value "`callbacks`" CALLBACKS
        (if (hasattr callbacks "on_epoch_end") [callbacks] callbacks))
      #** options))
  #(run
    (if (is display None) (make-report run.quiet) (check-value "`display`" DISPLAY display))))


(defn source-list [sources text own]
  "Return the list of what to read: `sources`, or the `text` or texts, or else a recipe's `own`."
  (when (and (is-not text None) (is-not sources None))
    (raise (ValueError "give `sources` or `text`, not both")))
  (cond
    (is-not text None) (do
      (setv
        texts (text-list "`text`" text)
        lines (gfor each (cut texts -1) (if (.endswith each "\n") each (+ each "\n"))))
      [(StringIO (.join "" [#* lines #* (cut texts -1 None)]))])
    (is sources None) (or own [])
    (or (isinstance sources #(str bytes PathLike)) (hasattr sources "read")) [sources]
    (isinstance sources Iterable) (list sources)
    True (raise (TypeError f"`sources` must be paths or URLs, not {(clip (repr sources))}"))))


(defn text-list [what texts]
  "Return the list of `texts`, one or several; raise `TypeError`, calling them `what`, for others."
  (setv texts (plain texts))
  (check-value what TEXT-LIST (cond
    (isinstance texts str) [texts]
    (and (isinstance texts Iterable) (not (isinstance texts #(bytes bytearray)))) (list texts)
    True texts)))
