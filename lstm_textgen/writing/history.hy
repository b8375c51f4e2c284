#[[What a model's history tells: a dict for each epoch, in order.

Epochs on different texts don't compare, so most of it is asked of one text, by its fingerprint.]]

(import
  re
  lstm-textgen.writing.scoring [bits])


(defn kept-entry [history [text None]]
  #[[Return the entry in `history` of the epoch on `text` whose weights are kept.

  It has the lowest validation loss or, without validation, is the last; None if there is none.
  `text` is as in `entries-on`.]]
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
  #[[Return those entries of `history` whose epochs were trained on `text`, in order.

  `text` is a fingerprint; by default that of the text that the model learned from last.]]
  (setv text (or text (when history (get history -1 "text"))))
  (lfor entry history :if (= (get entry "text") text) entry))


(defn validation-losses [history text]
  "Return the validation losses (nats) of the epochs on `text`: only these compare."
  (setv entries (entries-on history text))
  (lfor entry entries :if (in "validation_loss" entry) (get entry "validation_loss")))


(defn text-length [history]
  "Return how many units the text had that the model learned from last; 0 if that isn't told."
  (setv found (when history (re.match r"\d{1,15}(?=:)" (get history -1 "text"))))
  (if found (int (.group found)) 0))


(defn loss-of [entry]
  "Return the loss in bits by which an epoch is judged: that of validation, if there was one."
  (bits (.get entry "validation_loss" (get entry "loss"))))
