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
  lstm-textgen.terminal [visible]
  tests.helpers [LETTERS ROOT output program save-odds])


(defn [pytest.fixture] uniform [tmp-path]
  "Return a folder with a model to which all of LETTERS are equally likely."
  (save-odds tmp-path LETTERS {})
  tmp-path)


(defn [pytest.fixture] sure [tmp-path]
  "Return a folder with a model that writes a and nothing else."
  (save-odds tmp-path LETTERS {"a" 1e20})
  tmp-path)


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
  (save-odds tmp-path "a\x1b" {"\x1b" 1e20})
  (setv flags ["--generate" "a\x1b" "--length" 2])
  (assert (= (output tmp-path #* flags) "a\x1b\x1b\x1b\n"))
  (setv terminal (Terminal tmp-path #* flags))
  (assert (in "a␛␛␛" (.until terminal "\n")))
  (assert (= (.status terminal) 0)))


(defn test-a-conversation-on-a-terminal [sure]
  (setv terminal (Terminal sure "--interactive"))
  (.until terminal "> ")
  (.type terminal "b\n")
  (.until terminal (+ "b" (* "a" 200) "\r\n> "))
  (.type terminal ":length\n")  ; endless
  (.until terminal "> ")
  (.type terminal "c\n")
  (.until terminal (* "a" 300))
  (.type terminal "\x03")  ; Ctrl-C
  (.until terminal "\r\n> ")
  (.type terminal ":length 3\n")
  (.until terminal ":length 3\r\n> ")
  (.type terminal "\x1b[A\x1b[A\n")  ; up twice in the history, to c
  (.until terminal "caaa\r\n> ")
  (.type terminal "\x04")  ; Ctrl-D
  (assert (= (.status terminal) 0)))


(defn test-a-conversation-through-a-pipe-changes-settings [uniform]
  (setv result (program "--interactive" "--length" 3 "--rng-seed" 1 :folder uniform :input (.join "\n" [
    "ab" ":temperature 0" "ab" ":temperature x" ":top-k 0" ":wrong 1" ":stop d" ":temperature" "ab" ":help" ""])))
  (assert (= result.returncode 0))
  (setv [first #* more] (.split result.stdout "\nab"))
  (assert (= (len first) 5))
  (assert (in "\n\n\n" result.stdout))  ; the likeliest of equally likely ones is the first
  (setv said (.splitlines result.stderr))
  (assert (in ":temperature 0" said))
  (for [complaint [":temperature must be" ":top-k must be" "'wrong'"]]
    (assert (in complaint result.stderr)))
  (for [setting [":temperature (default)" ":top-k (default)" ":stop d" ":length 3" ":rng-seed 1"]]
    (assert (in setting said))))
