"A model by pieces on a page: the browser splits, writes and shows as Python does."

(import
  random
  pytest
  lstm-textgen.pages.assembly [join-modules]
  lstm-textgen.text.vocabulary [Vocabulary]
  lstm-textgen.textmodel [TextModel]
  tests.browser [fragment halved-model open-page page-of start-browser start-of wait-for-end
    wait-for-units WRITTEN written])

(setv
  browser (pytest.fixture start-browser :scope "module")
  VERSE "the cat sat on the mat, and the dog sat by the cat. \"Heylo,\" said the fog!\n"
  ;; Words of several scripts, whose letters, marks, digits and signs are told apart.
  SCRIPTS (* 3 ["the cats'  theory\n\tof 2048 cafe\u0301s, don't_do-it!" "Ⅻ x² ½ ٣٤ ⑦"
    "नमस्ते दुनिया हिन्दी" "สวัสดีชาวโลก" "سلام دنیا می‌خواهم" "שָׁלוֹם" "日本語の文章。「はい」" "한국어 문장"
    "👩‍👩‍👧 ❤️ 🇩🇪 𝔘𝔫𝔦 𐐷𐑌" "a\u0301\u0302\u0303\u0304\u0305b" "\x1c\x85\xa0 \u2003\u3000\ufeff\u200b"
    (* "long" 20) (* "1" 40) (* " " 70) "ǅ ß İ ﬁ" "\r\x00\x7f\u2028"]))


(defn random-texts [alphabet n]
  "Return `n` texts of 0 to 60 characters of `alphabet`, in which some come far more often."
  (setv rng (random.Random 1))
  (lfor _ (range n)
    :setv some (.sample rng alphabet 6)
    (.join "" (lfor _ (range (.randrange rng 60)) (.choice rng (.choice rng [some alphabet]))))))


(defn split-in-browser [browser vocabulary texts]
  "Return what assets/units.js makes of `texts`: for each, the units of `vocabulary`."
  (setv
    page (.new-page browser)
    facts {"units" vocabulary.units  "unknown" vocabulary.unknown  "lower" False
           "rules" (.split-rules vocabulary)}
    code (join-modules ["units.js"]))
  (.evaluate page (+ "([facts, texts]) => {" code
      f"const vocabulary = new UNITS.{vocabulary.unit}(facts);"
      "return texts.map((text) => Array.from(vocabulary.split(text)));}")
    [facts texts]))


(defn [(pytest.mark.parametrize "unit" ["characters" "pieces" "words"])]
    test-the-browser-splits-as-python-does [browser unit]
  (setv
    alphabet (sorted (set (.join "" SCRIPTS)))
    texts [#* SCRIPTS (.join " " SCRIPTS) #* (random-texts alphabet 2000)]
    vocabulary (Vocabulary.build SCRIPTS unit)
    splits (split-in-browser browser vocabulary texts))
  (for [[text units] (zip texts splits)]
    (assert (= units (list (.split vocabulary text))) (repr text))))
