"A model as a notebook shows it: a small table, its curve, and a sample."

(import
  html [escape]
  pathlib [Path]
  string [Template]
  lstm-textgen.basics.terminal [visible]
  lstm-textgen.writing.scoring [bits])

(setv
  SIZE [240 64]  ; of the curve, in pixels
  COLOURS {"loss" "#1496aa"  "validation_loss" "#c44ea8"}  ; as in the notebook's display
  NAMES {"loss" "training"  "validation_loss" "validation"})


(defn model-card [checkpoint sample]
  "Return the HTML of a card for `checkpoint` (a `Checkpoint`), which wrote `sample` (a text)."
  (setv
    settings checkpoint.settings
    curves (dfor name COLOURS name (_values checkpoint.history name))
    rows {
      "network" f"{settings.layers}, {checkpoint.weight-count :,} weights"
      "vocabulary" f"{(len checkpoint.vocabulary) :,} {settings.unit}"
      "epochs" (len checkpoint.history)
      #** (dfor
        [name values] (.items curves)
        :if values
        f"{(get NAMES name)} loss"
        f"{(get values -1) :.3f} bits per {checkpoint.vocabulary.singular}")})
  (.substitute (Template (.read-text (/ (. (Path __file__) parent) "assets" "card.html")
      :encoding "utf-8"))
    :rows (.join "" (gfor [name value] (.items rows) (_row name value)))
    :curve (_curve curves)
    :sample (escape (visible (.strip sample)))))


(defn _row [name value]
  "Return a row of the table as HTML."
  (+ f"<tr><th style=\"text-align: left\">{name}</th>"
    f"<td style=\"text-align: left\">{(escape (str value))}</td></tr>"))


(defn _values [history name]
  "Return the losses called `name` in `history`, in bits."
  (lfor entry history :if (in name entry) (bits (get entry name))))


(defn _curve [curves]
  "Return the picture of `curves`, a dict from names to values (epochs,), as SVG; \"\" for none."
  (setv values (lfor curve (.values curves) value curve value))
  (when (< (len values) 2)
    (return ""))
  (setv
    [width height] SIZE
    [low high] [(min values) (max values)]
    lines [])
  (for [[name curve] (.items curves)]
    (setv points (gfor
      [k value] (enumerate curve)
      #(
        (* width (/ (+ k 0.5) (len curve)))
        (+ 3 (* (- height 6) (/ (- high value) (or (- high low) 1)))))))
    (.append lines (+ "<polyline fill=\"none\" stroke-width=\"2\" "
      f"stroke=\"{(get COLOURS name)}\" "
      f"points=\"{(.join " " (gfor [x y] points f"{x :.1f},{y :.1f}"))}\"/>")))
  (+ f"<svg role=\"img\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">"
    f"<title>Loss by epoch, from {high :.3f} to {low :.3f} bits</title>"
    (.join "" lines) "</svg>"))
