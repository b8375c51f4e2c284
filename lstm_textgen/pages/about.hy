"What a page's tab About has from the program: settings and why, the command, the calibration."

(import
  re
  shlex
  lstm-textgen.modelfile.history [kept-entry text-length]
  lstm-textgen.settings.sizing [RULES default-batch-size default-epochs]
  lstm-textgen.settings.table [SETTINGS settings-in])

(setv
  GIVEN "given"
  FEWEST-PREDICTIONS 20  ; in a row of a calibration
  FEWEST-TENTHS 3)       ; of one that is shown


(defn training-of [name model]
  #[[Return what is said of the training of `model` (a `Checkpoint`), the `Training` of types.ts.

  - `settings`: [name value why] each, in English.
  - `command`: what trains such a model; empty if a recipe did, as that may hold code.
  - `calibration`: [n sure right] each (see `calibration`), empty if there are too few.]]
  (setv
    hidden (if model.vocabulary.limited [] ["max_words"])
    rows (lfor
      setting (settings-in "model")
      :setv value (getattr model.settings setting.name)
      :if (not (or (is value None) (in setting.name hidden)))
      [setting.name value (_why setting model)])
    evaluation (or model.evaluation {"epoch" 0  "calibration" []})
    calibration (lfor
      row (get evaluation "calibration")
      :if (>= (get row 0) FEWEST-PREDICTIONS)
      row)
    kept (or (kept-entry model.history) {"epoch" 0}))
  { "settings" (lfor [name value why] rows
      [(.replace name "_" " ") (_shown value) f"{why}; {(_brief name)}"])
    "command" (if model.facts.recipe "" (_command name model rows))
    ;; A run that was stopped has one of earlier weights.
    "calibration" (if (and (= (get evaluation "epoch") (get kept "epoch"))
        (>= (len calibration) FEWEST-TENTHS))
      calibration
      [])})


(defn _why [setting model]
  "Return why a `setting` of `model` has its value, in words."
  (setv
    [settings units] [model.settings (text-length model.history)]
    value (getattr settings setting.name)
    unit settings.unit
    for-text f"the default for {units :,} {unit}"
    ;; The value that has a reason, and the reason; any other was given.
    [default why] (match setting.name
      (| "epochs" "batch_size" "learning_rate" "lookback" "max_words") :if model.facts.fine-tuned?
        [value "the default for fine-tuning, unless it was given"]
      "layers" [value (or model.facts.why GIVEN)]
      "epochs" [(default-epochs (max 1 units) unit) for-text]
      "batch_size" [(default-batch-size (max 1 units)) for-text]
      "max_words" [(. (get RULES unit) max-words) "the default"]
      "lookback" :if settings.items [value "what fits its items, unless it was given"]
      "stride" [settings.lookback "the default: the lookback"]
      _ [setting.default "the default"]))
  (if (= value default) why GIVEN))


(defn _brief [name]
  "Return the help of the setting `name`, without flags and defaults."
  (re.sub r"--|[ (;]*\(?default.*" "" (. (get SETTINGS name) help)))


(defn _command [name model rows]
  "Return the command that trains a model like `model`, whose settings and why are `rows`."
  (setv
    facts model.facts
    ;; The network that was chosen may depend on the machine and its time.
    chosen (if facts.fine-tuned? [] ["layers"])
    given (lfor
      [key value why] rows
      :if (or (= why GIVEN) (in key chosen))
      word [(. (get SETTINGS key) option) (_shown value)]
      :if (!= word "yes")
      word))
  (shlex.join ["lstm-textgen" "--sources" f"{(or facts.title "text")}.txt" "--model" name
    #* (if facts.fine-tuned? ["--from" facts.base.name] [])
    #* given]))


(defn _shown [value]
  "Return the `value` of a setting as a user gives it."
  (cond
    (isinstance value list) (.join "," (map str value))
    (isinstance value bool) (if value "yes" "no")
    True (str value)))
