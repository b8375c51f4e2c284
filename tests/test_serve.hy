"Requests to a server over HTTP."

(import
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.textmodel [load]
  tests.helpers [small-model]
  tests.serving [KNOWN LONGEST MODELS ask asked completion events serve-models])

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


(defn test-an-echo-with-logprobs-tells-of-the-prompt-as-it-was-read [url folder]
  (setv
    answer (completion url :prompt "ab☃e\u0301" :max-tokens 5 :echo True :logprobs 2 :seed 1)
    told (get answer "choices" 0 "logprobs")
    text (text-of answer)
    [_ _ bits] (.score (load (/ folder "bot")) text))
  (assert (.startswith text "abé"))
  (assert (= (.join "" (get told "tokens")) text))
  (assert (= (get told "text_offset") (list (range 8))))
  (assert (= (get told "token_logprobs")
    (pytest.approx (lfor b bits (* b -0.6931472)) :rel 1e-3)))
  (assert (all (gfor each (get told "top_logprobs") (= (len each) 2))))
  (assert (= (get answer "unknown") ["☃"])))


(defn test-units-of-the-prompt-that-the-model-does-not-know-are-listed [url]
  (setv answer (completion url :prompt ["ЖЖa" "b☃Ж"] :max-tokens 3 :echo True :seed 1))
  (assert (= (get answer "unknown") ["Ж" "☃"]))
  (assert (= (lfor c (get answer "choices") (get c "text" 0)) ["a" "b"]))
  (setv [_ _ text] (ask url "/v1/completions" {"prompt" "ЖЖ"  "stream" True}))
  (assert (= (get (events text) 0 "unknown") ["Ж"]))
  (assert (not-in "unknown" (completion url :prompt "abc"))))


(defn test-a-top-p-of-0-leaves-the-likeliest-unit [url]
  (setv [one two] (lfor options [{"top_p" 0} {"temperature" 0}]
    (text-of (completion url :prompt "abc" :max-tokens 50 #** options))))
  (assert (= one two)))


(defn test-a-prompt-can-be-scored-without-a-text [url]
  (setv answer (completion url :prompt "abc" :max-tokens 0 :echo True :logprobs 0))
  (assert (= [(text-of answer) (get answer "choices" 0 "finish_reason")] ["abc" "length"]))
  (assert (= (len (get answer "choices" 0 "logprobs" "token_logprobs")) 3)))


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
    [{"n" 2  "best_of" 3} 400 "best_of" "must be a multiple of `n`"]
    [{"no_repeat" 4} 400 "no_repeat" "from 5 to 1000"]
    [{"match" "(a"} 400 "match" "is no regular expression"]
    [{"stop" ["a" "b" "c" "d" "e"]} 400 "stop" "length <= 4"]
    [{"logprobs" 20  "n" 8  "max_tokens" 1000} 400 "logprobs" "168,000 log-probabilities are"]
    [{"prompt" (* "a" 100_000)  "echo" True  "logprobs" 1} 400 "logprobs" "200,032"]
    [{"prompt" [1 35]} 400 "prompt" "ids from 0 to 34"]
    [{"prompt" [1 [2]]} 400 "prompt" "list of such prompts"]
    [{"prompt" [[-1]]} 400 "prompt" "ids from 0 to 34"]
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
      "model" "chat"  "seed" seed  "logprobs" True  "top_logprobs" 1
      "messages" [
        {"role" "system"  "content" "Be brief."}
        {"role" "user"  "content" [{"type" "text"  "text" "hello\ndear"}]  "name" "Ben"}]}))
    (assert (= status 200) answer)
    (setv choice (get answer "choices" 0))
    (assert (= (get choice "message" "role") "assistant"))
    (assert (in (get choice "message" "content") ["hello." "hello dear."]))
    (assert (= (get choice "finish_reason") "stop"))
    (assert (= (get choice "logprobs" "content" 0 "token") " hello"))))


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


;; * Scores, figures, pages

