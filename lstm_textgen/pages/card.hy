"The card of a model in a notebook: what it learned, its curves and a sample."

(eval-when-compile (require hyrule [unless]))
(import
  lstm-textgen.basics.values [clip counted]
  lstm-textgen.modelfile.history [kept-entry loss-of losses-of recorded text-length]
  lstm-textgen.pages.assembly [escaped]
  lstm-textgen.text.items [FINGERPRINT])

(setv
  CARD-COLORS {"training" "#1496aa"  "validation" "#c44ea8"}  ; as in the notebook's display
  [CARD-WIDTH CARD-HEIGHT] [240 64])  ; pixels of the curves


(defn model-card [model sample]
  "Return the HTML of a card for `model` (a `Checkpoint`) with its text `sample`."
  (setv
    losses (list (map losses-of model.history))
    layers (.replace (str model.settings.layers) "," ", "))
  (+ f"<div><p>{(_summary model)} The network: {layers}, embedding {model.facts.embedding}.</p>"
    (_picture (dfor name CARD-COLORS name (recorded losses name)))
    "<pre style=\"white-space: pre-wrap; border-left: 3px solid #808080; padding-left: .8em\">"
    f"{(escaped (.strip sample))}</pre></div>"))


(defn _summary [model]
  "Return in sentences of HTML what `model` learned, from how much, and how well."
  (setv
    [facts history] [model.facts model.history]
    kept (kept-entry history)
    base (if facts.fine-tuned? f", starting from the base {(escaped facts.base.name)}" ""))
  (unless kept (return "It has learned nothing yet: no epoch is complete."))
  (setv
    loss (loss-of kept)
    measured (if (in "validation_loss" kept)
      "held-out text"
      "the training text, as none was held out"))
  (+ f"It learned from {(escaped (_subject model))} in {(counted (len history) "epochs")}{base}. "
    f"Its loss is <strong>{loss :.3f} bits per character</strong> on {measured}: predicting a "
    f"character is like choosing among {(** 2 loss) :,.1f} equally likely ones."))


(defn _subject [model]
  "Return what `model` learned from, and how much that is."
  (setv
    [settings people history] [model.settings model.facts.people model.history]
    n (text-length history)
    each (.get (get history -1) "unit_length")
    size (+ (counted n settings.unit) (if each f", {(round (* n each)) :,} characters" "")))
  (cond
    people f"a chat of {(clip (.join ", " people) 60)} ({size})"
    (and settings.items model.items)
      f"a list of {(counted (// (len model.items) FINGERPRINT) f"{settings.items}s")} ({size})"
    settings.items f"a list ({size})"
    True f"a text of {size}"))


(defn _picture [curves]
  "Return an SVG of `curves`, a dict from names to values; no text if there are fewer than two."
  (setv all-values (sum (.values curves) []))
  (when (< (len all-values) 2) (return ""))
  (setv
    low (min all-values)
    high (max all-values))
  (defn point [k value n]
    (+ f"{(* CARD-WIDTH (/ (+ k 0.5) n)) :.1f},"
      f"{(+ 3 (* (- CARD-HEIGHT 6) (/ (- high value) (or (- high low) 1)))) :.1f}"))
  (+ f"<svg role=\"img\" width=\"{CARD-WIDTH}\" height=\"{CARD-HEIGHT}\" "
    f"viewBox=\"0 0 {CARD-WIDTH} {CARD-HEIGHT}\">"
    f"<title>Loss by epoch, from {high :.3f} to {low :.3f} bits</title>"
    #* (gfor
      [name values] (.items curves)
      :setv points (.join " " (gfor [k value] (enumerate values) (point k value (len values))))
      (+ f"<polyline fill=\"none\" stroke-width=\"2\" stroke=\"{(get CARD-COLORS name)}\" "
        f"points=\"{points}\"/>"))
    "</svg>"))
