#[[Activation regularization and temporal activation regularization of recurrent layers.

From Merity and others 2017, 'Revisiting Activation Regularization for Language RNNs': training
keeps what a layer gives out small, and alike from one place in the text to the next. A large
network learns faster by it, and knows its text by heart later (bench/README.md).]]

(import
  math
  keras [ops])

(setv
  ;; How much it costs to be large, and to change: the values of that work's authors for words,
  ;; which suit characters too.
  ALPHA 2
  BETA 1
  ;; Units from which on it pays; smaller networks, and so most small texts, end worse by it.
  LARGE 512)


(defn regularized [outputs]
  #[[Return the `outputs` (B, T, u) of a recurrent layer in training, as they are.

  On the way back α·mean(h²) + β·mean((hₜ − hₜ₋₁)²) is added to the loss, both means over all
  B × T × u numbers; the loss that is shown stays that of the text alone.]]
  (defn [ops.custom-gradient] same [h]
    (defn gradient [#* arguments [upstream None]]
      (setv [of-loss] (if (is upstream None) arguments [upstream]))  ; PyTorch gives it by name
      (+ of-loss (penalty-gradient h)))
    #(h gradient))
  (same outputs))


(defn penalty-gradient [h]
  "Return the gradient (B, T, u) of what is added to the loss for the outputs `h`."
  (setv
    all (slice None)
    ;; What stands before and after each place; at both ends it is the place itself.
    before (ops.concatenate [(get h #(all (slice 1))) (get h #(all (slice -1)))] 1)
    after (ops.concatenate [(get h #(all (slice 1 None))) (get h #(all (slice -1 None)))] 1))
  (* (/ 2 (math.prod h.shape)) (- (* (+ ALPHA (* 2 BETA)) h) (* BETA (+ before after)))))
