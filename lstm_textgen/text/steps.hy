"The steps of data preparation: their names, and what each takes after the text."

(eval-when-compile (require hyrule [unless]))
(import
  collections.abc [Callable]
  dataclasses [dataclass]
  inspect [unwrap]
  traceback [extract-tb]
  lstm-textgen.basics.values [PASSAGE REGEX TEXT check-value clip unknown-name])

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

  It can be pickled if the function can. Called, it raises `StepError`, with the file and the line,
  if the function raises an error or returns anything but text.]]
  #^ str name
  #^ Callable function
  #^ tuple args
  #^ dict named

  (defn __call__ [self text]
    (try
      (setv result (self.function text #* self.args #** self.named))
      (except [StepError]  ; of a step in this one
        (raise))
      (except [error Exception]
        (raise (StepError (_failure self.name self.function error)) :from error)))
    (unless (isinstance result str)
      (raise (StepError (_no-text self.name self.function result))))
    result))


(defn make-step [name function / #* args #** named]
  "Return the `Step` of `function` and what it takes; raise `TypeError` if it isn't a function."
  (setv name (clip name))
  (unless (callable function)
    (raise (TypeError f"the step '{name}' is not a function, but {(_type function)}")))
  (Step name function args named))


(defclass StepError [ValueError]
  "A step failed; the message says where.")


(defn _failure [name function error]
  "Return the message that the step `name`, which is `function`, raised `error`."
  (setv code (_code function))
  (+ (if code (place error code.co-filename code.co-firstlineno) f"the step '{name}'")
    f": {(summary error)}"))


(defn _no-text [name function result]
  "Return the message that the step `name`, which is `function`, returned `result`."
  (setv code (_code function))
  (+ (if code f"{code.co-filename}:{code.co-firstlineno}: " "")
    f"the step '{name}' returned {(_type result)}, not text"))


(defn _code [function]
  "Return the code of `function`, which knows its place, or None for a builtin and the like."
  (getattr (unwrap function) "__code__" None))


(defn place [error path [line 1]]
  "Return `path:line`, of the lines of the file `path` that `error` came through the innermost."
  (setv lines (lfor
    frame (extract-tb error.__traceback__)
    :if (= frame.filename path)
    frame.lineno))
  f"{path}:{(get [line #* lines] -1)}")


(defn summary [error]
  "Return in one line what `error` says and, unless it is a wrong value or type, its kind."
  (setv
    text (.join " " (.split (str error)))
    kind (if (and text (isinstance error #(TypeError ValueError))) "" (_type error)))
  (.join ": " (filter None [kind text])))


(defn _type [value]
  "Return the name of the type of `value`."
  (. (type value) __name__))
