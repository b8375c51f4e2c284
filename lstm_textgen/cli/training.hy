"The command line's training and import of old models."

(eval-when-compile (require hyrule [unless]))
(import
  os
  shlex
  sys
  lstm-textgen.basics.files [locked remove-lock]
  lstm-textgen.basics.interrupts [Interrupted watching]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [counted]
  lstm-textgen.cli.flags [command flag models-of page-written program warn]
  lstm-textgen.display [make-display]
  lstm-textgen.learning.learner.machines [follower?]
  lstm-textgen.learning.runs [train-model]
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.modelfile.oldmodels [import-model]
  lstm-textgen.modelfile.outputs [check-model-apart]
  lstm-textgen.modelfile.places [check-writable own-path]
  lstm-textgen.settings.table [SETTINGS as-flags])

(setv TO-SHOW 300)  ; units of the text that a run's last line generates


(defn train [flags]
  "Train by the `flags`; return the exit status if a signal stopped it."
  (when flags.cpu
    (.update os.environ :CUDA-VISIBLE-DEVICES "-1" :JAX-PLATFORMS "cpu" :KERAS-TORCH-DEVICE "cpu"))
  (setv
    [path] (models-of flags)
    file (own-path path)
    display (make-display flags.quiet as-flags))
  (defn farewell [stderr unsaved]
    (remove-lock file)
    (.end-bar display)
    (setv end (if unsaved
      "stopped immediately; training since the last save is lost"
      "stopped; nothing was changed"))
    (os.write stderr (.encode f"\n{(program)}: {end}\n")))
  (try
    (setv model (with [_ (watching farewell)] (train-model (.but flags :path path) display True)))
    (unless (follower?)
      (when flags.report (.say display (page-written flags.report)))
      (.say display (_how-to-generate path model)))
    (except [error Interrupted]
      (unless (follower?)
        (setv again (shlex.join (gfor word (cut sys.argv 1 None) :if (!= word "--restart") word)))
        (warn f"\nTraining stopped; model saved. To resume: {(command)} {again}")
        (setv model (load-checkpoint path :warn warn))
        (warn (_how-to-generate path model)))
      (+ 128 error.number))))


(defn _how-to-generate [path model]
  #[[Return the line with the command that generates text with `model`, a `Checkpoint` at `path`.

  Of a list it generates new items. Other text begins with a person of a chat, whom others answer,
  or else with its seed text, or with the first unit of the training text.]]
  (setv named (if (= path (. (get SETTINGS "path") default)) "" f" {(flag "--model" path)}"))
  (when model.settings.items
    (setv [words new] (if model.items ["ten new ones" " --new"] ["ten items" ""]))
    (return f"Generate {words}: {(command)} --generate '' --samples 10{new}{named}"))
  (setv
    facts model.facts
    people (or facts.people [])
    speaker (if (> (len people) 1) f"{(get people 0)}:" "")
    seed (next
      (gfor
        text [speaker facts.seed-text (.strip facts.beginning)]
        :if (and text (.isprintable text) (not (get (.encode-seed model.vocabulary text) 1)))
        text)
      "")
    stop (if (and seed (= seed speaker)) f" {(flag "--stop" speaker)}" ""))
  f"Generate text with: {(command)} {(flag "--generate" seed)}{stop} --length {TO-SHOW}{named}")


(defn import-old [flags]
  "Convert the old model that `flags` name; replace a model only with --restart."
  (setv
    [name] (models-of flags)
    path (own-path name)
    [old alphabet] (.values (.chosen flags "import" "alphabet"))
    display (make-display flags.quiet as-flags))
  (check-model-apart path [old alphabet])
  (check-writable path)
  (with [_ (locked path)]
    (when (and (.exists path) (not flags.restart))
      (refuse f"{path} already exists; give another " 'path ", or " 'restart " to replace it"))
    (setv model (import-model old alphabet))
    (save-checkpoint model path))
  (setv units (counted (len model.vocabulary) model.vocabulary.unit))
  (.say display f"{path}: {units}, layers {model.settings.layers}")
  (.say display (_how-to-generate name model)))
