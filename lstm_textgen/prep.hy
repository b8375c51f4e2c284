"Text → text: the steps of data preparation, functions whose first argument is the text."

(require
  lstm-textgen.macros [defprep])
(import
  dataclasses [dataclass]
  io [StringIO]
  re
  unicodedata
  lstm-textgen.text.steps [check-step make-step])

(export :objects [
  lower nfc ascii-quotes replace drop-lines keep-lines strip-lines squeeze-blank-lines
  compose default-prep])

(setv
  ;; What people type with one key: single marks (primes and guillemets, too), and double ones.
  QUOTES (str.maketrans {
    #** (dfor mark "‘’‚‛′‵‹›" mark "'")
    #** (dfor mark "“”„‟″‶«»" mark "\"")})
  ;; Two or more lines with nothing on them but white space.
  BLANK-LINES (re.compile r"^(?:[^\S\n]*\n){2,}" re.MULTILINE))


(defprep lower
  "Return the text in lower case."
  str.lower)


(defprep ascii-quotes
  "Return the text with ' and \" for the curly, low and angle quotation marks and the primes."
  (str.translate QUOTES))


(defn nfc [text]
  "Return the text in Unicode's normal form C: one é, however it was typed."
  ;; The test costs a hundredth of the work that it mostly saves.
  (if (unicodedata.is-normalized "NFC" text) text (unicodedata.normalize "NFC" text)))


(defn replace [text old new]
  "Return the text with `new` wherever `old` stood. Raise `ValueError` if `old` is empty."
  (check-step "replace" [old new])
  (.replace text old new))


(defn strip-lines [text]
  "Return the text without the white space at both ends of each line."
  (.join "\n" (gfor line (.split text "\n") (.strip line))))


(defn squeeze-blank-lines [text]
  "Return the text with one empty line for each run of two or more blank ones."
  (.sub BLANK-LINES "\n" text))


(defn drop-lines [text regex]
  #[[Return the text without the lines in which `regex` is found; `^#` finds it at their beginning.

  Raise `ValueError` if `regex` is not a regular expression.]]
  (_lines "drop-lines" text regex))


(defn keep-lines [text regex]
  "Return only the lines in which `regex` is found. Raise `ValueError` if it is invalid."
  (_lines "keep-lines" text regex))


(defn _lines [step text regex]
  "Return the lines that the `step` leaves of the text."
  (check-step step [regex])
  (setv found? (. (re.compile regex) search))
  ;; A StringIO ends lines at "\n" only; `str.splitlines` would also at form feeds and the like.
  (defn kept? [line]
    (is (= step "keep-lines") (bool (found? (.removesuffix line "\n")))))
  (.join "" (filter kept? (StringIO text))))


(defprep default-prep
  "Return the text as every source is read: no byte order mark, \\n line ends, normal form C."
  (str.removeprefix "\ufeff")
  (str.replace "\r\n" "\n")
  (str.replace "\r" "\n")
  nfc)


(defn compose [#* steps]
  #[[Return a text → text function that applies the steps in their order.

  It is `defprep` for those who have no macros. A step is a name, a tuple of a name or a function
  and what it takes after the text, or a function. Raise `ValueError` if a step is invalid, and
  `TypeError` if it or what it takes is of another type; the function raises `ValueError`, with
  file and line, if a step of your own fails or returns anything but text.

      ((compose "lower" #("replace" "a" "o") str.strip) " BANANA")  ; => "bonono"]]
  (Composed (list (map _function steps))))


(defn compose-all [prep]
  "Return the text → text function of `prep`: a step as `compose` takes it, or a list of steps."
  (compose #* (if (isinstance prep list) prep [prep])))


(defclass [(dataclass :eq False)] Composed []
  "The text → text function that applies `functions`, a list, in their order; it can be pickled."
  #^ list functions

  (defn __call__ [self text]
    (for [function self.functions] (setv text (function text)))
    text))


(defn _function [step]
  "Return the text → text function that `step`, as `compose` takes it, stands for."
  (setv [head #* args] (if (and step (isinstance step #(tuple list))) step [step]))
  (cond
    (callable head) (make-step (getattr head "__name__" (repr head)) head #* args)
    (isinstance head str) (do
      (setv name (hy.unmangle (hy.mangle head)))  ; it may have hyphens or underscores
      (check-step name args)
      (make-step name (get (globals) (hy.mangle name)) #* args))
    True (raise (TypeError (+ "a step is a name, a tuple such as (\"drop-lines\", \"^#\") "
      f"or a function, not {step !r}")))))
