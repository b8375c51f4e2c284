"When a run ends, and how fast it learns until then: its limits, the clock, the learning rate."

(import
  dataclasses [dataclass]
  math
  time
  lstm-textgen.basics.values [counted]
  lstm-textgen.writing.history [entries-on recorded])

(setv
  WARM-UP 100           ; steps until the learning rate is at its highest, …
  MOST-WARM-UP 0.2      ; … or this share of the whole training
  FINAL-RATE 0.02       ; of the highest, where the cosine ends
  ;; A run of fewer steps, for each unit, takes larger ones; and how many times at most.
  ENOUGH-STEPS 800_000
  MAX-FACTOR 1.5
  STEADY-ROWS 4         ; of a batch, from which on larger steps do no harm
  ;; Time of a step of validation, against one of training: forward alone is a third of the work.
  VALIDATION-COST 0.4
  RESERVE 3.0           ; seconds kept free at the end of a run before any epoch has ended
  LEAST-RESERVE 0.3     ; seconds kept free beside the time that the end of an epoch took
  SAFETY 1.3)           ; of the time that the end of an epoch took


(defclass [(dataclass :frozen True)] Limits []
  #[[How far a run may go before it is saved, and before it ends.

  - `save-every`: minutes from one save within an epoch to the next.
  - `deadline`: when the run has to be done, by `time.monotonic`; None: when the epochs of its
    settings are.
  - `max-epochs`: how many epochs a run with a `deadline` has at most, counted from the start of
    the one where it begins; 0: no limit.
  - `larger-steps`: whether a run with a `deadline` takes larger steps if it is short.]]
  (setv
    #^ float save-every 10
    #^ (| float None) deadline None
    #^ int max-epochs 0
    #^ bool larger-steps False))


;; * When a run ends

(defn why-done [settings history text]
  #[[Return #(why advice): why there is nothing more to train on a text, and how to go on; or None.

  `text` is its fingerprint: epochs, and those without improvement, are counted for each text.]]
  (setv
    entries (entries-on history text)
    done (len entries)
    losses (recorded entries "validation_loss")
    waited (if losses (- (len losses) 1 (.index losses (min losses))) 0))
  (cond
    (and settings.epochs (>= done settings.epochs))
      #(f"{(counted done "epochs")} done" f"to continue, give `epochs` {(* 2 done)} or more")
    (and settings.patience (>= waited settings.patience))
      #( f"no better validation loss for {(counted waited "epochs")}"
        f"to continue all the same, give `patience` {(* 2 waited)} or more")))


(defclass Clock []
  #[[Tells how far a run with a `deadline` is; one without, None, never ends by the clock.

  `reserve` is the time kept free for what follows the last step, validation and saving: what they
  took after an epoch, or before any has ended, an estimate from the steps so far.]]

  (defn __init__ [self deadline]
    (setv
      [self.begun self.deadline self.reserve] [(time.monotonic) deadline RESERVE]
      self.ended False       ; whether an epoch has
      self.first-step None   ; when it was done
      self.steps 0           ; since then, in the first epoch
      self.step-seconds None))

  (defn progress [self]
    "Return the share of the time that is gone, 1 when it is time to end; None without a deadline."
    (when self.deadline
      (setv whole (max 0.001 (- self.deadline self.reserve self.begun)))
      (min 1 (/ (- (time.monotonic) self.begun) whole))))

  (defn over? [self]
    "Return whether it is time to end."
    (= (.progress self) 1))

  (defn all-steps [self]
    "Return how many steps there will be in all, judging by those so far; ∞ if nothing tells."
    (if (and self.deadline self.step-seconds)
      (max 1 (/ (- self.deadline self.reserve self.first-step) self.step-seconds))
      math.inf))

  (defn note-step [self validation-steps]
    "Note that a step is done; so many `validation-steps` follow each epoch."
    (setv now (time.monotonic))
    (cond
      (is self.first-step None) (setv self.first-step now)  ; it isn't measured, as it compiles
      (not self.ended) (do
        (+= self.steps 1)
        (setv
          self.step-seconds (/ (- now self.first-step) self.steps)
          self.reserve (+ RESERVE (* VALIDATION-COST validation-steps self.step-seconds))))))

  (defn note-end [self seconds]
    "Note that what follows an epoch's last step took so many `seconds`."
    (setv
      self.ended True
      self.reserve (+ LEAST-RESERVE (* SAFETY seconds)))))


;; * How fast it learns

(defn rate-factor [limits clock epoch-steps units]
  #[[Return the factor of the learning rate in a run with these `limits`.

  With `larger-steps` that is 1.5 in a run of few steps, and 1 from 800,000 steps divided by the
  `units` of the network's largest layer on: the larger a network, the sooner large steps harm it
  (bench/README.md). How many there will be, the `clock` and the `epoch-steps` tell.]]
  (setv steps (min (.all-steps clock) (or (* limits.max-epochs epoch-steps) math.inf)))
  (if (and limits.larger-steps limits.deadline)
    (min MAX-FACTOR (max 1 (/ ENOUGH-STEPS units steps)))
    1))


(defn learning-rate [highest update progress]
  #[[Return the learning rate of a step: a linear warm-up, then half a cosine.

  The cosine goes from `highest` down to `FINAL-RATE` of it. `update` counts the steps before this
  one, `progress` is the share of the whole training that is done, always 0 where it has no end.
  The cosine is that of Loshchilov and Hutter 2017, without restarts.]]
  (* highest
    (min 1 (max (/ (+ update 1) WARM-UP) (/ progress MOST-WARM-UP)))
    (+ FINAL-RATE (* (- 1 FINAL-RATE) 0.5 (+ 1 (math.cos (* math.pi progress)))))))
