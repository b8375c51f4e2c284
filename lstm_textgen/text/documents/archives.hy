"Untrusted zip archives and the XML in them: read within limits, never unpacked to disk."

(eval-when-compile (require hyrule [meth unless]))
(import
  lzma [LZMAError]
  posixpath
  struct
  warnings [catch-warnings]
  xml.etree.ElementTree [Element ParseError fromstring]
  zipfile [BadZipFile ZipFile]
  zlib
  lstm-textgen.basics.machine [MB]
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.reading [Bounded Budget MAX-WHOLE read-whole refuse-damaged
    refuse-locked])

(setv
  MAX-XML (* 32 MB)  ; bytes of one member: as elements it takes up to sixty times as much
  ;; What zipfile and ElementTree raise for an invalid or damaged archive.
  DAMAGES #(BadZipFile EOFError LookupError LZMAError OSError OverflowError ParseError RuntimeError
    UserWarning ValueError struct.error zlib.error))


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
      (refuse-damaged @reading "a complete document" f"it has no {name}"))
    (when (& 1 (. (.getinfo @zip name) flag-bits)) (refuse-locked @reading))
    (with [_ (catch-warnings :action "error" :category UserWarning)]  ; members that overlap
      (Bounded (.open @zip name) @budget)))

  (meth read [name [most MAX-WHOLE]]
    "Return all bytes of the member `name`; raise `ValueError` if there are more than `most`."
    (read-whole (@open name) @reading most)))


(defn target [base link]
  "Return the name of the member that `link` in the member `base` refers to."
  (posixpath.normpath (.lstrip (posixpath.join (posixpath.dirname base) link) "/")))


(defn read-xml [archive name [needed True]]
  #[[Return the root `Element` of the XML in the member `name` of `archive`.

  It is empty if the member is missing and not `needed`. Raise `NotText` for entities, a few of
  which can stand for any amount of text, or one of `DAMAGES`.]]
  (unless (or needed (in name archive.names)) (return (Element "missing")))
  (setv data (.read archive name MAX-XML))
  (when (in b"<!ENTITY" (.replace data b"\0" b""))  ; UTF-16 has NULs
    (raise (NotText (+ f"{archive.reading.name} uses XML entities, which are not read; "
      "open and save it with Word, LibreOffice or Calibre"))))
  (fromstring data))
