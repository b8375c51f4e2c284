#[[Matrix products in float32, or with factors in bfloat16 where a processor is faster at it.

bfloat16 is the upper half of a float32: the same range, 8 bits of precision. A processor with
instructions for it multiplies pairs of them and adds to a float32, at twice the rate. Only the
factors are rounded; sums, weights, states and losses stay in float32, as in Micikevicius and
others 2018, 'Mixed Precision Training'.]]

(import
  keras
  keras [ops]
  lstm-textgen.basics.machine [bfloat16? processor-flags])

(setv AMX-ROWS 64)  ; of a batch, from which on bfloat16 pays under XLA


(defn bfloat16-pays? [rows]
  #[[Return whether products in bfloat16 are faster with this processor and this backend.

  `rows` are those of a batch: within XLA a processor with AMX, which XLA leaves unused, needs 64
  of them (bench/README.md).]]
  (and
    (bfloat16?)
    (match (keras.backend.backend)
      "torch" True
      "tensorflow" (or (>= rows AMX-ROWS) (not-in "amx_bf16" (processor-flags)))
      _ False)))


(defn product [a b [bfloat16 False] [turn-b False]]
  #[[Return the product of `a` (m, k) and `b` (k, n) in float32; with `turn-b`, `b` is (n, k).

  With `bfloat16` both are rounded to that (TensorFlow alone). XLA then wants the rows of `a` in
  memory one after another: of a transpose it would take the product in float32.]]
  (if bfloat16
    (do
      (import tensorflow :as tf)
      (tf.matmul (tf.cast a tf.bfloat16) (tf.cast b tf.bfloat16)
        :transpose-b turn-b
        :output-type tf.float32))
    (ops.matmul a (if turn-b (ops.transpose b) b))))
