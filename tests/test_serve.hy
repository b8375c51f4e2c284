"Requests to a server over HTTP."

(import
  types [SimpleNamespace]
  pytest
  lstm-textgen.writing.conversation [chat-seed]
  tests.helpers [small-model]
  tests.serving [LONGEST MODELS ask asked completion events serve-models])

(setv
  server (pytest.fixture serve-models :scope "module")
  url (pytest.fixture (fn [server] server.url) :scope "module")
  folder (pytest.fixture (fn [server] server.folder) :scope "module"))


(defn text-of [answer]
  (get answer "choices" 0 "text"))


(defn test-several-prompts-and-several-texts [url]
  (setv
    answer (completion url :prompt ["abc" "b" "abc"] :n 2 :max-tokens 20 :seed 1)
    choices (get answer "choices")
    texts (lfor each choices (get each "text")))
  (assert (= (lfor each choices (get each "index")) (list (range 6))))
  (assert (= (len (set texts)) 6))
  (assert (= (get answer "usage")
    {"prompt_tokens" 7  "completion_tokens" 120  "total_tokens" 127}))
  (assert (= (get texts 0) (text-of (completion url :prompt "abc" :max-tokens 20 :seed 1)))))


(defn test-units-of-the-prompt-that-the-model-does-not-know-are-listed [url]
  (setv answer (completion url :prompt ["ЖЖa" "b☃Ж"] :max-tokens 3 :seed 1))
  (assert (= (get answer "unknown") ["Ж" "☃"]))
  (setv [_ _ text] (ask url "/v1/completions" {"prompt" "ЖЖ"  "stream" True}))
  (assert (= (get (events text) 0 "unknown") ["Ж"]))
  (assert (not-in "unknown" (completion url :prompt "abc"))))


