#[[Where a word ends, for those who choose words from a model, in Python and on a page.

A word is letters and digits with the apostrophes and hyphens within, or a run of signs, each with
the white space before it; or a run of line breaks. It has ended once something comes that can't
belong to it, by `WORD-TABLE`, for each character. In a script without spaces between words,
one ends where the model is in doubt (see writing/wordtree.hy). Of a list of short lines, the words
are the items.]]

(eval-when-compile (require lstm-textgen.basics.forms [defrecord]))
(import
  functools [cache lru-cache]
  re
  unicodedata [category]
  numpy :as np
  lstm-textgen.prep [QUOTES])

(setv
  WORD-JOINERS "'’-"
  ZERO-WIDTH "\u200c\u200d"  ; joiners of letters, which count as marks
  ;; Thai, Lao, Myanmar, Khmer, kana, Han: for a class of a regular expression, in JavaScript, too.
  SPACELESS (+ "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u3096\u309d-\u309f"
    "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff")
  CLASSES ["break" "mark" "spaceless" "letter" "blank" "joiner" "sign"]
  ;; For each state, the next one after a character of each of the `CLASSES`. A dot: the word ended
  ;; before the character; a minus: it ended before the character's predecessor.
  WORD-TABLE {
    "S" "BGCLSGG"  ; at the start of a word
    "L" ".L.L.J."  ; within letters
    "J" "---L---"  ; after a joiner, which belongs to the word only if a letter follows
    "C" ".CC...."  ; within a script without spaces
    "D" ".C....."  ; there, where a word ends
    "G" ".G...GG"  ; within signs
    "B" "B...B.."  ; within line breaks
    ;; What follows a text that ends with letters, or with letters and a joiner: the rest of
    ;; the word, or the next one.
    "T" "BLCLSQG"
    "Q" ".G.L.GG"  ; a joiner after such letters
    "U" "BGCLSGG"
    ;; An item of a list: where it may end at once, within it, after its end.
    "I" "EXXXXXX"
    "X" ".XXXXXX"
    "E" "......."}
  LONGEST-WORD 40)  ; characters; of a list, the most that 95% of its items have


(defrecord Row
  #[[What units, arrays of their ids, do to a word in one state.

  Those that `go-on` belong to it. Before those that `end` it, it is whole; before those that end
  it one character `back`, all but its last one is. A list has those that end it `within`, each an
  #(id n) whose first `n` characters belong to the word.]]
  [#^ np.ndarray go-on  #^ np.ndarray end  #^ np.ndarray back  #^ list within])


(defn [cache] class-of [character]
  "Return which of the `CLASSES` a `character` belongs to, as an index."
  (.index CLASSES (cond
    (= character "\n") "break"
    (or (= (get (category character) 0) "M") (in character ZERO-WIDTH)) "mark"
    (re.match f"[{SPACELESS}]" character) "spaceless"
    (or (.isalnum character) (= character "_")) "letter"
    (.isspace character) "blank"
    (in character WORD-JOINERS) "joiner"
    True "sign")))


(defn [(lru-cache 100_000)] follow [state text]
  #[[Return #(state end): the state after `text` in a word's `state`, and where the word ended.

  The end is None if it hasn't; it is -1 if it ended before the last character before `text`.]]
  (for [[n character] (enumerate text)]
    (setv after (get WORD-TABLE state (class-of character)))
    (when (in after ".-") (return #(state (- n (int (= after "-"))))))
    (setv state after))
  #(state None))


(defn typed-at-end [text]
  "Return #(state typed): in which state of a word `text` ends, and what it has of that word."
  (setv
    tail (cut text (- LONGEST-WORD) None)
    [state start] ["S" 0])
  (for [[n character] (enumerate tail)]
    (setv
      own (class-of character)
      after (get WORD-TABLE state own))
    (when (in after ".-") (setv [state after] ["S" (get WORD-TABLE "S" own)]))
    (when (= state "S") (setv start n))
    (setv state after))
  (if (in state "LJ") #((get {"L" "T"  "J" "U"} state) (cut tail start None)) #("S" "")))


(defn completes? [state word]
  "Return whether `word` continues what was typed, in a `state` of `typed-at-end` or of an item."
  (or (in state "IX")
    (and (in state "TU") (continues? word) (= (get (follow state word) 0) "L"))))


(defn continues? [text]
  "Return whether `text` may continue a word that ends with letters."
  (in (get CLASSES (class-of (get text 0))) ["letter" "mark" "joiner"]))


(defn as-seen [word]
  "Return what people see of a `word`: one line break for any, and all quotation marks straight."
  (if (in "\n" word) "\n" (.translate (.strip word) QUOTES)))


(defn words-of [text]
  "Return the words of letters in `text`; in a script without spaces, each character is one."
  (setv
    [mark spaceless letter joiner] (map CLASSES.index ["mark" "spaceless" "letter" "joiner"])
    classes (.join "" (gfor character text (str (class-of character))))
    words (re.finditer f"{spaceless}|{letter}[{letter}{mark}{joiner}]*" classes))
  (lfor word words (get text (slice #* (.span word)))))


(defn [(lru-cache 8)] enders-of [vocabulary]
  "Return the ids (n,) of units of `vocabulary` before which a word that ends in a letter is over."
  (np.array
    (lfor [id unit] (enumerate vocabulary.units) :if (not (continues? unit)) id)
    int))


(defn [(lru-cache 64)] row-of [vocabulary state]
  "Return the `Row` of all units of `vocabulary` in a word's `state`."
  (row-after vocabulary.units state (range vocabulary.size) 0))


(defn row-after [units state ids typed]
  "Return the `Row` of `ids` among `units` whose first `typed` characters have come already."
  (setv [go-on end back within] [[] [] [] []])
  (for [id ids]
    (setv [_ ended] (follow state (cut (get units id) typed None)))
    (match ended
      None (.append go-on id)
      0 (.append end id)
      -1 (.append back id)
      _ (.append within #(id ended))))
  (Row #* (gfor ids [go-on end back] (np.array ids int)) within))


(defn [(lru-cache 8)] firsts-of [vocabulary]
  "Return #(ids characters), (n,) each: units of scripts without spaces, their first characters."
  (setv
    own (.index CLASSES "spaceless")
    ids (lfor [id unit] (enumerate vocabulary.units) :if (= (class-of (get unit 0)) own) id)
    numbers {})
  #( (np.array ids int)
    (np.array
      (lfor id ids (.setdefault numbers (get vocabulary.units id 0) (len numbers)))
      int)))
