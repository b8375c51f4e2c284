"Data preparation as a language: `defprep` and `defrecipe`, checked while a program compiles."

(eval-when-compile (require hyrule [unless]))
(import
  codecs
  contextlib [contextmanager]
  difflib [get-close-matches]
  itertools [chain zip-longest]
  math [isfinite]
  re
  hy.errors [HyMacroExpansionError]
  hy.models [Bytes Expression Float Integer Keyword List String Symbol])

(export
  :objects [STEPS SETTINGS check-step check-settings text-first]
  :macros [defprep defrecipe])


;; The steps that prep.hy defines, each with the kinds of its arguments after the text.
(setv STEPS {
  "ascii-quotes" []
  "drop-lines" ["regex"]
  "keep-lines" ["regex"]
  "lower" []
  "nfc" []
  "replace" ["passage" "text"]
  "squeeze-blank-lines" []
  "strip-lines" []})

;; What a recipe may set beside its `prep`, each with its kind. The names are those of the flags.
(setv SETTINGS {
  "sources" "sources"
  "unit" "unit"
  "lower" "flag"
  "encoding" "encoding"
  "max-words" "count"
  "lookback" "count"
  "stride" "count"
  "batch-size" "count"
  "validation" "fraction"
  "layers" "passage"
  "learning-rate" "positive"
  "epochs" "whole"
  "patience" "whole"
  "rng-seed" "seed"
  "temperature" "not-negative"})

