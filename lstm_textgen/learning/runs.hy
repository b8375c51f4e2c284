"A training run: what was asked for → a trained model, saved as it learns."

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [contextmanager]
  dataclasses [replace]
  functools [partial]
  importlib.util [find-spec]
  math [ceil]
  os
  time
  lstm-textgen.basics.files [locked naming-errors]
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.display.plain [Plan Silent]
  lstm-textgen.learning.batches [chance-loss]
  lstm-textgen.learning.learner.machines [ProcessGroup join]
  lstm-textgen.learning.learner.quiet [quiet-run what-to-install]
  lstm-textgen.learning.learner.speed [LONG-RUN load-keras time-untimed]
  lstm-textgen.learning.schedule [hardly-trained why-done]
  lstm-textgen.learning.source [Run]
  lstm-textgen.learning.start [make-start]
  lstm-textgen.modelfile.history [WORDS-ALONE entries-on losses-of]
  lstm-textgen.modelfile.outputs [begins-as? check-model-apart check-output]
  lstm-textgen.modelfile.places [check-room check-writable own-path]
  lstm-textgen.recipes [with-recipe]
  lstm-textgen.settings.sizing [choose-layers share-in-words training-speed]
  lstm-textgen.text.files [listed-sources source-names])

(setv
  SAVED 16  ; bytes of a weight in a model file: the best, the last, and Adam's two means
  LOSS-TABLE b"epoch,learning_rate,loss_bits")  ; how a table of losses begins


