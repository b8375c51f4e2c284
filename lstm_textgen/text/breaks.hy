#[[Where the lines of a text don't end, so that a model trained on it doesn't break them there.

A base that has read wrapped books breaks lines within sentences, and a short text doesn't cure it
of that. So a model keeps what its text lacks: breaks after letters, after commas, within
`sentences`; and the characters with which the items of a list of lines end.]]

(import
  collections [Counter]
  functools [lru-cache]
  math [inf]
  re
  numpy :as np)

(setv
  COMMAS ",،、，"
  ;; The last character of a line, the break with blank lines and indents, what comes next.
  BREAK (re.compile r"(\S)[^\S\n]*(\n\s*)(?=(\S))")
  BREAKS ["letters" "commas" "sentences"]
  [FREE NO-BREAK IN-SENTENCE BROKEN] (range 4)  ; the states of a text in `break-rules`
  OVERSIGHTS (/ 0.75 10_000))  ; breaks of a kind per character, up to which they are oversights


(defn unbroken-in [places]
  #[[Return those of `BREAKS` that `places`, parts of a text, hardly have, with spaces between.

  One within a sentence comes after a letter or a comma, before a small letter and no blank line.
  Headings end with letters, too, so a text may lack only these.]]
  (setv
    most (* OVERSIGHTS (sum (map len places)))
    found (Counter))
  (for [place places  [before space after] (.findall BREAK place)]
    (setv kind (_kind before))
    (.update found (filter None
      [kind (when (and kind (.islower after) (= (.count space "\n") 1)) "sentences")])))
  (.join " " (gfor kind BREAKS :if (<= (get found kind) most) kind)))


(defn _kind [character]
  "Return the kind of a break after `character` (str), which may be empty, or None."
  (cond
    (.isalpha character) "letters"
    (and character (in character COMMAS)) "commas"))


(defn common [one other]
  "Return the kinds that both `one` and `other` have, each as of `unbroken-in`, or None."
  (.join " " (gfor kind (.split (or one "")) :if (in kind (.split (or other ""))) kind)))


(defn [(lru-cache 8)] break-rules [vocabulary item-ends unbroken]
  #[[Return #(barred following): where texts in units of `vocabulary` have no line breaks; or None.

  In `NO-BREAK` no line break may follow, in `BROKEN`, after a break `IN-SENTENCE`, no small
  letter. `barred` (4, size) has -∞ for these units of each state, `following` (4, size) the state
  after each unit. `item-ends` are the characters that lines end with, empty or None for any,
  `unbroken` is as of `unbroken-in`. The last few are kept, as each text needs one.]]
  (setv
    end (.get vocabulary.ids "\n")
    kinds (.split (or unbroken "")))
  (when (or (is end None) (not (or kinds item-ends))) (return None))
  (setv [barred following] (lfor kind ["float32" "int8"] (np.zeros #(4 vocabulary.size) kind)))
  (for [[unit id] (.items vocabulary.ids)  :if (!= id end)]
    (setv
      last (cut unit -1 None)
      kind (_kind last)
      (get following #(... id)) (cond
        (or (in kind kinds) (and item-ends (not-in last item-ends))) NO-BREAK
        (and kind (in "sentences" kinds)) IN-SENTENCE
        True FREE))
    (when (.islower (cut (.lstrip unit) 1)) (setv (get barred #(BROKEN id)) (- inf))))
  (setv
    (get barred #(NO-BREAK end)) (- inf)
    (get following #([IN-SENTENCE BROKEN] end)) BROKEN)
  #(barred following))
