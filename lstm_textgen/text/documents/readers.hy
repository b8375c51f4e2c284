"The table of readers: the kinds of documents, how each is recognized and what reads it."

(eval-when-compile (require hyrule [unless]  lstm-textgen.basics.forms [defrecord]))
(import
  collections.abc [Callable]
  contextlib [contextmanager]
  dataclasses [replace]
  io [BytesIO]
  itertools [chain]
  os
  os.path [splitext]
  re
  tempfile [SpooledTemporaryFile]
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.basics.values [clip counted]
  lstm-textgen.text.decoding [NotText decode-plain]
  lstm-textgen.text.documents.archives [Archive DAMAGES]
  lstm-textgen.text.documents.columns [listed tested?]
  lstm-textgen.text.documents.entries [fortunes? mbox? read-fortunes read-mbox
    read-notebook read-subtitles subtitles?]
  lstm-textgen.text.documents.exports [POSTS-FILE chat? find-export read-export]
  lstm-textgen.text.documents.markdown [MARKDOWN UNREAD markdown-text]
  lstm-textgen.text.documents.office [read-docx read-odt read-rtf]
  lstm-textgen.text.documents.pdf [read-pdf]
  lstm-textgen.text.documents.reading [BeyondLimit Budget Document HEAD IN-MEMORY Reading
    Summary about-skipped cleaned-chunks file-chunks first-text joined read-whole
    lines-in refuse-damaged refuse-locked sound-documents]
  lstm-textgen.text.documents.sheets [read-sheet read-zipped-sheet]
  lstm-textgen.text.documents.tables [CSV-ENDINGS JSON-ENDINGS columns-of read-table]
  lstm-textgen.text.documents.web [read-epub read-html]
  lstm-textgen.text.download [QUOTED])

