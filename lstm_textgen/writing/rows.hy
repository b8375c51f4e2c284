#[[Any number of streams of one network in a batch, each with the same bits as alone.

BLAS multiplies vectors, small matrices and large ones with different routines, which round
differently. Here a lone row is multiplied as the first of two, weights are cut into blocks of
about `WIDTH` columns, and rows into groups small enough for OpenBLAS to always use its routine for
small matrices. That routine doesn't rearrange the weights first, so it is also faster: on one core
of an AMD EPYC, 64 rows by 256 × 1,024 weights took 0.31 ms instead of 0.45, and 2 rows by
512 × 2,048 took 0.05 ms instead of 0.48, as long as one vector.

A trial with the network itself tells whether the bits agree. On a processor or BLAS where they
don't, each row is multiplied separately.]]

(eval-when-compile (require hyrule [ncut unless]))
(import
  functools [partial]
  itertools [count]
  math [ceil]
  numpy :as np
  numpy.lib.stride-tricks [as-strided]
  lstm-textgen.writing.engine [Engine Space])

(setv
  WIDTH 64  ; columns of a block, or a few more
  LANES 16  ; numbers in the widest register: widths are multiples of it
  SMALL 1_000_000  ; multiplications up to which OpenBLAS uses its routine for small matrices
  TRIED 3)  ; steps after which bits are compared


