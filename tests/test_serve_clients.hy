"Requests from real clients: OpenAI's and others' libraries, curl, a browser."

(import
  os
  re
  subprocess
  sys
  openai [OpenAI]
  pytest
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  lstm-textgen.textmodel [load]
  tests.browser [WRITTEN wait-until]
  tests.helpers [ROOT small-model succeeded]
  tests.serving [MODELS completion serve-models serving]
  tools.blocks [blocks-in])

(setv
  server (pytest.fixture serve-models :scope "module")
  url (pytest.fixture (fn [server] server.url) :scope "module")
  folder (pytest.fixture (fn [server] server.folder) :scope "module"))


(defn [(pytest.fixture :scope "module")] client [url]
  "OpenAI's client."
  (OpenAI :base-url f"{url}/v1" :api-key "none" :max-retries 0))


;; * Clients of others

(defn test-openai-s-client [client]
  (setv answer (client.completions.create :model "bot" :prompt "abc" :n 2 :max-tokens 30 :seed 1
    :logprobs 2 :stop ["zzz"] :extra-body {"top_k" 5}))
  (assert (= (len answer.choices) 2))
  (assert (= (len (. (get answer.choices 0) logprobs tokens)) 30))
  (assert (= answer.usage.completion-tokens 60))
  (setv parts (client.completions.create :model "bot" :prompt "abc" :max-tokens 30 :seed 1
    :stream True :extra-body {"top_k" 5}))
  (assert (= (.join "" (gfor part parts (. (get part.choices 0) text)))
    (. (get answer.choices 0) text)))
  (assert (= (lfor m (client.models.list) m.id) MODELS))
  (assert (= (. (client.models.retrieve "bot") id) "bot")))


(defn test-openai-s-client-asks-for-a-pattern-and-for-the-best [client]
  (for [name ["match" "guided_regex"]]
    (setv answer (client.completions.create :model "bot" :prompt "" :best-of 3 :max-tokens 30
      :extra-body {name "[^l]{4}l"  "no_repeat" 9}))
    (assert (re.fullmatch "[^l]{4}l" (. (get answer.choices 0) text)))
    (assert (= (. (get answer.choices 0) finish-reason) "stop"))))


(defn test-openai-s-client-in-a-chat [client]
  (setv
    messages [{"role" "user"  "content" "hello"}]
    answer (client.chat.completions.create :model "chat" :messages messages :seed 1 :logprobs True)
    parts (list (client.chat.completions.create
      :model "chat" :messages messages :seed 1 :stream True)))
  (assert (= (. (get (. (get parts 0) choices) 0) delta role) "assistant"))
  (assert (in "hello" (. (get answer.choices 0) message content)))
  (assert (= (.join "" (gfor part parts (or (. (get part.choices 0) delta content) "")))
    (. (get answer.choices 0) message content))))


(defn test-the-program-llm [url tmp-path]
  (.write-text (/ tmp-path "extra-openai-models.yaml") (.join "\n" (gfor
    [name more] [["bot" "\n  completion: true"] ["chat" ""]]
    f"- model_id: {name}\n  model_name: {name}\n  api_base: {url}/v1{more}")))
  (defn llm [name text #* options]
    (succeeded (subprocess.run
      [sys.executable "-m" "llm" "-m" name text "--no-log" "--key" "none" #* options]
      :env {#** os.environ  "LLM_USER_PATH" (str tmp-path)}
      :capture-output True :text True :timeout 100)))
  (assert (= (len (llm "bot" "abc" "-o" "max_tokens" "20" "-o" "seed" "1")) 21))
  (assert (in "hello" (llm "chat" "hello"))))


;; * What lm-evaluation-harness 0.4 sent on a task of two questions, by ids and by texts

(setv
  CHOICES {"model" "parts"  "temperature" 0  "max_tokens" 1  "logprobs" 1  "seed" 1234
    "echo" True}
  ANSWERS {"model" "parts"  "temperature" 0  "max_tokens" 12  "seed" 1234})


(defn [(pytest.mark.parametrize #("ids" "texts") [
    [[[32 27 36 28 24 35] [32 27 36 28 24 45]] ["The cat sat on the mat" "The cat sat on the dog"]]
    [[[0 47 34 24 27 4 40 27 34 28 24 35 3]] ["\nWhere is the cat? The cat is on the mat."]]])]
    test-choices-of-the-harness-have-the-program-s-score [url folder ids texts]
  (setv [by-ids by-texts] (lfor
    prompts [ids texts]
    (get (completion url :prompt prompts #** CHOICES) "choices")))
  (assert (= by-ids by-texts))
  (for [[choice own text] (zip by-ids ids texts)]
    (setv
      told (get choice "logprobs" "token_logprobs")
      [_ _ bits] (.score (load (/ folder "parts")) text))
    (assert (= (len told) (+ (len own) 1)))
    (assert (= (cut told -1) (pytest.approx (* bits -0.6931472) :rel 1e-4)))))


(defn test-answers-to-the-harness-end-before-a-stop [url]
  (for [[prompts stop] [
      [[[32 27 36 28 24] [47 34 24]] ["." "\n\n" "\n"]]
      [["The cat sat on the" "Where is the"] ["." "\n\n"]]]]
    (setv choices (get (completion url :prompt prompts :stop stop #** ANSWERS) "choices"))
    (assert (= (lfor c choices (get c "index")) [0 1]))
    (assert (not-in "." (+ #* (gfor c choices (get c "text")))))))


;; * The documentation

(defn blocks [language]
  "Return the blocks of docs/serving.md in a `language`."
  (setv text (.read-text (/ ROOT "docs" "serving.md") :encoding "utf-8"))
  (lfor block (blocks-in text) :if (= block.language language) block.text))


(defn [(pytest.fixture :scope "module")] documented [tmp-path-factory]
  "The address of a server of model.h5, as docs/serving.md has it."
  (setv folder (tmp-path-factory.mktemp "documented"))
  (save-checkpoint (small-model :resume False :text "heylo, saidtg\nDOG:") (/ folder "model.h5"))
  (with [server (serving folder)]
    (yield server.url)))


(defn test-the-script-of-the-documentation [documented]
  (setv [script] (blocks "py"))
  (setv done (subprocess.run
    [sys.executable "-c" (.replace script "http://127.0.0.1:8000" documented)]
    :capture-output True :text True :timeout 100))
  (assert (= done.stderr ""))
  (assert (= (len done.stdout) 501)))


(defn test-the-lines-with-curl-of-the-documentation [documented]
  (setv lines (lfor
    block (blocks "text")
    line (.splitlines block)
    :if (.startswith line "$ curl")
    (.replace (cut line 2 None) "http://127.0.0.1:8000" documented)))
  (assert (= (len lines) 3))
  (for [line lines]
    (setv done (subprocess.run ["bash" "-c" line] :capture-output True :text True :timeout 100))
    (assert (= done.returncode 0))
    (assert (re.search "\"choices\"|\"bits_per_character\"" done.stdout))))


;; * A browser

(defn test-the-page-writes-in-a-browser [browser documented]
  (setv
    page (.new-page browser)
    said [])
  (.on page "console" (fn [message] (.append said message.text)))
  (.goto page (+ documented "/#seed=heylo&fast=1"))
  (wait-until page f"document.querySelector('{WRITTEN}').textContent.length > 100")
  (.close page)
  (assert (= (lfor line said :if (not-in "favicon" line) line) [])))
