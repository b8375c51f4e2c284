#[[Output files of texts and pages: never over input files, and never partial.

A rename gives such a file its name when it is complete. An existing file stays until then, and
permanently if anything fails.]]

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [contextmanager suppress]
  importlib.util [find-spec]
  os
  pathlib [Path]
  re
  secrets
  shutil
  signal
  lstm-textgen.basics.files [naming-errors refuse-read-only replacing]
  lstm-textgen.basics.interrupts [SIGNALS Stopper]
  lstm-textgen.modelfile.checkpoint [Checkpoint backup-path load-checkpoint]
  lstm-textgen.modelfile.hdf5 [SIGNATURE]
  lstm-textgen.modelfile.places [model-path]
  lstm-textgen.prep [default-prep lower]
  lstm-textgen.text.corpus [cut-at-space fingerprint ids-of]
  lstm-textgen.text.files [find-paths read-pieces])

(setv
  ;; How a page, safetensors, the JSON beside it, a tokenizer's, and ONNX (whose field 2 is the
  ;; producer) begin if this program made them.
  OURS (re.compile rb"(?sx)
    <!DOCTYPE\ html>.{,99}<meta\ name=\"generator\"\ content=\"lstm_textgen
    | .{8}\{\"__metadata__\":\{\"program\":\"lstm_textgen
    | \{\s*(?:\"decoder\":\ \{\s*)?\"program\":\ \"lstm_textgen
    | .{,9}\x12\x0clstm_textgen")
  MODEL (re.compile (re.escape SIGNATURE))
  TABLE (re.compile b"epoch,learning_rate,loss_bits")  ; of losses
  BEGINNING 200)  ; bytes that are enough to tell


;; * Before anything is done

(defn check-run-outputs [run]
  "Raise an error if an output of `run` (a `Request`) would replace an input or can't be written."
  (check-model-apart run.path run.sources)
  (setv folders (if (and run.recipe run.recipe.folder) [run.recipe.folder] []))
  (for [[name path] [["csv" run.csv] ["report" run.report]]  :if path]
    (check-output name path run.sources [run.path] run.overwrite folders))
  (when (and run.csv run.report (= (os.path.realpath run.csv) (os.path.realpath run.report)))
    (raise (ValueError f"`csv` and `report` are the same file, {run.csv}; give two")))
  (when run.tensorboard (check-log-folder run.tensorboard)))


(defn check-model-apart [path sources]
  "Raise `ValueError` if saving a model at `path` would overwrite one of the files `sources`."
  (check-apart "path" [path (backup-path path)] (lfor
    source sources
    :if (or (= source "-") (hasattr source "read") (os.path.isfile source))
    source)))


(defn check-output [name path sources models [overwrite False] [folders #()]]
  #[[Raise `ValueError` or `OSError` unless the file at `path` can be written safely.

  `name` is the setting that gave it; `sources` are the inputs (paths, patterns, `-`, open files; a
  bare name is also looked up in `folders`), `models` the models in use: paths or `Checkpoint`s. A
  nonempty file that this program didn't make is replaced only with `overwrite`; a source, a model
  or a text that one of `models` learned from never is.]]
  (check-apart name [path] sources folders)
  (setv real (Path (os.path.realpath path)))
  (for [path-or-model models  :if (not (isinstance path-or-model Checkpoint))
        :setv model (model-path path-or-model)
        [file kind] [[model "the model in use"] [(backup-path model) "its backup"]]]
    (when (or (= real (Path (os.path.realpath file))) (_same-file? path file))
      (_refuse-overwriting name path kind)))
  (when (_written-directly? path) (return))
  (when (.is-dir real) (raise (IsADirectoryError 21 "this is a folder, not a file" path)))
  (_check-folder-of real)
  (when (.exists real)
    (refuse-read-only real)
    (when (begins-as? real MODEL) (_refuse-overwriting name path "a model"))
    (unless (or (= (. (.stat real) st-size) 0) (begins-as? real OURS TABLE))
      (unless overwrite
        (raise (ValueError (+ f"`{name}` {path} already exists; give another file, "
          "or `overwrite` to replace it"))))
      (when (any (gfor model models (learned-from? model (str real))))
        (_refuse-overwriting name path "a text that the model learned from")))))


(defn learned-from? [model path]
  #[[Return whether `model`, a `Checkpoint` or a path, learned from the text of the file at `path`.

  That is not known of a text that was one of several or prepared by steps of its own.]]
  (with [_ (suppress OSError TypeError ValueError)]  ; of no model, no text, or one it can't encode
    (unless (isinstance model Checkpoint)
      (setv model (load-checkpoint model :warn (fn [line]))))
    (setv
      pieces (map default-prep (cut-at-space (read-pieces [path] model.settings.encoding)))
      ids (ids-of (if model.settings.lower (map lower pieces) pieces) model.vocabulary)
      known (sfor entry model.history (get entry "text")))
    (return (any (gfor
      text known
      :setv length (int (get (.split text ":") 0))
      (= text (fingerprint (get ids (slice length))))))))
  False)


(defn check-apart [name paths sources [folders #()]]
  "Raise `ValueError` if one of the files at `paths` is an input (see `check-output`)."
  (for [path paths
        :if (os.path.isfile path)
        file (_files-read sources folders)
        :if (_same-file? path file)]
    (_refuse-overwriting name path (cond
      (= file 0) "standard input"
      (or (= file path) (isinstance file int)) "an input"
      True f"{file}, an input"))))


(defn _refuse-overwriting [name path what]
  "Raise `ValueError`: the setting `name` would destroy `what` at `path`."
  (raise (ValueError f"`{name}` {path} would overwrite {what}; give another file")))


(defn _files-read [sources folders]
  "Yield the path of each input file of `sources`, or an open file's number."
  (for [source sources]
    (cond
      (= source "-") (yield 0)
      (hasattr source "read")
        (with [_ (suppress OSError AttributeError)]  ; a text in memory has none
          (yield (.fileno source)))
      (not-in "://" (os.fsdecode source))
        (for [path (find-paths (os.fsdecode source) folders)]
          (yield path)
          (for [[folder _ names] (os.walk path)  name names]
            (yield (os.path.join folder name)))))))


(defn _same-file? [path other]
  "Return whether two paths, or numbers of open files, are the same file."
  (with [_ (suppress OSError)] (return (os.path.samefile path other)))  ; no such file
  False)


(defn begins-as? [path #* patterns]
  "Return whether there is a file at `path` that begins with one of `patterns`."
  (with [_ (suppress FileNotFoundError)  file (open path "rb")]
    (setv beginning (.read file BEGINNING))
    (return (any (gfor pattern patterns (.match pattern beginning)))))
  False)


(defn check-log-folder [path]
  #[[Raise `OSError` unless `path` is or can be a folder for TensorBoard's logs.

  Raise `ImportError` if a package is missing.]]
  (for [package ["tensorflow" "tensorboard"]]
    (unless (find-spec package)
      (raise (ImportError f"`tensorboard` needs the package {package}: pip install {package}"))))
  (setv
    whole (Path path)
    place (next (gfor p [whole #* whole.parents] :if (os.path.lexists p) p)))  ; that exists
  (unless (.is-dir place)
    (raise (NotADirectoryError 20 "this is a file, not a folder" (str place))))
  (unless (os.access place os.W-OK)
    (raise (PermissionError 13 "this folder is not writable" (str place)))))


(defn check-folder [name path ours?]
  #[[Raise `ValueError` or `OSError` unless a folder can be created at `path` (setting `name`).

  An existing one is replaced only if `ours?` (a function of its `Path`) is true.]]
  (setv real (Path (os.path.realpath path)))
  (cond
    (and (.exists real) (not (.is-dir real)))
      (raise (NotADirectoryError 20 "this is a file, not a folder" (str path)))
    (and (.is-dir real) (not (ours? real)))
      (raise (ValueError f"`{name}` {path} is a folder with other files; give a new folder")))
  (_check-folder-of real))


(defn _check-folder-of [real]
  "Raise `OSError` unless `real` can be created in its folder."
  (cond
    (not (.is-dir real.parent))
      (raise (FileNotFoundError 2 "there is no such folder" (str real.parent)))
    (not (os.access real.parent os.W-OK))
      (raise (PermissionError 13 "this folder is not writable" (str real.parent)))))


(defn _written-directly? [path]
  "Return whether `path` is a pipe, a device or a standard stream, never replaced by a rename."
  (or
    (is-not (_standard-stream path) None)
    (and (os.path.exists path) (not (os.path.isfile path)) (not (os.path.isdir path)))))


(defn _standard-stream [path]
  "Return the number of the standard stream that `path` is, such as `/dev/stdout`, or None."
  (next (gfor number [1 2] :if (_same-file? path number) number) None))


;; * Writing

(defn [contextmanager] open-output [path [binary False]]
  #[[Open the file at `path` for writing, in text mode or, if `binary`, in binary mode.

  Meanwhile SIGTERM, like Ctrl-C, raises `KeyboardInterrupt`: if the caller handles it the output
  is kept, otherwise discarded. Raise `OSError` that names the file if it can't be written.]]
  (setv [flag options] (if binary ["b" {}] ["" {"encoding" "utf-8"  "errors" "replace"}]))
  (if (_written-directly? path)
    (do
      (setv number (_standard-stream path))  ; a stream's file is appended to, not replaced
      (with [_ (naming-errors path)
             file (open (if (is number None) path (os.dup number)) f"w{flag}" #** options)]
        (yield file)))
    (with [new (_replacement path)  file (open new f"x{flag}" #** options)] (yield file))))


(defn [contextmanager] open-folder [path]
  "Yield a new folder (a `Path`), which replaces that at `path` like a file in `open-output`."
  (with [new (_replacement path)]
    (.mkdir new)
    (yield new)))


(defn [contextmanager] _replacement [path]
  "Yield the path of a new file or folder, which replaces that at `path` at the end."
  (setv
    place (Path (os.path.realpath path))
    token (secrets.token-hex 8)
    [new old] (gfor kind ["tmp" "old"] (.with-name place f".{token}.{kind}")))
  (defn set-aside []
    (when (.is-dir place) (os.rename place old)))  ; a folder can't be renamed over another
  (with [_ (naming-errors path)  _ (_Stoppable)]
    (try
      (with [_ (replacing place new set-aside)] (yield new))
      (finally
        (when (and (.exists old) (not (.exists place))) (os.rename old place))
        (shutil.rmtree old :ignore-errors True)))))


(defclass _Stoppable [Stopper]
  "While inside, signals that would end the program raise `KeyboardInterrupt`."

  (defn __init__ [self]
    (.__init__ (super)
      (lfor number SIGNALS :if (= (signal.getsignal number) signal.SIG-DFL) number)))

  (defn note [self number frame]
    (raise KeyboardInterrupt)))
