#[[Checks of the texts and numbers in a model file before anything else relies on them.

They also run before it is written, so that each saved model loads. They raise `ValueError`.]]

(eval-when-compile (require hyrule [unless]))
(import
  numpy :as np
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [MAX-EXACT number? text? whole?]
  lstm-textgen.text.items [FINGERPRINT MOST-KNOWN fingerprint-array]
  lstm-textgen.text.lexicon [check-lexicon])

(setv
  MAX-COUNTED (** 2 48)  ; epochs or steps: more than any run takes, and a run may go on from them
  ;; Keys that an epoch may lack: without validation, if it isn't kept, if units are characters.
  OPTIONAL ["validation_loss" "kept" "unit_length" "validation_unit_length"])


;; * Predicates of what a value must be

(defn _within [kind? least most]
  "Return a predicate for values that are a `kind?`, from `least` to `most`."
  (fn [value] (and (kind? value) (<= least value most))))


(defn _list-of [fits? least most]
  "Return a predicate for lists of `least` to `most` items, each of which `fits?`."
  (fn [value]
    (and (isinstance value list) (<= least (len value) most) (all (map fits? value)))))


(setv
  count? (_within whole? 0 MAX-EXACT)
  _step? (_within whole? 0 MAX-COUNTED)
  _number? (_within number? (- MAX-EXACT) MAX-EXACT)  ; sums of such numbers are finite
  _length? (_within number? 1e-9 MAX-EXACT)
  _true? (fn [value] (is value True))
  _flag? (fn [value] (isinstance value bool))
  ;; What a file says about its training: an epoch of its history, its evaluation, its progress.
  RECORDS {
    "history" {
      "epoch" _step?  "text" text?  "sample" text?  "machine" text?  "kept" _true?
      "loss" _number?  "validation_loss" _number?  "learning_rate" _number?  "seconds" _number?
      "unit_length" _length?  "validation_unit_length" _length?}
    "evaluation" {"epoch" _step?  "calibration" (_list-of (_list-of _number? 3 3) 0 100)}
    "training state" {
      "epoch" _step?  "step" _step?  "updates" _step?  "loss_sum" _number?  "text" text?
      "bfloat16" _flag?  "one_thread" _flag?  "on_torch" _flag?}})


;; * Checks

(defn check-contents [model]
  "Raise `ValueError` unless what `model` (a `Checkpoint`) says about its training is valid."
  (for [entry model.history] (check-record "history" entry OPTIONAL))
  (unless (is model.evaluation None) (check-record "evaluation" model.evaluation))
  (unless (and
      (= (% (len model.items) FINGERPRINT) 0)
      (<= (len (setx prints (fingerprint-array model.items))) MOST-KNOWN)
      (.all (< (cut prints -1) (cut prints 1 None))))  ; in ascending order
    (refuse "its fingerprints of items are invalid"))
  (for [filter [model.shingles model.refrains]  :setv n (len filter)]
    (when (& n (- n 1))  ; not a power of two
      (refuse "its filter of passages has an invalid length")))
  (check-lexicon model.lexicon))


(defn check-record [name record [optional #()]]
  "Raise `ValueError` unless `record` has valid RECORDS of `name`; `optional` ones may be missing."
  (unless (isinstance record dict) (refuse f"its {name} has an invalid entry"))
  (for [[key fits?] (.items (get RECORDS name))  :if (or (in key record) (not-in key optional))]
    (unless (fits? (.get record key ...)) (refuse f"its {name} has an invalid '{key}'"))))


(defn check-arrays [name arrays]
  "Raise `ValueError`, calling them `name`, unless every number in `arrays` is finite."
  (unless (all (gfor array arrays (.all (np.isfinite array))))
    (refuse f"its {name}: a number is not finite")))
