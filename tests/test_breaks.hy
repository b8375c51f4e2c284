"Where lines of a text don't end: found in the text, kept in the model, held to in what it writes."

(import
  re
  textwrap
  pytest
  lstm-textgen.prep [join-lines]
  lstm-textgen.text.breaks [unbroken-in]
  lstm-textgen.text.looks [wrap-width]
  lstm-textgen.writing.mixture [Mixture]
  tests.helpers [counting small-model train-least write-many])

(setv
  SENTENCE "The keeper, who was old, climbed the stairs of the tower every evening. "
  PROSE (+ (.strip (* SENTENCE 9)) "\n\n"))


(defn [pytest.mark.quick (pytest.mark.parametrize #("text" "unbroken") [
    #((* PROSE 50) "letters commas sentences")
    #((* (+ "A Keeper's Evening\n\n" PROSE) 50) "commas sentences")
    #((* (+ "Keeper: Light it\nDog: no, you\n" PROSE) 50) "commas sentences")
    #((* "The rain goes up,\nThe rain comes down\nAnd all is wet.\n\n" 50) "sentences")
    #((* "the rain goes up,\nthe rain comes down\nand all is wet.\n\n" 50) "")
    #((textwrap.fill (* PROSE 50) 65) "")
    #((* "春眠不覺曉，\n處處聞啼鳥。\n" 50) "letters sentences")
    #((+ (* PROSE 60) "Yours,\nAnna\nand Bea\n\n" (* PROSE 60)) "letters commas sentences")])]
    test-what-a-text-lacks-is-found-though-it-has-an-oversight [text unbroken]
  (assert (= (unbroken-in [text]) unbroken)))


(defn written [unit unbroken [text "old Cat, sat. \n"]]
  "Return what a model writes that finds all units of `text` equally likely, and is `unbroken` so."
  (setv model (small-model :unit unit :text text :odds {} :unbroken unbroken))
  (.join "|" (write-many model [". "] 20 :temperature 1 :length 100 :rng-seed 1)))


(defn [pytest.mark.quick (pytest.mark.parametrize "unit" ["characters" "pieces" "words"])
       (pytest.mark.parametrize #("kinds" "breaks") [
    #("letters" r"[a-zC]\n") #("commas" r",\n") #("sentences" r"[a-zC,]\n+[a-z]")
    #("letters commas sentences" r"[a-zC,]\n")])]
    test-a-line-is-broken-only-as-in-the-training-text [unit kinds breaks]
  (assert (re.search breaks (written unit None)))
  (setv text (written unit kinds))
  (assert (not (re.search breaks text)))
  (assert (in ".\n" text)))


(defn [counting] test-a-model-keeps-what-all-its-texts-lack [tmp-path]
  (defn after [text #** settings]
    (setv [model _] (train-least tmp-path text #** {"add_text" True  #** settings}))
    model.facts.unbroken)
  (assert (= (after (* PROSE 50)) "letters commas sentences"))
  (assert (= (after (* (+ "A Keeper's Evening\n\n" PROSE) 50)) "commas sentences"))
  (assert (is (after (textwrap.fill (* PROSE 50) 65)) None))
  (assert (is (after (* PROSE 50)) None))
  (setv list (.join ".\n" "ABCDEFGHIJKL"))
  (assert (is (after list :add-text False :restart True :items "line") None)))


;; * Wrapped lines

(defn ragged [text widths]
  "Return `text` in lines that are wrapped at each of `widths` by turns."
  (setv lines [])
  (while text
    (setv [line #* rest] (textwrap.wrap text (get widths (% (len lines) (len widths)))))
    (.append lines line)
    (setv text (.join " " rest)))
  (.join "\n" [#* lines ""]))


(defn [pytest.mark.quick (pytest.mark.parametrize #("text" "width") [
    #((textwrap.fill (* PROSE 50) 65) 65)
    #((* (+ (textwrap.fill PROSE 60) "\n\n") 50) 60)
    #((* PROSE 50) 0)
    #((* "The rain goes up,\nThe rain comes down\nAnd all is wet.\n\n" 50) 0)
    #((* "春眠不覺曉，\n處處聞啼鳥。\n" 50) 0)
    #((+ (* (+ (textwrap.fill (* PROSE 50) 67) "\n\n") 20) (* (+ (* PROSE 3) "\n\n") 40)) 67)
    #((ragged (* SENTENCE 90) [70 58 66 61]) 68)
    #((ragged (.lower (* SENTENCE 90)) [44 34 40 37]) 0)
    #((+ (* PROSE 100) (textwrap.fill (* SENTENCE 16) 49)) 0)
    #((* (+ (.replace (.strip (* SENTENCE 3)) ". " ".\n") "\n") 50) 0)])]
    test-a-wrapped-text-looks-like-one [text width]
  (assert (= (wrap-width (.split text "\n")) width)))


(defn [pytest.mark.quick] test-raggedly-wrapped-lines-are-joined-but-not-verse-and-headings []
  (setv prose (.lower (* SENTENCE 9)))
  (assert (= (join-lines (ragged prose [70 58 66 61]) 70) (+ (.strip prose) "\n")))
  (for [text ["the rain goes up,\nthe rain comes down\n" "CHAPTER THE FIRST\nin which it rains\n"]]
    (assert (= (join-lines text 70) text))))


(defn [counting] test-a-run-offers-to-join-wrapped-lines-and-the-model-reads-others-so [tmp-path]
  (setv
    text (textwrap.fill (* PROSE 50) 65)
    [_ said] (train-least tmp-path text))
  (assert (in (+ "lines are wrapped at 65 characters; to learn whole paragraphs, try `join_lines` "
    "65") (map str said)))
  (setv [model said] (train-least tmp-path text :join-lines 65 :restart True))
  (assert (not-in "wrapped" (str said)))
  (assert (= model.checkpoint.facts.unbroken "letters commas sentences"))
  (assert (not-in "\n" (.prepare model text))))


(defn [pytest.mark.quick] test-two-models-break-lines-as-either-does-and-write-items-of-either []
  (setv models (lfor [kinds n] [["letters commas" 3] ["commas sentences" 3] [None 4]]
    (small-model :unbroken kinds :items "paragraph" :longest-item 9 :item-lines n)))
  (for [[pair expected] [[(cut models 2) ["commas" 3]] [(cut models 1 None) ["" None]]]]
    (setv facts (. (Mixture #* pair) facts))
    (assert (= [facts.unbroken facts.item-lines] expected))))
