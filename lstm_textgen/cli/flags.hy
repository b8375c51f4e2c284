#[[The flags, which come from the table of settings, and the table of actions that they ask for.

They are parsed, explained, and named in messages.]]

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  argparse
  contextlib [ExitStack contextmanager suppress]
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
  lstm-textgen.settings.table [READING SETTINGS as-flags settings-in])

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
  PACKAGES {  ; that --version names
    "Hy" "hy"  "NumPy" "numpy"  "Keras" "keras"  "TensorFlow" "tensorflow"  "JAX" "jax"
    "PyTorch" "torch"}
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
    (._print-message parser (+ (_described-version) "\n") sys.stdout)
    (.exit parser))
  (try
    (setv [values strange] (.parse-known-args parser arguments))
    (except [error argparse.ArgumentError] (refuse (_explained error arguments parser.options))))
  (when strange (refuse (_unknown (get strange 0) arguments parser.options)))
  (Request (dfor [name value] (.items (vars values)) :if (is-not value None) name value)))


(defn _described-version []
  "Return the lines that name the program, what it runs on, the backend, the machine."
  (import
    importlib.metadata [PackageNotFoundError version]
    importlib.util [find-spec]
    platform
    lstm-textgen [__version__]
    lstm-textgen.basics.machine [bfloat16? cores gpu? processor-name]
    lstm-textgen.learning.learner.quiet [configured-backend to-train]
    lstm-textgen.learning.learner.speed [fastest-backend])  ; which needs NumPy
  (setv
    installed [f"Python {(platform.python-version)}"]
    backend (or (fastest-backend) (configured-backend)))
  (for [[name package] (.items PACKAGES)]
    (with [_ (suppress PackageNotFoundError)]
      (.append installed f"{name} {(version package)}")))
  (.join "\n" [
    f"lstm_textgen {__version__}"
    (.join ", " installed)
    (+ "backend: " (if (and (find-spec "keras") (find-spec backend))
      backend
      f"none; to train: {(to-train backend)}"))
    (+ f"machine: {(platform.system)} {(platform.release)}, {(cores)} cores of {(processor-name)}"
      (if (bfloat16?) ", bfloat16" "")
      (if (gpu?) ", GPU" ""))]))


(defn models-of [flags]
  "Return the paths of the models that `flags` name with --model (in code `path`), at least one."
  (if (in "path" flags) flags.path [flags.path]))  ; a list if given; the default is a str


;; * What the program does

(defrecord Action "An action of the program." [
    #^ str name  ; that of the setting that asks for it, or `TRAINING`
    #^ str does  ; its module in this folder and the function there, of the flags
    #^ list uses  ; the other settings that it uses
    #^ bool [several False]])  ; whether it uses more than one model


(setv
  TRAINING "training"
  STEERING (lfor s (settings-in "write") s.name)  ; of a single text, and of all generation
  WRITING [#* STEERING "samples" "new" "best_of" "path" "mix" "output" "overwrite" "originality"]
  AS-READ ["sources" "recipe" "items" "lower" "join_lines" #* READING "overwrite" "quiet"]
  ACTIONS (dfor
    action [
      (Action TRAINING "training.train" [#* (gfor s (settings-in "train") s.name) "cpu"])
      (Action "generate" "writing.write" WRITING True)
      (Action "generate_from" "writing.write" [#* WRITING #* READING] True)
      (Action "interactive" "writing.interact" [#* STEERING "path" "mix"] True)
      (Action "score" "writing.score_files" ["path" "mix" #* READING] True)
      (Action "page" "writing.make_page"
        ["path" "temperature" "min_p" "length" "no_names" "overwrite"] True)
      (Action "info" "models.show_info" ["path"])
      (Action "output" "writing.write_sources" AS-READ)  ; of sources; generated text has its own
      (Action "export" "models.export" ["path" "overwrite" "quiet"])
      (Action "import_page" "models.import_models" ["path" "restart" "quiet"] True)]
    action.name action))


(defn find-action [flags]
  #[[Return the `Action` that `flags` (a `Request`) ask for.

  Raise `ValueError` if there is none, and for flags that can't be combined or have no effect.]]
  (setv
    learns (or (in "sources" flags) (in "recipe" flags))
    request (or
      (lfor name ACTIONS :if (and (in name flags) (!= name "output")) name)
      (if (and learns (in "output" flags)) ["output"] [])))
  (when (> (len request) 1) (refuse f"{(_options request)} can't be combined; use one"))
  (unless (or request learns) (refuse (_missing flags)))
  (setv
    action (get ACTIONS (if request (get request 0) TRAINING))
    used [action.name #* action.uses]
    where (if request f"with {(_options request)}" "in training")
    models (len (models-of flags))
    compares? (in "originality" used))
  (when (and (> models 1) (not action.several))
    (refuse f"--model: only one model can be used {where}, not {models}"))
  (when (and compares? flags.originality)
    (unless (in "sources" flags)
      (refuse "--originality needs the training text to compare with: --sources PATH"))
    (+= used ["sources" #* READING]))
  (setv idle (lfor name (.keys flags) :if (not-in name used) name))
  (when (and compares? (in "sources" idle))
    (refuse f"--sources trains, {(_options request)} generates: use one; "
      "to measure copying, add --originality"))
  (when idle (refuse f"{(_idle idle)} {where}; leave {(if (= (len idle) 1) "it" "them")} out"))
  action)


(defn _missing [flags]
  "Return the message that no action was requested; it names those that the `flags` belong to."
  (setv given (lfor name (.keys flags) :if (!= name "path") name))
  (unless given
    (return "nothing to do: give --sources to train or --generate SEED to generate; see --help"))
  (for [idle [given (cut given 1)]]  ; all of them if they belong together, else the first
    (setv actions (lfor
      action (.values ACTIONS)
      :if (<= (set idle) (set action.uses))
      name (if (= action.name TRAINING) ["sources" "recipe"] [action.name])
      name))
    (when actions (break)))
  f"{(_idle idle)} on {(if (= (len idle) 1) "its" "their")} own; add {(_options actions "or")}")


(defn _idle [names]
  "Return the words that the flags of the settings `names` have no effect."
  f"{(_options names)} {(if (= (len names) 1) "has" "have")} no effect")


(defn _options [names [before-last "and"]]
  "Return the flags of the settings `names`, in words: `--a, --b and --c`."
  (setv [#* others last] (gfor name names (. (get SETTINGS name) option)))
  (if others f"{(.join ", " others)} {before-last} {last}" last))


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


(defn [contextmanager] opened [path]
  "Open the file at `path` as `open-output` does, and say if that waits for a pipe's reader."
  (import lstm-textgen.modelfile.outputs [open-output])
  (with [stack (ExitStack)]
    (yield (with [_ (explaining f"waiting for a program to read from {path}")]
      (.enter-context stack (open-output path))))))


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


(defn size-in-words [path]
  "Return the size of the file at `path`, in words."
  (setv size (os.path.getsize path))
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
        :help (if everything f"the same as {setting.option} {value}" argparse.SUPPRESS))))
  (add "--help" "-h" :action "help" :help "show this help")
  ;; `parse-flags` does these.
  (for [[option does] [["--help-all" "show every flag"]
        ["--version" "show versions, backend and machine"]]]
    (add option :action "store_true" :help does :default argparse.SUPPRESS))
  parser)
