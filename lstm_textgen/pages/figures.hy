#[[What pages show of models: facts, curves, a calibration, a strip of shades, tables, and a card.

A chart is a dict that report.js draws: `id`, `title`, `about` (for screen readers), the labels `x`
and `y`, and `series` of `label`, `color` (a number), `xs` and `ys`. Its models are
#(name checkpoint) each: a single one has curves of training and validation, several have one each,
of validation or else training.]]

(eval-when-compile (require lstm-textgen.pages.markup [html]))
(import
  itertools [accumulate count repeat]
  lstm-textgen.basics.values [counted]
  lstm-textgen.modelfile.history [kept-entry loss-of loss-unit losses-of recorded text-length])

(setv
  SHADES 8       ; of surprise, in steps of a bit: classes s1 to s8 of common.css
  STRIP-HEIGHT 100
  SECONDS-IN {"seconds" 1  "minutes" 60  "hours" 3600}
  FEWEST-PREDICTIONS 20  ; predictions in a bin that is shown
  ;; The losses on a card, in the colors of the notebook's display.
  CARD-COLORS {"training" "#1496aa"  "validation" "#c44ea8"}
  CARD [240 64])  ; pixels of the curves on a card


;; * Facts

(defn facts-of [model]
  "Return the facts about a `model` (a `Checkpoint`): a dict from names to texts, None if unknown."
  (setv
    [settings history unit] [model.settings model.history model.settings.unit]
    kept (or (kept-entry history) {}))
  { "recipe" settings.recipe
    "text" (when (text-length history)
      (+ (counted (text-length history) unit)
        (if (in "unit_length" kept) f", {(round (text-characters model)) :,} characters" "")))
    "items" (when (and settings.longest-item settings.median-item)
      (+ f"{settings.items}s of {settings.median-item :,} {unit} (the median) to "
        f"{settings.longest-item :,}"))
    "vocabulary" (counted model.vocabulary.size unit)
    "network" (+ (.replace (str settings.layers) "," ", ") f", embedding {settings.embedding}")
    "weights" f"{model.weight-count :,}"
    "epochs" (str (len history))
    "lowest loss" (when kept f"{(loss-of kept) :.3f} bits per {(loss-unit model)}")
    "in epoch" (when kept (str (get kept "epoch")))
    "lookback" (counted settings.lookback unit)
    "batch size" (str settings.batch-size)
    "learning rate" (str settings.learning-rate)})


(defn text-characters [model]
  "Return the number of characters in the text of `model`, without unknown words."
  (* (text-length model.history) (.get (get model.history -1) "unit_length" 1)))


;; * Charts

