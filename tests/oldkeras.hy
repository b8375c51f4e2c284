"Helpers for models from Keras 1 and 2: old formulae, old files, and their comparison."

(import
  numpy :as np
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.mixture [make-engine])

(setv
  ALPHABET "\n !abcdé"
  SIZE (len ALPHABET)
  IDS [3 0 6 1 4 2 5 3 3 0])


(defn sigmoid [x]
  "Return the gates' function of `x` in most networks."
  (/ 1 (+ 1 (np.exp (- x)))))


(defn old-hard-sigmoid [x]
  "Return the gates' function in older ones: Keras 3 has another slope."
  (np.clip (+ (* 0.2 x) 0.5) 0 1))


(defn layer [kind layer-name #** config]
  "Return a file's description of a layer."
  {"class_name" kind  "config" {"name" layer-name  #** config}})


(defn write-layer [file name weights]
  "Write the named `weights` of a layer, as Keras 1 and 2 did: the names are fixed-length bytes."
  (setv
    group (.create-group file f"model_weights/{name}")
    (get group.attrs "weight_names") (np.array (lfor [name _] weights (.encode name))))
  (for [[name array] weights] (.create-dataset group name :data array)))


(defn assert-predicts [model folder expected]
  "Assert that `model`, saved and loaded again, predicts what is `expected` (time, vocabulary)."
  (save-checkpoint model (/ folder "model"))
  (setv
    model (load-checkpoint (/ folder "model"))
    engine (make-engine model)
    found (lfor n IDS (softmax (.step engine n))))
  (assert (np.allclose found expected :atol 1e-5)))
