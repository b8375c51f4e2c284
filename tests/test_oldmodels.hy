"Old models: files of Keras 1 and 2 become models whose predictions equal the old formulae."

(import
  json
  re
  h5py
  keras
  numpy :as np
  pytest
  lstm-textgen.display.plain [Quiet]
  lstm-textgen.modelfile.oldmodels [import-model]
  lstm-textgen.textmodel [train]
  lstm-textgen.writing.engine [softmax]
  tests.helpers [program refusal-of refused succeeded write-text]
  tests.oldkeras [ALPHABET IDS SIZE assert-predicts layer old-hard-sigmoid sigmoid write-layer])


;; * The old formulae
;; In the words of the old files: W (in, u), U (u, u) and b (u,) for each of the gates i, c, f, o.

(defn run-lstm [xs gates squash]
  "Return the hidden states (time, u) of an LSTM over `xs` (time, in); `gates` has W, U and b."
  (setv
    u (len (get gates "i" 2))
    h (np.zeros u)
    c (np.zeros u)
    states [])
  (for [x xs]
    (setv
      z (dfor [name [W U b]] (.items gates) name (+ (@ x W) (@ h U) b))
      c (+ (* (squash (get z "f")) c) (* (squash (get z "i")) (np.tanh (get z "c"))))
      h (* (squash (get z "o")) (np.tanh c)))
    (.append states h))
  (np.array states))


(defn predict [ids layers dense squash]
  "Return the probabilities (time, vocabulary) of the old network after each of the `ids`."
  (setv xs (get (np.eye SIZE) ids))
  (for [gates layers] (setv xs (run-lstm xs gates squash)))
  (softmax (+ (@ xs (get dense 0)) (get dense 1))))


;; * Old files

