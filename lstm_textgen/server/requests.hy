"Request bodies, validated by msgspec, and the `Order`s that they become."

(eval-when-compile (require hyrule [unless]))
(import
  re
  typing [Annotated Any Union]
  msgspec
  msgspec [Meta Struct defstruct]
  lstm-textgen.prep [default-prep]
  lstm-textgen.server.jobs [Order]
  lstm-textgen.text.documents.chats [LONGEST-NAME]
  lstm-textgen.writing.batch [MOST-TEXTS]
  lstm-textgen.writing.sampling [SamplingOptions])

(setv
  LONGEST 20_000  ; units of a text
  LONGEST-SEED 100_000  ; characters
  LONGEST-STOP 256  ; characters
  MOST-MESSAGES 1000
  MOST-TOLD 150_000  ; log-probabilities in an answer: a prompt of 20,000 units with `logprobs` 5
  USUAL-LENGTH 16  ; units of a completion by default, as in OpenAI's API
  SEEDS (** 2 63)  ; random seeds are below it
  ;; Parameters of OpenAI's API that would change the text and aren't supported.
  MISSING ["suffix" "presence_penalty" "frequency_penalty" "logit_bias" "tools" "functions"
    "response_format" "audio" "modalities"]
  NEUTRAL [None 0 "" [] {} {"type" "text"} ["text"]])


(defclass ApiError [Exception]
  #[[An error answer with an HTTP `status`.

  `param` names the field, `code` is OpenAI's name for the error, `seconds` when to retry.]]

  (defn __init__ [self status message * [param None] [code None] [seconds None]]
    (.__init__ (super) message)
    (setv
      [self.status self.message self.param] [status message param]
      [self.code self.seconds] [code seconds]))

  (defn as-json [self]
    "Return the error in OpenAI's format."
    {"error" {
      "message" self.message
      "type" (cond
        (= self.status 429) "rate_limit_error"
        (>= self.status 500) "server_error"
        True "invalid_request_error")
      "param" self.param
      "code" self.code}}))


;; * Bodies

