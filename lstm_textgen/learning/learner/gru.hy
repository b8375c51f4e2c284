#[[The GRU's loop over time, with a gradient written for it: for processors, by XLA.

Gates stand in Keras' order: update, reset, candidate. The formulae are those of `keras.layers.GRU`
with its defaults, in which the reset gate comes after the product with the recurrent kernel.
Shapes are as in `loop.hy`.]]

(import
  keras
  keras [ops]
  lstm-textgen.learning.learner.loop [Folded OwnLoop earlier flat over-time product row unflat
    unpacked vector with-rows])


(defclass FastGRU [OwnLoop keras.layers.GRU]
  "`keras.layers.GRU` with a faster loop over time for processors."

  (defn input-bias [self]
    (get self.cell.bias 0))

  (defn run [self x state kernel recurrent]
    (setv bias (ops.expand-dims (get self.cell.bias 1) 1))
    (gru-over-time x #* state kernel recurrent bias self.bfloat16)))


(defclass FoldedGRU [Folded FastGRU]
  "The embedding and the GRU after it.")


(defn gru-over-time [x h kernel recurrent bias [bfloat16 False]]
  #[[Run a GRU over a window; return the hidden states (T, u, B) and the last one (u, B).

  `x` (T, m, B) are its inputs, `h` (u, B) is the state before it; `kernel` (m, 3u), `recurrent`
  (u, 3u) and `bias` (3u, 1), which is added to the product of the latter, are its weights. With
  `bfloat16` the factors of products are bfloat16.]]
  (defn [ops.custom-gradient] run [x h kernel recurrent bias]
    (setv [hidden slopes] (_forward x h kernel recurrent bias bfloat16))
    (defn gradient [#* upstream]
      (_backward #* (unpacked upstream) hidden slopes x h kernel recurrent bfloat16))
    #(#(hidden (get hidden -1)) gradient))
  (run x h kernel recurrent bias))


(defn _forward [x h kernel recurrent bias bfloat16]
  #[[Return the hidden states (T, u, B) and the slopes of a window.

  The slopes (T, 5 × u × B) lead to update, reset and candidate, to what the reset gate multiplies,
  and from h to the h before it.]]
  (setv
    [time _ batch] x.shape
    [units _] recurrent.shape
    from-x (ops.transpose kernel)
    from-h (ops.transpose recurrent))
  (defn step [t h hidden slopes]
    (setv
      [x-z x-r x-g] (ops.split (vector (product from-x (row x t) bfloat16)) 3)
      [h-z h-r a] (ops.split (vector (+ (product from-h h bfloat16) bias)) 3)
      z (ops.sigmoid (+ x-z h-z))
      r (ops.sigmoid (+ x-r h-r))
      g (ops.tanh (+ x-g (* r a)))
      before (vector h)
      to-g (* (- 1 z) (- 1 (* g g)))
      h (ops.reshape (+ (* z before) (* (- 1 z) g)) h.shape))
    #(h (with-rows hidden t h) (with-rows slopes t
      (* (- before g) z (- 1 z))
      (* to-g a r (- 1 r))
      to-g
      (* to-g r)
      z)))
  (setv
    room (ops.zeros #(time units batch) h.dtype)
    more (ops.zeros #(time (* 5 units batch)) h.dtype))
  (cut (over-time time step [h room more]) 1 None))


(defn _backward [d-hidden dh hidden slopes x h kernel recurrent bfloat16]
  #[[Return the gradients of `_forward` for x, h, both kernels and the bias.

  They follow from `d-hidden` (T, u, B), the gradient of the hidden states, and from `dh` (u, B),
  that of the last one.]]
  (setv
    [time _ batch] x.shape
    room (ops.zeros #(time (get recurrent.shape 1) batch) h.dtype))
  (defn step [t dh from-x from-h]
    (setv
      [to-z to-r to-g to-a z] (ops.split (row slopes t) 5)
      dh (vector (+ dh (row d-hidden t)))
      [dz dr dg da dh] (lfor slope [to-z to-r to-g to-a z] (ops.reshape (* dh slope) h.shape))
      from-h (with-rows from-h t dz dr da))
    #((+ dh (product recurrent (row from-h t) bfloat16)) (with-rows from-x t dz dr dg) from-h))
  (setv
    [dh from-x from-h] (over-time time step [dh room room] :backward True)
    from-x (flat from-x)
    from-h (flat from-h))
  #((unflat (product kernel from-x bfloat16) time)
    dh
    (product (flat x) from-x bfloat16 :turn-b True)
    (product (flat (earlier h hidden)) from-h bfloat16 :turn-b True)
    (ops.sum from-h 1 :keepdims True)))
