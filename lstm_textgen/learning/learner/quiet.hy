"Imports Keras quietly: TensorFlow writes a page on import, and more at its first step."

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [contextmanager nullcontext suppress]
  faulthandler
  importlib [import-module]
  importlib.util [find-spec]
  os
  pathlib [Path]
  signal
  sys
  tempfile [TemporaryFile]
  threading [RLock active-count]
  lstm-textgen.basics.interrupts [catching-signals nothing-to-save]
  lstm-textgen.basics.machine [gpu? pip-install]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [read-dict])

(setv
  BACKENDS ["tensorflow" "jax" "torch"]  ; the first is Keras' default
  ;; Set unless the user has: PyTorch falls back to the CPU for operations that Apple's GPU lacks;
  ;; TensorFlow keeps a step's memory for the next, as clearing it takes up to a third of the step
  ;; (bench/log.md).
  ENVIRONMENT {"PYTORCH_ENABLE_MPS_FALLBACK" "1"  "TF_CPU_ALLOCATOR_USE_BFC" "true"}
  ;; One thread at a time redirects standard error: otherwise the last restores another's file.
  MUTING (RLock)
  _OWNED []    ; an entry for each `own-process` that is open …
  _QUIET []    ; … and for each `quiet-run`
  _TRAINED [])  ; the number of the process that trained first, or whose fork this is


(defn import-keras [[backend None]]
  #[[Import Keras, and TensorFlow where it is installed, as quietly as `muted-stderr` can.

  Call it before the first import of a module that imports Keras. Keras will use `backend`, if that
  can be imported; None leaves the choice to Keras, unless only another backend is there.
  Whatever the backend, Keras imports TensorFlow at its first training step, so that is imported
  here, unless the steps are our own.

  Return `backend`, or None if it can't be imported. Raise `ImportError` with what to do if Keras
  or its backend is missing, `ValueError` if KERAS_BACKEND names one that can't train, and
  `KeyboardInterrupt` after the import if Ctrl-C was pressed.]]
  (setv named (or (os.environ.get "KERAS_BACKEND") (get BACKENDS 0)))
  (unless (in named BACKENDS)
    (refuse f"KERAS_BACKEND is \"{named}\", but must be "
      f"{(.join ", " (cut BACKENDS -1))} or {(get BACKENDS -1)}"))
  (for [[name value] (.items ENVIRONMENT)] (.setdefault os.environ name value))
  (setv own (configured-backend))
  (unless (or (in "keras" sys.modules) (= own (get BACKENDS 0)))
    (setv (get os.environ "KERAS_BACKEND") own))
  (with [stopper (catching-signals [signal.SIGINT])  ; imports swallow Ctrl-C or break on it
         _ (nothing-to-save)
         _ (muted-stderr)]
    (when backend
      (try
        (import-module backend)
        (setv (get os.environ "KERAS_BACKEND") backend)
        (except [[ImportError OSError]] (setv backend None))))  ; installed, but broken
    (setv missing None)
    (try
      (import keras)
      (unless (and (= (keras.backend.backend) "torch") (not (gpu?)))
        (with [_ (suppress ImportError)] (import-module "tensorflow")))
      (except [error ModuleNotFoundError] (setv missing error))))
  (when stopper.number (raise KeyboardInterrupt))
  (when missing (raise (what-to-install missing.name) :from missing))
  backend)


(defn refuse-fork []
  "Raise `RuntimeError` in a fork of a process that has trained: backends' threads don't survive."
  (unless _TRAINED (.append _TRAINED (os.getpid)))
  (unless (= _TRAINED [(os.getpid)])
    (refuse "this process was forked from one that has trained, so training would hang; start it "
      "with multiprocessing.get_context(\"spawn\")" :kind RuntimeError)))


(defn configured-backend []
  "Return the backend that KERAS_BACKEND or Keras' configuration names, else the first installed."
  (setv
    home (Path (or (os.environ.get "KERAS_HOME") (os.path.expanduser "~/.keras")))
    named (or (os.environ.get "KERAS_BACKEND") (.get (read-dict (/ home "keras.json")) "backend"))
    first (get BACKENDS 0))
  (if (in named [None first])  ; Keras itself writes its default into the file
    (next (gfor each BACKENDS :if (find-spec each) each) first)
    named))


(defn what-to-install [missing]
  "Return the `ImportError` for a Keras that can't be imported because `missing` isn't there."
  (setv backend (if (in missing BACKENDS) missing (configured-backend)))
  (ImportError (+ f"this needs Keras with the backend {backend}, but {(or missing backend)} is "
    f"not installed: {(to-train backend)} (KERAS_BACKEND chooses another backend)")))


(defn to-train [backend]
  "Return the command that installs what training on `backend` needs."
  (pip-install "keras" backend "tokenizers"))


;; * Standard error

(defn [contextmanager] own-process []
  #[[While inside, treat the process as ours, on all threads: mute stderr and choose the backend.

  In another's process its threads, its children and `faulthandler` may write to stderr, too.]]
  (.append _OWNED True)
  (try
    (yield)
    (finally (.pop _OWNED))))


(defn [contextmanager] quiet-run [wanted]
  "While inside, if `wanted`, mute stderr in another's process, too, if nothing else writes to it."
  (.append _QUIET wanted)
  (try
    (yield)
    (finally (.pop _QUIET))))


(defn own-process? []
  "Return whether the process is the program's own."
  (bool _OWNED))


(defn [contextmanager] muted-stderr []
  #[[While inside, ask TensorFlow to be quiet; in our own process or a `quiet-run`, mute stderr.

  Output to it is then withheld, and shown if something fails. TensorFlow writes from C++ at any
  log level, so the file descriptor itself is redirected, if the process has one.]]
  (setv alone (and (= (active-count) 1) (not (faulthandler.is-enabled))))
  (with [_ MUTING
         withheld (TemporaryFile)
         real (if (or _OWNED (and (any _QUIET) alone)) (_redirected 2 withheld) (nullcontext))]
    (.setdefault os.environ "TF_CPP_MIN_LOG_LEVEL" "3")
    (try
      (yield)
      (except [KeyboardInterrupt] (raise))  ; a user who stops it needs no log
      (except [BaseException]
        (.seek withheld 0)
        (when real (os.write real (.read withheld)))
        (raise)))))


(defn [contextmanager] _redirected [descriptor file]
  "While inside, redirect `descriptor` to `file`; yield a copy of the real descriptor."
  (setv real (os.dup descriptor))
  (os.dup2 (.fileno file) descriptor)
  (try
    (yield real)
    (finally
      (os.dup2 real descriptor)
      (os.close real))))


(defn [contextmanager] muted-stdout []
  "While inside, discard output to standard output."
  (.flush sys.stdout)
  (with [nowhere (open os.devnull "w")  _ (_redirected 1 nowhere)] (yield)))


(defn end-at-once [[complaint ""]]
  "Write `complaint` to standard error and end with the status 2, without waiting for threads."
  (.write sys.stderr complaint)
  (for [stream [sys.stdout sys.stderr]] (.flush stream))
  (os._exit 2))
