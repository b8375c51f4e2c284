"Models as graphs for ONNX Runtime and TensorFlow, made by Keras' own exporters."

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [contextmanager]
  errno [ENOSPC]
  os [strerror]
  pathlib [Path]
  tempfile [TemporaryDirectory]
  warnings
  keras
  lstm-textgen [__version__]
  lstm-textgen.export.description [description]
  lstm-textgen.learning.learner.quiet [muted-stderr]
  lstm-textgen.learning.network [stock-model])


(defn onnx-bytes [checkpoint]
  #[[Return the bytes of an ONNX file: `ids` (batch, time), int32 → `logits` (…, vocabulary).

  Its metadata has the description of the model under "lstm_textgen". Raise `ValueError` if Keras
  doesn't run on TensorFlow.]]
  (import onnx)
  (with [folder (TemporaryDirectory)]
    (setv path (/ (Path folder) "model.onnx"))
    (_export checkpoint path "onnx")
    (setv model (onnx.load path)))
  (setv
    [ids] model.graph.input
    [logits] model.graph.output)
  (.append model.graph.node (onnx.helper.make-node "Identity" [logits.name] ["logits"]))
  (setv logits.name "logits")
  (for [each [ids logits]]
    (setv dimensions each.type.tensor-type.shape.dim)
    (for [[n name] (enumerate ["batch" "time"])]
      (setv (. (get dimensions n) dim-param) name)))
  (setv
    model.producer-name "lstm_textgen"
    model.producer-version __version__)
  (onnx.helper.set-model-props model {"lstm_textgen" (description checkpoint)})
  (onnx.checker.check-model model)
  (.SerializeToString model))


(defn write-savedmodel [checkpoint folder]
  #[[Write a SavedModel with the endpoint `serve` to the `folder`, which exists.

  `serve` takes ids (batch, time), int32, and gives logits (batch, time, vocabulary). Raise
  `ValueError` if Keras doesn't run on TensorFlow.]]
  (_export checkpoint folder "tf_saved_model"))


(defn _export [checkpoint path format]
  #[[Write the stock model of `checkpoint` to `path` in a `format` of Keras'.

  PyTorch's exporter takes the length of a sample for the only one, so it must be TensorFlow's.
  Raise `OSError` if the disk is full.]]
  (setv backend (keras.backend.backend))
  (unless (= backend "tensorflow")
    (raise (ValueError (+ "`export` to ONNX and SavedModel needs Keras on TensorFlow, "
      f"not {backend}: set KERAS_BACKEND=tensorflow"))))
  (setv model (stock-model checkpoint.spec checkpoint.weights))
  (for [layer model.layers  :if (hasattr layer "use_cudnn")]
    (setv layer.use-cudnn False))  ; the graph is to run anywhere, wherever it was made
  (import tensorflow [errors])
  (try
    (with [_ (muted-stderr)
           _ (_without-warnings)]
      (.export model path
        :format format
        :verbose False
        :input-signature [(keras.InputSpec :shape #(None None) :dtype "int32" :name "ids")]))
    (except [error errors.ResourceExhaustedError]
      (raise (OSError ENOSPC (strerror ENOSPC) (str path)) :from error))))


(defn [contextmanager] _without-warnings []
  "Let nobody hear what tf2onnx says of NumPy's names while this is entered."
  (with [_ (warnings.catch-warnings)]
    (warnings.simplefilter "ignore")
    (yield)))
