"Word's .docx, OpenDocument's .odt and .rtf: a line for each paragraph and table row."

(eval-when-compile (require hyrule [->> meth unless]))
(import
  collections [deque]
  posixpath
  re
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.decoding [NotText decode]
  lstm-textgen.text.documents.archives [read-elements target xml-events]
  lstm-textgen.text.documents.reading [Understood check-line locked one-line read-whole])

(setv
  OFF ["0" "false" "off"]  ; how Word writes that a property isn't set
  MOST-SPACES 100  ; that one OpenDocument element stands for
  ELEMENT 16  ; characters that an element counts as, in the length of a line
  CONTENTS (re.compile "(TOC|Contents) ?[0-9]")  ; the styles of a table of contents
  ;; In RTF: a table row, whose cells end in |; Pandoc writes each cell on its own line.
  CELL (re.compile r"\n\|")
  ROW (re.compile r"^(.*)\|$" re.MULTILINE)
  ;; The marker of a list item, as Word and LibreOffice write it for old programs.
  LIST-MARK (re.compile r"^ ?(?:[•–▪◦‣·\u2043\ue000-\uf8ff\ufffd]|\w{1,3}[.)])?\t" re.MULTILINE)
  ;; What is no star at the beginning of a group: it would hide all that follows.
  STRAY-STAR (re.compile r"(\\[\\{}]|\{\s*\\\*)|\\\*")
  DELETED (re.compile r"\{(?>[^{}]*?\\deleted\b)[^{}]*\}")  ; a passage that is shown struck out
  BLANK (re.compile r"\n\s*\n\s*")
  ADDRESS (re.compile r"HYPERLINK\s*\"[^\"{}]*\""))  ; would follow the text of a link


(defn read-docx [archive read-part]
  #[[Yield the text of the Word document in `archive`, then an `Understood`.

  `read-part` gets the name of a member that is a document itself, and returns its text.]]
  (setv
    mains (_linked archive "" "_rels/.rels" "/officeDocument")
    main (next (iter (.values mains)) "word/document.xml")
    [folder file] (posixpath.split main)
    parts (_linked archive main f"{folder}/_rels/{file}.rels" "/aFChunk")
    handler (Word archive.reading (fn [id]
      (setv name (.pop parts id None))
      (when name (read-part name)))))
  (.lines handler (xml-events archive main)))


(defn _linked [archive base links kind]
  "Return the members of a `kind` that `base` refers to, by ids, as the member `links` lists them."
  (dfor
    [_ attributes] (read-elements archive links :needed (not base))
    :if (.endswith (.get attributes "Type" "") kind)
    (.get attributes "Id") (target base (.get attributes "Target" ""))))


(defn read-odt [archive]
  "Yield the text of the OpenDocument text in `archive`, then an `Understood`."
  (setv
    handler (OpenDocument archive.reading)
    listed (dict (read-elements archive "META-INF/manifest.xml" :needed False)))
  (when (or (in "encrypted-package" archive.names) (in "encryption-data" listed))
    (raise (NotText (locked archive.reading))))
  (.lines handler (xml-events archive "content.xml")))


(defn read-ole [file reading]
  "Raise `NotText`: the OLE container in `file` is an encrypted document, or one of old."
  (setv within (read-whole file reading))
  (when (in (.encode "EncryptedPackage" "utf-16-le") within)
    (raise (NotText (locked reading))))
  (decode reading.name [within] reading.encoding))


(defclass Paragraphs []
  #[[Turns the elements of a document into lines; a subclass knows what the elements mean.

  `KIND` is a document in words; `ROLES` maps an element's name to its role, `TEXTS` to the text
  that it stands for; elements in `LEFT-OUT` are skipped entirely; `local` names an element.
  `places` is a stack of the lists that lines go to: the document's, a table row's, a cell's.
  `texts` are the open paragraphs, each a list of strings.]]

  (meth __init__ [@reading]
    (setv
      [@skipped @count @held @blank] [0 0 0 True]
      [@places @texts] [[[]] []]))

  (meth lines [events]
    "Yield the lines in `events` (see `xml-events`), then an `Understood`."
    (for [[kind value attributes] events]
      (cond
        (= kind "text") (unless @skipped (.characters self value))
        (= kind "end") (if @skipped (-= @skipped 1) (.close self (.local self value)))
        (or @skipped (in (setx name (.local self value)) @LEFT-OUT)) (+= @skipped 1)
        True (.open self name attributes))
      (when (get @places 0)
        (yield :from (get @places 0))
        (.clear (get @places 0))))
    (yield (Understood f"{@KIND}, {(counted @count "paragraphs")}")))

  (meth open [name attributes]
    "Begin the element `name`, which isn't in `LEFT-OUT`."
    (.put self (.get @TEXTS name "") ELEMENT)
    (match (.get @ROLES name)
      "paragraph" (.append @texts [])
      (| "row" "cell") (.append @places [])))

  (meth close [name]
    "End the element `name`."
    (match (.get @ROLES name)
      "paragraph" (.line self (.join "" (.pop @texts)))
      "cell" (.append (get @places -2) (one-line (.join "" (.pop @places))))
      "row" (.line self (.join "\t" (.pop @places)))))

  (meth put [text [size 0]]
    #[[Add `text` to the open paragraph, if there is one.

    Raise `BeyondLimit` if that, with `size` more, makes the open paragraphs and rows too long.]]
    (setv @held (if (or @texts (cut @places 1 None)) (+ @held size (len text)) 0))
    (check-line @held @reading)
    (when @texts (.append (get @texts -1) text)))

  (meth line [text]
    "Add a paragraph or table row; merge consecutive empty ones."
    (setv text (.rstrip text))
    (unless (and @blank (not text)) (.append (get @places -1) (+ text "\n")))
    (setv @blank (not text))
    (when (and text (= (len @places) 1)) (+= @count 1))))


