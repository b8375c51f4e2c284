"The command line's training, and its import of old models."

(eval-when-compile (require hyrule [unless]))
(import
  os
  shlex
  sys
  lstm-textgen.basics.interrupts [Interrupted]
  lstm-textgen.basics.values [counted]
  lstm-textgen.cli.flags [as-flags command flag warn]
  lstm-textgen.cli.streams [page-written]
  lstm-textgen.learning.learner.choice [choose-freely]
  lstm-textgen.learning.learner.machines [follower?]
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.modelfile.oldmodels [import-model]
  lstm-textgen.modelfile.outputs [check-model-apart]
  lstm-textgen.modelfile.places [check-writable lock-model own-path]
  lstm-textgen.report [make-report]
  lstm-textgen.settings.table [settings-in]
  lstm-textgen.textmodel [train :as train-model])

(setv
  NO-GPU {"CUDA_VISIBLE_DEVICES" "-1"  "JAX_PLATFORMS" "cpu"  "KERAS_TORCH_DEVICE" "cpu"}
  SEED "heylo")  ; to write from, if the model knows it


;; * Training

(defn train [flags]
  "Train as the `flags` say; return the exit status."
  (when (.value flags "cpu")
    (.update os.environ NO-GPU))
  (choose-freely)
  (setv
    [path] flags.models
    names (sfor s (settings-in "train") :if (in s (settings-in "cli")) s.name)
    options (.chosen flags #* (- names #{"path"}))
    page (.value flags "report")
    report (make-report (.value flags "quiet") as-flags))
  (try
    (setv model (train-model :path path :display report #** options))
    (unless (follower?)
      (when page (.say report (page-written page)))
      (.say report f"Generate text with: {(_writing path model.checkpoint)}"))
    0
    (except [error Interrupted]
      (unless (follower?) (_say-stopped path))
      (+ 128 error.number))))


(defn _writing [path model]
  "Return the command that writes with the `model` (a `Checkpoint`) at `path`, from what it knows."
  (setv seed (next
    (gfor
      text [SEED (.strip model.settings.beginning)]
      :if (and (.isprintable text) (not (get (.encode-seed model.vocabulary text) 1)))
      text)
    ""))
  (+ f"{(command)} {(flag "--generate" seed)}"
    (if (= path "model") "" f" {(flag "--model" path)}")))


(defn _say-stopped [path]
  "Say on standard error where a run stands that was stopped, and how it resumes."
  (setv again (shlex.join (gfor word (cut sys.argv 1 None) :if (!= word "--restart") word)))
  (warn f"\nTraining stopped; model saved. To resume: {(command)} {again}" :spell str)
  (warn f"Generate text with: {(_writing path (load-checkpoint path :warn warn))}" :spell str))


;; * Old models

(defn import-old [flags]
  #[[Make a model from the old one that `flags` name; return the exit status.

  An existing model is replaced only with --restart.]]
  (setv
    [name] flags.models
    path (own-path name)
    [old alphabet] (.values (.chosen flags "import" "alphabet"))
    report (make-report (.value flags "quiet") as-flags))
  (check-model-apart path [old alphabet])
  (check-writable path)
  (with [_ (lock-model path)]
    (when (and (.exists path) (not (.value flags "restart")))
      (raise (ValueError (+ f"{path}: this model exists already; give another `path`, "
        "or `restart` to replace it"))))
    (setv model (import-model old alphabet))
    (save-checkpoint model path))
  (setv units (counted (len model.vocabulary) model.vocabulary.unit))
  (.say report f"{path}: {units}, layers {model.settings.layers}")
  (.say report f"Generate text with: {(_writing name model)}")
  0)