(defn random-network [sizes]
  "Return random weights: the gates of each layer, and the dense layer's kernel and bias."
  (setv
    rng (np.random.default-rng 5)
    layers [])
  (defn draw [#* shape]
    (.astype (.normal rng :size shape) "float32"))
  (for [[width u] (zip [SIZE #* sizes] sizes)]
    (.append layers (dfor name "icfo" name [(draw width u) (draw u u) (draw u)])))
  #(layers [(draw (get sizes -1) SIZE) (draw SIZE)]))


(defn joined [gates part order]
  (np.concatenate (lfor name order (get gates name part)) -1))


(defn keras-1-weights [name gates]
  (lfor gate "icfo" [part array] (zip "WUb" (get gates gate)) #(f"{name}_{part}_{gate}" array)))


(defn keras-2-weights [name gates]
  (lfor
    [n part] (enumerate ["kernel" "recurrent_kernel" "bias"])
    #(f"{name}/{part}:0" (joined gates n "ifco"))))


(defn cudnn-weights [name gates]
  ;; cuDNN has the transposed matrix, in memory that is said to be of the kernel's shape.
  (defn in-columns [kernel]
    (.reshape (.flatten kernel.T) kernel.shape))
  (setv
    kernels (lfor gate "ifco" (in-columns (get gates gate 0)))
    recurrent (lfor gate "ifco" (. (get gates gate 1) T))
    bias (joined gates 2 "ifco")
    share (np.linspace -1 1 bias.size :dtype "float32"))
  [#(f"{name}/kernel:0" (np.concatenate kernels 1))
   #(f"{name}/recurrent_kernel:0" (np.concatenate recurrent 1))
   #(f"{name}/bias:0" (np.concatenate [share (- bias share)]))])


(setv MAKES {
  ;; How each make of file names a layer's class and options, and lays out an LSTM's weights.
  "Keras 1" #("LSTM" "output_dim" "inner_activation" keras-1-weights)
  "Keras 2" #("LSTM" "units" "recurrent_activation" keras-2-weights)
  "cuDNN" #("CuDNNLSTM" "units" None cudnn-weights)})


(defn old-config [make sizes gate-function #** changes]
  "Return what an old file says of its layers, one of dropout after the first among them."
  (setv
    [lstm units gates _] (get MAKES make)
    rate (if (= make "Keras 1") "p" "rate")
    options (if gates {gates gate-function  "activation" "tanh"} {})
    layers (lfor
      [n size] (enumerate sizes 1)
      (layer lstm f"lstm_{n}" #** {
        units size  #** options  "return_sequences" (< n (len sizes))
        "batch_input_shape" [None 32 SIZE]  #** changes})))
  (.insert layers 1 (layer "Dropout" "dropout_1" #** {rate 0.25}))
  (.append layers (layer "Dense" "dense_1" #** {units SIZE  "activation" "softmax"}))
  {"class_name" "Sequential"
   "config" (if (= make "cuDNN") {"name" "sequential_1"  "layers" layers} layers)})


(defn write-old-model [folder make sizes [gate-function "sigmoid"] #** changes]
  "Write a random old model and its alphabet to `folder`; return their paths, and the network."
  (setv
    [path alphabet] [(/ folder "old.h5") (/ folder "old.txt")]
    [layers [kernel bias]] (random-network sizes)
    config (old-config make sizes gate-function #** changes))
  (.write-text alphabet ALPHABET "utf-8")
  (with [file (h5py.File path "w")]
    (setv (get file.attrs "model_config") (.encode (json.dumps config)))
    (for [[n gates] (enumerate layers 1)]
      (write-layer file f"lstm_{n}" ((get MAKES make -1) f"lstm_{n}" gates)))
    (write-layer file "dense_1" (if (= make "Keras 1")
      [#("dense_1_W" kernel) #("dense_1_b" bias)]
      [#("dense_1/kernel:0" kernel) #("dense_1/bias:0" bias)])))
  #([path alphabet] #(layers [kernel bias])))


(defn [
    (pytest.mark.parametrize "sizes" [[5] [6 4]])
    (pytest.mark.parametrize #("make" "gates" "kind") [
      #("Keras 1" "sigmoid" "lstm") #("Keras 1" "hard_sigmoid" "lstm-hard")
      #("Keras 2" "sigmoid" "lstm") #("Keras 2" "hard_sigmoid" "lstm-hard")
      #("cuDNN" "sigmoid" "lstm")])]
  test-predictions-are-those-of-the-old-formulae [tmp-path make gates kind sizes]
  (setv
    [paths network] (write-old-model tmp-path make sizes gates)
    model (import-model #* paths)
    squash (if (= gates "sigmoid") sigmoid old-hard-sigmoid))
  (assert (.startswith (str model.settings.layers) f"{kind}:{(get sizes 0)},dropout:0.25"))
  (assert-predicts model tmp-path (predict IDS #* network squash)))


(defn test-the-settings-are-the-old-ones-as-far-as-known [tmp-path]
  (setv
    [paths _] (write-old-model tmp-path "Keras 2" [6 4])
    model (import-model #* paths))
  (assert (= model.vocabulary.units (list ALPHABET)))
  (assert (= (str model.settings.layers) "lstm:6,dropout:0.25,lstm:4"))
  (assert (= model.settings.lookback 32))
  (assert model.settings.lower)  ; no capital letters in the alphabet
  (assert (= model.history []))
  (assert (is model.resume None)))


(defn dropping [rate]
  "Return a configuration, as JSON, whose dropout has this `rate`."
  (setv config (old-config "Keras 2" [6] "sigmoid"))
  (setv (get config "config" 1 "config" "rate") rate)
  (json.dumps config))


(defn assert-refused [paths match]
  (assert (re.search match (refusal-of import-model #* paths))))


(defn [(pytest.mark.parametrize #("changes" "match") [
    #({"units" 7} "shape")
    #({"units" 0} "an invalid number of units")
    #({"units" "many"} "an invalid number of units")
    #({"units" (** 10 400)} "an invalid number of units")
    #({"activation" "relu"} "without tanh")
    #({"recurrent_activation" "relu"} "gates of the kind 'relu'")
    #({"go_backwards" True} "backwards")
    #({"name" "lstm_9"} "lacks 'model_weights/lstm_9'")
    #({"name" "../lstm_1"} "lacks")])]
  test-old-networks-of-other-kinds-are-refused [tmp-path changes match]
  (setv [paths _] (write-old-model tmp-path "Keras 2" [6] #** changes))
  (assert-refused paths match))


(defn [(pytest.mark.parametrize #("config" "match") [
    #(None "no 'model_config'")
    #("" "not valid JSON")
    #("{}" "no list of layers")
    #("{\"config\": [1]}" "an invalid layer entry")
    #("{\"config\": []}" "not made of LSTM")
    #((json.dumps {"config" [(layer "Lambda" "a") (layer "Dense" "b")]}) "'Lambda'")
    #* (gfor rate [-0.1 1 (** 10 400) "half" None] #((dropping rate) "an invalid rate"))])]
  test-invalid-configurations-are-refused [tmp-path config match]
  (setv [paths _] (write-old-model tmp-path "Keras 2" [6]))
  (with [file (h5py.File (get paths 0) "r+")]
    (del (get file.attrs "model_config"))
    (when (is-not config None) (setv (get file.attrs "model_config") config)))
  (assert-refused paths match))


(defn test-an-alphabet-of-another-model-is-refused [tmp-path]
  (setv [paths _] (write-old-model tmp-path "Keras 2" [6]))
  (.write-text (get paths 1) "abc")
  (assert-refused paths "predicts 8 characters but the vocabulary has 3")
  (.write-text (get paths 1) "abca")
  (assert-refused paths "not a valid vocabulary: the vocabulary lists 'a' .U.0061. twice")
  (.write-bytes (get paths 1) b"\xff\xfe")
  (assert-refused paths "not a valid vocabulary"))


;; * The program

(defn import-by-program [folder #* more]
  (program "--import" "old.h5" "--alphabet" "old.txt" "--model" "new" #* more :folder folder))


(defn test-an-import-says-what-to-do-next-and-makes-stock-keras-that-trains-on [tmp-path]
  (setv
    [_ network] (write-old-model tmp-path "Keras 2" [6] "hard_sigmoid")
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
  (assert (np.allclose (softmax logits) (predict IDS #* network old-hard-sigmoid) :atol 1e-5))
  (assert (< (get losses 2) (get losses 0))))


(defn test-a-model-that-is-there-already-stays-unless-told-otherwise [tmp-path]
  (write-old-model tmp-path "Keras 1" [6])
  (.write-bytes (/ tmp-path "new.h5") b"dear")
  (refused (import-by-program tmp-path) "new.h5" "--restart")
  (assert (= (.read-bytes (/ tmp-path "new.h5")) b"dear"))
  (assert (= (. (import-by-program tmp-path "--restart") returncode) 0))
  (assert (= (.read-bytes (/ tmp-path "new.h5.bak")) b"dear")))


(defn test-what-cannot-be-imported-is-told-in-a-line [tmp-path]
  (write-old-model tmp-path "Keras 2" [6])
  (.write-bytes (/ tmp-path "old.h5") b"\0")
  (refused (import-by-program tmp-path) "old.h5: not a usable Keras model" "not an HDF5 file")
  (.unlink (/ tmp-path "old.h5"))
  (refused (import-by-program tmp-path) "old.h5")
  (assert (not (.exists (/ tmp-path "new.h5")))))
