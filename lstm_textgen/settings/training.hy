"The numbers of training that the program and its pages share."

(setv
  ;; Adam.
  BETA-1 0.8      ; better than the usual 0.9 (bench/log.md)
  BETA-2 0.999    ; Keras' defaults
  EPSILON 1e-7
  CLIP-NORM 1.0   ; the largest norm of the gradient of all weights
  ;; Coefficients of activation regularization, plain and temporal: those of Merity and others 2017
  ;; for words, which suit characters, too.
  ALPHA 2
  BETA 1
  ;; Hidden units from which that pays; smaller networks, and so most small texts, end with a
  ;; higher loss. From there on, a network that overfits is also softened, see `SOFTER`.
  LARGE-LAYER 512

  ;; The learning rate.
  WARM-UP 100           ; steps until it peaks, …
  MOST-WARM-UP 0.2      ; … or this share of the training, if that is less
  FINAL-RATE 0.02       ; of the peak, where the cosine ends
  ;; With fewer steps per hidden unit, a run takes larger ones; and the largest factor.
  ENOUGH-STEPS 800_000
  MAX-FACTOR 1.5
  STEADY-UNITS 1152     ; hidden units above which the rate falls as they grow
  STEADY-ROWS 4         ; of a batch, from which larger steps do no harm

  ;; The average of the weights. In fine-tuning with validation; without, a falling rate is better
  ;; (bench/log.md).
  EMA-UPDATES 200       ; of the average in a run: on a GPU a copy takes as long as a step
  EMA-SPAN 0.33         ; share of a run over which it averages
  SOFTER 1.07           ; what logits are divided by to see whether the model is too sure

  ;; Validation.
  ;; Units of the held-out text that are read after each epoch: more take long for little gain.
  VALIDATED 500_000
  ;; Units that each row reads before those that it is validated on; twice as many in all where it
  ;; has few. After 128 pieces of a base the next 100 cost it as much as after the whole text,
  ;; within 0.2 bits, and characters need a tenth of that.
  VALIDATION-RUN-IN 128
  ;; Windows in a row of a list that carry the state over; the next begins with an item, as a
  ;; generated item does (bench/log.md).
  RUN-OF-LIST 8

  SHORTEST 8  ; lookback that a short text gets

  ;; Bases.
  FAMILIAR 2.8         ; bits per character below which a text is familiar to a base
  STRANGE 3.5          ; bits per character above which training from scratch is no worse
  COMPARED-UNITS 256   ; units in each of the places of a text where a model's frequencies are …
  COMPARED-PLACES 32)  ; … compared with it, and how many places there are
