#[[Models for other programs: ONNX, SavedModel, safetensors, and a copy to share.

The extension decides. Each computes ids (batch, time) → logits (batch, time, vocabulary).]]

(eval-when-compile (require hyrule [unless]))
(import
  dataclasses [replace]
  errno [ENOSPC]
  importlib.util [find-spec]
  json
  os [strerror]
  pathlib [Path]
  tempfile [TemporaryDirectory]
  warnings
  numpy :as np
  lstm-textgen [__version__]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.learning.learner.quiet [import-keras muted-stderr]
  lstm-textgen.modelfile.checkpoint [file-image]
  lstm-textgen.modelfile.keraslayout [keras-config weight-shapes]
  lstm-textgen.modelfile.outputs [check-folder check-output open-output replacement]
  lstm-textgen.writing.seeds [start-ids])

(setv
  FOLDER "/"  ; stands for the extension of a SavedModel
  EXTRA "assets.extra"  ; TensorFlow leaves this folder to others
  DESCRIPTION f"{EXTRA}/lstm_textgen.json"
  TOKENIZER "tokenizer.json"  ; the name that Hugging Face's programs expect
  PROGRAM f"lstm_textgen {__version__}"
  ;; How our files begin: as JSON, safetensors or ONNX, whose field 2 is the producer.
  OUR-EXPORT rb"(?s).{,40}(?:\"program\": ?\"|\x12\x0c)lstm_textgen"
  ;; Python makes Σ at the end of a word ς, Hugging Face's `Lowercase` σ.
  FINAL-SIGMA {"type" "Replace"  "pattern" {"Regex" r"(?<=[\p{L}\p{M}])Σ(?!\p{M}*\p{L})"}
    "content" "ς"}
  ;; The contents of our SavedModels: folders, then files.
  SAVED-PARTS #{EXTRA "assets" "variables" DESCRIPTION f"{EXTRA}/{TOKENIZER}" "saved_model.pb"
    "fingerprint.pb" "variables/variables.index" "variables/variables.data-00000-of-00001"})


