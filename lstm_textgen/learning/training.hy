#[[Epochs: training, validation, saving, stopping and resuming.

A run without `minutes` that is stopped and resumed on the same machine and versions ends with the
same bits as an uninterrupted one: whatever the next step depends on is in the model file, or
follows from the settings and the number of cores. This module sees a `Learner`, never a backend.]]

(eval-when-compile (require hyrule [meth some-> unless]))
(import
  dataclasses [replace]
  math
  platform
  signal
  time
  lstm-textgen.basics.interrupts [Interrupted catching-signals]
  lstm-textgen.basics.machine [cores processor-name]
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.basics.values [counted]
  lstm-textgen.learning.batches [Batches HeldOut unit-lengths]
  lstm-textgen.learning.learner.choice [make-learner]
  lstm-textgen.learning.learner.protocol [arrays-of]
  lstm-textgen.learning.learner.speed [bfloat16-pays? current-backend formats]
  lstm-textgen.learning.schedule [Average Clock check-time-left learning-rate rate-factor softened
    why-done]
  lstm-textgen.modelfile.checkpoint [Progress Resume save-checkpoint save-elsewhere]
  lstm-textgen.modelfile.history [as-good? describe-kept entries-on kept-entry]
  lstm-textgen.settings.sizing [training-speed]
  lstm-textgen.settings.training [LARGE-LAYER STEADY-ROWS]
  lstm-textgen.text.lists [item-bounds]
  lstm-textgen.writing.scoring [calibration]
  lstm-textgen.writing.writer [write-sample])

(setv
  SAMPLE-LENGTH 200   ; units shown after each epoch
  SAMPLE-KEPT 300     ; characters of them in each epoch's entry in the history
  TOLD-AFTER 30       ; steps, after which it is known how long a run takes …
  LONG-WAIT 3)        ; … and said, if it is more than this number of minutes


