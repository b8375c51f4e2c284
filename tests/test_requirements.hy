"The package's requirements, by the backend in LSTM_TEXTGEN_BACKEND at build time."

(import
  importlib.metadata [PathDistribution]
  os
  shutil
  subprocess
  sys
  packaging.requirements [Requirement]
  pytest
  tests.helpers [ROOT])

(setv METADATA "import setuptools.build_meta as b; b.prepare_metadata_for_build_wheel('.')")


(defn describe [folder backend]
  "Let setuptools describe, in `folder`, the package for a `backend`; return the finished process."
  (for [name ["README.md" "pyproject.toml" "setup.py" "lstm_textgen/__init__.py"]]
    (.mkdir (. (/ folder name) parent) :parents True :exist-ok True)
    (shutil.copy (/ ROOT name) (/ folder name)))
  (subprocess.run [sys.executable "-c" METADATA]
    :cwd folder
    :env {#** os.environ "LSTM_TEXTGEN_BACKEND" backend}
    :capture-output True
    :encoding "utf-8"))


(defn required [folder backend]
  "Return the names of what the package for a `backend` requires, without extras."
  (assert (= (. (describe folder backend) returncode) 0))
  (sfor
    line (. (PathDistribution (next (.glob folder "*.dist-info"))) requires)
    :if (not-in "extra ==" line)
    (. (Requirement line) name)))


(defn [(pytest.mark.parametrize "backend" ["tensorflow" "jax" "torch"])]
    test-the-backend-asked-for-is-required-and-no-other [tmp-path backend]
  (setv writing (required (/ tmp-path "none") "none"))
  (assert (= (- (required (/ tmp-path backend) backend) writing) #{"keras" "tokenizers" backend}))
  (assert (not (& writing #{"keras" "tokenizers" "tensorflow" "jax" "torch"}))))


(defn test-an-unknown-backend-is-refused [tmp-path]
  (setv result (describe tmp-path "theano"))
  (assert (!= result.returncode 0))
  (assert (in "is 'theano', but must be tensorflow, jax, torch or none" result.stderr)))
