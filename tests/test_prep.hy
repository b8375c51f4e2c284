"Steps of data preparation, composed without macros, and recipes read from files."

(import
  hypothesis [given strategies :as st]
  pytest
  sys
  unicodedata
  lstm-textgen.prep [ascii-quotes compose default-prep drop-lines keep-lines load-recipe lower nfc
                     recipe replace squeeze-blank-lines strip-lines])

(setv REQUIRE "(require lstm-textgen.macros [defprep defrecipe])\n")


;; Steps.

(defn test-lower []
  (assert (= (lower "ÉCLAIR Σ") "éclair σ")))

(defn test-nfc-joins-a-letter-and-its-accent []
  (assert (= (nfc "e\u0301clair") "\u00e9clair")))

(defn test-ascii-quotes []
  (assert (= (ascii-quotes "“heylo” ‘cat’ «oh» ‹ah› 5′ 6″ l’été") "\"heylo\" 'cat' \"oh\" 'ah' 5' 6\" l'été")))

(defn test-replace []
  (assert (= (replace "a.b" "." "--") "a--b"))
  (with [_ (pytest.raises ValueError :match "`replace`")]
    (replace "ab" "" "-")))

(defn test-strip-lines []
  (assert (= (strip-lines "  a \n\t\nb\u00a0\n") "a\n\nb\n")))

(defn [(pytest.mark.parametrize #("before" "after") [
    #("a\n\n\n\nb\n" "a\n\nb\n")
    #("a\n \n\t\n\nb" "a\n\nb")
    #("\n\n\na" "\na")
    #("a\n\n\n" "a\n\n")
    #("a\n\nb\nc" "a\n\nb\nc")])]
    test-squeeze-blank-lines [before after]
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
  (with [_ (pytest.raises ValueError :match "`keep-lines` takes must be a regular expression, not '\\['")]
    (keep-lines "a" "[")))

(defn [(given (st.text :alphabet "ab# \n") (st.sampled-from ["^#" "a" "^$" "b$"]))]
    test-every-line-is-either-dropped-or-kept [text regex]
  (assert (= (+ (len (drop-lines text regex)) (len (keep-lines text regex))) (len text))))

(defn test-default-prep []
  (assert (= (default-prep "\ufeffa\r\nb\rc\n\u0065\u0301") "a\nb\nc\n\u00e9")))

(defn [(given (st.text))] test-default-prep-leaves-nothing-to-do [text]
  (setv text (.replace text "\ufeff" "")  once (default-prep text))
  (assert (= (default-prep once) once))
  (assert (unicodedata.is-normalized "NFC" once))
  (assert (not-in "\r" once)))


;; compose.

(defn test-compose-takes-names-tuples-and-functions []
  (setv clean (compose "lower" #("drop-lines" "^#") ["replace" "a" "o"] str.strip #(str.center 9 "*")))
  (assert (= (clean "#no\n BANANA ") "**bonono*"))
  (assert (= ((compose "squeeze_blank_lines") "a\n\n\nb") "a\n\nb"))
  (assert (= ((compose) "A") "A")))

(defn [(pytest.mark.parametrize #("step" "said") [
    #("lowr" "no step `lowr`; did you mean `lower`?")
    #("lorem" "no step `lorem`; did you mean `lower`?")
    #("xyz" "no step `xyz`; there are ascii-quotes, drop-lines,")
    #(#("drop-lines") "`drop-lines` takes regex beside the text, not 0 arguments")
    #(#("drop-lines" "(") "must be a regular expression")
    #(#() "a step is a name")
    #(5 "a step is a name")
    #(#(5 5) "no step `5`")])]
    test-compose-refuses-what-is-no-step [step said]
  (with [caught (pytest.raises ValueError)]
    (compose "lower" step))
  (assert (in said (str caught.value))))


;; Recipes.

(defn test-recipe-is-defrecipe-for-python []
  (setv tales (recipe "tales" :doc "Tales." :prep ["lower" #("drop-lines" "^#")] :learning-rate 0.1))
  (assert (= tales.settings {"learning_rate" 0.1}))
  (assert (= (tales.prep "A\n#") "a\n"))
  (assert (= ((. (recipe "r" :prep str.upper) prep) "a") "A"))
  (assert (= ((. (recipe "r" :prep "lower") prep) "A") "a"))
  (with [_ (pytest.raises ValueError :match "no setting `epoch`; did you mean `epochs`")]
    (recipe "r" :epoch 3)))

(defn [pytest.fixture] written [tmp-path]
  "Return a function that writes a recipe's file and returns its path."
  (defn write [source [name "tales.hy"]]
    (setv path (/ tmp-path name))
    (.write-bytes path (if (isinstance source bytes) source (.encode (+ REQUIRE source))))
    path)
  write)

(defn test-a-recipe-is-read-from-its-file [written]
  (setv path (written "(defrecipe tales :prep [lower] :epochs 3)"))
  (setv tales (load-recipe (str path)))
  (assert (= [tales.name tales.settings tales.folder] ["tales" {"epochs" 3} path.parent]))
  (assert (= (tales.prep "A") "a")))

(defn test-a-recipe-may-import-what-stands-beside-it [written]
  (written "(defn beside-a-tale [text] (+ text \".\"))" "beside_the_tales.hy")
  (setv path-before (list sys.path))
  (setv tales (load-recipe (written "
    (import beside-the-tales [beside-a-tale])
    (defrecipe tales :prep [beside-a-tale])")))
  (assert (= (tales.prep "End") "End."))
  (assert (= sys.path path-before)))

(defn test-a-recipe-may-bear-the-name-of-a-module [written]
  (import json)
  (assert (= (. (load-recipe (written "(defrecipe j)" "json.hy")) name) "j"))
  (assert (= json.__name__ "json"))
  (assert (is (get sys.modules "json") json)))

(defn test-a-recipe-that-is-run-is-not-the-main-program [written]
  (setv path (written "(defrecipe r)\n(when (= __name__ \"__main__\") (/ 1 0))"))
  (assert (= (. (load-recipe path) name) "r")))

(defn [(pytest.mark.parametrize #("source" "said") [
    #("" ": it must define one recipe with `defrecipe`, and it has none")
    #("(defrecipe a) (defrecipe b)" ": it must define one recipe with `defrecipe`, and it has a, b")
    #("(defrecipe a\n :epochs 3" ":3: Premature end of input")
    #("(defrecipe a\n :epochs 3\n :unit word)" ":4: `unit` must be `characters` or `words`")
    #("(defrecipe a\n :prep [nfc\n  lowr])" ":4: no step `lowr`; did you mean `lower`?")
    #("\n(defrecipe a :epochs (- 1))" ":3: `epochs` must be a whole number of 0 or more, not -1")
    #("\n\n(print nowhere)" ":4: NameError: name 'nowhere' is not defined")
    #("(import no-such-module)" ":2: ModuleNotFoundError: No module named 'no_such_module'")
    #("(open \"/no/such/file\")" ":2: FileNotFoundError: ")
    #(b"\xff" ":1: 'utf-8' codec can't decode byte 0xff")])]
    test-what-is-wrong-with-a-recipe-is-said-in-one-line [written source said]
  (setv path (written source))
  (with [caught (pytest.raises ValueError)]
    (load-recipe path))
  (setv message (str caught.value))
  (assert (.startswith message (+ (str path) said)))
  (assert (not-in "\n" message)))

(defn test-a-recipe-that-is-not-there [tmp-path]
  (with [_ (pytest.raises ValueError :match "nowhere.hy: there is no such recipe")]
    (load-recipe (/ tmp-path "nowhere.hy"))))
