#[[The network in NumPy: single steps for one or many streams of text at once.

It starts without Keras in a fraction of a second, and a step of a small network takes about ten
microseconds, half of them for the product with the recurrent weights. The embedding and the first
kernel are multiplied in advance (for a lone stream only the rows that it reads), so the first
layer's input is a row of a table; every result goes into a preallocated buffer; and σ(x) is
½ + ½·tanh(½x), with the inner ½ already in the weights.

Shapes are given for many streams; a single stream has no axis for streams.]]

(eval-when-compile (require hyrule [meth ncut unless]))
(import
  functools [cache]
  math [ceil log2]
  numpy :as np
  numpy [add multiply tanh]
  lstm-textgen.basics.machine [cores limit-threads]
  lstm-textgen.basics.messages [refuse])

(setv
  ONE-HALF (np.asarray 0.5 "float32")  ; an array: a Python number costs ufuncs 0.3 µs more
  SOFT 0.5  ; factor for the weights of gates, as σ(x) is ½·tanh(½x) + ½
  MAX-TABLE (** 2 24)  ; numbers (64 MB): a larger table isn't multiplied in advance
  LARGEST 1e15  ; a weight, so that no product or sum overflows; learned ones stay below 100
  THREAD-WORK (** 2 19)  ; multiplications in a product that make one more thread pay (measured)
  THREADS 4  ; at most, and a power of two: on 2 or 4 threads, a product whose columns are a …
  THREAD-COLUMNS 64)  ; … multiple of this has the same bits as on one (tried)


