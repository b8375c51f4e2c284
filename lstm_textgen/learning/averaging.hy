"The moving average of the weights, which fine-tuning validates beside the weights themselves."

(eval-when-compile (require hyrule [meth]))

(setv
  ;; In a run with validation; without, a falling rate is better (bench/log.md).
  MOVES 200      ; of the average in a run: on a GPU, copying the weights takes as long as a step
  REACH 0.33     ; share of a run over which it averages
  SOFTER 1.07)   ; what logits are divided by to see whether the model is too sure


(defclass Average []
  #[[The exponential moving average of `weights`, a list of arrays.

  Polyak and Juditsky 1992 take the mean of all steps.]]

  (meth __init__ [@weights])

  (meth move [before done weights]
    #[[Move toward what `weights` (a function) returns, as a step has taken a training on.

    `before` and `done` are the shares of the training that were done and now are.]]
    (setv moves (- (int (* MOVES done)) (int (* MOVES before))))
    (when (> moves 0)
      (setv
        part (min 1 (/ moves MOVES REACH))
        @weights (lfor [mean now] (zip @weights (weights)) (+ mean (* part (- now mean)))))))

  (meth candidates []
    #[[Return the lists of weights that may be the best.

    They are the average, and it with logits divided by `SOFTER` (temperature scaling, Guo and
    others 2017).]]
    (setv [#* others kernel bias] @weights)
    [@weights [#* others (/ kernel SOFTER) (/ bias SOFTER)]]))
