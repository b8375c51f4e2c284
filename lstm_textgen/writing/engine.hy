#[[The network in NumPy: single steps for one or many streams of text at once.

It doesn't need Keras, so generation starts in a fraction of a second, and a step of a small
network takes about ten microseconds, half of them for the product with the recurrent weights.
Three things make it fast: the embedding and the first kernel are multiplied in advance (a lone
stream with many units multiplies the rows that it reads), so the first layer's input is a row of a
table; every result goes into a preallocated buffer; and σ(x) is ½ + ½·tanh(½x), with the inner ½
already in the weights.

Shapes are given for many streams; a single stream has no axis for streams.]]

(eval-when-compile (require hyrule [ncut unless]))
(import
  math [ceil]
  numpy :as np
  numpy [add multiply subtract tanh]
  lstm-textgen.settings.layers [KINDS])

(setv
  HALF (np.asarray 0.5 "float32")  ; an array: a Python number costs ufuncs 0.3 µs more
  SOFT 0.5  ; factor for the weights of gates, as σ(x) is ½·tanh(½x) + ½
  HARD (/ 1 6)  ; factor for those of `hard_sigmoid`
  MAX-TABLE (** 2 24)  ; numbers (64 MB): a larger table isn't multiplied in advance
  LARGEST 1e15  ; a weight, so that no product or sum overflows; learned ones stay below 100
  MANY-UNITS 1000  ; of which a lone stream mostly reads only a few
  THREAD-WORK (** 2 19))  ; multiplications in a product that make one more thread pay (measured)


(defclass Engine []
  #[[A network that reads ids and predicts the next.

  `layers` are `Layers`, and compute what Keras' do; `weights` are those of a `Checkpoint`.

  `logits` (streams, vocabulary) holds the result of the last step, `state` every array that a step
  changes and the next one reads, `cells` each recurrent layer's memory (streams, units): an LSTM's
  c, a GRU's h. `threads` is the number of BLAS threads that pays for its products. `space` (a
  `Space`) allocates the streams' arrays.

  Raise `ValueError` for weights so large that numbers would overflow.]]

  (defn __init__ [self layers weights [streams 1] [space None]]
    (setv
      space (or space (Space streams))
      _ (.once space (fn [] (_check-size weights)))
      [embedding #* recurrent dense dense-bias] weights
      [self.streams self.layers self.cells] [streams [] []]
      self.threads (ceil (/ (* streams (max (gfor w weights w.size))) THREAD-WORK))
      self.logits (.zeros space (len dense-bias))
      self.state [self.logits]
      self._dense (.product space dense)
      self._bias dense-bias)
    (for [[n layer] (enumerate layers.recurrent)]
      (setv
        own (cut recurrent (* 3 n) (* 3 (+ n 1)))
        [kernel recurrent-kernel bias] (.once space (fn [] (_arrange layer own)))
        [advance state] ((get STEPS layer.kind) layer recurrent-kernel bias space))
      (when (= bias.ndim 2)  ; a GRU's two (2, 3u): the reset gate will scale the last part of one
        (setv bias (+ (get bias 0) (* (get bias 1) (np.repeat (np.float32 [1 1 0]) layer.size)))))
      (if n
        (.append self.layers (_make-input kernel bias space))
        (setv self._look-up (_make-look-up self.layers embedding kernel bias space)))
      (.append self.layers advance)
      (.extend self.state state)
      (.append self.cells (get state -1))))

  (defn advance [self ids]
    "Read `ids` (streams,); return the last layer's output (streams, units), a buffer."
    (setv x (._look-up self ids))
    (for [layer self.layers] (setv x (layer x)))
    x)

  (defn step [self ids]
    "Read `ids` (streams,), or an integer; return the logits, which the next step overwrites."
    (._dense self (.advance self ids) self.logits)
    (add self.logits self._bias self.logits))

  (defn feed [self ids]
    "Read `ids` (time, streams); return the logits after the last. No ids change nothing."
    (for [now (cut ids -1)] (.advance self now))
    (for [now (cut ids -1 None)] (.step self now))
    self.logits)

  (defn reset [self]
    "Forget everything read."
    (for [array self.state] (.fill array 0)))

  (defn copy-state [self]
    "Return a copy of `state`."
    (lfor array self.state (.copy array)))

  (defn set-state [self state [stream ...]]
    "Copy `state`, that of an engine of this network, to this one's, or to that of one `stream`."
    (for [[mine theirs] (zip self.state state)] (setv (get mine stream) theirs))))


