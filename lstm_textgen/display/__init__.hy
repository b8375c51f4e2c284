"What a run shows: plain lines or a live display. Only this room and the command line print."

(import
  sys
  lstm-textgen.basics.terminal [Tolerant]
  lstm-textgen.display.plain [Display Quiet])


(defn make-display [[quiet False] [words str]]
  #[[Return the display of a run: live on a terminal or in a notebook, plain lines elsewhere.

  With `quiet` it shows only errors and warnings. `words` is as in `Display`.]]
  (setv
    ipython (.get sys.modules "IPython")  ; a notebook's kernel has imported it
    notebook (and ipython (getattr (.get-ipython ipython) "kernel" None)))
  (when (or quiet (not (or notebook (.isatty (Tolerant sys.stdout)))))
    (return ((if quiet Quiet Display) words)))
  (import lstm-textgen.display.live [LiveDisplay NotebookDisplay lively?])  ; and rich
  ((cond notebook NotebookDisplay (lively?) LiveDisplay True Display) words))
