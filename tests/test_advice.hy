"The advice in messages, in terms of Python and of the command line."

(import
  os
  re
  h5py
  pytest
  lstm-textgen.cli [main]
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  lstm-textgen.textmodel [TextModel load train]
  tests.helpers [TEXT refusal-of saved-model small-model])

(setv pytestmark pytest.mark.quick)


(defn [pytest.fixture] model [tmp-path monkeypatch]
  "A small model, in an empty folder."
  (.chdir monkeypatch tmp-path)
  (TextModel (small-model)))


;; * Files of Keras

(defn [(pytest.mark.parametrize #("name" "content" "said") [
    #("model.h5" {"model_config" "{}"} "model.h5: .*; if Keras made it, use ")
    #("k.keras" {} "k.keras: not a model of this program.*; if Keras made it, use ")])]
    test-a-file-of-keras-is-advised-about-in-the-words-of-the-caller
    [tmp-path monkeypatch refusal name content said]
  (.chdir monkeypatch tmp-path)
  (with [file (h5py.File (/ tmp-path name) "w")]
    (.update file.attrs content)
    (.create-group file "model_weights"))
  (assert (re.search f"{said}`TextModel.from_keras`$" (refusal-of load (/ tmp-path name))))
  (assert (re.search f"{said}--import\n" (refusal "--generate" "a" "--model" name))))


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


;; * Backups

(defn test-a-backup-can-be-opened-by-its-name [tmp-path monkeypatch capsys]
  (.chdir monkeypatch tmp-path)
  (saved-model tmp-path)
  (save-checkpoint (small-model 2) (/ tmp-path "model"))
  (setv text (.generate (TextModel (small-model)) "h" 9 :rng-seed 1))
  (assert (= (.generate (load (/ tmp-path "model.h5.bak")) "h" 9 :rng-seed 1) text))
  (main ["--model" "model.h5.bak" "--generate" "h" "--length" "9" "--rng-seed" "1"])
  (assert (= (. (.readouterr capsys) out) (+ text "\n"))))


;; * Writing

(defn test-one-text-without-an-end-is-not-called-several [model]
  (for [[samples said] [[None "a text needs an end"] [2 "several texts need an end"]]]
    (assert (.startswith (refusal-of model.generate "h" None samples) said))))


(defn test-bytes-are-named-as-bytes [model]
  (for [seed [b"h" (bytearray b"h") [b"h"]]]
    (assert (.endswith (refusal-of model.generate seed) f"not {seed !r}"))))
