"Requests from real clients: OpenAI's library, curl, a browser."

(import
  re
  subprocess
  sys
  openai [OpenAI]
  pytest
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  tests.browser [WRITTEN visit wait-until]
  tests.helpers [ROOT small-model]
  tests.serving [MODELS serve-models serving]
  tools.blocks [blocks-in])

(setv
  server (pytest.fixture serve-models :scope "module")
  url (pytest.fixture (fn [server] server.url) :scope "module")
  folder (pytest.fixture (fn [server] server.folder) :scope "module"))


(defn [(pytest.fixture :scope "module")] client [url]
  "OpenAI's client."
  (OpenAI :base-url f"{url}/v1" :api-key "none" :max-retries 0))


;; * OpenAI's client

(defn test-openai-s-client [client]
  (setv answer (client.completions.create :model "bot" :prompt "abc" :n 2 :max-tokens 30 :seed 1
    :stop ["zzz"] :extra-body {"top_k" 5}))
  (assert (= (len answer.choices) 2))
  (assert (= answer.usage.completion-tokens 60))
  (setv parts (client.completions.create :model "bot" :prompt "abc" :max-tokens 30 :seed 1
    :stream True :extra-body {"top_k" 5}))
  (assert (= (.join "" (gfor part parts (. (get part.choices 0) text)))
    (. (get answer.choices 0) text)))
  (assert (= (lfor m (client.models.list) m.id) MODELS))
  (assert (= (. (client.models.retrieve "bot") id) "bot")))


(defn test-openai-s-client-asks-for-a-pattern [client]
  (setv answer (client.completions.create :model "bot" :prompt "" :max-tokens 30 :user "me"
    :extra-body {"match" "[^l]{4}l"  "no_repeat" 9}))
  (assert (re.fullmatch "[^l]{4}l" (. (get answer.choices 0) text)))
  (assert (= (. (get answer.choices 0) finish-reason) "stop")))


(defn test-openai-s-client-in-a-chat [client]
  (setv
    messages [{"role" "user"  "content" "hello"}]
    answer (client.chat.completions.create :model "chat" :messages messages :seed 1)
    parts (list (client.chat.completions.create
      :model "chat" :messages messages :seed 1 :stream True)))
  (assert (= (. (get (. (get parts 0) choices) 0) delta role) "assistant"))
  (assert (in "hello" (. (get answer.choices 0) message content)))
  (assert (= (.join "" (gfor part parts (or (. (get part.choices 0) delta content) "")))
    (. (get answer.choices 0) message content)))
  (.append messages (.model-dump (. (get answer.choices 0) message)))
  (assert (. (client.chat.completions.create :model "chat" :messages messages) choices)))


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
  (assert (= (len lines) 2))
  (for [line lines]
    (setv done (subprocess.run ["bash" "-c" line] :capture-output True :text True :timeout 100))
    (assert (= done.returncode 0))
    (assert (in "\"choices\"" done.stdout))))


;; * A browser

(defn test-the-page-writes-in-a-browser [browser documented]
  (setv
    page (.new-page browser)
    said [])
  (.on page "console" (fn [message] (.append said message.text)))
  (visit page (+ documented "/#seed=heylo&fast=1"))
  (wait-until page f"document.querySelector('{WRITTEN}').textContent.length > 100")
  (.close page)
  (assert (= (lfor line said :if (not-in "favicon" line) line) [])))
