#[[Safety: loading a model file does no harm, whatever is changed in it.

`python -m hy bench/fuzz.hy` tries many more.]]

(import
  bench.fuzz [FAILURES fuzz])


(defn test-no-changed-file-does-harm []
  (setv counts (fuzz 100))
  (assert (= (.total counts) 100))
  (assert (> (get counts "refused") (get counts "as it was") 0))
  (assert (> (get counts "as its weights say") 0))
  (assert (= (sum (gfor name FAILURES (get counts name))) 0) counts))
