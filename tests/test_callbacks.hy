"Keras' callbacks around a run, and the logs that they keep."

(import
  concurrent.futures [ThreadPoolExecutor]
  csv
  os
  re
  keras
  numpy :as np
  pytest
  lstm-textgen
  lstm-textgen.learning.learner.callbacks [Callbacks]
  lstm-textgen.modelfile.history [loss-of]
  tests.helpers [TEXT counting names-in refusal-of run-python same-run? succeeded train-tiny
    write-text])


(defclass Notes [keras.callbacks.Callback]
  "Notes each event except those of batches, with its logs; requests a stop after some batches."

  (defn __init__ [self [batches None]]
    (.__init__ (super))
    (setv
      self.events []
      self.batches batches))

  (defn on-train-begin [self [logs None]]
    (.append self.events #("begin" self.params)))

  (defn on-train-batch-end [self batch [logs None]]
    (setv self.batch #(batch logs))
    (when (= self.batches (+ batch 1)) (setv self.model.stop-training True)))

  (defn on-epoch-end [self epoch [logs None]]
    (.append self.events #(epoch logs)))

  (defn on-train-end [self [logs None]]
    (.append self.events #("end" logs))))


(defn as-logs [entry]
  "Return what Keras calls the losses and the rate of an `entry` of the history."
  { "loss" (get entry "loss")
    "val_loss" (get entry "validation_loss")
    "learning_rate" (get entry "learning_rate")})


(defn rows-of [path]
  (with [file (open path :newline "")] (list (csv.DictReader file))))


(defn [counting] test-a-table-that-finds-the-disk-full-is-named [tmp-path]
  (with [_ (pytest.raises OSError :match "No space left on device: '/dev/full'")]
    (train-tiny tmp-path :csv "/dev/full")))


(defn test-callbacks-are-called-as-fit-calls-them-and-change-nothing [trained-once tmp-path]
  (setv
    notes (Notes)
    model (train-tiny tmp-path :callbacks [notes])
    [a b] model.history)
  (assert (= notes.events [
    #("begin" {"verbose" 1  "epochs" 2  "steps" 42})
    #(0 (as-logs a))
    #(1 (as-logs b))
    #("end" (as-logs b))]))
  (assert (= notes.batch #(41 {"loss" (get b "loss")})))
  (assert (same-run? (/ tmp-path "model") (/ trained-once "model"))))


(defn [counting]
    test-a-callback-ends-the-run-within-an-epoch-and-it-resumes [counted-once tmp-path]
  (setv model (train-tiny tmp-path :callbacks (Notes 7)))
  (assert (= model.history []))
  (assert (= model.checkpoint.resume.progress.step 7))
  (train-tiny tmp-path)
  (assert (same-run? (/ tmp-path "model") (/ counted-once "model"))))


(defn test-a-model-checkpoint-saves-stock-models-with-the-weights-of-that-moment [tmp-path]
  (setv
    names ["a.keras" "a.h5" "a.weights.h5"]
    model (train-tiny tmp-path :epochs 1 :callbacks (lfor
      name names
      (keras.callbacks.ModelCheckpoint (/ tmp-path name)
        :save-weights-only (in ".weights" name))))
    stock (.to-keras model)
    [whole old] (gfor name (cut names 2) (keras.models.load-model (/ tmp-path name)))
    expected (.get-weights stock))
  (.load-weights stock (/ tmp-path (get names 2)))
  (for [saved [whole old stock]  [a b] (zip expected (.get-weights saved) :strict True)]
    (assert (np.array-equal a b))))


(setv LOOKS #[py[
import sys
import keras, numpy as np
import lstm_textgen

class Looks(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        twin = keras.models.clone_model(self.model)
        twin.set_weights(self.model.get_weights())
        logits = self.model.predict(x, verbose=0)
        for model in [self.model, twin]:
            assert np.allclose(logits, keras.ops.convert_to_numpy(model(x)), atol=1e-4)
        print(self.model.evaluate(x, y, verbose=0), logs["val_loss"])

text = sys.argv[1]
ids = np.array([[sorted(set(text)).index(c) for c in text[-len(text) // 10:]]])
x, y = ids[:, :-1], ids[:, 1:]
for path, more in [["new", {"layers": "12", "lookback": 16}], ["tuned", {"base": "new.h5"}]]:
    lstm_textgen.train(text=text, path=path, epochs=2, batch_size=8, learning_rate=0.02,
                       quiet=True, callbacks=[Looks()], **more)
]py])


(defn [(pytest.mark.parametrize "backend" ["tensorflow"
      (pytest.param "torch" :marks pytest.mark.slow)])]
    test-a-callback-uses-the-model-of-which-it-gets-the-validation-loss [backend tmp-path]
  (setv said (succeeded (run-python "-c" LOOKS TEXT
    :cwd tmp-path :environment {"KERAS_BACKEND" backend})))
  (setv pairs (lfor line (.splitlines said) (list (map float (.split line)))))
  (assert (= (len pairs) 4))
  (for [[measured reported] pairs]
    (assert (= measured (pytest.approx reported :abs 0.05)))))


(defn [counting] test-the-rate-that-a-callback-sets-counts-for-the-rest-of-the-run [tmp-path]
  (setv
    falling (keras.callbacks.LearningRateScheduler (fn [epoch rate] (/ 0.01 (+ epoch 1))))
    halving (keras.callbacks.ReduceLROnPlateau "loss" :factor 0.5 :patience 1 :min-delta 99)
    rates (lfor callback [falling halving]
      (lfor
        entry (. (train-tiny tmp-path :restart True :epochs 4 :callbacks [callback]) history)
        (get entry "learning_rate")))
    [_ b c d] (get rates 1))
  (assert (= (get rates 0) [0.01 0.005 0.00333333 0.0025]))
  (assert (= [c d] (pytest.approx [(/ b 2) (/ b 4)] :rel 1e-5))))


(defn [counting] test-the-weights-that-a-callback-sets-are-trained-on [tmp-path]
  (setv
    zeros (keras.callbacks.LambdaCallback :on-epoch-end (fn [epoch logs]
      (.set-weights zeros.model (lfor w (.get-weights zeros.model) (* 0 w)))))
    model (train-tiny tmp-path :epochs 2 :validation 0 :callbacks [zeros])
    [#* unmoved bias] model.checkpoint.weights)  ; which this learner doesn't train
  (assert (not (any (map np.any unmoved))))
  (assert (np.any bias)))


(defn [counting] test-a-run-that-resumes-adds-to-its-table [tmp-path]
  (for [epochs [1 3]]
    (setv model (train-tiny tmp-path :epochs epochs :csv (/ tmp-path "log.csv"))))
  (setv rows (rows-of (/ tmp-path "log.csv")))
  (assert (= (lfor row rows (int (get row "epoch"))) [1 2 3]))
  (for [[name theirs] [["loss_bits" "loss"] ["val_loss_bits" "validation_loss"]]]
    (assert (= (lfor row rows (float (get row name)))
      (lfor entry model.checkpoint.history (loss-of entry theirs))))))


(defn [counting] test-a-run-that-resumes-writes-its-table-into-a-pipe [tmp-path]
  (train-tiny tmp-path :epochs 1)
  (os.mkfifo (/ tmp-path "pipe"))
  (with [pool (ThreadPoolExecutor)]
    (setv rows (.submit pool rows-of (/ tmp-path "pipe")))
    (train-tiny tmp-path :epochs 2 :csv (/ tmp-path "pipe")))
  (assert (= (lfor row (.result rows) (get row "epoch")) ["2"])))


(defn [counting] test-tensorboard-which-reads-logs-gets-no-weights-at-batches
    [tmp-path monkeypatch]
  (setv acts [])
  (for [name (dir keras.callbacks.TensorBoard)  ; which would need the package tensorboard
      :if (re.match "set_model|on_(train|test|epoch)_" name)]
    (.setattr monkeypatch keras.callbacks.TensorBoard name (fn [#* _ #** __])))
  (.setattr monkeypatch Callbacks (hy.mangle "_call-watched")
    (fn [self act #* _] (.append acts act.__name__)))
  (train-tiny tmp-path :epochs 1 :callbacks [(keras.callbacks.TensorBoard)])
  (assert (and acts (not (any (gfor act acts (in "batch" act)))))))


(defn [counting] test-a-run-from-the-start-begins-its-table-anew [tmp-path]
  (for [_ (range 2)]
    (train-tiny tmp-path :epochs 1 :restart True :validation 0 :csv (/ tmp-path "log.csv")))
  (setv [row] (rows-of (/ tmp-path "log.csv")))
  (assert (= (list row) ["epoch" "learning_rate" "loss_bits" "val_loss_bits"]))
  (assert (= (get row "val_loss_bits") "NA")))


(defn [counting] test-a-callback-that-changes-the-folder-moves-no-file [here]
  (.mkdir (/ here "other"))
  (setv away (keras.callbacks.LambdaCallback
    :on-epoch-end (fn [#* _] (os.chdir (/ here "other")))))
  (lstm-textgen.train (write-text here) "m" :epochs 2 :csv "t.csv"
    :callbacks [away] :quiet True)
  (assert (= (names-in here) ["m.h5" "other" "t.csv" "text.txt"]))
  (assert (= (names-in (/ here "other")) []))
  (assert (= (len (. (lstm-textgen.load (/ here "m")) history)) 2)))


(defn [counting] test-from-python-a-source-is-never-an-output [tmp-path]
  (setv text (write-text tmp-path :name "text.h5"))
  (with [file (open text)]
    (for [[source outputs said] [
        [text {"csv" text} "would overwrite"]
        [file {"csv" text} "would overwrite"]
        [text {"path" (/ tmp-path "text")} "would overwrite"]]]
      (assert (in said (refusal-of lstm-textgen.train source :restart True :overwrite True
        #** {"path" (/ tmp-path "model")  #** outputs})))))
  (assert (= (.read-text (/ tmp-path "text.h5")) TEXT)))


(defn [(pytest.mark.parametrize "callbacks" [[print] "all" print])]
    test-what-is-no-callback-is-refused [tmp-path callbacks]
  (assert (in "`callbacks` must be a list of Keras callbacks"
    (refusal-of lstm-textgen.train :path (/ tmp-path "m") :text TEXT :callbacks callbacks))))
