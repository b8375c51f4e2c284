"Steps of data preparation, and functions made of them."

(import
  functools [partial]
  itertools [product]
  unicodedata
  hypothesis [given strategies :as st]
  pytest
  lstm-textgen.prep [composed default-prep]
  tests.helpers [refusal-of])

(setv
  pytestmark pytest.mark.quick
  join-wrapped (partial default-prep :width 11))


(defn [(pytest.mark.parametrize #("step" "before" "after") [
    #("lower" "ÉCLAIR Σ" "éclair σ")
    #("nfc" "e\u0301clair" "\u00e9clair")
    #(#("replace" "." "--") "a.b" "a--b")
    #("ascii-quotes" "“heylo” ‘cat’ «oh» ‹ah› 5′ 6″ l’été"
      "\"heylo\" 'cat' \"oh\" 'ah' 5' 6\" l'été")
    #("strip-lines" "  a \n\t\nb\u00a0\n" "a\n\nb\n")
    #("squeeze-blank-lines" "a\n\n\n\nb\n" "a\n\nb\n")
    #("squeeze-blank-lines" "a\n \n\t\n\nb" "a\n\nb")
    #("squeeze-blank-lines" "\n\n\na" "\na")
    #("squeeze-blank-lines" "a\n\n\n" "a\n\n")
    #("squeeze-blank-lines" "a\n\nb\nc" "a\n\nb\nc")
    #(join-wrapped "The rain—\nit\nfalls down,\ndown.\n" "The rain—it\nfalls down, down.\n")
    #(join-wrapped "A long-\nlegged\n  goat\n\nhas a coat" "A long-legged\n  goat\n\nhas a coat")
    #("mask-numbers" "+49 (170) 123-4567, 2024, 12:30, 4 x 4 and 04.01.2025"
      "+00 (000) 000-0000, 2024, 12:30, 4 x 4 and 00.00.0000")
    #("mask-numbers" "٠١٢٣٤٥" "000000")
    #("mask-addresses"
      "Ask anna.k+1@mail.example.org, or see https://x.org/a?b=c. www.y.net (@anna)"
      "Ask name@example.com, or see https://example.com. https://example.com (@anna)")
    #(default-prep "\ufeffa\r\nb\rc\n\u0065\u0301" "a\nb\nc\n\u00e9")])]
    test-a-step-does-what-its-name-says [step before after]
  (assert (= ((composed step) before) after)))