(defclass Rows []
  #[[The engines of a network for 1 to `most` streams, which share their arrays.

  Stream k is row k of every array in `state`. `layers` and `weights` are those of an `Engine`.
  `alone` says whether each row is multiplied separately; None: only if the bits require it.]]

  (defn __init__ [self layers weights most [alone None]]
    (setv
      [self.most self._layers self._weights] [(max 2 most) layers weights]
      self.alone (bool alone))
    (._begin self)
    (when (and (is alone None) (not (.independent? self)))
      (setv self.alone True)
      (._begin self)))

  (defn _begin [self]
    "Make the arrays, as `alone` says."
    (setv
      [self._shared self._engines] [[] {}]
      self.state (. (.engine self self.most) state)))

  (defn engine [self streams]
    "Return the engine of the first `streams` rows, made when first requested."
    (unless (in streams self._engines)
      (setv
        space (_Part streams self.most self._shared self.alone)
        (get self._engines streams) (Engine self._layers self._weights streams space)))
    (get self._engines streams))

  (defn put [self row arrays]
    "Set the state of the stream in `row` to `arrays`, the `state` of an engine of one stream."
    (for [[mine theirs] (zip self.state arrays)] (setv (get mine row) theirs)))

  (defn move [self source target]
    "Move the stream in row `source` to row `target`."
    (for [array self.state] (setv (get array target) (get array source))))

  (defn independent? [self]
    "Return whether streams have the same bits in any company; reset all streams."
    (setv
      size (get (. (get self.state 0) shape) 1)
      ids (.integers (np.random.default-rng 0) size :size #(TRIED self.most))
      wanted (._logits-after self ids)
      numbers (sorted #{#* (range 1 (min 9 self.most)) (// self.most 2) (- self.most 1)}))
    (all (gfor
      n numbers
      ;; The last n streams move to the first n rows.
      (np.array-equal (._logits-after self (ncut ids : (: (- n) None)))
        (cut wanted (- n) None)))))

  (defn _logits-after [self ids]
    "Return the logits (streams, vocabulary) after `ids` (time, streams), read from the start."
    (setv streams (get ids.shape 1))
    (for [array self.state] (.fill array 0))
    (.copy (.reshape (.feed (.engine self streams) (if (= streams 1) (ncut ids : 0) ids))
      streams -1))))


(defclass _Part [Space]
  "The space of an engine of the first `streams` of `most` rows; `shared` is a list for all parts."

  (setv shared True)

  (defn __init__ [self streams most shared alone]
    (setv [self.streams self._most self._shared self._alone] [streams most shared alone]
      self._numbers (count)))

  (defn once [self make]
    "Return the result of `make` from the first engine's request."
    (setv n (next self._numbers))
    (when (= n (len self._shared)) (.append self._shared (make)))
    (get self._shared n))

  (defn zeros [self size]
    "Return the first `streams` rows of a shared array; for one stream the first (size,)."
    (setv rows (.once self (fn [] (np.zeros #(self._most size) "float32"))))
    (if (= self.streams 1) (get rows 0) (cut rows self.streams)))

  (defn product [self weights]
    "Return a function of `x` (streams, in) and `out` (streams, out), as `Space` does."
    (setv
      product (.once self (fn [] ((if self._alone _Single _Blocks) weights self._most)))
      plans {}  ; by the ids of `x` and `out`, which are kept alive for them
      [last-x last-out acts] [None None None])
    (fn [x out]
      (nonlocal last-x last-out acts)
      (unless (and (is x last-x) (is out last-out))  ; most are asked for the same each time
        (setv
          key #((id x) (id out))
          [acts last-x last-out] (or (.get plans key)
            #((.plan product x out self._two-rows) x out))
          (get plans key) #(acts x out)))
      (for [act acts] (act))))

  (defn _two-rows [self x]
    #[[Return `x` (streams, size), or one stream's `x` (size,) with the row below it in its array.

    Return None if that row isn't ours.]]
    (cond
      (= x.ndim 2) x
      (any (gfor each self._shared (is x.base each)))
        (as-strided x #(2 #* x.shape) #((get x.base.strides 0) #* x.strides)))))


(defclass _Single []
  "Multiplies rows by `weights` (in, out) one at a time."

  (defn __init__ [self weights most]
    (setv self._dot (. (np.ascontiguousarray weights.T) dot)))

  (defn plan [self x out two-rows]
    "Return functions that together set `out` (streams, out) to `x` (streams, in) · weights."
    (lfor
      [row result] (zip (np.atleast-2d x) (np.atleast-2d out))
      (partial self._dot row result))))


(defclass _Blocks []
  "Multiplies two to `most` rows by `weights` (in, out) in blocks."

  (defn __init__ [self weights most]
    (setv
      [rows columns] weights.shape
      blocks (max 1 (// columns WIDTH))
      width (* LANES (ceil (/ columns blocks LANES)))
      padded (np.zeros #(rows (* blocks width)) "float32")
      (ncut padded : (: None columns)) weights
      self._blocks (np.ascontiguousarray (.swapaxes (.reshape padded rows blocks width) 0 1))
      self._rows-at-once (max 3 (// SMALL (* rows width)))
      ;; Where `x` has no row below it or `out` lacks room, the numbers are copied.
      self._spare-x (np.zeros #(2 rows) "float32")
      self._spare-out (np.zeros #(most (* blocks width)) "float32")))

  (defn plan [self x out two-rows]
    #[[Return functions that together set `out` (streams, out) to `x` (streams, in) · weights.

    `two-rows` is a function from an array of one stream to one with the row below it, or None.]]
    (setv
      [before after] [[] []]
      [two-x two-out] [(two-rows x) (two-rows out)]
      exact (= (get out.shape -1) (get self._spare-out.shape 1)))
    (when (is two-x None)
      (setv two-x self._spare-x)
      (.append before (partial np.copyto (get two-x 0) x)))
    (unless (and exact (is-not two-out None))
      (setv two-out (cut self._spare-out (len two-x))
        result (ncut two-out : (: None (get out.shape -1))))
      (.append after (partial np.copyto out (if (= out.ndim 1) (get result 0) result))))
    [#* before #* (._products self two-x two-out) #* after])

  (defn _products [self x out]
    "Return functions that multiply groups of the rows of `x` into those of `out`."
    (setv
      [blocks _ width] self._blocks.shape
      n (len x)
      groups (ceil (/ n self._rows-at-once))
      ends (lfor k (range (+ groups 1)) (// (* k n) groups)))
    (lfor
      [start end] (zip ends (cut ends 1 None))
      :setv part (cut out start end)
      :setv [down across] part.strides
      :setv target (as-strided part #(blocks (- end start) width) #((* width across) down across))
      (partial np.matmul (cut x start end) self._blocks target))))
