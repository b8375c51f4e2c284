"Every way of text into a model and out again, through the program itself."

(import
  functools [partial]
  gzip
  http.server [SimpleHTTPRequestHandler ThreadingHTTPServer]
  re
  threading [Thread]
  tests.helpers [TEXT VERSE program write-text])

(setv
  FLAGS ["--epochs" "1" "--layers" "16" "--lookback" "16" "--batch-size" "8" "--learning-rate" "0.02"]
  EMOJI (* "🦓 says heylo 👋🏽 to 👩‍🚀!\n" 200)
  CHINESE (* "牀前明月光,疑是地上霜。\n舉頭望明月,低頭思故鄉。\n" 200))


(defn learn [folder #* arguments #** how]
  "Train in `folder` with `arguments`; what the program shows."
  (setv result (program #* arguments #* FLAGS :folder folder #** how))
  (assert (= [result.returncode result.stderr] [0 ""]))
  (assert (.exists (/ folder "model.h5")))
  result.stdout)


(defn written [folder seed [length 40]]
  "What the model in `folder` writes on after `seed`, `length` units."
  (setv result (program "--generate" seed "--length" length "--rng-seed" 1 :folder folder))
  (assert (= [result.returncode result.stderr] [0 ""]))
  (assert (.startswith result.stdout seed))
  (.removesuffix (.removeprefix result.stdout seed) "\n"))


(defn test-words-from-standard-input [tmp-path]
  (setv shown (learn tmp-path "--sources" "-" "--word-by-word" "--max-words" "12" :input TEXT))
  (assert (in " words/s" shown))
  (setv text (written tmp-path "the cat"))
  (setv words (re.findall r"\w+" text))
  (assert (> (len words) 9))
  (assert (<= (set words) (set (re.findall r"\w+" VERSE)))))  ; and no <unk>


(defn test-a-recipe-with-its-text-beside-it [tmp-path]
  (setv [recipes work] (lfor name ["recipes" "work"]  (/ tmp-path name)))
  (for [folder [recipes work]]
    (.mkdir folder))
  (write-text recipes (+ "# QUIET\n" (.upper TEXT)) "verse.txt")
  (write-text recipes #[[
(require lstm-textgen.macros [defrecipe])
(defrecipe verse "A cat, a dog."
  :sources ["verse.txt"]
  :prep [(drop-lines "^#") lower]
  :epochs 9)]] "verse.hy")
  (assert (in "epoch 1/1 " (learn work "--recipe" "../recipes/verse.hy")))  ; the flag wins
  (assert (<= (set (written work "the")) (set VERSE))))


(defn test-a-folder-with-emoji-beside-a-picture [tmp-path]
  (.mkdir (/ tmp-path "zoo" "deep") :parents True)
  (write-text (/ tmp-path "zoo" "deep") EMOJI)
  (.write-bytes (/ tmp-path "zoo" "picture.jpg") (* b"\xff\xd8\0" 99))
  (learn tmp-path "--sources" "zoo")
  (setv text (written tmp-path "🦓"))
  (assert (= (len text) 40))
  (assert (<= (set text) (set EMOJI))))


(defn test-chinese-in-a-gz-of-another-encoding [tmp-path]
  (.write-bytes (/ tmp-path "poem.txt.gz") (gzip.compress (.encode CHINESE "gb18030")))
  (learn tmp-path "--sources" "poem.txt.gz" "--encoding" "gb18030")
  (setv text (written tmp-path "明月"))
  (assert (= (len text) 40))
  (assert (<= (set text) (set CHINESE))))


(defclass Files [SimpleHTTPRequestHandler]
  (defn log-message [self #* _]))


(defn test-a-url-of-a-local-server-which-is-asked-once [tmp-path]
  (write-text tmp-path)
  (setv cache {"LSTM_TEXTGEN_CACHE" (str (/ tmp-path "cache"))})
  (with [server (ThreadingHTTPServer #("127.0.0.1" 0) (partial Files :directory (str tmp-path)))]
    (.start (Thread :target server.serve-forever :daemon True))
    (setv url f"http://127.0.0.1:{server.server-port}/text.txt")
    (setv shown (learn tmp-path "--sources" url :environment cache))
    (.shutdown server))
  (assert (in f"fetching {url} (0.0 MB)\n" shown))
  (assert (<= (set (written tmp-path "the")) (set VERSE)))
  ;; Now nobody answers there, and the text is in the cache.
  (setv again (program "--sources" url "--epochs" "1" :folder tmp-path :environment cache))
  (assert (= again.returncode 0))
  (assert (not-in "fetching" again.stdout)))
