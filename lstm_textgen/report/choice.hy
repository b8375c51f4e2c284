"Which report shows a run: by where it runs, and by what was asked."

(import
  lstm-textgen.report.display [Display lively?]
  lstm-textgen.report.notebook [Notebook notebook?]
  lstm-textgen.report.plain [Quiet Report])


(defn make-report [[quiet False] [words str]]
  #[[Return the report for a run: a live picture on a terminal or in a notebook, else plain lines.

  With `quiet` it shows only what goes wrong. `words` is that of `Report`.]]
  (setv kind (cond
    quiet Quiet
    (notebook?) Notebook
    (lively?) Display
    True Report))
  (kind words))
