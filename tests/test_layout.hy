"The layout in CONTRIBUTING.md: what a module imports."

(eval-when-compile (require hyrule [unless]))
(import
  collections [Counter]
  functools [cache]
  pathlib [Path]
  re
  hy.models [Expression String]
  pytest
  lstm-textgen.text.vocabulary [UNITS]
  tools.forms [ROOT dotted read-source])

(setv
  BACKENDS #{"keras" "tensorflow" "jax" "torch"}
  ;; The rooms of lstm_textgen where Keras and the backends are at home …
  KERAS-ROOMS ["learning.learner"]
  ;; … and those that may enter one of them, inside a function.
  VISITORS ["learning.runs" "textmodel"]
  PRINTING-ROOMS ["cli" "display"]
  ROOMS-OF-UNITS ["text.units" "text.pieces" "settings"]
  ;; Mutes standard error, if there is one.
  MUTING "lstm_textgen.learning.learner.quiet"
  ;; The most lines in files of a folder, and the most words: what needs more takes something away.
  LIMITS [
    #("lstm_textgen" "*.hy" "\n" 18_070) #("tests" "*.hy" "\n" 19_320)
    #("." "README.md" r"\S+" 1_200) #("docs" "*.md" r"\S+" 18_500)]
  STREAMS #("sys.stdout" "sys.stderr" "sys.__stdout__" "sys.__stderr__"))


;; * The modules

(defn [cache] modules-in [#* folders]
  "Return a dict from the name of each module in `folders` to its `Source`."
  (dfor
    folder folders
    path (sorted (.rglob (/ ROOT folder) "*.hy"))
    :setv source (read-source path)
    :if (> (len source.forms) 1)  ; else it makes a folder a package, and that's all
    (module-name source.path) source))


(defn module-name [path]
  "Return the name of the module at `path`: \"a.b\" for \"a/b.hy\" and for \"a/b/__init__.hy\"."
  (.removesuffix (.replace (.removesuffix path ".hy") "/" ".") ".__init__"))


(defn within? [name rooms]
  "Return whether the module `name` is one of the `rooms` of lstm_textgen, or in one."
  (.startswith (+ name ".") (tuple (gfor room rooms f"lstm_textgen.{room}."))))


(defn targets [each modules]
  "Return the names of those of our `modules` that `each`, an `Import`, brings in."
  (lfor
    name [each.module #* (gfor part each.names f"{each.module}.{part}")]
    :if (in name modules)
    name))


;; * Checks: each yields a line for whatever it finds

(defn out-of-order [modules order]
  "Find imports of modules that don't come before the importing one in `order`."
  (setv places (dfor [place name] (enumerate order) name place))
  (for [[name source] (.items modules)]
    (for [each source.imports  target (targets each modules)]
      (unless (< (.get places target -1) (.get places name -1))
        (yield f"{source.path}:{each.form.start-line}: imports {target}, which comes later")))))


(defn strayed-keras [modules]
  "Find imports of Keras and the backends, and of what imports them, outside of their rooms."
  (setv slow (slow-modules modules))
  (for [[name source] (.items modules)]
    (for [each source.imports]
      (setv
        backend (& BACKENDS #{(get (.split each.module ".") 0)})
        entered (and
          (not (and each.late (within? name VISITORS)))
          (& slow (set (targets each modules)))))
      (when (and (not (within? name KERAS-ROOMS)) (or backend entered))
        (yield f"{source.path}:{each.form.start-line}: imports {each.module}")))))


(defn slow-modules [modules]
  "Return the names of those `modules` whose import imports a backend."
  (defn brings-in [name]
    (sfor
      each (. (get modules name) imports)
      :if (not each.late)
      brought [(get (.split each.module ".") 0) #* (targets each modules)]
      brought))
  (setv
    slow #{}
    more BACKENDS)
  (while more
    (setv more (- (sfor name modules :if (& (brings-in name) (| BACKENDS slow)) name) slow))
    (|= slow more))
  slow)


(defn strayed-output [modules]
  "Find what prints or touches the standard streams outside of the rooms for that."
  (for [[name source] (.items modules)]
    (unless (or (within? name PRINTING-ROOMS) (= name MUTING))
      (for [form source.models]
        (when (or (= form 'print) (.startswith (or (dotted form) "") STREAMS))
          (yield f"{source.path}:{form.start-line}: prints")))
      (for [each source.imports]
        (when (and (= each.module "sys") (& (set each.names) #{"stdout" "stderr"}))
          (yield f"{source.path}:{each.form.start-line}: imports a stream"))))))


(defn named-units [modules]
  "Find kinds of units that are named where their class should be asked instead."
  (for [[name source] (.items modules)]
    (unless (within? name ROOMS-OF-UNITS)
      (for [form source.models]
        (when (and (isinstance form String) (in (str form) UNITS))
          (yield f"{source.path}:{form.start-line}: names {form}"))))))


;; * Ours

(defn order []
  "Return the modules' names in the order of the section \"Layout\" of CONTRIBUTING.md."
  (setv [block] (re.findall r"(?sm)^## Layout\n.*?^```\n(.*?)^```"
    (.read-text (/ ROOT "CONTRIBUTING.md") :encoding "utf-8")))
  (lfor line (.splitlines block) (module-name (+ "lstm_textgen/" (get (.split line) 0)))))


(defn test-each-module-is-in-the-layout-once []
  (assert (= (sorted (order)) (sorted (modules-in "lstm_textgen")))))


(defn test-a-module-imports-only-those-before-it []
  (assert (= (list (out-of-order (modules-in "lstm_textgen") (order))) [])))


(defn [(pytest.mark.parametrize "check" [strayed-keras strayed-output named-units])]
    test-keras-output-and-kinds-of-units-stay-in-their-rooms [check]
  (assert (= (list (check (modules-in "lstm_textgen"))) [])))


(defn [(pytest.mark.parametrize #("folder" "files" "pattern" "most") LIMITS)]
    test-the-project-keeps-within-its-limits [folder files pattern most]
  (setv
    paths ((if (= folder ".") Path.glob Path.rglob) (/ ROOT folder) files)
    texts (gfor path paths (.read-text path :encoding "utf-8")))
  (assert (<= (sum (gfor text texts (len (re.findall pattern text)))) most)))


(defn test-the-ways-of-a-text-name-modules []
  (setv [generate train] (re.findall r"(?m)^- `--(?:generate|sources) \S+`: (.*)"
    (.read-text (/ ROOT "CONTRIBUTING.md") :encoding "utf-8")))
  (for [name (re.findall r"`([\w/]+)`" (+ generate train))]
    (assert (.is-file (/ ROOT "lstm_textgen" f"{name}.hy")) name)))


(defn test-the-name-of-a-constant-means-one-thing []
  (setv counts (Counter (gfor
    source (.values (modules-in "lstm_textgen"))
    form source.forms
    :if (and (isinstance form Expression) (= (get form 0) 'setv))
    name (cut form 1 None 2)
    :if (.isupper (str name))
    (str name))))
  (assert (= (lfor [name n] (.items counts) :if (> n 1) name) [])))
