"The command line. It imports what does the work only once it knows what is asked."

(import
  contextlib [suppress]
  functools [partial]
  os
  pathlib [Path]
  sys
  traceback [walk-tb]
  lstm-textgen.basics.interrupts [Loading]
  lstm-textgen.basics.terminal [visible]
  lstm-textgen.cli.actions [TRAINING find-action]
  lstm-textgen.cli.flags [as-flags make-parser parse-flags program]
  lstm-textgen.cli.streams [complain prepare-streams settle-streams])


(setv PACKAGE (. (Path __file__) parent parent))


(defn main [[arguments None]]
  #[[Run the program with `arguments` (default: the command line's); return the exit status.

  It is 0, 2 for bad input, or 128 and the number of the signal that stopped it.]]
  (prepare-streams)
  (try
    (with [_ (Loading)]
      (setv act (_action (parse-flags (if (is arguments None) (cut sys.argv 1 None) arguments)))))
    (act)
    (except [error [ValueError OSError FloatingPointError ImportError]]
      (complain f"{(program)}: {(explain error)}")
      2)
    (except [KeyboardInterrupt]
      (complain f"\n{(program)}: stopped; nothing was changed")
      130)
    (finally
      (settle-streams))))


(defn explain [error]
  "Return `error` as one line, which no name in it can make a command to the terminal."
  (visible (.join " " (.split (if (and (isinstance error OSError) error.filename)
    f"{error.filename}: {error.strerror}"
    ((if (_ours? error) as-flags str) (str error)))))))


(defn _ours? [error]
  "Return whether our own code raised `error`: what Keras calls `output` is no flag."
  (setv frames (list (walk-tb error.__traceback__)))
  (or
    (not frames)
    (.is-relative-to (Path (. (get frames -1 0) f-code co-filename)) PACKAGE)))


(defn _action [flags]
  "Import and return what the `flags` ask for: a function that does it and returns the status."
  (match (find-action flags)
    "completion" (partial _print-completion (.value flags "completion"))
    "import" (do
      (import lstm-textgen.cli.training [import-old])
      (partial import-old flags))
    "export" (do
      (import lstm-textgen.cli.exporting [export-trained])
      (partial export-trained flags))
    "info" (do
      (import lstm-textgen.cli.info [show-info])
      (partial show-info flags))
    "report" (do
      (import lstm-textgen.cli.reporting [report])
      (partial report flags))
    action :if (= action TRAINING) (do
      (import lstm-textgen.cli.training [train])
      (partial train flags))
    action (do
      (import lstm-textgen.cli.writing [use-model])
      (partial use-model flags action))))


(defn _print-completion [shell]
  "Print the script that completes the flags in a `shell`; return the exit status."
  (import shtab)
  (setv
    parser (make-parser :everything True)
    parser.prog (os.path.basename parser.prog))  ; by which shells find it under any path
  (with [_ (suppress BrokenPipeError)]  ; nobody reads on
    (print (shtab.complete parser shell) :flush True))
  0)
