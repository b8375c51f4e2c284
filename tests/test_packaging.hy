"The package as others get it: a wheel with bytecode, four ways to start it, and light imports."

(import
  os
  pathlib [Path]
  re
  shutil
  subprocess
  sys
  sysconfig
  venv
  zipfile [ZipFile]
  pytest
  tests.helpers [ROOT])

(setv
  PACKAGE (/ ROOT "lstm_textgen")
  PATHS (lfor path (.rglob PACKAGE "*.hy") (.relative-to path PACKAGE))
  ;; What a start must not wait for.
  HEAVY ["hyrule" "jax" "keras" "tensorflow" "torch"]
  SITE (Path (sysconfig.get-path "purelib")))


(defn run [folder #* command [path []]]
  "Run `command` in `folder`, with the folders `path` before the others on PYTHONPATH; its output."
  (setv result (subprocess.run (list (map str command))
    :cwd folder :capture-output True :text True :timeout 300
    :env {#** os.environ
      "PYTHONPATH" (.join os.pathsep (map str path))
      "PATH" (.join os.pathsep [(str (. (Path sys.executable) parent)) (get os.environ "PATH")])}))
  (assert (= result.returncode 0) (+ result.stdout result.stderr))
  result.stdout)


(defn pip [folder #* arguments]
  "Let pip work in `folder` with nothing but what is here."
  (run folder sys.executable "-m" "pip" #* arguments "--quiet" "--no-deps" "--no-index" "--no-build-isolation"))


(defn copy-tree [folder]
  "Copy what makes the package into `folder`, without bytecode."
  (shutil.copytree (/ ROOT "lstm_textgen") (/ folder "lstm_textgen") :ignore (shutil.ignore-patterns "__pycache__"))
  (for [name ["setup.py" "pyproject.toml" "README.md" "LICENSE" "train.hy"]]
    (shutil.copy (/ ROOT name) folder))
  folder)


(defn [(pytest.fixture :scope "module")] wheel [tmp-path-factory]
  (setv tree (copy-tree (tmp-path-factory.mktemp "tree")))
  (pip tree "wheel" "--wheel-dir" "dist" ".")
  (next (.glob (/ tree "dist") "*.whl")))


(defn [(pytest.fixture :scope "module")] site [wheel tmp-path-factory]
  "A folder in which the wheel is installed, far from the tree."
  (setv folder (tmp-path-factory.mktemp "site"))
  (pip folder "install" "--target" folder wheel)
  folder)


(defn test-the-wheel-holds-each-module-with-bytecode-and-the-types [wheel]
  (setv names (.namelist (ZipFile wheel)))
  (for [path PATHS]
    (setv cached f"{path.stem}.{sys.implementation.cache-tag}.pyc")
    (assert (in f"lstm_textgen/{(.as-posix path)}" names))
    (assert (in (.as-posix (/ (Path "lstm_textgen") path.parent "__pycache__" cached)) names)))
  (assert (in "lstm_textgen/pages/assets/score.html" names))
  (assert (in "lstm_textgen/__init__.pyi" names))
  (assert (in "lstm_textgen/py.typed" names))
  (assert (not (lfor name names  :if (.startswith name "tests")  name))))


(defn test-what-is-installed-runs-without-compiling [site]
  (setv modules (lfor
    path PATHS
    :setv name (.replace (.as-posix (.with-suffix path "")) "/" ".")
    :if (not (re.search "__main__|network|training|learner|parallel|backends" name))
    f"lstm_textgen.{(.removesuffix name ".__init__")}"))
  (run site sys.executable "-c" #[[
import importlib, sys, hy, hy.importer
def refuse(*arguments, **named): raise AssertionError("a module was compiled")
hy.importer.hy_compile = refuse
for name in sys.argv[1:]: assert importlib.import_module(name).__file__.startswith(sys.path[1])
]] #* modules :path [site])
  None)


(defn test-four-ways-to-start-are-the-same-program [site tmp-path]
  (setv texts (lfor
    command [
      [(/ site "bin" "lstm-textgen")]
      [(/ site "bin" "train.hy")]
      [sys.executable "-m" "lstm_textgen"]
      [sys.executable "-m" "hy" (/ site "bin" "train.hy")]]
    (run tmp-path #* command "--version" :path [site])))
  (assert (= (set texts) #{"lstm_textgen 0.1.0\n"})))


(defn test-the-script-of-the-tree-starts-too []
  (for [command [["./train.hy"] [sys.executable "-m" "hy" "train.hy"]]]
    (assert (= (run ROOT #* command "--version") "lstm_textgen 0.1.0\n"))))


(defn test-an-editable-install-runs-the-tree [tmp-path]
  (setv
    tree (copy-tree (/ tmp-path "tree"))
    place (/ tmp-path "venv"))
  (venv.create place :symlinks True)
  ;; Lend the new environment what else is installed here, as pip shall fetch nothing.
  (setv own (next (.glob place "lib/*/site-packages")))
  (for [entry (.iterdir SITE)  :if (not (.startswith entry.name "lstm_textgen"))]
    (.symlink-to (/ own entry.name) entry))
  (pip tree "--python" (/ place "bin" "python") "install" "--editable" ".")
  (assert (= (run tmp-path (/ place "bin" "lstm-textgen") "--version") "lstm_textgen 0.1.0\n"))
  (assert (= (run tmp-path (/ place "bin" "python") "-c" "import lstm_textgen.cli as c; print(c.__file__)")
    f"{(/ tree "lstm_textgen" "cli" "__init__.hy")}\n")))


(defn imported [site folder code #* arguments]
  "The modules that are imported once the Python program `code` has run with the package from `site`."
  (setv show "\nimport sys; print('\\n' + ' '.join(sys.modules))")
  (.split (get (.splitlines (run folder sys.executable "-c" (+ code show) #* arguments :path [site])) -1)))


(defn test-the-import-and-the-help-need-only-hy [site tmp-path]
  (for [code ["import lstm_textgen" "import lstm_textgen.cli.flags as f; f.make_parser().format_help()"]]
    (setv modules (imported site tmp-path code))
    (assert (in "hy" modules))
    (for [name [#* HEAVY "h5py" "numpy" "rich"]]
      (assert (not-in name modules)))))


(defn test-writing-needs-no-keras [site trained]
  (setv modules (imported site trained "import sys, lstm_textgen.cli as c; assert c.main(sys.argv[1:]) == 0"
    "--generate" "the" "--length" 20))
  (assert (in "numpy" modules))
  (for [name HEAVY]
    (assert (not-in name modules))))


(defn test-the-names-of-the-face-are-those-of-the-types []
  (setv types (.read-text (/ ROOT "lstm_textgen" "__init__.pyi")))
  (import lstm_textgen)
  (for [name lstm_textgen.__all__]
    (assert (or (in f"def {name}(" types) (in f"class {name}" types) (in f"{name}: str" types)))
    (assert (hasattr lstm_textgen name))))
