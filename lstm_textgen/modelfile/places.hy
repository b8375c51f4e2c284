"Where a model is: its file, its folder, and the installed bases."

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [suppress]
  difflib [get-close-matches]
  os [fsencode fspath sep]
  os.path [basename exists isdir isfile realpath]
  pathlib [Path]
  shutil
  tempfile [TemporaryFile]
  unicodedata [normalize]
  lstm-textgen.basics.files [backup-path refuse-read-only]
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [counted])

(setv
  SHIPPED (/ (. (Path __file__) parent parent) "models")
  ALIASES {  ; other names of bases that ship
    "deutsch" "german"  "français" "french"  "francais" "french"  "español" "spanish"
    "espanol" "spanish"}
  ADDED "lstm_textgen.bases"  ; the entry-point group in which other packages provide bases
  BACKUP ".h5.bak"
  MOST-NAME-BYTES 255)  ; bytes, of a file on Linux and macOS


(defn model-path [path [setting 'path]]
  #[[Return the file for the model `path`.

  `model` and `model.h5` are the same model, `model.h5.bak` is its backup, and a symbolic link is
  the file that it leads to. One with a shipped base's name gets its folder, as a `Path` forgets
  ./. Raise `ValueError`, naming the `setting`, if it can't be a file.]]
  (setv [given path] [(fspath path) (Path path)])
  (when (in path.name ["" ".."]) (refuse setting f": '{given}' names no file"))
  (when (.endswith given #("/" sep))
    (refuse setting f": {given} is a folder; give a file, such as {given}model"))
  (unless (or (= (.lower path.suffix) ".h5") (.endswith path.name BACKUP))
    (setv path (.with-name path (+ path.name ".h5"))))
  (cond
    (.is-symlink path) (Path (realpath path))
    (_shipped path) (.absolute path)
    True path))


(defn find-model [path [setting 'path]]
  #[[Return the file to read for the model `path`; raise as `model-path` does.

  `english` always means the model that comes with the program, `./english.h5` a file. Another
  package's base, and one in another spelling (`Deutsch`), is meant if there is no such file.]]
  (setv own (_regular-path path setting))
  (or
    (_shipped path)
    (when (or (.exists own) (.exists (backup-path own))) own)
    (.get (_added) (.removesuffix (fspath path) ".h5"))
    (_shipped (.casefold (normalize "NFC" (fspath path))))
    own))


(defn similar-model [path]
  "Return a hint at the model that `path`, where there is none, may misspell; empty if none does."
  (setv
    found (lfor file (.glob path.parent "*.h5") file.stem)
    near (get-close-matches path.stem  ; without the folder, which all of them have
      [#* found #* (if (= path.name (str path)) (bases) [])] :n 1))
  (if near f"did you mean {(/ path.parent (get near 0))}?" ""))


(defn bases []
  "Return a dict from the name of each installed base to its file, our own first."
  (setv shipped (dfor file (sorted (.glob SHIPPED "*.h5")) file.stem file))
  {#** shipped  #** (dfor [name file] (.items (_added)) :if (not-in name shipped) name file)})


(defn _added []
  #[[Return a dict from the names of other packages' bases to their files.

  An entry point `italian = package` stands for `italian.h5` in a package, which isn't imported.]]
  ;; Imported late: finding entry points takes 20 ms and more.
  (import importlib.metadata [entry-points]  importlib.util [find-spec])
  (setv files {})
  (for [entry (sorted (entry-points :group ADDED))]
    (with [_ (suppress ImportError ValueError)]  ; of an incomplete package
      (setv spec (find-spec entry.module))
      (for [folder (or (getattr spec "submodule_search_locations" None) [])]
        (setv file (/ (Path folder) f"{entry.name}.h5"))
        (when (.exists file) (setv (get files entry.name) file)))))
  files)


(defn own-path [path]
  "Return the file in which to save the model `path`; raise `ValueError` if it can't be one."
  (when (_shipped path)
    (refuse 'path f": {path} is a model that comes with the program; to save your "
      f"own under that name, give ./{(. (Path path) stem)}.h5"))
  (when (.endswith (fspath path) BACKUP)
    (refuse 'path f": {path} is a backup; give another file"))
  (when (= (. (Path path) suffix) ".keras")
    (refuse 'path ": a model is saved as .h5, which Keras opens too; "
      f"give {(.with-suffix (Path path) ".h5")}, not {path}"))
  (_regular-path path 'path))


(defn _regular-path [path setting]
  "Return the file for the model `path`; raise `ValueError` for a pipe, a device or a folder."
  (setv file (model-path path setting))
  (for [each [(Path path) file]]  ; a folder may have the name without .h5
    (unless (or (isfile each) (not (exists each)) (_shipped path)
        (and (isdir each) (!= each file)))
      (refuse f"{each} is not a regular file; give another " setting)))
  file)


(defn _shipped [path]
  "Return the file of the model `path` that comes with the program, or None."
  (setv
    name (.removesuffix (fspath path) ".h5")
    file (/ SHIPPED f"{(.get ALIASES name name)}.h5"))
  (when (and (= name (basename name)) (.exists file)) file))


(defn check-writable [path]
  "Raise `OSError` now, rather than after the first epoch, if the model at `path` can't be saved."
  (setv
    folder (. (.absolute path) parent)
    ;; In bytes; so long is a name that `replacing` makes.
    excess (- (+ (len (fsencode path.name)) (len "..bak.9999999-01234567.tmp")) MOST-NAME-BYTES))
  (when (> excess 0)
    (refuse f"the model's file name is too long by {(counted excess "bytes")}; give a shorter "
      'path :kind OSError))
  (try
    (with [_ (TemporaryFile :dir folder)])
    (except [error OSError]
      (refuse f"can't save a model in {folder}: {error.strerror}; give another " 'path
        :kind OSError)))
  (when (.exists path) (refuse-read-only path)))


(defn check-room [path size]
  "Raise `OSError` unless a model of `size` bytes fits at `path` twice: saved, and saved again."
  (setv
    folder (. (.absolute path) parent)
    room (. (shutil.disk-usage folder) free)
    need (* 2 size))
  (when (< room need)
    (refuse f"not enough space in {folder}: the model needs twice its size, "
      f"{(/ need MB) :,.1f} MB, but {(/ room MB) :,.1f} MB are free; give another " 'path
      :kind OSError)))
