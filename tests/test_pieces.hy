"Pieces: learned from a text, split, stored, and refused where a file has unsound ones."

(import
  json
  re
  sys
  hypothesis [given strategies :as st]
  pytest
  lstm-textgen.text.vocabulary [build-vocabulary parse-vocabulary])

(setv
  pytestmark pytest.mark.quick
  WORDS "the cat sat on the mat, and the dog sat by the cat. The end is 1990, isn't it?\n"
  PIECES (build-vocabulary (* WORDS 9) "pieces" 60))


(defn test-frequent-pairs-are-joined-first []
  (setv v (build-vocabulary "low low low lower newest" "pieces" 11))
  (assert (= (cut v.units 9) (list " elnorstw")))
  (assert (= (cut v.units 9 None) ["lo" "low"]))
  (assert (= (.split v "slow low") ["s" "low" " " "low"])))


(defn test-every-character-is-a-unit-and-a-longer-text-has-more-pieces []
  (assert (= (. (build-vocabulary WORDS "pieces" 5) units) (sorted (set WORDS))))
  (setv text (.join " " (gfor n (range 30_000) (oct (* n n n)))))
  (defn size [length] (len (build-vocabulary (.translate (cut text length)
    (str.maketrans "01234567" "abcdefgh")) "pieces")))
  (assert (= (size 9000) 256))
  (assert (= (size 360_000) (round (* 512 0.6)))))


(defn [(given (st.text :alphabet (st.sampled-from "theca t\n  12.,'-_éé\u0301नमस्ते字😀\t")))]
    test-the-pieces-of-a-text-joined-are-the-text [text]
  (setv units (.split PIECES text))
  (assert (= (.join "" units) text))
  (for [unit units]
    (assert (or (in unit PIECES.ids) (= (len unit) 1)))))


(defn test-a-piece-may-begin-with-a-mark []
  (setv v (build-vocabulary (* "שָׁלוֹם " 9) "pieces" 60))
  (assert (in "\u05b9ם" v.units)))


(defn test-no-piece-reaches-into-another-word-or-beyond-a-sign []
  (for [unit PIECES.units]
    (assert (re.fullmatch r" ?[^\W\d_]+| ?\d| ?[^\w\s]|\n| +" unit))))


(defn test-unknown-characters-are-named-and-another-text-adds-them-alone []
  (with [_ (pytest.raises ValueError :match "lacks these characters: 'z'")]
    (.encode PIECES "the zoo"))
  (setv [ids unknowns] (.encode-seed PIECES "thezcat"))
  (assert (= [unknowns (.decode PIECES ids)] [["z"] "thecat"]))
  (setv grown (.extend PIECES ["über über über"] :max-words 60))
  (assert (= grown.units (+ PIECES.units ["r" "ü"])))
  (assert (= (.split grown "the über") [#* (.split PIECES "the ") "ü" "b" "e" "r"])))


(defn [(pytest.mark.parametrize "units, merges, message" [
    #(["a" "b" "ab"] [] "a merge for each")
    #(["a" "b" "ab"] [[1 0]] "no valid merge for 'ab'")
    #(["a" "b" "ab"] [[0 2]] "no valid merge")
    #(["a" "b" "ab"] [[0 1.0]] "no valid merge")
    #(["a" "b" "ab"] ["ab"] "no valid merge")
    #(["a" "b" "ab"] None "a merge for each")
    #(["a" " " "a "] [[0 1]] "no valid merge for 'a '")
    #(["1" "2" "12"] [[0 1]] "no valid merge for '12'")])]
    test-unsound-merges-are-refused [units merges message]
  (setv stored (json.dumps {"unit" "pieces"  "units" units  "merges" merges}))
  (with [_ (pytest.raises ValueError :match message)]
    (parse-vocabulary stored)))


(defn test-merges-are-part-of-no-other-vocabulary []
  (with [_ (pytest.raises ValueError :match "must have a unit, units and nothing else")]
    (parse-vocabulary (json.dumps {"unit" "words"  "units" ["<unk>" "a"]  "merges" []})))
  (with [_ (pytest.raises ValueError :match "must have a unit, merges, units and nothing else")]
    (parse-vocabulary (json.dumps {"unit" "pieces"  "units" ["a"]}))))


(defn test-splitting-takes-time-by-the-length-of-the-text-alone []
  (setv long (* "theca" 200_000))  ; a word, which is cut into parts of at most 129 characters
  (assert (= (.join "" (.split PIECES long)) long)))


(defn test-a-missing-library-is-named-with-how-to-install-it [monkeypatch]
  (.setitem monkeypatch sys.modules "tokenizers" None)
  (with [_ (pytest.raises ImportError :match "pip install tokenizers")]
    (build-vocabulary WORDS "pieces")))