(defn _number? [x]
  (and (isinstance x #(int float)) (not (isinstance x bool)) (isfinite x)))

(defn _whole? [x]
  (and (isinstance x int) (_number? x) (>= x 0)))

(defn _texts? [x]
  (and x (isinstance x #(list tuple)) (all (gfor item x (isinstance item str)))))

;; What a value of each kind must be, in words and as a test.
(setv KINDS {
  "count" #("a whole number of 1 or more" (fn [x] (and (_whole? x) x)))
  "encoding" #("the name of an encoding" (fn [x] (and (isinstance x str) (codecs.lookup x))))
  "flag" #("True or False" (fn [x] (isinstance x bool)))
  "fraction" #("a number from 0 to below 1" (fn [x] (and (_number? x) (<= 0 x) (< x 1))))
  "not-negative" #("a number of 0 or more" (fn [x] (and (_number? x) (>= x 0))))
  "passage" #("text of a character or more" (fn [x] (and (isinstance x str) x)))
  "positive" #("a number above 0" (fn [x] (and (_number? x) (> x 0))))
  "regex" #("a regular expression" (fn [x] (and (isinstance x str) (re.compile x))))
  "seed" #("a whole number from 0 to 2147483647" (fn [x] (and (_whole? x) (< x (** 2 31)))))
  "sources" #("a list of texts such as [\"lol.txt\"]" _texts?)
  "text" #("text" (fn [x] (isinstance x str)))
  "unit" #("`characters` or `words`" (fn [x] (in x ["characters" "words"])))
  "whole" #("a whole number of 0 or more" _whole?)})

;; The forms that are values as they stand, and what stands for a form that is not.
(setv CONSTANTS ['True 'False 'None])
(setv UNKNOWN (object))

;; How alike a name must be to a step's to be taken for a misspelling of it: `lowr` is, `newlines`
;; (0.67 like `keep-lines`) is not.
(setv MISSPELT 0.75)


(defn check-value [what kind value]
  "Raise ValueError unless `value` is of `kind`, a key of KINDS; `what` names it in the message.
  A value that is UNKNOWN, as it can be while a program compiles, is let through."
  (when (is value UNKNOWN)
    (return))
  (setv [words fits?] (get KINDS kind)  why "")
  (try
    (when (fits? value)
      (return))
    (except [error [re.error LookupError]]
      (setv why f" ({error})")))
  (raise (ValueError f"{what} must be {words}, not {value !r}{why}")))

(defn _unknown [what name names]
  "Return the message for a `name` that is none of `names`: it suggests the nearest one."
  (setv near (get-close-matches name names :n 1))
  (if near
    f"no {what} `{name}`; did you mean `{(get near 0)}`?"
    f"no {what} `{name}`; there are {(.join ", " (sorted names))}"))

(defn _hyphens [name]
  "Return the name as Hy spells it: Python's `drop_lines` is `drop-lines`."
  (.replace (str name) "_" "-"))

(defn check-step [name args]
  "Raise ValueError unless `name` is a step and `args` (a list) are what it takes after the text."
  (unless (in name STEPS)
    (raise (ValueError (_unknown "step" name STEPS))))
  (setv kinds (get STEPS name))
  (unless (= (len args) (len kinds))
    (setv takes (or (.join " and " kinds) "nothing"))
    (raise (ValueError f"`{name}` takes {takes} beside the text, not {(len args)} arguments")))
  (for [[kind arg] (zip kinds args)]
    (check-value f"what `{name}` takes" kind arg)))

(defn check-settings [settings [called "`{}`"]]
  "Raise ValueError unless each key of the dict `settings` is one of SETTINGS, with hyphens or
  underscores, and its value is of the right kind. `called` is how messages write a setting's name."
  (for [[key value] (.items settings)]
    (setv name (_hyphens key))
    (unless (in name SETTINGS)
      (raise (ValueError (_unknown "setting" name [#* SETTINGS "prep"]))))
    (check-value (.format called name) (get SETTINGS name) value)))

(defn text-first [function #* args #** named]
  #[[Return `function` of a text alone, the arguments after the text filled in.

      ((text-first str.replace "a" "b") "banana")  ; => "bbnbnb"]]
  (fn [text]
    (function text #* args #** named)))


(defn [contextmanager] _pointing [compiler form]
  "Turn a ValueError of the body into an error of compiling that points at `form`."
  (try
    (yield)
    (except [error ValueError]
      (raise
        (HyMacroExpansionError
          (str error)
          form
          ;; `hy.macroexpand` has no compiler, and so no file to point into.
          (getattr compiler "filename" None)
          (getattr compiler "source" None))
        :from None))))

(defn _spelt [form]
  "Return `form` as its author wrote it, for a message."
  (.removeprefix (hy.repr form) "'"))

(defn _literal? [form]
  (if (isinstance form List)
    (all (map _literal? form))
    (or (in form CONSTANTS) (isinstance form #(Bytes Float Integer Keyword String)))))

(defn _value [form]
  "Return the value that `form` spells out, or UNKNOWN where only running it can tell."
  (if (_literal? form) (hy.eval form) UNKNOWN))

(defn _check-name [name]
  (unless (isinstance name Symbol)
    (raise (ValueError f"what is defined here needs a name, and {(_spelt name)} is none"))))

(defn _split-doc [body]
  "Return the documentation that `body` begins with, or None, and the rest."
  (if (and body (isinstance (get body 0) String))
    #((get body 0) (cut body 1 None))
    #(None body)))

(defn _call? [form]
  "Is `form` a step with arguments, and not a dotted name or a `(fn …)`?"
  (and (isinstance form Expression) form (not-in (get form 0) ['. 'fn])))

(defn _step-name [head]
  "Return the name of the step that `head` means, or None for a function of the user's own."
  (when (and (isinstance head Expression) head)
    (return None))
  (when (or (not (isinstance head Symbol)) (in head CONSTANTS))
    (raise (ValueError f"a step is a name, a call or a function, not {(_spelt head)}")))
  (setv name (_hyphens head))
  (cond
    (in name STEPS)
      name
    (get-close-matches name STEPS :cutoff MISSPELT)
      (raise (ValueError
        f"{(_unknown "step" name STEPS)} (your own `{head}` goes as (fn [text] ({head} text)))"))
    True
      None))

(defn _step-code [form text before]
  "Return code that applies the step `form` to what the code `text` gives. What is the user's own
  is evaluated once, at the definition: a name and its form are added to the list `before`."
  (setv [head #* args] (if (_call? form) form [form]))
  (setv name (_step-name head)  values (lfor arg args (_value arg))  function head)
  (when name
    (check-step name values)
    (setv function `(. hy I lstm_textgen/prep ~(Symbol name))))
  (when (and name (not-in UNKNOWN values))
    (return `(~function ~text ~@args)))
  (setv own (hy.gensym "step"))
  (.extend before
    [own (if args `(hy.I.lstm_textgen/macros.text-first ~function ~@args) function)])
  `(~own ~text))

(defn _prep-code [compiler name doc steps]
  "Return the expansion of `defprep`."
  (setv before []  text (hy.gensym "text")  code text)
  (with [_ (_pointing compiler name)]
    (_check-name name))
  (for [step steps]
    (with [_ (_pointing compiler step)]
      (setv code (_step-code step code before))))
  `(do
    (setv ~@before)
    (defn ~name [~text]
      ~@(if doc [doc] [])
      ~code)))

(defmacro defprep [_hy-compiler name #* body]
  #[[Define NAME, a text → text function that applies the steps in their order.

      (defprep clean "Prose alone." lower (drop-lines "^#") (replace "--" "-") my-step)

  becomes, with generated names for `text` and `own`,

      (setv own my-step)
      (defn clean [text]
        "Prose alone."
        (own (prep.replace (prep.drop-lines (prep.lower text) "^#") "--" "-")))

  A step is one of STEPS, whatever that name means to the caller; or a function of the caller's: its
  name, `(fn [text] …)`, or `(my-step arg …)`, which is called as `(my-step text arg …)`. These are
  evaluated once, where the prep is defined. A function whose name is so like a step's that it
  looks misspelt goes in as `(fn [text] (lowr text))` or by a dotted name, `mine.lowr`.

  A misspelt step, a wrong number of arguments and a literal of the wrong kind (a pattern that
  is none, too) are errors of compiling, at the step's own line.]]
  (_prep-code _hy-compiler name #* (_split-doc body)))


(defn _setting [key value seen]
  "Return the name of the setting that the keyword `key` means, checked with its value as far as
  that is spelt out; `seen` are the names of those before it."
  (unless (isinstance key Keyword)
    (raise (ValueError f"a recipe is made of pairs such as `:epochs 3`; {(_spelt key)} is no keyword")))
  (setv name (_hyphens key.name))
  (when (is value None)
    (raise (ValueError f"`:{name}` has no value")))
  (when (in name seen)
    (raise (ValueError f"`:{name}` is given twice")))
  (unless (= name "prep")
    (check-settings {name (_value value)}))
  name)

(defn _quoted-unit [name value]
  "Return `value`, as text where it is the bare word after `:unit`."
  (if (and (= name "unit") (isinstance value Symbol)) (String value) value))

(defn _recipe-code [compiler name body]
  "Return the expansion of `defrecipe`."
  (setv [doc items] (_split-doc body)  before []  settings {})
  (with [_ (_pointing compiler name)]
    (_check-name name))
  (for [[key value] (zip-longest (cut items 0 None 2) (cut items 1 None 2))]
    (setv value (_quoted-unit (getattr key "name" None) value))
    (with [_ (_pointing compiler key)]
      (setv setting (_setting key value settings)))
    (when (= setting "prep")
      (setv steps (if (isinstance value List) value [value])  value (hy.gensym f"{name}-prep"))
      (.append before (_prep-code compiler value None steps)))
    (setv (get settings setting) value))
  `(do
    ~@before
    (setv ~name
      (hy.I.lstm_textgen/prep.recipe ~(String name) :doc ~doc
        ~@(chain.from-iterable (gfor [key value] (.items settings) [(Keyword key) value]))))))

(defmacro defrecipe [_hy-compiler name #* body]
  #[[Declare a corpus and the model that shall learn it, as one form; NAME becomes a `prep.Recipe`.

      (defrecipe tales "Fairy tales."
        :sources ["grimm.txt"]
        :prep [squeeze-blank-lines (drop-lines "^#")]
        :unit characters
        :epochs 3)

  becomes, with a generated name for `tales-prep`,

      (defprep tales-prep squeeze-blank-lines (drop-lines "^#"))
      (setv tales (prep.recipe "tales" :doc "Fairy tales."
        :sources ["grimm.txt"] :prep tales-prep :unit "characters" :epochs 3))

  `:prep` takes a list of steps, as `defprep` does, or one step; SETTINGS lists the other keys, none
  of which must be given. An unknown key, a value that is missing and a literal of the wrong kind
  are errors of compiling, at the line of the key; what isn't literal is checked when it runs.]]
  (_recipe-code _hy-compiler name body))
