"Words that a model may spell: kept in its file, a rule of the draw."

(import
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.text.lexicon [LONGEST-READ Lexicon SPELLED-WORD joined-lexicons lexicon-of packed]
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.mixture [Mixture]
  lstm-textgen.writing.rules [KnownWords]
  tests.helpers [ROOT brief refusal-of small-model])

(setv
  pytestmark brief
  DIARY (.read-text (/ ROOT "corpora" "lighthouse.txt") :encoding "utf-8")
  DINOSAURS (.read-text (/ ROOT "corpora" "dinosaurs.txt") :encoding "utf-8")
  WORDS ["read" "reader" "reads" "red+" "a+" "éa" "zoo" "zoological" "𐐨𐐩" "𐐨𐐪" "ﬁn"])


;; * The lexicon

(defn [pytest.mark.quick] test-a-lexicon-has-its-words-and-their-beginnings []
  (assert (= (packed ["read" "reader" "reads" "red+"]) b"0read4er4s2d+"))
  (setv lexicon (Lexicon (packed WORDS)))
  (for [word WORDS  :setv bare (.rstrip word "+")]
    (assert (in bare lexicon))
    (for [n (range (len bare))] (assert (.begins? lexicon (cut bare (+ n 1))))))
  (assert (not-in "rea" lexicon))
  (assert (not (any (map lexicon.begins? ["rex" "readers" "q" "zoos"]))))
  (assert (= (lfor word ["red" "zoo" "reads"] (.comes-again? lexicon word)) [True True False])))


(defn [pytest.mark.quick] test-lexicons-are-joined []
  (setv both (Lexicon (joined-lexicons (packed ["one" "two+"]) (packed ["two" "three"]))))
  (assert (= (sorted (.marked both)) ["one" "three" "two+"]))
  (assert (= (joined-lexicons b"" (packed ["one"])) (packed ["one"]))))


(defn [pytest.mark.quick] test-a-text-that-invents-words-has-no-lexicon []
  (setv
    all (sfor word (.findall SPELLED-WORD DIARY) (.lower word))
    base (packed all)
    own (Lexicon (lexicon-of DIARY base)))
  (for [word all] (assert (in word own)))
  (assert (= (lexicon-of DIARY) b""))  ; its end has many words that the rest lacks
  (assert (= (lexicon-of DINOSAURS base) b""))
  (assert (= (lexicon-of (* "one two " LONGEST-READ)) (lexicon-of "") b"")))


(defn [pytest.mark.quick] test-a-word-that-often-comes-again-soon-may []
  (setv lexicon (Lexicon (lexicon-of (* (+ "again and again the bell " (* "x y z " 9)) 30))))
  (assert (.comes-again? lexicon "again"))
  (assert (not (.comes-again? lexicon "bell"))))


;; * The rule

(defn [pytest.mark.quick (pytest.mark.parametrize #("text" "added" "may") [
    #("" "rea" True) #("" "rex" False) #("rea" "d" True) #("rea" " " False) #("read" " " True)
    #("read" "1" True) #("rea" "ding" False) #("a red " "reads, a" True)
    ;; A word that the seed begins may be any, but the next may not.
    #("xyz" "qq" True) #("xyz" "qq rea" True) #("xyz" " qq" False)
    ;; No word twice in six, unless it is short or often comes again.
    #("reads a a " "reads" False) #("reads a a a a a " "reads" True) #("reader, Read" "er" True)
    #("reads a " "Reads" False) #("zoo " "zoo" True)])]
    test-a-text-spells-known-words-alone [text added may]
  (assert (!= (.refuses? (KnownWords [added] (Lexicon (packed WORDS)) text) 0 True) may)))


(defn [pytest.mark.quick] test-a-model-writes-no-word-that-its-lexicon-lacks []
  (setv
    model (small-model :text "one two four\n" :odds {} :layers "3")
    model.lexicon (packed ["one+" "two+" "four+"]))
  (defn words [model #** options]
    (set (.findall SPELLED-WORD (.generate (TextModel model) "\n" 300 :rng-seed 1 #** options))))
  (assert (<= (words model) #{"one" "on" "o" "two" "tw" "t" "four" "fou" "fo" "f"}))
  (assert (> (len (words (small-model :text "one two four\n" :odds {} :layers "3"))) 20))
  (assert (> (len (words model :match "(?s)[^e]*")) 0)))  ; a pattern comes first


(defn [pytest.mark.quick] test-a-mixture-knows-the-words-of-both []
  (setv models (lfor lexicon [(packed ["one"]) (packed ["two"]) b""]
    (small-model :text "one two\n")))
  (for [[model words] (zip models [["one"] ["two"] []])] (setv model.lexicon (packed words)))
  (setv [a b none] models)
  (assert (= (. (Mixture a b) lexicon) (packed ["one" "two"])))
  (assert (= (. (Mixture a none) lexicon) b"")))


(defn [pytest.mark.quick] test-an-invalid-lexicon-is-refused [tmp-path]
  (setv
    path (/ tmp-path "model.h5")
    model (small-model)
    model.lexicon (packed WORDS))
  (save-checkpoint model path)
  (assert (= (. (load-checkpoint path) lexicon) model.lexicon))
  (for [data [b"x0read" b"0re\xff" b"0read++"]]
    (setv model.lexicon data)
    (assert (in "lexicon" (refusal-of (fn [] (save-checkpoint model path)))))))
