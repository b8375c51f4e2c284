"Text from files, folders, patterns and standard input; errors are one line."

(import
  gzip
  os
  tempfile
  threading
  pytest
  lstm-textgen.text.files [find-paths read-pieces read-sources]
  tests.helpers [complaint empty-folder run-python succeeded write])

(setv
  pytestmark pytest.mark.quick
  here (pytest.fixture empty-folder))


;; * Files, folders and patterns

(defn test-sources-are-joined-in-order-by-newlines [here]
  (write "b.txt" "beta")
  (write "a.txt" "alpha\n")
  (write "empty.txt" "")
  (assert (= (read-sources ["b.txt" "empty.txt" "a.txt" "b.txt"]) "beta\nalpha\nbeta"))
  (assert (= (read-sources [(/ here "a.txt")]) (read-sources "a.txt") "alpha\n")))


(defn test-sources-come-in-pieces [here]
  (setv text (* "A hundred foxes sing to the moon.\n" 80_000))
  (for [name ["a" "b"]] (write (os.path.join "all" name) (+ "\ufeff" text "end")))
  (setv pieces (list (read-pieces ["all/a" "all/b"])))
  (assert (< (max (map len pieces)) (/ (len text) 2)))
  (assert (= (.join "" pieces) (read-sources ["all/a" "all/b"]) (+ text "end\n" text "end")))
  (assert (= (.join "" (read-pieces "all")) (.join "" pieces))))


(defn test-a-bare-name-is-looked-for-in-corpora-and-folders [here]
  (write "corpora/lol.txt" "near")
  (write "far/lol.txt" "far")
  (write "far/fun.txt" "fun")
  (assert (= (read-sources ["lol.txt"] :folders ["far"]) "near"))
  (assert (= (read-sources ["fun.txt"] :folders ["far"]) "fun"))
  (write "lol.txt" "here")
  (assert (= (read-sources ["lol.txt"]) "here")))


(defn test-a-missing-file-is-named-with-the-places [here]
  (write "far/fun.txt" "fun")
  (assert (= (complaint ["none.txt"] :folders ["far"])
    "there is no file 'none.txt', neither here nor in corpora/, far"))
  (assert (= (complaint ["./fun.txt"] :folders ["far"]) "there is no file './fun.txt'"))
  (assert (= (complaint [""]) "there is no file ''")))


(defn test-a-link-that-leads-nowhere-is-told-from-a-missing-file [here]
  (os.symlink "loop" "loop")
  (os.symlink "none.txt" "dangling")
  (for [name ["loop" "dangling"]]
    (assert (= (complaint [name])
      f"'{name}' is a broken link; give the file itself"))))


(defn test-a-folder-is-every-text-below-it [here]
  (write "all/b/2.txt" "two")
  (write "all/a.txt" "one")
  (write "all/c.md.gz" (gzip.compress b"three"))
  (write "all/latin.txt" b"\xe9")
  (write "all/picture.bin" b"PNG\0")
  (write "all/damaged.gz" b"no gzip")
  (write "all/.hidden" "hidden")
  (write "all/.git/config" "hidden")
  (write "all/empty.txt" "")
  (os.symlink "nowhere" "all/dangling")
  (assert (= (read-sources ["all"]) "one\ntwo\nthree")))


(defn test-a-folder-without-text-is-refused [here]
  (write "none/picture.bin" b"PNG\0")
  (assert (= (complaint ["none"]) "the folder 'none' contains no utf-8 text")))


(defn test-a-pattern-is-the-files-that-match [here]
  (write "b.txt" "two")
  (write "a.txt" "one")
  (write "deep/er/c.txt" "three")
  (write "what?.txt" "itself")
  (assert (= (read-sources ["[ab].txt"]) "one\ntwo"))
  (assert (= (read-sources ["**/*.txt"]) "one\ntwo\nthree\nitself"))
  (assert (= (read-sources ["deep/**"]) "three"))
  (assert (= (read-sources ["what?.txt"]) "itself"))
  (assert (= (complaint ["*.md"]) "no file matches the pattern '*.md'")))


