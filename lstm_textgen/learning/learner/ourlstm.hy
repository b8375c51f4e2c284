#[[Our own LSTM: a layer whose loop over time has a hand-written gradient.

It is for processors, with XLA. Autodiff of a loop stores every intermediate value and adds up the
gradient of the kernels step by step. Our loop stores only the factors that a step's backward
pass needs (slopes), and the gradient of the kernels is one matrix product after the loop. The
batch is the last axis: a product of a large kernel and a narrow matrix of states is up to 1.6
times faster than that of their transposes (bench/log.md).

Shapes: T time, B batch, u units, m inputs, V vocabulary.]]

(eval-when-compile (require hyrule [-> meth unless]))
(import
  keras
  keras [ops])


;; * Layers

(defclass FastLSTM [keras.layers.LSTM]
  #[[`keras.layers.LSTM` with our own loop over time, for its default activations.

  But for `bfloat16` weights and results are the same. Gates: input, forget, candidate, output.]]

  (meth __init__ [units [bfloat16 False] #** options]
    (.__init__ (super) units #** options)
    (setv @bfloat16 bfloat16))

  (meth inner-loop [sequences initial-state mask [training False]]
    "Return the last output, all outputs (B, T, u) and the last state, as Keras expects them."
    (setv
      [inputs kernel] (@inputs-and-kernel sequences)
      before (map ops.transpose initial-state)
      ;; The recurrent kernel as a tensor, not the variable.
      [hidden #* after] (@run inputs #* before kernel (ops.copy @cell.recurrent-kernel))
      state (list (map ops.transpose after)))
    #((get state 0) (ops.transpose hidden #(2 0 1)) state))

  (meth inputs-and-kernel [sequences]
    "Return the inputs (T, m, B) of `sequences` (B, T, …), the last always 1, and their kernel."
    (setv
      inputs (ops.transpose sequences #(1 2 0))
      [time _ batch] inputs.shape)
    #((ops.concatenate [inputs (ops.ones #(time 1 batch) inputs.dtype)] 1)
      (ops.concatenate [@cell.kernel (ops.expand-dims @cell.bias 0)] 0)))

  (meth run [#* inputs]
    #[[Run over a window; return the hidden states (T, u, B) and the last h and c, (u, B) each.

    `inputs`: those of the window `x` (T, m, B), the state before it, `h` and `c` (u, B), and the
    weights `kernel` (m, 4u) and `recurrent` (u, 4u).]]
    (defn [ops.custom-gradient] run [#* inputs]
      (setv [results kept] (@forward #* inputs))
      (defn gradient [#* upstream]
        (setv upstream (if (= (len upstream) 1) (get upstream 0) upstream))  ; JAX gives a tuple
        (@backward #* upstream #* kept #* inputs))
      #(results gradient))
    (run #* inputs))

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
      dx (-> (product kernel dz @bfloat16)
        (ops.reshape #((get kernel.shape 0) time -1)) (ops.transpose #(1 0 2)))
      ;; With the hidden states before each step (T, u, B): `h`, then all but the last.
      earlier (ops.concatenate [(ops.expand-dims h 0) (get hidden (slice None -1))] 0)
      fed (flat (ops.concatenate [x earlier] 1))
      d-kernels (product fed dz @bfloat16 :turn-b True))
    #(dx dh (ops.reshape dc h.shape) #* (ops.split d-kernels [(get x.shape 1)] 0))))


(defclass FoldedLSTM [FastLSTM]
  #[[A `FastLSTM` with the embedding folded in: one layer, from ids (B, T).

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
      (+ (ops.matmul @embeddings @cell.kernel) @cell.bias))))


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


(defn flat [array]
  "Return `array` (T, n, B) as (n, T × B)."
  (-> array (ops.transpose #(1 0 2)) (ops.reshape #((get array.shape 1) -1))))
