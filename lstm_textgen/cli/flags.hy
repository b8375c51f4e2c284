"The flags, which come from the table of settings: parsed, checked, named in messages."

(eval-when-compile (require hyrule [unless]))
(import
  argparse
  contextlib [contextmanager suppress]
  dataclasses [dataclass]
  difflib [get-close-matches]
  functools [partial]
  itertools [chain pairwise]
  os
  pathlib [Path]
  re
  shlex
  shutil [which]
  sys
  threading [Timer]
  lstm-textgen [__version__]
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.terminal [Tolerant visible]
  lstm-textgen.basics.values [TEXTS clip read-value]
  lstm-textgen.settings.table [SETTINGS in-words settings-in])

(setv
  USAGE #[[%(prog)s --sources PATH... [flags]     train
       %(prog)s --generate SEED [flags]       generate
       %(prog)s --score PATH... [flags]       score]]
  DESCRIPTION "Trains an LSTM on any text and generates more in its style."
  EXAMPLES #[[
examples:
  %(prog)s --sources lol.txt                      train on it
  %(prog)s --sources lol.txt --epochs 20          continue up to epoch 20
  %(prog)s --generate heylo                       generate until Ctrl-C
  %(prog)s --generate "" --length 500 --temperature 0.5
  %(prog)s --score letter.txt                     how well is it predicted?
  %(prog)s --sources ~/novels '*.md' --model mine --layers 384,dropout:0.2]]
  SLOW 2  ; seconds of silence after which a line says what is being done
  TRAINING "training"
  MODELS ["path" "mix"]
  READING ["encoding" "max_download" "only" "column"]
  ;; The options of a single text, and of all generation.
  STEERING (lfor s (settings-in "write") :if (!= s.name "samples") s.name)
  WRITING [#* STEERING "samples" #* MODELS "output" "overwrite" "originality"]
  ;; For each action, named by its setting, the other settings that it uses.
  USED {
    TRAINING [#* (gfor s (settings-in "train") s.name) "cpu"]
    "generate" WRITING
    "generate_from" [#* WRITING #* READING]
    "interactive" [#* STEERING #* MODELS]
    "score" ["score_html" "overwrite" #* MODELS #* READING]
    "page" ["path" "temperature" "length" "overwrite"]
    "serve" ["path" "port" "host" "api_key" "open"]
    "report" ["path" "overwrite"]
    "info" ["path"]
    "export" ["path" "overwrite" "quiet"]
    "import" ["alphabet" "path" "restart" "quiet"]
    "completion" []})


(defclass [(dataclass :frozen True)] Flags []
  "The flags `given`: a dict from names of settings to values."
  #^ dict given

  (defn value [self name]
    "Return the value of the setting `name`: the given one, or its default."
    (.get self.given name (. (get SETTINGS name) default)))

  (defn chosen [self #* names]
    "Return a dict of those of the settings `names` that were given."
    (dfor name names :if (in name self.given) name (get self.given name)))

  (defn [property] models [self]
    "The paths of the models, at least one."
    (.get self.given "path" [(. (get SETTINGS "path") default)])))


(defn parse-flags [arguments]
  "Return the `Flags` in `arguments` (a list); raise `ValueError` for an invalid one."
  (setv
    parser (make-parser)
    parser.arguments arguments
    [values strange] (.parse-known-args parser arguments))
  (when strange
    (raise (ValueError (_unknown (get strange 0) parser))))
  (Flags (dfor [name value] (.items (vars values)) :if (is-not value None) name value)))


;; * Actions

(defn find-action [flags]
  #[[Return the action that `flags` ask for, a key of `USED`.

  Raise `ValueError` if there is none, and for flags that can't be combined or do nothing.]]
  (setv
    learns (bool (.chosen flags "sources" "recipe"))
    by-the-way (if learns "report" None)
    asked (lfor name USED :if (and (in name flags.given) (!= name by-the-way)) name)
    action (if asked (get asked 0) TRAINING))
  (when (> (len asked) 1)
    (raise (ValueError f"{(_options asked)} can't be combined; give one of them")))
  (when (= (len (.chosen flags "import" "alphabet")) 1)
    (raise (ValueError "--import OLD.h5 and --alphabet OLD.txt: each needs the other")))
  (unless (or asked learns) (raise (ValueError (_missing flags))))
  (_check-used flags action)
  action)


(defn _missing [flags]
  "Return the message that no action was requested; it names those that the `flags` belong to."
  (setv given (lfor name flags.given :if (!= name "path") name))
  (unless given
    (return (+ "nothing to do: give --sources to train or --generate SEED to generate; "
      "see --help")))
  (for [idle [given (cut given 1)]]  ; all of them if they belong together, else the first
    (setv actions (lfor
      [action used] (.items USED)
      :if (<= (set idle) (set used))
      name (if (= action TRAINING) ["sources" "recipe"] [action])
      name))
    (when actions (break)))
  f"{(_idle idle)} alone; add {(_options actions "or")}")


(defn _check-used [flags action]
  "Raise `ValueError` for `flags`, or several models, that do nothing in an `action`."
  (setv
    used [action #* (get USED action)]
    where (if (= action TRAINING) "in training" f"with {(_options [action])}")
    models (len flags.models)
    compares? (in "originality" used))
  (when (and (> models 1) (not-in action ["page" "report" "serve"]) (not-in "mix" used))
    (raise (ValueError f"--model: {models} models can't be used {where}; give one")))
  (when (and compares? (in "originality" flags.given))
    (unless (in "sources" flags.given)
      (raise (ValueError "--originality needs the training text to compare with: --sources PATH")))
    (+= used ["sources" #* READING]))
  (setv idle (lfor name flags.given :if (not-in name used) name))
  (when idle
    (raise (ValueError (+ f"{(_idle idle)} {where}; " (cond
      (and compares? (in "sources" idle)) "to compare the text with the sources, add --originality"
      (= (len idle) 1) "leave it out"
      True "leave them out"))))))


(defn _idle [names]
  "Return the words that the flags of the settings `names` do nothing."
  f"{(_options names)} {(if (= (len names) 1) "does" "do")} nothing")


(defn _options [names [before-last "and"]]
  "Return the flags of the settings `names`, in words: `--a, --b and --c`."
  (setv [#* others last] (gfor name names (. (get SETTINGS name) option)))
  (if others f"{(.join ", " others)} {before-last} {last}" last))


;; * Messages

(defn as-flags [text]
  "Return `text` with each setting's name in backticks as its flag: `--max-words`."
  (in-words text (fn [setting] setting.option)))


(defn warn [message [spell as-flags]]
  "Show `message` on standard error, if possible; `spell` renders the names of settings."
  (print (visible (spell message)) :file (Tolerant sys.stderr) :flush True))


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
  f"{path}: {(size-in-words path)}; open it in a browser")


(defn size-in-words [path]
  "Return in words the size of the file, or of all files in the folder, at `path`."
  (setv size (sum (gfor
    file [(Path path) #* (.rglob (Path path) "*")]
    :if (.is-file file)
    (. (.stat file) st-size))))
  (if (< size MB) f"{(/ size 1024) :.0f} KB" f"{(/ size MB) :.1f} MB"))


;; * The parser

(defn print-completion [flags]
  "Print the completion script for the shell that `flags` name."
  (import shtab)
  (setv
    parser (make-parser :everything True)
    parser.prog (os.path.basename parser.prog))  ; shells then find it under any path
  (with [_ (suppress BrokenPipeError)]  ; the reader has left
    (print (shtab.complete parser (.value flags "completion")) :flush True)))


(defclass Parser [argparse.ArgumentParser]
  "Reports errors in its `arguments`, a list, in one line."

  (defn error [self message]
    "Raise `ValueError`; if a value begins with a dash, explain how to write it."
    (setv
      message (.removeprefix message "argument ")
      lacking (re.match r"(--[a-z-]+): expected (one|at least one) argument" message)
      dashed (gfor
        [option after] (pairwise (if lacking self.arguments []))
        :if (and (= option (get lacking 1)) (.startswith after "-")
          (not-in after self._option-string-actions))
        f"a value that begins with - is written {(flag option after)}"))
    (raise (ValueError f"{message}; {(next dashed "see --help")}"))))


(defn _unknown [word parser]
  "Return the message that `word` is none of the flags of `parser`; it suggests the nearest one."
  (setv options parser._option-string-actions)
  (unless (.startswith word "-")
    (when (in #("--generate" word) (zip parser.arguments (cut parser.arguments 2 None)))
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


(defclass HelpAll [argparse.Action]
  "The action of `--help-all`: show every flag, by group."

  (defn __call__ [self parser #* _]
    (.print-help (make-parser :everything True))
    (.exit parser)))


(defn make-parser [[everything False]]
  "Return the parser of all flags; its help shows the everyday ones or, by group, `everything`."
  (setv
    parser (Parser :prog (program) :usage USAGE :description DESCRIPTION :epilog EXAMPLES
      :formatter-class (partial argparse.RawDescriptionHelpFormatter
        :max-help-position 24 :width 80)
      :add-help False :allow-abbrev False)
    groups {})
  (for [setting (settings-in "cli")]
    (setv title (if everything setting.group "everyday flags"))
    (unless (in title groups) (setv (get groups title) (.add-argument-group parser title)))
    (_add-flag (get groups title) setting (if everything setting.full-help setting.brief)))
  (setv add (. (get groups title) add-argument))
  (add "--help" "-h" :action "help" :help "show this help")
  (add "--help-all" :action HelpAll :nargs 0 :help "show every flag"
    :dest argparse.SUPPRESS :default argparse.SUPPRESS)
  (add "--version" :action "version" :version f"lstm_textgen {__version__}"
    :help "show the version")
  parser)


(defn _add-flag [group setting help]
  "Add the flags of `setting` to a `group` of the parser, with this `help` (None: hidden)."
  (.add-argument group setting.option
    :dest setting.name
    :help (if help (.replace help "%" "%%") argparse.SUPPRESS)
    #** (cond
      (is-not setting.value None) {"action" "store_const"  "const" setting.value}
      (is setting.kind TEXTS) {"action" "extend"  "nargs" "+"  "metavar" setting.metavar}
      True {
        "action" (if (in setting.name ["path" "stop"]) "append" "store")
        "type" (partial _read setting)
        "metavar" setting.metavar}))
  (when setting.shorthand
    (setv [option value] setting.shorthand)
    (.add-argument group option
      :dest setting.name :action "store_const" :const value
      :help (if (= help setting.brief) argparse.SUPPRESS f"short for {setting.option} {value}"))))


(defn _read [setting text]
  "Return the value of `setting` in `text`; raise an error that argparse shows unchanged."
  (try
    (read-value setting.option setting.kind text)
    (except [error ValueError] (raise (argparse.ArgumentError None (as-flags (str error)))))))
