"The names of a text: found in it, kept in the model, and held to in what it writes."

(import
  re
  pytest
  lstm-textgen.text.names [LONGEST-TEXT MOST-NAMES names-in]
  lstm-textgen.writing.mixture [Mixture]
  tests.helpers [counting small-model train-least write-many])


(defn word [n]
  "Return a name, another one for each `n`."
  (+ "N" (.translate (str n) (dfor [k c] (enumerate "abcdefghij") (+ 48 k) c))))


(defn [pytest.mark.quick (pytest.mark.parametrize #("text" "names") [
    #("Then it was Ann, and her old dog had gone, too, when it rained then. " "Ann")
    #("Mary! Who saw what I am? Then it rained, and then nobody saw who I was. " "I Mary")
    #("Das ist der Hund, und das ist die Katze, die immer so laut ist. " "")
    #("nobody has a name here, not one. " "") #("HE SAID THAT ANN WENT. " "")
    #("Он видел, как Анна и он шли, и всё тут, и он не знал, что это было. " "Анна")
    #((.join " and then some more of them, as ever, than " "ABCDEFGHIJ") "A B C D E F G H I J")
    #((+ "an old Bo " (* "x" LONGEST-TEXT)) "")
    #((.join ", as they all say now and then, " (map word (range (+ MOST-NAMES 1)))) "")])]
    test-a-texts-names-are-found-unless-they-are-too-many [text names]
  (assert (= (names-in text) names)))


(defn share-of [name unit names [seed ". "]]
  "Return the share of `name` in the names that a model with `names` writes after `seed`."
  (setv
    model (small-model :unit unit :text "old Bob, or Cob. " :odds {} :names names)
    texts (write-many model [seed] 20 :temperature 1 :length 300 :rng-seed 1)
    found (re.findall r"(?<=[a-z,] )[BC]\w*(?=\W)" (.join "\n" texts)))
  (/ (.count found name) (len found)))


(defn [pytest.mark.quick (pytest.mark.parametrize "unit" ["characters" "pieces"])]
    test-a-model-keeps-to-its-names-and-those-of-the-seed [unit]
  (assert (< (share-of "Cob" unit None) 0.1))
  (assert (> (share-of "Cob" unit "Cob") 0.5))
  (assert (> (share-of "Cob" unit "Bob Cob") 0.2))
  (assert (> (share-of "Bob" unit "Cob" "old Bob") 0.2)))


(defn [counting] test-a-model-keeps-the-names-of-all-its-texts [tmp-path]
  (defn after [text #** settings]
    (setv [model _] (train-least tmp-path (* text 50) #** {"add_text" True  #** settings}))
    model.facts.names)
  (setv [bo cy] (gfor name ["Bo" "Cy"] f"it is what he and {name} have seen here, now and then. "))
  (assert (= (after bo) "Bo"))
  (assert (= (after cy) "Bo Cy"))
  (assert (is (after (.lower bo)) None))
  (assert (is (after bo) None))
  (setv list (.join "\n" (gfor c "abcdefghijkl" (+ bo c))))
  (assert (is (after list :add-text False :restart True :items "line") None)))


(defn [pytest.mark.quick] test-two-models-have-the-names-of-both []
  (defn names [#* each]
    (. (Mixture #* (gfor names each (small-model :names names))) facts names))
  (assert (= (names "Ann Bo" "Bo Cy") "Ann Bo Cy"))
  (assert (= (names "Ann" None) "")))
