"The program on a terminal: what it shows there, and a conversation."

(import
  fcntl
  os
  pty
  select
  subprocess
  sys
  termios
  pytest
  lstm-textgen.basics.terminal [visible]
  tests.helpers [output program save-odds shell-environment succeeded sure-model uniform-model])

(setv
  uniform (pytest.fixture uniform-model)
  sure (pytest.fixture sure-model))


(defclass Terminal []
  "The program on a terminal of its own."

  (defn __init__ [self folder #* arguments]
    (setv
      [self.end theirs] (pty.openpty)
      self.process (subprocess.Popen
        [sys.executable "-m" "lstm_textgen" #* (map str arguments)]
        :cwd folder
        :stdin theirs
        :stdout theirs
        :stderr theirs
        :start-new-session True
        :preexec-fn (fn [] (fcntl.ioctl 0 termios.TIOCSCTTY 0))
        :env {#** (shell-environment) "TERM" "dumb"}))
    (os.close theirs))

  (defn until [self wanted]
    "Read until `wanted` appears; return all that was read."
    (setv text "")
    (while (not-in wanted text)
      (assert (get (select.select [self.end] [] [] 30) 0) text)
      (+= text (.decode (os.read self.end 1000) :errors "replace")))
    text)

  (defn type [self text]
    "Type `text`, as a user would."
    (os.write self.end (.encode text)))

  (defn status [self]
    "Return the status with which the program ends, and give the terminal back."
    (setv status (.wait self.process 30))
    (os.close self.end)
    status))


(defn test-visible-leaves-no-command []
  (assert (= (visible "a\tb\né🦊") "a\tb\né🦊"))
  (assert (= (visible "\x1b[2J\x7f\x9b\r\0\u202e") "␛[2J␡\\x9b␍␀\\u202e")))


(defn test-escapes-are-shown-on-a-terminal-and-raw-elsewhere [tmp-path]
  (save-odds tmp-path "a\x1b" {"\x1b" 1e20})
  (setv flags ["--generate" "a\x1b" "--length" 2])
  (assert (= (output tmp-path #* flags) "a\x1b\x1b\x1b\n"))
  (setv terminal (Terminal tmp-path #* flags))
  (assert (in "a␛␛␛" (.until terminal "\n")))
  (assert (= (.status terminal) 0)))


(defn test-a-conversation-on-a-terminal-has-a-history-and-control-keys [sure]
  (setv terminal (Terminal sure "--interactive"))
  (for [[text answer] [
      ["" "> "]
      ["b\n" (+ "b" (* "a" 200) "\r\n> ")]
      [":length\n" "> "]  ; endless
      ["c\n" (* "a" 300)]
      ["\x03" "\r\n> "]  ; Ctrl-C
      [":length 3\n" ":length 3\r\n> "]
      ["\x1b[A\x1b[A\n" "caaa\r\n> "]]]  ; up twice in the history, to c
    (.type terminal text)
    (.until terminal answer))
  (.type terminal "\x04")  ; Ctrl-D
  (assert (= (.status terminal) 0)))


(defn [(pytest.mark.parametrize "word" [":quit" ":exit"])]
    test-a-conversation-ends-by-a-word-and-warns-on-a-line-of-its-own [sure word]
  (setv terminal (Terminal sure "--interactive" "--length" "2"))
  (.type terminal "bz\n")
  (.until terminal "bz\r\nthe model never saw 'z' (U+007A); left out of the seed\r\nbzaa\r\n> ")
  (.type terminal f"{word}\n")
  (assert (= (.status terminal) 0)))


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
