#[[Keras' callbacks around a run: the user's, and those that keep its logs.

They are called as by `fit`, with the same logs in nats: `loss`, the mean so far, after each batch;
`loss`, `val_loss` and `learning_rate` after each epoch, counted from 0 over all texts.]]

(import
  importlib [import-module]
  keras
  lstm-textgen.basics.files [naming-errors]
  lstm-textgen.basics.values [clip]
  lstm-textgen.learning.learner.quiet [muted-stderr]
  lstm-textgen.modelfile.history [losses-of]
  lstm-textgen.pages.report [write-report])


(defn run-callbacks [run checkpoint report resumes model params]
  #[[Return Keras' list of all callbacks of `run` (a `Request`), or None if it has none.

  They get `model`, which trains for `checkpoint`, and `params`, those of `fit`; `resumes`: whether
  rows are added to its table, which is that of the checkpoint's history. Raise `TypeError` if one
  of the user's isn't a Keras callback.]]
  (for [callback run.callbacks  :if (not (isinstance callback keras.callbacks.Callback))]
    (raise (TypeError (+ "`callbacks` must be a list of Keras callbacks, but this is not one: "
      (clip (repr callback))))))
  (when run.tensorboard
    (with [_ (muted-stderr)]
      (import-module "tensorflow")))  ; it writes the logs, whichever backend trains
  (setv callbacks [
    #* run.callbacks
    ;; The graph of the training network, with its custom layers, is of no use.
    #* (if run.tensorboard [(keras.callbacks.TensorBoard run.tensorboard :write-graph False)] [])
    #* (if run.csv [(Table run.csv checkpoint.history :append resumes)] [])
    #* (if run.report [(report-page run.report run.path checkpoint report.warn)] [])])
  (when callbacks (keras.callbacks.CallbackList callbacks :model model #** params)))


(defclass Table [keras.callbacks.CSVLogger]
  #[[Keras' table of losses, with epochs from 1 and losses in bits per character, as on the screen.

  Its errors name the file. `history` gets each epoch's entry before the row is written.]]

  (defn __init__ [self filename history #** options]
    (.__init__ (super) filename #** options)
    (setv self.history history))

  (defn on-epoch-end [self epoch [logs None]]
    "Add the row of an `epoch` (from 0) that has these `logs` and is the last of the history."
    (setv losses (losses-of (get self.history -1)))
    (with [_ (naming-errors self.filename)]
      (.on-epoch-end (super) (+ epoch 1) {
        "learning_rate" (get logs "learning_rate")
        "loss_bits" (get losses "training")
        "val_loss_bits" (.get losses "validation" "NA")}))))


(defn report-page [path model checkpoint warn]
  "Return a callback that writes a report on `checkpoint`, at `model`, to `path`, or else warns."
  (defn renew [epoch logs]
    (try
      (write-report path model checkpoint)
      (except [error OSError]
        (warn f"{path} could not be written: {error.strerror}; training continues"))))
  (keras.callbacks.LambdaCallback :on-epoch-end renew))
