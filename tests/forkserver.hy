#[[A server that forks, so that a test's process starts in a few hundredths of a second.

Importing Keras and a backend takes seconds. A process that has imported them, but not used them,
forks for each process that a test asks for; `forked.py` is the client. There is one such process
for each backend, made when it is first asked for, or at once where all tests run. All end with the
standard input of the first.]]

(eval-when-compile (require hyrule [unless]))
(import
  atexit
  contextlib [suppress]
  dataclasses [dataclass]
  gc
  importlib [import-module]
  io
  json
  os
  pathlib [Path]
  random
  runpy
  selectors [DefaultSelector EVENT-READ]
  signal
  socket
  sys
  threading
  traceback
  types [ModuleType])

(setv
  BACKENDS ["tensorflow" "jax" "torch"]
  FORKS "LSTM_TEXTGEN_FORKS"  ; the environment variable that names the folder of the sockets
  COUNTING "LSTM_TEXTGEN_COUNTING"  ; and the one with which a `CountingLearner` trains
  ALL "slow or not slow"  ; the marks of all tests
  FOR-TENSORFLOW "--xla_cpu_use_fusion_emitters=false"  ; a flag that newer versions of JAX lack
  MEASURED "COVERAGE_PROCESS_START"  ; and the one with which coverage.py measures
  ;; What a forked process need not import any more, beside Keras.
  IMPORTED ["hy.cmdline" "hyrule" "h5py" "lstm_textgen.cli"
    "lstm_textgen.cli.models" "lstm_textgen.cli.training" "lstm_textgen.cli.writing"
    "lstm_textgen.display.live" "lstm_textgen.learning.runs" "lstm_textgen.textmodel"
    "lstm_textgen.learning.training" "tests.counting" "tests.helpers"])


;; * The servers

(defn main []
  #[[Serve each backend on a socket of its name in a folder, for tests with these marks.

  Both are the command's arguments.]]
  (setv
    [_ folder marks] sys.argv
    selector (DefaultSelector))
  (.register selector sys.stdin EVENT-READ)
  (defn become-in-fork [backend requests]
    (unless (os.fork)
      (.close selector)
      (become backend requests (!= marks "quick and not slow")))
    (.close requests))
  (for [backend BACKENDS]
    (setv requests (listener folder backend))
    (if (= marks ALL)
      (become-in-fork backend requests)  ; no test waits for it
      (.register selector requests EVENT-READ backend)))
  (while True
    (for [[key _] (.select selector)]
      (when (is key.fileobj sys.stdin)
        (return))
      (.unregister selector key.fileobj)
      (become-in-fork key.data key.fileobj))))


(defn listener [folder name]
  "Return a socket that listens at `name` in `folder`."
  (setv it (socket.socket socket.AF-UNIX))
  (.bind it (str (/ (Path folder) name)))
  (.listen it 100)
  it)


(defn become [backend requests keras]
  "Import what uses `backend`, or all but `keras`, answer `requests` (a socket), and end."
  (try
    (setv
      (get os.environ "KERAS_BACKEND") backend
      measurement (measure))
    (when keras
      (with [_ (suppress ImportError)]  ; who tests one file may have none
        ((. (import-module "lstm_textgen.learning.learner.quiet") import-keras))
        (import-module "lstm_textgen.learning.learner.callbacks")))
    (for [name IMPORTED]
      (with [_ (suppress ImportError)]
        (import-module name)))
    (when measurement
      (.stop measurement)
      (.save measurement)
      (atexit._clear))  ; it would be stopped again in each fork
    (gc.freeze)  ; what is never collected is never copied
    (serve requests)
    (os._exit 0)
    (except [BaseException]
      (traceback.print-exc)
      (os._exit 1))))


(defn measure []
  "Start coverage.py if the environment asks for it, and return it; it saves what it has at exit."
  (when (os.environ.get MEASURED)
    (import coverage)
    (coverage.process-startup :force True)))


