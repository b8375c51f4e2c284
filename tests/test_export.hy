"A copy to share is small, opens in stock Keras and predicts the same."

(import
  os
  pathlib [Path]
  keras
  numpy :as np
  pytest
  lstm-textgen.cli [main training]
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.textmodel [load]
  lstm-textgen.writing.mixture [make-engine]
  tests.helpers [TEXT TINY-FLAGS small-model train-tiny write-text])


(defn logits-of [model ids]
  "Return the logits (time, vocabulary) of a `Checkpoint` after each of `ids`."
  (setv engine (make-engine model))
  (np.array (lfor n ids (.copy (.step engine (int n))))))


(defn [(pytest.mark.parametrize "write" [
    (fn [model] (.save model "small" :small True))
    (fn [model] (main ["--export" "small.h5"]))]
    :ids ["python" "command-line"])]
    test-a-copy-to-share-is-small-and-predicts-the-same-in-stock-keras-too [here write]
  (setv trained (train-tiny here :layers "128" :epochs 1))
  (write trained)
  (assert (< (* 6 (os.path.getsize "small.h5")) (os.path.getsize "model.h5")))
  (setv
    [whole shared] (lfor name ["model" "small"] (. (load name) checkpoint))
    ids (np.arange (len shared.vocabulary))
    stock (.predict-on-batch (keras.models.load-model "small.h5") (np.array [ids])))
  (assert (and whole.resume (is shared.resume None)))
  (assert (= shared.history whole.history))
  (assert (np.allclose (logits-of shared ids) (logits-of whole ids) :atol 0.02))
  (assert (np.allclose (logits-of shared ids) (get stock 0) :atol 1e-5)))


(defn test-after-a-run-a-large-file-says-how-to-get-a-small-one [here monkeypatch capsys]
  (.setattr monkeypatch training "LARGE_FILE" 50_000)
  (write-text here TEXT)
  (for [[layers said] [["24" True] ["2" False]]]
    (assert (= 0 (main ["--sources" "text.txt" "--epochs" "1" "--model" "mine" "--restart"
      #* TINY-FLAGS "--layers" layers])))
    (assert (= said (in " --export small.h5 --model mine\n" (. (.readouterr capsys) out))))))


(defn test-the-model-of-a-page-is-trained-further [here]
  (.page (train-tiny here :epochs 1) "page.html")
  (assert (= 0 (main ["--import" "page.html" "--model" "mine"])))
  (assert (= 0 (main ["--sources" "text.txt" "--epochs" "2" "--model" "mine" "--continue"])))
  (assert (= (lfor e (. (load-checkpoint "mine") history) (get e "epoch")) [1 2 3])))


;; * The command line

(defn [pytest.fixture] saved [here]
  (for [name ["model" "other"]] (save-checkpoint (small-model) name)))


(defn test-copies-are-as-private-as-what-they-come-from [here]
  (save-checkpoint (small-model) "model" :mode 0o600)
  (.page (load "model") "page.html")
  (.chmod (Path "page.html") 0o440)
  (assert (= 0 (main ["--export" "small.h5"])))
  (assert (= 0 (main ["--import" "page.html" "--model" "mine"])))
  (assert (= [0o600 0o600 0o640] (lfor name ["model.h5" "small.h5" "mine.h5"]
    (& 0o777 (. (os.stat name) st-mode))))))


(defn test-an-export-names-its-file-and-may-end-in-upper-case [saved capsys]
  (assert (= 0 (main ["--export" "M.H5"])))
  (assert (= (. (.readouterr capsys) out) f"M.H5: {(// (os.path.getsize "M.H5") 1000)} KB\n"))
  (assert (. (load-checkpoint "M.H5") half)))


(defn [(pytest.mark.parametrize #("flags" "words") [
    #(["--export" "m"] "--export: m must end in .h5, the format of this program and of Keras\n")
    #(["--export" "m.keras"] "m.keras must end in .h5")
    #(["--export" "folder/"] "folder/ must end in .h5")
    #(["--export" "other.h5"] "would overwrite a model")
    #(["--export" "model.h5"] "would overwrite the model in use")
    #(["--export" "diary.h5"] "diary.h5 already exists")
    #(["--export" "no/m.h5"] "there is no such folder")
    #(["--export" "m.h5" "--model" "model" "--model" "other"]
      "only one model can be used with --export, not 2")
    #(["--export" "m.h5" "--length" "9"] "--length has no effect with --export")])]
    test-a-wrong-export-is-refused-in-a-line [saved flags words refusal]
  (.write-text (Path "diary.h5") "dear")
  (setv before (sorted (os.listdir)))
  (assert (in words (refusal #* flags)))
  (assert (= (sorted (os.listdir)) before)))
