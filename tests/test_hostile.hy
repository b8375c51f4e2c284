"Untrusted documents: bombs, entities, links, huge parts: refused in one line, or read."

(eval-when-compile (require hyrule [unless]))
(import
  gzip
  io
  json
  random [Random]
  zipfile
  pytest
  lstm-textgen.text.decoding [NotText]
  lstm-textgen.text.documents.readers [read-any]
  lstm-textgen.text.documents.reading [BeyondLimit Reading]
  lstm-textgen.text.files [read-sources]
  tests.helpers [DOCUMENTS FUZZ complaint write]
  tests.test-chats [stamped telegram-chat telegram-page]
  tests.test-documents [WORD docx epub zipped-as]
  tests.test-posts [outbox toot tweets])

(setv
  MB (** 2 20)
  LONG (* "a" (* 17 MB)))


;; * Too much

(defn [(pytest.mark.parametrize #("name" "data" "limit") [
      #("a.docx" (docx (* "<w:p><w:r><w:t>aaaaaaaaaaaaaaaaaaaa</w:t></w:r></w:p>" 100_000)) 2)
      #("a.epub" (epub #* (* [(+ "<p>" (* "a" MB) "</p>")] 5)) 3)
      #("a.zip" (zipped-as (dfor n "abc"
        f"{n}.docx" (docx (+ "<w:p><w:r><w:t>" (* "a" (* 2 MB)) "</w:t></w:r></w:p>")))) 4)
      #("b.zip" (zipped-as (dfor n "abc" f"{n}.txt" (* "a" MB))) 2)
      #("a.gz" (gzip.compress (* b"a" (* 3 MB))) 2)]
      :ids ["one part" "the same bytes again" "documents within" "texts within" "gzip"])]
    test-a-bomb-is-stopped [here name data limit]
  (write f"all/{name}" data)
  (for [source [f"all/{name}" "all"]]
    (assert (in f"expands to more than {limit} MB; give a larger `max_download`"
      (complaint [source] :limit (* limit MB))))))


(defn test-encodings-of-quadratic-time-are-not-used [here]
  (setv long (* "a" 40_000))
  (write "a.eml" (+ f"From: =?punycode?q?{long}?=\n"
    f"Content-Type: text/plain; charset=idna\n\nxn--{long}"))
  (write "b.html" f"<meta charset=punycode><p>{long}")
  (assert (= (.split (read-sources ["a.eml" "b.html"])) [f"xn--{long}" long])))


(defn test-an-unsound-message-is-no-end-of-a-mailbox [here]
  (write "a.mbox" (+ "From a Mon Jan  1 00:00:00 2024\nContent-Type: multipart/mixed; "
    "boundary*=a\0b''x\n\n--x\n\nFrom b Mon Jan  1 00:00:00 2024\nTo: c\n\nsound\n"))
  (assert (= (read-sources ["a.mbox"]) "sound\n\n")))


