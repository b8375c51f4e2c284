"The server's endpoints, as a Starlette application."

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.pages.markup [html]))
(import
  asyncio
  collections [Counter]
  contextlib [suppress]
  functools [partial]
  math [ceil]
  urllib.parse [quote :as url-quoted]
  anyio [CapacityLimiter to-thread]
  msgspec
  starlette.applications [Starlette]
  starlette.exceptions [HTTPException]
  starlette.responses [HTMLResponse]
  starlette.routing [Route]
  lstm-textgen.pages.assembly [assemble]
  lstm-textgen.server.answers [choice-of error-answer head-of json-answer metrics-answer
    model-entry score-answer usage-of]
  lstm-textgen.server.guard [read-all]
  lstm-textgen.server.loop [Full]
  lstm-textgen.server.requests [ApiError ChatBody CompletionBody ScoreBody read-body])

(setv
  LONG-BODY 10_000  ; bytes of a body that takes long to turn into jobs: 0.4 ms per kilobyte
  MOST-SCORES 16  ; texts being scored or waiting for it
  BUSY-SECONDS 1)  ; after which to retry if the wait is unknown


(defclass Desk []
  "Answers requests to the `models`, a list of `Served`; `app` is the ASGI application."

  (meth __init__ [@models]
    (setv
      @requests (Counter)  ; answered, by path and status
      @scoring (CapacityLimiter 1)
      routes [
        #("/" @front "GET")
        #("/play/{name}" @play "GET")
        #("/health" @health "GET")
        #("/metrics" (fn :async [_] (metrics-answer @requests @models)) "GET")
        #("/score" @score "POST")
        #("/v1/models" (fn :async [_]
          (json-answer {"object" "list"  "data" (list (map model-entry @models))})) "GET")
        #("/v1/models/{name}" (fn :async [request]
          (json-answer (model-entry (@find (get request.path-params "name"))))) "GET")
        #("/v1/completions" (partial @generate CompletionBody) "POST")
        #("/v1/chat/completions" (partial @generate ChatBody) "POST")]
      @paths (sfor [path _ _] routes path)
      @app (Starlette
        :routes (lfor [path act method] routes (Route path act :methods [method]))
        :exception-handlers {
          HTTPException (fn :async [_ error] (error-answer error))  ; an `ApiError`, unknown paths
          Exception (fn :async [_ error]  ; `Guard` logs it
            (error-answer (ApiError 500 "the server failed; its log says why")))})))

  (meth find [name]
    "Return the `Served` model called `name`; None means the first."
    (for [each @models]
      (when (in name [None each.name]) (return each)))
    (raise (ApiError 404 f"there is no model {name !r}; /v1/models lists the models"
      :param "model" :code "model_not_found")))

  (meth count [path status]
    "Count an answer with `status` to a request for `path`."
    (+= (get @requests #((if (in path @paths) path "other") status)) 1))

  (meth :async front [request]
    "Answer with the only model's page, or with a list of all models' pages."
    (if (= (len @models) 1)
      (await (@play request))
      (HTMLResponse (assemble "Models" (html (main (h1 "Models") (ul (for [each @models]
        (li (a :href f"/play/{(url-quoted each.name :safe "")}" each.name))))))))))

  (meth :async play [request]
    "Answer with the model's playground page."
    (setv served (@find (.get request.path-params "name")))
    (try
      (HTMLResponse (await (in-thread served.page)))
      (except [error ValueError] (raise (ApiError 404 (str error))))))

  (meth :async health [request]
    "Answer that the server is running, with the models' names, if all loops run."
    (for [each @models :if (not (.is-alive each.loop.thread))]
      (raise (ApiError 503 f"{each.name} has stopped generating; restart the server")))
    (json-answer {"status" "ok"  "models" (lfor each @models each.name)}))

  (meth :async generate [kind request]
    "Answer with the texts that a body of a `kind` asks for."
    (setv
      data (await (read-all request))
      body (read-body data kind)
      texts (Texts (@find body.model) body))
    (await (.submit texts (or (is kind ChatBody) (> (len data) LONG-BODY))))
    texts)

  (meth :async score [request]
    "Answer with how well a model predicts a text."
    (setv
      body (read-body (await (read-all request)) ScoreBody)
      served (@find body.model)
      busy (.statistics @scoring))
    (when (>= (+ busy.borrowed-tokens busy.tasks-waiting) MOST-SCORES)
      (raise (overloaded "too many texts are being scored")))
    (json-answer (await (in-thread (fn [] (score-answer served body.text)) @scoring)))))


(defclass Texts []
  #[[The answer to a `body` with texts by a `Served` model, whole or as a stream.

  It is an ASGI application that waits in the event loop for news of its `jobs`, which `submit`
  makes and gives to a `loop`.]]

  (meth __init__ [@served @body]
    (setv
      @head (head-of served body)
      [@loop @jobs] [None []]
      @sent {}  ; the number of units sent of each job, by its index
      [@gone @event] [False (asyncio.Event)]))

  (meth :async submit [slow?]
    "Submit the jobs, made in a thread if that is `slow?`; raise `ApiError` if the queue is full."
    (while True  ; the model may have been reloaded meanwhile
      (setv
        @loop @served.loop
        make (fn [] (.jobs @body @served @loop.model @,))
        @jobs (if slow? (await (in-thread make)) (make)))
      (try
        (when (.submit @loop @jobs) (return))
        (except [error Full]
          (raise (overloaded "the queue is full" (max BUSY-SECONDS (ceil (get error.args 0)))))))))

  (meth :async __call__ [scope receive send]
    "Send the answer; cancel the jobs if the client disconnects or sending fails."
    (defn :async watch []
      (while (!= (get (await (receive)) "type") "http.disconnect"))
      (setv @gone True)
      (.set @event))
    (setv watching (asyncio.create-task (watch)))
    (try
      (await (if @body.stream (@stream send) (@send-whole scope receive send)))
      (finally
        (.cancel watching)
        (unless (all (gfor job @jobs job.end)) (.cancel @loop @jobs)))))

  (meth :async news []
    "Wait for news."
    (await (.wait @event))
    (.clear @event))

  (meth :async send-whole [scope receive send]
    "Wait until all texts are complete, and send them."
    (while (not (or @gone (all (gfor job @jobs job.end)))) (await (@news)))
    (when @gone (return))
    (when (any (gfor job @jobs (= job.end "failed")))
      (raise (ApiError 500 "generating failed" :code "failed")))
    (setv
      choices (lfor
        [index job] (enumerate @jobs)
        (choice-of index job (.join "" job.pieces) (slice None) job.end :whole? True))
      answer (json-answer {#** @head  "choices" choices  #** (usage-of @jobs @body)}))
    (await (answer scope receive send)))

  (meth :async stream [send]
    "Send new parts of all texts as server-sent events until all are complete."
    (await (send {"type" "http.response.start"  "status" 200
      "headers" [#(b"content-type" b"text/event-stream; charset=utf-8")]}))
    (setv left (dict (enumerate @jobs)))
    (while (and left (not @gone))
      (setv parts [])
      (for [[index job] (list (.items left))]
        (setv end job.end)  ; read it first: once it is set, nothing more comes
        (.extend parts (@next-parts index job end))
        (when end (.pop left index)))
      (await (send (body-of parts)))
      (when left (await (@news))))
    (when (getattr @body.stream-options "include_usage" False)
      (await (send (body-of [{#** @head  "choices" []  #** (usage-of @jobs @body)}]))))
    (await (send {"type" "http.response.body"  "body" b"data: [DONE]\n\n"})))

  (meth next-parts [index job end]
    "Return a list of the next part of `job` number `index`, if there is one."
    (when (and job.items (not end)) (return []))  ; whether it is new isn't known yet
    (setv
      start (.get @sent index)
      now (.told-by-now job)
      text (.join "" (gfor _ (range (len job.pieces)) (.popleft job.pieces))))
    (when (and job.chat (is start None)) (setv text (.lstrip text)))
    (unless (or text end) (return []))
    (setv
      (get @sent index) now
      choice (choice-of index job text (slice start now) (if (= end "failed") "error" end)))
    [{#** @head  "choices" [choice]}]))


(defn make-notify [event-loop]
  "Return a function for a model's loop that wakes the readers of jobs with news in `event-loop`."
  (fn [jobs]
    (setv readers (sfor job jobs :if (or job.end job.reader.body.stream) job.reader))
    (when readers
      (with [_ (suppress RuntimeError)]  ; the event loop has ended
        (.call-soon-threadsafe event-loop (fn [] (for [each readers] (.set each.event))))))))


(defn body-of [events]
  "Return the ASGI message with server-sent `events`; more may follow."
  {"type" "http.response.body"  "more_body" True
   "body" (.join b"" (gfor each events (+ b"data: " (msgspec.json.encode each) b"\n\n")))})


(defn in-thread [act [limiter None]]
  "Return an awaitable for the result of `act`, a slow function; `limiter` limits how many run."
  (to-thread.run-sync act :abandon-on-cancel True :limiter limiter))


(defn overloaded [problem [seconds BUSY-SECONDS]]
  "Return the error for a request that may be sent again in `seconds`."
  (ApiError 429 f"{problem}; try again later" :code "queue_full"
    :headers {"Retry-After" (str seconds)}))
