#[[The user's Keras callbacks around a run.

They are called as by `fit`, with the same logs in nats: `loss`, the mean so far, after each batch;
`loss`, `val_loss` and `learning_rate` after each epoch, counted from 0 over all texts.]]

(eval-when-compile (require hyrule [meth unless]))
(import
  keras
  numpy :as np
  lstm-textgen.basics.values [clip]
  lstm-textgen.learning.learner.network [stock-model]
  lstm-textgen.learning.learner.protocol [arrays-of]
  lstm-textgen.learning.learner.stock [compile-network])

(setv AT-BATCHES ["on_batch_begin" "on_batch_end" "on_train_batch_begin" "on_train_batch_end"])


(defn run-callbacks [request checkpoint learner params]
  #[[Return the `Callbacks` of a run by its `request` (a `Request`), or None if it has none.

  They watch the stock counterpart of what `learner` trains for `checkpoint`, and get `params`,
  those of `fit`. Raise `TypeError` if one of the user's isn't a Keras callback.]]
  (for [callback request.callbacks  :if (not (isinstance callback keras.callbacks.Callback))]
    (raise (TypeError (+ "`callbacks` must be a list of Keras callbacks, but this is not one: "
      (clip (repr callback))))))
  (when request.callbacks
    (setv model (stock-model checkpoint.spec (arrays-of learner.weights)))
    (compile-network model 0.0)  ; until it gets the state of the learner's
    (.build model.optimizer model.trainable-variables)
    (Callbacks request.callbacks learner params model)))


(defclass Callbacks []
  #[[The callbacks of a run, which are `watching` a `model`.

  Before an event the model gets the weights of the `learner` and the state of its optimizer. What
  a callback changes of the weights the learner gets. `rate` is the learning rate that a callback
  has set, or None. As copying takes time, the model is left alone at batches unless a callback
  other than TensorBoard, which reads logs, does something then.]]

  (meth __init__ [watching @learner params @model]
    (setv
      @rate None
      @model.stop-training False
      @at-batches (any (gfor
        callback watching
        :if (not (isinstance callback keras.callbacks.TensorBoard))
        name AT-BATCHES
        (!= (getattr (getattr callback name) "__func__" None)
          (getattr keras.callbacks.Callback name))))
      @all (keras.callbacks.CallbackList watching :model @model #** params)))

  (meth call [event arguments [weights None]]
    "Call all callbacks at `event`; the model has `weights`, by default the learner's."
    (setv act (getattr @all event))
    (if (or @at-batches (not-in "batch" event))
      (@_call-watched act arguments (or weights (arrays-of @learner.weights)))
      (act #* arguments)))

  (meth _call-watched [act arguments weights]
    (for [
        [theirs ours] (zip @model.optimizer.variables (arrays-of @learner.optimizer.variables))
        :if (= (tuple theirs.shape) ours.shape)]
      (.assign theirs ours))
    (.set-weights @model weights)
    (setv [before] (arrays-of [@model.optimizer.learning-rate]))
    (act #* arguments)
    (setv
      [rate] (arrays-of [@model.optimizer.learning-rate])
      theirs (.get-weights @model))
    (unless (= rate before) (setv @rate (.item rate)))
    (unless (all (map np.array-equal weights theirs)) (.put @learner @learner.weights theirs))))
