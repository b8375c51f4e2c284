"A web server on this machine."

(import
  contextlib [contextmanager]
  functools [partial]
  http.server [SimpleHTTPRequestHandler ThreadingHTTPServer]
  socket
  threading [Thread])


(defn free-port []
  "Return a port of this machine that nobody listens on."
  (with [found (socket.create-server #("127.0.0.1" 0))] (get (.getsockname found) 1)))


(defn [contextmanager] serve [handler]
  "Run a local web server that answers requests by `handler`; its address is its `url`."
  (with [server (ThreadingHTTPServer #("127.0.0.1" 0) handler)]
    (setv server.url f"http://127.0.0.1:{server.server-port}")
    (.start (Thread :target server.serve-forever :args [0.01]))  ; seconds until it sees the end
    (try
      (yield server)
      (finally
        (.shutdown server)))))


(defclass _Files [SimpleHTTPRequestHandler]
  (defn log-message [self #* _]))


(defn serve-files [folder]
  "Run a local web server for the files in `folder`, as `serve` does."
  (serve (partial _Files :directory (str folder))))
