"The kinds of values: how each is checked, parsed and named in messages."

(eval-when-compile (require hyrule [unless]  lstm-textgen.basics.forms [defrecord]))
(import
  codecs
  collections.abc [Callable Iterable]
  contextlib [suppress]
  difflib [get-close-matches]
  json
  math [inf isfinite]
  os [PathLike fspath]
  re
  warnings
  lstm-textgen.basics.messages [refuse])

(setv
  MAX-JSON (** 2 25)  ; bytes: room for the history of 250,000 epochs
  ;; A condition on a column, perhaps in quotation marks: a sign and a number, or = or != a value.
  CONDITION (re.compile (+ r"(?:\s*\"([^\"]*\S[^\"]*)\"|([^=]*?[^=!\s]))\s*"
    r"(?:([<>]=?)\s*([-+]?\d+(?:[.,]\d+)?)\s*|(!?)==?(.*))") re.DOTALL)
  MAX-EXACT (** 2 53)  ; above it a float can't hold every whole number
  FLAGS {"a" re.A  "i" re.I  "m" re.M  "s" re.S  "x" re.X}  ; of regular expressions
  NOT-KNOWN-YET (object))  ; stands for a value that only running a program can tell


(defrecord Kind
  "A kind of value: its description in `words`, its checks, and how to parse it from text." [
    #^ str words
    #^ Callable typed                 ; whether a value is of the right type,
    #^ Callable [fits (fn [x] True)]  ; and if it is, in range
    #^ Callable [read str]])


(defn one-of [words #* choices]
  "Return the kind of a text that is one of `choices`, described in `words`."
  (Kind words text? (fn [x] (in x choices))))


;; * What the kinds are made of

(defn whole? [x]
  "Return whether `x` is a whole number; True and False are not numbers."
  (and (isinstance x int) (not (isinstance x bool))))


(defn number? [x]
  "Return whether `x` is a number; True and False are not."
  (or (whole? x) (isinstance x float)))


(defn text? [x]
  "Return whether `x` is text."
  (isinstance x str))


(defn encoding? [x]
  "Return whether `x` is the name of an encoding of text that Python decodes in linear time."
  (with [_ (suppress LookupError ValueError)]
    (.decode b"a" x "ignore")
    ;; Python takes a minute to decode 300 KB of it, and four minutes for twice as much.
    (!= (. (codecs.lookup x) name) "punycode")))


(defn _texts? [x]
  (and (isinstance x list) (all (map text? x))))


(defn without-warning [parse pattern]
  "Return the result of `parse`, a function of `re`, without a warning of what `pattern` may mean."
  (with [_ (warnings.catch-warnings :action "ignore" :category FutureWarning)]
    (parse pattern)))


(defn several [x]
  "Return `x` if it is a list, or a list of it alone."
  (if (isinstance x list) x [x]))


(defn _text-or-texts? [x]
  (all (map text? (several x))))


(defn _without-null? [text]
  "Return True; raise `LookupError` if `text` has a null character, as no file's name does."
  (when (in "\0" text) (raise (LookupError "it has a null character")))
  True)


(defn _finite? [x]
  "Return whether the number `x` is finite; raise `OverflowError` for one above MAX-EXACT."
  (when (< MAX-EXACT x inf) (raise (OverflowError f"at most {MAX-EXACT}")))
  (isfinite x))


(defn column-parts [text]
  #[[Return what `text`, the name of a column or a template, is made of: pairs #(literal name).

  The column of that name follows the literal text; the last name is None. In a template doubled
  braces stand for themselves, and a backslash before an n for a line break. Raise `LookupError`
  for a brace without its counterpart, and if no column is named.]]
  (unless (in "{" text) (return [#("" text) #("" None)]))
  (setv [parts literal] [[] ""])
  (for [part (re.split r"(\{\{|\}\}|\{[^{}]*\}|[{}])" text)]
    (cond
      (in part ["{{" "}}"]) (+= literal (get part 0))
      (in part ["{" "}"])
        (raise (LookupError f"a {part} without its counterpart; a doubled one stands for itself"))
      (.startswith part "{") (do
        (.append parts #(literal (cut part 1 -1)))
        (setv literal ""))
      True (+= literal (.replace part "\\n" "\n"))))
  (unless (and parts (all (gfor [_ name] parts (.strip name))))
    (raise (LookupError "each {} needs the name or number of a column")))
  [#* parts #(literal None)])


(defn _read-numbers [text]
  "Return the number, or the list of numbers, written in `text` with commas between them."
  (setv numbers (list (map float (.split text ","))))
  (if (= (len numbers) 1) (get numbers 0) numbers))


(setv
  COUNT (Kind "a whole number, 1 or more" whole? (fn [x] (and (>= x 1) (_finite? x))) int)
  WHOLE (Kind "a whole number, 0 or more" whole? (fn [x] (and (>= x 0) (_finite? x))) int)
  REPEAT (Kind "0, or a whole number from 5 to 1000" whole?
    (fn [x] (or (= x 0) (<= 5 x 1000))) int)
  COPY (Kind "0, or a whole number from 20 to 1000" whole?
    (fn [x] (or (= x 0) (<= 20 x 1000))) int)
  SEED (Kind "a whole number from 0 to 2147483647" whole? (fn [x] (<= 0 x 2147483647)) int)
  POSITIVE (Kind "a number above 0" number? (fn [x] (and (> x 0) (_finite? x))) float)
  FRACTION (Kind "at least 0 and less than 1" number? (fn [x] (and (<= 0 x) (< x 1))) float)
  SHARE (Kind "greater than 0 and less than 1" number? (fn [x] (< 0 x 1)) float)
  PROBABILITY (Kind "greater than 0 and at most 1" number? (fn [x] (and (< 0 x) (<= x 1))) float)
  RATIO (Kind "a number from 0 to 1" number? (fn [x] (<= 0 x 1)) float)
  TEMPERATURE (Kind "a number, 0 or more, or a list of them"
    (fn [x] (all (map number? (several x))))
    (fn [x] (and (!= x []) (all (gfor n (several x) (and (>= n 0) (_finite? n))))))
    _read-numbers)
  FLAG (Kind "True or False" (fn [x] (isinstance x bool)))
  TEXT (Kind "text" text?)
  PASSAGE (Kind "non-empty text" text? (fn [x] (and (bool x) (_without-null? x))))
  MODEL (Kind "the name of a model, such as english, or its path" text? bool)
  TEXT-LIST (Kind "text, or a list of texts" _texts?)
  STOPS (Kind "non-empty text, or a list of such texts" _text-or-texts? (fn [x] (all (several x))))
  TABLE-COLUMNS (Kind "a column, a template such as \"{Name} of {City}\", or a list of these"
    _text-or-texts?
    (fn [x] (bool (and x (all x) (all (map column-parts (several x)))))))
  CONDITIONS (Kind "a condition such as \"lang=en\" or \"year>1990\", or a list of these"
    _text-or-texts?
    (fn [x] (bool (and x (all (map CONDITION.fullmatch (several x)))))))
  ENCODING (Kind "the name of an encoding, such as utf-8, latin-1 or cp1252" text? encoding?)
  MATCH (Kind "a regular expression" (fn [x] (or (text? x) (callable x)))
    (fn [x] (or (callable x) (and x (is-not (without-warning re.compile x) None)))))
  REGEX (Kind "a regular expression" text? (fn [x] (is-not (re.compile x) None)))
  TEXTS (Kind "a list of texts such as [\"lol.txt\"]" _texts? bool)
  PATH (Kind "a path" (fn [x] (isinstance x #(str PathLike)))
    (fn [x] (_without-null? (str (fspath x)))))
  FUNCTION (Kind "a function" callable))


(defn plain [value]
  #[[Return `value` with plain numbers and lists in place of NumPy's and of tuples.

  A compiled regular expression becomes its text, with its flags.]]
  (cond
    (and (isinstance value re.Pattern) (isinstance value.pattern str)) (do
      (setv flags (& value.flags (bnot (. (re.compile value.pattern) flags))))
      (+ (.join "" (gfor [c f] (.items FLAGS)  :if (& f flags) f"(?{c})")) value.pattern))
    (in (type value) [list tuple]) (lfor item value (plain item))
    (hasattr value "tolist") (.tolist value)
    True value))


(defn check-value [what kind value [wrong-type TypeError]]
  #[[Return `value`, called `what` in messages, as a plain Python value; `NOT-KNOWN-YET` passes.

  Raise `wrong-type` if its type doesn't fit its `kind`, `ValueError` if it is out of range.]]
  (when (is value NOT-KNOWN-YET) (return value))
  (setv
    value (plain value)
    typed (kind.typed value)
    why "")
  (try
    (when (and typed (kind.fits value)) (return value))
    (except [error [re.error LookupError OverflowError RecursionError]]
      (setv why f" ({(clip (str error))})")))
  (refuse what f" must be {kind.words}, not {(clip (quoted value))}{why}"
    :kind (if typed ValueError wrong-type)))


(defn read-value [what kind text]
  "Return the value of `kind` in `text`; raise `ValueError`, calling it `what`, if it is invalid."
  (try
    (setv value (kind.read text))
    (except [ValueError] (setv value text)))
  (check-value what kind value ValueError))


(defn quoted [value]
  "Return the `repr` of `value`, with backslashes as people type them, not doubled."
  (.replace (repr value) "\\\\" "\\"))


(defn clip [text [length 80]]
  "Return `text` for quoting, cut to `length` characters and an ellipsis if it is longer."
  (if (> (len text) length) f"{(cut text length)}…" text))


(defn unknown-name [what name names]
  "Return the message for a `name` that isn't among `names`; it suggests the nearest one."
  (setv near (get-close-matches name names :n 1))
  (+ f"unknown {what} '{(clip name)}'; "
    (if near f"did you mean '{(get near 0)}'?" f"choose from {(.join ", " (sorted names))}")))


(defn read-json [data what kind [limit MAX-JSON]]
  #[[Return the value in `data`, untrusted JSON in UTF-8 (bytes).

  Raise `ValueError`, calling it `what`, unless it is a `kind` (dict, list or str) in at most
  `limit` bytes, all of its numbers finite.]]
  (unless (<= (len data) limit) (refuse f"{what}: too long"))
  (try
    (setv value (json.loads (.decode data)
      :parse-constant (fn [constant] (refuse f"{what}: {constant} is not a number"))))
    (except [[json.JSONDecodeError UnicodeDecodeError RecursionError]]
      (raise (ValueError f"{what}: not valid JSON") :from None)))
  (unless (isinstance value kind) (refuse f"{what}: not a {kind.__name__}"))
  value)


(defn read-dict [path]
  "Return the dict in the JSON file at `path`, empty if the file is missing or holds none."
  (try
    (read-json (.read-bytes path) (str path) dict)
    (except [[OSError ValueError]] {})))


(defn text-list [what texts]
  "Return one or several `texts` as a list; raise `TypeError`, calling them `what`, otherwise."
  (setv texts (plain texts))
  (check-value what TEXT-LIST (cond
    (isinstance texts str) [texts]
    (and (isinstance texts Iterable) (not (isinstance texts #(bytes bytearray)))) (list texts)
    True texts)))


(defn counted [n units]
  "Return `n` with its `units` (a plural such as `characters`) in words: `1 character`."
  f"{n :,} {(if (= n 1) (re.sub "(ie)?s$" (fn [end] (if (get end 1) "y" "")) units) units)}")
