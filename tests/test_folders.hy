"Skipped files in folders, archives, open files and text in memory."

(import
  gzip
  io
  os
  zipfile
  pytest
  lstm-textgen.text.files [read-sources]
  tests.helpers [complaint noted write write-all])

(setv pytestmark pytest.mark.quick)


(defn warnings-about [source #* arguments]
  (setv said [])
  (read-sources source #* arguments :warn said.append)
  said)


;; * What is skipped

(defn test-a-folder-is-every-text-below-it-and-what-is-skipped-is-named-in-a-line [here]
  (write-all {"all/text.txt" "one"  "all/empty.txt" ""  "all/.git/index" "hidden"
    "all/b/2.txt" "two"  "all/zip.gz" (gzip.compress b"three")  "all/.hidden" "hidden"})
  (os.symlink "nowhere" "all/dangling")
  (assert (= (read-sources "all") "two\n\none\n\nthree"))
  (assert (= (warnings-about "all") []))
  (write-all {"all/latin.doc" b"\xe9"  "all/deep/a\nb.png" b"PNG\0"  "all/bad.gz" "not zipped"
    "all/book.pdf" b"%PDF-1.7\n"  "all/photo.jpg" b"\xff\xd8\xff\xe0"})
  (setv others "skipped 2 of 9 files in 'all' that are not utf-8 text: deep/a\\nb.png, photo.jpg")
  (setv [bad book latin #* rest] (warnings-about "all"))
  (assert (.startswith bad "skipped: 'all/bad.gz' is not a gzip file"))
  (assert (.startswith book "skipped: 'all/book.pdf' is not a PDF, or is damaged"))
  (assert (.startswith latin "skipped: 'all/latin.doc' is not valid utf-8: byte 0"))
  (assert (= rest [others]))
  (assert (= (len (warnings-about "all" "latin-1")) 3)))


(defn test-of-many-skipped-files-the-first-are-named [here]
  (write "all/text.txt")
  (for [n (range 100)] (write f"all/{n :02}.bin" b"\0"))
  (setv [line] (warnings-about "all"))
  (assert (.startswith line "skipped 100 of 101 files"))
  (assert (.endswith line "text: 00.bin, 01.bin, 02.bin, 03.bin, 04.bin and 95 more"))
  (for [n (range 20)] (write f"all/{n :02}.md" b"\0"))
  (assert (= (len (warnings-about "all")) 11)))


(defn test-each-real-file-is-read-once [here]
  (write-all {"all/b.txt" "one"  "other.txt" "two"})
  (for [[to link] [["b.txt" "a.txt"] ["../other.txt" "c.txt"] ["c.txt" "d.txt"]]]
    (os.symlink to f"all/{link}"))
  (for [source ["all" "all/*.txt"]]
    (assert (= (read-sources source) "one\n\ntwo"))))


(defn test-a-folder-keeps-what-is-too-long-for-memory [here monkeypatch]
  (.setattr monkeypatch "lstm_textgen.text.documents.reading.IN_MEMORY" 100)
  (setv text (* "漢字 \ud83d\r\n" 40))
  (write "all/a.txt" (.encode text "utf-8" "surrogatepass"))
  (write "all/b.txt" (+ (* "long" 99) (* 4 "\0")))
  (with [_ (pytest.raises ValueError)] (read-sources "all"))
  (write "all/c.txt" (* "漢字\r\n" 40))
  (assert (= (read-sources "all") (* "漢字\r\n" 40))))


;; * Archives

(defn archive [members]
  (with [file (zipfile.ZipFile "a.zip" "w")]
    (for [[name content] (.items members)] (.writestr file name content))))


(defn test-a-zip-of-texts-is-read-like-a-folder [here]
  (archive {"b/2.txt" "two"  "a.txt" "\ufeffone"  ".hidden" "x"  "__MACOSX/a.txt" "x"
    "c.csv" "id,text\n1,x\n"  "d.png" b"PNG\0"  "empty.txt" ""  "e.md" "[a](b)"})
  (setv [text notes] (noted "a.zip"))
  (assert (= text "one\n\ntwo\n\na\n"))
  (setv [[name about] [part _]] notes)
  (assert (= [name part] ["a.zip" "a.zip/e.md"]))
  (assert (= about.words (+ "zip archive, 3 texts; skipped 1 of 6 files in 'a.zip' that is not "
    "utf-8 text: d.png; skipped: 'c.csv' in 'a.zip' is a table; to read one column give "
    "`column`: id, text; to read several, a template such as '{id}: {text}'; to read it as plain "
    "text, rename it to .txt")))
  (assert (= (read-sources "a.zip" :column "text") "one\n\ntwo\n\nx\na\n"))
  (write "all/a.zip" (.read-bytes (/ here "a.zip")))
  (assert (= (read-sources "all") (read-sources "a.zip"))))


;; * Open files

(defn test-an-open-text-is-taken-as-it-is-and-open-bytes-are-decoded [here]
  (assert (= (read-sources (io.StringIO "a\r\n\0é") "utf-16") "a\r\n\0é"))
  (assert (= (read-sources (io.BytesIO b"\xef\xbb\xbfF\xc3\xbcchse")) "Füchse"))
  (assert (= (read-sources [(io.BytesIO b"\xfc")] "latin-1") "ü"))
  (write "a.gz" (gzip.compress b"text"))
  (with [file (gzip.open "a.gz")] (assert (= (read-sources file) "text"))))


(defn test-what-is-wrong-with-an-open-file-names-it [here]
  (write "a.txt" b"a\xfc")
  (with [file (open "a.txt" "rb")]
    (assert (.startswith (complaint file) "'a.txt' is not valid utf-8: byte 1, on line 1,")))
  (with [file (open "a.txt" :encoding "utf-8")]
    (assert (.startswith (complaint file) "can't read 'a.txt': 'utf-8' codec can't decode")))
  (assert (= (complaint file) "can't read 'a.txt': I/O operation on closed file."))
  (with [file (open "a.txt" "wb")] (assert (= (complaint file) "can't read 'a.txt': read")))
  (assert (.startswith (complaint (io.BytesIO b"\xfc")) "the given text is not valid utf-8"))
  (assert (= (complaint (io.StringIO "")) "the text is empty: the given text")))


;; * What is no source

(defn [(pytest.mark.parametrize "text" [
    "The cat sat.\nThe dog ran."
    "one\rtwo"
    (* "Is it so? " 1000)
    "http://a.b is mine\nnot yours"])]
    test-text-for-a-path-is-recognised [here text]
  (setv line (complaint text))
  (assert (.endswith line
    " is text, but sources are paths or URLs; to train on text in memory, give `text`"))
  (assert (.startswith line (cut (repr text) 8)))
  (assert (< (len line) 200)))


(defn [(pytest.mark.parametrize "source" [5 None b"a.txt" ["a.txt"]])]
    test-what-can-be-no-source-is-refused [source]
  (when (isinstance source bytes) (assert (= (complaint source) (complaint [source]))))
  (assert (= (complaint [source]) f"a source is a path, a URL or an open file, not {source !r}")))
