#[[What pages show of models: a summary, facts, curves, a calibration, a strip of shades, a card.

A chart is a dict that charts.js draws: `id`, `title`, `about` (for screen readers), the labels `x`
and `y`, and `series` of `label`, `color` (a number), `xs` and `ys`. What has too few points for a
picture is left out.]]

(eval-when-compile (require hyrule [unless]  lstm-textgen.pages.markup [html]))
(import
  lstm-textgen.basics.values [clip counted]
  lstm-textgen.modelfile.history [kept-entry loss-of losses-of recorded text-length]
  lstm-textgen.text.items [FINGERPRINT])

(setv
  STRIP-HEIGHT 100
  FEWEST-PLACES 10  ; bars of a strip
  FEWEST-PREDICTIONS 20  ; predictions in a bin that is shown
  FEWEST-BINS 3  ; of a calibration
  STEADY 1.01  ; the ratio of the learning rates of a run up to which they are called constant
  ;; The columns of the table of epochs, with their formats.
  EPOCH-COLUMNS {"epoch" ""  "training" ".3f"  "validation" ".3f"  "learning rate" ".4g"
    "seconds" ",.1f"}
  ;; The losses on a card, in the colors of the notebook's display.
  CARD-COLORS {"training" "#1496aa"  "validation" "#c44ea8"}
  CARD [240 64])  ; pixels of the curves on a card


;; * In words

(defn summary-of [model]
  "Return in sentences what a `model` (a `Checkpoint`) learned, from how much, and how well."
  (setv
    [facts history] [model.facts model.history]
    kept (kept-entry history)
    base (if facts.fine-tuned? f", starting from the base {facts.base.name}" ""))
  (unless kept (return "It has learned nothing yet: no epoch is complete."))
  (setv
    loss (loss-of kept)
    measured (if (in "validation_loss" kept)
      "held-out text"
      "the training text, as none was held out"))
  (html
    f"It learned from {(_subject model)} in {(counted (len history) "epochs")}{base}. Its loss is "
    (strong f"{loss :.3f} bits per character")
    f" on {measured}: predicting a character is like choosing among {(** 2 loss) :,.1f} equally "
    "likely ones."))


(defn _subject [model]
  "Return what `model` learned from, and how much that is."
  (setv
    [settings people] [model.settings model.facts.people]
    size (or (.get (facts-of model) "text") "text"))
  (cond
    people f"a chat of {(clip (.join ", " people) 60)} ({size})"
    (and settings.items model.items)
      f"a list of {(counted (// (len model.items) FINGERPRINT) f"{settings.items}s")} ({size})"
    settings.items f"a list ({size})"
    True f"a text of {size}"))


(defn facts-of [model]
  "Return the facts about a `model` (a `Checkpoint`): a dict from names to texts, None if unknown."
  (setv
    [settings facts history unit] [model.settings model.facts model.history model.settings.unit]
    kept (or (kept-entry history) {}))
  { "recipe" facts.recipe
    "text" (when (text-length history)
      (+ (counted (text-length history) unit)
        (if (in "unit_length" kept) f", {(round (text-characters model)) :,} characters" "")))
    "items" (when (and facts.longest-item facts.median-item)
      (+ f"{settings.items}s of {facts.median-item :,} {unit} (the median) to "
        f"{facts.longest-item :,}"))
    "vocabulary" (counted model.vocabulary.size unit)
    "base" (when facts.base (.in-words facts.base))
    "network" (+ (.replace (str settings.layers) "," ", ") f", embedding {facts.embedding}")
    "weights" f"{model.weight-count :,}"
    "epochs" (str (len history))
    "loss" (when kept f"{(loss-of kept) :.3f} bits per character")
    "in epoch" (when kept (str (get kept "epoch")))
    "lookback" (counted settings.lookback unit)
    "batch size" (str settings.batch-size)
    "learning rate" (str settings.learning-rate)})


(defn text-characters [model]
  "Return the number of characters in the text of `model`, without unknown words."
  (* (text-length model.history) (.get (get model.history -1) "unit_length" 1)))


;; * Charts

(defn learning-curves [model]
  "Return the charts of how `model` learned, the loss and the rate, in which there is a line."
  (setv rates (recorded model.history "learning_rate"))
  (list (filter None [
    (_chart "loss" "Loss by epoch" "epoch" "loss in bits"
      (_curves model "training" "validation"))
    (when (and rates (> (max rates) (* STEADY (min rates))))
      (_chart "rate" "Learning rate by epoch" "epoch" "learning rate"
        (_curves model "learning rate")))])))


