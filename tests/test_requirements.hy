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

(setv
  WRITING "requirements-writing.txt"
  METADATA "import setuptools.build_meta as b; b.prepare_metadata_for_build_wheel('.')")


(defn describe [folder backend]
  "Let setuptools describe, in `folder`, the package for a `backend`; return the finished process."
  (for [name ["README.md" "pyproject.toml" "setup.py" "lstm_textgen/__init__.py" WRITING]]
    (.mkdir (. (/ folder name) parent) :exist-ok True)
    (shutil.copy (/ ROOT name) (/ folder name)))
  (subprocess.run [sys.executable "-c" METADATA]
    :cwd folder
    :env {#** os.environ "LSTM_TEXTGEN_BACKEND" backend}
    :capture-output True
    :encoding "utf-8"))


(defn names-of [lines]
  "Return the names in `lines` of requirements, without comments and those of extras."
  (sfor
    line lines
    :if (not (or (.startswith line "#") (in "extra ==" line)))
    (. (Requirement line) name)))


(defn [(pytest.mark.parametrize #("backend" "names") [
    #("tensorflow" #{"keras" "tensorflow" "tokenizers"})
    #("jax" #{"keras" "jax" "tokenizers"})
    #("torch" #{"keras" "torch" "tokenizers"})
    #("none" #{})])]
    test-the-backend-asked-for-is-required-and-no-other [tmp-path backend names]
  (assert (= (. (describe tmp-path backend) returncode) 0))
  (setv
    requires (. (PathDistribution (next (.glob tmp-path "*.dist-info"))) requires)
    writing (names-of (.splitlines (.read-text (/ ROOT WRITING)))))
  (assert (= (names-of requires) (| writing names))))


(defn test-an-unknown-backend-is-refused [tmp-path]
  (setv result (describe tmp-path "theano"))
  (assert (!= result.returncode 0))
  (assert (in "is 'theano', but must be tensorflow, jax, torch or none" result.stderr)))
