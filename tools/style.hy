#[[The style of a module: rules that a script can check, and pyflakes.

A rule is a function from a `Source` to the #(line message) pairs of what it finds.]]

(eval-when-compile (require hyrule [unless]))
(import
  ast
  itertools [pairwise]
  re
  sys
  hy.models [Expression String Symbol]
  pyflakes.checker [Checker]
  pyflakes.messages [UnusedImport]
  lstm-textgen.settings.table [SETTINGS]
  tools.forms [calls? walk])

(setv
  MAX-LINE 99
  MAX-FUNCTION 40  ; lines of the body
  MAX-MODULE 400   ; lines
  MAX-TEST 15      ; lines of code
  COMPREHENSIONS ["lfor" "gfor" "dfor" "sfor"]
  OURS #{"lstm_textgen" "tests" "bench" "tools" "corpora"}
  ;; Words with which a docstring in the imperative can't begin; the rest of English isn't checked.
  NO-VERBS (set (.split (+ "a all an any as both can each every everything false for from how if "
    "in it its like no none one that the their there these this those true two what when where "
    "whether which who whose why with"))))


(defn flakes [source]
  "Find what pyflakes finds."
  (for [node (ast.walk source.tree)]
    (when (isinstance node #(ast.AsyncFunctionDef ast.ClassDef ast.FunctionDef))
      (setv node.type-params (getattr node "type_params" []))))  ; which Hy omits
  (for [message (. (Checker source.tree :filename source.path) messages)]
    ;; Hy itself imports hy, and makes up names.
    (unless (or (and (isinstance message UnusedImport) (= (get message.message-args 0) "hy"))
        (any (gfor part message.message-args (.startswith (str part) "_hy_"))))
      (yield #(message.lineno (re.sub r"\b(hyx_)?\w+_\w*\b" (fn [name] (hy.unmangle (.group name)))
        (% message.message message.message-args)))))))


;; * Lines

