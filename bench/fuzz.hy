#[[Changes model files at random and loads them, to find one that does harm.

    hy bench/fuzz.hy [HOW MANY, 20000 if not said]

Half of the files have some bytes changed; such a file must be refused, or be read as it was before. The others are changed by the HDF5 library, as a stranger would do it, often with the checksums made right again; of such a file what is read must be what the library reads. A worker process with little memory loads one after another, and has some seconds for each. Every file follows from its number alone.]]

(import
  collections [Counter]
  json
  os
  pathlib [Path]
  random [Random]
  resource
  signal
  shutil
  subprocess
  sys
  tempfile [TemporaryDirectory])

(setv ROOT (. (Path __file__) (resolve) parent parent))
(.extend sys.path [(str ROOT) (str (/ ROOT "tests"))])

(import
  h5py
  numpy :as np
  models [same-model? seal small-model]
  lstm_textgen.checkpoint [load-checkpoint save-checkpoint weight-shapes])

(setv
  SECONDS 5
  MEMORY (** 2 30)
  OUTCOMES ["refused" "as it was" "as its weights say" "DIFFERENT" "TRACEBACK" "CRASH" "HANG"]
  FAILURES (cut OUTCOMES 3 None)
  NOT-SO #(AttributeError IndexError KeyError OSError RuntimeError TypeError ValueError)  ; how the library declines
  VALUES [None True -1 0 1.5 (** 2 31) (** 10 400) (float "inf") (float "nan") "" "\x1b[2J" "lstm:9" [] {} [[]]])


;; * Changes of bytes

