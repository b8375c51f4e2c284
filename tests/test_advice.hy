"What is told to who uses it wrongly, in the words of Python or of the command line."

(import
  fractions [Fraction]
  os
  re
  h5py
  numpy :as np
  pytest
  lstm-textgen.cli [main]
  lstm-textgen.display.plain [Display]
  lstm-textgen.learning.learner.quiet [what-to-install]
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  lstm-textgen.recipes [load-recipe]
  lstm-textgen.text.units [Vocabulary]
  lstm-textgen.text.vocabulary [build-vocabulary]
  lstm-textgen.textmodel [TextModel joined-texts load train]
  tests.helpers [TEXT refusal-of saved-model small-model])

(setv pytestmark pytest.mark.quick)


(defn [pytest.fixture] model [here]
  "A small model, in an empty folder."
  (TextModel (small-model)))


;; * Files of Keras

(defn [(pytest.mark.parametrize #("name" "content" "said") [
    #("model.h5" {"model_config" "{}"} "model.h5: .*: it was not made by this program")
    #("k.keras" {} r"k.keras: not a model of this program \(.h5\)")])]
    test-a-file-of-keras-is-refused-in-a-line [here refusal name content said]
  (with [file (h5py.File (/ here name) "w")]
    (.update file.attrs content)
    (.create-group file "model_weights"))
  (assert (re.search f"{said}\n" (refusal "--generate" "a" "--model" name))))


;; * Names of models

(defn [(pytest.mark.parametrize #("path" "said") [
    #("x.keras" "saved as .h5, .*; give x.h5, not x.keras") #("a/" "a/ is a folder; give a file")
    #("m.h5.bak" "m.h5.bak is a backup; give another file")])]
    test-no-model-is-saved-as-keras-format-or-backup-or-beside-a-named-folder
    [model refusal path said]
  (for [act [(fn [] (.save model path)) (fn [] (train :text TEXT :path path))]]
    (assert (re.search said (refusal-of act))))
  (assert (re.search f"--model: .*{said}" (refusal "--sources" "a.txt" "--model" path)))
  (assert (= (os.listdir) [])))


(defn [(pytest.mark.parametrize #("given" "meant") [
    #("modle" "model") #("modle.h5" "model") #("sub/fox" "sub/foxes") #("engish" "english")])]
    test-a-misspelt-model-suggests-the-nearest [model tmp-path given meant]
  (.mkdir (/ tmp-path "sub"))
  (for [name ["model" "sub/foxes" "my notes"]] (.save model name))
  (with [_ (pytest.raises FileNotFoundError :match f"no such model; did you mean {meant}\\?$")]
    (load given)))


(defn test-a-folder-s-name-makes-no-model-in-it-similar [model tmp-path]
  (.mkdir (/ tmp-path "adv"))
  (.save model "adv/xg")
  (with [_ (pytest.raises FileNotFoundError :match "no such model; train one with `sources`")]
    (load "adv/nix")))


(defn [(pytest.mark.parametrize #("path" "refused") [
    #("/dev/null" "/dev/null") #("pipe" "pipe") #("lost" "lost.h5") #("folder" "folder.h5")])]
    test-only-a-regular-file-can-be-a-model [model tmp-path refusal path refused]
  (for [name ["pipe" "lost.h5"]] (os.mkfifo name))
  (.mkdir (/ tmp-path "folder.h5"))
  (setv said f"{refused} is not a regular file; give another ")
  (for [act [(fn [] (.save model path)) (fn [] (train :text TEXT :path path)) (fn [] (load path))]]
    (assert (in f"{said}`path`" (refusal-of act))))
  (for [flag ["--sources" "--generate"]]
    (assert (in f"{said}--model" (refusal flag "a" "--model" path)))))


(defn test-a-model-may-share-the-name-of-a-folder [model tmp-path]
  (.mkdir (/ tmp-path "novels"))
  (.save model "novels")
  (assert (= (. (load "novels") name) "novels")))


;; * Backups

(defn test-a-backup-can-be-opened-by-its-name [here capsys]
  (saved-model here)
  (save-checkpoint (small-model 2) (/ here "model"))
  (setv text (.generate (TextModel (small-model)) "h" 9 :rng-seed 1))
  (assert (= (.generate (load (/ here "model.h5.bak")) "h" 9 :rng-seed 1) text))
  (main ["--model" "model.h5.bak" "--generate" "h" "--length" "9" "--rng-seed" "1"])
  (assert (= (. (.readouterr capsys) out) (+ text "\n"))))


;; * Types

(defn [(pytest.mark.parametrize #("method" "given" "named" "said") [
    #("generate" ["h"] {"temperature" (Fraction 1 2)} "`temperature` must be a number, 0 or more")
    #("generate" ["日" 5] {"warn" 5} "`warn` must be a function, not 5")
    #("generate" [5] {} "`seed` must be text, or a list of texts, not 5")
    #("generate" [[b"h"]] {} "`seed` must be text, or a list of texts, not [b'h']")
    #("stream" [["h"]] {} "`seed` must be text, not ['h']")
    #("prepare" [None] {} "`text` must be text, not None")
    #("score" [["a" 5]] {} "`text` must be text, or a list of texts, not ['a', 5]")
    #("save" [None] {} "`path` must be a path, not None")
    #("save" ["m"] {"small" 1} "`small` must be True or False, not 1")
    #("page" ["p.html" "model"] {} "`others` must be a TextModel, not 'model'")])]
    test-a-wrong-type-is-a-type-error [model tmp-path method given named said]
  (with [caught (pytest.raises TypeError)]
    ((getattr model method) #* given #** named))
  (assert (.startswith (str caught.value) said))
  (assert (= (list (.iterdir tmp-path)) [])))


(defn [(pytest.mark.parametrize #("options" "said") [
    #({"display" Display} "`display` must be a display such as lstm_textgen.Display(), not <class")
    #({"display" 5} "`display` must be a display such as lstm_textgen.Display(), not 5")
    #({"prep" 5} "a step is a name, a tuple")
    #({"callbacks" 5} "`callbacks` must be a list of Keras callbacks, not 5")
    #({"text" 5} "`text` must be text, or a list of texts, not 5")
    #({"text" None  "sources" 5} "`sources` must be paths or URLs, not 5")
    #({"sources" "b"} "`sources` or `text`, not both")
    #({"column" "a"} "`column` has no effect on `text`")
    #({"recipe" {}} "`recipe` must be a recipe or the path of one, not {}")
    #({"path" None} "`path` must be")
    #({"path" "a\0b"} "`path` must be a path, not 'a\\x00b' (it has a null character)")
    #({"csv" "a\0b"} "`csv` must be non-empty text, not 'a\\x00b' (it has a null char")])]
    test-a-wrong-value-of-train-is-refused-at-once-in-the-words-of-python
    [model tmp-path options said]
  (assert (in said (refusal-of train #** {"text" TEXT #** options})))
  (assert (= (list (.iterdir tmp-path)) [])))


(defn test-a-path-is-no-checkpoint-and-an-id-is-not-negative [model]
  (assert (in "use `load` to read a model file" (refusal-of TextModel "bot")))
  (for [id [-1 (len model.vocabulary)]]
    (assert (in "an id must be from 0 to" (refusal-of model.vocabulary.decode [id])))))


(defn test-what-is-no-file-is-refused-by-the-name-of-what-it-gives [tmp-path]
  (defclass Silent []
    (defn read [self size]))
  (assert (in "the given text: its `read` returned None; give a file that is open for reading"
    (refusal-of train (Silent) (/ tmp-path "model")))))


(defn [(pytest.mark.parametrize #("act" "said") [
    #((fn [v] (.save (TextModel (small-model)) "a\0b")) "not 'a\\x00b' (it has a null character)")
    #((fn [v] (load "a\0b")) "not 'a\\x00b' (it has a null character)")
    #((fn [v] (load "")) "'' names no file")
    #((fn [v] (load-recipe 5)) "`path` must be a path, not 5")
    #((fn [v] (load-recipe "a\0b")) "not 'a\\x00b' (it has a null character)")
    #((fn [v] (.encode v 3)) "`text` must be text, not 3")
    #((fn [v] (.decode v 3)) "`ids` must be a list of whole numbers, not 3")
    #((fn [v] (.decode v ["a"])) "`ids` must be a list of whole numbers, not ['a']")
    #((fn [v] (.build (type v) 3)) "`chunks` must be text, or texts, not 3")
    #((fn [v] (Vocabulary.build ["a"])) "build `Characters` or `Words`")])]
    test-what-vocabularies-and-paths-can-t-be-is-refused-in-a-line [act said]
  (for [unit ["characters" "words"]]
    (assert (in said (refusal-of act (build-vocabulary "a b" unit))))))


(defn test-a-text-without-end-is-refused-whether-length-is-none-or-stop-empty [model]
  (for [options [{"length" None} {"length" None  "stop" []}]]
    (assert (in "a text needs an end" (refusal-of model.generate "h" #** options)))))


(defn test-no-stops-and-a-compiled-pattern-with-its-flags-are-understood [model]
  (setv same {"length" 9  "rng_seed" 1})
  (assert (= (.generate model "h" :stop [] #** same) (.generate model "h" #** same)))
  (for [[given meant] [
      [(re.compile "[^E]*") "[^E]*"]
      [(re.compile "[^E]*" re.I) "(?i)[^E]*"]
      [(re.compile "(?i)[^E]*. " re.S) "(?si)[^E]*. "]]]
    (assert (= #* (gfor m [given meant] (.generate model "h" :match m #** same))))))


(defn test-numpy-s-text-and-numbers-in-lists-are-plain-ones [model]
  (setv likeliest (.generate model "h" 5 :temperature 0))
  (assert (= (.generate model (np.array "h") 5 :temperature [(np.float32 0)]) likeliest))
  (assert (= (.generate model (np.array ["h"]) 5 :temperature 0) [likeliest])))


(defn [(pytest.mark.parametrize #("text" "expected") [
    #("a\nb\n" "a\nb\n") #(["a\n" "b\n"] "a\nb\n") #([] "") #((gfor c "ab" c) "a\nb")])]
    test-a-text-may-come-in-several-strings [text expected]
  (assert (= (joined-texts text) expected)))


(defn test-missing-keras-is-told-before-the-text-is-read [monkeypatch tmp-path capsys]
  (.setattr monkeypatch "lstm_textgen.learning.runs.find_spec" (fn [name]))
  (with [_ (pytest.raises ImportError :match "keras is not installed: .*install keras")]
    (train (/ tmp-path "nowhere.txt") (/ tmp-path "model")))
  (assert (= (.readouterr capsys) #("" ""))))


(defn test-the-command-that-installs-what-is-missing-is-that-of-this-python [monkeypatch]
  (.setattr monkeypatch "sys.executable" "/my venv/python")
  (.setenv monkeypatch "KERAS_BACKEND" "jax")
  (assert (in "keras is not installed: '/my venv/python' -m pip install keras jax tokenizers ("
    (str (what-to-install "keras")))))
