"Helpers: a small text, processes, a web server and small models."

(import
  base64 [b64decode]
  dataclasses [fields]
  functools [partial]
  gzip
  json
  math
  os
  pathlib [Path]
  re
  resource
  signal
  subprocess
  sys
  numpy :as np
  pytest
  lstm-textgen.display.plain [Plan Quiet]
  lstm-textgen.modelfile.checkpoint [Checkpoint Progress Resume load-checkpoint save-checkpoint]
  lstm-textgen.modelfile.keraslayout [weight-shapes]
  lstm-textgen.settings.models [Facts Request settings-of]
  lstm-textgen.settings.sizing [RULES]
  lstm-textgen.text.corpus [Text]
  lstm-textgen.text.files [read-sources]
  lstm-textgen.text.shingles [shingles-of]
  lstm-textgen.text.vocabulary [build-vocabulary]
  lstm-textgen.writing.scoring [Score surprises]
  lstm-textgen.writing.writer [stream write-each]
  tests.forkserver [BACKENDS FORKS])

(setv
  ROOT (. (Path __file__) (resolve) parent parent)
  DOCUMENTS (/ ROOT "tests" "documents")  ; tools/fixtures.hy has made them
  ;; 6,000 characters that a network of 24 units learns a good deal of in seconds.
  VERSE "the cat sat on the mat, and that was that.\nheylo, said the dog to the fog: what a day!\n"
  TEXT (* VERSE 70)
  LETTERS "\n abcd."  ; with one of each a uniform model has 7 units
  ;; A model that trains in a few seconds, most of which go into compiling.
  TINY {"layers" "24,dropout:0.3"  "lookback" 16  "batch_size" 8  "learning_rate" 0.02}
  TINY-FLAGS ["--layers" "24,dropout:0.3" "--lookback" "16" "--batch-size" "8"
    "--learning-rate" "0.02"]
  CALM 0.2  ; of the weights of a network that makes nothing of rounding
  FINGERPRINT "13:0123abcd"  ; of the text that a small model has seen an epoch of
  ;; How many times as much as usual the slow tests make up of what does no harm.
  FUZZ (int (os.environ.get "LSTM_TEXTGEN_FUZZ" 1))
  UNMEASURED {"COVERAGE_PROCESS_START" ""}  ; for a process that coverage.py would hinder
  STARTED []  ; processes that end with the test, as conftest.py sees to
  counting (pytest.mark.usefixtures "counting")  ; for tests in which no network need learn
  brief (pytest.mark.usefixtures "brief"))  ; and for those that make pages, with few samples


