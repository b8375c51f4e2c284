#[[Old models: files of Keras 1, 2 and 3 become models that predict the same.

What they predict is computed here by the old formulae, or by Keras 3 for files that it saved. In
these formulae a layer has W (in, gates × u), U (u, gates × u) and b (gates × u), with the gates in
the order of Keras 2, or b (2, gates × u) for a GRU that resets after its product.]]

(import
  json
  re
  h5py
  keras
  numpy :as np
  pytest
  lstm-textgen.display.plain [Quiet]
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.modelfile.oldmodels [import-model]
  lstm-textgen.textmodel [train]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.mixture [make-engine]
  tests.helpers [program refusal-of refused succeeded write-text])

(setv
  ALPHABET "\n !abcdé"
  SIZE (len ALPHABET)
  IDS [3 0 6 1 4 2 5 3 3 0]
  SQUASHES {
    "sigmoid" (fn [x] (/ 1 (+ 1 (np.exp (- x)))))
    "hard_sigmoid" (fn [x] (np.clip (+ (* 0.2 x) 0.5) 0 1))})  ; Keras 3 has another slope


;; * The old formulae

(defn run-lstm [xs W U b squash]
  "Return the hidden states (time, u) of an LSTM over `xs` (time, in)."
  (setv [h c states] [(np.zeros (len U)) 0 []])
  (for [x xs]
    (setv
      [i f new o] (np.split (+ (@ x W) (@ h U) b) 4)
      c (+ (* (squash f) c) (* (squash i) (np.tanh new)))
      h (* (squash o) (np.tanh c)))
    (.append states h))
  (np.array states))


(defn run-gru [xs W U b squash]
  "Return the hidden states (time, u) of a GRU over `xs` (time, in)."
  (setv
    after (= b.ndim 2)
    [input-bias state-bias] (if after b [b (* 0 b)])
    [h states] [(np.zeros (len U)) []])
  (for [x xs]
    (setv
      [x-z x-r x-h] (np.split (+ (@ x W) input-bias) 3)
      [h-z h-r h-h] (np.split (+ (@ h U) state-bias) 3)
      z (squash (+ x-z h-z))
      r (squash (+ x-r h-r))
      new (np.tanh (+ x-h (if after (* r h-h) (@ (* r h) (get (np.split U 3 1) 2)))))
      h (+ (* z h) (* (- 1 z) new)))
    (.append states h))
  (np.array states))


