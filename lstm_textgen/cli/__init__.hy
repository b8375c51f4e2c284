"The command line. It imports what does the work only once it knows what is asked."

(import
  sys
  lstm-textgen.cli.flags [as-flags make-parser parse-flags program]
  lstm-textgen.settings [SETTINGS]
  lstm-textgen.terminal [visible])

;; What asks for something to be done with a trained model.
(setv ACTIONS ["generate" "generate_from" "interactive" "score"])


(defn main [[arguments None]]
  #[[Run the program with `arguments` (default: the command line's); return the exit status.

  It is 0, 2 for bad input, or 128 and the number of the signal that stopped it.]]
  (try
    (_run (parse-flags (if (is arguments None) (cut sys.argv 1 None) arguments)))
    (except [error [ValueError OSError FloatingPointError]]
      (print f"{(program)}: {(explain error)}" :file sys.stderr)
      2)
    (except [KeyboardInterrupt]
      (print f"\n{(program)}: stopped; nothing was changed" :file sys.stderr)
      130)))


(defn explain [error]
  "Return `error` as one line, which no name in it can make a command to the terminal."
  (visible (.join " " (.split (if (and (isinstance error OSError) error.filename)
    f"{error.filename}: {error.strerror}"
    (as-flags (str error)))))))


(defn _run [flags]
  "Do what the `flags` ask; return the exit status."
  (_check-together flags)
  (cond
    (in "completion" flags.given)
      (_print-completion (.value flags "completion"))
    (in "import" flags.given) (do
      (import lstm-textgen.cli.training [import-old])
      (import-old flags))
    (.chosen flags #* ACTIONS) (do
      (import lstm-textgen.cli.writing [use-model])
      (use-model flags))
    (.chosen flags "sources" "recipe") (do
      (import lstm-textgen.cli.training [train])
      (train flags))
    True
      (raise (ValueError (+ "nothing to do: give --sources to train or --generate to write; "
        "--help shows what there is")))))


(defn _check-together [flags]
  "Raise `ValueError` for flags that don't go together."
  (setv
    actions (.chosen flags #* ACTIONS)
    old (.chosen flags "import" "alphabet"))
  (when (= (len old) 1)
    (raise (ValueError "--import OLD.h5 and --alphabet OLD.txt: each needs the other")))
  (when (and old (or actions (.chosen flags "sources" "recipe")))
    (raise (ValueError
      "--import can't be combined with other actions; train or write with the new model then")))
  (when (> (len actions) 1)
    (setv options (.join " and " (gfor name actions (. (get SETTINGS name) option))))
    (raise (ValueError f"{options} can't be combined; give one of them")))
  (when (and (not actions) (> (len flags.models) 1))
    (raise (ValueError f"--model: {(len flags.models)} models can't be trained at once; give 1")))
  (when (and (.value flags "score_html") (not-in "score" actions))
    (raise (ValueError "--score-html needs --score with the files to score")))
  (when (and (.value flags "originality")
      (not (and (.value flags "sources") (.chosen flags "generate" "generate_from"))))
    (raise (ValueError (+ "--originality needs --generate and, to compare with, "
      "the training text: --sources PATH")))))


(defn _print-completion [shell]
  "Print the script that completes the flags in a `shell`; return the exit status."
  (import shtab)
  (print (shtab.complete (make-parser :everything True) shell))
  0)
