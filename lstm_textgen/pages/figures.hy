#[[Figures on a page: curves, a calibration, a strip of shades, tables, and the card of a model.

A chart is a dict that report.js draws: `id`, `title`, `about` (for screen readers), `x` and `y`
(labels), `series`, each with `label`, `colour` (a number), `xs` and `ys`. The models of a chart
are #(name checkpoint) each. A single model has curves of training and validation; several have one
each, of validation or else training.]]

(import
  itertools [accumulate]
  lstm-textgen.modelfile.history [loss-of loss-unit recorded]
  lstm-textgen.pages.assembly [fill safe])

(setv
  SHADES 8       ; of surprise, in steps of a bit: classes s1 to s8 of common.css
  STRIP-HEIGHT 100
  TIMES {"seconds" 1  "minutes" 60  "hours" 3600}
  FEWEST 20      ; predictions in a bin that is shown
  VALIDATION 1   ; its colour, by its number in report.css
  ;; The losses on a card, with their names and the colours of the notebook's display.
  CURVES [#("loss" "training" "#1496aa") #("validation_loss" "validation" "#c44ea8")])


;; * Charts

(defn curve-charts [models]
  "Return the charts of loss and learning rate, by epoch and by time, in which there is a line."
  (setv
    alone (= (len models) 1)
    losses (if alone
      [#("training" ["loss"]) #("validation" ["validation_loss"])]
      (lfor [name _] models #(name ["validation_loss" "loss"])))
    rates (lfor [name _] models #((if alone "learning rate" name) ["learning_rate"]))
    seconds (max (gfor [_ model] models (sum (recorded model.history "seconds"))))
    unit (cond (< seconds 180) "seconds" (< seconds 10800) "minutes" True "hours"))
  (lfor
    [what curves value] [["loss in bits" losses loss-of] ["learning rate" rates dict.get]]
    by ["epoch" unit]
    :setv series (lfor
      [k [label names]] (enumerate curves)
      :setv history (. (get models (if alone 0 k) 1) history)
      :setv points (_points history by names value)
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


(defn _points [history by names value]
  #[[Return the points #(x y) of the first of `names` that each entry of the `history` has.

  x is the number of the epoch, or the time of its end in the unit `by`; without times there are no
  points. `value` returns y, given an entry and the name.]]
  (setv
    seconds (recorded history "seconds")
    times (cond
      (= by "epoch") (range 1 (+ (len history) 1))
      (= (len seconds) (len history)) (gfor s (accumulate seconds) (/ s (get TIMES by)))
      True []))
  (lfor
    [x entry] (zip times history)
    :setv found (lfor name names :if (in name entry) name)
    :if found
    #((round x 3) (float f"{(value entry (get found 0)) :.5g}"))))


(defn _series [label colour points]
  "Return the series of a chart through `points` #(x y)."
  {"label" label  "colour" colour  "xs" (lfor [x _] points x)  "ys" (lfor [_ y] points y)})


(defn calibration-chart [models]
  "Return the chart of how often a prediction of `models` comes true, or None."
  (setv
    alone (= (len models) 1)
    rows (lfor
      [k [name model]] (enumerate models)
      row (if model.evaluation (get model.evaluation "calibration") [])
      :if (>= (get row 0) FEWEST)
      #(k name #* row)))
  (when rows
    { "id" "calibration"
      "title" "Predicted and right, in percent"
      "about" (.join "; " (gfor
        [_ name _ sure right] rows
        f"{(if alone "" f"{name}: ")}predicted {sure :.0%}, right {right :.0%}"))
      "x" "predicted, %"  "y" "right, %"  "diagonal" True
      "series" (lfor
        [k name] (dict.fromkeys (gfor [k name #* _] rows #(k name)))
        (_series #* (if alone ["right" VALIDATION] [name k]) (lfor
          [own _ _ sure right] rows
          :if (= own k)
          #((round (* 100 sure) 1) (round (* 100 right) 1)))))
      "rows" (lfor
        [_ name n sure right] rows
        [#* (if alone [] [name]) f"{sure :.0%}" f"{right :.0%}" f"{n :,}"])}))


(defn chart-figure [chart]
  "Return the element (HTML) in which report.js draws a `chart`, with its title."
  (fill "report-chart.html" #** (dfor key ["id" "title" "about"] key (safe (get chart key)))))


(defn side-by-side [charts]
  "Return the elements of `charts`, in rows that fill the page's width."
  (fill "report-charts.html" :charts (.join "\n" (map chart-figure charts))))


;; * Other figures

(defn shaded-strip [surprise]
  "Return `surprise` (bits at places of a text) as a strip of bars (HTML)."
  (setv
    width (/ 100 (len surprise))
    most (max 1 (max surprise))
    bars (gfor
      [k value] (enumerate surprise)
      :setv height (* STRIP-HEIGHT (/ value most))
      (+ f"<rect class=\"s{(max 1 (min SHADES (int value)))}\" x=\"{(* k width) :.2f}%\" "
        f"y=\"{(- STRIP-HEIGHT height) :.1f}\" width=\"{(* 0.86 width) :.2f}%\" "
        f"height=\"{height :.1f}\"><title>{value :.2f} bits</title></rect>")))
  (fill "report-strip.html" :height STRIP-HEIGHT :bars (.join "" bars)))


(defn table [heads rows]
  "Return a table (HTML) with optional `heads` and `rows` of values."
  (setv
    head (.join "" (gfor name heads f"<th scope=\"col\">{(safe name)}</th>"))
    body (.join "\n" (gfor
      [first #* rest] rows
      (+ f"<tr><th scope=\"row\">{(safe first)}</th>"
        (.join "" (gfor value rest f"<td>{(safe value)}</td>")) "</tr>"))))
  (fill "report-table.html" :head (if heads f"<thead><tr>{head}</tr></thead>" "") :body body))


(defn details [title heads rows]
  "Return a table (see `table`) that a click on its `title` unfolds."
  (fill "report-details.html" :title title :body (table heads rows)))


;; * In a notebook

(defn model-card [checkpoint sample]
  "Return the HTML of a card for `checkpoint` (a `Checkpoint`) with its text `sample`."
  (setv
    curves (lfor
      [key name colour] CURVES
      #(name colour (lfor entry checkpoint.history :if (in key entry) (loss-of entry key))))
    per (loss-unit checkpoint)
    rows {
      "network" f"{checkpoint.settings.layers}, {checkpoint.weight-count :,} weights"
      "vocabulary" f"{(len checkpoint.vocabulary) :,} {checkpoint.settings.unit}"
      "epochs" (len checkpoint.history)
      #** (dfor
        [name _ values] curves
        :if values
        f"{name} loss" f"{(get values -1) :.3f} bits per {per}")})
  (fill "card.html"
    :rows (.join "" (gfor
      [name value] (.items rows)
      (+ f"<tr><th style=\"text-align: left\">{name}</th>"
        f"<td style=\"text-align: left\">{(safe value)}</td></tr>")))
    :curve (_picture curves)
    :sample (safe (.strip sample))))


(defn _picture [curves]
  "Return a drawing (SVG) of `curves`, #(name colour values) each, if they have several values."
  (setv
    [width height] [240 64]  ; pixels
    all-values (lfor [_ _ values] curves value values value))
  (when (< (len all-values) 2) (return ""))
  (setv
    [low high] [(min all-values) (max all-values)]
    lines (gfor
      [_ colour values] curves
      :setv points (gfor
        [k value] (enumerate values)
        :setv x (* width (/ (+ k 0.5) (len values)))
        :setv y (+ 3 (* (- height 6) (/ (- high value) (or (- high low) 1))))
        f"{x :.1f},{y :.1f}")
      (+ f"<polyline fill=\"none\" stroke-width=\"2\" stroke=\"{colour}\" "
        f"points=\"{(.join " " points)}\"/>")))
  (+ f"<svg role=\"img\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">"
    f"<title>Loss by epoch, from {high :.3f} to {low :.3f} bits</title>"
    (.join "" lines) "</svg>"))
