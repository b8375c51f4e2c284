"Models for other programs: each runs in its program and predicts the same."

(import
  json
  os
  pathlib [Path]
  sys
  keras
  numpy :as np
  onnxruntime
  pytest
  safetensors.numpy [load-file]
  tensorflow :as tf
  tokenizers [Tokenizer]
  lstm-textgen.cli [main]
  lstm-textgen.export [check-export export-model]
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.prep [default-prep lower]
  lstm-textgen.textmodel [TextModel load]
  lstm-textgen.writing.mixture [make-engine]
  tests.helpers [program refusal-of refused small-model train-tiny])

(setv
  LAYERS "lstm:9,dropout:0.2,gru:7"
  SHAPES [#(1 1) #(1 40) #(3 7) #(5 2)])  ; of ids: (batch, time)


(defn [pytest.fixture] model [here]
  "Enter an empty folder; return a `Checkpoint` with layers of all kinds."
  (small-model :layers LAYERS))


(defn assert-predicts [model function [tolerance 1e-5]]
  "Assert that `function` of ids gives our logits for batches of all `SHAPES`."
  (for [shape SHAPES]
    (setv
      rng (np.random.default-rng 3)
      ids (.integers rng (len model.vocabulary) :size shape :dtype "int32")
      found (np.asarray (function ids)))
    (assert (= found.dtype "float32"))
    (assert (np.allclose found (our-logits model ids) :atol tolerance))))


(defn our-logits [model ids]
  "Return the logits (batch, time, vocabulary) that our engine gives for `ids` (batch, time)."
  (np.stack (lfor
    row ids
    :setv engine (make-engine model)
    (np.array (lfor n row (.copy (.step engine (int n))))))))


;; * ONNX

(defn test-onnx-runtime-predicts-the-same-and-knows-what-the-ids-mean [model]
  (export-model model "m.onnx")
  (assert (= (os.listdir) ["m.onnx"]))
  (setv
    session (onnxruntime.InferenceSession "m.onnx")
    text (get (. (.get-modelmeta session) custom-metadata-map) "lstm_textgen"))
  (assert-predicts model (fn [ids] (get (.run session ["logits"] {"ids" ids}) 0)))
  (assert (= (get (json.loads text) "vocabulary") model.vocabulary.units))
  (assert (= (lfor each [#* (.get-inputs session) #* (.get-outputs session)] (cut each.shape 2))
    [["batch" "time"] ["batch" "time"]])))


;; * SavedModel

(defn served [folder]
  "Return what the SavedModel in `folder` serves, a function from ids to logits."
  (setv module (tf.saved-model.load folder))  ; without it, its variables are gone
  (fn [ids] (.numpy (.serve module ids))))


(defn test-tensorflow-predicts-the-same [model]
  (export-model model "m/")
  (assert-predicts model (served "m"))
  (with [file (open "m/assets.extra/lstm_textgen.json")]
    (assert (= (get (json.load file) "vocabulary") model.vocabulary.units))))


(defn test-a-savedmodel-replaces-an-earlier-one [model]
  (export-model model (Path "m/"))
  (check-export model "m/")
  (export-model (small-model :layers "gru:4") "m/")
  (assert-predicts (small-model :layers "gru:4") (served "m"))
  (assert (= (os.listdir) ["m"])))


(defn test-an-export-to-a-full-disk-names-it-and-leaves-the-earlier-folder [model monkeypatch]
  (export-model model "m/")
  (defn fail [#* _ #** options]
    (raise (tf.errors.ResourceExhaustedError None None "No space left on device [Op:SaveV2]")))
  (.setattr monkeypatch keras.Sequential "export" fail)
  (assert (in "No space left on device: 'm/'"
    (refusal-of export-model (small-model :layers "gru:4") "m/")))
  (assert (= (os.listdir) ["m"]))
  (assert-predicts model (served "m")))


;; * safetensors

(defn test-stock-keras-predicts-the-same-with-the-weights-of-a-safetensors-file [model]
  (assert (= (export-model model "m.safetensors") ["m.safetensors" "m.json"]))
  (setv
    description (json.loads (.read-text (Path "m.json")))
    arrays (load-file "m.safetensors")
    stock (keras.saving.deserialize-keras-object (get description "keras")))
  (assert (= (get description "vocabulary") model.vocabulary.units))
  (assert (= (get description "weights")
    (dfor [name array] (.items arrays) name (list array.shape))))
  (.set-weights stock (lfor name (get description "weights") (get arrays name)))
  (assert-predicts model stock.predict-on-batch))


;; * Pieces

(setv TEXTS [
  "the cats'  theory\n\tof 2048 cafés, don't_do-it!\n" "Ⅻ x² ½ ٣٤ ⑦" "नमस्ते दुनिया हिन्दी"
  "สวัสดีชาวโลก" "سلام دنیا می‌خواهم" "שָׁלוֹם" "日本語の文章。「はい」" "👩‍👩‍👧 ❤️ 🇩🇪 𝔘𝔫𝔦 𐐷𐑌"
  "x\u0323\u0302\u0303\u0304\u0305\u0306b" "\x1c\x85\xa0 \u2003\u3000\u200b" (* "long" 60)
  (* " " 70) "x\u0000\u007f\u2028" ""])


(defn [pytest.fixture] in-pieces [here]
  "Enter an empty folder; return a model of pieces of `TEXTS`."
  (small-model :unit "pieces" :text (* 3 (.join " " TEXTS))))


(defn [(pytest.mark.parametrize #("name" "tokenizer") [
    #("m.safetensors" "tokenizer.json") #("m.onnx" "tokenizer.json")
    #("m/" "m/assets.extra/tokenizer.json")])]
    test-hugging-face-splits-a-text-into-the-same-ids [in-pieces name tokenizer]
  (setv
    written (export-model in-pieces name)
    tokenizer (Tokenizer.from-file tokenizer))
  (when (= name "m.safetensors")
    (assert (= written ["m.safetensors" "m.json" "tokenizer.json"]))
    (setv about (json.loads (.read-text (Path "m.json"))))
    (setv known in-pieces.vocabulary)
    (assert (= (lfor key ["merges" "pattern"] (get about key)) [known.merges known.pattern])))
  (for [text [#* TEXTS (.join " " TEXTS)]]
    (setv ids (. (.encode tokenizer text) ids))
    (assert (= ids (.tolist (.encode in-pieces.vocabulary text))) text)
    (assert (= (.decode tokenizer ids) text))))


(defn test-characters-that-are-unknown-to-hugging-face-too-join-nothing [in-pieces]
  (export-model in-pieces "m.safetensors")
  (setv units (sorted in-pieces.vocabulary.units :key len))
  (for [text (gfor
      unit (cut units -9 None)
      n (range 1 (len unit))
      (+ (cut unit n) "þ" (cut unit n None)))]
    (setv [ids _] (.encode-seed in-pieces.vocabulary text))
    (assert (= (. (.encode (Tokenizer.from-file "tokenizer.json") text) ids) (.tolist ids)))))


(defn test-hugging-face-prepares-a-text-as-sources-are [here]
  (setv model (small-model :unit "pieces" :lower True
    :text (* "the cafés\nof 2048 καλός, ο σάς αβ\n" 9)))
  (export-model model "m.safetensors")
  (for [text ["THE Cafe\u0301s\r\nof\r2048" "ΚΑΛΌΣ, Ο ΣΆΣ." "ΚΑΛΌΣ\u0301 ΑΣΒ Σ"]]
    (setv [ids _] (.encode-seed model.vocabulary (lower (default-prep text))))
    (assert (= (. (.encode (Tokenizer.from-file "tokenizer.json") text) ids) (.tolist ids)))))


(defn test-a-tokenizer-of-ours-is-replaced-and-no-other [in-pieces]
  (for [_ (range 2)] (.export (TextModel in-pieces) "m.safetensors"))
  (.write-text (Path "tokenizer.json") "{\"version\": \"1.0\"}")
  (assert (in "tokenizer.json already exists"
    (refusal-of (. (TextModel in-pieces) export) "m.safetensors")))
  (.export (TextModel (small-model)) "m.safetensors")
  (.export (TextModel in-pieces) "m.safetensors" :overwrite True))


;; * A copy to share

(defn [pytest.fixture] trained [here]
  "Enter a folder with a model that can resume; return its `TextModel`."
  (train-tiny here :layers "128" :epochs 1)
  (load "model"))


(defn test-a-copy-to-share-is-small-and-predicts-the-same-in-stock-keras-too [trained]
  (.export trained "small.h5")
  (setv [whole small] (lfor name ["model.h5" "small.h5"] (os.path.getsize name)))
  (assert (< (* 6 small) whole))
  (setv shared (load "small"))
  (assert (is shared.checkpoint.resume None))
  (assert (is-not trained.checkpoint.resume None))
  (assert (= shared.history trained.history))
  (assert-predicts trained.checkpoint
    (fn [ids] (our-logits shared.checkpoint ids))
    :tolerance 0.02)
  (setv stock (keras.models.load-model "small.h5"))
  (assert-predicts shared.checkpoint stock.predict-on-batch))


(defn test-the-ending-of-an-export-may-be-in-upper-case [model]
  (assert (= (export-model model "M.SAFETENSORS") ["M.SAFETENSORS" "M.json"]))
  (assert (= (export-model model "M.H5") ["M.H5"]))
  (assert (= (sorted (os.listdir)) ["M.H5" "M.SAFETENSORS" "M.json"]))
  (assert (. (load-checkpoint "M.H5") half))
  (check-export model "M.ONNX"))


;; * What is refused

(defn [pytest.fixture] saved [model]
  "Save the model as `model.h5` in the folder that was entered, beside `other.h5`."
  (for [name ["model" "other"]] (save-checkpoint model name)))


(defn [(pytest.mark.parametrize #("flags" "words") [
    #(["--export" "m"] "m must end in .onnx, .safetensors or .h5, or in / for the folder")
    #(["--export" "m.keras"] "must end in .onnx, .safetensors or .h5, or in /")
    #(["--export" "other.h5"] "would overwrite a model")
    #(["--export" "no/m/"] "there is no such folder")
    #(["--export" "model.h5/"] "this is a file, not a folder")
    #(["--export" "other/"] "is a folder with other files; give a new folder")
    #(["--export" "other/" "--model" "model" "--model" "other"]
      "only one model can be used with --export, not 2")
    #(["--export" "m.onnx" "--length" "9"] "--length has no effect with --export")])]
    test-a-wrong-export-is-refused-in-a-line [saved flags words refusal]
  (.mkdir (Path "other"))
  (.write-text (Path "other/diary.txt") "dear")
  (setv before (sorted (os.listdir)))
  (assert (in words (refusal #* flags)))
  (assert (= (sorted (os.listdir)) before)))


(defn test-an-export-lists-the-files-that-it-wrote [saved capsys]
  (for [[name files] [["m.safetensors" ["m.safetensors" "m.json"]] ["folder/" ["folder/"]]]]
    (.readouterr capsys)
    (assert (= 0 (main ["--export" name])))
    (assert (= (lfor line (.splitlines (. (.readouterr capsys) out)) (get (.split line ":") 0))
      [f"writing {name}" #* files]))))


(defn test-the-json-beside-the-weights-is-no-file-that-is-read [saved]
  (.rename (Path "other.h5") "m.json")
  (assert (in "m.json would overwrite a model"
    (refusal-of (. (load "model") export) "m.safetensors"))))


(defn [(pytest.mark.parametrize #("ending" "package") [
    #(".onnx" "tf2onnx") #(".safetensors" "safetensors")])]
    test-a-missing-package-is-told-with-what-installs-it [saved monkeypatch ending package refusal]
  (.setitem monkeypatch sys.modules package None)
  (assert (in f"needs the package {package}: pip install {package}\n"
    (refusal "--export" f"m{ending}")))
  (assert (not (os.path.exists f"m{ending}"))))


(defn test-an-export-on-another-backend-says-what-to-set [saved tmp-path]
  (setv result (program "--export" "m.onnx" :folder tmp-path
    :environment {"KERAS_BACKEND" "torch"}))
  (refused result "KERAS_BACKEND=tensorflow")
  (assert (not (.exists (/ tmp-path "m.onnx")))))
