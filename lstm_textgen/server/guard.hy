#[[Access control before a request is handled: hosts, origins, keys, sizes, timeouts.

- Another site's page can't send requests through a visitor's browser: its Origin isn't ours. Nor
  can it point its own name at our address (DNS rebinding): the Host isn't ours.
- A client that sends or reads too slowly is disconnected.]]

(eval-when-compile (require hyrule [meth unless]))
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
  starlette.requests [ClientDisconnect]
  uvicorn.protocols.http.h11-impl [H11Protocol]
  lstm-textgen.server.answers [error-answer]
  lstm-textgen.server.bodies [ApiError])

(setv
  LARGEST-BODY (** 2 20)  ; bytes
  LARGEST-HEAD (** 2 14)
  MOST-CONNECTIONS 2048
  HEAD-SECONDS 10  ; for the head of a request, counted from its first byte or the connection
  BODY-SECONDS 20  ; for its body
  IDLE-SECONDS 30  ; of a connection between requests
  STALLED-SECONDS 30  ; after which a client that reads nothing is disconnected
  ANSWER-HEADERS [
    #(b"x-content-type-options" b"nosniff")
    #(b"referrer-policy" b"no-referrer")
    #(b"cross-origin-resource-policy" b"same-origin")
    #(b"cross-origin-opener-policy" b"same-origin")
    #(b"x-frame-options" b"DENY")
    #(b"content-security-policy" b"frame-ancestors 'none'")
    #(b"cache-control" b"no-store")]
  ;; A browser shows it when it asks for a name and a password.
  CHALLENGE "Basic realm=\"the password is the API key\", charset=\"UTF-8\""
  LOG (logging.getLogger __name__))


(defclass Guard []
  #[[An ASGI application that passes allowed requests on to `app`.

  The server listens on `host`; `key` is the API key, or None.]]

  (meth __init__ [@app host key]
    (setv
      name (socket.gethostname)
      @names (sfor each ["localhost" host name f"{name}.local"] (.lower each))
      @key (when key (.encode key))))

  (meth :async __call__ [scope receive send]
    "Answer a request, or refuse it."
    (defn :async send-with-headers [message]
      "Send `message`, with our own headers if it has any."
      (when (= (get message "type") "http.response.start")
        (setv own (sfor [name _] (get message "headers") name))
        (.extend (get message "headers") (gfor h ANSWER-HEADERS :if (not-in (get h 0) own) h)))
      (await (send message)))
    (try
      (@check scope (dict (get scope "headers")))
      (await (@app scope receive send-with-headers))
      (except [error ApiError]  ; of `check`: a part of the body may still be unread
        (await ((error-answer error {"Connection" "close"}) scope receive send-with-headers)))
      (except [asyncio.CancelledError])  ; the server is stopping
      (except [Exception] (.exception LOG "an answer failed"))))

  (meth check [scope headers]
    "Raise `ApiError` unless a request with these `headers` is allowed."
    (setv
      ;; h11 refuses a large head only if it arrives in parts.
      size (sum (gfor pair (get scope "headers") text pair (len text)))
      host (.decode (.get headers b"host" b"") "latin-1")  ; h11 refuses a second one
      origin (.decode (.get headers b"origin" b"") "latin-1")
      [kind _ _] (.partition (.get headers b"content-type" b"") b";")
      length (.get headers b"content-length"))
    (when (> (+ size (len (get scope "raw_path")) (len (get scope "query_string"))) LARGEST-HEAD)
      (raise (ApiError 431 "the head of the request is too large" :code "too_large")))
    (unless (@our-host? host)
      (raise (ApiError 421 (+ "the request's Host isn't a name of this server; "
        "start it with --host NAME to allow one") :code "unknown_host")))
    (when (or (and (in b"origin" headers) (not-in origin [f"http://{host}" f"https://{host}"]))
        (and (in (.get headers b"sec-fetch-site") [b"cross-site" b"same-site"])
          (!= (.get headers b"sec-fetch-mode") b"navigate")))
      (raise (ApiError 403 "requests from other sites' pages are refused" :code "foreign_origin")))
    (unless (or (= (get scope "path") "/health") (@knows-key? headers))
      (raise (ApiError 401 "a valid API key is required: Authorization: Bearer KEY"
        :code "invalid_api_key" :headers {"WWW-Authenticate" CHALLENGE})))
    (unless (= (get scope "method") "POST") (return))
    (unless (= (.lower (.strip kind)) b"application/json")
      (raise (ApiError 415 "Content-Type must be application/json" :code "unsupported_type")))
    (when (and length (in b"transfer-encoding" headers))  ; a proxy may read it differently
      (raise (ApiError 400 "Content-Length and Transfer-Encoding contradict each other")))
    (when (and length (> (int length) LARGEST-BODY)) (raise (too-large))))

  (meth our-host? [host]
    "Return whether a request's `host` is an address or one of our names; ignore the port."
    (try
      (setv name (or (. (urlsplit (+ "//" host)) hostname) ""))
      (or (in name @names) (bool (ipaddress.ip-address name)))
      (except [ValueError] False)))

  (meth knows-key? [headers]
    "Return whether `headers` have the key, as a bearer token or as a browser's Basic password."
    (when (is @key None) (return True))
    (setv
      [scheme _ value] (.partition (.get headers b"authorization" b"") b" ")
      given (match (.lower scheme)
        b"bearer" value
        b"basic" (with [_ (suppress binascii.Error)]
          (get (.partition (b64decode value :validate True) b":") 2))))
    (compare-digest (.strip (or given b"")) @key)))


