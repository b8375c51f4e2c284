"The default network, dropout, epochs and batch size, by the text's length and the time given."

(eval-when-compile (require lstm-textgen.basics.forms [defrecord]))
(import
  dataclasses [replace]
  math
  lstm-textgen.basics.messages [Message]
  lstm-textgen.settings.layers [Layer Layers parse-layers])

(setv
  LEAST-ROWS 2           ; in a batch
  MOST-ROWS 32
  NEVER math.inf
  LONG-TEXT 5_000_000       ; characters from which pieces are better (bench/README.md) …
  MOST-DISTINCT 500         ; … if at most 500 of them differ, so that there is room for pieces …
  READ-A-MINUTE 40_000_000  ; … and at most 40 million per minute of a run, a third of which reads
  DROPPED-MORE 1_000_000  ; units of a text above which dropout grows more slowly
  ;; The network whose speed `learner/choice.hy` measures elsewhere, and its speed in this table.
  MEASURED "512"
  MEASURED-SPEED 29_000
  ;; Fine-tuning a base that predicts the text well: epochs, fewer if they read more than enough, …
  MOST-READINGS 6
  FEWEST-READINGS 2
  ENOUGH-READ 4_000_000
  READ-OFTEN 4           ; … those from which dropout before the first layer pays, …
  GENTLE-RATE 0.375      ; … the learning rate, relative to a new network's, dropout …
  LITTLE-DROPOUT 0.1
  MORE-ROWS 2            ; … and a batch's rows, relative to a new network's
  ;; Dropout for each epoch of a base that doesn't, and the most.
  DROPOUT-AGAIN 0.05
  MUCH-DROPOUT 0.4
  BESIDE 15              ; seconds of a run with `minutes` that are spent before and after training
  ;; Seconds of a training step on the same machine, per unit, and more per unit and weight.
  SECONDS-A-UNIT 6.7e-6
  SECONDS-A-WEIGHT 25.4e-12)


(defrecord Size "An LSTM that may be chosen." [
    #^ int hidden          ; its hidden units
    #^ int speed           ; units of text a second, in 32 rows, on the machine of bench/README.md
    #^ float dropout       ; for each epoch after the first …
    #^ float most-dropout  ; … and the most that helps
    #^ float usual-from    ; units of the shortest text for which it is chosen without `minutes`
    #^ int enough          ; units to read, of a text of up to a million, to make it worth its size
    #^ int [timed-from 0]])  ; units of the shortest text for which it is chosen with `minutes`


(defrecord SizingDefaults "The defaults for a text of one kind of unit." [
    #^ list sizes             ; the networks to choose from, the largest first
    #^ int read               ; units to read in total, within …
    #^ int fewest-epochs      ; … this number of epochs …
    #^ int most-epochs        ; … to this one, …
    #^ int long-from          ; … or, from this number of units on, …
    #^ int long-epochs        ; … to this one
    #^ int most-read          ; units to read in a run with `minutes`, within …
    #^ int enough-epochs      ; … this number of epochs to `most-epochs`
    #^ float enough-readings  ; epochs on a longer text that make a network worth its size …
    #^ int enough-of-more     ; … or this number of units, if that is less
    #^ float by-rows          ; the speed grows with this power of a batch's rows
    ;; The largest vocabulary without `max_words`; None: the class of the units decides.
    #^ object [max-words 10_000]])


;; Measured on two cores (bench/log.md). Words: with 10,000 to choose from.
(setv
  CHARACTERS (SizingDefaults
    ;; Size hidden speed dropout most-dropout usual-from enough timed-from
    [ (Size 1536 2_300 0.25 0.5 NEVER 9_000_000 2_000_000)
      (Size 1024 6_500 0.1 0.5 NEVER 4_500_000 500_000)
      (Size 768 13_500 0.06 0.5 NEVER 2_500_000 25_000)
      (Size 512 29_000 0.06 0.5 NEVER 2_500_000 12_000)
      (Size 384 44_000 0.06 0.3 200_000 2_500_000 6_000)
      (Size 256 75_000 0.06 0.3 0 2_500_000)]
    :read 7_000_000 :fewest-epochs 3 :most-epochs 9  ; with more a small text is memorized
    :long-from 200_000 :long-epochs 6
    :most-read 5_000_000 :enough-epochs 5
    :enough-readings 2.5 :enough-of-more 12_000_000 :by-rows 0.5)
  WORDS (SizingDefaults
    [ (Size 256 9_000 0.15 0.5 0 600_000) (Size 128 15_000 0.15 0.5 NEVER 600_000)]
    :read 800_000 :fewest-epochs 2 :most-epochs 5 :long-from 0 :long-epochs 5
    :most-read 800_000 :enough-epochs 5
    :enough-readings 1 :enough-of-more 600_000 :by-rows 0)
  ;; As for characters, in pieces of 2.2 characters.
  PIECES (SizingDefaults
    [ (Size 1024 3_000 0.1 0.5 NEVER 2_000_000 230_000)
      (Size 768 6_000 0.06 0.5 NEVER 1_100_000 11_000)
      (Size 512 12_000 0.06 0.5 NEVER 1_100_000 5_500)
      (Size 384 18_000 0.06 0.3 90_000 1_100_000 2_700)
      (Size 256 28_000 0.06 0.3 0 1_100_000)]
    :read 3_200_000 :fewest-epochs 3 :most-epochs 9 :long-from 90_000 :long-epochs 6
    :most-read 2_300_000 :enough-epochs 5
    :enough-readings 2.5 :enough-of-more 5_500_000 :by-rows 0.5 :max-words None)
  RULES {"characters" CHARACTERS  "pieces" PIECES  "words" WORDS}  ; for every kind of unit
  ;; As for characters, for a new model that a page makes, on one of the cores in Chromium.
  ON-PAGE (replace CHARACTERS
    :sizes [
      (Size 512 6_000 0.06 0.5 NEVER 2_500_000 12_000)
      (Size 384 10_000 0.06 0.3 NEVER 2_500_000 6_000)
      (Size 256 20_000 0.06 0.3 0 2_500_000)
      (Size 192 30_000 0.04 0.2 NEVER 2_500_000)
      (Size 128 68_000 0.02 0.1 NEVER 2_500_000)
      (Size 64 150_000 0 0 NEVER 2_500_000)]
    :by-rows 0)
  SMALL-ON-PAGE 256        ; hidden units of that model, at most, if its user chose to begin so
  SECONDS-ON-PAGE 60       ; in which that model reads enough
  MOST-SECONDS-ON-PAGE 300)  ; of a run in a page


(defn default-unit [length distinct [minutes None]]
  #[[Return the default unit for a text of `length` characters; `distinct` is how many differ.

  With `minutes` it is characters where learning pieces would take over a third of them.]]
  (setv readable (* READ-A-MINUTE (or minutes math.inf)))
  (if (and (<= LONG-TEXT length readable) (<= distinct MOST-DISTINCT)) "pieces" "characters"))


(defn default-epochs [units [unit "characters"]]
  #[[Return the default number of epochs for a text with this number of `units` to train on.

  They read about what a network learns most from in three minutes on two cores; a smaller text
  isn't read more often, since it is soon memorized, and one for which a larger network is chosen
  gains little after six (bench/log.md).]]
  (setv
    rule (get RULES unit)
    most (if (>= units rule.long-from) rule.long-epochs rule.most-epochs))
  (min most (max rule.fewest-epochs (round (/ rule.read units)))))


