"Ctrl-C and its like: noted until training has saved the model, obeyed at once while we load."

(eval-when-compile (require hyrule [unless]))
(import
  os
  signal
  threading)

;; Of these a system has some. SIGHUP comes when a terminal is closed or a connection is lost; on
;; Windows, SIGBREAK comes by Ctrl-Break and when a window is closed.
(setv SIGNALS (lfor
  name ["SIGINT" "SIGTERM" "SIGHUP" "SIGBREAK"]
  :if (hasattr signal name)
  (getattr signal name)))


(defclass Interrupted [KeyboardInterrupt]
  "The user or the system stopped the run by the signal `number`; the model is saved."

  (defn __init__ [self number]
    (.__init__ (super) (. (signal.Signals number) name))
    (setv self.number number))

  (defn __reduce__ [self]
    "Return what another process makes this of, as a pool of processes does."
    #(Interrupted #(self.number)))

  (defn _render-traceback_ [self]
    "Return what a notebook shows of it, line by line: no traceback, since nothing went wrong."
    [f"Stopped by {self}; the model is saved, and the same call resumes."]))


(defclass Stopper []
  #[[While it is entered, signals that end a program only set `number` to the signal's number.

  `signals` (numbers) says which ones; others do what they did before, and so does one that the
  process ignores, as `nohup` lets it ignore SIGHUP. Only the main thread may set signal handlers;
  in any other this does nothing.]]

  (defn __init__ [self [signals SIGNALS]]
    (setv
      self.signals signals
      self.number None
      self.before {}))  ; the handlers to put back

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
      (unless (is handler None)  ; one that wasn't set by Python can't be put back
        (signal.signal number handler)))
    None))


(defclass Loading [Stopper]
  "While it is entered, Ctrl-C ends the process at once; NumPy would make an `ImportError` of it."

  (defn __init__ [self]
    (.__init__ (super) [signal.SIGINT]))

  (defn note [self number frame]
    (os._exit (+ 128 number))))
