#[[The report on one or several models: one page made from the model files alone.

A section is left out if a file lacks its data, or has too little of it to show.]]

(eval-when-compile (require hyrule [unless]  lstm-textgen.pages.markup [html]))
(import
  os
  statistics [median-high]
  numpy :as np
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.terminal [spaces-shown]
  lstm-textgen.basics.values [counted]
  lstm-textgen.display.plain [duration]
  lstm-textgen.modelfile.history [WORDS-ALONE kept-entry loss-of recorded text-length]
  lstm-textgen.modelfile.outputs [open-output]
  lstm-textgen.pages.assembly [assemble]
  lstm-textgen.pages.figures [calibration-chart chart-figure comparing-charts epochs-in-figures
    facts-of folded learning-curves section-of side-by-side strip-section summary-of table-of
    text-characters]
  lstm-textgen.settings.models [Request USUAL-TEMPERATURE]
  lstm-textgen.settings.sizing [RULES default-batch-size default-epochs]
  lstm-textgen.settings.table [settings-in]
  lstm-textgen.text.items [KnownItems fingerprint-of]
  lstm-textgen.writing.writer [passage-length write-each write-sample])

(setv
  MOST-COMPARED 8    ; models on a page: the colors in charts.css
  TEMPERATURES {"Careful" 0.6  "As usual" 1.0  "Wild" 1.5}
  EPOCHS-SHOWN 12    ; samples of epochs: the first, the last, and some in between
  UNITS-SHOWN 16     ; of the vocabulary, with their frequency
  REST-SHOWN 120     ; of its other units
  ;; Items drawn at each temperature; of long ones fewer, about `MOST-UNITS` in all.
  DRAWN 100
  MOST-UNITS 3000
  FEWEST 3
  ITEMS-SHOWN 10    ; of those drawn
  SHORT-ITEM 40     ; units: lists of such items are shown side by side
  ;; The ratio up to which two lengths may belong to the same text: the characters of unknown words
  ;; aren't counted.
  SAME-LENGTH 1.2)


