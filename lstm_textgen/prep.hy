"Text → text: the steps of data preparation, and functions that are made of them."

(eval-when-compile (require hyrule [unless]  lstm-textgen.basics.forms [defrecord]))
(import
  collections.abc [Callable]
  inspect [unwrap]
  io [StringIO]
  itertools [filterfalse]
  re
  traceback [extract-tb]
  unicodedata
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [Kind PASSAGE REGEX TABLE-COLUMNS TEXT check-value clip unknown-name])

(setv
  ;; Single marks (also primes and guillemets) and double ones, which a keyboard types as ' and ".
  TYPOGRAPHIC {"'" "‘’‚‛′‵‹›"  "\"" "“”„‟″‶«»"}
  QUOTES (str.maketrans (dfor [plain marks] (.items TYPOGRAPHIC)  mark marks  mark plain))
  ;; Two or more lines of nothing but white space.
  BLANK-LINES (re.compile r"^(?:[^\S\n]*\n){2,}" re.MULTILINE)
  ;; Five digits or more, with the separators of telephone and account numbers.
  NUMBERS (re.compile r"\d(?:[ ./()-]{0,2}\d){4,}")
  MAIL (re.compile r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
  WEB (re.compile r"(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)]")
  ;; A letter or digit, but for scripts without spaces between words, or with endings after names:
  ;; Thai, Lao, Burmese, Khmer, Chinese, Japanese, Korean.
  LETTER (+ r"(?![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff"
    r"\uff66-\uff9f\U00020000-\U0003ffff])[^\W_]")
  ;; A line that may be wrapped, its break, and the first word of the next one, unless indented.
  WRAPPED (re.compile r"^([^\n]*?\S)[^\S\n]*\n(?=(\S+))" re.MULTILINE)
  ;; The least that a line has that was broken early, before a small letter: a share of the width,
  ;; and in characters more than most verse.
  RAGGED [0.75 45]
  ANY-PASSAGE (Kind PASSAGE.words PASSAGE.typed bool)  ; null characters, too
  MOST-SAID 200  ; characters of the message of a failing step
  LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


(defrecord Step
  "A step: the `kinds` of its arguments after the text, its `result` in words, its code."
  [#^ list kinds  #^ str result  #^ Callable function])


(setv NAMED-STEPS {
  "ascii-quotes" (Step []
    "the text with ' and \" in place of typographic quotation marks and primes"
    (fn [text] (.translate text QUOTES)))
  "drop-lines" (Step [REGEX] "the text without the lines that `regex` matches anywhere"
    (fn [text regex] (_lines filterfalse text regex)))
  "keep-lines" (Step [REGEX] "only the lines that `regex` matches anywhere"
    (fn [text regex] (_lines filter text regex)))
  "lower" (Step [] "the text in lower case" str.lower)
  "mask-addresses" (Step []
    "the text with `name@example.com` and `https://example.com` in place of addresses"
    (fn [text] (.sub WEB "https://example.com" (.sub MAIL "name@example.com" text))))
  "mask-names" (Step [PASSAGE] "the text with A, B, … in place of `names`, one string: `Anna, Ben`"
    (fn [text names] (_masked text names)))
  "mask-numbers" (Step []
    "the text with zeros for the digits of long numbers, such as telephone numbers"
    (fn [text] (.sub NUMBERS (fn [number] (re.sub r"\d" "0" (get number 0))) text)))
  "nfc" (Step [] "the text in Unicode's normal form C: one é, however it was typed"
    (fn [text] (unicodedata.normalize "NFC" text)))
  "read-chat" (Step [] "a line `Name: message` for each message of an exported chat"
    (fn [text] (_read "chat" text)))
  "read-html" (Step [] "the main text of a web page (HTML)" (fn [text] (_read "page" text)))
  "read-mail" (Step [] "each message's own words in a mailbox (mbox)"
    (fn [text] (_read "mail" text)))
  "read-notebook" (Step [] "the code and text of a notebook (ipynb)"
    (fn [text] (_read "notebook" text)))
  "read-rtf" (Step [] "the paragraphs of an RTF document" (fn [text] (_read "rtf" text)))
  "read-subtitles" (Step [] "a line for each subtitle (SubRip, WebVTT)"
    (fn [text] (_read "subtitles" text)))
  "read-table" (Step [TABLE-COLUMNS]
    "the text of each row of a table (CSV or JSON), by columns or a template"
    (fn [text column] (_read "table" text column)))
  "replace" (Step [ANY-PASSAGE TEXT] "the text with every `old` replaced by `new`"
    (fn [text old new] (.replace text old new)))
  "squeeze-blank-lines" (Step [] "the text with one empty line in place of two or more blank ones"
    (fn [text] (.sub BLANK-LINES "\n" text)))
  "strip-lines" (Step [] "the text without white space at the beginning and end of each line"
    (fn [text] (.join "\n" (gfor line (.split text "\n") (.strip line)))))})


(defn _lines [choose text regex]
  "Return the lines of the text that `choose`, `filter` or `filterfalse`, keeps."
  (setv pattern (re.compile regex))
  ;; A StringIO ends lines at "\n" only; `str.splitlines` would also at form feeds and the like.
  (.join "" (choose (fn [line] (.search pattern (.removesuffix line "\n"))) (StringIO text))))


(defn _masked [text names]
  #[[Return `text`, in normal form C, with A, B, … in place of `names`, separated by commas.

  Only whole words with the same capitalization are replaced, but in Chinese, Japanese, Korean,
  Thai and the like a name wherever it occurs. Raise `ValueError` if there are no names, or more
  than letters.]]
  (setv
    [names text] (gfor each [names text] (unicodedata.normalize "NFC" each))
    each (lfor name (.split names ",") :if (.strip name) (.strip name)))
  (unless (<= 1 (len each) (len LETTERS))
    (refuse f"'mask-names' takes 1 to {(len LETTERS)} names, not {(len each)}"))
  (setv
    masked (sorted (zip each LETTERS) :key (fn [pair] (len (get pair 0))) :reverse True)
    found (re.compile (.join "|"  ; Anna Karenina before Anna
      (gfor [name letter] masked f"(?P<{letter}>{(_name-pattern name)})"))))
  (.sub found (fn [name] name.lastgroup) text))


(defn _name-pattern [name]
  "Return the regular expression of a person's `name` where no `LETTER` makes it a part of a word."
  (setv
    written (.join r"\s+" (gfor word (.split name) (re.sub "['’]" "['’]" (re.escape word))))
    unmarked (lfor c name :if (not (.startswith (unicodedata.category c) "M")) c))
  (defn outside [look ends] (if (re.match LETTER ends) f"({look}{LETTER})" ""))
  (+ (outside "?<!" name) written (outside "?!" (.join "" (cut unmarked -1 None)))))


(defn _read [kind text [column None]]
  "Return what the reader of documents of this `kind` extracts; raise `ValueError` if none does."
  (hy.I.lstm-textgen/text/documents/readers.document-text kind text column))


(defn default-prep [text [lower-case False] [width None]]
  #[[Return the text normalized like every source: no byte order mark, \n line ends, normal form C.

  `lower-case` and `width` are the settings `lower` and `join-lines` of the model that will read
  it.]]
  (setv text (.removeprefix text "\ufeff"))
  (when (in "\r" text)  ; the test takes a tenth of the time of replacing nothing
    (setv text (.replace (.replace text "\r\n" "\n") "\r" "\n")))
  (setv text (unicodedata.normalize "NFC" text))
  (when width (setv text (join-lines text width)))
  (if lower-case (.lower text) text))


