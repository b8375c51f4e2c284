"The program on its own terminal, and the screen."

(import
  fcntl
  os
  pty
  re
  select
  struct
  subprocess
  termios
  time
  pyte
  tests.helpers [STARTED python shell-environment])

(setv DEADLINE 600)  ; seconds for what is waited for


(defclass Screen []
  #[[The program on a terminal of that size, and what the terminal shows.

  With `keys`, Ctrl-C and other keys act on the program, which is no fork.]]

  (defn __init__ [self folder columns lines #* arguments [keys False] #** environment]
    (setv
      self.screen (pyte.HistoryScreen columns lines :history 1000)
      self.stream (pyte.ByteStream self.screen)
      self.bytes b""
      [self.end theirs] (pty.openpty))
    (.resize self columns lines)
    (setv self.process (subprocess.Popen
      (python ["-m" "lstm_textgen" #* arguments] environment keys)
      :cwd folder
      :stdin theirs
      :stdout theirs
      :stderr theirs
      :start-new-session keys
      :preexec-fn (when keys (fn [] (fcntl.ioctl 0 termios.TIOCSCTTY 0)))
      :env {#** (shell-environment)  "TERM" "xterm-256color"  #** environment}))
    (os.close theirs)
    (.append STARTED self.process))

  (defn resize [self columns lines]
    "Give the terminal another size."
    (fcntl.ioctl self.end termios.TIOCSWINSZ (struct.pack "HHHH" lines columns 0 0))
    (.resize self.screen lines columns))

  (defn type [self text]
    "Type `text`, as a user would."
    (os.write self.end (.encode text)))

  (defn text [self]
    "Return what is on the screen now."
    (.join "\n" (gfor line self.screen.display (.rstrip line))))

  (defn until [self pattern]
    "Read on until `pattern` is on the screen; return what is there."
    (setv limit (+ (time.monotonic) DEADLINE))
    (while (not (re.search pattern (.text self)))
      (assert (and (< (time.monotonic) limit) (._read self)) (.text self)))
    (.text self))

  (defn finish [self]
    "Read to the end; return the status and the screen."
    (while (._read self))
    (os.close self.end)
    #((.wait self.process 30) (.text self)))

  (defn _read [self]
    "Take in what the program wrote; return whether there may be more."
    (try
      (setv data (if (get (select.select [self.end] [] [] 1) 0) (os.read self.end 4096) b" "))
      (except [OSError]  ; the program has ended
        (return False)))
    (when (!= data b" ")
      (+= self.bytes data)
      (.feed self.stream data))
    (bool data)))