(defclass Network []
  #[[The weights of a network as steps need them; any number of engines share them.

  `weights` are those of a `Checkpoint`. Raise `ValueError` for weights so large that numbers would
  overflow.]]

  (meth __init__ [weights]
    (setv largest (max (gfor w weights (.max (np.abs w) :initial 0))))
    (unless (<= largest LARGEST)
      (refuse f"the model is damaged or diverged: it has a weight of {largest :.0e}, "
        f"and the limit is {LARGEST :.0e}"))
    (limit-threads)
    (setv
      [embedding #* recurrent dense bias] weights
      @size (len bias)
      pay (min (cores) THREADS (ceil (/ (max (gfor w weights w.size)) THREAD-WORK)))
      whole? (all (gfor w (cut recurrent 1 None 3) (= 0 (% (get w.shape 1) THREAD-COLUMNS))))
      ;; Threads of BLAS that may pay for the products of one stream.
      @threads (if whole? (** 2 (int (log2 pay))) 1)
      room #(0 (if (> @threads 1) (% (- @size) THREAD-COLUMNS) 0))
      [@dense @bias] [(np.pad dense [#(0 0) room]) (np.pad bias room)]
      @layers (lfor
        n (range 0 (len recurrent) 3)
        (list (map _arrange (cut recurrent n (+ n 3)))))
      [kernel _ bias] (get @layers 0)
      ;; A table too large to be multiplied in advance leaves the product to the first layer.
      @multiplied (<= (* (len embedding) (len bias)) MAX-TABLE)
      add-up (fn [rows] (if @multiplied (+ (@ rows kernel) bias) rows))
      @rows (cache (fn [id] (add-up (get embedding id))))
      @table (cache (fn [] (add-up embedding))))))


(defclass Engine []
  #[[Reads ids with a `network` (a `Network`), for any number of `streams`, and predicts the next.

  It computes what Keras' layers do. `logits` (streams, vocabulary) holds the result of the last
  step, `state` these logits and every array that a step changes and the next one reads, `cells`
  each layer's memory c (streams, units); `output` is the last layer's h. `threads` is the number
  of BLAS threads that may pay for the products of one stream.]]

  (meth __init__ [@network [@streams 1]]
    (setv
      [@threads @cells @_layers] [network.threads [] []]
      @_sums (_zeros streams (len network.bias))
      @logits (ncut @_sums ... (: network.size))
      @state [@logits]
      @_look-up network.rows
      @_product (_product-for streams))
    (when (> streams 1)
      (setv
        table (network.table)
        out (_zeros streams (get table.shape 1))
        @_look-up (fn [ids] (.take table ids 0 out "clip"))))  ; "clip" avoids a copy
    (for [[n [kernel recurrent bias]] (enumerate network.layers)]
      (when (or n (not network.multiplied))
        (.append @_layers (_make-input kernel bias streams)))
      (setv [advance @output c] (_make-step recurrent streams))
      (.append @_layers advance)
      (.append @cells c)
      (.extend @state [@output c])))

  (meth like [streams]
    "Return an engine of the same network for this number of `streams`."
    (Engine @network streams))

  (meth advance [ids]
    "Read `ids` (streams,); return the last layer's output (streams, units), a buffer."
    (setv x (@_look-up ids))
    (for [layer @_layers] (setv x (layer x)))
    x)

  (meth step [ids]
    "Read `ids` (streams,), or an integer; return the logits, which the next step overwrites."
    (@_product (@advance ids) @network.dense @_sums)
    (add @_sums @network.bias @_sums)
    @logits)

  (meth [(np.errstate :invalid "ignore")] feed [ids]
    "Read `ids` (time, streams); return the logits after the last. No ids change nothing."
    ;; The warning is off because products of small, finite arrays have raised it at random.
    (for [now (cut ids -1)] (@advance now))
    (for [now (cut ids -1 None)] (@step now))
    @logits)

  (meth reset []
    "Forget everything read."
    (for [array @state] (.fill array 0)))

  (meth copy-state [[stream 0]]
    "Return copies of the arrays in `state`, of a `stream` or a list of some."
    (lfor array @state (.copy (get (np.atleast-2d array) stream))))

  (meth set-state [state [stream 0]]
    "Set the state of a `stream`, or a slice of some, to what `copy-state` returned."
    (for [[mine theirs] (zip @state state)]
      (setv (get (np.atleast-2d mine) stream) theirs))))


(defn softmax [logits]
  "Return the probabilities (…, vocabulary) of `logits`, in float64."
  (setv odds (np.exp (- logits (.max logits -1 :keepdims True)) :dtype "float64"))
  (/ odds (.sum odds -1 :keepdims True)))


;; * The weights as a step needs them

(defn _arrange [weight]
  "Return a `weight` (…, 4u) of a layer with its gates, i f g o in Keras, in the order o i f g."
  (setv [i f g o] (np.split weight 4 -1))
  (np.ascontiguousarray (np.concatenate
    [#* (gfor gate [o i f] (* gate (np.float32 SOFT))) g] -1)))


(defn _zeros [streams size]
  "Return an array of zeros (streams, size), for one stream (size,)."
  (np.zeros (if (= streams 1) size #(streams size)) "float32"))


(defn _product-for [streams]
  "Return a function of x (streams, in), weights (in, out) and an array for x · weights."
  (if (= streams 1) np.ndarray.dot np.matmul))  ; the quickest for a vector, and for views


(defn _make-input [kernel bias streams]
  "Return a function from a layer's input (streams, in) to what it adds to the gates (streams, …)."
  (setv [product out] [(_product-for streams) (_zeros streams (len bias))])
  (fn [x]
    (product x kernel out)
    (add out bias out)))


;; * One step of a layer

(defn _make-step [recurrent streams]
  #[[Return #(advance h c) for an LSTM layer (Gers et al. 2000, without peepholes).

  `advance` takes the input's addition to the gates (streams, 4u) and returns the layer's new
  output (streams, u): c ← σ(f)·c + σ(i)·tanh(g) and h ← σ(o)·tanh(c). One buffer holds o, i, f, g
  and c side by side, so that the two products in the formula of c are one.]]
  (setv
    u (len recurrent)
    product (_product-for streams)
    [gates sigmoids o i-f g-c c] (_parts (_zeros streams (* 5 u)) u
      [0 4] [0 3] [0 1] [1 3] [3 5] [4 5])
    products (_zeros streams (* 2 u))
    [added kept] (_parts products u [0 1] [1 2])
    [h squashed] [(_zeros streams u) (_zeros streams u)])
  (defn advance [x]
    (product h recurrent gates)
    (add gates x gates)
    (tanh gates gates)  ; one tanh for all
    (multiply sigmoids ONE-HALF sigmoids)
    (add sigmoids ONE-HALF sigmoids)
    (multiply i-f g-c products)
    (add added kept c)
    (tanh c squashed)
    (multiply o squashed h))
  #(advance h c))


(defn _parts [array u #* ranges]
  "Return views of `array` (…, n × u), one for each range from start to end in units of `u`."
  (lfor [start end] ranges (ncut array ... (: (* start u) (* end u)))))