(defn most-epochs [units [unit "characters"]]
  #[[Return the maximum epochs of a run with `minutes` on a text with this number of `units`.

  With more, a network of the size that the time allows memorizes the text (bench/log.md).]]
  (setv rule (get RULES unit))
  (min rule.most-epochs (max rule.enough-epochs (round (/ rule.most-read units)))))


(defn default-batch-size [units]
  #[[Return the rows of a batch for a text with this number of `units` to train on.

  It is the square root of the thousands of units, rounded to a power of two from 2 to 32. Fewer
  rows give a small text more steps and the network a lower final loss (bench/log.md).]]
  (max LEAST-ROWS (min MOST-ROWS (** 2 (round (math.log2 (math.sqrt (/ units 1000))))))))


(defn choose-layers [units epochs minutes [unit "characters"] [speed 1]]
  #[[Return the `Layers` for a text with this number of `units` to train on, and why, in words.

  Training takes `epochs` passes (0: endless) and `minutes` (None: unlimited). `unit` is a key of
  RULES; this machine is `speed` times as fast as that of the table above.

  With `minutes` the network is the largest that reads enough in that time: for a megabyte 384
  hidden units from 1.2 minutes on, 512 from 1.7, 768 from 3.3, 1,024 from 11.8, at `speed` 1;
  for two to three and a half, 1,536 from 65 minutes on.
  A text below 25,000 characters gets 512 at most, below 12,000 384, below 6,000 256, whatever the
  time. Fewer epochs take less time and don't change the size. Dropout grows with each epoch after
  the first, up to the most that helps; more slowly for a text over a megabyte (bench/log.md).]]
  (setv
    rule (get RULES unit)
    share (** (/ (default-batch-size units) MOST-ROWS) rule.by-rows))  ; of the table's speeds
  (if minutes
    (setv
      seconds (* speed share (_seconds minutes))
      size (_largest-in rule units unit seconds)
      by-clock (/ (* size.speed seconds) units)
      passes (min by-clock (or epochs by-clock))
      time f"a run of {minutes :g} min")
    (setv
      size (next (gfor each rule.sizes :if (>= units each.usual-from) each))
      passes (or epochs (default-epochs units unit))
      time "this length"))
  (setv
    again (max 0 (- passes 1))
    wanted (* size.dropout again (min 1 (/ DROPPED-MORE units)))
    dropout (min size.most-dropout (round wanted 1)))
  #((parse-layers (if dropout f"{size.hidden},dropout:{dropout}" size.hidden))
    f"the default for {time}; about {passes :.1f} epochs"))


