"The report that compares models: one table, and their curves laid over one another."

(import
  lstm-textgen.pages.assembly [safe]
  lstm-textgen.pages.figures [calibration-chart curve-charts side-by-side table]
  lstm-textgen.pages.report [assemble-report calibration-section sample-at section]
  lstm-textgen.writing.history [kept-entry loss-of text-length])

(setv MOST 8)  ; models on a page: report.css has colours for so many


(defn comparison-page [models]
  #[[Return the page (HTML) that compares `models`, #(name checkpoint) each.

  Raise `ValueError` if there are more than 8 of them.]]
  (setv n (len models))
  (when (> n MOST)
    (raise (ValueError f"`report` compares at most {MOST} models, not {n}")))
  (setv
    charts (curve-charts models)
    calibration (calibration-chart models)
    facts (lfor [_ model] models (_facts model)))
  (assemble-report "Models compared" f"A report on {n} models" (_summary models)
    [#* charts calibration]
    [ (section "Side by side" "" (table
        ["model" #* (gfor [name _] models name)]
        (lfor name (get facts 0) [name #* (gfor fact facts (get fact name))])))
      (section "How they learned"
        "Loss in bits on held-out text, where there was one; less is better."
        (when charts (side-by-side charts)))
      (calibration-section "Do they know how sure they may be?"
        "A likeliest unit of probability 30% should be right 30% of the time: on the dashed line."
        calibration
        ["model" "predicted" "right" "how often"])
      (section "What they write" "From nothing, at temperature 0.7." (.join "\n" (gfor
        [name model] models
        (sample-at model 0.7 (safe name)))))]))


(defn _summary [models]
  "Return which of the models has the lowest loss, if their losses can be compared."
  (setv
    trained (lfor
      [name model] models
      :if model.history
      [(loss-of (kept-entry model.history)) name (get model.history -1 "text")])
    [loss name _] (min trained :default [0 "" ""]))
  (cond
    (not trained) "None of them is trained yet."
    (> (len (sfor [_ _ text] trained text)) 1)
      "They learned from different texts, so their losses aren't comparable."
    True f"<strong>{(safe name)}</strong> has the lowest loss, {loss :.3f} bits."))


(defn _facts [model]
  "Return what the table says of a `model` (a `Checkpoint`), a dict."
  (setv
    history model.history
    best (or (kept-entry history) {})
    seconds (sum (gfor entry history (.get entry "seconds" 0)))
    copied (.get (or model.evaluation {}) "copied")
    machines (lfor entry history :if (in "machine" entry) (get entry "machine")))
  { "network" (.replace (str model.settings.layers) "," ", ")
    "weights" f"{model.weight-count :,}"
    "vocabulary" f"{(len model.vocabulary) :,} {model.settings.unit}"
    "text" f"{(text-length history) :,} {model.settings.unit}"
    "epochs" (str (len history))
    "lowest loss, bits" (if best f"{(loss-of best) :.3f}" "–")
    "in epoch" (str (.get best "epoch" "–"))
    "minutes" (if seconds f"{(/ seconds 60) :.1f}" "–")
    "copied" (if (is copied None) "–" f"{copied :.0%}")
    "machine" (if machines (get machines -1) "–")})
