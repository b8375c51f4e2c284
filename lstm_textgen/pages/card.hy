"A model as a notebook shows it: a small table, its curve, and a sample."

(import
  lstm-textgen.pages.assembly [fill safe]
  lstm-textgen.writing.scoring [bits])

(setv
  SIZE [240 64]  ; of the curve, in pixels
  ;; The losses, with their names and the colours that they have in the notebook's display.
  CURVES [#("loss" "training" "#1496aa") #("validation_loss" "validation" "#c44ea8")])


(defn model-card [checkpoint sample]
  "Return the HTML of a card for `checkpoint` (a `Checkpoint`), which wrote `sample` (a text)."
  (setv
    settings checkpoint.settings
    history checkpoint.history
    curves (lfor
      [key name colour] CURVES
      #(name colour (lfor entry history :if (in key entry) (bits (get entry key)))))
    rows {
      "network" f"{settings.layers}, {checkpoint.weight-count :,} weights"
      "vocabulary" f"{(len checkpoint.vocabulary) :,} {settings.unit}"
      "epochs" (len history)
      #** (dfor
        [name _ values] curves
        :if values
        f"{name} loss" f"{(get values -1) :.3f} bits per {checkpoint.vocabulary.singular}")})
  (fill "card.html"
    :rows (.join "" (gfor
      [name value] (.items rows)
      (+ f"<tr><th style=\"text-align: left\">{name}</th>"
        f"<td style=\"text-align: left\">{(safe value)}</td></tr>")))
    :curve (_picture curves)
    :sample (safe (.strip sample))))


(defn _picture [curves]
  "Return the picture of `curves`, #(name colour values) each, as SVG; none of one value."
  (setv
    [width height] SIZE
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
