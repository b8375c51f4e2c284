"The English of the project: terms for which the field has a better one don't come back."

(import
  re
  pytest
  tests.helpers [ROOT])

(setv
  pytestmark pytest.mark.quick
  ;; Terms, and what to write instead.
  TERMS {
    "alphabets?" "vocabulary"  "anew" "again"  "by heart" "memorized, overfits"
    "explode[ds]" "diverged"  "from nothing" "from scratch"  "learns? on" "fine-tune, continue"
    "least loss" "lowest loss"  "memory kept" "allocator tuned"  "readings" "epochs, passes"
    "picture that moves" "live display"  "says? so" "the message itself"  "shall" "will, must"
    "small and steady" "activation regularization"  "(?:so|that) many" "the number, by its name"
    "told of" "described, mentioned"  "units suit" "default for this length"
    "writes? on from" "continue a seed text"
    "by (?:pieces|words|characters)" "a piece-level model, of pieces, learns pieces"}
  BANNED (re.compile (.format r"\b(?:{})\b" (.join "|" TERMS)) re.IGNORECASE)
  PAGES ["README.md" "CHANGELOG.md" "CONTRIBUTING.md" "corpora/README.md" "docs"
    "bench/README.md" "bench/log.md"]
  ;; Folders of code whose strings and comments have none of them.
  CODE ["lstm_textgen" "bench"]
  ;; Lines that may have one, by a part of each.
  EXCEPTIONS {
    "README.md" ["Dora: what shall we give"]
    "CHANGELOG.md" ["--alphabet"]  ; a flag that went
    "docs/guides/chat.md" ["Emre: what shall we give"]
    ;; What the tab Teach calls it, in words for a class.
    "docs/lesson.md" ["Learning by heart" "learning by heart"]
    "docs/lesson-sheet.md" ["Learning by heart" "learning by heart"]}
  ;; What people read in a module: long strings, strings, comments.
  PROSE (re.compile r"(?s)#\[\[.*?\]\]|\"(?:\\.|[^\"\\])*\"|;[^\n]*")
  ;; What comes from modules, or was written by a model.
  GENERATED (re.compile r"(?s)<!-- generated:.*?<!-- end -->|<blockquote>.*?</blockquote>"))


(defn files-in [places ending]
  "Return the names of the files that end so at or below the `places`, from the root."
  (sorted (gfor
    place places
    :setv path (/ ROOT place)
    file (if (.is-dir path) (.rglob path (+ "*" ending)) [path])
    (.as-posix (.relative-to file ROOT)))))


(defn prose-in [name text]
  "Yield each part that people read in the `text` of the file `name`, with the line it begins on."
  (setv
    code? (.endswith name ".hy")
    parts (if code?
      (lfor found (.finditer PROSE text) #((.start found) (get found 0)))
      [#(0 (.sub GENERATED (fn [found] (* "\n" (.count (get found 0) "\n"))) text))]))
  (for [[start part] parts]
    (yield #((+ 1 (.count text "\n" 0 start)) part))))


(defn lapses [name text]
  "Return the lines with a banned term in the `text` of the file `name`, each after its number."
  (setv allowed (.get EXCEPTIONS name []))
  (lfor
    [start part] (prose-in name text)
    [n line] (enumerate (.split part "\n") start)
    :if (and (re.search BANNED line) (not (any (gfor each allowed (in each line)))))
    f"{n}: {(.strip line)}"))


(defn test-terms-with-a-better-one-are-not-used []
  (for [name [#* (files-in PAGES ".md") #* (files-in CODE ".hy")]]
    (assert (= (lapses name (.read-text (/ ROOT name) :encoding "utf-8")) []) name)))


(defn test-a-term-is-found-in-what-people-read []
  (setv
    code "(setv so many 1) ; so many\n(f \"a \\\" \" #[[b\nShall]])\n\"marshalled\""
    page "<!-- generated: x -->\nanew\n<!-- end -->\nIt learns on.")
  (assert (= (lapses "a.hy" code) ["1: ; so many" "3: Shall]]"]))
  (assert (= (lapses "a.md" page) ["4: It learns on."])))
