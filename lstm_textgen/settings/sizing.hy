"The default network, its dropout, epochs and batch: by the length of the text and the time."

(import
  dataclasses [dataclass]
  math
  lstm-textgen.settings.layers [Layer Layers])

(setv
  LONG-TEXT 1_000_000    ; units; a longer text is not so soon known by heart
  STARTING 15            ; seconds of a run that go by without training
  FEWEST-ROWS 2          ; in a batch
  MOST-ROWS 32
  NEVER math.inf
  ;; The network whose speed `learner/speed.hy` measures elsewhere, and its speed in this table.
  MEASURED "512"
  MEASURED-SPEED 29_000
  ;; With a base: how often and with how much dropout a text is read that it knows the like of, in
  ;; units of text in all; and the most dropout with another text.
  FAMILIAR-READ 4_000_000
  FEWEST-READINGS 2
  MOST-READINGS 4
  FAMILIAR-DROPOUT 0.1
  FOREIGN-DROPOUT 0.4
  ;; How long a step of training takes on the same machine: for each unit, and each weight besides.
  SECONDS-A-UNIT 6.7e-6
  SECONDS-A-WEIGHT 25.4e-12)


(defclass [(dataclass :frozen True)] Size []
  #[[An LSTM that may be chosen.

  - `units`: how large it is; `speed`: how many units of text it reads in a second on the machine
    of bench/README.md, in batches of 32 rows.
  - `dropout`, `most-dropout`: for each time that the text is read again, and the most that helps.
  - `usual-from`: in a run without `minutes` it is chosen for texts with so many units or more.
  - `enough`: units of a text of up to a million that make it worth its size.
  - `timed-from`: in a run with `minutes` it is chosen for texts with so many units or more.]]
  #^ int units
  #^ int speed
  #^ float dropout
  #^ float most-dropout
  #^ float usual-from
  #^ int enough
  (setv #^ int timed-from 0))


(defclass [(dataclass :frozen True)] Rule []
  #[[What suits a text of one kind of unit.

  - `sizes`: the networks to choose from, the largest first.
  - `read`: units to read in all, but in no fewer than `fewest-epochs`, no more than `most-epochs`.
  - `most-read`: units to read at most in a run with `minutes`, but in no fewer epochs than
    `enough-epochs`, no more than `most-epochs`.
  - `enough-readings`, `enough-of-more`: how often a longer text has to be read to make a network
    worth its size, and of how many units that is true at most.
  - `by-rows`: the speed grows with this power of a batch's rows.]]
  #^ list sizes
  #^ int read
  #^ int fewest-epochs
  #^ int most-epochs
  #^ int most-read
  #^ int enough-epochs
  #^ float enough-readings
  #^ int enough-of-more
  #^ float by-rows)


;; Measured on two cores (bench/README.md). Words: with 10,000 to choose from.
(setv
  CHARACTERS (Rule
    [ (Size 1024 6_500 0.1 0.5 NEVER 4_500_000 500_000)
      (Size 768 13_500 0.06 0.5 NEVER 2_500_000)
      (Size 512 29_000 0.06 0.5 NEVER 2_500_000)
      (Size 384 44_000 0.06 0.3 200_000 2_500_000)
      (Size 256 75_000 0.06 0.3 0 2_500_000)]
    :read 7_000_000
    :fewest-epochs 3
    :most-epochs 9  ; with more a small text is known by heart
    :most-read 5_000_000
    :enough-epochs 5
    :enough-readings 2.5
    :enough-of-more 12_000_000
    :by-rows 0.5)
  WORDS (Rule
    [ (Size 256 9_000 0.15 0.5 0 600_000)
      (Size 128 15_000 0.15 0.5 NEVER 600_000)]
    :read 800_000
    :fewest-epochs 2
    :most-epochs 5
    :most-read 800_000
    :enough-epochs 5
    :enough-readings 1
    :enough-of-more 600_000
    :by-rows 0)
  RULES {"characters" CHARACTERS  "words" WORDS})  ; for every class in text/units.hy


(defn default-epochs [units [unit "characters"]]
  #[[Return how many epochs a text gets that has so many `units` to train on.

  They are as many as read 7 million characters in all, but from 3 to 9; or 800,000 words, but
  from 2 to 5. In so much a network learns most of what it can of a megabyte, in about three
  minutes on two cores; a smaller text is known by heart soon after (bench/README.md).]]
  (setv rule (get RULES unit))
  (min rule.most-epochs (max rule.fewest-epochs (round (/ rule.read units)))))


(defn most-epochs [units [unit "characters"]]
  #[[Return how many epochs a run with `minutes` has at most on a text with so many `units`.

  A small text gets 9, one of a million characters or more 5: with more a network of the size that
  the time allows knows it by heart (bench/README.md). By words it is 5.]]
  (setv rule (get RULES unit))
  (min rule.most-epochs (max rule.enough-epochs (round (/ rule.most-read units)))))


(defn default-batch-size [units]
  #[[Return how many rows a batch has for a text with so many `units` to train on.

  They are the square root of the thousands of units, as the nearest power of two from 2 to 32.
  What limits a small text is the number of steps: with 32 rows an epoch of 20 KB has nine of them,
  with 4 it has seventy, and the network ends better in less time (bench/README.md).]]
  (max FEWEST-ROWS (min MOST-ROWS (** 2 (round (math.log2 (math.sqrt (/ units 1000))))))))


