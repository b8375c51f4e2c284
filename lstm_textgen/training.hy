#[[Epochs: the schedule, validation, saving, stopping and resuming.

A run that is stopped and resumed ends with the same bits as one that never was: whatever the next step depends on is either in the model file or follows from the settings, and from the number of processors, where a batch is dealt out to them.]]

(import
  math
  signal
  threading
  time
  numpy :as np
  lstm_textgen.batches [Streams fingerprint training-batches]
  lstm_textgen.checkpoint [Checkpoint save-checkpoint]
  lstm_textgen.learner [make-learner]
  lstm_textgen.network [keras]
  lstm_textgen.settings [validation-losses why-done]
  lstm_textgen.soundness [check-stored-settings]
  lstm_textgen.writer [stream])

(setv
  WARM-UP 100          ; steps until the learning rate is at its height
  FINAL-RATE 0.02      ; of the height, where the cosine ends
  SAMPLE-LENGTH 200    ; units shown after each epoch
  VALIDATED 500_000    ; units of the held-out text that are read after each epoch: more would take long and tell little
  VALIDATION-COST 0.4) ; time of a step of validation, against one of training: forward alone is a third of the work


(defclass Interrupted [KeyboardInterrupt]
  "The user or the system stopped the run by the signal `number`; the model is saved."
  (defn __init__ [self number]
    (.__init__ (super) (. (signal.Signals number) name))
    (setv self.number number)))


(defclass Stopper []
  #[[While it is entered, Ctrl-C and SIGTERM do not break in but leave their number in `number`.

  Only the main thread may set signal handlers; in any other this does nothing.]]

  (defn __init__ [self]
    (setv self.number None  self.before {}))

  (defn __enter__ [self]
    (when (is (threading.current-thread) (threading.main-thread))
      (for [which [signal.SIGINT signal.SIGTERM]]
        (setv (get self.before which) (signal.signal which self.note))))
    self)

  (defn note [self number frame]
    (setv self.number number))

  (defn __exit__ [self #* _]
    (for [[which handler] (.items self.before)]
      (signal.signal which handler))
    None))


(defn learning-rate [highest update progress]
  #[[The learning rate of a step: a linear warm-up, then half a cosine from `highest` down to `FINAL-RATE` of it.

  `update` counts the steps before this one, `progress` is the share of the whole training that is done (always 0 where it has no end). The cosine is that of Loshchilov and Hutter 2017, without restarts.]]
  (* highest
    (min 1 (/ (+ update 1) WARM-UP))
    (+ FINAL-RATE (* (- 1 FINAL-RATE) 0.5 (+ 1 (math.cos (* math.pi progress)))))))


(defn _put [variable value]
  "Set a Keras `variable` to `value`; where the vocabulary has grown, to `value` and its own beginning."
  (setv whole (np.array (keras.ops.convert-to-numpy variable)))
  (setv (get whole (tuple (gfor  n value.shape  (slice 0 n)))) value)
  (.assign variable whole))


(defn _fits? [variables values]
  "Whether Keras `variables` can be set to `values`, arrays that may be smaller, as `_put` does it."
  (and
    (= (len variables) (len values))
    (all (gfor
      [v a] (zip variables values)
      (and
        (= (len v.shape) a.ndim)
        (= (= a.dtype.kind "f") (in "float" v.dtype))
        (all (gfor  [room n] (zip v.shape a.shape)  (<= n room))))))))


(defn _values [variables]
  "The values of Keras `variables` as arrays."
  (lfor  v variables  (np.array (keras.ops.convert-to-numpy v))))


(defclass Clock []
  #[[Tells how far a run with a `deadline` is (or one without: it never is over).

  `last` is kept free for what comes after the last step: validation and saving, as long as they took before, or else as the steps so far let expect.]]

  (defn __init__ [self deadline]
    (setv
      self.begun (time.monotonic)
      self.deadline deadline
      self.last 3.0
      self.ended False  ; whether an epoch has
      self.first None   ; when the first step was done
      self.steps 0))    ; since then

  (defn progress [self]
    "The share of the time that is gone, 1 when it is time to end; None without a deadline."
    (when self.deadline
      (setv whole (max 0.001 (- self.deadline self.last self.begun)))
      (min 1 (/ (- (time.monotonic) self.begun) whole))))

  (defn over? [self]
    "Whether it is time to end."
    (= (.progress self) 1))

  (defn note-step [self validation-steps]
    "Learn that a step is done, before as many `validation-steps` as come after each epoch. The first step, which compiles, is no measure."
    (setv now (time.monotonic))
    (cond
      (is self.first None) (setv self.first now)
      (not self.ended) (do
        (+= self.steps 1)
        (setv self.last (+ 3.0 (* VALIDATION-COST validation-steps (/ (- now self.first) self.steps)))))))

  (defn note-end [self seconds]
    "Learn that the end of an epoch took so many `seconds`."
    (setv self.ended True  self.last (+ 0.3 (* 1.3 seconds)))))