(defn _seconds [minutes]
  "Return the seconds for training in a run of `minutes`."
  (max 1 (- (* 60 minutes) BESIDE)))


(defn _largest-in [rule units unit seconds]
  "Return the largest of the `rule`'s sizes that reads enough of `units` in these `seconds`."
  (setv
    read (* units (most-epochs units unit))
    worth (min (* rule.enough-readings units) rule.enough-of-more)
    enough (fn [size] (and (>= units size.timed-from)
      (>= (* size.speed seconds) (min read (max size.enough worth))))))
  (next (filter enough rule.sizes) (get rule.sizes -1)))


;; * How much a run reads

(defn training-speed [layers unit weights rows]
  #[[Return the units a second that a network of `layers` learns from batches of `rows`.

  It is that of the machine in the table, or an estimate from the number of `weights`.]]
  (setv
    rule (get RULES unit)
    own (str layers.recurrent)
    known (next (gfor size rule.sizes :if (= own f"lstm:{size.hidden}") size.speed) None))
  (if known
    (* known (** (min 1 (/ rows MOST-ROWS)) rule.by-rows))
    (/ 1 (+ SECONDS-A-UNIT (* SECONDS-A-WEIGHT weights)))))


(defn share-in-words [units minutes speed]
  #[[Return how much of a text of `units` a run of `minutes` reads, in words; "" if all of it.

  `speed` is a function from a run's minutes, for which it may choose another network, to the units
  that it learns from in a second.]]
  (defn share [minutes] (/ (* (speed minutes) (_seconds minutes)) units))
  (when (>= (share minutes) 1) (return ""))
  (setv
    percent (max 1 (min 99 (round (* 100 (share minutes)))))
    enough minutes)
  (while (< (share enough) 1)
    (setv enough (max (+ 1 (math.floor enough))
      (math.ceil (/ (+ BESIDE (/ units (speed enough))) 60)))))
  (Message 'minutes f" {minutes :g} reads about {percent}% of this text; "
    f"{(if (= enough 1) "1 minute reads" f"{enough :,} minutes read")} all of it"))


;; * Fine-tuning

(defrecord Tuning "How to fine-tune a model." [
    #^ float dropout  ; after each recurrent layer …
    #^ float before   ; … and before the first
    #^ float rate     ; relative to a new model's
    #^ int epochs
    #^ int batch-size
    #^ str why])  ; in words


(defn choose-tuning [units minutes given familiar [unit "characters"] [weights 0] [speed 1]]
  #[[Return the `Tuning` of a base for a text with this number of `units`.

  `familiar`: whether the base predicts the text well; `given`: the user's settings, a dict, which
  take precedence; `weights`: the number of the base's; the rest is as in `choose-layers`.

  A familiar text gets 6 epochs, a longer one fewer, to read 4 million units, but at least 2, with
  little dropout, 3/8 of a new network's learning rate and twice its rows: more of anything made
  the network forget what it knew. On any other text training is as from scratch, with less dropout
  (bench/log.md).]]
  (setv
    rows (default-batch-size units)
    epochs (.get given "epochs" (if familiar
      (min MOST-READINGS (max FEWEST-READINGS (round (/ ENOUGH-READ units))))
      (default-epochs units unit)))
    by-clock (when minutes
      (/ (* speed (_seconds minutes)) units (+ SECONDS-A-UNIT (* SECONDS-A-WEIGHT weights))))
    passes (if minutes (min by-clock (or epochs by-clock)) (or epochs MOST-READINGS)))
  (Tuning
    (if familiar LITTLE-DROPOUT (min MUCH-DROPOUT (round (* DROPOUT-AGAIN passes) 1)))
    (if (and familiar (>= passes READ-OFTEN)) LITTLE-DROPOUT 0)
    (if familiar GENTLE-RATE 1)
    epochs
    (.get given "batch_size" (if familiar (min MOST-ROWS (* MORE-ROWS rows)) rows))
    (if familiar "which predicts this text well" "which doesn't predict this text well")))


(defn with-dropout [layers before share]
  "Return the recurrent ones of `layers` with dropout `before` and after each, unless it is 0."
  (setv [first after] (gfor each [before share] (if each [(Layer "dropout" each)] [])))
  (Layers [#* first #* (gfor layer layers.recurrent each [layer #* after] each)]))