(defclass Word [Paragraphs]
  "The elements of a Word document."
  (setv
    KIND "Word document"
    ROLES {"p" "paragraph"  "tr" "row"  "tc" "cell"}
    TEXTS {"tab" "\t"  "cr" "\n"  "noBreakHyphen" "-"}
    ;; Tab stops, deleted and moved text, copies for older programs, pronunciation.
    LEFT-OUT #{"tabs" "del" "moveFrom" "Fallback" "rt"}
    ;; Drawings have another kind of paragraph, which is ignored.
    OURS (re.compile "wordprocessingml|/math|markup-compatibility"))

  (meth __init__ [reading @read-part]
    (.__init__ (super) reading)
    (setv [@within-text @contents @within-run @hidden] (* [False] 4)))

  (meth local [name]
    "Return the element's name, or an empty string outside the known namespaces."
    (setv [space local] name)
    (if (.search @OURS space) local ""))

  (meth open [name attributes]
    (when (in name ["p" "r"]) (setv [@within-run @hidden] [(= name "r") False]))
    (setv value (.get attributes "val"))
    (cond
      (= name "t") (setv @within-text True)
      (= name "vanish") (setv @hidden (and @within-run (not-in value OFF)))
      (= name "altChunk") (when (setx text (.read-part self (.get attributes "id")))
        (.append (get @places -1) (+ (.removesuffix text "\n") "\n")))
      (= name "br") (unless (in (.get attributes "type") ["page" "column"]) (.put self "\n"))
      (= name "docPartGallery") (setv @contents (= value "Table of Contents"))
      (and (= name "sdtContent") @contents) (setv [@skipped @contents] [1 False])
      (and (= name "pStyle") @texts (.match CONTENTS (or value "")))
        (setv (get @texts -1) (deque :maxlen 0))  ; which discards what is appended
      True (.open (super) name attributes)))

  (meth close [name]
    (if (= name "t") (setv @within-text False) (.close (super) name)))

  (meth characters [text]
    (when (and @within-text (not @hidden)) (.put self text))))


(defclass OpenDocument [Paragraphs]
  "The elements of an OpenDocument text."
  (setv
    KIND "OpenDocument text"
    ROLES {"p" "paragraph"  "h" "paragraph"  "table-row" "row"  "table-cell" "cell"}
    TEXTS {"tab" "\t"  "line-break" "\n"}
    LEFT-OUT #{"note" "annotation" "tracked-changes" "forms" "table-of-content"
      "alphabetical-index" "bibliography" "illustration-index" "table-index" "object-index"
      "user-index" "ruby-text" "sequence-decls" "variable-decls" "user-field-decls" "title" "desc"
      "scripts" "automatic-styles" "font-face-decls"})

  (meth local [name]
    "Return the element's name without its namespace."
    (get name 1))

  (meth open [name attributes]
    (setv count (.get attributes "c" "1"))  ; of spaces
    (if (= name "s")
      (.put self (* " " (if (re.fullmatch "[0-9]{1,9}" count) (min (int count) MOST-SPACES) 1)))
      (.open (super) name attributes)))

  (meth characters [text]
    (.put self (re.sub r"\s+" " " text))))


;; * Rich text

(defn read-rtf [file reading]
  "Yield the text of the RTF in `file`, then an `Understood`."
  (import striprtf.striprtf [rtf-to-text])  ; here, as documents are rarer than plain text
  (setv
    source (->> (.decode (read-whole file reading) "latin-1")
      (.sub ADDRESS "") (.sub DELETED "") (.sub STRAY-STAR r"\1"))
    text (rtf-to-text source :errors "replace")
    ;; RTF's surrogate pairs become characters.
    text (.decode (.encode text "utf-16-le" "surrogatepass") "utf-16-le" "replace")
    text (->> text
      (.sub CELL "|") (.sub ROW (fn [row] (.rstrip (.replace (get row 1) "|" "\t"))))
      (.sub LIST-MARK "") (.sub BLANK "\n\n") (.lstrip))
    count (sum (gfor line (.split text "\n") (bool (.strip line)))))
  (yield text)
  (yield (Understood f"RTF document, {(counted count "paragraphs")}")))
