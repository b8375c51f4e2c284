"The table of readers: the kinds of documents, how each is recognised and what reads it."

(eval-when-compile (require hyrule [unless]))
(import
  collections.abc [Callable]
  dataclasses [dataclass]
  io [BytesIO]
  re
  lstm-textgen.basics.values [clip]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.archives [DAMAGES XML-DAMAGES]
  lstm-textgen.text.documents.entries [columns-of read-notebook read-subtitles read-table
    subtitles?]
  lstm-textgen.text.documents.exports [Folder read-slack]
  lstm-textgen.text.documents.mail [mbox? read-mbox]
  lstm-textgen.text.documents.pdf [read-pdf]
  lstm-textgen.text.documents.reading [BeyondLimit HEAD Reading Understood batched not-a]
  lstm-textgen.text.documents.rtf [read-rtf]
  lstm-textgen.text.documents.web [read-html]
  lstm-textgen.text.documents.zips [chat-of read-zip])

(setv
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


(defn _ends [#* endings]
  "Return a function that tells whether a file's name ends in one of `endings`."
  (fn [head text reading] (in reading.ending endings)))


(defn _begins [bytes]
  "Return a function that tells whether a file begins with `bytes`."
  (fn [head text reading] (.startswith head bytes)))


(defn _page? [head text reading]
  "Return whether a file is a web page."
  (or
    (in reading.ending PAGES)
    (and (in reading.ending ["" ".php" ".asp" ".aspx"]) (bool (.match PAGE text)))))


(defn _read-chat [file reading]
  "Yield the text of the chat in `file`; return an `Understood`."
  (setv chat (chat-of (.read file HEAD) reading))
  (.seek file 0)
  (unless chat
    (raise (NotText f"{reading.name} is not a chat in a known format")))
  (setv [service read] chat)
  (yield :from (read file reading service)))


;; The first reader that knows a file reads it.
(setv READERS {
  "zip" (Reader "a document or an archive" read-zip (_begins b"PK\x03\x04")
    :errors #(#* DAMAGES #* XML-DAMAGES) :by-person True)
  ;; pypdf raises whatever a damaged file leads to: AttributeError, KeyError, RecursionError, …
  "pdf" (Reader "a PDF" read-pdf (fn [head text reading]
      (or (.startswith head b"%PDF-")
        (and (= reading.ending ".pdf") (in b"%PDF-" (cut head 1024)))))
    :errors #(Exception))
  "rtf" (Reader "an RTF document" read-rtf (_begins b"{\\rtf")
    :errors #(IndexError LookupError OverflowError TypeError ValueError))
  "mail" (Reader "a mailbox" read-mbox
    (fn [head text reading] (or (in reading.ending [".mbox" ".eml"]) (mbox? head)))
    :by-person True)
  "notebook" (Reader "a notebook" read-notebook (_ends ".ipynb"))
  "subtitles" (Reader "subtitles" read-subtitles
    (fn [head text reading] (subtitles? text reading.ending)))
  "table" (Reader "a table" read-table
    (fn [head text reading] (and reading.column (in reading.ending TABLES))) :by-column True)
  "chat" (Reader "a chat" _read-chat (fn [head text reading] (bool (chat-of head reading)))
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
  (setv columns (if (in reading.ending TABLES)
    (columns-of (.decode head reading.encoding "ignore") reading.ending)
    []))
  (when (> (len columns) 1)
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
