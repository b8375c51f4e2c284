"Request bodies, validated by msgspec, and the groups of texts that they ask for."

(eval-when-compile (require hyrule [meth unless]))
(import
  contextlib [contextmanager]
  re
  typing [Annotated Any Literal]
  msgspec
  msgspec [Meta defstruct]
  starlette.exceptions [HTTPException]
  lstm-textgen.prep [default-prep]
  lstm-textgen.settings.models [Request]
  lstm-textgen.settings.table [check-setting]
  lstm-textgen.text.documents.chats [LONGEST-NAME]
  lstm-textgen.writing.conversation [chat-seed people-of]
  lstm-textgen.writing.ends [Ends]
  lstm-textgen.writing.passage [LONGER]
  lstm-textgen.writing.patterns [LONGEST-PATTERN]
  lstm-textgen.writing.requests [check-copies group-of]
  lstm-textgen.writing.streams [MOST-TEXTS]
  lstm-textgen.writing.writer [passage-length])

(setv
  MOST-TOKENS 20_000  ; units of a text
  LONGEST-SEED 100_000  ; characters
  LONGEST-STOP 256  ; characters
  MOST-MESSAGES 1000
  USUAL-LENGTH 16  ; units of a completion by default, as in OpenAI's API
  SEEDS (** 2 63)  ; random seeds are below it
  LIKELIEST 1e-9  ; a `top_p` that leaves only the likeliest unit, as one of 0 does
  ;; Fields of OpenAI's API that don't affect the text.
  WITHOUT-EFFECT ["user" "store" "metadata" "service_tier" "safety_identifier" "prompt_cache_key"]
  ;; Those that would affect the answer and aren't supported, with a value that asks for nothing.
  UNSUPPORTED {
    "best_of" 1  "echo" False  "logprobs" False  "top_logprobs" 0  "suffix" ""
    "presence_penalty" 0  "frequency_penalty" 0  "logit_bias" {}  "tools" []  "functions" []
    "response_format" {"type" "text"}  "modalities" ["text"]  "audio" None}
  ;; Those of a message, which clients send back as they got them: empty.
  EMPTY ["refusal" "annotations" "audio" "function_call" "tool_calls"])


(defclass ApiError [HTTPException]
  #[[An error answer with an HTTP `status` and perhaps `headers`.

  `param` names the field, `code` is OpenAI's name for the error.]]

  (meth __init__ [status message * [@param None] [@code None] [headers None]]
    (.__init__ (super) status message headers)))


(defn [contextmanager] about [param]
  "Turn a `ValueError` inside into the `ApiError` about the field `param`."
  (try
    (yield)
    (except [error ValueError] (raise (ApiError 400 (str error) :param param)))))


;; * Bodies

