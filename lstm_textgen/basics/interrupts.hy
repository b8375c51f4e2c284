"Ctrl-C and similar signals: training saves the model first; loading and compiling end at once."

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [contextmanager]
  os
  signal
  socket
  threading
  time)

;; A system has some of these. SIGHUP means that a terminal was closed or a connection lost; on
;; Windows, SIGBREAK means Ctrl-Break or a closed window.
(setv SIGNALS (lfor
  name ["SIGINT" "SIGTERM" "SIGHUP" "SIGBREAK"]
  :if (hasattr signal name)
  (getattr signal name)))

(setv
  DOUBLE 1    ; seconds within which a second signal is part of the first, as of a key that bounces
  FAREWELL 1  ; seconds at most for what is shown at the end
  _NOTHING-TO-SAVE (threading.Event))


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


(defn [contextmanager] nothing-to-save []
  "While inside, a library runs for seconds and nothing would be lost: a `Watch` needn't wait."
  (.set _NOTHING-TO-SAVE)
  (try
    (yield)
    (finally (.clear _NOTHING-TO-SAVE))))


(defclass Watch []
  #[[While inside, signals that Python can't handle in time end the process.

  Python calls a handler between two of its own instructions, so while a library compiles a network
  handlers wait for seconds. The system, though, writes each signal into a socket at once, and a
  thread reads it. The first signal ends the process while there is `nothing-to-save`; one that
  follows after `DOUBLE` seconds ends it always. Before that, `farewell` is called with a file
  descriptor of standard error, as 2 itself is muted while backends are imported or compile, and
  whether there was something to save. A watch is for programs: whoever calls this package from
  Python keeps the process.]]

  (defn __init__ [self farewell]
    (setv self.farewell farewell))

  (defn __enter__ [self]
    (setv [self.signals self.written] (socket.socketpair))
    (.setblocking self.written False)
    (setv
      self.stderr (os.dup 2)
      self.before (signal.set-wakeup-fd (.fileno self.written) :warn-on-full-buffer False)
      self.thread (threading.Thread :target self.watch :daemon True))
    (.start self.thread)
    self)

  (defn __exit__ [self #* _]
    (signal.set-wakeup-fd self.before)
    (.close self.written)  ; ends the thread
    (.join self.thread)
    (.close self.signals)
    (os.close self.stderr))

  (defn watch [self]
    "Read the numbers of signals until the socket is closed; end the process if it is time."
    (setv first None)
    (while (setx byte (.recv self.signals 1))
      (setv
        number (get byte 0)
        now (time.monotonic))
      (when (in number SIGNALS)
        (setv first (or first now))
        (when (or (.is-set _NOTHING-TO-SAVE) (> (- now first) DOUBLE))
          (.end self number)))))

  (defn end [self number]
    "End the process by the signal `number`, with a farewell unless that takes too long."
    (defn leave [] (os._exit (+ 128 number)))
    (setv backstop (threading.Timer FAREWELL leave))  ; the terminal may accept nothing any more
    (setv backstop.daemon True)
    (.start backstop)
    (self.farewell self.stderr (not (.is-set _NOTHING-TO-SAVE)))
    (leave)))
