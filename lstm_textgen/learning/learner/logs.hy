"Keras callbacks that keep the logs of a run: for TensorBoard, as a table, as a report."

(import
  importlib [import-module]
  keras
  lstm-textgen.basics.files [naming-errors]
  lstm-textgen.learning.learner.quiet [muted-stderr]
  lstm-textgen.modelfile.outputs [TABLE begins-as?]
  lstm-textgen.pages.report [write-report]
  lstm-textgen.writing.scoring [bits])


(defn run-callbacks [run model report resumes]
  "Return all callbacks of `run` (a `Run`) on `model`; `resumes`: whether that has learned before."
  [ #* run.callbacks
    #* (log-callbacks run.tensorboard run.csv (and resumes run.csv (begins-as? run.csv TABLE)))
    #* (if run.report [(ReportPage run.report run.path model report.warn)] [])])


(defn log-callbacks [tensorboard csv resumes]
  #[[Return the callbacks that keep logs: for TensorBoard in a folder, as a table in a file.

  Each is a path or None. The table of a run that `resumes` one continues what is there.]]
  (when tensorboard
    (with [_ (muted-stderr)]
      (import-module "tensorflow")))  ; it writes the logs, whichever backend trains
  [ ;; The graph of the training network, whose layers are our own, tells nobody anything.
    #* (if tensorboard [(keras.callbacks.TensorBoard tensorboard :write-graph False)] [])
    #* (if csv [(Table csv :append resumes)] [])])


(defclass Table [keras.callbacks.CSVLogger]
  #[[Keras' table of losses, with epochs from 1 and losses in bits, as the screen shows them.

  Its errors name the file.]]

  (defn on-epoch-end [self epoch [logs None]]
    "Add the row of an `epoch` (from 0) with these `logs`, whose losses are in nats."
    (setv held-out (.get logs "val_loss"))
    (with [_ (naming-errors self.filename)]
      (.on-epoch-end (super) (+ epoch 1)
        { "learning_rate" (get logs "learning_rate")
          "loss_bits" (bits (get logs "loss"))
          "val_loss_bits" (if (is held-out None) "NA" (bits held-out))}))))


(defclass ReportPage [keras.callbacks.Callback]
  #[[Writes the report on a `checkpoint`, the model at `model`, to `path` after each epoch.

  `warn` is called with a line if that fails; training goes on.]]

  (defn __init__ [self path model checkpoint warn]
    (.__init__ (super))
    (setv
      self.path path
      self.model-path model
      self.checkpoint checkpoint
      self.warn warn))

  (defn on-epoch-end [self epoch [logs None]]
    "Renew the page."
    (try
      (write-report self.path self.model-path self.checkpoint)
      (except [error OSError]
        (self.warn f"{self.path} could not be written: {error.strerror}; training goes on")))))
