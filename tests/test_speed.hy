"The backend, the number format, the speed and the threads of a run: measured, not guessed."

(import
  importlib.metadata :as metadata
  itertools [count]
  os
  sys
  pytest
  lstm-textgen.basics.machine :as machine
  lstm-textgen.display.plain [Quiet]
  lstm-textgen.learning.learner.quiet :as quiet
  lstm-textgen.learning.learner.speed :as speed
  lstm-textgen.learning.learner.speed [bfloat16-pays? fastest-backend machine-speed]
  lstm-textgen.learning.learner.threads [Threads]
  lstm-textgen.learning.runs :as runs
  lstm-textgen.modelfile.checkpoint [Progress load-checkpoint]
  lstm-textgen.settings.layers [NetworkSpec parse-layers]
  lstm-textgen.settings.sizing [MEASURED-SPEED]
  tests.helpers [TINY-FLAGS run-hy succeeded train-tiny write write-text])

(setv
  VERSION metadata.version
  ;; The program as it is on a processor with bfloat16 and without a GPU.
  PROGRAM #[[
(import
  sys
  lstm-textgen.basics.machine :as machine
  lstm-textgen.cli [main]
  lstm-textgen.learning.learner.speed :as speed)
(setv
  machine.processor-flags (fn [] #{"avx512_bf16"})
  (get (vars speed) (hy.mangle "gpu?")) (fn [] False))
(sys.exit (main (cut sys.argv 1 None)))
]])


