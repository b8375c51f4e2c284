"Small models for tests and for bench/fuzz.hy: made at once, never trained."

(import
  numpy :as np
  lstm_textgen.checkpoint [Checkpoint TEXTS _digest weight-shapes]
  lstm_textgen.settings [new-settings]
  lstm_textgen.vocabulary [Vocabulary])

(setv TEXT "hello, world\n")


(defn small-model [[rng-seed 1] [layers "lstm:6,dropout:0.1,gru:5"] [unit "characters"] [resume True]]
  "Make a model with random weights, of the layers described, and with an epoch behind it."
  (setv
    rng (np.random.default-rng rng-seed)
    vocabulary (Vocabulary.build TEXT unit)
    settings (new-settings {"layers" layers  "unit" unit  "epochs" 50})
    checkpoint (Checkpoint [] vocabulary settings []))
  (.update settings :embedding 4 :beginning (vocabulary.decode [1]) :recipe None)
  (setv
    checkpoint.history [{"epoch" 1  "loss" 2.5  "validation_loss" 2.25  "text" "13:0123abcd"}]
    checkpoint.weights (lfor
      [_ shape] (weight-shapes checkpoint.layers (len vocabulary) 4)
      (.astype (.normal rng :size shape) "float32")))
  (when resume
    (setv checkpoint.resume {
      "state" {"epoch" 1  "step" 3  "updates" 9  "loss_sum" 7.5  "text" "13:0123abcd"}
      "variables" (lfor  weight checkpoint.weights  (* weight 2))
      "optimizer" [(np.asarray 9 "int64") #* checkpoint.weights (np.asarray [1 2] "uint32")]}))
  checkpoint)


(defn same-model? [a b]
  "Whether two models are equal to the last bit, what they need to go on training included."
  (defn arrays [model]
    (lfor
      array [#* model.weights
        #* (if model.resume (+ (get model.resume "variables") (get model.resume "optimizer")) [])]
      #(array.dtype.str array.shape (.tobytes array))))
  (and
    (= (arrays a) (arrays b))
    (= (a.vocabulary.to-json) (b.vocabulary.to-json))
    (= a.settings b.settings)
    (= a.history b.history)
    (= (bool a.resume) (bool b.resume))
    (or (not a.resume) (= (get a.resume "state") (get b.resume "state")))))


(defn seal [file]
  "Make the checksums in an open HDF5 `file` right again, as a stranger would who has changed it."
  (setv
    texts (lfor  name TEXTS  (get file "lstm_textgen" name #()))
    weights (lfor
      layer ["embedding" "lstm_1" "gru_3" "dense"]
      weight (get (. (get file "model_weights" layer) attrs) "weight_names")
      (get file "model_weights" layer weight #()))
    resume (get file "lstm_textgen" "resume")
    state (get resume "state" #())
    arrays (lfor
      part ["variables" "optimizer"]
      n (range (len (get resume part)))
      (get resume part (str n) #())))
  (setv
    (get (. (get file "lstm_textgen") attrs) "sha256") (_digest [#* texts #* weights])
    (get resume.attrs "sha256") (_digest [state #* arrays])))
