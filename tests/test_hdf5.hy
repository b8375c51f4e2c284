"Safety: hostile files are refused with one line, in little time and memory."

(import
  json
  os
  re
  struct [pack]
  h5py
  numpy :as np
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.modelfile.hdf5 [open-hdf5]
  lstm-textgen.text.units [Characters]
  tests.damage [seal]
  tests.helpers [refusal-of run-hy same-model? saved-model small-model succeeded])

(setv
  pytestmark pytest.mark.quick
  path (pytest.fixture saved-model)
  BIAS "model_weights/dense/bias"
  OURS "lstm_textgen")


(defn store-text [file name text]
  "Put `text` in the place of what this package has stored under `name`."
  (del (get file OURS name))
  (setv (get file OURS name) (np.frombuffer (.encode text "utf-8" "surrogatepass") "uint8"))
  (seal file))


(defn changed [file name #** changes]
  "Return the JSON object stored under `name` with `changes`; what is Ellipsis there is left out."
  (setv value {#** (json.loads (.tobytes (get file OURS name #())))  #** changes})
  (json.dumps (dfor [key item] (.items value) :if (is-not item ...) key item)))


(defn replace-bias [file #* arguments #** options]
  (del (get file BIAS))
  (.create-dataset file BIAS #* arguments #** options))


(defn assert-refused [path [match ""]]
  (setv line (refusal-of load-checkpoint path :resume True))
  (assert (.startswith line (str path)))
  (assert (re.search match line)))


;; * What HDF5 can do, and a model must not

(defn as-virtual [file]
  (setv
    layout (h5py.VirtualLayout #(10) "f4")
    (get layout (slice None)) (h5py.VirtualSource "other.h5" "x" :shape #(10)))
  (del (get file BIAS))
  (.create-virtual-dataset file BIAS layout))


(defn with-number [path number]
  (fn [file]
    (setv (get file path 0) number)
    (seal file)))


(defn with-format [value]
  (fn [file]
    (setv (get (. (get file OURS) attrs) "format") value)))


(defn without [path]
  (fn [file]
    (del (get file path))))


(defn with-object [path value]
  (fn [file]
    (when (in path file) (del (get file path)))
    (setv (get file path) value)))


(defn with-bias [#* arguments #** options]
  (fn [file]
    (replace-bias file #* arguments #** options)))


(setv
  ZEROS (np.zeros 10 "f4")
  FOREIGN-TYPE [#("a" "f4")]
  HOSTILE {
    "external link" (with-object BIAS (h5py.ExternalLink "other.h5" "/x"))
    "soft link" (with-object BIAS (h5py.SoftLink "/model_weights/lstm_3/bias"))
    "link instead of a group" (fn [file]
      (.move file "model_weights" "w")
      (setv (get file "model_weights") (h5py.SoftLink "/w")))
    "data in another file" (with-bias #(10) "f4" :external [#("/etc/passwd" 0 40)])
    "virtual dataset" as-virtual
    "chunks" (with-bias :data ZEROS :chunks #(5))
    "chunk bomb" (with-bias #(10) "f4" :chunks #((** 2 28)) :maxshape #(None))
    "gzip bomb" (with-bias :data (np.zeros (** 2 22) "f4") :compression "gzip" :compression-opts 9)
    "checksum filter" (with-bias :data ZEROS :fletcher32 True)
    "shape bomb" (with-bias #((** 2 40)) "f4")
    "nothing stored" (with-bias #(10) "f4")
    "nothing at all" (with-bias :data (h5py.Empty "f4"))
    "compound type" (with-bias #(10) [#* FOREIGN-TYPE #("b" "f4")])
    "object references" (with-bias #(10) h5py.ref-dtype)
    "texts for numbers" (with-bias :data (* ["x"] 10))
    "big-endian numbers" (with-bias :data (np.zeros 10 ">f4"))
    "complex numbers" (with-bias :data (np.zeros 10 "c8"))
    "other shape" (with-bias :data (np.zeros 11 "f4"))
    "whole numbers" (with-bias :data (np.zeros 10 "i4"))
    "not a number" (with-number BIAS np.nan)
    "infinity" (with-number BIAS (- np.inf))
    "too large for float32" (fn [file] (replace-bias file :data (np.full 10 1e300)) (seal file))
    "infinite optimizer" (with-number "lstm_textgen/resume/optimizer/1" np.inf)
    "missing weight" (without BIAS)
    "weight too many" (with-object "model_weights/dense/more" [1.0])
    "missing optimizer" (without "lstm_textgen/resume/optimizer")
    "other data" (with-object "notes" (np.zeros 3))
    "deep groups" (fn [file] (.create-group file (.join "/" (* ["deeper"] 300))))
    "cycle of hard links"
      (fn [file] (setv (get file "model_weights/loop") (get file "model_weights")))
    "group for an array" (fn [file] (del (get file BIAS)) (.create-group file BIAS))
    "array for a group" (with-object "lstm_textgen/resume" [1])
    "named type" (with-object "type" (np.dtype "f4"))
    "many attributes" (fn [file] (.update file.attrs (dfor n (range 1000) (str n) n)))
    "strange attribute" (fn [file] (setv (get file.attrs "x") (np.zeros 2 FOREIGN-TYPE)))
    "no format" (fn [file] (del (get (. (get file OURS) attrs) "format")))
    "format in words" (with-format "one")
    "format 0" (with-format 0)
    "list of formats" (with-format [1 1])})


(defn [(pytest.mark.parametrize "name" HOSTILE)] test-a-hostile-file-is-refused [path name]
  (with [file (h5py.File path "r+")] ((get HOSTILE name) file))
  (assert-refused path))


(defn keras-says [#** changes]
  "Return a change of what the first recurrent layer is for Keras."
  (fn [file]
    (setv config (json.loads (get file.attrs "model_config")))
    (.update (get config "config" "layers" 2) changes)
    (setv (get file.attrs "model_config") (json.dumps config))))


(defn [(pytest.mark.parametrize "change" [
    (keras-says :class-name "Lambda" :config {"function" "4wEAAAA="})
    (keras-says :class-name "Evil" :module "evil")
    (keras-says :config {"name" "lstm_1"  "units" (** 2 29)})
    (fn [file] (setv (get (. (get file "model_weights/lstm_3") attrs) "weight_names")
      ["bias" "recurrent_kernel" "kernel"]))]
    :ids ["code" "module" "size" "weights"])]
    test-keras-may-not-be-told-of-another-network [path change]
  (with [file (h5py.File path "r+")] (change file))
  (assert-refused path "contradict"))


(defn [(pytest.mark.parametrize "options" [
    {"libver" "latest"} {"userblock_size" 512} {"fs_strategy" "page"}])]
    test-hdf5-of-another-make-is-refused [path options]
  (with [file (h5py.File path)  other (h5py.File (/ path.parent "other.h5") "w" #** options)]
    (for [name file] (.copy file name other)))
  (assert-refused (/ path.parent "other.h5")))


(defn [(pytest.mark.parametrize "content" [
    b"" b"x" b"\x89HDF\r\n\x1a\n" (bytes 5000) (* b"\x89HDF\r\n\x1a\n" 99)])]
    test-what-is-no-hdf5-is-refused [path content]
  (.write-bytes path content)
  (assert-refused path "not an HDF5 file|of another version"))


(defn test-what-is-no-file-is-refused [tmp-path]
  (os.mkfifo (/ tmp-path "pipe.h5"))
  (.mkdir (/ tmp-path "folder.h5"))
  (for [name ["pipe.h5" "folder.h5"]]
    (assert-refused (/ tmp-path name) "not a regular file")))


;; * What the texts may say

(setv WRONG {
  "vocabulary" (lfor
    units [["a" "b" "a"] ["a" ""] ["ab" "c"] ["a" 1] ["\ud800" "b"] [] {"a" 1} "ab" None]
    {"units" units})
  "settings" [
    {"layers" 5} {"layers" "lambda:5"} {"layers" "lstm:99999999999"} {"layers" "lstm:7,lstm:5"}
    {"layers" None} {"layers" {}} {"layers" ...}
    {"unit" "bytes"} {"unit" "words"} {"unit" ["words"]} {"unit" ...} {"lower" "no"}
    {"lookback" 0} {"lookback" 1e9} {"lookback" (** 10 400)} {"batch_size" []}
    {"batch_size" (** 2 15)} {"stride" None} {"validation" 2} {"validation" (float "nan")}
    {"learning_rate" "fast"} {"learning_rate" (float "inf")} {"learning_rate" (** 10 400)}
    {"epochs" -1} {"patience" {}} {"rng_seed" None} {"temperature" [(** 10 400)]}
    {"encoding" "no such"} {"encoding" "PunyCode"} {"encoding" "a\0b"} {"max_words" "many"}]
  "facts" [
    {"embedding" "4"} {"embedding" -4} {"embedding" 4.5} {"embedding" True} {"embedding" (** 2 30)}
    {"embedding" ...} {"beginning" 5} {"beginning" "\x1b[2J"} {"beginning" ...} {"recipe" ["x"]}
    {"people" "Anna"} {"why" None} {"longest_item" 0}]
  "resume/state" [
    {"epoch" (** 2 53)} {"updates" (** 2 53)}
    {"epoch" "1"} {"epoch" -1} {"step" 1.5} {"step" (** 10 30)} {"step" True} {"updates" None}
    {"loss_sum" (float "nan")} {"loss_sum" "1e999"} {"loss_sum" (** 10 400)} {"text" 7}
    {"text" ...}]})


(defn [(pytest.mark.parametrize #("name" "changes") (lfor
    [name all] (.items WRONG)
    changes all
    #(name changes)))]
    test-a-vocabulary-settings-facts-and-training-state-of-wrong-values-are-refused
    [path name changes]
  (with [file (h5py.File path "r+")]
    (store-text file name (changed file name #** changes)))
  (assert-refused path))


(defn [(pytest.mark.parametrize "history" [
    "{}" "[1]" "[null]" "[[]]" "[{}]" "nonsense" "" "\0" "[1e999]" "[NaN]" "\ud800"])]
    test-what-is-no-history-is-refused [path history]
  (with [file (h5py.File path "r+")] (store-text file "history" history))
  (assert-refused path))


(defn [(pytest.mark.parametrize "changes" [
    {"loss" (** 10 400)} {"loss" (float "inf")} {"seconds" 1e308} {"seconds" ...}
    {"validation_loss" "low"} {"unit_length" 0}])]
    test-an-epoch-of-wrong-values-is-refused [path changes]
  (setv [entry] (. (small-model) history))
  (with [file (h5py.File path "r+")]
    (store-text file "history" (json.dumps [(dfor
      [key value] (.items {#** entry  #** changes})
      :if (is-not value ...)
      key value)])))
  (assert-refused path "its history"))


(defn test-a-vocabulary-may-have-control-characters [tmp-path]
  (setv
    model (small-model :beginning "\x1b")
    model.vocabulary (Characters (list "\0\x07\x1b\x9bdehlo\u202e")))
  (save-checkpoint model (/ tmp-path "model"))
  (assert (same-model? model (load-checkpoint (/ tmp-path "model") :resume True))))


;; * Time and memory

(setv LOAD "
(import resource sys lstm_textgen.modelfile.checkpoint [load-checkpoint])
(setv used (* 4096 (int (get (.split (.read (open \"/proc/self/statm\"))) 0))))
(resource.setrlimit resource.RLIMIT-AS #((+ used (* 200 1000 1000)) resource.RLIM-INFINITY))
(for [path (cut sys.argv 1 None)]
  (setv used (resource.getrusage resource.RUSAGE-SELF))
  (setv seconds (int (+ used.ru-utime used.ru-stime 3)))  ; at least two more
  (resource.setrlimit resource.RLIMIT-CPU #(seconds resource.RLIM-INFINITY))
  (try
    (load-checkpoint path :resume True)
    (except [error ValueError] (print \"refused\"))))")


(defn many-names [file]
  (setv part (get file OURS "resume/optimizer"))
  (.create-dataset part "11" :data (np.zeros (** 18 4)))
  (for [n (range 12 200)] (setv (get part (str n)) (get part "11"))))


(defn many-references [data]
  "Let all references of three attributes with 4,000 texts of 7 bytes be to one of a megabyte."
  (setv
    references rb"(?s)(?:\x07\0\0\0.{12}){4000}"
    long (.index data (pack "<I" 1_000_000)))
  (assert (= (len (re.findall references data)) 3))
  (re.sub references (fn [_] (* (cut data long (+ long 16)) 4000)) data))


(setv BOMBS {
  #** (dfor
    name ["chunk bomb" "gzip bomb" "shape bomb" "deep groups" "cycle of hard links"
      "many attributes"]
    name (get HOSTILE name))
  "many names" many-names
  "many references" (fn [file] (.update file.attrs
    {"long" (* "a" 1_000_000)  #** (dfor n "abc" n (* ["7 bytes"] 4000))}))
  "deep JSON" (fn [file] (store-text file "settings" (* "[" 4,000,000)))
  "long JSON" (fn [file] (store-text file "history" (+ "[" (* "[]," 1,000,000) "[]]")))
  "large vocabulary" (fn [file] (store-text file "vocabulary"
    (+ "{\"unit\": \"characters\", \"units\": [" (* "\"a\"," 1,000,000) "\"a\"]}")))})


(defn test-bombs-are-refused-with-200-mb-to-spare-in-two-seconds-each [path]
  (setv paths (lfor name BOMBS (.with-stem path name)))
  (for [[bomb change] (zip paths (.values BOMBS))]
    (.write-bytes bomb (.read-bytes path))
    (with [file (h5py.File bomb "r+")] (change file))
    (when (= bomb.stem "many references")
      (.write-bytes bomb (many-references (.read-bytes bomb)))))
  (assert (= (succeeded (run-hy LOAD #* paths)) (* "refused\n" (len paths)))))


;; * What h5py writes is read as h5py reads it

(defn [(pytest.mark.parametrize "dtype" ["f2" "f4" "f8" "i1" "u1" "i4" "u4" "i8" "u8"])]
    test-arrays-that-h5py-wrote-are-read [tmp-path dtype]
  (setv array (.reshape (np.arange 24 :dtype dtype) 2 3 4))
  (with [file (h5py.File (/ tmp-path "a.h5") "w")]
    (setv
      (get file "a/b") array
      (get file "scalar") (get array 0 0 1)))
  (with [file (open-hdf5 (/ tmp-path "a.h5"))]
    (setv found (.array file "a/b" "fiu"))
    (assert (= found.dtype array.dtype))
    (assert (np.array-equal found array))
    (assert (= (.array file "scalar" "fiu") 1))))


(defn test-attributes-that-h5py-wrote-are-read [tmp-path]
  (setv attributes {"none" []  "empty" ""  "texts" ["a" ""]  "long" (* "é" 100,000)  "number" -3
    "numbers" [1 2]})
  (with [file (h5py.File (/ tmp-path "a.h5") "w")]
    (.update file.attrs attributes))
  (with [file (open-hdf5 (/ tmp-path "a.h5"))]
    (assert (= (.attributes file "") attributes))))
