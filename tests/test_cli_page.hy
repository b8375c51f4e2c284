"Making a page to play with, from the command line and from Python."

(import
  dataclasses [replace]
  re
  pytest
  lstm-textgen.cli [main]
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  lstm-textgen.pages.playground [playground]
  lstm-textgen.textmodel [TextModel load]
  tests.helpers [refusal-of saved-model small-model])

(setv pytestmark pytest.mark.quick)


(defn [pytest.fixture] folder [here]
  (saved-model here)
  here)


(defn test-a-page-has-a-model-or-two-and-its-size-is-shown [folder capsys]
  (save-checkpoint (small-model :layers "4") "b")
  (for [[models title] [[[] "Write with model"]
      [["--model" "model" "--model" "b"] "Write with model &amp; b"]]]
    (assert (= 0 (main ["--page" "a.html" #* models])))
    (assert (re.search r"a\.html: \d+ KB; open it in a browser" (. (.readouterr capsys) err)))
    (setv page (.read-text (/ folder "a.html") :encoding "utf-8"))
    (for [words [f"<title>{title}</title>" "Content-Security-Policy"]] (assert (in words page)))))


(defn test-a-page-that-a-browser-may-not-open-needs-another-name [folder capsys]
  (for [name ["a" "a.txt"]]
    (assert (= 0 (main ["--page" name])))
    (assert (in "; give it a name that ends in .html, and open it" (. (.readouterr capsys) err)))))


(defn [(pytest.mark.parametrize #("flags" "controls") [
    [[] {}]
    [["--temperature" "1.27" "--length" "30"]
      {"temperature" 1.27  "length" 30}]
    [["--no-names"] {"names" False}]])]
    test-python-and-the-command-line-make-the-same-page [folder flags controls]
  (.page (load "model") "a.html" #** controls)
  (assert (= 0 (main ["--page" "b.html" #* flags])))
  (setv [a b] (lfor name ["a.html" "b.html"] (.read-bytes (/ folder name))))
  (assert (= a b))
  (for [[name value] (.items controls) :if (!= name "names")]
    (assert (in (.encode f"value=\"{value}\"") a))))


(defn test-a-page-has-names-and-can-leave-them-out [tmp-path]
  (setv [model path] [(TextModel (small-model :names "Kowalski Mia")) (/ tmp-path "a.html")])
  (for [names [True False]]
    (.page model path :names names :overwrite True)
    (assert (= names (in "Kowalski" (.read-text path :encoding "utf-8"))))))


(defn test-a-page-of-learned-words-has-their-names [tmp-path]
  (setv path (/ tmp-path "a.html"))
  (for [unit ["words" "pieces"]]
    (setv model (small-model :unit unit :text "old Quackenbush " :max-words 40))
    (setv refusal (refusal-of (fn [] (.page (TextModel model) path :names False))))
    (assert (in "names can't be left out" refusal))
    (assert (not (.exists path)))
    (setv model.facts (replace model.facts :base "english:0f"))  ; whose vocabulary it is then
    (.page (TextModel model) path :names False)
    (.unlink path)))


(defn test-models-of-one-name-are-told-apart [tmp-path]
  (setv
    model (TextModel (small-model) "bot")
    path (/ tmp-path "a.html"))
  (.page model path model)
  (assert (in "bot &amp; bot 2" (.read-text path :encoding "utf-8"))))


(defn [(pytest.mark.parametrize #("flags" "words") [
    [["--model" "none"] "none.h5"]
    [(* ["--model" "model"] 3) "a page shows one model or two, not 3"]
    [["--temperature" "3"] "--temperature must be a number from 0 to 2 on a page"]
    [["--temperature" "0.4,1"] "from 0 to 2 on a page, not [0.4, 1.0]"]
    [["--length" "20001"] "--length must be a whole number from 1 to 20000 on a page"]])]
    test-bad-input-is-refused-and-nothing-written [folder refusal flags words]
  (assert (in words (refusal "--page" "a.html" #* flags)))
  (assert (not (.exists (/ folder "a.html")))))


(defn test-a-weight-too-large-for-a-page-is-refused []
  (setv model (small-model))
  (setv (get model.weights 0 #(0 0)) 1e6)
  (assert (in "the model has a weight above 65,504" (refusal-of playground {"a" model}))))
