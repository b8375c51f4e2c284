"Recipes read from files; mistakes in them get one-line errors."

(require
  lstm-textgen.macros [defprep])
(import
  sys
  numpy :as np
  pytest
  lstm-textgen.prep [composed]
  lstm-textgen.recipes [Recipe load-recipe]
  tests.helpers [refusal-of write-text])

(setv
  pytestmark pytest.mark.quick
  REQUIRE "(require lstm-textgen.macros [defprep defrecipe])\n")


(defn [pytest.fixture] written [tmp-path]
  "Return a function that writes a recipe's file and returns its path."
  (defn write [source [name "tales.hy"] [require REQUIRE]]
    (setv path (/ tmp-path name))
    (.write-bytes path (if (isinstance source bytes) source (.encode (+ require source))))
    path)
  write)


(defn test-a-recipe-is-read-from-its-file [written]
  (setv path (written "(defrecipe tales :prep [lower] :epochs 3)\n(setv other tales)"))
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
  (setv path (written "(defrecipe j)\n(when (= __name__ \"__main__\") (/ 1 0))" "json.hy"))
  (assert (= (. (load-recipe path) name) "j"))
  (assert (= json.__name__ "json"))
  (assert (is (get sys.modules "json") json)))


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
  (setv
    path (written source)
    line (refusal-of load-recipe path))
  (assert (.startswith line (+ (str path) said)))
  (assert (not-in "add `(require" line)))


(defn [(pytest.mark.parametrize "name" ["nowhere.hy" "loop.hy"])]
    test-a-recipe-that-is-missing-or-a-link-to-itself-is-named [tmp-path name]
  (.symlink-to (/ tmp-path "loop.hy") "loop.hy")
  (with [_ (pytest.raises ValueError :match f"{name}: there is no such recipe")]
    (load-recipe (/ tmp-path name))))


;; * Steps that fail, or return no text

(defn my-step [text #* _ #** named]
  "Return nothing, as a step that only looks at the text might."
  None)


(defn halve [text] (/ (len text) 0))


(defprep careless str.strip my-step)


(defprep careless-form (fn [text] (.split text "\n")))


(defprep halved lower halve)


(defprep halved-again halved str.strip)


(defn first-line [function]
  "Return where `function` is defined, as messages begin."
  f"/test_recipes.hy:{function.__code__.co-firstlineno}")


(defn [(pytest.mark.parametrize #("prep" "said") [
    #(careless f"{(first-line my-step)}: the step 'my-step' returned NoneType, not text")
    #(careless-form ": the step '(fn [text] (.split text \"\\n\"))' returned list, not text")
    #((composed ["lower" #(str.split "a")]) "the step 'split' returned list, not text")
    #((composed my-step) ": the step 'my_step' returned NoneType, not text")
    #(halved-again f"{(first-line halve)}: ZeroDivisionError: division by zero")
    #((composed halve) f"{(first-line halve)}: ZeroDivisionError: division by zero")
    #((composed #(str.replace 5)) "the step 'replace': replace")])]
    test-a-step-that-fails-or-returns-no-text-is-named-with-its-place [prep said]
  (assert (in said (refusal-of prep "a\nb"))))


(defn test-a-step-that-fails-with-the-whole-text-says-only-its-beginning []
  (defn fail [text] (raise (ValueError f"can't read {text}")))
  (setv [_ _ said] (.split (refusal-of (composed fail) (* "it was a dark night\n" 999)) ":" 2))
  (assert (.startswith said " can't read it was a dark night it was"))
  (assert (= (len said) 202)))


(defn test-a-step-that-is-no-function-is-refused-where-the-prep-is-defined []
  (setv five 5)
  (assert (= (refusal-of (fn [] (defprep p five))) "the step 'five' is not a function, but int")))


(defn test-the-place-is-the-innermost-line-of-the-step [written]
  (setv path (written "(defn mean [n] (/ n 0))\n
(defn halve [text]\n  (mean 5))\n(defrecipe r :prep halve)"))
  (assert (= (refusal-of (. (load-recipe path) prep) "a")
    f"{path}:2: ZeroDivisionError: division by zero")))


(defn test-the-program-says-where-a-step-fails [tmp-path written refusal]
  (setv path (written f"
    (defn my-step [text] (cut text (/ 1 0)))
    (defrecipe r :sources [\"{(write-text tmp-path)}\"] :prep [lower my-step])"))
  (assert (in f"{path}:3: ZeroDivisionError: division by zero" (refusal "--recipe" (str path)))))


;; * Forgotten macros

(defn [(pytest.mark.parametrize #("code" "said") [
    #("\n(defrecipe r :epochs 3)" ":2: NameError: name 'defrecipe' is not defined")
    #("(defprep p lower)\n(defrecipe r :prep p)" ":1: NameError: name 'defprep' is not defined")
    #("(import lstm-textgen.macros [defrecipe])"
      ":1: ImportError: cannot import name 'defrecipe'")])]
    test-a-recipe-without-the-macros-is-told-what-to-add [written code said]
  (setv
    path (written code :require "")
    line (refusal-of load-recipe path))
  (assert (.startswith line (+ (str path) said)))
  (assert (.endswith line "; add `(require lstm-textgen.macros [defprep defrecipe])` before it")))


;; * Settings

(defn test-numbers-of-numpy-become-plain-ones []
  (setv settings (. (Recipe "r" None None {
    "epochs" (np.int64 3)
    "learning-rate" (np.float32 0.5)
    "temperature" (np.array [0.5 1.0])}) settings))
  (assert (= settings {"epochs" 3  "learning_rate" 0.5  "temperature" [0.5 1.0]}))
  (assert (= [(type (:epochs settings)) (type (:learning-rate settings))] [int float])))
