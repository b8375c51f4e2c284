#[[The LSTM's loop over time, with a gradient written for it: for processors, by XLA.

Autodiff of a loop keeps every intermediate value and adds up the gradient of the recurrent kernel
step by step. Here the loops keep only the gates and the cells, and that gradient is one matrix
product after the loop.

Shapes: T time, B batch, u units. Gates stand in Keras' order: input, forget, candidate, output.]]

(import
  keras
  keras [ops])


;; * Layers

(defclass FastLSTM [keras.layers.LSTM]
  "`keras.layers.LSTM` with a faster loop over time for processors: same weights, same results."

  (defn project [self sequences]
    "Return what the inputs (B, T, in) add to the gates, biases included: (T, B, 4u)."
    (+ (ops.matmul (ops.transpose sequences #(1 0 2)) self.cell.kernel) self.cell.bias))

  (defn inner-loop [self sequences initial-state mask [training False]]
    "Return the last output, all outputs (B, T, u) and the last state, as Keras wants them."
    (setv
      [h c] initial-state
      kernel (ops.copy self.cell.recurrent-kernel)  ; a plain tensor, not the variable itself
      [hidden h c] (lstm-over-time (.project self sequences) h c kernel))
    #(h (ops.transpose hidden #(1 0 2)) [h c])))


(defclass FoldedLSTM [FastLSTM]
  #[[The embedding and the LSTM after it as one layer, from ids (B, T).

  The embedding goes through the kernel once for each unit of the vocabulary V, not once for each
  place in the text: two products of V rows take the place of three of B × T rows in the
  embedding's width.]]

  (defn __init__ [self units vocabulary-size embedding embeddings-initializer #** options]
    (.__init__ (super) units #** options)
    (setv
      self.input-spec None  ; ids have no axis for features
      self.embeddings-initializer embeddings-initializer
      self.embedding-shape #(vocabulary-size embedding)))

  (defn build [self shape]
    (setv self.embeddings (.add-weight self
      :shape self.embedding-shape
      :initializer self.embeddings-initializer
      :name "embeddings"))
    (.build (super) #(#* shape (get self.embedding-shape 1))))

  (defn call [self ids #** options]
    (.call (super) (ops.expand-dims ids -1) #** options))  ; Keras' own code wants such an axis

  (defn project [self ids]
    "Return what `ids` (B, T, 1) add to the gates, biases included: (T, B, 4u)."
    (_look-up
      (+ (ops.matmul self.embeddings self.cell.kernel) self.cell.bias)
      (ops.transpose (ops.squeeze ids -1)))))


(defn [ops.custom-gradient] _look-up [table ids]
  #[[Return the rows of `table` (V, n) by `ids` (T, B): (T, B, n).

  The gradient is one product, which is faster than adding up rows.]]
  (defn gradient [upstream]
    (setv
      [size n] table.shape
      hot (ops.one-hot (ops.reshape ids #(-1)) size :dtype table.dtype))
    #((ops.matmul (ops.transpose hot) (ops.reshape upstream #(-1 n))) None))
  #((ops.take table ids :axis 0) gradient))


;; * The loop

(defn [ops.custom-gradient] lstm-over-time [z h c kernel]
  #[[Run an LSTM over a window; return the hidden states (T, B, u) and the last h and c (B, u).

  `z` (T, B, 4u) is the inputs' projection, biases included; `h` and `c` (B, u) are the state
  before it, `kernel` (u, 4u) is the recurrent kernel. The formulae are those of
  `keras.layers.LSTM` with its default activations.]]
  (setv [hidden cells gates] (_forward z h c kernel))
  (defn gradient [#* upstream]
    (when (= (len upstream) 1)  ; some backends pass one tuple
      (setv [upstream] upstream))
    (setv [d-hidden dh dc] upstream)
    (_backward d-hidden dh dc hidden cells gates h c kernel))
  #(#(hidden (get hidden -1) (get cells -1)) gradient))


(defn _forward [z h c kernel]
  "Return the hidden states (T, B, u), the cells (T, B, u) and the gates (T, B, 4u) of a window."
  (setv
    [time _ wide] z.shape
    units (// wide 4))
  (defn step [t h c hidden cells gates]
    (setv
      [i f g o] (ops.split (+ (_row z t) (ops.matmul h kernel)) 4 1)
      i (ops.sigmoid i)
      f (ops.sigmoid f)
      g (ops.tanh g)
      o (ops.sigmoid o)
      c (+ (* f c) (* i g))
      h (* o (ops.tanh c)))
    #((+ t 1) h c
      (_with-row hidden t h)
      (_with-row cells t c)
      (_with-row gates t (ops.concatenate [i f g o] 1))))
  (cut
    (ops.while-loop
      (fn [t #* _] (< t time))
      step
      #((ops.convert-to-tensor 0) h c (_zeros z units) (_zeros z units) (_zeros z wide))
      :maximum-iterations time)
    3 6))


(defn _backward [d-hidden dh dc hidden cells gates h c kernel]
  #[[Return the gradients of `_forward` for z, h, c and the kernel.

  They follow from `d-hidden` (T, B, u), the gradient of the hidden states, and from `dh` and `dc`
  (B, u), those of the last state.]]
  (setv
    [time batch wide] gates.shape
    units (// wide 4)
    earlier-cells (_earlier c cells)
    turned (ops.transpose kernel))
  (defn step [t dh dc dz]
    (setv
      [i f g o] (ops.split (_row gates t) 4 1)
      squashed (ops.tanh (_row cells t))
      dh (+ dh (_row d-hidden t))
      dc (+ dc (* dh o (- 1 (* squashed squashed))))
      d (ops.concatenate [
        (* dc g i (- 1 i))
        (* dc (_row earlier-cells t) f (- 1 f))
        (* dc i (- 1 (* g g)))
        (* dh squashed o (- 1 o))] 1))
    #((- t 1) (ops.matmul d turned) (* dc f) (_with-row dz t d)))
  (setv [_ dh dc dz] (ops.while-loop
    (fn [t #* _] (>= t 0))
    step
    #((ops.convert-to-tensor (- time 1)) dh dc (_zeros gates wide))
    :maximum-iterations time))
  (defn flat [array n]
    (ops.reshape array #((* time batch) n)))
  #(dz dh dc
    (ops.matmul (ops.transpose (flat (_earlier h hidden) units)) (flat dz wide))))


(defn _row [array t]
  "Return row `t` of `array` (T, B, n), as (B, n)."
  (setv [_ batch n] array.shape)
  (ops.squeeze (ops.slice array #(t 0 0) #(1 batch n)) 0))


(defn _with-row [array t row]
  "Return `array` (T, B, n) with its row `t` replaced by `row` (B, n)."
  (ops.slice-update array #(t 0 0) (ops.expand-dims row 0)))


(defn _earlier [first later]
  #[[Return for each step the value from the step before it, as (T, B, n).

  `later` (T, B, n) has each step's own value, `first` (B, n) is what the first step began with.]]
  (ops.concatenate [(ops.expand-dims first 0) (get later (slice None -1))] 0))


(defn _zeros [like n]
  "Return room for `n` values at each step and row of `like` (T, B, …)."
  (setv [time batch _] like.shape)
  (ops.zeros #(time batch n) like.dtype))
