#[[Models of Keras that begin with an embedding or masking, have GRU layers or a wrapped dense one.

What they predict is computed here by the old formulae, or by Keras 3 for files that it saved.]]

(import
  json
  h5py
  keras
  numpy :as np
  pytest
  lstm-textgen.modelfile.oldmodels [import-model]
  lstm-textgen.writing.engine [softmax]
  tests.helpers [refusal-of]
  tests.oldkeras [ALPHABET IDS SIZE assert-predicts layer old-hard-sigmoid sigmoid write-layer])


;; * The old formulae

(setv
  UNITS 5
  SQUASHES {"sigmoid" sigmoid  "hard_sigmoid" old-hard-sigmoid})


(defn run-gru [xs weights squash reset-after]
  #[[Return the hidden states (time, u) of a GRU over `xs` (time, in).

  `weights` has W (in, 3u), U (u, 3u) and b; gates are z, r, h. With `reset-after` b is (2, 3u).]]
  (setv
    [W U b] weights
    [input-bias state-bias] (if reset-after b [b (* 0 b)])
    h (np.zeros (len U))
    states [])
  (for [x xs]
    (setv
      [x-z x-r x-h] (np.split (+ (@ x W) input-bias) 3)
      [h-z h-r h-h] (np.split (+ (@ h U) state-bias) 3)
      z (squash (+ x-z h-z))
      r (squash (+ x-r h-r))
      new (np.tanh (+ x-h (if reset-after
        (* r h-h)
        (@ (* r h) (get U #(... (slice (* 2 UNITS) None)))))))
      h (+ (* z h) (* (- 1 z) new)))
    (.append states h))
  (np.array states))


(defn predictions [network gates reset-after [masked 0]]
  "Return the probabilities (time, vocabulary) after each of `IDS`, before which ids are `masked`."
  (setv
    [table gru [kernel bias]] network
    xs (get table (+ (np.array IDS) masked))
    logits (+ (@ (run-gru xs gru (get SQUASHES gates) reset-after) kernel) bias))
  (softmax (get logits #(... (slice masked None)))))


;; * Files

(defn draw [rng #* shape]
  (.astype (.normal rng :size shape) "float32"))


(defn write-file [path layers weights]
  "Write a file of Keras 2: its `layers`, and `weights`: (name, array) pairs by layer."
  (with [file (h5py.File path "w")]
    (setv
      (get file.attrs "keras_version") b"2.2.4"
      (get file.attrs "model_config") (.encode (json.dumps {
        "class_name" "Sequential"  "config" {"layers" layers}})))
    (for [[name pairs] (.items weights)] (write-layer file name pairs))))


(defn random-network [reset-after [ids SIZE] [width None]]
  "Return random weights: a table (ids, width) to look ids up in, a GRU's, and a dense layer's."
  (setv
    rng (np.random.default-rng 5)
    table (if width (draw rng ids width) (np.eye ids :dtype "float32"))
    wide (* 3 UNITS))
  [table
    [(draw rng (get table.shape 1) wide)
      (draw rng UNITS wide)
      (if reset-after (draw rng 2 wide) (draw rng wide))]
    [(draw rng UNITS ids) (draw rng ids)]])


(defn gru-layer [gates #** config]
  (layer "GRU" "gru_1" #** {
    "units" UNITS  "activation" "tanh"  "recurrent_activation" gates  #** config}))


(defn named [layer arrays #* names]
  "Return the pairs of a layer's names and `arrays`, as Keras 2 called them."
  (lfor [name array] (zip names arrays) #(f"{layer}/{name}:0" array)))


(defn write-network [folder network first gru last]
  "Write `network` with the layers' descriptions `first` (a list), `gru` and `last`."
  (setv
    [table weights dense] network
    name (get last "config" "name")
    embeddings (lfor each first :if (= (get each "class_name") "Embedding") each)
    path (/ folder "old.h5"))
  (.write-text (/ folder "old.txt") ALPHABET "utf-8")
  (write-file path [#* first gru last] {
    #** (if embeddings {"embedding_1" (named "embedding_1" [table] "embeddings")} {})
    "gru_1" (named "gru_1" weights "kernel" "recurrent_kernel" "bias")
    name (named name dense "kernel" "bias")})
  [path (/ folder "old.txt")])


(setv DENSE (layer "Dense" "dense_1" :units SIZE :activation "softmax"))


;; * What they predict

(defn [
    (pytest.mark.parametrize "gates" SQUASHES)
    (pytest.mark.parametrize "reset_after" [False True])]
  test-a-gru-predicts-by-the-old-formula [tmp-path gates reset-after]
  (setv
    network (random-network reset-after)
    paths (write-network tmp-path network [] (gru-layer gates :reset-after reset-after) DENSE))
  (assert-predicts (import-model #* paths) tmp-path
    (predictions network gates reset-after)))


(defn keras-1-weights [arrays]
  "Return the pairs of names and arrays of a GRU with the joined `arrays`, gate by gate."
  (lfor
    [gate #* parts] (zip "zrh" #* (gfor array arrays (np.split array 3 -1)))
    [part array] (zip "WUb" parts)
    #(f"gru_1_{part}_{gate}" array)))


(defn test-a-gru-of-keras-1-is-joined-from-its-gates [tmp-path]
  (setv
    network (random-network False)
    [path alphabet] (write-network tmp-path network [] (gru-layer "hard_sigmoid") DENSE))
  (write-file path
    [(layer "GRU" "gru_1"
        :output-dim UNITS :activation "tanh" :inner-activation "hard_sigmoid")
      (layer "TimeDistributedDense" "dense_1" :output-dim SIZE :activation "softmax")]
    {"gru_1" (keras-1-weights (get network 1))
     "dense_1" (named "dense_1" (get network 2) "W" "b")})
  (assert-predicts (import-model path alphabet) tmp-path
    (predictions network "hard_sigmoid" False)))


(defn test-a-gru-of-cudnn-is-turned [tmp-path]
  (setv
    network (random-network True)
    [table [W U b] dense] network
    turned [
      (np.concatenate (lfor w (np.split W 3 1) (.reshape (.flatten w.T) w.shape)) 1)
      (np.concatenate (lfor u (np.split U 3 1) u.T) 1)
      (.flatten b)]
    paths (write-network tmp-path [table turned dense] []
      (layer "CuDNNGRU" "gru_1" :units UNITS)
      DENSE))
  (assert-predicts (import-model #* paths) tmp-path (predictions network "sigmoid" True)))


(defn [(pytest.mark.parametrize "masked" [0 1])]
    test-an-embedding-may-come-first [tmp-path masked]
  (setv
    ids (+ SIZE masked)
    network (random-network True ids 4)
    embedding (layer "Embedding" "embedding_1"
      :input-dim ids :output-dim 4 :mask-zero (bool masked) :batch-input-shape [None 20])
    last (layer "Dense" "dense_1" :units ids :activation "softmax")
    paths (write-network tmp-path network [embedding]
      (gru-layer "sigmoid" :reset-after True) last)
    model (import-model #* paths))
  (assert (= model.settings.lookback 20))
  (assert-predicts model tmp-path (predictions network "sigmoid" True masked)))


(defn [(pytest.mark.parametrize #("first" "last") [
    #([(layer "Masking" "masking_1" :mask-value 0.0)] DENSE)
    #([] (layer "TimeDistributed" "time_distributed_1"
      :layer (layer "Dense" "dense_1" :units SIZE :activation "linear")))]
    :ids ["masking" "wrapped"])]
    test-one-hot-input-may-be-masked-and-the-last-layer-wrapped [tmp-path first last]
  (setv
    network (random-network True)
    paths (write-network tmp-path network first
      (gru-layer "sigmoid" :reset-after True :return-sequences True) last))
  (assert-predicts (import-model #* paths) tmp-path (predictions network "sigmoid" True)))


(defn imported [model folder]
  "Give a live `model` of Keras random weights; save it in `folder`, and return what is imported."
  (.set-weights model (lfor w (.get-weights model) (draw (np.random.default-rng 7) #* w.shape)))
  (.save model (/ folder "old.h5"))
  (.write-text (/ folder "old.txt") ALPHABET "utf-8")
  (import-model (/ folder "old.h5") (/ folder "old.txt")))


(defn [(pytest.mark.parametrize "make" [
    (fn [] (keras.layers.LSTM 6 :return-sequences True))
    (fn [] (keras.layers.LSTM 6 :recurrent-activation "hard_sigmoid" :return-sequences True))
    (fn [] (keras.layers.GRU 6 :return-sequences True))
    (fn [] (keras.layers.GRU 6 :reset-after False :return-sequences True))])]
    test-a-file-that-keras-3-saved-predicts-the-same [tmp-path make]
  (setv model (keras.Sequential [
    (keras.Input [None])
    (keras.layers.Embedding SIZE 4)
    (keras.layers.Dropout 0.2)
    (make)
    (make)
    (keras.layers.TimeDistributed (keras.layers.Dense SIZE))
    (keras.layers.Activation "softmax")]))
  (.compile model "adam" "sparse_categorical_crossentropy")
  (assert-predicts (imported model tmp-path) tmp-path
    (get (.predict-on-batch model (np.array [IDS])) 0)))


;; * One number for each character: its id divided by the size of the vocabulary

(defn test-a-network-that-reads-one-number-for-each-character-predicts-the-same [tmp-path]
  (setv
    model (keras.Sequential [
      (keras.Input [None 1])
      (keras.layers.LSTM 6 :return-sequences True)
      (keras.layers.LSTM 5 :return-sequences True)
      (keras.layers.Dense SIZE :activation "softmax")])
    numbers (.reshape (np.array IDS "float32") 1 -1 1))
  (assert-predicts (imported model tmp-path) tmp-path
    (get (.predict-on-batch model (/ numbers SIZE)) 0)))


;; * What is refused

(defn an-embedding [#** config]
  (layer "Embedding" "embedding_1" #** {"input_dim" SIZE  "output_dim" 4  #** config}))


(defn [(pytest.mark.parametrize #("ids" "first" "said") [
    #(SIZE [(an-embedding :mask-zero True)] "it predicts 7 characters but the vocabulary has 8")
    #(SIZE [(an-embedding :mask-zero True)] "such as a line break at the end")
    #(SIZE [(an-embedding) (layer "Masking" "masking_1")] "its masking layer skips a character")
    #(9 [(an-embedding :input-dim 9)] "it reads 9 characters but predicts 8")
    #(SIZE [(an-embedding :input-dim 0)] "an invalid number of input_dim")
    #(None [(gru-layer "sigmoid") (layer "Masking" "layer_1")] "'Masking'")
    #(None [(gru-layer "sigmoid") (layer ["LSTM"] "layer_1")] "an invalid layer entry")])]
    test-a-network-that-does-not-fit-its-alphabet-or-itself-is-refused [tmp-path ids first said]
  (setv network (if ids (random-network True ids 4) (random-network True)))
  (setv (get network 0 2) 0)  ; what masking skips
  (setv paths (write-network tmp-path network first (gru-layer "sigmoid" :reset-after True) DENSE))
  (assert (in said (refusal-of import-model #* paths))))
