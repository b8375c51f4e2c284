"Common mistakes in recipes get one-line errors: steps, forgotten macros, settings."

(require
  lstm-textgen.macros [defprep])
(import
  numpy :as np
  pytest
  lstm-textgen.basics.values [check-value]
  lstm-textgen.prep [compose]
  lstm-textgen.recipes [load-recipe recipe]
  lstm-textgen.settings.layers [LAYERS Layer Layers parse-layers]
  lstm-textgen.settings.models [continued-settings new-settings]
  tests.helpers [program refusal-of refused write-text])

(setv
  pytestmark pytest.mark.quick
  REQUIRE "(require lstm-textgen.macros [defprep defrecipe])\n")


(defn my-step [text #* _ #** named]
  "Return nothing, as a step that only looks at the text might."
  None)


(defn write-recipe [folder code [require REQUIRE]]
  "Write a recipe's file with this `code`; return its path."
  (setv path (/ folder "r.hy"))
  (.write-text path (+ require code))
  (str path))


;; * Steps that return no text

(defprep careless str.strip my-step)


(defprep careless-call (my-step 1 :name "x"))


(defprep careless-form (fn [text] (.split text "\n")))


(defprep careless-method str.encode)


(defn first-line [function]
  "Return where `function` is defined, as messages end it."
  f"/test_recipe_mistakes.hy:{function.__code__.co-firstlineno}")


(defn [(pytest.mark.parametrize #("prep" "said") [
    #(careless f"{(first-line my-step)}: the step 'my-step' returned NoneType")
    #(careless-call f"{(first-line my-step)}: the step 'my-step' returned NoneType")
    #(careless-form ": the step '(fn [text] (.split text \"\\n\"))' returned list")
    #(careless-method "the step 'str.encode' returned bytes")
    #((compose my-step) f"{(first-line my-step)}: the step 'my_step' returned NoneType")
    #((compose "lower" #(str.split "a")) "the step 'split' returned list")
    #((. (recipe "r" :prep my-step) prep) ": the step 'my_step' returned NoneType")])]
    test-a-step-that-returns-no-text-is-named-with-its-place [prep said]
  (assert (.endswith (refusal-of prep "a\nb") f"{said}, not text")))


(defn test-a-step-that-fails-with-the-whole-text-says-only-its-beginning []
  (defn fail [text] (raise (ValueError f"can't read {text}")))
  (setv [_ _ said] (.split (refusal-of (compose fail) (* "it was a dark night\n" 999)) ":" 2))
  (assert (.startswith said " can't read it was a dark night it was"))
  (assert (= (len said) 202)))


(defn test-a-step-may-return-any-text []
  (defclass Marked [str])
  (defprep marked Marked)
  (assert (is (type (marked "a")) Marked))
  (assert (= ((compose Marked "lower") "A") "a")))


(defn test-a-step-that-is-no-function-is-refused-where-the-prep-is-defined []
  (setv five 5)
  (assert (= (refusal-of (fn [] (defprep p five))) "the step 'five' is not a function, but int")))


;; * Steps that fail

(defn halve [text] (/ (len text) 0))


(defn quote [text]
  (setv said "no\nverse")
  (raise (ValueError said)))


(defprep halved lower halve)


(defprep halved-again halved str.strip)


(defn [(pytest.mark.parametrize #("prep" "said") [
    #(halved f"{(first-line halve)}: ZeroDivisionError: division by zero")
    #(halved-again f"{(first-line halve)}: ZeroDivisionError: division by zero")
    #((compose halve) f"{(first-line halve)}: ZeroDivisionError: division by zero")
    #((compose quote) ": no verse")
    #((compose #(str.replace 5)) "the step 'replace': replace")])]
    test-an-error-in-a-step-is-said-with-its-place [prep said]
  (assert (in said (refusal-of prep "ab")))
  (with [error (pytest.raises ValueError)]
    (prep "ab"))
  (assert (isinstance error.value.__cause__ #(ZeroDivisionError ValueError TypeError))))


(defn test-the-place-is-the-innermost-line-of-the-step [tmp-path]
  (setv r (load-recipe (write-recipe tmp-path "(defn mean [n] (/ n 0))\n
(defn halve [text]\n  (mean 5))\n(defrecipe r :prep halve)")))
  (assert (= (refusal-of r.prep "a") (+ f"{(/ tmp-path "r.hy")}:2: "
    "ZeroDivisionError: division by zero"))))


(defn [(pytest.mark.parametrize #("code" "said") [
    #("(cut text (/ 1 0))" ":4: ZeroDivisionError: division by zero")
    #("(print :end \"\")" ":3: the step 'my-step' returned NoneType, not text")])]
    test-the-program-says-where-a-step-fails [tmp-path code said]
  (write-text tmp-path)
  (write-recipe tmp-path f"
    (defn my-step [text]
      {code})
    (defrecipe r :sources [\"text.txt\"] :prep [lower my-step])")
  (refused (program "--recipe" "r.hy" :folder tmp-path) f"{(/ tmp-path "r.hy")}{said}"))


;; * Forgotten macros

(defn [(pytest.mark.parametrize #("code" "said") [
    #("\n(defrecipe r :epochs 3)" ":2: NameError: name 'defrecipe' is not defined")
    #("(defprep p lower)\n(defrecipe r :prep p)" ":1: NameError: name 'defprep' is not defined")
    #("(import lstm-textgen.macros [defrecipe])"
      ":1: ImportError: cannot import name 'defrecipe'")])]
    test-a-recipe-without-the-macros-is-told-what-to-add [tmp-path code said]
  (setv
    path (write-recipe tmp-path code :require "")
    line (refusal-of load-recipe path))
  (assert (.startswith line (+ path said)))
  (assert (.endswith line "; add `(require lstm-textgen.macros [defprep defrecipe])` before it")))


(defn test-a-missing-name-that-is-no-macro-gets-no-advice-on-macros [tmp-path]
  (setv line (refusal-of load-recipe (write-recipe tmp-path "(defrecipes r)")))
  (assert (.endswith line "name 'defrecipes' is not defined")))


;; * Layers

(defn [(pytest.mark.parametrize "value" [48 (np.int64 48) "48" (Layers [(Layer "lstm" 48)])])]
    test-layers-given-as-a-whole-number-are-one-lstm [value]
  (assert (= (parse-layers value) #((Layer "lstm" 48))))
  (assert (= (str (. (new-settings {"layers" value}) layers)) "lstm:48")))


(defn test-a-recipe-may-give-layers-as-a-number [tmp-path]
  (setv r (load-recipe (write-recipe tmp-path "(defrecipe r :layers 48)")))
  (assert (= r.settings {"layers" 48}))
  (setv stored (new-settings {"layers" "lstm:48"}))
  (assert (= (continued-settings stored r.settings) stored)))


(defn [(pytest.mark.parametrize #("value" "said") [
    #(True "must be layers such as 256 or lstm:512,dropout:0.2,gru:256, not True")
    #(-1 "\"-1\" must have 1 to 65536 hidden units")
    #(2.5 "must be layers such as 256 or lstm:512,dropout:0.2,gru:256, not 2.5")
    #([4.8] "must be layers such as 256 or lstm:512,dropout:0.2,gru:256, not [4.8]")
    #(0 "\"0\" must have 1 to 65536 hidden units")
    #("2.5" "\"2.5\" is not a layer; write 256, lstm:256,")
    #("lstm" "\"lstm\" is not a layer; write 256, lstm:256,")
    #("lstm:2.5" "\"lstm:2.5\" needs a whole number after the colon, not '2.5'")
    #("48,dropout:x" "\"dropout:x\" needs a number after the colon, not 'x'")])]
    test-layers-of-other-values-are-refused [value said]
  (assert (in said (refusal-of check-value "`layers`" LAYERS value)))
  (assert (in said (refusal-of (fn [] (recipe "r" :layers value))))))


;; * NumPy's numbers, and wrong types

(defn test-numbers-of-numpy-become-plain-ones []
  (setv settings (. (recipe "r"
    :epochs (np.int64 3)
    :learning-rate (np.float32 0.5)
    :temperature (np.array [0.5 1.0])) settings))
  (assert (= settings {"epochs" 3  "learning_rate" 0.5  "temperature" [0.5 1.0]}))
  (assert (= [(type (:epochs settings)) (type (:learning-rate settings))] [int float])))


(defn [(pytest.mark.parametrize #("name" "value") [
    #("epochs" "3") #("epochs" (np.float64 3)) #("lower" (np.int64 1)) #("unit" ["words"])
    #("sources" "a.txt") #("temperature" (np.array ["hot"])) #("encoding" 8)])]
    test-a-setting-of-the-wrong-type-is-refused [name value]
  (assert (.startswith (refusal-of (fn [] (recipe "r" #** {name value}))) f"`{name}` must be ")))
