#[[Models for other programs: ONNX, SavedModel, safetensors, and a copy to share.

The ending of a path decides. Whatever is written computes ids (batch, time) → logits (batch,
time, vocabulary) as stock Keras does with the model itself.]]

(eval-when-compile (require hyrule [unless]))
(import
  dataclasses [replace]
  importlib.util [find-spec]
  pathlib [Path]
  lstm-textgen [__version__]
  lstm-textgen.export.description [description named-weights]
  lstm-textgen.learning.learner.quiet [import-keras]
  lstm-textgen.modelfile.checkpoint [file-image]
  lstm-textgen.modelfile.outputs [check-folder check-output open-folder open-output])

(setv
  FOLDER "/"  ; stands for the ending of a SavedModel
  PACKAGES {".onnx" "tf2onnx"  ".safetensors" "safetensors"}  ; which pip doesn't install with us
  DESCRIPTION "assets.extra/lstm_textgen.json"  ; TensorFlow leaves this folder to others
  ;; What a SavedModel of ours has, and nothing else.
  PARTS #{DESCRIPTION "saved_model.pb" "fingerprint.pb" "variables/variables.index"
    "variables/variables.data-00000-of-00001"})


(defn check-export [path [name "path"] [models #()] [overwrite False]]
  #[[Raise an error unless a model can be exported to `path` without harm.

  That is `ValueError` for an ending that is none of `export-model`'s and for what would be
  overwritten, `ImportError` for a missing package, `OSError` for a place that can't be written.
  `name` is the setting that gave the path, `models` are the models that are read. A file that this
  program didn't make is replaced only with `overwrite`.]]
  (setv ending (_ending path))
  (unless (in ending WRITERS)
    (raise (ValueError (+ f"`{name}`: {path} must end in .onnx, .safetensors or .h5, "
      "or in / for the folder of a SavedModel"))))
  (if (= ending FOLDER)
    (check-folder name path _ours?)
    (for [each (_files path)]
      (check-output name each [] models overwrite)))
  (setv package (.get PACKAGES ending))
  (unless (or (is package None) (find-spec package))
    (raise (ImportError
      f"`{name}` to {ending} needs the package {package}: pip install {package}"))))


(defn export-model [checkpoint path]
  #[[Write the model `checkpoint` to `path` for other programs; return the paths of what it wrote.

  - `m.onnx`: a graph for ONNX Runtime, whose metadata describe the model.
  - `m.safetensors`: the weights, float32, under Keras' names; `m.json` describes them.
  - `m.h5`: a model file with weights of 16 bits and without what resumes training.
  - `m/`, or `m` without an ending: a SavedModel for TensorFlow.

  What was there is replaced once the new one is complete; `check-export` says what may be. Raise
  `OSError` if it can't be written, `ValueError` if Keras' backend can't make it.]]
  ((get WRITERS (_ending path)) checkpoint (str path))
  (_files path))


(defn _ending [path]
  "Return the ending of `path`, in lower case: it decides what is written."
  (if (.endswith (str path) "/") FOLDER (or (.lower (. (Path path) suffix)) FOLDER)))


(defn _files [path]
  "Return the paths that are written for an export to `path`."
  (if (= (_ending path) ".safetensors")
    [(str path) (str (.with-suffix (Path path) ".json"))]
    [(str path)]))


(defn _ours? [folder]
  "Return whether there is nothing in the `folder` (a `Path`) but a SavedModel of ours."
  (setv found (sfor
    path (.rglob folder "*")
    :if (not (.is-dir path))
    (.as-posix (.relative-to path folder))))
  (or (not found) (and (in DESCRIPTION found) (<= found PARTS))))


;; * A writer for each ending

(defn _write-onnx [checkpoint path]
  (import-keras)
  (import lstm-textgen.export.graphs [onnx-bytes])
  (_write path (onnx-bytes checkpoint)))


(defn _write-safetensors [checkpoint path]
  (import safetensors.numpy [save])
  (setv [path described] (_files path))
  (_write path (save (named-weights checkpoint) {"program" f"lstm_textgen {__version__}"}))
  (_write described (.encode (description checkpoint))))


(defn _write-copy [checkpoint path]
  (_write path (file-image (replace checkpoint :resume None :half True))))


(defn _write-savedmodel [checkpoint path]
  (import-keras)
  (import lstm-textgen.export.graphs [write-savedmodel])
  (with [folder (open-folder path)]
    (write-savedmodel checkpoint folder)
    (setv described (/ folder DESCRIPTION))
    (.mkdir described.parent)
    (.write-text described (description checkpoint))))


(defn _write [path content]
  "Write `content` (bytes) to the file at `path`."
  (with [file (open-output path :binary True)]
    (.write file content)))


(setv WRITERS {
  ".onnx" _write-onnx  ".safetensors" _write-safetensors  ".h5" _write-copy
  FOLDER _write-savedmodel})
