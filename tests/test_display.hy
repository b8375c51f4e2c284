"The live display of a run on a terminal."

(import
  io [StringIO]
  re
  pytest
  rich.console [Console]
  lstm-textgen.basics.machine [MB]
  lstm-textgen.display [make-report]
  lstm-textgen.display.panel [View draw-curves draw-panel]
  tests.helpers [a-plan on-terminal])

(setv
  pytestmark pytest.mark.quick
  URL "http://example.org/text.txt"
  EPOCH {"epoch" 1  "loss" 0.6931  "validation_loss" 1.3863  "text" "a"}
  SAMPLE (.join "\n" (gfor n (range 40) f"line {n} of what it writes")))


(defn a-view [#** plan]
  "Return the view in the middle of a run whose plan has these changes."
  (View (a-plan #** plan)
    :activity "validating on 1,000 characters"
    :title "epoch 4/9"
    :share 0.5
    :progress 0.4
    :speed 31047
    :left 68
    :curves {"training" (lfor k (range 1 36) #((/ k 10) (/ 9 k)))
      "validation" [#(1 2) #(2 1.5) #(3 1.25)]}
    :lines []
    :sample SAMPLE
    :saved "14:02:11"
    :memory 1_200_000_000))


(defn drawn [view width height]
  "Return the lines that a terminal of that size shows of `view`."
  (setv console (Console :file (StringIO) :width width :height height))
  (.print console (draw-panel view width height))
  (.splitlines (.getvalue console.file)))


(defn [(pytest.mark.parametrize #("width" "height") [
    #(80 23) #(120 39) #(200 49) #(60 20) #(40 12)])]
    test-the-picture-fits-the-terminal-and-has-all-that-one-wants-to-know [width height]
  (setv lines (drawn (a-view) width height))
  (assert (<= (len lines) height))
  (assert (<= (max (map len lines)) width))
  (for [words ["a.txt → model.h5" "9,000 training" "lstm:24" "it suits" "epoch 4/9" "50%"
      "31,047 characters/s" "whole run" "40%" "1:08 left" "training 0.257" "validation 1.250"
      "bits per character" "0 " "9 epochs" "line 0 of what it writes"
      "validating on 1,000 characters" "1.2 GB of memory" "saved at 14:02:11"]]
    (assert (or (< width 80) (in words (.join "\n" lines))))))


(defn [(pytest.mark.parametrize #("plan" "words" "lacks") [
    #({"unit" "pieces"} ["bits per character" "31,047 pieces/s"] "characters/s")
    #({"unit" "words"} ["bits per character" "31,047 words/s"] "characters/s")
    #({"epochs" 0} ["until Ctrl-C"] "left")])]
    test-losses-of-any-unit-are-per-character-and-only-a-run-with-an-end-has-time-left
    [plan words lacks]
  (setv text (.join "\n" (drawn (a-view #** plan) 80 23)))
  (for [each words] (assert (in each text)))
  (assert (not-in lacks text)))


(defn test-what-a-model-writes-is-no-command-and-no-markup []
  (setv
    view (a-view)
    view.sample "\x1b[2J [bold]x[/bold] :smile:")
  (assert (in "␛[2J [bold]x[/bold] :smile:" (.join "\n" (drawn view 80 23)))))


;; * Curves

(defn [(pytest.mark.parametrize #("curves" "cells") [
    #([[#(0 4) #(1 1)]] [#("⠑" 0) #("⢄" 0)])  ; from corner to corner
    #([[#(0 1)] [#(0 1)] [#(9 99)]] [#("⡀" 1) #("⠈" 2)])])]
    test-the-later-curve-owns-a-cell-and-points-outside-are-at-the-edge [curves cells]
  (assert (= (draw-curves curves 2 1 #(0 1) #(1 4)) [cells])))


;; * The display

(defn live [monkeypatch]
  "Return #(terminal report): a terminal, and the report of a run on it."
  #((on-terminal monkeypatch) (make-report)))


(defn run-on [report]
  "Let `report` show an epoch of a run."
  (.begin-run report (a-plan))
  (.doing report "compiling the network")
  (.begin-epoch report 1 9 9000 0)
  (.step report 4500 0.7 0.05)
  (.step report 9000 0.6931 0.1)
  (.saved report)
  (.end-epoch report EPOCH True "heylo"))


(defn test-the-picture-vanishes-and-lines-stay [monkeypatch]
  (setv [terminal report] (live monkeypatch))
  (run-on report)
  (setv shown (.getvalue terminal))
  (for [words ["whole run" "compiling the network" "100%" "validation 2.000" "heylo"]]
    (assert (in words shown)))
  (assert (not-in "epoch 1/9  training" shown))
  (.end-bar report)
  (setv lines (.splitlines (cut (.getvalue terminal) (len shown) None)))
  (assert (in "9,000 training and" (get lines -6)))
  (assert (.startswith (get lines -3) "epoch 1/9  training 1.000 bits  validation 2.000 bits"))
  (assert (= (cut lines -2 None) ["Sample:" "    heylo"])))


(defn test-a-run-that-resumes-begins-with-the-curves-so-far [monkeypatch]
  (setv [_ report] (live monkeypatch))
  (.begin-run report (a-plan :losses [{"training" 1  "validation" 2} {"training" 0.9}]))
  (setv view report.view)
  (.end-bar report)
  (assert (= (lfor [x y] (get view.curves "validation") #(x (round y 2))) [#(1 2.0)]))
  (assert (= (lfor [x _] (get view.curves "training") x) [1 2])))


(defn test-the-curve-has-the-loss-since-its-last-point-and-no-end-of-points [monkeypatch]
  (setv [_ report] (live monkeypatch))
  (.begin-run report (a-plan :epochs 0))
  (.begin-epoch report 1 0 9000 0)
  (for [done (range 1 9001)]
    (.step report done (/ (+ (min done 4500) (* 2 (max 0 (- done 4500)))) done)))
  (setv curve (get report.view.curves "training"))
  (.end-bar report)
  (assert (< 100 (len curve) 700))
  (assert (= (round (get curve -1 1) 2) 2.89)))  ; 2 nats


(defn test-the-picture-obeys-no-color [monkeypatch]
  (.setenv monkeypatch "NO_COLOR" "1")
  (setv [terminal report] (live monkeypatch))
  (run-on report)
  (.end-bar report)
  (setv codes (re.findall r"\x1b\[([\d;]*)m" (.getvalue terminal)))
  (assert codes)
  (for [code codes  part (.split code ";")]
    (assert (in part ["" "0" "1" "2"]) code)))  ; plain, bold, dim


(defn test-a-warning-reaches-standard-error-while-the-picture-is-there [monkeypatch capfd]
  (setv [_ report] (live monkeypatch))
  (.begin-run report (a-plan))
  (.warn report "no room")
  (.end-bar report)
  (assert (= (. (.readouterr capfd) err) "no room\n")))


(defn test-a-download-on-a-terminal-counts-megabytes [monkeypatch]
  (setv [terminal report] (live monkeypatch))
  (.download report URL 0 (* 2 MB))
  (.download report URL MB (* 2 MB))
  (.refresh report.live)
  (assert (in "1.0/2.0 MB" (.getvalue terminal)))
  (.download report "http://example.org/b" MB None)
  (.refresh report.live)
  (assert (in " 1.0 MB" (.getvalue terminal)))
  (.end-bar report)
  (assert (is report.live None)))
