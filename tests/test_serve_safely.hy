"A server's access control, and its robustness."

(import
  base64 [b64encode]
  collections [Counter]
  contextlib [suppress]
  json
  re
  signal
  socket
  sys
  time
  urllib.parse [urlsplit]
  hypothesis [HealthCheck Phase settings]
  msgspec
  pytest
  schemathesis
  schemathesis [GenerationMode]
  lstm-textgen.server.bodies [ChatBody CompletionBody]
  tests.helpers [FUZZ]
  tests.serving [PATIENCE ask completion save-models serving])

(setv
  BODIES {"/v1/completions" CompletionBody  "/v1/chat/completions" ChatBody}
  KNOWN #{200 400 404 405 413 415 429}  ; statuses
  KEY "a key with ünicode"
  LONG {"prompt" "a"  "max_tokens" 20000  "temperature" 1})


(defn [(pytest.fixture :scope "module")] folder [tmp-path-factory]
  "A folder with models."
  (setv folder (tmp-path-factory.mktemp "safely"))
  (save-models folder)
  folder)


(defn [(pytest.fixture :scope "module")] url [folder]
  "The address of a server."
  (with [server (serving folder "--model" "bot" "--model" "chat")]
    (yield server.url)
    (assert-well server.url)))


(defn assert-well [url]
  "Assert that the server still answers, soon and right."
  (assert (= (get (completion url :prompt "abc" :max-tokens 5) "usage" "completion_tokens") 5)))


