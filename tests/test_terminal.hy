"The program on a terminal: its live display, and in a pipe its lines; a conversation."

(import
  re
  signal
  pytest
  lstm-textgen.basics.terminal [visible]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  tests.helpers [TEXT TINY-FLAGS counting output program save-odds succeeded sure-model
    uniform-model write-text]
  tests.screen [Screen])

(setv
  uniform (pytest.fixture uniform-model)
  sure (pytest.fixture sure-model)
  ARGUMENTS ["--sources" "text.txt" #* TINY-FLAGS]
  ENDLESS ["--epochs" 999 "--patience" 0]  ; until the test has seen enough, on any machine
  LONG (* TEXT 50))  ; in which a `CountingLearner` takes seconds for an epoch


;; * A run

(defn [counting (pytest.mark.parametrize #("columns" "lines") [#(80 24) #(200 50)])]
    test-a-run-is-watched-until-ctrl-c-and-its-lines-stay [tmp-path columns lines]
  (write-text tmp-path LONG)
  (setv
    screen (Screen tmp-path columns lines #* ARGUMENTS #* ENDLESS)
    parts [r"text\.txt → model\.h5" "whole run" "validation " "Sample, always"
      r"epoch \d+/999 .* characters/s" "saved at"])
  (.until screen (+ "(?s)" (.join "" (gfor each parts f"(?=.*{each})"))))
  (.send-signal screen.process signal.SIGINT)
  (setv [status text] (.finish screen))
  (assert (= [status screen.screen.cursor.hidden] [130 False]))
  (assert (not-in "whole run" text))
  (for [words ["epoch[0-9]+/999training" "Sample:" "Trainingstopped;modelsaved.Toresume:"]]
    (assert (re.search words (unbroken text))))
  (assert (. (load-checkpoint (/ tmp-path "model") :resume True) resume)))


(defn unbroken [text]
  "Return `text` without white space: a terminal may break a long path anywhere, also at a space."
  (.join "" (.split text)))


(defn [counting (pytest.mark.parametrize "kind" ["xterm" "dumb"])]
    test-a-run-ends-with-its-lines-which-are-all-that-a-dumb-terminal-gets [tmp-path kind]
  (write-text tmp-path)
  (setv
    screen (Screen tmp-path 80 24 #* ARGUMENTS "--epochs" 3 :TERM kind)
    [status text] (.finish screen)
    live (= kind "xterm"))
  (assert (= status 0))
  (for [words ["epoch1/3training" "epoch3/3training" "--length300"]]
    (assert (in words (unbroken text))))
  (assert (= [(in "Sample:" text) (in b"\x1b" screen.bytes)] [live live])))


(defn [counting] test-a-terminal-may-change-its-size [tmp-path]
  (write-text tmp-path LONG)
  (setv
    screen (Screen tmp-path 120 40 #* ARGUMENTS #* ENDLESS)
    epoch r"epoch (\d+)/999 .* characters/s"
    number (get (re.search epoch (.until screen epoch)) 1))
  (.resize screen 80 24)
  (setv text (.until screen rf"(?s)epoch (?!{number}/)\d+/999 .* characters/s.*whole run"))
  (assert (= (.count text "whole run") 1))
  (.send-signal screen.process signal.SIGINT)
  (assert (= (get (.finish screen) 0) 130)))


;; * Generated text, and a conversation

(defn terminal [folder #* arguments]
  "Return a screen on which the program is typed to; its lines are long enough for every text."
  (Screen folder 999 40 #* arguments :keys True :TERM "dumb"))


(defn test-control-characters-are-made-visible []
  (assert (= (visible "a\tb\né🦊") "a\tb\né🦊"))
  (assert (= (visible "\x1b[2J\x7f\x9b\r\0\u202e") "␛[2J␡\\x9b␍␀\\u202e")))


(defn test-escapes-are-shown-on-a-terminal-and-raw-elsewhere [tmp-path]
  (save-odds tmp-path "a\x1b" {"\x1b" 1e20})
  (setv flags ["--generate" "a\x1b" "--length" 2])
  (assert (= (output tmp-path #* flags) "a\x1b\x1b\x1b\n"))
  (assert (= (.finish (terminal tmp-path #* flags)) #(0 (+ "a␛␛␛" (* "\n" 39))))))


(defn test-a-conversation-on-a-terminal-has-a-history-and-control-keys [sure]
  (setv
    screen (terminal sure "--interactive")
    a200 (* "a" 200)
    prompt r"\n>\n*\Z")
  (for [[text answer] [
      ["" prompt]
      ["b\n" (+ r"\nb" a200 prompt)]
      [":length\n" (+ ":length.*" prompt)]  ; endless
      ["c\n" (+ r"\nc" a200)]
      ["\x03" (+ r"a\S*" prompt)]  ; Ctrl-C
      [":length 3\n" (+ ":length 3" prompt)]
      ["\x1b[A\x1b[A\n" (+ r"\ncaaa" prompt)]]]  ; up twice in the history, to c
    (.type screen text)
    (.until screen answer))
  (.type screen "\x04")  ; Ctrl-D
  (assert (= (get (.finish screen) 0) 0)))


(defn [(pytest.mark.parametrize "word" [":quit" ":exit"])]
    test-a-conversation-ends-by-a-word-and-warns-on-a-line-of-its-own [sure word]
  (setv screen (terminal sure "--interactive" "--length" "2"))
  (.type screen "bz\n")
  (.until screen r"bz\nthe model never saw 'z' \(U\+007A\); left out of the seed\nbaa\n>")
  (.type screen f"{word}\n")
  (assert (= (get (.finish screen) 0) 0)))


(defn test-a-conversation-through-a-pipe-changes-settings [uniform]
  (setv
    typed ["ab" ":temperature 0" "ab" ":temperature x" ":top-k 0" ":wrong 1" ":stop d"
      ":temperature" "ab" ":help" ""]
    result (program "--interactive" "--length" 3 "--rng-seed" 1
      :folder uniform
      :input (.join "\n" typed)))
  (assert (= (.find (succeeded result) "\nab") 5))
  (assert (in "\n\n\n" result.stdout))  ; the likeliest of equally likely ones is the first
  (for [complaint [":temperature must be" ":top-k must be" "'wrong'"]]
    (assert (in complaint result.stderr)))
  (for [setting [":temperature 0" ":temperature (default)" ":top-k (default)" ":stop d"
      ":length 3" ":rng-seed 1"]]
    (assert (in setting (.splitlines result.stderr)))))
