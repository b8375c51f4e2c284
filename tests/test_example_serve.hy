"The example of a server: asked by OpenAI's client and curl, and left before the end of a text."

(import
  asyncio
  itertools [chain repeat]
  json
  re
  signal
  subprocess
  sys
  threading [Event]
  types [SimpleNamespace]
  examples.serve [chat-prompt make-app]
  openai [AuthenticationError BadRequestError NotFoundError OpenAI]
  pytest
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  tests.helpers [CALM ROOT STARTED small-model start-python]
  tools.blocks [blocks-in])

(setv
  KEY "rubberduck"
  HELLO [{"role" "system"  "content" "Be brief."} {"role" "user"  "content" "hi\nyou"}]
  SERVER (/ ROOT "examples" "serve.hy")
  PATIENCE 60)  ; seconds


(defn [(pytest.fixture :scope "module")] url [tmp-path-factory]
  "Yield the address of a server of a model of a chat, which Ctrl-C ends while it answers."
  (setv folder (tmp-path-factory.mktemp "served"))
  (save-checkpoint (small-model :resume False :text "\nabcdefghij" :people ["Ann" "Ben"]
    :scale CALM) (/ folder "model"))
  (setv server (start-python "-m" "hy" SERVER "model.h5" "--port" "0"
    :cwd folder :environment {"API_KEY" KEY}))
  (.remove STARTED server)  ; it serves several tests
  (setv found (next (gfor
    line server.stderr
    :setv found (re.search r"http://[\d.:]+" line)
    :if found
    (get found 0))))
  (yield found)
  (with [_ (complete found :max-tokens 10_000 :stream True)]
    (.send-signal server signal.SIGINT)
    (assert (not-in "Traceback" (get (.communicate server :timeout PATIENCE) 1))))
  (assert (= server.returncode 0)))


(defn client-of [url [key KEY]]
  (OpenAI :base-url f"{url}/v1" :api-key key :max-retries 0))


(defn complete [url #** body]
  (.create (. (client-of url) completions)
    #** {"model" "model"  "prompt" "abc"  "seed" 1  #** body}))


(defn test-openai-s-client-gets-whole-texts-and-streams [url]
  (setv
    whole (complete url :max-tokens 100)
    [text] (lfor each whole.choices each.text)
    [#* parts last] (complete url :max-tokens 100 :stream True
      :stream-options {"include_usage" True})
    choices (lfor part parts (get part.choices 0))
    stopped (get (. (complete url :stop (cut text 50 53)) choices) 0))
  (assert (= (.join "" (gfor each choices each.text)) text))
  (assert (= (lfor each choices each.finish-reason) [#* (* [None] (- (len parts) 1)) "length"]))
  (assert (= last.usage whole.usage))
  (assert (= [whole.usage.prompt-tokens whole.usage.completion-tokens] [3 100]))
  (assert (in stopped.text text))
  (assert (= stopped.finish-reason "stop")))


(defn test-openai-s-client-chats-with-a-model-of-a-chat [url]
  (setv
    ask (. (client-of url) chat completions create)
    same {"model" "model"  "messages" HELLO  "seed" 1}
    [whole] (. (ask #** same) choices)
    parts (lfor part (ask #** same :stream True) (get part.choices 0)))
  (assert (= (.join "" (gfor each parts (or each.delta.content ""))) whole.message.content))
  (assert (not-in "\n" whole.message.content))
  (assert (= (lfor each parts :if each.delta.role each.delta.role) ["assistant"]))
  (assert (= (. (get parts -1) finish-reason) whole.finish-reason "stop"))
  (assert (= (chat-prompt {"messages" HELLO} ["Ann" "Ben"]) "Ann: hi you\nBen: ")))


(defn test-openai-s-client-knows-the-errors [url]
  (assert (= (lfor each (.list (. (client-of url) models)) each.id) ["model"]))
  (with [_ (pytest.raises AuthenticationError :match "API key")]
    (.list (. (client-of url "x") models)))
  (with [_ (pytest.raises NotFoundError :match "the only model is model")]
    (complete url :model "gpt"))
  (for [[body words] [[{"temperature" -1} "`temperature` must be"] [{"prompt" ["a"]} "a text"]
      [{"prompt" (* "a" 20_001)} "at most 20000 characters"] [{"max_tokens" -1} "must be"]]]
    (with [_ (pytest.raises BadRequestError :match words)] (complete url #** body))))


(defn test-what-its-page-shows-works [url]
  (setv
    blocks (blocks-in (.read-text (/ ROOT "docs" "serving.md") :encoding "utf-8"))
    here (fn [text] (.replace text "http://127.0.0.1:8000" url))
    [script] (lfor block blocks :if (= block.language "py") (here block.text))
    [curl] (lfor block blocks :if (in "$ curl" block.text) (here (cut block.text 2 None)))
    run (fn [#* command]
      (subprocess.run command :capture-output True :text True :timeout PATIENCE)))
  (assert (= (len (. (run sys.executable "-c" script) stdout)) 201))
  (assert (.endswith (. (run "bash" "-c" curl) stdout) "data: [DONE]\n\n"))
  (assert (in "<title>Write with model" (. (run "curl" "-s" f"{url}/?key={KEY}") stdout)))
  (assert (in "invalid_api_key" (. (run "curl" "-s" url) stdout))))


(defclass Endless [Event]
  "A text without an end, which is set once it is closed, even if nobody has read any of it."
  (defn __iter__ [self] self)
  (defn __next__ [self] "a")
  (defn close [self] (.set self)))


(defn [(pytest.mark.parametrize "stream" [False True])]
    test-a-text-whose-reader-has-left-ends [stream tmp-path]
  (setv
    [text sent] [(Endless) []]
    body (.encode (json.dumps {"prompt" "a"  "stream" stream}))
    messages (chain [{"type" "http.request"  "body" body}] (repeat {"type" "http.disconnect"}))
    scope {"type" "http"  "method" "POST"  "path" "/v1/completions"  "server" ["localhost" 80]
      "query_string" b""  "headers" []})
  (defn stream-of [#* _ #** options] text)
  (defn :async receive [] (next messages))
  (defn :async send [message] (.append sent message))
  (setv
    vocabulary (SimpleNamespace :unit "characters")
    model (SimpleNamespace :name "model" :facts None :vocabulary vocabulary :stream stream-of))
  (defn :async leave []
    (await (asyncio.wait-for ((make-app model None None) scope receive send) PATIENCE))
    (await (asyncio.to-thread text.wait PATIENCE)))  ; in a loop that goes on, as a server's does
  (assert (asyncio.run (leave))))
