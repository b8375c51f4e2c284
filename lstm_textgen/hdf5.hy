#[[Reads HDF5 made by a stranger: only plain data that lies in the file itself.

HDF5 can point into other files, unpack a few bytes into gigabytes and carry code's names. Nothing of that is needed for a model, so whatever is not a plain array, contiguous and as large on disk as in memory, is refused before any of it is read.]]

(import
  h5py
  numpy :as np)

(setv MAX-TEXT (* 64 1024 1024))  ; bytes: the longest vocabulary, settings or history


(defn open-hdf5 [path]
  "Open the file at `path` to read. Raise `ValueError` if it is no HDF5 file, `OSError` if it can't be read."
  (with [file (open path "rb")]  ; a missing or forbidden file raises its own OSError here
    (.read file 1))
  (try
    (h5py.File path "r" :locking False)
    (except [error OSError]
      (raise (ValueError f"{path}: not a model file, or a damaged one ({(_first-words error)})")))))


(defn _first-words [error]
  "The message of an HDF5 `error` without its inner details, on one line."
  (get (.splitlines (str error)) 0))


(defn _child [parent name]
  "The object `name` of the group `parent`, only if it is stored in this very group."
  (setv key (.encode name))
  (unless-sound (.exists parent.id.links key) f"has no '{name}'")
  (unless-sound (= (. (.get-info parent.id.links key) type) h5py.h5l.TYPE-HARD)
    f"'{name}' is a link to elsewhere")
  (get parent name))


(defn unless-sound [fact problem]
  "Raise `ValueError` with `problem` unless `fact`: how this module refuses a file."
  (when (not fact)
    (raise (ValueError problem))))


(defn find-object [root path kind]
  "The object at `path`, such as `a/b`, below the group `root`; `kind` is `h5py.Group` or `h5py.Dataset`.

  Raise `ValueError` when it is missing, of another kind, or reached through a link."
  (setv place root)
  (for [name (.split path "/")]
    (unless-sound (isinstance place h5py.Group) f"'{name}' has no group around it")
    (setv place (_child place name)))
  (unless-sound (isinstance place kind) f"'{path}' is not a {(.lower kind.__name__)}")
  place)


(defn read-array [root path dtype-kinds [shape None]]
  "Read the dataset at `path` below the group `root`.

  `dtype-kinds` are the letters of NumPy's kinds that may stand there (`f` float, `iu` integers, …); with `shape` it must have just that shape. Raise `ValueError` for everything that is not plain data of this kind."
  (setv
    dataset (find-object root path h5py.Dataset)
    plan (.get-create-plist dataset.id))
  (unless-sound (in dataset.dtype.kind dtype-kinds) f"'{path}' holds {dataset.dtype}, not numbers of the right kind")
  (unless-sound (and dataset.dtype.isnative (<= dataset.dtype.itemsize 8)) f"'{path}' holds numbers of a strange kind")
  (unless-sound (or (is shape None) (= dataset.shape (tuple shape)))
    f"'{path}' has the shape {dataset.shape}, not {(tuple (or shape #()))}")
  (unless-sound (in (.get-layout plan) #(h5py.h5d.CONTIGUOUS h5py.h5d.COMPACT))
    f"'{path}' is not stored as one plain block")
  (unless-sound (= 0 (.get-external-count plan)) f"'{path}' is stored in another file")
  (unless-sound (= dataset.nbytes (.get-storage-size dataset.id))
    f"'{path}' is smaller on disk than it says")
  (get dataset #()))


(defn read-floats [root path shape]
  "Read a float array (`shape`) whose every value is finite, or raise `ValueError`."
  (setv array (read-array root path "f" shape))
  (unless-sound (.all (np.isfinite array)) f"'{path}' holds a value that is not finite")
  array)


(defn read-text [root path]
  "Read a text that `write-text` stored at `path`. Raise `ValueError` unless it is UTF-8 and of sound size."
  (setv dataset (find-object root path h5py.Dataset))
  (unless-sound (and (= (len dataset.shape) 1) (<= dataset.nbytes MAX-TEXT)) f"'{path}' is too large")
  (.decode (.tobytes (read-array root path "u")) "utf-8"))


(defn write-text [group name text]
  "Store `text` in the dataset `name` of `group`, as bytes: an attribute holds at most 64 KiB in a list, and no NUL."
  (.create-dataset group name :data (np.frombuffer (.encode text "utf-8") "uint8")))
