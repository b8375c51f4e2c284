"The LSTM on PyTorch."

(import
  keras
  keras [ops]
  torch
  torch.nn.functional [pad]
  lstm-textgen.machine [processor-flags])

(setv IDLE 8)  ; units, see below


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
      weights [
        (. cell.kernel value T)
        (. cell.recurrent-kernel value T)
        (ops.convert-to-tensor cell.bias)]
      state (lfor array initial-state (torch.unsqueeze array 0))
      idle (idle-units self.units sequences.dtype)
      [weights state] (if idle (with-idle-units weights state idle) [weights state])
      ;; With biases (PyTorch has two), one layer, no dropout, one direction, the batch as the
      ;; first axis.
      [hidden #* state] (torch.lstm sequences state [#* weights (torch.zeros-like (get weights 2))]
        True 1 0.0 training False True)
      [hidden h c] (lfor
        array [hidden #* (gfor s state (get s 0))]
        (if idle (get array #(... (slice self.units))) array)))
    #(h hidden [h c])))


(defn idle-units [units dtype]
  #[[Return how many units to add to an LSTM of so many `units`, which do nothing.

  With AMX oneDNN, as of PyTorch 2.13, takes wrong gradients in bfloat16 if there are 1,024 units
  or more and their number is a multiple of 32: 15 to 100% off (bench/README.md).]]
  (if (and
      (= dtype torch.bfloat16)
      (in "amx_bf16" (processor-flags))
      (>= units 1024)
      (= 0 (% units 32)))
    IDLE
    0))


(defn with-idle-units [weights state idle]
  #[[Return the `weights` of an LSTM and its `state` with so many `idle` units more.

  Their weights and states are 0, so what they give is 0, and nothing depends on it.]]
  (setv
    [kernel recurrent bias] (gfor w weights (.unflatten w 0 #(4 -1)))  ; by gates
    more #(0 idle))
  #(
    (lfor
      [weight room] [
        #(kernel #(0 0 #* more))
        #(recurrent #(#* more #* more))
        #(bias more)]
      (.flatten (pad weight room) 0 1))
    (lfor s state (pad s more))))
