"Where text comes from: files, folders, patterns, URLs, .gz, standard input and open files."

(eval-when-compile (require hyrule [unless]))
(import
  codecs
  glob
  gzip
  itertools [chain]
  os
  pathlib [Path]
  re
  sys
  zlib
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.values [clip counted]
  lstm-textgen.text.download [QUOTED fetch too-much])

(setv
  ;; What a URL begins with: a scheme has two letters at least, as one alone is a drive of Windows.
  URL (re.compile "[a-z][a-z0-9+.-]+://" re.IGNORECASE)
  LIMIT (* 1024 MB)  ; bytes of a download, and of the content of a .gz
  CHUNK MB  ; bytes read at once
  LONGEST-PATH 4096  ; characters; a longer source is text that was taken for a path
  SHOWN 5  ; skipped files that a warning names
  ;; Where the corpora are that come with the package: in what pip installs, and in the tree.
  PACKAGE (. (Path __file__) (resolve) parent parent)
  OUR-CORPORA [(str (/ PACKAGE "corpora")) (str (/ PACKAGE.parent "corpora"))]
  ;; The encodings among which the one of a file is guessed, likelier ones first: between two that
  ;; read its bytes alike the first is meant.
  LIKELY ["utf_8" "utf_16" "cp1252" "cp1251" "cp1250" "koi8_r" "gb18030" "big5" "cp932" "euc_jp"
    "cp949"]
  ;; Formats that aren't plain text, by their first bytes.
  FORMATS {
    rb"%PDF-" "a PDF"
    rb"(?=PK\x03\x04).*PK\x03\x04.{26}word/" "a Word document"
    rb"PK\x03\x04.{26}mimetypeapplication/epub" "an EPUB"
    rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis" "an OpenDocument file"
    rb"PK\x03\x04" "a zip archive"
    rb"\xd0\xcf\x11\xe0" "an old Office document"
    rb"\x89PNG|\xff\xd8\xff|GIF8[79]a.{,4}\0|RIFF.{4}WEBP|II\*\0|MM\0\*" "a picture"}
  ;; Control characters but for \a \b \t \n \v \f \r and escape, which a terminal's log has. A text
  ;; has few others; of compressed data, read as latin-1, they are a tenth.
  CONTROLS (lfor n [#* (range 7) #* (range 14 27) #* (range 28 32) 127] (chr n))
  FEW-CONTROLS 0.02)  ; of the characters of a text


(defclass NotText [ValueError]
  "Raised for a file that isn't text: an error if it was named, passed over if it is in a folder.")


(defn read-sources [sources [encoding "utf-8"] #** options]
  "Return the text of all `sources`, in order, as one string; the rest is as in `read-pieces`."
  (.join "" (read-pieces sources encoding #** options)))


(defn read-pieces [sources [encoding "utf-8"] [progress None] [folders #()] [limit LIMIT]
    [warn None]]
  #[[Yield the text of all `sources`, in order, in pieces of about a megabyte.

  A source is one of

  - a file; a bare name that isn't in the current folder is looked for in `corpora/`, in `folders`
    and among the corpora that come with the package;
  - a folder: every text file below it, in the order of their paths, except hidden files, empty
    ones, and those that contain a NUL or can't be decoded, of which `warn` is told in a line;
  - a pattern such as `books/*.txt` or `books/**/*.md`;
  - an http or https URL, which is downloaded once (see `fetch`);
  - `-`: standard input;
  - a file that is open to be read, for text or for bytes.

  What ends in `.gz` is expanded. Bytes are decoded as `encoding`, a byte order mark is dropped,
  and a source that lacks a newline at its end gets one if another follows. `limit` is the most
  bytes that a download or the content of a `.gz` may have; `progress` is as in `fetch`.

  Whatever is wrong with a source raises `ValueError` or `OSError`, in one line that names it; what
  can be no source, `TypeError`.]]
  (check-encoding encoding)
  (setv
    sources (_source-list sources)
    texts (gfor source sources (_texts source encoding progress folders limit warn))
    empty True)
  (for [piece (_joined (chain.from-iterable texts))]
    (yield piece)
    (setv empty False))
  (when empty (raise (ValueError f"the text is empty: {(_listed (map _name sources))}"))))


(defn _source-list [sources]
  "Return `sources`, one or several, as a list; raise `TypeError` if one can't be a source."
  (when (or (isinstance sources #(str bytes os.PathLike)) (hasattr sources "read"))
    (setv sources [sources]))
  (unless sources
    (raise (ValueError "no sources: name a file, a folder, a URL, or - for standard input")))
  (lfor source sources (if (hasattr source "read") source (_check-path source))))


(defn _name [source]
  "Return what messages call `source`, which may be an open file."
  (cond
    (= source "-") "standard input"
    (not (hasattr source "read")) source
    (isinstance (getattr source "name" None) str) (_quoted source.name)
    True "the given text"))


(defn _check-path [source]
  "Return `source`, a path, pattern or URL, as text; raise an error if it can't be one."
  (unless (isinstance source #(str os.PathLike))
    (raise (TypeError f"a source is a path, a URL or an open file, not {(clip (repr source))}")))
  (setv source (os.fsdecode source))
  (when (or
      (and (re.search "[\r\n]" source) (not (os.path.lexists source)))
      (and (> (len source) LONGEST-PATH) (not (re.match URL source))))
    (raise (ValueError (+ f"{(clip (repr source))} is text: sources are paths or URLs; "
      "to train on text in memory give `text`"))))
  source)


(defn _listed [names]
  "Return `names` with commas between them, as a message shows them."
  (clip (.join ", " (map str names)) QUOTED))


(defn _quoted [name]
  "Return `name` as a message shows it."
  (clip (repr name) QUOTED))


(defn _joined [texts]
  "Yield the pieces of `texts`, iterators of pieces, marks and newlines as `read-pieces` says."
  (setv last "")  ; the piece before
  (for [text texts]
    (setv
      pieces (filter None text)
      start (.removeprefix (next pieces "") "\ufeff"))
    (for [[n piece] (enumerate (filter None (chain [start] pieces)))]
      (when (and (= n 0) last (not (.endswith last #("\n" "\r")))) (yield "\n"))
      (yield piece)
      (setv last piece))))


(defn _texts [source encoding progress folders limit warn]
  "Yield each text of one source: an iterator of its pieces."
  (cond
    (hasattr source "read") (yield (_read-open source encoding))
    (= source "-") (yield (decode "standard input" sys.stdin.buffer encoding))
    (re.match URL source) (yield (read-file (fetch source progress limit) encoding limit source))
    True
      (for [path (find-paths source folders)
            file (text-files path encoding limit warn)]
        (yield (read-file file encoding limit file)))))


;; * Finding files

(defn find-paths [source folders]
  #[[Return the paths of the files and folders that `source`, a path or a pattern, means.

  `folders` are as in `read-pieces`. Raise `FileNotFoundError` if there are none.]]
  (setv
    bare (and source (not (os.path.dirname source)))
    places (if bare ["corpora" #* folders] []))
  (for [path [source #* (gfor place places (os.path.join place source))]
        :if (os.path.exists path)]
    (return [path]))
  (for [path (gfor place OUR-CORPORA :if bare (os.path.join place source))
        :if (os.path.isfile path)]
    (return [path]))
  (when (re.search r"[*?[]" source)
    (setv paths (sorted (glob.glob source :recursive True)))
    (unless paths (raise (FileNotFoundError f"no file matches the pattern {(_quoted source)}")))
    ;; With ** a folder's files stand beside the folder itself.
    (return (or (lfor path paths :if (not (os.path.isdir path)) path) paths)))
  (when (os.path.islink source)
    (raise (FileNotFoundError
      f"{(_quoted source)} is a link that leads to no file; give the file itself")))
  (setv elsewhere (if bare f", neither here nor in {(_listed ["corpora/" #* folders])}" ""))
  (raise (FileNotFoundError f"there is no file {(_quoted source)}{elsewhere}")))


(defn text-files [path encoding limit warn]
  "Yield every file below the folder `path` that is text, or `path` itself; `warn` of others."
  (unless (os.path.isdir path)
    (yield path)
    (return))
  (setv
    files (_files-below path)
    skipped []
    found False)
  (for [file files]
    (setv empty (_empty? file encoding limit))
    (cond
      (is empty None) (.append skipped file)
      (not empty) (do
        (setv found True)
        (yield file))))
  (unless found (raise (ValueError f"the folder {(_quoted path)} contains no {encoding} text")))
  (when (and skipped warn) (warn (_about-skipped skipped (len files) path encoding))))


(defn _about-skipped [skipped count folder encoding]
  "Return one line about the files `skipped` (paths) of the `count` in `folder`."
  (setv
    names (lfor path (cut skipped SHOWN) (os.path.relpath path folder))
    more (- (len skipped) (len names)))
  (.join " " (.split (+ f"skipped {(len skipped)} of {(counted count "files")} in "
    f"{(_quoted folder)} that {(if (= (len skipped) 1) "is" "are")} not {encoding} text: "
    f"{(_listed names)}{(if more f" and {more} more" "")}"))))


(defn _files-below [folder]
  "Return the path of every file below `folder` that isn't hidden, sorted."
  (defn refuse [error]
    (raise (OSError f"can't read the folder {(_quoted error.filename)}: {error.strerror}")))
  (setv paths [])
  (for [[here subfolders names] (os.walk folder :onerror refuse)]
    (setv (cut subfolders) (lfor name subfolders :if (not (.startswith name ".")) name))
    (.extend paths (gfor name names :if (not (.startswith name ".")) (os.path.join here name))))
  (sorted (filter os.path.isfile paths)))


(defn _empty? [path encoding limit]
  "Return whether a file is empty, or None as soon as it has anything but text."
  (setv empty True)
  (try
    (for [piece (read-file path encoding limit path)  :if piece]
      (when (in "\0" piece) (return None))
      (setv empty False))
    (except [NotText] (return None)))
  empty)


;; * Reading

(defn read-file [path encoding limit name]
  "Yield the text of the file `path`, called `name`, in pieces; raise `NotText`, `OSError`."
  (setv zipped (.endswith path ".gz"))
  (try
    (with [file ((if zipped gzip.open open) path "rb")]
      (yield :from (decode (_quoted name) file encoding (if zipped limit None))))
    (except [error [gzip.BadGzipFile EOFError zlib.error]]
      (raise (NotText f"{(_quoted name)} is not a gzip file, or is damaged: {error}") :from error))
    (except [error OSError]
      (raise (OSError f"can't read {(_quoted name)}: {(or error.strerror error)}") :from error))))


(defn _read-open [file encoding]
  "Yield the text of an open `file` in pieces; one that gives bytes is decoded as `encoding`."
  (setv name (_name file))
  (try
    (if (isinstance (.read file 0) str)
      (while (setx text (.read file CHUNK)) (yield text))
      (yield :from (decode name file encoding)))
    (except [NotText] (raise))
    (except [error [OSError ValueError]]
      (raise (ValueError f"can't read {name}: {error}") :from error))))


(defn decode [name file encoding [limit None]]
  #[[Yield the text of `file`, open for bytes, in pieces: neither bytes nor text are held whole.

  `name` is what messages call it. Raise `NotText` for bytes that can't be decoded as `encoding` or
  don't begin as a text does, and `ValueError` for more than `limit` bytes (None: any number).]]
  (setv
    decoder ((codecs.getincrementaldecoder encoding))
    size 0
    lines 0)
  (try
    (while (setx data (.read file CHUNK))
      (setv first (= size 0))
      (when first (_check-format name data))
      (+= size (len data))
      (when (and limit (> size limit))
        (raise (ValueError f"{name} expands to {(too-much limit)}")))
      (setv text (.decode decoder data))
      (when first (_check-controls name text encoding))
      (+= lines (.count text "\n"))
      (yield text))
    (yield (.decode decoder b"" True))
    (except [error UnicodeDecodeError]
      (raise (NotText (_mishap name encoding error size lines)) :from error))))


(defn _check-format [name data]
  "Raise `NotText` if `data`, the first bytes of the file `name`, are those of one of `FORMATS`."
  (for [[pattern kind] (.items FORMATS) :if (re.match pattern data re.DOTALL)]
    (raise (NotText f"{name} is {kind}, not plain text; give its text as a .txt file"))))


(defn _check-controls [name text encoding]
  "Raise `NotText` if `text`, of the file `name`, has more than a few control characters."
  (when (> (sum (map text.count CONTROLS)) (* FEW-CONTROLS (len text)))
    (raise (NotText (+ f"{name} is not {encoding} text: it has many control characters; "
      "give a plain text file, or the right `encoding`")))))


(defn _mishap [name encoding error size lines]
  "Say what stopped the decoding of the file `name` after `size` bytes and `lines` whole lines."
  (setv
    data error.object  ; the last bytes read, after those left over from before
    likely (_likely-encoding data error.start)
    place (+ (- size (len data)) error.start)
    before (.decode (cut data error.start) error.encoding "ignore")
    line (+ 1 lines (.count before "\n")))
  (_check-controls name (.decode data likely "ignore") encoding)
  (+ f"{name} is not valid {encoding}: byte {place}, in line {line}, is "
    f"0x{(get data error.start) :02x}; mend the file there or try `encoding` {likely}"))


(defn _likely-encoding [data place]
  "Return the encoding that `data`, whose byte at `place` isn't in the expected one, is likely in."
  (import charset-normalizer [from-bytes])  ; here, as it takes 50 ms
  ;; The data may end within a character; then only its complete lines can be decoded.
  (for [part [data (cut data (+ 1 (.rfind data b"\n")))]  :if (< place (len part))]
    (setv best (.best (from-bytes part :cp-isolation LIKELY)))
    (when best
      (setv possible best.could-be-from-charset)
      (return (next (gfor each LIKELY :if (in each possible) (.replace each "_" "-"))))))
  "latin-1")  ; in which every byte is a character


(defn check-encoding [encoding]
  "Raise `ValueError` unless `encoding` is the name of an encoding of text."
  (try
    (.decode b"a" encoding "ignore")
    (except [[LookupError ValueError]]
      (raise (ValueError (+ f"unknown encoding {(clip (repr encoding))}: "
        "try utf-8, latin-1, cp1252, utf-16 or gb18030")) :from None))))