(defn train-tiny [folder [text TEXT] #** settings]
  "Train a small model on `text`, quietly; it is saved as `model.h5` in `folder`."
  (import lstm-textgen.textmodel [train])  ; Keras takes seconds to come; most tests do without
  (train (write-text folder text) (/ folder "model")
    #** {"display" (Quiet)  #** TINY  "epochs" 2  #** settings}))


(defn train-least [folder text #** settings]
  "Train a least model on `text` for an epoch; return it, from its file, and what the run said."
  (import lstm-textgen.textmodel [load train])
  (setv
    said []
    display (Quiet)
    [display.say display.warn display.doing] [said.append said.append (fn [#* _])]
    path (/ folder "m.h5"))
  (train :text text :path path
    #** {"display" display  "layers" 8  "epochs" 1  "lookback" 8  #** settings})
  #((load path) said))


(defn write-text [folder [text TEXT] [name "text.txt"]]
  "Write `text` to a file in `folder`, creating that; return the file's path."
  (write (/ folder name) text)
  (str (/ folder name)))


(defn write [path [content "text"]]
  "Write `content`, text or bytes, to the file `path`, creating its folder."
  (setv path (Path path))
  (.mkdir path.parent :parents True :exist-ok True)
  (.write-bytes path (if (isinstance content str) (.encode content) content)))


(defn write-all [files]
  "Write `files`, a dict from paths to their contents."
  (for [[path content] (.items files)] (write path content)))


(defn refusal-of [act #* arguments #** options]
  "Return the one line in which the function `act` refuses."
  (with [caught (pytest.raises #(OSError TypeError ValueError))]
    (act #* arguments #** options))
  (assert (not-in "\n" (str caught.value)))
  (str caught.value))


(setv complaint (partial refusal-of read-sources))


(defn noted [source #** options]
  "Return #(text notes): the text of a `source`, and what was said of it as #(name summary)."
  (setv
    notes []
    text (read-sources source #** options :note (fn [#* note] (.append notes note))))
  #(text notes))


(defn in-pieces [text size]
  "Return `text` in pieces of `size` characters."
  (lfor start (range 0 (len text) size) (cut text start (+ start size))))


(defn names-in [folder]
  "Return the names of all files in `folder`, sorted."
  (sorted (gfor file (.iterdir folder) file.name)))


(defclass StopAfter [Quiet]
  "A display that acts as Ctrl-C does, after `steps` steps."

  (defn __init__ [self steps]
    (.__init__ (super))
    (setv self.left steps))

  (defn step [self #* _]
    (-= self.left 1)
    (when (= self.left 0)
      (signal.raise-signal signal.SIGINT))))


;; * Displays

(defn a-plan [#** changes]
  "Return the `Plan` of a small run, with `changes`."
  (Plan #** {
    "source" "a.txt"  "path" "model.h5"  "units" 9000  "unit" "characters"
    "contents" "9,000 training and 1,000 validation characters, vocabulary 30"
    "layers" "lstm:24"  "why" "it suits"  "new" False  "epochs" 9  "seconds" None  "losses" []
    #** changes}))


;; * Processes

(defn output [folder #* arguments #** options]
  "Run the program with `arguments` in `folder`; return its output, without errors."
  (setv result (program #* arguments :folder folder #** options))
  (assert (= result.stderr ""))
  (succeeded result))


(defn program [#* arguments [folder None] #** options]
  "Run the program with `arguments` in `folder`; return the finished process."
  (run-python "-m" "lstm_textgen" #* arguments :cwd folder #** options))


(defn run-hy [code #* arguments #** options]
  "Run `code` in Hy, as `run-python` runs Python; return the finished process."
  (run-python "-m" "hy" "-c" code #* arguments #** options))


(defn run-python [#* arguments [environment {}] [cold False] #** options]
  #[[Run Python with `arguments`, and this package at hand; return the finished process.

  It is a fork of one that has imported Keras, unless it must be `cold`.]]
  (subprocess.run (python arguments environment cold) #** {
    "env" {#** (shell-environment) #** environment}
    "capture_output" True
    "encoding" "utf-8"
    "timeout" 300
    #** options}))


(defn start-program [#* arguments folder #** options]
  "Start the program with `arguments` in `folder`; return the process, to be read line by line."
  (start-python "-u" "-m" "lstm_textgen" #* arguments :cwd folder #** options))


(defn start-python [#* arguments [environment {}] [by []] #** options]
  #[[Start Python with `arguments`, as `run-python` does; return the process, which the test ends.

  `by` is the beginning of a command that starts another, if any.]]
  (.append STARTED (subprocess.Popen [#* by #* (python arguments environment)] #** {
    "env" {#** (shell-environment) #** environment}
    "stdout" subprocess.PIPE
    "stderr" subprocess.PIPE
    "encoding" "utf-8"
    #** options}))
  (get STARTED -1))


(defn python [arguments environment [cold False]]
  #[[Return the command for Python with `arguments` where `environment` is added to the shell's.

  It is that of a fork, unless it must be `cold`: what Python reads from the environment as it
  starts has been read in a fork.]]
  (setv
    backend (get {#** (shell-environment) #** environment} "KERAS_BACKEND")
    early (lfor name environment :if (.startswith name "PYTHON") name)
    forks (and (not cold) (in FORKS os.environ) (in backend BACKENDS)
      (in early [[] ["PYTHONIOENCODING"]])))
  [#* (if forks (forked-python) [sys.executable]) #* (map str arguments)])


(defn forked-python []
  "Return the command that is Python, forked from one that has imported Keras on KERAS_BACKEND."
  [sys.executable "-IS" (str (/ ROOT "tests" "forked.py")) (get os.environ FORKS)])


(defn shell-environment []
  #[[Return the environment of the user's shell, in which the program finds the tree.

  It lacks what JAX sets in ours for TensorFlow once it is imported, and the size of the terminal
  that the tests run on, which readline exports once it is imported. The backend is TensorFlow, so
  that on every processor the same is tested.]]
  (setv environment {"KERAS_BACKEND" "tensorflow"  #** os.environ  "PYTHONPATH" (str ROOT)})
  (for [name ["TF_CPP_MIN_LOG_LEVEL" "COLUMNS" "LINES"]]
    (.pop environment name None))
  environment)


(defn limit-files [size [number 0]]
  "Limit the files of process `number`, this one by default, to `size` bytes: its disk is full."
  (setv [_ hard] (resource.getrlimit resource.RLIMIT-FSIZE))
  (resource.prlimit number resource.RLIMIT-FSIZE #(size hard)))


(defn wait-for [words lines]
  "Read `lines`, the output of a started program, until one has `words`; fail if it ends before."
  (assert (any (gfor line lines (in words line))) f"it ended before it said: {words}"))


(defn succeeded [result]
  "Assert that the finished process `result` ended well; return its standard output."
  (assert (= result.returncode 0) (+ result.stdout result.stderr))
  result.stdout)


(defn refused [result #* words]
  #[[Assert that the finished process `result` refused its input.

  That is with status 2, and one line on standard error that has `words`.]]
  (assert (= result.returncode 2) result.stderr)
  (assert (= (.count (.strip result.stderr) "\n") 0) result.stderr)
  (for [word words]
    (assert (in word result.stderr) result.stderr)))


(defn page-of [folder #* models]
  "Write the page of `models` in `folder`; return its path."
  (import lstm-textgen.pages.playground [playground])  ; which most tests do without
  (setv path (/ folder "page.html"))
  (.write-text path :encoding "utf-8"
    (playground (dfor [n model] (enumerate models) f"model {n}" model)))
  path)


(defn block-of [page name]
  "Return what the element `name` of a `page` (HTML) holds for its scripts."
  (setv [block] (re.findall rf"(?s)<script type=\"text/plain\" id=\"{name}\">(.*?)</script>" page))
  block)


(defn packed-on [page]
  "Return what a `page` (HTML) holds compressed: a dict."
  (json.loads (gzip.decompress (b64decode (block-of page "packed")))))


;; * Models that are made at once, never trained

(defn uniform-model [tmp-path]
  "Save in `tmp-path` a model for which all of LETTERS are equally likely; return the folder."
  (save-odds tmp-path LETTERS {})
  tmp-path)


(defn sure-model [tmp-path]
  "Save in `tmp-path` a model that generates only a; return the folder."
  (save-odds tmp-path LETTERS {"a" 1e20})
  tmp-path)


(defn save-odds [folder text odds [name "model"] #** options]
  "Save in `folder` a model that always predicts the units of `text` with these `odds`."
  (save-checkpoint
    (small-model :text text :odds odds :layers "3" :resume False #** options)
    (/ folder name)))


(defn saved-model [tmp-path]
  "Save in `tmp-path` a small model; return the path of its file."
  (save-checkpoint (small-model) (/ tmp-path "model"))
  (/ tmp-path "model.h5"))


(defn small-model [[rng-seed 1] [layers "lstm:6,dropout:0.1,lstm:5"] [unit "characters"]
    [resume True] [text "hello, world\n"] [odds None] [max-words None] [scale 1] #** settings]
  #[[Make a model that knows the units of `text`, with an epoch behind it.

  Among the `settings` may be `Facts`. Its weights are random, of about `scale`; with CALM,
  rounding changes no text. With `odds`, a dict from units to how many times as likely they are as
  each of the others, it always predicts these instead.]]
  (setv
    vocabulary (build-vocabulary text unit max-words)
    facts (dfor f (fields Facts) :if (in f.name settings) f.name (.pop settings f.name))
    model (Checkpoint [] vocabulary
      (new-settings
        {"layers" layers  "unit" unit  "epochs" 50  "batch_size" 32  #** settings})
      (Facts #** {"embedding" 4  "beginning" (get vocabulary.units -1)
        "long_item" (.get facts "longest_item")  "longest_run" 100_000  #** facts})
      [{"epoch" 1  "loss" 2.5  "validation_loss" 2.25  "text" FINGERPRINT  "learning_rate" 0.008
        "seconds" 60.0  "sample" ""  "machine" "a processor"}])
    rng (np.random.default-rng rng-seed)
    model.weights (lfor
      [_ shape] (weight-shapes model.spec)
      (.astype (* scale (if (is odds None) (.normal rng :size shape) (np.zeros shape)))
        "float32")))
  (for [[unit times] (.items (or odds {}))]  ; the last bias
    (setv (get model.weights -1 (get vocabulary.ids unit)) (math.log times)))
  (when resume
    (setv model.resume (Resume
      :progress (Progress :epoch 1 :step 3 :updates 9 :loss-sum 7.5 :text FINGERPRINT)
      :variables (lfor weight model.weights (* weight 2))
      :optimizer [(np.asarray 9 "int64") #* model.weights (np.asarray [1 2] "uint32")])))
  model)


(defn new-settings [given]
  "Return the `ModelSettings` of a new model with the `given` ones, a dict; None: the default."
  (setv request (Request (dfor [name value] (.items given) :if (is-not value None) name value)))
  (settings-of (.or-else request
    :stride request.lookback :max-words (. (get RULES request.unit) max-words))))


(defn filters-of [text]
  "Return the `shingles-of` this text (str)."
  (with [stored (Text)]
    (.add stored text)
    (shingles-of stored)))


(defn write-many [model seeds samples [warn None] #** request]
  "Return the list of texts that `write-each` yields, in the order of their numbers."
  (setv
    request {"samples" samples  "best_of" 1  "min_p" 0  #** request}
    texts (write-each model seeds (Request request) :warn warn))
  (lfor [_ text] (sorted texts) text))


(defn written [model [seed ""] [ends None] [warn None] #** request]
  "Return the text that `stream` yields, as `request`: by default all at temperature 1."
  (.join "" (stream model seed (Request {"temperature" 1  "min_p" 0  #** request}) ends warn)))


(defn score [model pieces]
  "Return the `Score` of the text in `pieces`."
  (setv total (Score))
  (for [stretch (surprises model pieces)] (.add total stretch.score))
  (.check total)
  total)


(defn assert-no-warning [line]
  "Fail, as nothing should be said of a model: this is for `load-checkpoint` to call."
  (assert False line))


(defn same-model? [a b]
  "Return whether two models are equal to the last bit, training state included."
  (= (_content a) (_content b)))


(defn same-run? [#* paths]
  "Return whether the models at two `paths` are so."
  (same-model? #* (gfor path paths (load-checkpoint path :resume True))))


(defn _content [model]
  "Return all that is in `model`, to be compared."
  (setv resume (or model.resume (Resume None [] [])))
  [(.to-json model.vocabulary)
    model.settings
    model.facts
    (untimed model.history)
    resume.progress
    #* (lfor
      arrays [model.weights resume.variables resume.optimizer]
      (lfor array arrays #(array.dtype.str array.shape (.tobytes array))))])


(defn untimed [history]
  "Return `history` without its seconds, which no two runs share."
  (lfor
    entry history
    (dfor [name value] (.items entry) :if (!= name "seconds") name value)))
