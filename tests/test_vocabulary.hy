"Characters and words become ids and come back."

(import
  json
  tracemalloc
  hypothesis [given strategies :as st]
  pytest
  lstm_textgen.text.units [Words describe-units]
  lstm_textgen.text.vocabulary [build-vocabulary parse-vocabulary])

(setv
  pytestmark pytest.mark.quick
  texts (st.text (st.characters :exclude-categories ["Cs"]) :min-size 1)
  wordy (st.text "ab \n\t\u00a0'’-.,é漢😀\u0301\u200d_7" :min-size 1))


(defn words-of [text [max-words None]]
  (build-vocabulary text "words" max-words))


(defn [(given texts)] test-a-text-of-characters-is-encoded-and-decoded [text]
  (setv v (build-vocabulary text))
  (assert (= v.units (sorted (set text))))
  (setv ids (v.encode text))
  (assert (= ids.shape #((len text))))
  (assert (= (v.decode ids) text)))


(defn [(given (| texts wordy))] test-words-joined-are-the-text [text]
  (assert (= (.join "" (Words.split text)) text))
  (setv v (words-of text))
  (assert (= (v.decode (v.encode text)) text)))


(defn test-words-are-split-as-people-write []
  (setv cases {
    "Don't stop, fox!" ["Don't" " stop" "," " fox" "!"]
    "well-known — ’tis\n\n  so" ["well-known" " —" " ’" "tis" "\n" "\n" "  " "so"]
    "I ❤️ हिन्दी 👩‍🚀!" ["I" " ❤️" " हिन्दी" " 👩‍" "🚀" "!"]
    "\tx  \n" ["\t" "x" "  " "\n"]
    "x " ["x" " "]})
  (for [[text units] (.items cases)]
    (assert (= (Words.split text) units))))


(defn test-frequent-words-come-first-and-ties-by-text []
  (setv v (words-of "b a, b a, c"))
  (assert (= v.units ["<unk>" " a" "," " b" " c" "b"]))
  (assert (= v.unknown 0))
  (assert (= (. (words-of "b a, b a, c" 2) units) ["<unk>" " a" ","])))


(defn test-unknown-words-try-their-other-spacing []
  (setv v (words-of "hello world"))
  (assert (= (.tolist (v.encode "world hello moon"))
    (lfor u [" world" "hello" "<unk>"] (get v.ids u)))))


(defn test-the-literal-unknown-unit-is-plain-text []
  (setv v (words-of "an <unk> here"))
  (assert (= (v.decode (v.encode "an <unk> here")) "an <unk> here"))
  (assert (= (.count v.units "<unk>") 1)))


(defn test-a-text-longer-than-a-chunk-comes-back-and-needs-few-bytes-a-character []
  (setv
    text (* "heylo 漢😀\n" 100_000)
    v (build-vocabulary text))
  (tracemalloc.start)
  (setv ids (.encode v text))
  (setv [_ peak] (tracemalloc.get-traced-memory))
  (tracemalloc.stop)
  (assert (< peak (* 4 (len text))))
  (assert (= (.decode v ids) text)))


(defn test-unknown-characters-are-named []
  (setv v (build-vocabulary "abc"))
  (with [error (pytest.raises ValueError)]
    (v.encode "a\u00e9b\u0007\U0001F98A"))
  (assert (= (str error.value)
    "the vocabulary lacks these characters: '\\x07' (U+0007), 'é' (U+00E9), '🦊' (U+1F98A)"))
  (assert (= (describe-units (list "abcdefghijkl"))
    (+ (.join ", " (gfor c "abcdefghij" f"'{c}' (U+{(ord c) :04X})")) " and 2 more"))))


(defn test-a-seed-skips-unknown-characters-and-words-and-names-them []
  (setv [ids unknowns] (.encode-seed (build-vocabulary "abc") "zabzüc\ud800"))
  (assert (= (.tolist ids) [0 1 2]))
  (assert (= unknowns ["z" "ü" "\ud800"]))
  (setv
    v (words-of "hello world")
    [ids unknowns] (v.encode-seed "world moon hello moon mars"))
  (assert (= unknowns [" moon" " mars"]))
  (assert (= (v.decode ids) " worldhello")))


(defn [(given texts texts (st.sampled-from ["characters" "words"]))]
    test-ids-keep-their-meaning-when-a-vocabulary-grows [old new unit]
  (setv
    v (build-vocabulary old unit)
    grown (v.extend [new]))
  (assert (= (cut grown.units (len v)) v.units))
  (assert (is (v.extend [old]) v))
  (assert (= (grown.decode (grown.encode old)) old))
  (assert (= (grown.decode (grown.encode new)) new)))


(defn test-a-vocabulary-of-words-grows-up-to-its-limit []
  (setv
    v (words-of "a b")
    extended (fn [most] (. (v.extend [" c c d e"] :max-words most) units)))
  (assert (= v.units ["<unk>" " b" "a"]))
  (assert (= (extended 3) (+ v.units [" c"])))
  (assert (= (extended 1) v.units))
  (assert (= (extended None) (+ v.units [" c" " d" " e"]))))


(defn [(given texts (st.sampled-from ["characters" "words"]))]
    test-json-is-ascii-and-comes-back [text unit]
  (setv
    v (build-vocabulary text unit)
    string (v.to-json)
    again (parse-vocabulary string))
  (assert (.isascii string))
  (assert (= #(again.unit again.units again.ids) #(v.unit v.units v.ids))))


(defn [(pytest.mark.parametrize "string" [
    ""
    "null"
    (* "[" 100_000)
    "{\"unit\": \"characters\"}"
    "{\"unit\": [], \"units\": [\"a\"]}"
    "{\"unit\": \"characters\", \"units\": [\"a\"], \"more\": 1}"
    "{\"unit\": \"characters\", \"units\": []}"
    "{\"unit\": \"characters\", \"units\": [\"a\", [\"b\"]]}"
    "{\"unit\": \"characters\", \"units\": [\"a\", \"\"]}"
    "{\"unit\": \"characters\", \"units\": [\"a\", \"b\", \"a\"]}"
    "{\"unit\": \"characters\", \"units\": [\"a\", \"bc\"]}"
    "{\"unit\": \"characters\", \"units\": [\"\\ud800\"]}"
    "{\"unit\": \"words\", \"units\": [\"a\", \"<unk>\"]}"
    (+ "{\"unit\": \"characters\", \"units\": [" (* "[]," 600_000) "1]}")
    (json.dumps {"unit" "words"  "units" ["<unk>" (* "a" (+ (** 2 23) 1))]})]
    :ids (fn [s] (cut (repr s) 60)))]
    test-a-strangers-json-is-checked [string]
  (with [(pytest.raises ValueError :match "vocabulary|surrogates")]
    (parse-vocabulary string)))


(defn test-what-is-no-text-is-refused []
  (with [(pytest.raises ValueError :match "empty")]
    (build-vocabulary ""))
  (for [unit ["characters" "words"]]
    (with [(pytest.raises ValueError :match "surrogates")]
      (build-vocabulary "a\ud800b" unit))))
