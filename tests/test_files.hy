"Text from files, folders, patterns and standard input; errors are one line."

(import
  gzip
  io
  os
  re
  pytest
  lstm-textgen.settings.table [check-setting]
  lstm-textgen.text.files :as files
  lstm-textgen.text.files [read-chunks read-sources title-of]
  tests.helpers [complaint noted refusal-of run-python succeeded write write-all])

(setv pytestmark pytest.mark.quick)


;; * Files, folders and patterns

(defn test-a-blank-line-is-between-the-files-of-a-folder-but-not-between-lists-of-lines [here]
  (write-all {"all/a" "a"  "all/b" "b\n"  "all/c" "c\r\n\r\n"  "all/d" "d\r\n"  "all/e" "e"})
  (assert (= (read-sources "all") (read-sources "all/*") "a\n\nb\n\nc\r\n\r\nd\r\n\ne"))
  (write-all {"lists/a.csv" "x,y\na,b\n"  "lists/b.csv" "x,y\nc,d\n"})
  (assert (= (read-sources "lists" :column "y") "b\nd\n")))


(defn test-sources-are-joined-in-order-by-blank-lines [here]
  (write-all {"b.txt" "beta"  "a.txt" "alpha\n"  "empty.txt" ""})
  (assert (= (read-sources ["b.txt" "empty.txt" "a.txt" "b.txt"]) "beta\n\nalpha\n\nbeta"))
  (assert (= (read-sources [(/ here "a.txt")]) (read-sources "a.txt") "alpha\n"))
  (with [file (open "b.txt" :encoding "utf-8")]
    (assert (= (read-sources [(io.StringIO "gamma") "a.txt" file]) "gamma\n\nalpha\n\nbeta"))))


(defn test-a-text-that-is-one-file-has-a-title []
  (for [[sources title] [
      [["a/My diary.txt.gz"] "My diary"]  [["https://x.org/b/poe.txt"] "poe"]  [["texts/"] "texts"]
      [["-"] None]  [["a.txt" "b.txt"] None]  [[(io.StringIO "x")] None]  [[".txt"] None]
      [[] None]  [None None]]]
    (assert (= (title-of sources) title))))


(defn test-sources-come-in-chunks [here]
  (setv text (* "狐が歌う。\n" 200_000))  ; where a chunk ends in the file, there is half a character
  (for [name ["a" "b"]] (write (os.path.join "all" name) (+ "\ufeff" text "end")))
  (setv chunks (list (read-chunks ["all/a" "all/b"])))
  (assert (< (max (map len chunks)) (/ (len text) 2)))
  (assert (= (.join "" chunks) (read-sources ["all/a" "all/b"]) (+ text "end\n\n" text "end")))
  (assert (= (.join "" (read-chunks "all")) (.join "" chunks)))
  (assert (> (len (list (read-chunks (io.StringIO text)))) 1)))


(defn test-a-bare-name-is-looked-for-in-corpora-and-folders [here monkeypatch]
  (write-all {"corpora/lol.txt" "near"  "far/lol.txt" "far"  "far/fun.txt" "fun"})
  (assert (= (read-sources ["lol.txt"] :folders ["far"]) "near"))
  (assert (= (read-sources ["fun.txt"] :folders ["far"]) "fun"))
  (write "lol.txt" "here")
  (assert (= (read-sources ["lol.txt"]) "here"))
  (.setattr monkeypatch files "OUR_CORPORA" ["inside" "beside"])  ; the package, the tree
  (for [place ["beside" "inside"]]
    (write-all {f"{place}/folder/a.txt" ""  f"{place}/a.txt" place})
    (assert (= (read-sources "a.txt") place)))
  (for [name ["folder" "./a.txt" (os.path.join "folder" "a.txt")]]
    (assert (in "there is no file" (complaint [name])))))


(defn test-a-missing-file-is-named-with-the-places-and-a-broken-link-as-one [here]
  (write "far/fun.txt" "fun")
  (os.symlink "loop" "loop")
  (os.symlink "none.txt" "dangling")
  (assert (= (complaint ["none.txt"] :folders ["far"])
    "there is no file 'none.txt', neither here nor in corpora/, far"))
  (assert (= (complaint ["./fun.txt"] :folders ["far"]) "there is no file './fun.txt'"))
  (assert (= (complaint [""]) "there is no file ''"))
  (for [name ["loop" "dangling"]]
    (assert (= (complaint [name]) f"'{name}' is a broken link; give the file itself"))))


