"Answers to clients, in the format of OpenAI's API."

(import
  secrets
  time
  msgspec
  starlette.responses [Response]
  lstm-textgen.server.bodies [ChatBody])


(defn json-answer [content [status 200] [headers None]]
  "Return the response with `content` as JSON."
  (Response (msgspec.json.encode content) status headers :media-type "application/json"))


(defn error-answer [error [headers {}]]
  "Return the response for `error`, an `ApiError` or one of Starlette's, with more `headers`."
  (setv status error.status-code)
  (json-answer
    {"error" {
      "message" error.detail
      "type" (cond
        (= status 429) "rate_limit_error"
        (>= status 500) "server_error"
        True "invalid_request_error")
      "param" (getattr error "param" None)
      "code" (getattr error "code" None)}}
    status
    {#** (or error.headers {}) #** headers}))


(defn head-of [served body group]
  #[[Return what all parts of an answer by a `Served` model to `body` begin with.

  Beside the fields of OpenAI's API, `unknown` lists units of the prompts that the model doesn't
  know, if there are any.]]
  (setv
    [kind object] (cond
      (not (isinstance body ChatBody)) ["cmpl" "text_completion"]
      body.stream ["chatcmpl" "chat.completion.chunk"]
      True ["chatcmpl" "chat.completion"])
    unknown (list (dict.fromkeys (gfor
      passage group.passages
      unit passage.seed.unknowns
      unit))))
  { "id" f"{kind}-{(secrets.token-hex 12)}"
    "object" object
    "created" (int (time.time))
    "model" served.name
    "system_fingerprint" served.fingerprint
    #** (if unknown {"unknown" unknown} {})})


(defn choice-of [index passage end body first?]
  #[[Return the entry of what hasn't been read of `passage` number `index`, in an answer to `body`.

  `end` is why the text ended, or None; `first?` whether it is the first entry of this text.]]
  (setv
    new (range (len passage.chunks))  ; another thread may add some
    text (if (= end "unmatched") "" (.join "" (gfor _ new (.popleft passage.chunks)))))
  { "index" index
    #** (cond
      (not (isinstance body ChatBody)) {"text" text}
      (not body.stream) {"message" {"role" "assistant"  "content" (.strip text)  "refusal" None}}
      first? {"delta" {"role" "assistant" #** (if (.strip text) {"content" (.lstrip text)} {})}}
      True {"delta" (if text {"content" text} {})})
    "logprobs" None
    "finish_reason" (if (= end "failed") "error" end)})


(defn usage-of [group body]
  "Return a dict with the usage of a `group`, which answers `body`."
  (setv
    read (sum (gfor passage (cut group.passages None None (or body.n 1)) passage.seed.units))
    written (sum (gfor passage group.passages passage.units)))
  {"usage"
    {"prompt_tokens" read  "completion_tokens" written  "total_tokens" (+ read written)}})


(defn model-entry [served]
  "Return the description of a `Served` model."
  { "id" served.name
    "object" "model"
    "created" served.created
    "owned_by" "lstm_textgen"
    "system_fingerprint" served.fingerprint})
