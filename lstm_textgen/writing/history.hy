"What a model's history tells: a dict for each epoch, in order. Only epochs on one text compare."

(import
  re
  lstm-textgen.writing.scoring [bits])

;; The losses of an entry, and where it has the mean number of characters of a unit in what each
;; was taken over: only a history of units that may have several characters has these.
(setv LENGTHS {"loss" "unit_length"  "validation_loss" "validation_unit_length"})


(defn kept-entry [history [text None]]
  #[[Return the entry in `history` of the epoch whose weights are kept, or None if there is none.

  It has the lowest validation loss or, without any, is the last. `text` is as in `entries-on`.]]
  (setv entries (entries-on history text))
  (min
    (or (lfor entry entries :if (in "validation_loss" entry) entry) (cut entries -1 None))
    :key (fn [entry] (.get entry "validation_loss" 0))
    :default None))


(defn describe-kept [history [text None]]
  "Return in words which epoch's weights are kept, as `kept-entry` does: `epoch 2, …`."
  (setv entry (kept-entry history text))
  (if entry
    (+ f"epoch {(+ 1 (.index (entries-on history text) entry))}, "
      (if (in "validation_loss" entry) "validation" "training")
      f" {(loss-of entry) :.3f} bits")
    "the epoch under way"))


(defn epochs-of [history text]
  "Return how many epochs in `history` were trained on `text` (a fingerprint)."
  (len (entries-on history text)))


(defn entries-on [history [text None]]
  "Return the entries in `history` on `text`, a fingerprint; None: that of the last entry."
  (setv text (or text (when history (get history -1 "text"))))
  (lfor entry history :if (= (get entry "text") text) entry))


(defn recorded [history key]
  "Return what the entries in `history` have under `key`, those that have it."
  (lfor entry history :if (in key entry) (get entry key)))


(defn text-length [history]
  "Return how many units the text had that the model learned from last; 0 if that isn't told."
  (setv found (when history (re.match r"\d{1,15}(?=:)" (get history -1 "text"))))
  (if found (int (.group found)) 0))


(defn loss-of [entry [key None]]
  #[[Return a loss of an `entry` in bits per `loss-unit`: that under `key`.

  By default it is the one by which an epoch is judged: that of validation, if there was one.]]
  (setv key (or key (if (in "validation_loss" entry) "validation_loss" "loss")))
  (/ (bits (get entry key)) (.get entry (get LENGTHS key) 1)))


(defn loss-unit [history vocabulary]
  "Return what the losses of a `history` are told per: a character, or a word in an older file."
  (if (recorded history (get LENGTHS "loss")) "character" vocabulary.singular))


(defn add-lengths [checkpoint lengths]
  #[[Give epochs of an earlier version the `lengths` of units, a dict from the values of `LENGTHS`.

  They are exact for epochs on the text that `lengths` were measured on. The surprises of an
  evaluation of an earlier version become bits per character with them, too.]]
  (setv old (lfor entry checkpoint.history :if (not-in (get LENGTHS "loss") entry) entry))
  (for [entry old  [loss key] (.items LENGTHS)]
    (when (and (in loss entry) (in key lengths)) (setv (get entry key) (get lengths key))))
  (when (and old lengths checkpoint.evaluation)
    (setv
      length (.get lengths "validation_unit_length" (get lengths "unit_length"))
      evaluation checkpoint.evaluation
      (get evaluation "surprise")
        (lfor value (get evaluation "surprise") (round (/ value length) 4)))))
