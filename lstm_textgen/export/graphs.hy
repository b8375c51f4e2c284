"Models as graphs for ONNX Runtime and TensorFlow, made by Keras' own exporters."

(eval-when-compile (require hyrule [unless]))
(import
  errno [ENOSPC]
  os [strerror]
  pathlib [Path]
  tempfile [TemporaryDirectory]
  warnings
  keras
  lstm-textgen [__version__]
  lstm-textgen.learning.learner.quiet [muted-stderr]
  lstm-textgen.learning.network [stock-model])


(defn onnx-bytes [checkpoint description]
  #[[Return the bytes of an ONNX file: `ids` (batch, time), int32 → `logits` (…, vocabulary).

  Its metadata has the `description` of the model under "lstm_textgen".]]
  (import onnx)
  (with [folder (TemporaryDirectory)]
    (setv path (/ (Path folder) "model.onnx"))
    (export-graph checkpoint path "onnx")
    (setv model (onnx.load path)))
  (setv
    [ids logits] [#* model.graph.input #* model.graph.output]
    model.producer-name "lstm_textgen"
    model.producer-version __version__)
  (.append model.graph.node (onnx.helper.make-node "Identity" [logits.name] ["logits"]))
  (setv logits.name "logits")
  (for [each [ids logits]  [n name] (enumerate ["batch" "time"])]
    (setv (. each type tensor-type shape dim [n] dim-param) name))
  (onnx.helper.set-model-props model {"lstm_textgen" description})
  (onnx.checker.check-model model)
  (.SerializeToString model))


(defn export-graph [checkpoint path format]
  #[[Write the stock model of `checkpoint` to `path` in one of Keras' formats, such as "onnx".

  The endpoint `serve` of a SavedModel maps ids (batch, time), int32, to logits (batch, time,
  vocabulary). PyTorch's exporter would fix the length to the sample's, so raise `ValueError`
  unless Keras runs on TensorFlow, and `OSError` if the disk is full.]]
  (setv backend (keras.backend.backend))
  (unless (= backend "tensorflow")
    (raise (ValueError (+ "`export` to ONNX and SavedModel needs Keras on TensorFlow, "
      f"not {backend}: set KERAS_BACKEND=tensorflow"))))
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
