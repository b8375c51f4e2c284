#[[Changes model files, or pages, at random and loads them, to find one that does harm.

    python -m hy bench/fuzz.hy [COUNT]           (20000 files unless told otherwise)
    python -m hy bench/fuzz.hy --pages [COUNT]   (2000 pages)

Run it from the repository's root, on Linux. Half of the files have some bytes changed; such a
file must be refused, or be read as it was before. The others are changed by the HDF5 library, as
a stranger would do it, often with the checksums made right again; of such a file, what is read
must be what the library reads. Pages are changed as tests/damage.hy says, and imported by the
command line: one that is refused gets one line and exit status 2. A worker process with little
memory loads one after another, and has a minute for each. Every file follows from its number
alone.]]

(import
  collections [Counter]
  contextlib [redirect-stderr redirect-stdout suppress]
  io [StringIO]
  json
  os
  pathlib [Path]
  random [Random]
  resource
  shutil
  signal
  subprocess
  sys
  tempfile [TemporaryDirectory]
  h5py
  numpy :as np
  bench.common [note results run-script]
  lstm-textgen.cli :as program
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.modelfile.keraslayout [weight-shapes]
  tests.damage [damaged-page seal]
  tests.helpers [page-of same-model? small-model]
  tools.results [slug])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  SECONDS 60
  MEMORY (** 2 30)  ; bytes
  OUTCOMES ["refused" "as it was" "as its weights say" "DIFFERENT" "TRACEBACK" "CRASH" "HANG"]
  OUTCOMES-OF-PAGES ["refused" "imported" "NOT ONE LINE" "TRACEBACK" "CRASH" "HANG"]
  ;; How the library declines.
  DECLINED #(AttributeError IndexError KeyError OSError RuntimeError TypeError ValueError)
  VALUES [None True -1 0 1.5 (** 2 31) (** 10 400) (float "inf") (float "nan") "" "\x1b[2J"
    "lstm:9" [] {} [[]] [(** 10 400)]])


;; * Changes of bytes

