"Documents as LibreOffice and Pandoc write them, and others, are read: their text and no more."

(import
  gzip
  io
  zipfile
  pytest
  tests.helpers [DOCUMENTS complaint noted write write-all])

(setv
  pytestmark pytest.mark.quick
  STORY [
    "The Keeper’s Lamp"
    "One"
    (+ "The keeper climbed the stairs every evening, and every evening he counted them, although "
      "their number had never changed since the tower was built. “Ninety-nine,” he said. "
      "The lamp did not answer.")
    "On clear nights he could see the far coast. On others he asked the fog."
    "oil"
    "a wick"
    "Two"
    "day weather"
    "one fog"
    "two more fog"
    "The sea is wide,"
    "the lamp is small."
    "Zażółć gęślą jaźń. 狐が歌う。 🦊 & <tags> stay."]
  WORD "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
  ODT "application/vnd.oasis.opendocument.text"
  CONTAINER "<container><rootfiles><rootfile full-path='b.opf'/></rootfiles></container>")


(defn read [#* sources #** options]
  (setv [text notes] (noted (list sources) #** options))
  #(text (lfor [name summary] notes f"{name}: {summary.words}")))


(defn zipped-as [members]
  "Return the bytes of a zip archive with these `members`, a dict of contents by names."
  (setv file (io.BytesIO))
  (with [archive (zipfile.ZipFile file "w" zipfile.ZIP-DEFLATED)]
    (for [[name text] (.items members)] (.writestr archive name text)))
  (.getvalue file))


(defn docx [body]
  "Return a Word document whose body has this XML."
  (zipped-as {"word/document.xml"
    (+ f"<w:document xmlns:w='{WORD}'>"
      f"<w:body>{body}</w:body></w:document>")
    "_rels/.rels" "<r/>"}))


(defn epub [#* chapters]
  "Return an e-book with these `chapters`, XHTML."
  (setv names (lfor [n _] (enumerate chapters) f"c{n}.xhtml"))
  (zipped-as {
    "META-INF/container.xml" CONTAINER
    "b.opf" (+ "<package>"
      (.join "" (gfor name names f"<item id='{name}' href='{name}'/>"))
      (.join "" (gfor name names f"<itemref idref='{name}'/>")) "</package>")
    #** (dict (zip names chapters))}))


;; * What real programs write

(defn [(pytest.mark.parametrize #("name" "summary") [
      #* (lfor name ["libreoffice.docx" "pandoc.docx"] #(name "Word document, 12 paragraphs"))
      #("libreoffice.odt" "OpenDocument, 12 paragraphs")
      #("pandoc.rtf" "RTF document, 13 paragraphs")
      #("libreoffice.rtf" "RTF document, ")
      #("pandoc.epub" "e-book, 3 chapters")
      #("libreoffice.epub" "e-book, ")
      #("pandoc.html" "web page, 13 paragraphs; navigation and scripts left out")
      #("libreoffice.html" "web page, ")
      #("pandoc.odt" "OpenDocument, ")
      #("libreoffice.pdf" "PDF, 1 page")])]
    test-each-program-and-format-gives-the-same-story [name summary]
  (setv [text [note]] (read (/ DOCUMENTS name)))
  ;; Pandoc writes comments into the text of some formats, LibreOffice what was deleted; a PDF has
  ;; no tables, and no font here had the Chinese character. Nobody's notes are read.
  (setv known (lfor
    line (.splitlines (.replace text " \n" "\n"))
    (.replace (.replace line "Could he?" "") "He never sang." "")))
  (setv missing (lfor line STORY :if (not-in line known) line))
  (assert (<= (len missing) (if (.endswith name ".pdf") 4 0)))
  (when (.endswith summary " 12 paragraphs") (assert (= known STORY)))
  (for [others ["comment" "a hundred"]] (assert (not-in others text)))
  (assert (in f": {summary}" note)))


(defn test-a-document-in-a-folder-or-a-gz-or-without-its-ending-is-read [here]
  (setv data (.read-bytes (/ DOCUMENTS "pandoc.docx")))
  (write-all {"all/a.docx" data  "all/b.docx.gz" (gzip.compress data)  "all/c" data
    "all/d.txt" "plain"})
  (setv text (get (read (/ DOCUMENTS "pandoc.docx")) 0))
  (assert (= (get (read "all") 0) (+ (* (+ text "\n") 3) "plain")))
  (with [file (open "all/c" "rb")] (assert (in "The lamp did not" (get (read file) 0)))))


;; * What is read of a document

(defn rtf [text]
  (+ b"{\\rtf1\\ansi{\\fonttbl{\\f0\\fcharset128 Symbols;}}" text b"}"))


(defn book [body]
  (epub f"<html><body>{body}<p>two</p></body></html>"))


(defn [(pytest.mark.parametrize #("name" "data" "text") [
    ;; Of a Word document: text boxes, breaks and tabs, but nothing deleted or hidden, no contents.
    #("a.docx" (docx (+ "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>a</w:t><w:tab/>"
        "<w:t>b</w:t><w:br/><w:br w:type='page'/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r>"
        "</w:p><w:p/><w:p/>"
        "<w:p><w:r><w:t>out</w:t><w:txbxContent><w:p><w:r><w:t>in</w:t></w:r></w:p>"
        "</w:txbxContent></w:r><w:del><w:r><w:t>gone</w:t></w:r></w:del></w:p>"
        "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/>"
        "</w:docPartObj></w:sdtPr><w:sdtContent><w:p><w:r><w:t>One 1</w:t></w:r></w:p>"
        "</w:sdtContent></w:sdt><w:p><w:pPr><w:pStyle w:val='TOC1'/></w:pPr><w:r><w:t>Two 2</w:t>"
        "</w:r></w:p><w:p><w:r><w:t>seen, </w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr>"
        "<w:t>no, </w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>shown</w:t></w:r>"
        "</w:p>"))
      "a\tb\nc-d\n\nin\nout\nseen, shown\n")
    ;; Spaces that hold words together stay.
    #("a.odt" (zipped-as {"mimetype" ODT  "content.xml" (+ "<d><p>10\u00a0m \n high</p>"
        "<table-row><table-cell><p>1\u00a0m</p></table-cell></table-row></d>")})
      "10\u00a0m high\n1\u00a0m\n")
    #("a.docx" (docx "<w:tr><w:tc><w:p><w:r><w:t>1\u00a0m</w:t></w:r></w:p></w:tc></w:tr>")
      "1\u00a0m\n")
    ;; Of rich text: stars, lists and tables.
    #("a.rtf" (rtf b"{\\*\\old none}\\* a \\\\* b\\par") "a \\* b\n")
    #("a.rtf" (rtf (+ b"{\\listtext\\f0\\'95\\tab}oil\\par{\\f0\\'95\\tab}a wick\\par"
        b"{\\listtext 1.1.{\\f0 }\\tab}fog\\par"))
      "oil\na wick\nfog\n")
    #("a.rtf" (rtf (+ b"A|\\\\cell{\\v no}\\par\\trowd a b|c\\par\\cell d\\cell\\row"
        b"\\trowd e\\cell\\cell\\row f\\par"))
      "A|\\cell\na b|c d\ne\nf\n")
    ;; Of a page: its main part, without what surrounds it and what isn't shown.
    #("a.html" (+ "<!doctype html><title>t</title><body>"
        "<header>site</header><nav>menu</nav><script>if (a < b) { '</p>' }</script>"
        "<style>p { x }</style><h1>One</h1><!-- <p>no</p> --><p>two\n <b>three</b></p>"
        "<p hidden>no</p><aside>ad</aside><form><button>go</button></form>last"
        "<footer>f</footer>")
      "One\ntwo three\nlast\n")
    #("a.html" (+ "<div>offers</div><main><p>" (* "A fox sings to the moon. " 20)
        "</p></main><div>more</div>")
      (+ (* "A fox sings to the moon. " 19) "A fox sings to the moon.\n"))
    #("a.html" (+ "<div>offers</div><main role='main'><p>" (* "A fox sings. " 9) "</p></main>")
      (+ (* "A fox sings. " 8) "A fox sings.\n"))
    #("a.html" "<p>All of it is here.</p><main></main>" "All of it is here.\n")
    #("a.html" (+ "<body style='display:none'>One<p style='color: red; DISPLAY: none'>no</p>"
        "<div id='catlinks'>Foxes</div><div class='printfooter'>Retrieved from</div>"
        "<h2>Two<a class='headerlink'>¶</a></h2></body>")
      "One\nTwo\n")
    #("a.html" "<div style='display:none'>All of it</div><p>is here." "All of it\nis here.\n")
    #("a.html" "<pre>a\n   b\tc</pre><table><tr><td>1<td>2<tr><td><p>3</p><td>4</table>"
      "a\n   b\tc\n1 2\n3 4\n")
    ;; A page is in the encoding that it names.
    #("a.html" (.encode "<meta charset='iso-8859-1'><p>Füchse – schön</p>" "cp1252")
      "Füchse – schön\n")
    #("a.html" (.encode "<?xml version='1.0' encoding='koi8-r'?><p>Лиса</p>" "koi8-r") "Лиса\n")
    #("a.html" (.encode "<p>Füchse</p>" "utf-16") "Füchse\n")
    ;; Of a book: its chapters in their order, whatever ends itself, without notes of any form.
    #("a.epub" (epub (+ "<html><head><title/><script src='x'/></head><body><a id='p'/>"
          "<p>One&nbsp;a</p></body></html>")
        (+ "<html><body><p>two<a epub:type='noteref'>1</a></p>"
          "<aside epub:type='footnote'>n</aside>"))
      "One\u00a0a\n\ntwo\n\n")
    #* (gfor body [
      (+ "<p>one<a id='FNanchor_1'></a><a href='x.html#Footnote_1' class='fnanchor'>[1]</a></p>"
        "<div class='footnotes'><h3>FOOTNOTES:</h3><div class='footnote'><p><a id='Footnote_1'/>"
        "<a href='#FNanchor_1'><span class='label'>[1]</span></a> note</p></div></div>")
      (+ "<p>one<a href='#linknote-1' id='linknoteref-1'><small>1</small></a></p>"
        "<p class='foot'><a id='linknote-1'></a> 1 (<a href='#linknoteref-1'>return</a>)</p>")
      (+ "<p>one<sup class='noteref' id='back_note_1'><a href='n.html#note_1'>1</a></sup></p>"
        "<h1 class='notes-header'>Notes</h1><dl class='footnote' id='note_1'><dt>[<a "
        "href='#back_note_1'>←1</a>]</dt><dd><p>note</p></dd></dl>")
      "<p>one<a href='notes.html#n1'><sup>1</sup></a></p>"]
      #("a.epub" (book body) "one\ntwo\n\n"))])]
    test-the-text-of-a-document-is-read-and-no-more [here name data text]
  (write name data)
  (assert (= (get (read name) 0) text)))


