"`TextModel`, the face that Python and Hy programs use, and `train` and `load`, which make one."

(import
  os [PathLike]
  numpy :as np
  lstm-textgen.backends.quiet [import-keras]
  lstm-textgen.checkpoint [load-checkpoint model-path save-checkpoint]
  lstm-textgen.corpus [cut-at-space]
  lstm-textgen.prep [default-prep lower]
  lstm-textgen.report.display [make-report]
  lstm-textgen.runs [Run train-model]
  lstm-textgen.sampling [Steering]
  lstm-textgen.scoring [Score bits surprises]
  lstm-textgen.settings [check-given]
  lstm-textgen.writer [Ends stream write-many])

;; What `train` is given about a run, not about its model.
(setv RUN-OPTIONS ["restart" "minutes" "save_every" "max_download"])


(defclass TextModel []
  #[[A trained model: it writes, it scores, and it can be saved.

  `train` and `load` return one.]]

  (defn __init__ [self checkpoint]
    (setv self.checkpoint checkpoint))

  (defn [property] vocabulary [self]
    "Its `Vocabulary`: the units that it knows."
    self.checkpoint.vocabulary)

  (defn [property] settings [self]
    "How it was made: a dict of plain values."
    (.as-dict self.checkpoint.settings))

  (defn [property] history [self]
    "A dict for each epoch: `epoch`, `loss` and `validation_loss`, in nats per unit."
    self.checkpoint.history)

  (defn prepare [self text]
    #[[Return `text`, a seed or a text to score, prepared as the training text was.

    That is: normal form, line ends and, where the model has it so, lower case.]]
    (setv text (default-prep text))
    (if self.checkpoint.settings.lower (lower text) text))

  (defn prepare-pieces [self pieces]
    "Yield the long text whose consecutive parts are `pieces` (strings), prepared, in other parts."
    (gfor piece (cut-at-space pieces) (.prepare self piece)))

  (defn stream [self [seed ""] * [length None] [stop None] [sentences None] [temperature None]
      [top-k None] [top-p None] [min-p None] [rng-seed None] [warn None]]
    #[[Return an iterator of the pieces of text that the model writes after `seed`, without it.

    It is endless unless `length`, `stop` or `sentences` ends it. The options are those of
    `generate`.]]
    (stream self.checkpoint (.prepare self seed)
      :steering (._steering self temperature top-k top-p min-p)
      :ends (Ends length stop sentences)
      #** (_chosen rng-seed warn)))

  (defn generate [self [seed ""] [length 400] [samples None] * [stop None] [sentences None]
      [temperature None] [top-k None] [top-p None] [min-p None] [rng-seed None] [warn None]]
    #[[Return `seed` and the text that the model writes after it.

    It writes `length` units (characters or words) or, with None, to another end. For a list of
    seeds the result is the list of their texts, with a number of `samples` that many after each
    seed; all are written side by side, which takes less time than one by one.

    - `stop`: a text to end before; `sentences`: how many to end after.
    - `temperature`: 0 takes the likeliest unit, more is wilder; a list is gone through again and
      again, one number for each unit. Default: what the recipe said, else 0.7.
    - `top_k`, `top_p`, `min_p`: leave only likely units; see `sampling.Steering`.
    - `rng_seed`: the same model, seeds and number give the same text.
    - `warn`: called with a line about what of the seed the model doesn't know.

    Raises `ValueError` for a value out of range.]]
    (setv
      steering (._steering self temperature top-k top-p min-p)
      ends (Ends length stop sentences)
      chosen (_chosen rng-seed warn))
    (when (and (isinstance seed str) (is samples None))
      (return (+ seed (.join ""
        (stream self.checkpoint (.prepare self seed) steering ends #** chosen)))))
    (setv
      seeds (if (isinstance seed str) [seed] (list seed))
      prepared (lfor s seeds (.prepare self s))
      each (if (is samples None) 1 samples))
    (lfor
      [k text] (enumerate (write-many self.checkpoint prepared each steering ends #** chosen))
      (+ (get seeds (// k each)) text)))

  (defn _steering [self temperature top-k top-p min-p]
    (Steering
      (if (is temperature None) self.checkpoint.settings.temperature temperature)
      top-k top-p min-p))

  (defn score [self text]
    #[[Return #(total units bits): how well the model predicts `text`.

    `total` is a `Score` with `bits` (per unit), `perplexity`, `accuracy` and `count`; `units`
    lists the characters or words of the text as it is prepared, and `bits` (len(units),) has the
    surprise of each: -log₂ of the probability that the model gave it, NaN for a character that it
    doesn't know. Raises `ValueError` when it knows nothing of the text.]]
    (setv
      total (Score)
      units []
      nats [])
    (for [stretch (surprises self.checkpoint [(.prepare self text)])]
      (.add total stretch)
      (.extend units stretch.units)
      (.append nats stretch.nats))
    (.check total)
    #(total units (bits (np.concatenate nats))))

  (defn save [self path]
    "Save to the file at `path`. Raises `OSError` when it can't be written."
    (save-checkpoint self.checkpoint path))

  (defn to-keras [self]
    "Return the model as stock Keras layers: ids (batch, time) → logits (batch, time, vocabulary)."
    (import-keras)
    (import lstm-textgen.network [stock-model])
    (stock-model self.checkpoint)))


(defn _chosen [rng-seed warn]
  "Return the options that the writer has defaults of its own for."
  {"rng_seed" rng-seed  #** (if warn {"warn" warn} {})})


(defn load [path]
  #[[Return the `TextModel` in the file at `path` (`.h5` may be left out).

  Raises `OSError` or, for a file that is not a model, `ValueError`.]]
  (TextModel (load-checkpoint path :resume True)))


(defn train [sources [path "model"] * [recipe None] [restart False] [report None] [minutes None]
    [save-every 10] [max-download 1024] [unit None] [lower None] [encoding None] [max-words None]
    [validation None] [layers None] [lookback None] [epochs None] [patience None]
    [learning-rate None] [batch-size None] [stride None] [temperature None] [rng-seed None]]
  #[[Train a model on `sources`, saving it at `path` after each epoch; return the `TextModel`.

  `sources` is a path, URL or pattern, or a list of them. If the model exists already, training
  goes on from it, unless `restart`. The settings from `unit` on are those of the command line;
  those of a `recipe` hold where none is given. `report` shows the run (default: on standard
  output). With `minutes` the run takes at most so long in all, from its start, and has at most
  `epochs` epochs of its own (default: 9); the schedule of the learning rate is fitted to that, and
  `patience` ends nothing. Every `save-every` minutes it is saved within an epoch too. No download,
  and no content of a `.gz`, may exceed `max-download` MB (2^20 bytes).

  Raises `ValueError` for settings that are out of range or contradict the model and for text that
  can't be used, `OSError` for files that can't be read or written, `FloatingPointError` when the
  loss explodes, and `Interrupted`, a `KeyboardInterrupt`, when Ctrl-C or SIGTERM stopped it: then
  it is saved.]]
  (setv given (dict (locals)))
  (for [name ["sources" "path" "recipe" "report"]]
    (del (get given name)))
  (setv
    given (check-given (dfor [name value] (.items given) :if (is-not value None) name value) "t")
    options (dfor name RUN-OPTIONS :if (in name given) name (.pop given name))
    settings {#** (if recipe recipe.settings {}) #** given}
    own-sources (.pop settings "sources" []))
  (TextModel (train-model
    (Run (_as-list (or sources own-sources)) (model-path path) settings :recipe recipe #** options)
    (or report (make-report)))))


(defn _as-list [sources]
  (if (isinstance sources #(str PathLike)) [sources] (list sources)))
