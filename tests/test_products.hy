"Matrix products: in float32, and with factors in bfloat16, on any processor."

(import
  numpy :as np
  pytest
  tensorflow :as tf
  lstm-textgen.basics.machine :as machine
  lstm-textgen.learning.learner.choice :as choice
  lstm-textgen.learning.learner.loop [product])


(defn matrix [seed #* shape]
  (.astype (.normal (np.random.default-rng seed) :size shape) "float32"))


(defn rounded [array]
  "Return `array` with its values rounded to bfloat16."
  (.numpy (tf.cast (tf.cast array tf.bfloat16) tf.float32)))


(defn compiled [act #* arguments]
  "Return what `act` gives when XLA compiles it."
  ((tf.function act :jit-compile True :autograph False) #* (map tf.constant arguments)))


(defn [(pytest.mark.parametrize "turn_b" [False True])]
    test-a-low-product-rounds-its-factors-and-nothing-else [turn-b]
  (setv
    [a b] [(matrix 1 6 300) (matrix 2 300 40)]
    given (if turn-b b.T b)
    result (compiled (fn [a b] (product a b :bfloat16 True :turn-b turn-b)) a given))
  (assert (= result.dtype tf.float32))
  (assert (np.allclose result (@ (rounded a) (rounded b)) :atol 1e-4))
  (assert (not (np.allclose result (@ a b) :atol 1e-4)))
  (assert (np.allclose (product a given :turn-b turn-b) (@ a b) :atol 1e-4)))


(defn [(pytest.mark.parametrize #("flags" "rows" "pays") [
    [#{"avx2" "avx512_bf16"} 2 True]
    [#{"avx512_bf16" "amx_bf16"} 64 True]
    [#{"avx512_bf16" "amx_bf16"} 32 False]
    [#{"avx2" "avx512f"} 64 False]
    [#{} 64 False]])]
    test-bfloat16-is-used-where-it-is-faster [monkeypatch flags rows pays]
  (for [module [machine choice]]
    (.setattr monkeypatch module "processor_flags" (fn [] flags)))
  (assert (= (choice.bfloat16-pays? "tensorflow" rows) pays)))
