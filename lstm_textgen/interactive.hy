#[[A conversation: you type a beginning, the model writes on; a line that begins with a colon changes how.]]

(eval-when-compile (require hyrule [unless]))

(import
  copy [copy]
  sys)

(setv
  SETTINGS ["temperature" "top-k" "top-p" "min-p" "length" "stop" "sentences" "rng-seed"]
  HELP #[[Type a beginning and Enter; Ctrl-C stops a continuation, Ctrl-D ends.
:temperature 0.5 changes a setting, :temperature alone takes it back, :help shows all.]])


(defn converse [flags parser check write]
  #[[Answer the lines of standard input until it ends.

  `write` is called with the flags and a beginning, and writes on from it. `parser` reads the value of a setting as it reads that flag on the command line, and `check` is called with the new flags and raises `ValueError` if they can't be used.]]
  (setv terminal (and (.isatty sys.stdin) (.isatty sys.stdout)))
  (when terminal
    hy.I.readline  ; once it is imported, `input` has line editing and a history
    (print HELP))
  (while True
    (try
      (setv line (input (if terminal "> " "")))
      (if (.startswith line ":")
        (setv flags (_change flags (cut line 1 None) parser check))
        (write flags line))
      (except [KeyboardInterrupt]
        (print))
      (except [EOFError]
        (when terminal
          (print))
        (return))
      (except [error ValueError]
        (_say (str error))))))


(defn _change [flags line parser check]
  "Return `flags` with the setting that `line` names at the value that it gives, or at the default."
  (setv [name _ value] (.partition line " "))
  (when (= name "help")
    (_say HELP)
    (for [name SETTINGS]
      (_say f":{name} {(_value flags name)}"))
    (return flags))
  (unless (in name SETTINGS)
    (raise (ValueError f"there is no setting {name !r}; :help shows what there is")))
  (setv changed (copy flags))
  (delattr changed (hy.mangle name))  ; what is missing, the parser sets to its default
  (.parse-args parser (if value [f"--{name}={value}"] []) :namespace changed)
  (check changed)
  (_say f":{name} {(_value changed name)}")
  changed)


(defn _value [flags name]
  "Return a setting as it is typed."
  (setv value (getattr flags (hy.mangle name)))
  (cond
    (is value None) "(none)"
    (isinstance value list) (.join "," (gfor  number value  f"{number :g}"))
    True (str value)))


(defn _say [text]
  (print text :file sys.stderr))
