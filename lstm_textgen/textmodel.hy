"`TextModel`, the interface for Python and Hy programs, and `train` and `load`, which return one."

(eval-when-compile
  (require hyrule [meth unless]  lstm-textgen.settings.parameters [defn-settings]))
(import
  contextlib [contextmanager]
  io [BytesIO StringIO]
  os [PathLike]
  warnings
  numpy :as np
  lstm-textgen.basics.files [refuse-while-training]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [COUNT FLAG FUNCTION Kind PATH TEXT check-value plain text-list]
  lstm-textgen.modelfile.checkpoint [copy-to-share load-checkpoint save-checkpoint]
  lstm-textgen.modelfile.history [bits loss-of]
  lstm-textgen.modelfile.places [model-path own-path]
  lstm-textgen.prep [composed default-prep]
  lstm-textgen.recipes [Recipe]
  lstm-textgen.settings.table [READING SETTINGS check-setting]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.scoring [Score surprises]
  lstm-textgen.writing.seeds [Seed seed-text]
  lstm-textgen.writing.writer [Stream stream write-each write-sample])

(setv
  RECORDED ["epoch" "loss" "validation_loss" "validation_bits" "learning_rate" "seconds" "sample"
    "machine" "text" "unit_length" "validation_unit_length"]
  LENGTH 400)  ; units of a text, unless said otherwise


