"What a training run shows, as plain lines; or only what goes wrong."

(eval-when-compile (require hyrule [unless]))
(import
  sys
  time
  lstm-textgen.machine [MB]
  lstm-textgen.scoring [bits]
  lstm-textgen.terminal [Tolerant put visible])


(defclass Report []
  #[[Shows a run on standard output, line by line.

  `unit` is what is counted, characters or words. Each line, but for a sample, passes through
  `words` (text → text), by which the command line can write settings as its flags.]]

  (defn __init__ [self [words str]]
    (setv
      self.words words
      self.unit "characters"
      self.url None
      self.compiling None))  ; seconds; None: nothing has been compiled yet

  (defn say [self text]
    "Show a line that stays."
    (_put-line sys.stdout (self.words text)))

  (defn warn [self text]
    "Show on standard error what went wrong, although the run goes on."
    (_put-line sys.stderr (visible (self.words text))))

  ;; * Downloads

  (defn download [self url done total]
    "Show that `done` bytes of `url` have arrived, of `total` (None: unknown)."
    (when (!= url self.url)
      (.end-bar self)
      (setv self.url url)
      (.begin-download self url total)))

  (defn begin-download [self url total]
    "Begin to show the download of `total` bytes (None: unknown) from `url`."
    (.say self f"fetching {url}{(if total f" ({(/ total MB) :.1f} MB)" "")}"))

  ;; * Epochs

  (defn begin-epoch [self epoch epochs units done]
    "Begin to show epoch `epoch` of `epochs` (0: endless), of whose `units` so many are `done`."
    (setv
      self.title (if epochs f"epoch {epoch}/{epochs}" f"epoch {epoch}")
      self.done done
      self.first done
      self.stepped False
      self.begun (time.monotonic)
      self.ready self.begun))

  (defn step [self done loss]
    "Show that `done` units of the epoch are done, with the mean `loss` in nats so far."
    (setv self.done done)
    (unless self.stepped  ; the first step of a run compiles the network: it is no measure of speed
      (setv
        self.stepped True
        self.first done
        self.ready (time.monotonic))
      (when (is self.compiling None)
        (setv self.compiling (round (- self.ready self.begun))))))

  (defn speed [self]
    "Return the units a second in this epoch, after its first step."
    (/ (- self.done self.first) (max 1e-9 (- (time.monotonic) self.ready))))

  (defn end-bar [self]
    "Take the progress bar away, if there is one.")

  (defn end-epoch [self entry better sample]
    #[[Show an epoch that is over, and a `sample` of what the model writes now.

    `entry` is its entry in the history, `better` whether its weights are the best so far.]]
    (setv
      speed (.speed self)  ; before anything takes time
      seconds (- (time.monotonic) self.begun)
      losses [(_loss "training" (get entry "loss"))])
    (.end-bar self)
    (when (in "validation_loss" entry)
      (.append losses (_loss "validation" (get entry "validation_loss"))))
    (.say self (+
      f"{self.title}  {(.join "  " losses)}{(if better "" "  (not the best)")}"
      f"  {speed :,.0f} {self.unit}/s  {(_duration seconds)}"
      (if self.compiling f" ({self.compiling} s for the first step)" "")))
    (setv self.compiling 0)  ; said once
    (for [line (.split sample "\n")]
      (_put-line sys.stdout f"    {line}"))))


(defclass Quiet [Report]
  "Shows nothing but what goes wrong."

  (defn say [self text])
  (defn download [self #* _])
  (defn begin-epoch [self #* _])
  (defn step [self #* _])
  (defn end-epoch [self #* _]))


(defn _put-line [file text]
  "Show a line on `file`, made visible if that is a terminal; whatever happens, the run goes on."
  (put (Tolerant file) (+ text "\n")))


(defn _loss [name nats]
  "Return a loss in words, in both units."
  f"{name} {nats :.3f} nats {(bits nats) :.3f} bits")


(defn _duration [seconds]
  "Return `seconds` as people write them: `8 s`, `3:20`, `1:02:09`."
  (setv
    [minutes seconds] (divmod (round seconds) 60)
    [hours minutes] (divmod minutes 60))
  (cond
    hours f"{hours}:{minutes :02}:{seconds :02}"
    minutes f"{minutes}:{seconds :02}"
    True f"{seconds} s"))
