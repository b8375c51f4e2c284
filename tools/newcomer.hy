#[[Types what a newcomer types: `python -m hy tools/newcomer.hy [OPTIONS] [NAME=VALUE …]`.

Every command of README and the tutorial goes, in order, into one bash on a terminal, in a fresh
copy of the project, with an empty home and nothing of the developer's environment. Each must
succeed and print what its page shows; the first that doesn't ends this with status 1.

- `--short` cuts the texts, so that training takes seconds.
- `--hostile` makes the machine as unfavorable as we know how, see `HOSTILE`; it needs root.
- `--at PLACE` keeps the copy, in this new folder.
- `NAME=VALUE` adds a variable to the environment; `{folder}` in it is the copy's.]]

(import
  argparse [ArgumentParser]
  contextlib [closing contextmanager nullcontext]
  fcntl
  os
  pathlib [Path]
  pty
  re
  shutil
  signal
  struct
  subprocess
  sys
  tempfile [TemporaryDirectory]
  termios
  time
  tools.blocks [blocks-in same? shorten steps-of]
  tools.forms [ROOT])

(setv
  PAGES ["README.md" "docs/tutorial.md"]
  SIZE [24 200]  ; lines and columns of the terminal; no line that is compared is longer
  LIMIT 3600     ; seconds for a command
  HAVE #("sudo " "git clone " "cd lstm_textgen")  ; how commands begin that a copy has done
  BASH ["bash" "--noprofile" "--norc" "--noediting" "-i"]
  STATUS (re.compile r"\n\[status (\d+)\]\n")  ; shown by bash after each command
  ENVIRONMENT {
    "PATH" "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    "TERM" "xterm-256color"
    "PROMPT_COMMAND" "printf '\\n[status %s]\\n' $?"
    "PS1" ""
    "PS2" ""
    "VIRTUAL_ENV_DISABLE_PROMPT" "1"}
  ;; A CPU with AVX2 only, as OpenBLAS, oneDNN and XLA can imitate it; no locale; a time zone that
  ;; is three quarters of an hour off. `hostile` adds a long path, a user who can't write to
  ;; their home, SIGHUP ignored as by nohup, and busy processes at the lowest priority.
  HOSTILE {
    "OPENBLAS_CORETYPE" "Haswell"
    "ONEDNN_MAX_CPU_ISA" "AVX2"
    "XLA_FLAGS" "--xla_cpu_max_isa=AVX2"
    "LANG" "C"
    "TZ" "Pacific/Chatham"}
  LONG-NAME "a folder whose name is so long that its path breaks the lines of most terminals"
  BUSY 2
  ;; Linux shares the CPU among sessions, so the session's own priority must be the lowest, too.
  BUSY-LOOP (+ "renice -n 19 $$ >/dev/null; "
    "[ ! -w /proc/self/autogroup ] || echo 19 >/proc/self/autogroup; while :; do :; done")
  STRANGER "nobody")


