"The LSTM on PyTorch."

(import
  keras
  keras [ops]
  torch)


(defclass TorchLSTM [keras.layers.LSTM]
  #[[`keras.layers.LSTM` by PyTorch's own LSTM: same weights, same results.

  PyTorch goes through oneDNN on processors and through cuDNN on a GPU. With `low`, what goes in
  and what comes out is bfloat16, but for the state; within, sums are float32.]]

  (defn __init__ [self units [low False] #** options]
    (.__init__ (super) units #** options)
    (setv self.dtype-within (if low torch.bfloat16 torch.float32)))

  (defn build [self shape]
    "Make the weights, the kernels transposed in memory, as PyTorch reads them."
    (.build (super) shape)
    (for [kernel [self.cell.kernel self.cell.recurrent-kernel]]
      (setv kernel.value.data (. kernel value data T (contiguous) T))))

  (defn inner-loop [self sequences initial-state mask [training False]]
    "Return the last output, all outputs (B, T, u) and the last state, as Keras wants them."
    (setv
      cell self.cell
      bias (ops.convert-to-tensor cell.bias)
      weights [
        (. cell.kernel value T)
        (. cell.recurrent-kernel value T)
        bias
        (torch.zeros-like bias)]
      state (lfor array initial-state (torch.unsqueeze array 0))
      [sequences #* rounded] (lfor
        array [sequences #* state #* weights]
        (.to array self.dtype-within))
      ;; With biases, one layer, no dropout, one direction, the batch as the first axis.
      [hidden #* state] (torch.lstm sequences (cut rounded 2) (cut rounded 2 None)
        True 1 0.0 training False True)
      [h c] (lfor array state (.float (get array 0))))
    #(h hidden [h c])))
