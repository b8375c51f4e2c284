"Making a page to play with, from the command line and from Python."

(import
  re
  pytest
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  lstm-textgen.pages [playground :as module]
  lstm-textgen.pages.playground [playground]
  lstm-textgen.textmodel [TextModel load]
  tests.helpers [program refusal-of refused saved-model small-model succeeded])

(setv pytestmark pytest.mark.quick)


(defn test-a-page-is-made-and-its-size-shown [tmp-path]
  (saved-model tmp-path)
  (setv result (program "--page" "a.html" :folder tmp-path))
  (succeeded result)
  (assert (re.search r"a\.html: \d+ KB; open it in a browser" result.stderr))
  (setv page (.read-text (/ tmp-path "a.html") :encoding "utf-8"))
  (assert (in "<title>Write with model</title>" page))
  (assert (in "Content-Security-Policy" page)))


(defn test-two-models-share-a-page [tmp-path]
  (saved-model tmp-path)
  (save-checkpoint (small-model :layers "gru:4") (/ tmp-path "b"))
  (succeeded (program "--page" "a.html" "--model" "model" "--model" "b" :folder tmp-path))
  (assert (in "model &amp; b" (.read-text (/ tmp-path "a.html") :encoding "utf-8"))))


(defn [(pytest.mark.parametrize #("flags" "controls") [
    [[] {}]
    [["--temperature" "1.27" "--length" "30"] {"temperature" 1.27  "length" 30}]])]
    test-python-and-the-command-line-make-the-same-page [tmp-path flags controls]
  (.page (load (saved-model tmp-path)) (/ tmp-path "a.html") #** controls)
  (succeeded (program "--page" "b.html" #* flags :folder tmp-path))
  (setv [a b] (lfor name ["a.html" "b.html"] (.read-bytes (/ tmp-path name))))
  (assert (= a b))
  (for [value (.values controls)] (assert (in (.encode f"value=\"{value}\"") a))))


(defn test-models-of-one-name-are-told-apart [tmp-path]
  (setv
    model (TextModel (small-model) "bot")
    path (/ tmp-path "a.html"))
  (.page model path model)
  (assert (in "bot &amp; bot 2" (.read-text path :encoding "utf-8"))))


(defn [(pytest.mark.parametrize #("flags" "words") [
    [["--page" "a.html" "--model" "none"] ["none.h5"]]
    [["--page" "a.html" "--model" "model" "--model" "model" "--model" "model"]
      ["a page shows one model or two, not 3"]]
    [["--page" "a.html" "--temperature" "3"]
      ["--temperature must be a number from 0 to 2 on a page"]]
    [["--page" "a.html" "--temperature" "0.4,1"] ["from 0 to 2 on a page, not [0.4, 1.0]"]]
    [["--page" "a.html" "--length" "20001"]
      ["--length must be a whole number from 1 to 20000 on a page"]]
    [["--page" "a.html" "--generate" "a"] ["--page" "can't be combined"]]])]
    test-bad-input-is-refused-and-nothing-written [tmp-path flags words]
  (saved-model tmp-path)
  (refused (program #* flags :folder tmp-path) #* words)
  (assert (not (.exists (/ tmp-path "a.html")))))


(defn test-a-model-or-a-weight-too-large-for-a-page-is-refused [monkeypatch]
  (setv model (small-model))
  (setv (get model.weights 0 #(0 0)) 1e6)
  (assert (in "the model has a weight above 65,504" (refusal-of playground {"a" model})))
  (.setattr monkeypatch module "MOST_WEIGHTS" 100)
  (assert (in "too many for a page; the limit is 100"
    (refusal-of playground {"a" (small-model)}))))
