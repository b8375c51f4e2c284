"What a run shows: plain lines, progress bars on a terminal, or only what goes wrong."

(import
  io [StringIO]
  sys
  pytest
  lstm-textgen.machine [MB]
  lstm-textgen.report.display [Display make-report]
  lstm-textgen.report.plain [Quiet Report])

(setv
  pytestmark pytest.mark.quick
  URL "http://example.org/text.txt"
  EPOCH {"epoch" 1  "loss" 0.6931  "validation_loss" 1.3863  "text" "a"})


(defclass Terminal [StringIO]
  (defn isatty [self] True))


(defn on-terminal [monkeypatch]
  "Let standard output be a terminal; return it."
  (setv terminal (Terminal))
  (.setattr monkeypatch sys "stdout" terminal)
  terminal)


(defn show-run [report [sample "heylo"]]
  "Let `report` show an epoch of two steps."
  (.begin-epoch report 1 2 100 0)
  (.step report 50 0.7)
  (.step report 100 0.6931)
  (.end-epoch report EPOCH True sample))


(defn output [capsys]
  (. (.readouterr capsys) out))


(defn test-an-epoch-is-a-line-with-its-losses-in-nats-and-bits [capsys]
  (show-run (Report))
  (setv [line sample] (.splitlines (output capsys)))
  (assert (.startswith line
    "epoch 1/2  training 0.693 nats 1.000 bits  validation 1.386 nats 2.000 bits  "))
  (assert (in " characters/s  0 s" line))
  (assert (= sample "    heylo")))


(defn test-without-validation-or-an-end-there-is-less-to-show [capsys]
  (setv report (Report))
  (.begin-epoch report 3 0 100 0)
  (.step report 100 0.5)
  (.end-epoch report {"epoch" 3  "loss" 0.5  "text" "a"} False "")
  (setv line (output capsys))
  (assert (.startswith line "epoch 3  training 0.500 nats 0.721 bits  (not the best)  "))
  (assert (not-in "validation" line)))


(defn [(pytest.mark.parametrize #("seconds" "shown") [
    #(8.2 "  8 s") #(200 "  3:20") #(3729 "  1:02:09")])]
    test-the-time-of-an-epoch-is-shown-as-people-write-it [monkeypatch capsys seconds shown]
  (setv
    now 0
    report (Report))
  (.setattr monkeypatch "time.monotonic" (fn [] now))
  (.begin-epoch report 1 1 100 0)
  (.step report 100 0.5)
  (setv now seconds)
  (.end-epoch report EPOCH True "")
  (assert (in (+ shown "\n") (output capsys))))


(defn test-the-time-to-compile-is-told-once-and-no-part-of-the-speed [monkeypatch capsys]
  (setv
    clock (iter (range 0 1000 10))  ; each look at the clock takes 10 s
    report (Report))
  (.setattr monkeypatch "time.monotonic" (fn [] (next clock)))
  (show-run report)
  (show-run report)
  (setv [first _ second _] (.splitlines (output capsys)))
  (assert (in "  5 characters/s  30 s (10 s for the first step)" first))
  (assert (not-in "first step" second)))


(defn test-a-download-is-a-line-with-its-size [capsys]
  (setv report (Report))
  (for [done [0 MB (* 2 MB)]]
    (.download report URL done (* 2 MB)))
  (.download report "http://example.org/b" 0 None)
  (assert (= (output capsys) f"fetching {URL} (2.0 MB)\nfetching http://example.org/b\n")))


(defn test-a-quiet-run-shows-only-what-goes-wrong [capsys]
  (setv report (make-report :quiet True))
  (assert (isinstance report Quiet))
  (.say report "hello")
  (.download report URL 0 None)
  (show-run report)
  (.warn report "no room")
  (assert (= (.readouterr capsys) #("" "no room\n"))))


(defn test-lines-pass-through-the-words-of-the-command-line-but-samples-do-not [capsys]
  (setv report (make-report :words (fn [text] (.replace text "`epochs`" "--epochs"))))
  (.say report "`epochs` 2")
  (.warn report "`epochs` 3")
  (show-run report :sample "`epochs` 4")
  (setv [out err] (.readouterr capsys))
  (assert (.startswith out "--epochs 2\n"))
  (assert (.endswith out "    `epochs` 4\n"))
  (assert (= err "--epochs 3\n")))


(defn test-control-characters-are-shown-on-a-terminal-only [monkeypatch capsys]
  (setv terminal (on-terminal monkeypatch))
  (show-run (Report) "\x1b[31m")
  (assert (in "    ␛[31m\n" (.getvalue terminal)))
  (.warn (Report) "\x1b[31m")
  (assert (= (. (.readouterr capsys) err) "␛[31m\n")))


(defn test-elsewhere-a-sample-stands-as-it-is [capsys]
  (show-run (Report) "\x1b[31m")
  (assert (in "    \x1b[31m\n" (output capsys))))


(defn test-a-terminal-has-progress-bars-that-vanish [monkeypatch]
  (setv
    terminal (on-terminal monkeypatch)
    report (make-report))
  (assert (isinstance report Display))
  (.begin-epoch report 1 2 100 0)
  (.step report 50 0.7)
  (.refresh report.bar)
  (assert (in "50%  loss 0.700" (.getvalue terminal)))
  (.end-epoch report EPOCH True "heylo")
  (assert (is report.bar None))
  (assert (in "epoch 1/2  training 0.693 nats" (.getvalue terminal))))


(defn test-a-download-on-a-terminal-counts-megabytes [monkeypatch]
  (setv
    terminal (on-terminal monkeypatch)
    report (make-report))
  (.download report URL 0 (* 2 MB))
  (.download report URL MB (* 2 MB))
  (.refresh report.bar)
  (assert (in "1.0/2.0 MB" (.getvalue terminal)))
  (.download report "http://example.org/b" MB None)
  (.refresh report.bar)
  (assert (in " 1.0 MB" (.getvalue terminal)))
  (.end-bar report)
  (assert (is report.bar None)))


(defn test-elsewhere-lines-are-plain []
  (assert (is (type (make-report)) Report)))


(defn test-a-program-without-a-console-shows-nothing [monkeypatch]
  (.setattr monkeypatch sys "stdout" None)
  (.setattr monkeypatch sys "stderr" None)
  (setv report (make-report))
  (.say report "hello")
  (.warn report "no room")
  (show-run report)
  None)
