#[[Epochs: training, validation, saving, stopping and resuming.

A run without `minutes` that is stopped and resumed on the same machine and versions ends with the
same bits as an uninterrupted one: whatever the next step depends on is in the model file, or
follows from the settings and the number of cores. This module sees a `Learner`, never a backend.]]

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [closing nullcontext]
  dataclasses [replace]
  math
  signal
  time
  lstm-textgen.basics.interrupts [Interrupted catching-signals nothing-to-save]
  lstm-textgen.basics.machine [describe-machine]
  lstm-textgen.basics.values [counted]
  lstm-textgen.learning.batches [own-ids training-batches]
  lstm-textgen.learning.learner.choice [make-learner]
  lstm-textgen.learning.learner.machines [ProcessGroup]
  lstm-textgen.learning.learner.protocol [values]
  lstm-textgen.learning.schedule [Clock Limits learning-rate rate-factor why-done]
  lstm-textgen.modelfile.checkpoint [Checkpoint Progress Resume save-checkpoint
    save-elsewhere]
  lstm-textgen.modelfile.history [describe-kept entries-on kept-entry]
  lstm-textgen.modelfile.soundness [read-settings]
  lstm-textgen.text.corpus [fingerprint]
  lstm-textgen.writing.evaluation [evaluate]
  lstm-textgen.writing.writer [write-sample])

(setv
  SAMPLE-LENGTH 200   ; units shown after each epoch
  SAMPLE-KEPT 300     ; characters of them in each epoch's entry in the history
  ;; An evaluation within a run waits this many times its own duration after the previous one.
  EVALUATION-PAUSE 100)


