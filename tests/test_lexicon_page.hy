"Words that a model may spell, on a page: kept and refused as by the program."

(import
  lstm-textgen.pages.assembly [SHARED]
  lstm-textgen.text.lexicon [Lexicon SPELLED-WORD lexicon-of packed]
  tests.node [in-node]
  tests.test-lexicon [ALPHABETS DIARY DINOSAURS REMARK WORDS fine?])


(defn test-a-page-keeps-the-same-words []
  (setv
    base (.decode (packed (sfor word (.findall SPELLED-WORD DIARY) (.lower word))))
    texts (lfor text [DIARY DINOSAURS ALPHABETS (* REMARK 200) ""] known ["" base] [text known]))
  (setv found (in-node ["text/lexicon"]
    "([texts, limits]) => texts.map(([text, known]) => lexiconOf(text, known, limits))"
    [texts (get SHARED "lexicon")]))
  (for [[[text known] own] (zip texts found)]
    (assert (=
      (sorted (.marked (Lexicon (.encode own))))
      (sorted (.marked (Lexicon (lexicon-of text (.encode known)))))))))


(defn test-a-page-spells-by-the-same-rule []
  (setv
    pieces ["rea" "d" "reads" " " "a" "red," "zoo" "xyz" "R" "1" "é" "𐐨" "𐐩 " "ﬁn" "’"]
    cases (lfor a pieces b pieces c pieces [(+ a " " b c) (+ c a)])
    own (lfor [text added] cases (not (fine? text added))))
  (assert (= own (in-node ["text/lexicon"]
    (+ "([cases, lexicon, limits]) => cases.map(([text, added]) =>"
      " new KnownWords([added], lexicon, limits).refuses(0, { text }))")
    [cases (.decode (packed WORDS)) (get SHARED "lexicon")]))))
