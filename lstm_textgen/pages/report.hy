#[[The report on a model: one page made from its file alone, while it is trained or afterwards.

What the page shows is in sections, each of which is left out where the file hasn't what it needs.
Its HTML is in assets/, report.html and report-*.html; its curves are drawn by report.js.]]

(eval-when-compile (require hyrule [unless]))
(import
  html [escape]
  os
  lstm-textgen.basics.terminal [spaces-shown visible]
  lstm-textgen.modelfile.outputs [open-output]
  lstm-textgen.pages.assembly [assemble fill]
  lstm-textgen.pages.figures [calibration-chart chart-figure curve-charts shaded-strip table]
  lstm-textgen.report.plain [duration]
  lstm-textgen.settings.sizing [default-batch-size default-epochs]
  lstm-textgen.settings.table [settings-in]
  lstm-textgen.writing.history [kept-entry loss-of text-length]
  lstm-textgen.writing.scoring [bits]
  lstm-textgen.writing.writer [write-sample])

(setv
  TEMPERATURES [#(0.4 "Careful") #(0.7 "As usual") #(1.0 "Wild")]
  EPOCHS-SHOWN 12    ; samples of epochs at most: the first, the last, and some between
  UNITS-SHOWN 16     ; of the vocabulary, with their frequency
  REST-SHOWN 400     ; of its other units
  STYLES ["vendor/uPlot.min.css" "report.css"]
  SCRIPTS ["vendor/uPlot.min.js" "report.js"])


(defn report-page [name checkpoint]
  #[[Return the page (HTML) that reports on `checkpoint`, the model in the file `name`.

  It writes three samples, which takes a fraction of a second.]]
  (setv
    charts (curve-charts [#(name checkpoint.history)])
    calibration (calibration-chart [#(name checkpoint.evaluation)])
    sections [
      (_learning checkpoint charts)
      (_samples checkpoint)
      (_epochs checkpoint)
      (_strip checkpoint)
      (_calibration calibration)
      (_copying checkpoint)
      (_vocabulary checkpoint)
      (_settings checkpoint)
      (_circumstances checkpoint.history)])
  (assemble name
    (fill "report.html"
      :title (safe name)
      :summary (_summary checkpoint)
      :sections (.join "\n" sections))
    :styles STYLES
    :scripts SCRIPTS
    :data {"charts" [#* charts #* (if calibration [calibration] [])]}))


(defn write-report [path model checkpoint]
  "Write to `path` the page that reports on `checkpoint`, the model whose file is `model`."
  (setv page (report-page (os.path.basename model) checkpoint))
  (with [out (open-output path)]
    (.write out page)))


(defn safe [text]
  "Return `text`, which may be a stranger's, as HTML."
  (escape (visible (str text))))


(defn section [title about body]
  "Return a section of the page; nothing without a `body`."
  (if body (fill "report-section.html" :title title :about about :body body) ""))


(defn _summary [checkpoint]
  "Return in a sentence or two what the model is, and how well it does."
  (setv
    history checkpoint.history
    settings checkpoint.settings
    network (+ f"Its layers are {(safe settings.layers)}, and it knows "
      f"{(len checkpoint.vocabulary) :,} {settings.unit}."))
  (if history
    (+ network f" It has read a text of {(text-length history) :,} {settings.unit}, "
      f"and after {(_epochs-in-words history settings)} its loss is "
      (.format "<strong>{:.3f} bits per {}</strong>"
        (loss-of (kept-entry history (get history -1 "text")))
        checkpoint.vocabulary.singular)
      (if (in "validation_loss" (get history -1))
        " on text that was held out." " on the text itself: none was held out."))
    (+ network " No epoch is complete yet.")))


(defn _epochs-in-words [history settings]
  (setv n (len history))
  (+ f"{n} {(if (= n 1) "epoch" "epochs")}"
    (if (> settings.epochs n) f" of {settings.epochs}" "")))


;; * What it writes

(defn sample-text [checkpoint temperature]
  "Return what the model writes at a `temperature`: always the same, for the same model."
  (.strip (write-sample checkpoint checkpoint.vocabulary.passage-length temperature)))


(defn _samples [checkpoint]
  (section "What it writes"
    "From nothing, at three temperatures: the higher, the less it keeps to what is likeliest."
    (.join "\n" (gfor
      [temperature word] TEMPERATURES
      (fill "report-sample.html"
        :title f"{word}: temperature {temperature :g}"
        :text (safe (sample-text checkpoint temperature)))))))


(defn _epochs [checkpoint]
  "Return the section with a sample of each epoch, as far as the file has them."
  (setv
    written (lfor entry checkpoint.history :if (.get entry "sample") entry)
    step (max 1 (/ (- (len written) 1) (- EPOCHS-SHOWN 1)))
    places (sorted (sfor k (range EPOCHS-SHOWN) (min (round (* k step)) (- (len written) 1)))))
  (section "How it learned to write"
    "What it wrote after each epoch, always from the same seed."
    (.join "\n" (gfor
      k (if written places [])
      :setv entry (get written k)
      (fill "report-sample.html"
        :title f"Epoch {(get entry "epoch")}: {(loss-of entry) :.3f} bits"
        :text (safe (get entry "sample")))))))


(defn _copying [checkpoint]
  "Return the section that says how much of a sample is copied."
  (setv evaluation checkpoint.evaluation)
  (unless evaluation
    (return ""))
  (setv
    text (get evaluation "sample")
    [start length] (get evaluation "passage")
    [before passage after] (gfor
      [a b] [[0 start] [start (+ start length)] [(+ start length) None]]
      (safe (cut text a b)))
    share (get evaluation "copied"))
  (section "Is it copying?"
    (+ (if (is share None)
        "The sample is too short to tell. "
        (+ f"Of all strings of 20 characters in this sample, <strong>{share :.0%}</strong> "
          "stand in the text. "))
      f"The longest passage that does has {length :,} characters; it is underlined.")
    (fill "report-sample.html"
      :title f"Epoch {(get evaluation "epoch")}"
      :text f"{before}<mark>{passage}</mark>{after}")))


;; * How well it predicts

(defn _learning [checkpoint charts]
  "Return the section with the curves, and the same in figures."
  (setv history checkpoint.history)
  (section "How it learned"
    (+ "Loss in bits: how surprising each unit was, on average. Less is better. Where the curve "
      "of validation turns up, the model begins to know its text by heart.")
    (when history
      (+ (fill "report-charts.html" :charts (.join "\n" (map chart-figure charts)))
        (fill "report-details.html"
          :title "All epochs in figures"
          :body (table
            ["epoch" "training" "validation" "learning rate" "seconds"]
            (map _figures history)))))))


(defn _figures [entry]
  "Return the row of the table of epochs for an `entry` of the history."
  (setv [loss validation rate seconds] (gfor
    name ["loss" "validation_loss" "learning_rate" "seconds"]
    (.get entry name)))
  [ (get entry "epoch")
    f"{(bits loss) :.3f}"
    (if (is validation None) "–" f"{(bits validation) :.3f}")
    (if (is rate None) "–" f"{rate :.4g}")
    (if (is seconds None) "–" f"{seconds :,.1f}")])


(defn _strip [checkpoint]
  "Return the section that shows where the held-out text is hard."
  (setv surprise (if checkpoint.evaluation (get checkpoint.evaluation "surprise") []))
  (unless surprise
    (return ""))
  (setv hardest (.index surprise (max surprise)))
  (section "Where the held-out text is hard"
    (+ f"Surprise in bits per {checkpoint.vocabulary.singular} at {(len surprise)} places of the "
      "held-out text, from its beginning to its end. The hardest is "
      f"{(_percent hardest (len surprise))} of the way in, at {(max surprise) :.2f} bits; the "
      f"easiest has {(min surprise) :.2f}. To see the text itself shaded, use --score-html.")
    (shaded-strip surprise)))


(defn _percent [k n]
  f"{(/ k (max 1 (- n 1))) :.0%}")


(defn _calibration [chart]
  (section "Does it know how sure it may be?"
    (+ "Where it gave the likeliest unit a probability of 30%, that should be right 30% of the "
      "time: on the dashed line. Below it the model is too sure of itself, above it not enough.")
    (when chart
      (+ (chart-figure chart)
        (fill "report-details.html"
          :title "The same in figures"
          :body (table ["predicted" "right" "how often"] (get chart "rows")))))))


;; * What it knows, how it was made

(defn _vocabulary [checkpoint]
  "Return the section with the units, the most frequent first."
  (setv
    units checkpoint.vocabulary.units
    counts (if checkpoint.evaluation (get checkpoint.evaluation "counts") [])
    counts [#* counts #* (* [0] (- (len units) (len counts)))]
    total (max 1 (sum counts))
    order (sorted (range (len units)) :key (fn [k] (- (get counts k))))
    shown (if (any counts) (cut order UNITS-SHOWN) [])
    rest (cut order (len shown) (+ (len shown) REST-SHOWN))
    left (- (len units) (len shown) (len rest)))
  (section "What it knows"
    f"{(len units) :,} {checkpoint.settings.unit}{(if shown ", the most frequent first" "")}."
    (+
      (fill "report-units.html" :rows (.join "\n" (gfor
        k shown
        (_unit-row (get units k) (get counts k) total (get counts (get order 0))))))
      (if rest
        (fill "report-rest.html"
          :units (.join " " (gfor k rest f"<span>{(_unit-name (get units k))}</span>"))
          :more (if left f"and {left :,} more" ""))
        ""))))


(defn _unit-row [unit count total most]
  "Return the row of a unit that stands `count` times among `total`; the most frequent, `most`."
  (fill "report-unit.html"
    :unit (_unit-name unit)
    :count f"{count :,}"
    :share f"{(/ count total) :.1%}"
    :width f"{(* 100 (/ count (max 1 most))) :.1f}%"))


(defn _unit-name [unit]
  "Return a unit as HTML that shows white space too."
  (spaces-shown (safe unit)))


(defn _settings [checkpoint]
  "Return the section with the settings and why each is as it is."
  (setv
    settings (.as-dict checkpoint.settings)
    units (text-length checkpoint.history))
  (section "How it was made"
    "Every setting, and why it is as it is."
    (fill "report-table.html" :head "" :body (.join "\n" (gfor
      setting (settings-in "m")
      :setv value (get settings setting.name)
      :if (not (or (is value None) (in setting.name ["why" "beginning"])
        (and setting.later (not value))))
      (fill "report-setting.html"
        :title (.replace setting.name "_" " ")
        :value (safe value)
        :why (safe (_why setting value settings units))
        :meaning (_meaning setting)))))))


(defn _why [setting value settings units]
  "Return why a `setting` has its `value` in a model that learned from so many `units`."
  (setv chosen {
    "layers" [(get settings "why") (bool (get settings "why"))]
    "epochs" [f"suits a text of {units :,} {(get settings "unit")}"
              (= value (default-epochs (max 1 units) (get settings "unit")))]
    "batch_size" [f"suits a text of {units :,} {(get settings "unit")}"
                  (= value (default-batch-size (max 1 units)))]
    "stride" ["as long as the lookback" (= value (get settings "lookback"))]
    "embedding" ["follows from the vocabulary" True]
    "base" ["given" True]
    #** (if (get settings "base")
      (dfor
        name ["epochs" "batch_size" "learning_rate" "lookback"]
        name ["suits a model that begins from another, unless it was given" True])
      {})})
  (setv [why so] (.get chosen setting.name ["the default" (= value setting.default)]))
  (if so why "given"))


(defn _meaning [setting]
  "Return what a `setting` means (HTML), without its default."
  (safe (get (.split setting.help " (default") 0)))


(defn _circumstances [history]
  "Return the section about machine and duration."
  (setv
    timed (lfor entry history :if (in "seconds" entry) (get entry "seconds"))
    machines (dict.fromkeys (gfor entry history :if (.get entry "machine") (get entry "machine"))))
  (section "Where and how long"
    ""
    (when (or timed machines)
      (table [] [
        #* (if timed [["duration" (duration-in-words (sum timed) (len timed))]] [])
        #* (gfor machine machines ["machine" machine])]))))


(defn duration-in-words [seconds epochs]
  "Return how long so many `epochs` took."
  (+ f"{(duration seconds)} for {epochs} {(if (= epochs 1) "epoch" "epochs")}"
    f", {(/ seconds epochs) :,.1f} s each"))