(defn softmax [logits]
  "Return the probabilities (…, vocabulary) of `logits`, in float64."
  (setv odds (np.exp (- logits (.max logits -1 :keepdims True)) :dtype "float64"))
  (/ odds (.sum odds -1 :keepdims True)))


;; * Where the arrays are

(defclass Space []
  #[[Provides an engine of `streams` with its arrays and products.

  Engines of one network request the same things in the same order, so a subclass can let several
  engines share them, as `Rows` does.]]

  (setv shared False)

  (defn __init__ [self streams]
    (setv self.streams streams))

  (defn once [self make]
    "Return the result of `make`, a function without arguments that prepares weights."
    (make))

  (defn zeros [self size]
    "Return an array of zeros (streams, size), for one stream (size,)."
    (np.zeros (if (= self.streams 1) size #(self.streams size)) "float32"))

  (defn product [self weights]
    "Return a function that sets `out` (streams, out), given `x` (streams, in), to x · weights."
    (if (= self.streams 1)
      (. (np.ascontiguousarray weights.T) dot)
      (fn [x out] (np.matmul x weights out)))))


;; * The weights as a step needs them

(defn _check-size [weights]
  "Raise `ValueError` if numbers computed from `weights` could exceed 32 bits."
  (setv largest (max (gfor w weights (.max (np.abs w) :initial 0))))
  (unless (<= largest LARGEST)
    (raise (ValueError (+ f"the model is damaged or diverged: it has a weight of {largest :.0e}, "
      f"and the limit is {LARGEST :.0e}")))))


(defn _arrange [layer weights]
  "Return a layer's `weights` in the order that a step needs, gates multiplied by SOFT or HARD."
  (setv
    kind (get KINDS layer.kind)
    scale (np.float32 (if layer.hard HARD SOFT)))
  (lfor
    array weights
    :setv parts (np.split array layer.gates -1)
    (np.concatenate
      (lfor k kind.gates (if (= k kind.candidate) (get parts k) (* (get parts k) scale)))
      -1)))


(defn _make-look-up [layers embedding kernel bias space]
  "Return a function from ids (streams,) to the first layer's addition to the gates."
  (setv lone (and (= space.streams 1) (not space.shared)))
  (cond
    (> (* (len embedding) (len bias)) MAX-TABLE) (do  ; the product is the first of the layers
      (setv table embedding)
      (.append layers (_make-input kernel bias space)))
    (and lone (> (len embedding) MANY-UNITS))
      (return (. (_Table embedding kernel bias) __getitem__))
    True (setv table (.once space (fn [] (+ (@ embedding kernel) bias)))))
  (setv out (.zeros space (get table.shape 1)))
  (when (= space.streams 1) (return (. (list table) __getitem__)))
  (fn [ids] (.take table ids 0 out "clip")))  ; "clip" avoids a copy of the result


(defclass _Table [dict]
  "What each id adds to the gates of the first layer (…,), multiplied when it is first read."

  (defn __init__ [self embedding kernel bias]
    (setv [self.embedding self.kernel self.bias] [embedding kernel bias]))

  (defn __missing__ [self id]
    (setv (get self id) (+ (@ (get self.embedding id) self.kernel) self.bias))
    (get self id)))


(defn _make-input [kernel bias space]
  "Return a function from a layer's input (streams, in) to what it adds to the gates (streams, …)."
  (setv [product out] [(.product space kernel) (.zeros space (len bias))])
  (fn [x]
    (product x out)
    (add out bias out)))


;; * One step of a layer

(defn _make-lstm [layer recurrent bias space]
  #[[Return #(advance state) for an LSTM `layer` (Gers et al. 2000, without peepholes).

  `advance` takes the input's addition to the gates (streams, 4u) and returns the layer's new
  output (streams, u): c ← σ(f)·c + σ(i)·tanh(g) and h ← σ(o)·tanh(c). One buffer holds o, i, f, g
  and c side by side, so that the two products in the formula of c are one.]]
  (setv
    u (len recurrent)
    hard layer.hard
    product (.product space recurrent)
    [gates sigmoids g o i-f g-c c] (_parts (.zeros space (* 5 u)) u
      [0 4] [0 3] [3 4] [0 1] [1 3] [3 5] [4 5])
    products (.zeros space (* 2 u))
    [added kept] (_parts products u [0 1] [1 2])
    [h squashed] [(.zeros space u) (.zeros space u)])
  (defn advance [x]
    (product h gates)
    (add gates x gates)
    (if hard
      (do
        (tanh g g)
        (_open-hard sigmoids))
      (do  ; one tanh for all
        (tanh gates gates)
        (multiply sigmoids HALF sigmoids)
        (add sigmoids HALF sigmoids)))
    (multiply i-f g-c products)
    (add added kept c)
    (tanh c squashed)
    (multiply o squashed h))
  #(advance [h c]))


(defn _make-gru [layer recurrent bias space]
  #[[Return #(advance state) for a GRU `layer`, as `_make-lstm` does; its addition: (streams, 3u).

  n = tanh(x + σ(r)·(h·U + b)) and h ← n + σ(z)·(h - n), which is z·h + (1 - z)·n: the GRU of Cho
  et al. 2014 with the reset gate after the product, as in cuDNN. If the layer is `before`, the
  gate comes before the product, as in the paper: n = tanh(x + (σ(r)·h)·U).]]
  (setv
    u (len recurrent)
    before layer.before
    open (if layer.hard _open-hard _open-softly)
    [product #* product-n] (lfor
      part (np.split recurrent (if before [(* 2 u)] []) 1)
      (.product space (np.ascontiguousarray part)))
    gates (.zeros space (* (if before 2 3) u))
    [z-r z r n] (_parts gates u [0 2] [0 1] [1 2] [2 3])
    [h kept] [(.zeros space u) (.zeros space u)])
  (if before
    (setv
      [product-n] product-n
      n (.zeros space u))
    (setv bias-n (get bias #(1 (slice (* 2 u) None)))))
  (defn advance [x]
    (setv [x-z-r x-n] (_parts x u [0 2] [2 3]))
    (product h gates)
    (add z-r x-z-r z-r)
    (open z-r)
    (if before
      (do
        (multiply r h kept)
        (product-n kept n))
      (do
        (add n bias-n n)
        (multiply r n n)))
    (add n x-n n)
    (tanh n n)
    (subtract h n h)
    (multiply z h h)
    (add h n h))
  #(advance [h]))


(defn _open-softly [gates]
  "Replace `gates`, x, by ½·tanh(x) + ½, which is σ(2x)."
  (tanh gates gates)
  (multiply gates HALF gates)
  (add gates HALF gates))


(defn _open-hard [gates]
  "Replace `gates`, x, by x + ½ clipped to 0 and 1, as in Keras 3."
  (add gates HALF gates)
  (np.clip gates 0 1 gates))


(defn _parts [array u #* ranges]
  "Return views of `array` (…, n × u), one for each range from start to end in units of `u`."
  (lfor [start end] ranges (ncut array ... (: (* start u) (* end u)))))


;; The function that makes a step for each kind of layer.
(setv STEPS {"lstm" _make-lstm  "gru" _make-gru})
