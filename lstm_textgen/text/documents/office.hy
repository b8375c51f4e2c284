"Word's .docx, OpenDocument's .odt and .rtf: a line for each paragraph and table row."

(eval-when-compile (require hyrule [unless]))
(import
  re
  xml.sax.handler [ContentHandler]
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.documents.archives [read-elements target xml-text]
  lstm-textgen.text.documents.reading [Understood library one-line read-whole])

(setv
  MOST-SPACES 100  ; that one OpenDocument element stands for
  CONTENTS (re.compile "(TOC|Contents) ?[0-9]")  ; the styles of a table of contents
  ;; In RTF: a table row, whose cells end in |; Pandoc writes each cell on its own line.
  CELL (re.compile r"\n\|")
  ROW (re.compile r"^(.*)\|$" re.MULTILINE)
  ;; The marker of a list item, as Word and LibreOffice write it for old programs.
  BULLET (re.compile r"^ ?(?:[•–▪◦‣·\u2043\ue000-\uf8ff]|\w{1,3}[.)])?\t" re.MULTILINE)
  DELETED (re.compile r"\{(?>[^{}]*?\\deleted\b)[^{}]*\}")  ; a passage that is shown struck out
  BLANK (re.compile r"\n\s*\n\s*")
  ADDRESS (re.compile r"HYPERLINK\s*\"[^\"{}]*\""))  ; would follow the text of a link


(defn read-docx [archive]
  "Yield the text of the Word document in `archive`; return an `Understood`."
  (setv
    parts (lfor
      [_ attributes] (read-elements (.open archive "_rels/.rels"))
      :if (.endswith (.get attributes "Type" "") "/officeDocument")
      (target "" (.get attributes "Target" "")))
    handler (Word))
  (yield :from (xml-text (.open archive (get [#* parts "word/document.xml"] 0)) handler))
  (Understood f"Word document, {(counted handler.count "paragraphs")}"))


(defn read-odt [archive]
  "Yield the text of the OpenDocument text in `archive`; return an `Understood`."
  (setv handler (OpenDocument))
  (yield :from (xml-text (.open archive "content.xml") handler))
  (Understood f"OpenDocument text, {(counted handler.count "paragraphs")}"))


(defclass Paragraphs [ContentHandler]
  #[[Turns the elements of a document into lines; a subclass knows what the elements mean.

  `ROLES` maps an element's name to its role; elements in `LEFT-OUT` are skipped entirely.
  `places` is a stack of the lists that lines go to: the document's, a table row's, a cell's.
  `texts` are the open paragraphs, each a list of strings.]]

  (defn __init__ [self]
    (.__init__ (super))
    (setv
      [self.skipped self.count self.blank] [0 0 True]
      [self.places self.texts] [[[]] []]))

  (defn take [self]
    "Return the lines that are ready."
    (setv
      [ready] [(get self.places 0)]
      (get self.places 0) [])
    ready)

  (defn startElementNS [self name _ attributes]
    (setv name (.local self name))
    (if (or self.skipped (in name self.LEFT-OUT))
      (+= self.skipped 1)
      (.begin self name attributes)))

  (defn endElementNS [self name _]
    (if self.skipped
      (-= self.skipped 1)
      (.end self (.local self name))))

  (defn begin [self name attributes]
    "Begin the element `name`, which isn't in `LEFT-OUT`."
    (match (.get self.ROLES name)
      "paragraph" (.append self.texts [])
      "row" (.append self.places [])
      "cell" (.append self.places [])
      "tab" (.put self "\t")
      "break" (.put self "\n")
      "hyphen" (.put self "-")))

  (defn end [self name]
    "End the element `name`."
    (match (.get self.ROLES name)
      "paragraph" (.line self (.join "" (.pop self.texts)))
      "cell" (.append (get self.places -2)
        (one-line (.join "" (.pop self.places))))
      "row" (.line self (.join "\t" (.pop self.places)))))

  (defn put [self text]
    "Add `text` to the open paragraph, if there is one."
    (when self.texts (.append (get self.texts -1) text)))

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

  (defn __init__ [self]
    (.__init__ (super))
    (setv [self.within-text self.contents] [False False]))

  (defn local [self name]
    "Return the element's name, or an empty string outside the known namespaces."
    (setv [space name] name)
    (if (and space (any (gfor part self.OURS (in part space)))) name ""))

  (defn begin [self name attributes]
    (setv values (dfor [[_ key] value] (.items attributes) key value))
    (cond
      (= name "t") (setv self.within-text True)
      (= name "br") (unless (in (.get values "type") ["page" "column"]) (.put self "\n"))
      (= name "docPartGallery") (setv self.contents (= (.get values "val") "Table of Contents"))
      (and (= name "sdtContent") self.contents) (setv [self.skipped self.contents] [1 False])
      (and (= name "pStyle") self.texts (.match CONTENTS (.get values "val" "")))
        (setv (get self.texts -1) (_Nowhere))
      True (.begin (super) name attributes)))

  (defn end [self name]
    (if (= name "t")
      (setv self.within-text False)
      (.end (super) name)))

  (defn characters [self text]
    (when (and self.within-text (not self.skipped)) (.put self text))))


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

  (defn begin [self name attributes]
    (if (= name "s")
      (.put self (* " " (_spaces (dfor [[_ key] value] (.items attributes) key value))))
      (.begin (super) name attributes)))

  (defn characters [self text]
    (unless self.skipped (.put self (re.sub r"\s+" " " text)))))


(defn _spaces [attributes]
  "Return how many spaces an element stands for, at most `MOST-SPACES`."
  (setv count (.get attributes "c" "1"))
  (if (re.fullmatch "[0-9]{1,9}" count) (min (int count) MOST-SPACES) 1))


;; * Rich text

(defn read-rtf [file reading]
  "Yield the text of the RTF in `file`; return an `Understood`."
  (setv
    striprtf (library "striprtf.striprtf" reading "an RTF document")
    source (.decode (read-whole file reading) "latin-1")
    source (.sub DELETED "" (.sub ADDRESS "" source))
    text (.rtf-to-text striprtf source :errors "replace")
    ;; RTF's surrogate pairs become characters.
    text (.decode (.encode text "utf-16-le" "surrogatepass") "utf-16-le" "replace")
    text (.sub ROW (fn [row] (.rstrip (.replace (get row 1) "|" "\t"))) (.sub CELL "|" text))
    text (.lstrip (.sub BLANK "\n\n" (.sub BULLET "" text)))
    count (sum (gfor line (.split text "\n") (bool (.strip line)))))
  (yield text)
  (Understood f"RTF document, {(counted count "paragraphs")}"))
