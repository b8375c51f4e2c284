#[[The LSTM's loop over time, with a gradient written for it: for processors, by XLA.

Gates stand in Keras' order: input, forget, candidate, output. The formulae are those of
`keras.layers.LSTM` with its default activations. Shapes are as in `loop.hy`.]]

(import
  keras
  keras [ops]
  lstm-textgen.backends.loop [Folded OwnLoop earlier flat over-time row unflat with-rows]
  lstm-textgen.backends.products [product])


(defclass FastLSTM [OwnLoop keras.layers.LSTM]
  "`keras.layers.LSTM` with a faster loop over time for processors."

  (defn inner-loop [self sequences initial-state mask [training False]]
    "Return the last output, all outputs (B, T, u) and the last state, as Keras wants them."
    (setv
      [inputs kernel] (.inputs-and-kernel self sequences)
      recurrent (ops.copy self.cell.recurrent-kernel)  ; a plain tensor, not the variable itself
      state (lfor array initial-state (ops.transpose array))
      [hidden #* state] (lstm-over-time inputs #* state kernel recurrent self.low)
      [h c] (lfor array state (ops.transpose array)))
    #(h (ops.transpose hidden #(2 0 1)) [h c])))


(defclass FoldedLSTM [Folded FastLSTM]
  "The embedding and the LSTM after it.")


(defn lstm-over-time [x h c kernel recurrent [low False]]
  #[[Run an LSTM over a window; return the hidden states (T, u, B) and the last h and c (u, B).

  `x` (T, m, B) are its inputs, `h` and `c` (u, B) is the state before it, `kernel` (m, 4u) and
  `recurrent` (u, 4u) are its weights. With `low` the factors of products are bfloat16.]]
  (defn [ops.custom-gradient] run [x h c kernel recurrent]
    (setv [hidden cells gates] (_forward x h c kernel recurrent low))
    (defn gradient [#* upstream]
      (when (= (len upstream) 1)  ; some backends pass one tuple
        (setv [upstream] upstream))
      (_backward #* upstream hidden cells gates x h c kernel recurrent low))
    #(#(hidden (get hidden -1) (get cells -1)) gradient))
  (run x h c kernel recurrent))


(defn _forward [x h c kernel recurrent low]
  "Return the hidden states (T, u, B), the cells (T, u, B) and the gates (T, 4u, B) of a window."
  (setv
    [time _ batch] x.shape
    [units wide] recurrent.shape
    both (ops.concatenate [(ops.transpose kernel) (ops.transpose recurrent)] 1))
  (defn step [t h c hidden cells gates]
    (setv
      [i f g o] (ops.split (product both (ops.concatenate [(row x t) h] 0) low) 4 0)
      i (ops.sigmoid i)
      f (ops.sigmoid f)
      g (ops.tanh g)
      o (ops.sigmoid o)
      c (+ (* f c) (* i g))
      h (* o (ops.tanh c)))
    #(h c (with-rows hidden t h) (with-rows cells t c) (with-rows gates t i f g o)))
  (setv room (lfor n [units units wide] (ops.zeros #(time n batch) h.dtype)))
  (cut (over-time time step [h c #* room]) 2 None))


(defn _backward [d-hidden dh dc hidden cells gates x h c kernel recurrent low]
  #[[Return the gradients of `_forward` for x, h, c and both kernels.

  They follow from `d-hidden` (T, u, B), the gradient of the hidden states, and from `dh` and `dc`
  (u, B), those of the last state.]]
  (setv
    time (get gates.shape 0)
    earlier-cells (earlier c cells))
  (defn step [t dh dc dz]
    (setv
      [i f g o] (ops.split (row gates t) 4 0)
      squashed (ops.tanh (row cells t))
      dh (+ dh (row d-hidden t))
      dc (+ dc (* dh o (- 1 (* squashed squashed))))
      dz (with-rows dz t
        (* dc g i (- 1 i))
        (* dc (row earlier-cells t) f (- 1 f))
        (* dc i (- 1 (* g g)))
        (* dh squashed o (- 1 o))))
    #((product recurrent (row dz t) low) (* dc f) dz))
  (setv
    [dh dc dz] (over-time time step [dh dc (ops.zeros-like gates)] :backward True)
    dz (flat dz)
    dx (unflat (product kernel dz low) time)
    fed (flat (ops.concatenate [x (earlier h hidden)] 1))
    [d-kernel d-recurrent] (ops.split (product fed dz low :turn-b True) [(get x.shape 1)] 0))
  #(dx dh dc d-kernel d-recurrent))