(defn test-a-pattern-is-the-files-that-match [here]
  (write-all {"b.txt" "two"  "a.txt" "one"  "deep/er/c.txt" "three"  "what?.txt" "itself"})
  (assert (= (read-sources ["[ab].txt"]) "one\n\ntwo"))
  (assert (= (read-sources ["**/*.txt"]) "one\n\ntwo\n\nthree\n\nitself"))
  (assert (= (read-sources ["deep/**"]) "three"))
  (assert (= (read-sources ["what?.txt"]) "itself"))
  (assert (= (complaint ["*.md"]) "no file matches the pattern '*.md'")))


(defn test-paths-may-have-spaces-and-line-breaks [here]
  (write-all {"my books/one book.txt" "one"  "my books/two.txt" "two"  "two\nlines.txt" "three"})
  (assert (= (read-sources ["my books/*.txt"]) (read-sources ["my books"]) "one\n\ntwo"))
  (write "one\ndata.json" "[[1]]")
  (assert (= (read-sources "two\nlines.txt") "three"))
  (assert (= (lfor [name _] (get (noted "one\ndata.json") 1) name) ["one\\ndata.json"])))


(defn test-a-pipe-that-nothing-writes-to-is-named [here monkeypatch]
  (.setattr monkeypatch files "WAITED" 0.05)
  (os.mkfifo "pipe")
  (setv said [])
  (defn warn [line]
    (.append said line)
    (write "pipe" "at last"))
  (assert (= (read-sources ["pipe"] :warn warn) "at last"))
  (assert (= said ["waiting for a program to write to 'pipe', a named pipe"])))


