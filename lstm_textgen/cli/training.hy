"The command line's training."

(eval-when-compile (require hyrule [unless]))
(import
  os
  shlex
  sys
  lstm-textgen.basics.interrupts [Interrupted watching]
  lstm-textgen.basics.machine [MB]
  lstm-textgen.cli.flags [command flag models-of program size-in-words warn]
  lstm-textgen.display [make-display]
  lstm-textgen.learning.learner.machines [follower?]
  lstm-textgen.learning.learner.quiet [own-process]
  lstm-textgen.learning.runs [train-model]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.modelfile.history [entries-on still-improving?]
  lstm-textgen.modelfile.places [model-path]
  lstm-textgen.settings.table [SETTINGS as-flags]
  lstm-textgen.writing.conversation [people-of roles])

(setv
  TO-SHOW 300  ; units of the text that a run's last line generates
  LARGE-FILE (* 20 MB))


(defn train [flags]
  "Train by the `flags`; return the exit status if a signal stopped it."
  (when flags.cpu
    (.update os.environ :CUDA-VISIBLE-DEVICES "-1" :JAX-PLATFORMS "cpu" :KERAS-TORCH-DEVICE "cpu"))
  (setv
    [path] (models-of flags)
    display (make-display flags.quiet as-flags))
  (defn farewell [stderr unsaved]
    (.end-bar display)
    (setv end (if unsaved
      "stopped immediately; training since the last save is lost"
      "stopped; nothing was changed"))
    (os.write stderr (.encode f"\n{(program)}: {end}\n")))
  (try
    (setv model (with [_ (watching farewell)  _ (own-process)]
      (train-model (.but flags :path path) display)))
    (unless (follower?)
      (_say-if-large path model display)
      (.say display (_how-to-generate path model))
      (when (still-improving? model.history model.settings.validation)
        (.say display (_how-to-improve flags model))))
    (except [error Interrupted]
      (unless (follower?)
        (setv again (shlex.join (gfor word (cut sys.argv 1 None) :if (!= word "--restart") word)))
        (warn f"\nTraining stopped; model saved. To resume: {(command)} {again}")
        (setv model (load-checkpoint path :warn warn))
        (warn (_how-to-generate path model)))
      (+ 128 error.number))))


(defn _say-if-large [path model display]
  "Say that the file of `model` at `path` is large, and how to get a small one."
  (setv file (model-path path))
  (when (> (os.path.getsize file) LARGE-FILE)
    (.say display (+ f"{file} has {(size-in-words file)}, as it can be trained further; for a "
      f"copy of about {(/ (* 2 model.weight-count) MB) :.0f} MB to share: "
      f"{(command)} --export small.h5{(_named path)}"))))


(defn _how-to-improve [flags model]
  "Return the line on training `model` further by the command that has just trained it."
  (setv changes [
    #* (if flags.restart ["without --restart"] [])
    ;; Epochs on the same text are counted, except in a run with --minutes.
    #* (if flags.minutes [] [f"with --epochs {(+ 9 (len (entries-on model.history)))}"])])
  (+ "still improving; the same command " (.join " and " changes) (if changes " " "")
    "trains it further"))


(defn _named [path]
  "Return the flag that names the model at `path`, unless it is the default, after a space."
  (if (= path (. (get SETTINGS "path") default)) "" f" {(flag "--model" path)}"))


(defn _how-to-generate [path model]
  #[[Return the line with the command that generates text with `model`, a `Checkpoint` at `path`.

  Of a list it generates new items, with a model of a chat it converses. Other text begins with its
  seed text, or with the first unit of the training text.]]
  (setv
    named (_named path)
    people (people-of model))
  (when model.settings.items
    (setv [words new] (if model.items ["ten new ones" " --new"] ["ten items" ""]))
    (return f"Generate {words}: {(command)} --generate '' --samples 10{new}{named}"))
  (when people
    (return f"Talk with it as {(get (roles people) 0)}: {(command)} --interactive{named}"))
  (setv seed (next
    (gfor
      text [model.facts.seed-text (.strip model.facts.beginning)]
      :if (and text (.isprintable text) (not (get (.encode-seed model.vocabulary text) 1)))
      text)
    ""))
  f"Generate text with: {(command)} {(flag "--generate" seed)} --length {TO-SHOW}{named}")
