#[[How fast networks train beside PyTorch's and stock Keras'.

    python -m hy bench/training.hy [LAYERS@ROWS…] [--float32 | --busy]

The first networks are those that the program chooses for a text of 1 MB; LAYERS, in batches of
ROWS, are measured alone. All train the same
network on the same batches with Adam and clipped gradients, in turns, each in a process of its
own, as each would be used; the table gives medians, in characters per second, and how many times
as fast ours is, ratios of medians. "Ours" has the backend that the program chooses here, and if
that isn't TensorFlow, a column shows TensorFlow. Each has the faster format; PyTorch gets bfloat16
by one line (`torch.autocast`). It takes its memory from the system at each step; "allocator tuned"
has glibc keep it. The share is that of the rate of the fastest large product that PyTorch or
TensorFlow has here, measured in the same rounds: 6 operations for each weight and character (2
forward, 4 backward; the embedding counts as looked up). Needs the extra `bench` (PyTorch).

`--busy` compares what the program chooses among the backends and number formats, once it has timed
them, with the best of them, alone and beside one and two busy processes. The number of threads may
change, as in a run with --minutes.

`--float32` leaves bfloat16 out. To imitate a processor with AVX2 alone, set besides in the
environment ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 MKL_ENABLE_INSTRUCTIONS=AVX2
XLA_FLAGS=--xla_cpu_max_isa=AVX2. XLA's products by YNNPACK ignore that;
"--xla_cpu_max_isa=AVX2 --xla_cpu_experimental_ynn_fusion_type=" has Eigen multiply instead.]]

(import
  functools [partial]
  os
  statistics [median]
  subprocess
  sys
  numpy :as np
  bench.common [KEPT PYTHON ROOT busy-beside in-turns print-header print-row processor results
    rounds times-faster usual-networks]
  lstm-textgen.basics.machine [bfloat16? cores]
  lstm-textgen.display.plain [Display]
  lstm-textgen.learning.learner.quiet [import-keras]
  lstm-textgen.learning.learner.speed [CHOICE backends-to-choose fastest-backend formats
    time-backends]
  lstm-textgen.settings.layers [NetworkSpec parse-layers])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  ROUNDS (rounds 9)
  STEPS 2    ; in a round …
  REPEATED 10  ; … and how often a round has them if other processes are busy
  VOCABULARY 65
  EMBEDDING 64
  WINDOW 64
  RATE 1e-3  ; of learning
  SIDE 2048  ; of the square matrices that measure the machine
  ;; Layers, and rows of a batch.
  OTHERS [#("128" 128) #("256,256" 64) #("512" 64) #("768" 32)]
  LOW "bfloat16"
  HIGH "float32")


