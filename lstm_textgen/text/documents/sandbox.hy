"Documents read by a process of their own: they may take for ever, or crash what reads them."

(import
  contextlib [contextmanager suppress]
  importlib [import-module]
  os
  signal
  subprocess
  sys
  tempfile [TemporaryFile]
  lstm-textgen.basics.machine [MB]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.reading [refuse-locked])

(setv
  SECONDS 300  ; of the CPU, for a whole document
  MEMORY (* 2048 MB)
  ;; The status for a document that needs a password, or too much memory; others: it is damaged.
  LOCKED 3
  TOO-LARGE 4
  CALL (+ "import hy, sys; from lstm_textgen.text.documents.sandbox import begin; "
    "begin(*sys.argv[1:])"))


(defn [contextmanager] run-sandboxed [module function data reading #* arguments]
  #[[Yield the file of bytes that `function` of this folder's `module` writes, given `arguments`.

  It runs in a process of its own, with the bytes `data` as standard input, writes to standard
  output, and exits with `LOCKED` if need be. Raise `NotText` for a document that is locked, or
  takes too much time or memory, `ValueError` for one that the process fails to read.]]
  (with [out (TemporaryFile)]
    (setv status (. (subprocess.run
      [(getattr hy "sys_executable" sys.executable) "-P" "-c" CALL module function
        #* (map str arguments)]
      :input data
      :stdout out :stderr subprocess.DEVNULL
      :env {#** os.environ
        "PYTHONPATH" (.join os.pathsep (gfor path sys.path (or path (os.getcwd))))})
      returncode))
    (cond
      (= status LOCKED) (refuse-locked reading)
      ;; Its time is over. Windows has neither signal.
      (in (- status) (gfor name ["SIGPROF" "SIGXCPU"] (getattr signal name None)))
        (raise (NotText f"{reading.name} takes too long to read; give its text as a .txt file"))
      (in status [TOO-LARGE (- signal.SIGABRT)]) (raise (NotText (+ f"{reading.name} is damaged, "
        f"or needs more than {(// MEMORY MB)} MB of memory to read; give a smaller one")))
      status (raise (ValueError "")))
    (.seek out 0)
    (yield out)))


(defn begin [module function #* arguments]
  "Set the limits of this process, and call `function` of this folder's `module`."
  (for [[name most] [["RLIMIT_AS" MEMORY] ["RLIMIT_CPU" SECONDS]]]
    (with [_ (suppress ImportError OSError ValueError)]  ; Windows, macOS, or a lower limit
      (import resource)
      (setv kind (getattr resource name))
      (resource.setrlimit kind #(most (get (resource.getrlimit kind) 1)))))
  (try
    ((getattr (import-module f"lstm_textgen.text.documents.{module}") function) #* arguments)
    (except [MemoryError] (sys.exit TOO-LARGE))))