(defn test-a-long-name-is-not-shown-whole [here]
  (write "empty.txt" "")
  (setv
    name (* "a" 1_000_000)
    wrong [[name] ["empty.txt" #* (* ["./empty.txt"] 1000)] [f"{name}*"] [f"far://{name}"]])
  (for [sources wrong] (assert (< (len (complaint sources)) 500)))
  (assert (< (len (complaint ["none.txt"] :folders [name])) 500))
  (assert (< (len (refusal-of check-setting "encoding" name)) 300)))


(defn test-what-can-t-be-read-or-is-empty-is-named [here]
  ;; Permission bits don't bind an administrator; nobody can read a process's memory at 0.
  (assert (= (complaint ["/proc/self/mem"]) "can't read '/proc/self/mem': Input/output error"))
  (write-all {"empty.txt" ""  "mark.txt" "\ufeff"})
  (assert (in "no sources" (complaint [])))
  (assert (= (complaint ["empty.txt" "mark.txt"]) "the text is empty: empty.txt, mark.txt")))


(defn test-standard-input-is-bytes-in-the-encoding []
  (setv program "
import hy
from lstm_textgen.text.files import read_sources
print(ascii(read_sources(['-'], 'cp1252')))")
  (setv text "“é”\r\n")
  (assert (= (succeeded (run-python "-c" program :input text :encoding "cp1252"))
    f"{(ascii text)}\n")))


;; * Compressed files

(defn test-damaged-gzip-is-refused [here]
  (setv whole (gzip.compress (.encode (* "heylo 漢\n" 1000))))
  (write "cut.gz" (cut whole -9))
  (write "text.gz" "no gzip")
  (write "flipped.gz" (+ (cut whole 12) b"\xff\xff\xff" (cut whole 15 None)))
  (for [name ["cut.gz" "text.gz" "flipped.gz"]]
    (assert (.startswith (complaint [name]) f"'{name}' is not a gzip file, or is damaged: "))))


;; * Encodings

(defn test-a-text-is-read-in-its-encoding [here]
  (for [encoding ["latin-1" "cp1252" "utf-16" "utf-16-le" "utf-8-sig"]]
    (write "a.txt" (.encode "Füchse" encoding))
    (assert (= (read-sources ["a.txt"] encoding) "Füchse"))))


(defn test-for-text-in-another-encoding-one-is-suggested [here]
  (write "a.txt" (.encode "Ein Füchslein" "latin-1"))
  (assert (= (complaint ["a.txt"]) (+ "'a.txt' is not valid utf-8: byte 5, on line 1, is 0xfc; "
    "fix the file or try `encoding` cp1252")))
  (assert (.endswith (complaint ["a.txt"] "shift_jis") "try `encoding` cp1252")))


(defn [(pytest.mark.parametrize #("data" "place") [
      #(b"a\xe6\xbc" "byte 1, on line 1, is 0xe6")  ; a character that is cut off
      #((+ (* b"01234567\r\n" 200_000) b"so\nso\x81") "byte 2000005, on line 200002, is 0x81")
      #((+ (.encode (* "漢" 699_050)) b"\n\xff" (* b"." (** 2 20)))
        "byte 2097151, on line 2, is 0xff")]
      :ids ["cut" "far" "wide"])]
    test-a-wrong-byte-is-placed [here data place]
  (write "a.txt" data)
  (assert (in f"{place};" (complaint ["a.txt"]))))


(defn [(pytest.mark.parametrize #("encoding" "text") [
      #("cp1252" "Die Füchse singen schön über die Straße. ")
      #("mac-roman" "1\n00:00:01,000 --> 00:00:01,900\nJe ne sais pas où tu étais, très loin.\n")
      #("cp1250" "Zażółć gęślą jaźń. Lis śpiewa nocą, a potem śpi. ")
      #* (gfor each ["cp1251" "koi8-r"] #(each "Привет, мир! Как дела у лисы? "))
      #* (gfor each ["cp932" "euc-jp"] #(each "日本語の文章です。狐が歌う。"))
      #("cp932" (+ "x" (* "日本語の文章です。狐が歌う。\n" 80_000)))  ; read at once: half of one
      #("gb18030" "我们今天去公园，看见一只狐狸在唱歌。")
      #("big5" "我們今天去公園，看見一隻狐狸在唱歌。")
      #("cp949" "여우가 노래한다. 오늘은 날씨가 좋다. ")
      #("utf-16" "漢字")
      #("latin-1" (.decode (bytes (range 32 256)) "latin-1"))]  ; which has all bytes
      :ids (fn [it] (cut it 12)))]
    test-the-encoding-of-a-text-is-guessed [here encoding text]
  (write "a.srt" (.encode (* 3 text) encoding))
  (assert (.endswith (complaint ["a.srt"]) f"try `encoding` {encoding}")))


;; * What is no text

(defn [(pytest.mark.parametrize #("content" "said") [
      #(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" (+ "an old Office document or a message of Outlook, "
        "not plain text; save it as .docx, .xlsx or .txt and give that"))
      #* (gfor start [b"\x89PNG\r\n\x1a\n" b"\xff\xd8\xff\xe0" b"GIF89a\0\0\0\0" b"RIFF....WEBP"]
        #(start "a picture, not plain text; give its text as a .txt file"))])]
    test-a-known-format-is-named-whatever-the-encoding [here content said]
  (write "a.txt" content)
  (for [encoding ["utf-8" "latin-1" "utf-16"]]
    (assert (= (complaint ["a.txt"] encoding) f"'a.txt' is {said}"))))


(defn test-many-control-characters-are-no-text-in-any-encoding [here]
  (write "a.txt" (* (bytes (range 256)) 9))
  (for [encoding ["utf-8" "latin-1" "cp437"]]
    (assert (= (complaint ["a.txt"] encoding) (+ f"'a.txt' is not {encoding} text: "
      "it has many control characters; give a plain text file, or the right `encoding`"))))
  (write "b.txt" (.encode "Ein Fuchs" "utf-16-le"))
  (assert (in "'b.txt' is not utf-8 text: " (complaint ["b.txt"])))
  (assert (re.match "'b.txt' is not (valid )?utf-16" (complaint ["b.txt"] "utf-16"))))  ; no mark


(defn test-a-few-control-characters-and-those-of-terminals-are-removed [here]
  (setv
    text (+ "[1mNN[0m\t\r\n" (* "many a fox" 10))
    log (+ "\x1b[1mN\bN\a\x1b[0m\f\v\t\r\n" (* "many a fox" 10)))
  (for [[name given said] [["0.txt" text []] ["a.txt" log ["removed 6 control characters"]]
      ["b.txt" (+ text "\0\x1a\x1d\x1d") ["removed 4 control characters"]]]]
    (write name given)
    (setv [read notes] (noted name))
    (assert (= [read (lfor [_ about] notes about.words)] [text said])))
  (write-all {"all/c.txt" (+ log "\0")  "all/d.txt" (+ (* text 99) (* 4 "\0"))})
  (assert (= (read-sources "all") text)))


(defn [(pytest.mark.parametrize #("data" "encoding" "advice") [
      #((* "Füchse – “wach”\n" 3) "latin-1" "give `encoding` utf-8")
      #((.encode (* "it’s – here\n" 3) "cp1252") "latin-1" "give `encoding` cp1252")
      #((.decode (.encode (* "it’s here\n" 3) "utf-8") "cp1252") "utf-8" "before the file was")])]
    test-a-wrongly-decoded-text-is-called-that-with-what-to-do [here data encoding advice]
  (write "a.txt" data)
  (setv [_ [[name about]]] (noted "a.txt" :encoding encoding))
  (assert (.startswith about.words "wrongly decoded, with characters such as "))
  (assert (in advice about.words)))
