"Where a model is: its file, its folder, and the models that ship with this program."

(eval-when-compile (require hyrule [unless]))
(import
  os [fspath]
  os.path [basename realpath]
  pathlib [Path]
  tempfile [TemporaryFile]
  lstm-textgen.basics.files [locked refuse-read-only saving temporary-paths])

(setv
  SHIPPED (/ (. (Path __file__) parent parent) "models")
  BACKUP ".h5.bak")


(defn model-path [path [setting "path"]]
  #[[Return the file that `path` means.

  `model` and `model.h5` are the same model, `model.h5.bak` is its backup, and a symbolic link is
  the file that it leads to. Raise `ValueError`, naming the `setting`, if it can be no file.]]
  (setv path (Path path))
  (when (in path.name ["" ".."]) (raise (ValueError f"`{setting}`: '{path}' names no file")))
  (unless (or (= (.lower path.suffix) ".h5") (.endswith path.name BACKUP))
    (setv path (.with-name path (+ path.name ".h5"))))
  (if (.is-symlink path) (Path (realpath path)) path))


(defn find-model [path [setting "path"]]
  #[[Return the file to read that `path` means; raise as `model-path` does.

  `english` always means the model of that name that ships with us, `./english.h5` a file.]]
  (or (_shipped path) (model-path path setting)))


(defn own-path [path]
  "Return the file to save a model in that `path` means; raise `ValueError` if it can't be one."
  (when (_shipped path)
    (raise (ValueError (+ f"`path`: {path} is a model that comes with the program; to save one of "
      f"your own under that name, give ./{(. (Path path) stem)}.h5"))))
  (when (.endswith (fspath path) BACKUP)
    (raise (ValueError f"`path`: {path} is a backup; give another file")))
  (when (= (. (Path path) suffix) ".keras")
    (raise (ValueError (+ "`path`: a model is saved as .h5, which Keras opens too; "
      f"give {(.with-suffix (Path path) ".h5")}, not {path}"))))
  (setv own (model-path path))
  (if (_shipped own) (.absolute own) own))  ; a `Path` forgets ./


(defn _shipped [path]
  "Return the file of the model that ships under the name `path`, or None if none does."
  (setv
    name (.removesuffix (fspath path) ".h5")
    file (/ SHIPPED f"{name}.h5"))
  (when (and name (= name (basename name)) (.exists file)) file))


(defn lock-model [path]
  "Keep the model at `path` for this run while this is entered; raise `OSError` as `locked` does."
  (locked (model-path path)))


(defn check-writable [path]
  "Raise `OSError` now, rather than after the first epoch, if the model at `path` can't be saved."
  (setv
    path (model-path path)
    folder (. (.absolute path) parent))
  (unless (.is-dir folder)
    (raise (FileNotFoundError 2 "there is no such folder to save the model in" (str folder))))
  (try
    (with [_ (TemporaryFile :dir folder)])
    (except [error OSError]
      (raise (OSError
        f"{folder}: a model can't be saved there: {error.strerror}; give another `path`")
        :from error)))
  (when (.exists path) (refuse-read-only path)))


(defn sweep [path]
  "Remove the unfinished files that runs which died have left beside the model at `path`."
  (setv path (model-path path))
  (with [_ (saving path)]
    (for [stray (temporary-paths path)] (.unlink stray :missing-ok True))))
