"The package as distributed: wheels, their contents, requirements and start."

(eval-when-compile (require hyrule [unless]))
(import
  importlib.metadata [PathDistribution distribution]
  os
  pathlib [Path]
  re
  shutil
  subprocess
  sys
  tarfile
  venv
  zipfile [ZipFile]
  packaging.requirements [Requirement]
  packaging.tags [compatible-tags sys-tags]
  packaging.utils [canonicalize-name parse-wheel-filename]
  pytest
  lstm-textgen
  tests.helpers [ROOT refused succeeded write-text])

(setv
  pytestmark pytest.mark.slow  ; the wheel is built, installed and tried
  BACKENDS ["tensorflow" "jax" "torch"]
  TEXTS ["dinosaurs.txt" "lighthouse.txt" "lol.txt"
    #* (gfor path (.glob (/ ROOT "corpora/ready") "*.txt") f"ready/{path.name}")]
  FOLDERS [".ci" ".github" "bench" "corpora" "docs" "examples" "lstm_textgen" "tests" "tools"]
  FILES [".gitignore" "CHANGELOG.md" "CONTRIBUTING.md" "LICENSE" "MANIFEST.in" "README.md"
    "pyproject.toml" "setup.py" "train.hy"]
  PACKAGE (/ ROOT "lstm_textgen")
  MODULES (lfor path (.rglob PACKAGE "*.hy") (.relative-to path ROOT))
  ;; What a start must not wait for.
  HEAVY ["hyrule" "jax" "keras" "tensorflow" "torch"]
  TRAINING ["keras" "tensorflow" "tokenizers"]  ; what only training needs
  BUILD "import setuptools.build_meta as b; b.build_sdist('dist')"
  DESCRIBE "import setuptools.build_meta as b; b.prepare_metadata_for_build_wheel('.')")


;; * Building and installing with nothing but what is here

(defn run [#* arguments #** options]
  "Run a command as `call` does, assert that all goes well, and return its output."
  (succeeded (call #* arguments #** options)))


(defn call [folder #* command [path []] #** environment]
  "Run `command` in `folder`, with the folders `path` as PYTHONPATH; return the finished process."
  (setv bin (. (Path sys.executable) parent))
  (subprocess.run (list (map str command))
    :cwd folder :capture-output True :text True :timeout 300
    :env {
      #** (dfor
        [name value] (.items os.environ)
        :if (not-in name ["KERAS_BACKEND" "PYTHONDONTWRITEBYTECODE"])
        name value)
      "PYTHONPATH" (.join os.pathsep (map str path))
      "PATH" f"{bin}{os.pathsep}{(get os.environ "PATH")}"
      #** environment}))


(defn pip [folder #* arguments #** environment]
  "Run pip in `folder`, where it must not fetch anything, and return its output."
  (run folder sys.executable "-m" "pip" #* arguments
    "--quiet" "--no-deps" "--no-index" "--no-build-isolation" #** environment))


(defn copy-tree [folder]
  "Copy the project, without what is made of it, into the new `folder`; return it."
  (for [name FOLDERS]
    (shutil.copytree (/ ROOT name) (/ folder name)
      :ignore (shutil.ignore-patterns "__pycache__" "english" "french" "german" "spanish"
        #* (if (in name ["lstm_textgen" "tests"]) [] ["*.h5*"]))))
  (for [name FILES]
    (shutil.copy (/ ROOT name) folder))
  folder)


(defn [(pytest.fixture :scope "module")] tree [tmp-path-factory]
  "A copy of the project, in which somebody has worked before."
  (setv tree (copy-tree (tmp-path-factory.mktemp "tree")))
  (for [left ["build/lib/lstm_textgen/removed.hy" "corpora/diary.txt" "bench/model.h5"]]
    (.mkdir (. (/ tree left) parent) :parents True :exist-ok True)
    (.write-text (/ tree left) ""))
  tree)


(defn [(pytest.fixture :scope "module")] wheel [tree tmp-path-factory]
  "The wheel that pip makes of the tree."
  (setv folder (tmp-path-factory.mktemp "wheel"))
  (pip tree "wheel" "--wheel-dir" folder "."
    :PYTHONPYCACHEPREFIX (str (tmp-path-factory.mktemp "cache")))  ; as some users have it
  (next (.iterdir folder)))


(defn [(pytest.fixture :scope "module")] sdist [tree]
  (run tree sys.executable "-c" BUILD)
  (next (.glob (/ tree "dist") "*.tar.gz")))


(defn [(pytest.fixture :scope "module")] site [wheel tmp-path-factory]
  "A folder in which the wheel is installed, far from the tree."
  (setv folder (tmp-path-factory.mktemp "site"))
  (pip folder "install" "--compile" "--target" folder wheel)
  folder)


(defn make-environment [place names]
  (venv.create place :symlinks True)
  (lend (next (.glob place "lib/*/site-packages")) names)
  (/ place "bin" "python"))


(defn lend [folder names]
  "Link the files of the distributions `names`, which are installed here, into `folder`."
  (for [one (map distribution names)
      entry (sfor file one.files (get file.parts 0))
      :if (not-in entry [".." "__pycache__"])]
    (.symlink-to (/ folder entry) (.locate-file one entry))))


(defn needed-for [requirements]
  "Return the names of the distributions that `requirements` (strings) need here, without extras."
  (setv
    names #{}
    left (list (map Requirement requirements)))
  (while left
    (setv one (.pop left))
    (when (and (not-in (canonicalize-name one.name) names)
        (or (not one.marker) (.evaluate one.marker {"extra" ""})))
      (.add names (canonicalize-name one.name))
      (.extend left (map Requirement (or (. (distribution one.name) requires) [])))))
  names)


(defn writing [metadata]
  "Return the requirements (strings) of the half of the package that writes."
  (lfor
    text (.get-all metadata "Requires-Dist")
    :if (not (or (in "extra ==" text) (in (. (Requirement text) name) TRAINING)))
    text))


;; * The wheel

(defn test-the-wheel-holds-each-module-with-bytecode-and-the-rest-of-the-package [wheel]
  (setv cached (lfor
    path MODULES
    (/ path.parent "__pycache__" f"{path.stem}.{sys.implementation.cache-tag}.pyc")))
  (setv rest (lfor
    path (.rglob PACKAGE "*")
    :if (or (= path.name "phrases.json") (in path.suffix
      [".css" ".h5" ".html" ".js" ".py" ".pyi" ".typed" ".wasm"]))
    (.relative-to path ROOT)))
  (setv names (.namelist (ZipFile wheel)))
  (assert (=
    (sorted (gfor name names :if (not-in ".dist-info" name) name))
    (sorted (map str [#* MODULES #* cached #* rest
      #* (gfor name TEXTS f"lstm_textgen/corpora/{name}")]))))
  (assert (< (. (.stat wheel) st-size) 60_000_000)))


(defn test-the-wheel-is-for-the-version-of-python-that-made-it [wheel]
  (setv
    [_ _ _ tags] (parse-wheel-filename wheel.name)
    [major minor #* _] sys.version-info)
  (assert (& tags (set (sys-tags))))
  (for [other [(- minor 1) (+ minor 1)]]
    (assert (not (& tags (set (compatible-tags #(major other) f"cp{major}{other}")))))))


(defn test-what-is-installed-runs-without-compiling [site]
  (setv modules (lfor
    path MODULES
    :setv name (.replace (.as-posix (.with-suffix path "")) "/" ".")
    :if (not (re.search "__main__|network|training|learner|parallel|backends" name))
    (.removesuffix name ".__init__")))
  (run site sys.executable "-c" #[[
import importlib, sys, hy, hy.importer
def refuse(*arguments, **named): raise AssertionError("a module was compiled")
hy.importer.hy_compile = refuse
for name in sys.argv[1:]: assert importlib.import_module(name).__file__.startswith(sys.path[1])
]] #* modules :path [site])
  None)


(defn test-whatever-is-there-after-a-run-is-known-to-the-uninstaller [site]
  (run site sys.executable "-m" "lstm_textgen" "--help" :path [site])
  (setv
    record (.read-text (next (.glob site "*.dist-info/RECORD")))
    known (sfor line (.splitlines record) (get (.split line ",") 0)))
  (for [path (.rglob (/ site "lstm_textgen") "*")  :if (.is-file path)]
    (assert (in (.as-posix (.relative-to path site)) known))))


;; * The source distribution

(defn test-the-source-distribution-has-all-of-the-project-and-nothing-of-yours [sdist tree]
  (setv
    ours (sfor
      name [#* FILES #* FOLDERS]
      path [(/ tree name) #* (.rglob (/ tree name) "*")]
      :if (and (.is-file path) (!= path.suffix ".pyc") (!= path.name "model.h5"))
      (.as-posix (.relative-to path tree)))
    theirs (with [file (tarfile.open sdist)]
      (sfor
        member (.getmembers file)
        :if (.isfile member)
        (get (.split member.name "/" 1) 1)))
    made (sfor name theirs :if (re.match r"PKG-INFO$|setup\.cfg$|[^/]*\.egg-info/" name) name))
  ;; Texts of one's own lie in corpora/ too.
  (setv
    own r"corpora/(?!dinosaurs|lol|lighthouse)\w+\.txt"
    texts (sfor name ours :if (re.fullmatch own name) name))
  (assert (= (- theirs made) (- ours texts))))


;; * Starting

(defn test-all-ways-to-start-are-the-same-program [site tmp-path]
  (setv installed {"path" [site]  "PATH" "/nowhere"})
  (for [[folder command how] [
      [tmp-path [(/ site "bin" "lstm-textgen")] installed]
      [tmp-path [(/ site "bin" "train.hy")] installed]
      [tmp-path [sys.executable "-m" "lstm_textgen"] installed]
      [ROOT ["./train.hy"] {}]
      [ROOT [sys.executable "-m" "hy" "train.hy"] {}]]]
    (assert (.startswith (run folder #* command "--version" #** how)
      f"lstm_textgen {lstm-textgen.__version__}\nPython "))))


(defn imported [site folder code #* arguments]
  "Run `code`, in Python, with the package in `site`; return the modules that it has imported."
  (setv
    show "\nimport sys; print('\\n' + ' '.join(sys.modules))"
    shown (run folder sys.executable "-c" (+ code show) #* arguments :path [site]))
  (.split (get (.splitlines shown) -1)))


(defn test-the-import-and-the-help-need-only-hy [site tmp-path]
  (for [code [
      "import lstm_textgen"
      "import lstm_textgen.cli.flags as f; f.make_parser().format_help()"]]
    (setv modules (imported site tmp-path code))
    (assert (in "hy" modules))
    (assert (not (& (set modules) #{#* HEAVY "h5py" "numpy" "rich"})))))


;; * The half that writes, without Keras and its backends

(defn [(pytest.fixture :scope "module")] writing-half [wheel site tmp-path-factory]
  "A Python with the package and what writing needs."
  (setv
    place (tmp-path-factory.mktemp "writing")
    package (PathDistribution (next (.glob site "*.dist-info")))
    python (make-environment place (needed-for (writing package.metadata))))
  (pip place "--python" python "install" wheel)
  python)


(defn test-the-half-that-writes-is-enough-to-write-and-score-by-a-base [writing-half tmp-path]
  (write-text tmp-path "The sea\n")
  (defn by-base [#* flags]
    (run tmp-path writing-half "-m" "lstm_textgen" "--model" "english" #* flags))
  (setv text (by-base "--generate" "The sea" "--length" 200 "--rng-seed" 1))
  (assert (.startswith text "The sea"))
  (assert (> (.count text " ") 20))
  (assert (in "bits" (by-base "--score" "text.txt"))))


(defn [(pytest.mark.parametrize #("backend" "missing") [#("jax" "keras") #("torch" "torch")])]
    test-the-half-that-writes-says-what-training-needs [writing-half tmp-path backend missing]
  (write-text tmp-path)
  (unless (= missing "keras")
    (.write-text (/ tmp-path "keras.py") f"import {missing}"))
  (setv result (call tmp-path writing-half "-m" "lstm_textgen" "--sources" "text.txt"
    :KERAS_BACKEND backend))
  (refused result f"{missing} is not installed" f"pip install keras {backend}")
  (assert (not (.exists (/ tmp-path "model.h5")))))


;; * What is needed

(defn described [folder backend]
  "Let setuptools describe, in `folder`, the package for a `backend`; return the finished process."
  (for [name ["README.md" "pyproject.toml" "setup.py" "lstm_textgen/__init__.py"]]
    (.mkdir (. (/ folder name) parent) :parents True :exist-ok True)
    (shutil.copy (/ ROOT name) (/ folder name)))
  (call folder sys.executable "-c" DESCRIBE :LSTM_TEXTGEN_BACKEND backend))


(defn required [folder backend]
  "Return the names of what the package for a `backend` requires, without extras."
  (succeeded (described folder backend))
  (sfor
    line (. (PathDistribution (next (.glob folder "*.dist-info"))) requires)
    :if (not-in "extra ==" line)
    (. (Requirement line) name)))


(defn test-the-backend-asked-for-is-required-and-no-other [tmp-path]
  (setv writing (required (/ tmp-path "none") "none"))
  (assert (not (& writing #{"keras" "tokenizers" #* BACKENDS})))
  (for [backend BACKENDS]
    (assert (= (- (required (/ tmp-path backend) backend) writing)
      #{"keras" "tokenizers" backend})))
  (setv result (described tmp-path "theano"))
  (assert (!= result.returncode 0))
  (assert (in "is 'theano', but must be tensorflow, jax, torch or none" result.stderr)))
