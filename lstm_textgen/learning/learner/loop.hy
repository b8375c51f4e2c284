#[[What our own LSTM and GRU share: layers whose loop over time has a gradient written for it.

They are for processors, by XLA. Autodiff of a loop keeps every intermediate value and adds up the
gradient of the kernels step by step. Our loops keep only what the gradient is multiplied by on its
way back through each step (slopes), and that of the kernels is one matrix product after the loop.
The batch is the last axis: a product of a large kernel and a narrow matrix of states is up to 1.6
times faster than that of their transposes (bench/README.md).

Shapes: T time, B batch, u units, m inputs, V vocabulary.]]

(eval-when-compile (require hyrule [unless]))
(import keras [ops])


;; * Layers

(defclass OwnLoop []
  #[[Mixin that gives a Keras layer our own loop: same weights, same results.

  With `bfloat16`, its products round their factors to that.]]

  (defn __init__ [self units [bfloat16 False] #** options]
    (.__init__ (super) units #** options)
    (setv self.bfloat16 bfloat16))

  (defn inner-loop [self sequences initial-state mask [training False]]
    "Return the last output, all outputs (B, T, u) and the last state, as Keras wants them."
    (setv
      [inputs kernel] (.inputs-and-kernel self sequences)
      recurrent (ops.copy self.cell.recurrent-kernel)  ; a plain tensor, not the variable itself
      before (lfor array initial-state (ops.transpose array))
      [hidden #* after] (.run self inputs before kernel recurrent)
      state (lfor array after (ops.transpose array)))
    #((get state 0) (ops.transpose hidden #(2 0 1)) state))

  (defn input-bias [self]
    "Return the bias of the inputs, one number for each column of their kernel."
    self.cell.bias)

  (defn inputs-and-kernel [self sequences]
    #[[Return the inputs (T, m, B) of `sequences` (B, T, …) and their kernel, m rows.

    The kernel's last row is the bias, whose input is always 1.]]
    (setv
      inputs (ops.transpose sequences #(1 2 0))
      [time _ batch] inputs.shape)
    #((ops.concatenate [inputs (ops.ones #(time 1 batch) inputs.dtype)] 1)
      (ops.concatenate [self.cell.kernel (ops.expand-dims (.input-bias self) 0)] 0))))


(defclass Folded []
  #[[Mixin that folds the embedding into an `OwnLoop`: one layer, from ids (B, T).

  The embedding goes through the kernel once for each unit of the vocabulary V, not once for each
  place in the text. What comes out is the kernel for inputs of 1 at the unit's place, else 0.]]

  (defn __init__ [self units vocabulary-size embedding embeddings-initializer #** options]
    (.__init__ (super) units #** options)
    (setv
      self.input-spec None  ; ids have no axis for features
      self.embeddings-initializer embeddings-initializer
      self.embedding-shape #(vocabulary-size embedding)))

  (defn build [self shape]
    "Make the weights, the embedding's before the layer's own."
    (setv self.embeddings (.add-weight self
      :shape self.embedding-shape :initializer self.embeddings-initializer :name "embeddings"))
    (.build (super) #(#* shape (get self.embedding-shape 1))))

  (defn call [self ids #** options]
    "Run the layer on `ids` (B, T)."
    (.call (super) (ops.expand-dims ids -1) #** options))  ; Keras' own code wants such an axis

  (defn inputs-and-kernel [self ids]
    "Return the inputs (T, V, B) for `ids` (B, T, 1) and their kernel, V rows, biases included."
    #((ops.one-hot (ops.transpose (ops.squeeze ids -1)) (get self.embedding-shape 0)
        :axis 1 :dtype self.compute-dtype)
      (+ (ops.matmul self.embeddings self.cell.kernel) (.input-bias self)))))


;; * Over time

(defn over-time [time step start [backward False]]
  #[[Call `step` with each t below `time` and its previous results, at first `start`.

  With `backward` the last t comes first. Return the last results, a list.]]
  (defn next-step [n #* carried]
    #((+ n 1) #* (step (if backward (- time 1 n) n) #* carried)))
  (setv [_ #* ended] (ops.while-loop (fn [n #* _] (< n time)) next-step
    #((ops.convert-to-tensor 0) #* start)
    :maximum-iterations time))
  ended)


(defn unpacked [upstream]
  "Return the gradients that a custom gradient was called with: some backends pass one tuple."
  (if (= (len upstream) 1) (get upstream 0) upstream))


(defn product [a b [bfloat16 False] [turn-b False]]
  #[[Return the product of `a` (m, k) and `b` (k, n) in float32; with `turn-b`, `b` is (n, k).

  With `bfloat16` both are rounded to that, the upper half of a float32 (TensorFlow alone): a
  processor with instructions for it multiplies at twice the rate and adds to a float32. Sums,
  weights, states and losses stay in float32, as in Micikevicius and others 2018, 'Mixed Precision
  Training'. XLA wants the rows of `a` in memory one after another: of a transpose it would take
  the product in float32.]]
  (unless bfloat16
    (return (ops.matmul a (if turn-b (ops.transpose b) b))))
  (import tensorflow :as tf)
  (tf.matmul (tf.cast a tf.bfloat16) (tf.cast b tf.bfloat16)
    :transpose-b turn-b :output-type tf.float32))


(defn row [array t]
  "Return row `t` of `array` (T, n, …), as (n, …)."
  (setv [_ #* shape] array.shape)
  (ops.squeeze (ops.slice array #(t #* (lfor _ shape 0)) #(1 #* shape)) 0))


(defn with-rows [array t #* rows]
  #[[Return `array` (T, n, …) with its row `t` replaced by `rows`, one after another.

  Joined first, they would be written at half the speed.]]
  (setv
    place 0
    zeros (lfor _ (cut array.shape 2 None) 0))
  (for [each rows]
    (setv array (ops.slice-update array #(t place #* zeros) (ops.expand-dims each 0)))
    (+= place (get each.shape 0)))
  array)


(defn vector [array]
  #[[Return all numbers of `array`, row after row.

  What isn't a product is done on vectors: a loop over a matrix with few columns XLA unrolls, and
  then takes the numbers one by one.]]
  (ops.reshape array #(-1)))


(defn earlier [first later]
  #[[Return for each step the value from the step before it, as (T, n, B).

  `later` (T, n, B) has each step's own value, `first` (n, B) is what the first step began with.]]
  (ops.concatenate [(ops.expand-dims first 0) (get later (slice None -1))] 0))


(defn flat [array]
  "Return `array` (T, n, B) as (n, T × B)."
  (ops.reshape (ops.transpose array #(1 0 2)) #((get array.shape 1) -1)))


(defn unflat [array time]
  "Return `array` (n, T × B) as (T, n, B)."
  (ops.transpose (ops.reshape array #((get array.shape 0) time -1)) #(1 0 2)))
