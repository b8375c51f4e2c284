"Where a model is: its file, its folder, and the models that ship with this program."

(eval-when-compile (require hyrule [unless]))
(import
  os.path [realpath]
  pathlib [Path]
  tempfile [TemporaryFile]
  lstm-textgen.modelfile.replacing [backup-path locked refuse-read-only saving temporary-paths])

(setv SHIPPED (/ (. (Path __file__) parent parent) "models"))


(defn model-path [path [setting "path"]]
  #[[Return the file that `path` means.

  `model` and `model.h5` are the same model, and a symbolic link is the file that it leads to.
  Raise `ValueError`, naming the `setting`, if it can be no file.]]
  (setv path (Path path))
  (when (in path.name ["" ".."])
    (raise (ValueError f"`{setting}`: '{path}' names no file")))
  (unless (= path.suffix ".h5")
    (setv path (.with-name path (+ path.name ".h5"))))
  (if (.is-symlink path) (Path (realpath path)) path))


(defn find-model [path [setting "path"]]
  #[[Return the file to read that `path` means.

  A bare name is also looked for among the models that ship with the program, such as `english`;
  a model of yours with the same name comes first. Raises as `model-path`.]]
  (setv
    own (model-path path setting)
    shipped (/ SHIPPED own.name)
    bare (= (. (Path path) name) (str path)))
  (if (and bare (.exists shipped) (not (.exists own)) (not (.exists (backup-path own))))
    shipped
    own))


(defn lock-model [path]
  #[[Keep the model at `path` for this run: no other one can train it while this is entered.

      (with [_ (lock-model "model")]
        (train))

  Raise `OSError` with the other process's number if it is being trained already.]]
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
  (when (.exists path)
    (refuse-read-only path)))


(defn sweep [path]
  "Remove the unfinished files that runs which died have left beside the model at `path`."
  (setv path (model-path path))
  (with [_ (saving path)]
    (for [stray (temporary-paths path)]
      (.unlink stray :missing-ok True))))