(defn connect [url]
  "Return a socket that is connected to the server."
  (setv parts (urlsplit url))
  (socket.create-connection #(parts.hostname parts.port) 30))


(defn exchange [url data [half-close False]]
  "Send `data` (bytes) as they are; return all that comes back until the server closes."
  (with [s (connect url)]
    (try
      (.sendall s data)
      (when half-close (.shutdown s socket.SHUT-WR))
      (setv parts [])
      (while (setx part (.recv s 65536)) (.append parts part))
      (except [ConnectionError]))
    (.join b"" parts)))


(defn post [body [path "/v1/completions"] #* headers]
  "Return the bytes of a request with `body` (bytes), after which the connection is closed."
  (+ (.encode (.join "\r\n" [
      f"POST {path} HTTP/1.1" "Host: localhost" "Content-Type: application/json"
      "Connection: close" f"Content-Length: {(len body)}" #* headers "" ""]))
    body))


;; * Who may ask

(defn [(pytest.mark.parametrize #("hosts" "statuses") [
    #(["evil.example" "evil.example:8000" "localhost.evil.example" "[::1" "a b" ""] [400 421])
    #(["localhost" "LOCALHOST:1" "127.0.0.1:99" "[::1]:8000" (socket.gethostname)] [200])])]
    test-the-names-of-this-machine-are-accepted-as-hosts-and-no-other [url hosts statuses]
  (for [host hosts]
    (assert (in (get (ask url "/v1/models" :headers {"Host" host}) 0) statuses) host)))


(defn test-pages-of-other-sites-are-refused [url]
  (for [headers [
      {"Origin" "http://evil.example"} {"Origin" "null"} {"Origin" "http://localhost:1"}
      {"Origin" "http://[::1"} {"Sec-Fetch-Site" "cross-site"  "Sec-Fetch-Mode" "no-cors"}]]
    (setv [status answered _] (ask url "/v1/completions" {"prompt" "a"} :headers headers))
    (assert (= status 403) headers)
    (assert (not-in "Access-Control-Allow-Origin" answered))))


(defn test-the-server-s-own-page-and-a-link-to-it-may-ask [url]
  (assert (= 200 (get (ask url "/v1/completions" {"prompt" "a"} :headers {"Origin" url}) 0)))
  (assert (= 200 (get (ask url "/" :headers
    {"Sec-Fetch-Site" "cross-site"  "Sec-Fetch-Mode" "navigate"}) 0))))


(defn test-a-form-of-another-site-can-t-ask [url]
  (for [kind ["text/plain" "application/x-www-form-urlencoded" ""]]
    (assert (= 415 (get (ask url "/v1/completions" b"{}" :headers {"Content-Type" kind}) 0)))))


(defn test-a-key-is-needed-for-all-but-the-health [folder monkeypatch]
  (.setenv monkeypatch "LSTM_TEXTGEN_API_KEY" KEY)
  (setv basic (.decode (b64encode (.encode f"me:{KEY}"))))
  (with [server (serving folder "--model" "bot")]
    (for [[status values] [
        [401 [None (.encode f"Bearer {KEY}x") b"Bearer " (.encode KEY) (.encode f"Digest {KEY}")
          b"Basic =" b"Bearer \xff"]]
        [200 [(.encode f"Bearer {KEY}") (.encode f"bearer  {KEY}") f"Basic {basic}"]]]
        value values]
      (setv headers (if value {"Authorization" value} {}))
      (assert (= (get (ask server.url "/v1/models" :headers headers) 0) status)))
    (assert (= (get (ask server.url "/health") 0) 200))
    (setv [status headers answer] (ask server.url "/"))
    (assert (= status 401))
    (assert (in "Basic" (get headers "WWW-Authenticate")))
    (assert (= (get answer "error" "code") "invalid_api_key"))))


(defn test-another-host-needs-a-key-or-the-word-that-it-is-open [folder]
  (with [server (serving folder "--model" "bot" "--host" "0.0.0.0" "--open")]
    (assert-well (.replace server.url "0.0.0.0" "127.0.0.1")))
  (with [server (serving folder "--model" "bot" "--host" "0.0.0.0" "--api-key" "k")]
    (setv url (.replace server.url "0.0.0.0" "127.0.0.1"))
    (assert (= (get (ask url "/v1/models") 0) 401))))


(defn [(pytest.mark.parametrize #("flags" "words") [
    [["--model" "none"] "none.h5"]
    [["--model" "bot" "--model" "bot"] "--model: two models are called bot"]
    [["--port" "70000"] "--port must be a port from 0 to 65535"]
    [["--model" "bot" "--host" "203.0.113.7" "--open"] "203.0.113.7:8000: "]
    [["--host" "0.0.0.0"] "--host: other computers can reach 0.0.0.0, so give an --api-key"]])]
    test-bad-flags-are-refused-in-a-line [folder monkeypatch refusal flags words]
  (.chdir monkeypatch folder)
  (assert (in words (refusal "--serve" #* flags))))


(defn test-a-missing-package-is-installed-from-the-clone [monkeypatch refusal]
  (.setitem monkeypatch sys.modules "lstm_textgen.server.run" None)
  (assert (.endswith (refusal "--serve") ": pip install '.[serve]'\n")))


(defn test-a-port-in-use-is-named [folder monkeypatch refusal]
  (.chdir monkeypatch folder)
  (with [taken (socket.create-server #("127.0.0.1" 0))]
    (setv
      port (str (get (.getsockname taken) 1))
      line (refusal "--serve" "--model" "bot" "--port" port))
    (assert (re.search f"127.0.0.1:{port}: .*; give another --port" line))))


;; * What nobody should send

(defn [(pytest.mark.parametrize #("data" "status") [
    [b"nonsense\r\n\r\n" 400]
    [b"GET / HTTP/1.1\r\n\r\n" 400]
    [b"GET / HTTP/1.0\r\n\r\n" 421]
    [(+ b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n"
      b"Content-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n") 413]
    [(+ b"GET / HTTP/1.1\r\nHost: localhost\r\nA: " (* b"x" 30_000) b"\r\n\r\n") 4]
    [(+ b"GET /" (* b"x" 30_000) b" HTTP/1.1\r\nHost: localhost\r\n\r\n") 4]
    [(post b"{\"prompt\": \"\xff\"}") 400]
    [(post b"{\"prompt\": \"\\ud800\"}") 400]
    [(post b"{\"temperature\": 1e999}") 400]
    [(post (+ b"{\"x\": " (* b"[" 200_000))) 400]
    [(post (+ b"{\"stop\": \"" (* b"x" 1_000_000) b"\"}")) 400]
    [(post b"{\"n\": 99999999999999999999, \"max_tokens\": 99999999999999999999}") 400]
    [(post b"{\"seed\": 99999999999999999999999999999999}") 200]
    [(post b"{}" "/v1/completions" "Transfer-Encoding: chunked") 400]
    [(post b"{}" "/v1/completions" "Content-Length: 5") 400]])]
    test-requests-of-nonsense-are-refused [url data status]
  (setv answer (exchange url data))
  (assert (.startswith answer (.encode f"HTTP/1.1 {status}")) (cut answer 200)))


(defn test-bad-chunks-are-refused [url]
  (setv head (+ b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"))
  (assert (.startswith (exchange url (+ head b"2\r\n{}\r\n0\r\n\r\n")) b"HTTP/1.1 200"))
  (for [bad [b"zz\r\n{}\r\n0\r\n\r\n" b"-1\r\n{}\r\n" b"2\r\n{}xx0\r\n\r\n"]]
    (setv answer (exchange url (+ head bad) :half-close True))
    (assert (not (.startswith answer b"HTTP/1.1 200")) answer))
  (assert-well url))


(defn test-a-body-without-a-length-is-not-read-to-its-end [url]
  (with [s (connect url)]
    (.sendall s (+ b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n"
      b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"))
    (setv sent 0)
    (try
      (for [_ (range 1000)]
        (.sendall s (+ b"100000\r\n" (* b" " 0x100000) b"\r\n"))
        (+= sent 1))
      (except [ConnectionError])))
  (assert (< sent 30)))


(defn [(pytest.mark.parametrize "stream" [False True])]
    test-a-full-queue-says-when-to-try-again-and-who-disconnects-frees-it [folder stream]
  (with [server (serving folder "--model" "bot")]
    (setv [sockets until] [[] (+ (time.monotonic) (* 5 PATIENCE))])
    (defn asked []
      (assert (< (time.monotonic) until))
      (ask server.url "/v1/completions" {"prompt" "a"  "max_tokens" 1  "n" 64}))
    (while (= (get (setx answered (asked)) 0) 200)
      (.append sockets (connect server.url))
      (.sendall (get sockets -1)
        (post (.encode (json.dumps {#** LONG  "n" 50  "stream" stream})))))
    (setv [status headers answer] answered)
    (assert (= [status (get answer "error" "code")] [429 "queue_full"]))
    (assert (>= (int (get headers "Retry-After")) 1))
    (for [s sockets] (.close s))
    (while (!= (get (asked) 0) 200))))


;; * Who comes and doesn't go, or goes too soon

(defn ask-without-reading [url]
  "Return 20 sockets on which streams were asked for that nobody reads."
  (setv sockets (lfor _ (range 20) (connect url)))
  (for [s sockets]
    (.setsockopt s socket.SOL-SOCKET socket.SO-RCVBUF 2048)
    (.sendall s (post (.encode (json.dumps {#** LONG  "n" 3  "stream" True})))))
  sockets)


(defn test-who-doesn-t-read-slows-nobody [url]
  (setv sockets (ask-without-reading url))
  (assert-well url)
  (for [s sockets] (.close s)))


(defn test-who-sends-slowly-is-waited-for-and-not-for-ever [folder]
  (with [server (serving folder "--model" "bot" :seconds {"HEAD_SECONDS" 2})]
    (setv begun (time.monotonic))
    (setv [slow idle] [(connect server.url) (connect server.url)])
    (.sendall slow b"GET /health HTTP/1.1\r\n")
    (for [s [slow idle]]
      (with [_ (suppress ConnectionError)  _ s]
        (assert (= (.recv s 100) b""))))
    (assert (< 1.5 (- (time.monotonic) begun) 8))))


(defn test-a-body-that-nobody-wants-holds-no-connection [folder]
  (with [server (serving folder "--model" "bot" :seconds {"BODY_SECONDS" 1})
      s (connect server.url)
      _ (suppress ConnectionError)]
    (.sendall s b"GET /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
    (assert (in b"200" (.recv s 1000)))
    (.sendall s b"x")  ; it isn't idle, so the usual patience ends
    (.settimeout s 10)
    (while (.recv s 1000))))


(defn test-the-texts-under-way-are-finished-after-a-signal [folder]
  (with [server (serving folder "--model" "bot")]
    (with [s (connect server.url)]
      (.sendall s (post (.encode (json.dumps {#** LONG  "max_tokens" 10000  "stream" True
        "stream_options" {"include_usage" True}}))))
      (setv answer (.recv s 100))
      (.send-signal server signal.SIGTERM)
      (while (setx part (.recv s 65536)) (+= answer part)))
    (assert (in b"\"completion_tokens\":10000" answer))
    (assert (= (.wait server 20) 0))))


(defn test-ctrl-c-ends-a-server-quietly [folder]
  (with [server (serving folder "--model" "bot")]
    (.send-signal server signal.SIGINT)
    (assert (= (.wait server 20) 0))
    (assert (= (.read server.stderr) ""))))


(defn [pytest.mark.slow] test-who-doesn-t-read-doesn-t-hold-up-the-end [folder]
  (with [server (serving folder "--model" "bot")]
    (setv sockets (ask-without-reading server.url))
    (time.sleep 1)
    (.send-signal server signal.SIGTERM)
    (assert (= (.wait server 25) 0))
    (for [s sockets] (.close s))))


;; * Requests made up by what the server itself says is right

(defn openapi []
  "Return a description of the interface, by OpenAPI, whose schemas are msgspec's."
  (setv [schemas parts] (msgspec.json.schema-components (.values BODIES)
    :ref-template "#/components/schemas/{name}"))
  {
    "openapi" "3.1.0"
    "info" {"title" "lstm_textgen"  "version" "1"}
    "components" {"schemas" parts}
    "paths" (dfor
      [path schema] (zip BODIES schemas)
      path {"post" {
        "requestBody" {"required" True  "content" {"application/json" {"schema" schema}}}
        "responses" {"default" {"description" "whatever it is"}}}})})


(defn attack [url mode examples]
  "Let schemathesis make up `examples` requests for each path; return how often each status came."
  (setv
    schema (schemathesis.openapi.from-dict (openapi))
    statuses (Counter))
  (for [found (.get-all-operations schema)]
    (setv strategy (.as-strategy (.ok found) mode))
    (defn [(settings :max-examples examples :phases [Phase.generate]
          :suppress-health-check (list HealthCheck))
        (hy.I.hypothesis.given strategy)]
        try-one [case]
      (setv response (.call case :base-url url :timeout (* 5 PATIENCE)))
      (+= (get statuses response.status-code) 1))
    (try-one))
  statuses)


(defn [(pytest.mark.parametrize "count"
      [60 (pytest.param (* 90 FUZZ) :marks pytest.mark.slow)])
    (pytest.mark.parametrize #("mode" "status") [
      #(GenerationMode.POSITIVE 200) #(GenerationMode.NEGATIVE 400)])]
    test-made-up-requests-right-and-wrong-break-nothing [url count mode status]
  (setv statuses (attack url mode count))
  (assert (<= (set statuses) KNOWN) statuses)
  (assert (get statuses status)))
