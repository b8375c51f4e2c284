#[[Models for other programs: ONNX, SavedModel, safetensors, and a copy to share.

The ending of a path decides. Whatever is written computes ids (batch, time) → logits (batch,
time, vocabulary) as stock Keras does with the model itself.]]

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
  FOLDER "/"  ; stands for the ending of a SavedModel
  ;; The package that an ending needs and pip doesn't install with us.
  PACKAGES {".onnx" "tf2onnx"  ".safetensors" "safetensors"  ".h5" None  FOLDER None}
  DESCRIPTION "assets.extra/lstm_textgen.json"  ; TensorFlow leaves this folder to others
  ;; What a SavedModel of ours has, and nothing else.
  PARTS #{DESCRIPTION "saved_model.pb" "fingerprint.pb" "variables/variables.index"
    "variables/variables.data-00000-of-00001"})


(defn check-export [path [name "path"] [models #()] [overwrite False]]
  #[[Raise what `TextModel.export` does unless a model can be exported to `path`.

  `name` is the setting that gave the path, `models` are the models that are read.]]
  (setv [ending files] (_parts path))
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
  #[[Write the model `checkpoint` to `path` for other programs; return the paths of what it wrote.

  `TextModel.export` tells what each ending stands for, and what is raised. What was there is
  replaced once the new one is complete.]]
  (setv [ending files] (_parts path))
  (when (in ending [".onnx" FOLDER])
    (import-keras)
    (import lstm-textgen.export.graphs [export-graph onnx-bytes]))
  (if (= ending FOLDER)
    (with [folder (open-folder (str path))]
      (export-graph checkpoint folder "tf_saved_model")
      (setv described (/ folder DESCRIPTION))
      (.mkdir described.parent)
      (.write-text described (_description checkpoint)))
    (for [[file content] (zip files (match ending
        ".onnx" [(onnx-bytes checkpoint (_description checkpoint))]
        ".safetensors" [(_safetensors checkpoint) (.encode (_description checkpoint))]
        ".h5" [(file-image (replace checkpoint :resume None :half True))]))]
      (with [out (open-output file :binary True)] (.write out content))))
  files)


(defn _parts [path]
  "Return #(ending files): what decides what an export to `path` is, and the paths that it writes."
  (setv
    suffix (. (Path path) suffix)
    ending (if (.endswith (str path) "/") FOLDER (or (.lower suffix) FOLDER))
    described (if (= ending ".safetensors") [(str (.with-suffix (Path path) ".json"))] []))
  #(ending [(str path) #* described]))


(defn _ours? [folder]
  "Return whether there is nothing in the `folder` (a `Path`) but a SavedModel of ours."
  (setv found (sfor
    path (.rglob folder "*")
    :if (not (.is-dir path))
    (.as-posix (.relative-to path folder))))
  (or (not found) (and (in DESCRIPTION found) (<= found PARTS))))


(defn _safetensors [checkpoint]
  "Return the bytes of a file with the weights, float32, by the names in their description."
  (import safetensors.numpy [save])
  (save
    (dfor
      [[name _] array] (zip (weight-shapes checkpoint.spec) checkpoint.weights :strict True)
      name (np.ascontiguousarray array "float32"))
    {"program" f"lstm_textgen {__version__}"}))


(defn _description [checkpoint]
  "Return what other programs must know of `checkpoint`, in JSON; docs/export.md lists its keys."
  (setv [settings vocabulary] [checkpoint.settings checkpoint.vocabulary])
  (json.dumps :indent 1 {
    "program" f"lstm_textgen {__version__}"
    "input" "ids (batch, time), int32"
    "output" "logits (batch, time, vocabulary), float32"
    "unit" vocabulary.unit
    "unknown" vocabulary.unknown
    "start" (start-unit checkpoint)
    "lower" settings.lower
    "lookback" settings.lookback
    "temperature" settings.temperature
    "layers" (str settings.layers)
    "weights" (dict (weight-shapes checkpoint.spec))  ; as Keras' `set_weights` wants them
    "keras" (keras-config checkpoint.spec)
    "vocabulary" vocabulary.units}))
