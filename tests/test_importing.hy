"Models read from pages: whole ones are what they were, and what is wrong gets one line."

(import
  dataclasses [replace]
  json
  os
  pathlib [Path]
  re
  numpy :as np
  pytest
  lstm-textgen.cli [main]
  lstm-textgen.modelfile.checkpoint [file-image load-checkpoint save-checkpoint]
  lstm-textgen.pages [imported playground :as module]
  lstm-textgen.pages.imported [models-on-page]
  lstm-textgen.text.items [fingerprints]
  lstm-textgen.textmodel [import-page]
  tests.damage [damaged-page]
  tests.helpers [FUZZ VERSE block-of brief page-of refusal-of small-model])

(setv
  pytestmark [pytest.mark.quick brief]
  MODELS {
    "characters" {}
    "pieces" {"unit" "pieces"  "text" (* VERSE 3)  "max_words" 40  "layers" "9"}
    "words" {"unit" "words"  "text" VERSE  "layers" "4"}
    "list" {"items" "line"  "layers" "5"  "longest_item" 9  "median_item" 3  "item_lines" 1
      "item_ends" "ab"  "beginning" "\n"}
    "facts" {"layers" "5"  "names" "Anna Bea"  "seed_text" "secret"  "recipe" "poems"
      "base" "english:0f"  "why" "it suits"  "digests" ["ab"]  "people" ["Anna"]
      "unbroken" "letters"  "lower" True  "temperature" [0.5 1.5]}})


(defn imported-model [path]
  (setv [[_ model]] (models-on-page path))
  model)


(defn with-facts [path change]
  "Let the function `change` change the facts of the model on the page at `path`."
  (setv
    page (.read-text path :encoding "utf-8")
    old (block-of page "facts")
    [facts] (json.loads old))
  (change facts)
  (.write-text path (.replace page old (.replace (json.dumps [facts]) "<" "\\u003c"))))


(defn changed-block [name pattern new]
  "Return a function that replaces the `pattern` in the block `name` of the page at a path."
  (fn [path]
    (setv
      page (.read-text path :encoding "utf-8")
      block (block-of page name))
    (.write-text path (.replace page block (re.sub pattern new block :count 1)))))


;; * Whole pages