(defn test-a-score-is-that-of-the-program [url folder]
  (for [name ["bot" "wordy"]]
    (setv
      text "one two three."
      [status _ answer] (ask url "/score" {"text" text  "model" name})
      [total units bits] (.score (load (/ folder name)) text))
    (assert (= status 200))
    (assert (= (get answer "bits_per_unit") (pytest.approx (/ (sum bits) (len units)))))
    (assert (= (get answer "bits_per_character") (pytest.approx (/ (sum bits) (len text)))))
    (assert (= (get answer "units") (list units)))
    (assert (= (get answer "bits") (pytest.approx (list bits))))))


(defn test-unknown-characters-have-no-surprise-and-unknown-words-alone-no-score [url]
  (setv [status _ answer] (ask url "/score" {"text" "zebra zebras"  "model" "wordy"}))
  (assert (= [status (get answer "bits_per_character")] [200 None]))
  (setv [_ _ answer] (ask url "/score" {"text" "a☃b"}))
  (assert (is (get answer "bits" 1) None))
  (setv [status _ _] (ask url "/score" {"text" "☃"}))
  (assert (= status 400)))


(defn test-each-model-has-a-page [url folder]
  (setv [status _ front] (ask url "/"))
  (assert (= status 200))
  (for [name MODELS]
    (assert (in f"href=\"/play/{name}\"" front))
    (setv [status headers page] (ask url f"/play/{name}"))
    (assert (= status 200))
    (assert (in f"<title>Write with {name}</title>" page))
    (assert (= (get headers "X-Content-Type-Options") "nosniff"))))


;; * New items

(defn short-items [url prompt]
  "Return the choices of a request for 40 items by the model of short ones."
  (get (completion url :model "short" :prompt prompt :n 40 :new True :temperature 1 :seed 7)
    "choices"))


(defn [(pytest.mark.parametrize "prompt" ["" "B" [3 4]])]
    test-new-items-are-not-in-the-list-and-all-different [url folder prompt]
  (setv
    seed (if (isinstance prompt str) prompt
      (.join "" (gfor id prompt
        (get (. (load-checkpoint (/ folder "short")) vocabulary units) id))))
    choices (short-items url prompt)
    items (lfor each choices (.casefold (.strip (+ seed (get each "text"))))))
  (assert (= (lfor each choices (get each "index")) (list (range 40))))
  (assert (= (sfor each choices (get each "finish_reason")) #{"stop"}))
  (assert (= 40 (len (set items))))
  (assert (not (& (set items) #{"" #* (map str.casefold KNOWN)})))
  (assert (= (short-items url prompt) choices)))


(defn test-a-new-item-is-streamed-as-a-whole [url]
  (setv
    body {"model" "short"  "n" 12  "new" True  "temperature" 1  "seed" 7  "prompt" "B"}
    [_ _ text] (ask url "/v1/completions" {"stream" True "echo" True  "logprobs" 1 #** body})
    parts (lfor part (events text) (get part "choices" 0)))
  (assert (= (len parts) 12))
  (setv texts (dfor part parts (get part "index") (get part "text")))
  (assert (= texts (dfor
    part (get (completion url #** body) "choices")
    (get part "index") (+ "B" (get part "text"))))))


(defn test-draws-for-new-items-end-where-all-are-known [url]
  (setv choices (get
    (completion url :model "endless" :prompt ["" "B"] :n 2 :max-tokens 1 :new True)
    "choices"))
  (assert (= (lfor each choices [(get each "text") (get each "finish_reason")])
    [["" "memorized"] ["" "memorized"] ["A" "length"] ["" "memorized"]])))


(defn test-draws-for-new-items-end-where-no-other-matches [url]
  (setv choices (get
    (completion url :model "short" :n 2 :temperature 1 :new True :match "B") "choices"))
  (assert (= (lfor each choices [(get each "text") (get each "finish_reason")])
    [["B" "stop"] ["" "exhausted"]])))


(defn test-new-is-refused-without-a-list [url]
  (for [[path model more words] [
      ["/v1/completions" "lines" {} "keeps fingerprints of up to 1,000,000 items only"]
      ["/v1/chat/completions" "short" {"messages" [{"role" "user"  "content" "hi"}]}
        "`new` in a chat isn't supported"]]]
    (setv [status _ answer] (ask url path {"model" model  "new" True #** more}))
    (assert (= [status (get answer "error" "param")] [400 "new"]))
    (assert (in words (get answer "error" "message")))))
