"Word's .docx, OpenDocument's .odt and .rtf: a line for each paragraph and table row."

(eval-when-compile (require hyrule [->> meth]))
(import
  itertools [pairwise]
  re
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.documents.archives [read-xml target]
  lstm-textgen.text.documents.reading [Summary read-whole refuse-locked])

(setv
  MOST-SPACES 100  ; that one OpenDocument element stands for
  CELL "\ufdd0"  ; stands for the end of a cell in RTF; no text has it
  TABLE-WORD (re.compile r"(\\[\\{}])|\\(cell|row)(?![a-z]) ?")  ; after escaped signs
  LIST-TEXT (re.compile r"\{(?:\\\*)?\\(?:listtext|pntext)\b(?:[^{}]|\{[^{}]*\})*\}")
  ;; The marker of a list item, as Word and LibreOffice write it for old programs.
  LIST-MARK (re.compile r"^ ?(?:[•–▪◦‣·\u2043\ue000-\uf8ff\ufffd]|\w{1,3}[.)])?\t" re.MULTILINE)
  ;; What is no star at the beginning of a group: it would hide all that follows.
  STRAY-STAR (re.compile r"(\\[\\{}]|\{\s*\\\*)|\\\*")
  ;; A passage that is shown struck out, or hidden.
  DELETED (re.compile r"\{(?>[^{}]*?\\(?:deleted|v)(?![a-z\d]))[^{}]*\}")
  BLANK (re.compile r"\n\s*\n\s*")
  CELL-END (re.compile rf"(?:\s*{CELL})+")  ; Pandoc ends a cell's paragraph, too
  ROW-END (re.compile r"[ \t]+\n")
  ADDRESS (re.compile r"HYPERLINK\s*\"[^\"{}]*\""))  ; would follow the text of a link


(defn read-docx [archive]
  "Yield the text of the Word document in `archive`; return a `Summary`."
  (setv mains (gfor
    link (read-xml archive "_rels/.rels")
    :if (.endswith (.get link "Type" "") "/officeDocument")
    (target "" (.get link "Target" ""))))
  (.lines (Word) (read-xml archive (next mains "word/document.xml"))))


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
  skipped, and so are those in `HIDDEN` if a value at the path within them fits the pattern.]]
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
    "Return the text in `node` of the paragraph around it; add paragraphs and rows to `lines`."
    (setv
      [space _ name] (.rpartition node.tag "}")
      name (if (.search @OURS space) name "")
      [path hidden] (.get @HIDDEN name ["" None])
      found (when path (.find node path)))
    (when (or (in name @LEFT-OUT)
        (and (is-not found None) (.match hidden (_attribute found "val"))))
      (return ""))
    (setv [text within] [(@own name node) []])
    (for [child node] (+= text (@text-of child within) (@between child.tail)))
    (match (.get @ROLES name)
      "paragraph" (.extend lines [#* within (.rstrip text)])
      "row" (.append lines (.strip (collapsed (.join " " within))))
      _ (do
        (.extend lines within)
        (return text)))
    ""))


(defclass Word [Paragraphs]
  "The elements of a Word document."
  (setv
    KIND "Word document"
    ROLES {"p" "paragraph"  "tr" "row"}
    TEXTS {"tab" "\t"  "cr" "\n"  "noBreakHyphen" "-"}
    ;; Tab stops, deleted and moved text, copies for older programs, pronunciation.
    LEFT-OUT #{"tabs" "del" "moveFrom" "Fallback" "rt"}
    HIDDEN {
      "r" ["{*}rPr/{*}vanish" (re.compile "(?!(?:0|false|off)$)")]
      "p" ["{*}pPr/{*}pStyle" (re.compile "(?:TOC|Contents) ?[0-9]")]
      "sdt" ["{*}sdtPr/{*}docPartObj/{*}docPartGallery" (re.compile "Table of Contents$")]}
    ;; Drawings have another kind of paragraph, which is ignored.
    OURS (re.compile "wordprocessingml|/math|markup-compatibility"))

  (meth own [name node]
    "Return the text that begins the element."
    (match name
      "t" (or node.text "")
      "br" (if (in (_attribute node "type") ["page" "column"]) "" "\n")
      _ (.get @TEXTS name "")))

  (meth between [text]
    "Return what is read of the `text` between elements."
    ""))


(defclass OpenDocument [Paragraphs]
  "The elements of an OpenDocument text."
  (setv
    KIND "OpenDocument"
    ROLES {"p" "paragraph"  "h" "paragraph"  "table-row" "row"}
    TEXTS {"tab" "\t"  "line-break" "\n"}
    LEFT-OUT #{"note" "annotation" "tracked-changes" "forms" "table-of-content"
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
      (.sub TABLE-WORD (fn [word]
        (or (get word 1) (if (= (get word 2) "cell") f"\\u{(ord CELL)}{{}}" "\\par ")))))
    text (rtf-to-text source :errors "replace")
    ;; RTF's surrogate pairs become characters.
    text (.decode (.encode text "utf-16-le" "surrogatepass") "utf-16-le" "replace")
    text (->> text (.sub LIST-MARK "") (.sub CELL-END " ") (.sub ROW-END "\n")
      (.sub BLANK "\n\n") (.lstrip))
    count (sum (gfor line (.split text "\n") (bool (.strip line)))))
  (yield text)
  (Summary f"RTF document, {(counted count "paragraphs")}"))