(defn main [#* words]
  "Type all commands, on the machine that the command line's `words` ask for."
  (setv parser (ArgumentParser "newcomer.hy"))
  (for [name ["--short" "--hostile"]]
    (.add-argument parser name :action "store_true"))
  (.add-argument parser "--at")
  (.add-argument parser "variables" :nargs "*")
  (setv
    request (.parse-args parser words)
    environment {#** ENVIRONMENT #** (dict (gfor each request.variables (.split each "=" 1)))})
  (when request.at (.mkdir (Path request.at)))
  ;; What was started ends with this process in any case.
  (signal.signal signal.SIGTERM (fn [#* _] (sys.exit (+ 128 signal.SIGTERM))))
  (with [place (if request.at (nullcontext request.at) (TemporaryDirectory :prefix "newcomer-"))
         machine ((if request.hostile hostile usual) (Path place) environment)]
    (setv [folder terminal] machine)
    (follow folder terminal request.short)))


(defn follow [folder terminal short]
  "Type the commands of all PAGES of the copy in `folder`; assert that each does what it shows."
  (when short
    (for [name ["lighthouse.txt" "lol.txt"]]  ; those in the current folder come first
      (shutil.copy (/ folder "corpora" name) folder)))
  (for [page PAGES
        step (steps-of (blocks-in (.read-text (/ folder page) :encoding "utf-8")) :all True)
        :if (and (= step.kind "console") (not (.startswith step.typed HAVE)))]
    (when short (shorten folder))
    (setv
      begun (time.monotonic)
      [status printed] (.type terminal step.typed))
    (print f"{(- (time.monotonic) begun) :7.1f} s  $ {step.typed}" :flush True)
    (when (in "pytest" step.typed) (print printed :flush True))  ; which tests were slow or skipped
    (when (or status (and step.shown (not (same? step printed))))
      (print (+ f"{page}:{(+ 1 step.start)}: status {status}\n"
        f"shown:\n{step.shown}\nprinted:\n{printed}"))
      (sys.exit 1))))


;; * A terminal

(defclass Terminal []
  "Bash on a terminal: `command` starts it, with these `options` of `Popen`."

  (defn __init__ [self command #** options]
    (setv [self.end theirs] (pty.openpty))
    (fcntl.ioctl theirs termios.TIOCSWINSZ (struct.pack "HHHH" #* SIZE 0 0))
    (setv modes (termios.tcgetattr theirs))
    (&= (get modes 3) (bnot termios.ECHO))
    (termios.tcsetattr theirs termios.TCSANOW modes)
    (setv self.bash (subprocess.Popen command
      :stdin theirs :stdout theirs :stderr theirs :start-new-session True #** options))
    (os.close theirs)
    (._read-status self)
    None)

  (defn type [self command]
    "Type `command`; return its status, and what it printed without colors and the like."
    (os.write self.end (.encode (+ command "\n")))
    (._read-status self))

  (defn _read-status [self]
    "Read until a status is shown; return it, and the text before it."
    (setv
      limit (+ (time.monotonic) LIMIT)
      text "")
    (while (not (setx found (.search STATUS text)))
      (assert (< (time.monotonic) limit) text)
      (+= text (.replace (.decode (os.read self.end 65536) "utf-8" "replace") "\r" "")))
    #((int (get found 1))
      (re.sub r"\x1b\[[0-9;?]*[A-Za-z]" "" (cut text (.start found)))))

  (defn close [self]
    "Hang up."
    (os.close self.end)
    (os.killpg self.bash.pid signal.SIGKILL)
    (.wait self.bash)))


;; * Machines, with a copy of the project below `place`: they yield its folder and a terminal there

(defn [contextmanager] usual [place environment]
  "Use this machine as it is."
  (setv [folder home] [(copy-project (/ place "lstm_textgen")) (/ place "home")])
  (.mkdir home)
  (with [terminal (closing (Terminal BASH :cwd folder
      :env {"HOME" (str home) #** (in-folder environment folder)}))]
    (yield #(folder terminal))))


(defn [contextmanager] hostile [place environment]
  "Make this machine unfavorable, as HOSTILE says."
  (.chmod place 0o755)
  (setv
    folder (copy-project (/ place LONG-NAME))
    home (/ place "home")
    busy (lfor _ (range BUSY) (subprocess.Popen ["sh" "-c" BUSY-LOOP] :start-new-session True)))
  (.mkdir home :mode 0o555)
  (subprocess.run ["chown" "-R" STRANGER (str folder)] :check True)
  (try
    (with [terminal (closing (Terminal BASH
        :cwd folder :user STRANGER :group "nogroup" :extra-groups []
        :env {"HOME" (str home) #** HOSTILE #** (in-folder environment folder)}
        :preexec-fn (fn [] (signal.signal signal.SIGHUP signal.SIG-IGN))))]
      (yield #(folder terminal)))
    (finally (for [process busy] (.kill process)))))


(defn in-folder [environment folder]
  "Return `environment` with the path of `folder` for {folder}."
  (dfor [name value] (.items environment) name (.replace value "{folder}" (str folder))))


(defn copy-project [folder]
  "Copy the project's tracked files into the new `folder`; return it."
  (for [name (.split (subprocess.check-output ["git" "ls-files" "-z"] :cwd ROOT :text True) "\0")
      :if (and name (.exists (/ ROOT name)))]
    (.mkdir (. (/ folder name) parent) :parents True :exist-ok True)
    (shutil.copy (/ ROOT name) (/ folder name)))
  folder)


(when (= __name__ "__main__")
  (main #* (cut sys.argv 1 None)))