(defn test-paths-and-patterns-may-have-spaces [here]
  (write "my books/one book.txt" "one")
  (write "my books/two.txt" "two")
  (assert (= (read-sources ["my books/one book.txt"]) "one"))
  (assert (= (read-sources ["my books/*.txt"]) (read-sources ["my books"]) "one\ntwo")))


(defn [(pytest.mark.parametrize "path" [r"C:\my books\x.txt" "C:x.txt" "C://x.txt" "c:/x.txt"])]
    test-a-drive-of-windows-is-not-a-url [here path]
  (write path "on a drive")
  (assert (= (read-sources [path]) "on a drive"))
  (assert (= (complaint [r"D:\x.txt"]) (+ r"there is no file 'D:\\x.txt', "
    "neither here nor in corpora/"))))


(defn test-paths-are-found-without-being-read [here]
  (write "books/a.txt" b"\xff")
  (assert (= (find-paths "a.txt" ["books"]) [(os.path.join "books" "a.txt")]))
  (assert (= (find-paths "books" []) ["books"]))
  (assert (= (find-paths "books/*" []) [(os.path.join "books" "a.txt")]))
  (with [_ (pytest.raises FileNotFoundError)] (find-paths "b.txt" []))
  None)


(defn test-a-pipe-is-a-file [here]
  (os.mkfifo "pipe")
  (setv writer (threading.Thread :target write :args #("pipe" "through the pipe")))
  (.start writer)
  (assert (= (read-sources ["pipe"]) "through the pipe"))
  (.join writer))


(defn test-where-there-is-nothing-to-read-it-is-said [here]
  (write "empty.txt" "")
  (write "mark.txt" "\ufeff")
  (assert (in "no sources" (complaint [])))
  (assert (= (complaint ["empty.txt" "mark.txt"]) "the text is empty: empty.txt, mark.txt")))


(defn test-a-long-name-is-not-shown-whole [here]
  (write "empty.txt" "")
  (setv
    name (* "a" 1_000_000)
    wrong [[name] ["empty.txt" #* (* ["./empty.txt"] 1000)] [f"{name}*"] [f"far://{name}"]])
  (for [sources wrong] (assert (< (len (complaint sources)) 500)))
  (assert (< (len (complaint ["none.txt"] :folders [name])) 500))
  (assert (< (len (complaint ["empty.txt"] name)) 200)))


(defn test-a-file-that-may-not-be-read-is-named []
  (setv
    ;; pytest's own folders are closed to nobody, whom root becomes here.
    [file path] (tempfile.mkstemp)
    root (= (os.geteuid) 0))
  (os.close file)
  (os.chmod path 0)
  (try
    (when root (os.seteuid 65534))
    (assert (= (complaint [path]) f"can't read '{path}': Permission denied"))
    (finally
      (when root (os.seteuid 0))
      (os.remove path))))


(defn test-standard-input-is-bytes-in-the-encoding []
  (setv program "
import hy
from lstm_textgen.text.files import read_sources
print(ascii(read_sources(['-'], 'cp1252')))")
  (setv text "“é”\r\n")
  (assert (= (succeeded (run-python "-c" program :input text :encoding "cp1252"))
    f"{(ascii text)}\n")))


;; * Compressed files

(defn test-gzip-is-expanded [here]
  (write "a.gz" (gzip.compress (.encode (* "heylo 漢\n" 1000))))
  (assert (= (read-sources ["a.gz"]) (* "heylo 漢\n" 1000))))


(defn test-damaged-gzip-is-refused [here]
  (setv whole (gzip.compress (.encode (* "heylo 漢\n" 1000))))
  (write "cut.gz" (cut whole -9))
  (write "text.gz" "no gzip")
  (write "flipped.gz" (+ (cut whole 12) b"\xff\xff\xff" (cut whole 15 None)))
  (for [name ["cut.gz" "text.gz" "flipped.gz"]]
    (assert (.startswith (complaint [name]) f"'{name}' is not a gzip file, or is damaged: "))))


(defn test-a-gzip-bomb-is-stopped [here]
  (write "bomb.gz" (gzip.compress (* b"a" (** 2 23))))
  (assert (= (complaint ["bomb.gz"] :limit (** 2 21))
    "'bomb.gz' expands to more than 2 MB; give a larger `max_download`"))
  (os.makedirs "all")
  (os.rename "bomb.gz" "all/bomb.gz")
  (assert (in "`max_download`" (complaint ["all"] :limit (** 2 21)))))


;; * Encodings

(defn test-every-script-is-read-without-the-byte-order-mark [here]
  (write "a.txt" "\ufeff漢字 😀 हिन्दी\r\n")
  (assert (= (read-sources ["a.txt"]) "漢字 😀 हिन्दी\r\n")))


(defn [(pytest.mark.parametrize "encoding" ["latin-1" "cp1252" "utf-16" "utf-16-le" "utf-8-sig"])]
    test-a-text-is-read-in-its-encoding [here encoding]
  (write "a.txt" (.encode "Füchse" encoding))
  (assert (= (read-sources ["a.txt"] encoding) "Füchse")))


(defn test-a-character-across-a-chunk-is-whole [here]
  (setv text (* "a漢" 800_000))
  (write "a.txt" text)
  (assert (= (read-sources ["a.txt"]) text)))


(defn test-a-wrong-byte-is-placed-and-an-encoding-suggested [here]
  (write "a.txt" (.encode "Ein Füchslein" "latin-1"))
  (assert (= (complaint ["a.txt"]) (+ "'a.txt' is not valid utf-8: byte 5, in line 1, is 0xfc; "
    "fix the file or try `encoding` cp1252")))
  (assert (.endswith (complaint ["a.txt"] "shift_jis") "try `encoding` cp1252"))
  (write "d.txt" (cut (.encode "a漢") 3))
  (assert (in "byte 1, in line 1, is 0xe6" (complaint ["d.txt"]))))


(defn test-a-wrong-byte-far-in-a-file-is-placed [here]
  (write "b.txt" (+ (* b"01234567\r\n" 200_000) b"so\nso\x81"))
  (assert (in "byte 2000005, in line 200002, is 0x81;" (complaint ["b.txt"])))
  (write "c.txt" (+ (.encode (* "漢" 699_050)) b"\n\xff" (* b"." (** 2 20))))
  (assert (in "byte 2097151, in line 2, is 0xff;" (complaint ["c.txt"]))))


(defn [(pytest.mark.parametrize #("encoding" "text") [
      #("cp1252" "Die Füchse singen schön über die Straße. ")
      #("cp1250" "Zażółć gęślą jaźń. Lis śpiewa nocą, a potem śpi. ")
      #("cp1251" "Привет, мир! Как дела у лисы? ")
      #("koi8-r" "Привет, мир! Как дела у лисы? ")
      #("cp932" "日本語の文章です。狐が歌う。")
      #("euc-jp" "日本語の文章です。狐が歌う。")
      #("gb18030" "我们今天去公园，看见一只狐狸在唱歌。")
      #("big5" "我們今天去公園，看見一隻狐狸在唱歌。")
      #("cp949" "여우가 노래한다. 오늘은 날씨가 좋다. ")
      #("utf-16" "漢字")])]
    test-the-encoding-of-a-text-is-guessed [here encoding text]
  (write "a.txt" (.encode (* text 3) encoding))
  (assert (.endswith (complaint ["a.txt"]) f"try `encoding` {encoding}")))


(defn test-the-encoding-of-a-long-text-is-guessed [here]
  ;; What is read at once ends within a character.
  (write "a.txt" (+ b"x" (.encode (* "日本語の文章です。狐が歌う。\n" 80_000) "cp932")))
  (assert (.endswith (complaint ["a.txt"]) "try `encoding` cp932")))


(defn test-bytes-of-no-encoding-are-taken-for-latin-1 [here]
  (write "a.txt" (bytes (range 32 256)))
  (assert (.endswith (complaint ["a.txt"]) "try `encoding` latin-1")))


(defn [(pytest.mark.parametrize "encoding" ["utf-99" "hex" "" "a\0b"])]
    test-an-unknown-encoding-is-refused [here encoding]
  (write "a.txt" "a")
  (assert (in "unknown encoding" (complaint ["a.txt"] encoding))))


(defn [(pytest.mark.parametrize #("encoding" "text") [
      #("cp1252" "Je ne sais pas où tu étais.\nC'était très loin, à côté de la forêt.\n")
      #("mac-roman" "Je ne sais pas où tu étais.\nC'était très loin, à côté de la forêt.\n")
      #("mac-roman" "Die Füchse singen schön über die Straße. Ärger gibt es später.\n")])]
    test-the-guess-tells-western-encodings-apart [here encoding text]
  (write "a.srt" (.encode (.join "\n" (gfor n (range 1 4)
    f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{text}")) encoding))
  (assert (.endswith (complaint ["a.srt"]) f"try `encoding` {encoding}")))


(defn test-no-encoding-is-proposed-that-fails [here]
  (setv data (+ (.encode "où très à côté\r" "mac-roman") (bytes (range 0x80 0xa0))))
  (write "a.txt" data)
  (for [encoding ["utf-8" "cp1252" "cp1250" "cp1251" "cp932"]]
    (try
      (.decode data encoding)
      (except [UnicodeDecodeError]
        (setv proposed (get (.split (complaint ["a.txt"] encoding)) -1))
        (assert (!= proposed encoding))
        (.decode data proposed))))
  None)


(defn test-the-line-of-a-wrong-byte-counts-every-line-end [here]
  (write "a.txt" b"one\rtwo\r\nthree\n\xff")
  (assert (in "byte 15, in line 4, is 0xff;" (complaint ["a.txt"])))
  (write "b.txt" (+ (* b"a" (- (** 2 20) 1)) b"\r\n\xff"))  ; what is read at once ends with \r
  (assert (in "in line 2, is 0xff;" (complaint ["b.txt"]))))


;; * What is no text

(defn [(pytest.mark.parametrize #("content" "kind" "advice") [
      #(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" "an old Office document"
        "save it as .docx or .xlsx and give that")
      #(b"\x89PNG\r\n\x1a\n" "a picture" "give its text as a .txt file")
      #(b"\xff\xd8\xff\xe0" "a picture" "give its text as a .txt file")
      #(b"GIF89a\x10\x00\x10\x00" "a picture" "give its text as a .txt file")
      #(b"RIFF....WEBP" "a picture" "give its text as a .txt file")])]
    test-a-known-format-is-named-whatever-the-encoding [here content kind advice]
  (write "a.txt" content)
  (for [encoding ["utf-8" "latin-1" "utf-16"]]
    (assert (= (complaint ["a.txt"] encoding) f"'a.txt' is {kind}, not plain text; {advice}"))))


(defn test-many-control-characters-are-no-text-in-any-encoding [here]
  (write "a.txt" (* (bytes (range 256)) 9))
  (for [encoding ["utf-8" "latin-1" "cp437"]]
    (assert (= (complaint ["a.txt"] encoding) (+ f"'a.txt' is not {encoding} text: "
      "it has many control characters; give a plain text file, or the right `encoding`"))))
  (write "b.txt" (.encode "Ein Fuchs" "utf-16-le"))
  (assert (in "'b.txt' is not utf-8 text: " (complaint ["b.txt"]))))


(defn test-a-few-control-characters-and-those-of-terminals-are-text [here]
  (setv text (+ "\x1b[1mN\bN\a\x1b[0m\f\r\n" (* "many a fox" 10) "\0\x1a"))
  (write "a.txt" text)
  (assert (= (read-sources ["a.txt"]) text)))
