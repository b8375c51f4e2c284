"What a training run prints: plain lines, or only errors and warnings."

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  sys
  time
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.messages [Message]
  lstm-textgen.basics.terminal [Tolerant put visible]
  lstm-textgen.modelfile.history [losses-of])

(setv TELLING 10)  ; seconds between two lines about a download


(defrecord Plan
  #[[What a run is about to do.

  - `source`: the names of what it reads; `path`: where the model is saved.
  - `contents`: the size of the text in words; `units`: the number of those to train on; `unit`:
    what they are called, such as characters.
  - `layers`: the network; `why` it was chosen, empty if it was given. `new`: whether the model
    is new.
  - `epochs`: the limit for this text (0: none). `seconds`: what is left of the run's `minutes`,
    with `epochs` as the limit for the run; None: time is not limited.
  - `losses`: those of each epoch so far on this text, as `losses-of` returns them.]]
  [ #^ str source  #^ str path  #^ str contents  #^ int units  #^ str unit
    #^ str layers  #^ str why  #^ bool new  #^ int epochs  #^ object seconds  #^ list losses
    #^ float [minutes 0]])


(defclass Display []
  #[[Shows a run on standard output, line by line; a subclass can show it in another way.

  `unit` is what is counted, such as characters. Lines pass through `words` (text → text), as the
  command line turns settings into flags.]]

  (setv
    unit "units"
    url None          ; of the latest download
    compiled False    ; whether the first step is done
    lowest None)      ; of the validation losses so far

  (meth __init__ [[@words str]])

  (meth say [text]
    "Show a permanent line."
    (put (Tolerant sys.stdout) (+ (visible (@words text)) "\n")))

  (meth warn [text]
    "Show a warning on standard error; the run continues."
    (put (Tolerant sys.stderr) (+ (visible (@words text)) "\n")))

  (meth doing [text]
    "Show that something slow begins; once the network is compiled, only epochs are shown."
    (unless @compiled (@say text)))

  (meth download [url done total]
    "Show that `done` bytes of `url` have arrived, of `total` (None: unknown)."
    (when (!= url @url)
      (@end-bar)
      (setv [@url @told] [url (time.monotonic)])
      (@begin-download url total))
    (@show-download done total))

  (meth begin-download [url total]
    "Begin to show the download of `total` bytes (None: unknown) from `url`."
    (@say f"downloading {url}{(if total f" ({(/ total MB) :.1f} MB)" "")}"))

  (meth show-download [done total]
    "Show, every `TELLING` seconds, that `done` bytes of `total` (None: unknown) have arrived."
    (when (> (- (time.monotonic) @told) TELLING)
      (setv @told (time.monotonic))
      (@say f"downloaded {(megabytes done total)}")))

  (meth begin-run [plan]
    "Show what the run is about to do, a `Plan`."
    (setv
      [@unit epochs] [plan.unit plan.epochs]
      @lowest (min (gfor each plan.losses :if (in "validation" each) (get each "validation"))
        :default None)
      spent (if plan.seconds (- plan.minutes (/ plan.seconds 60)) 0)
      why (if (and plan.new plan.why) f" ({plan.why})" "")
      until (cond
        plan.seconds [f"for {(/ plan.seconds 60) :.1f} minutes"
          (if (>= spent 0.05) f" (preparing took {spent :.1f})" "")
          #* (if epochs [" or " 'epochs f" {epochs}, whichever comes first"] [])]
        epochs ["for " 'epochs f" {epochs}, about {(* epochs plan.units) :,} {plan.unit}"]
        True "until stopped"))
    (for [line [plan.contents f"network: {plan.layers}{why}" (Message "training " until)]]
      (@say line)))

  (meth begin-epoch [epoch epochs units done]
    "Begin to show epoch `epoch` of `epochs` (0: endless); `done` of its `units` are done."
    (setv
      @title (if epochs f"epoch {epoch}/{epochs}" f"epoch {epoch}")
      @begun (time.monotonic)
      @steps []))  ; the first and the latest: #(units done, time) after each

  (meth step [done loss [progress 0]]
    #[[Show that `done` units of the epoch are done, with a mean `loss` in nats per character.

    `progress` is the share of the run that is done, 0 if it is endless.]]
    (setv
      @steps [#* (cut @steps 1) #(done (time.monotonic))]
      @compiled True))

  (meth speed []
    "Return words on the speed in this epoch, after its first step, which includes compiling."
    (when (< (len @steps) 2) (return ""))
    (setv [[before ready] [done now]] @steps)
    (setv speed (if (> now ready) (round (/ (- done before) (- now ready))) 0))
    (if speed f"{speed :,} {@unit}/s  " ""))

  (meth saved []
    "Show that the model has been saved.")

  (meth end-bar []
    "End the moving bar or the live display, if there is one.")

  (meth end-epoch [entry better sample]
    #[[Show a finished epoch and a `sample` of the model's text.

    `entry` is its entry in the history, `better` whether its weights are kept. In fine-tuning
    they may be kept although an earlier loss was a little lower.]]
    (setv
      losses (losses-of entry)
      shown (.join "" (gfor [name loss] (.items losses) f"{name} {loss :.3f} bits  "))
      loss (.get losses "validation" 0)
      lowest (if (is @lowest None) loss @lowest)
      remark (cond
        (not better) "(not the best)  "
        (> loss lowest) "(as good as the best)  "
        True ""))
    (setv @lowest (min loss lowest))
    (@say (+
      f"{@title}  {shown}{remark}"
      f"{(@speed)}{(duration (- (time.monotonic) @begun))}")))

  (meth end-run [text]
    "Show the line that says why the run ended and which weights the model has."
    (@say text)))


(defclass Quiet [Display]
  "Shows only errors and warnings."

  (meth say [text]))


(defclass Silent [Quiet]
  "Shows nothing: another process shows the run."

  (meth warn [text]))


(defn megabytes [done total]
  "Return `done` bytes of `total` (None: unknown) in words: `1.5/2.0 MB`."
  f"{(/ done MB) :.1f}{(if total f"/{(/ total MB) :.1f}" "")} MB")


(defn duration [seconds]
  "Return `seconds` in the usual notation: `8 s`, `3:20`, `1:02:09`."
  (setv
    [minutes seconds] (divmod (round seconds) 60)
    [hours minutes] (divmod minutes 60))
  (cond
    hours f"{hours}:{minutes :02}:{seconds :02}"
    minutes f"{minutes}:{seconds :02}"
    True f"{seconds} s"))
