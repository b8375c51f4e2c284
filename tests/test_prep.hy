"Steps of data preparation, and their composition without macros."

(import
  unicodedata
  hypothesis [given strategies :as st]
  pytest
  lstm-textgen.prep [ascii-quotes compose default-prep drop-lines keep-lines lower nfc replace
    squeeze-blank-lines strip-lines])

(setv pytestmark pytest.mark.quick)


(defn test-lower-case-is-that-of-every-script []
  (assert (= (lower "ÉCLAIR Σ") "éclair σ")))


(defn test-nfc-joins-a-letter-and-its-accent []
  (assert (= (nfc "e\u0301clair") "\u00e9clair")))


(defn test-quotes-of-all-kinds-become-those-of-ascii []
  (assert (= (ascii-quotes "“heylo” ‘cat’ «oh» ‹ah› 5′ 6″ l’été")
    "\"heylo\" 'cat' \"oh\" 'ah' 5' 6\" l'été")))


(defn test-replace-takes-plain-text-of-at-least-a-character []
  (assert (= (replace "a.b" "." "--") "a--b"))
  (with [_ (pytest.raises ValueError :match "'replace'")]
    (replace "ab" "" "-")))


(defn test-lines-are-stripped-and-none-is-lost []
  (assert (= (strip-lines "  a \n\t\nb\u00a0\n") "a\n\nb\n")))


(defn [(pytest.mark.parametrize #("before" "after") [
    #("a\n\n\n\nb\n" "a\n\nb\n")
    #("a\n \n\t\n\nb" "a\n\nb")
    #("\n\n\na" "\na")
    #("a\n\n\n" "a\n\n")
    #("a\n\nb\nc" "a\n\nb\nc")])]
    test-several-blank-lines-become-one [before after]
  (assert (= (squeeze-blank-lines before) after)))


(defn test-drop-and-keep-lines-share-a-text-between-them []
  (setv text "# one\ntwo\n#three\n\nfour")
  (assert (= (drop-lines text "^#") "two\n\nfour"))
  (assert (= (keep-lines text "^#") "# one\n#three\n"))
  (assert (= (drop-lines text "^$") "# one\ntwo\n#three\nfour"))
  (assert (= (keep-lines "a\u2028b\nc" "b") "a\u2028b\n")))


(defn test-a-pattern-does-not-see-the-end-of-its-line []
  (assert (= (drop-lines "a\nb \n" r"\s$") "a\n")))


(defn test-a-bad-pattern-is-named []
  (setv words r"'keep-lines' takes must be a regular expression, not '\['")
  (with [_ (pytest.raises ValueError :match words)]
    (keep-lines "a" "[")))


(defn [(given (st.text :alphabet "ab# \n") (st.sampled-from ["^#" "a" "^$" "b$"]))]
    test-every-line-is-either-dropped-or-kept [text regex]
  (assert (= (+ (len (drop-lines text regex)) (len (keep-lines text regex))) (len text))))


(defn test-by-default-a-text-has-plain-line-ends-joined-accents-and-no-mark []
  (assert (= (default-prep "\ufeffa\r\nb\rc\n\u0065\u0301") "a\nb\nc\n\u00e9")))


(defn [(given (st.text))] test-the-default-prep-leaves-nothing-to-do [text]
  (setv once (default-prep (.replace text "\ufeff" "")))
  (assert (= (default-prep once) once))
  (assert (unicodedata.is-normalized "NFC" once))
  (assert (not-in "\r" once)))


(defn test-compose-takes-names-tuples-and-functions []
  (setv clean (compose
    "lower" #("drop-lines" "^#") ["replace" "a" "o"] str.strip #(str.center 9 "*")))
  (assert (= (clean "#no\n BANANA ") "**bonono*"))
  (assert (= ((compose "squeeze_blank_lines") "a\n\n\nb") "a\n\nb"))
  (assert (= ((compose) "A") "A")))


(defn [(pytest.mark.parametrize #("step" "said") [
    #("lowr" "no step 'lowr'; did you mean 'lower'?")
    #("lorem" "no step 'lorem'; did you mean 'lower'?")
    #("xyz" "no step 'xyz'; there are ascii-quotes, drop-lines,")
    #(#("drop-lines") "'drop-lines' takes a regular expression beside the text, not 0 arguments")
    #(#("drop-lines" "(") "must be a regular expression")
    #(#("replace" "" "a") "'replace' takes must be text of at least one character")])]
    test-compose-refuses-what-is-no-step [step said]
  (with [caught (pytest.raises ValueError)]
    (compose "lower" step))
  (assert (in said (str caught.value))))


(defn [(pytest.mark.parametrize "step" [#() 5 None #(5 5)])]
    test-what-is-of-no-type-of-a-step-is-a-type-error [step]
  (with [_ (pytest.raises TypeError :match "a step is a name, a tuple .* or a function, not")]
    (compose "lower" step)))
