"Data preparation as a language: `defprep` and `defrecipe`, checked at compile time."

;; basics/forms.hy has the program's own macros, and explains its less common Hy.
(eval-when-compile (require hyrule [unless]))
(import
  contextlib [contextmanager]
  difflib [get-close-matches]
  itertools [zip-longest]
  hy.errors [HyMacroExpansionError]
  hy.models [Bytes Expression Float Integer Keyword List String Symbol Tuple]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [NOT-KNOWN-YET unknown-name]
  lstm-textgen.prep [NAMED-STEPS check-step]
  lstm-textgen.settings.table [as-keyword check-given])

(export :objects [] :macros [defprep defrecipe])

(setv CONSTANTS ['True 'False 'None])  ; symbols that are values


;; * Forms

(defn [contextmanager] _pointing [compiler form]
  "Turn an error about a value inside into a compile error that points at `form`."
  (try
    (yield)
    (except [error [TypeError ValueError]]
      ;; `hy.macroexpand` has no compiler, and so no file to point into.
      (setv [file source] (gfor name ["filename" "source"] (getattr compiler name None)))
      (raise (HyMacroExpansionError (as-keyword error) form file source) :from None))))


(defn _spelt [form]
  (.removeprefix (hy.repr form) "'"))


(defn _value [form]
  "Return the value of the literal `form`, or `NOT-KNOWN-YET` if only running it can tell."
  (defn literal? [form]
    (if (isinstance form List)
      (all (map literal? form))
      (or (in form CONSTANTS) (isinstance form #(Bytes Float Integer Keyword String)))))
  ;; Without a module, Hy would look for the caller's among all that are imported.
  (if (literal? form) (hy.eval form {} :module "hy") NOT-KNOWN-YET))


(defn _parts [compiler name body]
  "Return the documentation in a definition's `body`, or None, and the rest; check the `name`."
  (with [_ (_pointing compiler name)]
    (unless (isinstance name Symbol)
      (refuse f"a definition needs a name, and {(_spelt name)} is not one")))
  (if (and body (isinstance (get body 0) String)) [(get body 0) (cut body 1 None)] [None body]))


;; * defprep

(defn _step-name [head]
  "Return the name of the step that `head` means, or None for the user's own function."
  (when (and (isinstance head Expression) head)
    (when (= (list (cut head 2)) ['. 'None])  ; so Hy reads `.replace`
      (setv
        method (str (get head 2))
        step (if (in method NAMED-STEPS)
          f"`{method}`, without a dot"
          f"(fn [text] (.{method} text …))"))
      (refuse f"`.{method}` is a method, not a step; write {step}"))
    (return None))
  (when (or (not (isinstance head Symbol)) (in head CONSTANTS))
    (refuse f"a step is a name, a call or a function, not {(_spelt head)}"))
  (setv name (hy.unmangle (str head)))
  (when (in name NAMED-STEPS) (return name))
  ;; `lowr` is similar enough to `lower`; `newlines` (0.67 to `keep-lines`) isn't a misspelling.
  (when (get-close-matches name NAMED-STEPS :cutoff 0.75)
    (refuse (unknown-name "step" name NAMED-STEPS)
      f" (to use your own function `{head}`, write (fn [text] ({head} text)))")))


(defn _step-code [form]
  "Return code for the step `form`, as `composed` takes it."
  (setv
    ;; A dotted name or a `(fn …)` isn't a call of a step.
    call? (and (isinstance form Expression) form (not-in (get form 0) ['. 'fn]))
    [head #* args] (if call? form [form])
    name (_step-name head))
  (when name (check-step name (list (map _value args))))
  (cond
    (not name) `(hy.I.lstm_textgen/prep.own-step ~(String (_spelt head)) ~head ~@args)
    args (Tuple [(String name) #* args])
    True (String name)))


(defn _prep-code [compiler steps]
  "Return code for the text → text function of the forms `steps`."
  (setv codes [])
  (for [step steps]
    (with [_ (_pointing compiler step)] (.append codes (_step-code step))))
  `(hy.I.lstm_textgen/prep.composed ~codes))


(defmacro defprep [_hy-compiler name #* body]
  #[[Define NAME, a text → text function that applies the steps in order.

      (defprep clean "Prose alone." lower (drop-lines "^#") (replace "--" "-") my-step)

  becomes, with a generated name for `steps`,

      (setv steps (prep.composed
        ["lower" #("drop-lines" "^#") #("replace" "--" "-") (prep.own-step "my-step" my-step)]))
      (defn clean [text] "Prose alone." (steps text))

  A step is one of NAMED-STEPS, whatever that name means to the caller, or the caller's own
  function: its name, `(fn [text] …)`, or `(my-step arg …)`, which is called as
  `(my-step text arg …)`. If one fails or returns anything but text, the prep raises `ValueError`
  with its file and line.

  A misspelt step, a wrong number of arguments and a literal of the wrong kind (such as an invalid
  pattern) are compile errors at the step's own line; others are checked when the form runs.]]
  (setv
    [doc steps] (_parts _hy-compiler name body)
    own (hy.gensym "steps"))
  `(do
    (setv ~own ~(_prep-code _hy-compiler steps))
    (defn ~name [text] ~@(if doc [doc] []) (~own text))))


;; * defrecipe

(defmacro defrecipe [_hy-compiler name #* body]
  #[[Declare a corpus and the model to train on it, in one form; NAME becomes a `Recipe`.

      (defrecipe tales "Fairy tales."
        :sources ["grimm.txt"]
        :prep [squeeze-blank-lines (drop-lines "^#")]
        :unit characters
        :epochs 3)

  becomes

      (setv tales (recipes.Recipe "tales" "Fairy tales."
        (prep.composed ["squeeze-blank-lines" #("drop-lines" "^#")])
        {"sources" ["grimm.txt"]  "unit" "characters"  "epochs" 3}))

  `:prep` takes a list of steps, as `defprep` does, or one step; the other keys are the settings
  that a recipe may have. An unknown key, a missing value and a literal of the wrong kind are
  compile errors at the key's line; other values are checked when the form runs.]]
  (setv
    [doc items] (_parts _hy-compiler name body)
    settings {})
  (for [[key value] (zip-longest (cut items 0 None 2) (cut items 1 None 2))]
    (when (and (in key [':unit ':items]) (isinstance value Symbol))
      (setv value (String value)))  ; a bare word
    (with [_ (_pointing _hy-compiler key)]
      (unless (isinstance key Keyword)
        (refuse f"a recipe is made of pairs such as `:epochs 3`; {(_spelt key)} is not a keyword"))
      (setv setting (hy.mangle key.name))
      (when (is value None) (refuse f"`:{key.name}` has no value"))
      (when (in setting settings) (refuse (Symbol setting) " is given twice"))
      (unless (= setting "prep") (check-given {setting (_value value)} "recipe")))
    (when (= setting "prep")
      (setv value (_prep-code _hy-compiler (if (isinstance value List) value [value]))))
    (setv (get settings setting) value))
  (setv prep (.pop settings "prep" None))
  `(setv ~name (hy.I.lstm_textgen/recipes.Recipe ~(String name) ~doc ~prep ~settings)))
