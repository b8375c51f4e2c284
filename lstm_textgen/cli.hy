#[[The command line: flags and messages. It imports the rest only once it knows what is asked.]]

(import
  argparse
  os
  pathlib [Path]
  shlex
  sys
  lstm_textgen [__version__]
  lstm_textgen.settings [DEFAULTS]
  lstm_textgen.terminal [visible])

(setv EXAMPLES #[[
Every day:
  ./train.hy --sources lol.txt                      learn to write like corpora/lol.txt
  ./train.hy --sources lol.txt --epochs 80          go on with it
  ./train.hy --generate heylo                       write until Ctrl-C
  ./train.hy --generate "" --length 500 --temperature 0.5
  ./train.hy --score letter.txt                     how well it foresees a text
  ./train.hy --sources ~/novels '*.md' --model mine --layers 384,dropout:0.2
  ./train.hy --recipe corpora/lol.hy]])

(defn numbers [text]
  "Read what --temperature takes."
  (try
    (lfor  part (.split text ",")  (float part))
    (except [ValueError]
      (raise (argparse.ArgumentTypeError f"give a number, or several with commas between, not {text !r}")))))


;; Each flag: its group, what it takes, its help and how its text is read.
(setv FLAGS [
  ["text" "--sources" "PATH" "files, folders, patterns, http(s) URLs, .gz files, or - for standard input; a bare name is also looked for in corpora/" {"nargs" "+"}]
  ["text" "--recipe" "FILE.hy" "take sources and settings from a recipe; flags given here win" {}]
  ["text" "--max-download" "MB" "the most that a download, or the content of a .gz, may have, in units of 2^20 bytes" {"type" float  "default" 1024}]
  ["text" "--encoding" "NAME" "of the sources" {}]
  ["text" "--lower" None "turn the text into lower case" {"action" "store_true"}]
  ["text" "--word-by-word" None "learn words instead of characters" {"action" "store_true"}]
  ["text" "--max-words" "N" "know the N most frequent words" {"type" int}]
  ["text" "--validation" "FRACTION" "the last part of the text, held out to validate on; 0: none" {"type" float}]
  ["network" "--layers" "SPEC" "such as 256 or lstm:512,dropout:0.2,gru:256 (default: by --minutes and the length of the text: 256 to 768 units, dropout 0 to 0.5)" {}]
  ["network" "--lookback" "N" "the window: how far back the network learns to see, in units" {"type" int}]
  ["training" "--model" "PATH" "the model file; .h5 may be left out; given twice, two models write together (default: model)" {"action" "append"}]
  ["training" "--epochs" "N" "epochs to train for in all, over every run; 0: until stopped (default: as many as read 7 million units, but from 3 to 9)" {"type" int}]
  ["training" "--minutes" "N" "train for at most so many minutes in all, and fit the schedule to them; this run then has at most --epochs epochs (default: 9), and --patience ends nothing" {"type" float}]
  ["training" "--patience" "N" "stop after N epochs without a better validation loss; 0: never" {"type" int}]
  ["training" "--learning-rate" "RATE" "the highest, before it decays" {"type" float}]
  ["training" "--batch-size" "N" "windows trained on at once" {"type" int}]
  ["training" "--stride" "N" "from one window to the next; as long as the window, they follow on one another (default: the lookback)" {"type" int}]
  ["training" "--save-every" "MINUTES" "save so often within a long epoch, not only at its end" {"type" float  "default" 10}]
  ["training" "--restart" None "begin anew although the model exists" {"action" "store_true"}]
  ["training" "--cpu" None "leave the GPU alone" {"action" "store_true"}]
  ["training" "--quiet" None "show nothing but errors" {"action" "store_true"}]
  ["writing" "--generate" "SEED" "write on from this text" {}]
  ["writing" "--generate-from" "FILE" "write on from the text in this file; - for standard input" {}]
  ["writing" "--interactive" None "type a beginning, get a continuation; :help there tells more" {"action" "store_true"}]
  ["writing" "--length" "N" "end after N units: characters, or words (default: endless; 200 with --interactive)" {"type" int}]
  ["writing" "--stop" "TEXT" "end before this text" {}]
  ["writing" "--sentences" "N" "end with the Nth sentence" {"type" int}]
  ["writing" "--samples" "N" "write N texts at once; they need an end" {"type" int  "default" 1}]
  ["writing" "--output" "FILE" "write into this file instead of showing it" {}]
  ["writing" "--originality" None "say at the end how much of it is copied from the --sources" {"action" "store_true"}]
  ["choosing" "--temperature" "T" "0: always the likeliest; 1: as the model sees it; more: wilder; 0.4,1,0.7: one after another" {"type" numbers}]
  ["choosing" "--top-k" "K" "only among the K likeliest units (default: all)" {"type" int}]
  ["choosing" "--top-p" "P" "only among the likeliest that together have the probability P (default: 1)" {"type" float}]
  ["choosing" "--min-p" "P" "only among those at least P times as likely as the likeliest (default: 0)" {"type" float}]
  ["choosing" "--mix" "SHARE" "the first model's share where two write together (default: 0.5)" {"type" float}]
  ["scoring" "--score" "PATH" "say how well the model foresees these texts: files, patterns, .gz files, or - for standard input" {"nargs" "+"}]
  ["scoring" "--score-html" "FILE" "with --score: also write a page that shades each character by its surprise" {}]
  ["old models" "--import" "OLD.h5" "make a model of one that Keras 1 or 2 saved" {}]
  ["old models" "--alphabet" "OLD.txt" "the file with all characters of the model to --import, in their order" {}]
  ["other" "--rng-seed" "N" "the number that random choices come from (default: 1 to train with, a new one to write with)" {"type" int}]])


