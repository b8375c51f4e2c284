"The server's endpoints, as a Starlette application."

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.pages.markup [html]))
(import
  asyncio
  contextlib [suppress]
  functools [partial]
  urllib.parse [quote :as url-quoted]
  anyio [to-thread]
  msgspec
  starlette.applications [Starlette]
  starlette.exceptions [HTTPException]
  starlette.responses [HTMLResponse]
  starlette.routing [Route]
  lstm-textgen.pages.assembly [assemble]
  lstm-textgen.server.answers [choice-of error-answer head-of json-answer model-entry usage-of]
  lstm-textgen.server.bodies [ApiError ChatBody CompletionBody read-body]
  lstm-textgen.server.guard [read-all]
  lstm-textgen.server.models [Full])

(setv BUSY-SECONDS 1)  ; after which to try again


(defclass Desk []
  "Answers requests to the `models`, a list of `Served`; `app` is the ASGI application."

  (meth __init__ [@models]
    (setv
      @app (Starlette
        :routes (lfor [path act method] [
            #("/" @front "GET")
            #("/play/{name}" @play "GET")
            #("/health" @health "GET")
            #("/v1/models" @list-models "GET")
            #("/v1/models/{name}" @describe "GET")
            #("/v1/completions" (partial @generate CompletionBody) "POST")
            #("/v1/chat/completions" (partial @generate ChatBody) "POST")]
          (Route path act :methods [method]))
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

  (meth :async list-models [request]
    "Answer with the descriptions of all models."
    (json-answer {"object" "list"  "data" (list (map model-entry @models))}))

  (meth :async describe [request]
    "Answer with the description of a model."
    (json-answer (model-entry (@find (get request.path-params "name")))))

  (meth :async generate [kind request]
    "Answer with the texts that a body of a `kind` asks for."
    (setv
      body (read-body (await (read-all request)) kind)
      served (@find body.model)
      ;; Long prompts and patterns take long to read.
      group (await (in-thread (fn [] (.group body served))))
      texts (Texts served body group))
    (try
      (.submit served.loop group)
      (except [Full]
        (raise (ApiError 429 "the queue is full; try again later" :code "queue_full"
          :headers {"Retry-After" (str BUSY-SECONDS)}))))
    texts))


(defclass Texts []
  #[[The answer to a `body` with the texts of a `group` by a `Served` model, whole or as a stream.

  It is an ASGI application that waits in the event loop for news of the group.]]

  (meth __init__ [@served @body @group]
    (setv
      group.reader @,
      @_head (head-of served body group)
      @_begun (set)  ; indexes of the texts of which something has been sent
      [@_gone @_event] [False (asyncio.Event)]))

  (meth :async __call__ [scope receive send]
    "Send the answer; cancel the group if the client disconnects or sending fails."
    (defn :async watch []
      (while (!= (get (await (receive)) "type") "http.disconnect"))
      (setv @_gone True)
      (.set @_event))
    (setv watching (asyncio.create-task (watch)))
    (try
      (await (if @body.stream (@stream send) (@send-whole scope receive send)))
      (finally
        (.cancel watching)
        (unless @group.over (.cancel @served.loop @group)))))

  (meth wake []
    "Let the answer go on if it has anything to do: the group has news."
    (when (or @group.over @body.stream) (.set @_event)))

  (meth :async _news []
    "Wait for news."
    (await (.wait @_event))
    (.clear @_event))

  (meth :async send-whole [scope receive send]
    "Wait until all texts have ended, and send them."
    (while (not (or @_gone @group.over)) (await (@_news)))
    (when @_gone (return))
    (when (= @group.over "failed")
      (raise (ApiError 500 "generating failed" :code "failed")))
    (setv
      choices (lfor
        [index passage] (enumerate @group.passages)
        (choice-of index passage (or passage.end @group.over) @body True))
      answer (json-answer {#** @_head  "choices" choices  #** (usage-of @group @body)}))
    (await (answer scope receive send)))

  (meth :async stream [send]
    "Send what is new of all texts as server-sent events until all have ended."
    (await (send {"type" "http.response.start"  "status" 200
      "headers" [#(b"content-type" b"text/event-stream; charset=utf-8")]}))
    (setv left (dict (enumerate @group.passages)))
    (while (and left (not @_gone))
      (setv
        over @group.over  ; read it and each end first: once it is set, nothing more comes
        parts [])
      (for [[index passage] (list (.items left))]
        (setv end (or passage.end over))
        ;; Whether a text matches isn't known before its end.
        (when (or end (and passage.chunks (not @group.revocable)))
          (.append parts {#** @_head
            "choices" [(choice-of index passage end @body (not-in index @_begun))]})
          (.add @_begun index))
        (when end (.pop left index)))
      (await (send (body-of parts)))
      (when left (await (@_news))))
    (when (getattr @body.stream-options "include_usage" False)
      (await (send (body-of [{#** @_head  "choices" []  #** (usage-of @group @body)}]))))
    (await (send {"type" "http.response.body"  "body" b"data: [DONE]\n\n"}))))


(defn make-notify [event-loop]
  "Return a function for a model's loop: it wakes the readers of groups in `event-loop`."
  (fn [groups]
    (when groups
      (with [_ (suppress RuntimeError)]  ; the event loop has ended
        (.call-soon-threadsafe event-loop
          (fn [] (for [group groups] (.wake group.reader))))))))


(defn body-of [events]
  "Return the ASGI message with server-sent `events`; more may follow."
  {"type" "http.response.body"  "more_body" True
   "body" (.join b"" (gfor each events (+ b"data: " (msgspec.json.encode each) b"\n\n")))})


(defn in-thread [act]
  "Return an awaitable for the result of `act`, a slow function."
  (to-thread.run-sync act :abandon-on-cancel True))
