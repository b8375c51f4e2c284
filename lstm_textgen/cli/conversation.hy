"A conversation: you type a beginning, the model writes on; a line with a colon changes how."

(import
  contextlib [suppress]
  sys
  lstm-textgen.basics.values [read-value unknown-name]
  lstm-textgen.cli.actions [STEERING]
  lstm-textgen.cli.flags [as-flags warn]
  lstm-textgen.settings.table [SETTINGS])

(setv
  CHANGEABLE (lfor name STEERING (hy.unmangle name))
  HELP #[[Type a seed text and Enter; Ctrl-C stops a continuation, :quit or Ctrl-D ends.
:temperature 0.5 changes a setting, :temperature alone resets it, :help shows all.]])


(defn converse [flags check write]
  #[[Answer the lines of standard input until it ends, or one of them is `:quit`.

  `write` is called with the flags and a beginning, and writes on from it. `check` is called with
  changed flags and raises `ValueError` if they can't be used.]]
  (setv terminal (and (.isatty sys.stdin) (.isatty sys.stdout)))
  (when terminal
    (with [_ (suppress ImportError)]  ; Windows' console edits lines by itself
      hy.I.readline)
    (print HELP))
  (while True
    (try
      (setv line (input (if terminal "> " "")))
      (when (in (.strip line) [":quit" ":exit"]) (return))
      (if (.startswith line ":")
        (setv flags (_change flags (cut line 1 None) check))
        (write flags line))
      (except [KeyboardInterrupt] (print))
      (except [EOFError]
        (when terminal (print))
        (return))
      (except [error ValueError] (warn (as-flags (str error)) :spell str)))))


(defn _change [flags line check]
  "Return `flags` with the setting that `line` names at the value that it gives or the default."
  (setv
    [name _ text] (.partition line " ")
    shown [name])
  (cond
    (= name "help") (do
      (warn HELP)
      (setv shown CHANGEABLE))
    (in name CHANGEABLE) (do
      (setv
        key (hy.mangle name)
        value (when text (read-value f":{name}" (. (get SETTINGS key) kind) text))
        flags (.with-value flags key value))
      (check flags))
    True (raise (ValueError
      f"{(unknown-name "setting" name CHANGEABLE)}; :help shows them")))
  (for [name shown]
    (warn f":{name} {(_shown (.get flags.given (hy.mangle name)))}" :spell str))
  flags)


(defn _shown [value]
  "Return the `value` of a setting as it is typed."
  (cond
    (is value None) "(default)"
    (isinstance value list) (.join "," (map _shown value))
    (isinstance value float) f"{value :g}"
    True (str value)))