(defn within [kind #** limits]
  "Return the type of a `kind` of value within `limits`, named as in msgspec's `Meta`."
  (get Annotated #(kind (Meta #** limits))))


(defn number [kind low high]
  "Return the type of a `kind` of number from `low` to `high`, or null."
  (| (within kind :ge low :le high) None))


(setv
  SEED-TEXT (within str :max-length LONGEST-SEED)
  STOP (within str :min-length 1 :max-length LONGEST-STOP)
  REGEX-TEXT (within str :min-length 1 :max-length LONGEST-PATTERN)
  OPTIONAL-FLAG (| bool None)
  Others (defstruct "Others" :kw-only True :forbid-unknown-fields True
    (lfor name [#* WITHOUT-EFFECT #* UNSUPPORTED] #(name Any None)))
  StreamOptions (defstruct "StreamOptions" :forbid-unknown-fields True
    [#("include_usage" OPTIONAL-FLAG False)])
  ;; A part of a message.
  Part (defstruct "Part" :forbid-unknown-fields True
    [#("type" (get Literal "text")) #("text" SEED-TEXT "")])
  Empty (defstruct "Empty" :kw-only True (lfor name EMPTY #(name None None))))


(defclass Steering [Others :kw-only True]
  "The fields that both kinds of requests share."
  (setv
    #^ (| str None) model None
    #^ (number float 0 100) temperature None
    #^ (number float 0 1) top-p None
    #^ (number int -1 10_000_000) top-k None  ; -1 and 0: all
    #^ (number float 0 1) min-p None
    #^ (| STOP (within (get list STOP) :max-length 4) None) stop None
    #^ (number int 1 MOST-TEXTS) n None
    #^ (| int None) seed None
    #^ (| REGEX-TEXT None) match None
    #^ (number int 0 1000) no-repeat None
    #^ (number int 0 1000) no-copy None
    #^ OPTIONAL-FLAG stream False
    #^ (| StreamOptions None) stream-options None
    #^ (number int 0 MOST-TOKENS) max-tokens None))


(defclass CompletionBody [Steering :kw-only True]
  "The body of a request to /v1/completions."
  (setv #^ (| SEED-TEXT (get list SEED-TEXT) None) prompt "")

  (meth group [served]
    "Return the `Group` of texts by a `Served` model: `n` for each prompt."
    (setv
      longest served.model.facts.long-item
      given (or @prompt "")
      prompts (if (isinstance given str) [given] given)
      texts (* (or @n 1) (len prompts))
      units (cond
        (is-not @max-tokens None) @max-tokens
        longest (min MOST-TOKENS (* LONGER longest))
        True USUAL-LENGTH))
    (when (> texts MOST-TEXTS)
      (raise (ApiError 400 f"{texts} texts at once are too many; the limit is {MOST-TEXTS}"
        :param (if (> (or @n 1) 1) "n" "prompt"))))
    (group-for self served.model prompts (Ends :units units :stop @stop))))


(defclass ChatMessage [Empty :kw-only True :forbid-unknown-fields True]
  "A message of a chat."
  #^ (get Literal #("user" "assistant" "system" "developer")) role
  (setv
    #^ (| SEED-TEXT (within (get list Part) :max-length 100) None) content ""
    #^ (| (within str :max-length LONGEST-NAME) None) name None)

  (meth [property] text []
    "Its text."
    (setv content (or @content ""))
    (if (isinstance content str) content (.join "\n" (gfor part content part.text)))))


(defclass ChatBody [Steering :kw-only True]
  "The body of a request to /v1/chat/completions."
  #^ (within (get list ChatMessage) :min-length 1 :max-length MOST-MESSAGES) messages
  (setv #^ (number int 0 MOST-TOKENS) max-completion-tokens None)

  (meth group [served]
    "Return the `Group` of replies by a `Served` model, which was trained on a chat."
    (setv people (people-of served.model))
    (unless people
      (raise (ApiError 400 f"{served.name} wasn't trained on a chat; use /v1/completions"
        :param "model" :code "not_a_chat_model")))
    (setv
      [seed names] (chat-seed @messages people)
      lengths [@max-completion-tokens @max-tokens (passage-length served.model)])
    (group-for self served.model [seed]
      (Ends :item False :stop @stop :names names
        :units (next (gfor length lengths :if (is-not length None) length))))))


(defn read-body [data kind]
  "Return the body of a `kind` in `data` (bytes); raise `ApiError` if it is invalid."
  (try
    (setv body (msgspec.json.decode data :type kind))
    (except [error msgspec.ValidationError]
      (setv
        [message _ place] (.partition (str error) " - at `$")
        field (or (re.search r"unknown field `(.*)`" message) (re.match r"\.(\w+)" place)))
      (raise (ApiError 400
        (+ (if place f"`{(.strip place ".`")}`: " "") message)
        :param (when field (get field 1)) :code "invalid_value")))
    (except [[msgspec.DecodeError UnicodeDecodeError RecursionError]]
      (raise (ApiError 400 "the body must be valid JSON in UTF-8" :code "invalid_json"))))
  (for [[name nothing] (.items UNSUPPORTED)]
    (setv value (getattr body name))
    (unless (or (is value None)
        (and (= value nothing) (= (isinstance value bool) (isinstance nothing bool))))
      (raise (ApiError 400 f"`{name}` isn't supported; leave it out"
        :param name :code "unsupported_parameter"))))
  body)


;; * Texts

(defn group-for [body model prompts ends]
  #[[Return the `Group` of `n` texts by `model` after each of `prompts`, up to `ends`, by `body`.

  Raise `ApiError` for a pattern that no text can match.]]
  (setv
    prepared (lfor p prompts (default-prep p model.settings.lower model.settings.join-lines))
    asked {
      "temperature" body.temperature
      "top_k" (when (> (or body.top-k 0) 0) body.top-k)
      "top_p" (if (= body.top-p 0) LIKELIEST body.top-p)
      "min_p" body.min-p
      "rng_seed" (unless (is body.seed None) (% body.seed SEEDS))
      "match" body.match
      "no_repeat" (or body.no-repeat None)
      "no_copy" body.no-copy
      "samples" body.n})
  (for [name ["no_repeat" "no_copy"]  :if (get asked name)]
    (with [_ (about name)] (check-setting name (get asked name))))
  (setv asked (Request (dfor [name value] (.items asked) :if (is-not value None) name value)))
  (with [_ (about "no_copy")] (check-copies model asked))
  (with [_ (about "match")]
    (setv group (group-of model prepared asked ends (fn [_] None)))
    (.draw-up group))
  group)
