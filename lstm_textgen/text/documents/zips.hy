"Tells what a zip archive is: a Word document, an e-book, a chat export or nothing readable."

(eval-when-compile (require hyrule [unless]))
(import
  dataclasses [replace]
  os.path [splitext]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.archives [Archive]
  lstm-textgen.text.documents.exports [find-export read-slack slack?]
  lstm-textgen.text.documents.loglines [find-service read-log]
  lstm-textgen.text.documents.office [read-docx read-odt]
  lstm-textgen.text.documents.reading [HEAD]
  lstm-textgen.text.documents.web [read-epub])

(setv
  MOST-TRIED 1000  ; members that are looked at, to find a chat
  CHAT-ENDINGS [".txt" ".json" ".md" ".html"]
  MIMETYPE "mimetype"
  ODT "application/vnd.oasis.opendocument.text"
  ;; Archives that can't be read, by how their members' names begin.
  OTHERS {
    "Index/" ["a document of Pages" "export it as .docx"]
    "xl/" ["a spreadsheet" "save the sheet as .csv"]
    "ppt/" ["a presentation" "save its text as a .txt file"]})


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


(defn chat-of [head reading]
  "Return #(service reader) for a chat that begins with the bytes `head`, or None."
  (setv
    text (.decode head reading.encoding "ignore")
    service (find-service text reading.ending))
  (or (find-export text) (when service #(service read-log))))


(defn _read-zipped-chat [archive]
  "Yield the text of the one chat in `archive`; return what was understood."
  (setv
    found []
    names (lfor
      name (sorted archive.names)
      :if (and (in (_ending name) CHAT-ENDINGS) (not (.startswith name "__MACOSX")))
      name))
  (for [name (cut names MOST-TRIED)]
    (setv
      reading (replace archive.reading :ending (_ending name))
      chat (chat-of (.read (.open archive name) HEAD) reading))
    (when chat (.append found [name reading #* chat])))
  (unless (= (len found) 1)
    (raise (NotText (+ f"{archive.reading.name} is a zip archive "
      (if found f"with {(len found)} chats" "without a chat or document")
      "; unpack it and give its files or the folder"))))
  (setv [[name reading service read]] found)
  (yield :from (read (.open archive name) reading service)))


(defn _ending [name]
  "Return the ending of the name of a member, in lower case."
  (.lower (get (splitext name) 1)))
