"Text → text: the steps of data preparation, functions whose first argument is the text."

(eval-when-compile (require lstm-textgen.macros [defprep]))
(import
  dataclasses [dataclass]
  io [StringIO]
  re
  unicodedata
  lstm-textgen.text.steps [check-step make-step])

(export :objects [
  lower nfc ascii-quotes replace drop-lines keep-lines strip-lines squeeze-blank-lines
  mask-addresses mask-names mask-numbers read-chat read-html read-mail read-notebook read-rtf
  read-subtitles read-table
  compose default-prep])

(setv
  ;; What people type with one key: single marks (primes and guillemets, too), and double ones.
  QUOTES (str.maketrans {
    #** (dfor mark "‘’‚‛′‵‹›" mark "'")
    #** (dfor mark "“”„‟″‶«»" mark "\"")})
  ;; Two or more lines with nothing on them but white space.
  BLANK-LINES (re.compile r"^(?:[^\S\n]*\n){2,}" re.MULTILINE)
  ;; Five digits or more, with what stands between those of telephone and account numbers.
  NUMBERS (re.compile r"\d(?:[ ./()-]{0,2}\d){4,}")
  MAIL (re.compile r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
  WEB (re.compile r"(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)]")
  LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


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


(defn mask-numbers [text]
  "Return the text with zeros for the digits of long numbers: telephones, accounts, dates."
  (.sub NUMBERS (fn [number] (re.sub r"\d" "0" (get number 0))) text))


(defn mask-addresses [text]
  "Return the text with `name@example.com` and `https://example.com` for the addresses in it."
  (.sub WEB "https://example.com" (.sub MAIL "name@example.com" text)))


(defn mask-names [text names]
  #[[Return the text with A, B, … in the place of `names`, separated by commas: `Anna, Ben`.

  Only whole words are replaced, in the same letters, small or large. Raise `ValueError` if there
  are no names, or more than there are letters.]]
  (check-step "mask-names" [names])
  (setv each (lfor name (.split names ",") :if (.strip name) (.strip name)))
  (when (or (not each) (> (len each) (len LETTERS)))
    (raise (ValueError f"'mask-names' takes 1 to {(len LETTERS)} names, not {(len each)}")))
  (setv
    letters (dict (zip each LETTERS))
    longest (sorted letters :key len :reverse True)  ; Anna Karenina before Anna
    pattern (+ r"\b(?:" (.join "|" (map re.escape longest)) r")\b"))
  (re.sub pattern (fn [name] (get letters (get name 0))) text))


;; * Documents that are text: their readers, as steps

(defn read-chat [text]
  "Return a line `Name: message` for each message of the chat that the text is an export of."
  (_read "chat" text))


(defn read-html [text]
  "Return what a reader reads of the web page that the text is the HTML of."
  (_read "page" text))


(defn read-mail [text]
  "Return what each message in the mailbox (mbox) that the text is says itself."
  (_read "mail" text))


(defn read-notebook [text]
  "Return the code and text of the notebook (ipynb) that the text is."
  (_read "notebook" text))


(defn read-rtf [text]
  "Return the paragraphs of the RTF that the text is."
  (_read "rtf" text))


(defn read-subtitles [text]
  "Return a line for each subtitle (SubRip or WebVTT) in the text."
  (_read "subtitles" text))


(defn read-table [text column]
  "Return a line for each entry in this column of the table that the text is, with commas or tabs."
  (check-step "read-table" [column])
  (_read "table" text column))


(defn _read [kind text [column None]]
  "Return the text that the reader of this `kind` reads; raise `ValueError` if there is none."
  (hy.I.lstm-textgen/text/documents/readers.document-text kind text column))


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
