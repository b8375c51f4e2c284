"The table of readers: the kinds of documents, how each is recognised and what reads it."

(eval-when-compile (require hyrule [unless]))
(import
  collections.abc [Callable]
  contextlib [contextmanager]
  dataclasses [dataclass replace]
  io [BytesIO]
  itertools [chain]
  os
  os.path [splitext]
  re
  tempfile [SpooledTemporaryFile]
  lstm-textgen.basics.values [clip counted]
  lstm-textgen.text.decoding [CHUNK NotText decode]
  lstm-textgen.text.documents.archives [Archive DAMAGES XML-DAMAGES]
  lstm-textgen.text.documents.entries [columns-of read-notebook read-subtitles read-table
    subtitles?]
  lstm-textgen.text.documents.exports [Folder find-export read-slack slack?]
  lstm-textgen.text.documents.loglines [find-service read-log]
  lstm-textgen.text.documents.mail [mbox? read-mbox]
  lstm-textgen.text.documents.office [read-docx read-odt read-ole read-rtf]
  lstm-textgen.text.documents.pdf [read-pdf]
  lstm-textgen.text.documents.reading [BeyondLimit Budget HEAD IN-MEMORY Reading Understood
    about-skipped batched chunks first-text joined not-a noting sound-texts]
  lstm-textgen.text.documents.web [read-epub read-html]
  lstm-textgen.text.download [QUOTED])

(setv
  MOST-TRIED 1000  ; members of an archive that are looked at, to find a chat
  CHAT-ENDINGS [".txt" ".json" ".md" ".html"]
  HIDDEN r"(?:^|/)\.|^__MACOSX/"  ; names of members that nobody reads
  MIMETYPE "mimetype"
  ODT "application/vnd.oasis.opendocument.text"
  ;; Archives that can't be read, by how their members' names begin.
  OTHERS {
    "Index/" ["a document of Pages" "export it as .docx"]
    "xl/" ["a spreadsheet" "save the sheet as .csv"]
    "ppt/" ["a presentation" "save its text as a .txt file"]}
  TABLES [".csv" ".tsv"]
  ;; What is more markup than text, by its beginning; it is read as plain text.
  DATA {
    "JSON" r"\s*(?:\{\s*[\"}]|\[\s*[{\"]|\[\s*\[\s*[\"\d-])"
    "XML or HTML" r"(?is)\s*<(?:\?xml\s|!doctype\s|[a-z][\w:.-]*(?:\s[^<>]*)?>.*</)"
    "a saved page or mail in MIME" r"(?ims)[\w-]+: .{0,2000}^content-type:\s*multipart/"
    "subtitles of Aegisub" r"(?i)\s*\[script info\]"}
  PAGES [".html" ".htm" ".xhtml"]
  ;; A page is recognised by its beginning only where no ending says that it is plain text.
  PAGE (re.compile r"\s*(?:<\?xml[^>]*>\s*)?(?><!--.*?-->\s*)*+<(?:!doctype html|html)\b"
    (| re.IGNORECASE re.DOTALL)))


