"What a run shows: plain lines or a live display. Only this room and the command line print."

(import
  sys
  lstm-textgen.basics.terminal [Tolerant]
  lstm-textgen.display.plain [Display Quiet])


(defn make-display [[quiet False] [words str]]
  #[[Return the display of a run: live on a terminal, plain lines elsewhere.

  With `quiet` it shows only errors and warnings. `words` is as in `Display`.]]
  (when (or quiet (not (.isatty (Tolerant sys.stdout))))
    (return ((if quiet Quiet Display) words)))
  (import lstm-textgen.display.live [LiveDisplay lively?])  ; and rich
  ((if (lively?) LiveDisplay Display) words))
