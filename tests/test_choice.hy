"The default backend, its number format and its speed."

(import
  importlib.metadata :as metadata
  json
  os
  sys
  pytest
  lstm-textgen.basics.machine :as machine
  lstm-textgen.display.plain [Quiet]
  lstm-textgen.learning.learner.choice :as choice
  lstm-textgen.learning.learner.choice [fastest-backend machine-speed]
  lstm-textgen.learning.learner.quiet :as quiet
  lstm-textgen.settings.sizing [MEASURED-SPEED]
  tests.helpers [TINY-FLAGS run-hy succeeded write write-text])

(setv
  ;; The program as it is on a processor with bfloat16 and without a GPU.
  PROGRAM #[[
(import
  sys
  lstm-textgen.basics.machine :as machine
  lstm-textgen.cli [main]
  lstm-textgen.learning.learner.choice :as choice)
(setv
  machine.processor-flags (fn [] #{"avx512_bf16"})
  (get (vars choice) (hy.mangle "gpu?")) (fn [] False))
(sys.exit (main (cut sys.argv 1 None)))
]])


(defn [pytest.fixture] here [monkeypatch tmp-path]
  "Let this be a process on a processor with bfloat16, with PyTorch and no GPU."
  (.setattr monkeypatch machine "processor_flags" (fn [] #{"avx2" "avx512_bf16"}))
  (.setattr monkeypatch choice (hy.mangle "gpu?") (fn [] False))
  (.setattr monkeypatch metadata "version" (fn [name] "2.6.0+cpu"))
  (.delenv monkeypatch "KERAS_BACKEND" :raising False)
  (.setenv monkeypatch "KERAS_HOME" (str tmp-path))
  (.delitem monkeypatch sys.modules "keras" :raising False)
  monkeypatch)


(defn [pytest.mark.quick] test-pytorch-trains-on-a-processor-with-bfloat16 [here]
  (assert (= (fastest-backend) "torch")))


(defn [pytest.mark.quick (pytest.mark.parametrize "change" [
    (fn [here] (.setattr here machine "processor_flags" (fn [] #{"avx2" "avx512f"})))
    (fn [here] (.setattr here choice (hy.mangle "gpu?") (fn [] True)))
    (fn [here] (.setattr here metadata "version" (fn [name] "2.5.1")))
    (fn [here] (.setattr here metadata "version" (fn [_] (raise metadata.PackageNotFoundError))))
    (fn [here] (.setenv here "KERAS_BACKEND" "tensorflow"))
    (fn [here] (write f"{(os.environ.get "KERAS_HOME")}/keras.json" "{\"backend\": \"jax\"}"))
    (fn [here] (.setitem here sys.modules "keras" choice))]
    :ids ["float32" "gpu" "old-torch" "no-torch" "said" "configured" "imported"])]
    test-pytorch-is-not-chosen-where-something-speaks-against-it [here change]
  (change here)
  (assert (is (fastest-backend) None)))


(defn [pytest.mark.quick (pytest.mark.parametrize #("installed" "chosen") [
    [["tensorflow" "jax" "torch"] "tensorflow"] [["jax"] "jax"] [["torch"] "torch"]
    [[] "tensorflow"]])]
    test-the-backend-is-one-that-is-installed [here installed chosen]
  (.setattr here quiet "find_spec" (fn [name] (in name installed)))
  (assert (= (quiet.configured-backend) chosen))
  (write f"{(os.environ.get "KERAS_HOME")}/keras.json" "{\"backend\": \"tensorflow\"}")
  (assert (= (quiet.configured-backend) chosen)))


(defn [pytest.fixture] train [tmp-path]
  "Return a function that trains in a folder, after some code, and returns the output."
  (write-text tmp-path)
  (fn [[before ""]]
    (succeeded (run-hy (+ before PROGRAM) "--sources" "text.txt" #* TINY-FLAGS "--epochs" 1
      :cwd tmp-path
      :cold True
      ;; Of the tests' flags for XLA JAX doesn't know one, which would end the process.
      :environment {"KERAS_BACKEND" ""  "KERAS_HOME" (str tmp-path)  "XLA_FLAGS" ""}))))


(defn [pytest.mark.slow (pytest.mark.parametrize "broken" [False True])]
    test-the-program-trains-on-pytorch-and-says-so-unless-it-cannot-be-imported
    [train tmp-path broken]
  (when broken (write (/ tmp-path "torch" "__init__.py") "raise OSError('libtorch: not found')"))
  (assert (!= (in "training on PyTorch" (train)) broken)))


(defn [pytest.mark.slow] test-the-program-trains-on-jax-where-tensorflow-is-missing [train]
  (assert (in "Generate text with" (train :before (+ "(import sys) "
    "(setv (get sys.modules \"tensorflow\") None (get sys.modules \"torch\") None)")))))


;; * How fast a machine trains

(defn [pytest.fixture] folder [tmp-path monkeypatch]
  "Return the cache folder, an empty one, of a machine that is idle."
  (.setenv monkeypatch "LSTM_TEXTGEN_CACHE" (str tmp-path))
  (.setattr monkeypatch choice "busy_seconds" (fn [] 0))
  tmp-path)


(defn pretend [monkeypatch units]
  (.setattr monkeypatch choice "units_a_second" (fn [] units)))


(defn test-the-speed-of-a-machine-is-measured-once-and-said [folder monkeypatch]
  (setv
    said []
    display (Quiet)
    display.doing said.append)
  (pretend monkeypatch (* 2 MEASURED-SPEED))
  (assert (= (machine-speed display) 2))
  (pretend monkeypatch 1)
  (assert (= (machine-speed display) 2))
  (assert (= (.count said "measuring this machine's training speed") 1)))


(defn [(pytest.mark.parametrize "content" ["{" "[1]" "{\"a\": \"b\"}" "{\"a\": 0}" "null"])]
    test-a-damaged-file-of-speeds-is-replaced-by-a-new-measure [folder monkeypatch content]
  (.write-text (/ folder "speed.json") content)
  (pretend monkeypatch (* 2 MEASURED-SPEED))
  (assert (= (machine-speed (Quiet)) 2))
  (assert (= (list (.values (json.loads (.read-text (/ folder "speed.json"))))) [2])))


(defn test-a-speed-is-measured-where-it-can-not-be-kept [folder monkeypatch]
  (write (/ folder "dear.txt") "dear")
  (.symlink-to (/ folder "speed.json") "dear.txt")
  (for [cache [folder (/ folder "dear.txt")]]  ; the file is a link; the folder is a file
    (.setenv monkeypatch "LSTM_TEXTGEN_CACHE" (str cache))
    (pretend monkeypatch MEASURED-SPEED)
    (assert (= (machine-speed (Quiet)) 1)))
  (assert (= (.read-text (/ folder "dear.txt")) "dear")))


(defn test-a-machine-s-speed-comes-from-a-few-real-steps [folder]
  (assert (> (machine-speed (Quiet)) 0.001)))
