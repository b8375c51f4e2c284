"Which backend trains where nobody has said it: PyTorch, if it is installed and faster."

(import
  json
  os
  pathlib [Path]
  re
  sys
  lstm-textgen.basics.machine [bfloat16? gpu?])

(setv
  OLDEST-TORCH #(2 6)
  PROCESS {"ours" False})  ; whether the process is the program's own: its backend may be chosen


(defn choose-freely []
  "Let `fastest-backend` choose in this process, in which nothing else needs Keras."
  (setv (get PROCESS "ours") True))


(defn fastest-backend [layers]
  #[[Return the backend to train `layers` with: \"torch\", or None for Keras' default.

  On processors with bfloat16 PyTorch trains LSTMs up to 1.3 times as fast as TensorFlow does, by
  oneDNN, small batches up to twice; GRUs, and most networks in float32, it trains more slowly
  (bench/README.md). A backend that KERAS_BACKEND or Keras' configuration names is never replaced,
  nor one that is imported.]]
  (when (and
      (get PROCESS "ours")
      (all (gfor layer layers.recurrent (= layer.name "lstm")))
      (not-in "keras" sys.modules)
      (not (os.environ.get "KERAS_BACKEND"))
      (= (_configured) "tensorflow")
      (bfloat16?)
      (not (gpu?))
      (>= (_torch-version) OLDEST-TORCH))
    "torch"))


(defn _configured []
  "Return the backend that Keras' own configuration names; `tensorflow` is what it begins with."
  (setv folder (or (os.environ.get "KERAS_HOME") (/ (Path.home) ".keras")))
  (try
    (.get (json.loads (.read-text (/ (Path folder) "keras.json") :encoding "utf-8"))
      "backend" "tensorflow")
    (except [[OSError ValueError AttributeError]]  ; then Keras takes its default too
      "tensorflow")))


(defn _torch-version []
  "Return the version of PyTorch as #(major minor), #(0 0) where it isn't installed."
  (import importlib.metadata [PackageNotFoundError version])  ; which takes 20 ms
  (try
    (tuple (map int (.groups (re.match r"(\d+)\.(\d+)" (version "torch")))))
    (except [[PackageNotFoundError AttributeError]]
      #(0 0))))
