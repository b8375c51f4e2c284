"Files on their way into a page: encodings, documents of Word, and what isn't text."

(import
  io [BytesIO]
  json
  random
  re
  struct
  zipfile [ZIP-DEFLATED ZipFile]
  pytest
  lstm-textgen.pages.assembly [SHARED phrases]
  lstm-textgen.text.files [read-sources]
  tests.browser [in-browser]
  tests.helpers [DOCUMENTS]
  tests.node [in-node]
  tests.test-documents [STORY])

(setv
  MODULES ["text/looks" "text/items" "text/intake" "text/markup" "ui/documents"]
  TEXT "„Grüße“, sagte sie – und ging.\r\nEnde\n"
  OFFICE "http://schemas.openxmlformats.org"
  BODY (+ "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>one</w:t><w:tab/><w:t>two</w:t>"
    "<w:br/><w:t>three</w:t><w:br w:type=\"page\"/></w:r><w:del><w:r><w:delText>no</w:delText>"
    "<w:t>no</w:t></w:r></w:del><w:ins><w:r><w:t> new\u00ad</w:t></w:r></w:ins></w:p><w:p/><w:p/>"
    "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:rPr>"
    "<w:vanish w:val=\"0\"/></w:rPr><w:t>shown</w:t></w:r></w:p>"
    "<w:p><w:pPr><w:pStyle w:val=\"TOC1\"/></w:pPr><w:r><w:t>contents</w:t></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p><w:p><w:r><w:t>b</w:t></w:r></w:p>"
    "</w:tc><w:tc><w:p><w:r><w:t>c</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"))


