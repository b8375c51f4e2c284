"The flags, which come from the table of settings: parsed, explained, named in messages."

(eval-when-compile (require hyrule [meth unless]))
(import
  argparse
  contextlib [contextmanager suppress]
  difflib [get-close-matches]
  functools [partial]
  itertools [chain pairwise takewhile]
  os
  pathlib [Path]
  re
  shlex
  shutil [which]
  sys
  threading [Timer]
  lstm-textgen.basics.files [naming-errors]
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.terminal [Tolerant visible]
  lstm-textgen.basics.values [TEXTS clip read-value]
  lstm-textgen.settings.models [Request]
  lstm-textgen.settings.table [as-flags settings-in])

(setv
  USAGE #[[%(prog)s --sources PATH... [flags]     train
       %(prog)s --generate SEED [flags]       generate
       %(prog)s --score PATH... [flags]       score]]
  PURPOSE "Trains an LSTM on any text and generates more in its style."
  HELP-EXAMPLES #[[
examples:
  %(prog)s --sources lol.txt                      train on it
  %(prog)s --sources lol.txt --epochs 20          continue up to epoch 20
  %(prog)s --generate heylo                       generate until Ctrl-C
  %(prog)s --generate "" --length 500 --temperature 0.5
  %(prog)s --sources ~/novels '*.md' --model mine --layers 384,dropout:0.2]]
  SLOW 2)  ; seconds of silence after which a line says what is being done


(defn parse-flags [arguments]
  "Return the `Request` in `arguments` (a list); raise `ValueError` for an invalid one."
  (setv
    parser (make-parser)
    flags (list (takewhile (fn [word] (!= word "--")) arguments)))  ; values follow
  (when (in "--help-all" flags)
    (.print-help (make-parser :everything True))
    (.exit parser))
  (when (in "--version" flags)
    (import lstm-textgen.cli.version [described-version])  ; which needs NumPy
    (._print-message parser (+ (described-version) "\n") sys.stdout)
    (.exit parser))
  (try
    (setv [values strange] (.parse-known-args parser arguments))
    (except [error argparse.ArgumentError] (refuse (_explained error arguments parser.options))))
  (when strange (refuse (_unknown (get strange 0) arguments parser.options)))
  (Request (dfor [name value] (.items (vars values)) :if (is-not value None) name value)))


(defn models-of [flags]
  "Return the paths of the models that `flags` name, at least one."
  (if (in "path" flags) flags.path [flags.path]))


;; * Messages

(defn warn [message]
  "Show `message` on standard error, if possible, with settings as flags."
  (print (visible (as-flags message)) :file (Tolerant sys.stderr) :flush True))


(defn [contextmanager] explaining [message]
  "Show `message` on standard error if what is inside takes more than `SLOW` seconds."
  (setv timer (Timer SLOW warn [message]))
  (.start timer)
  (try
    (yield)
    (finally (.cancel timer))))


(defn flag [option value]
  "Return `option` with its `value`, quoted for the shell and the parser."
  f"{option}{(if (.startswith value "-") "=" " ")}{(shlex.quote value)}")


(defn program []
  "Return this program's name in messages."
  (if (= (. (Path (get sys.argv 0)) name) "train.hy") "./train.hy" "lstm-textgen"))


