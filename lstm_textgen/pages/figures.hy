#[[Figures on a page: curves, a calibration, a strip of shades, and tables of numbers.

A chart is a dict that report.js draws: `id`, `title`, `about` (what a screen reader says), `x` and
`y` (labels), `series`, each with `label`, `colour` (a number), `xs` and `ys`.]]

(import
  functools [partial]
  html [escape]
  itertools [accumulate]
  lstm-textgen.basics.terminal [visible]
  lstm-textgen.pages.assembly [fill]
  lstm-textgen.writing.scoring [bits])

(setv
  SHADES 8       ; of surprise, in steps of a bit: classes s1 to s8 of common.css
  STRIP-HEIGHT 100
  TIMES {"seconds" 1  "minutes" 60  "hours" 3600}
  FEWEST 20      ; predictions that say how often such ones come true
  TRAINING 0     ; colours, by their number in report.css
  VALIDATION 1)


;; * Charts

(defn curve-charts [models]
  #[[Return the charts of loss and learning rate, by epoch and by time, of `models`.

  They are #(name history) each. For one model there are curves of training and validation; for
  several, one each: that of validation, or else training.]]
  (setv
    alone (= (len models) 1)
    losses (if alone
      (lfor
        [label name colour] [
          ["training" "loss" TRAINING]
          ["validation" "validation_loss" VALIDATION]]
        #(label (get models 0 1) (fn [entry [name name]] (_in-bits entry name)) colour))
      (lfor
        [k [name history]] (enumerate models)
        #(name history (fn [entry] (_in-bits entry "validation_loss" "loss")) k)))
    rates (lfor
      [k [name history]] (enumerate models)
      #((if alone "learning rate" name) history (fn [entry] (.get entry "learning_rate"))
        (if alone TRAINING k))))
  (setv unit (_time-unit (gfor [_ history] models history)))
  (lfor
    [curves what] [[losses "loss in bits"] [rates "learning rate"]]
    [by axis] [["epoch" _by-epoch] [unit (partial _by-time unit)]]
    :setv chart (_chart what by axis curves)
    :if chart
    chart))


(defn _in-bits [entry #* names]
  "Return the first of the losses `names` that `entry` has, in bits; None if it has none."
  (setv found (next (gfor name names :if (in name entry) (get entry name)) None))
  (if (is found None) None (bits found)))


(defn _by-epoch [history]
  (list (range 1 (+ (len history) 1))))


(defn _time-unit [histories]
  "Return the unit of time, a key of TIMES, that suits the longest of the `histories`."
  (setv longest (max (gfor history histories (sum (gfor e history (.get e "seconds" 0))))))
  (cond
    (< longest 180) "seconds"
    (< longest 10800) "minutes"
    True "hours"))


(defn _by-time [unit history]
  "Return when each epoch ended, in this `unit`; None for all where that isn't told."
  (if (all (gfor entry history (in "seconds" entry)))
    (lfor
      seconds (accumulate (gfor entry history (get entry "seconds")))
      (/ seconds (get TIMES unit)))
    (* [None] (len history))))


(defn _chart [what by axis curves]
  "Return the chart of `curves`, #(label history value-of colour) each; None without any point."
  (setv series [])
  (for [[label history value-of colour] curves]
    (setv points (lfor
      [x entry] (zip (axis history) history)
      :setv y (value-of entry)
      :if (not (or (is x None) (is y None)))
      #(x y)))
    (when points
      (.append series {
        "label" label
        "colour" colour
        "xs" (lfor [x _] points (round x 3))
        "ys" (lfor [_ y] points (float f"{y :.5g}"))})))
  (when series
    { "id" f"{(get (.split what) 0)}-by-{(if (= by "epoch") by "time")}"
      "title" f"{(.capitalize what)}, by {by}"
      "about" (_about what series)
      "x" by
      "y" what
      "series" series}))


(defn _about [what series]
  "Return in words what the chart of `series` shows."
  (.join "; " (gfor
    s series
    f"{(get s "label")}: {what} from {(get s "ys" 0) :.4g} to {(get s "ys" -1) :.4g}")))


(defn calibration-chart [models]
  "Return the chart of how often a prediction comes true, of #(name evaluation) each, or None."
  (setv
    alone (= (len models) 1)
    rows (lfor
      [name evaluation] models
      :if evaluation
      row (get evaluation "calibration")
      :if (>= (get row 0) FEWEST)
      #(name #* row))
    series (lfor
      [k [name _]] (enumerate models)
      :setv points (lfor [whose _ sure right] rows :if (= whose name) #(sure right))
      :if points
      { "label" (if alone "right" name)
        "colour" (if alone VALIDATION k)
        "xs" (lfor [sure _] points (round (* 100 sure) 1))
        "ys" (lfor [_ right] points (round (* 100 right) 1))}))
  (when series
    { "id" "calibration"
      "title" "Predicted and right, in per cent"
      "about" (.join "; " (gfor
        [name n sure right] rows
        f"{(if alone "" f"{name}: ")}predicted {sure :.0%}, right {right :.0%}"))
      "x" "predicted, %"
      "y" "right, %"
      "diagonal" True
      "series" series
      "rows" (lfor
        [name n sure right] rows
        [#* (if alone [] [name]) f"{sure :.0%}" f"{right :.0%}" f"{n :,}"])}))


(defn chart-figure [chart]
  "Return the place (HTML) where report.js draws a `chart`, with its words."
  (fill "report-chart.html"
    :id (get chart "id")
    :title (escape (get chart "title"))
    :about (escape (visible (get chart "about")))))


;; * A strip of shades

(defn shaded-strip [surprise]
  "Return `surprise` (bits at places of a text) as a strip of bars (HTML), shaded and as high."
  (setv
    width (/ 100 (len surprise))
    most (max 1 (max surprise))
    bars (gfor
      [k value] (enumerate surprise)
      :setv height (* STRIP-HEIGHT (/ value most))
      (+ f"<rect class=\"s{(max 1 (min SHADES (int value)))}\" x=\"{(* k width) :.2f}%\" "
        f"y=\"{(- STRIP-HEIGHT height) :.1f}\" width=\"{(* 0.86 width) :.2f}%\" "
        f"height=\"{height :.1f}\"><title>{value :.2f} bits</title></rect>")))
  (fill "report-strip.html" :height (str STRIP-HEIGHT) :bars (.join "" bars)))


;; * Tables

(defn table [heads rows]
  "Return a table (HTML) with these `heads`, or none, and `rows` of values."
  (setv
    head (.join "" (gfor name heads f"<th scope=\"col\">{(_cell name)}</th>"))
    body (.join "\n" (gfor
      [first #* rest] rows
      (+ f"<tr><th scope=\"row\">{(_cell first)}</th>"
        (.join "" (gfor value rest f"<td>{(_cell value)}</td>")) "</tr>"))))
  (fill "report-table.html"
    :head (if heads f"<thead><tr>{head}</tr></thead>" "")
    :body body))


(defn _cell [value]
  (escape (visible (str value))))
