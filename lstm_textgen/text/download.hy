"Downloads each URL once, to the cache folder."

(eval-when-compile (require hyrule [-> some-> unless]))
(import
  hashlib
  os
  pathlib [Path]
  re
  urllib.parse [urldefrag urlsplit]
  lstm-textgen.basics.files [file-digest replacing]
  lstm-textgen.basics.machine [MB cache-folder]
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.basics.values [clip])

(setv  ; httpx takes 110 ms to import, so it is imported where it is used
  QUOTED 300)  ; characters of the name of a source that a message shows


(defn fetch [url progress limit]
  #[[Return the path of the file in the cache with the bytes of `url`, downloaded if need be.

  A URL that ends in `#sha256=HEX` accepts only bytes with that hash. `progress` is None or a
  function of the URL, the bytes downloaded so far and their total (None: unknown); `limit` is the
  maximum number of bytes. Raise `ValueError`, in one line that names the URL, for any failure.]]
  (try
    (setv
      [address fragment] (urldefrag url)
      wanted (when (.startswith fragment "sha256=") (.lower (.removeprefix fragment "sha256=")))
      ;; Servers can't influence the name.
      name (-> address (.encode) (hashlib.sha256) (.hexdigest))
      ending (if (.endswith (. (urlsplit address) path) ".gz") ".gz" "")
      path (os.path.join (cache-folder) (+ name ending)))
    (unless (or (is wanted None) (re.fullmatch "[0-9a-f]{64}" wanted))
      (refuse "`#sha256=` must be followed by 64 hexadecimal digits"))
    (unless (re.match "https?://[^/?#]" address re.IGNORECASE)
      (refuse "it is not a complete http or https URL"))
    (unless (and (os.path.exists path) (or (is wanted None) (= (file-digest path) wanted)))
      (os.makedirs (os.path.dirname path) :exist-ok True)
      (_download address path wanted progress limit))
    path
    ;; httpx raises an ImportError for a SOCKS proxy that it has no package for.
    (except [error [OSError ValueError ImportError]]
      (setv reason (if (str error) error (. (type error) __name__)))
      (when (and (getattr error "strerror" None) (not error.filename))  ; no room in the cache
        (setv reason (+ f"the cache folder {(cache-folder) !r}: {error.strerror}; "
          "set the environment variable LSTM_TEXTGEN_CACHE to another folder")))
      (refuse f"can't download {(clip (repr url) QUOTED)}: " reason))))


(defn too-much [limit]
  "Return the words for data of more than `limit` bytes."
  (Message f"more than {(/ limit MB) :g} MB; give a larger " 'max-download))


(defn _download [address path wanted progress limit]
  "Download `address` to `path`, which appears only once the bytes are complete and checked."
  (import httpx ssl)
  (defn report [done total]
    (when (> (max done (or total 0)) limit) (refuse "it has " (too-much limit)))
    (when progress (progress address done total)))
  (with [client (httpx.Client
      :verify (ssl.create-default-context)  ; the certificates that the system trusts
      ;; Uncompressed, the bytes have the announced length and the expected hash.
      :headers {"User-Agent" "lstm_textgen"  "Accept-Encoding" "identity"}
      :timeout 30 :follow-redirects True)  ; seconds that a server may be silent
         new (replacing (Path path))]
    (with [file (open new "wb")] (_copy client address file report))
    (when (and wanted (!= (setx got (file-digest new)) wanted))
      (refuse f"its sha256 is {got}, not {wanted}; the download was discarded"))))


(defn _copy [client address file report]
  "Write the body of `address` to `file`; call `report` before each write."
  (import httpx)
  (setv [done total] [None None])  ; bytes
  (try
    (with [response (.stream client "GET" address)]
      (setv status response.status-code)
      (unless response.is-success
        ;; The phrase is the standard's: the server's own may hold anything.
        (refuse (.rstrip f"{status} {(httpx.codes.get-reason-phrase status)}")))
      (setv
        total (some-> (.get response.headers "Content-Length") int)
        done 0)
      (report 0 total)
      (for [data (.iter-raw response)]
        (report (+ done (len data)) total)
        (.write file data)
        (+= done (len data))))
    (except [error [httpx.HTTPError httpx.InvalidURL]]
      (raise (ValueError (if (is done None)
        (or (re.sub r"^\[Errno.*?\] " "" (str error)) (. (type error) __name__))
        (+ f"the connection broke after {done} {(if total f"of {total} " "")}bytes; "
          "run again to start over"))) :from error)))
  (unless done (refuse "the server sent nothing")))
