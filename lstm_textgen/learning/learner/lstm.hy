#[[The LSTM's loop over time, with a gradient written for it: for processors, by XLA.

Gates stand in Keras' order: input, forget, candidate, output. The formulae are those of
`keras.layers.LSTM` with its default activations. Shapes are as in `loop.hy`.]]

(import
  keras
  keras [ops]
  lstm-textgen.learning.learner.loop [Folded OwnLoop earlier flat over-time product row unflat
    unpacked vector with-rows])


(defclass FastLSTM [OwnLoop keras.layers.LSTM]
  "`keras.layers.LSTM` with a faster loop over time for processors."

  (defn run [self x state kernel recurrent]
    (lstm-over-time x #* state kernel recurrent self.bfloat16)))


(defclass FoldedLSTM [Folded FastLSTM]
  "The embedding and the LSTM after it.")


(defn lstm-over-time [x h c kernel recurrent [bfloat16 False]]
  #[[Run an LSTM over a window; return the hidden states (T, u, B) and the last h and c (u, B).

  `x` (T, m, B) are its inputs, `h` and `c` (u, B) is the state before it, `kernel` (m, 4u) and
  `recurrent` (u, 4u) are its weights. With `bfloat16` the factors of products are bfloat16.]]
  (defn [ops.custom-gradient] run [x h c kernel recurrent]
    (setv [last-c hidden slopes] (_forward x h c kernel recurrent bfloat16))
    (defn gradient [#* upstream]
      (_backward #* (unpacked upstream) hidden slopes x h kernel recurrent bfloat16))
    #(#(hidden (get hidden -1) last-c) gradient))
  (run x h c kernel recurrent))


(defn _forward [x h c kernel recurrent bfloat16]
  #[[Return the last c (u, B), the hidden states (T, u, B) and the slopes of a window.

  The slopes (T, 6 × u × B) lead to input, forget, candidate and output, from h to c, and from c to
  the c before it.]]
  (setv
    [time _ batch] x.shape
    [units _] recurrent.shape
    both (ops.concatenate [(ops.transpose kernel) (ops.transpose recurrent)] 1))
  (defn step [t h c hidden slopes]
    (setv
      z (product both (ops.concatenate [(row x t) h] 0) bfloat16)
      [i f g o] (ops.split (vector z) 4)
      i (ops.sigmoid i)
      f (ops.sigmoid f)
      g (ops.tanh g)
      o (ops.sigmoid o)
      before c
      c (+ (* f c) (* i g))
      squashed (ops.tanh c)
      h (ops.reshape (* o squashed) h.shape))
    #(h c (with-rows hidden t h) (with-rows slopes t
      (* g i (- 1 i))
      (* before f (- 1 f))
      (* i (- 1 (* g g)))
      (* squashed o (- 1 o))
      (* o (- 1 (* squashed squashed)))
      f)))
  (setv
    room (ops.zeros #(time units batch) h.dtype)
    more (ops.zeros #(time (* 6 units batch)) h.dtype)
    [_ last-c hidden slopes] (over-time time step [h (vector c) room more]))
  #((ops.reshape last-c c.shape) hidden slopes))


(defn _backward [d-hidden dh dc hidden slopes x h kernel recurrent bfloat16]
  #[[Return the gradients of `_forward` for x, h, c and both kernels.

  They follow from `d-hidden` (T, u, B), the gradient of the hidden states, and from `dh` and `dc`
  (u, B), those of the last state.]]
  (setv
    [time _ batch] x.shape
    wide (get recurrent.shape 1))
  (defn step [t dh dc dz]
    (setv
      [to-i to-f to-g to-o to-c f] (ops.split (row slopes t) 6)
      dh (vector (+ dh (row d-hidden t)))
      dc (+ dc (* dh to-c))
      gates [(* dc to-i) (* dc to-f) (* dc to-g) (* dh to-o)]
      dz (with-rows dz t #* (lfor gate gates (ops.reshape gate h.shape))))
    #((product recurrent (row dz t) bfloat16) (* dc f) dz))
  (setv
    room (ops.zeros #(time wide batch) h.dtype)
    [dh dc dz] (over-time time step [dh (vector dc) room] :backward True)
    dz (flat dz)
    dx (unflat (product kernel dz bfloat16) time)
    fed (flat (ops.concatenate [x (earlier h hidden)] 1))
    [d-kernel d-recurrent] (ops.split (product fed dz bfloat16 :turn-b True) [(get x.shape 1)] 0))
  #(dx dh (ops.reshape dc h.shape) d-kernel d-recurrent))
