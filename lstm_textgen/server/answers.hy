"Answers to clients, in the format of OpenAI's API."

(import
  itertools [accumulate]
  secrets
  time
  msgspec
  starlette.responses [Response]
  lstm-textgen.modelfile.history [bits]
  lstm-textgen.prep [default-prep]
  lstm-textgen.server.requests [ChatBody about]
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
      reply group.passages
      unit reply.seed.unknowns
      unit))))
  { "id" f"{kind}-{(secrets.token-hex 12)}"
    "object" object
    "created" (int (time.time))
    "model" served.name
    "system_fingerprint" served.fingerprint
    #** (if unknown {"unknown" unknown} {})})


(defn choice-of [index reply end body first?]
  #[[Return the entry of what hasn't been read of `reply` number `index`, in an answer to `body`.

  `end` is why the text ended, or None; `first?` whether it is the first entry of this reply.]]
  (setv
    [text told offset] (if (in end ["memorized" "exhausted" "unmatched"]) ["" [] 0] (.read reply))
    chat? (isinstance body ChatBody))
  { "index" index
    #** (cond
      (not chat?) {"text" text}
      (not body.stream) {"message" {"role" "assistant"  "content" (.strip text)  "refusal" None}}
      first? {"delta" {"role" "assistant" #** (if (.strip text) {"content" (.lstrip text)} {})}}
      True {"delta" (if text {"content" text} {})})
    "logprobs" (if (is reply.alternatives None) None (logprobs-of told offset chat?))
    "finish_reason" (if (= end "failed") "error" end)})


(defn logprobs-of [told offset chat?]
  "Return the log-probabilities of units, a list of `Told`, of which the first begins at `offset`."
  (setv entry (fn [unit logarithm]
    {"token" unit  "logprob" logarithm  "bytes" (list (.encode unit))}))
  (if chat?
    { "content" (lfor
        each told
        { #** (entry each.unit each.logarithm)
          "top_logprobs" (lfor pair each.likeliest (entry #* pair))})
      "refusal" None}
    { "tokens" (lfor each told each.unit)
      "token_logprobs" (lfor each told each.logarithm)
      "top_logprobs" (lfor each told (dict each.likeliest))
      "text_offset" (cut
        (list (accumulate (gfor each told (len each.unit)) :initial offset)) -1)}))


(defn usage-of [group body]
  "Return a dict with the usage of a `group`, which answers `body`."
  (setv
    each (* (or body.n 1) group.best-of)  ; texts of a prompt
    read (sum (gfor reply (cut group.passages None None each) reply.seed.units))
    written (sum (gfor reply group.passages reply.units)))
  {"usage"
    {"prompt_tokens" read  "completion_tokens" written  "total_tokens" (+ read written)}})


(defn model-entry [served]
  "Return the description of a `Served` model."
  { "id" served.name
    "object" "model"
    "created" served.created
    "owned_by" "lstm_textgen"
    "system_fingerprint" served.fingerprint})


(defn score-answer [served text]
  #[[Return how well a `Served` model predicts `text`, in total and unit by unit.

  The surprise of an unknown unit is null. Raise `ApiError` if the model knows none.]]
  (setv model served.model)
  (with [_ (about "text")]
    (setv
      prepared (default-prep text model.settings.lower model.settings.join-lines)
      [total units nats] (score-text model prepared)))
  { "model" served.name
    "unit" model.vocabulary.singular
    "count" total.count
    "bits_per_unit" (/ (bits total.nats) total.count)
    "bits_per_character" (if total.characters total.bits None)  ; JSON has no ∞
    "perplexity" total.perplexity
    "accuracy" total.accuracy
    "units" units
    "bits" (lfor b (.tolist (bits nats)) (if (= b b) b None))})
