"What a training run shows, as plain lines; or only what goes wrong."

(eval-when-compile (require hyrule [unless]))
(import
  dataclasses [dataclass]
  os [PathLike]
  sys
  time
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.terminal [Tolerant put visible]
  lstm-textgen.basics.values [clip]
  lstm-textgen.writing.history [loss-of])


(defclass [(dataclass :frozen True)] Plan []
  #[[What a run is about to do.

  - `source`: the names of what it reads; `path`: where the model is saved.
  - `units`, `held`, `distinct`: how many there are to train on, to validate on, and different
    ones; `unit`: what they are, such as characters.
  - `layers`: the network, and `why` it was chosen; empty if it was given. `new`: whether the model
    begins with this run.
  - `epochs`: how many the text gets (0: no end). `seconds`: what is left of the run's time, in
    which it has at most so many epochs; None: it is not limited by time.
  - `losses`: the loss #(training validation) of each epoch so far on this text, in bits per
    character; validation is None for one without it.]]
  #^ str source  #^ str path  #^ int units  #^ int held  #^ int distinct  #^ str unit
  #^ str layers  #^ str why  #^ bool new  #^ int epochs  #^ object seconds  #^ list losses

  (defn lines [self]
    "Return what is going to be done, line by line."
    (setv until (cond
      self.seconds (+ f"for {(/ self.seconds 60) :.1f} minutes"
        (if self.epochs f" or `epochs` {self.epochs}, whichever ends first" ""))
      self.epochs
        f"`epochs` {self.epochs}, about {(* self.epochs self.units) :,} {self.unit} in all"
      True "until it is stopped"))
    [ #* (if (and self.new self.why) [f"network chosen: {self.layers}: {self.why}"] [])
      (.contents self)
      f"network {self.layers}; {until}"])

  (defn contents [self]
    "Return in words what there is to learn from."
    (+ f"{self.units :,} {self.unit} to learn from, {self.held :,} to validate on, "
      f"{self.distinct :,} distinct")))


(defn source-names [sources]
  "Return in 60 characters what is read: the `sources` of a run, as `read-pieces` takes them."
  (setv names (lfor
    source sources
    (cond
      (= source "-") "standard input"
      (isinstance source #(str PathLike)) (str source)
      True (str (getattr source "name" "the given text")))))
  (clip (.join ", " names) 60))


(defclass Report []
  #[[Shows a run on standard output, line by line; a subclass can show it in another way.

  `unit` is what is counted, such as characters. Each line passes through `words` (text → text),
  by which the command line can write settings as its flags.]]

  (defn __init__ [self [words str]]
    (setv
      self.words words
      self.unit "units"
      self.url None
      self.compiled False))  ; whether the first step is done

  (defn say [self text]
    "Show a line that stays."
    (put-line sys.stdout (self.words text)))

  (defn warn [self text]
    "Show on standard error what went wrong, although the run goes on."
    (put-line sys.stderr (visible (self.words text))))

  (defn doing [self text]
    #[[Show that a step begins which may take long.

    Once the network is compiled there are only those of an epoch, which is one line here.]]
    (unless self.compiled (.say self text)))

  ;; * Downloads

  (defn download [self url done total]
    "Show that `done` bytes of `url` have arrived, of `total` (None: unknown)."
    (when (!= url self.url)
      (.end-bar self)
      (setv self.url url)
      (.begin-download self url total)))

  (defn begin-download [self url total]
    "Begin to show the download of `total` bytes (None: unknown) from `url`."
    (.say self f"downloading {url}{(if total f" ({(/ total MB) :.1f} MB)" "")}"))

  ;; * Epochs

  (defn begin-run [self plan]
    "Show what the run is about to do, a `Plan`."
    (setv self.unit plan.unit)
    (for [line (.lines plan)] (.say self line)))

  (defn begin-epoch [self epoch epochs units done]
    "Begin to show epoch `epoch` of `epochs` (0: endless), of whose `units` so many are `done`."
    (setv
      self.title (if epochs f"epoch {epoch}/{epochs}" f"epoch {epoch}")
      self.done done
      self.begun (time.monotonic)
      self.last self.begun
      self.first-step None))  ; #(units done, time) after it

  (defn step [self done loss [progress 0]]
    #[[Show that `done` units of the epoch are done.

    `loss` is the mean so far, in nats per character; `progress` is the share of the whole run that
    is done, 0 if it has no end.]]
    (setv [self.done self.last] [done (time.monotonic)])
    (unless self.first-step  ; which compiles the network in a run, so it is no measure of speed
      (setv [self.first-step self.compiled] [#(done self.last) True])))

  (defn speed [self]
    "Return the units a second in this epoch, after its first step."
    (setv [first ready] (or self.first-step #(self.done self.last)))
    (if (> self.last ready) (/ (- self.done first) (- self.last ready)) 0))

  (defn saved [self]
    "Show that the model has been saved."
    None)

  (defn end-bar [self]
    "End what moves, if anything does: a bar, or the display of a run."
    None)

  (defn end-epoch [self entry better sample]
    #[[Show an epoch that is over, and a `sample` of what the model writes now.

    `entry` is its entry in the history, `better` whether its weights are the best so far.]]
    (setv losses (lfor
      [name key] [["training" "loss"] ["validation" "validation_loss"]]
      :if (in key entry)
      f"{name} {(loss-of entry key) :.3f} bits  "))
    (.say self (+
      f"{self.title}  {(.join "" losses)}{(if better "" "(not the best)  ")}"
      f"{(.speed self) :,.0f} {self.unit}/s  {(duration (- (time.monotonic) self.begun))}")))

  (defn end-run [self text]
    "Show the line that says why the run is over, and which weights the model has."
    (.say self text)))


(defclass Quiet [Report]
  "Shows nothing but what goes wrong."

  (defn say [self text]))


(defclass Silent [Quiet]
  "Shows nothing at all: another process shows the run."

  (defn warn [self text]))


(defn put-line [file text]
  "Write a line to `file`, made visible if that is a terminal; whatever happens, the run goes on."
  (put (Tolerant file) (+ text "\n")))


(defn duration [seconds]
  "Return `seconds` as people write them: `8 s`, `3:20`, `1:02:09`."
  (setv
    [minutes seconds] (divmod (round seconds) 60)
    [hours minutes] (divmod minutes 60))
  (cond
    hours f"{hours}:{minutes :02}:{seconds :02}"
    minutes f"{minutes}:{seconds :02}"
    True f"{seconds} s"))
