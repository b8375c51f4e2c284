#[[Access control before a request is handled: hosts, origins, keys, sizes, timeouts.

- Another site's page can't send requests through a visitor's browser: its Origin isn't ours. Nor
  can it point its own name at our address (DNS rebinding): the Host isn't ours.
- A client that sends or reads too slowly is disconnected.]]

(eval-when-compile (require hyrule [unless]))
(import
  asyncio
  base64 [b64decode]
  binascii
  contextlib [suppress]
  hmac [compare-digest]
  ipaddress
  logging
  socket
  urllib.parse [urlsplit]
  h11
  uvicorn.protocols.http.h11-impl [H11Protocol]
  lstm-textgen.server.answers [error-answer]
  lstm-textgen.server.requests [ApiError])

(setv
  LARGEST-BODY (** 2 20)  ; bytes
  LARGEST-HEAD (** 2 14)
  MOST-CONNECTIONS 2048
  HEAD-SECONDS 10  ; for the head of a request, counted from its first byte or the connection
  BODY-SECONDS 20  ; for its body
  IDLE-SECONDS 30  ; of a connection between requests
  STALLED-SECONDS 30  ; after which a client that reads nothing is disconnected
  HEADERS [
    #(b"x-content-type-options" b"nosniff")
    #(b"referrer-policy" b"no-referrer")
    #(b"cross-origin-resource-policy" b"same-origin")
    #(b"cross-origin-opener-policy" b"same-origin")
    #(b"x-frame-options" b"DENY")
    #(b"content-security-policy" b"frame-ancestors 'none'")
    #(b"cache-control" b"no-store")]
  OPEN-TO-ALL ["/health"]
  LOG (logging.getLogger __name__))


(defclass Guard []
  #[[An ASGI application that passes allowed requests on to `app`.

  `hosts` are this server's names, besides addresses; `key` is the API key, or None. `count` is
  called with the path and status of each answer.]]

  (defn __init__ [self app hosts key [count (fn [path status] None)]]
    (setv
      [self.app self.count] [app count]
      self.hosts (sfor host hosts (.lower host))
      self.key (when key (.encode key))))

  (defn :async __call__ [self scope receive send]
    "Answer a request, or refuse it."
    (unless (= (get scope "type") "http")
      (return (await (self.app scope receive send))))
    (setv headers (dict (get scope "headers")))
    (defn :async send-with-headers [message]
      (when (= (get message "type") "http.response.start")
        (setv own (sfor [name _] (get message "headers") name))
        (.extend (get message "headers") (gfor h HEADERS :if (not-in (get h 0) own) h))
        (self.count (get scope "path") (get message "status")))
      (await (send message)))
    (try
      (.check self scope headers)
      (except [error ApiError]
        (return (await ((error-answer error :unread True) scope receive send-with-headers)))))
    (try
      (await (self.app scope receive send-with-headers))
      (except [asyncio.CancelledError])  ; the server is stopping
      (except [Exception] (.exception LOG "an answer failed"))))

  (defn check [self scope headers]
    "Raise `ApiError` unless a request with these `headers` is allowed."
    (setv
      ;; h11 refuses a large head only if it arrives in parts.
      size (sum (gfor [name value] (get scope "headers") (+ (len name) (len value)))))
    (when (> (+ size (len (get scope "raw_path")) (len (get scope "query_string"))) LARGEST-HEAD)
      (raise (ApiError 431 "the head of the request is too large" :code "too_large")))
    (setv
      hosts (lfor [name value] (get scope "headers") :if (= name b"host") value)
      host (if (= (len hosts) 1) (.decode (get hosts 0) "latin-1") ""))
    (unless (.our-host? self host)
      (raise (ApiError 421 (+ "the request's Host isn't a name of this server; "
        "start it with --host NAME to allow one") :code "unknown_host")))
    (setv origin (.get headers b"origin"))
    (when (or (and (is-not origin None) (!= (_place-of (.decode origin "latin-1")) host))
        (and (in (.get headers b"sec-fetch-site") [b"cross-site" b"same-site"])
          (!= (.get headers b"sec-fetch-mode") b"navigate")))
      (raise (ApiError 403 "requests from other sites' pages are refused" :code "foreign_origin")))
    (unless (or (in (get scope "path") OPEN-TO-ALL) (.knows-key? self headers))
      (raise (ApiError 401 "a valid API key is required: Authorization: Bearer KEY"
        :code "invalid_api_key")))
    (when (= (get scope "method") "POST")
      (unless (= (.lower (.strip (get (.split (.get headers b"content-type" b"") b";") 0)))
          b"application/json")
        (raise (ApiError 415 "Content-Type must be application/json" :code "unsupported_type")))
      (setv length (.get headers b"content-length"))
      (when (and length (in b"transfer-encoding" headers))  ; a proxy may read it differently
        (raise (ApiError 400 "Content-Length and Transfer-Encoding contradict each other")))
      (when (and length (> (int length) LARGEST-BODY)) (raise (too-large)))))

  (defn our-host? [self host]
    "Return whether a request's `host` is an address or one of our names; ignore the port."
    (try
      (setv name (or (. (urlsplit (+ "//" host)) hostname) ""))
      (or (in name self.hosts) (bool (ipaddress.ip-address name)))
      (except [ValueError] False)))

  (defn knows-key? [self headers]
    "Return whether `headers` have the key, as a bearer token or as a browser's Basic password."
    (when (is self.key None) (return True))
    (setv [scheme _ value] (.partition (.get headers b"authorization" b"") b" "))
    (match (.lower scheme)
      b"bearer" None
      b"basic" (try
        (setv value (get (.partition (b64decode value :validate True) b":") 2))
        (except [binascii.Error] (setv value b"")))
      _ (setv value b""))
    (compare-digest (.strip value) self.key)))