(defclass Training []
  #[[The training of one model.

  - `checkpoint`: where it stands. Without `weights` they are new; without `resume` the optimizer.
  - `ids`: the training text (time,); `held`: the held-out text, a `HeldOut`, or None.
  - `path`: where the model is saved after each epoch, and within epochs as `limits` say.
  - `report`: what shows the run, a `Report`.
  - `limits`: when the run ends and how often it saves, `Limits`. The learning-rate schedule fits
    a deadline.
  - `callbacks`: called with the learner's `model` and the `params` of Keras' `fit`, it returns
    Keras' list of callbacks, or None.
  - `group`: the processes that train it, a `ProcessGroup`; the leader saves.
  - `lengths`: the `unit-lengths` of the text.]]

  (defn __init__ [self checkpoint ids held path report [limits (Limits)] [callbacks (fn [#* _])]
      [group (ProcessGroup)] [lengths {}]]
    (read-settings (.as-dict checkpoint.settings))  ; raises now what would fail on saving
    (setv
      settings checkpoint.settings
      [self.checkpoint self.settings self.path self.report] [checkpoint settings path report]
      [self.limits self.group self.clock] [limits group (Clock limits.deadline)]
      self.folder (. (.absolute path) parent)  ; what it is called now
      self.lengths lengths
      self.held held
      self.stepped False  ; whether this run has trained at all
      self.late False     ; whether the clock ended it
      self.unsaved False  ; whether the last save failed
      self.text (fingerprint ids)
      self.batches (training-batches ids settings (.own-rows group settings.batch-size))
      self.batch-units (math.prod self.batches.shape)
      self.learner (make-learner checkpoint.spec self.batches.shape settings.rng-seed
        settings.learning-rate :distributed group.distributed)
      self.learner.model.stop-training False
      self.callbacks (callbacks self.learner.model {
        "verbose" 1  ; for what a callback shows if it is asked to
        "epochs" (if limits.deadline limits.max-epochs settings.epochs)
        "steps" self.batches.steps}))
    (._restore self)
    (setv
      done (len (entries-on checkpoint.history self.text))
      self.evaluated None        ; when that was last done
      self.evaluation-cost 0     ; seconds
      self.evaluation-due (not (and checkpoint.evaluation done))
      self.first-epoch self.progress.epoch
      self.earlier (- self.first-epoch done)))  ; epochs on other texts don't count

  (defn _restore [self]
    #[[Restore the learner and the progress from `checkpoint`.

    Warn if its training state doesn't fit, as after a change in Keras.]]
    (setv
      [checkpoint resume] [self.checkpoint self.checkpoint.resume]
      self.progress (Progress (len checkpoint.history) 0 0 0.0 self.text))
    (if checkpoint.weights
      (.put self.learner self.learner.weights checkpoint.weights)
      (setv checkpoint.weights (values self.learner.weights)))
    (cond
      (is resume None) None
      (.restore self.learner [#* resume.variables #* resume.optimizer]) (setv self.progress
        (if (= resume.progress.text self.text)
          (replace resume.progress)
          ;; A place in another text is meaningless.
          (replace resume.progress :step 0 :loss-sum 0.0 :text self.text)))
      True (.warn self.report (+ f"{self.path}: its training state doesn't fit this version; "
        "training resumes from the weights with a new optimizer"))))

  ;; * The run

  (defn run [self]
    #[[Train until time is up, the epochs are done, validation stops improving or a callback asks.

    Return the `Checkpoint`. Raise `Interrupted` if a signal stopped the run, `FloatingPointError`
    if training diverges, `OSError` if the last save fails.]]
    (with [stopper (catching-signals)]
      (try
        (._call self "on_train_begin")
        (while (not (.leader-says self.group (or (._done? self) self.learner.model.stop-training)))
          (setv loss (._train-epoch self stopper))
          (if (is loss None) (.save self) (._end-epoch self loss))
          (setv signals (list (filter None (.all-say self.group stopper.number))))
          (when signals  ; to this process or another
            (setv stopper.number (or stopper.number (get signals 0)))
            (break)))
        (when (.leader-says self.group self.unsaved) (.save self))
        (when stopper.number (raise (Interrupted stopper.number)))
        (when self.group.leader? (.end-run self.report (._ending self)))
        (finally
          (._call self "on_train_end")
          (.end-bar self.report))))
    self.checkpoint)

  (defn _call [self event #* arguments]
    "Call all callbacks at an `event`, such as \"on_epoch_end\", with these arguments."
    (when self.callbacks ((getattr self.callbacks event) #* arguments)))

  (defn _done? [self]
    #[[Return whether the run is over.

    A run with a deadline ends by the clock or by its number of epochs, after at least one step;
    any other ends by its epochs or its patience.]]
    (if self.clock.deadline
      (and self.stepped (or self.late (= (._share-done self) 1)))
      (bool (why-done self.settings self.checkpoint.history self.text))))

  (defn _ending [self]
    "Return the line that says why the run ended and which weights the model has."
    (setv
      history self.checkpoint.history
      why (cond
        self.learner.model.stop-training "a callback ended the run"
        (or self.late (.over? self.clock)) "the time is up"
        self.clock.deadline (+ (counted self.limits.max-epochs "epochs") " done in this run")
        True (get (why-done self.settings history self.text) 0)))
    f"finished: {why}; {self.path} has the weights of {(describe-kept history self.text)}")

  (defn _train-epoch [self stopper]
    #[[Train to the end of the current epoch; return its mean loss in nats.

    Return None if a callback ended the run earlier.]]
    (setv
      progress self.progress
      saved (time.monotonic)
      self.epoch-begun saved)
    (when (= progress.step 0) (.empty-states self.learner))
    (.begin-epoch self.report (._epoch-number self) (if self.clock.deadline 0 self.settings.epochs)
      (* self.batch-units self.batches.steps) (* self.batch-units progress.step))
    (when (and self.learner.compiles? (not self.stepped)) (._compile self))
    (._call self "on_epoch_begin" progress.epoch)
    (for [[x y] (.epoch self.batches progress.epoch progress.step)]
      (._step self x y)
      (setv
        save (> (- (time.monotonic) saved) (* 60 self.limits.save-every))
        ;; These wishes are the leader's.
        wishes [self.learner.model.stop-training save (.over? self.clock)]
        [stop end save late] (.agree self.learner
          [(bool stopper.number) #* (gfor wish wishes (and wish self.group.leader?))]))
      (when stop
        (.end-bar self.report)
        (.save self)
        (raise (Interrupted (or stopper.number signal.SIGTERM))))
      (when end (return None))
      (when save
        (.try-to-save self)
        (setv saved (time.monotonic)))
      (when late
        (setv self.late True)
        (break)))
    (/ progress.loss-sum progress.step))

  (defn _compile [self]
    "Compile validation while there is nothing to lose yet; the first step compiles the rest."
    (.doing self.report "compiling the network")
    (when self.held
      (with [_ (nothing-to-save)  losses (closing (.losses self.learner self.held))]
        (next losses))))

  (defn _epoch-number [self]
    "Return the number of the current epoch on this text, from 1."
    (+ 1 (- self.progress.epoch self.earlier)))

  ;; * Steps

  (defn _step [self x y]
    #[[Train on a batch, ids `x` and `y` (rows, lookback); note and show it.

    Raise `FloatingPointError` if the loss is so high that training has diverged.]]
    (setv [learner progress] [self.learner self.progress])
    (._call self "on_train_batch_begin" progress.step)
    (.set-rate learner (._rate self))
    (unless self.batches.carries-state (.empty-states learner))
    (setv loss (with [_ (if self.stepped (nullcontext) (nothing-to-save))]
      (.learn learner x y)))
    (unless (< loss (+ 2 (* 2 (math.log (len self.checkpoint.vocabulary)))))
      (raise (FloatingPointError (+ f"training diverged, to a loss of {loss :.3g} nats, in epoch "
        f"{(._epoch-number self)}; train with a smaller `learning_rate` than "
        f"{self.settings.learning-rate}"))))
    (setv self.stepped True)
    (.note-step self.clock (if self.held self.held.steps 0))
    (+= progress.loss-sum loss)
    (+= progress.step 1)
    (+= progress.updates 1)
    (setv mean (/ progress.loss-sum progress.step))
    (.step self.report (* self.batch-units progress.step)
      (/ mean (.get self.lengths "unit_length" 1)) (._share-done self))
    (._call self "on_train_batch_end" (- progress.step 1) {"loss" mean}))

  (defn _rate [self]
    "Return the learning rate of the next step."
    (setv
      units (max (gfor layer self.settings.layers.recurrent layer.size))
      factor (rate-factor self.limits self.clock self.batches.steps units))
    (learning-rate (* self.settings.learning-rate factor) self.progress.updates
      (._share-done self)))

  (defn _share-done [self]
    #[[Return the share of the training that is done; 0 if it is endless.

    It is measured by the clock or by epochs: a run with a deadline counts its own, any other all
    on this text.]]
    (setv
      [epochs before] (if self.clock.deadline
        [self.limits.max-epochs self.first-epoch] [self.settings.epochs self.earlier])
      done (+ (- self.progress.epoch before) (/ self.progress.step self.batches.steps)))
    (min 1 (max (if epochs (/ done epochs) 0) (or (.progress self.clock) 0))))

  ;; * The end of an epoch

  (defn _end-epoch [self loss]
    "Validate, save and show a finished epoch; `loss` is its mean in nats."
    (setv
      begun (time.monotonic)
      [entry better sample] (._note-epoch self loss)
      evaluated (and self.group.leader? (._evaluate-if-due self better)))
    (.try-to-save self)
    (.end-epoch self.report entry better sample)
    (._call self "on_epoch_end" (- (get entry "epoch") 1) (dfor
      [name ours] [["loss" "loss"] ["val_loss" "validation_loss"]
        ["learning_rate" "learning_rate"]]
      :if (in ours entry)
      name (get entry ours)))
    (setv taken (- (time.monotonic) begun))
    (.note-end self.clock (+ taken (if evaluated 0 self.evaluation-cost))))

  (defn _note-epoch [self loss]
    #[[Add the epoch to the history; keep its weights if they are the best.

    Return its entry, whether they are, and a sample.]]
    (setv entry {"epoch" (+ 1 self.progress.epoch)  "loss" loss  "text" self.text})
    (when self.held
      (.doing self.report f"validating on {(len self.held.ids) :,} {self.settings.unit}")
      (setv (get entry "validation_loss") (._validate self)))
    (setv sample (if self.group.leader? (._sample self) ""))
    (.update entry {
      #** self.lengths
      "learning_rate" (float f"{self.learner.rate :.6g}")
      "seconds" (round (- (time.monotonic) self.epoch-begun) 3)
      "sample" (cut sample SAMPLE-KEPT)
      "machine" f"{(describe-machine)}, {(.describe self.learner)}"})
    (.append self.checkpoint.history entry)
    (setv better (is entry (kept-entry self.checkpoint.history self.text)))
    (when better (setv self.checkpoint.weights (values self.learner.weights)))
    (setv self.progress (replace self.progress :epoch (get entry "epoch") :step 0 :loss-sum 0.0))
    #(entry better sample))

  (defn _validate [self]
    "Return the mean loss over the units of the held-out text that count, in nats."
    (._call self "on_test_begin")
    (setv loss (/ (sum (.losses self.learner self.held)) (len self.held.ids)))
    (._call self "on_test_end" {"loss" loss})
    loss)

  (defn _sample [self]
    "Return a short text by the current weights, with the same random seed after each epoch."
    (setv
      vocabulary self.checkpoint.vocabulary
      now (Checkpoint (values self.learner.weights) vocabulary self.settings []))
    (.strip (write-sample now SAMPLE-LENGTH :rng-seed self.settings.rng-seed)))

  (defn _evaluate-if-due [self better]
    #[[Evaluate the best weights for reports, unless that is done; return whether it was done now.

    It waits for the end of the run if it would cost more than a hundredth of the time.]]
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

  ;; * Saving

  (defn save [self]
    #[[Save the model in its current state, with all that resuming needs.

    If that fails, save it elsewhere, and raise `OSError` that names both files.]]
    (try
      (._save self)
      (except [error OSError]
        (setv place (save-elsewhere self.checkpoint self.path))
        (raise (OSError f"{error}{(if place f"; the model is in {place}" "")}") :from error))))

  (defn try-to-save [self]
    "Save; on failure warn, and continue training until the next save."
    (try
      (._save self)
      (setv self.unsaved False)
      (except [error OSError]
        (setv self.unsaved True)
        (.warn self.report f"{error}; training continues and tries again at the next save"))))

  (defn _save [self]
    "Save as `save` does, at `path` only."
    (unless (and self.held self.checkpoint.history)  ; without validation the last are the best
      (setv self.checkpoint.weights (values self.learner.weights)))
    (.doing self.report f"saving {self.path}")
    (setv self.checkpoint.resume (Resume (replace self.progress) #* (.state self.learner)))
    (unless self.group.leader? (return))
    (try
      (save-checkpoint self.checkpoint self.path)
      (.saved self.report)
      (except [error [OSError ValueError]]
        (setv why (if (isinstance error FileNotFoundError)
          f"its folder {self.folder} has been renamed or removed"
          (or (getattr error "strerror" None) error)))
        (raise (OSError f"{self.path} could not be saved: {why}") :from error)))))
