#[[What is written to a terminal is text, never a command to it.

A model that learnt from a log writes escape sequences as well as words. On a terminal they are
shown; in a file or a pipe they are left as they are.]]

(setv
  ;; Each control character as its picture (␛ for ESC) or, where there is none, as its number. Line
  ;; breaks and tabs stay.
  MARKS {
    #** (dfor code (range 0x20) :if (not-in code #(0x09 0x0A)) code (chr (+ 0x2400 code)))
    0x7F "␡"
    #** (dfor code (range 0x80 0xA0) code f"\\x{code :02x}")
    ;; What turns the direction of writing: text could look like another than it is.
    #** (dfor code [#* (range 0x202A 0x202F) #* (range 0x2066 0x206A)] code f"\\u{code :04x}")})


(defn visible [text]
  #[[Return `text` with visible symbols for its control characters.

  Those that turn the direction of writing are among them.

      (visible "red: \x1b[31m")   ; => "red: ␛[31m"]]
  (.translate text MARKS))


(defn spaces-shown [text]
  "Return `text` with signs for its line breaks and spaces: ↵ and ␣."
  (.replace (.replace text "\n" "↵") " " "␣"))


(defn put [file text]
  "Write `text` to `file`: visible and at once on a terminal, as it is and line by line elsewhere."
  (setv terminal (.isatty file))
  (.write file (if terminal (visible text) text))
  (when (or terminal (in "\n" text))
    (.flush file)))


(defclass Tolerant []
  #[[A stream to show things on, which never fails; `file` may be None, closed or a dead pipe.

  What `file` can't encode is shown as question marks, and what it can't take is lost.]]

  (defn __init__ [self file]
    (setv self.file file))

  (defn __getattr__ [self name]
    (getattr self.file name))

  (defn isatty [self]
    "Return whether it is a terminal."
    (try
      (.isatty self.file)
      (except [[AttributeError OSError ValueError]]  ; None, gone, closed
        False)))

  (defn write [self text]
    "Write `text`, as far as that can be done."
    (try
      (.write self.file text)
      (except [UnicodeEncodeError]
        (setv encoding self.file.encoding)
        (.write self (.decode (.encode text encoding "replace") encoding)))
      (except [[AttributeError OSError ValueError]])))

  (defn flush [self]
    "Hand on what was written, as far as that can be done."
    (try
      (.flush self.file)
      (except [[AttributeError OSError ValueError]]))))
