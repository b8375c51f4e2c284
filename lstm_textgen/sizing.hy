"The network, its dropout and its epochs, chosen by the length of the text and the time there is."

(import
  dataclasses [dataclass]
  lstm-textgen.layers [Layer Layers])

(setv
  READ 7_000_000         ; units that are read in all, unless it is said for how long
  FEWEST-EPOCHS 3
  MOST-EPOCHS 9          ; with more a small text is known by heart
  LONG-TEXT 1_000_000    ; units; a longer text is not so soon known by heart
  STARTING 15            ; seconds of a run that go by without training
  USUAL-MINUTES 2        ; what a run without `minutes` is taken to last
  ;; Units that a network has to read to be worth its size: of a text of up to a megabyte, and of
  ;; one of five or more.
  ENOUGH 3_000_000
  ENOUGH-OF-MORE 5_000_000
  DROPOUT-PER-READING 0.05)


(defclass [(dataclass :frozen True)] Size []
  "An LSTM's `units`, the units of text it reads in a second, and the most dropout that helps it."
  #^ int units
  #^ int speed
  #^ float most-dropout)


;; Measured on two cores (bench/README.md); the largest first.
(setv SIZES [
  (Size 768 8_000 0.5)
  (Size 512 22_000 0.4)
  (Size 384 35_000 0.3)
  (Size 256 60_000 0.3)])


(defn default-epochs [units]
  #[[Return how many epochs a text gets that has so many `units` to train on.

  They are as many as read 7 million units in all, but from 3 to 9. In so much a network learns
  most of what it can of a megabyte, in about three minutes on two cores; it has memorised a
  smaller text after 9 or 10 (bench/README.md).]]
  (min MOST-EPOCHS (max FEWEST-EPOCHS (round (/ READ units)))))


(defn choose-layers [units epochs minutes]
  #[[Return the `Layers` for a text with so many `units` to train on, and why, in words.

  The text is read `epochs` times (0: without end), for at most so many `minutes` (None: as long as
  it takes).

  A larger network learns more from each unit, but reads fewer of them. So it is the largest that
  in the time (without one, as in 2 minutes) reads 3 million units; or of a small text, all of it
  9 times (or `epochs` times, if that is less); or of a large one, all of it once, but 5 million at
  most. For a megabyte that is 384 units from 1.7 minutes on, 512 from 2.6, 768 from 6.5. Dropout
  grows by 0.05 with each time that the text is read, up to the most that helps such a network
  (bench/README.md); by less for a text of more than a megabyte. All was measured for characters,
  on two cores; for words and other machines it is a guess.]]
  (setv
    size (_choose-size units epochs minutes)
    by-clock (when minutes (/ (* size.speed (_seconds minutes)) units))
    readings (if minutes
      (min by-clock (or epochs by-clock))
      (or epochs (default-epochs units)))
    wanted (* DROPOUT-PER-READING readings (min 1 (/ LONG-TEXT units)))
    dropout (min size.most-dropout (round wanted 1))
    time (if minutes f"--minutes {minutes :g}" "a run without --minutes"))
  #(
    (Layers [
      (Layer "lstm" size.units)
      #* (if dropout [(Layer "dropout" dropout)] [])])
    (+ f"{size.units} units suit {time}, and dropout {dropout} "
      f"suits a text that is read about {readings :.1f} times")))


(defn _seconds [minutes]
  "Return the seconds for training in a run of so many `minutes` (None: the usual time)."
  (max 1 (- (* 60 (or minutes USUAL-MINUTES)) STARTING)))


(defn _choose-size [units epochs minutes]
  "Return the largest of `SIZES` that reads enough in the time, or else the smallest."
  (setv enough (min
    (* units (min MOST-EPOCHS (or epochs MOST-EPOCHS)))
    (max ENOUGH (if minutes (min units ENOUGH-OF-MORE) 0))))
  (next
    (gfor size SIZES :if (>= (* size.speed (_seconds minutes)) enough) size)
    (get SIZES -1)))
