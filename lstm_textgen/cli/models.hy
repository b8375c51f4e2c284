"What the command line does with a model besides text: information, export."

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [suppress]
  datetime [date]
  os
  pathlib [Path]
  textwrap [wrap]
  lstm-textgen.basics.files [backup-path permissions]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.terminal [spaces-shown visible]
  lstm-textgen.basics.values [clip counted]
  lstm-textgen.cli.flags [models-of opened size-in-words warn]
  lstm-textgen.display [make-display]
  lstm-textgen.display.plain [duration]
  lstm-textgen.modelfile.checkpoint [copy-to-share file-image load-checkpoint
    save-checkpoint]
  lstm-textgen.modelfile.history [describe-kept entries-on kept-entry loss-of
    recorded text-length]
  lstm-textgen.modelfile.outputs [check-output]
  lstm-textgen.modelfile.places [bases find-model own-path]
  lstm-textgen.pages.imported [models-on-page]
  lstm-textgen.settings.table [as-flags]
  lstm-textgen.text.items [FINGERPRINT])

(setv
  UNITS-LISTED 80  ; units of the vocabulary
  COLUMNS ["model" "text" "bits" "size" "saved" "base"])  ; of a list of models


(defn show-info [flags]
  "Print what the model that `flags` name contains, or a line for each model of a folder."
  (setv
    [path] (models-of flags)
    models (_models-in flags path)
    model (unless models (load-checkpoint path :resume True :warn warn)))
  (with [_ (suppress BrokenPipeError)]  ; the reader has left
    (when models
      (_print-table [COLUMNS #* (map _in-short models)])
      (return))
    (for [[name value] (_facts (find-model path) model)  :if value]
      (for [[k line] (enumerate (wrap (visible value) 68))]  ; 80 columns, 12 of them for the name
        (print f"{(if k "" name) :<12}{line}" :flush True)))))


(defn _models-in [flags path]
  #[[Return the model files of the folder at `path`; empty if `path` is a model.

  If `flags` name none, and the default isn't there, the folder is this one.]]
  (if (or (os.path.isfile path) (os.path.isfile f"{path}.h5") (in path (bases)))
    []
    (do
      (setv
        folder (if (in "path" flags) path ".")
        models (sorted (.glob (Path folder) "*.h5")))
      (when (and (in "path" flags) (os.path.isdir folder) (not models))
        (refuse 'path f": the folder {path} contains no model, a file that ends in .h5"))
      models)))


(defn _in-short [file]
  "Return a row of `COLUMNS` about the model in `file`, a `Path`."
  (setv [size saved] [
    (size-in-words file)
    (str (date.fromtimestamp (. (.stat file) st-mtime)))])
  (try
    (setv model (load-checkpoint file :warn (fn [line])))
    (except [[ValueError OSError]]
      (return [file.name "(can't be read)" "" size saved ""])))
  (setv entry (kept-entry model.history))
  [ file.name
    (or model.facts.title "")
    (if entry f"{(loss-of entry) :.3f}" "")
    size
    saved
    (if model.facts.base (.in-words model.facts.base) "")])


(defn _print-table [rows]
  "Print `rows` of texts, each column as wide as its longest cell."
  (setv widths (lfor column (zip #* rows) (max (map len column))))
  (for [row rows]
    (print (.rstrip (visible (.join "  " (map (fn [cell width] (.ljust cell width)) row widths))))
      :flush True)))


(defn _facts [path model]
  #[[Return the facts about `model`, the `Checkpoint` in the file `path`: pairs of texts.

  Each text that it was trained on has its length, epochs and loss, the last one last.]]
  (setv
    [settings history] [model.settings model.history]
    seconds (recorded history "seconds")
    ;; By their last epochs: a dict keeps the place of a key's first entry.
    texts (list (dict.fromkeys (gfor entry (reversed history) (get entry "text")))))
  [ #( "file"
      f"{path}, {(size-in-words path)}, with{(if model.resume "" "out")} training state")
    #* (gfor
      text (reversed texts)
      :setv entries (entries-on history text)
      pair [
        #( "text"
          f"{(text-length entries) :,} {settings.unit}, {(counted (len entries) "epochs")}")
        #("loss" f"{(describe-kept entries)} per character")]
      pair)
    #("items" (_list-in-words model))
    #("network" f"{settings.layers}, {model.weight-count :,} weights")
    #("base" (when model.facts.base (.in-words model.facts.base)))
    #( "vocabulary" (+ f"{(len model.vocabulary) :,} {settings.unit}: "
      (.join " " (map spaces-shown (cut model.vocabulary.units UNITS-LISTED)))
      (if (> (len model.vocabulary) UNITS-LISTED) " …" "")))
    #( "settings" (+ f"lookback {settings.lookback}, batch size {settings.batch-size}, "
      f"learning rate {settings.learning-rate :g}, temperature {settings.usual-temperature}"
      (if settings.lower ", lower case" "")))
    #( "training" (when seconds
      (+ f"{(duration (sum seconds))} for {(counted (len seconds) "epochs")}, "
        f"{(/ (sum seconds) (len seconds)) :,.1f} s each")))
    #("machine" (when history (.get (get history -1) "machine")))])


(defn _list-in-words [model]
  "Return what the list of `model` holds, in words; None for a model without items."
  (setv [settings facts] [model.settings model.facts])
  (when settings.items
    (setv known (// (len model.items) FINGERPRINT))
    (+ (if known
        (counted known f"different {settings.items}s")
        f"{settings.items}s without fingerprints")
      (if facts.longest-item f" of up to {facts.longest-item :,} {settings.unit}" "")
      (if facts.median-item f", half of them at most {facts.median-item :,}" ""))))


(defn export [flags]
  "Write a small copy of the model that `flags` name, to share."
  (setv
    path flags.export
    [model] (models-of flags))
  (unless (.endswith (.lower path) ".h5")
    (refuse 'export f": {path} must end in .h5, the format of this program and of Keras"))
  (check-output 'export path [] [model] flags.overwrite)
  (setv image (file-image (copy-to-share (load-checkpoint model :warn warn))))
  (with [out (opened path)]
    (when (and (isinstance out.name str) (os.path.isfile out.name))  ; neither a stream nor a pipe
      (os.chmod out.name (permissions (find-model model))))  ; as few may read it as the model
    (.write out.buffer image))
  (when (os.path.isfile path)
    (.say (make-display flags.quiet as-flags) f"{path}: {(size-in-words path)}")))


(defn import-models [flags]
  "Save the models on the page that `flags` name, each as the next --model."
  (setv
    page flags.import-page
    paths (list (map own-path (models-of flags)))
    found (models-on-page page))
  (unless (= (len (set paths)) (len paths) (len found))
    (refuse f"{page} has {(counted (len found) "models")}: "
      (.join " and " (gfor [name _] found (clip name))) "; give each a " 'path))
  (for [path paths]
    (when (and (not flags.restart) (or (.exists path) (.exists (backup-path path))))
      (refuse f"{path} already exists; give another " 'path " or, to replace it, " 'restart)))
  (setv display (make-display flags.quiet as-flags))
  (for [[path [name model]] (zip paths found)]
    (save-checkpoint model path :mode (permissions page))
    (.say display f"{path}: {(size-in-words path)}")))
