"Where text comes from: files, folders, patterns, URLs, .gz and standard input."

(eval-when-compile (require hyrule [unless]))

(import
  codecs
  fcntl
  glob
  gzip
  hashlib
  http.client [HTTPException responses]
  os
  re
  string [punctuation]
  sys
  urllib.error [HTTPError URLError]
  urllib.parse [quote :as percent-encode urldefrag urlsplit]
  urllib.request :as request
  zlib
  platformdirs [user-cache-dir])


(setv
  MB (** 2 20)
  LIMIT (* 1024 MB)  ; bytes of a download, and of what a .gz holds
  CHUNK MB  ; bytes read at once
  TIMEOUT 30)  ; seconds that a server may be silent


(defclass NotText [ValueError]
  "Raised for a file that isn't text: one that is named is an error, one in a folder is passed over.")


(defn read-sources [sources [encoding "utf-8"] #** options]
  "Return the text of all `sources`, in order, as one string; the rest is as in `read-pieces`."
  (.join "" (read-pieces sources encoding #** options)))


(defn read-pieces [sources [encoding "utf-8"] [progress None] [folders #()] [limit LIMIT]]
  #[[Yield the text of all `sources`, in order, in pieces of about a megabyte.

  A source is one of

  - a file; a name without a folder that isn't in the current one is looked for in
    `corpora/` and then in `folders`;
  - a folder: every text file below it, in the order of their paths. Hidden files
    are passed over, and so are those that hold a NUL or can't be decoded;
  - a pattern such as `books/*.txt` or `books/**/*.md`;
  - an http or https URL. It is downloaded once, to the user's cache folder or to
    the one in the environment variable LSTM_TEXTGEN_CACHE, and what was cut off is
    gone on with. With `#sha256=HEX` at its end the bytes must have that hash;
  - `-`: standard input.

  What ends in `.gz` is expanded. Bytes are decoded as `encoding`, a byte order
  mark is dropped, and a source that lacks a newline at its end gets one when
  another follows.

  `progress`, if given, is called with a URL, the bytes it has brought and how many
  it will bring (None: not said), while they come. `limit` is the most bytes that a
  download or the content of a `.gz` may have.

  Whatever goes wrong with a source raises `ValueError` or `OSError`, with one line
  that names it.]]
  (when (isinstance sources #(str os.PathLike))
    (setv sources [sources]))
  (unless sources
    (raise (ValueError "no sources: name a file, a folder, a URL, or - for standard input")))
  (_check-encoding encoding)
  (setv last "")  ; the piece before
  (for [source (map os.fspath sources)
        text (_texts source encoding progress folders limit)]
    (setv first True)
    (for [piece (_without-mark text)  :if piece]
      (when (and first last (not (.endswith last #("\n" "\r"))))
        (yield "\n"))
      (yield piece)
      (setv first False  last piece)))
  (unless last
    (raise (ValueError f"the text is empty: {(.join ", " (map str sources))}"))))


(defn _without-mark [pieces]
  "Yield the pieces of one text, without a byte order mark before it."
  (setv first True)
  (for [piece pieces  :if piece]
    (yield (if first (.removeprefix piece "\ufeff") piece))
    (setv first False)))


(defn _texts [source encoding progress folders limit]
  "Yield each text of one source: an iterator of its pieces."
  (cond
    (= source "-")
      (yield (_decode "standard input" sys.stdin.buffer encoding))
    (re.match "[a-z][a-z0-9+.-]*://" source re.IGNORECASE)
      (yield (_read (_fetch source progress limit) encoding limit source))
    True
      (for [path (_find source folders)]
        (if (os.path.isdir path)
          (yield :from (_folder-texts path encoding limit))
          (yield (_read path encoding limit path))))))


;; * Files

(defn _find [source folders]
  "Return the paths of the files and folders that `source` means."
  (setv
    places (if (or (not source) (os.path.dirname source)) [] ["corpora" #* folders])
    paths [source #* (gfor place places (os.path.join place source))])
  (for [path paths]
    (when (os.path.exists path)
      (return [path])))
  (when (re.search r"[*?[]" source)
    (setv paths (sorted (glob.glob source :recursive True)))
    (unless paths
      (raise (FileNotFoundError f"no file matches the pattern {source !r}")))
    ;; With ** a folder's files stand beside the folder itself.
    (return (or (lfor path paths :if (not (os.path.isdir path)) path) paths)))
  (raise (FileNotFoundError (+ f"there is no file {source !r}"
    (if places f", neither here nor in {(.join ", " (map str places))}" "")))))


(defn _folder-texts [folder encoding limit]
  "Yield the text of every file below `folder` that is text, as an iterator of its pieces."
  (setv found False)
  (for [path (_files-below folder)  :if (_text? path encoding limit)]
    (setv found True)
    (yield (_read path encoding limit path)))
  (unless found
    (raise (ValueError f"the folder {folder !r} holds no text in {encoding}"))))


(defn _files-below [folder]
  "Return the path of every file below `folder` that isn't hidden, sorted."
  (defn refuse [error]
    (raise (OSError f"can't read the folder {error.filename !r}: {error.strerror}")))
  (setv paths [])
  (for [[here subfolders names] (os.walk folder :onerror refuse)]
    (setv (cut subfolders) (lfor name subfolders :if (not (.startswith name ".")) name))
    (+= paths (lfor name names :if (not (.startswith name ".")) (os.path.join here name))))
  (sorted (filter os.path.isfile paths)))


(defn _text? [path encoding limit]
  "Return whether a file holds text and nothing else; a large binary isn't read to its end."
  (setv empty True)
  (try
    (for [piece (_read path encoding limit path)  :if piece]
      (when (in "\0" piece)
        (return False))
      (setv empty False))
    (except [NotText]
      (return False)))
  (not empty))


(defn _read [path encoding limit name]
  "Yield the text of the file `path` in pieces; `name` is what messages call it."
  (setv zipped (.endswith path ".gz"))
  (try
    (with [file ((if zipped gzip.open open) path "rb")]
      (yield :from (_decode (repr name) file encoding (if zipped limit None))))
    (except [error [gzip.BadGzipFile EOFError zlib.error]]
      (raise (NotText f"{name !r} is no gzip file, or a damaged one: {error}") :from error))
    (except [error OSError]
      (raise (OSError f"can't read {name !r}: {(or error.strerror error)}") :from error))))


(defn _decode [name file encoding [limit None]]
  "Yield the text of a file of bytes in pieces, so that bytes and text are never both held whole."
  (setv
    decoder ((codecs.getincrementaldecoder encoding))
    size 0)
  (try
    (while (setx data (.read file CHUNK))
      (+= size (len data))
      (when (and limit (> size limit))
        (raise (ValueError f"{name} expands to {(_too-much limit)}")))
      (yield (.decode decoder data)))
    (yield (.decode decoder b"" True))
    (except [error UnicodeDecodeError]
      ;; The decoder was at the end of `error.object`, which it began with bytes left from before.
      (setv
        place (+ (- size (len error.object)) error.start)
        byte (get error.object error.start))
      (raise (NotText (+ f"{name} is not {encoding}: byte {place} is 0x{byte :02x}; "
        f"try --encoding {(_other-encoding error.object)}")) :from error))))


(defn _other-encoding [data]
  "Return the encoding that `data`, which isn't in the one that was tried, is likely to have."
  (when (.startswith data #(codecs.BOM-UTF16-LE codecs.BOM-UTF16-BE))
    (return "utf-16"))
  (for [encoding ["utf-8" "cp1252"]]
    (try
      (.decode data encoding)
      (return encoding)
      (except [UnicodeDecodeError])))
  "latin-1")  ; in which every byte is a character


(defn _check-encoding [encoding]
  (try
    (.decode b"a" encoding "ignore")
    (except [[LookupError ValueError]]
      (raise (ValueError
        f"unknown encoding {encoding !r}: try utf-8, latin-1, cp1252, utf-16 or gb18030")
        :from None))))


(defn _too-much [limit]
  f"more than {(/ limit MB) :g} MB; --max-download MB raises the limit")


;; * URLs

(defn _fetch [url progress limit]
  "Return the path of the file in the cache that has the bytes of `url`, downloaded if need be."
  (try
    (setv
      [address fragment] (urldefrag url)
      wanted (_wanted-hash fragment)
      path (_cache-path address))
    (unless (re.match "https?:" address re.IGNORECASE)
      (raise (ValueError "it is neither http nor https")))
    (os.makedirs (os.path.dirname path) :exist-ok True)
    (with [lock (open f"{path}.lock" "w")]
      (fcntl.flock lock fcntl.LOCK-EX)  ; another process may be at it: then its file is ours
      (unless (and (os.path.exists path) (in wanted [None (_hash-of path)]))
        (_download address path wanted progress limit)))
    path
    (except [error [OSError HTTPException ValueError]]
      (raise (ValueError f"can't fetch {url}: {(_reason error)}") :from error))))


(defn cache-folder []
  "Return the folder for what can be made anew: the user's, or the one in LSTM_TEXTGEN_CACHE."
  (or (os.environ.get "LSTM_TEXTGEN_CACHE") (user-cache-dir "lstm_textgen")))


(defn _cache-path [address]
  "Return where the bytes of `address` are kept: no name comes from outside."
  (setv
    ending (if (.endswith (. (urlsplit address) path) ".gz") ".gz" ""))
  (os.path.join (cache-folder) (+ (.hexdigest (hashlib.sha256 (.encode address))) ending)))


(defn _wanted-hash [fragment]
  "Return the hash that a URL's fragment asks for, or None."
  (unless (.startswith fragment "sha256=")
    (return None))
  (setv wanted (.lower (.removeprefix fragment "sha256=")))
  (unless (re.fullmatch "[0-9a-f]{64}" wanted)
    (raise (ValueError "#sha256= must be followed by 64 hexadecimal digits")))
  wanted)


(defn _hash-of [path]
  (with [file (open path "rb")]
    (.hexdigest (hashlib.file-digest file "sha256"))))


(defn _download [address path wanted progress limit]
  "Bring the bytes of `address` into `path`, which appears only once they are whole and checked."
  (setv
    part f"{path}.part"  ; the bytes so far
    tag f"{path}.tag"  ; what the server calls the version that they belong to
    [response start] (_open address part tag))
  (with [response response
         file (open part (if start "ab" "wb"))]
    (with [note (open tag "w")]
      (.write note (_version response.headers)))
    (_copy response file start (fn [done total]
      (when (> (max done (or total 0)) limit)
        (raise (ValueError f"it has {(_too-much limit)}")))
      (when progress
        (progress address done total)))))
  (setv got (_hash-of part))
  (os.remove tag)
  (unless (in wanted [None got])
    (os.remove part)
    (raise (ValueError f"its sha256 is {got}; nothing was kept")))
  (os.replace part path))


(defn _open [address part tag]
  #[[Ask for the bytes of `address` that `part` lacks. Return #(response start), where
  `start` is the first byte that comes: 0 if there is no part, or the server
  has another version or can't go on from a place.]]
  (setv
    version (if (os.path.exists tag) (with [note (open tag)] (.read note)) "")
    start (if (and version (os.path.exists part)) (os.path.getsize part) 0))
  (when start
    (try
      (setv response (_get address {"Range" f"bytes={start}-"  "If-Range" version}))
      (when (= response.status 200)
        (return #(response 0)))
      (when (.startswith (.get response.headers "Content-Range" "") f"bytes {start}-")
        (return #(response start)))
      (.close response)
      (except [error HTTPError]
        (unless (= error.code 416)  ; there is nothing after `start`
          (raise)))))
  #((_get address {}) 0))


(defn _version [headers]
  "Return what a server calls the version that it sends, or \"\" if `If-Range` may not carry it."
  (setv etag (.get headers "ETag" ""))
  (if (.startswith etag "\"")  ; a weak one begins with W/
    etag
    (.get headers "Last-Modified" "")))


(defn _get [address headers]
  "Return the response of an http or https server. At most ten redirects are followed, to such servers only."
  (setv opener (request.OpenerDirector))
  (for [handler [
      request.ProxyHandler
      request.UnknownHandler
      request.HTTPHandler
      request.HTTPSHandler
      request.HTTPDefaultErrorHandler
      request.HTTPRedirectHandler
      request.HTTPErrorProcessor]]
    (.add-handler opener (handler)))
  (setv
    encoded (percent-encode address :safe punctuation)
    headers {"User-Agent" "lstm_textgen" #** headers})
  (.open opener (request.Request encoded :headers headers) :timeout TIMEOUT))


(defn _copy [response file start report]
  "Append the bytes of `response` to `file`; `report` hears of each step before it is written."
  (setv
    done start
    total (if (is response.length None) None (+ start response.length)))
  (report done total)
  (while (setx data (.read response (// CHUNK 16)))
    (+= done (len data))
    (report done total)
    (.write file data))
  (when (and total (< done total))
    (raise (ValueError f"the connection was cut after {done} of {total} bytes; run again to go on")))
  (unless done
    (raise (ValueError "the server sent nothing"))))


(defn _reason [error]
  "Return in one line why a download failed."
  (cond
    (not (isinstance error URLError))
      (or (str error) (. (type error) __name__))
    (not (isinstance error HTTPError))
      (str error.reason)
    ;; A server's own words may hold anything, so they are not shown.
    (<= 300 error.code 399)
      f"a redirect ({error.code}) that leads in a circle, or to what is not http or https"
    True
      f"{error.code} {(.get responses error.code "")}"))
