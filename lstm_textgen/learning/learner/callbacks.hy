#[[Keras' callbacks around a run: the user's, and those that keep its logs.

They are called as by `fit`, with the same logs in nats: `loss`, the mean so far, after each batch;
`loss`, `val_loss` and `learning_rate` after each epoch, counted from 0 over all texts.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  importlib [import-module]
  types [SimpleNamespace]
  keras
  numpy :as np
  lstm-textgen.basics.files [naming-errors]
  lstm-textgen.basics.values [clip]
  lstm-textgen.learning.learner.network [stock-model]
  lstm-textgen.learning.learner.protocol [values]
  lstm-textgen.learning.learner.quiet [muted-stderr]
  lstm-textgen.learning.learner.stock [compile-network]
  lstm-textgen.modelfile.history [losses-of]
  lstm-textgen.pages.report [write-report])

(setv AT-BATCHES ["on_batch_begin" "on_batch_end" "on_train_batch_begin" "on_train_batch_end"])


(defn run-callbacks [asked checkpoint display resumes learner params]
  #[[Return the `Callbacks` of the run that was `asked` for (a `Request`), or None if it has none.

  They watch `learner`, which trains for `checkpoint`, and get `params`, those of `fit`; `resumes`:
  whether rows are added to its table, which is that of the checkpoint's history. Raise `TypeError`
  if one of the user's isn't a Keras callback.]]
  (for [callback asked.callbacks  :if (not (isinstance callback keras.callbacks.Callback))]
    (raise (TypeError (+ "`callbacks` must be a list of Keras callbacks, but this is not one: "
      (clip (repr callback))))))
  (when asked.tensorboard
    (with [_ (muted-stderr)]
      (import-module "tensorflow")))  ; it writes the logs, whichever backend trains
  (setv
    board (when asked.tensorboard
      (keras.callbacks.TensorBoard asked.tensorboard :write-graph False))  ; of stock layers
    watching (if board [#* asked.callbacks board] asked.callbacks)
    own [
      #* (if asked.csv [(Table asked.csv checkpoint.history :append resumes)] [])
      #* (if asked.report [(_page-writer asked.report asked.path checkpoint display.warn)] [])])
  (when (or watching own)
    (Callbacks watching own learner params
      (if watching (_watched checkpoint learner) (SimpleNamespace)))))  ; ours look at no model


(defn _watched [checkpoint learner]
  "Return the model that callbacks see: the stock counterpart of the one that `learner` trains."
  (setv model (stock-model checkpoint.spec (values learner.weights)))
  (compile-network model 0.0)  ; until it gets the state of the learner's
  (.build model.optimizer model.trainable-variables)
  model)


(defclass Callbacks []
  #[[The callbacks of a run: those that are `watching` a `model`, and the program's `own`.

  Before an event the model gets the weights of the `learner` and the state of its optimizer. What
  a callback changes of the weights the learner gets. `rate` is the learning rate that a callback
  has set, or None. As copying takes time, the model is left alone at batches unless a callback of
  the user's does something then.]]

  (meth __init__ [@watching own @learner params @model]
    (setv
      @rate None
      @model.stop-training False
      @at-batches (any (gfor
        callback @watching
        :if (not (isinstance callback keras.callbacks.TensorBoard))
        name AT-BATCHES
        (!= (getattr (getattr callback name) "__func__" None)
          (getattr keras.callbacks.Callback name))))
      @all (keras.callbacks.CallbackList [#* @watching #* own] :model @model #** params)))

  (meth call [event arguments [weights None]]
    "Call all callbacks at `event`; the model has `weights`, by default the learner's."
    (setv act (getattr @all event))
    (if (and @watching (or @at-batches (not-in "batch" event)))
      (@_call-watched act arguments (or weights (values @learner.weights)))
      (act #* arguments)))

  (meth _call-watched [act arguments weights]
    (for [
        [theirs ours] (zip @model.optimizer.variables (values @learner.optimizer.variables))
        :if (= (tuple theirs.shape) ours.shape)]
      (.assign theirs ours))
    (.set-weights @model weights)
    (setv [before] (values [@model.optimizer.learning-rate]))
    (act #* arguments)
    (setv
      [rate] (values [@model.optimizer.learning-rate])
      theirs (.get-weights @model))
    (unless (= rate before) (setv @rate (.item rate)))
    (unless (all (map np.array-equal weights theirs)) (.put @learner @learner.weights theirs))))


(defclass Table [keras.callbacks.CSVLogger]
  #[[Keras' table of losses, with epochs from 1 and losses in bits per character, as on the screen.

  Its errors name the file. `history` gets each epoch's entry before the row is written.]]

  (meth __init__ [filename @history #** options]
    (.__init__ (super) filename #** options))

  (meth on-epoch-end [epoch [logs None]]
    "Add the row of an `epoch` (from 0) that has these `logs` and is the last of the history."
    (setv losses (losses-of (get @history -1)))
    (with [_ (naming-errors @filename)]
      (.on-epoch-end (super) (+ epoch 1) {
        "learning_rate" (get logs "learning_rate")
        "loss_bits" (get losses "training")
        "val_loss_bits" (.get losses "validation" "NA")}))))


(defn _page-writer [path model checkpoint warn]
  "Return a callback that writes a report on `checkpoint`, at `model`, to `path`, or else warns."
  (defn renew [epoch logs]
    (try
      (write-report path model checkpoint)
      (except [error OSError]
        (warn f"{path} could not be written: {error.strerror}; training continues"))))
  (keras.callbacks.LambdaCallback :on-epoch-end renew))