(defclass TextModel []
  #[[A trained model, which generates text, scores text and can be saved.

  `train` and `load` return one.]]

  (meth __init__ [@checkpoint [@name "model"]]
    (unless (hasattr checkpoint "vocabulary")
      (refuse "a `TextModel` is made of a checkpoint; use `load` to read a model file"
        :kind TypeError))
    (setv @_suggester None))  ; made when it is first needed

  (meth __getstate__ []
    "Return what is pickled: all but its suggester."
    {#** (vars self)  "_suggester" None})

  (meth [property] vocabulary []
    "Its `Vocabulary`."
    @checkpoint.vocabulary)

  (meth [property] settings []
    "Its settings as attributes, such as `model.settings.epochs`; `as_dict` returns plain values."
    @checkpoint.settings)

  (meth [property] facts []
    "What its text and training brought, as attributes such as `model.facts.people`."
    @checkpoint.facts)

  (meth [property] trained []
    "Whether the call that returned it trained it: False if its text was already learned."
    (getattr @checkpoint "trained" False))  ; a `Mixture` lacks it

  (meth [property] history []
    #[[A list of dicts, one for each epoch, all with the same keys, ready for a pandas `DataFrame`.

    - `epoch`: its number, from 1; `text`: the fingerprint of the text.
    - `loss`, `validation_loss`: in nats per unit; `validation_bits`: in bits per character;
      `learning_rate`: at its end.
    - `unit_length`, `validation_unit_length`: the mean number of characters per unit. A loss
      divided by it and by ln 2 is in bits per character.
    - `seconds`: how long the process that ended it worked on it; `machine`: where that was;
      `sample`: a text that the model generated then.

    Missing values are None, such as `validation_loss` without validation.]]
    (setv known (if @vocabulary.several {} {"unit_length" 1  "validation_unit_length" 1}))
    (lfor
      entry @checkpoint.history
      :setv all {#** known  #** entry}
      :setv bits (when (<= #{"validation_loss" "validation_unit_length"} (set all))
        (loss-of all "validation_loss"))
      (dfor name RECORDED name (.get {#** all  "validation_bits" bits} name))))

  (meth prepare [text]
    #[[Return `text`, a seed or a text to score, prepared like the training text.

    That is normal form C, \n as line end and, if the model has these settings, joined lines and
    lower case. Raises `TypeError` unless `text` is a string.]]
    (setv settings @checkpoint.settings)
    (default-prep (check-value "`text`" TEXT text) settings.lower settings.join-lines))

  (meth __repr__ []
    (setv models (getattr @checkpoint "models" [@checkpoint]))  ; a `Mixture` has two
    (defn each [text-of] (.join " + " (gfor model models (str (text-of model)))))
    (+ f"<TextModel {(each (fn [m] m.settings.layers))}, {(len @vocabulary)} "
      f"{@vocabulary.unit}, epochs: {(each (fn [m] (len m.history)))}>"))

  (meth prepare-pieces [chunks]
    "Prepare a long text, given as the strings `chunks`; yield it, perhaps cut at other places."
    (import lstm-textgen.text.corpus [prepared-chunks])
    (prepared-chunks chunks @checkpoint.settings.lower @checkpoint.settings.join-lines))

  (defn-settings stream "write" [self [seed ""] * [warn None] #** request]
    #[[Return an iterator of chunks of the text that the model generates after `seed`.

    The seed isn't included. Without `length`, `stop` and `sentences` the iterator is endless, or
    ends with an item. Any thread may `close` it. The options are those of `generate`; errors are
    raised at once.]]
    (with [warn (_collecting warn)]
      (Stream (stream self.checkpoint (.prepare self (check-value "`seed`" TEXT seed)) request
        :warn warn))))

  (defn-settings generate "write" [
      self [seed ""] [length ...] [samples None] *
      [new False] [best-of None] [warn None] #** request]
    #[[Return `seed`, as the model reads it, with the text generated after it; of a list, an item.

    The text has `length` characters (or words; of a list, default: a whole item); with None, it
    ends at `stop` or after `sentences`. For a list of seeds, or with `samples`, the result is a
    flat list: `samples` texts (default: 1) after each seed.

    - `new`: only items that aren't in the model's list, each once. After 100 draws in a row
      without one, generation ends with a warning, or with a `ValueError` if it has found none.
    - `best_of`: of every N texts drawn, keep the one that is most likely per letter (default: 4,
      for short items 8, for a single text or with `match` 1).
    - `match`: a regular expression for the whole text (of an item, with its seed), or a function
      of the text. After 50 texts that don't match, or up to 500 short ones, an expression is
      enforced; if a function refuses 100 in a row, generation ends as with `new`.
    - `temperature`: a number, or a list to cycle through (its own, or 1; 0.8 if four are drawn).
    - …
    - `warn`: called with a line about units of the seed that the model doesn't know, or about a
      text cut off before its `stop` or `sentences` (default: `warnings.warn`).

    Raises `ValueError` for a value out of range, `TypeError` for one of the wrong type.]]
    (setv
      seeds (lfor s (text-list "`seed`" seed) (.prepare self s))
      count (if (is samples None) 1 (check-setting "samples" samples))
      length (cond (is-not length ...) length  self.checkpoint.settings.items None  True LENGTH)
      request (.but request
        :length (when (is-not length None) (check-setting "length" length))
        :samples count
        :new (check-setting "new" new)
        :best-of (when best-of (check-setting "best_of" best-of))))
    (with [warn (_collecting warn)]
      (setv texts (write-each self.checkpoint seeds request :warn warn))
      (setv whole (lfor [k text] (sorted texts)
        (+ (seed-text self.checkpoint (get seeds (// k count))) text))))
    (if (and (isinstance (plain seed) str) (is samples None)) (.join "" whole) whole))

  (meth next-unit [[seed ""]]
    #[[Return units and probabilities: what the model expects after `seed`, at temperature 1.

    `units` are those of the vocabulary, the most probable first, and `probabilities`
    (len(units),) add up to 1. A piece-level model reads the last word of the seed as a whole one.
    Raises `TypeError` unless `seed` is a string.]]
    (with [warn (_collecting None)]
      (setv seed (Seed @checkpoint (@prepare (check-value "`seed`" TEXT seed)) warn
        :whole True)))
    (setv engine (make-engine @checkpoint))
    (.feed-to seed engine)
    (setv
      odds (softmax engine.logits)
      order (np.argsort (- odds) :stable True))
    #((lfor id order (get @vocabulary.units id)) (get odds order)))

  (meth suggest [[text ""] * [count 9] [words 1]]
    #[[Return up to `count` ways to continue `text`, the most probable first, line breaks last.

    Of a long text, the last 5,000 to 7,500 characters are read.

    Each has the `text` to add, the `word` that a person reads (with what was typed of it, without
    white space around) and its `probability`, at temperature 1. A word is letters and digits with
    apostrophes and hyphens within, a run of signs or one of line breaks; in scripts without
    spaces, it goes on while one next character is more probable than all others together. A list
    whose items are mostly up to 40 units long offers items; a chat whose line is over, words of
    the next person. With `words` above 1, it returns phrases of at most `words` words, in one line
    and with different first words.

    There may be fewer: words far less probable than the best, which are often none, are left out;
    of words that look alike, one comes, and one of line breaks; a word that is probably whole
    comes longer at most once.

    A word's probability is the sum over all ways to write it in the model's units, exact to a
    thousandth if a search through some 770 texts finds them; otherwise, and of phrases, it is a
    lower bound. Names, line breaks and memory count as in `generate`, but memory from 100
    characters on, and no unknown word occurs.
    Raises `TypeError` for values of the wrong type, `ValueError` for those out of range.]]
    (check-value "`count`" COUNT count)
    (check-value "`words`" COUNT words)
    (setv text (@prepare (check-value "`text`" TEXT text)))
    (when (is @_suggester None)
      (import lstm-textgen.writing.words [Suggester])
      (setv @_suggester (Suggester @checkpoint)))
    (with [warn (_collecting None)]
      (.phrases @_suggester text count words warn)))

  (meth score [text]
    #[[Return total, units and bits: how well the model predicts `text`; for several, a list.

    `total` is a `Score`; `units` lists the units of the prepared text, and `bits` (len(units),)
    has the surprise of each: -log₂ of the probability that the model gave it, NaN for an unknown
    character. A model of a list scores whole items, each with its end, and a piece-level model one
    way to split the text, an upper bound. Raises `ValueError` if it can score no unit of a text,
    `TypeError` unless `text` is a string or several.]]
    (setv
      alone? (isinstance (plain text) str)
      results [])
    (for [[n each] (enumerate (text-list "`text`" text))]
      (setv [total units nats] [(Score) [] [(np.zeros 0)]])
      (for [stretch (surprises @checkpoint [(@prepare each)])]
        (.add total stretch.score)
        (.extend units stretch.units)
        (.append nats stretch.nats))
      (.check total (unless alone? f"text {(+ n 1)}"))
      (.append results #(total units (bits (np.concatenate nats)))))
    (if alone? (get results 0) results))

  (meth cells [text]
    #[[Return the `Cells` of the network while it reads `text`.

    They have `units`, those of the prepared text; `activations`, an array (time, hidden units) for
    each LSTM layer, row t after reading unit t; and `named`, the interpretable cells, found
    in a text that the model generates: each has a `name` for the feature that it follows, its
    `layer` and `cell`, and the `correlation`. Raises `TypeError` unless `text` is a string.]]
    (import lstm-textgen.writing.cells [Cells SAMPLE find-cells read-cells])
    (setv [units activations] (read-cells @checkpoint (@prepare text)))
    (Cells units activations (find-cells @checkpoint (write-sample @checkpoint SAMPLE))))

  (meth save [path * [small False]]
    #[[Save to the file at `path`; with `small`, a copy to share, as `--export` does.

    That has 16-bit weights and no training state. Raises `OSError` if it can't be written or is
    being trained, `ValueError` for the name of a model that comes with the program, of a backup,
    or of a `.keras` file.]]
    (setv file (own-path (check-value 'path PATH path)))
    (refuse-while-training file)
    (save-checkpoint
      (if (check-value "`small`" FLAG small) (copy-to-share @checkpoint) @checkpoint)
      file))

  (meth page [path #* others [temperature None] [length None] [min-p None] [names True]
      [overwrite False]]
    #[[Write to `path` a page to play with the model at a `temperature`, `length` and `min_p`.

    It also tells what the model learned; that is all of it, without the weights, for models of
    more than 12 million weights together.

    Its controls start there: at a number from 0 to 2 (default: the model's own), characters or
    words (default: 400 or 80), and a number from 0 to 1 (default: 0.1). Another `TextModel` in
    `others` generates side by side with this one. Without `names`, it lacks those in the training
    text, and doesn't keep to them. Raises `ValueError` for values out of range, more than two
    models, a `path` that is a model and, without `overwrite`, any other file that this program
    didn't make; `OSError` if it can't be written.]]
    (import
      lstm-textgen.modelfile.outputs [check-output open-output]
      lstm-textgen.pages.assembly [OUR-PAGE]
      lstm-textgen.pages.playground [playground])
    (check-value 'path PATH path)
    (setv models {})
    (for [each [self #* others]]
      (check-value "`others`" TEXT-MODEL each)
      (setv name (if (in each.name models) f"{each.name} {(+ 1 (len models))}" each.name))
      (setv (get models name) each.checkpoint))
    (check-output 'path path [] (list (.values models)) overwrite OUR-PAGE)
    (setv text (playground models temperature length min-p (check-value "`names`" FLAG names)))
    (with [out (open-output path)] (.write out text))
    None)

  (meth to-keras []
    #[[Return the model in stock Keras layers: ids (batch, time) → logits (…, vocabulary).

    Raises `ImportError` if Keras is missing.]]
    (import lstm-textgen.learning.learner.quiet [import-keras])
    (import-keras)
    (import lstm-textgen.learning.learner.network [stock-model])
    (stock-model @checkpoint.spec @checkpoint.weights)))


(setv
  TEXT-MODEL (Kind "a TextModel" (fn [x] (isinstance x TextModel)))
  MODEL-FILE (Kind "a path, bytes or a file that is open in binary mode"
    (fn [x] (isinstance x #(str PathLike bytes)))
    (fn [x] (or (isinstance x bytes) (PATH.fits x))))
  RECIPE (Kind "a recipe or the path of one"
    (fn [x] (isinstance x #(Recipe str PathLike (type None)))))
  CALLBACKS (Kind "a list of Keras callbacks" (fn [x] (isinstance x list)))
  DISPLAY (Kind "a display such as lstm_textgen.Display()"
    (fn [x] (and (hasattr x "begin_epoch") (not (isinstance x type))))))


(defn [contextmanager] _collecting [warn]
  #[[Yield a function that takes warnings: `warn` or, if that is None, one that collects them.

  Collected ones are issued at the end, for the line that called the method that uses this.]]
  (setv
    said []
    ended False)
  (defn collect [line]
    (if ended (warnings.warn line) (.append said line)))  ; a stream may warn later
  (yield (if (is warn None) collect (check-value "`warn`" FUNCTION warn)))
  (setv ended True)
  (for [line said]
    ;; Up from here: contextlib's `__exit__`, the method, its caller.
    (warnings.warn line :stacklevel 4)))


(defn load [path]
  #[[Return the `TextModel` in the file at `path` (`.h5` may be omitted), an open file or bytes.

  If a file at a path is damaged, it reads the `.h5.bak`, with a warning. Raises `OSError` or, for
  what isn't a model, `ValueError`.]]
  (setv [place model] [path path])
  (when (hasattr path "read")
    (setv
      place (getattr path "name" None)
      content (.read path)
      model (if (isinstance content bytes) content path)))
  (check-value 'path MODEL-FILE model)
  (when (isinstance model bytes)
    (setv
      place (if (isinstance place #(str PathLike)) place "model")
      model (BytesIO model)))
  (with [warn (_collecting None)]
    (TextModel (load-checkpoint model :resume True :warn warn) (. (model-path place) stem))))


(defn import-page [path]
  #[[Return a list of the `TextModel`s on the page at `path`: one, or two that are side by side.

  They have all that their own files had, but no training state, and nothing of the page is run.
  Raises `OSError` or, for a page without a valid model, `ValueError`.]]
  (import lstm-textgen.pages.imported [models-on-page])
  (lfor [name model] (models-on-page (check-value 'path PATH path)) (TextModel model name)))


(defn-settings train "train" [
    [sources None] [path (. (get SETTINGS "path") default)] * [text None] [recipe None] [prep None]
    [display None] [callbacks #()] #** request]
  #[[Train a model, saving it at `path` after each epoch; return the `TextModel`.

  - `sources`: a path, URL, pattern or open file, or a list of them; or `text`: a text or a list of
    texts, each on a new line.
  - `recipe`: a `Recipe`, or the path of one, whose settings are the defaults.
  - `prep`: a step, or a list of steps: names such as "lower", tuples such as
    ("drop-lines", "^#"), and text → text functions.
  - `display`: a `Display` that shows the run (default: a live display on a terminal).
  - `callbacks`: Keras callbacks, called with epochs from 0 and losses in nats. They
    may set the weights, `stop_training` and the optimizer's learning rate.
  - …

  An existing model continues training, unless `restart`; on another text only with `add_text`.
  `epochs` counts those on the same text; if they are done, there is only a warning. Warnings also
  go to `logging`, as `lstm_textgen`. A setting that is None keeps its value in an existing model,
  and gets the default in a new one.

  Raises `ValueError` for settings that are out of range or contradict the model and for unusable
  text, `TypeError` for values of the wrong type, `ImportError` if a package is missing, `OSError`
  for files that can't be read or written, `FloatingPointError` if training diverges,
  `RuntimeError` in a fork of a process that has trained, and `Interrupted`, a
  `KeyboardInterrupt`, if a signal such as Ctrl-C stopped and saved the run.]]
  (import
    lstm-textgen.display [make-display]
    lstm-textgen.learning.runs [train-model]
    lstm-textgen.text.looks [count-items])
  (when (is-not text None)
    (when (is-not sources None) (refuse "give " 'sources " or `text`, not both"))
    (for [name READING :if (in name request)]
      (refuse (hy.models.Symbol name) " has no effect on `text`; leave it out"))
    (setv
      text (text-list "`text`" text)
      sources (StringIO (joined-texts text))))
  (setv
    more {"sources" sources
      "recipe" (check-value 'recipe RECIPE recipe)
      "prep" (unless (is prep None) (composed prep))}
    request (.but request #** (dfor [name value] (.items more) :if (is-not value None) name value)
      :path (check-value 'path PATH path)
      :listed (count-items (or text []))
      :callbacks (check-value "`callbacks`" CALLBACKS
        (if (hasattr callbacks "on_epoch_end") [callbacks] callbacks)))
    display (if (is display None)
      (make-display request.quiet)
      (check-value "`display`" DISPLAY display)))
  (TextModel (train-model request display) (. (own-path path) stem)))


(defn joined-texts [text]
  "Return one or several texts as one, each on a new line; raise `TypeError` if they aren't texts."
  (setv
    texts (text-list "`text`" text)
    lines (gfor each (cut texts -1) (if (.endswith each "\n") each (+ each "\n"))))
  (.join "" [#* lines #* (cut texts -1 None)]))
