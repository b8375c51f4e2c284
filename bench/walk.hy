#[[A page of `english` is taught in Chromium by clicks, as a reader does it, each step timed.

    python -m hy bench/walk.hy [TEXT]
    python -m hy bench/walk.hy --slow [TEXT]

The first makes the page, teaches it the file TEXT (`corpora/lighthouse.txt` unless told otherwise)
with two workers, saves it, opens what it saved, and imports that; then the program scores the part
that the page held out, and trains the model for two more epochs.

With `--slow`, Chromium and all its processes have a sixth of a core, from a control group of their
own, which only root may make, on Linux. After a click on Teach, it prints how many seconds pass to
the first line that the machine writes, and to the first whose words are mostly those of TEXT, and
their share in the lines of the last ten seconds of the first minute; then the last lines.
Needs the extra `test` and Chromium.]]

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [contextmanager suppress]
  os
  pathlib [Path]
  re
  sys
  tempfile [TemporaryDirectory]
  time
  bench.common [ROOT print-header print-row processor results run-script split-held-out]
  lstm-textgen.modelfile.history [loss-of]
  lstm-textgen.textmodel [load]
  tests.browser [chromium open-page start-browser wait-for-end wait-until written])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  TEXT (/ ROOT "corpora" "lighthouse.txt")
  BASE "english"
  WORKERS 2
  MORE 2           ; epochs that the program trains the model further
  PATIENCE 900     ; seconds that a step may take
  MINUTE 60        ; seconds in which there should be readable words
  LATE 50          ; seconds after which lines count as those of the end of that minute
  MOSTLY 0.6       ; the share of words of the text from which a line is readable
  ;; A sixth of a core: the microseconds of each period, and those that the group may use.
  PERIOD 12_000
  QUOTA 2_000
  GROUPS (Path "/sys/fs/cgroup")
  LINES "[...document.querySelectorAll('#teach-written p')].map((p) => p.textContent)"
  FOUND "!document.getElementById('teach-found').hidden"
  DONE "!document.getElementById('teach-done').hidden")


