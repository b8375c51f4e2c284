"The flags, all of which come from the table of settings: parsed, explained, named in messages."

(eval-when-compile (require hyrule [unless]))
(import
  argparse
  contextlib [suppress]
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
  lstm-textgen [__version__]
  lstm-textgen.basics.terminal [Tolerant visible]
  lstm-textgen.basics.values [TEXTS clip read-value]
  lstm-textgen.settings.table [SETTINGS in-words settings-in])

(setv
  WIDTH 80  ; columns of the help
  REPEATED ["path" "stop"]  ; settings whose flags may be given several times
  USAGE #[[%(prog)s --sources PATH... [flags]     learn
       %(prog)s --generate SEED [flags]       write
       %(prog)s --score PATH... [flags]       score]]
  DESCRIPTION "Learns to write like any text, one character or word at a time, with an LSTM."
  EXAMPLES #[[
examples:
  ./train.hy --sources lol.txt                      learn to write like it
  ./train.hy --sources lol.txt --epochs 80          go on learning
  ./train.hy --generate heylo                       write until Ctrl-C
  ./train.hy --generate "" --length 500 --temperature 0.5
  ./train.hy --score letter.txt                     how well is it predicted?
  ./train.hy --sources ~/novels '*.md' --model mine --layers 384,dropout:0.2]])