(defn join-lines [text width]
  #[[Return `text` with a space in place of each line break that wrapping at `width` has made.

  After a hyphen or dash nothing takes its place.]]
  (.sub WRAPPED
    (fn [found]
      (setv [line word] (.groups found))
      (cond
        (not (wrapped? line word width)) (get found 0)
        (in (get line -1) "-–—") line
        True (+ line " ")))
    text))


(defn wrapped? [line word width]
  #[[Return whether wrapping at `width` may have broken `line` before the `word` that follows.

  The line fits, but not with a space and the word; or it is nearly as long, as of raggedly wrapped
  text, and the word begins with a small letter.]]
  (setv [share least] RAGGED)
  (<=
    (if (.islower (cut word 1))
      (min (- width (len word)) (max least (* share width)))
      (- width (len word)))
    (len line)
    width))


(defn prepared-name [name prep lower-case]
  #[[Return a person's `name` as the text after `prep` has it, perhaps masked; "" if it has none.

  `prep` is a text → text function or None; `lower-case` is as in `default-prep`.]]
  (setv line (default-prep f"{name}:"))
  (try
    (when prep (setv line (prep line)))
    (except [ValueError] (return "")))  ; a step of the recipe's own that needs the whole text
  (setv [name colon _] (.partition (.strip (if lower-case (.lower line) line)) ":"))
  (if colon name ""))


