#[[Checks of the texts and numbers in a model file before anything else relies on them.

The same checks run before the file is written, so that every saved model can be loaded. Each
raises `ValueError`.]]

(eval-when-compile (require hyrule [unless]))
(import
  numpy :as np
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [MAX-EXACT text? whole?]
  lstm-textgen.text.items [FINGERPRINT MOST-KNOWN fingerprint-values])

(setv
  MOST-SHOWN 1000  ; items of one kind in a report
  ;; Keys of an epoch that the first files lacked.
  LATER {"validation_loss" 0  "learning_rate" 0  "seconds" 0  "sample" ""  "machine" ""
    "unit_length" 1  "validation_unit_length" 1})


(defn check-facts [model]
  "Raise `ValueError` unless history, evaluation and items of `model` (a `Checkpoint`) are valid."
  (for [entry model.history]
    (check-record (if (isinstance entry dict) {#** LATER #** entry} entry)
      "its history has an invalid entry"
      :epoch count? :text text? :sample text? :machine text?
      :loss _number? :validation-loss _number? :learning-rate _number? :seconds _number?
      :unit-length _positive? :validation-unit-length _positive?))
  (setv
    evaluation model.evaluation
    kinds {
      "epoch" count?
      "counts" (_list-of (len model.vocabulary) count?)
      "surprise" (_list-of MOST-SHOWN _number?)
      "calibration" (_list-of MOST-SHOWN (_list-of 3 _number?))
      "sample" text?
      "copied" (fn [copied] (_number? (or copied 0)))
      "passage" (_list-of 2 _number?)}
    prints (fingerprint-values model.items))
  (unless (is evaluation None)
    (check-record (if (= (set evaluation) (set kinds)) evaluation {}) "its evaluation is invalid"
      #** kinds))
  (unless (and
      (= (% (len model.items) FINGERPRINT) 0)
      (<= (len prints) MOST-KNOWN)
      (.all (< (cut prints -1) (cut prints 1 None))))  ; in ascending order
    (refuse "its fingerprints of items are invalid")))


(defn check-progress [progress]
  "Raise `ValueError` unless `progress`, a dict, is the progress of a training run."
  (check-record progress "its training state is invalid"
    :epoch count? :step count? :updates count? :loss-sum _number? :text text?))


(defn check-record [record problem #** kinds]
  "Raise `ValueError` with `problem` unless `record` is a dict whose values fit these `kinds`."
  (unless (and
    (isinstance record dict)
    (all (gfor [name fits?] (.items kinds) (fits? (.get record name)))))
    (refuse problem)))


(defn check-arrays [name arrays]
  "Raise `ValueError`, calling them `name`, unless every number in `arrays` is finite."
  (unless (all (gfor array arrays (.all (np.isfinite array))))
    (refuse f"its {name}: a number is not finite")))


(defn _list-of [most fits?]
  "Return a predicate for lists of at most `most` items, each of which `fits?`."
  (fn [value] (and (isinstance value list) (<= (len value) most) (all (map fits? value)))))


(defn count? [value]
  "Return whether `value` is a whole number from 0 to MAX-EXACT."
  (and (whole? value) (<= 0 value MAX-EXACT)))


(defn _positive? [value]
  (and (_number? value) (> value 0)))


(defn _number? [value]
  "Return whether `value` is a number, and at most MAX-EXACT: sums of such numbers are finite."
  (or (count? value) (and (isinstance value float) (<= (abs value) MAX-EXACT))))
