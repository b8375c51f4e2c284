"A model's history: a dict for each epoch, in order. Only epochs on one text are comparable."

(import
  math
  re)

;; The losses of an entry, and the keys of the mean number of characters per unit in the text that
;; each was measured on: only histories of units of several characters have these.
(setv
  LENGTHS {"loss" "unit_length"  "validation_loss" "validation_unit_length"}
  WORDS-ALONE (+ "a word-level model never has to spell, so its loss is comparable only with "
    "those of other word-level models")
  ;; In nats: divided by the root of the number of units held out, three standard errors of the
  ;; difference between the losses of two epochs (measured).
  UNCERTAIN 0.7)


(defn kept-entry [history [text None]]
  #[[Return the entry in `history` (of `entries-on`) of the epoch whose weights are kept, or None.

  It is the last one marked "kept", or else that with the lowest validation loss, or the last.]]
  (setv
    entries (entries-on history text)
    validated (lfor entry entries :if (in "validation_loss" entry) entry)
    chosen (lfor entry validated :if (in "kept" entry) entry))
  (cond
    chosen (get chosen -1)
    validated (min validated :key (fn [entry] (get entry "validation_loss")))
    entries (get entries -1)))


(defn as-good? [entry entries held]
  #[[Return whether `entry`, an epoch of fine-tuning, validates as well as any of `entries`.

  Of epochs that differ by less than `held` units can tell, the later has more of the text's form
  and names (bench/log.md). Breiman and others 1984 choose within one standard error.]]
  (<= (get entry "validation_loss")
    (+ (min (recorded [#* entries entry] "validation_loss")) (/ UNCERTAIN (math.sqrt held)))))


(defn still-improving? [history share]
  "Return whether the last epoch lowered the loss of a `share` held out by more than chance."
  (setv
    held (* share (text-length history))
    losses (recorded (entries-on history) "validation_loss"))
  (and (> held 0) (> (len losses) 1)
    (< (+ (get losses -1) (/ UNCERTAIN (math.sqrt held))) (min (cut losses -1)))))


(defn describe-kept [history [text None]]
  "Return in words which epoch's weights are kept (see `kept-entry`), and why if not the best's."
  (setv
    entries (entries-on history text)
    entry (kept-entry entries)
    losses (recorded entries "validation_loss"))
  (if entry
    (+ f"epoch {(+ 1 (.index entries entry))}, {(if losses "validation" "training")} "
      f"{(loss-of entry) :.3f} bits"
      (if (and losses (> (get entry "validation_loss") (min losses)))
        " (as good as the lowest within chance, and trained longer)"
        ""))
    "the current epoch"))


(defn entries-on [history [text None]]
  "Return the entries in `history` on `text`, a fingerprint; None: that of the last entry."
  (setv text (or text (when history (get history -1 "text"))))
  (lfor entry history :if (= (get entry "text") text) entry))


(defn recorded [history key]
  "Return the values under `key` of the entries in `history` that have it."
  (lfor entry history :if (in key entry) (get entry key)))


(defn text-length [history]
  "Return the number of units of the model's last training text; 0 if unknown."
  (setv found (re.match r"\d{1,15}(?=:)" (if history (get history -1 "text") "")))
  (if found (int (get found 0)) 0))


(defn bits [nats]
  "Return `nats`, a number or an array, in bits: nats / ln 2."
  (/ nats (math.log 2)))


(defn loss-of [entry [key None]]
  "Return the loss of `entry` under `key` (or else validation, training), bits per character."
  (setv key (or key (if (in "validation_loss" entry) "validation_loss" "loss")))
  (/ (bits (get entry key)) (.get entry (get LENGTHS key) 1)))


(defn losses-of [entry]
  "Return the losses of an `entry` as `loss-of` does: a dict of \"training\" and \"validation\"."
  (setv keys {"training" "loss"  "validation" "validation_loss"})
  (dfor [name key] (.items keys) :if (in key entry) name (loss-of entry key)))