(defn test-drop-and-keep-lines-share-a-text-between-them []
  (setv text "# one\ntwo\n#three\n\nfour")
  (for [[step pattern text kept] [
      ["drop-lines" "^#" text "two\n\nfour"]
      ["keep-lines" "^#" text "# one\n#three\n"]
      ["drop-lines" "^$" text "# one\ntwo\n#three\nfour"]
      ["keep-lines" "b" "a\u2028b\nc" "a\u2028b\n"]
      ["drop-lines" r"\s$" "a\nb \n" "a\n"]]]  ; a pattern doesn't see the end of its line
    (assert (= ((composed #(step pattern)) text) kept))))


(defn [(given (st.text))] test-the-default-prep-leaves-nothing-to-do [text]
  (setv once (default-prep (.replace text "\ufeff" "")))
  (assert (= (default-prep once) once))
  (assert (unicodedata.is-normalized "NFC" once))
  (assert (not-in "\r" once)))


;; * What is masked, and readers as steps

(defn test-names-become-letters-as-whole-words []
  (setv mask (composed #("mask-names" "Anna, Anna K., Ben")))
  (assert (= (mask "Anna: Ben's banana, Annabel? Ben") "A: C's banana, Annabel? C"))
  (assert (= (mask "Anna K.! Anna Karl _Anna_ Benx2 和Ben去") "B! A Karl _A_ Benx2 和C去"))
  (for [names [" , " (.join "," (map str (range 30)))]]
    (with [_ (pytest.raises ValueError :match "'mask-names' takes 1 to 26 names")]
      ((composed #("mask-names" names)) "text"))))


(setv NAMES [
  "Anna 🌸" "🌸 Anna" "❤️" "Anna ❤️" "👩‍👩‍👧" "🇩🇪 Max" "Mum (home)" "(home) Mum" "J." "J. R. R."
  "Dr. X" "@lena" "lena@" "+49 170 1234567" "~ Anna" "#1" "R2-D2" "-" "?" "..." "[x]" "a|b" "x*"
  "$" "^_^" "\\d" "Zoë" "Ünal" "Željko Đ." "Nguyễn Ǭ" "O'Brien" "Ο Άγγελος" "Йй" "नेहा" "राम"
  "நிலா" "สมชาย" "王芳" "田中さん" "ゆき" "민수" "محمد" "יעל" "José_99" "ﬀ" "Ⅷ" "x²" "A̶n̶"
  "Li\u00a0Na" "Ana\u200d" "İpek" "ß" "Å"])


(defn [(pytest.mark.parametrize #("wanted" "typed") (list (product ["NFC" "NFD"] :repeat 2)))]
    test-every-name-is-masked-however-it-is-typed [wanted typed]
  (for [name NAMES]
    (setv mask (composed #("mask-names" (unicodedata.normalize wanted name))))
    (for [before ["" "\n" "(" "hi, " "🌸" "_" "，"]  after ["" ":" ".\n" "'s" "🌸" ")" "_" "，"]]
      (setv text (unicodedata.normalize typed (+ before name after)))
      (assert (= (mask text) (+ before "A" after)) text))))


(defn [(pytest.mark.parametrize #("name" "text" "masked") [
      #("王芳" "我和王芳去了" "我和A去了")
      #("민수" "민수는 왔다" "A는 왔다")
      #("O'Brien" "O’Brien’s" "A’s")
      #("Anna K" "Anna\u00a0K Anna\nK Annak" "A A Annak")])]
    test-names-are-masked-where-scripts-and-keyboards-differ [name text masked]
  (assert (= ((composed #("mask-names" name)) text) masked)))


(defn [(pytest.mark.parametrize #("step" "text" "read") [
      #("read-chat" "1/4/25, 3:40 PM - Anna: hi\n1/4/25, 3:41 PM - Ben: ho\n"
        "Anna: hi\nBen: ho\n")
      #("read-html" "<nav>x</nav><p>a &amp; b" "a & b\n")
      #("read-mail" "From a Sat Jan  4 15:40:07 2025\nFrom: A\n\nhi\n> ho\n" "hi\n\n")
      #("read-notebook" "{\"cells\": [{\"source\": \"x = 1\"}]}" "x = 1\n\n")
      #("read-rtf" "{\\rtf1 one\\par two}" "one\ntwo")
      #("read-subtitles" "1\n00:00:01,0 --> 00:00:02,0\nhi\n" "hi\n")
      #(#("read-table" "b") "a,b\n1,two\n" "two\n")
      #(#("read-table" ["B" "{a}!"]) "[{\"a\": 1, \"b\": \"two\"}]" "two 1!\n")])]
    test-readers-are-steps [step text read]
  (assert (= ((composed step) text) read)))


(defn [(pytest.mark.parametrize #("step" "said") [
      #("read-chat" "the text is not a chat in a known format")
      #("read-notebook" "the text is not a notebook")
      #(#("read-table" "b") "the text has no column 'b'; choose from: 1 plain, 2 text")])]
    test-a-reader-refuses-what-it-cannot-read [step said]
  (with [_ (pytest.raises ValueError :match said)] ((composed step) "plain, text\n"))
  None)


(defn [(pytest.mark.parametrize #("prep" "expected") [
    #("lower" "#no\n banana ") #(#("replace" "A" "o") "#NO\n BoNoNo ") #([] "#NO\n BANANA ")
    #(["lower" #("drop-lines" "^#") ["replace" "a" "o"] str.strip #(str.center 9 "*")]
      "**bonono*")
    #([["keep_lines" "B"]] " BANANA ")])]
    test-a-prep-is-a-step-or-a-list-of-names-tuples-and-functions [prep expected]
  (assert (= ((composed prep) "#NO\n BANANA ") expected)))


(defn [(pytest.mark.parametrize #("step" "said") [
    #("lorem" "unknown step 'lorem'; did you mean 'lower'?")
    #("xyz" "unknown step 'xyz'; choose from ascii-quotes, drop-lines,")
    #(#("drop-lines" "(") "must be a regular expression")
    #(#("replace" "" "-") "must be non-empty text")
    #(#() "a step is a name, a tuple such as") #(None "or a function, not None")])]
    test-what-is-no-step-is-refused [step said]
  (assert (in said (refusal-of composed ["lower" step]))))
