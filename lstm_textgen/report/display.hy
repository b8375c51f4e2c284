"What a training run shows on a terminal: progress bars beside the plain lines."

(import
  sys
  lstm-textgen.machine [MB]
  lstm-textgen.report.plain [Quiet Report]
  lstm-textgen.terminal [Tolerant])

(setv
  ;; Columns of a terminal that a line needs, to have more in it than the least.
  WITH-SPEED 76
  WITH-LOSS 50
  BAR 8)  ; columns of the bar itself where others are short


(defn make-report [[quiet False] [words str]]
  #[[Return the report for standard output: with progress bars on a terminal, plain elsewhere.

  With `quiet` it shows only what goes wrong. `words` is that of `Report`.]]
  (setv kind (cond
    quiet Quiet
    (.isatty (Tolerant sys.stdout)) Display
    True Report))
  (kind words))


(defclass Display [Report]
  "A `Report` with progress bars by rich."

  (defn __init__ [self [words str]]
    (.__init__ (super) words)
    (setv self.bar None))

  (defn begin-download [self url total]
    (setv self.bar (_download-bar))
    (.start self.bar)
    (setv self.task (.add-task self.bar "fetching"
      :total total
      :name (cut url -24 None)
      :size "")))

  (defn download [self url done total]
    (.download (super) url done total)
    (when self.bar
      (.update self.bar self.task :completed done :total total :size (_size done total))))

  (defn begin-epoch [self epoch epochs units done]
    (.end-bar self)
    (.begin-epoch (super) epoch epochs units done)
    (setv self.bar (_epoch-bar))
    (.start self.bar)
    (setv self.task (.add-task self.bar self.title
      :total units
      :completed done
      :loss ""
      :speed "")))

  (defn step [self done loss]
    (.step (super) done loss)
    (when self.bar
      (.update self.bar self.task
        :completed done
        :loss f"loss {loss :.3f}"
        :speed f"{(.speed self) :,.0f} {self.unit}/s")))

  (defn end-bar [self]
    (when self.bar
      (.stop self.bar)
      (setv self.bar None))))


(defn _size [done total]
  "Return in words how many bytes are `done`, of `total` (None: unknown)."
  (setv of (if total f"/{(/ total MB) :.1f}" ""))
  f"{(/ done MB) :.1f}{of} MB")


(defn _epoch-bar []
  #[[Return a bar with the time left and, where there is room, the loss and the speed.

  It vanishes when its epoch is over.]]
  (import rich.progress [BarColumn Progress TextColumn TimeRemainingColumn])
  (setv
    console (_console)
    width console.width)
  (Progress
    (TextColumn "{task.description}")
    (BarColumn (if (< width WITH-SPEED) BAR 40))
    (TextColumn (+ "{task.percentage:>3.0f}%"
      (if (< width WITH-LOSS) "" "  {task.fields[loss]}")
      (if (< width WITH-SPEED) "" "  {task.fields[speed]}")))
    (TimeRemainingColumn)
    :console console
    :transient True))


(defn _download-bar []
  #[[Return a bar that counts megabytes, with the name of the download where there is room.

  It vanishes when all have arrived.]]
  (import rich.progress [BarColumn Progress TextColumn TimeRemainingColumn])
  (setv
    console (_console)
    narrow (< console.width WITH-SPEED))
  (Progress
    (TextColumn
      (if narrow "{task.description}" "{task.description} {task.fields[name]}")
      :markup False)
    (BarColumn (if narrow BAR 20))
    (TextColumn "{task.fields[size]}")
    (TimeRemainingColumn)
    :console console
    :transient True))


(defn _console []
  "Return a console of rich's on standard output, which goes on when that is gone."
  (import rich.console [Console])
  (Console :file (Tolerant sys.stdout)))
