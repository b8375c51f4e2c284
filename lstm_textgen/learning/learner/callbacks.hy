#[[Keras' callbacks around a run: how they are called.

That is as `fit` calls them, with the same logs: `loss`, the mean so far, after each batch; `loss`,
`val_loss` and `learning_rate` after each epoch. Epochs are counted from 0, over all texts that the
model has learned from.]]

(import lstm-textgen.basics.values [clip])


(defclass CallbackList []
  #[[Calls the `callbacks`, a list, on a run that trains `model` with `params`, those of `fit`.

  Raise `TypeError` if one of them is no Keras callback.]]

  (defn __init__ [self callbacks model params]
    (setv
      self.model model
      model.stop-training False
      self.all None)
    (when callbacks
      (import keras)
      (for [callback callbacks  :if (not (isinstance callback keras.callbacks.Callback))]
        (raise (TypeError (+ "`callbacks` must be a list of Keras callbacks, and this is none: "
          (clip (repr callback))))))
      (setv self.all (keras.callbacks.CallbackList (list callbacks) :model model #** params))))

  (defn call [self event #* arguments]
    "Call all callbacks at an `event`, such as \"on_epoch_end\", with these arguments."
    (when self.all
      ((getattr self.all event) #* arguments)))

  (defn [property] stop? [self]
    "Whether one of them has asked to end the run."
    self.model.stop-training))


(defn epoch-logs [entry]
  "Return what callbacks are told of an epoch: its `entry` of the history in Keras' names."
  (dfor
    [name ours] (.items {"loss" "loss"  "val_loss" "validation_loss"
                         "learning_rate" "learning_rate"})
    :if (in ours entry)
    name (get entry ours)))
