"What was asked for, and what a model keeps of it and of its training."

(eval-when-compile (require hyrule [meth unless]))
(import
  dataclasses [MISSING dataclass fields make-dataclass replace]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.settings.layers [parse-layers]
  lstm-textgen.settings.sizing [RULES]
  lstm-textgen.settings.table [SETTINGS check-setting settings-in])

(setv
  USUAL-TEMPERATURE 1.0  ; of models without one of their own, which readers like (bench/log.md)
  MAX-STEP (** 2 20))  ; ids in one training step: 16 times a large GPU's share


(defclass Request []
  #[[What was asked for, by whomever: it is made once, where values were checked, and only read.

  It has an attribute for each setting: what was given, or else the default, so `request.minutes`
  may be None; `(in "minutes" request)` tells whether it was given. `#** request` are those that
  were. A run's has `prep`, a text → text function, and `callbacks`, a list, too.]]
  (setv
    prep None
    callbacks #())

  (meth __init__ [given]
    (.update (vars self) given))

  (meth __getattr__ [name]  ; if it wasn't given
    (unless (in name SETTINGS) (raise (AttributeError name)))
    (. (get SETTINGS name) default))

  (meth __contains__ [name] (in name (vars self)))

  (meth __getitem__ [name] (get (vars self) name))

  (meth keys []
    "Return the names of those that were given."
    (.keys (vars self)))

  (meth get [name [default None]]
    "Return the setting `name`, or `default` if it wasn't given."
    (.get (vars self) name default))

  (meth chosen [#* names]
    "Return a dict of those of the settings `names` that were given."
    (dfor name names :if (in name self) name (get self name)))

  (meth but [#** values]
    "Return the request with these `values` in place of its own."
    (Request {#** self  #** values})))


;; The fields are those of the table. In a file those that may be None may also be missing.
(defclass [(dataclass :frozen True)] ModelSettings [
    (make-dataclass "Kept" :frozen True :kw-only True (lfor
      s (settings-in "model")
      [s.name object #* (if s.optional [None] [])]))]
  #[[The settings of a model, as its file has them, one attribute each.

  `layers` are `Layers`, and None until they are chosen.]]

  (meth __post-init__ []
    "Raise `ValueError` for an invalid one, and for what takes too much to use."
    (for [[name value] (list (.items (vars self)))  :if (is-not value None)]
      (setv value (check-setting name value ValueError))
      (object.__setattr__ self name (if (= name "layers") (parse-layers value) value)))
    (setv [rows lookback] [(or @batch-size 1) @lookback])
    (when (> (* rows lookback) MAX-STEP)
      (refuse f"a training step of {rows} windows of {lookback} units is too large: "
        'batch-size " times " 'lookback f" may be at most {MAX-STEP}")))

  (meth [property] usual-temperature []
    "The temperature at which the model generates unless another is asked for."
    (if (is @temperature None) USUAL-TEMPERATURE @temperature))

  (meth as-dict []
    "Return them as plain values, for the file."
    {#** (vars self)  "layers" (str @layers)}))


(defn of-model [given]
  "Return a dict of the settings of a model that are `given` (a dict or `Request`) and not None."
  (dfor s (settings-in "model") :if (is-not (.get given s.name) None) s.name (get given s.name)))


(defn new-settings [given]
  "Return the `ModelSettings` of a new model: those `given` (as above), else the defaults."
  (setv settings (ModelSettings #**
    {#** (dfor s (settings-in "model") s.name s.default)  #** (of-model given)}))
  (replace settings
    :stride (or settings.stride settings.lookback)
    :max-words (or settings.max-words (. (get RULES settings.unit) max-words))))


(defn from-file [record stored what]
  #[[Return the `record`, `ModelSettings` or `Facts`, of `stored`, a dict from a file.

  Raise `ValueError`, calling it `what`, if it lacks one without a default or has an invalid one.]]
  (for [field (fields record)  :if (is field.default MISSING)]
    (when (is (.get stored field.name) None) (refuse f"its {what} lack '{field.name}'")))
  (record #** (dfor
    field (fields record)
    :if (in field.name stored)
    field.name (get stored field.name))))


(defn continued-settings [stored given]
  #[[Return the `ModelSettings` to continue with: those `stored`, updated by `given` (a dict).

  Raise `ValueError` for a given one that contradicts a fixed setting of the model.]]
  (setv settings (replace stored #** (of-model given)))
  (when (and (= stored.stride stored.lookback) (is (.get given "stride") None))
    (setv settings (replace settings :stride settings.lookback)))
  (for [setting (settings-in "model") :if setting.fixed]
    (setv [old new] (gfor each [stored settings] (getattr each setting.name)))
    (unless (= old new)
      (refuse
        #* (if (and (is setting.value None) (is-not old None))
          [setting.word f" is {new} here, but the model has {old}"]
          [f"the model was trained {(if old "with" "without")} " setting.word])
        "; leave it out, or train a new model with " 'restart " or another " 'path)))
  settings)