;; The flags that ask for something to be done with a trained model.
(setv ACTIONS ["--generate" "--generate-from" "--interactive" "--score"])


(defclass Parser [argparse.ArgumentParser]
  "Says what is wrong in one line."
  (defn error [self message]
    (raise (ValueError f"{message}; --help shows what there is"))))


(defn _help [name text options]
  "The help `text` of the flag `name`, with its default."
  (setv default (.get options "default" (.get DEFAULTS (.replace (cut name 2 None) "-" "_"))))
  (.replace
    (if (or (in "(default" text) (in default [None False]))
      text
      f"{text} (default: {default})")
    "%" "%%"))


(defn make-parser []
  "The parser of all flags."
  (setv parser (Parser
    :prog (program)
    :usage "%(prog)s --sources PATH… | --recipe FILE.hy | --generate SEED | --score PATH…  [flags]"
    :description "Learns to write like any text, one character or word at a time, with an LSTM."
    :epilog EXAMPLES
    :formatter-class argparse.RawDescriptionHelpFormatter
    :allow-abbrev False))
  (setv groups {})
  (for [[group name metavar help options] FLAGS]
    (when (not-in group groups)
      (setv (get groups group) (.add-argument-group parser group)))
    (setv takes (if metavar {"metavar" metavar} {}))
    (.add-argument (get groups group) name :help (_help name help options) #** takes #** options))
  (.add-argument (get groups "other") "--version" :action "version" :version f"lstm_textgen {__version__}")
  parser)


(defn program []
  "How the user called this program."
  (if (= (. (Path (get sys.argv 0)) name) "train.hy") "./train.hy" "lstm-textgen"))


(defn given-settings [flags]
  "The model's settings among the `flags`, as far as they were given."
  (setv settings (dfor
    name DEFAULTS
    :setv value (getattr flags name None)
    :if (not (or (= name "temperature") (is value None) (is value False)))  ; 0 is a value
    name value))
  (when flags.word-by-word
    (setv (get settings "unit") "words"))
  settings)


;; * Training

(defn train [flags]
  "Train as the `flags` say."
  (import
    lstm_textgen.prep [load-recipe]
    lstm_textgen.report [Quiet Report]
    lstm_textgen.textmodel [train])
  (when flags.cpu
    (.update os.environ {"CUDA_VISIBLE_DEVICES" "-1"  "JAX_PLATFORMS" "cpu"}))
  (setv report (if flags.quiet (Quiet) (Report)))
  (train flags.sources flags.model
    :recipe (when flags.recipe (load-recipe flags.recipe))
    :restart flags.restart
    :minutes flags.minutes
    :save-every flags.save-every
    :max-download flags.max-download
    :report report
    #** (given-settings flags))
  (.say report f"To write with it: {(_writing flags)}")
  0)


(defn _writing [flags]
  "The command that writes with the model that `flags` train."
  (setv model (if (= flags.model "model") "" f" --model {(shlex.quote flags.model)}"))
  f"{(program)} --generate heylo{model}")


(defn _interrupted [flags number]
  "Say where a run stands that was stopped, and how to go on."
  (setv again (.join " " (gfor  word (cut sys.argv 1 None)  :if (!= word "--restart")  (shlex.quote word))))
  (print f"\nStopped, and saved. To go on: {(program)} {again}\nTo write with it: {(_writing flags)}" :file sys.stderr)
  (+ 128 number))


;; * Old models

(defn import-old [flags]
  "Make a model of the old one that `flags` name. A model that is there already is replaced only with --restart."
  (import
    lstm_textgen.checkpoint [lock-model model-path save-checkpoint]
    lstm_textgen.oldmodels [import-model]
    lstm_textgen.textmodel [check-writable])
  (setv path (model-path flags.model))
  (check-writable path)
  (with [_ (lock-model path)]
    (when (and (.exists path) (not flags.restart))
      (raise (ValueError f"{path}: there is a model already; give another --model, or --restart to replace that one")))
    (setv model (import-model (getattr flags "import") flags.alphabet))
    (save-checkpoint model path))
  (print f"{path}: {(len model.vocabulary)} characters, layers {(get model.settings "layers")}\nTo write with it: {(_writing flags)}")
  0)


;; * Everything

(defn _run [arguments]
  "Do what the `arguments` ask; the exit status."
  (setv
    parser (make-parser)
    flags (.parse-args parser arguments)
    importing (_given flags ["--import" "--alphabet"])
    actions (_given flags ACTIONS)
    flags.models (or flags.model ["model"])
    flags.model (get flags.models 0))
  (_check-together flags actions importing)
  (cond
    importing (import-old flags)
    actions (do
      (import lstm_textgen.cli_writing [run])
      (run flags parser))
    (or flags.sources flags.recipe)
      (try
        (train flags)
        (except [error KeyboardInterrupt]
          (setv number (getattr error "number" None))
          (when (is number None)
            (raise))
          (_interrupted flags number)))
    True
      (raise (ValueError "nothing to do: give --sources to train or --generate to write; --help shows what there is"))))


(defn _given [flags names]
  "List those flags of `names` that were given."
  (lfor  name names
    :setv value (getattr flags (.replace (cut name 2 None) "-" "_"))
    :if (not (or (is value None) (is value False)))
    name))


(defn _check-together [flags actions importing]
  "Raise `ValueError` for flags that don't go together."
  (when (= (len importing) 1)
    (raise (ValueError "--import OLD.h5 and --alphabet OLD.txt: each needs the other")))
  (when (and importing (or actions flags.sources flags.recipe))
    (raise (ValueError "--import: that alone first; then train or write with the new model")))
  (when (> (len actions) 1)
    (raise (ValueError f"{(.join " and " actions)}: one at a time")))
  (when (and (not actions) (> (len flags.models) 1))
    (raise (ValueError f"--model: {(len flags.models)} models can't be trained at once; give one")))
  (when (and flags.score-html (not-in "--score" actions))
    (raise (ValueError "--score-html: say with --score what to score")))
  (when (and flags.originality (not (and flags.sources (& #{"--generate" "--generate-from"} (set actions)))))
    (raise (ValueError "--originality needs --generate and, to compare with, the training text: --sources PATH"))))


(defn explain [error]
  "An error as one line, which no name in it can make a command to the terminal."
  (visible (.join " " (.split (if (and (isinstance error OSError) error.filename)
    f"{error.filename}: {error.strerror}"
    (str error))))))


(defn main [[arguments None]]
  "Run the program with `arguments` (default: the command line's); the exit status: 0, 2 for bad input, or 128 and the signal's number."
  (try
    (_run arguments)
    (except [error [ValueError OSError FloatingPointError]]
      (print f"{(program)}: {(explain error)}" :file sys.stderr)
      2)
    (except [KeyboardInterrupt]
      (print f"\n{(program)}: stopped; nothing was changed" :file sys.stderr)
      130)))
