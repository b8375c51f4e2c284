"The life of a server: socket, models, signals."

(eval-when-compile (require hyrule [meth unless]))
(import
  asyncio
  contextlib [ExitStack contextmanager suppress]
  errno
  logging
  os
  signal
  socket
  uvicorn [Config Server]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.server.app [Desk make-notify]
  lstm-textgen.server.guard [Guard IDLE-SECONDS LARGEST-HEAD MOST-CONNECTIONS PatientProtocol]
  lstm-textgen.server.models [Served])

(setv
  KEY "LSTM_TEXTGEN_API_KEY"  ; the environment variable
  LOCAL ["127.0.0.1" "localhost" "::1"]
  STOPPING 1  ; seconds for a model's thread to end
  GRACE 10  ; seconds for running texts to finish when the server stops
  FILES (* 2 MOST-CONNECTIONS))  ; open files: connections, the models and what Python opens


(defn serve [paths asked say warn]
  #[[Serve the models at `paths` over HTTP, as `asked` (a `Request`), until SIGINT or SIGTERM.

  `say` is called with the address once the server listens, `warn` with a file's problems. Raise
  `ValueError` for a host that would be open by mistake or a model that can't be loaded, `OSError`
  if the address isn't available.]]
  (setv
    host asked.host
    key (.strip (or asked.api-key (.get os.environ KEY ""))))  ; as that of a header is
  (unless (or key asked.open (in host LOCAL))
    (refuse 'host f": other computers can reach {host}, so give an " 'api-key
      f" (or {KEY} in the environment), or " 'open " to let anyone use the models"))
  (with [listener (listening host asked.port)]
    (allow-connections)
    (asyncio.run (live paths listener host key say warn))))


(defn [contextmanager] listening [host port]
  "Yield a socket that listens at `host` and `port`; raise `OSError` that names them on failure."
  (with [stack (ExitStack)]
    (try
      (setv
        [family kind protocol _ address] (get
          (socket.getaddrinfo host port :type socket.SOCK-STREAM) 0)
        ;; Without the protocol asyncio doesn't set TCP_NODELAY, and answers take 40 ms more.
        listener (.enter-context stack (socket.socket family kind protocol)))
      (.setsockopt listener socket.SOL-SOCKET socket.SO-REUSEADDR 1)
      (.bind listener address)
      (.listen listener)
      (except [error OSError]
        (setv other (if (= error.errno errno.EADDRINUSE) 'port 'host))
        (refuse f"{host}:{port}: {(or error.strerror error)}; give another " other :kind OSError)))
    (yield listener)))


(defn allow-connections []
  "Raise the process's limit of open files to `FILES`, as far as the system lets it."
  ;; Windows has no such limit; a system may refuse what it names as the maximum.
  (with [_ (suppress ImportError OSError ValueError)]
    (import resource)
    (setv
      [now most] (resource.getrlimit resource.RLIMIT-NOFILE)
      wanted (if (= most resource.RLIM-INFINITY) FILES (min FILES most)))
    (when (< -1 now wanted)  ; -1: no limit
      (resource.setrlimit resource.RLIMIT-NOFILE #(wanted most)))))


(defn :async live [paths listener host key say warn]
  "Serve the models at `paths` on `listener` until a signal comes."
  (setv
    notify (make-notify (asyncio.get-running-loop))
    models (lfor path paths (Served path warn notify))
    names (lfor each models each.name))
  (for [name names]
    (when (> (.count names name) 1)
      (refuse 'path f": two models are called {name}; rename or copy one of them")))
  (setv
    [address port] (cut (.getsockname listener) 2)
    url f"http://{(if (in ":" address) f"[{address}]" address)}:{port}"
    server (QuietServer
      (Config (Guard (. (Desk models) app) host key)
        :http PatientProtocol :ws "none" :lifespan "off" :log-config None :access-log False
        :server-header False :proxy-headers False :h11-max-incomplete-event-size LARGEST-HEAD
        :timeout-keep-alive IDLE-SECONDS :timeout-graceful-shutdown GRACE :backlog 2048)))
  ;; It logs connections that end with the server; `Guard` logs our own errors.
  (.setLevel (logging.getLogger "uvicorn.error") logging.CRITICAL)
  (.call-soon (asyncio.get-running-loop) say url)  ; once signals stop the server
  (await (.serve server [listener]))
  (for [each models] (.stop each.loop))
  ;; A thread that generates while Python ends would log an error.
  (for [each models] (.join each.loop.thread STOPPING)))


(defclass QuietServer [Server]
  "uvicorn's server, which survives the signal that stops it."

  (meth handle-exit [number frame]
    "Stop, after a second SIGINT at once; uvicorn's own would raise the signal again afterwards."
    (when (and @should-exit (= number signal.SIGINT)) (setv @force-exit True))
    (setv @should-exit True)))