(defn test-an-endless-pdf-is-stopped-without-a-word-of-its-library [here capfd]
  (write "a.pdf" (+ b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>endobj\ntrailer<</Root 1 0 R>>"))
  (assert (.startswith (complaint ["a.pdf"]) "'a.pdf' is "))
  (setv name (str (/ DOCUMENTS "libreoffice.pdf")))
  (assert (in "expands to more than" (complaint [name] :limit 100)))
  (assert (= (.readouterr capfd) #("" ""))))


(defn [(pytest.mark.parametrize #("name" "data") [
      #("a.docx" (docx (+ "<w:p><w:r><w:t>" (* "long " 300) "</w:t></w:r></w:p>")))
      #("a.rtf" (+ "{\\rtf1 " (* "long " 300) "}"))
      #("a.html" (+ "<p>" (* "long " 300)))])]
    test-a-paragraph-has-a-limit [here monkeypatch name data]
  (.setattr monkeypatch "lstm_textgen.text.documents.reading.MAX_LINE" 1000)
  (write name data)
  (assert (in "has a line of more than" (complaint [name]))))


(defn test-a-chapter-that-is-listed-again-is-read-once [here]
  (write "a.epub" (zipped-as {
    "META-INF/container.xml" "<c><rootfile full-path='b.opf'/></c>"
    "b.opf" (+ "<p><item id='a' href='a'/>" (* "<itemref idref='a'/>" 90_000) "</p>")
    "a" "<p>one</p>"}))
  (assert (= (read-sources ["a.epub"]) "one\n\n")))


(defn test-a-long-message-is-cut-and-a-long-mail-too [here]
  (write "a.txt" (+ (stamped "24.12.19, 11:23 - ") (* "more\n" MB)))
  (assert (< (len (read-sources ["a.txt"])) (* 2 MB)))
  (setv attached (* (+ (* b"QUJD" 19) b"\n") 400_000))
  (write "a.mbox" (+ b"From a Sat Jan  4 15:40:07 2025\nFrom: A\n\nhi\n" attached))
  (assert (< (len (read-sources ["a.mbox"])) (* 17 MB))))


(defn [(pytest.mark.parametrize #("name" "start" "part") [
      #("a.mbox" b"" b"From a Sat Jan  4 15:40:07 2025\nFrom: A\n\nhi there\n\n")
      #("a.json" b"{\"messages\": [{\"from_id\": 1}"
        b", {\"type\": \"message\", \"date\": \"2020\", \"from\": \"A\", \"text\": \"hi there\"}")
      #("a.txt" b"" b"24.12.19, 11:23 - Anna: hi there\n")
      #("a.srt" b"" b"1\n00:00:01,000 --> 00:00:02,500\nhi there\n\n")])]
    test-long-files-stream [name start part]
  (setv
    file (io.BytesIO (+ start (* part 300_000)))
    reading (Reading :ending (cut name 1 None)))
  (assert (next (read-any file reading)))
  (assert (< (.tell file) (/ (len (.getbuffer file)) 4))))


(defn [(pytest.mark.parametrize #("name" "data" "said") [
    ;; What must be held whole has a limit of its own.
    #("a.html" (+ "<p>" LONG) "has a part of more than 16 MB")
    #("a.docx" (docx (* LONG 2)) "has a part of more than 32 MB")
    #("a.txt" (+ (stamped "24.12.19, 11:23 - ") LONG)
      "has a line of more than 16 million characters")
    #("a.json" (+ "{\"messages\": [{\"from_id\": 1, \"a\": [\"" LONG "\"]}]}")
      "has a message or post of more than 16 million characters")
    #* (gfor
      start ["<p" "<p a='>' b=\">\" c=x"]
      #("a.html" (+ start (.join "" (gfor n (range 1001) f" a{n}={n}")) ">text")
        "it has a tag with more than 1000 attributes"))
    ;; Deep documents
    #("a.docx" (docx (+ "<w:p>" (* "<w:r>" MB) "<w:t>deep</w:t>" (* "</w:r>" MB) "</w:p>"))
      "is not a document or an archive, or is damaged")
    #* (gfor tags ["<div>" "<div></b>"]
      #("a.html" (+ (* tags 100_000) "deep") "nested more than 1000 deep"))
    #("a.ipynb" (+ "{\"cells\": " (* "[" 100_000)) "is not a notebook, or is damaged")
    #("a.json" (+ "{\"messages\": [{\"from_id\": " (* "[" 100_000)) "values are nested too deeply")
    ;; Entities
    #* (gfor entities [
        "<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>" "<!ENTITY a SYSTEM 'file:///etc/passwd'>"
        "<!ENTITY % a SYSTEM 'http://127.0.0.1:9/x'> %a;"]
      #("a.docx" (zipped-as {"_rels/.rels" "<r/>"  "word/document.xml"
          f"<!DOCTYPE d [{entities}]><d xmlns='{WORD}'><p><r><t>&a;</t></r></p></d>"})
        "uses XML entities, which are not read;"))])]
    test-what-is-too-large-too-deep-or-crooked-is-refused [here name data said]
  (write name data)
  (assert (in said (complaint [name]))))


(defn test-names-that-lead-out-of-an-archive-lead-nowhere [here]
  (write "secret.xhtml" "<p>secret</p>")
  (setv book (io.BytesIO (epub "<p>one</p>")))
  (with [archive (zipfile.ZipFile book "a")] (.writestr archive "../secret.xhtml" "<p>x</p>"))
  (setv data (.replace (.getvalue book) b"c0.xhtml" b"../x.htm"))
  (write "a.epub" data)
  (assert (not-in "secret" (complaint ["a.epub"])))
  (assert (= (sorted (gfor path (.iterdir here) path.name)) ["a.epub" "secret.xhtml"])))


(defn test-a-page-fetches-nothing-and-its-numbers-are-bounded [here]
  (write "a.html" (+ "<link href='http://127.0.0.1:9/'><img src='http://127.0.0.1:9/'>"
    "<iframe src='http://127.0.0.1:9/'></iframe><p>text&#0;&#xD800;&#x1b;[2J</p>"))
  (assert (.startswith (read-sources ["a.html"]) "text"))
  (assert (not-in "\x1b" (read-sources ["a.html"])))
  (write "a.odt" (zipped-as {"mimetype" "application/vnd.oasis.opendocument.text"
    "content.xml" "<d xmlns:t='urn:t'><t:p>a<t:s t:c='999999999'/>b<t:s/></t:p></d>"}))
  (assert (= (len (read-sources ["a.odt"])) 103)))


;; * What patterns could take for ever with: a test that fails doesn't end