(defn train-model [request display]
  #[[Train as `request` (a `Request`); return the `Checkpoint`, `trained` if there was more to do.

  Raise `ValueError` for unusable settings or text, `TypeError` for wrong callbacks, `ImportError`,
  `OSError`, `FloatingPointError` if it diverges, `RuntimeError` in a fork, and `Interrupted`.]]
  (setv
    deadline (when request.minutes (+ (time.monotonic) (* 60 request.minutes)))
    recipe (if (isinstance request.recipe #(str os.PathLike)) [request.recipe] [])
    request (with-recipe request)
    request (.but request
      :sources (listed-sources (or request.sources []))
      :path (own-path request.path)))
  (when (and request.restart request.add-text)
    (refuse 'restart " starts over and " 'add-text " goes on; give one of them"))
  (unless (find-spec "keras") (raise (what-to-install "keras")))  ; before any work
  (with [_ (quiet-run request.quiet)
         group (if request.distributed (join display) (ProcessGroup))]
    (setv run (Run request (.absolute request.path) group display deadline))
    (unless group.leader?
      (return (_train (replace run
        :request (.but request :csv None :callbacks [])
        :display (Silent)))))
    ;; No output may replace an input or another output.
    (check-writable request.path)
    (check-model-apart request.path request.sources)
    (when (setx csv request.csv)
      (check-output 'csv csv [#* request.sources #* recipe] [request.path] request.overwrite
        LOSS-TABLE (if (and request.recipe request.recipe.folder) [request.recipe.folder] [])))
    (with [_ (locked run.absolute-path)]
      (_train (replace run :request (.but request :csv (when csv (os.path.abspath csv))))))))


(defn _train [run]
  "Prepare `run` and train the model, unless that is done; return its `Checkpoint`."
  (setv
    [request display] [run.request run.display]
    begun (time.monotonic)
    start (make-start run)
    model start.checkpoint
    done (unless request.minutes (why-done model.settings model.history start.corpus.text-id)))
  (when done
    (.warn run (Message f"{request.path} is already trained on this text: {(get done 0)}; "
      (get done 1)))
    (return model))
  (when run.group.leader? (check-room request.path (* SAVED model.weight-count)))
  (try
    (unless (is model.vocabulary.unknown None) (.say display WORDS-ALONE))
    (.begin-run display (_plan run start))
    (when request.minutes (_say-how-much-is-read run start))
    (load-keras display  ; everything else is valid by now
      :resumed (when model.resume model.resume.progress))
    (import
      lstm-textgen.learning.learner.callbacks [run-callbacks]
      lstm-textgen.learning.learner.network [gpu-used in-float32]
      lstm-textgen.learning.training [Training])
    (when (= (gpu-used) "Apple's")
      (.say display "training on Apple's GPU, falling back to the CPU for unsupported operations"))
    (with [_ (in-float32)]
      (setv training (Training run start (partial run-callbacks request model)))
      (with [note (keeping-table request.csv model)] (.run training note)))
    (setv model.trained (> training.clock.steps 0))
    (finally (.end-bar display)))
  (when run.group.leader? (_warn-if-hardly-trained run start training.batches.steps))
  (when (> (- (time.monotonic) begun) LONG-RUN) (time-untimed display))
  model)


(defn _warn-if-hardly-trained [run start steps]
  "Warn, with what to do, if the model has hardly learned its text, an epoch of which has `steps`."
  (setv
    [request model ids] [run.request start.checkpoint start.corpus.ids]
    entries (entries-on model.history start.corpus.text-id)
    updates (if model.resume model.resume.progress.updates 0)
    passes (if model.facts.fine-tuned? 1 (/ updates steps)))
  (when (setx why (hardly-trained entries (chance-loss ids) (len ids) passes))
    (.warn run (Message f"{request.path} has hardly learned the text: {why}; to train it "
      "further, run this again with " #* (if request.minutes
        ['minutes f" {(ceil (+ 1 (* 2 request.minutes)))}"]
        ['epochs f" {(+ 9 (len entries))}"])))))


(defn [contextmanager] keeping-table [table model]
  #[[Yield a function that notes the entry of an epoch in the `table` asked for, a path or None.

  Losses are in bits per character. Rows are added to the table of a `model` that resumes.]]
  (unless table
    (yield (fn [entry]))
    (return))
  (setv goes-on? (and (not model.untrained?) (begins-as? table LOSS-TABLE)))
  (with [file (open table (if goes-on? "ab" "wb") :buffering 0)]
    (defn write [#* row]
      (with [_ (naming-errors table)]
        (.write file (.encode (+ (.join "," (map str row)) "\r\n")))))
    (unless goes-on? (write "epoch" "learning_rate" "loss_bits" "val_loss_bits"))
    (yield (fn [entry]
      (setv losses (losses-of entry))
      (write (get entry "epoch") (get entry "learning_rate") (get losses "training")
        (.get losses "validation" "NA"))))))


(defn _say-how-much-is-read [run start]
  "Say how much of the text a run with `minutes` reads, and how many read it once, if it is less."
  (setv
    model start.checkpoint
    settings model.settings
    units (len start.corpus.ids))
  (defn speed [minutes]
    (setv layers (if
      ;; A longer run would choose another network.
      (and model.untrained? (not model.facts.fine-tuned?) (not-in "layers" run.request))
      (get (choose-layers units start.epochs minutes settings.unit start.speed) 0)
      settings.layers))
    (* start.speed (training-speed layers settings.unit model.weight-count settings.batch-size)))
  (when (setx line (share-in-words units run.request.minutes speed))
    (.say run.display line)
    (when settings.items
      (.say run.display (+ "until it has read the whole list once, a model hardly knows where "
        "items end, and runs them together")))))


(defn _plan [run start]
  "Return the `Plan` of the training."
  (setv
    [model corpus] [start.checkpoint start.corpus]
    unit model.settings.unit)
  (Plan
    :source (source-names run.request.sources) :path (str run.request.path)
    :contents (+ f"{(len corpus.ids) :,} training and {(len corpus.held) :,} validation {unit}, "
      f"vocabulary {(len model.vocabulary) :,}")
    :units (len corpus.ids) :unit unit
    :layers (str model.settings.layers) :why model.facts.why :new model.untrained?
    :epochs start.epochs
    :seconds (when run.deadline (- run.deadline (time.monotonic)))
    :minutes (or run.request.minutes 0)
    :losses (list (map losses-of (entries-on model.history corpus.text-id)))))
