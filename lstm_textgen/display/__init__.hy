"What a run shows: plain lines or a live display. Only this room and the command line print."

(import
  sys
  lstm-textgen.basics.terminal [Tolerant]
  lstm-textgen.display.plain [Quiet Report])


(defn make-report [[quiet False] [words str]]
  #[[Return the report for a run: a live display on a terminal or in a notebook, else plain lines.

  With `quiet` it shows only errors and warnings. `words` is as in `Report`.]]
  (setv
    ipython (.get sys.modules "IPython")  ; a notebook's kernel has imported it
    notebook (and ipython (getattr (.get-ipython ipython) "kernel" None)))
  (when (or quiet (not (or notebook (.isatty (Tolerant sys.stdout)))))
    (return ((if quiet Quiet Report) words)))
  (import lstm-textgen.display.live [Display Notebook lively?])  ; and rich
  ((cond notebook Notebook (lively?) Display True Report) words))
