"Word's .docx, OpenDocument's .odt and .rtf: a line for each paragraph and table row."

(eval-when-compile (require hyrule [unless]))
(import
  posixpath
  re
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.decoding [NotText decode]
  lstm-textgen.text.documents.archives [Elements read-elements target xml-text]
  lstm-textgen.text.documents.reading [Understood check-line locked one-line
    read-whole])

(setv
  OFF ["0" "false" "off"]  ; how Word writes that a property isn't set
  MOST-SPACES 100  ; that one OpenDocument element stands for
  ELEMENT 16  ; characters that an element counts as, in the length of a line
  CONTENTS (re.compile "(TOC|Contents) ?[0-9]")  ; the styles of a table of contents
  ;; In RTF: a table row, whose cells end in |; Pandoc writes each cell on its own line.
  CELL (re.compile r"\n\|")
  ROW (re.compile r"^(.*)\|$" re.MULTILINE)
  ;; The marker of a list item, as Word and LibreOffice write it for old programs.
  BULLET (re.compile r"^ ?(?:[•–▪◦‣·\u2043\ue000-\uf8ff\ufffd]|\w{1,3}[.)])?\t" re.MULTILINE)
  ;; What is no star at the beginning of a group: it would hide all that follows.
  STRAY-STAR (re.compile r"(\\[\\{}]|\{\s*\\\*)|\\\*")
  DELETED (re.compile r"\{(?>[^{}]*?\\deleted\b)[^{}]*\}")  ; a passage that is shown struck out
  BLANK (re.compile r"\n\s*\n\s*")
  ADDRESS (re.compile r"HYPERLINK\s*\"[^\"{}]*\""))  ; would follow the text of a link


(defn read-docx [archive read-part]
  #[[Yield the text of the Word document in `archive`; return an `Understood`.

  `read-part` gets the name of a member that is a document itself, and returns its text.]]
  (setv
    [main] (cut [
        #* (lfor
          [_ attributes] (read-elements archive "_rels/.rels")
          :if (.endswith (.get attributes "Type" "") "/officeDocument")
          (target "" (.get attributes "Target" "")))
        "word/document.xml"] 1)
    links (+ (posixpath.dirname main) "/_rels/" (posixpath.basename main) ".rels")
    parts (dfor
      [_ attributes] (if (in links archive.names) (read-elements archive links) [])
      :if (.endswith (.get attributes "Type" "") "/aFChunk")
      (.get attributes "Id") (target main (.get attributes "Target" "")))
    unread (set (.values parts))
    handler (Word archive.reading (fn [id]
      (setv name (.get parts id))
      (when (in name unread)
        (.remove unread name)
        (read-part name)))))
  (yield :from (xml-text archive main handler))
  (Understood f"Word document, {(counted handler.count "paragraphs")}"))


(defn read-odt [archive]
  "Yield the text of the OpenDocument text in `archive`; return an `Understood`."
  (setv
    handler (OpenDocument archive.reading)
    manifest "META-INF/manifest.xml")
  (when (or (in "encrypted-package" archive.names)
      (and (in manifest archive.names)
        (in "encryption-data" (dict (read-elements archive manifest)))))
    (raise (NotText (locked archive.reading))))
  (yield :from (xml-text archive "content.xml" handler))
  (Understood f"OpenDocument text, {(counted handler.count "paragraphs")}"))


(defn read-ole [file reading]
  "Raise `NotText`: the OLE container in `file` is an encrypted document, or one of old."
  (setv within (read-whole file reading))
  (when (in (.encode "EncryptedPackage" "utf-16-le") within)
    (raise (NotText (locked reading))))
  (yield :from (decode reading.name [within] reading.encoding)))


(defclass Paragraphs [Elements]
  #[[Turns the elements of a document into lines; a subclass knows what the elements mean.

  `ROLES` maps an element's name to its role; elements in `LEFT-OUT` are skipped entirely.
  `places` is a stack of the lists that lines go to: the document's, a table row's, a cell's.
  `texts` are the open paragraphs, each a list of strings.]]

  (defn __init__ [self reading]
    (.__init__ (super) reading)
    (setv
      [self.skipped self.count self.blank self.held] [0 0 True 0]
      [self.places self.texts] [[self.ready] []]))

  (defn take [self]
    (setv
      ready (.take (super))
      (get self.places 0) self.ready)
    ready)

  (defn begin [self name attributes]
    (setv name (.local self name))
    (if (or self.skipped (in name self.LEFT-OUT))
      (+= self.skipped 1)
      (.open self name attributes)))

  (defn end [self name]
    (if self.skipped
      (-= self.skipped 1)
      (.close self (.local self name))))

  (defn open [self name attributes]
    "Begin the element `name`, which isn't in `LEFT-OUT`."
    (.hold self ELEMENT)
    (match (.get self.ROLES name)
      "paragraph" (.append self.texts [])
      "row" (.append self.places [])
      "cell" (.append self.places [])
      "tab" (.put self "\t")
      "break" (.put self "\n")
      "hyphen" (.put self "-")))

  (defn close [self name]
    "End the element `name`."
    (match (.get self.ROLES name)
      "paragraph" (.line self (.join "" (.pop self.texts)))
      "cell" (.append (get self.places -2)
        (one-line (.join "" (.pop self.places))))
      "row" (.line self (.join "\t" (.pop self.places)))))

  (defn put [self text]
    "Add `text` to the open paragraph, if there is one."
    (.hold self (len text))
    (when self.texts (.append (get self.texts -1) text)))

  (defn hold [self size]
    "Raise `BeyondLimit` if the open paragraphs and rows grow beyond a line by `size` characters."
    (setv self.held (if (or self.texts (cut self.places 1 None)) (+ self.held size) 0))
    (check-line self.held self.reading))

  (defn line [self text]
    "Add a paragraph or table row; merge consecutive empty ones."
    (setv
      text (.rstrip text)
      blank (not text))
    (unless (and blank self.blank) (.append (get self.places -1) (+ text "\n")))
    (setv self.blank blank)
    (unless (or blank (> (len self.places) 1)) (+= self.count 1))))


