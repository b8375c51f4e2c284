"The table of readers: the kinds of documents, how each is recognised and what reads it."

(eval-when-compile (require hyrule [unless]))
(import
  collections.abc [Callable]
  dataclasses [dataclass replace]
  io [BytesIO]
  os.path [splitext]
  re
  lstm-textgen.basics.values [clip]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.archives [Archive DAMAGES XML-DAMAGES]
  lstm-textgen.text.documents.entries [columns-of read-notebook read-subtitles read-table
    subtitles?]
  lstm-textgen.text.documents.exports [Folder find-export read-slack slack?]
  lstm-textgen.text.documents.loglines [find-service read-log]
  lstm-textgen.text.documents.mail [mbox? read-mbox]
  lstm-textgen.text.documents.office [read-docx read-odt read-rtf]
  lstm-textgen.text.documents.pdf [read-pdf]
  lstm-textgen.text.documents.reading [BeyondLimit HEAD Reading Understood batched not-a]
  lstm-textgen.text.documents.web [read-epub read-html])

(setv
  MOST-TRIED 1000  ; members of an archive that are looked at, to find a chat
  CHAT-ENDINGS [".txt" ".json" ".md" ".html"]
  MIMETYPE "mimetype"
  ODT "application/vnd.oasis.opendocument.text"
  ;; Archives that can't be read, by how their members' names begin.
  OTHERS {
    "Index/" ["a document of Pages" "export it as .docx"]
    "xl/" ["a spreadsheet" "save the sheet as .csv"]
    "ppt/" ["a presentation" "save its text as a .txt file"]}
  TABLES [".csv" ".tsv"]
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
  "Yield the text of the document in the zip archive in `file`; return an `Understood`."
  (setv
    archive (Archive file reading)
    mime (if (in MIMETYPE archive.names)
      (.decode (.strip (.read (.open archive MIMETYPE) 200)) "ascii" "replace")
      "")
    begins? (fn [start] (any (gfor name archive.names (.startswith name start)))))
  (cond
    (begins? "word/") (yield :from (read-docx archive))
    (.startswith mime ODT) (yield :from (read-odt archive))
    (in "META-INF/container.xml" archive.names) (yield :from (read-epub archive))
    (slack? archive.names) (yield :from (read-slack archive))
    True (do
      (for [[start [kind advice]] (.items OTHERS) :if (begins? start)]
        (raise (NotText f"{reading.name} is {kind}, not text; {advice}")))
      (when mime
        (raise (NotText f"{reading.name} can't be read: it is of type {mime}")))
      (yield :from (_read-zipped-chat archive)))))


(defn _read-zipped-chat [archive]
  "Yield the text of the one chat in `archive`; return what was understood."
  (setv
    found []
    names (lfor
      name (sorted archive.names)
      :setv ending (.lower (get (splitext name) 1))
      :if (and (in ending CHAT-ENDINGS) (not (.startswith name "__MACOSX")))
      [name ending]))
  (for [[name ending] (cut names MOST-TRIED)]
    (setv
      reading (replace archive.reading :ending ending)
      head (.read (.open archive name) HEAD)
      chat (_find-chat (.decode head reading.encoding "ignore") ending))
    (when chat (.append found [name reading #* chat])))
  (unless (= (len found) 1)
    (raise (NotText (+ f"{archive.reading.name} is a zip archive "
      (if found f"with {(len found)} chats" "without a chat or document")
      "; unpack it and give its files or the folder"))))
  (setv [[name reading service read]] found)
  (yield :from (read (.open archive name) reading service)))


(defn _page? [head text reading]
  "Return whether a file is a web page."
  (or
    (in reading.ending PAGES)
    (and (in reading.ending ["" ".php" ".asp" ".aspx"]) (bool (.match PAGE text)))))


(defn _read-chat [file reading]
  "Yield the text of the chat in `file`; return an `Understood`."
  (setv chat (_find-chat (.decode (.read file HEAD) reading.encoding "ignore") reading.ending))
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
    :errors #(#* DAMAGES #* XML-DAMAGES) :by-person True)
  ;; pypdf raises whatever a damaged file leads to: AttributeError, KeyError, RecursionError, …
  "pdf" (Reader "a PDF" read-pdf (fn [head text reading]
      (or (.startswith head b"%PDF-")
        (and (= reading.ending ".pdf") (in b"%PDF-" (cut head 1024)))))
    :errors #(Exception))
  "rtf" (Reader "an RTF document" read-rtf
    (fn [head text reading] (.startswith head b"{\\rtf"))
    :errors #(IndexError LookupError OverflowError TypeError ValueError))
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


(defn find-reader [head reading]
  #[[Return the `Reader` of a file that begins with the bytes `head`, or None if it is plain text.

  Raise `NotText` if the reading's `only` or `column` doesn't apply to such a file.]]
  (setv
    text (.decode head reading.encoding "ignore")
    reader (next (gfor each (.values READERS) :if (.knows? each head text reading) each) None))
  (when (and reading.only (not (and reader reader.by-person)))
    (raise (NotText f"{reading.name} is not a chat or mailbox, so `only` doesn't apply to it")))
  (when (and reading.column (not (and reader reader.by-column)))
    (raise (NotText f"{reading.name} is not a table, so `column` doesn't apply to it")))
  reader)


(defn about-plain [head reading]
  "Return an `Understood` that names the columns of a table read as plain text, otherwise None."
  (setv columns (columns-of (.decode head reading.encoding "ignore") reading.ending))
  (when (and (in reading.ending TABLES) (> (len columns) 1))
    (Understood (+ "read as plain text; to read one column give `column`: "
      (clip (.join ", " columns) 200)))))


(defn read-document [reader file reading]
  #[[Yield the text of `file` (seekable, binary) as `reader` reads it; return an `Understood`.

  Raise `NotText` for a damaged file, `BeyondLimit` for one that is too large, `OSError` for one
  that can't be read, `ImportError` if a library is missing.]]
  (try
    (yield :from (batched (.read reader file reading)))
    (except [[BeyondLimit ImportError NotText]] (raise))
    (except [error reader.errors]
      (raise (NotText (not-a reading reader.kind (str error))) :from error))))


(defn read-slack-folder [path reading]
  "Yield the text of the Slack export in the folder at `path`; return an `Understood`."
  (yield :from (batched (read-slack (Folder path reading)))))


(defn document-text [kind text [column None]]
  #[[Return what the reader of this `kind` extracts from a document given as the string `text`.

  Raise `ValueError` if it isn't such a document.]]
  (setv
    reader (get READERS kind)
    reading (Reading :column column)
    pieces (read-document reader (BytesIO (.encode text "utf-8" "replace")) reading))
  (.join "" pieces))
