"Rich text: the main text, without notes, comments and pictures."

(import
  re
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.documents.reading [Understood library read-whole])

(setv
  ;; A table row, whose cells end in |; Pandoc writes each cell on its own line.
  CELL (re.compile r"\n\|")
  ROW (re.compile r"^(.*)\|$" re.MULTILINE)
  ;; The marker of a list item, as Word and LibreOffice write it for old programs.
  BULLET (re.compile r"^ ?(?:[•–▪◦‣·\u2043\ue000-\uf8ff]|\w{1,3}[.)])?\t" re.MULTILINE)
  DELETED (re.compile r"\{(?>[^{}]*?\\deleted\b)[^{}]*\}")  ; a passage that is shown struck out
  BLANK (re.compile r"\n\s*\n\s*")
  ADDRESS (re.compile r"HYPERLINK\s*\"[^\"{}]*\""))  ; would follow the text of a link


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
