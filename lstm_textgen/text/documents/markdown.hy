#[[Markdown, notes of Obsidian included: what a person reads, without front matter and addresses.

Links become their text, images their description. Code stays as it is.]]

(eval-when-compile (require hyrule [unless]))
(import
  itertools [chain islice]
  re)

(setv
  MARKDOWN [".md" ".markdown"]
  UNREAD "Markdown; front matter, comments and addresses of links left out"
  HELD-LINES 1000  ; lines of front matter or of a paragraph
  FRONT {"---" ["---" "..."]  "+++" ["+++"]}  ; how front matter begins and ends: YAML, TOML
  IN-FRONT (re.compile r"\s*$|\s|[-#\[\]{}]|['\"]?\w[\w .-]*['\"]?\s*[:=]")
  FENCE (re.compile r"\s{,3}(`{3,}(?=[^`]*$)|~{3,})")
  INDENTED-CODE (re.compile r"(?: {4}|\t)\s*(?![-*+]\s|\d+[.)]\s)\S")
  COMMENT (re.compile r"\s*%%(?!.*%%)")  ; the first line of a comment of several
  ;; Where a reference leads, alone on its line.
  REFERENCE (re.compile r"\s{,3}\[(?!\^)[^\[\]]+\]:\s*(?:<[^<>]*>|\S*[/#@:]\S*)(?:\s+[\"'(].*)?")
  CODE-SPAN r"(?P<ticks>`+)(?!`)(?s:.{1,1000}?)(?<!`)(?P=ticks)(?!`)"
  LINK-TEXT r"\[((?:[^\[\]]|\[[^\[\]]*\])*+)\]"
  LINK-ADDRESS (+ r"\(\s*(?:<[^<>\n]*>|(?:[^()\s]|\([^()\s]*\))*+)"
    r"(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?\s*\)")
  LINK-LABEL r"\[[^\[\]^]*\]"
  ;; Comments and embedded notes; links of Obsidian; images, which may stand within links; links.
  ;; What the last group matches is left. Code within a line comes first, and stays.
  LINKS (lfor
    mark [
      r"(?:(?<!\w)%%(?s:.*?)%%|!\[\[[^\[\]\n]*\]\])()"
      r"\[\[(?:[^\[\]|\n]*\|)?([^\[\]|\n]*)\]\]"
      rf"!{LINK-TEXT}(?:{LINK-ADDRESS}|{LINK-LABEL})"
      rf"(?<![\\!]){LINK-TEXT}{LINK-ADDRESS}"
      rf"(?<![\w\]\\!]){LINK-TEXT}{LINK-LABEL}"]
    (re.compile rf"{CODE-SPAN}|{mark}")))


(defn markdown-text [lines]
  #[[Yield the text in `lines` of Markdown, an iterable, in chunks; return whether it is shorter.

  A paragraph of which nothing is left takes the blank lines after it along.]]
  (setv
    [lines shorter] (_after-front-matter (iter lines))
    gone shorter)
  (for [[part prose?] (_parts lines)]
    (setv
      before (.join "\n" part)
      text (if prose? (_read part) before)
      gone (if prose? (not text) (and gone (not (.strip text))))
      shorter (or shorter (!= text before)))
    (unless gone (yield (+ text "\n"))))
  shorter)


(defn _after-front-matter [lines]
  "Return #(lines found): the iterator `lines` after front matter, and whether there was any."
  (setv
    held (list (islice lines 1))
    ends (.get FRONT (.rstrip (.join "" held))))
  (when ends
    (for [line (islice lines HELD-LINES)]
      (.append held line)
      (when (in (.rstrip line) ends) (return #(lines True)))
      (unless (.match IN-FRONT line) (break))))
  #((chain held lines) False))


(defn _parts [lines]
  "Yield #(part prose?) of `lines`: paragraphs (a comment may have blank lines), blanks and code."
  (setv [paragraph fence open?] [[] "" False])
  (for [line lines]
    (setv begins (unless (or fence open?) (.match FENCE line)))
    (if (or fence begins (and (not open?)
        (or (not (.strip line)) (and (not paragraph) (.match INDENTED-CODE line)))))
      (do
        (when paragraph (yield #(paragraph True)))
        (yield #([line] False))
        (setv paragraph [])
        (cond
          begins (setv fence (get begins 1))
          (and fence (.startswith (.strip line) fence) (= (set (.strip line)) (set fence)))
            (setv fence "")))
      (do
        (.append paragraph line)
        (setv open? (if open? (not-in "%%" line) (bool (.match COMMENT line))))
        (when (>= (len paragraph) HELD-LINES)
          (yield #(paragraph True))
          (setv [paragraph open?] [[] False])))))
  (when paragraph (yield #(paragraph True))))


(defn _read [paragraph]
  "Return the text of `paragraph`, a list of lines, without those of which nothing is left."
  (setv text (.join "\n" (gfor line paragraph :if (not (.fullmatch REFERENCE line)) line)))
  (for [mark LINKS]
    (setv text (.sub mark
      (fn [found] (if (get found "ticks") (get found 0) (get found 2)))
      text)))
  (if (= (len text) (sum (map len paragraph) :start (- (len paragraph) 1)))
    text
    (.join "\n" (filter str.strip (.split text "\n")))))
