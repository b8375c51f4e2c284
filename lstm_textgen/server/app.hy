"The server's endpoints, as a Starlette application."

(eval-when-compile (require hyrule [unless]))
(import
  asyncio
  contextlib [suppress]
  math [ceil]
  time
  urllib.parse [quote :as url-quoted]
  anyio [CapacityLimiter to-thread]
  msgspec
  starlette.applications [Starlette]
  starlette.exceptions [HTTPException]
  starlette.responses [HTMLResponse Response]
  starlette.routing [Route]
  lstm-textgen.pages.assembly [assemble safe]
  lstm-textgen.server.answers [Form error-answer json-answer model-entry score-answer
    usage-of]
  lstm-textgen.server.guard [read-all]
  lstm-textgen.server.jobs [make-jobs]
  lstm-textgen.server.loop [Full Stopped]
  lstm-textgen.server.requests [ApiError ChatBody CompletionBody ScoreBody StreamOptions
    chat-orders check-told completion-orders read-body])

(setv
  LONG 10_000  ; bytes of a body that takes long to turn into jobs: 0.4 ms per kilobyte
  MOST-SCORES 16  ; texts being scored or waiting for it
  BUSY-SECONDS 1)  ; after which to retry if the wait is unknown


(defclass Desk []
  "Answers requests to the `models`, a list of `Served`, and counts them in `metrics`."

  (defn __init__ [self models metrics]
    (setv
      [self.models self.metrics] [models metrics]
      self._scoring (CapacityLimiter 1)))

  (defn find [self name]
    "Return the `Served` model called `name`; None means the first."
    (for [each self.models]
      (when (in name [None each.name]) (return each)))
    (raise (ApiError 404 f"there is no model {name !r}; /v1/models lists the models"
      :param "model" :code "model_not_found")))

  ;; Pages

  (defn :async front [self request]
    "Answer with the only model's page, or with a list of all models' pages."
    (if (= (len self.models) 1)
      (await (.play self request))
      (HTMLResponse (assemble "Models" (+ "<main><h1>Models</h1><ul>"
        (.join "" (gfor each self.models
          f"<li><a href=\"/play/{(url-quoted each.name :safe "")}\">{(safe each.name)}</a></li>"))
        "</ul></main>")))))

  (defn :async play [self request]
    "Answer with the model's playground page."
    (setv served (.find self (.get request.path-params "name")))
    (try
      (HTMLResponse (await (in-thread served.page)))
      (except [error ValueError] (raise (ApiError 404 (str error))))))

  (defn :async health [self request]
    "Answer that the server is running, with the models' names, if all loops run."
    (for [each self.models :if (not (.alive? each.loop))]
      (raise (ApiError 503 f"{each.name} has stopped generating; restart the server")))
    (json-answer {"status" "ok"  "models" (lfor each self.models each.name)}))

  (defn :async figures [self request]
    "Answer with the metrics for Prometheus."
    (setv [body type] (.page self.metrics))
    (Response body :media-type type))

  (defn :async list-models [self request]
    "Answer with the models, in OpenAI's format."
    (json-answer {"object" "list"  "data" (lfor each self.models (model-entry each))}))

  (defn :async show-model [self request]
    "Answer with one of the models, in OpenAI's format."
    (json-answer (model-entry (.find self (get request.path-params "name")))))

  ;; Texts

  (defn :async complete [self request]
    "Answer with texts that continue prompts."
    (setv
      data (await (read-all request.receive))
      body (read-body data CompletionBody)
      served (.find self body.model)
      jobs (await (.submit self served data (fn [model] (completion-orders body model))))
      n (or body.n 1))
    (Texts self request body jobs
      :prompt-units (sum (gfor job (cut jobs None None n) job.seed.units))
      :form (Form served.name served.fingerprint
        :told (is-not body.logprobs None)
        :prompts (when body.echo (lfor
          p body.prompts
          _ (range n)
          (when (and (isinstance p str) (is body.logprobs None)) p))))))

  (defn :async chat [self request]
    "Answer with the next message of a chat."
    (setv
      data (await (read-all request.receive))
      body (read-body data ChatBody)
      served (.find self body.model)
      names (await (in-thread served.names)))
    (unless names
      (raise (ApiError 400 (+ f"{served.name} isn't a chat model: its lines don't begin with "
        "a name and a colon; use /v1/completions") :param "model" :code "not_a_chat_model")))
    (setv jobs (await (.submit self served data (fn [model] (chat-orders body model names)))))
    (Texts self request body jobs
      :prompt-units (. (get jobs 0) seed units)
      :form (Form served.name served.fingerprint :chat True :told (bool body.logprobs))))

  (defn :async submit [self served data make-orders]
    "Submit the orders that `make-orders` makes of `data` to the loop of `served`; return jobs."
    (for [_ (range 3)]  ; the model may have been reloaded meanwhile
      (setv
        loop served.loop
        reader (Reader loop)
        make (fn [] (check-told (make-jobs loop.model (make-orders loop.model) reader)))
        jobs (if (> (len data) LONG) (await (in-thread make)) (make)))
      (try
        (.submit loop (lfor job jobs :if (is job.end None) job))
        (return jobs)
        (except [Stopped])
        (except [error Full]
          (raise (ApiError 429 "the queue is full; try again later" :code "queue_full"
            :seconds (max BUSY-SECONDS (ceil error.seconds)))))))
    (raise (ApiError 503 "the server is stopping" :code "stopping" :seconds BUSY-SECONDS)))

  (defn :async score [self request]
    "Answer with how well a model predicts a text."
    (setv
      body (read-body (await (read-all request.receive)) ScoreBody)
      served (.find self body.model)
      busy (.statistics self._scoring))
    (when (>= (+ busy.borrowed-tokens busy.tasks-waiting) MOST-SCORES)
      (raise (ApiError 429 "too many texts are being scored; try again later" :code "queue_full"
        :seconds BUSY-SECONDS)))
    (json-answer (await (in-thread (fn [] (score-answer served body.text)) self._scoring)))))


