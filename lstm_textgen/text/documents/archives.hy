"Untrusted zip archives and the XML in them: read within limits, never unpacked to disk."

(eval-when-compile (require hyrule [unless]))
(import
  lzma [LZMAError]
  posixpath
  struct
  warnings [catch-warnings]
  xml.sax [SAXException]
  xml.sax.handler [ContentHandler feature-namespaces]
  zipfile [BadZipFile ZipFile]
  zlib
  defusedxml [DefusedXmlException expatreader]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.reading [Bounded Budget MAX-WHOLE chunks not-a
    read-whole])

(setv
  ;; What zipfile raises for an invalid or damaged archive.
  DAMAGES #(BadZipFile EOFError IndexError LZMAError NotImplementedError OSError OverflowError
    RuntimeError UserWarning ValueError struct.error zlib.error)
  XML-DAMAGES #(SAXException DefusedXmlException LookupError UnicodeError))


(defclass Archive []
  "A zip archive; the reading's limit applies to all its members together."

  (defn __init__ [self file reading]
    "Open `file` (seekable, binary); raise one of `DAMAGES` if it isn't an archive."
    (setv
      self.reading reading
      self.budget (Budget reading)
      self.zip (ZipFile file)
      self.names (set (.namelist self.zip))))

  (defn open [self name]
    "Return the member `name` as a binary file; raise `NotText` if it is missing or encrypted."
    (unless (in name self.names)
      (raise (NotText (not-a self.reading "a complete document" f"it has no {name}"))))
    (when (& 1 (. (.getinfo self.zip name) flag-bits))
      (raise (NotText f"{self.reading.name} is protected by a password; save it without one")))
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

(defclass Elements [ContentHandler]
  "A handler that collects each element's name and attributes, without namespace prefixes."

  (defn __init__ [self]
    (.__init__ (super))
    (setv self.found []))

  (defn startElementNS [self name _ attributes]
    (.append self.found #(
      (get name 1)
      (dfor [[_ key] value] (.items attributes) key value))))

  (defn take [self]
    "Return an empty list: this handler yields no text."
    []))


(defn read-elements [file]
  "Return a list of #(name attributes), one for each element of the XML in `file`."
  (setv handler (Elements))
  (for [_ (xml-text file handler)])
  handler.found)


(defn xml-text [file handler]
  #[[Yield the text that `handler` extracts from the XML in `file`, in pieces.

  Entities are refused and external resources are never opened. `handler` is a `ContentHandler`
  with a method `take`, which returns the pieces that are ready. Raise one of `XML-DAMAGES`.]]
  (setv parser (expatreader.create-parser))
  (.setFeature parser feature-namespaces True)
  (.setContentHandler parser handler)
  (for [data (chunks file)]
    (.feed parser data)
    (yield :from (.take handler)))
  (.close parser)
  (yield :from (.take handler)))
