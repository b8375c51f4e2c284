"Where text comes from: files, folders, patterns, URLs, .gz, standard input and open files."

(eval-when-compile (require hyrule [unless]))
(import
  collections [Counter]
  collections.abc [Iterable]
  dataclasses [replace]
  glob
  gzip
  hashlib
  os
  pathlib [Path]
  re
  sys
  threading [Timer]
  urllib.parse [urlsplit]
  zlib
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.basics.terminal [printable visible]
  lstm-textgen.basics.values [clip several unknown-name]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.chats [wanted?]
  lstm-textgen.text.documents.columns [Condition check-conditions say-gaps tested?]
  lstm-textgen.text.documents.reading [BeyondLimit Bounded Budget Document LIMIT Reading
    about-skipped file-chunks joined sound-documents]
  lstm-textgen.text.download [QUOTED fetch])

(setv
  ;; How a URL begins: a scheme has at least two letters, as a single one is a Windows drive.
  URL (re.compile "[a-z][a-z0-9+.-]+://" re.IGNORECASE)
  MOST-DIGESTS 1000  ; of files, by which they are known later
  WAITED 1.5  ; seconds until a run says that it waits for a pipe
  LONGEST-PATH 4096  ; characters; a longer source is text mistaken for a path
  ;; Where the corpora are that come with the package: in what pip installs, and in the tree.
  PACKAGE (. (Path __file__) (resolve) parent parent)
  OUR-CORPORA [(str (/ PACKAGE "corpora")) (str (/ PACKAGE.parent "corpora"))])


