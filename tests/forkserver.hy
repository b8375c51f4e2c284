#[[A server that forks, so that a test's process starts in a few hundredths of a second.

Importing Keras and a backend takes seconds. A process that has imported them, but not used them,
forks for each process that a test asks for; `forked.py` is the client. There is one for each
backend, which imports when it is first asked, or at once where all tests run. They end with their
standard input.]]

(eval-when-compile (require hyrule [unless]))
(import
  atexit
  contextlib [suppress]
  ctypes
  gc
  importlib [import-module]
  io
  json
  os
  pathlib [Path]
  random
  runpy
  select [select]
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
  QUICK "quick and not slow"  ; and those of `-m quick`
  FOR-TENSORFLOW "--xla_cpu_use_fusion_emitters=false"  ; a flag that newer versions of JAX lack
  MEASURED "COVERAGE_PROCESS_START"  ; and the one with which coverage.py measures
  NAMESPACES 0x54020000  ; of users, network, host name and mounts, as setns(2) counts them
  ;; What a forked process need not import any more, beside Keras.
  IMPORTED ["hy.cmdline" "h5py" "lstm_textgen.cli"
    "lstm_textgen.cli.models" "lstm_textgen.cli.training" "lstm_textgen.cli.writing"
    "lstm_textgen.display.live" "lstm_textgen.learning.runs" "lstm_textgen.textmodel"
    "lstm_textgen.learning.training" "tests.counting" "tests.helpers"])


;; * The servers

(defn main []
  #[[Serve each backend on a socket of its name in a folder, for tests with these marks.

  Both are the command's arguments.]]
  (setv [_ folder marks] sys.argv)
  (for [backend BACKENDS]
    (setv requests (socket.socket socket.AF-UNIX))
    (.bind requests (str (/ (Path folder) backend)))
    (.listen requests 100)
    (unless (os.fork)
      (unless (= marks ALL) (wait-for requests))
      (setv (get os.environ "KERAS_BACKEND") backend)
      (import-all (!= marks QUICK))
      (serve requests))
    (.close requests))
  (for [_ BACKENDS] (os.wait)))


(defn wait-for [requests]
  "Wait until a client connects to `requests` (a socket); end with standard input."
  (when (in sys.stdin (get (select [sys.stdin requests] [] []) 0))
    (os._exit 0)))


(defn import-all [keras]
  "Import what uses the backend, or all but `keras`."
  (setv measurement (measure))
  (import-module "hyrule")  ; which takes seconds beside TensorFlow
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
  (gc.freeze))  ; what is never collected is never copied


(defn measure []
  "Start coverage.py if the environment asks for it, and return it; it saves what it has at exit."
  (when (os.environ.get MEASURED)
    (import coverage)
    (coverage.process-startup :force True)))


(defn serve [requests]
  "Fork a keeper for each client that connects to `requests`, until standard input ends."
  (signal.signal signal.SIGCHLD signal.SIG-IGN)  ; nobody waits for a keeper
  (while True
    (wait-for requests)
    (setv [client _] (.accept requests))
    (unless (os.fork)
      (try
        (.close requests)
        (keep client)
        (os._exit 0)
        (except [BaseException]
          (traceback.print-exc)
          (os._exit 1))))
    (.close client)))


(defn keep [client]
  "Fork into the process that `client` asks for; tell the client its number, and how it ended."
  (signal.signal signal.SIGCHLD signal.SIG-DFL)
  (setv
    [_ streams _ _] (socket.recv-fds client 1 3)
    request (json.loads (.readline (.makefile client)))
    number (os.fork))
  (unless number
    (.close client)
    (os._exit (perform streams #** request)))
  (for [stream streams]
    (os.close stream))
  (.sendall client (.encode f"{number}\n"))
  (setv end (os.pidfd-open number))
  (unless (in end (get (select [client end] [] []) 0))  ; the client was killed
    (os.kill number signal.SIGKILL))
  (setv status (os.waitstatus-to-exitcode (get (os.waitpid number 0) 1)))
  (with [_ (suppress BrokenPipeError)]
    (.sendall client (.encode f"{status}\n"))))


;; * The forked process

(defn perform [streams client arguments folder environment]
  "Run Python's `arguments` in `folder`; return the status, or end as Python would."
  (enter-machine client)
  (take-place streams folder environment)
  (setv
    sys.orig-argv [sys.executable #* arguments]
    status 0)
  (try
    (begin #* arguments)
    (except [error SystemExit]
      (setv status (if (isinstance error.code #(int (type None))) (or error.code 0) 1))
      (unless (isinstance error.code #(int (type None)))
        (print error.code :file sys.stderr)))
    (except [error BaseException]
      (sys.excepthook (type error) error error.__traceback__)
      (setv status (if (isinstance error KeyboardInterrupt) None 1))))
  (threading._shutdown)
  (atexit._run-exitfuncs)
  (try
    (.flush sys.stdout)
    (except [[OSError ValueError]]
      (setv status 120)))
  (when (is status None)
    (signal.signal signal.SIGINT signal.SIG-DFL)
    (signal.raise-signal signal.SIGINT))
  status)


(defn enter-machine [client]
  "Enter the namespaces of the process `client`, if it is on an imitated machine."
  (unless (= #* (gfor one [client "self"] (os.readlink f"/proc/{one}/ns/net")))
    (when (.setns (ctypes.CDLL None) (os.pidfd-open client) NAMESPACES)
      (raise (OSError "can't enter the client's namespaces")))))


(defn take-place [streams folder environment]
  "Take the place of a new process with these standard `streams`, `folder` and `environment`."
  (for [[n stream] (enumerate streams)]
    (os.dup2 stream n)
    (os.close stream))
  (setv
    encoding (.get environment "PYTHONIOENCODING")
    [errors named] (if encoding ["strict" encoding] [sys.stdout.errors sys.stdout.encoding])
    sys.stdin (open 0 :encoding named :errors errors :closefd False)
    sys.stdout (open 1 "w" :encoding named :errors errors :closefd False)
    sys.stderr (open 2 "w" 1 :encoding named :errors sys.stderr.errors :closefd False))
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


(defn begin [option #* arguments]
  "Run what Python runs with these command-line arguments."
  (match option
    "-u" (do
      (setv sys.stdout (io.TextIOWrapper (open 1 "wb" 0 :closefd False)
        :encoding sys.stdout.encoding :errors sys.stdout.errors :write-through True))
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
