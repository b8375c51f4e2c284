"What shows a run: plain lines, nothing, or the live display of a terminal."

(import
  io [StringIO]
  math
  re
  sys
  unittest.mock [Mock]
  pytest
  rich.console [Console]
  lstm-textgen.basics.machine [MB]
  lstm-textgen.display [make-display]
  lstm-textgen.display.live [LiveDisplay draw-curve]
  lstm-textgen.display.plain [Display]
  lstm-textgen.modelfile.history [describe-kept]
  lstm-textgen.textmodel [load]
  tests.helpers [a-plan refusal-of])

(setv
  pytestmark pytest.mark.quick
  URL "http://example.org/text.txt"
  EPOCH {"epoch" 1  "loss" 0.6931  "validation_loss" 1.3863  "text" "a"})


(defclass FakeTerminal [StringIO]
  "What a program writes to a terminal."
  (setv encoding "utf-8")
  (defn isatty [self] True))


(defn on-terminal [monkeypatch [kind "xterm"]]
  "Let standard output be a terminal of that kind, 80×24; return #(terminal display)."
  (for [[name value] [["TERM" kind] ["COLUMNS" "80"] ["LINES" "24"]]]
    (.setenv monkeypatch name value))
  (.setattr monkeypatch sys "stdout" (FakeTerminal))
  #(sys.stdout (make-display)))


(defn show-epoch [display]
  "Let `display` show an epoch of two steps."
  (.begin-epoch display 1 9 100 0)
  (.step display 50 0.7 0.05)
  (.step display 100 0.6931 0.1)
  (.saved display)
  (.end-epoch display EPOCH True "heylo"))


(defn clock [monkeypatch seconds]
  "Let each look at the clock take some `seconds`."
  (setv times (iter (range 0 (* 1000 seconds) seconds)))
  (.setattr monkeypatch "time.monotonic" (fn [] (next times))))


;; * Plain lines

(defn test-an-epoch-is-one-line-whose-speed-is-that-after-compiling [monkeypatch capsys]
  (clock monkeypatch 10)
  (show-epoch (Display))
  (assert (= (. (.readouterr capsys) out)
    "epoch 1/9  training 1.000 bits  validation 2.000 bits  5 units/s  30 s\n")))


(defn test-a-run-without-validation-or-end-shows-less [monkeypatch capsys]
  (clock monkeypatch 1865)
  (setv display (Display))
  (.begin-epoch display 3 0 100 0)
  (.step display 100 0.5)
  (.end-epoch display {"epoch" 3  "loss" 0.5  "text" "a"} False "")
  (assert (= (. (.readouterr capsys) out)
    "epoch 3  training 0.721 bits  (not the best)  1:02:10\n")))


(defn test-an-epoch-that-is-kept-although-another-has-a-lower-loss-says-so [capsys]
  (setv display (Display))
  (.begin-run display (a-plan :losses [{"training" 2  "validation" 1.5}]))
  (setv entry {"epoch" 2  "loss" 1  "validation_loss" (* 1.51 (math.log 2))})
  (for [better [True False]]
    (.begin-epoch display 2 9 100 0)
    (.end-epoch display entry better ""))
  (setv [_ _ _ kept other] (.splitlines (. (.readouterr capsys) out)))
  (assert (in "validation 1.510 bits  (as good as the best)  " kept))
  (assert (in "validation 1.510 bits  (not the best)  " other)))


(defn test-a-run-says-why-it-keeps-an-epoch-whose-loss-is-not-the-lowest []
  (setv
    entry {"text" "a"  "loss" 2  "validation_loss" 1.5}
    kept {#** entry  "validation_loss" 1.51  "kept" True})
  (assert (= (describe-kept [entry kept])
    "epoch 2, validation 2.178 bits (as good as the lowest within chance, and trained longer)"))
  (assert (= (describe-kept [kept entry {#** entry  "kept" True}])
    "epoch 3, validation 2.164 bits")))


(defn test-slow-steps-are-announced-until-the-network-is-compiled [capsys]
  (setv display (Display))
  (.doing display "reading a.txt")
  (.begin-run display (a-plan))
  (.doing display "compiling the network")
  (show-epoch display)
  (.doing display "validating")
  (setv lines (.splitlines (. (.readouterr capsys) out)))
  (assert (= [(get lines 0) (get lines -2)] ["reading a.txt" "compiling the network"]))
  (assert (= (len lines) 6)))


(defn [(pytest.mark.parametrize #("changes" "words") [
    #({"new" True} "1,000 validation characters, vocabulary 30\nnetwork: lstm:24 (it suits)\n")
    #({} "training for `epochs` 9, about 81,000 characters")
    #({"seconds" 90} "for 1.5 minutes or `epochs` 9, whichever comes first")
    #({"seconds" 24  "minutes" 1} "for 0.4 minutes (preparing took 0.6) or `epochs` 9, whichever")
    #({"epochs" 0} "until stopped")])]
    test-a-plan-is-told-before-it-is-carried-out [capsys changes words]
  (.begin-run (Display) (a-plan #** changes))
  (assert (in words (. (.readouterr capsys) out))))


(defn test-a-download-is-a-line-with-its-size-and-shows-slow-progress [capsys monkeypatch]
  (clock monkeypatch 6)
  (setv display (Display))
  (for [done [0 MB (* 1.5 MB)]] (.download display URL done (* 2 MB)))
  (.download display "http://example.org/b" 0 None)
  (assert (= (. (.readouterr capsys) out) (+ f"downloading {URL} (2.0 MB)\n"
    "downloaded 1.0/2.0 MB\ndownloading http://example.org/b\n"))))


(defn test-a-quiet-run-shows-only-what-goes-wrong [capsys]
  (setv display (make-display :quiet True))
  (.say display "hello")
  (.doing display "reading")
  (.download display URL 0 None)
  (.begin-run display (a-plan))
  (show-epoch display)
  (.warn display "no room \x1b[31m")
  (assert (= (.readouterr capsys) #("" "no room ␛[31m\n"))))


(defn test-reports-and-exceptions-have-no-escape-codes-of-a-name [capsys tmp-path]
  (.say (Display) "a\x1b[31m.h5 is saved")
  (assert (= (. (.readouterr capsys) out) "a␛[31m.h5 is saved\n"))
  (setv path (/ tmp-path "a\x1b[31m.h5"))
  (.write-text path "no model")
  (assert (not-in "\x1b" (refusal-of load path))))


;; * What the live display shows

(defn [(pytest.mark.parametrize #("kind" "encoding" "display") [
    #("xterm" "utf-8" LiveDisplay) #("dumb" "utf-8" Display) #("xterm" "ascii" Display)])]
    test-a-terminal-has-a-live-display-if-it-can-show-one
    [monkeypatch kind encoding display]
  (.setattr monkeypatch FakeTerminal "encoding" encoding)
  (assert (is (type (get (on-terminal monkeypatch kind) 1)) display)))


(defn drawn [monkeypatch size [sample (* "a line of what it writes\n" 40)] #** plan]
  "Return the lines that a terminal of this `size` shows in the middle of a run with this `plan`."
  (clock monkeypatch 10)
  (setv
    display (LiveDisplay)
    display.start-live Mock)
  (.begin-run display (a-plan #** plan))
  (.begin-epoch display 4 9 9000 0)
  (for [[done progress] [[900 0.05] [4500 0.4]]]
    (.step display done 0.7 (if display.plan.epochs progress 0)))
  (.end-epoch display EPOCH True sample)
  (.saved display)
  (.doing display "validating on 1,000 characters")
  (setv
    display.memory 1_200_000_000
    console (Console :file (StringIO) :width (get size 0) :height (get size 1)))
  (.print console (.draw display #* size))
  (.splitlines (.getvalue console.file)))


(defn [(pytest.mark.parametrize "size" [#(80 23) #(200 49) #(60 20) #(40 12)])]
    test-the-display-fits-the-terminal-and-has-all-that-one-wants-to-know [monkeypatch size]
  (setv
    lines (drawn monkeypatch size)
    text (.join "\n" lines))
  (assert (<= (len lines) (get size 1)))
  (assert (<= (max (map len lines)) (get size 0)))
  (for [words ["a.txt → model.h5" "lstm:24" "epoch 4/9" "50%" "180 characters/s" "whole run" "40%"
      "34 s left" "validating on"]]
    (assert (in words text)))
  (when (>= (get size 0) 80)
    (for [words ["9,000 training" "it suits" "training 1.010" "validation 2.000" "1.2 GB of memory"
        "bits per character" " 9 epochs" "a line of what it writes" "saved at"]]
      (assert (in words text)))))


(defn test-losses-are-per-character-and-only-a-run-with-an-end-has-time-left [monkeypatch]
  (setv text (.join "\n" (drawn monkeypatch #(80 23) :unit "pieces" :epochs 0)))
  (for [words ["bits per character" "180 pieces/s" "until Ctrl-C"]] (assert (in words text)))
  (assert (not-in "left" text)))


(defn test-what-a-model-writes-is-no-command-and-no-markup [monkeypatch]
  (assert (in "␛[2J [bold]x[/bold] :smile:"
    (.join "\n" (drawn monkeypatch #(80 23) "\x1b[2J [bold]x[/bold] :smile:")))))


(defn [(pytest.mark.parametrize #("curve" "width" "dots") [
    #([#(0 4) #(1 2) #(2 1)] 4 [[0x11 0x84 0 0] [0 0 0x11 0x84]])
    #([#(0 4) #(2 1)] 1 [[0xb1] [0xb8]])  ; joined from the top to the bottom
    #([#(2 1)] 1 [[0] [0x80]])])]
    test-a-curve-is-a-line-without-gaps-on-a-logarithmic-scale [curve width dots]
  (assert (= (.tolist (draw-curve curve 2 width 2 1 4)) dots)))


;; * A run with a live display

(defn test-the-display-vanishes-and-lines-stay [monkeypatch]
  (setv [terminal live] (on-terminal monkeypatch))
  (.begin-run live (a-plan))
  (.doing live "compiling the network")
  (show-epoch live)
  (setv shown (.getvalue terminal))
  (for [words ["whole run" "compiling the network" "100%" "validation 2.000" "heylo"]]
    (assert (in words shown)))
  (assert (not-in "epoch 1/9  training" shown))
  (.end-bar live)
  (setv lines (.splitlines (cut (.getvalue terminal) (len shown) None)))
  (assert (in "9,000 training and" (get lines -6)))
  (assert (.startswith (get lines -3) "epoch 1/9  training 1.000 bits  validation 2.000 bits"))
  (assert (= (cut lines -2 None) ["Sample:" "    heylo"])))


(defn test-a-run-that-resumes-begins-with-the-curves-so-far [monkeypatch]
  (setv [terminal live] (on-terminal monkeypatch))
  (.begin-run live (a-plan :losses [{"training" 1  "validation" 2} {"training" 0.9}]))
  (.end-bar live)
  (assert (= live.curves {"training" [#(1 1) #(2 0.9)]  "validation" [#(1 2)]})))


(defn test-the-curve-has-the-loss-since-its-last-point-and-no-end-of-points [monkeypatch]
  (setv [terminal live] (on-terminal monkeypatch))
  (.begin-run live (a-plan :epochs 0))
  (.begin-epoch live 1 0 9000 0)
  (for [done (range 1 9001)]
    (.step live done (/ (+ (min done 4500) (* 2 (max 0 (- done 4500)))) done)))
  (.end-bar live)
  (setv curve (get live.curves "training"))
  (assert (< 100 (len curve) 700))
  (assert (= (round (get curve -1 1) 2) 2.89)))  ; 2 nats


(defn test-the-display-obeys-no-color [monkeypatch]
  (.setenv monkeypatch "NO_COLOR" "1")
  (setv [terminal live] (on-terminal monkeypatch))
  (.begin-run live (a-plan))
  (show-epoch live)
  (.end-bar live)
  (setv codes (re.findall r"\x1b\[([\d;]*)m" (.getvalue terminal)))
  (assert codes)
  (for [code codes  part (.split code ";")]
    (assert (in part ["" "0" "1" "2"]) code)))  ; plain, bold, dim


(defn test-a-warning-reaches-standard-error-while-the-display-is-there [monkeypatch capfd]
  (setv [_ live] (on-terminal monkeypatch))
  (.begin-run live (a-plan))
  (.warn live "no room")
  (.end-bar live)
  (assert (= (. (.readouterr capfd) err) "no room\n")))


(defn test-a-download-on-a-terminal-counts-megabytes [monkeypatch]
  (setv [terminal live] (on-terminal monkeypatch))
  (for [[url total shown] [[URL (* 2 MB) "1.0/2.0 MB"] ["http://example.org/b" None " 1.0 MB"]]]
    (.download live url MB total)
    (.refresh live.live)
    (assert (in shown (.getvalue terminal))))
  (.end-bar live)
  (assert (is live.live None)))
