"The output of a run as plain lines: in a pipe, on a simple terminal, or none."

(import
  pytest
  lstm-textgen.basics.machine [MB]
  lstm-textgen.display [make-report]
  lstm-textgen.display.live [Display]
  lstm-textgen.display.plain [Quiet Report]
  tests.helpers [FakeTerminal a-plan on-terminal])

(setv
  pytestmark pytest.mark.quick
  URL "http://example.org/text.txt"
  EPOCH {"epoch" 1  "loss" 0.6931  "validation_loss" 1.3863  "text" "a"})


(defn show-run [report [sample "heylo"]]
  "Let `report` show an epoch of two steps."
  (.begin-epoch report 1 2 100 0)
  (.step report 50 0.7)
  (.step report 100 0.6931)
  (.end-epoch report EPOCH True sample))


(defn output [capsys]
  (. (.readouterr capsys) out))


(defn test-an-epoch-is-one-line-with-its-losses-in-bits [capsys]
  (show-run (Report))
  (setv [line] (.splitlines (output capsys)))
  (assert (.startswith line "epoch 1/2  training 1.000 bits  validation 2.000 bits  "))
  (assert (in " units/s  0 s" line)))


(defn test-long-steps-are-announced-until-the-network-is-compiled-and-epochs-are-lines [capsys]
  (setv report (Report))
  (.doing report "reading a.txt")
  (.begin-run report (a-plan))
  (.doing report "compiling the network")
  (show-run report)
  (.doing report "validating")
  (setv lines (.splitlines (output capsys)))
  (assert (= [(get lines 0) (get lines -2)] ["reading a.txt" "compiling the network"]))
  (assert (= (len lines) 6)))


(defn [(pytest.mark.parametrize #("changes" "words") [
    #({} "9,000 training and 1,000 validation characters, vocabulary 30\n")
    #({} "training for `epochs` 9, about 81,000 characters")
    #({"seconds" 90} "for 1.5 minutes or `epochs` 9, whichever comes first")
    #({"epochs" 0} "until stopped")
    #({"new" True} "network: lstm:24 (it suits)")])]
    test-a-plan-is-told-before-it-is-carried-out [capsys changes words]
  (.begin-run (Report) (a-plan #** changes))
  (assert (in words (output capsys))))


(defn test-a-run-without-validation-or-end-shows-less [capsys]
  (setv report (Report))
  (.begin-epoch report 3 0 100 0)
  (.step report 100 0.5)
  (.end-epoch report {"epoch" 3  "loss" 0.5  "text" "a"} False "")
  (setv line (output capsys))
  (assert (.startswith line "epoch 3  training 0.721 bits  (not the best)  "))
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


(defn test-the-time-to-compile-is-no-part-of-the-speed [monkeypatch capsys]
  (setv
    clock (iter (range 0 1000 10))  ; each look at the clock takes 10 s
    report (Report))
  (.setattr monkeypatch "time.monotonic" (fn [] (next clock)))
  (show-run report)
  (assert (in "  5 units/s  30 s" (output capsys))))


(defn test-a-download-is-a-line-with-its-size [capsys]
  (setv report (Report))
  (for [done [0 MB (* 2 MB)]] (.download report URL done (* 2 MB)))
  (.download report "http://example.org/b" 0 None)
  (assert (= (output capsys) f"downloading {URL} (2.0 MB)\ndownloading http://example.org/b\n")))


(defn test-a-slow-download-shows-its-progress [capsys monkeypatch]
  (setv
    clock (iter (range 0 1000 6))  ; each look at the clock takes 6 s
    report (Report))
  (.setattr monkeypatch "time.monotonic" (fn [] (next clock)))
  (for [done [0 MB (* 1.5 MB)]] (.download report URL done (* 2 MB)))
  (assert (= (output capsys) f"downloading {URL} (2.0 MB)\ndownloaded 1.0/2.0 MB\n")))


(defn test-a-quiet-run-shows-only-what-goes-wrong [capsys]
  (setv report (make-report :quiet True))
  (assert (isinstance report Quiet))
  (.say report "hello")
  (.doing report "reading")
  (.download report URL 0 None)
  (.begin-run report (a-plan))
  (show-run report)
  (.warn report "no room")
  (assert (= (.readouterr capsys) #("" "no room\n"))))


(defn test-lines-pass-through-the-words-of-the-command-line [capsys]
  (setv report (make-report :words (fn [text] (.replace text "`epochs`" "--epochs"))))
  (.say report "`epochs` 2")
  (.warn report "`epochs` 3")
  (assert (= (.readouterr capsys) #("--epochs 2\n" "--epochs 3\n"))))


(defn test-control-characters-in-a-warning-are-shown [capsys]
  (.warn (Report) "\x1b[31m")
  (assert (= (. (.readouterr capsys) err) "␛[31m\n")))


;; * Which report

(defn [(pytest.mark.parametrize #("terminal" "encoding" "kind") [
    #(None None Report) #("xterm" "utf-8" Display) #("dumb" "utf-8" Report)
    #("xterm" "ascii" Report)])]
    test-a-terminal-has-a-live-picture-if-it-can-show-one [monkeypatch terminal encoding kind]
  (when terminal
    (on-terminal monkeypatch terminal)
    (.setattr monkeypatch FakeTerminal "encoding" encoding))
  (assert (is (type (make-report)) kind)))
