#[[The network in NumPy: one step of one or of many streams of text at once.

It needs no Keras, so a program that only writes starts in a fraction of a second, and one step of a small network takes about ten microseconds, of which half is the product with the recurrent weights. Three things make it fast: the embedding and the first kernel are multiplied once, when the network is built, so that the first layer's input is one row of a table; every result goes into a buffer made beforehand; and σ(x) is ½ + ½·tanh(½x), with the inner ½ already in the weights.

Shapes are given for many streams; one stream alone has no axis for streams.]]

(eval-when-compile (require hyrule [unless]))

(import
  contextlib [contextmanager]
  functools [cache]
  math [ceil]
  numpy :as np
  numpy [add multiply subtract tanh]
  threadpoolctl [ThreadpoolController]
  lstm_textgen.vocabulary [Vocabulary])

(setv
  HALF (np.asarray 0.5 "float32")  ; an array: a Python number costs ufuncs 0.3 µs more
  ;; The order in which a step wants the gates: Keras' place of each, and what its weights are multiplied by.
  LSTM-GATES [#(3 0.5) #(0 0.5) #(1 0.5) #(2 1)]  ; Keras has i f c o
  GRU-GATES [#(0 0.5) #(1 0.5) #(2 1)]  ; Keras has z r h
  HARD-GATES [#(3 (/ 1 6)) #(0 (/ 1 6)) #(1 (/ 1 6)) #(2 1)]
  GATES {"lstm" LSTM-GATES  "gru" GRU-GATES  "lstm-hard" HARD-GATES}
  MAX-TABLE (** 2 24)  ; numbers (64 MB): beyond it, the embedding is not multiplied beforehand
  THREAD-WORK (** 2 19))  ; multiplications in a product for which a further thread pays (measured)


(defclass Engine []
  #[[A network that reads ids and says what may come next.

  `layers` is a list of (kind, size), `weights` a list of arrays in Keras' order: the embedding (vocabulary, dimensions), for each recurrent layer kernel, recurrent kernel and bias, then the dense kernel and bias. The formulae are those of Keras' `LSTM`, of the same with `hard_sigmoid` gates (`lstm-hard`), and of its `GRU` with `reset_after=True`. Dropout does nothing when a network writes.

  `logits` (streams, vocabulary) holds the answer to the last step, `state` every array that a step changes and the next one reads, and `threads` says how many BLAS threads its products are worth.]]

  (defn __init__ [self layers weights [streams 1]]
    (setv
      kinds (lfor  [kind _] layers  :if (in kind GATES)  kind)
      [embedding #* recurrent kernel bias] weights
      self.streams streams
      self.layers []
      self.threads (ceil (/ (* streams (max (gfor  w weights  w.size))) THREAD-WORK))
      self.state [(_zeros streams (len bias))]
      self.logits (get self.state 0)
      self._dense (_product kernel streams)
      self._bias bias)
    (for [[n kind] (enumerate kinds)]
      (setv [kernel recurrent-kernel bias] (_arrange kind #* (cut recurrent (* 3 n) (* 3 (+ n 1)))))
      (setv [advance state] ((get MAKERS kind) recurrent-kernel bias streams))
      (if (= n 0)
        (setv self._look-up (_make-look-up self.layers embedding kernel bias streams))
        (.append self.layers (_make-input kernel bias streams)))
      (.append self.layers advance)
      (.extend self.state state)))

  (defn advance [self ids]
    "Read `ids` (streams,); return the last recurrent layer's output (streams, units), which the next step overwrites."
    (setv x (self._look-up ids))
    (for [layer self.layers]
      (setv x (layer x)))
    x)

  (defn step [self ids]
    "Read one id for each stream, `ids` (streams,) or an integer; return the logits (streams, vocabulary), a buffer that the next step overwrites."
    (self._dense (self.advance ids) self.logits)
    (add self.logits self._bias self.logits))

  (defn feed [self ids]
    "Read `ids` (time, streams); return the logits after the last of them. No ids leave all as it was."
    (for [now (cut ids -1)]
      (self.advance now))
    (for [now (cut ids -1 None)]
      (self.step now))
    self.logits)

  (defn reset [self]
    "Forget everything read."
    (for [array self.state]
      (.fill array 0)))

  (defn adopt [self stream other]
    "Let the stream with that number go on where `other`, an engine of one stream with the same network, stands."
    (for [[mine theirs] (zip self.state other.state)]
      (setv (get mine stream) theirs))))


(defclass MixedEngine []
  #[[Engines that write together: the probabilities of each, multiplied by its share and added up.

  `places` has for each engine the ids (its vocabulary,) that its units have in the common vocabulary of `size` units, and `shares` sum to 1. A unit that an engine lacks has probability 0 with it; reading one leaves that engine as it was, unless its `unknown` id stands for such units. The logits are the logarithms of the mixed probabilities.]]

  (defn __init__ [self engines places unknowns shares size]
    (setv
      self.engines engines
      self.places places
      self.shares shares
      self.streams (. (get engines 0) streams)
      self.threads (max (gfor  engine engines  engine.threads))
      self.logits (_zeros self.streams size "float64")
      self._own (lfor
        [place unknown] (zip places unknowns)
        :setv own (np.full size (if (is unknown None) -1 unknown))
        :do (setv (get own place) (np.arange (len place)))
        own)))

  (defn [property] state [self]
    "Every array that a step changes and the next one reads."
    [self.logits #* (gfor  engine self.engines  array engine.state  array)])

  (defn step [self ids]
    "Read one id of the common vocabulary for each stream; return the logits (streams, size)."
    (.fill self.logits 0)
    (for [[engine own place share] (zip self.engines self._own self.places self.shares)]
      (_step-known engine (get own ids))
      (+= (get self.logits #(... place)) (* share (softmax engine.logits))))
    (with [_ (np.errstate :divide "ignore")]  ; log 0 = -inf is meant
      (np.log self.logits self.logits)))

  (defn feed [self ids]
    "Read `ids` (time, streams); return the logits after the last of them."
    (for [now ids]
      (self.step now))
    self.logits)

  (setv
    reset Engine.reset
    adopt Engine.adopt))


(defclass Mixture []
  #[[Two models that write together: each unit's probability is `share` times the first model's plus 1 - `share` times the second's, over the union of their vocabularies.

  A unit that one of them lacks has probability 0 with it. Raises `ValueError` unless 0 < `share` < 1 and both models are by characters or both by words.]]

  (defn __init__ [self first second [share 0.5]]
    (setv [a b] [first.vocabulary second.vocabulary])
    (unless (< 0 share 1)
      (raise (ValueError f"--mix: must be a number between 0 and 1, not {share}")))
    (unless (= a.unit b.unit)
      (raise (ValueError f"--mix: one model is by {a.unit}, the other by {b.unit}; they can't write together")))
    (setv
      self.models [first second]
      self.shares [share (- 1 share)]
      self.settings first.settings
      self.vocabulary (Vocabulary a.unit (list (dict.fromkeys (+ a.units b.units)))))))


(defn make-engine [model [streams 1]]
  "Return the engine that reads and writes for `model`."
  (unless (isinstance model Mixture)
    (return (Engine model.layers model.weights streams)))
  (setv own (lfor  m model.models  m.vocabulary))
  (MixedEngine
    (lfor  m model.models  (make-engine m streams))
    (lfor  v own  (np.array (lfor  u v.units  (get model.vocabulary.ids u))))
    (lfor  v own  v.unknown)
    model.shares
    model.vocabulary.size))


(defn softmax [logits]
  "The probabilities (…, vocabulary) of `logits`, in float64."
  (setv odds (np.exp (- logits (.max logits -1 :keepdims True)) :dtype "float64"))
  (/ odds (.sum odds -1 :keepdims True)))


(defn [contextmanager] few-threads [most]
  #[[While it is open, let BLAS use at most so many threads.

  Left alone, OpenBLAS starts a thread for every processor that it sees. Where a container may use fewer of them than that, a step waits for threads that aren't running: with 8 threads on 2 processors, one stream through 2×512 was 170 times slower.]]
  (for [[library usual] (_blas)]
    (.set-num-threads library (min usual most)))
  (try
    (yield)
    (finally
      (for [[library usual] (_blas)]
        (.set-num-threads library usual)))))


(defn [cache] _blas []
  "List each BLAS library in the process with its usual number of threads."
  (setv found (.select (ThreadpoolController) :user-api "blas"))
  (lfor  library found.lib-controllers  #(library library.num-threads)))


(defn _step-known [engine ids]
  "Let the streams whose id isn't negative take a step, the others stay as they are."
  (setv lost (< ids 0))
  (when (not (.any lost))
    (return (engine.step ids)))
  (setv kept (lfor  array engine.state  (get array lost)))
  (engine.step (np.maximum ids 0))
  (for [[array values] (zip engine.state kept)]
    (setv (get array lost) values)))


;; * The weights as a step wants them

(defn _arrange [kind kernel recurrent bias]
  "Order the gates of a layer's weights as `GATES` says, and multiply them as it says."
  (lfor
    array [kernel recurrent bias]
    :setv parts (np.split array (len (get GATES kind)) -1)
    (np.concatenate
      (lfor  [place scale] (get GATES kind)  (* (get parts place) (np.float32 scale)))
      -1)))


(defn _zeros [streams size [dtype "float32"]]
  (np.zeros (if (= streams 1) size #(streams size)) dtype))


(defn _product [weights streams]
  "Make a function of `x` (streams, in) and `out` (streams, out) that puts x · `weights` into `out`."
  (if (= streams 1)
    (. (np.ascontiguousarray weights.T) dot)
    (fn [x out] (np.matmul x weights out))))


(defn _input-bias [bias]
  "The part of a bias that may be added to a layer's input: of a GRU's two (2, 3u), all but what its reset gate will scale."
  (when (= bias.ndim 1)
    (return bias))
  (setv joined (.sum bias 0)
        units (// (len joined) 3))
  (setv (get joined (slice (* -1 units) None)) (get bias #(0 (slice (* -1 units) None))))
  joined)


(defn _make-input [kernel bias streams]
  "Make a function from a layer's input (streams, in) to what it adds to the gates (streams, gates × units)."
  (setv
    product (_product kernel streams)
    bias (_input-bias bias)
    out (_zeros streams (len bias)))
  (fn [x]
    (product x out)
    (add out bias out)))


(defn _make-look-up [layers embedding kernel bias streams]
  "Make a function from ids to the first layer's addition to the gates. Where a table of it would be too large, it looks up the embedding alone and the product becomes the first of `layers`."
  (if (<= (* (len embedding) (get kernel.shape 1)) MAX-TABLE)
    (setv table (+ (@ embedding kernel) (_input-bias bias)))
    (do
      (setv table embedding)
      (.append layers (_make-input kernel bias streams))))
  (when (= streams 1)
    (return (. (list table) __getitem__)))
  (setv out (_zeros streams (get table.shape 1)))
  (fn [ids] (.take table ids 0 out "clip")))  ; "clip" saves a copy of the whole result


;; * One step of a layer

(defn _make-lstm [recurrent bias streams]
  #[[Make #(advance state) for an LSTM layer: `advance` takes the input's addition to the gates (streams, 4u) and returns the layer's new output (streams, u).

  c ← σ(f)·c + σ(i)·tanh(g) and h ← σ(o)·tanh(c).]]
  (setv
    product (_product recurrent streams)
    [gates sigmoids _ o i-f g-c c added kept products h squashed] (_lstm-buffers (len recurrent) streams))
  (defn advance [x]
    (product h gates)
    (add gates x gates)
    (tanh gates gates)
    (multiply sigmoids HALF sigmoids)
    (add sigmoids HALF sigmoids)
    (multiply i-f g-c products)
    (add added kept c)
    (tanh c squashed)
    (multiply o squashed h))
  #(advance [h c]))


(defn _make-hard-lstm [recurrent bias streams]
  "Make #(advance state) for an LSTM layer with `hard_sigmoid` gates, as `_make-lstm` does: in the place of σ is x/6 + ½, but no less than 0 and no more than 1."
  (setv
    product (_product recurrent streams)
    [gates sigmoids g o i-f g-c c added kept products h squashed] (_lstm-buffers (len recurrent) streams))
  (defn advance [x]
    (product h gates)
    (add gates x gates)
    (tanh g g)
    (add sigmoids HALF sigmoids)
    (np.clip sigmoids 0 1 sigmoids)
    (multiply i-f g-c products)
    (add added kept c)
    (tanh c squashed)
    (multiply o squashed h))
  #(advance [h c]))


(defn _lstm-buffers [u streams]
  "Make the buffers of an LSTM layer with `u` units. One holds o, i, f, g and c side by side, so that the two products in the formula of c are one."
  (setv [buffer products] [(_zeros streams (* 5 u)) (_zeros streams (* 2 u))])
  [#* (_parts buffer u [0 4] [0 3] [3 4] [0 1] [1 3] [3 5] [4 5])
    #* (_parts products u [0 1] [1 2])
    products
    (_zeros streams u)
    (_zeros streams u)])


(defn _make-gru [recurrent bias streams]
  #[[Make #(advance state) for a GRU layer, as `_make-lstm` does for an LSTM; the addition is (streams, 3u).

  n = tanh(x + σ(r)·(h·U + b)) and h ← n + σ(z)·(h - n), which is z·h + (1 - z)·n.]]
  (setv
    u (len recurrent)
    product (_product recurrent streams)
    gates (_zeros streams (* 3 u))
    h (_zeros streams u)
    [z r z-r n] (_parts gates u [0 1] [1 2] [0 2] [2 3])
    bias (get bias #(1 (slice (* 2 u) None))))
  (defn advance [x]
    (setv [x-z-r x-n] (_parts x u [0 2] [2 3]))
    (product h gates)
    (add z-r x-z-r z-r)
    (tanh z-r z-r)
    (multiply z-r HALF z-r)
    (add z-r HALF z-r)
    (add n bias n)
    (multiply r n n)
    (add n x-n n)
    (tanh n n)
    (subtract h n h)
    (multiply z h h)
    (add h n h))
  #(advance [h]))


(defn _parts [array u #* ranges]
  "List the views of `array` (…, many × u) from the first to the second number of each range, counted in u."
  (lfor  [start end] ranges  (get array #(... (slice (* start u) (* end u))))))


(setv MAKERS {"lstm" _make-lstm  "gru" _make-gru  "lstm-hard" _make-hard-lstm})
