"What a value may be: the kinds of values, how each is read, and how a wrong one is named."

(eval-when-compile (require hyrule [unless]))
(import
  codecs
  collections.abc [Callable]
  dataclasses [dataclass]
  difflib [get-close-matches]
  json
  math [isfinite]
  numbers [Integral Real]
  re)

(setv
  MAX-JSON (** 2 25)  ; bytes: room for the history of 250,000 epochs
  UNKNOWN (object))   ; stands for a value that only running a program can tell


(defclass [(dataclass :frozen True)] Kind []
  "A kind of value: in `words` what a value must be, whether one `fits`, and how to `read` one."
  #^ str words
  #^ Callable fits
  (setv #^ Callable read str))


(defn number? [x]
  "Return whether `x` is a finite number that a float can hold; True and False are not numbers."
  (try
    (and (isinstance x Real) (not (isinstance x bool)) (isfinite x))
    (except [OverflowError]
      False)))


(defn whole? [x]
  "Return whether `x` is a whole number from 0 up."
  (and (isinstance x Integral) (number? x) (>= x 0)))


(defn text? [x]
  "Return whether `x` is a text of at least one character."
  (and (isinstance x str) (bool x)))


(defn _temperatures? [x]
  (setv numbers (if (isinstance x #(list tuple)) x [x]))
  (and (bool numbers) (all (gfor n numbers (and (number? n) (>= n 0))))))


(defn _stops? [x]
  (or (text? x) (and (isinstance x #(list tuple)) (bool x) (all (map text? x)))))


(defn _read-numbers [text]
  "Return the number, or the list of numbers, written in `text` with commas between them."
  (setv numbers (lfor part (.split text ",") (float part)))
  (if (= (len numbers) 1) (get numbers 0) numbers))


(setv
  COUNT (Kind "a whole number from 1 up" (fn [x] (and (whole? x) (>= x 1))) int)
  WHOLE (Kind "a whole number from 0 up" whole? int)
  SEED (Kind "a whole number from 0 to 2147483647" (fn [x] (and (whole? x) (< x (** 2 31)))) int)
  NUMBER (Kind "a number from 0 up" (fn [x] (and (number? x) (>= x 0))) float)
  POSITIVE (Kind "a number above 0" (fn [x] (and (number? x) (> x 0))) float)
  FRACTION (Kind "a number from 0 to below 1" (fn [x] (and (number? x) (<= 0 x) (< x 1))) float)
  SHARE (Kind "a number above 0 and below 1" (fn [x] (and (number? x) (< 0 x) (< x 1))) float)
  PROBABILITY (Kind "a number above 0 and up to 1"
    (fn [x] (and (number? x) (< 0 x) (<= x 1)))
    float)
  RATIO (Kind "a number from 0 to 1" (fn [x] (and (number? x) (<= 0 x 1))) float)
  TEMPERATURE (Kind "a number from 0 up, or several of them" _temperatures? _read-numbers)
  FLAG (Kind "True or False" (fn [x] (isinstance x bool)) bool)
  TEXT (Kind "text" (fn [x] (isinstance x str)))
  PASSAGE (Kind "text of at least one character" text?)
  TEXT-LIST (Kind "text, or a list of texts"
    (fn [x] (and (isinstance x list) (all (gfor t x (isinstance t str))))))
  STOPS (Kind "text of at least one character, or a list of such texts" _stops?)
  UNIT (Kind "`characters` or `words`" (fn [x] (in x ["characters" "words"])))
  ENCODING (Kind "the name of an encoding"
    (fn [x] (and (text? x) (is-not (codecs.lookup x) None))))
  REGEX (Kind "a regular expression"
    (fn [x] (and (isinstance x str) (is-not (re.compile x) None))))
  TEXTS (Kind "a list of texts such as [\"lol.txt\"]"
    (fn [x] (and (isinstance x #(list tuple)) (bool x) (all (gfor t x (isinstance t str)))))))


(defn plain [value]
  "Return `value`, as Python's own number or list where it is one of NumPy's."
  (if (hasattr value "tolist") (.tolist value) value))


(defn check-value [what kind value]
  #[[Return `value` as plain Python has it; raise `ValueError` unless it is of the `kind`.

  `what` names it in the message. `UNKNOWN` is let through, for macros.]]
  (when (is value UNKNOWN)
    (return value))
  (setv
    value (plain value)
    why "")
  (try
    (when (kind.fits value)
      (return value))
    (except [error [re.error LookupError]]
      (setv why f" ({error})")))
  (raise (ValueError f"{what} must be {kind.words}, not {(clip (repr value))}{why}")))


(defn read-value [what kind text]
  "Return the value of `kind` in `text`; raise `ValueError`, naming it `what`, if it is none."
  (try
    (setv value (kind.read text))
    (except [ValueError]
      (setv value text)))
  (check-value what kind value))


(defn clip [text [length 80]]
  "Return `text`, cut to `length` characters and an ellipsis if it is longer, to be quoted."
  (if (> (len text) length) f"{(cut text length)}…" text))


(defn unknown-name [what name names]
  #[[Return the message for a `name` that is none of `names`; it suggests the nearest one.

      (unknown-name "step" "lowr" ["lower" "nfc"])  ; => "no step 'lowr'; did you mean 'lower'?"]]
  (setv near (get-close-matches name names :n 1))
  (+ f"no {what} '{(clip name)}'; "
    (if near
      f"did you mean '{(get near 0)}'?"
      f"there are {(.join ", " (sorted names))}")))


(defn read-json [data what kind [limit MAX-JSON]]
  #[[Return the value in `data`, JSON in UTF-8 (bytes) that may come from a stranger.

  Raise `ValueError`, calling it `what`, unless it is a `kind` (dict, list or str) in at most
  `limit` bytes, all of its numbers finite.]]
  (defn refuse [constant]
    (raise (ValueError f"{what}: {constant} is not a number")))
  (unless (<= (len data) limit)
    (raise (ValueError f"{what}: too long")))
  (try
    (setv value (json.loads (.decode data) :parse-constant refuse))
    (except [[json.JSONDecodeError UnicodeDecodeError RecursionError]]
      (raise (ValueError f"{what}: not valid JSON") :from None)))
  (unless (isinstance value kind)
    (raise (ValueError f"{what}: not a {kind.__name__}")))
  value)


(defn counted [n units]
  "Return in words how many `units` (a plural such as `characters`) there are: `1 character`."
  f"{n :,} {(if (= n 1) (.removesuffix units "s") units)}")