(defn test-html-is-a-page-whatever-its-name-in-the-given-encoding [here]
  (write-all {"b" "<!DOCTYPE html>\n<p>b</p>"  "c.html" (.encode "<p>Füchse</p>" "latin-1")})
  (assert (= (read "b")
    #("b\n" ["b: web page, 1 paragraph; navigation and scripts left out"])))
  (assert (= (get (read "c.html" :encoding "latin-1") 0) "Füchse\n")))


(defn [(pytest.mark.parametrize #("name" "kind" "text") [
      #("a.fb2" "XML or HTML" "\ufeff<?xml version='1.0'?>\n<FictionBook/>")
      #("a.xml" "XML or HTML" "<notes>\n<note>fog</note>")
      #("a.txt" "XML or HTML" "<!doctype html><p>a</p>")
      #("message_1.json" "JSON" "{\n  \"participants\": [")  #("a.jsonl" "JSON" "[[1, \"x\"]]")
      #("a.mht" "a saved page or mail in MIME"
        "From: <Saved>\r\nSubject: Fog\r\nContent-Type: multipart/related;\r\n")])]
    test-data-that-is-read-as-plain-text-is-named [here name kind text]
  (write name text)
  (assert (= (read name)
    #((.lstrip text "\ufeff") [f"{name}: read as plain text, though it looks like {kind}"]))))


(defn [(pytest.mark.parametrize "text" [
      "<Anna> hi\n<Ben> ho\n" "[1] Fog\n" "[12:30] fog\n" "{fog}\n" "To: Anna\nfog\n"
      "[The lamp] \"Fog\"\n" "int main() { return 0; }\n"])]
    test-prose-and-code-look-like-no-data [here text]
  (write "a.txt" text)
  (assert (= (read "a.txt") #(text []))))


;; * What isn't read

(defn [(pytest.mark.parametrize #("name" "data" "said") [
    #("a.docx" (+ b"\xd0\xcf\x11\xe0" (bytes 90_000) (.encode "EncryptedPackage" "utf-16-le"))
      "is protected by a password; save it without one")
    #("a.odt" (zipped-as {"mimetype" ODT  "encrypted-package" b"\0"}) "is protected by a password")
    #("a.odt" (zipped-as {"mimetype" ODT  "content.xml" b"\0\1"
        "META-INF/manifest.xml" "<m><encryption-data/></m>"})
      "is protected by a password")
    #("a.epub" (zipped-as {"META-INF/container.xml" CONTAINER
        "b.opf" "<p><item id='a' href='a'/><itemref idref='a'/></p>"  "a" "x"
        "META-INF/encryption.xml" "<e><CipherReference URI='a'/></e>"})
      "is protected by DRM")
    #("a.html" "<script>fill()</script>" "is a web page without text")
    #("a.html" b"<p>\xff\xfe\xfa" "is not valid utf-8")
    #* (gfor [members said] [
      [{} "is a zip archive without utf-8 text"]
      [{"xl/workbook.xml" "x"} "is not a document or an archive, or is damaged"]
      [{"Index/Document.iwa" "x"} "is a document of Pages, not text; export it as .docx"]
      [{"mimetype" "application/vnd.oasis.opendocument.presentation"}
        "can't be read: it is of type application/vnd.oasis.opendocument.presentation"]
      [{"[Content_Types].xml" "<a/>"  "ppt/a.xml" "x"} "can't be read: it is of type pptx"]
      [{"a.bin" (+ (* 4 "\0") (* "word/" 20))}
        "is a zip archive without utf-8 text: 'a.bin' in 'a.zip' is not utf-8 text"]
      [{"a.jpg" b"\xff\xd8\xff"}
        "is a zip archive without utf-8 text: 'a.jpg' in 'a.zip' is a picture, not plain text"]
      [{"b.zip" (zipped-as {"a.txt" "one"})} "'b.zip' in 'a.zip' is a zip archive in another"]
      [{"word/a.xml" "x"} "is not a complete document"]]
      #("a.zip" (zipped-as members) said))])]
    test-what-cannot-be-read-is-said [here name data said]
  (write name data)
  (setv line (complaint [name]))
  (assert (.startswith line f"'{name}' "))
  (assert (in said line)))