(defn too-large []
  "Return the error for a body that is too large."
  (ApiError 413 f"the body is too large; the limit is {LARGEST-BODY :,} bytes" :code "too_large"
    :headers {"Connection" "close"}))


(defn :async read-all [request]
  "Return a request's body (a bytearray); raise `ApiError` if it is too large or too slow."
  (setv data (bytearray))
  (try
    (with [:async _ (asyncio.timeout BODY-SECONDS)]
      (for [:async part (.stream request)]
        (+= data part)
        (when (> (len data) LARGEST-BODY) (raise (too-large)))))
    (except [ClientDisconnect]
      (raise (ApiError 400 "the client has disconnected")))  ; nobody gets this answer
    (except [TimeoutError]
      (raise (ApiError 408 "the body arrived too slowly" :code "timeout"
        :headers {"Connection" "close"}))))
  data)


(defclass PatientProtocol [H11Protocol]
  "uvicorn's HTTP/1.1 with a timeout wherever a client can be slow."

  (meth connection-made [transport]
    "Refuse a connection beyond the limit; otherwise wait for the head of the first request."
    (setv @_timers {})
    (.connection-made (super) transport)
    (.set-write-buffer-limits transport 0)  ; so writing pauses until the client has read all
    (if (> (len @connections) MOST-CONNECTIONS) (.abort transport) (@_start "head" HEAD-SECONDS)))

  (meth data-received [data]
    "Process `data`; stop the head's timer once the head is complete."
    (.data-received (super) data)
    (setv state @conn.their-state)
    (cond
      (is-not state h11.IDLE) (@_stop "head")
      (not-in "head" @_timers) (@_start "head" HEAD-SECONDS))
    (unless (is state h11.SEND-BODY) (@_stop "body")))

  (meth pause-writing []
    "Start the timer for a client that doesn't read."
    (.pause-writing (super))
    (@_start "read" STALLED-SECONDS))

  (meth resume-writing []
    "Stop the timer: the client reads again."
    (.resume-writing (super))
    (@_stop "read"))

  (meth on-response-complete []
    "Wait for the next request or the rest of a body, which is of no use any more."
    (.on-response-complete (super))
    (@_stop "head")
    (when (is @conn.their-state h11.SEND-BODY) (@_start "body" BODY-SECONDS)))

  (meth connection-lost [error]
    "Cancel all timers."
    (for [name (list @_timers)] (@_stop name))
    (.connection-lost (super) error))

  (meth _start [name seconds]
    "Abort the connection after `seconds`, unless the timer `name` is stopped."
    (@_stop name)
    (setv (get @_timers name) (.call-later @loop seconds @transport.abort)))

  (meth _stop [name]
    (when (in name @_timers) (.cancel (.pop @_timers name)))))