(defn [(pytest.mark.parametrize "bits" [16 8])  (pytest.mark.parametrize "kind" MODELS)]
    test-an-imported-model-has-all-of-its-file-but-text [tmp-path monkeypatch kind bits]
  (when (= bits 8) (.setattr monkeypatch module "MOST_HALVED" 1))
  (setv
    model (small-model #** (get MODELS kind))
    found (imported-model (page-of tmp-path model)))
  (assert (= (.to-json found.vocabulary) (.to-json model.vocabulary)))
  (assert (= found.settings model.settings))
  (assert (= found.facts (replace model.facts :seed-text "" :digests None)))
  (assert (= found.history [{#** (get model.history 0)  "text" "13:1"}]))
  (assert (= [found.half found.resume] [(= bits 16) None]))
  (for [[own weight] (zip found.weights model.weights)]
    (assert (<= (.max (np.abs (- own weight))) (* 0.005 (.max (np.abs weight)))))))


(defn test-nothing-on-a-page-tells-whether-a-guess-at-its-text-is-right [tmp-path]
  (setv model (small-model :digests ["a1b2c3d4"]))
  (for [text ["13:0123abcd" "9:fedcba" "13:0123abcd"]]
    (.append model.history {#** (get model.history 0)  "text" text}))
  (setv
    path (page-of tmp-path model)
    found (imported-model path))
  (for [hash ["a1b2c3d4" "0123abcd" "fedcba"]]
    (assert (not-in hash (.read-text path :encoding "utf-8"))))
  (assert (= (lfor entry found.history (get entry "text")) ["13:1" "13:1" "9:2" "13:1"])))


(defn test-a-page-keeps-fingerprints-but-neither-samples-nor-what-to-begin-with [tmp-path]
  (setv
    model (small-model :items "line" :beginning "\n" :seed-text "secret")
    model.items (fingerprints ["hello" "world"])
    (get model.history 0 "sample") "secret"
    path (page-of tmp-path model))
  (assert (not-in "secret" (.read-text path)))
  (assert (= (. (imported-model path) items) model.items)))


(defn test-a-page-of-an-imported-model-is-the-same [tmp-path monkeypatch]
  (for [most [1 1_000_000]]
    (.setattr monkeypatch module "MOST_HALVED" most)
    (setv
      path (page-of tmp-path (small-model))
      first (.read-text path))
    (page-of tmp-path (imported-model path))
    (for [block ["facts" "weights-0"]]
      (assert (= (block-of (.read-text path) block) (block-of first block))))))


(defn test-python-imports-all-models-of-a-page [tmp-path]
  (setv path (page-of tmp-path (small-model) (small-model :layers "7")))
  (assert (= (lfor each (import-page path) [each.name (str each.settings.layers)])
    [["model 0" "lstm:6,dropout:0.1,lstm:5"] ["model 1" "lstm:7"]]))
  (with [_ (pytest.raises TypeError)] (import-page None)))


;; * The command line

(defn test-an-imported-model-generates-and-makes-pages [here capsys]
  (setv path (page-of here (small-model)))
  (assert (= 0 (main ["--import" (str path) "--model" "mine"])))
  (assert (= (. (.readouterr capsys) out) "mine.h5: 18 KB\n"))
  (assert (= 0 (main ["--model" "mine" "--generate" "h" "--length" "9"])))
  (assert (= 0 (main ["--model" "mine" "--page" "other.html"])))
  (assert (= (block-of (.read-text (Path "other.html")) "weights-0")
    (block-of (.read-text path) "weights-0"))))


(defn test-two-models-of-a-page-get-two-files [here refusal]
  (setv page (str (page-of here (small-model) (small-model :layers "7"))))
  (for [models [["one"] ["one" "one"] ["one" "two" "three"]]]
    (assert (in "page.html has 2 models: model 0 and model 1; give each a --model"
      (refusal "--import" page #* (gfor each models part ["--model" each] part)))))
  (assert (= 0 (main ["--import" page "--model" "one" "--model" "two" "--quiet"])))
  (assert (= (str (. (load-checkpoint "two") settings layers)) "lstm:7")))


(defn test-an-import-replaces-a-model-only-with-restart [here refusal]
  (setv page (str (page-of here (small-model :layers "7"))))
  (for [existing ["model.h5" "model.h5.bak"]]
    (save-checkpoint (small-model) "model")
    (when (!= existing "model.h5") (os.rename "model.h5" existing))
    (setv before (.read-bytes (Path existing)))
    (assert (in "model.h5 already exists; give another --model or, to replace it, --restart"
      (refusal "--import" page)))
    (assert (= (.read-bytes (Path existing)) before)))
  (assert (= 0 (main ["--import" page "--restart"])))
  (assert (= (str (. (load-checkpoint "model") settings layers)) "lstm:7")))


;; * Pages that are wrong

(defn [(pytest.mark.parametrize #("harm" "words") [
    #((fn [path] (.unlink path)) "No such file")
    #((fn [path] (.unlink path) (.mkdir path)) "it is not a file")
    #((fn [path] (.unlink path) (os.mkfifo path)) "it is not a file")
    #((fn [path] (.write-bytes path b"")) "there is no model on it")
    #((fn [path] (save-checkpoint (small-model) (.with-suffix path ".h5"))
        (.rename (.with-suffix path ".h5") path)) "there is no model on it")
    #((fn [path] (.write-text path (get (.partition (.read-text path) "weights-0") 0)))
      "it has fewer or more weights than its network")
    #((fn [path] (with-facts path (fn [facts] (.pop facts "record"))))
      "make it again, with --page")
    #((fn [path] (with-facts path (fn [facts] (.update facts {"units" ["a"]})))) "lacks")
    #((fn [path] (with-facts path (fn [facts] (.update facts {"layers" []})))) "contradict")
    #((fn [path] (with-facts path (fn [facts] (.update facts {"bits" 4})))) "4 bits")
    #((changed-block "facts" "name" "n\\\\u00") "not valid JSON")
    #((changed-block "facts" "^" "[") "not valid JSON")
    #((changed-block "weights-0" "^...." "AHwA") "a number is not finite")
    #((changed-block "weights-0" "^." "!") "not valid base64")
    #((changed-block "weights-0" "^...." "") "fewer or more weights")])]
    test-a-wrong-page-is-refused-in-a-line [here refusal harm words]
  (setv path (page-of here (small-model)))
  (harm path)
  (assert (in words (refusal "--import" "page.html")))
  (assert (not (.exists (Path "model.h5")))))


(defn test-memory-is-not-taken-for-weights-that-are-not-there [tmp-path]
  (setv path (page-of tmp-path (small-model :layers "9")))
  (with-facts path (fn [facts]
    (.update facts {"layers" [["lstm" 65536]]})
    (.update (get facts "record" "settings") {"layers" "lstm:65536"})))
  (assert (in "fewer or more weights" (refusal-of models-on-page path))))


(defn test-a-page-larger-than-any-is-refused [tmp-path monkeypatch]
  (.setattr monkeypatch imported "MOST_BYTES" 999)
  (assert (in "it has more than 999 bytes"
    (refusal-of models-on-page (page-of tmp-path (small-model))))))


(defn test-facts-of-many-values-are-refused-before-they-are-parsed [tmp-path monkeypatch]
  (.setattr monkeypatch imported "MOST_MARKS" 99)
  (assert (in "too many values" (refusal-of models-on-page (page-of tmp-path (small-model))))))


;; * Pages damaged at random

(defn [(pytest.mark.parametrize "count" [
    150 (pytest.param (* 5000 FUZZ) :marks pytest.mark.slow)])]
    test-of-a-damaged-page-comes-a-line-or-a-model-that-can-be-saved [tmp-path count]
  (setv
    path (page-of tmp-path (small-model :items "line" :longest-item 5 :names "Anna"))
    whole (.read-bytes path))
  (for [number (range count)]
    (.write-bytes path (damaged-page number whole))
    (try
      (setv models (models-on-page path))
      (except [error ValueError]
        (assert (not-in "\n" (str error)) number)
        (continue)))
    (for [[name model] models]
      (assert (isinstance name str) number)
      (file-image model))))