(defn [(pytest.mark.parametrize #("name" "data") [
      #("a.txt" (stamped "24.12.19, 11:23 - " (+ (* "a." 300_000) (* " " 300_000) "b>")))
      #("a.js" (tweets [(+ (* " " 300_000) "x") (* "https://t.co/" 30_000)]))
      #("a.json" (+ "{" (* "\"type\": \"OrderedCollection\", " 2_000)))
      #("a.rtf" (+ "{\\rtf1 {" (* "\\deleted " 60_000) "{x"))
      #("a.rtf" (+ "{\\rtf1 " (* "{" 100_000) "deep" (* "}" 100_000) "}"))
      #("a" (+ (* "<!-- -->" 40) "plain"))
      #("a.mbox" (+ "From a Sat Jan  4 15:40:07 2025\nFrom: A\n\nhi\n\nFrom " (* "a" 300_000)))
      #("a.epub" (epub (+ "<p>x</p><" (* "a" 300_000))))
      #* (gfor
        sign ["[" "[]" "`" "``` " "![[" "[a](" "%%" "%% a" "[a][" "[[|" "`` ` "]
        #("a.md" (+ "x\n\n" (* sign 100_000))))])]
    test-repetitions-are-read [here name data]
  (write name data)
  (assert (read-sources [name])))


;; * Changed files

(defn samples []
  "Return documents by names, one at least for each reader."
  {
    #** (dfor path (sorted (.iterdir DOCUMENTS)) :if (.is-file path) path.name (.read-bytes path))
    "chat.txt" (.encode (* (stamped "[24.12.19, 11:23:07] ") 9))
    "tweets.js" (.encode (tweets ["hi" "two\nlines"]))
    "outbox.json" (.encode (outbox [(toot "<p>hi</p>") (toot "<p>two<br>lines</p>")]))
    "telegram.json" (.encode (json.dumps (telegram-chat)))
    "telegram.html" (.encode (telegram-page))
    "chat.zip" (zipped-as {"result.json" (json.dumps (telegram-chat))})
    "film.srt" (* b"1\n00:00:01,000 --> 00:00:02,500\n<i>The sea</i>\n\n" 20)
    "inbox.mbox" (* (+ b"From a Sat Jan  4 15:40:07 2025\nFrom: =?utf-8?q?A?= <a@b>\n"
      b"Content-Type: text/plain; charset=utf-8\n\nhi\n> ho\n\n") 9)
    "a.ipynb" (.encode (json.dumps {"cells" [{"source" ["a\n" "b"]} {"source" "c"}]}))
    "a.csv" (* b"id,text\n1,\"two, \"\"x\"\"\nlines\"\n" 9)
    "a.jsonl" (* b"{\"text\": [\"two\", 2.5], \"id\": {\"a\": null}}\n" 9)})


(defn changed [rng data]
  "Return `data` with a few bytes changed, moved, repeated or taken away."
  (setv data (bytearray data))
  (for [_ (range (.choice rng [1 1 2 5 20]))]
    (setv
      at (.randrange rng (max 1 (len data)))
      other (.randrange rng (max 1 (len data))))
    (match (.randrange rng 5)
      0 (setv (cut data at (+ at 1)) (bytes [(.randrange rng 256)]))
      1 (setv (cut data at at) (cut data other (+ other (.randrange rng 64))))
      2 (setv (cut data at (+ at (.randrange rng 64))) b"")
      3 (setv (cut data at (+ at 4)) (.choice rng [b"\0\0\0\0" b"\xff\xff\xff\xff" b"{[<\\"]))
      4 (when (< (.random rng) 0.1) (del (cut data at None)))))
  (bytes data))


(defn changed-within [rng data]
  "Return the archive `data` with one of its members changed; other data as `changed` does."
  (unless (.startswith data b"PK") (return (changed rng data)))
  (with [archive (zipfile.ZipFile (io.BytesIO data))]
    (setv members (dfor name (.namelist archive) name (.read archive name))))
  (setv name (.choice rng (sorted members)))
  (zipped-as {#** members  name (changed rng (get members name))}))


(defn check-changed [name numbers]
  "Read files of the sample `name`, changed by these `numbers`: each gives text, or is refused."
  (setv data (get (samples) name))
  (for [n numbers]
    (setv
      rng (Random n)
      reading (Reading :name "'x'" :ending (+ "." (get (.split name ".") -1)) :limit (* 20 MB)
        :column (when (.endswith name #(".csv" ".jsonl")) "text"))
      broken ((if (% n 2) changed-within changed) rng data))
    (try
      (for [chunk (read-any (io.BytesIO broken) reading)] (.encode chunk "utf-8"))
      (except [error [BeyondLimit NotText]]
        (assert (not-in "\n" (str error)) f"file {n}")))))


(defn [(pytest.mark.parametrize #("start" "stop") [
         #(0 1) (pytest.param 1 (* 2 FUZZ) :marks pytest.mark.slow)])
       (pytest.mark.parametrize "name" (sorted (samples)))]
    test-changed-files-do-no-harm [name start stop]
  (setv usual (if (.endswith name #(".ods" ".pdf" ".xls" ".xlsx")) 6 100))
  (check-changed name (range (* usual start) (* usual stop))))