(defn [pytest.fixture] here [monkeypatch tmp-path]
  "Let this be a process on a processor with bfloat16, with PyTorch and no GPU."
  (.setattr monkeypatch machine "processor_flags" (fn [] #{"avx2" "avx512_bf16"}))
  (.setattr monkeypatch speed (hy.mangle "gpu?") (fn [] False))
  (.setattr monkeypatch metadata "version" (fn [name] "2.6.0+cpu"))
  (.delenv monkeypatch "KERAS_BACKEND" :raising False)
  (.setenv monkeypatch "KERAS_HOME" (str tmp-path))
  (.delitem monkeypatch sys.modules "keras" :raising False)
  monkeypatch)


(defn [pytest.mark.quick] test-pytorch-trains-on-a-processor-with-bfloat16 [here]
  (assert (= (fastest-backend) "torch")))


(defn [pytest.mark.quick (pytest.mark.parametrize "change" [
    (fn [here] (.setattr here machine "processor_flags" (fn [] #{"avx2" "avx512f"})))
    (fn [here] (.setattr here speed (hy.mangle "gpu?") (fn [] True)))
    (fn [here] (.setattr here metadata "version" (fn [name] "2.5.1")))
    (fn [here] (.setattr here metadata "version" (fn [_] (raise metadata.PackageNotFoundError))))
    (fn [here] (.setenv here "KERAS_BACKEND" "tensorflow"))
    (fn [here] (write f"{(os.environ.get "KERAS_HOME")}/keras.json" "{\"backend\": \"jax\"}"))
    (fn [here] (.setitem here sys.modules "keras" speed))]
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
  (.setattr monkeypatch speed "busy_seconds" (fn [] 0))
  tmp-path)


(defn [pytest.fixture] steps [folder monkeypatch]
  #[[Let this machine have bfloat16, and steps take as long as the dict that this returns says.

  The key "n" counts how often they were timed.]]
  (setv seconds {"float32" 1  "bfloat16" 1  "n" 0})
  (defn step-seconds [spec batch-shape formats]
    (+= (get seconds "n") 1)
    (dfor format formats format (get seconds format)))
  (.setattr monkeypatch machine "processor_flags" (fn [] #{"avx512_bf16"}))
  (.setattr monkeypatch speed (hy.mangle "gpu?") (fn [] False))
  (.setattr monkeypatch speed "step_seconds" step-seconds)
  (.setattr monkeypatch speed "SLEEP" 0.001)
  seconds)


(defn in-seconds [relative]
  "Return what a step takes on a machine of this `relative` speed."
  (/ 2048 MEASURED-SPEED relative))


(defn test-the-speed-of-a-machine-is-that-of-the-faster-format-and-measured-once [steps]
  (setv
    said []
    display (Quiet)
    display.doing said.append)
  (.update steps :float32 (in-seconds 0.5) :bfloat16 (in-seconds 2))
  (assert (= (machine-speed display) 2))
  (.update steps :float32 9 :bfloat16 9)
  (assert (= (machine-speed display) 2))
  (assert (= (.count said "measuring this machine's training speed") 1 (get steps "n"))))


(defn [(pytest.mark.parametrize "content" ["{" "[1]" "{\"a\": \"b\"}" "null"])]
    test-a-damaged-file-of-speeds-is-replaced-by-a-new-measure [folder steps content]
  (.write-text (/ folder "speed.json") content)
  (for [_ "ab"] (machine-speed (Quiet)))
  (assert (= (get steps "n") 1)))


(defn test-a-speed-is-measured-where-it-can-not-be-kept [folder steps monkeypatch]
  (write (/ folder "dear.txt") "dear")
  (.symlink-to (/ folder "speed.json") "dear.txt")
  (for [cache [folder (/ folder "dear.txt")]]  ; the file is a link; the folder is a file
    (.setenv monkeypatch "LSTM_TEXTGEN_CACHE" (str cache))
    (.update steps :float32 (in-seconds 1) :bfloat16 9)
    (assert (= (machine-speed (Quiet)) 1)))
  (assert (= (.read-text (/ folder "dear.txt")) "dear")))


(defn test-what-is-measured-beside-other-work-is-not-kept [steps monkeypatch]
  (setv clock (count))
  (.setattr monkeypatch speed "busy_seconds" (fn [] (next clock)))
  (for [_ "ab"] (machine-speed (Quiet)))
  (assert (= (get steps "n") 2)))


;; * The number format

(setv
  SPEC (NetworkSpec (parse-layers "8") 9 4)
  SHORT speed.WORTH-TIMING
  LONG (+ SHORT 1))


(defn pays? [seconds]
  (bfloat16-pays? SPEC #(2 4) (Quiet) seconds))


(defn test-a-long-run-measures-the-number-formats-and-later-ones-know-them [steps]
  (setv (get steps "bfloat16") 0.9)
  (assert (= (lfor seconds [SHORT LONG SHORT LONG] (pays? seconds)) [False True True True]))
  (assert (= (get steps "n") 1)))


(defn test-bfloat16-is-not-used-where-it-is-slower-or-missing [steps monkeypatch]
  (assert (not (pays? LONG)))
  (.update steps :bfloat16 0.5)
  (.setattr monkeypatch machine "processor_flags" (fn [] #{"avx512f"}))
  (assert (not (pays? LONG))))


(defn test-a-run-keeps-its-number-format [steps monkeypatch tmp-path]
  (defn train-on [bfloat16 epochs]
    (setv (get steps "bfloat16") bfloat16)
    (for [cached (.glob tmp-path "*.json")] (.unlink cached))
    (train-tiny tmp-path :epochs epochs)
    (. (load-checkpoint f"{tmp-path}/model.h5" :resume True) resume progress bfloat16))
  (.setattr monkeypatch speed "WORTH_TIMING" 0)
  (assert (train-on 0.5 1))
  (assert (train-on 2 2))
  (.setattr monkeypatch machine "processor_flags" (fn [] #{}))
  (assert (not (train-on 0.5 3))))


;; * The backend

(defn [pytest.mark.quick (pytest.mark.parametrize #("on_tensorflow" "on_torch" "share" "chosen") [
    [2 1 1 None] [1 2 1 "torch"] [0 2 1 "torch"] [1 0 0.5 "torch"] [1 2 0.5 None]
    [1 3 0.5 "torch"]])]
    test-the-faster-backend-is-chosen-once-both-are-known-also-beside-other-work
    [here on-tensorflow on-torch share chosen]
  (.setattr here speed "known_speeds" (fn [backend #* _]
    (setv known (get {"tensorflow" on-tensorflow  "torch" on-torch} backend))
    (if known {"float32" known} {})))
  (assert (= (fastest-backend share) chosen))
  (assert (= (fastest-backend share (Progress 0 0 0 0.0 "" :on-torch True)) "torch"))
  (assert (is (fastest-backend share (Progress 0 0 0 0.0 "")) None)))


(defn test-backends-are-timed-before-a-run-of-ten-minutes-or-after-one-of-three
    [here folder]
  (setv timed [])
  (.setattr here speed "import_keras" (fn [_]))
  (.setattr here speed "time_backends" (fn [backends _] (.extend timed backends)))
  (with [_ (quiet.own-process)] (speed.load-keras (Quiet) 9))
  (assert (= timed []))
  (speed.time-untimed (Quiet))
  (assert (= timed ["tensorflow" "torch"]))
  (with [_ (quiet.own-process)] (speed.load-keras (Quiet) 10))
  (assert (= timed (* 2 ["tensorflow" "torch"]))))


(defn [(pytest.mark.parametrize "seconds" [0 1000])] test-a-long-run-times-what-is-unknown
    [monkeypatch tmp-path counting seconds]
  (setv asked [])
  (.setattr monkeypatch runs "LONG_RUN" seconds)
  (.setattr monkeypatch runs "time_untimed" asked.append)
  (train-tiny tmp-path :epochs 1)
  (assert (= (len asked) (if seconds 0 1))))


(defn [pytest.mark.slow] test-a-long-run-times-both-backends-once [here folder]
  (setv
    said []
    display (Quiet)
    display.doing said.append)
  (.setattr here speed "TIME_BACKEND" (+ "import hy; "  ; however busy the machine is
    "import lstm_textgen.learning.learner.speed as s; s.KEPT_FROM = 0; " speed.TIME-BACKEND))
  (.setattr here machine "processor_flags" (fn [] #{}))
  (.setattr here metadata "version" VERSION)
  (speed.time-backends (speed.backends-to-choose) display)
  (assert (= (len said) 2))
  (for [backend ["tensorflow" "torch"]]
    (setv [seconds] (.values (speed.known-speeds backend speed.USUAL-SPEC speed.USUAL-SHAPE)))
    (assert (> seconds 10))))


;; * Threads

(defn taught [threads steps busy? [time 0]]
  "Take `steps` of 0.1 s each, half as fast with one thread, as PyTorch does; return the time."
  (for [_ (range steps)]
    (setv seconds (cond (= threads.now 1) 0.2 busy? 1.5 True 0.1))
    (+= time seconds)
    (.note threads seconds time))
  time)


(defn [pytest.mark.quick] test-idle-steps-stay-on-all-threads []
  (assert (= (taught (Threads 2 2) 500 False) (pytest.approx 50))))


(defn [pytest.mark.quick (pytest.mark.parametrize "begun" [1 2])]
    test-beside-other-work-one-thread-takes-the-steps-until-that-is-over [begun]
  (setv
    threads (Threads 2 begun)
    before (if (= begun 2) (taught threads 20 False) 0)
    after (taught threads 500 True before))
  (assert (< (- after before) (* 1.3 500 0.2)))
  (setv idle (taught threads 1000 False after))
  (assert (= threads.now 2))
  (assert (< (- idle after) (* 1.4 1000 0.1))))
