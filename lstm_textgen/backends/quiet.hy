"Keras without its greeting: TensorFlow writes a page to standard error when it is imported."

(import
  contextlib [contextmanager]
  importlib [import-module]
  os
  sys
  tempfile [TemporaryFile])


(defn import-keras []
  #[[Import Keras, and TensorFlow where it is installed, with standard error muted.

  Call it before the first import of a module that imports Keras. TensorFlow is imported here
  whatever the backend: Keras imports it at the first step of training if it is installed.]]
  (with [_ (muted-stderr)]
    (import-module "keras")
    (try
      (import-module "tensorflow")
      (except [ImportError])))
  None)


(defn [contextmanager] muted-stderr []
  #[[While it is open, withhold what is written to standard error; show it only if something fails.

  TensorFlow writes from C++, whatever its log level, so the file descriptor itself is redirected.
  Where the process has no standard error, nothing is done.]]
  (.setdefault os.environ "TF_CPP_MIN_LOG_LEVEL" "3")
  (setv real (_stderr-copy))
  (if (is real None)
    (yield)
    (with [withheld (TemporaryFile)]
      (os.dup2 (.fileno withheld) 2)
      (try
        (yield)
        (except [BaseException]
          (.seek withheld 0)
          (os.write real (.read withheld))
          (raise))
        (finally
          (os.dup2 real 2)
          (os.close real))))))


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
