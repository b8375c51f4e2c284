"Hy source as forms with positions, for the checks of style, layout and coverage."

(eval-when-compile (require lstm-textgen.basics.forms [defrecord]))

(import
  ast
  dataclasses [dataclass]
  functools [cached-property]
  pathlib [Path]
  types [ModuleType]
  hy.compiler [hy-compile]
  hy.models [Bytes Expression FString Keyword Lazy List Sequence String Symbol]
  hy.reader [read-many])

(setv ROOT (. (Path __file__) (resolve) parent parent))


(defclass [dataclass] Source []
  "A module's source: its `path`, as messages name it, and its `text`."
  #^ str path
  #^ str text

  (defn [cached-property] lines [self]
    "Its lines without their ends; the last is empty."
    (.split self.text "\n"))

  (defn [cached-property] forms [self]
    "The top-level forms, none of a .py file; mistakes raise `HySyntaxError`."
    (if (.endswith self.path ".py")
      []
      (list (read-many self.text :filename self.path :skip-shebang True))))

  (defn [cached-property] models [self]
    "Every form, the inner ones too."
    (lfor form self.forms inner (walk form) inner))

  (defn [cached-property] string-lines [self]
    "The numbers of the lines that begin inside a string."
    (sfor
      model self.models
      :if (isinstance model #(Bytes FString String))
      line (range (+ model.start-line 1) (+ model.end-line 1))
      line))

  (defn [cached-property] tree [self]
    "The syntax tree that Hy, or Python for a .py file, makes of it; mistakes raise `SyntaxError`."
    (if (.endswith self.path ".py")
      (ast.parse self.text self.path)
      ;; In a new module, so that its macros aren't visible in the next.
      (hy-compile (Lazy (iter self.forms)) (ModuleType "checked")
        :filename self.path
        :source self.text)))

  (defn [cached-property] imports [self]
    "Every module that is imported or required, as `Import`s."
    (lfor form self.forms found (_imports form False) found)))


(defn read-source [path]
  "Return the `Source` in the file at `path`, named from the project's root where it is inside."
  (setv path (.resolve (Path path)))
  (Source
    (if (.is-relative-to path ROOT) (.as-posix (.relative-to path ROOT)) (str path))
    (.read-text path :encoding "utf-8")))


(defn walk [form]
  "Yield `form` and every form inside it."
  (yield form)
  (when (isinstance form Sequence)
    (for [inner form] (yield :from (walk inner)))))


(defn calls? [form #* names]
  "Return whether `form` is an expression that begins with one of the symbols `names`."
  (and (isinstance form Expression)
    form
    (isinstance (get form 0) Symbol)
    (in (str (get form 0)) names)))


(defn dotted [form]
  "Return the dotted name of `form`, mangled, or None: `(. a b-c)` is \"a.b_c\"."
  (cond
    (isinstance form Symbol) (hy.mangle (str form))
    (and (calls? form ".") (all (gfor part form (isinstance part Symbol))))
      (.join "." (gfor part (cut form 1 None) (hy.mangle (str part))))))


;; * Imports

(defrecord Import
  #[[A module that another imports or requires.

  `module` is its name, mangled and dotted, `names` are those taken from it; `form` is where it is
  named, in the `statement` that imports it; `late` is whether that is inside a function.]]
  [#^ str module  #^ tuple names  #^ object form  #^ Expression statement  #^ bool late])


(defn _imports [form late]
  "Yield the `Import`s in `form`; `late` is whether it stands in a function."
  (setv dynamic (or (_through-hy form) (_by-function form)))
  (cond
    (calls? form "import" "require") (yield :from (_entries form late))
    (calls? form "quote" "quasiquote")
      None  ; what a macro writes is imported by its users
    dynamic (yield (Import #* dynamic form form late))
    (isinstance form Sequence)
      (for [inner form]
        (yield :from (_imports inner (or late (calls? form "defn" "defmacro" "fn" "meth")))))))


(defn _entries [statement late]
  "Yield the `Import`s of `statement`, an `import` or a `require`."
  (setv rest (list (cut statement 1 None)))
  (while rest
    (setv
      module (.pop rest 0)
      names [])
    (while (and rest (or (isinstance (get rest 0) #(Keyword List)) (= (get rest 0) '*)))
      (setv option (.pop rest 0))
      (cond
        (isinstance option List) (+= names (_taken option))
        (= option ':as) (.pop rest 0)))
    (yield (Import (dotted module) (tuple names) module statement late))))


(defn _taken [names]
  "Return the names in the list `names`, without their aliases."
  (lfor
    [before name] (zip [None #* names] names)
    :if (and (isinstance name Symbol) (!= before ':as))
    (hy.mangle (str name))))


(defn _through-hy [form]
  "Return #(module names) if `form` is such as `hy.I.module/inner.name`, else None."
  (when (and (calls? form ".") (in (tuple (cut form 1 3)) [#('hy 'I) #('hy 'R)]))
    (setv [module #* names] (cut form 3 None))
    #((.join "." (map hy.mangle (.split (str module) "/"))) (tuple (map hy.mangle names)))))


(defn _by-function [form]
  "Return #(module names) if `form` is such as `(import-module \"module.inner\")`, else None."
  (when (and (isinstance form Expression) (> (len form) 1) (isinstance (get form 1) String))
    (setv function (.rpartition (or (dotted (get form 0)) "") "."))
    (when (in (get function -1) ["import_module" "__import__"])
      #((str (get form 1)) #()))))
