#[[What it costs to watch a run: the live display, callbacks, and their logs.

    python -m hy bench/watching.hy

Each way of watching trains the same network for the same steps, in turns; the time is that of the
epochs alone, from the first one's second step to the last one's end, validation and saving
included. Medians, and the share by which each exceeds that of a run that shows nothing. One step
and its callbacks are also measured by themselves, since a run's time varies more than they cost.]]

(import
  contextlib [redirect-stdout]
  io [StringIO]
  os
  pathlib [Path]
  statistics [median]
  sys
  tempfile [TemporaryDirectory]
  time
  types [SimpleNamespace]
  bench.common [ROOT note print-header print-row results]
  lstm-textgen.display.live [LiveDisplay]
  lstm-textgen.display.plain [Quiet]
  lstm-textgen.learning.learner.quiet [import-keras]
  lstm-textgen.textmodel [train])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  ROUNDS 3
  SETTINGS {"layers" "256,dropout:0.3"  "batch_size" 16  "epochs" 2  "restart" True}
  TEXT-LENGTH 60_000
  CALLS 2000)  ; of the callbacks of one step


(defn main []
  "Print what each way of watching costs."
  (import-keras)
  (.update os.environ {"TERM" "xterm-256color"  "COLUMNS" "120"  "LINES" "40"})
  (with [place (TemporaryDirectory)]
    (setv
      place (Path place)
      text (cut (.read-text (/ ROOT "corpora" "lol.txt") :encoding "utf-8") TEXT-LENGTH)
      times (dfor name (ways place) name []))
    (for [_ (range ROUNDS)]
      (for [[name [make-report options]] (.items (ways place))]
        (setv report (make-report))
        (train :text text :path (/ place "model") :display report #** options #** SETTINGS)
        (.append (get times name) report.taken))))
  (setv least (median (get times "nothing")))
  (print-header "watched by" "seconds" "overhead")
  (for [[name seconds] (.items times)]
    (print-row name f"{(median seconds) :.2f}" f"{(- (/ (median seconds) least) 1) :+.1%}"))
  (print-calls least))


(defn ways [place]
  "Return the ways of watching: how to make the report, and further options of `train`."
  (import keras)
  (setv logs {"tensorboard" (str (/ place "logs"))  "csv" (str (/ place "log.csv"))})
  { "nothing" [TimedQuiet {}]
    "the live display" [TimedDisplay {}]
    "a callback, TensorBoard and CSV" [TimedQuiet
      {"callbacks" [(keras.callbacks.TerminateOnNaN)]  #** logs}]
    "all of it" [TimedDisplay {"callbacks" [(keras.callbacks.TerminateOnNaN)]  #** logs}]})


(defclass Timed []
  "What times a run: from its second step on, which is after the network has been compiled."

  (defn step [self #* arguments]
    "Begin to count after the first step."
    (.step (super) #* arguments)
    (when (is (getattr self "since" None) None)
      (setv self.since (time.perf-counter))))

  (defn end-epoch [self #* arguments]
    "Note how long it has taken so far."
    (.end-epoch (super) #* arguments)
    (setv self.taken (- (time.perf-counter) self.since))))


(defclass TimedQuiet [Timed Quiet]
  "Shows nothing.")


(defclass TimedDisplay [Timed LiveDisplay]
  "Shows the live display to nobody, as on a terminal of 120 columns."

  (defn begin-run [self plan]
    (with [_ (redirect-stdout (Screen))]
      (.begin-run (super) plan)))

  (defn end-bar [self]
    (with [_ (redirect-stdout sys.stdout)]
      (.end-bar (super))))

  (defn doing [self text]
    (when self.view
      (.doing (super) text)))

  (defn leave-history [self #* _]))


(defclass Screen [StringIO]
  "A terminal that nobody looks at."
  (setv encoding "utf-8")
  (defn isatty [self] True))


(defn print-calls [seconds]
  "Print what the callbacks of a step cost, and their share of a run of `seconds`."
  (import
    keras
    lstm-textgen.learning.learner.callbacks [run-callbacks]
    lstm-textgen.settings.models [Request])
  (with [place (TemporaryDirectory)]
    (setv
      run (Request {"callbacks" [(keras.callbacks.TerminateOnNaN)]
        #** (dfor name ["tensorboard" "csv"] name (str (/ (Path place) name)))})
      model (keras.Sequential [(keras.Input #(1)) (keras.layers.Dense 1)])
      callbacks (run-callbacks run (SimpleNamespace :history [{"loss" 1.0}]) None False model {}))
    (.compile model :optimizer "adam" :loss "mse")
    (.on-train-begin callbacks)
    (setv began (time.perf-counter))
    (for [n (range CALLS)]
      (.on-train-batch-begin callbacks n)
      (.on-train-batch-end callbacks n {"loss" 1.0}))
    (setv each (/ (- (time.perf-counter) began) CALLS))
    (.on-train-end callbacks))
  (setv steps (* 2 (// (* 0.9 TEXT-LENGTH) (* 16 64))))
  (note "step.callbacks" f"{(* 1e6 each) :.0f} µs")
  (print (+ f"\nCallbacks of one step: {(* 1e6 each) :.0f} µs; of the run's {steps :.0f} steps, "
    f"{(/ (* each steps) seconds) :.2%} of its time")))


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)] (main)))
