"The steps of data preparation: their names, and what each takes after the text."

(eval-when-compile (require hyrule [unless]))
(import
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


(defn text-first [function / #* args #** named]
  #[[Return `function` of a text alone, the arguments after the text filled in.

      ((text-first str.replace "a" "b") "banana")  ; => "bbnbnb"]]
  (fn [text]
    (function text #* args #** named)))


(defn own-step [name function / #* args #** named]
  #[[Return the user's own `function` as a step called `name`, as `text-first` does.

  Raise `TypeError` if it isn't a function; the step raises `ValueError` if it returns anything but
  text.]]
  (setv name (clip name))
  (unless (callable function)
    (raise (TypeError f"the step '{name}' is not a function, but {(_type function)}")))
  (fn [text]
    (setv result (function text #* args #** named))
    (unless (isinstance result str)
      (raise (ValueError f"the step '{name}' returned {(_type result)}, not text")))
    result))


(defn _type [value]
  "Return the name of the type of `value`."
  (. (type value) __name__))