(defclass Word [Paragraphs]
  "The elements of a Word document."
  (setv
    ROLES {"p" "paragraph"  "tr" "row"  "tc" "cell"  "tab" "tab"  "cr" "break"
      "noBreakHyphen" "hyphen"}
    ;; Tab stops, deleted and moved text, copies for older programs, pronunciation.
    LEFT-OUT #{"tabs" "del" "moveFrom" "Fallback" "rt"}
    ;; Drawings have another kind of paragraph, which is ignored.
    OURS #("wordprocessingml" "/math" "markup-compatibility"))

  (defn __init__ [self reading read-part]
    (.__init__ (super) reading)
    (setv
      self.read-part read-part
      [self.within-text self.contents self.within-run self.hidden] (* [False] 4)))

  (defn local [self name]
    "Return the element's name, or an empty string outside the known namespaces."
    (setv [space name] name)
    (if (and space (any (gfor part self.OURS (in part space)))) name ""))

  (defn open [self name attributes]
    (when (in name ["p" "r"]) (setv [self.within-run self.hidden] [(= name "r") False]))
    (setv value (.get attributes "val"))
    (cond
      (= name "t") (setv self.within-text True)
      (= name "vanish") (setv self.hidden (and self.within-run (not-in value OFF)))
      (= name "altChunk") (when (setx text (.read-part self (.get attributes "id")))
        (.append (get self.places -1) (+ (.removesuffix text "\n") "\n")))
      (= name "br") (unless (in (.get attributes "type") ["page" "column"]) (.put self "\n"))
      (= name "docPartGallery") (setv self.contents (= value "Table of Contents"))
      (and (= name "sdtContent") self.contents) (setv [self.skipped self.contents] [1 False])
      (and (= name "pStyle") self.texts (.match CONTENTS (or value "")))
        (setv (get self.texts -1) (_Nowhere))
      True (.open (super) name attributes)))

  (defn close [self name]
    (if (= name "t")
      (setv self.within-text False)
      (.close (super) name)))

  (defn characters [self text]
    (when (and self.within-text (not self.skipped) (not self.hidden)) (.put self text))))


(defclass _Nowhere [list]
  "A paragraph that discards its text."

  (defn append [self _]
    None))


(defclass OpenDocument [Paragraphs]
  "The elements of an OpenDocument text."
  (setv
    ROLES {"p" "paragraph"  "h" "paragraph"  "table-row" "row"  "table-cell" "cell"  "tab" "tab"
      "line-break" "break"}
    LEFT-OUT #{"note" "annotation" "tracked-changes" "forms" "table-of-content"
      "alphabetical-index" "bibliography" "illustration-index" "table-index" "object-index"
      "user-index" "ruby-text" "sequence-decls" "variable-decls" "user-field-decls" "title" "desc"
      "scripts" "automatic-styles" "font-face-decls"})

  (defn local [self name]
    "Return the element's name without its namespace."
    (get name 1))

  (defn open [self name attributes]
    (if (= name "s")
      (.put self (* " " (_spaces attributes)))
      (.open (super) name attributes)))

  (defn characters [self text]
    (unless self.skipped (.put self (re.sub r"\s+" " " text)))))


(defn _spaces [attributes]
  "Return how many spaces an element stands for, at most `MOST-SPACES`."
  (setv count (.get attributes "c" "1"))
  (if (re.fullmatch "[0-9]{1,9}" count) (min (int count) MOST-SPACES) 1))


;; * Rich text

(defn read-rtf [file reading]
  "Yield the text of the RTF in `file`; return an `Understood`."
  (import striprtf.striprtf [rtf-to-text])  ; here, as documents are rarer than plain text
  (setv
    source (.decode (read-whole file reading) "latin-1")
    source (.sub STRAY-STAR r"\1" (.sub DELETED "" (.sub ADDRESS "" source)))
    text (rtf-to-text source :errors "replace")
    ;; RTF's surrogate pairs become characters.
    text (.decode (.encode text "utf-16-le" "surrogatepass") "utf-16-le" "replace")
    text (.sub ROW (fn [row] (.rstrip (.replace (get row 1) "|" "\t"))) (.sub CELL "|" text))
    text (.lstrip (.sub BLANK "\n\n" (.sub BULLET "" text)))
    count (sum (gfor line (.split text "\n") (bool (.strip line)))))
  (yield text)
  (Understood f"RTF document, {(counted count "paragraphs")}"))
