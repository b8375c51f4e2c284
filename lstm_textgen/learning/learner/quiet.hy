#[[Keras without its greeting, and without traces in the process around it.

TensorFlow writes a page to standard error when it is imported, and more at its first step. Imports
set environment variables, which child processes would inherit, and draw random numbers.]]

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [contextmanager]
  importlib [import-module]
  os
  random
  signal
  sys
  tempfile [TemporaryFile]
  threading [RLock]
  numpy :as np
  lstm-textgen.basics.interrupts [Stopper]
  lstm-textgen.basics.machine [gpu?])

(setv
  BACKENDS ["tensorflow" "jax" "torch"]  ; the first is Keras' default
  ;; What the backends read from the environment, unless the user has set it.
  ENVIRONMENT {
    ;; What PyTorch can't do on Apple's GPU it does on the processor.
    "PYTORCH_ENABLE_MPS_FALLBACK" "1"
    ;; TensorFlow keeps the memory of a step for the next: else the system takes and clears it each
    ;; time, which costs up to a third of the step (bench/README.md).
    "TF_CPU_ALLOCATOR_USE_BFC" "true"}
  ;; What we and the backends' imports set, and nobody reads later.
  PASSING ["HDF5_PLUGIN_PATH" "TF_CPP_MIN_LOG_LEVEL"]
  ;; One thread at a time redirects standard error: else the last to end puts back another's file.
  MUTING (RLock))


(defn import-keras [[backend None]]
  #[[Import Keras, and TensorFlow where it is installed, with standard error muted.

  Call it before the first import of a module that imports Keras. `backend` is the one that Keras
  gets, if it can be imported; None leaves it to Keras. TensorFlow is imported here whatever the
  backend, as Keras imports it at its first step of training if it is installed; but not where
  the steps are our own.

  Return `backend`, or None if it can't be imported. Raise `ImportError`, which says what to do, if
  Keras or its backend is missing, `ValueError` if KERAS_BACKEND names none that can train, and
  `KeyboardInterrupt` after the import if Ctrl-C was pressed.]]
  (setv named (os.environ.get "KERAS_BACKEND"))
  (when (and named (not-in named BACKENDS))
    (raise (ValueError (+ f"KERAS_BACKEND is \"{named}\", but must be "
      f"{(.join ", " (cut BACKENDS -1))} or {(get BACKENDS -1)}"))))
  (setv missing None)
  (for [[name value] (.items ENVIRONMENT)]
    (.setdefault os.environ name value))
  (with [stopper (Stopper [signal.SIGINT])  ; some imports swallow Ctrl-C, others break by it
         _ (muted-stderr)
         _ (kept-random)]
    (when backend
      (try
        (import-module backend)
        (setv (get os.environ "KERAS_BACKEND") backend)
        (except [[ImportError OSError]]  ; it is installed, but broken
          (setv backend None))))
    (try
      (import-module "keras")
      (except [error ModuleNotFoundError]
        (setv missing error)))
    (unless (_own-steps?)
      (try
        (import-module "tensorflow")
        (except [ImportError]))))
  (when stopper.number
    (raise KeyboardInterrupt))
  (when missing
    (setv wanted (if (in missing.name BACKENDS)
      missing.name
      (or (os.environ.get "KERAS_BACKEND") (get BACKENDS 0))))
    (raise (ImportError (+ f"this needs Keras with the backend {wanted}, but "
        f"{(or missing.name wanted)} is not installed: pip install keras {wanted} "
        "(KERAS_BACKEND chooses another backend)"))
      :from missing))
  backend)


(defn _own-steps? []
  "Return whether Keras is imported and its steps of training go by PyTorch, on a processor."
  (setv keras (.get sys.modules "keras"))
  (and keras (= (.backend keras.backend) "torch") (not (gpu?))))


(defn [contextmanager] muted-stderr []
  #[[While it is open, withhold what is written to standard error; show it only if something fails.

  TensorFlow writes from C++, whatever its log level, so the file descriptor itself is redirected.
  Where the process has no standard error, nothing is redirected.]]
  (with [_ MUTING
         _ (_passing-environment)]
    (setv real (_stderr-copy))
    (if (is real None)
      (yield)
      (with [_ (_withholding real)]
        (yield)))))


(defn [contextmanager] _passing-environment []
  "Let TensorFlow log little; then take back what of `PASSING` wasn't set before."
  (setv unset (lfor name PASSING :if (not-in name os.environ) name))
  (.setdefault os.environ "TF_CPP_MIN_LOG_LEVEL" "3")
  (try
    (yield)
    (finally
      (for [name unset]
        (.pop os.environ name None)))))


(defn [contextmanager] _withholding [real]
  "While it is open, keep standard error, of which `real` is a second descriptor, in a file."
  (with [withheld (TemporaryFile)]
    (os.dup2 (.fileno withheld) 2)
    (try
      (yield)
      (except [KeyboardInterrupt]  ; whoever stops it needs no log of what it was about
        (raise))
      (except [BaseException]
        (.seek withheld 0)
        (os.write real (.read withheld))
        (raise))
      (finally
        (os.dup2 real 2)
        (os.close real)))))


(defn mute-first-call [object name]
  #[[Withhold what the first call of the method `name` of `object` writes to standard error.

  Whoever has imported TensorFlow before us has left its log on.]]
  (setv method (getattr object name))
  (defn first [#* arguments]
    (unless (in name (vars object))  ; it was kept, and is called again
      (return (method #* arguments)))
    (delattr object name)  ; from now on the class's method is called
    (with [_ (muted-stderr)]
      (method #* arguments)))
  (setattr object name first))


(defn [contextmanager] kept-random []
  "Put Python's and NumPy's global random generators back at the end to where they stand now."
  (setv
    ours (random.getstate)
    arrays (np.random.get-state))
  (try
    (yield)
    (finally
      (random.setstate ours)
      (np.random.set-state arrays))))


(defn [contextmanager] muted-stdout []
  "While it is open, lose what is written to standard output."
  (.flush sys.stdout)
  (setv real (os.dup 1))
  (try
    (with [nowhere (open os.devnull "w")]
      (os.dup2 (.fileno nowhere) 1)
      (yield))
    (finally
      (os.dup2 real 1)
      (os.close real))))


(defn reserve-stderr []
  #[[Let Python alone write to standard error from now on; return a function that ends that.

  XLA's C++ writes a page there before it ends a process whose peers are gone.]]
  (setv
    before sys.stderr
    real (_stderr-copy))
  (when (is real None)
    (return (fn [])))
  (setv sys.stderr (open real "w"
    :buffering 1
    :encoding before.encoding
    :errors before.errors))
  (with [nowhere (open os.devnull "w")]
    (os.dup2 (.fileno nowhere) 2))
  (fn []
    (os.dup2 real 2)
    (.close sys.stderr)
    (setv sys.stderr before)))


(defn _stderr-copy []
  #[[Return a second descriptor of standard error, or None if the process has none.

  A process that was started without one has `sys.stderr` None, and then any file that it has
  opened since may have the number 2.]]
  (when (is sys.stderr None)
    (return None))
  (try
    (os.dup 2)
    (except [OSError]
      None)))


(defn end-at-once [status]
  "End this process with `status`, without waiting for its threads or for other processes."
  (for [stream [sys.stdout sys.stderr]]
    (.flush stream))
  (os._exit status))
