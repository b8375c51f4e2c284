"The parts of a model file for stock Keras: the weights' names and shapes, and their description."

(import
  hashlib
  json
  numpy :as np)


(defn keras-attributes [spec]
  "Return Keras' description of the network of `spec`: a dict of each group's attributes."
  (setv
    versions {"keras_version" "3.15.0"  "backend" "tensorflow"}
    names {})
  (for [[path _] (weight-shapes spec)]
    (setv [layer weight] (.split path "/"))
    (.append (.setdefault names layer []) weight))
  {"" {"model_config" (json.dumps (keras-config spec))  #** versions}
   "model_weights" {"layer_names" (list names)  #** versions}
   #** (dfor [layer own] (.items names) f"model_weights/{layer}" {"weight_names" own})})


(defn weight-shapes [spec]
  "Return (path below `model_weights`, shape) of each weight of a `NetworkSpec`, in Keras' order."
  (setv
    size spec.vocabulary-size
    shapes [#("embedding/embeddings" #(size spec.embedding))]
    width spec.embedding)
  (for [[name layer] (named-layers spec.layers) :if layer.recurrent?]
    (setv gates (* 4 layer.size))
    (+= shapes [
      #(f"{name}/kernel" #(width gates))
      #(f"{name}/recurrent_kernel" #(layer.size gates))
      #(f"{name}/bias" #(gates))])
    (setv width layer.size))
  [#* shapes #("dense/kernel" #(width size)) #("dense/bias" #(size))])


(defn keras-config [spec]
  "Return Keras' `model_config` of `spec`: ids (batch, time) → logits (batch, time, vocabulary)."
  (setv
    size spec.vocabulary-size
    layers [
      ["InputLayer" "ids" {"batch_shape" [None None]  "dtype" "int32"}]
      ["Embedding" "embedding" {"input_dim" size  "output_dim" spec.embedding}]
      #* (lfor
        [name layer] (named-layers spec.layers)
        (if layer.recurrent?
          ["LSTM" name {"units" layer.size  "return_sequences" True}]
          ["Dropout" name {"rate" layer.size}]))
      ["Dense" "dense" {"units" size}]])
  {"module" "keras"  "class_name" "Sequential"  "registered_name" None
   "config" {"name" "lstm_textgen"  "layers" (lfor
     [class-name name config] layers
     {"module" "keras.layers"  "class_name" class-name  "registered_name" None
      "config" {"name" name  #** config}})}})


(defn named-layers [layers]
  "Return (name, layer) for each of `layers`: Keras and the file call the first LSTM lstm_1."
  (lfor [n layer] (enumerate layers 1) #(f"{layer.kind}_{n}" layer)))


(defn digest [arrays]
  "Return the SHA-256 (hexadecimal) of `arrays`: a flipped bit, another type or order changes it."
  (setv sha (hashlib.sha256))
  (for [array arrays]
    (.update sha (.encode f"{array.dtype.str}{array.shape}"))
    (.update sha (np.ascontiguousarray array)))
  (.hexdigest sha))
