#[[Ctrl-C and similar signals: training saves the model first; loading and compiling end at once.

Ctrl-C is handled by `loading` while modules are imported (in `__main__` and `cli.main`), by
`watching` and `learning.training` in training, by `_until-stopped` in actions of `cli.writing` (by
its `_put-texts` while texts come), by `cli.main` in others, by `__main__` while libraries end.]]

(eval-when-compile (require hyrule [meth]))
(import
  contextlib [contextmanager]
  os
  signal
  socket
  threading
  time
  types [SimpleNamespace])

(setv
  ;; A system has some of these. SIGHUP means that a terminal was closed or a connection lost; on
  ;; Windows, SIGBREAK means Ctrl-Break or a closed window.
  SIGNALS (lfor s signal.Signals :if (in s.name ["SIGINT" "SIGTERM" "SIGHUP" "SIGBREAK"]) s)
  DOUBLE 1    ; seconds within which a second signal is part of the first, as of a key that bounces
  _NOTHING-TO-SAVE (threading.Event))


(defclass Interrupted [KeyboardInterrupt]
  "The user or the system stopped the run by the signal `number`; the model is saved."

  (meth __init__ [@number])

  (meth __str__ []
    (. (signal.Signals @number) name))

  (meth _render-traceback_ []
    "Return the lines that a notebook shows: no traceback, since nothing went wrong."
    [f"Stopped by {self}; the model is saved, and the same call resumes."]))


(defn [contextmanager] catching-signals [[signals SIGNALS] [handler None]]
  #[[While inside, let `signals` only set the attribute `number`, first None, of what this yields.

  A `handler`, a function of a signal's number and a frame, is called instead. A signal that the
  process ignores, such as SIGHUP under `nohup`, stays ignored. Only the main thread may set
  handlers; in any other this does nothing.]]
  (setv
    caught (SimpleNamespace :number None)
    before {})  ; the handlers to restore
  (defn note [number frame] (setv caught.number number))
  (when (is (threading.current-thread) (threading.main-thread))
    (for [number signals  :if (!= (signal.getsignal number) signal.SIG-IGN)]
      (setv (get before number) (signal.signal number (or handler note)))))
  (try
    (yield caught)
    (finally
      (for [[number old] (.items before)  :if (is-not old None)]  ; None: not one of Python's
        (signal.signal number old)))))


(defn loading []
  "While inside, let Ctrl-C end the process at once; NumPy would turn it into an `ImportError`."
  (catching-signals [signal.SIGINT] _leave))


(defn _leave [number [frame None]]
  (os._exit (+ 128 number)))


(defn [contextmanager] nothing-to-save []
  "While inside, a library runs for seconds and nothing would be lost: `watching` needn't wait."
  (.set _NOTHING-TO-SAVE)
  (try
    (yield)
    (finally (.clear _NOTHING-TO-SAVE))))


(defn [contextmanager] watching [farewell]
  #[[While inside, let signals that Python can't handle in time end the process.

  Python calls a handler between two of its own instructions, so while a library compiles a network
  handlers wait for seconds. The system, though, writes each signal into a socket at once, and a
  thread reads it. The first signal ends the process while there is `nothing-to-save`, one that
  follows after `DOUBLE` seconds always. Before that, `farewell` is called with a file descriptor
  of standard error (2 itself is muted while backends are imported or compile), and whether there
  was something to save. Only for programs: from Python, the caller keeps the process.]]
  (setv
    stderr (os.dup 2)
    [signals written] (socket.socketpair)
    thread (threading.Thread :target _watch :args #(signals stderr farewell) :daemon True))
  (.setblocking written False)
  (setv before (signal.set-wakeup-fd (.fileno written) :warn-on-full-buffer False))
  (.start thread)
  (try
    (yield)
    (finally
      (signal.set-wakeup-fd before)
      (.close written)  ; ends the thread
      (.join thread)
      (.close signals)
      (os.close stderr))))


(defn _watch [signals stderr farewell]
  "Read the numbers of signals until the socket is closed; end the process if it is time."
  (setv first None)
  (while (setx byte (.recv signals 1))
    (setv
      number (get byte 0)
      now (time.monotonic)
      lost (.is-set _NOTHING-TO-SAVE))
    (when (in number SIGNALS)
      (setv first (or first now))
      (when (or lost (> (- now first) DOUBLE))
        (farewell stderr (not lost))
        (_leave number)))))
