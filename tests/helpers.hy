"Words that several tests use: a small text, small models, and the program as a process."

(import
  os
  pathlib [Path]
  subprocess
  sys
  lstm_textgen.report [Quiet]
  lstm_textgen.textmodel [train])

(setv
  ROOT (. (Path __file__) (resolve) parent parent)
  ;; 6,000 characters that a network of 24 units learns a good deal of in seconds.
  VERSE "the cat sat on the mat, and that was that.\nheylo, said the dog to the fog: what a day!\n"
  TEXT (* VERSE 70)
  ;; A model that trains in a few seconds, most of which go into compiling.
  TINY {"layers" "24,dropout:0.3"  "lookback" 16  "batch_size" 8  "learning_rate" 0.02})


(defn write-text [folder [text TEXT] [name "text.txt"]]
  "Put `text` into a file in `folder`; its path."
  (setv path (/ folder name))
  (.write-text path text :encoding "utf-8")
  (str path))


(defn train-tiny [folder [text TEXT] #** settings]
  "Train a small model on `text`, quietly; it is saved as `model.h5` in `folder`."
  (train (write-text folder text) (/ folder "model") :report (Quiet) #** {#** TINY "epochs" 2 #** settings}))


(defn shell-environment []
  "The environment of the user's shell, from which the program finds the tree: without what JAX, once it is imported, sets here for TensorFlow."
  {#** (dfor  [name value] (.items os.environ)  :if (!= name "TF_CPP_MIN_LOG_LEVEL")  name value)
   "PYTHONPATH" (str ROOT)})


(defn program [#* arguments [folder None] [input None] [environment {}]]
  "Run the program with `arguments` in `folder`; the finished process, its output as text."
  (subprocess.run [sys.executable "-m" "lstm_textgen" #* (map str arguments)]
    :cwd folder :input input :capture-output True :text True :encoding "utf-8" :timeout 300
    :env {#** (shell-environment) #** environment}))


(defn start-program [#* arguments folder]
  "Start the program with `arguments` in `folder`, and go on; its output can be read line by line."
  (subprocess.Popen [sys.executable "-u" "-m" "lstm_textgen" #* (map str arguments)]
    :cwd folder :stdout subprocess.PIPE :stderr subprocess.PIPE :text True :encoding "utf-8"
    :env (shell-environment)))


(defn wait-for [words lines]
  "Read `lines`, the output of a started program, until one has `words`; fail if it ends before."
  (assert (any (gfor  line lines  (in words line))) f"it ended before it said: {words}"))


(setv TINY-FLAGS ["--layers" "24,dropout:0.3" "--lookback" "16" "--batch-size" "8" "--learning-rate" "0.02"])


(defn refused [result #* words]
  "Assert that the finished process `result` refused its input: status 2, and one line on standard error that has `words`."
  (assert (= result.returncode 2) result.stderr)
  (assert (= (.count (.strip result.stderr) "\n") 0) result.stderr)
  (for [word words]
    (assert (in word result.stderr) result.stderr)))
