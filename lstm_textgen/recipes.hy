"A recipe: a corpus and the model to train on it, declared in one form."

(eval-when-compile (require hyrule [meth unless]))
(import
  collections.abc [Callable]
  dataclasses [dataclass replace]
  importlib.machinery [SourceFileLoader]
  importlib.util [module-from-spec spec-from-loader]
  os [PathLike]
  os.path [realpath]
  pathlib [Path]
  re
  sys
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [PATH check-value]
  lstm-textgen.prep [path-and-line summary]
  lstm-textgen.settings.models [Request]
  lstm-textgen.settings.table [as-keyword check-given])


(defclass [dataclass] Recipe []
  #[[A corpus and the model to train on it, as declared by `defrecipe`.

  `name` and `doc` are text, `doc` may be None; `prep` is a text → text function or None;
  `settings` is a dict of the given settings, by names with underscores; `folder`, a Path, is that
  of the recipe's file, if `load_recipe` read it: sources that aren't in the current folder are
  looked up there.]]
  #^ str name
  #^ str doc
  #^ Callable prep
  #^ dict settings
  (setv #^ Path folder None)

  (meth __post-init__ []
    "Raise `ValueError` for a setting that is unknown or out of range, `TypeError` for its type."
    (setv @settings (check-given @settings "recipe"))))


(defn with-recipe [request]
  #[[Return the `Request` `request` with what its recipe has and it hasn't.

  Its `recipe` may be the path of one, from which it is loaded.]]
  (setv recipe request.recipe)
  (when (isinstance recipe #(str PathLike)) (setv recipe (load-recipe recipe)))
  (if recipe
    (Request {"prep" recipe.prep  #** recipe.settings  #** request  "recipe" recipe})
    request))


(defn load-recipe [path]
  #[[Run the Hy file at `path` and return the one `Recipe` that it defines, with its `folder` set.

  Raises `ValueError`, with the file and the line, if the file is missing, fails to run, or doesn't
  define exactly one recipe, `TypeError` if `path` isn't one.]]
  (check-value 'path PATH path)
  (setv path (Path (realpath path)))  ; `Path.resolve` fails at a link to itself
  (unless (.is-file path) (refuse f"{path}: there is no such recipe"))
  (setv
    ;; A unique name, so that a recipe called numpy.hy doesn't hide NumPy.
    loader (SourceFileLoader f"lstm-textgen recipe {path.stem}" (str path))
    module (module-from-spec (spec-from-loader loader.name loader)))
  (.insert sys.path 0 (str path.parent))  ; it may import modules beside it
  (try
    (.exec-module loader module)
    (except [error Exception] (raise (ValueError (_complaint error (str path))) :from error))
    (finally (.remove sys.path (str path.parent))))
  (setv recipes (list (.values (dfor  ; which may have two names
    value (.values (vars module))
    :if (isinstance value Recipe)
    (id value) value))))
  (unless (= (len recipes) 1)
    (refuse f"{path}: it must define one recipe with `defrecipe`, but it has "
      (or (.join ", " (gfor r recipes r.name)) "none")))
  (replace (get recipes 0) :folder path.parent))


(defn _complaint [error path]
  "Return one line: where the exception was raised in the recipe at `path`, and its message."
  (when (getattr error "lineno" None)
    ;; A compile error knows its place, which may be in a file that the recipe imports.
    (setv text (.join " " (.split (or (getattr error "msg" None) (str error)))))
    (return f"{error.filename}:{error.lineno}: {text}"))
  (+ f"{(path-and-line error path)}: {(summary error as-keyword)}"
    (if (and (isinstance error #(NameError ImportError))
        (re.search "'(defprep|defrecipe)'" (str error)))
      "; add `(require lstm-textgen.macros [defprep defrecipe])` before it"
      "")))
