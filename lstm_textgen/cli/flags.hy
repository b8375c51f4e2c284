"The flags: how they are parsed, explained and written in messages. All come from settings.hy."

(eval-when-compile (require hyrule [unless]))
(import
  argparse
  dataclasses [dataclass]
  functools [partial]
  pathlib [Path]
  re
  shlex
  sys
  lstm-textgen [__version__]
  lstm-textgen.settings [SETTINGS in-words settings-in]
  lstm-textgen.values [TEXTS read-value])

(setv
  WIDTH 80  ; columns of the help
  USAGE #[[%(prog)s --sources PATH… [flags]       learn
       %(prog)s --generate SEED [flags]       write
       %(prog)s --score PATH… [flags]         score]]
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
  (setv values (vars (.parse-args (make-parser) arguments)))
  (Flags (dfor [name value] (.items values) :if (is-not value None) name value)))


(defn as-flags [text]
  "Return `text` with each setting's name in backticks as its flag: `--max-words`."
  (in-words text (fn [setting] setting.option)))


(defn program []
  "Return how the user called this program."
  (if (= (. (Path (get sys.argv 0)) name) "train.hy") "./train.hy" "lstm-textgen"))


(defn quoted [text]
  "Return `text` as the shell reads it as one word."
  (shlex.quote text))


;; * The parser

(defclass Parser [argparse.ArgumentParser]
  "Says what is wrong in one line."

  (defn error [self message]
    "Raise `ValueError`: the program's main function shows it."
    (setv message (re.sub "^argument (--[a-z-]+): must be" r"\1 must be" message))
    (raise (ValueError f"{(.removeprefix message "argument ")}; --help shows what there is"))))


(defclass HelpAll [argparse.Action]
  "The action of `--help-all`: show every flag, in groups."

  (defn __call__ [self parser #* _]
    (.print-help (make-parser :everything True))
    (.exit parser)))


(defn make-parser [[everything False]]
  "Return the parser of all flags, whose help shows the everyday ones or, in groups, `everything`."
  (setv
    parser (Parser
      :prog (program)
      :usage USAGE
      :description DESCRIPTION
      :epilog EXAMPLES
      :formatter-class (partial argparse.RawDescriptionHelpFormatter
        :max-help-position 24 :width WIDTH)
      :add-help False
      :allow-abbrev False)
    groups {})
  (for [setting (settings-in "c")]
    (setv title (if everything setting.group "everyday flags"))
    (unless (in title groups)
      (setv (get groups title) (.add-argument-group parser title)))
    (_add-flag (get groups title) setting (if everything setting.full-help setting.brief)))
  (_add-own-flags (get groups title))
  parser)


(defn _add-flag [group setting help]
  "Add the flag of `setting` to a `group` of the parser, with this `help` or, with None, unseen."
  (.add-argument group setting.option
    :dest setting.name
    :help (if help (.replace help "%" "%%") argparse.SUPPRESS)
    #** (cond
      (is-not setting.value None)
        {"action" "store_const"  "const" setting.value}
      (is setting.kind TEXTS)
        {"nargs" "+"  "metavar" setting.metavar}
      (= setting.name "path")
        {"action" "append"  "metavar" setting.metavar}
      True
        {"type" (partial _read setting)  "metavar" setting.metavar})))


(defn _read [setting text]
  "Return the value of `setting` in `text`, as argparse wants it done."
  (try
    (read-value "" setting.kind text)
    (except [error ValueError]
      (setv problem (.strip (as-flags (str error))))
      (raise (argparse.ArgumentTypeError (.removeprefix problem f"{setting.option}: "))))))


(defn _add-own-flags [group]
  "Add the flags that tell about the program to a `group` of the parser."
  (.add-argument group "--help" "-h" :action "help" :help "show this help")
  (.add-argument group "--help-all" :action HelpAll :nargs 0 :help "show every flag"
    :dest argparse.SUPPRESS :default argparse.SUPPRESS)
  (.add-argument group "--version" :action "version" :version f"lstm_textgen {__version__}"
    :help "show the version"))
