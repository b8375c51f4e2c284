#[[Output to a terminal is text, never a command to it.

A model trained on logs generates escape sequences as well as words. On a terminal they are shown
as symbols; in a file or a pipe they stay unchanged.]]

(eval-when-compile (require hyrule [meth]))
(import contextlib [suppress])

(setv
  LOST [AttributeError OSError ValueError]  ; raised for a file that is None, gone or closed
  ;; Each control character as its symbol (␛ for ESC) or, if it has none, its number. Line breaks
  ;; and tabs stay.
  SYMBOLS {
    #** (dfor code (range 0x20) :if (not-in code #(0x09 0x0A)) code (chr (+ 0x2400 code)))
    0x7F "␡"
    #** (dfor code (range 0x80 0xA0) code f"\\x{code :02x}")
    ;; Changes of text direction, which could disguise text.
    #** (dfor code [#* (range 0x202A 0x202F) #* (range 0x2066 0x206A)] code f"\\u{code :04x}")})


(defn visible [text]
  "Return `text` with visible symbols for its control characters: ␛[31m for an escape sequence."
  (.translate text SYMBOLS))


(defn printable [name]
  "Return `name`, of a file, without line breaks and the like: `a\\nb` for that with a line break."
  (if (.isprintable name) name (cut (repr name) 1 -1)))


(defn spaces-shown [text]
  "Return `text` with symbols for its line breaks and spaces: ↵ and ␣."
  (.replace (.replace text "\n" "↵") " " "␣"))


(defn put [file text]
  "Write `text` to `file`: escaped and at once on a terminal, unchanged and buffered elsewhere."
  (setv terminal (.isatty file))
  (.write file (if terminal (visible text) text))
  (when (or terminal (in "\n" text)) (.flush file)))


(defclass Tolerant []
  "A stream that never fails: output that `file` (maybe None or closed) can't take is lost."

  (meth __init__ [@file])

  (meth __getattr__ [name]
    (getattr @file name))

  (meth isatty []
    "Return whether it is a terminal."
    (with [_ (suppress #* LOST)] (.isatty @file)))

  (meth write [text]
    "Write `text`, as far as possible."
    (with [_ (suppress #* LOST)]
      (try
        (.write @file text)
        (except [UnicodeEncodeError]  ; with question marks for what can't be encoded
          (.write @file (.decode (.encode text @encoding "replace") @encoding))))))

  (meth flush []
    "Flush the stream, as far as possible."
    (with [_ (suppress #* LOST)] (.flush @file))))