(defn long-lines [source]
  "Find lines that are too long or end in white space, and modules of too many lines."
  (setv lines (.splitlines source.text))
  (for [[number line] (enumerate source.lines 1)]
    (when (> (len line) MAX-LINE)
      (yield #(number f"a line of {(len line)} characters; at most {MAX-LINE}")))
    (when (and (!= line (.rstrip line)) (not-in (+ number 1) source.string-lines))
      (yield #(number "white space at the end of a line"))))
  (when (> (len lines) MAX-MODULE)
    (yield #(MAX-MODULE f"a module of {(len lines)} lines; at most {MAX-MODULE}"))))


(defn lone-brackets [source]
  "Find lines with nothing but closing brackets."
  (for [[number line] (enumerate source.lines 1)]
    (when (and (re.fullmatch r"\s*[)\]}]+\s*(;.*)?" line) (not-in number source.string-lines))
      (yield #(number "a closing bracket alone on its line")))))


(defn blank-lines [source]
  "Find definitions and headings without two blank lines around them, and other strange gaps."
  (for [[before after] (pairwise source.forms)]
    (setv
      gap (.join "" (gfor
        line (cut source.lines before.end-line (- after.start-line 1))
        (if (.startswith line ";; * ") "*" (if (.strip line) ";" " "))))
      starts (lfor form [before after] (get source.lines (- form.start-line 1)))
      right (cond
        (in "*" gap) r"  (?!.*  ).*[; ]"
        (any (gfor start starts (.startswith start "(def"))) r"  (;+( ;+)*)?"
        True r" {0,2}(;+( ;+)*)?"))
    (unless (re.fullmatch right gap)
      (yield #(after.start-line (+ "blank lines before this: two around a definition or heading, "
        "one after a heading, at most two elsewhere, none after a comment"))))))


;; * Forms

(defn when-not [source]
  "Find `(when (not x) …)`."
  (for [form source.models]
    (when (and (calls? form "when") (calls? (get [#* form None] 1) "not"))
      (yield #(form.start-line "`(when (not x) …)`; write `(unless x …)`")))))


(defn comprehension-layout [source]
  "Find comprehensions of several lines with more than one clause on a line."
  (for [form source.models :if (calls? form #* COMPREHENSIONS)]
    (setv starts (lfor clause (_clauses form) clause.start-line))
    (when (and (!= form.start-line form.end-line) (!= (len starts) (len (set starts))))
      (yield #(form.start-line f"a `{(get form 0)}` of several lines: one clause per line")))))


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


(defn settings-as-text [source]
  "Find messages with the name of a setting in backticks, which would show as no flag."
  (for [form source.models
        :if (or (calls? form "refuse" "failure" "Message" "warn")
          (and (isinstance form Expression) form (in (get form 0) ['.say '.warn])))]
    (for [part (walk form)  name (if (isinstance part String) (re.findall "`([a-z_]+)`" part) [])]
      (when (in name SETTINGS)
        (yield #(form.start-line f"`{name}` in a message; write '{(hy.unmangle name)}"))))))


;; * Imports

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
  (for [form [#* (cut imports 1 None) #* (cut requires 1 None)]]
    (yield #(form.start-line f"a second `{(get form 0)}`; a module has one")))
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
    (when (in one.form.start-line [line one.statement.start-line])
      (yield #(line "two modules on a line of imports")))
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
  (for [each source.imports  name (if (calls? each.statement "require") each.names [])]
    (when (= (.count used name) 1)
      (yield #(each.form.start-line f"`{(hy.unmangle name)}` required but unused")))))


;; * Functions and classes, in Python's syntax tree

(defn definitions [tree [owner None]]
  "Yield #(node name owner) for each function and class in `tree`, which is the body of `owner`."
  (for [node (ast.iter-child-nodes tree)]
    (setv defined (isinstance node #(ast.AsyncFunctionDef ast.ClassDef ast.FunctionDef)))
    (when defined (yield #(node (hy.unmangle node.name) owner)))
    (yield :from (definitions node (if defined node owner)))))


(defn docstring [node]
  "Return the docstring of a function, class or module, or None; hyrule's `meth` moves it down."
  (next (gfor
    part node.body
    :if (and (isinstance part #(ast.Expr ast.Return))
      (isinstance (getattr part.value "value" None) str))
    part.value.value) None))


(defn sizes [source]
  "Find functions with too many lines, and tests with too many lines of code."
  (for [[node name _] (definitions source.tree) :if (not (isinstance node ast.ClassDef))]
    (setv
      test? (and (test-file? source) (.startswith name "test-"))
      most (if test? MAX-TEST MAX-FUNCTION)
      ;; What a macro adds begins where its call does, and ends where that ends.
      starts (sorted (gfor
        part node.body
        :if (and (> part.lineno node.lineno)
          (not (isinstance (getattr (getattr part "value" None) "value" None) str)))
        each (ast.walk part)
        :if (>= (getattr each "lineno" 0) part.lineno)
        each.lineno))
      lines (lfor
        number (if starts (range (get starts 0) (+ (get starts -1) 1)) [])
        :if (not (or (in number source.string-lines)
          (and test? (re.fullmatch r"\s*(;.*)?" (get source.lines (- number 1))))))
        number))
    (when (> (len lines) most)
      (yield #(node.lineno f"`{name}` has {(len lines)} lines of code; at most {most}")))))


(defn test-file? [source]
  "Return whether `source` is a file of tests."
  (.startswith (get (.split source.path "/") -1) "test_"))


(defn missing-docstrings [source]
  "Find modules, public functions and classes without one; in a file of tests modules only."
  (unless (or (not source.forms) (isinstance (get source.forms 0) String))
    (yield #(1 "no docstring at the module's beginning")))
  (for [[node name owner] (definitions source.tree) :if (not (test-file? source))]
    (setv inner (and owner (or (not (isinstance owner ast.ClassDef))
      owner.bases (.startswith owner.name "_"))))  ; a base has documented it, or it is private
    (unless (or inner (docstring node) (.startswith node.name "_"))
      (yield #(node.lineno f"`{name}` has no docstring")))))


(defn docstring-verbs [source]
  "Find functions whose docstring doesn't begin with a verb; that of a property or fixture may."
  (for [[node name _] (definitions source.tree)]
    (setv [word #* _] (.split (or (docstring node) "Return")))
    (unless (or (isinstance node ast.ClassDef) (.startswith name "__") (_verb? word)
        (any (gfor
          each node.decorator-list
          (.endswith (ast.unparse (getattr each "func" each)) #("property" "fixture")))))
      (yield #(node.lineno f"the docstring of `{name}` begins with \"{word}\", not a verb")))))


(defn _verb? [word]
  "Return whether `word` may be a verb in the imperative."
  (setv word (.lower (.strip word ".,:;")))
  (and
    (not-in word NO-VERBS)
    (.isalpha (cut word 1))
    (or (not (.endswith word "s")) (.endswith word #("ss" "us" "is")))
    (or (not (.endswith word "ing")) (in word ["bring" "ring" "sing" "string" "swing"]))))


(defn foreign-privates [source]
  "Find private names of other modules that are imported or used."
  (setv
    nodes (list (ast.walk source.tree))
    own (set)
    modules (set))
  (for [node nodes]
    (match node
      (ast.Name) (.add own node.id)
      (ast.FunctionDef) (.add own node.name)
      (ast.Attribute :value (ast.Name :id (| "self" "cls"))) (.add own node.attr)
      (ast.Import) (.update modules (gfor each node.names each.name))))
  (for [node nodes  name (_foreign-names node modules)]
    (when (and (re.match r"_(?!_|hy_|$)" name) (not-in name own))
      (yield #(node.lineno f"uses {name}, which is private elsewhere")))))


(defn _foreign-names [node modules]
  "Return the names that `node` takes from elsewhere, but not those from whole `modules`."
  (match node
    (ast.ImportFrom) (lfor each node.names each.name)
    (ast.Attribute :value (ast.Name :id module)) :if (in module modules) []
    (ast.Attribute) [node.attr]
    (ast.Call) :if (.endswith (ast.unparse node.func) "attr")
      (lfor
        each node.args
        :if (isinstance each ast.Constant)
        (get (.split (str each.value) ".") -1))
    _ []))


(setv RULES [
  flakes long-lines lone-brackets blank-lines when-not comprehension-layout setv-layout
  settings-as-text import-forms import-order unused-macros sizes missing-docstrings docstring-verbs
  foreign-privates])
