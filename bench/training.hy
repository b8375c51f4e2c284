#[[How fast networks train, beside PyTorch's and stock Keras' layers: `python -m hy bench/training.hy`.

All train the same network on the same batches with Adam and clipped gradients, in turns, in this one process; the table gives medians, and the middle of the ratios within each round. The last column is the share of the machine's own rate of float32 matrix products, measured in the same rounds: 6 operations for each weight and character (2 forward, 4 backward; the embedding counts as looked up). Needs the extra `bench` (PyTorch).]]

(import
  os
  sys
  time)
(.insert sys.path 0 (os.path.dirname (os.path.dirname (os.path.abspath __file__))))
(import
  statistics [median]
  lstm_textgen.layers [parse-layers recurrent-sizes]
  lstm_textgen.learner [make-learner]
  keras
  numpy :as np
  torch)

(setv
  ROUNDS 9
  VOCABULARY 65
  EMBEDDING 64
  WINDOW 64
  NETWORKS [#("128" 128) #("256,256" 64) #("512" 64) #("384" 32) #("gru:256" 64)]
  ;; What stock Keras and PyTorch call a layer, and how many gates it has.
  KINDS {"lstm" ["LSTM" 4]  "gru" ["GRU" 3]}
  RATE 1e-3)


(defn described [spec]
  "What the layers of `spec` are called, their gates, and their sizes."
  (setv layers (parse-layers spec))
  [#* (get KINDS (get layers 0 0)) (recurrent-sizes layers)])


(defn ours [spec batch]
  "As this package's training does it."
  (. (make-learner (parse-layers spec) VOCABULARY EMBEDDING batch WINDOW 1 RATE) learn))


(defn stock-keras [spec batch]
  "Stock layers, compiled by XLA as a whole."
  (setv
    [name _ sizes] (described spec)
    model (keras.Sequential [
      (keras.Input :batch-shape #(batch WINDOW) :dtype "int32")
      (keras.layers.Embedding VOCABULARY EMBEDDING)
      #* (lfor  size sizes  ((getattr keras.layers name) size :return-sequences True))
      (keras.layers.Dense VOCABULARY)]))
  (.compile model
    :loss (keras.losses.SparseCategoricalCrossentropy :from-logits True)
    :optimizer (keras.optimizers.Adam RATE :global-clipnorm 1.0)
    :jit-compile True)
  (fn [x y] (float (.train-on-batch model x y))))


(defn pytorch [spec batch]
  "The same in PyTorch, stateful from batch to batch as its users write it."
  (setv
    [name _ sizes] (described spec)
    embedding (torch.nn.Embedding VOCABULARY EMBEDDING)
    recurrent ((getattr torch.nn name) EMBEDDING (get sizes 0) (len sizes) :batch-first True)
    dense (torch.nn.Linear (get sizes 0) VOCABULARY)
    weights (lfor  part [embedding recurrent dense]  w (.parameters part)  w)
    optimizer (torch.optim.Adam weights RATE)
    state None)
  (fn [x y]
    (nonlocal state)
    (.zero-grad optimizer)
    (setv [hidden last] (recurrent (embedding (torch.from-numpy x)) state))
    (setv
      state (if (isinstance last tuple) (lfor  s last  (.detach s)) (.detach last))
      loss (torch.nn.functional.cross-entropy (.flatten (dense hidden) 0 1) (.flatten (.long (torch.from-numpy y)))))
    (.backward loss)
    (torch.nn.utils.clip-grad-norm_ weights 1.0)
    (.step optimizer)
    (.item loss)))


(defn operations [spec]
  "Operations for each character: 6 for each weight of the recurrent and dense kernels that it passes."
  (setv [_ gates sizes] (described spec))
  (* 6 (+
    (sum (gfor  [inner size] (zip [0 #* sizes] sizes)  (* gates size (+ inner size))))
    (* VOCABULARY (get sizes -1)))))


(defn product-rate []
  "Operations a second of a large float32 product."
  (setv [a b] (lfor  shape [#(2048 2048) #(2048 2048)]  (torch.rand #* shape)))
  (setv seconds (seconds-of torch.mm a b))
  (/ (* 2 (** 2048 3)) seconds))


(defn seconds-of [act #* arguments]
  (setv begun (time.perf-counter))
  (act #* arguments)
  (- (time.perf-counter) begun))


(defn compare [spec batch]
  "Train in turns; print a row for each contestant."
  (setv
    x (.integers (np.random.default-rng 1) 0 VOCABULARY #(batch WINDOW) :dtype "int32")
    y (np.roll x -1 1)
    contestants {"ours" (ours spec batch)  "PyTorch" (pytorch spec batch)  "stock Keras, XLA" (stock-keras spec batch)}
    times (dfor  name contestants  name [])
    rates [])
  (for [train (.values contestants)]  ; the first step compiles
    (train x y))
  (for [_ (range ROUNDS)]
    (.append rates (product-rate))
    (for [[name train] (.items contestants)]
      (.append (get times name) (/ (+ (seconds-of train x y) (seconds-of train x y)) 2))))
  (for [[name seconds] (.items times)]
    (setv
      speed (/ (* batch WINDOW) (median seconds))
      ratio (median (gfor  [own other] (zip (get times "ours") seconds)  (/ other own)))
      share (/ (* speed (operations spec)) (median rates)))
    (print f"| {spec}, batch {batch} | {name} | {speed :,.0f} | {(if (= name "ours") "" (.format "{:.2f}×" ratio))} | {share :.0%} |" :flush True)))


(defn main []
  (torch.set-num-threads (len (os.sched-getaffinity 0)))
  (print "| network | | characters/s | ours is faster by | of the product rate |\n|---|---|---|---|---|")
  (for [[spec batch] NETWORKS]
    (compare spec batch)))

(main)
