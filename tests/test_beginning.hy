"Fine-tuning of another model."

(import
  dataclasses [replace]
  re
  numpy :as np
  pytest
  lstm_textgen
  lstm-textgen.display.plain [Quiet]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.scoring [predicted]
  tests.helpers [StopAfter counting output refusal-of same-model? write-text])

(setv
  helped (pytest.mark.usefixtures "counting" "helpful")  ; where no network need learn
  OTHER (* "the café sat on the mat, said the cat: heylo!\n" 120)
  GREEK (* "Πρωί πρωί στη θάλασσα, κι εγώ.\n" 120))


(defn [pytest.fixture] helpful [monkeypatch]
  "Let a base be of help for any text: one that learned for seconds knows little."
  (.setattr monkeypatch "lstm_textgen.learning.start.STRANGE" 99))


(defn train-from-base [folder [display None] [text OTHER] [epochs 2] #** settings]
  "Fine-tune the model in `folder` on `text`; return the new one."
  (lstm_textgen.train (write-text folder text "other.txt") (/ folder "new")
    :base (/ folder "model")
    :display (or display (Quiet))
    #** (if epochs {"epochs" epochs} {})
    #** settings))


(defn first-loss [model]
  (get model.history 0 "validation_loss"))


(defn [(pytest.mark.usefixtures "helpful")]
    test-a-fine-tuned-model-knows-what-its-base-knew [trained]
  (setv
    alike {"layers" "24"  "lookback" 16  "batch_size" 8  "learning_rate" 0.02}
    base (lstm_textgen.load (/ trained "model"))
    model (train-from-base trained #** alike)
    alone (lstm_textgen.train (/ trained "other.txt") (/ trained "alone")
      :epochs 2 :display (Quiet) #** alike))
  (assert (< (first-loss model) (* 0.7 (first-loss alone))))
  (assert (= (len model.history) 2))
  (assert (= model.vocabulary.units [#* base.vocabulary.units "é"]))
  (assert (.startswith model.facts.base "model:"))
  (assert (.startswith (str model.settings.layers) "lstm:24"))
  (assert (= (lfor name ["lookback" "learning_rate"] (getattr model.settings name)) [16 0.02]))
  (assert (same-model? base.checkpoint (load-checkpoint (/ trained "model") :resume True))))


(defn [helped] test-fine-tuning-uses-its-minutes-while-validation-improves [trained]
  (setv
    [display told] [(Quiet) []]
    display.end-run told.append
    model (train-from-base trained display :epochs None :minutes 60 :restart True)
    losses (lfor entry model.history (get entry "validation_loss")))
  (assert (in "no better validation loss for 5 epochs" (get told 0)))
  (assert (> (len losses) model.settings.epochs 5))
  (assert (= (+ 6 (.index losses (min losses))) (len losses))))


(defn [helped] test-a-fine-tuned-model-begins-with-the-frequencies-of-its-text [trained]
  (setv
    text (+ "é" (* "the cat sat, the cat sat!\n" 120))
    model (train-from-base trained :text text :epochs 1 :learning-rate 1e-6 :validation 0)
    vocabulary model.vocabulary
    ids (np.array (lfor unit (cut text 2000) [(get vocabulary.ids unit)]))
    [odds] (predicted model.checkpoint ids (fn [logits _] [(softmax logits)]))
    found (dict (zip vocabulary.units (.mean odds #(0 1)))))
  (assert (< (get found "é") 0.002))
  (assert (< (sum (gfor [unit share] (.items found)  :if (not-in unit text) share)) 0.02))
  (assert (= (get found "!") (pytest.approx (/ 1 26) :rel 0.5))))


(defn [helped] test-a-run-from-a-base-that-was-stopped-ends-with-the-same-bits [trained]
  (train-from-base trained)
  (setv whole (load-checkpoint (/ trained "new") :resume True))
  (.unlink (/ trained "new.h5"))
  (with [_ (pytest.raises KeyboardInterrupt)]
    (train-from-base trained (StopAfter 30)))
  (train-from-base trained)
  (assert (same-model? whole (load-checkpoint (/ trained "new") :resume True))))


(defn [helped] test-a-short-text-gets-a-smaller-lookback-than-its-base [trained]
  (defn train [times #** options]
    (train-from-base trained :text (* "heylo, heylo and heylo once more " times) :restart True
      #** options))
  (setv settings (. (train 3) settings))  ; 99 characters
  (assert (= settings.lookback settings.stride 9))
  (assert (= (. (train 3 :lookback 2) settings lookback) 2))
  (for [[times options length] [[3 {"lookback" 16} 99] [1 {} 33]]]
    (assert (re.search f"it has {length} characters, .* a smaller `lookback`"
      (refusal-of train times #** options)))))


(defn [helped] test-the-command-line-fine-tunes-and-says-so [trained]
  (write-text trained (.replace OTHER "é" "ż") "other.txt")
  (setv shown (output trained "--sources" "other.txt" "--from" "english" "--model" "new"
    "--epochs" "1"))
  (assert (in "added 1 piece to the vocabulary" shown))
  (assert (in "fine-tuned from english, " shown))
  (assert (in "epoch 1/1" shown)))


(defn [counting]
    test-a-base-that-does-not-know-such-text-leaves-training-from-scratch-as-it-is [trained]
  (write-text trained GREEK "greek.txt")
  (defn train [name #* more]
    #( (output trained "--sources" "greek.txt" "--model" name "--epochs" "1" #* more)
      (load-checkpoint (/ trained name) :resume True)))
  (setv
    [_ alone] (train "alone")
    [shown begun] (train "begun" "--from" "model"))
  (assert (in "model knows too few" shown))
  (assert (.startswith begun.facts.base "model:"))
  (setv alone.facts (replace alone.facts :base begun.facts.base))
  (assert (same-model? alone begun))
  (train "begun" "--from" "model" "--epochs" "2")
  (assert (= (len (. (load-checkpoint (/ trained "begun")) history)) 2)))
