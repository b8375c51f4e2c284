"Standard input, output and error: a run finishes whatever happens to them."

(import
  io [BytesIO StringIO TextIOWrapper]
  os
  shlex
  signal
  subprocess
  sys
  pytest
  lstm-textgen.cli [main]
  lstm-textgen.display [make-display]
  lstm-textgen.display.live [LiveDisplay]
  lstm-textgen.display.plain [Display]
  lstm-textgen.learning.learner [quiet]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  tests.helpers [TINY-FLAGS a-plan counting output program shell-environment start-program
    succeeded sure-model write-text])

(setv
  TRAIN ["--sources" "text.txt" "--epochs" "3" #* TINY-FLAGS]
  CHINESE (* "床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。\n" 90))


(defclass Broken []
  "A stream that nobody reads any more."

  (defn write [self text]
    (raise (BrokenPipeError 32 "Broken pipe")))

  (defn flush [self]
    (raise (BrokenPipeError 32 "Broken pipe")))

  (defn isatty [self] True))


(defn closed-stream []
  (setv stream (StringIO))
  (.close stream)
  stream)


(defn show-run [display]
  "Let `display` show a download, a warning and an epoch with a sample."
  (.download display "http://example.org/a" 1 2)
  (.warn display "→ beware")
  (.begin-run display (a-plan))
  (.begin-epoch display 1 2 100 0)
  (.step display 50 0.7)
  (.end-epoch display {"epoch" 1  "loss" 0.7  "text" "a"} True "我→")
  (.end-bar display))


;; * What is shown

(defn [(pytest.mark.parametrize "make" [
    Broken closed-stream (fn []) (fn [] (TextIOWrapper (BytesIO) :encoding "ascii"))])]
    test-nothing-that-is-shown-stops-a-run [monkeypatch make]
  (for [name ["stdout" "stderr"]]
    (.setattr monkeypatch sys name (make)))
  (for [display [(Display) (LiveDisplay) (make-display)]]
    (show-run display)))


(defn test-help-is-shown-in-ascii [tmp-path]
  (setv shown (output tmp-path "--help-all" :environment {"PYTHONIOENCODING" "ascii"}))
  (assert (not-in "???" shown))
  (assert (in "lstm" shown)))


(defn test-a-program-without-streams-works [here monkeypatch]
  (sure-model here)
  (for [name ["stdin" "stdout" "stderr"]]
    (.setattr monkeypatch sys name None))
  (for [[flags status] [
      [["--generate" "a" "--length" "2"] 0]
      [["--generate" "a" "--length" "2" "--output" "new"] 0]
      [["--interactive"] 0]
      [["--foo"] 2]]]
    (assert (= (main flags) status)))
  (for [stream [sys.stdin sys.stdout sys.stderr]]  ; the null device, by now
    (.close stream))
  (assert (= (.read-text (/ here "new")) "aaa\n")))


(defn test-closed-descriptors-are-no-places-for-files [tmp-path]
  (sure-model tmp-path)
  (setv command (shlex.join [sys.executable "-m" "lstm_textgen" "--output" "new" "--generate" "a"
    "--length" "2" "--overwrite"]))
  (for [closed ["1>&-" "0<&- 1>&- 2>&-"]]
    (assert (= 0 (subprocess.call f"{command} {closed}"
      :shell True :cwd tmp-path :env (shell-environment))))
    (assert (= (.read-text (/ tmp-path "new")) "aaa\n"))))


;; * Training

(defn [counting] test-training-goes-on-to-its-end-when-nobody-reads-its-output [tmp-path]
  (write-text tmp-path)
  (with [process (start-program #* TRAIN :folder tmp-path)]
    (.readline process.stdout)
    (.close process.stdout)
    (assert (= (.read process.stderr) ""))
    (assert (= (.wait process 100) 0)))
  (assert (= (len (. (load-checkpoint (/ tmp-path "model")) history)) 3)))


(defn [counting] test-the-command-at-the-end-works-when-it-is-pasted [tmp-path]
  (write-text tmp-path CHINESE)
  (setv
    shown (succeeded (program #* TRAIN "--model=-m x" :folder tmp-path))
    command (get (.split (.strip shown) "Generate text with: ") 1)
    result (subprocess.run f"{command} --length 5"
      :shell True :cwd tmp-path :env (shell-environment) :encoding "utf-8" :capture-output True))
  (assert (in "-m lstm_textgen --generate '床' --length 300 --model='-m x'" command))
  (assert (= [result.returncode result.stderr] [0 ""]))
  (assert (= (len result.stdout) 7)))


;; * Ctrl-C while Keras is imported

(defn test-ctrl-c-waits-for-the-end-of-the-import [monkeypatch capfd]
  (setv imported [])
  (defn import-slowly [name]
    (.append imported name)
    (signal.raise-signal signal.SIGINT)
    (os.write 2 b"a long log\n"))
  (.setattr monkeypatch quiet "import_module" import-slowly)
  (with [_ (pytest.raises KeyboardInterrupt)  _ (quiet.own-process)]
    (quiet.import-keras))
  (assert (= imported ["tensorflow"]))
  (assert (= (. (.readouterr capfd) err) "")))
