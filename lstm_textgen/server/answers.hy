"Answers to clients: the texts of jobs in the format of OpenAI's API."

(eval-when-compile (require hyrule [unless]))
(import
  secrets
  time
  msgspec
  starlette.responses [Response]
  lstm-textgen.basics.values [plain]
  lstm-textgen.modelfile.history [bits]
  lstm-textgen.server.requests [ApiError prepare]
  lstm-textgen.writing.scoring [Score surprises])

(setv
  LEAST -9999.0  ; the logarithm of 0, as OpenAI's API writes it
  CHALLENGE "Basic realm=\"the password is the API key\", charset=\"UTF-8\"")


(defn json-answer [content [status 200] [headers None]]
  "Return the response with `content` as JSON."
  (Response (msgspec.json.encode content) status headers :media-type "application/json"))


(defn error-answer [error [unread False]]
  #[[Return the response for `error`, an `ApiError`.

  It closes the connection if a part of the request's body may still be `unread`.]]
  (json-answer (.as-json error) error.status {
    #** (if (= error.status 401) {"WWW-Authenticate" CHALLENGE} {})
    #** (if error.seconds {"Retry-After" (str error.seconds)} {})
    #** (if (or unread (in error.status [408 413])) {"Connection" "close"} {})}))


(defclass Form []
  #[[The format of the answers to one request to the model called `model`.

  - `chat`: whether they are messages; `fingerprint`: of the model's file.
  - `told`: whether the answers include the probabilities of units.
  - `prompts`: each text's prompt, if the answers repeat it (`echo`); None for its seed's text.]]

  (defn __init__ [self model fingerprint * told [chat False] [prompts None]]
    (setv
      [self.model self.fingerprint self.told] [model fingerprint told]
      [self.chat self.prompts] [chat prompts]
      self.id (+ (if chat "chatcmpl-" "cmpl-") (secrets.token-hex 12))
      self.created (int (time.time))))

  (defn whole [self jobs usage]
    "Return the answer with the texts of `jobs`, all of them finished."
    (setv choices (lfor
      [index job] (enumerate jobs)
      :setv text (.text-of self index job (.join "" job.pieces))
      :setv content (if self.chat
        {"message" {"role" "assistant"  "content" text  "refusal" None}}
        {"text" text})
      (.choice self index job content (slice None) job.end)))
    (.frame self choices "chat.completion" usage))

  (defn part [self index job text told end]
    #[[Return the part of a stream with the next `text` of job number `index`.

    `told` is the slice of its units whose probabilities the part has, without a start in the
    first; `end` is why the text ended, or None.]]
    (setv
      first? (is told.start None)
      content (if self.chat
        {"delta" {#** (if first? {"role" "assistant"} {}) #** (if text {"content" text} {})}}
        {"text" (if first? (.text-of self index job text) text)}))
    (.frame self [(.choice self index job content told end)] "chat.completion.chunk"))

  (defn choice [self index job content told end]
    "Return the entry of job number `index` in an answer: its `content` and what goes with it."
    { "index" index
      #** content
      "logprobs" (.logprobs self job told)
      "finish_reason" end})

  (defn text-of [self index job text]
    "Return the `text` of `job` as the client gets it: after its prompt, or stripped in a chat."
    (cond
      self.chat (.strip text)
      self.prompts (+ (or (get self.prompts index) job.seed.text) text)
      True text))

  (defn frame [self choices kind [usage None]]
    "Return an answer with these `choices`; `kind` is its `object` in a chat."
    {
      "id" self.id
      "object" (if self.chat kind "text_completion")
      "created" self.created
      "model" self.model
      "system_fingerprint" self.fingerprint
      "choices" choices
      #** (if usage {"usage" usage} {})})

  (defn logprobs [self job told]
    "Return the log probabilities of the slice `told` of units of `job`; None if not requested."
    (unless self.told (return None))
    (setv
      prompt (if self.prompts job.seed.told [])
      [before now] (if (is told.start None)
        [[] [#* prompt #* (get job.told told)]]
        [[#* prompt #* (cut job.told told.start)] (get job.told told)]))
    (if self.chat
      (chat-logprobs now)
      (completion-logprobs now (sum (gfor each before (len each.unit)))))))


(defn usage-of [jobs prompt-units]
  "Return the usage of a request with these `jobs`, whose prompts have `prompt-units` in total."
  (setv written (sum (gfor job jobs job.written)))
  {
    "prompt_tokens" prompt-units
    "completion_tokens" written
    "total_tokens" (+ prompt-units written)})


(defn completion-logprobs [told offset]
  "Return a list of `Told` in the format of completions; the first unit begins at `offset`."
  (setv offsets [])
  (for [each told]
    (.append offsets offset)
    (+= offset (len each.unit)))
  {
    "tokens" (lfor each told each.unit)
    "token_logprobs" (lfor each told (max LEAST each.logarithm))
    "top_logprobs" (lfor each told
      (dfor [unit logarithm] each.likeliest unit (max LEAST logarithm)))
    "text_offset" offsets})


(defn chat-logprobs [told]
  "Return a list of `Told` in the format of chats."
  (defn entry [unit logarithm]
    {"token" unit  "logprob" (max LEAST logarithm)  "bytes" (list (.encode unit))})
  {
    "content" (lfor
      each told
      {
        #** (entry each.unit each.logarithm)
        "top_logprobs" (lfor pair each.likeliest (entry #* pair))})
    "refusal" None})


(defn model-entry [served]
  "Return the description of a `Served` model."
  {
    "id" served.name
    "object" "model"
    "created" served.created
    "owned_by" "lstm_textgen"
    "system_fingerprint" served.fingerprint})


(defn score-answer [served text]
  #[[Return how well a `Served` model predicts `text`, in total and unit by unit.

  The surprise of an unknown unit is null. Raise `ApiError` if the model knows none.]]
  (setv
    model served.loop.model
    total (Score)
    units []
    surprise [])
  (for [stretch (surprises model [(prepare model text)])]
    (.add total stretch)
    (.extend units (list stretch.units))
    (.extend surprise (gfor b (plain (bits stretch.nats)) (if (= b b) b None))))
  (try
    (.check total)
    (except [error ValueError] (raise (ApiError 400 (str error) :param "text"))))
  {
    "model" served.name
    "unit" model.vocabulary.singular
    "count" total.count
    "bits_per_unit" (/ (bits total.nats) total.count)
    "bits_per_character" (if total.characters total.bits None)  ; JSON has no ∞
    "perplexity" total.perplexity
    "accuracy" total.accuracy
    "units" units
    "bits" surprise})
