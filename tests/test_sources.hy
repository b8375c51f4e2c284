"Text comes from everywhere, and what goes wrong is said in one line."

(import
  gzip
  hashlib
  http.server [BaseHTTPRequestHandler ThreadingHTTPServer]
  os
  subprocess
  sys
  tempfile
  threading
  pytest
  lstm_textgen.sources [read-sources])


(defn [pytest.fixture] here [tmp-path monkeypatch]
  "Stand in an empty folder."
  (monkeypatch.chdir tmp-path)
  tmp-path)


(defn write [path content]
  (os.makedirs (or (os.path.dirname path) ".") :exist-ok True)
  (with [file (open path "wb")]
    (.write file (if (isinstance content str) (.encode content) content))
    None))


(defn complaint [#* arguments #** options]
  "Return the one line in which `read-sources` refuses."
  (with [error (pytest.raises #(ValueError OSError))]
    (read-sources #* arguments #** options))
  (setv line (str error.value))
  (assert (not-in "\n" line))
  line)


;; * Files

(defn test-sources-are-joined-in-order-by-newlines [here]
  (write "b.txt" "beta")
  (write "a.txt" "alpha\n")
  (write "empty.txt" "")
  (assert (= (read-sources ["b.txt" "empty.txt" "a.txt" "b.txt"]) "beta\nalpha\nbeta"))
  (assert (= (read-sources [(/ here "a.txt")]) (read-sources "a.txt") "alpha\n")))


(defn test-every-script-and-the-byte-order-mark [here]
  (write "a.txt" "\ufeff漢字 😀 हिन्दी\r\n")
  (assert (= (read-sources ["a.txt"]) "漢字 😀 हिन्दी\r\n")))


(defn [(pytest.mark.parametrize "encoding" ["latin-1" "cp1252" "utf-16" "utf-16-le" "utf-8-sig"])]
    test-encodings [here encoding]
  (write "a.txt" (.encode "Füchse" encoding))
  (assert (= (read-sources ["a.txt"] encoding) "Füchse")))


(defn test-a-character-across-a-chunk-is-whole [here]
  (setv text (* "a漢" 800_000))
  (write "a.txt" text)
  (assert (= (read-sources ["a.txt"]) text)))


(defn test-wrong-bytes-are-placed-and-an-encoding-suggested [here]
  (write "a.txt" (.encode "Ein Füchslein" "latin-1"))
  (assert (= (complaint ["a.txt"])
    "'a.txt' is not utf-8: byte 5 is 0xfc; try --encoding cp1252"))
  (write "b.txt" (+ (* b"0123456789" 200_000) b"\x81"))
  (assert (= (complaint ["b.txt"])
    "'b.txt' is not utf-8: byte 2000000 is 0x81; try --encoding latin-1"))
  (write "c.txt" (.encode "漢字" "utf-16"))
  (assert (.endswith (complaint ["c.txt"]) "try --encoding utf-16"))
  (write "d.txt" (cut (.encode "a漢") 3))
  (assert (in "byte 1 is 0xe6" (complaint ["d.txt"])))
  (assert (.endswith (complaint ["a.txt"] "shift_jis") "try --encoding cp1252")))


(defn [(pytest.mark.parametrize "encoding" ["utf-99" "hex" "" "a\0b"])]
    test-an-unknown-encoding [here encoding]
  (write "a.txt" "a")
  (assert (in "unknown encoding" (complaint ["a.txt"] encoding))))


(defn test-a-bare-name-is-looked-for-in-corpora-and-folders [here]
  (write "corpora/lol.txt" "near")
  (write "far/lol.txt" "far")
  (write "far/fun.txt" "fun")
  (assert (= (read-sources ["lol.txt"] :folders ["far"]) "near"))
  (assert (= (read-sources ["fun.txt"] :folders ["far"]) "fun"))
  (write "lol.txt" "here")
  (assert (= (read-sources ["lol.txt"]) "here"))
  (assert (= (complaint ["none.txt"] :folders ["far"])
    "there is no file 'none.txt', neither here nor in corpora, far"))
  (assert (= (complaint ["./fun.txt"] :folders ["far"]) "there is no file './fun.txt'"))
  (assert (= (complaint [""]) "there is no file ''")))


(defn test-a-folder-is-every-text-below-it [here]
  (write "all/b/2.txt" "two")
  (write "all/a.txt" "one")
  (write "all/c.md.gz" (gzip.compress b"three"))
  (write "all/latin.txt" b"\xe9")
  (write "all/picture.bin" b"PNG\0")
  (write "all/damaged.gz" b"no gzip")
  (write "all/.hidden" "hidden")
  (write "all/.git/config" "hidden")
  (write "all/empty.txt" "")
  (os.symlink "nowhere" "all/dangling")
  (assert (= (read-sources ["all"]) "one\ntwo\nthree"))
  (write "none/picture.bin" b"PNG\0")
  (assert (= (complaint ["none"]) "the folder 'none' holds no text in utf-8")))


(defn test-a-pattern-is-the-files-that-match [here]
  (write "b.txt" "two")
  (write "a.txt" "one")
  (write "deep/er/c.txt" "three")
  (write "what?.txt" "itself")
  (assert (= (read-sources ["[ab].txt"]) "one\ntwo"))
  (assert (= (read-sources ["**/*.txt"]) "one\ntwo\nthree\nitself"))
  (assert (= (read-sources ["deep/**"]) "three"))
  (assert (= (read-sources ["what?.txt"]) "itself"))
  (assert (= (complaint ["*.md"]) "no file matches the pattern '*.md'")))


(defn test-a-pipe-is-a-file [here]
  (os.mkfifo "pipe")
  (setv writer (threading.Thread :target write :args #("pipe" "through the pipe")))
  (.start writer)
  (assert (= (read-sources ["pipe"]) "through the pipe"))
  (.join writer))


(defn test-nothing-to-read [here]
  (write "empty.txt" "")
  (write "mark.txt" "\ufeff")
  (assert (in "no sources" (complaint [])))
  (assert (= (complaint ["empty.txt" "mark.txt"]) "the text is empty: empty.txt, mark.txt")))


(defn test-a-file-that-may-not-be-read []
  (setv
    [file path] (tempfile.mkstemp)  ; pytest's own folders are closed to nobody, whom root becomes here
    root (= (os.geteuid) 0))
  (os.close file)
  (os.chmod path 0)
  (try
    (when root (os.seteuid 65534))
    (assert (= (complaint [path]) f"can't read '{path}': Permission denied"))
    (finally
      (when root (os.seteuid 0))
      (os.remove path))))


(defn test-gzip [here]
  (setv whole (gzip.compress (.encode (* "heylo 漢\n" 1000))))
  (write "a.gz" whole)
  (assert (= (read-sources ["a.gz"]) (* "heylo 漢\n" 1000)))
  (write "cut.gz" (cut whole -9))
  (write "text.gz" "no gzip")
  (write "flipped.gz" (+ (cut whole 12) b"\xff\xff\xff" (cut whole 15 None)))
  (for [name ["cut.gz" "text.gz" "flipped.gz"]]
    (assert (.startswith (complaint [name]) f"'{name}' is no gzip file, or a damaged one"))))


(defn test-a-gzip-bomb-is-stopped [here]
  (write "bomb.gz" (gzip.compress (bytes (** 2 23))))
  (assert (= (complaint ["bomb.gz"] :limit (** 2 21))
    "'bomb.gz' expands to more than 2 MB; --max-download MB raises the limit"))
  (write "all/bomb.gz" (gzip.compress (* b"a" (** 2 23))))
  (assert (in "--max-download" (complaint ["all"] :limit (** 2 21)))))


(defn test-standard-input-is-bytes-in-the-encoding []
  (setv program "
import hy
from lstm_textgen.sources import read_sources
print(ascii(read_sources(['-'], 'cp1252')))")
  (setv run (subprocess.run [sys.executable "-c" program]
    :input (.encode "“é”\r\n" "cp1252") :stdout subprocess.PIPE :check True
    :cwd (os.path.dirname (os.path.dirname __file__))))
  (assert (= run.stdout (+ (.encode (ascii "“é”\r\n")) b"\n"))))


;; * URLs

(setv BODY (.encode (* "Ten small foxes sing. " 20_000)))


(defclass Pages [BaseHTTPRequestHandler]
  #[[A server of `server.pages`: a dict of paths ↔ dicts with `body`, `etag`, `cut`
  (bytes after which it hangs up), `to` (a redirect), `chunked`. Requests are
  kept in `server.seen` as #(path range).]]
  (setv protocol-version "HTTP/1.1")

  (defn do-GET [self]
    (setv
      page (.get self.server.pages self.path)
      range (.get self.headers "Range"))
    (.append self.server.seen #(self.path range))
    (cond
      (is page None) (self.send-error 404 "\x1b[31mgone")
      (in "to" page) (self.redirect (get page "to"))
      True (self.send-page page range)))

  (defn redirect [self to]
    (self.send-response 302)
    (self.send-header "Location" to)
    (self.send-header "Content-Length" "0")
    (self.end-headers))

  (defn send-page [self page range]
    (setv
      body (get page "body")
      etag (.get page "etag")
      start (if (and range etag (= (.get self.headers "If-Range") etag))
        (int (.strip range "bytes=-"))
        0))
    (when (and start (>= start (len body)))
      (return (self.send-error 416)))
    (self.send-response (if start 206 200))
    (when etag
      (self.send-header "ETag" etag))
    (when start
      (self.send-header "Content-Range" f"bytes {start}-{(- (len body) 1)}/{(len body)}"))
    (setv rest (cut body start (.get page "cut")))
    (if (in "chunked" page)
      (do
        (self.send-header "Transfer-Encoding" "chunked")
        (setv rest (+ (.encode f"{(len rest) :x}\r\n") rest b"\r\n0\r\n\r\n")))
      (self.send-header "Content-Length" (- (len body) start)))
    (self.end-headers)
    (.write self.wfile rest)
    (setv self.close-connection True))

  (defn log-message [self #* _]))


(defn [pytest.fixture] server [here monkeypatch]
  (monkeypatch.setenv "LSTM_TEXTGEN_CACHE" (str (/ here "cache")))
  (monkeypatch.setenv "no_proxy" "127.0.0.1")
  (with [server (ThreadingHTTPServer #("127.0.0.1" 0) Pages)]
    (setv
      server.pages {"/a.txt" {"body" BODY  "etag" "\"1\""}}
      server.seen []
      server.url f"http://127.0.0.1:{server.server-port}")
    (.start (threading.Thread :target server.serve-forever :args [0.01]))
    (yield server)
    (.shutdown server)))


(defn kept []
  "Return the sizes of the files in the cache by the ends of their names."
  (dfor
    name (os.listdir "cache")
    :if (not (.endswith name ".lock"))
    (or (get (os.path.splitext name) 1) "whole") (os.path.getsize (os.path.join "cache" name))))


(defn test-a-url-is-fetched-once [server]
  (setv reports [])
  (defn progress [#* report] (.append reports report))
  (for [_ (range 2)]
    (assert (= (read-sources [(+ server.url "/a.txt")] :progress progress) (.decode BODY))))
  (assert (= server.seen [#("/a.txt" None)]))
  (assert (= (get reports 0) #((+ server.url "/a.txt") 0 (len BODY))))
  (assert (= (get reports -1) #((+ server.url "/a.txt") (len BODY) (len BODY))))
  (assert (= (kept) {"whole" (len BODY)})))


(defn test-a-url-without-a-length [server]
  (setv (get server.pages "/a.txt" "chunked") True)
  (setv totals #{})
  (read-sources [(+ server.url "/a.txt")] :progress (fn [url done total] (.add totals total)))
  (assert (= totals #{None})))


(defn test-a-url-of-a-gz-with-a-query-and-of-other-scripts [server]
  (.update server.pages {
    "/a.gz?x=1" {"body" (gzip.compress b"zipped")}
    "/F%C3%BCchse%20.txt" {"body" b"named"}})
  (assert (= (read-sources [(+ server.url "/a.gz?x=1")]) "zipped"))
  (assert (= (read-sources [(+ server.url "/Füchse .txt")]) "named")))


(defn test-a-cut-download-goes-on [server]
  (setv (get server.pages "/a.txt" "cut") 100_000)
  (assert (in f"cut after 100000 of {(len BODY)} bytes; run again" (complaint [(+ server.url "/a.txt")])))
  (assert (= (kept) {".part" 100_000  ".tag" 3}))
  (del (get server.pages "/a.txt" "cut"))
  (setv starts [])
  (assert (= (.decode BODY) (read-sources [(+ server.url "/a.txt")]
    :progress (fn [url done total] (.append starts #(done total))))))
  (assert (= (get starts 0) #(100_000 (len BODY))))
  (assert (= server.seen [#("/a.txt" None) #("/a.txt" "bytes=100000-")]))
  (assert (= (kept) {"whole" (len BODY)})))


(defn test-a-cut-download-of-another-version-starts-anew [server]
  (setv weak "W/\"1\"")
  (for [[i [before after]] (enumerate [["\"1\"" "\"2\""] ["\"1\"" None] [None None] [weak weak]])]
    (setv
      path f"/{i}"
      (get server.pages path) {"body" (* b"old " 1000)  "cut" 2000  "etag" before})
    (complaint [(+ server.url path)])
    (setv (get server.pages path) {"body" BODY  "etag" after})
    (assert (= (read-sources [(+ server.url path)]) (.decode BODY)))))


(defn test-a-part-that-was-whole-already [server]
  (setv (get server.pages "/a.txt" "cut") 1000)
  (complaint [(+ server.url "/a.txt")])
  (setv (get server.pages "/a.txt") {"body" (cut BODY 1000)  "etag" "\"1\""})
  (assert (= (read-sources [(+ server.url "/a.txt")]) (.decode (cut BODY 1000)))))


(defn test-two-at-once-fetch-once [server]
  (setv texts [])
  (setv readers (lfor _ (range 4) (threading.Thread
    :target (fn [] (.append texts (read-sources [(+ server.url "/a.txt")]))))))
  (for [reader readers] (.start reader))
  (for [reader readers] (.join reader))
  (assert (= texts (* [(.decode BODY)] 4)))
  (assert (= (len server.seen) 1)))


(defn test-the-hash-is-checked [server]
  (setv
    hash (.hexdigest (hashlib.sha256 BODY))
    url (+ server.url "/a.txt#sha256="))
  (assert (= (read-sources [(+ url (.upper hash))]) (.decode BODY)))
  (assert (in f"its sha256 is {hash}; nothing was kept" (complaint [(+ url (* "0" 64))])))
  (assert (in "64 hexadecimal digits" (complaint [(+ url "12")]))))


(defn test-of-wrong-bytes-nothing-is-kept [server]
  (complaint [(+ server.url "/a.txt#sha256=" (* "0" 64))])
  (assert (= (kept) {})))


(defn test-a-kept-file-of-another-hash-is-fetched-anew [server]
  (read-sources [(+ server.url "/a.txt")])
  (setv (get server.pages "/a.txt") {"body" b"new"})
  (setv hash (.hexdigest (hashlib.sha256 b"new")))
  (assert (= (read-sources [(+ server.url "/a.txt#sha256=" hash)]) "new")))


(defn test-redirects [server]
  (.update server.pages {
    "/there" {"to" "/a.txt"}
    "/circle" {"to" "/circle"}
    "/file" {"to" "file:///etc/passwd"}
    "/ftp" {"to" "ftp://127.0.0.1/a.txt"}
    #** (dfor i (range 12) f"/{i}" {"to" f"/{(+ i 1)}"})
    "/12" {"body" b"far"}})
  (assert (= (read-sources [(+ server.url "/there")]) (.decode BODY)))
  (for [path ["/circle" "/file" "/0"]]
    (assert (in "redirect (302)" (complaint [(+ server.url path)]))))
  (assert (= (read-sources [(+ server.url "/3")]) "far"))
  (assert (in "ftp" (complaint [(+ server.url "/ftp")]))))


(defn test-a-download-has-a-limit [server]
  (for [chunked [False True]]
    (setv (get server.pages "/a.txt") {"body" BODY  #** (if chunked {"chunked" True} {})})
    (assert (in "more than 0.25 MB; --max-download MB" (complaint [(+ server.url "/a.txt")] :limit (** 2 18))))
    (assert (not-in "whole" (kept)))
    (assert (<= (.get (kept) ".part" 0) (** 2 18)))))


(defn test-urls-that-fail [server]
  (setv (get server.pages "/empty") {"body" b""})
  (assert (= (complaint [(+ server.url "/none")]) f"can't fetch {server.url}/none: 404 Not Found"))
  (assert (in "the server sent nothing" (complaint [(+ server.url "/empty")])))
  (for [url ["http://127.0.0.1:1/a" "http://[bad/" "http://" "ftp://127.0.0.1/a" "file:///etc/passwd"]]
    (assert (.startswith (complaint [url]) f"can't fetch {url}: ")))
  (assert (= (complaint ["file:///etc/passwd"]) "can't fetch file:///etc/passwd: it is neither http nor https")))
