"When a run ends, how fast it learns, and the average of its weights."

(eval-when-compile (require hyrule [meth]))
(import
  math
  time
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.basics.values [counted]
  lstm-textgen.modelfile.history [entries-on loss-of recorded]
  lstm-textgen.settings.training [EMA-SPAN EMA-UPDATES ENOUGH-STEPS FINAL-RATE MAX-FACTOR
    MOST-WARM-UP SOFTER STEADY-UNITS WARM-UP])

(setv
  ;; Time of a validation step relative to a training step: forward is a third of the work.
  VALIDATION-COST 0.4
  RESERVE 3.0           ; seconds reserved for the end of a run before any epoch has ended
  ;; A model has hardly learned a text if it has read less than all of one of fewer units, or if
  ;; its loss is more than this share of that of guessing by frequency.
  SHORT-TEXT 1_000_000
  HARDLY-BETTER 0.9
  LEAST-RESERVE 0.3     ; seconds reserved in addition to the end of an epoch
  SAFETY 1.3)           ; factor for the time that the end of an epoch took


;; * When a run ends

(defn why-done [settings history text-id]
  #[[Return #(why advice): why training on a text is done, and how to continue; or None.

  `text-id` is its fingerprint: epochs, and those without improvement, are counted per text.]]
  (setv
    entries (entries-on history text-id)
    done (len entries)
    losses (recorded entries "validation_loss")
    waited (if losses (- (len losses) 1 (.index losses (min losses))) 0))
  (cond
    (and settings.epochs (>= done settings.epochs))
      #( f"{(counted done "epochs")} done"
        (Message "to continue, give " 'epochs f" {(+ done 1)} or more"))
    (and settings.patience (>= waited settings.patience))
      #( f"no better validation loss for {(counted waited "epochs")}"
        (Message "to continue anyway, give " 'patience f" {(+ waited 1)} or more"))))


(defn check-time-left [minutes left done]
  "Raise `ValueError` if, after what was `done`, too few seconds are `left` of a run's `minutes`."
  (when (< left RESERVE)
    (setv spent (- (* 60 minutes) left))  ; in minutes, advise twice as much, and one more
    (refuse 'minutes f" {minutes :g} leaves too little time for training: {done} took "
      f"{spent :.0f} s; give at least " 'minutes f" {(math.ceil (+ 1 (/ spent 30)))}")))


(defn hardly-trained [entries chance units passes]
  #[[Return why a model with these `entries` in its history is hardly trained, in words, or None.

  `chance` is the loss, in nats per unit, of guessing the text's `units` by their frequency;
  `passes` is how often the model has read the text.]]
  (setv losses (lfor
    entry entries
    key ["loss" "validation_loss"]
    :if (in key entry)
    #((get entry key) (loss-of entry key))))
  (cond
    (and (< passes 1) (< units SHORT-TEXT))
      f"it has read only {(math.ceil (* 100 passes))}% of it"
    (and losses (> (get (min losses) 0) (* HARDLY-BETTER chance)))
      (+ f"its loss, {(get (min losses) 1) :.3f} bits per character, is near that of guessing by "
        "frequency")))


(defclass Clock []
  #[[Measures the progress of a run with a `deadline`, by `time.monotonic`, or without one (None).

  `note-step` counts the `steps` of this run and, until an epoch has `ended`, measures them;
  `reserve` is the time reserved for validation and saving after the last step: what they took
  after an epoch or, before any has ended, an estimate from the steps so far.]]

  (meth __init__ [@deadline]
    (setv
      [@begun @reserve @ended @steps] [(time.monotonic) RESERVE False 0]
      [@first-step @step-seconds] [None None]))  ; when the first was done; what others take

  (meth progress []
    "Return the share of the time that has passed, 1 at the end; None without a deadline."
    (when @deadline
      (setv whole (max 0.001 (- @deadline @reserve @begun)))
      (min 1 (/ (- (time.monotonic) @begun) whole))))

  (meth all-steps []
    "Return an estimate of all steps of the run from those so far; ∞ if there are none."
    (if (and @deadline @step-seconds)
      (max 1 (/ (- @deadline @reserve @first-step) @step-seconds))
      math.inf))

  (meth note-step [validation-steps]
    "Note that a step is done; `validation-steps` follow each epoch."
    (setv now (time.monotonic))
    (cond
      (= @steps 0) (setv @first-step now)  ; not measured: it includes compiling
      (not @ended) (setv
        @step-seconds (/ (- now @first-step) @steps)
        @reserve (+ RESERVE (* VALIDATION-COST validation-steps @step-seconds))))
    (+= @steps 1))

  (meth note-end [seconds]
    "Note that validation and saving after an epoch took `seconds`."
    (setv [@ended @reserve] [True (+ LEAST-RESERVE (* SAFETY seconds))])))


;; * How fast it learns

(defn rate-factor [clock most units]
  #[[Return the factor of the learning rate in a run that takes larger steps if it is short.

  It is 1.5 in a run of few steps and falls to 1 at 800,000 steps divided by the hidden `units` of
  the largest layer: large steps harm large networks sooner, and those above `STEADY-UNITS` take
  smaller ones (bench/log.md). The `clock` estimates the steps, up to `most` (0: no limit).]]
  (setv steps (min (.all-steps clock) (or most math.inf)))
  (* (min MAX-FACTOR (max 1 (/ ENOUGH-STEPS units steps))) (min 1 (/ STEADY-UNITS units))))


(defn learning-rate [highest update progress [steady False]]
  #[[Return the learning rate of a step: a linear warm-up, then half a cosine.

  The cosine falls from `highest` to `FINAL-RATE` of it; a `steady` rate stays at `highest`.
  `update` counts the steps before this one, `progress` is the share of the training that is done,
  always 0 if it is endless. The cosine is that of Loshchilov and Hutter 2017, without restarts.]]
  (* highest
    (min 1 (max (/ (+ update 1) WARM-UP) (/ progress MOST-WARM-UP)))
    (if steady
      1
      (+ FINAL-RATE (* (- 1 FINAL-RATE) 0.5 (+ 1 (math.cos (* math.pi progress))))))))


;; * The average of the weights

(defclass Average []
  "The exponential moving average of arrays; Polyak and Juditsky 1992 take the mean of all steps."

  (meth __init__ [@weights])

  (meth move [before done weights]
    "Move toward what `weights` returns after a step from `before` to `done`, shares of training."
    (setv updates (- (int (* EMA-UPDATES done)) (int (* EMA-UPDATES before))))
    (when (> updates 0)
      (setv
        part (min 1 (/ updates EMA-UPDATES EMA-SPAN))
        @weights (lfor [mean now] (zip @weights (weights)) (+ mean (* part (- now mean)))))))

  (meth candidates []
    "Return the lists of weights that may be the best: the average, and it `softened`."
    [@weights (softened @weights)]))


(defn softened [weights]
  "Return `weights` with logits divided by `SOFTER`: temperature scaling (Guo and others 2017)."
  (setv [#* others kernel bias] weights)
  [#* others (/ kernel SOFTER) (/ bias SOFTER)])
