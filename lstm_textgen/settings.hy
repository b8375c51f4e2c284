#[[What can be set about a model, what it is set to when nobody says, and what a model holds fast.

Settings are a dict with the flags' names, underscores for hyphens. They are stored in the model file.]]

(import
  lstm_textgen.layers [format-layers parse-layers]
  lstm_textgen.macros [check-settings])

;; Measured on two cores; bench/README.md has the figures.
(setv DEFAULTS {
  "unit" "characters"
  "lower" False
  "encoding" "utf-8"
  "max_words" 10000
  "lookback" 64
  "stride" None  ; the lookback: contiguous streams
  "batch_size" 32
  "validation" 0.1
  "layers" None  ; see `choose-layers`
  "learning_rate" 0.008
  "epochs" None  ; see `default-epochs`
  "patience" 5
  "rng_seed" 1
  "temperature" 0.7})  ; to write with

;; What the weights, the vocabulary or the place in the data were made with: it can't change later.
(setv FIXED [
  "unit" "lower" "max_words" "lookback" "stride" "batch_size" "validation" "layers" "rng_seed"])


(setv
  READ 7_000_000  ; units that a text is read for, if it isn't said for how long
  MEGABYTE 1_000_000
  MOST-EPOCHS 9   ; with more a small text is known by heart
  STARTING 15     ; seconds of a run that go by without training
  ;; Units that a network has to read to be worth its size: of a text of a megabyte, and of one of five or more.
  ENOUGH 3_000_000
  ENOUGH-OF-MORE 5_000_000
  ;; An LSTM's units, what they read in a second, and the most dropout that does them good; the largest first.
  NETWORKS [[768 8_000 0.5] [512 22_000 0.4] [384 35_000 0.3] [256 60_000 0.3]])


(defn default-epochs [units]
  #[[How many epochs a text gets that has so many `units` to train on: as many as read 7 million units in all, but from 3 to 9.

  In so much a network learns most of what it can of a megabyte, in about three minutes on two cores; a smaller text it knows by heart after 9 or 10 (bench/README.md).]]
  (min MOST-EPOCHS (max 3 (round (/ READ units)))))


(defn choose-layers [units epochs minutes]
  #[[Choose the network for a text with so many `units` to train on, which is read `epochs` times (0: without end) but for so many `minutes` at most (None: as long as it takes): its layers, and why, in words.

  A larger network learns more from each unit, but reads fewer of them. So it is the largest that in the time (without one, as in 2 minutes) reads 3 million units; or of a small text, all of it 9 times (or `epochs` times, if that is less); or of a large one, all of it once, but 5 million at most. For a megabyte that is 384 units from 1.7 minutes on, 512 from 2.6, 768 from 6.5. Dropout grows by 0.05 with each time that the text is read, up to what does such a network good (bench/README.md); by less for a text of more than a megabyte, which is not so soon known by heart. All was measured for characters, on two cores; for words and other machines it is a guess.]]
  (setv
    seconds (max 1 (- (* 60 (or minutes 2)) STARTING))
    enough (min
      (* units (min MOST-EPOCHS (or epochs MOST-EPOCHS)))
      (max ENOUGH (if minutes (min units ENOUGH-OF-MORE) 0)))
    [size speed most] (next
      (gfor  network NETWORKS  :if (>= (* seconds (get network 1)) enough)  network)
      (get NETWORKS -1))
    by-clock (when minutes (/ (* speed seconds) units))
    readings (if minutes
      (min by-clock (or epochs by-clock))
      (or epochs (default-epochs units))))
  (setv dropout (min most (round (* 0.05 readings (min 1 (/ MEGABYTE units))) 1)))
  #(
    (format-layers (parse-layers (if dropout f"{size},dropout:{dropout}" (str size))))
    f"{size} units {(if minutes f"for --minutes {minutes :g}" "without --minutes")}; dropout {dropout} for a text that is read about {readings :.1f} times"))


(defn flag [name]
  "The command line's name of a setting, for messages."
  (if (= name "unit")
    "--word-by-word"
    (+ "--" (.replace name "_" "-"))))


(defn embedding-size [vocabulary-size]
  "How many dimensions each unit gets: enough for each character, 256 at the most for words."
  (min 256 (max 16 vocabulary-size)))


(defn _check [settings]
  "Raise `ValueError` for a value that is out of range; write `layers` in their full form."
  (check-settings (dfor  [name value] (.items settings)  :if (is-not value None)  name value) "--{}")
  (when (.get settings "layers")
    (setv (get settings "layers") (format-layers (parse-layers (get settings "layers"))))))


(defn new-settings [given]
  "The settings of a new model: what is `given`, the defaults for the rest. Raise `ValueError` for a bad one."
  (setv settings {#** DEFAULTS #** given})
  (when (is (get settings "stride") None)
    (setv (get settings "stride") (get settings "lookback")))
  (_check settings)
  settings)


(defn continued-settings [stored given]
  "The settings to go on with: those `stored` in the model, and what is `given` of the ones that may change.

  Raise `ValueError` with both values for one that is given and contradicts the model."
  (setv given (dfor  [name value] (.items given)  :if (is-not value None)  name value))
  (_check given)
  (for [name FIXED]
    (when (!= (.get given name (get stored name)) (get stored name))
      (raise (ValueError
        f"{(flag name)} is {(get given name)} here and {(get stored name)} in the model; leave it out, or begin a new model with --restart or another --model"))))
  {#** stored #** given})


(defn validation-losses [history text]
  "The validation losses of the epochs in `history` that held out the same `text` (a fingerprint): only these compare."
  (lfor
    entry history
    :if (and (in "validation_loss" entry) (= (get entry "text") text))
    (get entry "validation_loss")))


(defn why-done [settings history [text None]]
  "Why there is nothing more to train on `text` (a fingerprint), in words and with what to do about it; or an empty text."
  (setv
    epochs (get settings "epochs")
    patience (get settings "patience")
    losses (validation-losses history text)
    waited (if losses (- (len losses) 1 (.index losses (min losses))) 0))
  (cond
    (and epochs (>= (len history) epochs))
      f"--epochs {epochs} is done; to go on, give more: --epochs {(* 2 (len history))}"
    (and patience (>= waited patience))
      f"its validation loss has not got better for the last {waited} of its epochs; to go on all the same, give --patience {(* 2 waited)}"
    True ""))