(defn command []
  "Return the command that started this program, ready to paste into a shell."
  (setv
    length (max 1 (- (len sys.orig-argv) (len sys.argv) -1))  ; without the arguments
    [#* before script] (cut sys.orig-argv length))
  (shlex.join (cond
    (in "-m" before) [#* before script]
    (not (.endswith script ".hy")) [(if (which (os.path.basename script)) "lstm-textgen" script)]
    (not (which "hy")) [#* (cut before -1 None) script]
    (= (os.path.basename script) script) ["hy" script]  ; a bare name is looked up on the path
    True [script])))


(defn page-written [path]
  "Return the line about the page written to `path`, with its size."
  (setv advice (if (.endswith (.lower (str path)) #(".html" ".htm"))
    ""
    "give it a name that ends in .html, and "))
  f"{path}: {(size-in-words path)}; {advice}open it in a browser")


(defn size-in-words [path]
  "Return in words the size of the file, or of all files in the folder, at `path`."
  (setv size (sum (gfor
    file [(Path path) #* (.rglob (Path path) "*")]
    :if (.is-file file)
    (. (.stat file) st-size))))
  (if (< size MB) f"{(/ size 1024) :.0f} KB" f"{(/ size MB) :.1f} MB"))


;; * The parser

(defclass Parser [argparse.ArgumentParser]
  "A parser that shows its `options`, a dict from each to what argparse knows about it."
  (setv options (property (fn [self] self._option-string-actions)))

  (meth _print-message [message [file None]]
    "Write the help, or raise `OSError`; argparse would lose it in silence."
    (with [_ (naming-errors "standard output")  _ (suppress BrokenPipeError)]  ; the reader left
      (.write file message)
      (.flush file))))


(defn _explained [error arguments options]
  "Return the message of argparse's `error`; it shows how to write a value that begins with -."
  (setv
    ;; If it comes from an error of `read-value`, that says more.
    message (.removeprefix (as-flags (or error.__context__ error)) "argument ")
    lacking (re.match r"(--[a-z-]+): expected (one|at least one) argument" message))
  (unless lacking (return f"{message}; see --help"))
  (setv
    option (get lacking 1)
    dashed (gfor
      [before after] (pairwise (gfor word arguments :if (!= word "--") word))
      :if (and (= before option) (.startswith after "-") (not-in after options))
      f"; a value that begins with - is written {(flag option after)}")
    needs (if (= option "--generate")
      "a seed text, such as --generate heylo or --generate \"\""
      f"a value: {option} {(. (get options option) metavar)}"))
  f"{option} needs {needs}{(.join "" dashed)}")


(defn _unknown [word arguments options]
  "Return the message that `word` is none of the `options`; it suggests the nearest one."
  (unless (.startswith word "-")
    (when (in #("--generate" word) (zip arguments (cut arguments 2 None)))
      (return f"unexpected argument '{(clip word)}'; a seed text of several words needs quotes"))
    (return f"unexpected argument '{(clip word)}'; did you mean --sources {(clip word)}?"))
  (setv
    name (.replace (.strip (get (.split word "=") 0) "-_") "_" "-")
    names (sorted (gfor option options (.removeprefix option "--")) :key len)
    near (chain
      (gfor option names :if (and name (.startswith option name)) option)
      (gfor option names :if (and (> (len name) 2) (in name option)) option)
      (get-close-matches name names :n 1))
    hint (next (gfor option near f"did you mean --{option}?") "--help-all shows every flag"))
  f"unknown flag {(clip word)}; {hint}")


(defn make-parser [[everything False]]
  "Return the parser of all flags; its help shows the everyday ones or, by group, `everything`."
  (setv
    parser (Parser :prog (program) :usage USAGE :description PURPOSE
      :epilog HELP-EXAMPLES
      :formatter-class (partial argparse.RawDescriptionHelpFormatter
        :max-help-position 24 :width 80)
      :add-help False :allow-abbrev False :exit-on-error False)
    groups {})
  (for [setting (settings-in "cli")]
    (setv title (if everything setting.group "everyday flags"))
    (unless (in title groups)
      (setv (get groups title) (. (.add-argument-group parser title) add-argument)))
    (setv
      add (get groups title)
      help (if everything setting.full-help setting.brief))
    (add setting.option
      :dest setting.name
      :help (if help (.replace help "%" "%%") argparse.SUPPRESS)
      #** (cond
        (is-not setting.value None) {"action" "store_const"  "const" setting.value}
        (is setting.kind TEXTS) {"action" "extend"  "nargs" "+"  "metavar" setting.metavar}
        True {
          "action" (if (in setting.name ["path" "stop" "column" "where"]) "append" "store")
          "type" (partial read-value setting.option setting.kind)
          "metavar" setting.metavar}))
    (when setting.shorthand
      (setv [option value] setting.shorthand)
      (add option :dest setting.name :action "store_const" :const value
        :help (if everything f"short for {setting.option} {value}" argparse.SUPPRESS))))
  (add "--help" "-h" :action "help" :help "show this help")
  ;; `parse-flags` does these.
  (for [[option does] [["--help-all" "show every flag"]
        ["--version" "show versions, backend and machine"]]]
    (add option :action "store_true" :help does :default argparse.SUPPRESS))
  parser)