;; * Markdown

(setv CODE "Write `[a](b)`, ``[[c]] ` %%``.\n\n```\n[a](b) ![c](d)\n\n[[e]]\n```\n\n    a[i](j)\n")


(defn [(pytest.mark.parametrize #("note" "text") [
      #("---\ntags: [a]\nname: Fox\n---\n\nRed.\n" "Red.\n") #("+++\na = 1\n+++\nRed.\n" "Red.\n")
      #("---\nThe fox, who was red.\n---\n" "---\nThe fox, who was red.\n---\n")
      #("A [fox](f.html \"Fox\"), ![a den](d_(1).png) and [![b](c)](d)\n" "A fox, a den and b\n")
      #("A [*red*\nfox][1] sat [sic].\n\n[1]: http://f.ox\n\nIt slept.[^1]\n"
        "A *red*\nfox sat [sic].\n\nIt slept.[^1]\n")
      #("[[Foxes|A fox]] in [[Woods]] #red\n![[den.png]]\n" "A fox in Woods #red\n")
      #("Red %%or not%% fox\n\n%%\nhidden\n\n[[x]]\n%%\n\nEnd\n" "Red  fox\n\nEnd\n")
      #("- [ ] feed\n- [x] a[0][1] \\[no](x)\n" "- [ ] feed\n- [x] a[0][1] \\[no](x)\n")
      #(CODE CODE)])]
    test-of-markdown-the-text-is-read-and-code-stays [here note text]
  (write-all {"a.md" note  "b.markdown" (.replace note "\n" "\r\n")  "c.txt" note})
  (setv shown (if (= note text) [] [(+ "Markdown; front matter, comments and addresses of links "
    "left out")]))
  (for [name ["a.md" "b.markdown"]]
    (assert (= (read name) #(text (lfor line shown f"{name}: {line}")))))
  (assert (= (get (read "c.txt") 0) note)))
