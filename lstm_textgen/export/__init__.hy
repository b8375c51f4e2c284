#[[Models for other programs: ONNX, SavedModel, safetensors, and a copy to share.

The extension of a path decides. Every format computes ids (batch, time) → logits (batch, time,
vocabulary) like stock Keras with the model itself.]]

(eval-when-compile (require hyrule [unless]))
(import
  dataclasses [replace]
  importlib.util [find-spec]
  json
  pathlib [Path]
  numpy :as np
  lstm-textgen [__version__]
  lstm-textgen.learning.learner.quiet [import-keras]
  lstm-textgen.modelfile.checkpoint [file-image]
  lstm-textgen.modelfile.keraslayout [keras-config weight-shapes]
  lstm-textgen.modelfile.outputs [check-folder check-output open-folder open-output]
  lstm-textgen.writing.writer [start-unit])

(setv
  FOLDER "/"  ; stands for the extension of a SavedModel
  ;; The package that an extension needs and pip doesn't install with us.
  PACKAGES {".onnx" "tf2onnx"  ".safetensors" "safetensors"  ".h5" None  FOLDER None}
  EXTRA "assets.extra"  ; TensorFlow leaves this folder to others
  DESCRIPTION f"{EXTRA}/lstm_textgen.json"
  TOKENIZER "tokenizer.json"  ; the name that Hugging Face's programs expect
  PROGRAM f"lstm_textgen {__version__}"
  ;; The contents of our SavedModels.
  PARTS #{DESCRIPTION f"{EXTRA}/{TOKENIZER}" "saved_model.pb" "fingerprint.pb"
    "variables/variables.index" "variables/variables.data-00000-of-00001"})


(defn check-export [checkpoint path [name "path"] [models #()] [overwrite False]]
  #[[Raise as `TextModel.export` does unless the model `checkpoint` can be exported to `path`.

  `name` is the setting that gave the path, `models` are the model files in use.]]
  (setv [ending files] (_parts checkpoint path))
  (unless (in ending PACKAGES)
    (raise (ValueError (+ f"`{name}`: {path} must end in .onnx, .safetensors or .h5, "
      "or in / for the folder of a SavedModel"))))
  (if (= ending FOLDER)
    (check-folder name path _ours?)
    (for [file files] (check-output name file [] models overwrite)))
  (setv package (get PACKAGES ending))
  (unless (or (is package None) (find-spec package))
    (raise (ImportError
      f"`{name}` to {ending} needs the package {package}: pip install {package}"))))


(defn export-model [checkpoint path]
  #[[Write the model `checkpoint` to `path` for other programs; return the paths written.

  `TextModel.export` describes the formats and errors. An existing file is replaced once the new
  one is complete.]]
  (setv
    [ending files] (_parts checkpoint path)
    tokenizer (lfor file files :if (= (. (Path file) name) TOKENIZER) (_tokenizer checkpoint)))
  (when (in ending [".onnx" FOLDER])
    (import-keras)
    (import lstm-textgen.export.graphs [export-graph onnx-bytes]))
  (if (= ending FOLDER)
    (with [folder (open-folder (str path))]
      (export-graph checkpoint folder "tf_saved_model")
      (setv described (/ folder DESCRIPTION))
      (.mkdir described.parent)
      (.write-text described (_description checkpoint))
      (when (_in-pieces? checkpoint)
        (.write-bytes (.with-name described TOKENIZER) (_tokenizer checkpoint))))
    (for [[file content] (zip files (match ending
        ".onnx" [(onnx-bytes checkpoint (_description checkpoint)) #* tokenizer]
        ".safetensors"
          [(_safetensors checkpoint) (.encode (_description checkpoint)) #* tokenizer]
        ".h5" [(file-image (replace checkpoint :resume None :half True))]))]
      (with [out (open-output file :binary True)] (.write out content))))
  files)


(defn _parts [checkpoint path]
  "Return #(ending files): the extension of an export to `path`, and the paths that it writes."
  (setv
    file (Path path)
    ending (if (.endswith (str path) "/") FOLDER (or (.lower file.suffix) FOLDER))
    described (if (= ending ".safetensors") [(str (.with-suffix file ".json"))] [])
    tokenizer (if (and (in ending [".safetensors" ".onnx"]) (_in-pieces? checkpoint))
      [(str (.with-name file TOKENIZER))]
      []))
  #(ending [(str path) #* described #* tokenizer]))


(defn _in-pieces? [checkpoint]
  "Return whether other programs need a tokenizer for the text of `checkpoint`."
  (bool (.split-rules checkpoint.vocabulary)))


(defn _ours? [folder]
  "Return whether the `folder` (a `Path`) contains only a SavedModel of ours."
  (setv found (sfor
    path (.rglob folder "*")
    :if (not (.is-dir path))
    (.as-posix (.relative-to path folder))))
  (or (not found) (and (in DESCRIPTION found) (<= found PARTS))))


(defn _safetensors [checkpoint]
  "Return the bytes of a file with the weights (float32), named as in their description."
  (import safetensors.numpy [save])
  (save
    (dfor
      [[name _] array] (zip (weight-shapes checkpoint.spec) checkpoint.weights :strict True)
      name (np.ascontiguousarray array "float32"))
    {"program" PROGRAM}))


(defn _description [checkpoint]
  "Return the description of `checkpoint` in JSON; docs/export.md lists its keys."
  (setv [settings vocabulary] [checkpoint.settings checkpoint.vocabulary])
  (json.dumps :indent 1 {
    "program" PROGRAM
    "input" "ids (batch, time), int32"
    "output" "logits (batch, time, vocabulary), float32"
    "unit" vocabulary.unit
    "unknown" vocabulary.unknown
    "start" (start-unit checkpoint)
    "lower" settings.lower
    "lookback" settings.lookback
    "temperature" settings.temperature
    "layers" (str settings.layers)
    "weights" (dict (weight-shapes checkpoint.spec))  ; as for Keras' `set_weights`
    "keras" (keras-config checkpoint.spec)
    "vocabulary" vocabulary.units
    #** (.split-rules vocabulary)}))


(defn _tokenizer [checkpoint]
  #[[Return the bytes of a `tokenizer.json` for `checkpoint`, a model by pieces.

  With it Hugging Face's tokenizers prepares a text like a source (line breaks, NFC, and lower case
  if the model has that setting) and produces the same ids as `Vocabulary.encode`.]]
  (setv
    vocabulary checkpoint.vocabulary
    rules (.split-rules vocabulary)
    pairs (lfor pair (get rules "merges") (lfor id pair (get vocabulary.units id))))
  (.encode (json.dumps :indent 1 {
    "decoder" {"program" PROGRAM  "type" "Fuse"}  ; elsewhere it allows no additional keys
    "version" "1.0"
    "added_tokens" []
    "normalizer" {"type" "Sequence"  "normalizers" [
      {"type" "Replace"  "pattern" {"Regex" r"\r\n?"}  "content" "\n"}
      {"type" "NFC"}
      #* (if checkpoint.settings.lower [{"type" "Lowercase"}] [])]}
    "pre_tokenizer" {
      "type" "Split"  "pattern" {"Regex" (get rules "pattern")}  "behavior" "Isolated"
      "invert" False}
    "model" {"type" "BPE"  "unk_token" None  "vocab" vocabulary.ids  "merges" pairs}})))