(defclass Training []
  #[[The training of one model.

  - `checkpoint`: where it stands: without `weights` it begins; without `resume` its optimizer does.
  - `ids`, `held`: what to train and what to validate on, (time,) each; `held` may be empty.
  - `path`: where the model is saved after each epoch, and every `save-every` minutes.
  - `deadline`: when it has to be done, by `time.monotonic`, or `most` epochs counted from the start of the one where it stands (0: no such bound), whatever comes first; the schedule is fitted to that. None: when the epochs of its settings are.
  - `report`: what shows the run.]]

  (defn __init__ [self checkpoint ids held path report [save-every 10] [deadline None] [most 0]]
    (check-stored-settings checkpoint.settings)  ; what couldn't be saved is refused now
    (setv
      self.clock (Clock deadline)
      self.most most
      self.checkpoint checkpoint
      self.settings checkpoint.settings
      self.path path
      self.report report
      self.save-every (* 60 save-every)
      self.stepped False  ; whether this run has trained at all
      self.late False     ; whether the clock has ended it
      self.compiled None  ; when the first batch was validated
      self.unsaved False  ; whether the last save failed
      self.text (fingerprint ids))
    (setv [batch lookback seed] (gfor  name ["batch_size" "lookback" "rng_seed"]  (get self.settings name)))
    (setv
      self.batches (training-batches ids batch lookback (get self.settings "stride") seed)
      self.held (when (len held) (Streams (cut held VALIDATED) batch lookback))
      self.learner (make-learner checkpoint.layers (len checkpoint.vocabulary) (get self.settings "embedding")
        batch lookback seed (get self.settings "learning_rate")))
    (._restore self)
    (setv self.first-epoch (get self.place "epoch")))

  (defn _restore [self]
    "Put the network, the optimizer and the place in the data where `checkpoint` stands."
    (setv self.place {"epoch" (len self.checkpoint.history)  "step" 0  "updates" 0  "loss_sum" 0.0  "text" self.text})
    (for [[variable value] (zip self.learner.weights (or self.checkpoint.weights []))]
      (_put variable value))
    (when self.checkpoint.resume
      (._resume self #* (gfor  part ["variables" "optimizer" "state"]  (get self.checkpoint.resume part))))
    (when (not self.checkpoint.weights)
      (setv self.checkpoint.weights (_values self.learner.weights))))

  (defn _resume [self variables optimizer state]
    "Go on where the training before was; where what it kept doesn't fit, as after a change in Keras, with its weights alone."
    (setv
      own [#* (.variables self.learner) #* self.learner.optimizer.variables]
      values [#* variables #* optimizer])
    (when (not (_fits? own values))
      (.warn self.report f"{self.path}: what was kept to go on training does not fit; training goes on from the weights, with a new optimizer")
      (return))
    (for [[variable value] (zip own values)]
      (_put variable value))
    (setv self.place state)
    (when (!= (get state "text") self.text)  ; other text: the place in the old one means nothing
      (.update state :step 0 :loss-sum 0.0 :text self.text)))

  ;; * Steps

  (defn _epochs-done [self]
    "How many epochs are done, in this run where that has a deadline, with the share of the one that has begun."
    (+
      (- (get self.place "epoch") (if self.clock.deadline self.first-epoch 0))
      (/ (get self.place "step") self.batches.steps)))

  (defn _progress [self]
    "The share of the training that is done, by the clock or by epochs; 0 where it has no end."
    (setv
      epochs (if self.clock.deadline self.most (get self.settings "epochs"))
      by-epochs (if epochs (/ (._epochs-done self) epochs) 0))
    (min 1 (max by-epochs (or (.progress self.clock) 0))))

  (defn _step [self x y]
    "Train on one batch, x and y (batch, lookback); the loss before it, in nats."
    (setv self.learner.optimizer.learning-rate (learning-rate
      (get self.settings "learning_rate") (get self.place "updates") (._progress self)))
    (when (not self.batches.carries-state)
      (.empty-states self.learner))
    (setv
      loss (.learn self.learner x y)
      self.stepped True)
    (when (not (< loss (+ 2 (* 2 (math.log (len self.checkpoint.vocabulary))))))
      (raise (FloatingPointError
        f"the loss exploded to {loss :.3g} in epoch {(+ 1 (get self.place "epoch"))}: train with a smaller --learning-rate than {(get self.settings "learning_rate")}")))
    loss)

  (defn _epoch [self stopper]
    "Train to the end of an epoch, from where it stands; the mean loss in nats."
    (setv
      place self.place
      size (* self.batches.batch-size self.batches.lookback)
      saved (time.monotonic))
    (when (= 0 (get place "step"))
      (.empty-states self.learner))
    (.begin-epoch self.report (+ 1 (get place "epoch")) (if self.clock.deadline 0 (get self.settings "epochs"))
      (* size self.batches.steps) (* size (get place "step")))
    (for [[x y] (.epoch self.batches (get place "epoch") (get place "step"))]
      (setv loss (._step self x y))
      (.note-step self.clock (if self.held self.held.steps 0))
      (+= (get place "loss_sum") loss)
      (+= (get place "step") 1)
      (+= (get place "updates") 1)
      (.step self.report (* size (get place "step")) (/ (get place "loss_sum") (get place "step")))
      (when stopper.number
        (._stop self stopper.number))
      (when (> (- (time.monotonic) saved) self.save-every)
        (._try-to-save self)
        (setv saved (time.monotonic)))
      (when (.over? self.clock)
        (setv self.late True)
        (break)))
    (/ (get place "loss_sum") (get place "step")))

  (defn _stop [self number]
    "Save, and end the run as the signal `number` asks."
    (.end-bar self.report)
    (.save self)
    (raise (Interrupted number)))

  (defn _validate [self]
    "The mean loss over the held-out text (its first `VALIDATED` units), in nats, from empty states; the training's states are kept."
    (setv kept (_values self.learner.states))
    (.empty-states self.learner)
    (setv losses [])
    (for [[x y] (.epoch self.held 0)]
      (.append losses (.validate self.learner x y))
      (when (not self.compiled)  ; a first batch takes seconds, which is no measure for the next epoch's end
        (setv self.compiled (time.monotonic))))
    (for [[weight value] (zip self.learner.states kept)]
      (.assign weight value))
    (/ (sum losses) (len losses)))

  ;; * Epochs

  (defn _note [self loss]
    "Add the epoch to the history; keep its weights if they are the best. Returns its line and whether they are."
    (setv
      history self.checkpoint.history
      entry {"epoch" (+ 1 (get self.place "epoch"))  "loss" loss  "text" self.text}
      best (min (validation-losses history self.text) :default math.inf))
    (when self.held
      (setv (get entry "validation_loss") (._validate self)))
    (setv better (< (.get entry "validation_loss" -1) best))
    (when better
      (setv self.checkpoint.weights (_values self.learner.weights)))
    (.append history entry)
    (.update self.place :epoch (get entry "epoch") :step 0 :loss-sum 0.0)
    #(entry better))

  (defn _sample [self]
    "What the model writes now: a short text."
    (setv now (Checkpoint (_values self.learner.weights) self.checkpoint.vocabulary self.settings []))
    (.strip (.join "" (stream now "" :length SAMPLE-LENGTH :rng-seed (get self.place "epoch")))))

  (defn save [self]
    "Save the model as it stands, with all that resuming needs. Raise `OSError` that names the file if it can't be done."
    (when (not (and self.held self.checkpoint.history))  ; nothing says which weights are best
      (setv self.checkpoint.weights (_values self.learner.weights)))
    (setv self.checkpoint.resume {
      "state" (dict self.place)
      "variables" (_values (.variables self.learner))
      "optimizer" (_values self.learner.optimizer.variables)})
    (try
      (save-checkpoint self.checkpoint self.path)
      (except [error [OSError ValueError]]
        (setv why (or (getattr error "strerror" None) error))
        (raise (OSError f"{self.path} could not be saved: {why}") :from error))))

  (defn _try-to-save [self]
    "Save; if that can't be done now, say so and let training go on until the next save."
    (try
      (.save self)
      (setv self.unsaved False)
      (except [error OSError]
        (setv self.unsaved True)
        (.warn self.report f"{error}; training goes on and tries again at the next save"))))

  (defn _end-epoch [self loss]
    "Validate, save and show an epoch that is over."
    (setv
      begun (time.monotonic)
      [entry better] (._note self loss))
    (._try-to-save self)
    (.end-epoch self.report entry better (._sample self))
    (.note-end self.clock (- (time.monotonic) (max begun (or self.compiled 0)))))

  (defn _done? [self]
    "Whether the run is over: by the clock or `most` epochs (but it takes a step in any case), or else because of its epochs or its patience."
    (if self.clock.deadline
      (and self.stepped (or self.late (= (._progress self) 1)))
      (why-done self.settings self.checkpoint.history self.text)))

  (defn run [self]
    "Train until the time is over, the epochs are done or no epoch gets better. Raise `Interrupted` when stopped by a signal, `FloatingPointError` when the loss explodes, `OSError` when the last save fails."
    (with [stopper (Stopper)]
      (try
        (while (not (._done? self))
          (._end-epoch self (._epoch self stopper))
          (when stopper.number
            (break)))
        (when self.unsaved
          (.save self))
        (when stopper.number
          (raise (Interrupted stopper.number)))
        (finally
          (.end-bar self.report))))
    self.checkpoint))
