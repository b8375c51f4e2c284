"The evaluation that a model file stores for its report; measuring it takes about a second."

(eval-when-compile (require hyrule [ncut unless]))
(import
  functools [partial]
  numpy :as np
  lstm-textgen.modelfile.history [bits]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.originality [originality]
  lstm-textgen.writing.scoring [compare follow]
  lstm-textgen.writing.writer [passage-length write-sample])

(setv
  MEASURED-PLACES 60  ; evenly spaced in the held-out text, where its surprise is measured
  EVALUATION-RUN-IN 48  ; units read before each
  WINDOW 64            ; units measured at each
  BINS 10              ; of the calibration: the model's confidence in steps of 10%
  COMPARED 3_000_000)  ; units of the text that the sample is compared with: 0.3 s per 3 MB


(defn evaluate [model epoch ids held [last None]]
  #[[Return a dict that evaluates `model` (a `Checkpoint`) with the weights of `epoch`.

  - `counts` (vocabulary,): how often each unit occurs in `ids` (time,), the training text.
  - `surprise`: bits per character at places evenly spaced over `held` (time,), the held-out text.
  - `calibration`: [n sure right] for each tenth of the likeliest unit's probability: the number of
    predictions, their mean probability, the share that came true (reliability: Guo et al. 2017).
  - `sample`: a text by the model; `copied`: the share of its 20-character strings that occur in
    the first 3 million units of the text; `passage`: the longest copied one, [first length] in it.
  - `last`: these three and `epoch` for `last`, an entry of the history, if of a later epoch.

  Without held-out text `surprise` and `calibration` are empty.]]
  (setv
    [nats sure right lengths] (_predictions model held)
    sample (write-sample model (passage-length model 600) :rng-seed model.settings.rng-seed)
    compared (.decode model.vocabulary (.tolist (get ids (slice COMPARED))))
    tenths (np.minimum (.astype (* sure BINS) int) (- BINS 1)))
  { #** (_copying epoch sample compared)
    "counts" (.tolist (.counts model.vocabulary ids))
    "surprise" (lfor
      surprise (/ (bits (.mean nats 0)) (np.maximum (.mean lengths 0) (/ 1 (len lengths))))
      (round (float surprise) 4))
    "calibration" (lfor
      k (if sure.size (range BINS) [])
      :setv chosen (= tenths k)
      :setv means (gfor each [sure right] (if (.any chosen) (.mean (get each chosen)) 0))
      [(int (.sum chosen)) #* (gfor mean means (round (float mean) 4))])
    #** (if (and last (> (get last "epoch") epoch))
      {"last" (_copying (get last "epoch") (get last "sample") compared)}
      {})})


(defn _copying [epoch sample compared]
  "Return what of the `sample` of an `epoch` is copied from the text `compared`, for `evaluate`."
  (setv [passage share] (originality [sample] compared))
  {"epoch" epoch  "sample" sample  "copied" share
    "passage" [(.find sample passage) (len passage)]})


(defn _predictions [model held]
  #[[Return [nats sure right lengths], each (window, places) in places evenly spaced over `held`.

  They are each unit's surprise, the highest probability, whether it was the unit's, its length.]]
  (setv
    window (min WINDOW (max 1 (// (len held) 2)))
    room (- (len held) EVALUATION-RUN-IN window 1)
    places (min MEASURED-PLACES (max 2 (// room window))))
  (unless (> room 0) (return (np.zeros #(4 1 0))))
  (setv
    starts (.astype (np.linspace 0 room places) int)
    parts (lfor k starts (get held (slice k (+ k EVALUATION-RUN-IN window 1))))
    rows (.astype (np.stack parts 1) int)
    engine (make-engine model places))
  (.feed engine (cut rows EVALUATION-RUN-IN))
  (setv [nats right _ least] (follow engine (cut rows EVALUATION-RUN-IN None)
    (partial compare :alternatives 1)))
  [ nats (np.exp (- (ncut least ... 0))) right
    (get model.vocabulary.lengths (cut rows (+ EVALUATION-RUN-IN 1) None))])