(setv
  MOST-TRIED 1000  ; members of an archive that are looked at, to find chats and posts
  HIDDEN r"(?:^|/)\.|^__MACOSX/|/$"  ; names of folders, and of members that nobody reads
  TABLES [#* CSV-ENDINGS #* JSON-ENDINGS]
  ;; What is more markup than text, by its beginning; it is read as plain text.
  DATA {
    "JSON" r"\s*(?:\{\s*[\"}]|\[\s*[{\"]|\[\s*\[\s*[\"\d-])"
    "XML or HTML" r"(?is)\s*<(?:\?xml\s|!doctype\s|[a-z][\w:.-]*(?:\s[^<>]*)?>.*</)"
    "a saved page or mail in MIME" r"(?ims)[\w-]+: .{0,2000}^content-type:\s*multipart/"}
  ;; A page is recognized by its beginning only where no ending says that it is plain text.
  PAGE (re.compile r"\s*(?:<\?xml[^>]*>\s*)?(?><!--.*?-->\s*)*+<(?:!doctype html|html)\b"
    (| re.IGNORECASE re.DOTALL)))


(defrecord Reader
  #[[A kind of document.

  - `kind`: what messages call it.
  - `read`: a function of a file and a `Reading`; it yields the text and returns a `Summary`.
  - A file is one if its bytes begin with `begins`, its ending is among `endings`, or `sniffs?` of
    its first bytes, their text and the `Reading` is true.
  - `errors`: what libraries raise for a damaged one; `people?`: whether it may have people.]] [
    #^ str kind
    #^ Callable read
    #^ bytes [begins #()]  ; of which `startswith` finds none
    #^ list [endings #()]
    #^ Callable [sniffs? (fn [head text reading] False)]
    #^ tuple [errors #()]
    #^ bool [people? False]])


;; * Readers that find another one

(defn read-zip [file reading]
  "Yield the text of the document, or of the texts, in the zip archive in `file`."
  (setv
    archive (Archive file reading)
    mime (if (in "mimetype" archive.names)
      (.decode (.strip (.read (.open archive "mimetype") 200)) "ascii" "replace")
      "")
    [_ _ open-document] (.partition mime "vnd.oasis.opendocument.")  ; such as text, or none
    begins? (fn [start] (any (gfor name archive.names (.startswith name start)))))
  (setv read (cond
    (begins? "word/") read-docx
    (.startswith open-document "text") read-odt
    (or (begins? "xl/") (.startswith open-document "spreadsheet")) read-zipped-sheet
    (in "META-INF/container.xml" archive.names) read-epub
    (or mime (begins? "ppt/"))
      (raise (NotText f"{reading.name} can't be read: it is of type {(or mime "pptx")}"))
    (begins? "Index/")
      (raise (NotText f"{reading.name} is a document of Pages, not text; export it as .docx"))
    reading.budget (raise (NotText f"{reading.name} is a zip archive in another; unpack it"))
    True (return (_read-members archive))))  ; plain text stays as it is
  (_check-only reading False)
  (cleaned-chunks (read archive) reading))


(defn read-ole [file reading]
  "Yield the text of the old workbook in `file`; raise `NotText` for another old document."
  (setv data (read-whole file reading))
  (when (in (.encode "EncryptedPackage" "utf-16-le") data) (refuse-locked reading))
  (when (!= reading.ending ".xls")
    (raise (NotText (+ f"{reading.name} is an old Office document or a message of Outlook, not "
      "plain text; save it as .docx, .xlsx or .txt and give that"))))
  (read-sheet data reading))


(defn _read-members [archive]
  "Yield the text of the chats and posts in `archive`; without any, of all texts and documents."
  (setv
    reading archive.reading
    names (lfor name (sorted archive.names) :if (not (re.search HIDDEN name)) name)
    tried (lfor
      name names
      :if (or (in (_ending name) [".txt" ".json" ".html"]) (re.search POSTS-FILE name))
      name)
    talks (lfor
      name (cut tried MOST-TRIED)
      :setv text (first-text (.read (.open archive name) HEAD) reading)
      :if (find-export text)
      name)
    names (or talks names)
    [read skipped] [[] {}]
    members (gfor name names (Document name (_read-member archive name)))
    budget (Budget reading))  ; of all the text, of which PDFs may hold more than of bytes
  (for [chunk (joined (gfor
      document (sound-documents members skipped)
      :do (.append read document)
      document))]
    (.spend budget (len chunk))
    (yield chunk))
  (unless (or read (tested? reading.where))
    (refuse f"{reading.name} is a zip archive without {reading.encoding} text"
      (next (gfor reason (.values skipped) [": " reason]) "") :kind NotText))
  (setv
    parts (tuple (gfor each read :if each.summary #(each.name each.summary)))
    [line reasons] (about-skipped skipped (len names) reading.name reading.encoding))
  (if (= 1 (len read) (len names) (len parts))
    (get parts 0 1)
    (Summary (Message f"zip archive, {(counted (len read) "texts")}{(if line f"; {line}" "")}"
        #* (gfor reason reasons word ["; skipped: " reason] word))
      :parts parts)))


(defn _read-member [archive name]
  "Yield the text of the member `name` of `archive`; return what `read-any` does."
  (yield :from (read-any (.open archive name) (replace archive.reading
    :name f"{(clip (repr name) QUOTED)} in {archive.reading.name}"
    :ending (_ending name)
    :budget archive.budget))))


(defn _ending [name]
  "Return the file extension in `name` in lower case, such as `.txt`."
  (.lower (get (splitext name) 1)))


;; * The table: the first reader that knows a file reads it

(setv READERS {
  "zip" (Reader "a document or an archive" read-zip :begins #(b"PK\x03\x04" b"PK\x05\x06")
    :errors DAMAGES :people? True)
  "pdf" (Reader "a PDF" read-pdf :begins b"%PDF-" :errors #(ValueError)
    :sniffs? (fn [head text reading]
      (and (= reading.ending ".pdf") (in b"%PDF-" (cut head 1024)))))
  "rtf" (Reader "an RTF document" read-rtf :begins b"{\\rtf"
    :errors #(LookupError OverflowError TypeError ValueError))
  "ole" (Reader "a workbook" read-ole :begins b"\xd0\xcf\x11\xe0" :errors #(ValueError))
  "mail" (Reader "a mailbox" read-mbox :endings [".mbox" ".eml"] :people? True
    :sniffs? (fn [head text reading] (mbox? head)))
  "notebook" (Reader "a notebook" read-notebook :endings [".ipynb"]
    :errors #(AttributeError KeyError RecursionError TypeError ValueError))
  "subtitles" (Reader "subtitles" read-subtitles
    :sniffs? (fn [head text reading] (subtitles? text reading.ending)))
  "table" (Reader "a table" read-table :errors #(RecursionError ValueError)
    :sniffs? (fn [head text reading]
      (and (or reading.column reading.where) (in reading.ending [#* TABLES ""]))))
  "chat" (Reader "a chat" read-export :people? True
    :sniffs? (fn [head text reading] (chat? text)))
  "posts" (Reader "an archive of posts" read-export
    ;; They are no table.
    :sniffs? (fn [head text reading]
      (and (not (or reading.column reading.where)) (find-export text))))
  "fortunes" (Reader "a fortune file" read-fortunes
    :sniffs? (fn [head text reading]
      (and (not (or reading.column reading.where)) (fortunes? text))))
  "page" (Reader "a web page" read-html :endings [".html" ".htm" ".xhtml"]
    :sniffs? (fn [head text reading]
      (and (in reading.ending ["" ".php" ".asp" ".aspx"]) (.match PAGE text))))})


(defn read-any [file reading]
  "Yield the text of `file` (binary), plain text or a document; return a `Summary` or None."
  (setv
    head (.read file MB)
    start (cut head HEAD)
    text (first-text start reading)
    knows? (fn [each] (or
      (.startswith start each.begins)
      (in reading.ending each.endings)
      (.sniffs? each start text reading)))
    reader (when head (next (filter knows? (.values READERS)) None)))
  (when head (_check-only reading (and reader reader.people?)))
  (unless reader (return (yield :from (_read-as-plain head text file reading))))
  (with [whole (_seekable file head reading)]
    (return (yield :from (read-document reader whole reading)))))


(defn _read-as-plain [head text file reading]
  "Yield the plain text of `head` (bytes) and `file`; return a `Summary` or None; refuse a table."
  (setv
    columns (if (in reading.ending TABLES) (columns-of text reading.ending) [])
    kinds (lfor [kind pattern] (.items DATA)
      :if (and (not-in reading.ending MARKDOWN) (re.match pattern text))
      kind))
  (when (or (> (len columns) 1) (and columns kinds))
    (setv template (.join ": " (gfor
      [n name] (enumerate (cut columns 2) 1)
      f"{{{(if (re.fullmatch r"[\w ]{1,30}" name) name n)}}}")))
    (refuse f"{reading.name} is a table; to read one column give " 'column ": "
      (listed columns)
      (if (> (len columns) 1) f"; to read several, a template such as '{template}'" "")
      "; to read it as plain text, rename it to .txt"
      :kind NotText))
  (setv said (yield :from (_plain-text head file reading)))
  (when kinds (.append said f"read as plain text, though it looks like {(get kinds 0)}"))
  (when said (Summary (Message #* (cut (lfor each said word ["; " each] word) 1 None)))))


(defn _plain-text [head file reading]
  "Yield the plain text of the bytes `head` and of `file`; return a list of words about it."
  (setv text (decode-plain reading.name head (file-chunks file) reading.encoding))
  (when (not-in reading.ending MARKDOWN) (return (yield :from text)))
  (setv
    document (Document reading.name text)
    shorter (yield :from (markdown-text (lines-in document reading))))
  [#* (or document.summary []) #* (if shorter [UNREAD] [])])


(defn _check-only [reading people?]
  "Raise `NotText` if the `reading` has `only`, but the document no people."
  (when (and reading.only (not people?))
    (refuse f"{reading.name} is not a chat or mailbox, so " 'only " doesn't apply to it"
      :kind NotText)))


(defn [contextmanager] _seekable [file head reading]
  "Yield `file`, whose first bytes `head` are read, rewound, or a copy of it."
  (if (and (hasattr file "seekable") (.seekable file))
    (do
      (.seek file (- (len head)) os.SEEK-CUR)
      (yield file))
    (with [copy (SpooledTemporaryFile IN-MEMORY)]
      (setv budget (Budget reading))
      (for [data (chain [head] (file-chunks file))]
        (.spend budget (len data))
        (.write copy data))
      (.seek copy 0)
      (yield copy))))


(defn read-document [reader file reading]
  #[[Yield the text of `file` (seekable, binary) as `reader` reads it; return a `Summary`.

  Raise `NotText` for a damaged file, `BeyondLimit` for one that is too large, `OSError` for one
  that can't be read, `ImportError` if a library is missing.]]
  (try
    (setv chunks (.read reader file reading))
    (yield :from (if (is reader.read read-zip) chunks (cleaned-chunks chunks reading)))
    (except [[BeyondLimit ImportError NotText]] (raise))
    (except [error reader.errors] (refuse-damaged reading reader.kind error))))


(defn document-text [kind text column]
  "Return what the reader of this `kind` extracts from a document given as the string `text`."
  (setv file (BytesIO (.encode text "utf-8" "replace")))
  (.join "" (read-document (get READERS kind) file (Reading :column column))))
