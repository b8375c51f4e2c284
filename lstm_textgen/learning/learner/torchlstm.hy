"The LSTM on PyTorch."

(eval-when-compile (require hyrule [meth]))
(import
  keras
  keras [ops]
  torch
  torch.nn.functional [pad]
  lstm-textgen.basics.machine [processor-flags])

(setv
  MULTIPLE 32  ; numbers that oneDNN processes at once
  IDLE 16)     ; units, see below


(defclass TorchLSTM [keras.layers.LSTM]
  #[[`keras.layers.LSTM` with PyTorch's own LSTM: same weights, same results.

  PyTorch uses oneDNN on processors and cuDNN on a GPU. With the dtype policy `mixed_bfloat16`
  Keras rounds weights, inputs and state, and outputs are bfloat16; internal sums are float32.]]

  (meth build [shape]
    "Create the weights, with the kernels transposed in memory, as PyTorch reads them."
    (.build (super) shape)
    (for [kernel [@cell.kernel @cell.recurrent-kernel]]
      (setv kernel.value.data (. kernel value data T (contiguous) T))))

  (meth inner-loop [sequences initial-state mask [training False]]
    "Return the last output, all outputs (B, T, u) and the last state, as Keras expects them."
    (setv
      cell @cell
      weights [(. cell.kernel value T) (. cell.recurrent-kernel value T)
        (ops.convert-to-tensor cell.bias)]
      given [sequences weights (lfor array initial-state (torch.unsqueeze array 0))]
      [sequences weights state] (if (= sequences.dtype torch.bfloat16) (with-room #* given) given)
      ;; With biases (PyTorch has two), one layer, no dropout, one direction, batch first.
      [hidden #* state] (torch.lstm sequences state [#* weights (torch.zeros-like (get weights 2))]
        True 1 0.0 training False True)
      [hidden h c] (lfor a [hidden #* (gfor s state (get s 0))] (get a #(... (slice @units)))))
    #(h hidden [h c])))


;; * Shapes that suit oneDNN in bfloat16

(defn with-room [sequences weights state]
  #[[Return an LSTM's `sequences`, `weights` and `state`, padded with inputs and hidden units.

  Such units output 0, and nothing depends on them. If the number of inputs isn't a multiple of 32,
  a step takes up to twice as long.]]
  (setv
    [kernel recurrent bias] (gfor w weights (.unflatten w 0 #(4 -1)))  ; by gates
    inputs (% (- (get sequences.shape -1)) MULTIPLE)
    units (idle-units (get recurrent.shape -1))
    weights [(_padded kernel 0 inputs 0 units) (_padded recurrent 0 units 0 units)
      (_padded bias 0 units)])
  #((_padded sequences 0 inputs)
    (lfor w weights (.flatten w 0 1))
    (lfor s state (_padded s 0 units))))


(defn idle-units [units]
  #[[Return the number of idle hidden units to add to an LSTM with `units`.

  With AMX, oneDNN as of PyTorch 2.13 computes wrong gradients, 15 to 100% off, if there are at
  least 1,024 units and their number is a multiple of 32 (bench/log.md).]]
  (if (and (in "amx_bf16" (processor-flags)) (>= units 1024) (= 0 (% units MULTIPLE))) IDLE 0))


(defn _padded [array #* room]
  "Return `array` padded with zeros; `room` is before and after each axis, the last axis first."
  (if (any room) (pad array room) array))
