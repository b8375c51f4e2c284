"Office's .docx and .pptx, OpenDocument's .odt and .odp, .rtf: a line for each paragraph and row."

(eval-when-compile (require hyrule [->> meth]))
(import
  itertools [pairwise]
  posixpath
  re
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.documents.archives [read-xml target]
  lstm-textgen.text.documents.reading [Summary read-whole refuse-locked])

(setv
  MOST-SPACES 100  ; that one OpenDocument element stands for
  ;; Stand-ins in RTF, characters of no text: for the beginning of a row, the end of a cell and of
  ;; a row.
  [ROW-BEGIN CELL-END ROW-END] "\ufdd0\ufdd1\ufdd2"
  STAND-INS {"trowd" ROW-BEGIN  "cell" CELL-END  "row" ROW-END}
  TABLE-WORD (re.compile r"\\(?:[\\{}]|(trowd|cell|row)(?![a-z]) ?)")
  LIST-TEXT (re.compile r"\{(?:\\\*)?\\(?:listtext|pntext)\b(?:[^{}]|\{[^{}]*\})*\}")
  ;; The marker of a list item, as Word and LibreOffice write it for old programs.
  LIST-MARK (re.compile r"^ ?(?:[•–▪◦‣·\u2043\ue000-\uf8ff\ufffd]|\w{1,3}[.)])?\t" re.MULTILINE)
  ;; What is no star at the beginning of a group: it would hide all that follows.
  STRAY-STAR (re.compile r"(\\[\\{}]|\{\s*\\\*)|\\\*")
  ;; A passage that is shown struck out, or hidden.
  DELETED (re.compile r"\{(?>[^{}]*?\\(?:deleted|v)(?![a-z\d]))[^{}]*\}")
  BLANK (re.compile r"\n\s*\n\s*")
  ADDRESS (re.compile r"HYPERLINK\s*\"[^\"{}]*\""))  ; would follow the text of a link


(defn read-docx [archive read-part]
  #[[Yield the text of the Word document in `archive`; return a `Summary`.

  `read-part` gets the name of a member that is a document itself, and returns its text.]]
  (setv [main parts] (_main archive "word/document.xml" "/aFChunk"))
  (defn inserted [id]
    (if (in id parts) (read-part (.pop parts id)) ""))
  (.lines (Word inserted) (read-xml archive main)))


(defn read-pptx [archive]
  "Yield the text of the presentation in `archive`, slide by slide; return a `Summary`."
  (setv
    [main parts] (_main archive "ppt/presentation.xml" "/slide")
    count 0)
  (for [name (dict.fromkeys (gfor  ; in the order in which they are shown
        slide (.iterfind (read-xml archive main) ".//{*}sldId")
        id (.values slide.attrib)
        :if (in id parts)
        (get parts id)))
      :setv slide (read-xml archive name)
      :if (not-in (.get slide "show") ["0" "false"])]
    (+= count 1)
    (yield :from (.lines (Slide None) slide))
    (yield "\n"))
  (Summary f"presentation, {(counted count "slides")}; notes left out"))


(defn _main [archive usual kind]
  #[[Return #(name parts): the main member of `archive`, and the members of a `kind` by their ids.

  It refers to them; it is the `usual` one unless the archive names another.]]
  (setv
    named (_linked archive "" "_rels/.rels" "/officeDocument")
    main (next (iter (.values named)) usual)
    [folder file] (posixpath.split main))
  #(main (_linked archive main f"{folder}/_rels/{file}.rels" kind)))


(defn _linked [archive base links kind]
  "Return the members of a `kind` that `base` refers to, by ids, as the member `links` lists them."
  (dfor
    link (read-xml archive links :needed (not base))
    :if (.endswith (.get link "Type" "") kind)
    (.get link "Id") (target base (.get link "Target" ""))))


(defn read-odt [archive]
  "Yield the text of the OpenDocument text in `archive`; return a `Summary`."
  (setv manifest (read-xml archive "META-INF/manifest.xml" :needed False))
  (when (or (in "encrypted-package" archive.names)
      (is-not (.find manifest ".//{*}encryption-data") None))
    (refuse-locked archive.reading))
  (.lines (OpenDocument) (read-xml archive "content.xml")))


