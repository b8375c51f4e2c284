#[[The report that compares models: one table, and their curves laid over one another.]]

(import
  lstm-textgen.pages.assembly [assemble fill]
  lstm-textgen.pages.figures [calibration-chart chart-figure curve-charts table]
  lstm-textgen.pages.report [SCRIPTS STYLES safe sample-text section]
  lstm-textgen.writing.history [kept-entry loss-of text-length])

(setv MOST 8)  ; models on a page: report.css has colours for so many


(defn comparison-page [models]
  #[[Return the page (HTML) that compares `models`, #(name checkpoint) each.

  Raise `ValueError` if there are more than 8 of them.]]
  (when (> (len models) MOST)
    (raise (ValueError f"`report` compares at most {MOST} models, not {(len models)}")))
  (setv
    charts (curve-charts (lfor [name model] models #(name model.history)))
    calibration (calibration-chart (lfor [name model] models #(name model.evaluation))))
  (assemble "Models compared"
    (fill "report.html"
      :title "Models compared"
      :summary (_summary models)
      :sections (.join "\n" [
        (section "Side by side" "" (_table models))
        (section "How they learned"
          "Loss in bits on held-out text, where there was one; less is better."
          (if charts
            (fill "report-charts.html" :charts (.join "\n" (map chart-figure charts)))
            ""))
        (_calibration calibration)
        (section "What they write" "From nothing, at temperature 0.7." (_samples models))]))
    :styles STYLES
    :scripts SCRIPTS
    :data {"charts" [#* charts #* (if calibration [calibration] [])]}))


(defn _summary [models]
  "Return which of the models has the lowest loss, if their losses can be compared."
  (setv
    trained (lfor
      [name model] models
      :if model.history
      #((loss-of (kept-entry model.history (get model.history -1 "text"))) name))
    texts (sfor [_ model] models :if model.history (get model.history -1 "text")))
  (cond
    (not trained) "None of them is trained yet."
    (> (len texts) 1)
      "They learned from different texts, so their losses aren't comparable."
    True (.format "<strong>{}</strong> has the lowest loss, {:.3f} bits."
      (safe (get (min trained) 1)) (get (min trained) 0))))


(defn _table [models]
  "Return the table of the models, a column each."
  (setv facts (lfor [_ model] models (_facts model)))
  (table
    ["model" #* (gfor [name _] models name)]
    (lfor
      name (get facts 0)
      [name #* (gfor fact facts (get fact name))])))


(defn _facts [model]
  "Return what the table says of a `model` (a `Checkpoint`), a dict."
  (setv
    history model.history
    best (if history (kept-entry history (get history -1 "text")) {})
    seconds (sum (gfor entry history (.get entry "seconds" 0)))
    evaluation (or model.evaluation {})
    copied (.get evaluation "copied")
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


(defn _calibration [chart]
  (section "Do they know how sure they may be?"
    "A likeliest unit of probability 30% should be right 30% of the time: on the dashed line."
    (if chart
      (+ (chart-figure chart)
        (fill "report-details.html"
          :title "The same in figures"
          :body (table ["model" "predicted" "right" "how often"] (get chart "rows"))))
      "")))


(defn _samples [models]
  (.join "\n" (gfor
    [name model] models
    (fill "report-sample.html"
      :title (safe name)
      :text (safe (sample-text model 0.7))))))