(defn write-report [path model-path model]
  "Write to `path` the page that reports on `model`, whose file is at `model-path`."
  (setv page (report-page [#((os.path.basename model-path) model)]))
  (with [out (open-output path)] (.write out page)))


(defn report-page [models]
  #[[Return the page (HTML) on `models`, #(name model) each: a report, or a comparison.

  Its samples take a fraction of a second. Raise `ValueError` for more than 8 models.]]
  (setv n (len models))
  (when (> n MOST-COMPARED)
    (refuse 'report f" compares at most {MOST-COMPARED} models, not {n}"))
  (setv
    [[name model] #* others] models
    title (if others "Models compared" f"What {name} learned")
    calibration (calibration-chart models)
    [summary charts sections] (if others
      (_comparison models calibration)
      (_report model calibration)))
  (assemble title
    (html (header (h1 title) (p :class "lead" summary)) (main sections))
    :styles ["vendor/uPlot.min.css" "charts.css" "report.css"]
    :scripts ["vendor/uPlot.min.js" "charts.js"]
    :blocks {"charts" (list (filter None [#* charts calibration]))}))


(defn _calibration [title chart [more ""]]
  "Return the section with the calibration `chart`, if any, and its rows."
  (when chart
    (section-of title
      (+ "Predictions with a probability of 30% should be right 30% of the time: the dashed line."
        more)
      (chart-figure chart)
      (folded "The same in figures" ["model" "predicted" "right" "count"] (get chart "rows")))))


(defn _sample [title text]
  "Return a sample with its `title`."
  (html (figure :class "sample"
    (figcaption :class "soft small" title)
    (div :class "text" :lang "" :dir "auto" text))))


(defn _sample-at [model temperature title]
  "Return a sample at a `temperature`, always the same for the same model."
  (_sample title (.strip (write-sample model (passage-length model) temperature))))


;; * Several models

(defn _lowest-loss [models]
  "Return which of the `models` has the lowest loss, if their losses are comparable."
  (setv
    losses (dfor [name model] models :if model.history name (loss-of (kept-entry model.history)))
    trained (lfor [name model] models :if (in name losses) model))
  (unless trained (return "None of them is trained yet."))
  (setv
    name (min losses :key losses.get)
    lowest (html (strong name)
      f" has the lowest loss, {(get losses name) :.3f} bits per character")
    ;; The text that each learned from; those with the same vocabulary must have the same.
    texts (sfor model trained #((tuple model.vocabulary.units) (get model.history -1 "text")))
    lengths (list (map text-characters trained)))
  (cond
    (= 1 (len (sfor [_ text] texts text))) (html lowest ".")
    (or (> (len texts) (len (dict texts))) (> (max lengths) (* SAME-LENGTH (min lengths))))
      "They learned from different texts, so their losses aren't comparable."
    (= 2 (len (sfor model trained (is model.vocabulary.unknown None))))
      f"{(.capitalize WORDS-ALONE)}."
    True (html lowest ", provided that they learned from the same text, which can't be checked "
      "because their vocabularies differ.")))


(defn _comparison [models calibration]
  "Return #(summary charts sections) about several `models`: one table, curves in shared charts."
  (setv
    columns (lfor
      [_ model] models
      :setv seconds (sum (recorded model.history "seconds"))
      :setv copied (.get (or model.evaluation {}) "copied")
      { #** (facts-of model)
        "minutes" (when seconds f"{(/ seconds 60) :.1f}")
        "copied" (unless (is copied None) f"{copied :.0%}")
        "machine" (get [None #* (recorded model.history "machine")] -1)})
    charts (comparing-charts models))
  #( (_lowest-loss models)
    charts
    [ (section-of "What they write"
        f"With an empty seed text, at temperature {USUAL-TEMPERATURE :g}."
        (html (div :class "columns"
          (for [[name model] models] (_sample-at model USUAL-TEMPERATURE name)))))
      (section-of "How they learned"
        (+ "Loss in bits per character on held-out text or, without it, on training text; "
          "lower is better.")
        (side-by-side charts))
      (section-of "Side by side" ""
        (table-of ["model" #* (gfor [name _] models name)]
          (lfor
            fact (get columns 0)
            :setv row (lfor column columns (get column fact))
            :if (any row)
            [fact #* row])))
      (_calibration "Are they calibrated?" calibration)]))


;; * One model

(defn _report [model calibration]
  "Return #(summary charts sections) about one `model`."
  (setv
    list? model.settings.items
    [samples novelty] (if list?
      (_list-parts model TEMPERATURES)
      [ (html (div :class "columns" (for [[word t] (.items TEMPERATURES)]
          (_sample-at model t f"{word}: temperature {t :g}"))))
        None])
    charts (learning-curves model))
  #( (summary-of model)
    charts
    [ (section-of "What it writes"
        "With an empty seed text; the higher the temperature, the bolder."
        samples)
      (_samples-of-epochs model)
      novelty
      (section-of "How it learned"
        (+ "Loss in bits per character, the mean surprise of the text. Lower is better. "
          "Where the validation curve turns up, the model begins to overfit.")
        (side-by-side (cut charts 1)))
      (strip-section model)
      (unless list? (_copying model.evaluation))
      (_for-experts model (cut charts 1 None) calibration)]))


(defn _for-experts [model rates calibration]
  "Return what a click unfolds about `model`; `rates` is a list of charts."
  (html (details (summary (h2 "For experts"))
    (side-by-side rates)
    ;; In a wide window two stand side by side.
    (div :class "pair"
      (_calibration "Is it calibrated?" calibration
        " Below the line the model is overconfident, above it underconfident.")
      (_vocabulary model))
    (_made-of model))))


(defn _list-parts [model temperatures]
  #[[Return #(lists section): items that `model` writes, and how new and how long they are.

  `temperatures` is a dict from words to temperatures.]]
  (setv
    [settings facts] [model.settings model.facts]
    typical (or facts.median-item 1)
    count (max FEWEST (min DRAWN (// MOST-UNITS typical)))
    [figures columns] (zip #* (gfor
      [word t] (.items temperatures)
      (_draw model count t f"{word}: temperature {t :g}"))))
  #( (html (div :class (if (< typical SHORT-ITEM) "lists short" "lists") figures))
    (section-of "Are they new?"
      f"Of {count} items at each temperature, compared with the training list."
      (table-of ["items" "training" #* (map str.lower temperatures)] (zip
        ["new" "different" f"median length, {settings.unit}" "longest"]
        [None None facts.median-item facts.longest-item]
        #* columns)))))


(defn _draw [model count temperature title]
  #[[Return #(figure column): the first of `count` items by `model`, and figures of them all.

  They are how many are new, how many differ, and their median and longest length in units. The
  items are always the same for the same model.]]
  (setv
    known (KnownItems model.items)
    asked (Request {"samples" count  "temperature" temperature  "rng_seed" 1})
    texts (write-each model [""] asked :warn (fn [line] None))
    items (lfor [_ text] (sorted texts) (.rstrip text))
    old (lfor item items (in item known))
    lengths (lfor item items (len (.split model.vocabulary item)))
    shown (lfor row (zip items old) :if (get row 0) row)
    share (fn [n] f"{(/ n count) :.0%}"))
  #( (html (figure :class "sample"
      (figcaption :class "soft small" title)
      (ul :class "text" (for [[item old?] (cut shown ITEMS-SHOWN)]
        (li :lang "" :dir "auto" item (when old? (html " " (span :class "old" "in the list"))))))))
    [ (when model.items (share (.count old False)))
      (share (len (set (map fingerprint-of items))))
      (median-high lengths)
      (max lengths)]))


(defn _samples-of-epochs [model]
  "Return the section with samples of up to `EPOCHS-SHOWN` epochs, if there are any."
  (setv
    entries (lfor entry model.history :if (.get entry "sample") entry)
    n (len entries))
  (section-of "How it learned to write"
    "Samples after one epoch and another, always with the same random seed."
    (when (> n 1) (html (div :class "columns"
      (for [index (np.linspace 0 (- n 1) (min n EPOCHS-SHOWN))
            :setv entry (get entries (round index))]
        (_sample f"Epoch {(get entry "epoch")}: {(loss-of entry) :.3f} bits"
          (get entry "sample"))))))))


(defn _copying [evaluation]
  "Return the section about how much is copied of a sample by the kept and by the last epoch."
  (when evaluation
    (section-of "Is it copying?"
      "The longest copied passage is underlined."
      (html (div :class "columns"
        (for [each [evaluation #* (filter None [(.get evaluation "last")])]]
          (_copied-in each)))))))


(defn _copied-in [copying]
  "Return a sample with the passage that is copied, given what `evaluate` found."
  (setv
    [text copied] [(get copying "sample") (get copying "copied")]
    [start length] (get copying "passage")
    end (+ start length))
  (_sample
    (html f"After epoch {(get copying "epoch")}: "
      (if (is copied None)
        "too short to tell how much is copied"
        f"{copied :.0%} of its 20-character strings occur in the training text")
      f", the longest copied passage has {length :,} characters")
    (html (cut text start) (mark (cut text start end)) (cut text end None))))


(defn _vocabulary [model]
  "Return the section about the vocabulary, the most frequent units first."
  (setv
    units model.vocabulary.units
    merges (len model.vocabulary.merges)
    counts (if model.evaluation (get model.evaluation "counts") (* [0] (len units)))
    ranked (sorted (zip counts (map spaces-shown units)) :key (fn [row] (- (get row 0))))
    highest (get ranked 0 0)
    frequent (cut ranked (if highest UNITS-SHOWN 0))
    rest (cut ranked (len frequent) (+ (len frequent) REST-SHOWN))
    more (- (len units) (len frequent) (len rest)))
  (section-of "Vocabulary"
    (+ f"{(len units) :,} {model.settings.unit}"
      (if merges f": {(- (len units) merges) :,} characters and {merges :,} merged from them" "")
      (if frequent ", the most frequent first." "."))
    (html (table :class "units" (tbody (for [[count unit] frequent]
      (tr (th :scope "row" :class "unit" unit)
        (td :class "bar" :aria-hidden "true" (svg :width "100%" :height "8"
          (rect :width f"{(* 100 (/ count highest)) :.1f}%" :height "8" :rx "2")))
        (td f"{(/ count (sum counts)) :.1%}")
        (td :class "soft" f"{count :,}"))))))
    (when rest (html (p :class "rest"
      (for [[_ unit] rest] (span unit) " ")
      (span :class "soft" (when more f"and {more :,} more")))))))


(defn _made-of [model]
  "Return the section with facts about the model, and its settings with the reason for each value."
  (setv
    n (text-length model.history)
    hidden (if model.vocabulary.limited [] ["max_words"])
    facts {
      #** (facts-of model)
      "duration" (duration-in-words model.history)
      "machine" (.join "; " (dict.fromkeys (recorded model.history "machine")))})
  (section-of "What it is made of" ""
    (table-of [] (gfor [name fact] (.items facts) :if fact [name fact]))
    (epochs-in-figures model)
    (folded "Every setting and the reason for its value" [] (gfor
      setting (settings-in "model")
      :setv value (getattr model.settings setting.name)
      :if (not (or (is value None) (in setting.name hidden)))
      [ (.replace setting.name "_" " ")
        (html (str value) (br) (span :class "soft small" (_why setting model n) "; "
          (.replace (get (.split setting.help " (default") 0) "--" "")))]))))


(defn _why [setting model units]
  "Return why a `setting` of `model` has its value, as it was trained on this number of `units`."
  (setv
    settings model.settings
    value (getattr settings setting.name)
    unit settings.unit
    for-text f"the default for {units :,} {unit}"
    ;; The value that has a reason, and the reason; any other was given.
    [default why] (match setting.name
      (| "epochs" "batch_size" "learning_rate" "lookback" "max_words") :if model.facts.fine-tuned?
        [value "the default for fine-tuning, unless it was given"]
      "layers" [value (or model.facts.why "given")]
      "epochs" [(default-epochs (max 1 units) unit) for-text]
      "batch_size" [(default-batch-size (max 1 units)) for-text]
      "max_words" [(. (get RULES unit) max-words) "the default"]
      "stride" [settings.lookback "the default: the lookback"]
      _ [setting.default "the default"]))
  (if (= value default) why "given"))


(defn duration-in-words [history]
  "Return how long the epochs in `history` took, for people; None if unknown."
  (setv seconds (recorded history "seconds"))
  (when seconds
    (+ f"{(duration (sum seconds))} for {(counted (len seconds) "epochs")}, "
      f"{(/ (sum seconds) (len seconds)) :,.1f} s each")))
