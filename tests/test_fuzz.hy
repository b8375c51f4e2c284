#[[Safety: loading a model file does no harm, whatever is changed in it.

`python -m hy bench/fuzz.hy` tries many more.]]

(import
  pytest
  bench.fuzz [FAILURES fuzz])


(defn [(pytest.mark.parametrize "count" [100 (pytest.param 500 :marks pytest.mark.slow)])]
    test-no-changed-file-does-harm [count]
  (setv counts (fuzz count))
  (assert (= (.total counts) count))
  (assert (> (get counts "refused") (get counts "as it was") 0))
  (assert (> (get counts "as its weights say") 0))
  (assert (= (sum (gfor name FAILURES (get counts name))) 0) counts))
