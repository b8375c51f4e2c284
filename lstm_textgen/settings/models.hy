"What was asked for, and what a model keeps of it and of its training: its settings and facts."

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  dataclasses [MISSING dataclass fields make-dataclass]
  hy.models [Symbol]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [COUNT MODEL PASSAGE TEXT TEXT-LIST check-value]
  lstm-textgen.settings.layers [parse-layers]
  lstm-textgen.settings.table [SETTINGS check-setting settings-in])

(setv
  USUAL-TEMPERATURE 1.0  ; of models without one of their own, which readers like (bench/log.md)
  MAX-STEP (** 2 20)  ; ids in one training step: 16 times a large GPU's share
  MAX-EMBEDDING 65536
  MOST-PEOPLE 20)  ; of a chat, whose names a model stores


;; * What was asked for

(defclass Request []
  #[[What was asked for, by whomever: it is made once, where values were checked, and only read.

  It has an attribute for each setting: what was given, or else the default, so `request.minutes`
  may be None; `(in "minutes" request)` tells whether it was given. `#** request` are those that
  were. Only `run.request` tells what was given: in others `but` and `or-else` have filled some in.
  A run's has `prep`, a text → text function, and `callbacks`, a list, too, and `listed`, the
  number of texts if they were given one by one and look like items.]]
  (setv
    prep None
    callbacks #()
    listed 0)

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
    "Return the setting `name` if it was given, or else `default`, not the table's."
    (.get (vars self) name default))

  (meth chosen [#* names]
    "Return a dict of those of the settings `names` that were given."
    (dfor name names :if (in name self) name (get self name)))

  (meth but [#** values]
    "Return the request with these `values` in place of its own."
    (Request {#** self  #** values}))

  (meth or-else [#** values]
    "Return the request with these `values` for what wasn't given."
    (Request {#** values  #** self})))


;; * What a model keeps: settings, which someone may choose, and facts, which nobody chose

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


(defn settings-of [request]
  "Return the `ModelSettings` that `request` gives, or else the defaults."
  (ModelSettings #** (dfor s (settings-in "model") s.name (getattr request s.name))))


(defn continuing [request stored]
  #[[Return `request`, to train a model further, with the settings `stored` for those not given.

  Windows that follow one another do so with another lookback, too. Raise `ValueError` for a
  setting that contradicts a fixed one of those stored.]]
  (setv
    streams? (= stored.stride stored.lookback)
    request (.or-else request #** {#** (.as-dict stored)  #** (if streams? {"stride" None} {})})
    settings (settings-of request))
  (for [setting (settings-in "model")  :if setting.fixed]
    (setv
      word (Symbol setting.name)
      [old new] (gfor each [stored settings] (getattr each setting.name)))
    (unless (= old new)
      (refuse
        #* (if (and (is setting.value None) (is-not old None))
          [word f" is {new} here, but the model has {old}"]
          [f"the model was trained {(if old "with" "without")} " word])
        "; leave it out, or train a new model with " 'restart " or another " 'path)))
  request)


(defclass Base [str]
  #[[The record of a model's base: its name and the checksum of its weights, as in `english:0f…`.

  It is `english:unused` if the base didn't know the text, so the model began from scratch.]]

  (meth [property] name []
    "The base's name."
    (get (@rsplit ":" 1) 0))

  (meth [property] used? []
    "Whether the model began with the base's weights."
    (not (@endswith ":unused")))

  (meth unused []
    "Return the record of this base for a model that began from scratch after all."
    (Base f"{@name}:unused"))

  (meth in-words []
    "Return which base the model began with, in words."
    (if @used? @name f"none: {@name} predicted this text poorly")))


(defrecord Facts
  #[[The facts about a model, as its file has them; the type of each is its `Kind`.

  `base` becomes a `Base`. Raise `ValueError` for an invalid one.]] [
    #^ COUNT embedding            ; dimensions of the embedding
    #^ TEXT beginning             ; the first unit of its text, with which generation begins
    #^ TEXT [seed-text ""]        ; words from the middle of the text, to generate with
    #^ TEXT [title None]          ; the name of its last text, if that was one file
    #^ PASSAGE [recipe None]      ; the name of its recipe
    #^ MODEL [base None]          ; the record of its base
    #^ TEXT [why ""]              ; why the network was chosen; empty if it was given
    #^ TEXT [devices ""]          ; those of the last training, if batches were split
    #^ TEXT-LIST [digests None]   ; the SHA-256 of up to 1,000 files that it was trained on
    #^ TEXT-LIST [people None]    ; those in the chat, the most frequent first
    #^ TEXT [names None]          ; the names in its text, unless they are too many
    #^ COUNT [longest-run 40]     ; characters of the longest run of one in parts of its texts
    #^ TEXT [unbroken None]       ; where no line ends: after letters, after commas, in sentences
    ;; Of a list:
    #^ COUNT [longest-item None]  ; units of the longest item, without its end
    #^ COUNT [long-item None]     ; units that 95% of the items have at most
    #^ COUNT [median-item None]   ; units of the median item
    #^ COUNT [item-lines None]    ; lines of nearly every item, if several
    #^ TEXT [item-ends None]]     ; characters with which items end, if they are lines

  (meth __post-init__ []
    (for [field (fields self)
          :setv value (getattr self field.name)
          :if (not (and (is value None) (is field.default None)))]
      (setv value (check-value f"its fact '{field.name}'" field.type value ValueError))
      (object.__setattr__ self field.name (if (= field.name "base") (Base value) value)))
    (when (> @embedding MAX-EMBEDDING) (refuse "its fact 'embedding' is too large")))

  (meth [property] fine-tuned? []
    "Whether the model began with the weights of a base."
    (bool (and @base @base.used?))))


(defn from-file [record stored what]
  #[[Return the `record`, `ModelSettings` or `Facts`, of `stored`, a dict from a file.

  Raise `ValueError`, calling it `what`, if it lacks one without a default or has an invalid one.]]
  (for [field (fields record)  :if (is field.default MISSING)]
    (when (is (.get stored field.name) None) (refuse f"its {what} lack '{field.name}'")))
  (record #** (dfor
    field (fields record)
    :if (in field.name stored)
    field.name (get stored field.name))))