(defn check-export [checkpoint path [name 'path] [models #()] [overwrite False]]
  "Raise as `TextModel.export` does unless `path` may be written, as `check-output` sees it."
  (setv [ending files] (_parts checkpoint path))
  (unless (in ending FORMATS)
    (refuse name f": {path} must end in .onnx, .safetensors or .h5, "
      "or in / for the folder of a SavedModel"))
  (if (= ending FOLDER)
    (check-folder name path _ours?)
    (for [file files] (check-output name file [] [#* models checkpoint] overwrite OUR-EXPORT)))
  (setv [package _] (get FORMATS ending))
  (unless (or (is package None) (find-spec package))
    (refuse name f" to {ending} needs the package {package}: pip install {package}"
      :kind ImportError)))


(defn export-model [checkpoint path]
  "Export the model `checkpoint` to `path` as `TextModel.export` does; return the paths written."
  (setv [ending files] (_parts checkpoint path))
  (if (= ending FOLDER)
    (with [folder (replacement (str path))]
      (_write-graph checkpoint folder "tf_saved_model")
      (.mkdir (/ folder EXTRA))
      (.write-bytes (/ folder DESCRIPTION) (_description checkpoint))
      (when checkpoint.vocabulary.parts
        (.write-bytes (/ folder EXTRA TOKENIZER) (_tokenizer checkpoint))))
    (for [[file content] (.items files)]
      (setv data (content checkpoint))
      (with [out (open-output file)] (.write out.buffer data))))
  (list files))


(defn _parts [checkpoint path]
  "Return the extension of an export to `path`, and its files: a dict from paths to functions."
  (setv
    file (Path path)
    folder? (if (isinstance path str) (.endswith path "/") (not file.suffix))  ; a Path drops /
    ending (if folder? FOLDER (.lower file.suffix))
    [_ content] (.get FORMATS ending [None None])
    merges? (and (in ending [".safetensors" ".onnx"]) checkpoint.vocabulary.parts))
  #(ending {
    (str path) content
    #** (if (= ending ".safetensors") {(str (.with-suffix file ".json")) _description} {})
    #** (if merges? {(str (.with-name file TOKENIZER)) _tokenizer} {})}))


(defn _ours? [folder]
  "Return whether the `folder` (a `Path`) contains only a SavedModel of ours."
  (setv files (set))
  (for [path (.rglob folder "*")]
    (setv name (.as-posix (.relative-to path folder)))
    (unless (in name SAVED-PARTS) (return False))  ; now, as the folder may be a whole disk
    (unless (.is-dir path) (.add files name)))
  (or (not files) (in DESCRIPTION files)))


(defn _safetensors [checkpoint]
  "Return the bytes of a file with the weights (float32), named as in their description."
  (import safetensors.numpy [save])
  (save
    (dfor
      [[name _] array] (zip (weight-shapes checkpoint.spec) checkpoint.weights :strict True)
      name (np.ascontiguousarray array "float32"))
    {"program" PROGRAM}))


(defn _onnx [checkpoint]
  "Return the bytes of an ONNX file: `ids` (batch, time), int32 → `logits` (…, vocabulary)."
  (with [folder (TemporaryDirectory)]
    (setv path (/ (Path folder) "model.onnx"))
    (_write-graph checkpoint path "onnx")
    (import onnx)
    (setv model (onnx.load path)))
  (setv
    [ids logits] [#* model.graph.input #* model.graph.output]
    model.producer-name "lstm_textgen"
    model.producer-version __version__)
  (.append model.graph.node (onnx.helper.make-node "Identity" [logits.name] ["logits"]))
  (setv logits.name "logits")
  (for [each [ids logits]  [n name] (enumerate ["batch" "time"])]
    (setv (. each type tensor-type shape dim [n] dim-param) name))
  (onnx.helper.set-model-props model {"lstm_textgen" (.decode (_description checkpoint))})
  (onnx.checker.check-model model)
  (.SerializeToString model))


(defn _write-graph [checkpoint path format]
  #[[Write the stock model of `checkpoint` to `path` in one of Keras' formats, such as "onnx".

  The endpoint `serve` of a SavedModel maps ids (batch, time), int32, to logits (batch, time,
  vocabulary). PyTorch's exporter would fix the length to the sample's, so raise `ValueError`
  unless Keras runs on TensorFlow, and `OSError` if the disk is full.]]
  (import-keras)
  (import
    keras
    lstm-textgen.learning.learner.network [stock-model])
  (setv backend (keras.backend.backend))
  (unless (= backend "tensorflow")
    (refuse 'export " to ONNX and SavedModel needs Keras on TensorFlow, "
      f"not {backend}: set KERAS_BACKEND=tensorflow"))
  (import tensorflow [errors])
  (setv model (stock-model checkpoint.spec checkpoint.weights))
  (for [layer model.layers  :if (hasattr layer "use_cudnn")]
    (setv layer.use-cudnn False))  ; the graph must run anywhere
  (try
    ;; tf2onnx uses old names of NumPy.
    (with [_ (muted-stderr)  _ (warnings.catch-warnings :action "ignore")]
      (.export model path :format format :verbose False
        :input-signature [(keras.InputSpec :shape #(None None) :dtype "int32" :name "ids")]))
    (except [error errors.ResourceExhaustedError]
      (raise (OSError ENOSPC (strerror ENOSPC) (str path)) :from error))))


(defn _description [checkpoint]
  "Return the description of `checkpoint` in JSON (bytes); docs/export.md lists its keys."
  (setv [settings vocabulary] [checkpoint.settings checkpoint.vocabulary])
  (.encode (json.dumps :indent 1 {
    "program" PROGRAM
    "input" "ids (batch, time), int32"  "output" "logits (batch, time, vocabulary), float32"
    "unit" vocabulary.unit  "unknown" vocabulary.unknown  "start" (start-ids checkpoint)
    "lower" settings.lower  "lookback" settings.lookback  "temperature" settings.temperature
    "layers" (str settings.layers)
    "weights" (dict (weight-shapes checkpoint.spec))  ; as for Keras' `set_weights`
    "keras" (keras-config checkpoint.spec)
    "vocabulary" vocabulary.units
    #** (if vocabulary.parts {"merges" vocabulary.merges  "pattern" vocabulary.pattern} {})})))


(defn _tokenizer [checkpoint]
  #[[Return the bytes of a `tokenizer.json` for `checkpoint`, a piece-level model.

  With it Hugging Face's tokenizers prepares a text like a source (line breaks, NFC, and lower case
  if the model has that setting) and produces the same ids as `Vocabulary.encode`.]]
  (setv
    vocabulary checkpoint.vocabulary
    known (.join "" (gfor unit vocabulary.units :if (= (len unit) 1) rf"\x{{{(ord unit) :x}}}"))
    pairs (lfor pair vocabulary.merges (lfor id pair (get vocabulary.units id))))
  (.encode (json.dumps :indent 1 {
    "decoder" {"program" PROGRAM  "type" "Fuse"}  ; elsewhere it allows no additional keys
    "version" "1.0"
    "added_tokens" []
    "normalizer" {"type" "Sequence"  "normalizers" [
      {"type" "Replace"  "pattern" {"Regex" r"\r\n?"}  "content" "\n"}
      {"type" "NFC"}
      #* (if checkpoint.settings.lower [FINAL-SIGMA {"type" "Lowercase"}] [])]}
    "pre_tokenizer" {"type" "Sequence"  "pretokenizers" (lfor
      pattern [vocabulary.pattern f"[^{known}]"]  ; unknown characters join nothing
      {"type" "Split"  "pattern" {"Regex" pattern}  "behavior" "Isolated"  "invert" False})}
    "model" {"type" "BPE"  "unk_token" None  "vocab" vocabulary.ids  "merges" pairs}})))


;; For each extension the package that it needs and pip doesn't install with us, and the function
;; from a checkpoint to the file's bytes.
(setv FORMATS {
  ".onnx" ["tf2onnx" _onnx]
  ".safetensors" ["safetensors" _safetensors]
  ".h5" [None (fn [checkpoint] (file-image (replace checkpoint :resume None :half True)))]
  FOLDER [None None]})
