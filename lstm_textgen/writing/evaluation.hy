"What a model file keeps for the page About: how far the model's probabilities are true."

(eval-when-compile (require hyrule [unless]))
(import
  numpy :as np
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.scoring [follow])

(setv
  MEASURED-PLACES 60    ; evenly spaced in the held-out text
  EVALUATION-RUN-IN 48  ; units read before each
  WINDOW 64             ; units measured at each
  BINS 10)              ; of the calibration: the model's confidence in steps of 10%


(defn calibration [model held]
  #[[Return how often what `model` holds for likeliest comes true in `held` (time,), in rows.

  There is a row [n sure right] for each tenth of the likeliest unit's probability: the number of
  predictions, their mean probability, the share that came true (reliability: Guo et al. 2017).
  There are none if `held` is too short. It takes less than a second.]]
  (setv
    window (min WINDOW (max 1 (// (len held) 2)))
    room (- (len held) EVALUATION-RUN-IN window 1)
    places (min MEASURED-PLACES (max 2 (// room window))))
  (unless (> room 0) (return []))
  (setv
    starts (.astype (np.linspace 0 room places) int)
    parts (lfor k starts (get held (slice k (+ k EVALUATION-RUN-IN window 1))))
    rows (.astype (np.stack parts 1) int)
    engine (make-engine model places))
  (.feed engine (cut rows EVALUATION-RUN-IN))
  (setv
    [sure right] (follow engine (cut rows EVALUATION-RUN-IN None) _confidence)
    tenths (np.minimum (.astype (* sure BINS) int) (- BINS 1)))
  (lfor
    k (range BINS)
    :setv chosen (= tenths k)
    :setv means (gfor each [sure right] (if (.any chosen) (.mean (get each chosen)) 0))
    [(int (.sum chosen)) #* (gfor mean means (round (float mean) 4))]))


(defn _confidence [logits ids]
  "Return the highest probability after `logits` (…, vocabulary), and whether it was of `ids`."
  [(.max (softmax logits) -1)  (= (.argmax logits -1) ids)])
