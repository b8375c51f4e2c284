"Request bodies, validated by msgspec, and the groups of texts that they ask for."

(eval-when-compile (require hyrule [meth unless]))
(import
  contextlib [contextmanager]
  re
  typing [Annotated Any Literal]
  msgspec
  msgspec [Meta Struct defstruct]
  starlette.exceptions [HTTPException]
  lstm-textgen.prep [default-prep]
  lstm-textgen.server.replies [Reply told-of-seed]
  lstm-textgen.settings.table [check-setting]
  lstm-textgen.text.documents.chats [LONGEST-NAME]
  lstm-textgen.text.documents.reading [one-line]
  lstm-textgen.text.items [NewItems usual-most]
  lstm-textgen.writing.batch [MOST-TEXTS]
  lstm-textgen.writing.constraints [Demands]
  lstm-textgen.writing.ends [Ends]
  lstm-textgen.writing.passage [LONGER]
  lstm-textgen.writing.patterns [LONGEST-PATTERN]
  lstm-textgen.writing.sampling [Draw SamplingOptions]
  lstm-textgen.writing.scheduler [Group]
  lstm-textgen.writing.seeds [Seed]
  lstm-textgen.writing.writer [passage-length])

(setv
  MOST-TOKENS 20_000  ; units of a text
  LONGEST-SEED 100_000  ; characters
  LONGEST-STOP 256  ; characters
  MOST-MESSAGES 1000
  MOST-TOLD 150_000  ; log-probabilities in an answer: a prompt of 20,000 units with `logprobs` 5
  USUAL-LENGTH 16  ; units of a completion by default, as in OpenAI's API
  SEEDS (** 2 63)  ; random seeds are below it
  LIKELIEST 1e-9  ; a `top_p` that leaves only the likeliest unit, as one of 0 does
  NAME r"[^\W\d_][^\n:]{0,39}"  ; what is taken for a name where none are known
  ;; A message of a chat is one line, so what stands before its colon is a name, or a number.
  CHAT-NAME rf"[^\s:][^\n:]{{0,{(- LONGEST-NAME 1)}}}"
  ;; Parameters of OpenAI's API that would change the text and aren't supported.
  MISSING ["suffix" "presence_penalty" "frequency_penalty" "logit_bias" "tools" "functions"
    "response_format" "audio" "modalities"]
  NEUTRAL [None 0 "" [] {} {"type" "text"} ["text"]])


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
  IDS (within (get list int) :max-length LONGEST-SEED)
  ;; A list of ids, or of several prompts of either kind.
  PROMPTS (within (get list (| SEED-TEXT int IDS)) :max-length LONGEST-SEED)
  STOP (within str :min-length 1 :max-length LONGEST-STOP)
  REGEX-TEXT (within str :min-length 1 :max-length LONGEST-PATTERN)
  OPTIONAL-FLAG (| bool None)
  Unsupported (defstruct "Unsupported" (lfor name MISSING #(name Any None)) :kw-only True)
  StreamOptions (defstruct "StreamOptions" [#("include_usage" OPTIONAL-FLAG False)])
  ;; A part of a message.
  Part (defstruct "Part" [#("type" (get Literal "text")) #("text" SEED-TEXT "")]))


(defclass Steering [Unsupported :kw-only True]
  "The fields that both kinds of requests share."
  (setv
    #^ (| str None) model None
    #^ (number float 0 100) temperature None
    #^ (number float 0 1) top-p None
    #^ (number int -1 10_000_000) top-k None  ; -1 and 0: all
    #^ (number float 0 1) min-p None
    #^ (number float 0 1) recall None
    #^ (| STOP (within (get list STOP) :max-length 4) None) stop None
    #^ (number int 1 MOST-TEXTS) n None
    #^ (| int None) seed None
    #^ OPTIONAL-FLAG new False
    #^ (| REGEX-TEXT None) match None
    #^ (| REGEX-TEXT None) guided-regex None  ; what vLLM calls it
    #^ (number int 0 1000) no-repeat None
    #^ OPTIONAL-FLAG stream False
    #^ (| StreamOptions None) stream-options None
    #^ (number int 0 MOST-TOKENS) max-tokens None))


(defclass CompletionBody [Steering :kw-only True]
  "The body of a request to /v1/completions."
  (setv
    #^ (| SEED-TEXT PROMPTS None) prompt ""
    #^ (number int 1 MOST-TEXTS) best-of None
    #^ OPTIONAL-FLAG echo False
    #^ (number int 0 20) logprobs None)

  (meth [property] scores? []
    "Whether the answer tells the log-probabilities of the prompts, which takes long."
    (and self.echo (is-not self.logprobs None)))

  (meth group [served]
    "Return the `Group` of replies by a `Served` model: `n` texts for each prompt."
    (setv
      [n settings] [(or self.n 1) served.model.settings]
      given (or self.prompt "")
      prompts (if (or (isinstance given str) (isinstance (get given 0) int)) [given] given)
      each (// (or self.best-of n) n)  ; of which a text is the likeliest
      texts (* n each (len prompts))
      units (cond
        (is-not self.max-tokens None) self.max-tokens
        (usual-most settings) (min MOST-TOKENS (* LONGER (usual-most settings)))
        True USUAL-LENGTH))
    (when (not-in self.best-of [None (* n each)])
      (raise (ApiError 400 f"`best_of` must be a multiple of `n`, {n}" :param "best_of")))
    (when (and self.stream (> each 1))
      (raise (ApiError 400 "with `stream` there is no `best_of`" :param "best_of")))
    (when (> texts MOST-TEXTS)
      (raise (ApiError 400 f"{texts} texts at once are too many; the limit is {MOST-TEXTS}"
        :param (if (> n 1) "n" "prompt"))))
    (group-of self served.model prompts (Ends :units units :stop self.stop)
      self.logprobs (bool self.echo) each)))


(defclass Message [Struct]
  "A message of a chat."
  #^ (get Literal #("user" "assistant" "system" "developer")) role
  (setv
    #^ (| SEED-TEXT (within (get list Part) :max-length 100) None) content ""
    #^ (| (within str :max-length LONGEST-NAME) None) name None))


(defclass ChatBody [Steering :kw-only True]
  "The body of a request to /v1/chat/completions."
  #^ (within (get list Message) :min-length 1 :max-length MOST-MESSAGES) messages
  (setv
    #^ (number int 0 MOST-TOKENS) max-completion-tokens None
    #^ OPTIONAL-FLAG logprobs False
    #^ (number int 0 20) top-logprobs None)

  (setv scores? False)

  (meth group [served]
    #[[Return the `Group` of replies by a `Served` model, which was trained on a chat.

    Messages become lines that begin with a name; the model continues the last line.]]
    (when self.new (raise (unsupported "new" "`new` in a chat")))
    (setv names (.names served))
    (unless names
      (raise (ApiError 400 (+ f"{served.name} isn't a chat model: its lines don't begin with "
        "a name and a colon; use /v1/completions") :param "model" :code "not_a_chat_model")))
    (setv lengths [self.max-completion-tokens self.max-tokens (passage-length served.model)])
    (group-of self served.model [(chat-seed self.messages names)]
      (Ends :item False :stop self.stop
        :units (next (gfor length lengths :if (is-not length None) length))
        :name (if served.model.settings.people CHAT-NAME NAME))
      (when self.logprobs (or self.top-logprobs 0)))))


(defclass ScoreBody [Struct]
  "The body of a request to /score."
  #^ SEED-TEXT text
  (setv #^ (| str None) model None))


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
      (raise (ApiError 400 "the body must be valid JSON in UTF-8" :code "invalid_json"))))
  (for [name MISSING]
    (when (not-in (getattr body name None) NEUTRAL) (raise (unsupported name f"`{name}`"))))
  body)


(defn unsupported [name what]
  "Return the error for the field called `name`; the message calls it `what`."
  (ApiError 400 f"{what} isn't supported; leave it out" :param name :code "unsupported_parameter"))


;; * Texts

(defn group-of [body model prompts ends [alternatives None] [echo False] [best-of 1]]
  #[[Return the `Group` of `n` replies by `model` after each of `prompts`, up to `ends`, by `body`.

  The other parameters are those of a `Reply` and of a `Group`. Raise `ApiError` for a prompt of no
  kind, for too many log-probabilities, for new items by a model that doesn't know its list, and
  for a pattern that no text can match.]]
  (with [_ (about "new")] (setv items (when body.new (NewItems model))))
  (with [_ (about "no_repeat")] (when body.no-repeat (check-setting "no_repeat" body.no-repeat)))
  (setv
    n (* best-of (or body.n 1))
    demands (Demands (or body.match body.guided-regex) body.no-repeat)
    tells? (is-not alternatives None)
    prompts (lfor p prompts (read-prompt model p))
    ;; The texts after one seed share its reading.
    seeds (dfor p (set prompts) p (Seed model p (fn [_] None) (and echo tells?) body.recall))
    draw (Draw :logits (or tells? (> best-of 1))
      :rng-seed (unless (is body.seed None) (% body.seed SEEDS))
      :options (SamplingOptions
        (if (is body.temperature None) model.settings.temperature body.temperature)
        (when (> (or body.top-k 0) 0) body.top-k)
        (if (= body.top-p 0) LIKELIEST body.top-p)
        body.min-p
        body.recall)))
  (when tells?
    (setv count (* n (+ 1 alternatives)
      (sum (gfor p prompts (+ ends.units (if echo (. (get seeds p) units) 0))))))
    (when (> count MOST-TOLD)
      (raise (ApiError 400 (+ f"{count :,} log-probabilities are too many for an answer; ask for "
          f"{MOST-TOLD :,} at most: fewer units, texts or `logprobs`")
        :param "logprobs"))))
  (setv told (if (and echo tells?)
    (dfor [p seed] (.items seeds) p (told-of-seed seed alternatives))
    {}))
  (with [_ (about "match")]
    (setv replies (lfor
      [k p] (enumerate prompts)
      number (range (* k n) (* (+ k 1) n))
      (Reply (get seeds p) (.again draw number) ends demands alternatives echo
        (.get told p #())))))
  (Group replies (len replies) items :ordered (bool items) :best-of best-of))


(defn read-prompt [model prompt]
  "Return a `prompt`: a prepared text, or a tuple of known ids; raise `ApiError` otherwise."
  (cond
    (not prompt) ""
    (isinstance prompt str) (default-prep prompt model.settings.lower model.settings.join-lines)
    (and (isinstance prompt list)
      (all (gfor id prompt (and (isinstance id int) (< -1 id model.vocabulary.size)))))
      (tuple prompt)
    True (raise (ApiError 400 (+ "`prompt` must be a text, a list of ids from 0 to "
      f"{(- model.vocabulary.size 1)}, or a list of such prompts") :param "prompt"))))


(defn chat-seed [messages names]
  "Return the seed text for the `messages` of a chat; `names` are those the model knows."
  (setv
    told (fn [role] (lfor m messages :if (and m.name (= m.role role)) m.name))
    me (get [#* (reversed (told "assistant")) #* (gfor n names :if (not-in n (told "user")) n)
      "Bot"] 0)
    you (get [#* (gfor n names :if (!= n me) n) "User"] 0)
    speakers {"user" you  "assistant" me}
    lines [])
  (for [message messages :if (not-in message.role ["system" "developer"])]  ; instructions
    (setv
      speaker (or message.name (get speakers message.role))
      content (or message.content "")
      text (if (isinstance content str) content (.join "\n" (gfor part content part.text))))
    (.append lines f"{(one-line speaker)}: {(one-line text)}\n"))
  (+ (.join "" lines) f"{(one-line me)}:"))
