#[[Two models of the same network and pieces → one with the averages of their weights.

    hy corpora/average.hy FIRST SECOND SHARE MODEL

SHARE, from 0 to 1, is that of the second. If the second is the first trained on, the average often
predicts what it learned last nearly as well, and what it began to forget better (bench/log.md).]]

(eval-when-compile (require hyrule [unless]))
(import
  pathlib [Path]
  sys
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint])


(defn average [first second share]
  "Return the `Checkpoint` `second` with averaged weights, `share` being that of its own."
  (unless (= first.vocabulary.units second.vocabulary.units)
    (raise (ValueError "the models have different vocabularies")))
  (setv second.weights (lfor
    [a b] (zip first.weights second.weights)
    (+ (* (- 1 share) (.astype a "float32")) (* share (.astype b "float32")))))
  second)


(when (= __name__ "__main__")
  (setv [first second share model] (cut sys.argv 1 None))
  (save-checkpoint
    (average (load-checkpoint first) (load-checkpoint second) (float share))
    (Path model)))
