"Ctrl-C and similar signals: training saves the model first; loading ends at once."

(eval-when-compile (require hyrule [unless]))
(import
  os
  signal
  threading)

;; A system has some of these. SIGHUP means that a terminal was closed or a connection lost; on
;; Windows, SIGBREAK means Ctrl-Break or a closed window.
(setv SIGNALS (lfor
  name ["SIGINT" "SIGTERM" "SIGHUP" "SIGBREAK"]
  :if (hasattr signal name)
  (getattr signal name)))


(defclass Interrupted [KeyboardInterrupt]
  "The user or the system stopped the run by the signal `number`; the model is saved."

  (defn __init__ [self number]
    (.__init__ (super) number)  ; what another process, as in a pool, needs to rebuild this
    (setv self.number number))

  (defn __str__ [self]
    (. (signal.Signals self.number) name))

  (defn _render-traceback_ [self]
    "Return the lines that a notebook shows: no traceback, since nothing went wrong."
    [f"Stopped by {self}; the model is saved, and the same call resumes."]))


(defclass Stopper []
  #[[While inside, signals that end a program only set `number` to the signal's number.

  `signals` lists their numbers; others keep their effect, and so does one that the process
  ignores, such as SIGHUP under `nohup`. Only the main thread may set signal handlers; in any other
  this does nothing.]]

  (defn __init__ [self [signals SIGNALS]]
    (setv
      self.signals signals
      self.number None
      self.before {}))  ; the handlers to restore

  (defn __enter__ [self]
    (when (is (threading.current-thread) (threading.main-thread))
      (for [number self.signals  :if (!= (signal.getsignal number) signal.SIG-IGN)]
        (setv (get self.before number) (signal.signal number self.note))))
    self)

  (defn note [self number frame]
    "Handle the signal `number`."
    (setv self.number number))

  (defn __exit__ [self #* _]
    (for [[number handler] (.items self.before)]
      (unless (is handler None)  ; one that Python didn't set can't be restored
        (signal.signal number handler)))
    None))


(defclass Loading [Stopper]
  "While inside, Ctrl-C ends the process at once; NumPy would turn it into an `ImportError`."

  (defn __init__ [self]
    (.__init__ (super) [signal.SIGINT]))

  (defn note [self number frame]
    (os._exit (+ 128 number))))
