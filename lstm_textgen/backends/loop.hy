#[[The LSTM's loop over time, with a gradient written for it: for processors, by XLA.

Autodiff of a loop keeps every intermediate value and adds up the gradient of the kernels step by
step. Here the loops keep only the gates and the cells, and that gradient is one matrix product
after the loop. The batch is the last axis: a product of a large kernel and a narrow matrix of
states is up to 1.6 times faster than that of their transposes (bench/README.md).

Shapes: T time, B batch, u units, m inputs. Gates stand in Keras' order: input, forget, candidate,
output. Where `low` is true, the factors of products are rounded to bfloat16 (`products.hy`).]]

(import
  keras
  keras [ops]
  lstm-textgen.backends.products [product])


;; * Layers

(defclass FastLSTM [keras.layers.LSTM]
  "`keras.layers.LSTM` with a faster loop over time for processors: same weights, same results."

  (defn __init__ [self units [low False] #** options]
    (.__init__ (super) units #** options)
    (setv self.low low))

  (defn inputs-and-kernel [self sequences]
    #[[Return the inputs (T, m, B) of `sequences` (B, T, …) and their kernel (m, 4u).

    The kernel's last row is the bias, whose input is always 1.]]
    (setv
      inputs (ops.transpose sequences #(1 2 0))
      [time _ batch] inputs.shape)
    #(
      (ops.concatenate [inputs (ops.ones #(time 1 batch) inputs.dtype)] 1)
      (ops.concatenate [self.cell.kernel (ops.expand-dims self.cell.bias 0)] 0)))

  (defn inner-loop [self sequences initial-state mask [training False]]
    "Return the last output, all outputs (B, T, u) and the last state, as Keras wants them."
    (setv
      [inputs kernel] (.inputs-and-kernel self sequences)
      recurrent (ops.copy self.cell.recurrent-kernel)  ; a plain tensor, not the variable itself
      state (lfor array initial-state (ops.transpose array))
      [hidden #* state] (lstm-over-time inputs #* state kernel recurrent self.low)
      [h c] (lfor array state (ops.transpose array)))
    #(h (ops.transpose hidden #(2 0 1)) [h c])))


(defclass FoldedLSTM [FastLSTM]
  #[[The embedding and the LSTM after it as one layer, from ids (B, T).

  The embedding goes through the kernel once for each unit of the vocabulary V, not once for each
  place in the text. What comes out is the kernel for inputs of 1 at the unit's place, else 0.]]

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

  (defn inputs-and-kernel [self ids]
    "Return the inputs (T, V, B) for `ids` (B, T, 1) and their kernel (V, 4u), biases included."
    #(
      (ops.one-hot (ops.transpose (ops.squeeze ids -1)) (get self.embedding-shape 0)
        :axis 1
        :dtype self.compute-dtype)
      (+ (ops.matmul self.embeddings self.cell.kernel) self.cell.bias))))


;; * The loop

(defn lstm-over-time [x h c kernel recurrent [low False]]
  #[[Run an LSTM over a window; return the hidden states (T, u, B) and the last h and c (u, B).

  `x` (T, m, B) are its inputs, `h` and `c` (u, B) is the state before it, `kernel` (m, 4u) and
  `recurrent` (u, 4u) are its weights. The formulae are those of `keras.layers.LSTM` with its
  default activations.]]
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
      [i f g o] (ops.split (product both (ops.concatenate [(_row x t) h] 0) low) 4 0)
      i (ops.sigmoid i)
      f (ops.sigmoid f)
      g (ops.tanh g)
      o (ops.sigmoid o)
      c (+ (* f c) (* i g))
      h (* o (ops.tanh c)))
    #((+ t 1) h c
      (_with-rows hidden t h)
      (_with-rows cells t c)
      (_with-rows gates t i f g o)))
  (cut
    (ops.while-loop
      (fn [t #* _] (< t time))
      step
      #((ops.convert-to-tensor 0) h c
        #* (gfor n [units units wide] (ops.zeros #(time n batch) h.dtype)))
      :maximum-iterations time)
    3 6))


(defn _backward [d-hidden dh dc hidden cells gates x h c kernel recurrent low]
  #[[Return the gradients of `_forward` for x, h, c and both kernels.

  They follow from `d-hidden` (T, u, B), the gradient of the hidden states, and from `dh` and `dc`
  (u, B), those of the last state.]]
  (setv
    [time wide batch] gates.shape
    earlier-cells (_earlier c cells))
  (defn step [t dh dc dz]
    (setv
      [i f g o] (ops.split (_row gates t) 4 0)
      squashed (ops.tanh (_row cells t))
      dh (+ dh (_row d-hidden t))
      dc (+ dc (* dh o (- 1 (* squashed squashed))))
      dz (_with-rows dz t
        (* dc g i (- 1 i))
        (* dc (_row earlier-cells t) f (- 1 f))
        (* dc i (- 1 (* g g)))
        (* dh squashed o (- 1 o))))
    #((- t 1) (product recurrent (_row dz t) low) (* dc f) dz))
  (setv
    [_ dh dc dz] (ops.while-loop
      (fn [t #* _] (>= t 0))
      step
      #((ops.convert-to-tensor (- time 1)) dh dc (ops.zeros-like gates))
      :maximum-iterations time)
    dz (_flat dz)
    dx (ops.reshape (product kernel dz low) #(-1 time batch))
    fed (_flat (ops.concatenate [x (_earlier h hidden)] 1))
    [d-kernel d-recurrent] (ops.split (product fed dz low :turn-b True) [(get x.shape 1)] 0))
  #((ops.transpose dx #(1 0 2)) dh dc d-kernel d-recurrent))


(defn _row [array t]
  "Return row `t` of `array` (T, n, B), as (n, B)."
  (setv [_ n batch] array.shape)
  (ops.squeeze (ops.slice array #(t 0 0) #(1 n batch)) 0))


(defn _with-rows [array t #* rows]
  #[[Return `array` (T, n, B) with its row `t` replaced by `rows` (…, B), one below the other.

  Joined first, they would be written at half the speed.]]
  (setv place 0)
  (for [row rows]
    (setv array (ops.slice-update array #(t place 0) (ops.expand-dims row 0)))
    (+= place (get row.shape 0)))
  array)


(defn _earlier [first later]
  #[[Return for each step the value from the step before it, as (T, n, B).

  `later` (T, n, B) has each step's own value, `first` (n, B) is what the first step began with.]]
  (ops.concatenate [(ops.expand-dims first 0) (get later (slice None -1))] 0))


(defn _flat [array]
  "Return `array` (T, n, B) as (n, T × B)."
  (ops.reshape (ops.transpose array #(1 0 2)) #((get array.shape 1) -1)))
