"The steps of data preparation: their names and their arguments after the text."

(eval-when-compile (require hyrule [unless]))
(import
  inspect [unwrap]
  traceback [extract-tb]
  lstm-textgen.basics.values [PASSAGE REGEX TEXT check-value clip unknown-name])

;; The steps that prep.hy defines, each with the kinds of its arguments after the text.
(setv STEPS {
  "ascii-quotes" []
  "drop-lines" [REGEX]
  "keep-lines" [REGEX]
  "lower" []
  "mask-addresses" []
  "mask-names" [PASSAGE]
  "mask-numbers" []
  "nfc" []
  "read-chat" []
  "read-html" []
  "read-mail" []
  "read-notebook" []
  "read-rtf" []
  "read-subtitles" []
  "read-table" [PASSAGE]
  "replace" [PASSAGE TEXT]
  "squeeze-blank-lines" []
  "strip-lines" []})


(defn check-step [name args]
  "Raise `ValueError` or `TypeError` unless the step `name` takes `args` (a list) after a text."
  (unless (in name STEPS) (raise (ValueError (unknown-name "step" name STEPS))))
  (setv kinds (get STEPS name))
  (unless (= (len args) (len kinds))
    (setv takes (or (.join " and " (gfor kind kinds kind.words)) "nothing"))
    (raise (ValueError f"'{name}' takes {takes} after the text, not {(len args)} arguments")))
  (for [[kind arg] (zip kinds args)] (check-value f"what '{name}' takes" kind arg)))


(defclass Step []
  #[[A `function` of a text with its further arguments filled in: a text → text function.

      ((Step "replace" str.replace "a" "b") "banana")  ; => "bbnbnb"

  It can be pickled if the function can. Called, it raises `StepError`, with the file and the line,
  if the function raises an error or returns anything but text.]]

  (defn __init__ [self name function / #* args #** named]
    "Raise `TypeError` unless `function` is one; `name` is what messages call it."
    (setv
      [self.name self.function] [(clip name) function]
      [self.args self.named] [args named])
    (unless (callable function)
      (raise (TypeError
        f"the step '{self.name}' is not a function, but {function.__class__.__name__}"))))

  (defn __call__ [self text]
    (setv code (getattr (unwrap self.function) "__code__" None))  ; a builtin has none
    (try
      (setv result (self.function text #* self.args #** self.named))
      (except [StepError]  ; from a step inside this one
        (raise))
      (except [error Exception]
        (setv where (if code
          (place error code.co-filename code.co-firstlineno)
          f"the step '{self.name}'"))
        (raise (StepError f"{where}: {(summary error)}") :from error)))
    (unless (isinstance result str)
      (raise (StepError (+ (if code f"{code.co-filename}:{code.co-firstlineno}: " "")
        f"the step '{self.name}' returned {result.__class__.__name__}, not text"))))
    result))


(defclass StepError [ValueError]
  "A step failed; the message says where.")


(defn place [error path [line 1]]
  "Return `path:line` of the innermost line of the file `path` in the traceback of `error`."
  (for [frame (extract-tb error.__traceback__) :if (= frame.filename path)]
    (setv line frame.lineno))
  f"{path}:{line}")


(defn summary [error]
  "Return the message of `error` in one line, with its class unless that is a wrong value or type."
  (setv text (.join " " (.split (str error))))
  (cond
    (not text) error.__class__.__name__
    (isinstance error #(TypeError ValueError)) text
    True f"{error.__class__.__name__}: {text}"))
