#[[What all readers of documents share: how a source is read, what comes of it, the limits.

A reader is a generator: it yields the text in chunks, so that a long one is never in memory as a
whole, and returns a `Summary`. A `Document` keeps what a reader returns.]]

(eval-when-compile (require hyrule [-> ->> meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  collections [Counter]
  dataclasses [field]
  io [IncrementalNewlineDecoder]
  re
  tempfile [SpooledTemporaryFile]
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.terminal [printable]
  lstm-textgen.basics.values [clip counted]
  lstm-textgen.text.decoding [NotText decode]
  lstm-textgen.text.download [QUOTED too-much])

(setv
  LIMIT (* 1024 MB)  ; bytes of unpacked content of one source
  ;; Bytes of a document that must be parsed as a whole: in memory it takes ten times as much.
  MAX-WHOLE (* 64 MB)
  MAX-LINE (* 16 MB)  ; characters of one line, or of one cell of a table
  MAX-DEPTH 1000  ; elements of HTML or XML within one another
  HEAD (** 2 16)  ; bytes at its beginning by which a document is recognized
  IN-MEMORY (* 16 MB)  ; bytes of a text that is kept; more go to a file
  ;; Names of files that are expected to be read: if one is skipped, a line has the reason.
  EXPECTED #(".txt" ".md" ".markdown" ".csv" ".tsv" ".json" ".jsonl" ".docx" ".doc" ".odt" ".rtf"
    ".epub" ".pdf" ".html" ".htm" ".xlsx" ".gz" ".zip")
  REASONS 10  ; such lines
  SKIPPED-SHOWN 5  ; other skipped files that a message names
  HANDED-ON (** 2 16)  ; characters, or more, that a reader hands on at once
  ;; What no document means by its text: control characters but for tabs and line ends, and places
  ;; where a word may be broken.
  UNWANTED (dict.fromkeys
    [#* (range 9) 11 12 #* (range 14 32) 127 0xAD 0x200B 0xFEFF 0xFFFE 0xFFFF]))


(defclass BeyondLimit [ValueError]
  "Raised for a document above a size limit: an error even in a folder.")


(defrecord Reading
  #[[How a source is read.

  - `name`: what messages call it; `ending`: its file extension in lower case, such as `.docx`.
  - `encoding`: of plain text; `limit`: of its unpacked content, in bytes.
  - `only`: the person whose messages are read. None: not given, as in what follows.
  - `column`: of a table, a name or template (see `column-parts`), or a list of these; `where`: a
    `Condition` for each that its rows must meet; `items`: what each row must be, `line` or
    `paragraph`.
  - `budget`: the `Budget` of the archive that it is a member of, or None.
  - `digests`: a list that gets the digest of each file that is read, or None.]] [
    #^ str [name "the text"]  #^ str [ending ""]
    #^ str [encoding "utf-8"]  #^ int [limit LIMIT]
    #^ str [only None]
    #^ object [column None]  #^ list [where #()]  #^ str [items None]
    #^ object [budget None]
    #^ list [digests None]])


(defrecord Summary
  #[[What a reader found in a document, in `words`.

  `people` maps names to numbers of messages; `turns` is whether each message is a line that begins
  with a name, as in a chat; `items` is what each row of a table is, a `line` or a `paragraph`,
  which ends in a blank line; `gaps` counts the rows without a cell that was to be read, by its
  column; `parts` are #(name summary) of an archive's members.]] [
    #^ str words
    #^ Counter [people (field :default-factory Counter)]
    #^ bool [turns False]
    #^ str [items None]
    #^ Counter [gaps (field :default-factory Counter)]
    #^ tuple [parts #()]])


(defclass Document []
  #[[A text of a source: what messages call it, and its chunks, over which to iterate once.

  `chunks` is what a reader yields, or plain text. After the last one `summary` is what the reader
  returned, or what was given; None of plain text.]]

  (meth __init__ [name @chunks [@summary None]]
    (setv @name (printable name)))

  (meth __iter__ []
    (setv @summary (or (yield :from @chunks) @summary))))


(defclass Budget []
  "The number of bytes that a document may still unpack."

  (meth __init__ [@reading]
    (setv @left reading.limit))

  (meth spend [size]
    "Subtract `size` bytes; raise `BeyondLimit` if fewer are left."
    (-= @left size)
    (when (< @left 0)
      (refuse f"{@reading.name} expands to " (too-much @reading.limit) :kind BeyondLimit))))


(defclass Bounded []
  "A file whose reads are charged to a `Budget`."

  (meth __init__ [@file @budget])

  (meth read [size]
    "Return the next `size` bytes."
    (setv data (.read @file size))
    (.spend @budget (len data))
    data))


(defn file-chunks [file]
  "Yield what is in `file`, bytes or text, in chunks."
  (while (setx data (.read file MB)) (yield data)))


(defn read-whole [file reading [most MAX-WHOLE]]
  "Return all bytes of `file`; raise `BeyondLimit` beyond `most` or the reading's limit."
  (setv
    most (min most reading.limit)
    data (.read file (+ most 1)))
  (when (> (len data) most)
    (raise (BeyondLimit (+ f"{reading.name} has a part of more than {(/ most MB) :g} MB, "
      "the limit for such a document; split it, or save its text as a .txt file"))))
  data)


(defn first-text [head reading]
  "Return what the bytes `head` say, without a byte order mark and with `\\n` line ends."
  (->> (.removeprefix (.decode head reading.encoding "ignore") "\ufeff")
    (.decode (IncrementalNewlineDecoder None True))))


(defn text-lines [file reading]
  "Yield the lines of `file` (binary), without line ends; raise `BeyondLimit` for too long a one."
  (lines-in (decode reading.name (file-chunks file) reading.encoding) reading))


(defn lines-in [chunks reading]
  "Yield the lines of the text in `chunks`, as `text-lines` does."
  (setv
    last ""
    newlines (IncrementalNewlineDecoder None True))
  (for [chunk (joined [chunks])]
    (setv lines (.split (+ last (.decode newlines chunk)) "\n"))
    (check-line (len (get lines 0)) reading)
    (setv last (.pop lines))
    (yield :from lines))
  (when last (yield last)))


;; * Texts, each an iterable of chunks

(defn joined [texts]
  "Yield the chunks of `texts` without byte order marks; a blank line ends all but lists of lines."
  (setv [last needed] ["" 0])  ; the end of the chunk before, and the line ends that must be there
  (for [text texts]
    (setv begun False)
    (for [chunk text]
      (unless begun (setv chunk (.removeprefix chunk "\ufeff")))
      (when chunk
        (setv ends (re.findall "\r\n?|\n" (get (re.search r"[\r\n]*$" last) 0)))
        (unless begun (yield :from (* ["\n"] (- needed (len ends)))))
        (yield chunk)
        (setv [last begun] [(cut (+ last (cut chunk -4 None)) -4 None) True])))
    (setv about (getattr text "summary" None))
    (when begun (setv needed (if (and about (or about.turns (= about.items "line"))) 1 2)))))


(defn sound-documents [documents skipped]
  #[[Yield those of the `documents` that are text and not empty, each read only once.

  Use all chunks of one before you ask for the next. A reason for each of the others is put into
  the dict `skipped`, by name.]]
  (for [document documents]
    (with [copy (SpooledTemporaryFile IN-MEMORY "w+"
        :encoding "utf-8" :errors "surrogatepass" :newline "")]
      (try
        (for [chunk document] (.write copy chunk))
        (except [error NotText]
          (setv (get skipped document.name) error)
          (continue)))
      (when (.tell copy)
        (.seek copy 0)
        (yield (Document document.name (file-chunks copy) document.summary))))))


(defn about-skipped [skipped count place encoding]
  #[[Return #(line reasons) about the `skipped` files, of the `count` in `place`.

  `skipped` is as in `sound-documents`. `reasons` are the errors of those that are texts by their
  name, up to `REASONS`; the line names others, and is empty if there are none.]]
  (setv
    texts (cut (lfor name skipped :if (.endswith (.lower name) EXPECTED) name) REASONS)
    names (lfor name skipped :if (not-in name texts) name)
    shown (clip (.join ", " (cut names SKIPPED-SHOWN)) QUOTED)
    more (- (len names) SKIPPED-SHOWN))
  #( (if names
      (one-line (+ f"skipped {(len names)} of {(counted count "files")} in {place} that "
        f"{(if (= (len names) 1) "is" "are")} not {encoding} text: {shown}"
        (if (> more 0) f" and {more} more" "")))
      "")
    (lfor name texts (get skipped name))))


