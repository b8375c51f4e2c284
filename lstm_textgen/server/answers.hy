"Answers to clients: the texts of jobs in the format of OpenAI's API."

(import
  itertools [accumulate]
  secrets
  time
  msgspec
  starlette.responses [Response]
  lstm-textgen.modelfile.history [bits]
  lstm-textgen.prep [default-prep]
  lstm-textgen.server.requests [ApiError ChatBody]
  lstm-textgen.writing.scoring [score-text])


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


(defn head-of [served body]
  "Return what all parts of an answer by a `Served` model to `body` begin with."
  (setv [kind object] (cond
    (not (isinstance body ChatBody)) ["cmpl" "text_completion"]
    body.stream ["chatcmpl" "chat.completion.chunk"]
    True ["chatcmpl" "chat.completion"]))
  { "id" f"{kind}-{(secrets.token-hex 12)}"
    "object" object
    "created" (int (time.time))
    "model" served.name
    "system_fingerprint" served.fingerprint})


(defn choice-of [index job text told end [whole? False]]
  #[[Return the entry of `job` number `index`: its next `text`, or all of it in a `whole?` answer.

  `told` is the slice of its units whose probabilities go with it; it has no start if the text is
  the first. `end` is why the text ended, or None.]]
  (setv first? (is told.start None))
  { "index" index
    #** (cond
      (not job.chat) {"text" text}
      whole? {"message" {"role" "assistant"  "content" (.strip text)  "refusal" None}}
      True {"delta"
        {#** (if first? {"role" "assistant"} {}) #** (if text {"content" text} {})}})
    "logprobs" (if (is job.alternatives None) None (logprobs-of job told))
    "finish_reason" end})


(defn logprobs-of [job told]
  "Return the log probabilities of the slice `told` of units of `job`."
  (setv
    now (get job.told told)
    offsets (accumulate (gfor each (cut job.told told.stop) (len each.unit)) :initial 0)
    entry (fn [unit logarithm]
      {"token" unit  "logprob" logarithm  "bytes" (list (.encode unit))}))
  (if job.chat
    { "content" (lfor
        each now
        { #** (entry each.unit each.logarithm)
          "top_logprobs" (lfor pair each.likeliest (entry #* pair))})
      "refusal" None}
    { "tokens" (lfor each now each.unit)
      "token_logprobs" (lfor each now each.logarithm)
      "top_logprobs" (lfor each now (dict each.likeliest))
      "text_offset" (cut (list offsets) told.start -1)}))


(defn usage-of [jobs body]
  "Return a dict with the usage of `jobs`, those of a request with this `body`."
  (setv
    read (sum (gfor job (cut jobs None None body.n) job.seed.units))  ; once for each prompt
    written (sum (gfor job jobs job.written)))
  {"usage"
    {"prompt_tokens" read  "completion_tokens" written  "total_tokens" (+ read written)}})


(defn model-entry [served]
  "Return the description of a `Served` model."
  { "id" served.name
    "object" "model"
    "created" served.created
    "owned_by" "lstm_textgen"
    "system_fingerprint" served.fingerprint})


(defn metrics-answer [requests models]
  "Return the metrics of the `models` for Prometheus; `requests` counts answers by #(path status)."
  (setv
    quoted (fn [name] (.decode (msgspec.json.encode name)))  ; as the format escapes it, too
    of-models (fn [state] (lfor each models
      #(f"model={(quoted each.name)}" (len (getattr each.loop state))))))
  (Response :media-type "text/plain; version=0.0.4; charset=utf-8" :content (.join "" (gfor
    [name kind help samples] [
      #("requests_total" "counter" "Requests answered" (lfor
        [[path status] n] (.items requests)
        #(f"path={(quoted path)},status=\"{status}\"" n)))
      #("queue_texts" "gauge" "Texts waiting in the queue" (of-models "waiting"))
      #("running_texts" "gauge" "Texts being generated" (of-models "running"))]
    line [f"# HELP lstm_textgen_{name} {help}" f"# TYPE lstm_textgen_{name} {kind}"
      #* (gfor [labels n] samples f"lstm_textgen_{name}{{{labels}}} {n}")]
    (+ line "\n")))))


(defn score-answer [served text]
  #[[Return how well a `Served` model predicts `text`, in total and unit by unit.

  The surprise of an unknown unit is null. Raise `ApiError` if the model knows none.]]
  (setv model served.loop.model)
  (try
    (setv [total units nats] (score-text model (default-prep text model.settings.lower)))
    (except [error ValueError] (raise (ApiError 400 (str error) :param "text"))))
  { "model" served.name
    "unit" model.vocabulary.singular
    "count" total.count
    "bits_per_unit" (/ (bits total.nats) total.count)
    "bits_per_character" (if total.characters total.bits None)  ; JSON has no ∞
    "perplexity" total.perplexity
    "accuracy" total.accuracy
    "units" units
    "bits" (lfor b (.tolist (bits nats)) (if (= b b) b None))})
