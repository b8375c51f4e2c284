"The command line. It imports what does the work only once it knows what is asked."

(import
  importlib [import-module]
  pathlib [Path]
  sys
  traceback [walk-tb]
  lstm-textgen.basics.interrupts [Loading]
  lstm-textgen.cli.actions [TRAINING find-action]
  lstm-textgen.cli.flags [as-flags parse-flags program warn]
  lstm-textgen.cli.streams [prepare-streams settle-streams])

(setv
  PACKAGE (. (Path __file__) parent parent)
  ;; What does each action: a module here, and its function of the flags that returns the status.
  DOES {
    TRAINING ["training" "train"]
    "import" ["training" "import_old"]
    "export" ["exporting" "export_trained"]
    "info" ["info" "show_info"]
    "report" ["reporting" "report"]
    "completion" ["flags" "print_completion"]}
  WRITES ["writing" "use_model"])


(defn main [[arguments None]]
  #[[Run the program with `arguments` (default: the command line's); return the exit status.

  It is 0, 2 for bad input, or 128 and the number of the signal that stopped it.]]
  (prepare-streams)
  (try
    (with [_ (Loading)]
      (setv
        flags (parse-flags (if (is arguments None) (cut sys.argv 1 None) arguments))
        [module name] (.get DOES (find-action flags) WRITES)
        act (getattr (import-module f"lstm_textgen.cli.{module}") name)))
    (act flags)
    (except [error [ValueError OSError FloatingPointError ImportError]]
      (warn f"{(program)}: {(explain error)}" :spell str)
      2)
    (except [KeyboardInterrupt]
      (warn f"\n{(program)}: stopped; nothing was changed")
      130)
    (finally (settle-streams))))


(defn explain [error]
  "Return `error` as one line; what Keras calls `output`, and not our own code, is no flag."
  (setv frames (list (walk-tb error.__traceback__)))
  (.join " " (.split (cond
    (and (isinstance error OSError) error.filename) f"{error.filename}: {error.strerror}"
    (and frames (not (.is-relative-to
        (Path (. (get frames -1 0) f-code co-filename)) PACKAGE))) (str error)
    True (as-flags (str error))))))