(defn read-sources [sources [encoding "utf-8"] #** options]
  "Return the text of all `sources`, in order, as one string; the rest is as in `read-chunks`."
  (.join "" (read-chunks sources encoding #** options)))


(defn read-chunks [sources [encoding "utf-8"] [progress None] [folders #()] [limit LIMIT]
    [note None] [plain None] [warn None] #** options]
  #[[Yield the text of all `sources`, in order, in chunks of about a megabyte.

  A source is a file, a folder, a pattern such as `books/**/*.md`, an http or https URL, which is
  downloaded once (see `fetch`), `-` for standard input, or an open file, in text or binary mode.
  A bare name that isn't in the current folder is looked up in `corpora/`, in `folders` and among
  the corpora that come with the package. A folder is every text and document below it, in the
  order of their paths, except hidden files, empty ones, and those that aren't text, of which
  `warn` is told.

  A `.gz` is unpacked. Documents are read by `documents`; `options` are as in `reading-of`. `note`
  is called with the name and the `Summary` of each one read; `plain`, a list or None, gets the
  names of other texts. Other bytes are decoded as `encoding`, and texts are `joined`. `limit` is
  the size limit in bytes for a download and for an unpacked `.gz` or document; `progress` is as in
  `fetch`.

  Any problem with a source raises `ValueError` or `OSError`, in one line that names it; a value
  that can't be a source raises `TypeError`.]]
  (setv
    [summaries gaps empty] [[] (Counter) True]
    found #{}  ; what the rows of tables are
    reading (reading-of :encoding encoding :limit (int limit) #** options)
    sources (listed-sources sources))
  (unless sources (refuse "no sources: name a file, a folder, a URL, or - for standard input"))
  (defn add-up [name summary]
    (when summary.items (.add found summary.items))
    (.update gaps summary.gaps)
    (when (> (len found) 1)
      (refuse "some tables have rows of several lines and others don't; give " 'items
        " paragraph"))
    (when note (note name summary))
    (for [[part each] summary.parts] (add-up f"{name}/{part}" each)))
  (defn documents []
    (for [source sources  document (documents-of source reading progress folders warn)]
      (yield document)  ; here its chunks are read
      (cond
        document.summary (do
          (.append summaries document.summary)
          (add-up document.name document.summary))
        (is-not plain None) (.append plain document.name))))
  (for [chunk (joined (documents))]
    (setv empty False)
    (yield chunk))
  (check-conditions reading.where empty warn)
  (check-choices reading summaries)
  (when warn (say-gaps gaps warn))
  (when empty (refuse f"the text is empty: {(clip (.join ", " (map _name sources)) QUOTED)}")))


(defn check-choices [reading summaries]
  "Raise `ValueError` if `reading` chooses what isn't in any document, by their `summaries`."
  (setv summaries [#* summaries #* (gfor each summaries  [_ part] each.parts part)])
  (when reading.only
    (setv people (sum (gfor each summaries each.people) :start (Counter)))
    (unless people (refuse 'only " doesn't apply: no source is a chat or a mailbox"))
    (unless (any (gfor name people (wanted? name reading)))
      (setv names (lfor [name _] (.most-common people 30) name))
      (refuse 'only ": " (unknown-name "person" reading.only names))))
  (unless (or (any (gfor each summaries each.items)) (tested? reading.where))
    (for [[option given] [['column reading.column] ['where reading.where]]  :if given]
      (refuse option " doesn't apply: no source is a table, such as .csv, .xlsx or .jsonl"))))


(defn reading-of [[where None] #** options]
  "Return the `Reading` with these `options`, and the conditions on rows that `where` has as text."
  (Reading :where (list (map Condition (several (or where [])))) #** options))


(defn listed-sources [sources]
  #[[Return `sources`, one or several, as a list of texts (paths, patterns, URLs) and open files.

  Raise `TypeError` if they can't be sources, `ValueError` for text mistaken for a path.]]
  (setv
    listed (cond
      (or (isinstance sources #(str bytes os.PathLike)) (hasattr sources "read")) [sources]
      (isinstance sources Iterable) sources
      True (refuse 'sources f" must be paths or URLs, not {(clip (repr sources))}"
        :kind TypeError))
    checked [])
  (for [source listed]
    (unless (hasattr source "read")
      (unless (isinstance source #(str os.PathLike))
        (raise (TypeError
          f"a source is a path, a URL or an open file, not {(clip (repr source))}")))
      (setv source (os.fsdecode source))
      (when (or
          (and (re.search "[\r\n]" source) (not (os.path.lexists source)))
          (and (> (len source) LONGEST-PATH) (not (re.match URL source))))
        (refuse f"{(clip (repr source))} is text, but sources are paths or URLs; "
          "to train on text in memory, give `text`")))
    (.append checked source))
  checked)


(defn source-names [sources]
  "Return the names of `sources` (a list) as a run shows them, in at most 60 characters."
  (clip (.join ", " (map _name sources)) 60))


(defn title-of [sources]
  "Return the name of the text in `sources` (a list or None) if it is one file, else None."
  (when (and sources (= (len sources) 1) (isinstance (get sources 0) str) (!= sources ["-"]))
    (setv name (get (.split (.rstrip (get sources 0) "/") "/") -1))
    (or (clip (visible (get (.partition name ".") 0)) 60) None)))


(defn _name [source]
  "Return the name of `source`, which may be an open file, in messages."
  (cond
    (= source "-") "standard input"
    (not (hasattr source "read")) (printable source)
    (isinstance (getattr source "name" None) str) (_quoted source.name)
    True "the given text"))


(defn _quoted [name]
  (clip (repr name) QUOTED))


(defn documents-of [source reading [progress None] [folders #()] [warn None]]
  "Yield a `Document` for each text of one `source`; the rest is as in `read-chunks`."
  (cond
    (or (= source "-") (hasattr source "read"))
      (yield (Document (_name source) (_read-open source reading)))
    (re.match URL source)
      (yield (Document source (_read-file (fetch source progress reading.limit) source reading)))
    True (for [path (find-paths source folders)]
      (if (os.path.isdir path)
        (yield :from (_documents-below path reading warn))
        (yield (Document path (_read-file path path reading warn)))))))


;; * Finding files

(defn find-paths [source folders]
  "Return the paths of `source`, a path or a pattern; `folders` are as in `read-chunks`."
  (setv bare (and source (not (os.path.dirname source))))
  (for [folder ["" #* (if bare ["corpora" #* folders #* OUR-CORPORA] [])]
        :setv path (os.path.join folder source)
        :if ((if (in folder OUR-CORPORA) os.path.isfile os.path.exists) path)]
    (return [path]))
  (when (re.search r"[*?[]" source)
    (setv paths (sorted (glob.glob source :recursive True)))
    (unless paths (raise (FileNotFoundError f"no file matches the pattern {(_quoted source)}")))
    ;; With ** a folder's files are listed beside the folder itself.
    (return (or (_each-once (gfor path paths :if (not (os.path.isdir path)) path)) paths)))
  (when (os.path.islink source)
    (raise (FileNotFoundError f"{(_quoted source)} is a broken link; give the file itself")))
  (setv
    others (.join ", " ["corpora/" #* (map str folders)])
    elsewhere (if bare f", neither here nor in {(clip others QUOTED)}" ""))
  (raise (FileNotFoundError f"there is no file {(_quoted source)}{elsewhere}")))


(defn _each-once [paths]
  "Return the `paths` of files sorted, without links to others: read twice, a text counts twice."
  (setv links-first (sorted paths :key os.path.islink :reverse True))
  (sorted (.values (dfor path links-first (os.path.realpath path) path))))


(defn _documents-below [path reading warn]
  "Yield each text and document below the folder `path`; `warn` of other files."
  (defn fail [error]
    (raise (OSError f"can't read the folder {(_quoted error.filename)}: {error.strerror}")))
  (setv [files skipped found] [[] {} False])
  (for [[here subfolders names] (os.walk path :onerror fail)]
    (setv (cut subfolders) (lfor name subfolders :if (not (.startswith name ".")) name))
    (.extend files (gfor name names :if (not (.startswith name ".")) (os.path.join here name))))
  (setv files (_each-once (filter os.path.isfile files)))
  (for [document (sound-documents
      (gfor file files (Document file (_read-file file file reading))) skipped)]
    (setv found True)
    (yield document))
  (unless (or found (tested? reading.where))
    (refuse f"the folder {(_quoted path)} contains no {reading.encoding} text"
      (next (gfor reason (.values skipped) [": " reason]) "")))
  (when (and skipped warn)
    (setv [line reasons] (about-skipped
      (dfor [file reason] (.items skipped) (os.path.relpath file path) reason)
      (len files) (_quoted path) reading.encoding))
    (for [reason reasons] (warn (Message "skipped: " reason)))
    (when line (warn line))))


;; * Reading: each yields the text, and returns what a reader returns or None

(defn _read-file [path name reading [warn None]]
  "Read the file `path` as `reading`, but called `name`; `warn` is as in `_opened`."
  (setv reading (_named (_quoted name) name reading))
  (try
    (with [file (_opened path reading.name warn)]
      (return (yield :from (_read-bytes file reading (.endswith path ".gz")))))
    (except [error [gzip.BadGzipFile EOFError zlib.error]]
      (raise (NotText f"{reading.name} is not a gzip file, or is damaged: {error}") :from error))
    (except [error OSError]
      (raise (OSError f"can't read {reading.name}: {(or error.strerror error)}") :from error))))


(defn _opened [path name warn]
  "Open the file `path`; `warn`, a function or None, if that waits for a program to write to it."
  (setv
    timer (Timer WAITED warn [f"waiting for a program to write to {name}, a named pipe"])
    timer.daemon True)
  (when (and warn (.is-fifo (Path path))) (.start timer))
  (try
    (open path "rb")
    (finally (.cancel timer))))


(defn _named [name path reading]
  "Return `reading` with the `name` of a source, and the ending of its `path`, which may be a URL."
  (setv path (if (isinstance path str) (.removesuffix (.lower path) ".gz") ""))
  (when (re.match URL path) (setv path (. (urlsplit path) path)))
  (replace reading :name name :ending (get (os.path.splitext path) 1)))


(defn _read-open [source reading]
  "Read `source`, an open file or `-`."
  (setv [file name] [(if (= source "-") sys.stdin.buffer source) (_name source)])
  (try
    (setv nothing (.read file 0))
    (unless (isinstance nothing #(str bytes))
      (refuse f"{name}: its `read` returned {(clip (repr nothing))}; give a file that is open for "
        "reading, or the text itself as `text`" :kind TypeError))
    (when (isinstance nothing str) (return (yield :from (file-chunks file))))
    (return (yield :from (_read-bytes file (_named name (getattr file "name" "") reading))))
    (except [[BeyondLimit NotText]] (raise))
    (except [error [OSError ValueError]] (refuse f"can't read {name}: " error))))


(defn _read-bytes [file reading [packed False]]
  "Read `file` (binary); unless it is a pipe, add its SHA-256 to those that `reading` wants."
  (import lstm-textgen.text.documents.readers [read-any])  ; here, as it takes 50 ms
  (setv summary (yield :from
    (read-any (if packed (Bounded (gzip.open file) (Budget reading)) file) reading)))
  (when (and (is-not reading.digests None) (< (len reading.digests) MOST-DIGESTS)
      (hasattr file "seekable") (.seekable file))
    (setv digest (hashlib.sha256))
    (.seek file 0)
    (for [chunk (file-chunks file)] (.update digest chunk))
    (.append reading.digests (.hexdigest digest)))
  summary)
