"What all readers of documents share: how a source is read, what was understood, the limits."

(import
  collections [Counter]
  dataclasses [dataclass field]
  importlib [import-module]
  re
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.values [clip]
  lstm-textgen.text.decoding [CHUNK decode]
  lstm-textgen.text.download [too-much])

(setv
  LIMIT (* 1024 MB)  ; bytes of unpacked content of one source
  ;; Bytes of a document that is only understood as a whole: in memory it takes ten times as much.
  MAX-WHOLE (* 64 MB)
  MAX-LINE (* 16 MB)  ; characters of one line, or of one cell of a table
  HEAD (** 2 16)  ; bytes at its beginning by which a document is recognised
  BATCH (** 2 16)  ; characters that a reader hands on at once, or more
  ;; What no document means by its text: control characters but for tabs and line ends.
  UNWANTED (dict.fromkeys [#* (range 9) 11 12 #* (range 14 32) 127 0xFEFF 0xFFFE 0xFFFF]))


(defclass BeyondLimit [ValueError]
  "Raised for a document with more in it than is read: an error even in a folder.")


(defclass [(dataclass :frozen True)] Reading []
  #[[How a source is read.

  - `name`: what messages call it; `ending`: of its name, in lower case, such as `.docx`.
  - `encoding`: of plain text; `limit`: the most bytes that its unpacked content may have.
  - `only`: the person whose messages are read; `column`: that of a table. None: not given.]]
  (setv
    #^ str name "the text"
    #^ str ending ""
    #^ str encoding "utf-8"
    #^ int limit LIMIT
    #^ str only None
    #^ str column None))


(defclass [(dataclass :frozen True)] Understood []
  #[[What a reader found in a document.

  It is told in `words`; `people` are the numbers of messages by names, and `turns` is whether each
  message is a line that begins with its name, as in a chat.]]
  #^ str words
  (setv
    #^ Counter people (field :default-factory Counter)
    #^ bool turns False))


(defclass Budget []
  "The bytes that a document may still unpack."

  (defn __init__ [self reading]
    (setv
      [self.name self.limit] [reading.name reading.limit]
      self.left reading.limit))

  (defn spend [self size]
    "Take `size` bytes; raise `BeyondLimit` if there are fewer left."
    (-= self.left size)
    (when (< self.left 0)
      (raise (BeyondLimit f"{self.name} expands to {(too-much self.limit)}")))))


(defclass Bounded []
  "A file whose bytes, as they are read, come out of a `Budget`."

  (defn __init__ [self file budget]
    (setv [self.file self.budget] [file budget]))

  (defn read [self [size CHUNK]]
    "Return the next `size` bytes, or all that the budget allows."
    (setv data (.read self.file (if (< size 0) (+ self.budget.left 1) size)))
    (.spend self.budget (len data))
    data))


(defn chunks [file]
  "Yield the bytes of `file` in parts."
  (while (setx data (.read file CHUNK)) (yield data)))


(defn read-whole [file reading [most MAX-WHOLE]]
  "Return all bytes of `file`; raise `BeyondLimit` for more than `most`, or than the limit."
  (setv
    most (min most reading.limit)
    data (.read file (+ most 1)))
  (when (> (len data) most)
    (raise (BeyondLimit (+ f"{reading.name} is more than {(/ most MB) :g} MB in one piece, "
      "which is the limit for such a document; split it, or save its text as a .txt file"))))
  data)


(defn text-lines [file reading]
  "Yield the lines of `file`, bytes in the reading's encoding, without their ends."
  (lines-of (decode reading.name (chunks file) reading.encoding) reading))


(defn lines-of [pieces reading]
  "Yield the lines of the text in `pieces`; raise `BeyondLimit` for one above `MAX-LINE`."
  (setv held [])
  (for [piece pieces]
    (setv parts (.split piece "\n"))
    (.append held (get parts 0))
    (when (> (sum (map len held)) MAX-LINE)
      (raise (BeyondLimit (+ f"{reading.name} has a line of more than {(// MAX-LINE MB)} million "
        "characters; give a file with shorter ones"))))
    (for [part (cut parts 1 None)]
      (yield (.removesuffix (.join "" held) "\r"))
      (setv held [part])))
  (when (setx last (.join "" held)) (yield (.removesuffix last "\r"))))


(defn batched [pieces]
  "Yield the text of `pieces`, a generator, in larger ones without controls; return what it does."
  (setv
    held []
    size 0)
  (while True
    (try
      (setv piece (next pieces))
      (except [end StopIteration]
        (yield (cleaned (.join "" held)))
        (return end.value)))
    (.append held piece)
    (+= size (len piece))
    (when (>= size BATCH)
      (yield (cleaned (.join "" held)))
      (setv [held size] [[] 0]))))


(defn cleaned [text]
  "Return `text` without control characters, and with ? for what is half a character."
  (.translate (.decode (.encode text "utf-8" "replace") "utf-8") UNWANTED))


(defn one-line [text]
  "Return `text` with single spaces for its line ends and other white space."
  (.join " " (.split text)))


(defn not-a [reading kind [why ""]]
  "Return the message that the source isn't the `kind` (such as `a PDF`) that it seems to be."
  (setv why (re.sub r"[^\x20-\x7e]+" " " (one-line why)))  ; a library's, which may quote the file
  f"{reading.name} is not {kind}, or is damaged{(if why f": {(clip why 120)}" "")}")


(defn library [name reading kind]
  "Return the module `name` of a library; if it is missing say how to install it."
  (try
    (import-module name)
    (except [error ImportError]
      (setv package (get (.split name ".") 0))
      (raise (ImportError (+ f"{reading.name} is {kind}, which needs the package {package}: "
        f"pip install {package}")) :from error))))
