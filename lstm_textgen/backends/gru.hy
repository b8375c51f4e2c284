#[[The GRU's loop over time, with a gradient written for it: for processors, by XLA.

Gates stand in Keras' order: update, reset, candidate. The formulae are those of `keras.layers.GRU`
with its defaults, in which the reset gate comes after the product with the recurrent kernel.
Shapes are as in `loop.hy`.]]

(import
  keras
  keras [ops]
  lstm-textgen.backends.loop [Folded OwnLoop earlier flat over-time row unflat with-rows]
  lstm-textgen.backends.products [product])


(defclass FastGRU [OwnLoop keras.layers.GRU]
  "`keras.layers.GRU` with a faster loop over time for processors."

  (defn input-bias [self]
    (get self.cell.bias 0))

  (defn inner-loop [self sequences initial-state mask [training False]]
    "Return the last output, all outputs (B, T, u) and the last state, as Keras wants them."
    (setv
      [state] initial-state
      [inputs kernel] (.inputs-and-kernel self sequences)
      recurrent (ops.copy self.cell.recurrent-kernel)  ; a plain tensor, not the variable itself
      bias (ops.expand-dims (get self.cell.bias 1) 1)
      [hidden h] (gru-over-time inputs (ops.transpose state) kernel recurrent bias self.low)
      h (ops.transpose h))
    #(h (ops.transpose hidden #(2 0 1)) [h])))


(defclass FoldedGRU [Folded FastGRU]
  "The embedding and the GRU after it.")


(defn gru-over-time [x h kernel recurrent bias [low False]]
  #[[Run a GRU over a window; return the hidden states (T, u, B) and the last one (u, B).

  `x` (T, m, B) are its inputs, `h` (u, B) is the state before it; `kernel` (m, 3u), `recurrent`
  (u, 3u) and `bias` (3u, 1), which is added to the product of the latter, are its weights. With
  `low` the factors of products are bfloat16.]]
  ;; The input kernel's columns are put as candidate, update, reset: so the gradients of either
  ;; kernel's products stand side by side in the loop's array.
  (setv kernel (ops.roll kernel (get h.shape 0) 1))
  (defn [ops.custom-gradient] run [x h kernel recurrent bias]
    (setv [hidden gates] (_forward x h kernel recurrent bias low))
    (defn gradient [#* upstream]
      (when (= (len upstream) 1)  ; some backends pass one tuple
        (setv [upstream] upstream))
      (_backward #* upstream hidden gates x h kernel recurrent low))
    #(#(hidden (get hidden -1)) gradient))
  (run x h kernel recurrent bias))


(defn _forward [x h kernel recurrent bias low]
  #[[Return the hidden states (T, u, B) of a window and what its gradient needs (T, 4u, B).

  That is the candidate, the update gate, the reset gate, and what the latter multiplies.]]
  (setv
    [time _ batch] x.shape
    [units _] recurrent.shape
    from-x (ops.transpose kernel)
    from-h (ops.transpose recurrent))
  (defn step [t h hidden gates]
    (setv
      [x-g x-z x-r] (ops.split (product from-x (row x t) low) 3 0)
      [h-z h-r a] (ops.split (+ (product from-h h low) bias) 3 0)
      z (ops.sigmoid (+ x-z h-z))
      r (ops.sigmoid (+ x-r h-r))
      g (ops.tanh (+ x-g (* r a)))
      h (+ (* z h) (* (- 1 z) g)))
    #(h (with-rows hidden t h) (with-rows gates t g z r a)))
  (setv room (lfor n [units (* 4 units)] (ops.zeros #(time n batch) h.dtype)))
  (cut (over-time time step [h #* room]) 1 None))


(defn _backward [d-hidden dh hidden gates x h kernel recurrent low]
  #[[Return the gradients of `_forward` for x, h, both kernels and the bias.

  They follow from `d-hidden` (T, u, B), the gradient of the hidden states, and from `dh` (u, B),
  that of the last one.]]
  (setv
    time (get gates.shape 0)
    units (get h.shape 0)
    before (earlier h hidden))
  (defn step [t dh d-gates]
    (setv
      [g z r a] (ops.split (row gates t) 4 0)
      dh (+ dh (row d-hidden t))
      dg (* dh (- 1 z) (- 1 (* g g)))
      d-gates (with-rows d-gates t
        dg
        (* dh (- (row before t) g) z (- 1 z))
        (* dg a r (- 1 r))
        (* dg r)))
    #((+ (* dh z) (product recurrent (cut (row d-gates t) units None) low)) d-gates))
  (setv
    [dh d-gates] (over-time time step [dh (ops.zeros-like gates)] :backward True)
    d-gates (flat d-gates)
    d-from-x (cut d-gates (* 3 units))
    d-from-h (cut d-gates units None))
  #((unflat (product kernel d-from-x low) time)
    dh
    (product (flat x) d-from-x low :turn-b True)
    (product (flat before) d-from-h low :turn-b True)
    (ops.sum d-from-h 1 :keepdims True)))
