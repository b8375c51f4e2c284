"A server from its start to its end: the socket, the models, the signals."

(eval-when-compile (require hyrule [unless]))
(import
  asyncio
  contextlib [contextmanager suppress]
  errno
  logging
  signal
  socket
  uvicorn [Config Server]
  lstm-textgen.server.app [Desk in-thread make-app make-notify]
  lstm-textgen.server.guard [Guard IDLE-SECONDS LARGEST-HEAD PatientProtocol
    own-names]
  lstm-textgen.server.loop [Loop]
  lstm-textgen.server.metrics [Metrics]
  lstm-textgen.server.models [Served])

(setv
  KEY "LSTM_TEXTGEN_API_KEY"  ; the environment variable
  LOCAL ["127.0.0.1" "localhost" "::1"]
  GRACE 10  ; seconds that texts under way have when the server is to stop
  WATCH 1  ; seconds between two looks at the models' files
  PATHS ["/" "/health" "/metrics" "/score" "/v1/models" "/v1/completions" "/v1/chat/completions"])


(defn serve [paths * host port key open? say warn]
  #[[Serve the models at `paths` over HTTP until SIGINT or SIGTERM.

  - `host`, `port`: where to listen; port 0 is any that is free. `key`: the API key, or None.
  - `open?`: whether anybody may come without a key who can reach another host than this one.
  - `say` is called with the address once it can be used, `warn` with what is wrong with a file.

  Raise `ValueError` for a host that would be open by mistake, and as models do that can't be
  loaded; `OSError` if the address can't be had.]]
  (unless (or key open? (in host LOCAL))
    (raise (ValueError (+ f"`host`: {host} can be reached by others, so give an `api_key` "
      f"(or {KEY} in the environment), or `open` if anybody may use the models"))))
  (setv listener (listen host port))
  (allow-connections)
  (try
    (asyncio.run (live paths listener host key say warn))
    (finally (.close listener))))


(defn listen [host port]
  "Return a socket bound to `host` and `port`; raise `OSError`, naming them, if it can't be."
  (try
    (setv
      [family kind protocol _ address] (get
        (socket.getaddrinfo host port :type socket.SOCK-STREAM) 0)
      ;; Without the protocol asyncio doesn't set TCP_NODELAY, and answers wait 40 ms.
      listener (socket.socket family kind protocol))
    (.setsockopt listener socket.SOL-SOCKET socket.SO-REUSEADDR 1)
    (.bind listener address)
    (except [error OSError]
      (raise (OSError (+ f"{host}:{port}: {(or error.strerror error)}"
        (if (= error.errno errno.EADDRINUSE) "; give another `port`" "; give another `host`"))))))
  listener)


(defn allow-connections []
  "Let the process have as many open files as the system allows, for as many connections."
  (with [_ (suppress ImportError)]  ; Windows
    (import resource)
    (setv [_ most] (resource.getrlimit resource.RLIMIT-NOFILE))
    (resource.setrlimit resource.RLIMIT-NOFILE #(most most))))


(defn :async live [paths listener host key say warn]
  "Serve the models at `paths` on `listener` until a signal comes."
  (setv
    metrics (Metrics PATHS)
    models (load-all paths warn metrics (make-notify (asyncio.get-running-loop)))
    desk (Desk models metrics)
    guard (Guard (make-app desk) (own-names host) key metrics.count)
    server (QuietServer (Config guard
      :http PatientProtocol :ws "none" :lifespan "off" :log-config None :access-log False
      :server-header False :proxy-headers False :h11-max-incomplete-event-size LARGEST-HEAD
      :timeout-keep-alive IDLE-SECONDS :timeout-graceful-shutdown GRACE :backlog 2048)
      (fn [] (say (address-of listener))))
    watcher (asyncio.create-task (watch-files models warn)))
  ;; It tells of connections that end with the server; what goes wrong here `Guard` tells.
  (.setLevel (logging.getLogger "uvicorn.error") logging.CRITICAL)
  (await (.serve server [listener]))
  (.cancel watcher)
  (for [each models] (.stop each.loop)))


(defn load-all [paths warn metrics notify]
  "Return the `Served` models at `paths`; raise `ValueError` if two have one name."
  (setv
    make-loop (fn [name model] (Loop model :notify notify :observe (.rounds-of metrics name)))
    models (lfor path paths (Served path warn make-loop))
    names (lfor each models each.name))
  (.watch metrics models)
  (for [name names]
    (when (> (.count names name) 1)
      (raise (ValueError f"`path`: two models are called {name}; copy one under another name"))))
  models)


(defn :async watch-files [models warn]
  "Load each of `models` again whenever its file has changed, without end."
  (while True
    (await (asyncio.sleep WATCH))
    (for [each models :if (.changed? each)]
      (try
        (await (in-thread each.load))
        (except [error [OSError ValueError]]
          (warn f"{each.name}: still the model as it was: {error}"))))))


(defn address-of [listener]
  "Return the address of the socket `listener`, as a browser takes it."
  (setv [host port] (cut (.getsockname listener) 2))
  f"http://{(if (in ":" host) f"[{host}]" host)}:{port}")


(defclass QuietServer [Server]
  #[[uvicorn's server, which calls `started` once it listens.

  It ends when a signal comes, and isn't killed by it afterwards.]]

  (defn __init__ [self config started]
    (.__init__ (super) config)
    (setv self.on-start started))

  (defn :async startup [self [sockets None]]
    "Begin to listen, and tell of it."
    (await (.startup (super) sockets))
    (.on-start self))

  (defn [contextmanager] capture-signals [self]
    "Take signals as wishes to end."
    (setv before (dfor
      number [signal.SIGINT signal.SIGTERM]
      number (signal.signal number self.handle-exit)))
    (try
      (yield)
      (finally
        (for [[number handler] (.items before)] (signal.signal number handler))))))
