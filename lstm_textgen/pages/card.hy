"The card of a model in a notebook: what it learned, its curves and a sample."

(eval-when-compile (require hyrule [unless]  lstm-textgen.pages.markup [html]))
(import
  lstm-textgen.basics.values [clip counted]
  lstm-textgen.modelfile.history [kept-entry loss-of losses-of recorded text-length]
  lstm-textgen.text.items [FINGERPRINT])

(setv
  CARD-COLORS {"training" "#1496aa"  "validation" "#c44ea8"}  ; as in the notebook's display
  [CARD-WIDTH CARD-HEIGHT] [240 64])  ; pixels of the curves


(defn model-card [model sample]
  "Return the HTML of a card for `model` (a `Checkpoint`) with its text `sample`."
  (setv
    losses (list (map losses-of model.history))
    layers (.replace (str model.settings.layers) "," ", "))
  (html (div
    (p (_summary model) f" The network: {layers}, embedding {model.facts.embedding}.")
    (_picture (dfor name CARD-COLORS name (recorded losses name)))
    (pre :style "white-space: pre-wrap; border-left: 3px solid #808080; padding-left: .8em"
      (.strip sample)))))


(defn _summary [model]
  "Return in sentences what `model` learned, from how much, and how well."
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
  "Return a drawing of `curves`, a dict from names to values, if they have several values."
  (setv all-values (sum (.values curves) []))
  (when (> (len all-values) 1)
    (setv
      [low high] [(min all-values) (max all-values)]
      point (fn [k value n] (+
        f"{(* CARD-WIDTH (/ (+ k 0.5) n)) :.1f},"
        f"{(+ 3 (* (- CARD-HEIGHT 6) (/ (- high value) (or (- high low) 1)))) :.1f}")))
    (html (svg :role "img" :width CARD-WIDTH :height CARD-HEIGHT
      :viewBox f"0 0 {CARD-WIDTH} {CARD-HEIGHT}"
      (title f"Loss by epoch, from {high :.3f} to {low :.3f} bits")
      (for [[name values] (.items curves)]
        (polyline :fill "none" :stroke-width "2" :stroke (get CARD-COLORS name) :points
          (.join " " (gfor [k value] (enumerate values) (point k value (len values))))))))))