(defclass [(dataclass :frozen True)] Flags []
  "The flags that were `given`: a dict of values by the names of the settings."
  #^ dict given

  (defn value [self name]
    "Return the value of the setting `name`, which is its default unless it was given."
    (.get self.given name (. (get SETTINGS name) default)))

  (defn chosen [self #* names]
    "Return a dict of those of the settings `names` that were given."
    (dfor name names :if (in name self.given) name (get self.given name)))

  (defn with-value [self name value]
    "Return these flags with `value` for the setting `name`, or with its default if that is None."
    (setv others (dfor [key old] (.items self.given) :if (!= key name) key old))
    (Flags {#** others  #** (if (is value None) {} {name value})}))

  (defn [property] models [self]
    "The paths of the models, at least one."
    (.get self.given "path" ["model"])))


(defn parse-flags [arguments]
  "Return the `Flags` in `arguments` (a list); raise `ValueError` for a wrong one."
  (setv
    parser (make-parser)
    parser.arguments arguments
    [values strange] (.parse-known-args parser arguments))
  (when strange
    (raise (ValueError (_unknown (get strange 0) parser._option-string-actions))))
  (Flags (dfor [name value] (.items (vars values)) :if (is-not value None) name value)))


(defn as-flags [text]
  "Return `text` with each setting's name in backticks as its flag: `--max-words`."
  (in-words text (fn [setting] setting.option)))


(defn warn [message [spell as-flags]]
  "Show `message` on standard error, if anybody takes it; `spell` writes the names of settings."
  (print (visible (spell message)) :file (Tolerant sys.stderr) :flush True))


(defn flag [option value]
  "Return `option` with its `value` as the shell and the parser take them."
  f"{option}{(if (.startswith value "-") "=" " ")}{(shlex.quote value)}")


(defn program []
  "Return what messages call this program."
  (if (= (. (Path (get sys.argv 0)) name) "train.hy") "./train.hy" "lstm-textgen"))


(defn command []
  "Return what was typed to start this program, to be pasted into a shell."
  (setv
    length (max 1 (- (len sys.orig-argv) (len sys.argv) -1))  ; without the arguments
    [#* before script] (cut sys.orig-argv length))
  (shlex.join (cond
    (in "-m" before) [#* before script]
    (not (.endswith script ".hy")) [(if (which (os.path.basename script)) "lstm-textgen" script)]
    (not (which "hy")) [#* (cut before -1 None) script]
    (= (os.path.basename script) script) ["hy" script]  ; a bare name is looked for on the path
    True [script])))


(defn print-completion [flags]
  "Print the script that completes the flags in the shell that `flags` name; return the status."
  (import shtab)
  (setv
    parser (make-parser :everything True)
    parser.prog (os.path.basename parser.prog))  ; by which shells find it under any path
  (with [_ (suppress BrokenPipeError)]  ; nobody reads on
    (print (shtab.complete parser (.value flags "completion")) :flush True))
  0)


;; * The parser

(defclass Parser [argparse.ArgumentParser]
  "Says what is wrong with the `arguments` in one line."

  (setv arguments [])

  (defn error [self message]
    "Raise `ValueError`: the program's main function shows it."
    (setv
      message (re.sub "^argument (--[a-z-]+): must be" r"\1 must be" message)
      message (.removeprefix message "argument ")
      hint (or (._hint-at-dash self message) "--help shows what there is"))
    (raise (ValueError f"{message}; {hint}")))

  (defn _hint-at-dash [self message]
    "Return how to write a value that begins with a dash, if the `message` is due to one."
    (setv found (re.match r"(--[a-z-]+): expected (one|at least one) argument" message))
    (when found
      (for [[option after] (pairwise self.arguments)]
        (when (and (= option (.group found 1)) (.startswith after "-")
            (not-in after self._option-string-actions))
          (return f"a value that begins with - is written {(flag option after)}"))))))


(defn _unknown [word options]
  "Return the message that `word` is none of the `options`, with the nearest one."
  (setv near (_nearest word options))
  (cond
    (not (.startswith word "-"))
      f"'{(clip word)}' belongs to no flag; to train on a text write --sources PATH"
    near f"there is no flag {(clip word)}; did you mean --{near}?"
    True f"there is no flag {(clip word)}; --help-all shows every flag"))


(defn _nearest [word options]
  "Return that of the `options` which `word` abbreviates, is a part of, or nearly is; else None."
  (setv
    name (.replace (.strip (get (.split word "=") 0) "-_") "_" "-")
    names (sorted (gfor option options (.removeprefix option "--")) :key len))
  (next
    (chain
      (gfor option names :if (and name (.startswith option name)) option)
      (gfor option names :if (and (> (len name) 2) (in name option)) option)
      (get-close-matches name names :n 1))
    None))


(defclass HelpAll [argparse.Action]
  "The action of `--help-all`: show every flag, in groups."

  (defn __call__ [self parser #* _]
    (.print-help (make-parser :everything True))
    (.exit parser)))


(defn make-parser [[everything False]]
  "Return the parser of all flags, whose help shows the everyday ones or, in groups, `everything`."
  (setv
    parser (Parser :prog (program) :usage USAGE :description DESCRIPTION :epilog EXAMPLES
      :formatter-class (partial argparse.RawDescriptionHelpFormatter
        :max-help-position 24 :width WIDTH)
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
  "Add the flags of `setting` to a `group` of the parser, with this `help` or, with None, unseen."
  (.add-argument group setting.option
    :dest setting.name
    :help (if help (.replace help "%" "%%") argparse.SUPPRESS)
    #** (cond
      (is-not setting.value None) {"action" "store_const"  "const" setting.value}
      (is setting.kind TEXTS) {"action" "extend"  "nargs" "+"  "metavar" setting.metavar}
      True {
        "action" (if (in setting.name REPEATED) "append" "store")
        "type" (partial _read setting)
        "metavar" setting.metavar}))
  (when setting.shorthand
    (setv [option value] setting.shorthand)
    (.add-argument group option
      :dest setting.name :action "store_const" :const value
      :help (if (= help setting.brief) argparse.SUPPRESS f"short for {setting.option} {value}"))))


(defn _read [setting text]
  "Return the value of `setting` in `text`, as argparse wants it done."
  (try
    (read-value "" setting.kind text)
    (except [error ValueError]
      (setv problem (.strip (as-flags (str error))))
      (raise (argparse.ArgumentTypeError (.removeprefix problem f"{setting.option}: "))))))
