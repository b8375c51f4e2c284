"The advice in messages, in terms of Python and of the command line."

(import
  os
  re
  h5py
  pytest
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  lstm-textgen.textmodel [TextModel load train]
  tests.helpers [TEXT output program refusal-of refused saved-model small-model write-text])

(setv pytestmark pytest.mark.quick)


(defn [pytest.fixture] model [tmp-path monkeypatch]
  "A small model, in an empty folder."
  (.chdir monkeypatch tmp-path)
  (TextModel (small-model)))


;; * Files of Keras

(defn test-a-file-of-keras-is-advised-about-in-the-words-of-the-caller [tmp-path]
  (with [file (h5py.File (/ tmp-path "model.h5") "w")]
    (.create-group file "model_weights"))
  (with [_ (pytest.raises ValueError :match "if Keras made it, use `TextModel.from_keras`$")]
    (load (/ tmp-path "model")))
  (refused (program "--generate" "a" :folder tmp-path) "if Keras made it, use --import\n"))


(defn test-a-file-with-another-ending-is-not-said-to-be-missing [tmp-path]
  (.touch (/ tmp-path "k.keras"))
  (with [_ (pytest.raises ValueError :match "k.keras: not a model .*from_keras`$")]
    (load (/ tmp-path "k.keras")))
  (refused (program "--generate" "a" "--model" "k.keras" :folder tmp-path)
    "k.keras: not a model of this program" "use --import\n"))


(defn test-a-file-that-is-no-model-is-the-wrong-value-with-any-name [tmp-path]
  (for [name ["a.txt" "a.h5"]]
    (write-text tmp-path TEXT name)
    (with [_ (pytest.raises ValueError :match f"{name}: not a ")] (load (/ tmp-path name)))))


;; * Names of models

(defn [(pytest.mark.parametrize #("path" "said") [
    #("x.keras" "saved as .h5, .*; give x.h5, not x.keras") #("a/" "a/ is a folder; give a file")
    #("m.h5.bak" "m.h5.bak is a backup; give another file")])]
    test-no-model-is-saved-as-keras-format-or-backup-or-beside-a-named-folder
    [model tmp-path path said]
  (for [act [(fn [] (.save model path)) (fn [] (train :text TEXT :path path))]]
    (assert (re.search said (refusal-of act))))
  (setv result (program "--sources" "a.txt" "--model" path :folder tmp-path))
  (refused result "--model: ")
  (assert (re.search said result.stderr))
  (assert (= (os.listdir) [])))


(defn [(pytest.mark.parametrize #("given" "meant") [
    #("modle" "model") #("modle.h5" "model") #("sub/fox" "sub/foxes") #("engish" "english")])]
    test-a-misspelt-model-suggests-the-nearest [model tmp-path given meant]
  (.mkdir (/ tmp-path "sub"))
  (for [name ["model" "sub/foxes" "my notes"]] (.save model name))
  (with [_ (pytest.raises FileNotFoundError :match f"no such model; did you mean {meant}\\?$")]
    (load given)))


;; * Backups

(defn test-a-backup-can-be-opened-by-its-name [tmp-path]
  (saved-model tmp-path)
  (save-checkpoint (small-model 2) (/ tmp-path "model"))
  (setv [new old] (lfor name ["model" "model.h5.bak"] (load (/ tmp-path name))))
  (assert (= (.generate old "h" 9 :rng-seed 1)
    (.generate (TextModel (small-model)) "h" 9 :rng-seed 1)))
  (assert (!= (.generate old "h" 99 :rng-seed 1) (.generate new "h" 99 :rng-seed 1)))
  (assert (= (+ (.generate old "h" 9 :rng-seed 1) "\n")
    (output tmp-path "--model" "model.h5.bak" "--generate" "h" "--length" 9 "--rng-seed" 1))))


;; * Writing

(defn test-one-text-without-an-end-is-not-called-several [model]
  (for [[samples said] [[None "^a text needs an end"] [2 "^several texts need an end"]]]
    (with [_ (pytest.raises ValueError :match said)]
      (.generate model "h" None samples))))


(defn test-bytes-are-named-as-bytes [model]
  (for [seed [b"h" (bytearray b"h") [b"h"]]]
    (with [caught (pytest.raises TypeError)]
      (.generate model seed))
    (assert (.endswith (str caught.value) f"not {seed !r}"))))
