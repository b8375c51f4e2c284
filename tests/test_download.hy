"A URL is downloaded once, completely and checked; servers control nothing else."

(import
  gzip
  hashlib
  http.server [BaseHTTPRequestHandler]
  os
  sys
  pytest
  lstm-textgen.text.download [fetch]
  lstm-textgen.text.files [read-sources]
  tests.helpers [refusal-of]
  tests.web [serve])

(setv
  pytestmark pytest.mark.quick
  BODY (.encode (* "Ten small foxes sing. " 20_000))
  LIMIT (** 2 30))


(defclass Pages [BaseHTTPRequestHandler]
  #[[Serve `server.pages`: a dict of paths ↔ dicts with `body`, `cut` (bytes after which it hangs
  up), `to` (a redirect), `chunked`, `encoding` (of the content).
  Keep the requests in `server.seen` as #(path accept-encoding).]]
  (setv protocol-version "HTTP/1.1")

  (defn do-GET [self]
    (setv page (.get self.server.pages self.path))
    (.append self.server.seen #(self.path (get self.headers "Accept-Encoding")))
    (cond
      (is page None) (.send-error self 404 "\x1b[31mgone")
      (in "to" page) (.redirect self (get page "to"))
      True (.send-page self page)))

  (defn redirect [self to]
    (.send-response self 302)
    (.send-header self "Location" to)
    (.send-header self "Content-Length" "0")
    (.end-headers self))

  (defn send-page [self page]
    (setv body (get page "body"))
    (.send-response self 200)
    (when (in "encoding" page)
      (.send-header self "Content-Encoding" (get page "encoding")))
    (.send-rest self (cut body (.get page "cut")) (len body) (in "chunked" page))
    (setv self.close-connection True))

  (defn send-rest [self data length chunked]
    (if chunked
      (do
        (.send-header self "Transfer-Encoding" "chunked")
        (setv data (+ (.encode f"{length :x}\r\n") data b"\r\n0\r\n\r\n")))
      (.send-header self "Content-Length" length))
    (.end-headers self)
    (.write self.wfile data))

  (defn log-message [self #* _]))


(defn [pytest.fixture] server [here monkeypatch]
  "Serve pages and enter an empty folder, which will contain the cache."
  (.setenv monkeypatch "LSTM_TEXTGEN_CACHE" (str (/ here "cache")))
  (.setenv monkeypatch "no_proxy" "127.0.0.1")
  (with [server (serve Pages)]
    (setv
      server.pages {"/a.txt" {"body" BODY}}
      server.seen [])
    (yield server)))


(defn fetched [url [progress None]]
  (with [file (open (fetch url progress LIMIT) "rb")] (.read file)))


(defn refusal [url [limit LIMIT]]
  (setv line (refusal-of fetch url None limit))
  (assert (.startswith line f"can't download {url !r}: "))
  (.removeprefix line f"can't download {url !r}: "))


(defn kept []
  "Return the sizes of the files in the cache by the ends of their names."
  (dfor
    name (os.listdir "cache")
    (or (get (os.path.splitext name) 1) "whole") (os.path.getsize (os.path.join "cache" name))))


;; * What is fetched

(defn test-a-url-is-fetched-once-uncompressed-and-then-needs-no-client
    [server monkeypatch]
  (setv
    url (+ server.url "/a.txt")
    reports [])
  (assert (= (fetched url (fn [#* report] (.append reports report))) BODY))
  (.setitem monkeypatch sys.modules "httpx" None)
  (assert (= (fetched url) BODY))
  (assert (= server.seen [#("/a.txt" "identity")]))
  (assert (= (get reports 0) #(url 0 (len BODY))))
  (assert (= (get reports -1) #(url (len BODY) (len BODY))))
  (assert (= (kept) {"whole" (len BODY)})))


(defn test-a-url-may-have-a-query-and-other-scripts-and-a-text-of-unknown-length [server]
  (.update server.pages {
    "/long.txt" {"body" BODY  "chunked" True}
    "/a.gz?x=1" {"body" (gzip.compress b"zipped")}
    "/F%C3%BCchse%20.txt" {"body" b"named"}
    "/F%20[1]%7C.txt?q=%C3%BC&r=%25" {"body" b"odd"}})
  (setv totals #{})
  (fetched (+ server.url "/long.txt") (fn [url done total] (.add totals total)))
  (assert (= totals #{None}))
  (assert (= (read-sources (+ server.url "/a.gz?x=1")) "zipped"))
  (assert (= (fetched (+ server.url "/Füchse .txt")) b"named"))
  (assert (= (fetched (+ server.url "/F%20[1]%7C.txt?q=ü&r=%25")) b"odd")))


(defn test-a-download-keeps-the-bytes-that-were-sent [server]
  ;; The server compresses although it was asked not to: length and hash are of what it sends.
  (setv
    body (gzip.compress BODY)
    (get server.pages "/a.txt.gz") {"body" body  "encoding" "gzip"}
    hash (.hexdigest (hashlib.sha256 body)))
  (assert (= (fetched f"{server.url}/a.txt.gz#sha256={hash}") body))
  (assert (= (kept) {".gz" (len body)})))


(defn test-redirects-are-followed-but-only-to-http [server]
  (.update server.pages {
    "/there" {"to" "/a.txt"}
    "/circle" {"to" "/circle"}
    "/file" {"to" "file:///etc/passwd"}
    "/ftp" {"to" "ftp://127.0.0.1/a.txt"}})
  (assert (= (fetched (+ server.url "/there")) BODY))
  (for [[path why] [["/circle" "redirects"] ["/file" "protocol"] ["/ftp" "protocol"]]]
    (assert (in why (refusal (+ server.url path))))))


;; * Interrupted downloads

(defn test-a-cut-download-starts-over-and-leaves-nothing [server]
  (setv
    url (+ server.url "/a.txt")
    (get server.pages "/a.txt") {"body" BODY  "cut" 100_000})
  (assert (= (refusal url)
    f"the connection broke after 100000 of {(len BODY)} bytes; run again to start over"))
  (assert (= (kept) {}))
  (setv (get server.pages "/a.txt") {"body" b"another version"})
  (assert (= (fetched url) b"another version")))


;; * What is refused

(defn test-the-hash-in-a-url-is-checked-and-one-of-another-is-fetched [server]
  (setv
    hash (.hexdigest (hashlib.sha256 BODY))
    zeros (* "0" 64)
    url (+ server.url "/a.txt#sha256="))
  (assert (= (refusal (+ url zeros))
    f"its sha256 is {hash}, not {zeros}; the download was discarded"))
  (assert (= (kept) {}))
  (assert (= (fetched (+ url (.upper hash))) BODY))
  (assert (in "64 hexadecimal digits" (refusal (+ url "12"))))
  (setv (get server.pages "/a.txt") {"body" b"new"})  ; what was kept has another hash
  (assert (= (fetched (+ url (.hexdigest (hashlib.sha256 b"new")))) b"new")))


(defn test-a-download-has-a-limit [server]
  (for [chunked [False True]]
    (setv (get server.pages "/a.txt") {"body" BODY  #** (if chunked {"chunked" True} {})})
    (assert (= (refusal (+ server.url "/a.txt") :limit (** 2 18))
      "it has more than 0.25 MB; give a larger `max_download`"))
    (assert (= (kept) {}))))


(defn test-a-full-disk-is-named-with-another-way [server]
  (defn full [#* _]
    (raise (OSError 28 "No space left on device")))
  (with [_ (pytest.raises ValueError :match "No space left .*; set .*TEXTGEN_CACHE to another")]
    (fetch (+ server.url "/a.txt") full LIMIT)))


(defn test-an-answer-without-the-text-is-refused [server]
  (setv (get server.pages "/b.txt") {"body" b""})
  (for [[path reason] [["/none" "404 Not Found"] ["/b.txt" "the server sent nothing"]]]
    (assert (= (refusal (+ server.url path)) reason))
    (assert (= (kept) {}))))


(defn [(pytest.mark.parametrize #("url" "said") [
      #("ftp://127.0.0.1/a" "it is not a complete http or https URL")
      #("http:///a" "it is not a complete http or https URL")
      #("http://127.0.0.1:1/a" "Connection refused")
      #("http://[bad/" "")
      #("http://\udcff/" "")]
      :ids ascii)]
    test-a-url-that-cannot-be-fetched-is-refused-in-words-and-not-shown-whole [server url said]
  (assert (in said (refusal url)))
  (assert (< (len (refusal-of fetch (+ url (* "a" 1_000_000)) None LIMIT)) 500)))


(defn test-a-proxy-that-can-not-be-used-is-refused [server monkeypatch]
  (.delenv monkeypatch "no_proxy")
  (for [proxy ["socks5://127.0.0.1:1" "nonsense://127.0.0.1:1" "http://127.0.0.1:1"]]
    (.setenv monkeypatch "all_proxy" proxy)
    (assert (refusal (+ server.url "/a.txt")))))
