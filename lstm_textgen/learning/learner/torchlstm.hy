"The LSTM on PyTorch."

(import
  keras
  keras [ops]
  torch
  torch.nn.functional [pad]
  lstm-textgen.basics.machine [processor-flags])

(setv
  MULTIPLE 32  ; of numbers, which oneDNN takes at once
  IDLE 16)     ; units, see below


(defclass TorchLSTM [keras.layers.LSTM]
  #[[`keras.layers.LSTM` by PyTorch's own LSTM: same weights, same results.

  PyTorch goes through oneDNN on processors and through cuDNN on a GPU. With the dtype policy
  `mixed_bfloat16` Keras rounds weights, inputs and state, and outputs are bfloat16; within, sums
  are float32.]]

  (defn build [self shape]
    "Make the weights, the kernels transposed in memory, as PyTorch reads them."
    (.build (super) shape)
    (for [kernel [self.cell.kernel self.cell.recurrent-kernel]]
      (setv kernel.value.data (. kernel value data T (contiguous) T))))

  (defn inner-loop [self sequences initial-state mask [training False]]
    "Return the last output, all outputs (B, T, u) and the last state, as Keras wants them."
    (setv
      cell self.cell
      weights [(. cell.kernel value T) (. cell.recurrent-kernel value T)
        (ops.convert-to-tensor cell.bias)]
      state (lfor array initial-state (torch.unsqueeze array 0))
      [sequences weights state] (if (= sequences.dtype torch.bfloat16)
        (with-room sequences weights state) [sequences weights state])
      ;; With biases (PyTorch has two), one layer, no dropout, one direction, the batch as the
      ;; first axis.
      [hidden #* state] (torch.lstm sequences state [#* weights (torch.zeros-like (get weights 2))]
        True 1 0.0 training False True)
      [hidden h c] (lfor a [hidden #* (gfor s state (get s 0))] (get a #(... (slice self.units)))))
    #(h hidden [h c])))


;; * What suits oneDNN in bfloat16

(defn with-room [sequences weights state]
  #[[Return an LSTM's `sequences`, `weights` and `state` with more inputs and units where needed.

  What is new is 0 throughout: such units give 0, and nothing depends on them. With inputs that
  aren't a multiple of 32, a step takes up to twice the time.]]
  (setv
    [kernel recurrent bias] (gfor w weights (.unflatten w 0 #(4 -1)))  ; by gates
    inputs (% (- (get sequences.shape -1)) MULTIPLE)
    units (idle-units (get recurrent.shape -1)))
  #(
    (_padded sequences 0 inputs)
    (lfor
      weight [(_padded kernel 0 inputs 0 units) (_padded recurrent 0 units 0 units)
        (_padded bias 0 units)]
      (.flatten weight 0 1))
    (lfor s state (_padded s 0 units))))


(defn idle-units [units]
  #[[Return how many units to add to an LSTM of so many `units`, which do nothing.

  With AMX, oneDNN as of PyTorch 2.13 takes wrong gradients if there are 1,024 units or more and
  their number is a multiple of 32: 15 to 100% off (bench/README.md).]]
  (if (and (in "amx_bf16" (processor-flags)) (>= units 1024) (= 0 (% units MULTIPLE))) IDLE 0))


(defn _padded [array #* room]
  "Return `array` with `room` for zeros before and after, beginning with the last axis."
  (if (any room) (pad array room) array))
