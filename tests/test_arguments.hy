"Arguments that `train` accepts in several forms: a prep, a text, layers."

(import
  pytest
  lstm-textgen.prep [compose-all]
  lstm-textgen.recipes [recipe]
  lstm-textgen.settings.layers [parse-layers]
  lstm-textgen.textmodel [joined-texts])

(setv pytestmark pytest.mark.quick)


(defn [(pytest.mark.parametrize #("prep" "expected") [
    #("lower" "banana") #(#("replace" "A" "o") "Bonono") #(["lower" #("replace" "a" "o")] "bonono")
    #([["replace" "A" "o"]] "Bonono") #(str.upper "BANANA") #([] "BAnAnA")])]
    test-a-prep-is-a-step-or-a-list-of-steps [prep expected]
  (assert (= ((compose-all prep) "BAnAnA") expected))
  (assert (= ((. (recipe "r" :prep prep) prep) "BAnAnA") expected)))


(defn [(pytest.mark.parametrize #("text" "expected") [
    #("a\nb\n" "a\nb\n") #(["a" "b"] "a\nb") #(["a\n" "b\n"] "a\nb\n") #([] "")
    #((gfor c "ab" c) "a\nb")])]
    test-a-text-may-come-in-several-strings [text expected]
  (assert (= (joined-texts text) expected)))


(defn [(pytest.mark.parametrize "text" [5 b"a" ["a" 5] [b"a"]])]
    test-a-text-is-nothing-but-strings [text]
  (with [_ (pytest.raises TypeError :match "`text` must be text, or a list of texts")]
    (joined-texts text)))


(defn test-a-list-of-sizes-is-one-lstm-for-each []
  (for [sizes [[128 64] #(128 64)]]
    (assert (= (parse-layers (get (. (recipe "r" :layers sizes) settings) "layers"))
      (parse-layers "lstm:128,lstm:64"))))
  (with [_ (pytest.raises ValueError :match "`layers`: \"0\" must have 1 to 65536 hidden units")]
    (recipe "r" :layers [128 0]))
  (with [_ (pytest.raises TypeError :match "`layers` must be layers such as")]
    (recipe "r" :layers [128 "x"])))
