"What stock Keras finds in a model file: the weights' names and shapes, and what describes them."

(import
  hashlib
  json
  numpy :as np)

;; For each kind of recurrent layer: Keras' class, the gates in its kernels, its options beyond
;; Keras' defaults, and whether it has a bias for its input and another for its state.
(setv
  KERAS-CLASS {"lstm" "LSTM"  "lstm-hard" "LSTM"
    "gru" "GRU"  "gru-hard" "GRU"  "gru-before" "GRU"  "gru-hard-before" "GRU"}
  GATES (dfor [kind name] (.items KERAS-CLASS) kind (get {"LSTM" 4  "GRU" 3} name))
  HARD {"recurrent_activation" "hard_sigmoid"}
  BEFORE {"reset_after" False}
  KERAS-OPTIONS {"lstm-hard" HARD  "gru-hard" HARD  "gru-before" BEFORE
    "gru-hard-before" {#** HARD #** BEFORE}}
  TWO-BIASES ["gru" "gru-hard"])


(defn keras-attributes [spec]
  "Return what describes the network of `spec` to Keras: a dict of each group's attributes."
  (setv
    versions {"keras_version" "3.15.0"  "backend" "tensorflow"}
    names {})
  (for [[path _] (weight-shapes spec)]
    (setv [layer weight] (.split path "/"))
    (.append (.setdefault names layer []) weight))
  {"" {"model_config" (json.dumps (keras-config spec))  #** versions}
   "model_weights" {"layer_names" (list names)  #** versions}
   #** (dfor
     [layer weights] (.items names)
     f"model_weights/{layer}" {"weight_names" weights})})


(defn weight-shapes [spec]
  #[[Return (path, shape) of every weight of `spec` (a `NetworkSpec`), in Keras' order.

  The path is that below the group `model_weights`.]]
  (setv
    shapes [#("embedding/embeddings" #(spec.vocabulary-size spec.embedding))]
    width spec.embedding)
  (for [[name layer] (named-layers spec.layers) :if layer.recurrent?]
    (setv
      units layer.size
      wide (* units (get GATES layer.kind)))
    (+= shapes [
      #(f"{name}/kernel" #(width wide))
      #(f"{name}/recurrent_kernel" #(units wide))
      #(f"{name}/bias" (if (in layer.kind TWO-BIASES) #(2 wide) #(wide)))])
    (setv width units))
  (+ shapes [
    #("dense/kernel" #(width spec.vocabulary-size))
    #("dense/bias" #(spec.vocabulary-size))]))


(defn keras-config [spec]
  #[[Return the `model_config` of the network of `spec`, in stock Keras layers.

  It gives ids (batch, time) → logits (batch, time, vocabulary), for any batch and time.]]
  (setv middle (lfor
    [name layer] (named-layers spec.layers)
    (if layer.recurrent?
      (_layer-config (get KERAS-CLASS layer.kind) name
        :units layer.size :return_sequences True #** (.get KERAS-OPTIONS layer.kind {}))
      (_layer-config "Dropout" name :rate layer.size))))
  {"module" "keras"  "class_name" "Sequential"  "registered_name" None
   "config" {"name" "lstm_textgen"  "layers" [
     (_layer-config "InputLayer" "ids" :batch_shape [None None] :dtype "int32")
     (_layer-config "Embedding" "embedding"
       :input_dim spec.vocabulary-size :output_dim spec.embedding)
     #* middle
     (_layer-config "Dense" "dense" :units spec.vocabulary-size)]}})


(defn _layer-config [class-name name #** config]
  "Return what `model_config` says of one layer."
  {"module" "keras.layers"  "class_name" class-name  "registered_name" None
   "config" {"name" name  #** config}})


(defn named-layers [layers]
  #[[Return (name, layer) for each of `layers`; the name is the one that Keras and the file have.

      (named-layers (parse-layers "9,dropout:0.5"))
      ; => [#("lstm_1" (Layer "lstm" 9)) #("dropout_2" (Layer "dropout" 0.5))]
  ]]
  (lfor [n layer] (enumerate layers 1) #(f"{layer.kind}_{n}" layer)))


(defn digest [arrays]
  "Return the SHA-256 (hexadecimal) of `arrays`: a flipped bit, another type or order changes it."
  (setv sha (hashlib.sha256))
  (for [array arrays]
    (.update sha (.encode f"{array.dtype.str}{array.shape}"))
    (.update sha (np.ascontiguousarray array)))
  (.hexdigest sha))