(defn main [#* words]
  "Walk as the `words` of the command line say."
  (setv
    [slow given] [(in "--slow" words) (lfor word words :if (!= word "--slow") word)]
    text (if given (.resolve (Path (get given 0))) TEXT))
  (print f"{(processor)}, {text.name}\n")
  (with [folder (TemporaryDirectory)]
    ((if slow walk-slowly walk) (Path folder) text)))


(defn give [page text]
  "Give a `page` the file `text` in the tab Teach, and wait for what it finds."
  (.click page "#tab-teach")
  (.set-input-files page "#teach-file" text)
  (wait-until page FOUND :seconds PATIENCE))


;; * From a page to a model that the program trains

(defn walk [folder text]
  "Print a row for each step, from a page to a model of the file `text`, in `folder`."
  (print-header "step" "seconds" "what there is")
  (setv
    path (/ folder "page.html")
    saved (/ folder "saved.html")
    model (/ folder "taught"))
  (step "make the page" (fn []
    (program "--page" path "--model" BASE)
    (megabytes path)))
  (for [browser (start-browser)]
    (teach-and-save browser path text saved)
    (step "open what was saved" (fn [] (first-words browser saved))))
  (step "import it" (fn []
    (program "--import" saved "--model" model)
    (megabytes (.with-suffix model ".h5"))))
  (step "score what was hidden" (fn []
    (setv [_ held-out] (split-held-out (.read-text text :encoding "utf-8")))
    (in-bits (. (get (.score (load model) held-out) 0) bits))))
  (step f"train {MORE} more epochs" (fn [] (train-further model text))))


(defn teach-and-save [browser path text saved]
  "Print the rows of the steps in a `browser`: the page at `path` learns `text`, and is `saved`."
  (with [page (open-page browser path)]
    (step "open it" (fn []
      (wait-for-end page)
      (.inner-text page "#count")))
    (.evaluate page
      f"void Object.defineProperty(navigator, 'hardwareConcurrency', {{ value: {WORKERS} }})")
    (step "give it the text" (fn []
      (give page text)
      (.inner-text page "#teach-what")))
    (setv begun (time.monotonic))
    (.click page "#teach-go")
    (step "teach: the first line" (fn []
      (wait-until page f"{LINES}.length > 0" :seconds PATIENCE)
      (get (.evaluate page LINES) -1)))
    (step "teach: all" (fn []
        (wait-until page DONE :seconds PATIENCE)
        (.inner-text page "#teach-better"))
      :begun begun)
    (step "save it" (fn []
      (with [download (.expect-download page)] (.click page "#teach-save"))
      (.save-as download.value saved)
      (megabytes saved)))))


(defn step [name act [begun None]]
  "Print the row of a step: its seconds, since it `begun` if that was earlier, and what it gives."
  (setv
    begun (or begun (time.monotonic))
    outcome (act))
  (print-row name f"{(- (time.monotonic) begun) :.1f} s" outcome))


(defn program [#* arguments]
  "Run the program with these `arguments`, as a user does."
  (run-script "train.hy" #* arguments :check True :stdout sys.stderr))


(defn megabytes [path]
  "Return the size of a file, in words."
  f"{(/ (. (.stat path) st-size) 1e6) :.2f} MB")


(defn in-bits [loss]
  "Return a loss in words."
  f"{loss :.3f} bits per character")


(defn first-words [browser path]
  "Return how the passage begins that the page at `path` opens with."
  (with [page (open-page browser path)]
    (wait-for-end page)
    (.join " " (cut (.split (written page)) 9))))


(defn train-further [model text]
  "Train `model` on `text` for more epochs by the program; return its losses before and after."
  (setv before (. (load model) checkpoint history))
  (program "--sources" text "--model" model "--continue" "--epochs" MORE "--patience" 99)
  (setv after (. (load model) checkpoint history))
  (setv [first last] (gfor history [before after] (loss-of (get history -1))))
  f"{(len after)} epochs; {first :.3f}, then {(in-bits last)}")


;; * A slow computer

(defn walk-slowly [folder text]
  "Print how soon a page writes readable words if the browser has a sixth of a core."
  (setv
    path (/ folder "page.html")
    known (set (words-in (.read-text text :encoding "utf-8"))))
  (program "--page" path "--model" BASE)
  (with [members (control-group)]
    (setv command (script-within members (/ folder "chromium")))
    (print-header "begins with" "first line" "readable" f"known at {MINUTE} s")
    (setv last [])
    (for [fresh [False True]  browser (start-browser command)]
      (setv seen (slow-lesson browser path text fresh known))
      (print-row (if fresh "nothing" BASE) #* (how-soon seen))
      (.append last (if seen (get seen -1 1) "nothing")))
    (print "" #* last :sep "\n")))


(defn slow-lesson [browser path text fresh known]
  #[[Return what a page writes in the first minute in which it learns `text`.

  This is a list of #(seconds line share), with the share of words that are among the `known`.]]
  (with [page (open-page browser path "#fast=1&length=50")]
    (wait-until page "document.getElementById('stop').hidden" :seconds PATIENCE)
    (give page text)
    (when fresh (.check page "#teach-start--1"))
    (setv
      begun (time.monotonic)
      seen [])
    (.click page "#teach-go")
    (while (< (- (time.monotonic) begun) MINUTE)
      (for [line (cut (.evaluate page LINES) -1 None)]
        (unless (and seen (= (get seen -1 1) line))
          (.append seen #((- (time.monotonic) begun) line (share-of line known)))))
      (.wait-for-timeout page 300)))
  seen)


(defn how-soon [seen]
  "Return in words how soon there was a line, and a readable one, and the share known at the end."
  (setv
    readable (lfor [seconds _ share] seen :if (>= share MOSTLY) seconds)
    late (lfor [seconds _ share] seen :if (>= seconds LATE) share))
  [ (if seen f"{(get seen 0 0) :.1f} s" "none")
    (if readable f"{(get readable 0) :.1f} s" "none")
    (if late f"{(* 100 (/ (sum late) (len late))) :.0f}%" "none")])


(defn words-in [text]
  "Return the words of three letters and more in `text`, in lower case."
  (re.findall r"[^\W\d_]{3,}" (.lower text)))


(defn share-of [line known]
  "Return the share of the words in a `line` that are among the `known` ones."
  (setv words (words-in line))
  (/ (sum (gfor word words (in word known))) (max 1 (len words))))


(defn [contextmanager] control-group []
  "Yield the file in which the processes of a new control group are listed."
  (setv
    old (/ GROUPS "cpu")  ; of version 1
    group (/ (if (.exists old) old GROUPS) f"lstm_textgen-{(os.getpid)}"))
  (try
    (.mkdir group)
    (if (.exists old)
      (do
        (.write-text (/ group "cpu.cfs_period_us") (str PERIOD))
        (.write-text (/ group "cpu.cfs_quota_us") (str QUOTA)))
      (.write-text (/ group "cpu.max") f"{QUOTA} {PERIOD}"))
    (except [error OSError]
      (with [_ (suppress OSError)] (.rmdir group))
      (sys.exit f"--slow needs a control group of Linux, which can't be made here: {error}")))
  (try
    (yield (/ group "cgroup.procs"))
    (finally
      (while (.strip (.read-text (/ group "cgroup.procs"))) (time.sleep 0.1))
      (.rmdir group))))


(defn script-within [members path]
  "Write a script at `path` that runs Chromium in the group of the processes in `members`."
  (.write-text path f"#!/bin/sh\necho $$ > '{members}'\nexec '{(chromium)}' \"$@\"\n")
  (.chmod path 0o755)
  path)


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)]
    (main #* (cut sys.argv 1 None))))
