#[[Epochs: training, validation, saving, stopping and resuming.

A run that is stopped and resumed ends with the same bits as one that never was: whatever the next
step depends on is either in the model file or follows from the settings, and from the number of
cores, where a batch is dealt out to them.]]

(eval-when-compile (require hyrule [unless]))
(import
  dataclasses [replace]
  itertools [islice]
  math
  signal
  time
  keras
  numpy :as np
  lstm-textgen.basics.interrupts [Interrupted Stopper]
  lstm-textgen.basics.machine [describe-machine]
  lstm-textgen.basics.values [counted]
  lstm-textgen.learning.batches [Streams VALIDATED fingerprint own-ids training-batches]
  lstm-textgen.learning.learner.callbacks [Watchers epoch-logs]
  lstm-textgen.learning.learner.cores [make-learner]
  lstm-textgen.learning.learner.machines [Alone]
  lstm-textgen.learning.learner.stock [fits? put values]
  lstm-textgen.learning.schedule [Clock Limits haste learning-rate why-done]
  lstm-textgen.modelfile.checkpoint [Checkpoint Place Resume save-checkpoint]
  lstm-textgen.modelfile.soundness [read-settings]
  lstm-textgen.writing.evaluation [evaluate]
  lstm-textgen.writing.history [describe-kept epochs-of kept-entry]
  lstm-textgen.writing.writer [write-sample])

(setv
  SAMPLE-LENGTH 200   ; units shown after each epoch
  SAMPLE-KEPT 300     ; characters of them in the history, which has one for each epoch
  ;; An evaluation within a run takes its time so many times after the one before.
  EVALUATION-PAUSE 100)


