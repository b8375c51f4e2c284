"Recipes: without macros, and read from files."

(import
  sys
  pytest
  lstm-textgen.recipes [load-recipe recipe])

(setv
  pytestmark pytest.mark.quick
  REQUIRE "(require lstm-textgen.macros [defprep defrecipe])\n")


(defn test-recipe-is-defrecipe-for-python []
  (setv tales (recipe "tales"
    :doc "Tales."
    :prep ["lower" #("drop-lines" "^#")]
    :learning-rate 0.1))
  (assert (= tales.settings {"learning_rate" 0.1}))
  (assert (= (tales.prep "A\n#") "a\n"))
  (assert (= ((. (recipe "r" :prep str.upper) prep) "a") "A"))
  (assert (= ((. (recipe "r" :prep "lower") prep) "A") "a"))
  (with [_ (pytest.raises ValueError :match "unknown setting 'epoch'; did you mean 'epochs'")]
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
    #("" ": it must define one recipe with `defrecipe`, but it has none")
    #("(defrecipe a) (defrecipe b)"
      ": it must define one recipe with `defrecipe`, but it has a, b")
    #("(defrecipe a\n :epochs 3" ":3: Premature end of input")
    #("(defrecipe a\n :epochs 3\n :unit word)"
      ":4: `:unit` must be one of `characters`, `pieces`, `words`")
    #("(defrecipe a\n :prep [nfc\n  lowr])" ":4: unknown step 'lowr'; did you mean 'lower'?")
    #("\n(defrecipe a :epochs (- 1))" ":3: `:epochs` must be a whole number, 0 or more, not -1")
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


(defn [(pytest.mark.parametrize "name" ["nowhere.hy" "loop.hy"])]
    test-a-recipe-that-is-missing-or-a-link-to-itself-is-named [tmp-path name]
  (.symlink-to (/ tmp-path "loop.hy") "loop.hy")
  (with [_ (pytest.raises ValueError :match f"{name}: there is no such recipe")]
    (load-recipe (/ tmp-path name))))
