"What was asked for, and what a model keeps of it and of its training."

(eval-when-compile (require hyrule [meth unless]))
(import
  dataclasses [dataclass make-dataclass replace]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.settings.layers [parse-layers]
  lstm-textgen.settings.sizing [RULES]
  lstm-textgen.settings.table [SETTINGS check-setting settings-in])

(setv
  MAX-EMBEDDING 65536
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


(defclass Base [str]
  #[[The record of a model's base: its name and the checksum of its weights, as in `english:0f…`.

  It is `english:unused` if the base didn't know the text, so the model began from scratch.]]

  (meth [property] name []
    "The base's name."
    (get (.rsplit self ":" 1) 0))

  (meth [property] used? []
    "Whether the model began with the base's weights."
    (not (.endswith self ":unused")))

  (meth unused []
    "Return the record of this base for a model that began from scratch after all."
    (Base f"{@name}:unused"))

  (meth in-words []
    "Return which base the model began with, in words."
    (if @used? @name f"none: {@name} predicted this text poorly")))


;; The fields are those of the table.
(defclass [(dataclass :frozen True)] ModelSettings [
    (make-dataclass "Kept" (lfor s (settings-in "model" "fact") s.name) :frozen True)]
  #[[The settings of a model and facts about it, as its file has them, one attribute each.

  `base` is a `Base` or None; `layers` are `Layers`, and None until they are chosen.]]

  (meth __post-init__ []
    "Raise like `check-value` for an invalid one, `ValueError` for what takes too much to use."
    (for [[name value] (list (.items (vars self)))  :if (is-not value None)]
      (setv made (.get {"base" Base  "layers" parse-layers} name (fn [value] value)))
      (object.__setattr__ self name (made (check-setting name value))))
    (setv [rows lookback] [(or @batch-size 1) @lookback])
    (when (> (or @embedding 0) MAX-EMBEDDING) (refuse "its setting 'embedding' is too large"))
    (when (> (* rows lookback) MAX-STEP)
      (refuse f"a training step of {rows} windows of {lookback} units is too large: "
        'batch-size " times " 'lookback f" may be at most {MAX-STEP}")))

  (meth as-dict []
    "Return them as plain values, for the file."
    {#** (vars self)  "layers" (str @layers)})

  (meth [property] fine-tuned? []
    "Whether the model began with the weights of a base."
    (bool (and @base @base.used?))))


(defn of-model [given]
  "Return a dict of the settings of a model that are `given` (a dict or `Request`) and not None."
  (dfor s (settings-in "model") :if (is-not (.get given s.name) None) s.name (get given s.name)))


(defn new-settings [given]
  "Return the `ModelSettings` of a new model: those `given` (as above), else the defaults."
  (setv
    defaults (dfor s (settings-in "model" "fact") s.name s.default)
    settings (ModelSettings #** {#** defaults #** (of-model given)}))
  (replace settings
    :stride (or settings.stride settings.lookback)
    :max-words (or settings.max-words (. (get RULES settings.unit) max-words))))


(defn stored-settings [stored]
  "Return the `ModelSettings` in `stored`, a dict from a file; raise `ValueError` if invalid."
  (setv values {})
  (for [s (settings-in "model" "fact")]
    (unless (or s.later (in s.name stored)) (refuse f"its settings lack '{s.name}'"))
    (setv value (.get stored s.name s.default))
    (when (and (is value None) s.later (not s.optional)) (setv value s.default))
    (unless (and (is value None) s.optional) (check-setting s.name value ValueError))
    (setv (get values s.name) value))
  (ModelSettings #** values))


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
