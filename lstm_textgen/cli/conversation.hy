"A conversation: you type a beginning, the model writes on; a line with a colon changes how."

(eval-when-compile (require hyrule [unless]))
(import
  sys
  lstm-textgen.basics.terminal [visible]
  lstm-textgen.basics.values [read-value unknown-name]
  lstm-textgen.cli.flags [as-flags]
  lstm-textgen.cli.streams [complain]
  lstm-textgen.settings.table [SETTINGS settings-in])

(setv
  ;; What can be changed: everything about writing that a line can go with.
  CHANGEABLE (lfor s (settings-in "write") :if (!= s.name "samples") (hy.unmangle s.name))
  QUIT [":quit" ":exit"]
  HELP #[[Type a seed text and Enter; Ctrl-C stops a continuation, :quit or Ctrl-D ends.
:temperature 0.5 changes a setting, :temperature alone resets it, :help shows all.]])


(defn converse [flags check write]
  #[[Answer the lines of standard input until it ends, or one of them is `:quit`.

  `write` is called with the flags and a beginning, and writes on from it. `check` is called with
  changed flags and raises `ValueError` if they can't be used.]]
  (setv terminal (and (.isatty sys.stdin) (.isatty sys.stdout)))
  (when terminal
    (_edit-lines)
    (print HELP))
  (while True
    (try
      (setv line (input (if terminal "> " "")))
      (when (in (.strip line) QUIT)
        (return))
      (if (.startswith line ":")
        (setv flags (_change flags (cut line 1 None) check))
        (write flags line))
      (except [KeyboardInterrupt]
        (print))
      (except [EOFError]
        (when terminal
          (print))
        (return))
      (except [error ValueError]
        (_say (as-flags (str error)))))))


(defn _edit-lines []
  "Let `input` have line editing and a history, where the system has them."
  (try
    hy.I.readline
    (except [ImportError])))  ; Windows' console does it by itself


(defn _change [flags line check]
  "Return `flags` with the setting that `line` names at the value that it gives or the default."
  (setv [name _ text] (.partition line " "))
  (when (= name "help")
    (_say HELP)
    (for [name CHANGEABLE]
      (_say f":{name} {(_shown flags name)}"))
    (return flags))
  (unless (in name CHANGEABLE)
    (raise (ValueError f"{(unknown-name "setting" name CHANGEABLE)}; :help shows them")))
  (setv
    key (hy.mangle name)
    kind (. (get SETTINGS key) kind)
    changed (.with-value flags key (if text (read-value f":{name}" kind text) None)))
  (check changed)
  (_say f":{name} {(_shown changed name)}")
  changed)


(defn _shown [flags name]
  "Return a setting as it is typed."
  (setv value (.get flags.given (hy.mangle name)))
  (cond
    (is value None) "(default)"
    (isinstance value list) (.join "," (map _shown-item value))
    True (_shown-item value)))


(defn _shown-item [item]
  (if (isinstance item float) f"{item :g}" (str item)))


(defn _say [text]
  (complain (visible text)))
