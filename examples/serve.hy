#[[Serves a model to browsers, as a page, and to programs that use OpenAI's API.

    hy examples/serve.hy model.h5    (after pip install '.[serve]')

If API_KEY is in the environment, programs must send this key, and browsers open /?key=KEY. One
thread generates all texts: a request puts a call for its next few characters into the thread's
queue, and another once these are sent. So texts take turns, and end when their reader leaves.]]

(eval-when-compile (require hyrule [defmain unless]))
(import
  argparse
  asyncio [CancelledError wrap-future]
  concurrent.futures [ThreadPoolExecutor]
  itertools [islice]
  json
  os
  secrets [compare-digest token-hex]
  tempfile [TemporaryDirectory]
  time [time]
  starlette.applications [Starlette]
  starlette.exceptions [HTTPException]
  starlette.responses [FileResponse JSONResponse StreamingResponse]
  starlette.routing [Route]
  uvicorn
  lstm-textgen [load])

(setv
  THREAD (ThreadPoolExecutor 1)
  MOST-TOKENS 10_000  ; of a text; a token is a character or, of a word-level model, a word
  LONGEST-PROMPT 20_000)  ; characters


(defn make-app [model page key]
  "Return an application that offers `model` and its `page`, a file, to those who send the `key`."
  (Starlette
    :routes (lfor [method path act] [
        ["GET" "/" (fn :async [_] (FileResponse page))]
        ["GET" "/v1/models" (fn :async [_] (JSONResponse {"object" "list"  "data" [
          {"id" model.name  "object" "model"  "created" 0  "owned_by" "you"}]}))]
        ["POST" "/v1/completions" (fn [request] (answer request model False))]
        ["POST" "/v1/chat/completions" (fn [request] (answer request model True))]]
      (Route path (guarded act key) :methods [method]))
    :exception-handlers (dict.fromkeys
      [HTTPException AttributeError KeyError TypeError ValueError] answer-error)))


(defn guarded [act key]
  "Return `act`, which answers a request, for those who send the `key`."
  (fn :async [request]
    (setv sent (.get request.headers "authorization" f"Bearer {(request.query-params.get "key")}"))
    (must (if key
        (compare-digest (.encode sent) (.encode f"Bearer {key}"))
        (in request.url.hostname ["127.0.0.1" "localhost"]))  ; no name that a stranger may own
      "this needs an API key, sent as a bearer token" 401)
    (await (act request))))


(defn must [true? message [status 400]]
  "Refuse a request, with a `message`, unless `true?`."
  (unless true? (raise (HTTPException status message))))


(defn :async answer-error [request error]
  "Answer in the form of OpenAI's API with `error`, ours or Python's about a value in the body."
  (setv status (getattr error "status_code" 400))
  (JSONResponse :status-code status {"error" {
    "message" (getattr error "detail" (str error))  "type" "invalid_request_error"
    "param" None  "code" (.get {401 "invalid_api_key"  404 "model_not_found"} status)}}))


(defn :async answer [request model chat?]
  "Answer with the text after a prompt or, in a chat, with the next message, a line."
  (setv
    body (await (.json request))
    prompt (if chat? (chat-prompt body model.facts.people) (.get body "prompt"))
    length (min MOST-TOKENS (or (.get body "max_completion_tokens") (.get body "max_tokens") 400)))
  (must (= (.get body "model" model.name) model.name) f"the only model is {model.name}" 404)
  (must (and (isinstance prompt str) (<= (len prompt) LONGEST-PROMPT))
    f"`prompt` must be a text of at most {LONGEST-PROMPT} characters")
  (setv
    chunks (.stream model prompt :length length :stop (if chat? "\n" (.get body "stop"))
      :temperature (.get body "temperature") :top-p (.get body "top_p")
      :rng-seed (.get body "seed") :warn (fn [_]))  ; of characters that the model doesn't know
    replies (replies-of (parts-of chunks request) model prompt length chat? body))
  (defn :async events []
    (for [:async reply replies] (yield f"data: {(json.dumps reply)}\n\n"))
    (yield "data: [DONE]\n\n"))
  (if (.get body "stream")
    (StreamingResponse (events) :media-type "text/event-stream")
    (JSONResponse (await (anext replies)))))


(defn chat-prompt [body people]
  "Return the lines of the messages in `body`, by `people`, and the beginning of the reply."
  (must (> (len (or people [])) 1) "this model learned no chat; use /v1/completions")
  (setv names (dict (zip ["user" "assistant"] people)))  ; the two who write most
  (setv lines (lfor
    said (get body "messages")
    :if (in (get said "role") names)
    f"{(get names (get said "role"))}: {(.join " " (.split (get said "content")))}"))
  (.join "\n" [#* lines f"{(get names "assistant")}: "]))


(defn :async parts-of [chunks request]
  "Yield the text in `chunks` in parts, each when it is this text's turn."
  (defn turn [] (.join "" (islice chunks 32)))
  (try
    (while (and (setx part (await (wrap-future (.submit THREAD turn))))
        (not (await (.is-disconnected request))))
      (yield part))
    (finally (.submit THREAD chunks.close))))


(defn :async replies-of [parts model prompt length chat? body]
  "Yield what OpenAI's API answers to `body`: each of the `parts` and the end, or all at once."
  (setv
    [stream? text role] [(.get body "stream") "" {"role" "assistant"}]
    head {"id" (token-hex 12)  "created" (int (time))  "model" model.name  "object" (if chat?
      (if stream? "chat.completion.chunk" "chat.completion") "text_completion")})
  (defn reply [said [end None]]
    {#** head  "choices" [{"index" 0  "finish_reason" end  #** (if chat?
      {(if stream? "delta" "message") {"content" said #** role}} {"text" said})}]})
  (for [:async part parts]
    (+= text part)
    (when stream? (yield (reply part)) (setv role {})))
  (setv
    [read written] (gfor t [prompt text]
      (len (if (= model.vocabulary.unit "words") (.encode model.vocabulary t) t)))
    end (if (< written length) "stop" "length")
    usage {"prompt_tokens" read  "completion_tokens" written  "total_tokens" (+ read written)})
  (unless stream? (yield {#** (reply text end)  "usage" usage}) (return))
  (yield (reply "" end))
  (when (.get (or (.get body "stream_options") {}) "include_usage")
    (yield {#** head  "choices" []  "usage" usage})))


(defmain [_ #* arguments]
  (setv parser (argparse.ArgumentParser :prog "serve.hy"))
  (.add-argument parser "model" :help "a file, such as model.h5")
  (.add-argument parser "--host" :default "127.0.0.1")
  (.add-argument parser "--port" :type int :default 8000)
  (setv request (.parse-args parser))
  (try (setv model (load request.model))
    (except [error [OSError ValueError]] (.error parser (str error))))
  (with [folder (TemporaryDirectory)]
    (.page model (setx page f"{folder}/page.html"))
    (setv app (make-app model page (os.getenv "API_KEY")))
    (defn :async calm [s r t] (try (await (app s r t)) (except [CancelledError])))  ; by Ctrl-C
    (uvicorn.run calm :host request.host :port request.port
      :limit-concurrency 64 :timeout-graceful-shutdown 2 :access-log False)))
