"A recipe: a corpus and the model that shall learn it, declared in one form."

(eval-when-compile (require hyrule [unless]))
(import
  collections.abc [Callable]
  dataclasses [dataclass replace]
  importlib.machinery [SourceFileLoader]
  importlib.util [module-from-spec spec-from-loader]
  os.path [realpath]
  pathlib [Path]
  re
  sys
  lstm-textgen.prep [compose-all]
  lstm-textgen.settings.table [as-keyword check-given]
  lstm-textgen.text.steps [place summary])


(defclass [dataclass] Recipe []
  #[[A corpus and the model that shall learn it, as `defrecipe` and `recipe` declare them.

  `name` and `doc` are text, `doc` may be None; `prep` is a text → text function or None;
  `settings` is a dict of what was set, by names with underscores (`learning_rate`); `folder`, a
  Path, is where the recipe's file is, if `load-recipe` read it: sources that are not in the
  current folder are looked for there. It can be pickled if its `prep` can.]]
  #^ str name
  #^ str doc
  #^ Callable prep
  #^ dict settings
  (setv #^ Path folder None))


(defn recipe [name * [doc None] [prep None] #** settings]
  #[[Return a `Recipe`: `defrecipe` for those who have no macros.

  `prep` is a step or a list of steps as `compose` takes them; the settings are those that
  the table lets a recipe have. Raise `ValueError` for one that is unknown or out of range, and
  `TypeError` for one of another type.]]
  (Recipe name doc
    :settings (check-given settings "recipe")
    :prep (unless (is prep None) (compose-all prep))))


(defn load-recipe [path]
  #[[Run the Hy file at `path` and return the one `Recipe` that it defines, its `folder` set.

  Raise `ValueError`, with the file and the line, if there is no such file, it doesn't run, or it
  doesn't define exactly one recipe.]]
  (setv path (Path (realpath path)))  ; `Path.resolve` fails at a link to itself
  (unless (.is-file path) (raise (ValueError f"{path}: there is no such recipe")))
  (try
    (setv module (_run path))
    (except [error Exception] (raise (ValueError (_complaint error (str path))) :from error)))
  (setv recipes (lfor value (.values (vars module)) :if (isinstance value Recipe) value))
  (unless (= (len recipes) 1)
    (setv names (or (.join ", " (gfor r recipes r.name)) "none"))
    (raise (ValueError f"{path}: it must define one recipe with `defrecipe`, but it has {names}")))
  (setv [recipe] recipes)
  (replace recipe :folder path.parent :prep (when recipe.prep (FilePrep recipe.prep path))))


(defclass [(dataclass :eq False)] FilePrep []
  "The `prep` of the recipe in a file, pickled as its `path`, as no process can import the file."
  #^ Callable prep
  #^ Path path

  (defn __call__ [self text]
    (self.prep text))

  (defn __reduce__ [self]
    #(_load-prep #(self.path))))


(defn _load-prep [path]
  (. (load-recipe path) prep))


(defn _run [path]
  "Return the module that the Hy file at `path` makes; what it imports may stand beside it."
  ;; A name that no other module has, lest a recipe called numpy.hy hide NumPy.
  (setv
    name f"lstm-textgen recipe {path.stem}"
    loader (SourceFileLoader name (str path))
    module (module-from-spec (spec-from-loader name loader)))
  (.insert sys.path 0 (str path.parent))
  (try
    (.exec-module loader module)
    (finally (.remove sys.path (str path.parent))))
  module)


(defn _complaint [error path]
  "Return one line: where in the recipe at `path` the exception came from, and what it says."
  (when (getattr error "lineno" None)
    ;; An error of compiling knows its place, which may be in a file that the recipe imports.
    (setv text (.join " " (.split (or (getattr error "msg" None) (str error)))))
    (return f"{error.filename}:{error.lineno}: {text}"))
  (+ f"{(place error path)}: {(as-keyword (summary error))}"
    (if (and (isinstance error #(NameError ImportError))
        (re.search "'(defprep|defrecipe)'" (str error)))
      "; add `(require lstm-textgen.macros [defprep defrecipe])` before it"
      "")))