(defclass [dataclass] Fork []
  "A forked process: its `number`, a descriptor that tells of its `end`, the `client` it is for."
  #^ int number
  #^ int end
  #^ socket.socket client)


(defn serve [requests]
  "Fork for each client that connects to `requests` (a socket), until standard input ends."
  (setv selector (DefaultSelector))
  (for [file [sys.stdin requests]]
    (.register selector file EVENT-READ))
  (while True
    (for [[key _] (.select selector)]
      (setv fork key.data)
      (cond
        (is key.fileobj sys.stdin)
          (return)
        (is key.fileobj requests)
          (start (get (.accept requests) 0) selector)
        (= key.fd fork.end)
          (finish fork selector)
        True
          (do  ; the client was killed
            (.unregister selector fork.client)
            (os.kill fork.number signal.SIGKILL))))))


(defn start [client selector]
  "Fork into the process that `client` asks for, and watch both."
  (setv
    [_ streams _ _] (socket.recv-fds client 1 3)
    request (json.loads (.readline (.makefile client)))
    number (os.fork))
  (unless number
    (.close selector)
    (.close client)
    (os._exit (perform streams #** request)))
  (for [stream streams]
    (os.close stream))
  (.sendall client (.encode f"{number}\n"))
  (setv fork (Fork number (os.pidfd-open number) client))
  (for [file [fork.end client]]
    (.register selector file EVENT-READ fork)))


(defn finish [fork selector]
  "Report the exit status of `fork` to its client."
  (setv status (os.waitstatus-to-exitcode (get (os.waitpid fork.number 0) 1)))
  (.unregister selector fork.end)
  (os.close fork.end)
  (when (in fork.client (gfor key (.values (.get-map selector)) key.fileobj))
    (.unregister selector fork.client)
    (with [_ (suppress BrokenPipeError)]
      (.sendall fork.client (.encode f"{status}\n"))))
  (.close fork.client))


;; * The forked process

(defn perform [streams arguments folder environment]
  "Run Python's `arguments` in `folder`; return the status, like Python."
  (try
    (try
      (take-place streams folder environment)
      (setv sys.orig-argv [sys.executable #* arguments])
      (begin #* arguments)
      (setv status 0)
      (except [error SystemExit]
        (setv status (status-of error.code)))
      (except [error KeyboardInterrupt]
        (sys.excepthook (type error) error error.__traceback__)
        (signal.signal signal.SIGINT signal.SIG-DFL)
        (os.kill (os.getpid) signal.SIGINT))
      (except [error BaseException]
        (sys.excepthook (type error) error error.__traceback__)
        (setv status 1))
      (finally
        (threading._shutdown)
        (atexit._run-exitfuncs)))
    (try
      (.flush sys.stdout)
      (except [error [OSError ValueError]]
        (setv status 120)))
    status
    (except [BaseException]
      (traceback.print-exc)
      1)))


(defn take-place [streams folder environment]
  "Take the place of a new process with these standard `streams`, `folder` and `environment`."
  (for [[n stream] (enumerate streams)]
    (os.dup2 stream n)
    (os.close stream))
  (setv
    encoding (.get environment "PYTHONIOENCODING")
    sys.stdin (text-stream 0 "r" sys.stdin encoding)
    sys.stdout (text-stream 1 "w" sys.stdout encoding)
    sys.stderr (text-stream 2 "w" sys.stderr encoding))
  (signal.signal signal.SIGINT signal.default-int-handler)
  (os.chdir folder)
  (.clear os.environ)
  (.update os.environ environment)
  (when (= (.get environment "KERAS_BACKEND") "jax")
    (setv (get os.environ "XLA_FLAGS")
      (.replace (.get environment "XLA_FLAGS" "") FOR-TENSORFLOW "")))
  (random.seed)
  (when (.get environment COUNTING)
    (import tests.counting [install])
    (install))
  (measure))


(defn text-stream [number mode like encoding]
  "Return the standard stream of that `number`, in `encoding` or, if that is None, as `like` is."
  (setv raw (io.FileIO number mode :closefd False))
  (io.TextIOWrapper
    ((if (= mode "r") io.BufferedReader io.BufferedWriter) raw)
    :encoding (or encoding like.encoding)
    :errors (if (and encoding (!= number 2)) "strict" like.errors)
    :line-buffering (or (= number 2) (.isatty raw))))


(defn begin [option #* arguments]
  "Run what Python runs with these command-line arguments."
  (match option
    "-u" (do
      (setv sys.stdout (io.TextIOWrapper
        (io.FileIO 1 "w" :closefd False)
        :encoding sys.stdout.encoding
        :errors sys.stdout.errors
        :write-through True))
      (begin #* arguments))
    "-c" (do
      (setv
        sys.argv ["-c" #* (cut arguments 1 None)]
        module (ModuleType "__main__")
        (get sys.modules "__main__") module)
      (exec (compile (get arguments 0) "<string>" "exec") module.__dict__))
    "-m" (do
      (setv sys.argv (list arguments))
      (runpy.run-module (get arguments 0) :run-name "__main__" :alter-sys True))
    script (do
      (setv sys.argv [script #* arguments])
      (runpy.run-path script :run-name "__main__"))))


(defn status-of [code]
  "Return the status of a process that ends by `SystemExit` with this `code`."
  (cond
    (is code None) 0
    (isinstance code int) (& code 0xff)
    True (do
      (print code :file sys.stderr)
      1)))
