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
  numpy [add multiply subtract tanh]
  lstm-textgen.basics.machine [cores limit-threads]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.settings.layers [KINDS])

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

  `layers` are `Layers`; `weights` are those of a `Checkpoint`. Raise `ValueError` for weights so
  large that numbers would overflow.]]

  (meth __init__ [layers weights]
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
        [n layer] (enumerate layers.recurrent)
        #(layer #* (_arrange layer (cut recurrent (* 3 n) (* 3 (+ n 1))))))
      [_ kernel _ bias _] (get @layers 0)
      ;; A table too large to be multiplied in advance leaves the product to the first layer.
      @multiplied (<= (* (len embedding) (len bias)) MAX-TABLE)
      add-up (fn [rows] (if @multiplied (+ (@ rows kernel) bias) rows))
      @rows (cache (fn [id] (add-up (get embedding id))))
      @table (cache (fn [] (add-up embedding))))))


(defclass Engine []
  #[[Reads ids with a `network` (a `Network`), for any number of `streams`, and predicts the next.

  It computes what Keras' layers do. `logits` (streams, vocabulary) holds the result of the last
  step, `state` every array that a step changes and the next one reads, `cells` each recurrent
  layer's memory (streams, units): an LSTM's c, a GRU's h; `output` is the last layer's h.
  `threads` is the number of BLAS threads that may pay for the products of one stream.]]

  (meth __init__ [@network [@streams 1]]
    (setv
      [@threads @cells @_layers] [network.threads [] []]
      @_sums (zeros streams (len network.bias))
      @logits (ncut @_sums ... (: network.size))
      @state [@logits]
      @_look-up network.rows
      @_product (_product-for streams))
    (when (> streams 1)
      (setv
        table (network.table)
        out (zeros streams (get table.shape 1))
        @_look-up (fn [ids] (.take table ids 0 out "clip"))))  ; "clip" avoids a copy
    (for [[n [layer kernel recurrent bias bias-n]] (enumerate network.layers)]
      (when (or n (not network.multiplied))
        (.append @_layers (_make-input kernel bias streams)))
      (setv [advance state] ((get STEPS layer.kind) recurrent bias-n streams))
      (.append @_layers advance)
      (.extend @state state)
      (.append @cells (get state -1))
      (setv @output (get state 0))))

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

(defn _arrange [layer weights]
  #[[Return [kernel recurrent bias bias-n] of a `layer` in the order that a step needs.

  Gates are multiplied by SOFT. `bias-n` is what a GRU's reset gate scales too, or None.]]
  (setv
    kind (get KINDS layer.kind)
    scale (np.float32 SOFT)
    [kernel recurrent bias] (lfor
      array weights
      :setv parts (np.split array (len kind.gates) -1)
      (np.ascontiguousarray (np.concatenate
        (lfor k kind.gates (if (= k kind.candidate) (get parts k) (* (get parts k) scale)))
        -1))))
  (when (= bias.ndim 1) (return [kernel recurrent bias None]))
  (setv [input-bias [#* z-r n]] [(get bias 0) (np.split (get bias 1) 3)])
  [kernel recurrent (+ input-bias (np.concatenate [#* z-r (* 0 n)])) n])


(defn zeros [streams size]
  "Return an array of zeros (streams, size), for one stream (size,)."
  (np.zeros (if (= streams 1) size #(streams size)) "float32"))


(defn _product-for [streams]
  "Return a function of x (streams, in), weights (in, out) and an array for x · weights."
  (if (= streams 1) np.ndarray.dot np.matmul))  ; the quickest for a vector, and for views


(defn _make-input [kernel bias streams]
  "Return a function from a layer's input (streams, in) to what it adds to the gates (streams, …)."
  (setv [product out] [(_product-for streams) (zeros streams (len bias))])
  (fn [x]
    (product x kernel out)
    (add out bias out)))


;; * One step of a layer

(defn _make-lstm [recurrent bias-n streams]
  #[[Return #(advance state) for an LSTM layer (Gers et al. 2000, without peepholes).

  `advance` takes the input's addition to the gates (streams, 4u) and returns the layer's new
  output (streams, u): c ← σ(f)·c + σ(i)·tanh(g) and h ← σ(o)·tanh(c). One buffer holds o, i, f, g
  and c side by side, so that the two products in the formula of c are one.]]
  (setv
    u (len recurrent)
    product (_product-for streams)
    [gates sigmoids o i-f g-c c] (_parts (zeros streams (* 5 u)) u
      [0 4] [0 3] [0 1] [1 3] [3 5] [4 5])
    products (zeros streams (* 2 u))
    [added kept] (_parts products u [0 1] [1 2])
    [h squashed] [(zeros streams u) (zeros streams u)])
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
  #(advance [h c]))


(defn _make-gru [recurrent bias-n streams]
  #[[Return #(advance state) for a GRU layer, as `_make-lstm` does; its addition: (streams, 3u).

  n = tanh(x + σ(r)·(h·U + b)) and h ← n + σ(z)·(h - n), which is z·h + (1 - z)·n: the GRU of Cho
  et al. 2014 with the reset gate after the product, as in cuDNN.]]
  (setv
    u (len recurrent)
    product (_product-for streams)
    gates (zeros streams (* 3 u))
    [z-r z r n] (_parts gates u [0 2] [0 1] [1 2] [2 3])
    h (zeros streams u))
  (defn advance [x]
    (setv [x-z-r x-n] (_parts x u [0 2] [2 3]))
    (product h recurrent gates)
    (add z-r x-z-r z-r)
    (tanh z-r z-r)
    (multiply z-r ONE-HALF z-r)
    (add z-r ONE-HALF z-r)
    (add n bias-n n)
    (multiply r n n)
    (add n x-n n)
    (tanh n n)
    (subtract h n h)
    (multiply z h h)
    (add h n h))
  #(advance [h]))


(defn _parts [array u #* ranges]
  "Return views of `array` (…, n × u), one for each range from start to end in units of `u`."
  (lfor [start end] ranges (ncut array ... (: (* start u) (* end u)))))


;; The function that makes a step for each kind of layer.
(setv STEPS {"lstm" _make-lstm  "gru" _make-gru})