(defclass Training []
  #[[The training of one model: a `Run`, from its `Start`.

  `callbacks` is called with the learner and the `params` of Keras' `fit`; it returns `Callbacks`
  or None. The model, `checkpoint`, at first lacks `weights` or `resume` if these are to be new.]]

  (meth __init__ [run start callbacks]
    (setv
      [@request @group @display @warn] [run.request run.group run.display run.warn]
      [@path @absolute-path] [run.request.path run.absolute-path]  ; as shown, absolute
      [@checkpoint @epochs] [start.checkpoint start.epochs]
      [@late @unsaved] [False False]  ; whether the clock ended the run, the last save failed
      @saved? False  ; by this run, which leaves the model before it as `.bak`
      @average None  ; an `Average` in fine-tuning
      @logs {}  ; of the last epoch, for callbacks
      @settings @checkpoint.settings
      settings @settings
      @clock (Clock run.deadline)
      @text-id start.corpus.text-id
      [ids held] [start.corpus.ids start.corpus.held]
      @lengths (unit-lengths @checkpoint.vocabulary ids held)
      @largest (max (gfor layer settings.layers.recurrent layer.size))  ; hidden units of a layer
      own (.own-rows @group settings.batch-size)
      @batches (Batches ids settings own
        (when settings.items
          (item-bounds ids (.find @checkpoint.vocabulary "\n") settings.items))
        @checkpoint.facts.fine-tuned?)
      @held (when (len held) (HeldOut ids held @batches.shape own))
      @batch-units (math.prod @batches.shape)
      @larger-steps (and run.deadline @checkpoint.untrained? (not @checkpoint.vocabulary.several)
        (not @checkpoint.facts.fine-tuned?) (>= settings.batch-size STEADY-ROWS)
        (not-in "learning_rate" @request))
      bfloat16 (@_bfloat16?)
      @learner (make-learner @checkpoint.spec @batches.shape settings.rng-seed
        settings.learning-rate :bfloat16 bfloat16 :distributed @group.distributed)
      @learner.in-time? (bool run.deadline)
      @learner.one-thread (when @checkpoint.resume @checkpoint.resume.progress.one-thread)
      @callbacks (callbacks @learner {
        "verbose" 1  ; for what a callback shows if it is asked to
        "epochs" @epochs
        "steps" @batches.steps})
      @progress (replace (@_restored) :bfloat16 bfloat16 :on-torch (= (current-backend) "torch"))
      ;; Epochs on other texts don't count, nor earlier runs' in one with a deadline.
      @epochs-elsewhere (- @progress.epoch (len (entries-on @checkpoint.history @text-id)))
      @epochs-before (if run.deadline @progress.epoch @epochs-elsewhere)))

  (meth _bfloat16? []
    "Return whether to multiply in bfloat16: as the run that is resumed did, else if that pays."
    (setv resume @checkpoint.resume)
    (if resume
      (and resume.progress.bfloat16 (> (len (formats)) 1))
      (bfloat16-pays? @checkpoint.spec @batches.shape @display
        (if @request.minutes
          (* 60 @request.minutes)
          (/ (* @epochs @batches.steps @batch-units)
            (training-speed @settings.layers @settings.unit @checkpoint.weight-count
              @settings.batch-size))))))

  (meth _restored []
    "Restore the learner from `checkpoint`; return the `Progress`. Warn if the state doesn't fit."
    (setv
      resume @checkpoint.resume
      arrays (if resume [#* resume.variables #* resume.optimizer] []))
    (if @checkpoint.weights
      (.put @learner @learner.weights @checkpoint.weights)
      (setv @checkpoint.weights (arrays-of @learner.weights)))  ; a new model's, as first drawn
    (when (and @held @checkpoint.facts.fine-tuned?)
      (setv
        count (+ (len @learner.variables) (len @learner.optimizer.variables))
        [arrays average] [(cut arrays count) (cut arrays count None)]
        fits (= #* (gfor arrays [average @checkpoint.weights] (lfor a arrays a.shape)))
        @average (Average (if fits average @checkpoint.weights))))
    (when (and resume (.restore @learner arrays))
      (return (if (= resume.progress.text @text-id)
        (replace resume.progress)
        ;; A place in another text is meaningless.
        (replace resume.progress :step 0 :loss-sum 0.0 :text @text-id))))
    (when resume
      (@warn (+ f"{@path}: its training state doesn't fit this version; "
        "training resumes from the weights with a new optimizer")))
    (Progress (len @checkpoint.history) 0 0 0.0 @text-id))

  ;; * The run

  (meth run [@note]
    #[[Train until time is up, the epochs are done, validation stops improving or a callback asks.

    `note` is called with the entry of each epoch. Raise `Interrupted` if a signal stopped the run,
    `FloatingPointError` if training diverges, `OSError` if the last save fails.]]
    (setv signals [])  ; to any of the processes
    (with [stopper (catching-signals)]
      (try
        (@_call "on_train_begin")
        (while (not (or signals (.leader-says @group (@_why-done))))
          (setv
            begun (time.monotonic)
            loss (@_train-epoch stopper))
          (if (is loss None) (@save) (@_end-epoch loss begun))
          (setv signals (list (filter None (.all-say @group stopper.number)))))
        (when (.leader-says @group @unsaved) (@save))
        (for [number [stopper.number #* signals]  :if number] (raise (Interrupted number)))
        (when @group.leader?
          (.end-run @display (+ f"finished: {(@_why-done)}; {@path} has the weights of "
            (describe-kept @checkpoint.history @text-id))))
        (finally
          (@_call "on_train_end" @logs)
          (.end-bar @display)))))

  (meth _call [event #* arguments [weights None]]
    "Call all callbacks at an `event`, such as \"on_epoch_end\", of these `weights` or today's."
    (when @callbacks (.call @callbacks event arguments weights)))

  (meth _stopped? []
    (and @callbacks @callbacks.model.stop-training))

  (meth _why-done []
    #[[Return why the run is over, in words, or None.

    With a deadline it ends, after at least one step, by the clock or by its number of epochs; if
    it fine-tunes, also once validation has stopped improving.]]
    (cond
      (@_stopped?) "a callback ended the run"
      (not @clock.deadline) (some-> (why-done @settings @checkpoint.history @text-id) (get 0))
      (not @clock.steps) None
      (or @late (= (.progress @clock) 1)) "the time is up"
      (and @epochs (>= (@_share-done) 1)) f"{(counted @epochs "epochs")} done in this run"
      (and @average (not @epochs))
        (some-> (why-done (replace @settings :epochs 0) @checkpoint.history @text-id) (get 0))))

  (meth _train-epoch [stopper]
    "Train to the end of the epoch; return its mean loss in nats, None if a callback ended it."
    (setv [progress saved] [@progress (time.monotonic)])
    (.begin-epoch @display (@_epoch-number) (if @clock.deadline 0 @epochs)
      (* @batch-units @batches.steps) (* @batch-units progress.step))
    (when (and @learner.compiles? (not @clock.steps))
      (.doing @display "compiling the network")
      (when @held (.prepare @learner @held)))
    (@_call "on_epoch_begin" progress.epoch)
    (for [[x y] (.epoch @batches progress.epoch progress.step)]
      (@_step x y)
      (setv
        save (> (- (time.monotonic) saved) (* 60 @request.save-every))
        ;; These wishes are the leader's.
        wishes [(@_stopped?) save (= (.progress @clock) 1)]
        [stop end save @late] (.agree @learner
          [(bool stopper.number) #* (gfor wish wishes (bool (and wish @group.leader?)))]))
      (when stop
        (.end-bar @display)
        (@save)
        (raise (Interrupted (or stopper.number signal.SIGTERM))))
      (when end (return None))
      (when save
        (@save :must False)
        (setv saved (time.monotonic)))
      (when @late (break)))
    (/ progress.loss-sum progress.step))

  ;; * Steps

  (meth _step [x y]
    "Train on a batch (rows, lookback) and show it."
    (setv
      progress @progress
      before (@_share-done))
    (@_call "on_train_batch_begin" progress.step)
    (.set-rate @learner (@_rate before))
    (when (.from-empty? @batches progress.step) (.empty-states @learner))
    (setv
      loss (.step @learner x y)
      progress.one-thread (bool @learner.one-thread))
    (@_check loss)
    (.note-step @clock (if @held @held.steps 0))
    (when (= @clock.steps TOLD-AFTER) (@_say-how-long))
    (+= progress.loss-sum loss)
    (+= progress.step 1)
    (+= progress.updates 1)
    (when @average
      (.move @average before (@_share-done) (fn [] (arrays-of @learner.weights))))
    (setv mean (/ progress.loss-sum progress.step))
    (.step @display (* @batch-units progress.step)
      (/ mean (.get @lengths "unit_length" 1))
      (if @epochs (min 1 (@_share-done)) (or (.progress @clock) 0)))
    (@_call "on_train_batch_end" (- progress.step 1) {"loss" mean}))

  (meth _say-how-long []
    "Say how long a run without a deadline takes, if that is long."
    (setv
      steps (* @epochs @batches.steps (- 1 (@_share-done)))
      minutes (/ (* steps (or @clock.step-seconds 0)) 60))  ; None after a short epoch
    (when (and (not @clock.deadline) (> minutes LONG-WAIT))
      (.say @display (Message f"about {minutes :,.0f} minutes on this machine; " 'minutes
        " 2 would take two"))))

  (meth _rate [done]
    "Return the learning rate of a step before which a share of the training is `done`."
    (setv factor (if @larger-steps
      (rate-factor @clock (* @epochs @batches.steps) @largest)
      1))
    (or (and @callbacks @callbacks.rate)
      (learning-rate (* @settings.learning-rate factor) @progress.updates (min 1 done)
        :steady (is-not @average None))))

  (meth _check [loss]
    "Raise `ValueError` if the first step took too long, `FloatingPointError` if `loss` diverged."
    (when (and @clock.deadline (not @clock.steps))
      (check-time-left @request.minutes
        (.leader-says @group (- @clock.deadline (time.monotonic)))
        "preparing the run and compiling the network"))
    (unless (< loss (+ 2 (* 2 (math.log (len @checkpoint.vocabulary)))))
      (refuse f"training diverged in epoch {(@_epoch-number)} "
        f"(loss: {loss :.3g} nats); use a " 'learning-rate f" below {@settings.learning-rate}"
        :kind FloatingPointError)))

  (meth _epoch-number []  ; on this text, from 1
    (+ 1 (- @progress.epoch @epochs-elsewhere)))

  (meth _share-done []
    #[[Return the share of the training that is done; 0 if it is endless.

    It is measured by the clock or by epochs: its own with a deadline, else all on this text.
    Fine-tuning may go on after the epochs that most texts need, with a share above 1.]]
    (setv
      done (+ (- @progress.epoch @epochs-before) (/ @progress.step @batches.steps))
      epochs (or @epochs (if @average @settings.epochs 0)))
    (max (if epochs (/ done epochs) 0) (or (.progress @clock) 0)))

  ;; * The end of an epoch

  (meth _end-epoch [loss begun]
    "Validate, save and show an epoch that `begun` dates; `loss` is its mean in nats."
    (setv
      trained (time.monotonic)
      model @checkpoint
      weights (arrays-of @learner.weights)
      entry {"epoch" (+ 1 @progress.epoch)  "loss" loss  "text" @text-id})
    (when @held
      (.doing @display f"validating on {(len @held.ids) :,} {@settings.unit}")
      (@_call "on_test_begin")
      (setv [(get entry "validation_loss") weights] (@_validated weights loss))
      (@_call "on_test_end" {"loss" (get entry "validation_loss")}))
    (setv sample (@_complete entry weights begun))
    (.append model.history entry)
    (setv better (is entry (kept-entry model.history @text-id)))
    (when better (setv model.weights weights))
    (setv [@progress.epoch @progress.step @progress.loss-sum] [(get entry "epoch") 0 0.0])
    (when (and @group.leader? @held (@_why-done)) (@_evaluate))
    (@save :must False)
    (.end-epoch @display entry better sample)
    (setv @logs {
      "loss" loss
      #** (if @held {"val_loss" (get entry "validation_loss")} {})
      "learning_rate" (get entry "learning_rate")})
    ;; What is monitored is the loss of these weights, which may be an average.
    (@_call "on_epoch_end" (- (get entry "epoch") 1) @logs :weights weights)
    (@note entry)
    (.note-end @clock (- (time.monotonic) trained)))

  (meth _complete [entry weights begun]
    "Add to the `entry` of an epoch all but its losses; return a sample of its `weights`."
    (setv
      [rate] (arrays-of [@learner.optimizer.learning-rate])  ; of the last step
      sample (if @group.leader?
        (.strip (write-sample (replace @checkpoint :weights weights) SAMPLE-LENGTH
          :rng-seed @settings.rng-seed))
        ""))
    (.update entry @lengths
      :learning-rate (float f"{(float rate) :.6g}")
      :seconds (round (- (time.monotonic) begun) 3)
      :sample (cut sample SAMPLE-KEPT)
      :machine (.join ", " [(processor-name) (counted (cores) "cores") (platform.system)
        f"Python {(platform.python-version)}" @learner.in-words]))
    (when (and @held @checkpoint.facts.fine-tuned?
        (as-good? entry (entries-on @checkpoint.history @text-id) (len @held.ids)))
      (setv (get entry "kept") True))
    sample)

  (meth _validated [weights trained]
    #[[Return #(loss weights): the lowest validation loss, in nats per unit, and of which weights.

    They are the current `weights` or others that may be better: in fine-tuning `candidates` of
    their average, else, if a large network overfits, as the `trained` loss is lower, `softened`.]]
    (defn loss-of [each]
      (.put @learner @learner.weights each)
      (/ (sum (.losses @learner @held)) (len @held.ids)))
    (setv
      loss (loss-of weights)
      others (cond
        @average (.candidates @average)
        (and (< trained loss) (>= @largest LARGE-LAYER)) [(softened weights)]
        True [])
      judged [#(loss weights) #* (lfor each others #((loss-of each) each))])
    (.put @learner @learner.weights weights)
    (min judged :key (fn [pair] (get pair 0))))

  (meth _evaluate []
    "Measure the kept weights for the page About, at the end of a run, unless that is done."
    (setv
      model @checkpoint
      epoch (get (kept-entry model.history @text-id) "epoch"))
    (unless (= (.get (or model.evaluation {}) "epoch") epoch)
      (.doing @display "evaluating the model")
      (setv model.evaluation {"epoch" epoch  "calibration" (calibration model @held.ids)})))

  ;; * Saving

  (meth save [[must True]]
    #[[Save the model in its current state, with all that resuming needs.

    If that fails, but `must` succeed, save it elsewhere, and raise `OSError` that names both
    files; otherwise warn, as training continues and the next save tries again.]]
    (unless (and @held @checkpoint.history)  ; without validation the last are the best
      (setv @checkpoint.weights (arrays-of @learner.weights)))
    (.doing @display f"saving {@path}")
    (setv @checkpoint.resume (Resume (replace @progress)
      (arrays-of @learner.variables)
      [#* (arrays-of @learner.optimizer.variables) #* (if @average @average.weights [])]))
    (unless @group.leader? (return))
    (try
      (save-checkpoint @checkpoint @absolute-path :backup (not @saved?))
      (.saved @display)
      (setv [@unsaved @saved?] [False True])
      (except [error [OSError ValueError]]
        (setv
          @unsaved True
          why (if (isinstance error FileNotFoundError)
            f"its folder {@absolute-path.parent} has been renamed or removed"
            (or (getattr error "strerror" None) error))
          line f"{@path} could not be saved: {why}")
        (unless must
          (@warn f"{line}; training continues and tries again at the next save")
          (return))
        (setv rescued (save-elsewhere @checkpoint @absolute-path))
        (raise (OSError f"{line}{(if rescued f"; the model is in {rescued}" "")}") :from error)))))