(defn predictions [network [gates "sigmoid"] [masked 0]]
  "Return the probabilities (time, vocabulary) after each of `IDS`, before which ids are `masked`."
  (setv
    [table layers [kernel bias]] network
    xs (get table (+ (np.array IDS) masked)))
  (for [[W U b] layers]
    (setv xs ((if (= (get U.shape 1) (* 4 (len U))) run-lstm run-gru) xs W U b
      (get SQUASHES gates))))
  (softmax (get (+ (@ xs kernel) bias) #(... (slice masked None)))))


(defn assert-predicts [model folder expected]
  "Assert that `model`, saved and loaded again, predicts what is `expected` (time, vocabulary)."
  (save-checkpoint model (/ folder "model"))
  (setv engine (make-engine (load-checkpoint (/ folder "model"))))
  (assert (np.allclose (lfor n IDS (softmax (.step engine n))) expected :atol 1e-5)))


;; * Old files

(defn draw [rng #* shape]
  (.astype (.normal rng :size shape) "float32"))


(defn random-network [kind sizes [ids SIZE] [width None]]
  #[[Return random weights: a table (ids, width) to look ids up in, layers, and a dense layer's.

  `kind` is that of all layers: lstm, gru or gru-after.]]
  (setv
    rng (np.random.default-rng 5)
    table (if width (draw rng ids width) (np.eye ids :dtype "float32"))
    gates (if (= kind "lstm") 4 3)
    layers (lfor
      [before u] (zip [(get table.shape 1) #* sizes] sizes)
      [(draw rng before (* gates u)) (draw rng u (* gates u))
        (if (= kind "gru-after") (draw rng 2 (* 3 u)) (draw rng (* gates u)))]))
  [table layers [(draw rng (get sizes -1) ids) (draw rng ids)]])


(defn by-gate [array U]
  "Return the parts of `array` for each gate of the layer with the recurrent kernel `U`."
  (np.split array (// (get U.shape 1) (len U)) -1))


(defn keras-1-weights [W U b]
  "Return #(name array) of a layer's weights, gate by gate in the order of Keras 1."
  (setv
    gates (list (zip #* (gfor array [W U b] (by-gate array U))))
    [names order] (if (= (len gates) 4) ["icfo" [0 2 1 3]] ["zrh" [0 1 2]]))
  (lfor
    [gate n] (zip names order)
    [part array] (zip "WUb" (get gates n))
    #(f"{part}_{gate}" array)))


(defn keras-2-weights [W U b]
  (list (zip ["kernel:0" "recurrent_kernel:0" "bias:0"] [W U b])))


(defn cudnn-weights [W U b]
  "Return them as cuDNN has them: of each gate the transposed matrix, and for LSTMs two biases."
  (defn turned [array how]
    (np.concatenate (list (map how (by-gate array U))) 1))
  (setv share (np.linspace -1 1 b.size :dtype "float32"))
  (keras-2-weights
    (turned W (fn [gate] (.reshape (.flatten gate.T) gate.shape)))
    (turned U np.transpose)
    (if (= b.ndim 2) (.flatten b) (np.concatenate [share (- b share)]))))


(setv MAKES {
  ;; How each make of file names a layer's class and options, and lays out its weights.
  "Keras 1" ["" "output_dim" "inner_activation" keras-1-weights]
  "Keras 2" ["" "units" "recurrent_activation" keras-2-weights]
  "cuDNN" ["CuDNN" "units" None cudnn-weights]})


(defn layer [kind layer-name #** config]
  "Return a file's description of a layer."
  {"class_name" kind  "config" {"name" layer-name  #** config}})


(defn dense [#** config]
  (layer "Dense" "dense" #** {"units" SIZE  "activation" "softmax"  #** config}))


(defn recurrent-layers [make kind sizes gates #** changes]
  "Return the descriptions of recurrent layers, one of dropout after the first among them."
  (setv
    [prefix units gates-key _] (get MAKES make)
    rate (if (= make "Keras 1") "p" "rate")
    layers (lfor
      [n size] (enumerate sizes 1)
      (layer (+ prefix (if (= kind "lstm") "LSTM" "GRU")) f"layer_{n}" #** {
        units size
        #** (if gates-key {gates-key gates  "activation" "tanh"} {})
        #** (if (= [make kind] ["Keras 2" "gru-after"]) {"reset_after" True} {})
        "batch_input_shape" [None 32 SIZE]  #** changes})))
  (.insert layers 1 (layer "Dropout" "dropout_1" #** {rate 0.25}))
  layers)


(defn write-model [folder make network layers]
  "Write an old model, described by `layers`, and its alphabet to `folder`; return their paths."
  (setv
    [path alphabet] [(/ folder "old.h5") (/ folder "old.txt")]
    [table recurrent [kernel bias]] network
    weights {
      "embedding" [["embeddings:0" table]]
      #** (dfor [n each] (enumerate recurrent 1) f"layer_{n}" ((get MAKES make -1) #* each))
      "dense" [["kernel:0" kernel] ["bias:0" bias]]})
  (.write-text alphabet ALPHABET "utf-8")
  (with [file (h5py.File path "w")]
    (setv (get file.attrs "model_config") (.encode (json.dumps {"class_name" "Sequential"
      "config" (if (= make "Keras 1") layers {"name" "sequential_1"  "layers" layers})})))
    (for [[name pairs] (.items weights)]
      (setv group (.create-group file f"model_weights/{name}"))
      ;; The names are fixed-length bytes.
      (setv (get group.attrs "weight_names") (np.array (lfor [each _] pairs (.encode each))))
      (for [[each array] pairs] (.create-dataset group each :data array))))
  [path alphabet])


(defn write-lstm [folder [gates "sigmoid"] [sizes [6]] #** changes]
  "Write a random LSTM of Keras 2; return the paths, and the network."
  (setv network (random-network "lstm" sizes))
  #((write-model folder "Keras 2" network
      [#* (recurrent-layers "Keras 2" "lstm" sizes gates #** changes) (dense)])
    network))


;; * What they predict

(defn [(pytest.mark.parametrize #("make" "kind" "gates" "sizes" "shown") [
    #("Keras 1" "lstm" "sigmoid" [5] "lstm:5,dropout:0.25")
    #("Keras 1" "lstm" "hard_sigmoid" [6 4] "lstm-hard:6,dropout:0.25,lstm-hard:4")
    #("Keras 1" "gru" "hard_sigmoid" [5] "gru-hard-before:5,dropout:0.25")
    #("Keras 2" "lstm" "sigmoid" [6 4] "lstm:6,dropout:0.25,lstm:4")
    #("Keras 2" "lstm" "hard_sigmoid" [5] "lstm-hard:5,dropout:0.25")
    #("Keras 2" "gru" "sigmoid" [5] "gru-before:5,dropout:0.25")
    #("Keras 2" "gru" "hard_sigmoid" [5] "gru-hard-before:5,dropout:0.25")
    #("Keras 2" "gru-after" "sigmoid" [5] "gru:5,dropout:0.25")
    #("Keras 2" "gru-after" "hard_sigmoid" [5] "gru-hard:5,dropout:0.25")
    #("cuDNN" "lstm" "sigmoid" [6 4] "lstm:6,dropout:0.25,lstm:4")
    #("cuDNN" "gru-after" "sigmoid" [5] "gru:5,dropout:0.25")])]
    test-predictions-are-those-of-the-old-formulae [tmp-path make kind gates sizes shown]
  (setv
    network (random-network kind sizes)
    last (if (= make "Keras 1")
      (layer "TimeDistributedDense" "dense" :output-dim SIZE :activation "softmax")
      (dense))
    layers [#* (recurrent-layers make kind sizes gates) last]
    model (import-model #* (write-model tmp-path make network layers)))
  (assert (= (str model.settings.layers) shown))
  (assert-predicts model tmp-path (predictions network gates)))


(defn test-the-settings-are-the-old-ones-as-far-as-known [tmp-path]
  (setv
    [paths _] (write-lstm tmp-path)
    model (import-model #* paths))
  (assert (= model.vocabulary.units (list ALPHABET)))
  (assert (= model.settings.lookback 32))
  (assert model.settings.lower)  ; no capital letters in the alphabet
  (assert (= [model.history model.resume] [[] None])))


(defn embedding [#** config]
  (layer "Embedding" "embedding" #** {"input_dim" SIZE  "output_dim" 4  #** config}))


(defn around-a-gru [folder network first last]
  "Write a GRU of `network` between the layers `first` (a list) and `last`; return the paths."
  (write-model folder "Keras 2" network
    [#* first (get (recurrent-layers "Keras 2" "gru-after" [5] "sigmoid") 0) last]))


(defn [(pytest.mark.parametrize #("first" "last" "masked") [
    #([(embedding)] (dense) 0)
    #([(embedding :input-dim (+ SIZE 1) :mask-zero True)] (dense :units (+ SIZE 1)) 1)
    #([(layer "Masking" "masking_1" :mask-value 0.0)] (dense) 0)
    #([] (layer "TimeDistributed" "dense" :layer (dense :activation "linear")) 0)]
    :ids ["embedding" "masked" "masking" "wrapped"])]
    test-an-embedding-or-a-mask-may-come-first-and-the-last-layer-be-wrapped
    [tmp-path first last masked]
  (setv
    width (when (in "Embedding" (str first)) 4)
    network (random-network "gru-after" [5] (+ SIZE masked) width)
    model (import-model #* (around-a-gru tmp-path network first last)))
  (assert-predicts model tmp-path (predictions network :masked masked)))


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

(defn [(pytest.mark.parametrize #("changes" "match") [
    #({"units" 7} "shape")
    #* (gfor units [0 "many" (** 10 400)] #({"units" units} "an invalid number of units"))
    #({"activation" "relu"} "without tanh")
    #({"recurrent_activation" "relu"} "gates of the kind 'relu'")
    #({"go_backwards" True} "backwards")
    #({"name" "lstm_9"} "lacks 'model_weights/lstm_9'")
    #({"name" "../layer_1"} "lacks")])]
    test-old-networks-of-other-kinds-are-refused [tmp-path changes match]
  (setv [paths _] (write-lstm tmp-path #** changes))
  (assert (in match (refusal-of import-model #* paths))))


(defn [(pytest.mark.parametrize #("ids" "first" "said") [
    #(SIZE [(embedding :mask-zero True)] "it predicts 7 characters but the vocabulary has 8")
    #(SIZE [(embedding :mask-zero True)] "such as a line break at the end")
    #(SIZE [(embedding) (layer "Masking" "masking_1")] "its masking layer skips a character")
    #(9 [(embedding :input-dim 9)] "it reads 9 characters but predicts 8")
    #(SIZE [(embedding :input-dim 0)] "an invalid number of input_dim")
    #(None [(layer "GRU" "b") (layer "Masking" "a")] "'Masking'")
    #(None [(layer ["LSTM"] "a")] "an invalid layer entry")])]
    test-a-network-that-does-not-fit-its-alphabet-or-itself-is-refused [tmp-path ids first said]
  (setv network (random-network "gru-after" [5] #* (if ids [ids 4] [])))
  (setv (get network 0 2) 0)  ; what masking skips
  (assert (in said (refusal-of import-model #* (around-a-gru tmp-path network first (dense))))))


(defn [(pytest.mark.parametrize #("config" "match") [
    #(None "no 'model_config'")
    #("" "not valid JSON")
    #("{}" "no list of layers")
    #("{\"config\": [1]}" "an invalid layer entry")
    #("{\"config\": []}" "not made of LSTM")
    #((json.dumps {"config" [(layer "Lambda" "a") (layer "Dense" "b")]}) "'Lambda'")
    #* (gfor rate [-0.1 1 (** 10 400) "half" None]
      #((json.dumps {"config" [
          #* (recurrent-layers "Keras 2" "lstm" [6] "sigmoid") (layer "Dropout" "a" :rate rate)
          (dense)]})
        "an invalid rate"))])]
    test-invalid-configurations-are-refused [tmp-path config match]
  (setv [paths _] (write-lstm tmp-path))
  (with [file (h5py.File (get paths 0) "r+")]
    (del (get file.attrs "model_config"))
    (when (is-not config None) (setv (get file.attrs "model_config") config)))
  (assert (in match (refusal-of import-model #* paths))))


(defn [(pytest.mark.parametrize #("alphabet" "match") [
    #(b"abc" "predicts 8 characters but the vocabulary has 3")
    #(b"abca" "not a valid vocabulary: the vocabulary lists 'a' .U.0061. twice")
    #(b"\xff\xfe" "not a valid vocabulary")])]
    test-an-alphabet-of-another-model-is-refused [tmp-path alphabet match]
  (setv [paths _] (write-lstm tmp-path))
  (.write-bytes (get paths 1) alphabet)
  (assert (re.search match (refusal-of import-model #* paths))))


;; * The program

(defn import-by-program [folder #* more]
  (program "--import" "old.h5" "--alphabet" "old.txt" "--model" "new" #* more :folder folder))


(defn test-an-import-says-what-to-do-next-and-makes-stock-keras-that-trains-on [tmp-path]
  (setv
    [_ network] (write-lstm tmp-path "hard_sigmoid")
    shown (succeeded (import-by-program tmp-path)))
  (assert (in "new.h5: 8 characters, layers lstm-hard:6,dropout:0.25\n" shown))
  (assert (in "--generate '' --length 300 --model new\n" shown))
  (setv
    stock (keras.models.load-model (/ tmp-path "new.h5"))
    logits (get (.predict-on-batch stock (np.array [IDS])) 0)
    text (write-text tmp-path (* "bead a cabé!\n" 90))
    path (/ tmp-path "new")
    model (train text path :display (Quiet) :epochs 3 :learning-rate 0.02)
    losses (lfor entry model.history (get entry "loss")))
  (assert (np.allclose (softmax logits) (predictions network "hard_sigmoid") :atol 1e-5))
  (assert (< (get losses 2) (get losses 0))))


(defn test-a-model-that-is-there-already-stays-unless-told-otherwise [tmp-path]
  (write-lstm tmp-path)
  (.write-bytes (/ tmp-path "new.h5") b"dear")
  (refused (import-by-program tmp-path) "new.h5" "--restart")
  (assert (= (.read-bytes (/ tmp-path "new.h5")) b"dear"))
  (assert (= (. (import-by-program tmp-path "--restart") returncode) 0))
  (assert (= (.read-bytes (/ tmp-path "new.h5.bak")) b"dear")))


(defn test-what-cannot-be-imported-is-told-in-a-line [here refusal]
  (setv flags ["--import" "old.h5" "--alphabet" "old.txt" "--model" "new"])
  (write-lstm here)
  (.write-bytes (/ here "old.h5") b"\0")
  (assert (re.search "old.h5: not a usable Keras model.*not an HDF5 file" (refusal #* flags)))
  (.unlink (/ here "old.h5"))
  (assert (in "old.h5: No such file" (refusal #* flags)))
  (assert (not (.exists (/ here "new.h5")))))