(defn change-bytes [rng data]
  "Change a few bytes of `data` in one of the ways in which files break or are broken."
  (setv
    at (.randrange rng (len data))
    size (.choice rng [1 2 4 8])
    most (** 256 size)
    numbers [0 1 (- most 1) (// most 2) (% (.randrange rng (len data)) most)]
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
  (for [_ (range (.choice rng [1 1 1 1 2 3 9]))] (change-bytes rng data))
  (when (< (.random rng) 0.02) (del (cut data (.randrange rng (len data)) None)))
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
    (setv
      flat (np.ravel (get file path #()))
      (get flat (.randrange rng flat.size)) (.choice rng [0 1 100])
      (get file path #()) (.reshape flat (. (get file path) shape)))))


(defn change-json [rng file path]
  "Change one value in a text of this package."
  (setv
    place (.choice rng ["vocabulary" "settings" "history" "resume/state"])
    value (json.loads (.tobytes (get file "lstm_textgen" place #())))
    inside (if (isinstance value list) (get value 0) value)
    (get inside (.choice rng (sorted inside))) (.choice rng VALUES))
  (del (get file "lstm_textgen" place))
  (setv (get file "lstm_textgen" place)
    (np.frombuffer (.encode (json.dumps value)) "uint8")))


(defn change-attribute [rng file path]
  "Change, add or remove an attribute."
  (setv
    attributes (. (get file path) attrs)
    name (.choice rng [#* (sorted attributes) "more"])
    values [1 -1 2.5 "text" ["a" "b"] [] (h5py.Empty "f4") (* "x" 60000)])
  (if (and (in name attributes) (< (.random rng) 0.3))
    (del (get attributes name))
    (setv (get attributes name) (.choice rng values))))


(defn replace-dataset [rng file path]
  "Put a dataset of another make in the place of what is at `path`."
  (setv
    old (get file path)
    shape (if (isinstance old h5py.Dataset) old.shape #(3))
    options (.choice rng [
      {}
      {}
      {"chunks" True}
      {"compression" "gzip"}
      {"shuffle" True}
      {"fletcher32" True}
      {"maxshape" (* #(None) (len shape))}
      {"external" "other"}]))
  (del (get file path))
  (.create-dataset file path #** options
    :shape (if (< (.random rng) 0.3) #(#* shape 2) shape)
    :dtype (.choice rng ["f4" "f4" "f4" "f8" ">f4" "i4" "u1" "S5" "?" "c8" [#("a" "f4")]])))


(defn move [rng file path]
  "Let two objects change places, or give one another name."
  (setv other (.choice rng [#* (paths-in file) "new" f"{path}/new"]))
  (.move file path "kept")
  (when (in other file) (.move file other path))
  (.move file "kept" other))


(defn link [rng file path]
  "Put a link in the place of what is at `path`."
  (setv
    other (get file (.choice rng (paths-in file)))
    outside (h5py.ExternalLink "other.h5" "/x")
    target (.choice rng [other other (h5py.SoftLink other.name) outside]))
  (del (get file path))
  (setv (get file path) target))


(defn delete [rng file path]
  "Delete the object at `path`."
  (del (get file path)))


(setv CHANGES [change-number change-number change-json change-json change-attribute replace-dataset
  move link delete])


(defn forge-file [rng path]
  "Change the structure of the file at `path` by the HDF5 library, as far as that goes along."
  (with [file (h5py.File path "r+")]
    (for [_ (range (.choice rng [1 1 2 3]))]
      (setv change (.choice rng CHANGES))
      (with [_ (suppress #* DECLINED)]
        (change rng file (.choice rng (paths-in file)))))
    (when (< (.random rng) 0.7)
      (with [_ (suppress #* DECLINED)]
        (seal file)))))


;; * One file after another

(defn as-the-library-reads? [model path]
  "Return whether the weights of `model` are those that the library finds in the file at `path`."
  (with [file (h5py.File path)]
    (all (gfor
      [[name _] weight] (zip (weight-shapes model.spec) model.weights :strict True)
      (np.array-equal (get file "model_weights" name #()) weight)))))


(defn outcome [number original path]
  "Change the file at `path`, the model `original`, as `number` says; return what loading it gave."
  (setv
    rng (Random number)
    forged (% number 2))
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


(defn change-files [first last folder]
  "Yield the outcome of each model file from number `first` to before `last`, made in `folder`."
  (setv
    original (small-model)
    whole (/ folder "whole.h5")
    path (/ folder "model.h5"))
  (save-checkpoint original whole)
  (resource.setrlimit resource.RLIMIT-AS #(MEMORY MEMORY))
  (for [number (range first last)]
    (shutil.copy whole path)
    (signal.alarm SECONDS)
    (yield (outcome number original path))))


;; * One page after another

(defn change-pages [first last folder]
  "Yield the outcome of each page from number `first` to before `last`, made in `folder`."
  (setv
    path (page-of folder (small-model :items "line" :longest-item 5 :names "Anna"))
    whole (.read-bytes path))
  (resource.setrlimit resource.RLIMIT-AS #(MEMORY MEMORY))
  (for [number (range first last)]
    (.write-bytes path (damaged-page number whole))
    (signal.alarm SECONDS)
    (yield (outcome-of-page number path))))


(defn outcome-of-page [number path]
  "Import the page at `path`, that of a `number`; return what this gave."
  (setv [out err] [(StringIO) (StringIO)])
  (try
    (with [_ (redirect-stdout out)  _ (redirect-stderr err)]
      (setv status (program.main
        ["--import" (str path) "--model" (str (.with-name path "model")) "--restart"])))
    (except [error Exception]
      (print number (repr error) :file sys.stderr)
      (return "TRACEBACK")))
  (setv lines (len (.splitlines (.getvalue err))))
  (cond
    (= #(status lines) #(2 1)) "refused"
    (= #(status lines) #(0 0)) "imported"
    True (do
      (print number status (.getvalue err) :file sys.stderr)
      "NOT ONE LINE")))


;; * Workers

(setv
  ;; By the first word of the command line: what yields outcomes, their names with the failures in
  ;; capitals, and how many there are unless told otherwise.
  KINDS {
    "--files" [change-files OUTCOMES 20_000]
    "--pages" [change-pages OUTCOMES-OF-PAGES 2_000]})


(defn work [kind first last]
  #[[Print the outcome of each number from `first` to before `last`.

  The process ends where a file crashes it or takes too long.]]
  (with [folder (TemporaryDirectory)]
    (for [result ((get KINDS kind 0) (int first) (int last) (Path folder))]
      (print result :flush True))))


(defn fuzz [kind count]
  "Load those number 0 to before `count`, each changed in another way; return a count by outcome."
  (setv
    counts (Counter (dfor name (get KINDS kind 1) name 0))
    done 0)
  (while (< done count)
    (setv
      process (start-worker kind done count)
      outcomes (.splitlines process.stdout))
    (.update counts outcomes)
    (+= done (len outcomes))
    (when (< done count)  ; it ended before its time
      (setv name (if (= process.returncode (- signal.SIGALRM)) "HANG" "CRASH"))
      (print done name process.returncode :file sys.stderr)
      (+= (get counts name) 1)
      (+= done 1)))
  counts)


(defn start-worker [kind first last]
  "Let a process of its own load those from `first` to before `last`; return it, finished."
  (run-script __file__ kind first last
    :stdout subprocess.PIPE :text True
    :env {#** os.environ  "HDF5_USE_FILE_LOCKING" "FALSE"}))


(defn main [#* words]
  "Load as many changed files or pages as the `words` say, and print what came of them."
  (setv
    [kind #* count] (if (in "--pages" words) words ["--files" #* words])
    [_ names usual] (get KINDS kind)
    total (int (if count (get count 0) usual))
    counts (fuzz kind total))
  (for [name names]
    (note (slug name) (str (get counts name)))
    (print f"{name :<20} {(get counts name) :>6}"))
  (setv failures (sum (gfor name names :if (.isupper name) (get counts name))))
  (print f"failures {failures} of {total}"))


(when (= __name__ "__main__")
  (setv arguments (cut sys.argv 1 None))
  (if (= (len arguments) 3)
    (work #* arguments)
    (with [_ (results __file__ EDITION)] (main #* (cut sys.argv 1 None)))))
