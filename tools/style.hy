#[[The style of a module: rules that a script can check.

A rule is a function from a `Source` to the #(line message) pairs of what it finds.]]

(eval-when-compile (require hyrule [unless]))
(import
  itertools [pairwise]
  pathlib [PurePath]
  re
  sys
  hy.models [Expression List String Symbol]
  tools.forms [calls? dotted private?])

(setv
  MAX-LINE 99
  MAX-FUNCTION 40  ; lines, from the name to the end
  MAX-MODULE 400   ; lines
  MAX-TEST 15      ; lines of code
  COMPREHENSIONS ["lfor" "gfor" "dfor" "sfor"]
  OURS #{"lstm_textgen" "tests" "bench" "tools" "corpora"}
  ;; Words with which a docstring in the imperative can't begin; the rest of English isn't checked.
  NO-VERBS (set (.split (+ "a all an any as both can each every everything false for from how if "
    "in it its like no none one that the their there these this those true two what when where "
    "whether which who whose why with"))))


;; * Lines

(defn long-lines [source]
  "Find lines that are too long or end in white space."
  (for [[number line] (enumerate source.lines 1)]
    (when (> (len line) MAX-LINE)
      (yield #(number f"a line of {(len line)} characters; at most {MAX-LINE}")))
    (when (and (!= line (.rstrip line)) (not-in (+ number 1) source.string-lines))
      (yield #(number "white space at the end of a line")))))


(defn lone-brackets [source]
  "Find lines with nothing but closing brackets."
  (for [[number line] (enumerate source.lines 1)]
    (when (and (re.fullmatch r"\s*[)\]}]+\s*(;.*)?" line) (not-in number source.string-lines))
      (yield #(number "a closing bracket alone on its line")))))


(defn blank-lines [source]
  "Find definitions and headings without two blank lines before and after them."
  (for [[before after] (pairwise source.forms)]
    (setv
      gap (cut source.lines before.end-line (- after.start-line 1))
      [blanks rest] (_split-blanks gap)
      problem (_gap-problem blanks rest (or (_definition? before) (_definition? after))))
    (when problem
      (yield #(after.start-line problem)))))


(defn _split-blanks [gap]
  "Return how many blank lines the lines `gap` begin with, and the rest."
  (setv rest (list gap))
  (while (and rest (not (.strip (get rest 0))))
    (.pop rest 0))
  #((- (len gap) (len rest)) rest))


(defn _gap-problem [blanks rest apart]
  #[[Return what is wrong with the lines between two forms, or None.

  They are some `blanks`, then the lines `rest` with the comments; `apart` is whether one of the
  forms is a definition.]]
  (setv heading (any (gfor line rest (.startswith line ";; * "))))
  (cond
    (and (or apart heading) (!= blanks 2))
      f"{blanks} blank lines before this; two between top-level definitions"
    (or (> blanks 2) (in #("" "") (pairwise rest)))
      "more blank lines than two, or than one after a comment"
    (and heading rest (get rest -1) (.startswith (get rest -1) ";; * "))
      "no blank line after a heading"
    (and rest (not heading) (not (get rest -1)))
      "a blank line between a comment and what it is about"
    True
      None))


(defn _definition? [form]
  (and (isinstance form Expression)
    form
    (isinstance (get form 0) Symbol)
    (.startswith (str (get form 0)) "def")))


;; * Forms

(defn when-not [source]
  "Find `(when (not x) …)`."
  (for [form source.models]
    (when (and (calls? form "when") (calls? (get [#* form None] 1) "not"))
      (yield #(form.start-line "`(when (not x) …)`; write `(unless x …)`")))))


(defn comprehension-layout [source]
  "Find comprehensions with two spaces between forms, or with lines of more than one clause."
  (for [form source.models]
    (when (calls? form #* COMPREHENSIONS)
      (setv name (get form 0))
      (for [[left right] (pairwise form)]
        (when (and (= left.end-line right.start-line) (> (- right.start-column left.end-column) 2))
          (yield #(form.start-line f"two spaces in a comprehension; write `({name} x xs …)`"))
          (break)))
      (setv starts (lfor clause (_clauses form) clause.start-line))
      (when (and (!= form.start-line form.end-line) (!= (len starts) (len (set starts))))
        (yield #(form.start-line f"a `{name}` of several lines; write one clause per line"))))))


(defn _clauses [comprehension]
  "Return the first form of each clause of `comprehension`, and its result's."
  (setv
    [name #* rest] comprehension
    result (if (= name 'dfor) 2 1)
    first [])
  (while (> (len rest) result)
    (.append first (get rest 0))
    (setv rest (cut rest (if (in (get rest 0) [':setv ':async]) 3 2) None)))
  [#* first #* (cut rest 1)])


(defn setv-layout [source]
  "Find a `setv` of several names with two of them on a line."
  (for [form source.models :if (calls? form "setv")]
    (setv lines (lfor name (cut form 1 None 2) name.start-line))
    (when (!= (len lines) (len (set lines)))
      (yield #(form.start-line "two names on a line of `setv`; write one pair per line")))))


(defn self-calls [source]
  "Find `(self.method …)` where nothing in the module sets `self.method`."
  (setv own (_attributes source))
  (for [form source.models]
    (when (and (isinstance form Expression) form)
      (setv [object _ method] (.partition (or (dotted (get form 0)) "") "."))
      (when (and (= object "self") method (not-in "." method) (not-in method own))
        (setv method (hy.unmangle method))
        (yield #(form.start-line f"`(self.{method} …)`; write `(.{method} self …)`"))))))


(defn _attributes [source]
  "Return the names of attributes that are set as `self.name`, or annotated in a class."
  (sfor
    form source.models
    :if (or (calls? form "setv" "annotate") (isinstance form List))
    part form
    :setv name (or (dotted part) "")
    :if (or (.startswith name "self.") (calls? form "annotate"))
    (.removeprefix name "self.")))


;; * The module

(defn module-docstring [source]
  "Find a module that doesn't begin with a docstring."
  (when (and source.forms (not (isinstance (get source.forms 0) String)))
    (yield #(1 "no docstring at the module's beginning"))))


(defn import-forms [source]
  "Find a second `import` or `require` form, and imports after other code."
  (setv
    imports (lfor form source.forms :if (calls? form "import") form)
    requires (lfor
      form source.forms
      inner (if (calls? form "eval-when-compile") (cut form 1 None) [form])
      :if (calls? inner "require")
      inner)
    before (if imports (cut source.forms (.index source.forms (get imports 0))) []))
  (for [[kind forms] [["import" imports] ["require" requires]]]
    (for [form (cut forms 1 None)]
      (yield #(form.start-line f"a second `{kind}`; a module has one"))))
  (for [form (cut before 1 None)]
    (unless (calls? form "eval-when-compile" "require")
      (yield #(form.start-line "code before the imports")))))


(defn import-order [source]
  "Find imports that are not one to a line, in alphabetical order and ours last."
  (setv top (lfor
    each source.imports
    :if (and (calls? each.statement "import") (in each.statement source.forms))
    each))
  (for [[one other] (pairwise top) :if (is one.statement other.statement)]
    (setv line other.form.start-line)
    (when (= one.form.start-line line)
      (yield #(line "two modules on a line of imports")))
    (when (= one.form.start-line one.statement.start-line)
      (yield #(one.form.start-line "a module beside `import`; write one per line below it")))
    (when (> (_import-key one.module) (_import-key other.module))
      (yield #(line f"`{other.module}` comes before `{one.module}` in the imports")))))


(defn _import-key [module]
  "Return a module's sort key: the standard library, third parties, ours; then its name."
  (setv root (get (.split module ".") 0))
  #((cond
      (in root sys.stdlib-module-names) 0
      (in root OURS) 2
      True 1)
    module))


(defn unused-macros [source]
  "Find macros that are required and not used."
  (setv used (lfor model source.models :if (isinstance model Symbol) (hy.mangle (str model))))
  (for [each source.imports]
    (when (calls? each.statement "require")
      (for [name each.names]
        (when (= (.count used name) 1)
          (yield #(each.form.start-line f"`{(hy.unmangle name)}` required but unused")))))))


;; * Functions

(defn sizes [source]
  "Find functions and modules that are too long."
  (when (> (len source.lines) (+ MAX-MODULE 1))
    (yield #(MAX-MODULE f"a module of {(- (len source.lines) 1)} lines; at most {MAX-MODULE}")))
  (for [each source.definitions]
    (setv lines (+ 1 (- each.form.end-line each.name.start-line)))
    (when (and (not each.class?) (> lines MAX-FUNCTION))
      (yield #(each.name.start-line
        f"`{each.name}` has {lines} lines; a function has at most {MAX-FUNCTION}")))))


(defn test-sizes [source]
  "Find tests with too many lines of code."
  (for [each source.definitions]
    (when (and (_test? each source) each.code)
      (setv lines (lfor
        line (cut source.lines (- (. (get each.code 0) start-line) 1) each.form.end-line)
        :if (and (.strip line) (not (.startswith (.strip line) ";")))
        line))
      (when (> (len lines) MAX-TEST)
        (yield #(each.name.start-line
          f"`{each.name}` has {(len lines)} lines of code; a test has at most {MAX-TEST}"))))))


(defn missing-docstrings [source]
  "Find public functions and classes without a docstring; in a file of tests none is needed."
  (for [each source.definitions]
    (unless (or each.doc (not (_public? each)) (_test-file? source))
      (yield #(each.name.start-line f"`{each.name}` has no docstring")))))


(defn docstring-verbs [source]
  "Find functions whose docstring doesn't begin with a verb in the imperative."
  (for [each source.definitions]
    (when (and each.doc (not each.class?) (not (_noun? each)))
      (setv word (get (.split (+ each.doc " .")) 0))
      (when (_no-verb? word)
        (yield #(each.name.start-line
          f"the docstring of `{each.name}` begins with \"{word}\", not with a verb"))))))


(defn _test? [definition source]
  (and (.startswith (str definition.name) "test-") (_test-file? source)))


(defn _test-file? [source]
  (.startswith (. (PurePath source.path) name) "test_"))


(defn _public? [definition]
  "Return whether `definition` is public and not documented in its class's base."
  (setv owner definition.owner)
  (and
    (not (.startswith (str definition.name) "_"))
    (or (is owner None) (and owner.class? (not owner.bases) (_public? owner)))))


(defn _noun? [definition]
  "Return whether the docstring may describe `definition`: a property, a fixture, `__init__`."
  (setv names (lfor
    decorator definition.decorators
    (or (dotted decorator) (dotted (get [#* decorator None] 0)) "")))
  (or
    (.startswith (str definition.name) "__")
    (any (gfor name names (.endswith name #("property" "fixture"))))))


(defn _no-verb? [word]
  "Return whether `word` certainly isn't a verb in the imperative."
  (setv word (.lower (.strip word ".,:;")))
  (or
    (in word NO-VERBS)
    (not (.isalpha (cut word 1)))
    (and (.endswith word "s") (not (.endswith word #("ss" "us" "is"))))
    (and (.endswith word "ing") (not-in word ["bring" "ring" "sing" "string" "swing"]))))


(defn foreign-privates [source]
  "Find private names of other modules that are imported or used."
  (for [each source.imports  name each.names]
    (when (private? name)
      (yield #(each.form.start-line f"imports {name}, which is private elsewhere"))))
  (setv
    own (_own-names source)
    imported (sfor each source.imports each.module))
  (for [form source.models  name (_foreign-names form imported)]
    (when (and (private? name) (not-in name own))
      (yield #(form.start-line f"uses {name}, which is private elsewhere")))))


(defn _own-names [source]
  "Return the private names that `source` itself defines or sets."
  (setv parts (sfor
    form source.models
    :if (calls? form ".")
    part (cut form 2 None)
    (id part)))
  (|
    (sfor
      form source.models
      :if (and (isinstance form Symbol) (not-in (id form) parts))
      (hy.mangle (str form)))
    (sfor
      form source.models
      :setv name (or (dotted form) "")
      :if (.startswith name #("self." "cls."))
      (get (.split name ".") 1))))


(defn _foreign-names [form imported]
  "Return the names that `form` takes from an object that isn't one of the `imported` modules."
  (cond
    (and (calls? form ".") (not-in (str (get form 1)) imported))
      (lfor part (cut form 2 None) :if (isinstance part Symbol) (hy.mangle (str part)))
    (and (isinstance form Expression) form (.endswith (or (dotted (get form 0)) "") "attr"))
      (lfor part form :if (isinstance part String) (get (.split (str part) ".") -1))
    True
      []))


(setv RULES [
  long-lines lone-brackets blank-lines when-not comprehension-layout setv-layout self-calls
  module-docstring import-forms import-order unused-macros sizes test-sizes missing-docstrings
  docstring-verbs foreign-privates])
