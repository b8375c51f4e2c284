"Rich text: what a reader reads, without notes, comments and pictures."

(import
  re
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.documents.reading [Understood library read-whole])

(setv
  KIND "an RTF document"
  ;; A row of a table, whose cells end in |; one that Pandoc writes has a line for each.
  CELL (re.compile r"\n\|")
  ROW (re.compile r"^(.*)\|$" re.MULTILINE)
  ;; What stands before an item of a list, as Word and LibreOffice write it for old readers.
  BULLET (re.compile r"^ ?(?:[•–▪◦‣·\u2043\ue000-\uf8ff]|\w{1,3}[.)])?\t" re.MULTILINE)
  DELETED (re.compile r"\{[^{}]*\\deleted\b[^{}]*\}")  ; a passage that is shown struck out
  BLANK (re.compile r"\n\s*\n\s*")
  ADDRESS (re.compile r"HYPERLINK\s*\"[^\"{}]*\""))  ; which would stand behind the text of a link


(defn read-rtf [file reading]
  "Yield the text of the RTF in `file`; return what was understood."
  (yield :from (rtf-text (.decode (read-whole file reading) "latin-1") reading)))


(defn rtf-text [source reading]
  "Yield the text of `source`, RTF as text; return what was understood."
  (setv
    striprtf (library "striprtf.striprtf" reading KIND)
    source (.sub DELETED "" (.sub ADDRESS "" source))
    text (_whole (.rtf-to-text striprtf source :errors "replace"))
    text (.sub ROW (fn [row] (.rstrip (.replace (get row 1) "|" "\t"))) (.sub CELL "|" text))
    text (.lstrip (.sub BLANK "\n\n" (.sub BULLET "" text)))
    count (sum (gfor line (.split text "\n") (bool (.strip line)))))
  (yield text)
  (Understood f"RTF document, {(counted count "paragraphs")}"))


(defn _whole [text]
  "Return `text` with each pair of surrogates, as RTF has it, made the character that it means."
  (.decode (.encode text "utf-16-le" "surrogatepass") "utf-16-le" "replace"))
