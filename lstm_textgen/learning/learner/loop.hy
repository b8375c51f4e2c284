#[[Our own LSTM and GRU: layers whose loop over time has a hand-written gradient.

They are for processors, with XLA. Autodiff of a loop stores every intermediate value and adds up
the gradient of the kernels step by step. Our loops store only the factors that a step's backward
pass needs (slopes), and the gradient of the kernels is one matrix product after the loop. The
batch is the last axis: a product of a large kernel and a narrow matrix of states is up to 1.6
times faster than that of their transposes (bench/log.md).

Shapes: T time, B batch, u units, m inputs, V vocabulary.]]

(eval-when-compile (require hyrule [-> meth unless]))
(import
  keras
  keras [ops])


;; * Layers

(defclass OwnLoop []
  "Mixin that gives a Keras layer our own loop: same weights, same results but for `bfloat16`."

  (meth __init__ [units [bfloat16 False] #** options]
    (.__init__ (super) units #** options)
    (setv @bfloat16 bfloat16))

  (meth inner-loop [sequences initial-state mask [training False]]
    "Return the last output, all outputs (B, T, u) and the last state, as Keras expects them."
    (setv
      [inputs kernel] (@inputs-and-kernel sequences)
      before (map ops.transpose initial-state)
      [hidden #* after] (@run inputs #* before kernel #* (@recurrent-weights))
      state (list (map ops.transpose after)))
    #((get state 0) (ops.transpose hidden #(2 0 1)) state))

  (meth run [#* inputs]
    #[[Run over a window; return the hidden states (T, u, B) and the last state, (u, B) each.

    `inputs`: those of the window (T, m, B), the state before it, (u, B) each, and the weights. A
    layer's `forward` takes them, and returns #(results kept); its `backward` takes the gradients
    of the results, the `kept` values and the inputs, and returns the gradients of the inputs.]]
    (defn [ops.custom-gradient] run [#* inputs]
      (setv [results kept] (@forward #* inputs))
      (defn gradient [#* upstream]
        (setv upstream (if (= (len upstream) 1) (get upstream 0) upstream))  ; JAX gives a tuple
        (@backward #* upstream #* kept #* inputs))
      #(results gradient))
    (run #* inputs))

  (meth recurrent-weights []
    "Return the weights that act on the state: the recurrent kernel, a tensor, not the variable."
    [(ops.copy @cell.recurrent-kernel)])

  (meth input-bias []
    "Return the bias of the inputs, one number for each column of their kernel."
    @cell.bias)

  (meth inputs-and-kernel [sequences]
    "Return the inputs (T, m, B) of `sequences` (B, T, …), the last always 1, and their kernel."
    (setv
      inputs (ops.transpose sequences #(1 2 0))
      [time _ batch] inputs.shape)
    #((ops.concatenate [inputs (ops.ones #(time 1 batch) inputs.dtype)] 1)
      (ops.concatenate [@cell.kernel (ops.expand-dims (@input-bias) 0)] 0))))


(defclass Folded []
  #[[Mixin that folds the embedding into an `OwnLoop`: one layer, from ids (B, T).

  The embedding is multiplied by the kernel once for each unit of the vocabulary V, not once for
  each place in the text. The result is the kernel for one-hot inputs.]]

  (meth __init__ [units vocabulary-size embedding embeddings-initializer #** options]
    (.__init__ (super) units #** options)
    (setv
      @input-spec None  ; ids have no axis for features
      @embeddings-initializer embeddings-initializer
      @embedding-shape #(vocabulary-size embedding)))

  (meth build [shape]
    "Make the weights, the embedding's before the layer's own."
    (setv @embeddings (@add-weight
      :shape @embedding-shape :initializer @embeddings-initializer :name "embeddings"))
    (.build (super) #(#* shape (get @embedding-shape 1))))

  (meth call [ids #** options]
    "Run the layer on `ids` (B, T)."
    (.call (super) (ops.expand-dims ids -1) #** options))  ; Keras' own code expects such an axis

  (meth inputs-and-kernel [ids]
    "Return the inputs (T, V, B) for `ids` (B, T, 1) and their kernel, V rows, biases included."
    #((-> ids (ops.squeeze -1) ops.transpose
        (ops.one-hot (get @embedding-shape 0) :axis 1 :dtype @compute-dtype))
      (+ (ops.matmul @embeddings @cell.kernel) (@input-bias)))))


;; * LSTM

(defclass FastLSTM [OwnLoop keras.layers.LSTM]
  #[[`keras.layers.LSTM` with our own loop over time, for its default activations.

  Gates are in Keras' order: input, forget, candidate, output. The loop's inputs are `x`
  (T, m, B), the state before, `h` and `c` (u, B), and `kernel` (m, 4u) and `recurrent` (u, 4u).]]

  (meth forward [x h c kernel recurrent]
    #[[Return the hidden states (T, u, B) and the last h and c; and what `backward` needs.

    These are the hidden states and the slopes (T, 6 × u × B): to input, forget, candidate and
    output, from h to c, and from c to the previous c.]]
    (setv
      [time _ batch] x.shape
      [units _] recurrent.shape
      both (ops.concatenate [(ops.transpose kernel) (ops.transpose recurrent)] 1))
    (defn step [t h c hidden slopes]
      (setv
        z (product both (ops.concatenate [(row x t) h] 0) @bfloat16)
        [i f g o] (ops.split (vector z) 4)
        [i f o] (map ops.sigmoid [i f o])
        g (ops.tanh g)
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
    #(#(hidden (get hidden -1) (ops.reshape last-c c.shape)) #(hidden slopes)))

  (meth backward [d-hidden dh dc hidden slopes x h c kernel recurrent]
    "Return the gradients of x, h, c and both kernels, from those of what `forward` returns."
    (setv
      [time _ batch] x.shape
      room (ops.zeros #(time (get recurrent.shape 1) batch) h.dtype))
    (defn step [t dh dc dz]
      (setv
        [to-i to-f to-g to-o to-c f] (ops.split (row slopes t) 6)
        dh (vector (+ dh (row d-hidden t)))
        dc (+ dc (* dh to-c))
        gates [(* dc to-i) (* dc to-f) (* dc to-g) (* dh to-o)]
        dz (with-rows dz t #* (lfor gate gates (ops.reshape gate h.shape))))
      #((product recurrent (row dz t) @bfloat16) (* dc f) dz))
    (setv
      [dh dc dz] (over-time time step [dh (vector dc) room] :backward True)
      dz (flat dz)
      dx (unflat (product kernel dz @bfloat16) time)
      fed (flat (ops.concatenate [x (earlier h hidden)] 1))
      d-kernels (product fed dz @bfloat16 :turn-b True))
    #(dx dh (ops.reshape dc h.shape) #* (ops.split d-kernels [(get x.shape 1)] 0))))


;; * GRU

(defclass FastGRU [OwnLoop keras.layers.GRU]
  #[[`keras.layers.GRU` with our own loop over time, for its defaults.

  Gates are in Keras' order: update, reset, candidate; the reset gate comes after the product
  with the recurrent kernel. The loop's inputs are `x` (T, m, B), the state before, `h` (u, B), and
  `kernel` (m, 3u), `recurrent` (u, 3u) and `bias` (3u, 1), which is added to that product.]]

  (meth input-bias []
    (get @cell.bias 0))

  (meth recurrent-weights []
    [#* (.recurrent-weights (super)) (ops.expand-dims (get @cell.bias 1) 1)])

  (meth forward [x h kernel recurrent bias]
    #[[Return the hidden states (T, u, B) and the last one; and what `backward` needs.

    These are the hidden states and the slopes (T, 5 × u × B): to update, reset and candidate, to
    the reset gate's other factor, and from h to the previous h.]]
    (setv
      [time _ batch] x.shape
      [units _] recurrent.shape
      [from-x from-h] (map ops.transpose [kernel recurrent]))
    (defn step [t h hidden slopes]
      (setv
        [x-z x-r x-g] (ops.split (vector (product from-x (row x t) @bfloat16)) 3)
        [h-z h-r a] (ops.split (vector (+ (product from-h h @bfloat16) bias)) 3)
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
      more (ops.zeros #(time (* 5 units batch)) h.dtype)
      [_ hidden slopes] (over-time time step [h room more]))
    #(#(hidden (get hidden -1)) #(hidden slopes)))

  (meth backward [d-hidden dh hidden slopes x h kernel recurrent bias]
    "Return the gradients of x, h, both kernels and the bias, from those of `forward`'s results."
    (setv
      [time _ batch] x.shape
      room (ops.zeros #(time (get recurrent.shape 1) batch) h.dtype))
    (defn step [t dh from-x from-h]
      (setv
        [to-z to-r to-g to-a z] (ops.split (row slopes t) 5)
        dh (vector (+ dh (row d-hidden t)))
        [dz dr dg da dh] (lfor slope [to-z to-r to-g to-a z] (ops.reshape (* dh slope) h.shape))
        from-h (with-rows from-h t dz dr da)
        before (+ dh (product recurrent (row from-h t) @bfloat16)))
      #(before (with-rows from-x t dz dr dg) from-h))
    (setv
      [dh from-x from-h] (over-time time step [dh room room] :backward True)
      [from-x from-h] [(flat from-x) (flat from-h)])
    #((unflat (product kernel from-x @bfloat16) time)
      dh
      (product (flat x) from-x @bfloat16 :turn-b True)
      (product (flat (earlier h hidden)) from-h @bfloat16 :turn-b True)
      (ops.sum from-h 1 :keepdims True))))


;; * Over time

(defn over-time [time step start [backward False]]
  "Call `step` with each t and its previous results, at first `start`; return the last (a list)."
  (defn next-step [n #* carried]
    #((+ n 1) #* (step (if backward (- time 1 n) n) #* carried)))
  (setv [_ #* ended] (ops.while-loop (fn [n #* _] (< n time)) next-step
    #((ops.convert-to-tensor 0) #* start)
    :maximum-iterations time))
  ended)


(defn product [a b [bfloat16 False] [turn-b False]]
  #[[Return the product of `a` (m, k) and `b` (k, n) in float32; with `turn-b`, `b` is (n, k).

  With `bfloat16` (TensorFlow only) both are rounded to bfloat16, the upper half of a float32: a
  processor with instructions for it multiplies twice as fast and adds to a float32. Sums, weights,
  states and losses stay in float32, as in Micikevicius and others 2018, 'Mixed Precision
  Training'. XLA needs contiguous rows of `a`: it multiplies a transpose in float32.]]
  (unless bfloat16 (return (ops.matmul a (if turn-b (ops.transpose b) b))))
  (import tensorflow :as tf)
  (tf.matmul (tf.cast a tf.bfloat16) (tf.cast b tf.bfloat16)
    :transpose-b turn-b :output-type tf.float32))


(defn row [array t]
  "Return row `t` of `array` (T, n, …), as (n, …)."
  (setv [_ #* shape] array.shape)
  (ops.squeeze (ops.slice array #(t #* (lfor _ shape 0)) #(1 #* shape)) 0))


(defn with-rows [array t #* rows]
  "Return `array` (T, n, …) with row `t` replaced by `rows`; joining them would halve the speed."
  (setv
    first 0
    zeros (lfor _ (cut array.shape 2 None) 0))
  (for [each rows]
    (setv array (ops.slice-update array #(t first #* zeros) (ops.expand-dims each 0)))
    (+= first (get each.shape 0)))
  array)


(defn vector [array]
  #[[Return all numbers of `array`, row after row; all operations but products work on them so.

  XLA unrolls a loop over a matrix with few columns, and then handles the numbers one by one.]]
  (ops.reshape array #(-1)))


(defn earlier [first later]
  "Return the values before each step (T, n, B): `first` (n, B), then all but the last `later`."
  (ops.concatenate [(ops.expand-dims first 0) (get later (slice None -1))] 0))


(defn flat [array]
  "Return `array` (T, n, B) as (n, T × B)."
  (-> array (ops.transpose #(1 0 2)) (ops.reshape #((get array.shape 1) -1))))


(defn unflat [array time]
  "Return `array` (n, T × B) as (T, n, B)."
  (-> array (ops.reshape #((get array.shape 0) time -1)) (ops.transpose #(1 0 2))))
