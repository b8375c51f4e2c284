#[[How fast networks train beside PyTorch's and stock Keras': `python -m hy bench/training.hy`.

All train the same network on the same batches with Adam and clipped gradients, in turns, in this
one process; the table gives medians, and the median of the ratios within each round. PyTorch runs
in float32, and in bfloat16 as its users get it, by one line (`torch.autocast`). The last column is
the share of the rate of the fastest large product that PyTorch or TensorFlow has here in the
precision used, measured in the same rounds: 6 operations for each weight and character (2 forward,
4 backward; the embedding counts as looked up). Needs the extra `bench` (PyTorch).

PyTorch takes its memory from the system anew at each step. Who tunes it lets the allocator keep
it; with glibc by MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=4000000000 in the environment.

A processor with AVX2 alone is stood in for by `--float32`, which leaves bfloat16 out, with
ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2
XLA_FLAGS=--xla_cpu_max_isa=AVX2 in the environment.]]

(import
  functools [partial]
  statistics [median]
  sys
  keras
  numpy :as np
  tensorflow :as tf
  torch
  bench.common [in-turns print-header print-row processor times-faster]
  lstm-textgen.backends.products [bfloat16-pays?]
  lstm-textgen.backends.quiet [import-keras]
  lstm-textgen.layers [NetworkSpec parse-layers]
  lstm-textgen.machine [cores processor-flags]
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
  NETWORKS [#("128" 128) #("256,256" 64) #("384" 32) #("512" 64) #("768" 32) #("gru:256" 64)]
  SHOWN-FLAGS #{"avx2" "avx512f" "avx512_bf16" "amx_bf16" "bf16"}
  ;; What stock Keras and PyTorch call a layer, and how many gates it has.
  KINDS {"lstm" ["LSTM" 4]  "gru" ["GRU" 3]})


(defn main []
  "Compare all networks."
  (import-keras)  ; TensorFlow is set up as by the program: before its first operation is enough
  (setv low (and (bfloat16-pays?) (not-in "--float32" sys.argv)))
  (torch.set-num-threads (cores))
  (print f"{(processor)}: {(.join " " (sorted (& (processor-flags) SHOWN-FLAGS)))}\n")
  (print-header "network" "" "characters/s" "ours is faster by" "of the product rate")
  (for [[text rows] NETWORKS]
    (compare text rows low)))


(defn compare [text rows low]
  #[[Train the layers that `text` describes in turns; print a row for each contestant.

  `low`: compare in bfloat16 too.]]
  (setv
    layers (parse-layers text)
    x (.integers (np.random.default-rng 1) 0 VOCABULARY #(rows WINDOW) :dtype "int32")
    y (np.roll x -1 1)
    contestants {
      "ours" [(ours layers rows low) low]
      "PyTorch" [(pytorch layers False) False]
      #** (if low {"PyTorch, bfloat16" [(pytorch layers True) True]} {})
      "stock Keras, XLA" [(stock-keras layers rows) False]}
    times (in-turns
      {#** (dfor [name [learn _]] (.items contestants) name (steps learn x y))
       #** (products low)}
      ROUNDS))
  (for [[name [_ rounded]] (.items contestants)]
    (setv
      seconds (get times name)
      speed (/ (* STEPS rows WINDOW) (median seconds))
      ratio f"{(times-faster (get times "ours") seconds) :.2f}×"
      share (/ (* speed (operations layers)) (product-rate times rounded)))
    (print-row f"{text}, batch {rows}" name f"{speed :,.0f}"
      (if (= name "ours") "" ratio)
      f"{share :.0%}")))


(defn products [low]
  #[[Return functions that multiply two large matrices, by names #(library rounded).

  `low`: in bfloat16 too.]]
  (setv matrices (np.ones #(SIDE SIDE) "float32"))
  (dfor
    rounded (if low [False True] [False])
    [name act] (.items {
      "PyTorch" (partial torch.mm #* (lfor _ "ab"
        (.to (torch.from-numpy matrices) (if rounded torch.bfloat16 torch.float32))))
      "TensorFlow" (partial tf.matmul #* (lfor _ "ab"
        (tf.cast matrices (if rounded tf.bfloat16 tf.float32))))})
    #(name rounded) act))


(defn product-rate [times rounded]
  "Return the operations a second of the fastest of `products` in that precision."
  (/ (* 2 (** SIDE 3)) (min (gfor
    name ["PyTorch" "TensorFlow"]
    (median (get times #(name rounded)))))))


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

(defn ours [layers rows low]
  "Learn as this package's training does; with `low` in bfloat16."
  (setv spec (NetworkSpec layers VOCABULARY EMBEDDING))
  (. (make-learner spec #(rows WINDOW) 1 RATE low) learn))


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


(defn pytorch [layers low]
  "Learn by PyTorch, stateful from batch to batch as its users write it; with `low` in bfloat16."
  (setv
    [name _ sizes] (described layers)
    embedding (torch.nn.Embedding VOCABULARY EMBEDDING)
    kind (getattr torch.nn name)
    recurrent (kind EMBEDDING (get sizes 0) (len sizes) :batch-first True)
    dense (torch.nn.Linear (get sizes 0) VOCABULARY)
    weights (lfor part [embedding recurrent dense] w (.parameters part) w)
    optimizer (torch.optim.Adam weights RATE :fused True)
    state None)
  (fn [x y]
    (nonlocal state)
    (.zero-grad optimizer)
    (with [_ (torch.autocast "cpu" torch.bfloat16 :enabled low)]
      (setv
        [hidden last] (recurrent (embedding (torch.from-numpy x)) state)
        state (if (isinstance last tuple) (lfor s last (.detach s)) (.detach last))
        logits (.float (.flatten (dense hidden) 0 1))))
    (setv
      targets (.flatten (.long (torch.from-numpy y)))
      loss (torch.nn.functional.cross-entropy logits targets))
    (.backward loss)
    (torch.nn.utils.clip-grad-norm_ weights 1.0)
    (.step optimizer)
    (.item loss)))


(main)