(defn change-bytes [rng data]
  "Change a few bytes of `data` in one of the ways in which files break or are broken."
  (setv
    at (.randrange rng (len data))
    size (.choice rng [1 2 4 8])
    numbers [0 1 (- (** 256 size) 1) (// (** 256 size) 2) (% (.randrange rng (len data)) (** 256 size))]
    other (.randrange rng (len data)))
  (match (.randrange rng 6)
    0 (setv (get data at) (^ (get data at) (<< 1 (.randrange rng 8))))
    1 (setv (get data at) (.randrange rng 256))
    2 (setv (cut data at (+ at size)) (.to-bytes (.choice rng numbers) size "little"))
    3 (setv (cut data at (+ at 16)) (cut data other (+ other 16)))
    4 (setv (cut data at (+ at 64)) (bytes 64))
    5 (del (cut data at (+ at (.randrange rng 64))))))


(defn break-file [rng path]
  "Change bytes of the file at `path`, seldom many; cut it off once in a while."
  (setv data (bytearray (.read-bytes path)))
  (for [_ (range (.choice rng [1 1 1 1 2 3 9]))]
    (change-bytes rng data))
  (when (< (.random rng) 0.02)
    (del (cut data (.randrange rng (len data)) None)))
  (.write-bytes path data))


;; * Changes of structure

(defn paths-in [file]
  "List the paths of all groups and datasets in `file`."
  (setv paths [])
  (.visit file paths.append)
  (sorted paths))


(defn change-number [rng file path]
  "Change one number in the dataset at `path`."
  (when (and (isinstance (get file path) h5py.Dataset) (. (get file path) size))
    (setv flat (np.ravel (get file path #())))
    (setv (get flat (.randrange rng flat.size)) (.choice rng [0 1 100]))
    (setv (get file path #()) (.reshape flat (. (get file path) shape)))))


(defn change-json [rng file path]
  "Change one value in a text of this package."
  (setv
    place (.choice rng ["vocabulary" "settings" "history" "resume/state"])
    value (json.loads (.tobytes (get file "lstm_textgen" place #())))
    inside (if (isinstance value list) (get value 0) value))
  (setv (get inside (.choice rng (sorted inside))) (.choice rng VALUES))
  (del (get file "lstm_textgen" place))
  (setv (get file "lstm_textgen" place) (np.frombuffer (.encode (json.dumps value)) "uint8")))


(defn change-attribute [rng file path]
  "Change, add or take away an attribute."
  (setv attributes (. (get file path) attrs))
  (setv name (.choice rng [#* (sorted attributes) "more"]))
  (if (and (in name attributes) (< (.random rng) 0.3))
    (del (get attributes name))
    (setv (get attributes name) (.choice rng [1 -1 2.5 "text" ["a" "b"] [] (h5py.Empty "f4") (* "x" 60000)]))))


(defn replace-dataset [rng file path]
  "Put a dataset of another make in the place of what is at `path`."
  (setv
    old (get file path)
    shape (if (isinstance old h5py.Dataset) old.shape #(3))
    options (.choice rng [
      {} {} {"chunks" True} {"compression" "gzip"} {"shuffle" True} {"fletcher32" True}
      {"maxshape" (* #(None) (len shape))} {"external" "other"}]))
  (del (get file path))
  (.create-dataset file path #** options
    :shape (if (< (.random rng) 0.3) #(#* shape 2) shape)
    :dtype (.choice rng ["f4" "f4" "f4" "f8" ">f4" "i4" "u1" "S5" "?" "c8" [#("a" "f4")]])))


(defn move [rng file path]
  "Let two objects change places, or give one another name."
  (setv other (.choice rng [#* (paths-in file) "new" f"{path}/new"]))
  (.move file path "kept")
  (when (in other file)
    (.move file other path))
  (.move file "kept" other))


(defn link [rng file path]
  "Put a link in the place of what is at `path`."
  (setv other (get file (.choice rng (paths-in file))))
  (setv target (.choice rng [other other (h5py.SoftLink other.name) (h5py.ExternalLink "other.h5" "/x")]))
  (del (get file path))
  (setv (get file path) target))


(defn delete [rng file path]
  (del (get file path)))


(defn forge-file [rng path]
  "Change the structure of the file at `path` by the HDF5 library, as far as that lets itself be used so."
  (with [file (h5py.File path "r+")]
    (for [_ (range (.choice rng [1 1 2 3]))]
      (setv change (.choice rng [
        change-number change-number change-json change-json change-attribute replace-dataset move link delete]))
      (try
        (change rng file (.choice rng (paths-in file)))
        (except [NOT-SO])))
    (when (< (.random rng) 0.7)
      (try
        (seal file)
        (except [NOT-SO])))))


;; * One file after another

(defn as-the-library-reads? [model path]
  "Whether the weights of `model` are those that the HDF5 library finds in the file at `path`."
  (setv shapes (weight-shapes model.layers (len model.vocabulary) (get model.settings "embedding")))
  (with [file (h5py.File path)]
    (all (gfor
      [[name _] weight] (zip shapes model.weights :strict True)
      (np.array-equal (get file "model_weights" name #()) weight)))))


(defn outcome [number original path]
  "Change the file at `path`, where the model `original` is, as `number` has it; say what came of loading it."
  (setv rng (Random number)  forged (% number 2))
  ((if forged forge-file break-file) rng path)
  (try
    (setv model (load-checkpoint path :resume True))
    (except [ValueError]
      (return "refused"))
    (except [error Exception]
      (print number (repr error) :file sys.stderr)
      (return "TRACEBACK")))
  (cond
    (same-model? model original) "as it was"
    (and forged (as-the-library-reads? model path)) "as its weights say"
    True "DIFFERENT"))


(defn work [first last]
  "Print the outcome of each number from `first` to before `last`. The process ends where a file crashes it or takes too long."
  (setv original (small-model))
  (with [folder (TemporaryDirectory)]
    (setv whole (/ (Path folder) "whole.h5")  path (/ (Path folder) "model.h5"))
    (save-checkpoint original whole)
    (resource.setrlimit resource.RLIMIT-AS #(MEMORY MEMORY))
    (for [number (range first last)]
      (shutil.copy whole path)
      (signal.alarm SECONDS)
      (print (outcome number original path) :flush True))))


(defn fuzz [count]
  "Load files number 0 to before `count`, each changed in another way; the number of each outcome."
  (setv counts (Counter (dfor  name OUTCOMES  name 0))  done 0)
  (while (< done count)
    (setv process (subprocess.run [(getattr hy "sys_executable" sys.executable) "-m" "hy" __file__ (str done) (str count)]
      :stdout subprocess.PIPE :text True :env {#** os.environ  "HDF5_USE_FILE_LOCKING" "FALSE"}))
    (setv outcomes (.splitlines process.stdout))
    (.update counts outcomes)
    (+= done (len outcomes))
    (when (< done count)  ; it ended before its time
      (setv name (if (= process.returncode (- signal.SIGALRM)) "HANG" "CRASH"))
      (print done name process.returncode :file sys.stderr)
      (+= (get counts name) 1)
      (+= done 1)))
  counts)


(defn main [[count "20000"]]
  (setv counts (fuzz (int count)))
  (for [name OUTCOMES]
    (print f"{name :<20} {(get counts name) :>6}"))
  (print f"failures {(sum (gfor  name FAILURES  (get counts name)))} of {count}"))


(when (= __name__ "__main__")
  (setv arguments (cut sys.argv 1 None))
  (if (= (len arguments) 2)
    (work #* (map int arguments))
    (main #* arguments)))