(defn choose-layers [units epochs minutes [unit "characters"] [speed 1]]
  #[[Return the `Layers` for a text with so many `units` to train on, and why, in words.

  The text is read `epochs` times (0: without end), for at most so many `minutes` (None: as long as
  it takes). `unit` is what its units are called, a key of RULES; `speed` is how many times as
  fast as in the table above this machine is.

  A larger network learns more from each unit, but reads fewer of them. So it is the largest that
  in the minutes reads 2.5 million characters (1,024 units: 4.5 million); or of a small text, all
  of it 9 times; or of a large one, all of it two and a half times, but 12 million at most. For a
  megabyte that is 384 units from 1.2 minutes on, 512 from 1.7, 768 from 3.3, 1,024 from 11.8, at
  `speed` 1. Words are read more slowly, since each is chosen from thousands; of them 600,000 are
  enough, or all of the text 5 times. Without minutes it is 256 units, or 384 for a text of 200,000
  characters or more. The size doesn't depend on the epochs: fewer of them take less time.

  Dropout grows with each time that the text is read again, up to the most that helps such a
  network; by less for a text of more than a megabyte. All was measured on two cores
  (bench/README.md).]]
  (setv
    rule (get RULES unit)
    seconds (* speed (_share-of-speed rule units) (max 1 (- (* 60 (or minutes 0)) STARTING)))
    size (if minutes (_largest-in rule units unit seconds) (_usual rule units))
    by-clock (/ (* size.speed seconds) units)
    readings (if minutes
      (min by-clock (or epochs by-clock))
      (or epochs (default-epochs units unit)))
    again (max 0 (- readings 1))
    wanted (* size.dropout again (min 1 (/ LONG-TEXT units)))
    dropout (min size.most-dropout (round wanted 1))
    time (if minutes f"a run of {minutes :g} min" "a text of this length"))
  #(
    (Layers [
      (Layer "lstm" size.units)
      #* (if dropout [(Layer "dropout" dropout)] [])])
    (+ f"{size.units} units suit {time}, and dropout {dropout} "
      f"suits a text that is read about {readings :.1f} times")))


(defn _share-of-speed [rule units]
  "Return the share of the table's speeds at which a text of `units` is read: batches are small."
  (** (/ (default-batch-size units) MOST-ROWS) rule.by-rows))


(defn _largest-in [rule units unit seconds]
  "Return the largest of the `rule`'s sizes that in so many `seconds` reads enough of `units`."
  (next
    (gfor
      size rule.sizes
      :setv enough (min
        (* units (most-epochs units unit))
        (max size.enough (min (* rule.enough-readings units) rule.enough-of-more)))
      :if (and (>= units size.timed-from) (>= (* size.speed seconds) enough))
      size)
    (get rule.sizes -1)))


(defn _usual [rule units]
  "Return the `rule`'s size for a text of so many `units` without minutes."
  (next (gfor size rule.sizes :if (>= units size.usual-from) size)))


;; * A network that has a base

(defclass [(dataclass :frozen True)] Tuning []
  #[[How a model learns on that knows something already.

  `dropout`, `learning-rate`, `epochs` and `batch-size` are those of its settings; `why` says it in
  words.]]
  #^ float dropout
  #^ float learning-rate
  #^ int epochs
  #^ int batch-size
  #^ str why)


(defn choose-tuning [units minutes given familiar [unit "characters"] [weights 0] [speed 1]]
  #[[Return the `Tuning` for a text with so many `units` that begins from a base.

  `familiar`: whether the base knows such text; `given`: the settings that were given, a dict, and
  hold; `weights`: how many the base has; the rest is as in `choose-layers`.

  A text that is familiar is read 4 times, a longer one as often as makes 4 million characters, but
  at least twice, with little dropout and half the rate of a new network, in batches twice as large
  as a new network's: more of anything made it forget what it brought along. One that isn't is
  learned like a new language, so as if from nothing, with less dropout (bench/README.md).]]
  (setv
    rows (default-batch-size units)
    epochs (.get given "epochs" (if familiar
      (min MOST-READINGS (max FEWEST-READINGS (round (/ FAMILIAR-READ units))))
      (default-epochs units unit)))
    seconds (* speed (max 1 (- (* 60 (or minutes 0)) STARTING)))
    by-clock (/ seconds units (+ SECONDS-A-UNIT (* SECONDS-A-WEIGHT weights)))
    readings (if minutes (min by-clock (or epochs by-clock)) (or epochs MOST-READINGS)))
  (Tuning
    (if familiar FAMILIAR-DROPOUT (min FOREIGN-DROPOUT (round (* 0.05 readings) 1)))
    (.get given "learning_rate" (if familiar 0.004 0.008))
    epochs
    (.get given "batch_size" (if familiar (min MOST-ROWS (* 2 rows)) rows))
    (if familiar "which knows such text" "to which such text is new")))


(defn with-dropout [layers share]
  "Return the recurrent ones of `layers`, each followed by dropout of this `share` unless it is 0."
  (Layers (gfor
    layer layers.recurrent
    each [layer #* (if share [(Layer "dropout" share)] [])]
    each)))
