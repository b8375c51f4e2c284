#[[What a training run shows: a progress bar on a terminal, plain lines elsewhere, or nothing.]]

(import
  math
  sys
  time
  lstm_textgen.terminal [visible])


(defn bits [nats]
  "Nats as bits: nats / ln 2."
  (/ nats (math.log 2)))


(defn _duration [seconds]
  "Seconds as people say them: `8 s`, `3:20`, `1:02:09`."
  (setv
    [minutes seconds] (divmod (round seconds) 60)
    [hours minutes] (divmod minutes 60))
  (cond
    hours f"{hours}:{minutes :02}:{seconds :02}"
    minutes f"{minutes}:{seconds :02}"
    True f"{seconds} s"))


(defn _loss [name nats]
  "A loss in both units."
  f"{name} {nats :.3f} nats {(bits nats) :.3f} bits")


(defclass Report []
  #[[Shows a run on standard output. `unit` is what is counted: characters or words.]]

  (defn __init__ [self]
    (setv self.bar None  self.unit "characters"  self.url None  self.compiling None))

  (defn say [self text]
    "Show a line that stays."
    (print text :flush True))

  (defn warn [self text]
    "Show on standard error what went wrong, although the run goes on."
    (print (visible text) :file sys.stderr :flush True))

  (defn download [self url done total]
    "Show that `done` bytes of `url` are here, of `total` (None: nobody knows)."
    (when (!= url self.url)
      (.end-bar self)
      (setv self.url url)
      (._begin-download self url total))
    (when self.bar
      (.update self.bar self.task :completed done :total total)))

  (defn _begin-download [self url total]
    "Begin to show a download: a bar on a terminal, a line elsewhere."
    (setv size (if total f" ({(/ total 1e6) :.1f} MB)" ""))
    (if (.isatty sys.stdout)
      (do
        (setv self.bar (_download-bar))
        (.start self.bar)
        (setv self.task (.add-task self.bar "fetching" :name (cut url -24 None) :total total)))
      (.say self f"fetching {url}{size}")))

  (defn begin-epoch [self epoch epochs units done]
    "Begin to show epoch number `epoch` of `epochs` (0: endless): of its `units`, `done` are done already."
    (setv
      self.title (if epochs f"epoch {epoch}/{epochs}" f"epoch {epoch}")
      self.done done
      self.first done
      self.stepped False
      self.begun (time.monotonic)
      self.ready self.begun)
    (when (.isatty sys.stdout)
      (setv self.bar (_bar self.unit))
      (.start self.bar)
      (setv self.task (.add-task self.bar self.title :total units :completed done :loss "" :speed ""))))

  (defn step [self done loss]
    "Show that `done` units of the epoch are done, with the mean `loss` in nats so far."
    (setv self.done done)
    (when (not self.stepped)  ; the first step of a run has the network compiled: it is no measure of speed
      (setv self.stepped True  self.first done  self.ready (time.monotonic))
      (when (is self.compiling None)
        (setv self.compiling (round (- self.ready self.begun)))))
    (when self.bar
      (.update self.bar self.task
        :completed done
        :loss f"loss {loss :.3f}"
        :speed f"{(.speed self) :,.0f} {self.unit}/s")))

  (defn speed [self]
    "Units a second in this epoch, after its first step."
    (/ (- self.done self.first) (max 1e-9 (- (time.monotonic) self.ready))))

  (defn end-bar [self]
    "Take the bar away."
    (when self.bar
      (.stop self.bar)
      (setv self.bar None)))

  (defn end-epoch [self entry better sample]
    "Show the line of an epoch that is over: `entry` is its line of the history, `better` whether its weights are the best so far; then a `sample` of what the model writes now."
    (setv
      speed (.speed self)
      seconds (- (time.monotonic) self.begun)
      compiling (if self.compiling f" ({self.compiling} s for the first step)" "")
      self.compiling 0)  ; it is told once
    (.end-bar self)
    (setv losses [(_loss "training" (get entry "loss"))])
    (when (in "validation_loss" entry)
      (.append losses (_loss "validation" (get entry "validation_loss"))))
    (.say self f"{self.title}  {(.join "  " losses)}{(if better "" "  (not the best)")}  {speed :,.0f} {self.unit}/s  {(_duration seconds)}{compiling}")
    (for [line (.split sample "\n")]
      (.say self f"    {(if (.isatty sys.stdout) (visible line) line)}"))))


(defn _bar [unit]
  "A progress bar with the loss, the speed and the time left; it vanishes when its epoch is over."
  (import rich.progress [BarColumn Progress TextColumn TimeRemainingColumn])
  (Progress
    (TextColumn "{task.description}")
    (BarColumn)
    (TextColumn "{task.percentage:>3.0f}%  {task.fields[loss]}  {task.fields[speed]}")
    (TimeRemainingColumn)
    :transient True))


(defn _download-bar []
  "A progress bar that counts bytes; it vanishes when all have come."
  (import rich.progress [BarColumn DownloadColumn Progress TextColumn TimeRemainingColumn])
  (Progress
    (TextColumn "{task.description} {task.fields[name]}" :markup False)
    (BarColumn 20)
    (DownloadColumn)
    (TimeRemainingColumn)
    :transient True))


(defclass Quiet [Report]
  "Shows nothing but what went wrong."
  (defn say [self text])
  (defn download [self #* _])
  (defn begin-epoch [self #* _])
  (defn step [self #* _])
  (defn end-epoch [self #* _]))
