"What `--version` prints: all that a report of a problem needs, without importing Keras."

(import
  contextlib [suppress]
  importlib.metadata [PackageNotFoundError version]
  platform
  lstm-textgen [__version__]
  lstm-textgen.basics.machine [bfloat16? cores gpu? processor-name]
  lstm-textgen.learning.learner.choice [fastest-backend]
  lstm-textgen.learning.learner.quiet [configured-backend])

(setv PACKAGES {
  "Hy" "hy"  "NumPy" "numpy"  "Keras" "keras"  "TensorFlow" "tensorflow"  "JAX" "jax"
  "PyTorch" "torch"})


(defn described-version []
  "Return the lines that name the program, what it runs on, the backend, the machine."
  (setv
    installed [f"Python {(platform.python-version)}"]
    backend (or (fastest-backend) (configured-backend)))
  (for [[name package] (.items PACKAGES)]
    (with [_ (suppress PackageNotFoundError)]
      (.append installed f"{name} {(version package)}")))
  (.join "\n" [
    f"lstm_textgen {__version__}"
    (.join ", " installed)
    f"backend: {backend}"
    (+ f"machine: {(platform.system)} {(platform.release)}, {(cores)} cores of {(processor-name)}"
      (if (bfloat16?) ", bfloat16" "")
      (if (gpu?) ", GPU" ""))]))
