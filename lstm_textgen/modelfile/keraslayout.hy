"What stock Keras finds in a model file: the weights' names and shapes, and what describes them."

(import
  hashlib
  json
  numpy :as np)

(setv KERAS-CLASS {"lstm" "LSTM"  "gru" "GRU"})


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
      wide (* units layer.gates))
    (+= shapes [
      #(f"{name}/kernel" #(width wide))
      #(f"{name}/recurrent_kernel" #(units wide))
      #(f"{name}/bias" (if layer.two-biases? #(2 wide) #(wide)))])
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
        :units layer.size :return_sequences True #** (keras-options layer))
      (_layer-config "Dropout" name :rate layer.size))))
  {"module" "keras"  "class_name" "Sequential"  "registered_name" None
   "config" {"name" "lstm_textgen"  "layers" [
     (_layer-config "InputLayer" "ids" :batch_shape [None None] :dtype "int32")
     (_layer-config "Embedding" "embedding"
       :input_dim spec.vocabulary-size :output_dim spec.embedding)
     #* middle
     (_layer-config "Dense" "dense" :units spec.vocabulary-size)]}})


(defn keras-options [layer]
  "Return the options of a recurrent `layer` that aren't Keras' defaults."
  { #** (if layer.hard {"recurrent_activation" "hard_sigmoid"} {})
    #** (if layer.before {"reset_after" False} {})})


(defn _layer-config [class-name name #** config]
  "Return what `model_config` says of one layer."
  {"module" "keras.layers"  "class_name" class-name  "registered_name" None
   "config" {"name" name  #** config}})


(defn named-layers [layers]
  #[[Return (name, layer) for each of `layers`; the name is the one that Keras and the file have.

      (named-layers (parse-layers "9,dropout:0.5"))
      ; => [#("lstm_1" (Layer "lstm" 9)) #("dropout_2" (Layer "dropout" 0.5))]
  ]]
  (lfor [n layer] (enumerate layers 1) #(f"{layer.name}_{n}" layer)))


(defn digest [arrays]
  "Return the SHA-256 (hexadecimal) of `arrays`: a flipped bit, another type or order changes it."
  (setv sha (hashlib.sha256))
  (for [array arrays]
    (.update sha (.encode f"{array.dtype.str}{array.shape}"))
    (.update sha (np.ascontiguousarray array)))
  (.hexdigest sha))
