#[[What the program does with a trained model, each flag in a real process.

The models know their units' probabilities by heart, whatever came before: their weights are 0, and the bias holds the logarithms. So what they write and what a text scores is known.]]

(import
  fcntl
  math
  os
  pty
  select
  signal
  subprocess
  sys
  termios
  numpy :as np
  pytest
  tests.helpers [ROOT program refused start-program write-text]
  lstm_textgen.checkpoint [Checkpoint save-checkpoint weight-shapes]
  lstm_textgen.cli [FLAGS]
  lstm_textgen.settings [new-settings]
  lstm_textgen.terminal [visible]
  lstm_textgen.textmodel [TextModel])

(setv LETTERS "\n abcd.")  ; with one of each a uniform model has 7 units


(defn make-model [text [odds {}] [unit "characters"] #** settings]
  "Make a model that knows the units of `text`, each equally likely but those that have `odds` (unit: how many times as likely)."
  (import lstm_textgen.vocabulary [Vocabulary])
  (setv
    settings (new-settings {"layers" "3"  "unit" unit  "epochs" 50  #** settings})
    vocabulary (Vocabulary.build text unit)
    checkpoint (Checkpoint [] vocabulary settings []))
  (.update settings :embedding 2 :beginning (get vocabulary.units -1) :recipe None)
  (setv checkpoint.weights (lfor
    [_ shape] (weight-shapes checkpoint.layers vocabulary.size 2)
    (np.zeros shape "float32")))
  (for [[unit times] (.items odds)]
    (setv (get checkpoint.weights -1 (get vocabulary.ids unit)) (math.log times)))
  checkpoint)


(defn save-model [folder #* arguments [name "model"] #** options]
  (save-checkpoint (make-model #* arguments #** options) (/ folder name)))


(defn [pytest.fixture] uniform [tmp-path]
  "A folder with a model to which all of LETTERS are equally likely."
  (save-model tmp-path LETTERS)
  tmp-path)


(defn [pytest.fixture] sure [tmp-path]
  "A folder with a model that writes a and nothing else."
  (save-model tmp-path LETTERS {"a" 1e20})
  tmp-path)


(defn output [folder #* arguments #** options]
  "What the program writes, when all goes well."
  (setv result (program #* arguments :folder folder #** options))
  (assert (= result.returncode 0) result.stderr)
  (assert (= result.stderr "") result.stderr)
  result.stdout)


(defn test-help-names-every-flag-with-its-default []
  (setv help (.join " " (.split (output ROOT "--help"))))
  (for [[_ name #* _] FLAGS]
    (assert (in f" {name} " help)))
  (for [default ["0.7" "model" "1" "0.5" "endless; 200 with --interactive"]]
    (assert (in f"(default: {default})" help))))


;; * Writing

(defn test-it-writes-the-seed-and-so-many-units [sure]
  (assert (= (output sure "--generate" "bad" "--length" 4) "badaaaa\n")))


(defn test-writing-imports-neither-keras-nor-hyrule-nor-rich [sure]
  (setv result (program "--generate" "a" "--length" 1 :folder sure :environment {"PYTHONPROFILEIMPORTTIME" "1"}))
  (setv imported (sfor  line (.splitlines result.stderr)  (get (.split (.strip (get (.split line "|") -1)) ".") 0)))
  (assert (in "lstm_textgen" imported))
  (assert (not (& imported #{"keras" "tensorflow" "hyrule" "rich"}))))


(defn test-the-same-rng-seed-writes-the-same [uniform]
  (setv [a b c] (lfor  n [1 1 2]  (output uniform "--generate" "" "--length" 50 "--rng-seed" n)))
  (assert (= a b))
  (assert (!= a c)))


(defn test-temperatures-follow-one-another [tmp-path]
  (save-model tmp-path "ab" {"a" 1000})
  (setv text (output tmp-path "--generate" "" "--length" 200 "--temperature" "0,1e9" "--rng-seed" 1))
  (assert (= (set (cut text 1 200 2)) #{"a"}))
  (assert (= (set (cut text 2 200 2)) #{"a" "b"})))


(defn test-top-k-top-p-and-min-p-leave-only-likely-units [tmp-path]
  (save-model tmp-path "abcd" {"a" 8  "b" 4  "c" 2})
  (for [rule [["--top-k" 2] ["--top-p" 0.7] ["--min-p" 0.4]]]
    (setv text (output tmp-path "--generate" "a" "--length" 200 "--temperature" 1 #* rule))
    (assert (= (set text) #{"a" "b" "\n"}))))


(defn test-it-stops-before-a-text [uniform]
  (setv text (output uniform "--generate" "ab" "--stop" "ab" "--rng-seed" 3))
  (assert (not-in "ab" (cut text 2 None)))
  (setv longer (output uniform "--generate" "ab" "--length" 500 "--rng-seed" 3))
  (assert (.startswith longer (+ (.removesuffix text "\n") "ab"))))


(defn test-it-ends-with-a-sentence [uniform]
  (setv text (output uniform "--generate" "" "--sentences" 2 "--rng-seed" 1))
  (assert (.endswith text ".\n"))
  (assert (= 2 (+ (.count text ". ") (.count text ".\n")))))


(defn test-samples-stand-apart-and-come-again [uniform]
  (setv
    flags ["--generate" "ab" "--samples" 3 "--length" 30 "--rng-seed" 1]
    text (output uniform #* flags)
    parts (lfor  k [1 2 3]  (.index text f"--- {k} of 3 ---\nab")))
  (assert (= parts (sorted parts)))
  (assert (= (len text) (+ (* 3 (len "--- 1 of 3 ---\nab\n")) (* 3 30) 2)))
  (assert (= text (output uniform #* flags)))
  (refused (program "--generate" "a" "--samples" 2 :folder uniform) "need an end"))


(defn test-output-goes-to-a-file [sure]
  (.write-text (/ sure "old.txt") "kept")
  (refused (program "--generate" "a" "--output" "old.txt" "--model" "none" :folder sure) "none")
  (refused (program "--generate" "a" "--output" "old.txt" "--top-k" 0 :folder sure) "--top-k")
  (assert (= (.read-text (/ sure "old.txt")) "kept"))
  (assert (= (output sure "--generate" "a" "--length" 2 "--output" "old.txt") ""))
  (assert (= (.read-text (/ sure "old.txt")) "aaa\n")))


(defn test-the-seed-comes-from-a-file-or-from-standard-input [sure]
  (.write-bytes (/ sure "seed.txt") (.encode "\ufeffcab\r\n" "utf-16-le"))
  (assert (= (output sure "--generate-from" "seed.txt" "--encoding" "utf-16-le" "--length" 2 ) "cab\naa\n"))
  (assert (= (output sure "--generate-from" "-" "--length" 2 :input "dab") "dabaa\n"))
  (refused (program "--generate-from" "none.txt" :folder sure) "none.txt"))


(defn test-a-strange-character-of-the-seed-is-named-and-not-executed [sure]
  (setv result (program "--generate" "b\x1b" "--length" 1 :folder sure))
  (assert (= result.stdout "b\x1ba\n"))
  (assert (= result.stderr "the model never saw '\\x1b' (U+001B); left out of the seed\n")))


(defn test-ctrl-c-and-a-reader-that-goes-away-end-it-quietly [uniform]
  (for [leave [(fn [process] (.send-signal process signal.SIGINT)) (fn [process] (.close process.stdout))]]
    (with [process (start-program "--generate" "ab" :folder uniform)]
      (.readline process.stdout)
      (leave process)
      (assert (= (.wait process 30) 0))
      (assert (= (.read process.stderr) "")))))


(defn test-two-models-write-together [tmp-path]
  (save-model tmp-path "ab" {"a" 1e20} :name "a")
  (save-model tmp-path "bc" {"c" 1e20} :name "c")
  (setv
    models ["--model" "a" "--model" "c" "--temperature" 1 "--length" 1000 "--rng-seed" 1]
    text (output tmp-path "--generate" "b" #* models "--mix" 0.8))
  (assert (= (set text) #{"a" "b" "c" "\n"}))
  (assert (< 730 (.count text "a") 870))
  (assert (< 400 (.count (output tmp-path "--generate" "b" #* models) "a") 600))  ; 0.5 is the default
  (refused (program "--generate" "b" #* models "--model" "a" :folder tmp-path) "two models" "3")
  (refused (program "--sources" "x" #* models :folder tmp-path) "2 models" "one"))


(defn test-originality-says-what-is-copied [sure]
  (setv
    training (write-text sure (+ "b" (* "a" 30) "b"))
    result (program "--generate" "b" "--length" 40 "--originality" "--sources" training :folder sure))
  (assert (= result.stdout f"b{(* "a" 40)}\n"))
  (assert (in f"30 characters: '{(* "a" 30)}'" result.stderr))
  (assert (in "of all strings of 20 characters, 100.0% stand" result.stderr)))


;; * On a terminal

(defclass Terminal []
  "The program on a terminal of its own."

  (defn __init__ [self folder #* arguments]
    (setv [self.end theirs] (pty.openpty))
    (setv self.process (subprocess.Popen [sys.executable "-m" "lstm_textgen" #* (map str arguments)]
      :cwd folder :stdin theirs :stdout theirs :stderr theirs :start-new-session True
      :preexec-fn (fn [] (fcntl.ioctl 0 termios.TIOCSCTTY 0))
      :env {#** os.environ "PYTHONPATH" (str ROOT)  "TERM" "dumb"}))
    (os.close theirs))

  (defn until [self wanted]
    "Read until `wanted` appears; all that was read."
    (setv text "")
    (while (not-in wanted text)
      (assert (get (select.select [self.end] [] [] 30) 0) text)
      (+= text (.decode (os.read self.end 1000) :errors "replace")))
    text)

  (defn type [self text]
    (os.write self.end (.encode text)))

  (defn status [self]
    (.wait self.process 30)))


(defn test-visible-leaves-no-command []
  (assert (= (visible "a\tb\né🦊") "a\tb\né🦊"))
  (assert (= (visible "\x1b[2J\x7f\x9b\r\0\u202e") "␛[2J␡\\x9b␍␀\\u202e")))


(defn test-escapes-are-shown-on-a-terminal-and-raw-elsewhere [tmp-path]
  (save-model tmp-path "a\x1b" {"\x1b" 1e20})
  (setv flags ["--generate" "a\x1b" "--length" 2])
  (assert (= (output tmp-path #* flags) "a\x1b\x1b\x1b\n"))
  (setv terminal (Terminal tmp-path #* flags))
  (assert (in "a␛␛␛" (terminal.until "\n")))
  (assert (= (terminal.status) 0)))


(defn test-a-conversation-on-a-terminal [sure]
  (setv terminal (Terminal sure "--interactive"))
  (terminal.until "> ")
  (terminal.type "b\n")
  (terminal.until (+ "b" (* "a" 200) "\r\n> "))
  (terminal.type ":length\n")  ; endless
  (terminal.until "> ")
  (terminal.type "c\n")
  (terminal.until (* "a" 300))
  (terminal.type "\x03")  ; Ctrl-C
  (terminal.until "\r\n> ")
  (terminal.type ":length 3\n")
  (terminal.until ":length 3\r\n> ")
  (terminal.type "\x1b[A\x1b[A\n")  ; up twice in the history, to c
  (terminal.until "caaa\r\n> ")
  (terminal.type "\x04")  ; Ctrl-D
  (assert (= (terminal.status) 0)))


(defn test-a-conversation-through-a-pipe-changes-settings [uniform]
  (setv result (program "--interactive" "--length" 3 "--rng-seed" 1 :folder uniform :input (.join "\n" [
    "ab" ":temperature 0" "ab" ":temperature x" ":top-k 0" ":wrong 1" ":stop d" ":temperature" "ab" ":help" ""])))
  (assert (= result.returncode 0))
  (setv [first #* more] (.split result.stdout "\nab"))
  (assert (= (len first) 5))
  (assert (in "\n\n\n" result.stdout))  ; the likeliest of equally likely ones is the first
  (setv said (.splitlines result.stderr))
  (assert (in ":temperature 0" said))
  (for [complaint ["--temperature" "--top-k" "'wrong'"]]
    (assert (in complaint result.stderr)))
  (for [setting [":temperature 0.7" ":top-k (none)" ":stop d" ":length 3" ":rng-seed 1"]]
    (assert (in setting said))))


;; * Scoring

(setv UNIFORM "2.807 bits per character, perplexity 7.00, accuracy ")  ; log2 7


(defn test-score-tells-each-file-and-all [uniform]
  (write-text uniform "ab cd.\n" :name "a.txt")
  (write-text uniform "\n\n\n" :name "b.txt")
  (assert (= (output uniform "--score" "[ab].txt") (.join "\n" [
    f"a.txt: {UNIFORM}14.3%, 7 characters"
    f"b.txt: {UNIFORM}100.0%, 3 characters"
    f"in all: {UNIFORM}40.0%, 10 characters"
    ""])))
  (assert (= (output uniform "--score" "-" :input "abcd") f"standard input: {UNIFORM}0.0%, 4 characters\n")))


(defn test-score-counts-and-names-unknown-characters [uniform]
  (write-text uniform "a\x1bb\x1bé" :name "a.txt")
  (assert (in "2 characters; left out: 3 unknown to the model: '\\x1b' (U+001B), 'é' (U+00E9)"
    (output uniform "--score" "a.txt")))
  (write-text uniform "é" :name "b.txt")
  (refused (program "--score" "b.txt" :folder uniform) "b.txt" "nothing to score")
  (refused (program "--score" "c.txt" :folder uniform) "c.txt"))


(defn test-score-by-words [tmp-path]
  (save-model tmp-path "the cat. the dog." :unit "words")  ; <unk>, the, " the", " cat", " dog" and .
  (assert (in "2.585 bits per word, perplexity 6.00, accuracy 25.0%, 4 words, 1 of them unknown to the model"
    (output tmp-path "--score" "-" :input "the cat sat."))))


(defn test-a-text-is-prepared-as-the-training-text-was [tmp-path]
  (save-model tmp-path "aé\n" :lower True)
  (write-text tmp-path "\ufeffAE\u0301\r\n" :name "a.txt")
  (assert (in "accuracy 33.3%, 3 characters\n" (output tmp-path "--score" "a.txt"))))


(defn test-preparing-in-pieces-is-preparing-at-once []
  (setv
    model (TextModel (make-model "ab"))
    text (* "e\u0301 a\r\nb\rcde\u0301\u0301\n\n\r\n" 3))
  (for [size [1 2 3 7]]
    (setv pieces (lfor  start (range 0 (len text) size)  (cut text start (+ start size))))
    (assert (= (.join "" (.prepare-pieces model pieces)) (.prepare model text)))))


(defn test-score-html-shades-the-files [uniform]
  (write-text uniform "ab<" :name "a.txt")
  (output uniform "--score" "a.txt" "--score-html" "page.html")
  (setv page (.read-text (/ uniform "page.html")))
  (assert (in "<i class=\"s2\" title=\"2.81 bits\">a</i><i class=\"s2\" title=\"2.81 bits\">b</i><i class=\"u\" title=\"unknown\">&lt;</i></pre>" page))
  (refused (program "--generate" "a" "--score-html" "page.html" :folder uniform) "--score"))


(defn test-a-long-text-takes-no-more-memory-than-a-short-one [uniform]
  (defn peak [size]
    (write-text uniform (* "abcd abcd.\n" (// size 11)))
    (setv
      process (start-program "--score" "text.txt" :folder uniform)
      [_ status usage] (os.wait4 process.pid 0))
    (assert (= status 0))
    (/ usage.ru_maxrss 1024))  ; MB
  (assert (< (- (peak 5_000_000) (peak 2_000_000)) 10)))


;; * From Python and Hy

(defn test-generate-takes-a-list-of-seeds []
  (setv model (TextModel (make-model LETTERS {"a" 1e20})))
  (assert (= (.generate model "b" :length 3) "baaa"))
  (assert (= (.generate model ["b" "cd"] :length 2) ["baa" "cdaa"]))
  (assert (= (.generate model "b" :length 2 :samples 2) ["baa" "baa"]))
  (assert (= (.generate model ["b" "c"] :samples 2 :length 1) ["ba" "ba" "ca" "ca"]))
  (assert (= (.generate model [] :length 2) [])))


(defn test-score-gives-totals-and-each-characters-bits []
  (setv [total units bits] (.score (TextModel (make-model "ab" {"a" 3})) "ab☃"))
  (assert (= units ["a" "b" "☃"]))
  (assert (np.allclose bits [(- (math.log2 0.75)) 2 np.nan] :equal-nan True))
  (assert (= #(total.count total.hits total.unknowns) #(2 1 1)))
  (assert (math.isclose total.bits (/ (+ 2 (- (math.log2 0.75))) 2) :rel-tol 1e-6))
  (with [_ (pytest.raises ValueError :match "nothing to score")]
    (.score (TextModel (make-model "ab")) "")))


;; * Bad values

(defn [(pytest.mark.parametrize "flags" [
      ["--temperature" "warm"]
      ["--temperature" "0.5,-1"]
      ["--top-k" "0"]
      ["--top-p" "2"]
      ["--min-p" "-1"]
      ["--length" "-1"]
      ["--sentences" "0"]
      ["--stop" ""]
      ["--samples" "0"]
      ["--mix" "0.5"]
      ["--score" "text.txt"]
      ["--interactive"]
      ["--originality"]])]
    test-bad-values-are-refused [uniform flags]
  (refused (program "--generate" "a" #* flags :folder uniform) (get flags 0)))
