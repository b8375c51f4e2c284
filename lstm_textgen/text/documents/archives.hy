"Untrusted zip archives and the XML in them: read within limits, never unpacked to disk."

(eval-when-compile (require hyrule [unless]))
(import
  lzma [LZMAError]
  posixpath
  struct
  warnings [catch-warnings]
  xml.sax [SAXException]
  xml.sax.handler [feature-namespaces]
  zipfile [BadZipFile ZipFile]
  zlib
  defusedxml [DefusedXmlException expatreader]
  defusedxml.ElementTree [ParseError iterparse]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.reading [Bounded Budget MAX-WHOLE chunks not-a read-whole])

(setv
  ;; What zipfile raises for an invalid or damaged archive.
  DAMAGES #(BadZipFile EOFError IndexError LZMAError NotImplementedError OSError OverflowError
    RuntimeError UserWarning ValueError struct.error zlib.error)
  XML-DAMAGES #(SAXException ParseError DefusedXmlException LookupError UnicodeError))


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

(defn read-elements [file]
  "Return a list of #(name attributes), without namespaces, one for each element of `file`."
  (setv bare (fn [name] (get (.rpartition name "}") 2)))
  (lfor
    [_ element] (iterparse file ["start"])
    #((bare element.tag) (dfor [name value] (.items element.attrib) (bare name) value))))


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
