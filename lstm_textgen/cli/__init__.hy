"The command line. It imports what does the work only once the action is known."

(import
  importlib [import-module]
  os
  signal
  sys
  lstm-textgen.basics.interrupts [loading]
  lstm-textgen.cli.flags [find-action parse-flags program warn]
  lstm-textgen.settings.table [as-flags])

(setv
  ;; log₂ of the processor's cycles, half a millisecond, for which a waiting thread of BLAS spins;
  ;; its usual 2²⁶ take a busy machine's other core from those who could use it (bench/log.md).
  SPIN "20"
  ;; Each stream: its number, the mode of its substitute, and the error handler of its encoding.
  STREAMS {
    "stdin" [0 "r" "strict"]
    "stdout" [1 "w" "replace"]
    "stderr" [2 "w" "backslashreplace"]})


(defn main [[arguments None]]
  #[[Run the program with `arguments` (default: the command line's); return the exit status.

  It is 0 (even if Ctrl-C ends generation), 2 for bad input, or 128 plus the number of a signal.]]
  (prepare-streams)
  (.setdefault os.environ "OPENBLAS_THREAD_TIMEOUT" SPIN)  ; read when NumPy is imported
  (try
    (with [_ (loading)]
      (setv
        flags (parse-flags (if (is arguments None) (cut sys.argv 1 None) arguments))
        [module name] (.split (. (find-action flags) does) ".")
        act (getattr (import-module f"lstm_textgen.cli.{module}") name)))
    (or (act flags) 0)
    (except [error [ValueError OSError FloatingPointError ImportError]]
      (warn f"{(program)}: {(explain error)}")
      2)
    (except [error KeyboardInterrupt]
      (warn f"\n{(program)}: stopped; nothing was changed")
      (+ 128 #* (or error.args [signal.SIGINT])))
    (finally (settle-streams))))


(defn explain [error]
  "Return `error` as one line, with the flags of the settings that it is about."
  (.join " " (.split (if (and (isinstance error OSError) error.filename)
    f"{error.filename}: {error.strerror}"
    (as-flags error)))))


(defn prepare-streams []
  "Replace missing streams by the null device, and make the others accept every character."
  (for [[name [number mode errors]] (.items STREAMS)]
    (try
      (os.fstat number)
      (except [OSError]  ; otherwise the next file opened would get this number
        (os.open os.devnull os.O-RDWR)))
    (setv stream (getattr sys name))
    (cond
      (or (is stream None) (getattr stream "closed" False))
        (setattr sys name (open os.devnull mode :encoding "utf-8"))
      (and (= mode "w") (hasattr stream "reconfigure"))
        (.reconfigure stream :errors errors))))


(defn settle-streams []
  "Flush the streams; discard what can't be written instead of failing at exit."
  (for [stream [sys.stdout sys.stderr]]
    (try
      (.flush stream)
      (except [OSError] (os.dup2 (os.open os.devnull os.O-WRONLY) (.fileno stream))))))