;; * Steps joined into one function

(defn composed [prep]
  #[[Return the text → text function of `prep`: a step, or a list of steps, in order.

  A step is the name of one of `NAMED-STEPS`, a text → text function, or a tuple of either and its
  arguments after the text. Raise `ValueError` if a step is invalid, and `TypeError` if it or an
  argument is of the wrong type.

      ((composed ["lower" #("replace" "a" "o") str.strip]) " BANANA")  ; => "bonono"]]
  (setv functions (list (map _function (if (isinstance prep list) prep [prep]))))
  (fn [text]
    (for [function functions] (setv text (function text)))
    text))


(defn _function [step]
  "Return the text → text function for `step`, as in `composed`."
  (setv [head #* args] (if (and step (isinstance step #(tuple list))) step [step]))
  (cond
    (callable head) (own-step (getattr head "__name__" (repr head)) head #* args)
    (isinstance head str) (do
      (setv name (hy.unmangle (hy.mangle head)))  ; it may have hyphens or underscores
      (check-step name args)
      (fn [text] ((. (get NAMED-STEPS name) function) text #* args)))
    True (raise (TypeError (+ "a step is a name, a tuple such as (\"drop-lines\", \"^#\") "
      f"or a function, not {step !r}")))))


(defn check-step [name args]
  "Raise `ValueError` or `TypeError` unless the step `name` takes `args` (a list) after a text."
  (unless (in name NAMED-STEPS) (refuse (unknown-name "step" name NAMED-STEPS)))
  (setv kinds (. (get NAMED-STEPS name) kinds))
  (unless (= (len args) (len kinds))
    (setv takes (or (.join " and " (gfor kind kinds kind.words)) "nothing"))
    (refuse f"'{name}' takes {takes} after the text, not {(len args)} arguments"))
  (for [[kind arg] (zip kinds args)] (check-value f"what '{name}' takes" kind arg)))


(defn own-step [name function / #* args #** named]
  #[[Return the text → text function of the user's `function` of a text and these arguments.

  Raise `TypeError` unless it is a function; `name` is what messages call it. The result raises
  `StepError`, with file and line, if the function fails or returns anything but text.

      ((own-step "replace" str.replace "a" "b") "banana")  ; => "bbnbnb"]]
  (setv
    name (clip name)
    code (getattr (unwrap function) "__code__" None))  ; a builtin has none
  (unless (callable function)
    (raise (TypeError f"the step '{name}' is not a function, but {function.__class__.__name__}")))
  (fn [text]
    (try
      (setv result (function text #* args #** named))
      (except [StepError]  ; from a step inside this one
        (raise))
      (except [error Exception]
        (setv where (if code
          (path-and-line error code.co-filename code.co-firstlineno)
          f"the step '{name}'"))
        (raise (StepError f"{where}: {(summary error)}") :from error)))
    (unless (isinstance result str)
      (raise (StepError (+ (if code f"{code.co-filename}:{code.co-firstlineno}: " "")
        f"the step '{name}' returned {result.__class__.__name__}, not text"))))
    result))


(defclass StepError [ValueError]
  "A step failed; the message says where.")


(defn path-and-line [error path [line 1]]
  "Return `path:line` of the innermost line of the file `path` in the traceback of `error`."
  (for [frame (extract-tb error.__traceback__) :if (= frame.filename path)]
    (setv line frame.lineno))
  f"{path}:{line}")


(defn summary [error [words str]]
  #[[Return the message of `error` in one line, cut, after its class unless its value was wrong.

  `words` is a function of the error, which may spell the settings in its message.]]
  (setv text (clip (.join " " (.split (words error))) MOST-SAID))
  (cond
    (not text) error.__class__.__name__
    (isinstance error #(TypeError ValueError)) text
    True f"{error.__class__.__name__}: {text}"))
