#[[What the texts and numbers in a model file must be before anything else relies on them.

The same checks stand before the file is written, so that no model is saved which couldn't be loaded. Each raises `ValueError`.]]

(import
  codecs
  json
  math [isfinite]
  numpy :as np
  lstm_textgen.hdf5 [unless-sound]
  lstm_textgen.macros [check-settings]
  lstm_textgen.settings [DEFAULTS])

(setv
  MAX-EMBEDDING 65536
  MAX-STEP (** 2 20)  ; ids in one training step: 16 times what a large GPU is given
  MAX-COUNT (** 2 53)  ; above it a float can't hold every whole number
  MAX-JSON (** 2 25))  ; bytes: room for the history of 250,000 epochs


(defn count? [value]
  "Whether `value` is a sound whole number."
  (and (isinstance value int) (not (isinstance value bool)) (<= 0 value MAX-COUNT)))


(defn _number? [value]
  "Whether `value` is a finite number."
  (or (count? value) (and (isinstance value float) (isfinite value))))


(defn check-stored-settings [settings]
  "Raise `ValueError` unless `settings` has all that the program relies on, each of the right kind."
  (for [name [#* DEFAULTS "embedding" "beginning" "recipe"]]
    (unless-sound (in name settings) f"its settings lack '{name}'"))
  (for [value (.values settings)]
    (unless-sound (or (not (isinstance value int)) (<= value MAX-COUNT)) "its settings have a number that is too large"))
  (check-settings (dfor
    name DEFAULTS
    :setv value (get settings name)
    :if (not (and (is value None) (in name ["encoding" "max_words"])))  ; None: find out, and no limit
    name value))
  (setv [embedding beginning recipe] (gfor  name ["embedding" "beginning" "recipe"]  (get settings name)))
  (unless-sound (and (count? embedding) (<= 1 embedding MAX-EMBEDDING)) "its setting 'embedding' is no sound number")
  (unless-sound (isinstance beginning str) "its setting 'beginning' is no text")
  (unless-sound (isinstance recipe #((type None) str)) "its setting 'recipe' is no text")
  (_check-effort #* (gfor  name ["batch_size" "lookback" "encoding"]  (get settings name))))


(defn _check-effort [batch-size lookback encoding]
  "Raise `ValueError` for settings that would take time or memory which no text explains."
  (unless-sound (<= (* batch-size lookback) MAX-STEP)
    f"a training step of {batch-size} windows of {lookback} is too large: --batch-size times --lookback is {MAX-STEP} at the most")
  ;; Python takes a minute to decode 300 KB of it, and four for twice as much.
  (unless-sound (!= (. (codecs.lookup (or encoding "utf-8")) name) "punycode") "its setting 'encoding' is punycode, which takes too long to read"))


(defn check-history [history]
  "Raise `ValueError` unless `history` is a list of epochs with their losses."
  (for [entry history]
    (unless-sound (and
      (isinstance entry dict)
      (count? (.get entry "epoch"))
      (_number? (.get entry "loss"))
      (_number? (.get entry "validation_loss" 0))
      (isinstance (.get entry "text") str))
      "its history has an entry that is no epoch")))


(defn check-state [state]
  "Raise `ValueError` unless `state` says where a training run stands."
  (unless-sound (and
    (all (gfor  name ["epoch" "step" "updates"]  (count? (.get state name))))
    (_number? (.get state "loss_sum"))
    (isinstance (.get state "text") str))
    "what it has to go on training is no place in a text"))


(defn check-arrays [name arrays]
  "Raise `ValueError` unless every number in `arrays` is finite; `name` is what they are."
  (unless-sound (all (gfor  array arrays  (.all (np.isfinite array)))) f"its {name}: a number is not finite"))


(defn read-json [text name kind]
  "Read the JSON in `text` (bytes), which must be a `kind` (dict or list)."
  (defn refuse [constant]
    (unless-sound False f"its {name}: {constant} is no number"))
  (unless-sound (<= (len text) MAX-JSON) f"its {name}: too long")
  (try
    (setv value (json.loads (.decode text) :parse-constant refuse))
    (except [[json.JSONDecodeError UnicodeDecodeError RecursionError]]
      (raise (ValueError f"its {name}: no JSON") :from None)))
  (unless-sound (isinstance value kind) f"its {name}: no {kind.__name__}")
  value)
