"Untrusted zip archives and the XML in them: read within limits, never unpacked to disk."

(eval-when-compile (require hyrule [doto meth unless]))
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
  lstm-textgen.text.documents.reading [Bounded Budget MAX-DEPTH MAX-LINE MAX-WHOLE locked not-a
    read-whole])

(setv
  MOST-ELEMENTS 100_000  ; of an archive's list of its parts
  SLICE (** 2 18)  ; bytes of XML that are parsed at once
  XML-DEPTHS {"begin" 1  "end" -1  "text" 0}  ; by how many elements, after an event
  ;; What zipfile raises for an invalid or damaged archive.
  DAMAGES #(BadZipFile EOFError IndexError LZMAError NotImplementedError OSError OverflowError
    RuntimeError UserWarning ValueError struct.error zlib.error)
  XML-DAMAGES #(expat.ExpatError LookupError UnicodeError))


(defclass Archive []
  "A zip archive; the reading's limit applies to all its members and theirs together."

  (meth __init__ [@file @reading]
    "Open `file` (seekable, binary); raise one of `DAMAGES` if it isn't an archive."
    (setv
      @budget (or reading.budget (Budget reading))
      @zip (ZipFile @file)
      @names (set (.namelist @zip))))

  (meth open [name]
    "Return the member `name` as a binary file; raise `NotText` if it is missing or encrypted."
    (unless (in name @names)
      (raise (NotText (not-a @reading "a complete document" f"it has no {name}"))))
    (when (& 1 (. (.getinfo @zip name) flag-bits))
      (raise (NotText (locked @reading))))
    (with [_ (catch-warnings :action "error" :category UserWarning)]  ; members that overlap
      (Bounded (.open @zip name) @budget)))

  (meth read [name [most MAX-WHOLE]]
    "Return all bytes of the member `name`; raise `ValueError` if there are more than `most`."
    (read-whole (.open self name) @reading most)))


(defn target [base link]
  "Return the name of the member that `link` in the member `base` refers to."
  (posixpath.normpath (.lstrip (posixpath.join (posixpath.dirname base) link) "/")))


;; * XML

(defn read-elements [archive name [needed True]]
  #[[Return #(name attributes), without namespaces, of each element of the member `name`, a list.

  If it isn't `needed` and missing there are none.]]
  (setv elements [])
  (for [[kind value attributes]
        (if (or needed (in name archive.names)) (xml-events archive name) [])
        :if (= kind "begin")]
    (.append elements #((get value 1) attributes))
    (when (> (len elements) MOST-ELEMENTS)
      (raise (ValueError f"it has a list of more than {MOST-ELEMENTS :,} parts"))))
  elements)


(defn xml-events [archive name]
  #[[Yield what stands in the XML of the member `name` of `archive`, each event a triple:

  - #("begin" name attributes), where `name` is #(namespace local) and `attributes` a dict without
    namespaces;
  - #("end" name None) for each of these;
  - #("text" text None).

  Entities are refused and external resources are never opened. Raise `NotText`, or one of
  `DAMAGES` and `XML-DAMAGES`.]]
  (setv
    parser (expat.ParserCreate :namespace-separator " ")
    file (.open archive name)
    [events depth size] [[] 0 0])
  (doto parser
    (setattr "buffer_text" True)
    (setattr "StartElementHandler" (fn [name attributes]
      (.append events #("begin" (_parts name)
        (dfor [key value] (.items attributes) (get (.rpartition key " ") 2) value)))))
    (setattr "EndElementHandler" (fn [name] (.append events #("end" (_parts name) None))))
    (setattr "CharacterDataHandler" (fn [text] (.append events #("text" text None))))
    (setattr "EntityDeclHandler" (fn [#* _]
      (raise (NotText (+ f"{archive.reading.name} uses XML entities, which are not read; "
        "open and save it with Word, LibreOffice or Calibre"))))))
  (setv data True)
  (while data
    (setv data (.read file SLICE))
    (.Parse parser data (not data))
    (+= size (len data))
    (when (and data (> (- size (max 0 parser.CurrentByteIndex)) MAX-LINE))  ; which it holds
      (raise (ValueError f"it has a tag or comment of more than {(// MAX-LINE MB)} MB")))
    (for [event events]
      (+= depth (get XML-DEPTHS (get event 0)))
      (when (> depth MAX-DEPTH)
        (raise (ValueError f"its elements are nested more than {MAX-DEPTH} deep")))
      (yield event))
    (.clear events)))


(defn _parts [name]
  "Return #(namespace local) of expat's `name`."
  (setv [space _ local] (.rpartition name " "))
  #(space local))