(defclass Reader []
  "Waits in the event loop for news of one request's jobs, which `loop` generates."

  (defn __init__ [self loop]
    (setv
      [self.loop self.gone self.streams] [loop False False]
      self.event (asyncio.Event)))

  (defn :async watch [self receive]
    "Note when the client has disconnected."
    (while (!= (get (await (receive)) "type") "http.disconnect"))
    (setv self.gone True)
    (.set self.event))

  (defn :async news [self]
    "Wait for news."
    (await (.wait self.event))
    (.clear self.event)))


(defn make-notify [event-loop]
  "Return a function for a model's loop that wakes the readers of jobs with news in `event-loop`."
  (defn wake [readers]
    (for [reader readers] (.set reader.event)))
  (fn [jobs]
    (setv readers (sfor job jobs :if (or job.end job.reader.streams) job.reader))
    (when readers
      (with [_ (suppress RuntimeError)]  ; the event loop has ended
        (.call-soon-threadsafe event-loop wake readers)))))


(defclass Texts [Response]
  #[[The answer with the texts of `jobs` to a request with the `body`, whole or as a stream.

  `form` formats them; `prompt-units` is for the usage.]]

  (defn __init__ [self desk request body jobs * prompt-units form]
    (setv
      [self.desk self.path self.body self.jobs] [desk request.url.path body jobs]
      [self.prompt-units self.form] [prompt-units form]
      self.reader (. (get jobs 0) reader)
      [self.begun self.background] [(time.perf-counter) None]))

  (defn :async __call__ [self scope receive send]
    "Send the answer; cancel the jobs if the client disconnects or sending fails."
    (setv watch (asyncio.create-task (.watch self.reader receive)))
    (try
      (await (if self.body.stream (.stream self send) (.send-whole self scope receive send)))
      (.observe self.desk.metrics self.path (- (time.perf-counter) self.begun))
      (finally
        (.cancel watch)
        (unless (all (gfor job self.jobs job.end))
          (.cancel self.reader.loop self.jobs)))))

  (defn :async send-whole [self scope receive send]
    "Wait until all texts are complete, and send them."
    (while (not (or self.reader.gone (all (gfor job self.jobs job.end))))
      (await (.news self.reader)))
    (unless self.reader.gone
      (when (any (gfor job self.jobs (= job.end "failed")))
        (raise (ApiError 500 "generating failed" :code "failed")))
      (setv whole (.whole self.form self.jobs (usage-of self.jobs self.prompt-units)))
      (await ((json-answer whole) scope receive send))))

  (defn :async stream [self send]
    "Send new parts of all texts as server-sent events until all are complete."
    (setv
      self.reader.streams True
      left (dict (enumerate self.jobs))
      told (dfor index left index None))
    (await (send {"type" "http.response.start"  "status" 200
      "headers" [#(b"content-type" b"text/event-stream; charset=utf-8")]}))
    (while (and left (not self.reader.gone))
      (setv parts [])
      (for [[index job] (list (.items left))]
        (setv end job.end)  ; read it first: once it is set, nothing more comes
        (.append parts (.next-part self index job told end))
        (when end (.pop left index)))
      (await (send (body-of (filter None parts))))
      (when left (await (.news self.reader))))
    (setv last (when (. (or self.body.stream-options (StreamOptions)) include-usage)
      (.frame self.form [] "chat.completion.chunk"
        (usage-of self.jobs self.prompt-units))))
    (await (send (body-of (if last [last] []))))
    (await (send {"type" "http.response.body"  "body" b"data: [DONE]\n\n"})))

  (defn next-part [self index job told end]
    "Return the next part of `job` number `index`, or None; `told` counts the units sent of each."
    (setv
      start (get told index)
      echo? (and (is start None) self.form.prompts))
    (when (and echo? self.form.told (not (or end job.seed.done?)))
      (return None))  ; the prompt's probabilities come first, all of them
    (setv
      now (.told-by-now job)
      text (.join "" (gfor _ (range (len job.pieces)) (.popleft job.pieces))))
    (when (and self.form.chat (is start None))
      (setv text (.lstrip text)))
    (unless (or text end echo?) (return None))
    (setv (get told index) now)
    (.part self.form index job text (slice start now) (if (= end "failed") "error" end))))


;; * Parts of answers

(defn body-of [events]
  "Return the ASGI message with server-sent `events`; more may follow."
  {"type" "http.response.body"  "more_body" True
   "body" (.join b"" (gfor each events (+ b"data: " (msgspec.json.encode each) b"\n\n")))})


(defn in-thread [act [limiter None]]
  "Return an awaitable for the result of `act`, a slow function; `limiter` limits how many run."
  (to-thread.run-sync act :abandon-on-cancel True :limiter limiter))


;; * The application

(defn make-app [desk]
  "Return the ASGI application for `desk`."
  (setv routes [
    #("/" desk.front "GET")
    #("/play/{name}" desk.play "GET")
    #("/health" desk.health "GET")
    #("/metrics" desk.figures "GET")
    #("/score" desk.score "POST")
    #("/v1/models" desk.list-models "GET")
    #("/v1/models/{name}" desk.show-model "GET")
    #("/v1/completions" desk.complete "POST")
    #("/v1/chat/completions" desk.chat "POST")])
  (Starlette
    :routes (lfor [path act method] routes (Route path act :methods [method]))
    :exception-handlers {ApiError api-error  HTTPException http-error  Exception our-fault}))


(defn :async api-error [request error]
  "Answer with an `ApiError`."
  (error-answer error))


(defn :async http-error [request error]
  "Answer with one of Starlette's errors, such as an unknown path, in OpenAI's format."
  (json-answer (.as-json (ApiError error.status-code error.detail)) error.status-code
    error.headers))


(defn :async our-fault [request error]
  "Answer that something went wrong; `Guard` logs what."
  (error-answer (ApiError 500 "the server failed; its log says why")))