(defn _place-of [origin]
  "Return the host and port of an `origin`; None if it has none."
  (with [_ (suppress ValueError)]
    (. (urlsplit origin) netloc)))


(defn own-names [host]
  "Return the names of a server that listens on `host`."
  (setv name (socket.gethostname))
  ["localhost" host name f"{name}.local"])


(defn too-large []
  "Return the error for a body that is too large."
  (ApiError 413 f"the body is too large; the limit is {LARGEST-BODY :,} bytes" :code "too_large"))


(defn :async read-all [receive]
  "Return a request's body (bytes); raise `ApiError` if it is too large or arrives too slowly."
  (setv
    parts []
    size 0)
  (try
    (with [:async _ (asyncio.timeout BODY-SECONDS)]
      (while True
        (setv message (await (receive)))
        (when (= (get message "type") "http.disconnect")
          (raise (ApiError 400 "the client has disconnected")))  ; nobody gets this answer
        (.append parts (.get message "body" b""))
        (+= size (len (get parts -1)))
        (when (> size LARGEST-BODY) (raise (too-large)))
        (unless (.get message "more_body") (return (.join b"" parts)))))
    (except [TimeoutError]
      (raise (ApiError 408 "the body arrived too slowly" :code "timeout")))))


(defclass PatientProtocol [H11Protocol]
  "uvicorn's HTTP/1.1 with a timeout wherever a client can be slow."

  (defn connection-made [self transport]
    "Refuse a connection beyond the limit; otherwise wait for the head of the first request."
    (setv self._timers {})
    (.connection-made (super) transport)
    (if (> (len self.connections) MOST-CONNECTIONS)
      (.abort transport)
      (._expect-head self)))

  (defn data-received [self data]
    "Process `data`; stop the head's timer once the head is complete."
    (.data-received (super) data)
    (if (is self.conn.their-state h11.IDLE) (._expect-head self) (._forget self "head"))
    (unless (is self.conn.their-state h11.SEND-BODY) (._forget self "body")))

  (defn pause-writing [self]
    "Start the timer for a client that doesn't read."
    (.pause-writing (super))
    (._wait self "read" STALLED-SECONDS))

  (defn resume-writing [self]
    "Stop the timer: the client reads again."
    (.resume-writing (super))
    (._forget self "read"))

  (defn on-response-complete [self]
    "Wait for the next request or the rest of a body; time out a client that doesn't read."
    (.on-response-complete (super))
    (._forget self "head")
    (when (is self.conn.their-state h11.SEND-BODY)  ; of no use any more
      (._wait self "body" BODY-SECONDS))
    (when (.get-write-buffer-size self.transport)
      (._wait self "rest" STALLED-SECONDS (fn []
        (when (.get-write-buffer-size self.transport) (.abort self.transport))))))

  (defn timeout-keep-alive-handler [self]
    "Close an idle connection; discard what its client hasn't read."
    (if (.get-write-buffer-size self.transport)
      (.abort self.transport)
      (.timeout-keep-alive-handler (super))))

  (defn connection-lost [self error]
    "Cancel all timers."
    (for [name (list self._timers)] (._forget self name))
    (.connection-lost (super) error))

  (defn _expect-head [self]
    (unless (in "head" self._timers) (._wait self "head" HEAD-SECONDS)))

  (defn _wait [self name seconds [act None]]
    "Abort the connection (or call `act`) after `seconds`, unless the timer `name` is cancelled."
    (._forget self name)
    (setv (get self._timers name)
      (.call-later self.loop seconds (or act self.transport.abort))))

  (defn _forget [self name]
    (when (in name self._timers) (.cancel (.pop self._timers name)))))