(defclass Training []
  #[[The training of one model.

  - `checkpoint`: where it stands. Without `weights` all begins; without `resume`, the optimizer.
  - `ids`, `held`: what to train on and what to validate on, (time,) each; `held` may be empty.
  - `path`: where the model is saved after each epoch, and between them as `limits` say.
  - `report`: what shows the run, a `Report`.
  - `limits`: when the run ends and how often it saves, `Limits`. The schedule of the learning rate
    is fitted to a deadline.
  - `callbacks`: Keras callbacks, a list.
  - `team`: the processes that train it, an `Alone` or a `Team`; the leader saves.]]

  (defn __init__ [self checkpoint ids held path report [limits (Limits)] [callbacks #()]
      [team (Alone)]]
    (read-settings (.as-dict checkpoint.settings))  ; what couldn't be saved is refused now
    (setv
      settings checkpoint.settings
      self.clock (Clock limits.deadline)
      self.checkpoint checkpoint
      self.settings settings
      self.path path
      self.report report
      self.limits limits
      self.team team
      own (.own-rows team settings.batch-size)
      self.stepped False  ; whether this run has trained at all
      self.late False     ; whether the clock has ended it
      self.compiled None  ; when the first batch was validated
      self.unsaved False  ; whether the last save failed
      self.text (fingerprint ids)
      self.batches (training-batches ids settings own)
      self.batch-units (math.prod self.batches.shape)
      self.held (when (len held) (Streams (cut held VALIDATED) self.batches.shape :own own))
      self.learner (make-learner checkpoint.spec self.batches.shape
        settings.rng-seed settings.learning-rate
        :distributed team.distributed)
      self.watchers (Watchers callbacks self.learner.model
        { "verbose" 1  ; for what a callback shows if it is asked to
          "epochs" (if limits.deadline limits.max-epochs settings.epochs)
          "steps" self.batches.steps}))
    (when (> self.learner.at-once 1)
      (.hold self.learner self.batches))
    (._restore self)
    (setv
      self.evaluated None        ; when that was last done
      self.evaluation-cost 0     ; seconds
      self.evaluation-due (not (and
        checkpoint.evaluation
        (epochs-of checkpoint.history self.text)))
      self.first-epoch self.place.epoch
      ;; Epochs on other texts, which don't count for this one.
      self.earlier (- self.place.epoch (epochs-of checkpoint.history self.text))))

  (defn run [self]
    #[[Train until time is up, the epochs are done, validation stops improving or a callback asks.

    Return the `Checkpoint`. Raise `Interrupted` if a signal stopped the run, `FloatingPointError`
    if the loss explodes, `OSError` if the last save fails.]]
    (with [stopper (Stopper)]
      (try
        (.call self.watchers "on_train_begin")
        (while (not (.leader-says self.team (or (._done? self) self.watchers.stop?)))
          (setv loss (._train-epoch self stopper))
          (if (is loss None)
            (.save self)
            (._end-epoch self loss))
          (when (.told stopper (.all-say self.team stopper.number))
            (break)))
        (when (.leader-says self.team self.unsaved)
          (.save self))
        (when stopper.number
          (raise (Interrupted stopper.number)))
        (when self.team.leader?
          (.end-run self.report (._ending self)))
        (finally
          (.call self.watchers "on_train_end")
          (.end-bar self.report))))
    self.checkpoint)

  (defn _done? [self]
    #[[Return whether the run is over.

    A run with a deadline ends by the clock or by its number of epochs, but takes a step in any
    case; another ends by its epochs or its patience.]]
    (if self.clock.deadline
      (and self.stepped (or self.late (= (._progress self) 1)))
      (bool (why-done self.settings self.checkpoint.history self.text))))

  (defn _ending [self]
    "Return the line that says why the run is over, and which weights the model has."
    (setv
      history self.checkpoint.history
      why (cond
        self.watchers.stop? "a callback ended the run"
        (or self.late (.over? self.clock)) "the time is up"
        self.clock.deadline (+ (counted self.limits.max-epochs "epochs") " done in this run")
        True (get (why-done self.settings history self.text) 0)))
    f"finished: {why}; {self.path} has the weights of {(describe-kept history self.text)}")

  ;; * Beginning and resuming

  (defn _restore [self]
    "Bring the network, the optimizer and the place in the data to where `checkpoint` stands."
    (setv
      checkpoint self.checkpoint
      self.place (Place (len checkpoint.history) 0 0 0.0 self.text))
    (put self.learner.weights (or checkpoint.weights []))
    (when checkpoint.resume
      (._resume self checkpoint.resume))
    (unless checkpoint.weights
      (setv checkpoint.weights (values self.learner.weights))))

  (defn _resume [self resume]
    "Resume as `resume` (a `Resume`) says; if it doesn't fit, as after a change in Keras, say so."
    (setv [variables arrays] (.resumable self.learner [#* resume.variables #* resume.optimizer]))
    (unless (fits? variables arrays)
      (.warn self.report (+ f"{self.path}: its training state doesn't fit this version; "
        "training resumes from the weights with a new optimizer"))
      (return))
    (put variables arrays)
    (setv self.place (replace resume.place))
    (unless (= self.place.text self.text)  ; the place in another text means nothing
      (setv self.place (replace self.place :step 0 :loss-sum 0.0 :text self.text))))

  ;; * Steps

  (defn _train-epoch [self stopper]
    #[[Train to the end of an epoch, from where it stands; return the mean loss in nats.

    Return None if a callback has ended the run before.]]
    (setv
      place self.place
      saved (time.monotonic)
      self.epoch-begun saved)
    (when (= place.step 0)
      (.empty-states self.learner))
    (._show-beginning self)
    (.call self.watchers "on_epoch_begin" place.epoch)
    (for [losses (if (> self.learner.at-once 1) (._strides self) (._steps self))]
      (for [loss losses] (._note-step self loss))
      (setv [stop end save late] (.agree self.learner (._wishes self stopper saved)))
      (when stop
        (.end-bar self.report)
        (.save self)
        (raise (Interrupted (or stopper.number signal.SIGTERM))))
      (when end
        (return None))
      (when save
        (.try-to-save self)
        (setv saved (time.monotonic)))
      (when late
        (setv self.late True)
        (break)))
    (/ place.loss-sum place.step))

  (defn _wishes [self stopper saved]
    #[[Return whether to stop by a signal, to end the run, to save and to end for want of time.

    All but the first are the leader's to wish. `saved` is when it was last saved.]]
    [ (bool stopper.number)
      #* (gfor
        wish [self.watchers.stop? (> (- (time.monotonic) saved) (* 60 self.limits.save-every))
          (.over? self.clock)]
        (and wish self.team.leader?))])

  (defn _steps [self]
    "Train on the rest of the epoch batch by batch; yield the loss before each, in a list."
    (for [[x y] (.epoch self.batches self.place.epoch self.place.step)]
      (.call self.watchers "on_train_batch_begin" self.place.step)
      (.set-rate self.learner (._rate self))
      (unless self.batches.carries-state
        (.empty-states self.learner))
      (yield [(.learn self.learner x y)])))

  (defn _strides [self]
    "Do as `_steps`, with several batches at once while there are enough."
    (setv starts (.starts self.batches self.place.epoch self.place.step))
    (while (setx left (- self.batches.steps self.place.step))
      (.call self.watchers "on_train_batch_begin" self.place.step)
      (setv count (if (< left self.learner.at-once) 1 self.learner.at-once))
      (yield (.learn-many self.learner
        (np.stack (list (islice starts count)))
        (lfor ahead (range count) (._rate self ahead))))))

  (defn _rate [self [ahead 0]]
    "Return the learning rate for a step, so many steps `ahead`."
    (setv units (max (gfor layer self.settings.layers.recurrent layer.size)))
    (learning-rate
      (* self.settings.learning-rate (haste self.limits self.clock self.batches.steps units))
      (+ self.place.updates ahead)
      (._progress self ahead)))

  (defn _progress [self [ahead 0]]
    #[[Return the share of the training that is done, by the clock or by epochs; 0 without an end.

    That is, when so many steps are done that are `ahead` now.]]
    (setv
      epochs (if self.clock.deadline self.limits.max-epochs self.settings.epochs)
      by-epochs (if epochs (/ (._epochs-done self ahead) epochs) 0))
    (min 1 (max by-epochs (or (.progress self.clock) 0))))

  (defn _epochs-done [self ahead]
    #[[Return how many epochs are done, with the fraction of the one under way.

    In a run with a deadline, only its own count; else those on this text.]]
    (+
      (- self.place.epoch (if self.clock.deadline self.first-epoch self.earlier))
      (/ (+ self.place.step ahead) self.batches.steps)))

  (defn _note-step [self loss]
    #[[Note and show that a step with this `loss` (nats) is done.

    Raise `FloatingPointError` if that is more than a network can have which learns at all.]]
    (unless (< loss (+ 2 (* 2 (math.log (len self.checkpoint.vocabulary)))))
      (raise (FloatingPointError (+ f"the loss exploded to {loss :.3g} in epoch "
        f"{(._epoch-number self)}; train with a smaller `learning_rate` than "
        f"{self.settings.learning-rate}"))))
    (setv
      place self.place
      self.stepped True)
    (.note-step self.clock (if self.held self.held.steps 0))
    (+= place.loss-sum loss)
    (+= place.step 1)
    (+= place.updates 1)
    (.step self.report
      (* self.batch-units place.step)
      (/ place.loss-sum place.step)
      (._progress self))
    (.call self.watchers "on_train_batch_end"
      (- place.step 1)
      {"loss" (/ place.loss-sum place.step)}))

  (defn _epoch-number [self]
    "Return the number of the epoch under way, of those on this text, from 1."
    (+ 1 (- self.place.epoch self.earlier)))

  (defn _show-beginning [self]
    "Show that an epoch begins."
    (.begin-epoch self.report
      (._epoch-number self)
      (if self.clock.deadline 0 self.settings.epochs)
      (* self.batch-units self.batches.steps)
      (* self.batch-units self.place.step))
    (unless (or self.stepped (= (keras.backend.backend) "torch"))  ; which compiles nothing
      (.doing self.report "compiling the network")))

  ;; * The end of an epoch

  (defn _end-epoch [self loss]
    "Validate, save and show an epoch that is over; `loss` is its mean."
    (setv
      begun (time.monotonic)
      [entry better sample] (._note-epoch self loss)
      evaluated (and self.team.leader? (._evaluate-if-due self better)))
    (.try-to-save self)
    (.end-epoch self.report entry better sample)
    (.call self.watchers "on_epoch_end" (- (get entry "epoch") 1) (epoch-logs entry))
    (setv taken (- (time.monotonic) (max begun (or self.compiled 0))))
    (.note-end self.clock (+ taken (if evaluated 0 self.evaluation-cost))))

  (defn _note-epoch [self loss]
    #[[Add the epoch to the history; keep its weights if they are the best.

    Return its entry, whether they are, and what the model writes now.]]
    (setv entry {"epoch" (+ 1 self.place.epoch)  "loss" loss  "text" self.text})
    (when self.held
      (.doing self.report f"validating on {(len self.held.ids) :,} {self.settings.unit}")
      (setv (get entry "validation_loss") (._validate self)))
    (setv sample (if self.team.leader? (._sample self) ""))
    (.update entry (._circumstances self sample))
    (.append self.checkpoint.history entry)
    (setv better (is entry (kept-entry self.checkpoint.history self.text)))
    (when better
      (setv self.checkpoint.weights (values self.learner.weights)))
    (setv self.place (replace self.place :epoch (get entry "epoch") :step 0 :loss-sum 0.0))
    #(entry better sample))

  (defn _circumstances [self sample]
    "Return what an entry of the history tells beside the losses, which no step depends on."
    (setv [rate] (values [self.learner.optimizer.learning-rate]))
    { "learning_rate" (float f"{(float rate) :.6g}")
      "seconds" (round (- (time.monotonic) self.epoch-begun) 3)
      "sample" (cut sample SAMPLE-KEPT)
      "machine" (+ (describe-machine)
        f", Keras {keras.__version__} on {(keras.backend.backend)}")})

  (defn _evaluate-if-due [self better]
    #[[Evaluate the best weights for reports, unless that is done; return whether it was now.

    It waits for the end of the run where it would cost more than a hundredth of the time.]]
    (setv
      begun (time.monotonic)
      self.evaluation-due (or self.evaluation-due better)
      soon (or (is self.evaluated None)
        (> (- begun self.evaluated) (* EVALUATION-PAUSE self.evaluation-cost))))
    (when (and self.evaluation-due (or soon (._done? self)))
      (.doing self.report "evaluating the model")
      (setv
        self.checkpoint.evaluation (evaluate self.checkpoint
          (get (kept-entry self.checkpoint.history self.text) "epoch")
          (own-ids self.batches.ids)
          (if self.held self.held.ids #()))
        self.evaluated (time.monotonic)
        self.evaluation-cost (- self.evaluated begun)
        self.evaluation-due False)
      True))

  (defn _validate [self]
    #[[Return the mean loss over the first `VALIDATED` units of the held-out text, in nats.

    It is read from empty states; the training's own states are kept.]]
    (.call self.watchers "on_test_begin")
    (setv losses [])
    (with [_ (.other-states self.learner)]
      (for [[x y] (.epoch self.held 0)]
        (.append losses (.validate self.learner x y))
        (unless self.compiled  ; the first takes seconds: no measure for the next epoch's end
          (setv self.compiled (time.monotonic)))))
    (setv loss (/ (sum losses) (len losses)))
    (.call self.watchers "on_test_end" {"loss" loss})
    loss)

  (defn _sample [self]
    "Return what the model writes now, after each epoch from the same seed: a short text."
    (setv
      weights (values self.learner.weights)
      now (Checkpoint weights self.checkpoint.vocabulary self.settings []))
    (.strip (write-sample now SAMPLE-LENGTH :rng-seed self.settings.rng-seed)))

  ;; * Saving

  (defn save [self]
    #[[Save the model as it stands, with all that resuming needs.

    Raise `OSError` that names the file if it can't be done.]]
    (unless (and self.held self.checkpoint.history)  ; nothing says which weights are best
      (setv self.checkpoint.weights (values self.learner.weights)))
    (.doing self.report f"saving {self.path}")
    (setv self.checkpoint.resume (Resume
      (replace self.place)
      (values (.variables self.learner))
      (values self.learner.optimizer.variables)))
    (unless self.team.leader?
      (return))
    (try
      (save-checkpoint self.checkpoint self.path)
      (.saved self.report)
      (except [error [OSError ValueError]]
        (setv why (or (getattr error "strerror" None) error))
        (raise (OSError f"{self.path} could not be saved: {why}") :from error))))

  (defn try-to-save [self]
    "Save; if that can't be done now, say so and let training go on until the next save."
    (try
      (.save self)
      (setv self.unsaved False)
      (except [error OSError]
        (setv self.unsaved True)
        (.warn self.report f"{error}; training goes on and tries again at the next save")))))
