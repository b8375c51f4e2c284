"What the program does: the table of its actions, and which flags go together."

(eval-when-compile (require hyrule [unless]  lstm-textgen.basics.forms [defrecord]))
(import
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.cli.flags [models-of]
  lstm-textgen.settings.table [READING SETTINGS settings-in])


(defrecord Action "An action of the program." [
    #^ str name  ; that of the setting that asks for it, or `TRAINING`
    #^ str does  ; its module in this folder and the function there, of the flags
    #^ list uses  ; the other settings that it uses
    #^ bool [several False]])  ; whether it uses more than one model


(setv
  TRAINING "training"
  STEERING (lfor s (settings-in "write") s.name)  ; of a single text, and of all generation
  WRITING [#* STEERING "samples" "new" "best_of" "path" "mix" "output" "overwrite" "originality"]
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
      (Action "export" "models.export" ["path" "overwrite" "quiet"])
      (Action "import_page" "models.import_models" ["path" "restart" "quiet"] True)]
    action.name action))


(defn find-action [flags]
  #[[Return the `Action` that `flags` (a `Request`) ask for.

  Raise `ValueError` if there is none, and for flags that can't be combined or have no effect.]]
  (setv
    learns (or (in "sources" flags) (in "recipe" flags))
    asked (lfor name ACTIONS :if (in name flags) name))
  (when (> (len asked) 1) (refuse f"{(_options asked)} can't be combined; use one"))
  (unless (or asked learns) (refuse (_missing flags)))
  (setv
    action (get ACTIONS (if asked (get asked 0) TRAINING))
    used [action.name #* action.uses]
    where (if asked f"with {(_options asked)}" "in training")
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
    (refuse f"--sources trains, {(_options asked)} generates: use one; "
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