(defn test-a-top-p-of-0-leaves-the-likeliest-unit [url]
  (setv [one two] (lfor options [{"top_p" 0} {"temperature" 0}]
    (text-of (completion url :prompt "abc" :max-tokens 50 #** options))))
  (assert (= one two)))


(defn test-a-stream-has-the-same-text [url]
  (setv
    body {"prompt" ["abc" "b"]  "n" 2  "max_tokens" 500  "seed" 5  "stream" True
      "stream_options" {"include_usage" True}}
    [status headers text] (ask url "/v1/completions" body)
    [#* parts last] (events text)
    whole (completion url #** {#** body "stream" False  "stream_options" None}))
  (for [choice (get whole "choices")]
    (setv own (lfor
      part parts
      each (get part "choices")
      :if (= (get each "index") (get choice "index"))
      each))
    (assert (= (.join "" (gfor each own (get each "text"))) (get choice "text")))
    (assert (= (lfor each own :if (get each "finish_reason") each) (cut own -1 None))))
  (assert (= (get last "usage") (get whole "usage"))))


;; * Errors

(defn [(pytest.mark.parametrize #("body" "status" "param" "words") [
    [{"prompt" 5} 400 "prompt" "got `int`"]
    [{"temperature" -1} 400 "temperature" ">= 0"]
    [{"n" 64  "prompt" ["a" "b"]} 400 "n" "128 texts at once are too many"]
    [{"prompt" (* ["a"] 65)} 400 "prompt" "65 texts at once are too many"]
    [{"no_repeat" 4} 400 "no_repeat" "from 5 to 1000"]
    [{"match" "(a"} 400 "match" "is no regular expression"]
    [{"stop" ["a" "b" "c" "d" "e"]} 400 "stop" "length <= 4"]
    [{"prompt" [1 35]} 400 "prompt" "`prompt[0]`: Expected `str`"]
    [{"no_repaet" 5} 400 "no_repaet" "unknown field `no_repaet`"]
    [{"stream_options" {"usage" True}} 400 "usage" "`stream_options`: Object contains unknown"]
    [{"logprobs" 0} 400 "logprobs" "isn't supported"]
    [{"echo" True} 400 "echo" "isn't supported"]
    [{"best_of" 2} 400 "best_of" "isn't supported"]
    [{"presence_penalty" 0.5} 400 "presence_penalty" "isn't supported"]
    [{"model" "gpt"} 404 "model" "no model 'gpt'"]
    [b"{\"temperature\": NaN}" 400 None "must be valid JSON"]
    [b"" 400 None "must be valid JSON"]
    [b"[]" 400 None "`object`"]])]
    test-a-mistake-is-answered-in-openai-s-form [url body status param words]
  (setv [code _ answer] (ask url "/v1/completions" body))
  (assert (= code status))
  (setv error (get answer "error"))
  (assert (= (set error) #{"message" "type" "param" "code"}))
  (assert (= (get error "param") param))
  (assert (in words (get error "message"))))


(defn test-fields-that-don-t-affect-the-text-or-ask-for-nothing-are-accepted [url]
  (assert (= (text-of (completion url :prompt "abc" :seed 1))
    (text-of (completion url :prompt "abc" :seed 1 :user "me" :metadata {"a" "b"} :store True
      :best-of 1 :logprobs None :presence-penalty 0.0 :echo False)))))


(defn [(pytest.mark.parametrize #("path" "method" "status") [
    ["/nowhere" "GET" 404] ["/v1/completions" "GET" 405] ["/v1/models/gpt" "GET" 404]
    ["/health" "DELETE" 405]])]
    test-a-wrong-path-is-answered-with-an-error [url path method status]
  (setv [code _ answer] (ask url path :method method))
  (assert (= code status))
  (assert (in "message" (get answer "error"))))


;; * Failures

(defn test-a-fault-of-the-server-is-answered-with-an-error [caplog]
  (setv model (small-model :resume False))
  (for [[request words] [
      [{"path" "/play/bot"} "the server failed; its log says why"]
      [{"path" "/v1/completions"  "body" {"prompt" "he"}
        "prepare" (fn [loop] (setv loop.scheduler.step (fn [#* _] (/ 1 0))))}
        "generating failed"]]]
    (setv [status answer] (asked model #** request))
    (assert (= [status (get answer "error" "type")] [500 "server_error"]))
    (assert (= (get answer "error" "message") words)))
  (assert (in "ZeroDivisionError" caplog.text)))


(defn test-a-server-whose-loop-has-ended-is-not-healthy []
  (setv model (small-model :resume False))
  (defn end [loop]
    (.stop loop)
    (.join loop.thread 30))
  (assert (= (get (asked model "/health") 0) 200))
  (assert (= (get (asked model "/health" :prepare end) 0) 503)))


;; * Chats

(defn test-a-reply-ends-at-the-next-name [url]
  (for [seed (range 6)]
    (setv [status _ answer] (ask url "/v1/chat/completions" {
      "model" "chat"  "seed" seed
      "messages" [
        {"role" "system"  "content" "Be brief."}
        {"role" "user"  "content" [{"type" "text"  "text" "hello\ndear"}]  "name" "Ben"}]}))
    (assert (= status 200) answer)
    (setv choice (get answer "choices" 0))
    (assert (= (get choice "message" "role") "assistant"))
    (assert (in (get choice "message" "content") ["hello." "hello dear."]))
    (assert (= (get choice "finish_reason") "stop"))))


(defn test-the-user-writes-most-and-the-assistant-is-the-next-unless-they-have-names []
  (setv people ["Anna" "Ben" "Cid"])
  (defn seed [#* messages]
    (get (chat-seed (lfor [role name text] messages
      (SimpleNamespace :role role :name name :text text)) people) 0))
  (assert (= (seed ["system" None "x"] ["user" None "hi\nyou"]) "Anna: hi you\nBen:"))
  (assert (= (seed ["user" "Ben" "hi"]) "Ben: hi\nAnna:"))
  (assert (= (seed ["assistant" "Anna" "ho"] ["user" None "hi"]) "Anna: ho\nBen: hi\nAnna:"))
  (assert (= (seed ["user" "Zoe" "hi"] ["user" None "a"]) "Zoe: hi\nZoe: a\nAnna:")))


(defn test-a-chat-with-a-model-of-no-chat-is-refused [url]
  (setv [status _ answer] (ask url "/v1/chat/completions"
    {"model" "wordy"  "messages" [{"role" "user"  "content" "hi"}]}))
  (assert (= status 400))
  (assert (= (get answer "error" "code") "not_a_chat_model")))


(defn [(pytest.mark.parametrize #("limit" "length" "why") [
    #({} (* 4 LONGEST) "length") #({"max_tokens" 5} 5 "length") #({"stop" "AA"} 0 "stop")])]
    test-an-item-without-an-end-is-cut-and-stops-of-the-client-count-too [url limit length why]
  (setv choice (get (completion url :model "endless" #** limit) "choices" 0))
  (assert (= [(get choice "text") (get choice "finish_reason")] [(* "A" length) why])))


;; * Pages

(defn test-each-model-has-a-page [url folder]
  (setv [status _ front] (ask url "/"))
  (assert (= status 200))
  (for [name MODELS]
    (assert (in f"href=\"/play/{name}\"" front))
    (setv [status headers page] (ask url f"/play/{name}"))
    (assert (= status 200))
    (assert (in f"<title>Write with {name}</title>" page))
    (assert (= (get headers "X-Content-Type-Options") "nosniff"))))


;; * Patterns

(defn test-a-text-that-must-match-is-streamed-as-a-whole [url]
  (setv
    body {"n" 12  "seed" 7  "max_tokens" 20  "match" "[^l]{4}l"}
    [_ _ text] (ask url "/v1/completions" {"stream" True #** body})
    parts (lfor part (events text) (get part "choices" 0)))
  (assert (= (len parts) 12))
  (assert (= (dfor part parts (get part "index") (get part "text"))
    (dfor part (get (completion url #** body) "choices") (get part "index") (get part "text")))))
