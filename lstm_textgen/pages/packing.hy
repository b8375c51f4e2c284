#[[Weights as a page holds them, packed and unpacked.

They are 16-bit floats; those of a large model are 8-bit integers, each row with a scale. In the
browser, source/network/packing.ts does the same.]]

(eval-when-compile (require hyrule [unless]))
(import
  io [BytesIO]
  math [prod]
  numpy :as np
  lstm-textgen.basics.messages [refuse])

(setv
  WEIGHT-BITS [8 16]
  SCALE 4)  ; bytes


(defn packed [weights bits]
  #[[Return `weights`, arrays, as bytes: little-endian 16-bit floats if `bits` is 16.

  If it is 8, each row is a 32-bit float, the scale, and 8-bit integers: the loss of the base
  `english`, and of a piece-level model of tiny Shakespeare, changes by at most 0.00015 bits per
  character. Raise `ValueError` on overflow.]]
  (.join b"" (map (if (= bits 8) _scaled _halved) weights)))


(defn _halved [weight]
  "Return the bytes of `weight` as 16-bit floats."
  (with [_ (np.errstate :over "ignore")] (setv halved (.astype weight "<f2")))
  (unless (.all (np.isfinite halved))
    (refuse "the model has a weight above 65,504, which a page can't hold"))
  (.tobytes halved))


(defn _scaled [weight]
  "Return the bytes of `weight` as scales and 8-bit integers."
  (setv
    rows (.reshape weight -1 (get weight.shape -1))
    highest (.max (np.abs rows) -1 :keepdims True)
    scales (.astype (np.where highest (/ highest 127) 1) "<f4")
    numbers (.astype (np.rint (/ rows scales)) "i1"))
  (.tobytes (np.hstack [(.view scales "i1") numbers])))


(defn packed-size [shapes bits]
  "Return the number of bytes of weights of these `shapes`, of `bits` each."
  (sum (gfor shape shapes
    (if (= bits 8)
      (* (prod (cut shape -1)) (+ SCALE (get shape -1)))
      (* 2 (prod shape))))))


(defn unpacked [data shapes bits]
  "Return the weights of these `shapes` in `data`, bytes of the `packed-size`, as float32."
  (setv data (BytesIO data))
  (lfor
    shape shapes
    :setv part (.read data (packed-size [shape] bits))
    (if (= bits 8)
      (_unscaled part shape)
      (.astype (.reshape (np.frombuffer part "<f2") shape) "float32"))))


(defn _unscaled [data shape]
  "Return the inverse of `_scaled`; what is damaged may be infinite or not a number."
  (setv rows (np.frombuffer data [#("scale" "<f4" #(1)) #("numbers" "i1" #((get shape -1)))]))
  (with [_ (np.errstate :over "ignore" :invalid "ignore")]
    (.reshape (* (get rows "scale") (get rows "numbers")) shape)))
