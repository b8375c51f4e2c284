"What a model file holds, on one screen: `--info`."

(import
  contextlib [suppress]
  textwrap [wrap]
  lstm-textgen.basics.terminal [spaces-shown visible]
  lstm-textgen.basics.values [counted]
  lstm-textgen.cli.flags [warn]
  lstm-textgen.cli.streams [size-in-words]
  lstm-textgen.learning.bases [stem]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.modelfile.places [find-model]
  lstm-textgen.pages.report [duration-in-words]
  lstm-textgen.writing.history [describe-kept text-length])

(setv
  WIDTH 80    ; columns
  INDENT 12   ; of them for the names
  SHOWN 80)   ; units of the vocabulary


(defn show-info [flags]
  "Print what the model that `flags` name holds; return the exit status."
  (setv
    [path] flags.models
    model (load-checkpoint path :resume True :warn warn))
  (with [_ (suppress BrokenPipeError)]  ; nobody reads on
    (for [[name value] (.items (about-model (find-model path) model))  :if value]
      (for [[k line] (enumerate (wrap (visible value) (- WIDTH INDENT)))]
        (print f"{(if k "" name) :<{INDENT}}{line}" :flush True))))
  0)


(defn about-model [path model]
  "Return what there is to say of `model`, the `Checkpoint` in the file `path`: a dict of texts."
  (setv
    [settings history] [model.settings model.history]
    seconds (lfor entry history :if (in "seconds" entry) (get entry "seconds")))
  { "file" f"{path}, {(size-in-words path)}, with{(if model.resume "" "out")} training state"
    #** (if history
      { "text" f"{(text-length history) :,} {settings.unit}, {(counted (len history) "epochs")}"
        "loss" f"{(describe-kept history)} per {model.vocabulary.singular}"}
      {})
    "network" f"{settings.layers}, {model.weight-count :,} weights"
    "base" (when settings.base (stem settings.base))
    "vocabulary" (+ f"{(len model.vocabulary) :,} {settings.unit}: "
      (.join " " (map spaces-shown (cut model.vocabulary.units SHOWN)))
      (if (> (len model.vocabulary) SHOWN) " …" ""))
    "settings" (+ f"lookback {settings.lookback}, batch size {settings.batch-size}, "
      f"learning rate {settings.learning-rate :g}, temperature {settings.temperature}"
      (if settings.lower ", lower case" ""))
    "training" (when seconds (duration-in-words (sum seconds) (len seconds)))
    "machine" (when history (.get (get history -1) "machine"))})