(defn check-line [size reading]
  "Raise `BeyondLimit` if `size` characters are too many for a line."
  (when (> size MAX-LINE)
    (raise (BeyondLimit (+ f"{reading.name} has a line of more than {(// MAX-LINE MB)} million "
      "characters; break it into shorter ones")))))


(defn cleaned-chunks [chunks reading]
  "Yield the text in a reader's `chunks`, cleaned and in larger ones; return what it returns."
  (setv
    document (Document reading.name chunks)
    [held line] ["" 0])  ; `line`: characters since the last line end
  (for [chunk document]
    (+= held chunk)
    (for [part (.splitlines chunk True)]
      (+= line (len part))
      (check-line line reading)
      (when (.endswith part "\n") (setv line 0)))
    (when (>= (len held) HANDED-ON)
      (yield (cleaned held))
      (setv held "")))
  (yield (cleaned held))
  document.summary)


(defn cleaned [text]
  "Return `text` without control characters and with ? for lone surrogates."
  (-> text (.encode "utf-8" "replace") (.decode "utf-8") (.translate UNWANTED)))


(defn one-line [text]
  "Return `text` with each run of white space, line ends included, as one space."
  (.join " " (.split text)))


(defn refuse-damaged [reading kind why]
  "Raise `NotText`: the source isn't a valid document of a `kind` such as `a PDF`."
  (setv why (re.sub r"[^\x20-\x7e]+" " " (one-line (str why))))  ; it may quote the file
  (refuse f"{reading.name} is not {kind}, or is damaged" (if why f": {(clip why 120)}" "")
    :kind NotText))


(defn refuse-locked [reading]
  "Raise `NotText`: the source needs a password."
  (refuse f"{reading.name} is protected by a password; save it without one" :kind NotText))
