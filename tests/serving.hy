"A server in its own process, and requests to it."

(import
  asyncio
  contextlib [contextmanager]
  http.client [HTTPConnection]
  json
  re
  signal
  types [SimpleNamespace]
  urllib.parse [urlsplit]
  numpy :as np
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  lstm-textgen.server.app [Desk make-notify]
  lstm-textgen.server.guard [Guard]
  lstm-textgen.server.models [Loop]
  tests.helpers [CALM STARTED small-model start-python])

(setv
  MODELS ["bot" "wordy" "chat" "endless"]  ; by `save-models`
  LONGEST 30  ; units, of the items that the last is told to have learned
  LETTERS "\n abcdefghijklmnopqrstuvwxyzABC:,.é"
  PATIENCE 60)  ; seconds to wait for an answer


(defn save-models [folder]
  "Save MODELS in `folder`: of characters, words, a chat, and a list whose items have no end."
  (for [[name options] (.items {
      "bot" {"layers" "lstm:24"  "text" LETTERS  "scale" CALM}
      "wordy" {"unit" "words"  "text" "one two three, four five.\nsix seven: eight\n"}
      "endless" {"items" "line"  "longest_item" LONGEST  "text" "Ann\nBea"  "odds" {"A" 1e20}}})]
    (save-checkpoint (small-model :resume False #** options) (/ folder name)))
  (save-checkpoint (chat-model) (/ folder "chat")))


(defn chat-model []
  #[[Return a model that writes a chat of Anna and Ben, word by word.

  Its network remembers nothing: each gate but the forget gate is open, so the output says which
  word was read last, and the dense layer which words may follow, with equal odds.]]
  (setv
    model (small-model :resume False :unit "words" :layers "lstm:8" :embedding 8
      :text "\nAnna: hello dear.\nBen: hello dear." :people ["Anna" "Ben"])
    ids model.vocabulary.ids
    size model.vocabulary.size
    [one many] [(np.eye size :dtype "float32") (fn [x] (np.full size x "float32"))]
    follow (np.zeros #(size size) "float32"))
  (for [[word next] (.items {
      "\n" ["Anna" "Ben"]  "Anna" [":"]  "Ben" [":"]  ":" [" hello"]  " hello" [" dear" "."]
      " dear" ["."]  "." ["\n"]})]
    (for [each next] (setv (get follow #((get ids word) (get ids each))) 50)))
  (setv model.weights [
    one
    (np.hstack [(* 0 one) (* 0 one) (* 3 one) (* 0 one)])
    (np.zeros #(size (* 4 size)) "float32")
    (np.concatenate [(many 20) (many -20) (many 0) (many 20)])
    follow
    (many 0)])
  model)


(defn [contextmanager] serving [folder #* flags [seconds {}]]
  #[[Serve by the `flags` in `folder`; yield the process, whose `url` is the server's address.

  `seconds` has other values for constants of `guard`, so that a test needn't wait as long.]]
  (setv process (start-python "-u" "-c" f"
import hy, runpy
import lstm_textgen.server.guard as guard
vars(guard).update({seconds})
runpy.run_module('lstm_textgen', run_name='__main__', alter_sys=True)"
    "--serve" "--port" "0" #* flags
    :cwd folder))
  (.remove STARTED process)  ; it may serve several tests
  (try
    (setv
      line (.readline process.stderr)
      found (re.search r"serving at (http://\S+);" line))
    (assert found (+ line (if found "" (.read process.stderr))))
    (setv process.url (get found 1))
    (yield process)
    (finally
      (.send-signal process signal.SIGTERM)
      (setv [_ errors] (.communicate process :timeout 30))
      (assert (= process.returncode 0) errors)
      (assert (not-in "Traceback" errors) errors))))


(defn serve-models [tmp-path-factory]
  "Yield a server of all MODELS, which are in its `folder`; for use as a fixture."
  (setv folder (tmp-path-factory.mktemp "serve"))
  (save-models folder)
  (with [server (serving folder #* (gfor name MODELS flag ["--model" name] flag))]
    (setv server.folder folder)
    (yield server)))


(defn asked [model path [body None] [prepare (fn [loop] None)]]
  #[[Return #(status answer) of an application that serves `model`, in this process.

  `prepare` may do something to its loop before.]]
  (setv
    sent []
    scope {"type" "http"  "method" (if body "POST" "GET")  "path" path  "raw_path" (.encode path)
      "query_string" b""  "headers" [
        #(b"host" b"localhost") #(b"content-type" b"application/json")]})
  (defn :async receive []
    (if sent
      (await (asyncio.sleep PATIENCE))
      (do
        (.append sent None)
        {"type" "http.request"  "body" (.encode (json.dumps body))})))
  (defn :async send [message] (.append sent message))
  (defn :async work []
    (setv loop (Loop model (make-notify (asyncio.get-running-loop))))
    (prepare loop)
    (setv
      served (SimpleNamespace :name "bot" :model model :loop loop :fingerprint "fp" :created 1)
      app (Guard (. (Desk [served]) app) "localhost" None))
    (await (app scope receive send))
    (.stop loop)
    (.join loop.thread PATIENCE))
  (asyncio.run (work))
  (setv [head content] (gfor message sent :if message message))
  #((get head "status") (json.loads (get content "body"))))


(defn ask [url path [body None] [headers {}] [method None]]
  "Return #(status headers answer) of a request, with `body` as JSON unless it is bytes."
  (setv
    connection (HTTPConnection (. (urlsplit url) netloc) :timeout PATIENCE)
    data (if (isinstance body #(bytes (type None))) body (.encode (json.dumps body)))
    own (if (is body None) {} {"Content-Type" "application/json"}))
  (setv method (or method (if (is body None) "GET" "POST")))
  (.request connection method path data {#** own #** headers})
  (setv
    response (.getresponse connection)
    content (.read response))
  (.close connection)
  #(response.status response.headers
    (if (in "json" (.get response.headers "Content-Type" ""))
      (json.loads content)
      (.decode content))))


(defn completion [url #** body]
  "Return the answer to a request for a completion, which must succeed."
  (setv [status _ answer] (ask url "/v1/completions" body))
  (assert (= status 200) answer)
  answer)


(defn events [text]
  "Return the list of the contents of the server-sent events in `text`, of which the last is DONE."
  (setv [#* data last] (lfor part (.split text "\n\n") :if part (.removeprefix part "data: ")))
  (assert (= last "[DONE]"))
  (lfor each data (json.loads each)))
