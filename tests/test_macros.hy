"`defprep` and `defrecipe`: what they do, and what they refuse."

(require
  lstm-textgen.macros [defprep defrecipe])
(import
  hy.errors [HyMacroExpansionError]
  pytest)

(setv
  pytestmark pytest.mark.quick
  ;; Names that the expansions must not trip over.
  text "not the text"
  re None
  prep-lower None)


(defn drop-poems [text]
  (+ text "!"))


(defn add [text what [times 1]]
  (+ text (* what times)))


(defprep clean "Keep the prose." lower (drop-lines "^#") (replace "a" "o"))


(defprep shout clean str.upper (add "!" :times 2))


(defn run [source]
  "Compile and run `source` where a user has required the macros; return its names."
  (setv names {"__name__" "user"  "hy" hy})
  (hy.eval (hy.read-many source) names :module "hy" :macros {
    "defprep" (get-macro defprep)  "defrecipe" (get-macro defrecipe)})
  names)


(defn complaint [source]
  (with [caught (pytest.raises HyMacroExpansionError)]
    (run source))
  (str caught.value))


;; * `defprep`: what it does

(defn test-steps-preps-and-own-functions-are-applied-in-their-order []
  (assert (= (clean "# NOTE\nBANANA\n") "bonono\n"))
  (assert (= [clean.__name__ clean.__doc__] ["clean" "Keep the prose."]))
  (assert (= (shout "cat") "COT!!"))
  (defprep local (fn [t] (+ t text)) str.strip)
  (assert (= (local "x") "xnot the text")))


(defn test-an-own-function-is-evaluated-once-when-the-prep-is-defined []
  (setv made [])
  (defn make [n]
    (.append made n)
    (fn [text] (* text n)))
  (defprep doubled ((make 2)))
  (doubled "a")
  (assert (= (doubled "a") "aa"))
  (assert (= made [2]))
  (with [_ (pytest.raises NameError :match "nowhere")]
    (run "(defprep p nowhere)")))


(defn test-arguments-may-be-expressions []
  (setv marks ["#" ";"])
  (defprep uncommented (drop-lines f"^[{(.join "" marks)}]"))
  (assert (= (uncommented "; no\nyes\n# no\n") "yes\n"))
  (with [_ (pytest.raises ValueError :match "drop-lines.*regular expression")]
    (defprep broken (drop-lines (+ "(" "")))))


(defn test-names-of-the-user-do-not-reach-the-expansion []
  (setv names (run "
    (defn lower [t] \"the user's\")
    (setv text 1 lstm-textgen 2 prep 3 defn 4)
    (defprep p lower)"))
  (assert (= ((get names "p") "LOW") "low")))


;; * `defprep`: what it refuses

(defn [(pytest.mark.parametrize #("body" "said") [
    #("lowr" "unknown step 'lowr'; did you mean 'lower'?")
    #("(drop-lines)" "'drop-lines' takes a regular expression after the text, not 0 arguments")
    #("(lower 1)" "'lower' takes nothing after the text, not 1 arguments")
    #("(keep-lines \"(\")" "must be a regular expression, not '('")
    #("(replace \"a\" None)" "must be text, not None")
    #("(.replace \"a\" \"b\")" "`.replace` is a method, not a step; write `replace`, without")
    #(".strip" "`.strip` is a method, not a step; write (fn [text] (.strip text …))")
    #("lower \"^#\"" "a step is a name, a call or a function, not \"^#\"")
    #("True" "a step is a name, a call or a function, not True")])]
    test-a-wrong-step-is-an-error-of-compiling [body said]
  (assert (in said (complaint f"(defprep p {body})"))))


(defn test-a-name-like-a-step-has-a-way-in []
  (setv names (run "
    (defn lowr [text] (+ \"low \" text))
    (defprep p (fn [text] (lowr text)))"))
  (assert (= ((get names "p") "x") "low x"))
  ;; Not alike enough to be a misspelling.
  (defprep q drop-poems)
  (assert (= (q "a") "a!")))


(defn test-a-definition-needs-a-name []
  (assert (in "needs a name" (complaint "(defprep 5 lower)")))
  (assert (in "needs a name" (complaint "(defrecipe \"lol\" :epochs 3)"))))


;; * `defrecipe`

(setv pages 2)


(defrecipe tales "Fairy tales."
  :sources ["grimm.txt" "more/"]
  :prep [squeeze-blank-lines clean (drop-lines "^\\*")]
  :unit words
  :lookback (* 32 pages)
  :learning-rate 0.002
  :validation 0)


(defn test-a-recipe-holds-what-it-was-given-and-one-step-needs-no-brackets []
  (defrecipe bare :epochs 3)
  (assert (= [bare.doc bare.prep bare.settings] [None None {"epochs" 3}]))
  (defrecipe loud :prep lower :items line)
  (assert (= loud.settings {"items" "line"}))
  (assert (= (loud.prep "A") "a"))
  (assert (= [tales.name tales.doc tales.folder] ["tales" "Fairy tales." None]))
  (assert (= tales.settings {
    "sources" ["grimm.txt" "more/"]
    "unit" "words"
    "lookback" 64
    "learning_rate" 0.002
    "validation" 0}))
  (assert (= (tales.prep "A\n\n\n\n* * *\nB") "o\n\nb")))


(defn [(pytest.mark.parametrize #("body" "said") [
    #(":epoch 3" "unknown setting 'epoch'; did you mean 'epochs'?")
    #(":prp [lower]" "did you mean 'prep'?")
    #(":epochs" "`:epochs` has no value")
    #(":epochs 3 :epochs 4" "`:epochs` is given twice")
    #(":batch-size 8 :batch_size 8" "`:batch-size` is given twice")
    #("epochs 3" "made of pairs such as `:epochs 3`; epochs is not a keyword")
    #(":prep [\"^#\"]" "a step is a name")
    #(":quiet True" "`:quiet` can't be set in a recipe")])]
    test-a-wrong-recipe-is-an-error-of-compiling [body said]
  (assert (in said (complaint f"(defrecipe r {body})"))))