(defn _curves [model #* names]
  "Return the curves, by epoch, of the figures `names` in the history of `model`."
  (setv figures (list (enumerate (map _figures-of model.history) 1)))
  (dfor
    name names
    name (lfor [k each] figures :if (is-not (get each name) None) #(k (get each name)))))


(defn epochs-in-figures [model]
  "Return a table of all epochs of `model`, which a click unfolds."
  (setv rows (lfor
    each (map _figures-of model.history)
    (lfor
      [name form] (.items EPOCH-COLUMNS)
      (when (is-not (get each name) None) (format (get each name) form)))))
  (when rows (folded "All epochs in figures" EPOCH-COLUMNS rows)))


(defn _figures-of [entry]
  "Return the figures of an `entry` of the history by the names of `EPOCH-COLUMNS`."
  { "epoch" (get entry "epoch")  "validation" None  #** (losses-of entry)
    "learning rate" (.get entry "learning_rate")  "seconds" (.get entry "seconds")})


(defn comparing-charts [models]
  "Return the chart of the losses of `models`, #(name checkpoint) each, in a list, if any."
  (setv curves (dfor
    [name model] models
    name (list (enumerate (map loss-of model.history) 1))))
  (list (filter None [(_chart "loss" "Loss by epoch" "epoch" "loss in bits" curves)])))


(defn calibration-chart [models]
  "Return the chart of how often a prediction of `models`, as above, comes true, or None."
  (setv bins (dfor
    [name model] models
    name (lfor
      row (if model.evaluation (get model.evaluation "calibration") [])
      :if (>= (get row 0) FEWEST-PREDICTIONS)
      row)))
  (when (>= (max (map len (.values bins))) FEWEST-BINS)
    { #** (_chart "calibration" "Predicted and right, in percent" "predicted, %" "right, %" (dfor
        [name rows] (.items bins)
        name (lfor [_ sure right] rows #((round (* 100 sure) 1) (round (* 100 right) 1)))))
      "diagonal" True
      "rows" (lfor
        [name rows] (.items bins)
        [n sure right] rows
        [name f"{sure :.0%}" f"{right :.0%}" f"{n :,}"])}))


(defn _chart [id title x y curves]
  "Return the chart of `curves`, a dict from labels to points #(x y), or None if none is a line."
  (when (> (max (map len (.values curves)) :default 0) 1)
    { "id" id  "title" title  "x" x  "y" y
      "about" (.join "; " (gfor
        [label points] (.items curves)
        :if points
        f"{label}: {y} from {(get points 0 1) :.4g} to {(get points -1 1) :.4g}"))
      "series" (lfor
        [k [label points]] (enumerate (.items curves))
        :if points
        { "label" label
          "color" k
          "xs" (lfor [x _] points (round x 3))
          "ys" (lfor [_ y] points (float f"{y :.5g}"))})}))


(defn chart-figure [chart]
  "Return the element in which charts.js draws a `chart`, with its title."
  (html (figure :class "chart"
    (figcaption :class "small" (get chart "title"))
    (div :class "plot" :id f"plot-{(get chart "id")}" :role "img"
      :aria-label (get chart "about")))))


(defn side-by-side [charts]
  "Return the elements of `charts`, in rows that fill the page's width; nothing if there is none."
  (when charts (html (div :class "charts" (for [chart charts] (chart-figure chart))))))


;; * Other figures

(defn section-of [title about #* body]
  "Return a section of a page, or nothing if all of its `body` is empty."
  (when (any body)
    (html (section (h2 title) (when about (html (p :class "soft" about))) body))))


(defn strip-section [checkpoint]
  "Return the section with a bar for the surprise at each place of the held-out text, if any."
  (setv surprise (if checkpoint.evaluation (get checkpoint.evaluation "surprise") []))
  (when (>= (len surprise) FEWEST-PLACES)
    (setv
      n (len surprise)
      hardest (max surprise)
      position (/ (.index surprise hardest) (- n 1)))
    (section-of "Where the held-out text is hard to predict"
      (+ f"Surprise in bits per character at {n} places of the held-out text. The "
        f"hardest is {position :.0%} of the way in, at {hardest :.2f} bits; the easiest has "
        f"{(min surprise) :.2f}.")
      (html
        (svg :class "strip" :role "img" :width "100%" :height STRIP-HEIGHT :aria-label
          "Bars: the surprise at each place, from the beginning of the text to its end"
          (for [[k value] (enumerate surprise)
                :setv height (* STRIP-HEIGHT (/ value (max 1 hardest)))]
            (rect :fill-opacity f"{(min 1 (max 0.35 (+ 0.2 (* 0.15 (int value))))) :.2f}"
              :x f"{(* k (/ 100 n)) :.2f}%" :y f"{(- STRIP-HEIGHT height) :.1f}"
              :width f"{(* 0.86 (/ 100 n)) :.2f}%"
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
  (setv losses (list (map losses-of checkpoint.history)))
  (html (div
    (p (summary-of checkpoint) f" The network: {(get (facts-of checkpoint) "network")}.")
    (_picture (dfor name CARD-COLORS name (recorded losses name)))
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
      point (fn [k value n] (+
        f"{(* width (/ (+ k 0.5) n)) :.1f},"
        f"{(+ 3 (* (- height 6) (/ (- high value) (or (- high low) 1)))) :.1f}")))
    (html (svg :role "img" :width width :height height :viewBox f"0 0 {width} {height}"
      (title f"Loss by epoch, from {high :.3f} to {low :.3f} bits")
      (for [[name values] (.items curves)]
        (polyline :fill "none" :stroke-width "2" :stroke (get CARD-COLORS name) :points
          (.join " " (gfor [k value] (enumerate values) (point k value (len values))))))))))
