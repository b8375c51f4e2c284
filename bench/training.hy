#[[How fast networks train beside PyTorch's and stock Keras': `python -m hy bench/training.hy`.

All train the same network on the same batches with Adam and clipped gradients, in turns, in this
one process; the table gives medians, and the median of the ratios within each round. The last
column is the share of the machine's own rate of float32 matrix products, measured in the same
rounds: 6 operations for each weight and character (2 forward, 4 backward; the embedding counts as
looked up). Needs the extra `bench` (PyTorch).]]

(import
  statistics [median]
  keras
  numpy :as np
  torch
  bench.common [in-turns print-header print-row times-faster]
  lstm-textgen.layers [NetworkSpec parse-layers]
  lstm-textgen.machine [cores]
  lstm-textgen.parallel.cores [make-learner])

(setv
  ROUNDS 9
  STEPS 2    ; in a round
  VOCABULARY 65
  EMBEDDING 64
  WINDOW 64
  RATE 1e-3  ; of learning
  SIDE 2048  ; of the square matrices that measure the machine
  ;; Layers, and rows of a batch.
  NETWORKS [#("128" 128) #("256,256" 64) #("512" 64) #("384" 32) #("gru:256" 64)]
  ;; What stock Keras and PyTorch call a layer, and how many gates it has.
  KINDS {"lstm" ["LSTM" 4]  "gru" ["GRU" 3]})


(defn main []
  "Compare all networks."
  (torch.set-num-threads (cores))
  (print-header "network" "" "characters/s" "ours is faster by" "of the product rate")
  (for [[text rows] NETWORKS]
    (compare text rows)))


(defn compare [text rows]
  "Train the layers that `text` describes in turns; print a row for each contestant."
  (setv
    layers (parse-layers text)
    x (.integers (np.random.default-rng 1) 0 VOCABULARY #(rows WINDOW) :dtype "int32")
    y (np.roll x -1 1)
    matrices (lfor _ "ab" (torch.rand SIDE SIDE))
    times (in-turns
      {"ours" (steps (ours layers rows) x y)
       "PyTorch" (steps (pytorch layers) x y)
       "stock Keras, XLA" (steps (stock-keras layers rows) x y)
       "product" (fn [] (torch.mm #* matrices))}
      ROUNDS)
    product-rate (/ (* 2 (** SIDE 3)) (median (.pop times "product"))))
  (for [[name seconds] (.items times)]
    (setv
      speed (/ (* STEPS rows WINDOW) (median seconds))
      ratio f"{(times-faster (get times "ours") seconds) :.2f}×"
      share (/ (* speed (operations layers)) product-rate))
    (print-row f"{text}, batch {rows}" name f"{speed :,.0f}"
      (if (= name "ours") "" ratio)
      f"{share :.0%}")))


(defn steps [learn x y]
  "Return a function that learns from the batch x, y as often as a round asks."
  (fn []
    (for [_ (range STEPS)]
      (learn x y))))


(defn operations [layers]
  "Return the operations for each character: 6 for each weight of a kernel that it passes."
  (setv [_ gates sizes] (described layers))
  (* 6 (+
    (sum (gfor [inner size] (zip [0 #* sizes] sizes) (* gates size (+ inner size))))
    (* VOCABULARY (get sizes -1)))))


(defn described [layers]
  "Return what stock Keras and PyTorch call `layers`, how many gates they have, and their sizes."
  [#* (get KINDS (. (get layers 0) kind)) (lfor layer layers.recurrent layer.size)])


;; * Contestants: each is a function that learns from a batch

(defn ours [layers rows]
  "Learn as this package's training does."
  (setv spec (NetworkSpec layers VOCABULARY EMBEDDING))
  (. (make-learner spec #(rows WINDOW) 1 RATE) learn))


(defn stock-keras [layers rows]
  "Learn by stock layers, compiled by XLA as a whole."
  (setv
    [name _ sizes] (described layers)
    kind (getattr keras.layers name)
    model (keras.Sequential [
      (keras.Input :batch-shape #(rows WINDOW) :dtype "int32")
      (keras.layers.Embedding VOCABULARY EMBEDDING)
      #* (lfor size sizes (kind size :return-sequences True))
      (keras.layers.Dense VOCABULARY)]))
  (.compile model
    :loss (keras.losses.SparseCategoricalCrossentropy :from-logits True)
    :optimizer (keras.optimizers.Adam RATE :global-clipnorm 1.0)
    :jit-compile True)
  (fn [x y] (float (.train-on-batch model x y))))


(defn pytorch [layers]
  "Learn by PyTorch, stateful from batch to batch as its users write it."
  (setv
    [name _ sizes] (described layers)
    embedding (torch.nn.Embedding VOCABULARY EMBEDDING)
    kind (getattr torch.nn name)
    recurrent (kind EMBEDDING (get sizes 0) (len sizes) :batch-first True)
    dense (torch.nn.Linear (get sizes 0) VOCABULARY)
    weights (lfor part [embedding recurrent dense] w (.parameters part) w)
    optimizer (torch.optim.Adam weights RATE)
    state None)
  (fn [x y]
    (nonlocal state)
    (.zero-grad optimizer)
    (setv
      [hidden last] (recurrent (embedding (torch.from-numpy x)) state)
      state (if (isinstance last tuple) (lfor s last (.detach s)) (.detach last))
      logits (.flatten (dense hidden) 0 1)
      targets (.flatten (.long (torch.from-numpy y)))
      loss (torch.nn.functional.cross-entropy logits targets))
    (.backward loss)
    (torch.nn.utils.clip-grad-norm_ weights 1.0)
    (.step optimizer)
    (.item loss)))


(main)