(defn read-on-page [browser #* files [name "a"]]
  "Return for each of `files` (bytes) its text on the page, or the key of what that says instead."
  (in-browser browser MODULES
    (+ "([name, files]) => Promise.all(files.map((bytes) => readFile(new File("
      "[new Uint8Array(bytes)], name)).catch((error) => error.message)))")
    [name (lfor data files (list data))]
    :before f"const CONSTANTS = {(json.dumps SHARED)};"))


(defn docx [[body BODY] [name "word/document.xml"] [before ""] [compression ZIP-DEFLATED]]
  "Return a Word document with this `body`, and what comes `before` its elements."
  (setv file (BytesIO))
  (with [archive (ZipFile file "w" compression)]
    (.writestr archive "_rels/.rels" (+
      f"<Relationships xmlns=\"{OFFICE}/package/2006/relationships\"><Relationship Id=\"a\" "
      f"Type=\"{OFFICE}/officeDocument/2006/relationships/officeDocument\""
      " Target=\"/word/document.xml\"/></Relationships>"))
    (.writestr archive name (+ f"<?xml version=\"1.0\"?>{before}<w:document xmlns:w=\"{OFFICE}/"
      f"wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>")))
  (.getvalue file))


(defn changed [data offset value]
  "Return an archive `data` whose last entry has `value` at an `offset`."
  (setv start (+ offset (.rindex data b"PK\1\2")))
  (+ (cut data start) value (cut data (+ start (len value)) None)))


(setv
  ;; Entities that stand for 10**9 letters.
  BOMB (+ "<!DOCTYPE a [<!ENTITY e0 \"a\">"
    (.join "" (gfor n (range 9) f"<!ENTITY e{(+ n 1)} \"{(* f"&e{n};" 10)}\">")) "]>")
  UNREADABLE {
    "empty" [b"" b" \n\t " (docx "<w:p/>")]
    "pdf" [b"%PDF-1.7 text"]
    "convert" [b"{\\rtf1 text}" b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" (docx :name "word/other.xml")
      (.read-bytes (/ DOCUMENTS "libreoffice.odt"))]
    "binary" [b"\x89PNG\r\n\x1a\n\0\0\0\0" (bytes (range 256))]
    "damaged" [(docx "<w:p>") (cut (docx) 200) (docx (+ (* "<w:p>" 6000) (* "</w:p>" 6000)))
      (docx :before "<!DOCTYPE a [<!ENTITY b \"c\">]>") (docx "<w:p>&e9;</w:p>" :before BOMB)
      (changed (docx) 10 b"\0\0")  ; not compressed, it says
      (changed (docx) 20 (struct.pack "<I" 99))]  ; less than it has
    "locked" [(+ b"\xd0\xcf\x11\xe0" (.encode "EncryptedPackage" "utf-16-le"))]
    "large" [(docx (* " " (** 2 26))) (docx (* "<w:p/>" 1_000_001))]})


(defn test-a-page-decodes-what-programs-write [browser]
  (setv files (lfor
    [mark encoding] [[b"" "utf-8"] [b"" "utf-8-sig"] [b"" "cp1252"] [b"" "utf-16-le"]
      [b"" "utf-16-be"] [b"\xff\xfe" "utf-16-le"] [b"\xfe\xff" "utf-16-be"]]
    (+ mark (.encode TEXT encoding))))
  (assert (= (read-on-page browser #* files) (* [TEXT] 7))))


(defn test-utf-16-of-any-script-is-told-by-its-spaces [browser]
  (setv texts ["Привет, мир! Как дела?\n" "春眠不覺曉\n處處聞啼鳥\n"])
  (for [encoding ["utf-16-le" "utf-16-be"]]
    (assert (= texts (read-on-page browser #* (gfor text texts (.encode text encoding)))))))


(defn test-a-few-wrong-bytes-do-not-spoil-a-text [browser]
  (setv [text] (read-on-page browser (+ (* (.encode "grün und schön, " "utf-8") 9) b"\xff end")))
  (assert (= text (+ (* "grün und schön, " 9) " end"))))


(defn [(pytest.mark.parametrize "name" ["libreoffice" "pandoc"])]
    test-a-page-reads-documents-of-other-programs-as-the-program-does [browser name]
  (setv path (/ DOCUMENTS f"{name}.docx"))
  (assert (= (read-on-page browser (.read-bytes path)) [(read-sources (str path))])))


(defn test-a-page-reads-paragraphs-breaks-tabs-and-tables-but-nothing-deleted [browser tmp-path]
  (setv path (/ tmp-path "a.docx"))
  (.write-bytes path (docx))
  (setv [text] (read-on-page browser (docx)))
  (assert (= text (read-sources (str path)) "one\ttwo\nthree new\n\nshown\na b c\n")))


(defn [(pytest.mark.parametrize #("name" "source") [
      #("a.md" (+ "---\ntitle: Fox\ntags:\n  - a\n---\n# A fox\n\nIt "
        "[sings](https://a.b/c_(d) \"e\") to the ![moon](moon.png).\n"
        "\n---\n\n[[Den|Home]] and [[den]].\n"))
      #("a.md" "---\n\nA fox: it sings.\nSo it does.\n\n---\n")
      #("a.html" (+ "<!doctype html><title>no</title><style>p { }</style><script>no</script>"
        "<header>no</header><nav>no</nav><h1>A\nfox</h1>It <b>sings</b><br>to the moon&nbsp;&amp;"
        "<p hidden>no</p><ul><li>one<li>two</ul><pre>a\nb</pre><footer>no</footer>"
        "<table><tr><td>1<td><p>2</p><tr><td>3<td>4</table>"))])]
    test-a-page-reads-markdown-and-web-pages-as-the-program-does [browser tmp-path name source]
  (setv path (/ tmp-path name))
  (.write-text path source)
  (assert (= (read-on-page browser (.encode source) :name name) [(read-sources (str path))])))


(defn test-a-page-reads-the-story-of-other-programs-web-pages [browser]
  (setv files (lfor name ["libreoffice" "pandoc"] (.read-bytes (/ DOCUMENTS f"{name}.html"))))
  (for [text (read-on-page browser #* files :name "a.HTML")]
    ;; Without a comment, and what was deleted.
    (setv lines (.splitlines (re.sub " ?(Could he[?]|He never sang[.])" "" text)))
    (assert (= (lfor line STORY :if (not-in line lines) line) []))))


(defn test-texts-are-joined-as-the-program-joins-its-sources [tmp-path]
  (setv
    texts (lfor end ["" "\n" "\r\n" "\r" "\n\n" "\r\n\r\n" "\n\n\n"] f"fox{end}")
    paths (lfor n (range (len texts)) (/ tmp-path f"{n}.txt")))
  (for [[path text] (zip paths texts)] (.write-bytes path (.encode text)))
  (assert (= (in-node ["text/intake"] "joinedSources" texts) (read-sources (map str paths)))))


(defn test-stored-members-and-an-archive-with-a-comment-are-read [browser]
  (setv data (docx :compression 0))
  (setv [stored commented packed]
    (read-on-page browser data (+ (cut data -2) b"\3\0abc") (docx)))
  (assert (= stored commented packed)))


(defn test-a-long-document-is-read [browser]
  (setv [text] (read-on-page browser (docx (* "<w:p><w:r><w:t>a</w:t></w:r></w:p>" 100_000))))
  (assert (= text (* "a\n" 100_000))))


(defn test-a-file-that-cannot-be-read-is-said [browser]
  (setv expected (lfor [key files] (.items UNREADABLE) _ files f"intake.{key}"))
  (assert (= (read-on-page browser #* (sum (.values UNREADABLE) [])) expected)))


(defn test-a-damaged-document-is-read-or-said-to-be-damaged [browser]
  (setv
    [data draw] [(docx) (random.Random 1)]
    files (lfor _ (range 50)
      :setv at (.randrange draw (len data))
      (+ (cut data at) (.randbytes draw (.randrange draw 9)) (cut data (+ at 3) None))))
  (for [text (read-on-page browser #* files)]
    (assert (or (not (.startswith text "intake.")) (in text (phrases))))))


(defn test-a-file-that-is-too-large-is-not-taken-into-memory [browser]
  (setv said (in-browser browser MODULES
    "(size) => readFile({size, arrayBuffer() { throw 0; }}).catch((error) => error.message)"
    (+ 1 (** 2 26)) :before f"const CONSTANTS = {(json.dumps SHARED)};"))
  (assert (= said "intake.large")))