(defn or-none [kind]
  "Return the type of a `kind` of value or null."
  (get Union #(kind None)))


(defn text [#** limits]
  "Return the type of a text with these `limits`."
  (get Annotated #(str (Meta #** limits))))


(defn number [kind low high]
  "Return the type of a `kind` of number from `low` to `high`, or null."
  (or-none (get Annotated #(kind (Meta :ge low :le high)))))


(defn some [kind most]
  "Return the type of a list of at most `most` values of a `kind`."
  (get Annotated #((get list kind) (Meta :max-length most))))


(setv
  SEED (text :max-length LONGEST-SEED)
  IDS (some int LONGEST-SEED)
  PROMPTS (some (get Union #(SEED int IDS)) LONGEST-SEED)  ; one of ids, or several of either kind
  STOP (text :min-length 1 :max-length LONGEST-STOP)
  FLAG (or-none bool))


(defclass StreamOptions [Struct]
  "How a text is streamed."
  (setv #^ FLAG include-usage False))


(setv Unsupported (defstruct "Unsupported" (lfor name MISSING #(name Any None)) :kw-only True))


(defclass Steering [Unsupported :kw-only True]
  "The fields that both kinds of requests share."
  (setv
    #^ (or-none str) model None
    #^ (number float 0 100) temperature None
    #^ (or-none (get Annotated #(float (Meta :gt 0 :le 1)))) top-p None
    #^ (number int -1 10_000_000) top-k None  ; -1 and 0: all
    #^ (number float 0 1) min-p None
    #^ (get Union #(STOP (some STOP 4) None)) stop None
    #^ (number int 1 MOST-TEXTS) n None
    #^ (or-none int) seed None
    #^ FLAG stream False
    #^ (or-none StreamOptions) stream-options None
    #^ (number int 0 LONGEST) max-tokens None))


(defclass CompletionBody [Steering :kw-only True]
  "The body of a request to /v1/completions."
  (setv
    #^ (get Union #(SEED PROMPTS None)) prompt ""
    #^ (number int 1 MOST-TEXTS) best-of None
    #^ FLAG echo False
    #^ (number int 0 20) logprobs None)

  (defn [property] prompts [self]
    "A list of all prompts: texts, or tuples of ids."
    (setv
      prompt (or self.prompt "")
      alone? (or (isinstance prompt str) (isinstance (get prompt 0) int)))
    (lfor p (if alone? [prompt] prompt) (if (and p (isinstance p list)) (tuple p) (or p "")))))


(defclass Part [Struct]
  "A part of a message."
  #^ str type
  (setv #^ SEED text ""))


(defclass Message [Struct]
  "A message of a chat."
  #^ (text :max-length 40) role
  (setv
    #^ (get Union #(SEED (some Part 100) None)) content ""
    #^ (or-none (text :max-length LONGEST-NAME)) name None))


(defclass ChatBody [Steering :kw-only True]
  "The body of a request to /v1/chat/completions."
  #^ (get Annotated #((get list Message) (Meta :min-length 1 :max-length MOST-MESSAGES))) messages
  (setv
    #^ (number int 0 LONGEST) max-completion-tokens None
    #^ FLAG logprobs False
    #^ (number int 0 20) top-logprobs None))


(defclass ScoreBody [Struct]
  "The body of a request to /score."
  #^ SEED text
  (setv #^ (or-none str) model None))


(defn read-body [data kind]
  "Return the body of a `kind` in `data` (bytes); raise `ApiError` if it is invalid."
  (try
    (setv body (msgspec.json.decode data :type kind))
    (except [error msgspec.ValidationError]
      (setv [message _ place] (.partition (str error) " - at `$"))
      (setv field (re.match r"\.(\w+)" place))
      (raise (ApiError 400
        (+ (if place f"`{(.strip place ".`")}`: " "") (cut message 0 1) (cut message 1 None))
        :param (when field (get field 1)) :code "invalid_value")))
    (except [[msgspec.DecodeError UnicodeDecodeError RecursionError]]
      (raise (ApiError 400 "the body must be valid JSON in UTF-8"
        :code "invalid_json"))))
  (for [name MISSING]
    (when (not-in (getattr body name None) NEUTRAL)
      (raise (ApiError 400 f"`{name}` isn't supported; leave it out" :param name
        :code "unsupported_parameter"))))
  body)


;; * Orders

(defn completion-orders [body model]
  "Return the `Order`s of a `CompletionBody` to `model` (a `Checkpoint`): `n` for each prompt."
  (setv
    n (or body.n 1)
    texts (* n (len body.prompts)))
  (when (not-in body.best-of [None n])
    (raise (ApiError 400 "`best_of` other than `n` isn't supported; leave it out" :param "best_of"
      :code "unsupported_parameter")))
  (when (> texts MOST-TEXTS)
    (raise (ApiError 400 f"{texts} texts at once are too many; the limit is {MOST-TEXTS}"
      :param (if (> n 1) "n" "prompt"))))
  (make-orders body model (lfor p body.prompts (read-prompt model p)) n
    :length (if (is body.max-tokens None) USUAL-LENGTH body.max-tokens)
    :alternatives body.logprobs
    :seed-too (and body.echo (is-not body.logprobs None))))


(defn chat-orders [body model names]
  #[[Return the `Order`s of a `ChatBody` to `model`, a `Checkpoint` trained on a chat by `names`.

  Messages become lines that begin with a name; the model continues the last line.]]
  (setv
    length (if (is body.max-completion-tokens None) body.max-tokens body.max-completion-tokens)
    alternatives (when body.logprobs (or body.top-logprobs 0)))
  (make-orders body model [(prepare model (chat-seed body.messages names))] (or body.n 1)
    :length (if (is length None) model.vocabulary.passage-length length)
    :alternatives alternatives
    :chat True))


(defn make-orders [body model seeds each * [seed-too False] #** more]
  #[[Return `each` orders per seed, with the sampling options of `body`.

  `seed-too` and `more` are further fields of an `Order`.]]
  (setv
    own model.settings.temperature
    options (SamplingOptions
      (if (is body.temperature None) own body.temperature)
      (when (> (or body.top-k 0) 0) body.top-k)
      body.top-p
      body.min-p)
    rng-seed (unless (is body.seed None) (% body.seed SEEDS))
    stops (cond (is body.stop None) []  (isinstance body.stop str) [body.stop]  True body.stop))
  (lfor
    [k seed] (enumerate seeds)
    n (range each)
    (Order seed :options options :stops stops :rng-seed rng-seed :number (+ n (* k each))
      :seed-too seed-too #** more)))


(defn check-told [jobs]
  "Return `jobs`; raise `ApiError` if they ask for more log-probabilities than `MOST-TOLD`."
  (setv told (sum (gfor
    job jobs
    :setv order job.order
    :if (is-not order.alternatives None)
    (* (+ 1 order.alternatives) (+ order.length (if order.seed-too job.seed.units 0))))))
  (when (> told MOST-TOLD)
    (raise (ApiError 400 (+ f"{told :,} probabilities are too many for an answer; ask for "
        f"{MOST-TOLD :,} at most: fewer units, texts or `logprobs`")
      :param "logprobs")))
  jobs)


(defn read-prompt [model prompt]
  "Return a `prompt`, prepared if it is a text; raise `ApiError` unless it is one or known ids."
  (when (isinstance prompt str) (return (prepare model prompt)))
  (unless (and (isinstance prompt tuple)
      (all (gfor id prompt (and (isinstance id int) (< -1 id model.vocabulary.size)))))
    (raise (ApiError 400 (+ "`prompt` must be a text, a list of ids from 0 to "
      f"{(- model.vocabulary.size 1)}, or a list of such prompts") :param "prompt")))
  prompt)


(defn prepare [model text]
  "Return `text` prepared like the training text of `model`."
  (default-prep text model.settings.lower))


(defn chat-seed [messages names]
  "Return the seed text for the `messages` of a chat; `names` are those the model knows."
  (setv
    told (fn [role] (lfor m messages :if (and m.name (= m.role role)) m.name))
    me (get [#* (reversed (told "assistant")) #* (gfor n names :if (not-in n (told "user")) n)
      "Bot"] 0)
    you (get [#* (gfor n names :if (!= n me) n) "User"] 0)
    lines [])
  (for [message messages]
    (match message.role
      "user" (.append lines f"{(one-line (or message.name you))}: {(content-of message)}\n")
      "assistant" (.append lines f"{(one-line (or message.name me))}: {(content-of message)}\n")
      (| "system" "developer") None  ; a small network can't follow instructions
      other (raise (ApiError 400
        f"a message's `role` must be user, assistant or system, not {other !r}"
        :param "messages"))))
  (+ (.join "" lines) f"{(one-line me)}:"))


(defn content-of [message]
  "Return the text of a `Message` in one line; raise `ApiError` if it isn't text."
  (setv content (or message.content ""))
  (unless (isinstance content str)
    (unless (all (gfor part content (= part.type "text")))
      (raise (ApiError 400 "a message's `content` must be text" :param "messages")))
    (setv content (.join "\n" (gfor part content part.text))))
  (one-line content))


(defn one-line [text]
  "Return `text` in one line: a line break would end the message."
  (.strip (re.sub r"\s*[\r\n\v\f\x85\u2028\u2029]\s*" " " text)))
