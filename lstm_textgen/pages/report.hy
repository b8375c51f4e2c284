#[[The report on one or several models: one page made from the model files alone.

A section is left out if a file lacks its data. The HTML is in assets/, report.html and
report-*.html; report.js draws the curves.]]

(eval-when-compile (require hyrule [unless]))
(import
  itertools [zip-longest]
  os
  lstm-textgen.basics.terminal [spaces-shown]
  lstm-textgen.basics.values [counted]
  lstm-textgen.modelfile.outputs [open-output]
  lstm-textgen.pages.assembly [assemble fill safe]
  lstm-textgen.pages.figures [calibration-chart chart-figure curve-charts details shaded-strip
    side-by-side table]
  lstm-textgen.report.plain [duration]
  lstm-textgen.settings.sizing [RULES default-batch-size default-epochs]
  lstm-textgen.settings.table [settings-in]
  lstm-textgen.writing.history [WORDS-ALONE kept-entry loss-of loss-unit recorded
    text-length]
  lstm-textgen.writing.writer [write-sample])

(setv
  MOST 8             ; models on a page: the colours in report.css
  TEMPERATURES [#(0.4 "Careful") #(0.7 "As usual") #(1.0 "Wild")]
  EPOCHS-SHOWN 12    ; samples of epochs: the first, the last, and some in between
  UNITS-SHOWN 16     ; of the vocabulary, with their frequency
  REST-SHOWN 400     ; of its other units
  ;; The ratio up to which two lengths may belong to the same text: the characters of unknown words
  ;; aren't counted.
  ALIKE 1.2)


(defn write-report [path model checkpoint]
  "Write to `path` the page that reports on `checkpoint`, the model whose file is `model`."
  (setv page (report-page [#((os.path.basename model) checkpoint)]))
  (with [out (open-output path)] (.write out page)))


(defn report-page [models]
  #[[Return the page (HTML) on `models`, #(name checkpoint) each: a report, or a comparison.

  Its samples take a fraction of a second. Raise `ValueError` for more than 8 models.]]
  (setv n (len models))
  (when (> n MOST) (raise (ValueError f"`report` compares at most {MOST} models, not {n}")))
  (setv
    [[name model] #* others] models
    title (if others "Models compared" name)
    charts (curve-charts models)
    calibration (calibration-chart models)
    sections (if others
      (_comparison models charts calibration)
      (_report model charts calibration)))
  (assemble title
    (fill "report.html"
      :kind (if others f"A report on {n} models" "A report on a model")
      :title (safe title)
      :summary (if others (_lowest-loss models) (_summary model))
      :sections (.join "\n" sections))
    :styles ["vendor/uPlot.min.css" "report.css"]
    :scripts ["vendor/uPlot.min.js" "report.js"]
    :data {"charts" (list (filter None [#* charts calibration]))}))


(defn _section [title about body]
  "Return a section of the page, or an empty string without a `body`."
  (if body (fill "report-section.html" :title title :about about :body body) ""))


(defn _calibration [title about chart heads]
  "Return the section with the calibration `chart`, if any, and its rows below `heads`."
  (_section title about (when chart
    (+ (chart-figure chart) (details "The same in figures" heads (get chart "rows"))))))


(defn _sample [title text]
  "Return a sample with its `title`; both are HTML."
  (fill "report-sample.html" :title title :text text))


(defn _sample-at [checkpoint temperature title]
  "Return a sample at a `temperature` as HTML, always the same for the same model."
  (setv length checkpoint.vocabulary.passage-length)
  (_sample title (safe (.strip (write-sample checkpoint length temperature)))))


;; * Several models

(defn _lowest-loss [models]
  "Return which of the `models` has the lowest loss, if their losses are comparable."
  (setv trained (lfor [name model] models :if model.history #(name model)))
  (unless trained (return "None of them is trained yet."))
  (setv
    trained-models (lfor [_ model] trained model)
    units (sorted (set (map loss-unit trained-models)))
    texts (sfor model trained-models (get model.history -1 "text"))
    spells (sfor model trained-models (is model.vocabulary.unknown None))
    [loss name] (min (gfor [name model] trained #((loss-of (kept-entry model.history)) name)))
    lowest (+ f"<strong>{(safe name)}</strong> has the lowest loss, "
      f"{loss :.3f} bits per {(get units 0)}"))
  (cond
    (> (len units) 1)
      f"Their losses are per {(.join " and per " units)}, so they aren't comparable."
    (= (len texts) 1) f"{lowest}."
    (_different? trained-models)
      "They learned from different texts, so their losses aren't comparable."
    (> (len spells) 1) f"{(.capitalize WORDS-ALONE)}."
    True (+ f"{lowest}, provided that they learned from the same text, which can't be checked "
      "because their vocabularies differ.")))


(defn _different? [models]
  "Return whether the `models`, all trained, certainly learned from different texts."
  (setv
    lengths (lfor model models (_text-characters model))
    texts (sfor
      model models
      #((tuple model.vocabulary.units) (get model.history -1 "text"))))
  (or
    (> (len texts) (len (sfor [units _] texts units)))  ; the same vocabulary, but other ids
    (> (max lengths) (* ALIKE (min lengths)))))


(defn _text-characters [model]
  "Return the number of characters in the text of `model`, without unknown words."
  (* (text-length model.history) (.get (get model.history -1) "unit_length" 1)))


(defn _comparison [models charts calibration]
  "Return the sections about several `models`: one table, their curves in shared charts."
  (setv facts (lfor [_ model] models (_facts model)))
  [ (_section "Side by side" "" (table
      ["model" #* (gfor [name _] models name)]
      (lfor name (get facts 0) [name #* (gfor fact facts (get fact name))])))
    (_section "How they learned"
      (+ f"Loss in bits per {(.join " or " (sorted (sfor [_ model] models (loss-unit model))))} "
        "on held-out text, or else on the training text; lower is better.")
      (when charts (side-by-side charts)))
    (_calibration "Are they calibrated?"
      "Predictions with a probability of 30% should be right 30% of the time: the dashed line."
      calibration
      ["model" "predicted" "right" "count"])
    (_section "What they write" "With an empty seed, at temperature 0.7."
      (.join "\n" (gfor [name model] models (_sample-at model 0.7 (safe name)))))])


(defn _facts [model]
  "Return the facts about a `model` (a `Checkpoint`) in the table, a dict."
  (setv
    [history unit] [model.history model.settings.unit]
    best (or (kept-entry history) {})
    seconds (sum (recorded history "seconds"))
    copied (.get (or model.evaluation {}) "copied"))
  { "network" (.replace (str model.settings.layers) "," ", ")
    "weights" f"{model.weight-count :,}"
    "vocabulary" f"{(len model.vocabulary) :,} {unit}"
    "text" (+ f"{(text-length history) :,} {unit}"
      (if (in "unit_length" best) f", {(round (_text-characters model)) :,} characters" ""))
    "epochs" (str (len history))
    "lowest loss" (if best f"{(loss-of best) :.3f} bits per {(loss-unit model)}" "–")
    "in epoch" (str (.get best "epoch" "–"))
    "minutes" (if seconds f"{(/ seconds 60) :.1f}" "–")
    "copied" (if (is copied None) "–" f"{copied :.0%}")
    "machine" (get ["–" #* (recorded history "machine")] -1)})


;; * One model

(defn _report [checkpoint charts calibration]
  "Return the sections about one model."
  [ (_learning checkpoint charts)
    (_section "What it writes"
      "With an empty seed, at three temperatures: a higher one favours the likeliest units less."
      (.join "\n" (gfor
        [temperature word] TEMPERATURES
        (_sample-at checkpoint temperature f"{word}: temperature {temperature :g}"))))
    (_epochs checkpoint)
    (_strip checkpoint)
    (_calibration "Is it calibrated?"
      (+ "Predictions with a probability of 30% should be right 30% of the time: the dashed line. "
        "Below the line the model is overconfident, above it underconfident.")
      calibration
      ["predicted" "right" "count"])
    (_copying checkpoint)
    (_vocabulary checkpoint)
    (_settings checkpoint)
    (_circumstances checkpoint.history)])


(defn _summary [checkpoint]
  "Return one or two sentences about the model and how well it predicts."
  (setv
    [history settings units] [checkpoint.history checkpoint.settings checkpoint.settings.unit]
    n (len history)
    network (+ f"Its layers are {(safe settings.layers)}, its vocabulary "
      f"{(len checkpoint.vocabulary) :,} {units}."))
  (unless history (return (+ network " No epoch is complete yet.")))
  (+ network f" It was trained on {(text-length history) :,} {units}. After "
    f"{(counted n "epochs")}{(if (> settings.epochs n) f" of {settings.epochs}" "")} its loss is "
    f"<strong>{(loss-of (kept-entry history)) :.3f} bits per {(loss-unit checkpoint)}"
    "</strong> on "
    (if (in "validation_loss" (get history -1))
      "held-out text."
      "the training text; none was held out.")))


(defn _epochs [checkpoint]
  "Return the section with a sample of each epoch that has one."
  (setv
    written (lfor entry checkpoint.history :if (.get entry "sample") entry)
    last (- (len written) 1)
    step (max 1 (/ last (- EPOCHS-SHOWN 1))))
  (_section "How it learned to write"
    "A sample after each epoch, always with the same random seed."
    (.join "\n" (gfor
      k (sorted (sfor k (range EPOCHS-SHOWN) (min (round (* k step)) last)))
      :if written
      :setv entry (get written k)
      (_sample f"Epoch {(get entry "epoch")}: {(loss-of entry) :.3f} bits"
        (safe (get entry "sample")))))))


(defn _copying [checkpoint]
  "Return the section about how much of a sample is copied."
  (setv evaluation checkpoint.evaluation)
  (unless evaluation (return ""))
  (setv
    text (get evaluation "sample")
    [start length] (get evaluation "passage")
    end (+ start length)
    [before passage after] (map safe [(cut text start) (cut text start end) (cut text end None)])
    share (get evaluation "copied"))
  (_section "Is it copying?"
    (+ (if (is share None)
        "The sample is too short to tell. "
        (+ f"<strong>{share :.0%}</strong> of this sample's 20-character strings occur in the "
          "training text. "))
      f"The longest copied passage, underlined, has {length :,} characters.")
    (_sample f"Epoch {(get evaluation "epoch")}" f"{before}<mark>{passage}</mark>{after}")))


;; * How well it predicts

(defn _learning [checkpoint charts]
  "Return the section with the learning curves, if there are any, and their table."
  (setv
    heads ["epoch" "training" "validation" "learning rate" "seconds"]
    rows (lfor entry checkpoint.history (_figures entry)))
  (_section "How it learned"
    (+ f"Loss in bits per {(loss-unit checkpoint)}: the mean surprise of the text. Lower is "
      "better. " (if charts
        "Where the validation curve turns up, the model begins to overfit."
        "Curves follow after the second epoch."))
    (cond
      charts (+ (side-by-side charts) (details "All epochs in figures" heads rows))
      rows (table [] (zip heads (get rows 0))))))  ; a single epoch


(defn _figures [entry]
  "Return the row of the table of epochs for an `entry` of the history."
  [ (get entry "epoch")
    #* (gfor
      [name value form] [["loss" loss-of ".3f"] ["validation_loss" loss-of ".3f"]
                         ["learning_rate" dict.get ".4g"] ["seconds" dict.get ",.1f"]]
      (if (in name entry) (format (value entry name) form) "–"))])


(defn _strip [checkpoint]
  "Return the section about where the held-out text is hard to predict."
  (setv surprise (get (or checkpoint.evaluation {"surprise" []}) "surprise"))
  (unless surprise (return ""))
  (setv
    n (len surprise)
    hardest (max surprise)
    place (/ (.index surprise hardest) (max 1 (- n 1))))
  (_section "Where the held-out text is hard to predict"
    (+ f"Surprise in bits per {(loss-unit checkpoint)} at {n} places of the "
      f"held-out text, from its beginning to its end. The hardest is {place :.0%} of the way in, "
      f"at {hardest :.2f} bits; the easiest has {(min surprise) :.2f}. --score-html shades the "
      "text itself.")
    (shaded-strip surprise)))


;; * Vocabulary and settings

(defn _vocabulary [checkpoint]
  "Return the section about the vocabulary, the most frequent units first."
  (setv
    units (lfor unit checkpoint.vocabulary.units (spaces-shown (safe unit)))
    counts (if checkpoint.evaluation (get checkpoint.evaluation "counts") [])
    ranked (sorted (zip-longest units counts :fillvalue 0) :key (fn [pair] (- (get pair 1))))
    most (get ranked 0 1)
    shown (cut ranked (if most UNITS-SHOWN 0))
    rest (cut ranked (len shown) (+ (len shown) REST-SHOWN))
    left (- (len units) (len shown) (len rest))
    joined (len checkpoint.vocabulary.merges))
  (_section "Vocabulary"
    (+ f"{(len units) :,} {checkpoint.settings.unit}"
      (if joined f": {(- (len units) joined) :,} characters and {joined :,} merged from them" "")
      (if shown ", the most frequent first." "."))
    (+
      (fill "report-units.html" :rows (.join "\n" (gfor
        [unit count] shown
        (fill "report-unit.html" :unit unit :count f"{count :,}"
          :share f"{(/ count (sum counts)) :.1%}" :width f"{(* 100 (/ count most)) :.1f}%"))))
      (if rest
        (fill "report-rest.html"
          :units (.join " " (gfor [unit _] rest f"<span>{unit}</span>"))
          :more (if left f"and {left :,} more" ""))
        ""))))


(defn _settings [checkpoint]
  "Return the section with the settings and the reason for each value."
  (setv
    settings (.as-dict checkpoint.settings)
    hidden ["why" "beginning" "people" #* (if checkpoint.vocabulary.limited [] ["max_words"])])
  (_section "Settings" "Every setting and the reason for its value."
    (fill "report-table.html" :head "" :body (.join "\n" (gfor
      setting (settings-in "model" "fact")
      :setv value (get settings setting.name)
      :if (not (or (is value None) (in setting.name hidden)
        (and setting.later (not value))))
      (fill "report-setting.html"
        :title (.replace setting.name "_" " ")
        :value (safe value)
        :why (safe (_why setting value settings (text-length checkpoint.history)))
        :meaning (safe (get (.split setting.help " (default") 0))))))))


(defn _why [setting value settings units]
  "Return why a `setting` has its `value`, in a model trained on this number of `units`."
  (setv
    name setting.name
    unit (get settings "unit")
    for-text f"the default for {units :,} {unit}"
    [default why] (cond
      (and (get settings "base") (. settings ["base"] used?)
          (in name ["epochs" "batch_size" "learning_rate" "lookback" "max_words"]))
        [value "the default for fine-tuning, unless it was given"]
      (= name "layers") [value (or (get settings "why") "given")]
      (= name "epochs") [(default-epochs (max 1 units) unit) for-text]
      (= name "batch_size") [(default-batch-size (max 1 units)) for-text]
      (= name "max_words") [(. (get RULES unit) max-words) "the default"]
      (= name "stride") [(get settings "lookback") "the default: the lookback"]
      (= name "embedding") [value "determined by the vocabulary"]
      (= name "base") [value (if value.used? "given"
        "given, but it doesn't know such text, so training was from scratch")]
      True [setting.default "the default"]))
  (if (= value default) why "given"))


(defn _circumstances [history]
  "Return the section about machine and duration."
  (setv
    took (duration-in-words history)
    machines (dict.fromkeys (filter None (recorded history "machine")))
    rows [#* (if took [["duration" took]] []) #* (gfor machine machines ["machine" machine])])
  (_section "Machine and duration" "" (when rows (table [] rows))))


(defn duration-in-words [history]
  "Return how long the epochs in `history` took; None if unknown."
  (setv seconds (recorded history "seconds"))
  (when seconds
    (+ f"{(duration (sum seconds))} for {(counted (len seconds) "epochs")}, "
      f"{(/ (sum seconds) (len seconds)) :,.1f} s each")))
