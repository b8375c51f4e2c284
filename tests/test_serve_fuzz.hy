"Generated requests: the server answers all of them properly."

(import
  collections [Counter]
  http.client [HTTPConnection]
  json
  random [Random]
  urllib.parse [urlsplit]
  hypothesis [HealthCheck Phase settings]
  msgspec
  pytest
  schemathesis
  lstm-textgen.server.requests [ChatBody CompletionBody ScoreBody]
  tests.helpers [FUZZ]
  tests.serving [PATIENCE completion save-models serving])

(setv
  BODIES {
    "/v1/completions" CompletionBody
    "/v1/chat/completions" ChatBody
    "/score" ScoreBody}
  GETS ["/" "/health" "/metrics" "/v1/models" "/nowhere" "/play/bot" "/v1/models/chat"]
  KNOWN #{200 400 404 405 413 415 429})


(defn [(pytest.fixture :scope "module")] url [tmp-path-factory]
  "The address of a server."
  (setv folder (tmp-path-factory.mktemp "fuzz"))
  (save-models folder)
  (with [server (serving folder "--model" "bot" "--model" "chat")]
    (yield server.url)
    (completion server.url :prompt "abc")))


;; * By what the server itself says is right

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


(defn attack [url examples]
  "Let schemathesis make up `examples` requests for each path; return how often each status came."
  (setv
    schema (schemathesis.openapi.from-dict (openapi))
    statuses (Counter))
  (for [found (.get-all-operations schema)]
    (setv strategy (.as-strategy (.ok found)))
    (defn [(settings :max-examples examples :deadline None :database None
          :phases [Phase.generate] :suppress-health-check (list HealthCheck))
        (hy.I.hypothesis.given strategy)]
        try-one [case]
      (setv response (.call case :base-url url :timeout PATIENCE))
      (+= (get statuses response.status-code) 1))
    (try-one))
  statuses)


(defn [(pytest.mark.parametrize "count"
    [60 (pytest.param (* 150 FUZZ) :marks pytest.mark.slow)])]
    test-schemathesis-breaks-nothing [url count]
  (setv statuses (attack url count))
  (assert (<= (set statuses) KNOWN) statuses)
  (assert (get statuses 200)))


;; * By bytes that were changed

(setv SOUND [
  {"prompt" "abc"  "max_tokens" 5  "temperature" 0.5  "top_p" 0.9  "n" 2  "seed" 1
   "stop" ["a" "b"]  "logprobs" 2  "echo" True  "stream" False}
  {"messages" [{"role" "user"  "content" "hello"  "name" "Ben"}]  "model" "chat"  "stream" True
   "top_logprobs" 3  "logprobs" True  "max_tokens" 5}
  {"text" "abc"  "model" "bot"}])


(defn changed [rng body]
  "Return the bytes of `body` as JSON, with a few changes."
  (setv data (bytearray (.encode (json.dumps body))))
  (for [_ (range (.randrange rng 4))]
    (setv place (.randrange rng (len data)))
    (match (.randrange rng 4)
      0 (setv (get data place) (.randrange rng 256))
      1 (del (get data (slice place (+ place (.randrange rng 9)))))
      2 (setv (cut data place place) (.choice rng
          [b"null" b"-1" b"1e400" b"[]" b"{}" b"\"" b"9999999999999" b"\\ud800" b"\x00" b","]))
      3 (setv (cut data place place) (cut data (.randrange rng (len data)) None)))
    (.extend data (if data b"" b"{")))
  (bytes data))


(defn try-changes [url n]
  "Send `n` changed requests; return how often each status came."
  (setv
    rng (Random n)
    statuses (Counter)
    paths [#* BODIES #* GETS]
    connection (HTTPConnection (. (urlsplit url) netloc) :timeout PATIENCE))
  (for [k (range n)]
    (setv path (.choice rng (if (% k 10) (list BODIES) paths)))
    (.request connection (if (in path BODIES) "POST" "GET") path
      (changed rng (.choice rng SOUND)) {"Content-Type" "application/json"})
    (setv response (.getresponse connection))
    (.read response)
    (+= (get statuses response.status) 1))
  (.close connection)
  statuses)


(defn [(pytest.mark.parametrize "count"
    [300 (pytest.param (* 2000 FUZZ) :marks pytest.mark.slow)])]
    test-changed-bytes-break-nothing [url count]
  (setv statuses (try-changes url count))
  (assert (<= (set statuses) KNOWN) statuses)
  (assert (> (get statuses 200) 10)))