(defclass Paragraphs []
  #[[Turns the elements of a document into lines; a subclass knows what the elements mean.

  `KIND` is a document in words; `OURS` matches the namespaces whose elements have names. `ROLES`
  maps a name to a role, `TEXTS` to the text that the element stands for. Those in `LEFT-OUT` are
  skipped, and so are those in `HIDDEN` if the attribute of the element at the path within them
  fits the pattern.]]
  (setv
    OURS (re.compile "")
    HIDDEN {})

  (meth lines [root]
    "Yield the lines in the element `root`, the first of several empty ones; return a `Summary`."
    (setv lines [])
    (@text-of root lines)
    (for [[before line] (pairwise ["" #* lines])  :if (or before line)] (yield (+ line "\n")))
    (Summary f"{@KIND}, {(counted (sum (map bool lines)) "paragraphs")}"))

  (meth text-of [node lines]
    #[[Return the text in the element `node` that belongs to the paragraph around it.

    Add the paragraphs and table rows within it to the list `lines`.]]
    (setv
      [space _ name] (.rpartition node.tag "}")
      name (if (.search @OURS space) name "")
      [path attribute hidden] (.get @HIDDEN name ["" "" None])
      found (when path (.find node path)))
    (when (or (in name @LEFT-OUT)
        (and (is-not found None) (.match hidden (_attribute found attribute))))
      (return ""))
    (setv [text within] [(@own name node) []])
    (for [child node] (+= text (@text-of child within) (@between child.tail)))
    (match (.get @ROLES name)
      "paragraph" (.extend lines [#* within (.rstrip text)])
      "row" (.append lines (.rstrip (.join "\t" within)))
      "cell" (.append lines (.strip (collapsed (.join " " within))))
      _ (do
        (.extend lines within)
        (return text)))
    ""))


(defclass Word [Paragraphs]
  "The elements of a Word document; `inserted` returns the text of a document in it by its id."
  (setv
    KIND "Word document"
    ROLES {"p" "paragraph"  "altChunk" "paragraph"  "tr" "row"  "tc" "cell"}
    TEXTS {"tab" "\t"  "cr" "\n"  "noBreakHyphen" "-"}
    ;; Tab stops, deleted and moved text, copies for older programs, pronunciation.
    LEFT-OUT #{"tabs" "del" "moveFrom" "Fallback" "rt"}
    HIDDEN {
      "r" ["{*}rPr/{*}vanish" "val" (re.compile "(?!(?:0|false|off)$)")]
      "p" ["{*}pPr/{*}pStyle" "val" (re.compile "(?:TOC|Contents) ?[0-9]")]
      "sdt" ["{*}sdtPr/{*}docPartObj/{*}docPartGallery" "val"
        (re.compile "Table of Contents$")]}
    ;; Drawings have another kind of paragraph, which is ignored.
    OURS (re.compile "wordprocessingml|/math|markup-compatibility"))

  (meth __init__ [@inserted])

  (meth own [name node]
    "Return the text that begins the element."
    (match name
      "t" (or node.text "")
      "br" (if (in (_attribute node "type") ["page" "column"]) "" "\n")
      "altChunk" (@inserted (_attribute node "id"))
      _ (.get @TEXTS name "")))

  (meth between [text]
    "Return what is read of the `text` between elements."
    ""))


(defclass Slide [Word]
  "The elements of a slide of PowerPoint."
  (setv
    ROLES {"p" "paragraph"  "tr" "row"  "tc" "cell"}
    TEXTS {}
    LEFT-OUT #{"fld" "Fallback"}  ; the number of the slide, the date
    HIDDEN {"sp" ["{*}nvSpPr/{*}nvPr/{*}ph" "type" (re.compile "(?:sldNum|dt|ftr|hdr)$")]}
    OURS (re.compile "drawingml|presentationml|/math|markup-compatibility")))


(defclass OpenDocument [Paragraphs]
  "The elements of an OpenDocument text or presentation."
  (setv
    KIND "OpenDocument"
    ROLES {"p" "paragraph"  "h" "paragraph"  "table-row" "row"  "table-cell" "cell"}
    TEXTS {"tab" "\t"  "line-break" "\n"}
    LEFT-OUT #{"note" "notes" "annotation" "tracked-changes" "forms" "table-of-content"
      "alphabetical-index" "bibliography" "illustration-index" "table-index" "object-index"
      "user-index" "ruby-text" "sequence-decls" "variable-decls" "user-field-decls" "title" "desc"
      "scripts" "automatic-styles" "font-face-decls"})

  (meth own [name node]
    "Return the text that begins the element."
    (if (= name "s")
      (* " " (min MOST-SPACES (int (or (_attribute node "c") 1))))
      (+ (.get @TEXTS name "") (@between node.text))))

  (meth between [text]
    "Return what is read of the `text` between elements."
    (collapsed (or text ""))))


(defn collapsed [text]
  "Return `text` with runs of white space as one space each, but keep no-break spaces."
  (re.sub r"[ \t\r\n]+" " " text))


(defn _attribute [node name]
  "Return the attribute `name` of the element, in whatever namespace; empty if it has none."
  (next (gfor [key value] (.items node.attrib) :if (= (get (.rpartition key "}") 2) name) value)
    ""))


;; * Rich text

(defn read-rtf [file reading]
  "Yield the text of the RTF in `file`; return a `Summary`."
  (import striprtf.striprtf [rtf-to-text])  ; here, as documents are rarer than plain text
  (setv
    source (->> (.decode (read-whole file reading) "latin-1")
      (.sub ADDRESS "") (.sub DELETED "{}") (.sub LIST-TEXT "{}") (.sub STRAY-STAR r"\1")
      (.sub TABLE-WORD (fn [word] (if (get word 1)
        f"\\u{(ord (get STAND-INS (get word 1)))}{{}}"
        (get word 0)))))
    text (rtf-to-text source :errors "replace")
    ;; RTF's surrogate pairs become characters.
    text (.decode (.encode text "utf-16-le" "surrogatepass") "utf-16-le" "replace")
    text (->> (table-rows text) (.sub LIST-MARK "") (.sub BLANK "\n\n") (.lstrip))
    count (sum (gfor line (.split text "\n") (bool (.strip line)))))
  (yield text)
  (Summary f"RTF document, {(counted count "paragraphs")}"))


(defn table-rows [text]
  "Return the `text` of RTF with each row of a table as a line, and tabs between its cells."
  (setv [#* rows end] (.split text ROW-END))
  (defn line [row]
    (setv
      [before _ cells] (.partition row ROW-BEGIN)
      cells (.split (.replace cells ROW-BEGIN "") CELL-END))
    (+ before (.rstrip (.join "\t" (gfor cell cells (.strip (collapsed cell))))) "\n"))
  (.translate (+ (.join "" (map line rows)) end)
    (str.maketrans {ROW-BEGIN ""  CELL-END "\t"})))  ; what belongs to no row
