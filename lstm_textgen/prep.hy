"Text → text: the steps of data preparation, the package's own, and recipes.

Every step is a plain function whose first argument is the text; `defprep` and `compose` make one
function of several."

(eval-when-compile (require hyrule [unless]))
(require lstm-textgen.macros [defprep])
(import
  importlib.machinery [SourceFileLoader]
  importlib.util [module-from-spec spec-from-loader]
  io [StringIO]
  pathlib [Path]
  re
  sys
  traceback
  unicodedata
  lstm-textgen.macros [check-settings check-step text-first])

(export :objects [
  lower nfc ascii-quotes replace drop-lines keep-lines strip-lines squeeze-blank-lines
  compose default-prep Recipe recipe load-recipe])


;; What people type with one key: single marks (also primes and single guillemets) and double ones.
(setv QUOTES (str.maketrans {
  #** (dfor mark "‘’‚‛′‵‹›" mark "'")
  #** (dfor mark "“”„‟″‶«»" mark "\"")}))

;; Two or more lines with nothing on them but white space.
(setv BLANK-LINES (re.compile r"^(?:[^\S\n]*\n){2,}" re.MULTILINE))


(defprep lower
  "Return the text in lower case."
  str.lower)

(defprep ascii-quotes
  "Return the text with ' and \" for the curly, low and angle quotation marks and the primes."
  (str.translate QUOTES))

(defn nfc [text]
  "Return the text in Unicode's normal form C: one é, however it was typed."
  ;; The test costs a hundredth of the work that it mostly saves.
  (if (unicodedata.is-normalized "NFC" text)
    text
    (unicodedata.normalize "NFC" text)))

(defn replace [text old new]
  "Return the text with `new` wherever `old` stood. Raise ValueError if `old` is empty."
  (check-step "replace" [old new])
  (.replace text old new))

(defn strip-lines [text]
  "Return the text without the white space at both ends of each line."
  (.join "\n" (gfor line (.split text "\n") (.strip line))))

(defn squeeze-blank-lines [text]
  "Return the text with one empty line for each run of two or more blank ones."
  (.sub BLANK-LINES "\n" text))

(defn _lines [text regex matching]
  "Return the lines in which `regex` is found somewhere, or with `matching` False the others."
  (setv found? (. (re.compile regex) search))
  ;; A StringIO ends lines at "\n" only; `str.splitlines` would also at form feeds and the like.
  (.join "" (gfor line (StringIO text)
    :if (is matching (bool (found? (.removesuffix line "\n"))))
    line)))

(defn drop-lines [text regex]
  "Return the text without the lines in which `regex` is found; `^#` finds it at their beginning.
  Raise ValueError if `regex` is no regular expression."
  (check-step "drop-lines" [regex])
  (_lines text regex False))

(defn keep-lines [text regex]
  "Return only the lines in which `regex` is found. Raise ValueError if it is no regular
  expression."
  (check-step "keep-lines" [regex])
  (_lines text regex True))

(defprep default-prep
  "Return the text as every source is read: without a byte order mark, with \\n for each line end,
  in normal form C."
  (str.removeprefix "\ufeff")
  (str.replace "\r\n" "\n")
  (str.replace "\r" "\n")
  nfc)


(defn _function [step]
  "Return the text → text function that `step`, as `compose` takes it, stands for."
  (when (callable step)
    (return step))
  (unless (and step (isinstance step #(str tuple list)))
    (raise (ValueError
      f"a step is a name, a tuple such as (\"drop-lines\", \"^#\") or a function, not {step !r}")))
  (setv [name #* args] (if (isinstance step str) [step] step))
  (unless (callable name)
    (setv step-name (.replace (str name) "_" "-"))
    (check-step step-name args)
    (setv name (get (globals) (hy.mangle step-name))))
  (text-first name #* args))

(defn compose [#* steps]
  #[[Return a text → text function that applies the steps in their order: `defprep` for those who
  have no macros. A step is a name, a tuple of a name or a function and what it takes after the
  text, or a function. Raise ValueError if a step is none or takes something else.

      ((compose "lower" #("replace" "a" "o") str.strip) " BANANA")  ; => "bonono"]]
  (setv functions (lfor step steps (_function step)))
  (fn [text]
    (for [function functions]
      (setv text (function text)))
    text))


(defclass Recipe []
  "A corpus and the model that shall learn it, as `defrecipe` and `recipe` declare them.

  `name`, `doc`: text, `doc` may be None. `prep`: a text → text function or None. `settings`: a dict
  of what was set, by names with underscores (`learning_rate`). `folder`: where the recipe's file is,
  as a Path, if `load-recipe` read it: sources that are not in the current folder are there."

  (defn __init__ [self name doc prep settings]
    (setv self.name name  self.doc doc  self.prep prep  self.settings settings  self.folder None))

  (defn __repr__ [self]
    f"<Recipe {self.name}: {self.settings}>"))

(defn recipe [name * [doc None] [prep None] #** settings]
  "Return a `Recipe`: `defrecipe` for those who have no macros. `prep` is a function or a list of
  steps as `compose` takes them; the settings are those of `macros.SETTINGS`, with underscores.
  Raise ValueError for one that there is not or a value of the wrong kind."
  (check-settings settings)
  (when (and (is-not prep None) (not (callable prep)))
    (setv prep (compose #* (if (isinstance prep #(list tuple)) prep [prep]))))
  (Recipe name doc prep settings))

(defn _complaint [error path]
  "Return one line: where in the recipe at `path` the exception came from, and what it says."
  (setv text (.join " " (.split (or (getattr error "msg" None) (str error)))))
  (when (getattr error "lineno" None)
    ;; An error of compiling knows its place, which may be in a file that the recipe imports.
    (return f"{error.filename}:{error.lineno}: {text}"))
  (setv lines (lfor frame (traceback.extract-tb error.__traceback__)
    :if (= frame.filename path)
    frame.lineno))
  (setv kind (if (isinstance error ValueError) "" f"{(. (type error) __name__)}: "))
  f"{path}:{(get [1 #* lines] -1)}: {kind}{text}")

(defn _run [path]
  "Return the module that the Hy file at `path` makes; what it imports may stand beside it."
  ;; A name that no other module has, lest a recipe called numpy.hy hide NumPy.
  (setv name f"lstm-textgen recipe {path.stem}"  loader (SourceFileLoader name (str path)))
  (setv module (module-from-spec (spec-from-loader name loader)))
  (.insert sys.path 0 (str path.parent))
  (try
    (.exec-module loader module)
    (finally
      (.remove sys.path (str path.parent))))
  module)

(defn load-recipe [path]
  "Run the Hy file at `path` and return the one `Recipe` that it defines, its `folder` set. Raise
  ValueError, with the file and the line, where there is no such file, it doesn't run, or it
  defines no recipe or several."
  (setv path (.resolve (Path path)))
  (unless (.is-file path)
    (raise (ValueError f"{path}: there is no such recipe")))
  (try
    (setv module (_run path))
    (except [error Exception]
      (raise (ValueError (_complaint error (str path))) :from error)))
  (setv recipes (lfor value (.values (vars module)) :if (isinstance value Recipe) value))
  (unless (= (len recipes) 1)
    (setv names (or (.join ", " (gfor r recipes r.name)) "none"))
    (raise (ValueError f"{path}: it must define one recipe with `defrecipe`, and it has {names}")))
  (setv [recipe] recipes  recipe.folder path.parent)
  recipe)
