"What a training run shows on a terminal: progress bars beside the plain lines."

(import
  sys
  lstm-textgen.machine [MB]
  lstm-textgen.report.plain [Quiet Report])


(defn make-report [[quiet False] [words str]]
  #[[Return the report for standard output: with progress bars on a terminal, plain elsewhere.

  With `quiet` it shows only what goes wrong. `words` is that of `Report`.]]
  (setv kind (cond
    quiet Quiet
    (and sys.stdout (.isatty sys.stdout)) Display
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
  "Return a bar with the loss, the speed and the time left; it vanishes when its epoch is over."
  (import rich.progress [BarColumn Progress TextColumn TimeRemainingColumn])
  (Progress
    (TextColumn "{task.description}")
    (BarColumn)
    (TextColumn "{task.percentage:>3.0f}%  {task.fields[loss]}  {task.fields[speed]}")
    (TimeRemainingColumn)
    :transient True))


(defn _download-bar []
  "Return a bar that counts megabytes; it vanishes when all have arrived."
  (import rich.progress [BarColumn Progress TextColumn TimeRemainingColumn])
  (Progress
    (TextColumn "{task.description} {task.fields[name]}" :markup False)
    (BarColumn 20)
    (TextColumn "{task.fields[size]}")
    (TimeRemainingColumn)
    :transient True))
