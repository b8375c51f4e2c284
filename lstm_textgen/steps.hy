"The steps of data preparation: their names, and what each takes after the text."

(eval-when-compile (require hyrule [unless]))
(import
  collections.abc [Callable]
  dataclasses [dataclass]
  lstm-textgen.values [PASSAGE REGEX TEXT check-value clip unknown-name])

;; The steps that prep.hy defines, each with the kinds of its arguments after the text.
(setv STEPS {
  "ascii-quotes" []
  "drop-lines" [REGEX]
  "keep-lines" [REGEX]
  "lower" []
  "nfc" []
  "replace" [PASSAGE TEXT]
  "squeeze-blank-lines" []
  "strip-lines" []})


(defn check-step [name args]
  #[[Raise `ValueError` unless `name` is a step and `args` (a list) are what it takes after a text.

  For one of `args` of another type raise `TypeError`.]]
  (unless (in name STEPS)
    (raise (ValueError (unknown-name "step" name STEPS))))
  (setv kinds (get STEPS name))
  (unless (= (len args) (len kinds))
    (setv takes (or (.join " and " (gfor kind kinds kind.words)) "nothing"))
    (raise (ValueError f"'{name}' takes {takes} beside the text, not {(len args)} arguments")))
  (for [[kind arg] (zip kinds args)]
    (check-value f"what '{name}' takes" kind arg)))


(defclass [(dataclass :eq False)] Step []
  #[[A `function` of a text, the arguments after the text filled in: a text → text function.

      ((Step "replace" str.replace #("a" "b") {}) "banana")  ; => "bbnbnb"

  It can be pickled if the function can. Called, it raises `ValueError` with the step's `name` if
  the function returns anything but text.]]
  #^ str name
  #^ Callable function
  #^ tuple args
  #^ dict named

  (defn __call__ [self text]
    (setv result (self.function text #* self.args #** self.named))
    (unless (isinstance result str)
      (raise (ValueError f"the step '{self.name}' returned {(_type result)}, not text")))
    result))


(defn make-step [name function / #* args #** named]
  "Return the `Step` of `function` and what it takes; raise `TypeError` if it isn't a function."
  (setv name (clip name))
  (unless (callable function)
    (raise (TypeError f"the step '{name}' is not a function, but {(_type function)}")))
  (Step name function args named))


(defn _type [value]
  "Return the name of the type of `value`."
  (. (type value) __name__))