(defn curve-charts [models]
  "Return the charts of loss and learning rate, by epoch and by time, in which there is a line."
  (setv
    alone (= (len models) 1)
    seconds (max (gfor [_ model] models (sum (recorded model.history "seconds"))))
    unit (cond (< seconds 180) "seconds" (< seconds 10800) "minutes" True "hours")
    named (lfor [name model] models #(name (_rows model.history unit))))
  (lfor
    [what keys] [["loss in bits" ["training" "validation"]] ["learning rate" ["learning rate"]]]
    by ["epoch" unit]
    :setv series (lfor
      [k [label rows key]] (enumerate (if alone
        (lfor key keys #(key (get named 0 1) key))
        (lfor [name rows] named #(name rows what))))
      :setv points (lfor
        row rows
        :if (not-in None [(.get row by) (.get row key)])
        #((round (get row by) 3) (float f"{(get row key) :.5g}")))
      :if points
      (_series label k points))
    :if (any (gfor each series (> (len (get each "xs")) 1)))
    { "id" f"{(get (.split what) 0)}-by-{(if (= by "epoch") by "time")}"
      "title" f"{(.capitalize what)}, by {by}"
      "about" (.join "; " (gfor
        each series
        :setv ys (get each "ys")
        f"{(get each "label")}: {what} from {(get ys 0) :.4g} to {(get ys -1) :.4g}"))
      "x" by  "y" what  "series" series}))


(defn _rows [history unit]
  "Return for each epoch in `history` a dict of its number, its end in `unit`s, and its figures."
  (setv
    seconds (recorded history "seconds")
    times (if (= (len seconds) (len history))
      (gfor s (accumulate seconds) (/ s (get SECONDS-IN unit)))
      (repeat None)))
  (lfor
    [k time entry] (zip (count 1) times history)
    { "epoch" k
      unit time
      "loss in bits" (loss-of entry)
      "learning rate" (.get entry "learning_rate")
      #** (losses-of entry)}))


(defn _series [label color points]
  "Return the series of a chart through `points` #(x y)."
  (setv [xs ys] (zip #* points))
  {"label" label  "color" color  "xs" xs  "ys" ys})


(defn calibration-chart [models]
  "Return the chart of how often a prediction of `models` comes true, or None."
  (setv bins (lfor
    [k [name model]] (enumerate models)
    :setv rows (lfor
      row (if model.evaluation (get model.evaluation "calibration") [])
      :if (>= (get row 0) FEWEST-PREDICTIONS)
      row)
    :if rows
    #(k name rows)))
  (when bins
    { "id" "calibration"
      "title" "Predicted and right, in percent"
      "about" (.join "; " (gfor
        [_ name rows] bins
        [_ sure right] rows
        f"{name}: predicted {sure :.0%}, right {right :.0%}"))
      "x" "predicted, %"  "y" "right, %"  "diagonal" True
      "series" (lfor
        [k name rows] bins
        (_series name k (gfor
          [_ sure right] rows
          #((round (* 100 sure) 1) (round (* 100 right) 1)))))
      "rows" (lfor
        [_ name rows] bins
        [n sure right] rows
        [name f"{sure :.0%}" f"{right :.0%}" f"{n :,}"])}))


(defn chart-figure [chart]
  "Return the element in which report.js draws a `chart`, with its title."
  (html (figure :class "chart"
    (figcaption (get chart "title"))
    (div :class "plot" :id f"plot-{(get chart "id")}" :role "img"
      :aria-label (get chart "about")))))


(defn side-by-side [charts]
  "Return the elements of `charts`, in rows that fill the page's width."
  (html (div :class "charts" (for [chart charts] (chart-figure chart)))))


;; * Other figures

(defn section-of [title about #* body]
  "Return a section of a page, or nothing if all of its `body` is empty."
  (when (any body) (html (section (h2 title) (p :class "soft" about) body))))


(defn strip-section [checkpoint]
  "Return the section with a bar for the surprise at each place of the held-out text, if any."
  (setv surprise (when checkpoint.evaluation (get checkpoint.evaluation "surprise")))
  (when surprise
    (setv
      n (len surprise)
      hardest (max surprise)
      place (/ (.index surprise hardest) (max 1 (- n 1))))
    (section-of "Where the held-out text is hard to predict"
      (+ f"Surprise in bits per {(loss-unit checkpoint)} at {n} places of the held-out text, from "
        f"its beginning to its end. The hardest is {place :.0%} of the way in, at {hardest :.2f} "
        f"bits; the easiest has {(min surprise) :.2f}. --score-html shades the text itself.")
      (html
        (svg :class "strip" :role "img" :width "100%" :height STRIP-HEIGHT :aria-label
          "Bars: the surprise at each place, from the beginning of the text to its end"
          (for [[k value] (enumerate surprise)
                :setv height (* STRIP-HEIGHT (/ value (max 1 hardest)))]
            (rect :class f"s{(max 1 (min SHADES (int value)))}" :x f"{(* k (/ 100 n)) :.2f}%"
              :y f"{(- STRIP-HEIGHT height) :.1f}" :width f"{(* 0.86 (/ 100 n)) :.2f}%"
              :height f"{height :.1f}"
              (title f"{value :.2f} bits"))))
        (p :class "strip-ends soft small" (span "beginning") (span "end"))))))


(defn table-of [heads rows]
  "Return a table with optional `heads` and `rows` of values, None: unknown; nothing without rows."
  (when rows (html (div :class "scroll" :tabindex "0" :role "group" :aria-label "Table"
    (table
      (when heads (html (thead (tr (for [name heads] (th :scope "col" name))))))
      (tbody (for [[first #* rest] rows] (tr
        (th :scope "row" first)
        (for [value rest] (td (if (is value None) "–" value)))))))))))


(defn folded [title heads rows]
  "Return a table (see `table-of`) that a click on its `title` unfolds."
  (html (details (summary title) (table-of heads rows))))


;; * In a notebook

(defn model-card [checkpoint sample]
  "Return the HTML of a card for `checkpoint` (a `Checkpoint`) with its text `sample`."
  (setv
    losses (list (map losses-of checkpoint.history))
    curves (dfor name CARD-COLORS name (recorded losses name))
    facts (facts-of checkpoint)
    rows {
      #** (dfor name ["network" "weights" "vocabulary" "epochs"] name (get facts name))
      #** (dfor
        [name values] (.items curves)
        :if values
        f"{name} loss" f"{(get values -1) :.3f} bits per {(loss-unit checkpoint)}")})
  (html (div
    (table (for [[name value] (.items rows)]
      (tr (th :style "text-align: left" name) (td :style "text-align: left" value))))
    (_picture curves)
    (pre :style "white-space: pre-wrap; border-left: 3px solid #808080; padding-left: .8em"
      (.strip sample)))))


(defn _picture [curves]
  "Return a drawing of `curves`, a dict from names to values, if they have several values."
  (setv
    [width height] CARD
    all-values (sum (.values curves) []))
  (when (> (len all-values) 1)
    (setv
      [low high] [(min all-values) (max all-values)]
      place (fn [k value n] (+
        f"{(* width (/ (+ k 0.5) n)) :.1f},"
        f"{(+ 3 (* (- height 6) (/ (- high value) (or (- high low) 1)))) :.1f}")))
    (html (svg :role "img" :width width :height height :viewBox f"0 0 {width} {height}"
      (title f"Loss by epoch, from {high :.3f} to {low :.3f} bits")
      (for [[name values] (.items curves)]
        (polyline :fill "none" :stroke-width "2" :stroke (get CARD-COLORS name) :points
          (.join " " (gfor [k value] (enumerate values) (place k value (len values))))))))))
