#[[Output files: never over input files, and never partial.

A complete one gets its name by a rename. Until then, or if anything fails, an older file stays.]]

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [contextmanager suppress]
  os
  pathlib [Path]
  re
  shutil
  signal
  lstm-textgen.basics.files [file-digest naming-errors refuse-read-only replacing]
  lstm-textgen.basics.interrupts [SIGNALS catching-signals]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.modelfile.checkpoint [Checkpoint backup-path load-checkpoint]
  lstm-textgen.modelfile.hdf5 [HDF5-SIGNATURE]
  lstm-textgen.modelfile.places [model-path]
  lstm-textgen.text.files [find-paths])


;; * Before anything is done

(defn check-model-apart [path sources]
  "Raise `ValueError` if saving a model at `path` would overwrite one of the files `sources`."
  (setv files (lfor s sources :if (or (= s "-") (hasattr s "read") (os.path.isfile s)) s))
  (for [file [path (backup-path path)]] (_check-apart 'path file files)))


(defn check-output [name path sources models [overwrite False] [ours rb"\Z"] [folders #()]]
  #[[Raise `ValueError` or `OSError` unless the file at `path` can be written safely.

  `name` is the symbol of the setting that gave it; `sources` are the inputs (paths, patterns, `-`,
  open files; a bare name is also looked up in `folders`), `models` the models in use: paths or
  `Checkpoint`s. A nonempty file is replaced only if it begins as the writer's own do, by the
  pattern `ours`, or with `overwrite`; never a source, a model or a file that one of `models`
  learned from.]]
  (when (= path "-")
    (refuse name " - is no file; give one, such as /dev/stdout for standard output"))
  (_check-apart name path sources folders)
  (for [path-or-model models  :if (not (isinstance path-or-model Checkpoint))
        :setv model (model-path path-or-model)
        [file kind] [[model "the model in use"] [(backup-path model) "its backup"]]
        :if (or (= #* (map os.path.realpath [path file])) (_same-file? path file))]
    (_refuse-overwriting name path kind))
  (when (_special path) (return))
  (setv real (Path (os.path.realpath path)))
  (unless (.is-dir real.parent)
    (raise (FileNotFoundError 2 "there is no such folder" (str real.parent))))
  (when (.is-dir real) (raise (IsADirectoryError 21 "this is a folder, not a file" path)))
  (when (.exists real)
    (refuse-read-only real)
    (when (begins-as? real (re.escape HDF5-SIGNATURE)) (_refuse-overwriting name path "a model"))
    (unless (= (. (.stat real) st-size) 0)
      (unless (or overwrite (begins-as? real ours))
        (refuse name f" {path} already exists; "
          "give another file, or " 'overwrite " to replace it"))
      (when (any (gfor model models (_learned-from? model real)))
        (_refuse-overwriting name path "a file that the model learned from")))))


(defn _learned-from? [model path]
  "Return whether `model`, a `Checkpoint` or a path, learned from the file at `path`."
  (with [_ (suppress OSError TypeError ValueError)]  ; there is no such model
    (unless (isinstance model Checkpoint)
      (setv model (load-checkpoint model :warn (fn [line]))))
    (in (file-digest path) (or model.facts.digests []))))


(defn _check-apart [name path sources [folders #()]]
  "Raise `ValueError` if the file at `path` is an input (see `check-output`)."
  (when (os.path.isfile path)
    (for [file (_files-read sources folders)  :if (_same-file? path file)]
      (_refuse-overwriting name path (cond
        (= file 0) "standard input"
        (or (= file path) (isinstance file int)) "an input"
        True f"{file}, an input")))))


(defn _refuse-overwriting [name path what]
  (refuse name f" {path} would overwrite {what}; give another file"))


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
  (with [_ (suppress OSError)] (os.path.samefile path other)))  ; None: no such file


(defn begins-as? [path pattern]
  "Return whether there is a file, no pipe, at `path` that begins as `pattern` (bytes)."
  (when (os.path.isfile path)
    (with [file (open path "rb")] (re.match pattern (.read file 200)))))  ; enough bytes to tell


(defn _special [path]
  "Return the number of the standard stream that `path` is, a pipe or device itself, else None."
  (or
    (next (gfor number [1 2] :if (_same-file? path number) number) None)
    (when (and (os.path.exists path) (not (or (os.path.isfile path) (os.path.isdir path)))) path)))


;; * Writing

(defn [contextmanager] open-output [path]
  #[[Open the file at `path` for writing text (or bytes, to its `buffer`).

  Meanwhile SIGTERM, like Ctrl-C, raises `KeyboardInterrupt`: if the caller handles it the output
  is kept, otherwise discarded. Raise `OSError` that names the file if it can't be written.]]
  (setv special (_special path))  ; not renamed over; a stream's file is appended to
  (with [new (if special (naming-errors path) (_replacement path))
         file (open (or new (if (= special path) path (os.dup special))) (if new "x" "w")
           :encoding "utf-8" :errors "replace")]
    (yield file)))


(defn [contextmanager] _replacement [path]
  "Yield the `Path` for a new file, which replaces that at `path` as in `open-output`."
  (setv real (Path (os.path.realpath path)))
  (with [_ (naming-errors path)
         _ (catching-signals
           (lfor number SIGNALS :if (= (signal.getsignal number) signal.SIG-DFL) number)
           (fn [number frame] (raise (KeyboardInterrupt number))))
         new (replacing real)]
    (yield new)
    (when (.exists real) (shutil.copymode real new))))
