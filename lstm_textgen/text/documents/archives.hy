"Untrusted zip archives and the XML in them: read within limits, never unpacked to disk."

(eval-when-compile (require hyrule [doto unless]))
(import
  lzma [LZMAError]
  posixpath
  struct
  warnings [catch-warnings]
  xml.parsers [expat]
  zipfile [BadZipFile ZipFile]
  zlib
  lstm-textgen.basics.machine [MB]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.reading [Bounded Budget MAX-DEPTH MAX-LINE MAX-WHOLE chunks locked
    not-a read-whole])

(setv
  MOST-ELEMENTS 100_000  ; of an archive's list of its parts
  ;; What zipfile raises for an invalid or damaged archive.
  DAMAGES #(BadZipFile EOFError IndexError LZMAError NotImplementedError OSError OverflowError
    RuntimeError UserWarning ValueError struct.error zlib.error)
  XML-DAMAGES #(expat.ExpatError LookupError UnicodeError))


(defclass Archive []
  "A zip archive; the reading's limit applies to all its members and theirs together."

  (defn __init__ [self file reading]
    "Open `file` (seekable, binary); raise one of `DAMAGES` if it isn't an archive."
    (setv
      self.reading reading
      self.budget (or reading.budget (Budget reading))
      self.zip (ZipFile file)
      self.names (set (.namelist self.zip))))

  (defn open [self name]
    "Return the member `name` as a binary file; raise `NotText` if it is missing or encrypted."
    (unless (in name self.names)
      (raise (NotText (not-a self.reading "a complete document" f"it has no {name}"))))
    (when (& 1 (. (.getinfo self.zip name) flag-bits))
      (raise (NotText (locked self.reading))))
    (with [_ (catch-warnings :action "error" :category UserWarning)]  ; members that overlap
      (Bounded (.open self.zip name) self.budget)))

  (defn read [self name [most MAX-WHOLE]]
    "Return all bytes of the member `name`; raise `ValueError` if there are more than `most`."
    (read-whole (.open self name) self.reading most)))


(defn target [base link]
  "Return the name of the member that `link` in the member `base` refers to."
  (setv path (if (.startswith link "/")
    (.lstrip link "/")
    (posixpath.join (posixpath.dirname base) link)))
  (posixpath.normpath path))


;; * XML

(defclass Elements []
  #[[What stands in XML; a subclass has the methods `begin`, `end` and `characters`.

  `begin` gets an element's name, #(namespace local), and its attributes, a dict without
  namespaces; `end` its name; `characters` text. `ready` are the pieces that `take` returns.]]

  (defn __init__ [self reading]
    (setv [self.reading self.depth self.ready] [reading 0 []]))

  (defn take [self]
    "Return the pieces that are ready."
    (setv [ready self.ready] [self.ready []])
    ready)

  (defn enter [self name attributes]
    "Begin an element with its names as expat has them; raise `ValueError` for one too deep."
    (+= self.depth 1)
    (when (> self.depth MAX-DEPTH)
      (raise (ValueError f"its elements are nested more than {MAX-DEPTH} deep")))
    (.begin self (_parts name)
      (dfor [key value] (.items attributes) (get (_parts key) 1) value)))

  (defn leave [self name]
    "End an element with its name as expat has it."
    (-= self.depth 1)
    (.end self (_parts name)))

  (defn refuse [self #* _]
    "Raise `NotText` for an entity."
    (raise (NotText (+ f"{self.reading.name} uses XML entities, which are not read; open and save "
      "it with Word, LibreOffice or Calibre")))))


(defn _parts [name]
  "Return #(namespace local) of expat's `name`."
  (setv [space _ local] (.rpartition name " "))
  #(space local))


(defclass _List [Elements]
  "The names and attributes of all elements."
  (setv count 0)

  (defn begin [self name attributes]
    (+= self.count 1)
    (when (> self.count MOST-ELEMENTS)
      (raise (ValueError f"it has a list of more than {MOST-ELEMENTS :,} parts")))
    (.append self.ready #((get name 1) attributes)))

  (defn end [self name])

  (defn characters [self text]))


(defn read-elements [archive name]
  "Return #(name attributes), without namespaces, of each element of the member `name`, a list."
  (list (xml-text archive name (_List archive.reading))))


(defn xml-text [archive name handler]
  #[[Yield what `handler`, an `Elements`, takes from the member `name` of `archive`, in pieces.

  Entities are refused and external resources are never opened. Raise `NotText`, or one of
  `DAMAGES` and `XML-DAMAGES`.]]
  (setv
    parser (expat.ParserCreate :namespace-separator " ")
    size 0)
  (doto parser
    (setattr "StartElementHandler" handler.enter)
    (setattr "EndElementHandler" handler.leave)
    (setattr "CharacterDataHandler" handler.characters)
    (setattr "EntityDeclHandler" handler.refuse)
    (setattr "buffer_text" True))
  (for [data (chunks (.open archive name))]
    (.Parse parser data False)
    (+= size (len data))
    (when (> (- size (max 0 parser.CurrentByteIndex)) MAX-LINE)  ; which the parser holds
      (raise (ValueError f"it has a tag or comment of more than {(// MAX-LINE MB)} MB")))
    (yield :from (.take handler)))
  (.Parse parser b"" True)
  (yield :from (.take handler)))