(defn main []
  "Compare all networks."
  (setv
    low (and (bfloat16?) (not-in "--float32" sys.argv))
    own (lfor word (cut sys.argv 1 None) :if (in "@" word) (.split word "@")))
  (print f"{(processor)}\n")
  (when (in "--busy" sys.argv) (return (compare-choices own)))
  (print-header "network, batch size" "ours" "share" "on TensorFlow" "PyTorch" "allocator tuned"
    "stock Keras, XLA"
    :unit "characters/s")
  (for [[layers rows] (or own [#* (usual-networks) #* OTHERS])]
    (compare layers (int rows) low)))


(defn compare [text rows low]
  "Train the layers that `text` describes, in turns; print a row. `low`: in bfloat16 too."
  (setv
    layers (parse-layers text)
    precisions (if low [HIGH LOW] [HIGH])
    chosen (or (when low (fastest-backend)) "tensorflow")
    ;; The name of a contestant, its kind and its environment; each has the faster of the formats.
    each-kind {
      "ours" ["ours" {"KERAS_BACKEND" chosen}]
      #** (if (= chosen "tensorflow")
        {}
        {"on TensorFlow" ["ours" {"KERAS_BACKEND" "tensorflow"}]})
      "PyTorch" ["pytorch" {}]
      "allocator tuned" ["pytorch" KEPT]}
    contestants {
      #** (dfor
        [name [kind environment]] (.items each-kind)
        precision precisions
        #(name precision "") [[kind precision] environment])
      "stock Keras, XLA" [["keras" HIGH] {"KERAS_BACKEND" "tensorflow"}]}
    products (dfor
      precision precisions
      library ["PyTorch" "TensorFlow"]
      #(library precision) [[library precision] {}])
    workers (dfor
      [name [what environment]] (.items {#** contestants #** products})
      name (Worker [#* what text rows] environment))
    times (in-turns (dfor [name worker] (.items workers) name worker.ask) ROUNDS))
  (for [worker (.values workers)]
    (.end worker))
  (defn speed [name] (/ (* STEPS rows WINDOW) (median (get times name))))
  (for [name each-kind]
    (setv (get times name) (get times (max
      (lfor precision precisions #(name precision "")) :key speed))))
  (setv
    rate (/ (* 2 (** SIDE 3)) (min (gfor
      each products
      (median (get times each)))))
    others ["PyTorch" "allocator tuned" "stock Keras, XLA"])
  (print-row f"{text}, {rows}" f"{(speed "ours") :,.0f}"
    f"{(/ (* (speed "ours") (operations layers)) rate) :.0%}"
    (if (in "on TensorFlow" times) f"{(speed "on TensorFlow") :,.0f}" "as ours")
    #* (gfor name others (times-faster (get times "ours") (get times name)))))


(defn compare-choices [own]
  "Print how fast the backends are in each format, alone and beside others, and what is chosen."
  (time-backends (backends-to-choose) (Display))
  (setv contestants (lfor backend CHOICE format (formats backend) #(backend format)))
  (print-header "network, batch size" "busy" #* (gfor each contestants (.join ", " each))
    "chosen, of the best"
    :keys 2 :unit "characters/s")
  (for [[layers rows] (or own [#* (usual-networks) #("384" 16) #("128" 2)])]
    (setv workers (dfor [backend format] contestants
      #(backend format) (Worker ["ours" format layers rows] {"KERAS_BACKEND" backend})))
    (for [worker (.values workers)] (.ask worker))  ; while they compile, the machine isn't idle
    (setv formats-kept {})  ; of each backend, as the program would remember them
    (for [others [0 1 2]]
      (with [_ (busy-beside others)]
        (setv chosen (or (fastest-backend) "tensorflow"))
        (setv times (in-turns
          (dfor [name worker] (.items workers) name (partial repeatedly worker.ask))
          ROUNDS)))
      (setv speeds (dfor
        [name each] (.items times)
        name (/ (* REPEATED STEPS (int rows) WINDOW) (median each))))
      (for [contestant (sorted contestants :key speeds.get)  :if (= others 0)]
        (setv (get formats-kept (get contestant 0)) contestant))
      (setv kept (get formats-kept chosen))
      (print-row f"{layers}, {rows}" others #* (gfor speed (.values speeds) f"{speed :,.0f}")
        f"{chosen}, {(/ (get speeds kept) (max (.values speeds))) :.0%}"))
    (for [worker (.values workers)] (.end worker))))


(defn repeatedly [act]
  "Let `act` happen several times, so that what changes with the load has time to do so."
  (for [_ (range REPEATED)] (act)))


(defn operations [layers]
  "Return the operations for each character: 6 for each weight of a kernel that it passes."
  (setv sizes (sizes-of layers))
  (* 6 (+
    (sum (gfor [inner size] (zip [0 #* sizes] sizes) (* 4 size (+ inner size))))
    (* VOCABULARY (get sizes -1)))))


(defn sizes-of [layers]
  "Return the hidden units of each LSTM layer."
  (lfor layer layers.recurrent layer.size))


;; * Processes

(defclass Worker []
  "A process that does `work` (the arguments of `serve`), in an `environment`, when it is asked."

  (defn __init__ [self work environment]
    (setv self.process (subprocess.Popen
      [PYTHON "-m" "hy" __file__ "--worker" #* (map str work)]
      :cwd ROOT
      :env {#** os.environ #** environment}
      :text True
      :stdin subprocess.PIPE
      :stdout subprocess.PIPE
      :stderr subprocess.DEVNULL)))

  (defn ask [self]
    "Let it do its work once."
    (print :file self.process.stdin :flush True)
    (assert (.readline self.process.stdout) "it ended before it was done"))

  (defn end [self]
    "End the process."
    (.communicate self.process)))


(defn serve [kind precision text rows]
  "Do the work that is described, once for each line that comes, and answer with a line."
  (setv
    low (= precision LOW)
    rows (int rows)
    layers (parse-layers text)
    act (match kind
      "ours" (steps (ours layers rows low) rows)
      "pytorch" (steps (pytorch layers low) rows)
      "keras" (steps (stock-keras layers rows) rows)
      _ (product kind low)))
  (for [_ sys.stdin]
    (act)
    (print :flush True)))


(defn steps [learn rows]
  "Return a function that learns from a batch of `rows` `STEPS` times."
  (setv
    x (.integers (np.random.default-rng 1) 0 VOCABULARY #(rows WINDOW) :dtype "int32")
    y (np.roll x -1 1))
  (fn []
    (for [_ (range STEPS)]
      (learn x y))))


;; * Contestants: each is a function that learns from a batch

(defn ours [layers rows low]
  "Learn as this package's training does; with `low` in bfloat16."
  (import-keras)
  (import lstm-textgen.learning.learner.choice [make-learner])
  (setv
    spec (NetworkSpec layers VOCABULARY EMBEDDING)
    learner (make-learner spec #(rows WINDOW) 1 RATE low)
    learner.in-time? True)
  learner.learn)


(defn stock-keras [layers rows]
  "Learn by stock layers, compiled by XLA as a whole."
  (import keras)
  (setv
    model (keras.Sequential [
      (keras.Input :batch-shape #(rows WINDOW) :dtype "int32")
      (keras.layers.Embedding VOCABULARY EMBEDDING)
      #* (lfor size (sizes-of layers) (keras.layers.LSTM size :return-sequences True))
      (keras.layers.Dense VOCABULARY)]))
  (.compile model
    :loss (keras.losses.SparseCategoricalCrossentropy :from-logits True)
    :optimizer (keras.optimizers.Adam RATE :global-clipnorm 1.0)
    :jit-compile True)
  (fn [x y] (float (.train-on-batch model x y))))


(defn pytorch [layers low]
  "Learn by PyTorch, stateful from batch to batch as its users write it; with `low` in bfloat16."
  (import torch)
  (torch.set-num-threads (cores))
  (setv
    sizes (sizes-of layers)
    embedding (torch.nn.Embedding VOCABULARY EMBEDDING)
    recurrent (torch.nn.LSTM EMBEDDING (get sizes 0) (len sizes) :batch-first True)
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
        state (lfor s last (.detach s))
        logits (.float (.flatten (dense hidden) 0 1))))
    (setv
      targets (.flatten (.long (torch.from-numpy y)))
      loss (torch.nn.functional.cross-entropy logits targets))
    (.backward loss)
    (torch.nn.utils.clip-grad-norm_ weights 1.0)
    (.step optimizer)
    (.item loss)))


(defn product [library low]
  "Return a function that multiplies two large matrices by that `library`; with `low` in bfloat16."
  (setv matrix (np.ones #(SIDE SIDE) "float32"))
  (if (= library "PyTorch")
    (do
      (import torch)
      (torch.set-num-threads (cores))
      (setv
        kind (if low torch.bfloat16 torch.float32)
        [a b] (lfor _ "ab" (.to (torch.from-numpy matrix) kind :copy True)))
      (fn [] (torch.mm a b)))
    (do
      (import tensorflow :as tf)
      (setv [a b] (lfor _ "ab" (tf.cast matrix (if low tf.bfloat16 tf.float32))))
      (fn [] (tf.matmul a b)))))


(if (= (cut sys.argv 1 2) ["--worker"])
  (serve #* (cut sys.argv 2 None))
  (with [_ (results __file__ EDITION)] (main)))
