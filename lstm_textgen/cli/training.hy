"The command line's training, and its import of old models."

(import
  os
  sys
  lstm-textgen.checkpoint [check-writable lock-model model-path save-checkpoint]
  lstm-textgen.cli.flags [as-flags program quoted]
  lstm-textgen.interrupts [Interrupted]
  lstm-textgen.oldmodels [import-model]
  lstm-textgen.recipes [load-recipe]
  lstm-textgen.report.display [make-report]
  lstm-textgen.settings [settings-in]
  lstm-textgen.textmodel [train :as train-model])

(setv NO-GPU {"CUDA_VISIBLE_DEVICES" "-1"  "JAX_PLATFORMS" "cpu"})


(defn train [flags]
  "Train as the `flags` say; return the exit status."
  (when (.value flags "cpu")
    (.update os.environ NO-GPU))
  (setv
    [path] flags.models
    recipe (when (in "recipe" flags.given) (load-recipe (.value flags "recipe")))
    names (lfor s (settings-in "c") :if (in "t" s.places) s.name)
    options (.chosen flags #* (gfor name names :if (not-in name ["path" "recipe" "sources"]) name))
    report (make-report (.value flags "quiet") as-flags))
  (try
    (train-model (.value flags "sources") path :recipe recipe :report report #** options)
    (.say report f"To write with it: {(_writing path)}")
    0
    (except [error Interrupted]
      (_say-stopped path)
      (+ 128 error.number))))


(defn _writing [path]
  "Return the command that writes with the model at `path`."
  (setv model (if (= path "model") "" f" --model {(quoted path)}"))
  f"{(program)} --generate heylo{model}")


(defn _say-stopped [path]
  "Say on standard error where a run stands that was stopped, and how it resumes."
  (setv again (.join " " (gfor
    word (cut sys.argv 1 None)
    :if (!= word "--restart")
    (quoted word))))
  (print :file sys.stderr (+ f"\nStopped, and saved. To resume: {(program)} {again}\n"
    f"To write with it: {(_writing path)}")))


(defn import-old [flags]
  #[[Make a model from the old one that `flags` name; return the exit status.

  An existing model is replaced only with --restart.]]
  (setv
    [name] flags.models
    path (model-path name))
  (check-writable path)
  (with [_ (lock-model path)]
    (when (and (.exists path) (not (.value flags "restart")))
      (raise (ValueError (+ f"{path}: this model exists already; give another `path`, "
        "or `restart` to replace it"))))
    (setv model (import-model (.value flags "import") (.value flags "alphabet")))
    (save-checkpoint model path))
  (print f"{path}: {(len model.vocabulary)} characters, layers {model.settings.layers}")
  (print f"To write with it: {(_writing name)}")
  0)