(defclass [(dataclass :frozen True)] Reader []
  #[[A kind of document.

  - `kind`: what messages call it; `read`: a function of a file and a `Reading`.
  - `knows?`: whether a file is one, given its first bytes, their text and the `Reading`.
  - `errors`: what libraries raise for a damaged one.
  - `by-person`, `by-column`: whether `only` or `column` applies to it.]]
  #^ str kind
  #^ Callable read
  #^ Callable knows?
  (setv
    #^ tuple errors #()
    #^ bool by-person False
    #^ bool by-column False))


(defn read-zip [file reading]
  "Yield the text of the document, or of the texts, in the zip archive in `file`."
  (setv
    archive (Archive file reading)
    read (_zip-reader archive)
    several (is read _read-members))
  (check-options reading :by-person (or several (is read read-slack)) :by-column several)
  ;; Plain text stays as it is.
  (yield :from (if several (read archive) (batched (read archive) archive.reading))))


(defn _zip-reader [archive]
  "Return the function that reads `archive`; raise `NotText` if there is none."
  (setv
    name archive.reading.name
    mime (if (in MIMETYPE archive.names)
      (.decode (.strip (.read (.open archive MIMETYPE) 200)) "ascii" "replace")
      "")
    begins? (fn [start] (any (gfor name archive.names (.startswith name start)))))
  (for [[start [kind advice]] (.items OTHERS) :if (begins? start)]
    (raise (NotText f"{name} is {kind}, not text; {advice}")))
  (cond
    (begins? "word/") (fn [archive] (read-docx archive (fn [name] (_inserted archive name))))
    (.startswith mime ODT) read-odt
    (in "META-INF/container.xml" archive.names) read-epub
    (slack? archive.names) read-slack
    mime (raise (NotText f"{name} can't be read: it is of type {mime}"))
    archive.reading.budget (raise (NotText f"{name} is a zip archive in another; unpack it"))
    True _read-members))


(defn _read-members [archive]
  #[[Yield the text of the chats in `archive`; without any, of all texts and documents.

  Return an `Understood`; raise `NotText` if there is no text.]]
  (setv
    reading archive.reading
    names (lfor
      name (sorted archive.names)
      :if (not (or (.endswith name "/") (re.search HIDDEN name)))
      name)
    names (or (_chats-in archive names) names)
    [read parts skipped] [[] [] {}]
    texts (sound-texts (gfor name names #(name (_read-member archive name))) skipped)
    budget (Budget reading))  ; of all the text, of which PDFs may hold more than of bytes
  (for [piece (joined (gfor
      [name pieces] texts
      :do (.append read name)
      (noting name (fn [name understood] (.append parts #(name understood))) pieces)))]
    (.spend budget (len piece))
    (yield piece))
  (unless read
    (setv why (.join "" (gfor reason (cut (list (.values skipped)) 1) f": {reason}")))
    (raise (NotText f"{reading.name} is a zip archive without {reading.encoding} text{why}")))
  (when (= 1 (len read) (len names) (len parts)) (return (get parts 0 1)))
  (setv about (if skipped
    (+ "; " (about-skipped skipped (len names) reading.name reading.encoding))
    ""))
  (Understood f"zip archive, {(counted (len read) "texts")}{about}" :parts (tuple parts)))


(defn _chats-in [archive names]
  "Return those of `names` whose members in `archive` are chats."
  (lfor
    name (cut (lfor name names :if (in (_ending name) CHAT-ENDINGS) name) MOST-TRIED)
    :setv head (.read (.open archive name) HEAD)
    :if (_find-chat (first-text head archive.reading) (_ending name))
    name))


(defn _read-member [archive name]
  "Yield the text of the member `name` of `archive`; return what was understood, or None."
  (yield :from (read-any (.open archive name) (replace archive.reading
    :name f"{(clip (repr name) QUOTED)} in {archive.reading.name}"
    :ending (_ending name)
    :budget archive.budget))))


(defn _inserted [archive name]
  "Return the text of the member `name` of a document, unless that is itself within another."
  (setv text [])
  (for [piece (if archive.reading.budget [] (_read-member archive name))]
    (.spend archive.budget (len piece))
    (.append text piece))
  (.join "" text))


(defn _ending [name]
  "Return the file extension in `name` in lower case, such as `.txt`; that of mail for .mht."
  (setv ending (.lower (get (splitext name) 1)))
  (if (in ending [".mht" ".mhtml"]) ".eml" ending))


(defn _page? [head text reading]
  "Return whether a file is a web page."
  (or
    (in reading.ending PAGES)
    (and (in reading.ending ["" ".php" ".asp" ".aspx"]) (bool (.match PAGE text)))))


(defn _read-chat [file reading]
  "Yield the text of the chat in `file`; return an `Understood`."
  (setv chat (_find-chat (first-text (.read file HEAD) reading) reading.ending))
  (.seek file 0)
  (unless chat
    (raise (NotText f"{reading.name} is not a chat in a known format")))
  (setv [service read] chat)
  (yield :from (read file reading service)))


(defn _find-chat [text ending]
  "Return #(service reader) for a chat that begins with `text`, in a file with this `ending`."
  (or (find-export text) (when (setx service (find-service text ending)) #(service read-log))))


;; The first reader that knows a file reads it.
(setv READERS {
  "zip" (Reader "a document or an archive" read-zip
    (fn [head text reading] (.startswith head b"PK\x03\x04"))
    :errors #(#* DAMAGES #* XML-DAMAGES) :by-person True :by-column True)
  "pdf" (Reader "a PDF" read-pdf (fn [head text reading]
      (or (.startswith head b"%PDF-")
        (and (= reading.ending ".pdf") (in b"%PDF-" (cut head 1024)))))
    :errors #(ValueError))
  "rtf" (Reader "an RTF document" read-rtf
    (fn [head text reading] (.startswith head b"{\\rtf"))
    :errors #(IndexError LookupError OverflowError TypeError ValueError))
  "ole" (Reader "a document" read-ole
    (fn [head text reading] (.startswith head b"\xd0\xcf\x11\xe0")))
  "mail" (Reader "a mailbox" read-mbox
    (fn [head text reading] (or (in reading.ending [".mbox" ".eml"]) (mbox? head)))
    :by-person True)
  "notebook" (Reader "a notebook" read-notebook
    (fn [head text reading] (= reading.ending ".ipynb")))
  "subtitles" (Reader "subtitles" read-subtitles
    (fn [head text reading] (subtitles? text reading.ending)))
  "table" (Reader "a table" read-table
    (fn [head text reading] (and reading.column (in reading.ending TABLES))) :by-column True)
  "chat" (Reader "a chat" _read-chat
    (fn [head text reading] (bool (_find-chat text reading.ending)))
    :by-person True)
  "page" (Reader "a web page" read-html _page?)})


(defn read-any [file reading]
  "Yield the text of `file` (binary), plain text or a document; return an `Understood` or None."
  (setv
    head (.read file CHUNK)
    start (cut head HEAD)
    reader (when head (find-reader start reading)))
  (if reader
    (with [whole (_seekable file head reading)]
      (return (yield :from (read-document reader whole reading))))
    (yield :from (decode reading.name (chain (if head [head] []) (chunks file))
      reading.encoding)))
  (about-plain start reading))


(defn find-reader [head reading]
  #[[Return the `Reader` of a file that begins with the bytes `head`, or None if it is plain text.

  Raise `NotText` if the reading's `only` or `column` doesn't apply to such a file.]]
  (setv
    text (first-text head reading)
    reader (next (gfor each (.values READERS) :if (.knows? each head text reading) each) None))
  (check-options reading
    :by-person (and reader reader.by-person)
    :by-column (and reader reader.by-column))
  reader)


(defn check-options [reading by-person by-column]
  "Raise `NotText` if the `reading` has `only` or `column` and is by neither persons nor columns."
  (when (and reading.only (not by-person))
    (raise (NotText f"{reading.name} is not a chat or mailbox, so `only` doesn't apply to it")))
  (when (and reading.column (not by-column))
    (raise (NotText f"{reading.name} is not a table, so `column` doesn't apply to it"))))


(defn about-plain [head reading]
  "Return an `Understood` about plain text that looks like a table or other data, otherwise None."
  (setv
    text (first-text head reading)
    columns (if (in reading.ending TABLES) (columns-of text reading.ending) []))
  (when (> (len columns) 1)
    (return (Understood (+ "read as plain text; to read one column give `column`: "
      (clip (.join ", " columns) 200)))))
  (for [[kind pattern] (.items DATA)
        :if (and (!= reading.ending ".md") (re.match pattern text))]
    (return (Understood f"read as plain text, though it looks like {kind}"))))


(defn [contextmanager] _seekable [file head reading]
  "Yield `file`, whose first bytes `head` are read, rewound, or a copy of it."
  (if (and (hasattr file "seekable") (.seekable file))
    (do
      (.seek file (- (len head)) os.SEEK-CUR)
      (yield file))
    (with [copy (SpooledTemporaryFile IN-MEMORY)]
      (setv budget (Budget reading))
      (for [data (chain [head] (chunks file))]
        (.spend budget (len data))
        (.write copy data))
      (.seek copy 0)
      (yield copy))))


(defn read-document [reader file reading]
  #[[Yield the text of `file` (seekable, binary) as `reader` reads it; return an `Understood`.

  Raise `NotText` for a damaged file, `BeyondLimit` for one that is too large, `OSError` for one
  that can't be read, `ImportError` if a library is missing.]]
  (setv pieces (.read reader file reading))
  (try
    (yield :from (if (is reader.read read-zip) pieces (batched pieces reading)))
    (except [[BeyondLimit ImportError NotText]] (raise))
    (except [error reader.errors]
      (raise (NotText (not-a reading reader.kind (str error))) :from error))))


(defn read-slack-folder [path reading]
  "Yield the text of the Slack export in the folder at `path`; return an `Understood`."
  (yield :from (batched (read-slack (Folder path reading)) reading)))


(defn document-text [kind text [column None]]
  #[[Return what the reader of this `kind` extracts from a document given as the string `text`.

  Raise `ValueError` if it isn't such a document.]]
  (setv
    reader (get READERS kind)
    reading (Reading :column column)
    pieces (read-document reader (BytesIO (.encode text "utf-8" "replace")) reading))
  (.join "" pieces))
