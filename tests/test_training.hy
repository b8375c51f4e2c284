"Training: it learns, saves, stops, and resumes with the same bits."

(import
  concurrent.futures [ThreadPoolExecutor]
  functools [cache]
  signal
  numpy :as np
  pytest
  lstm-textgen.display.plain [Quiet]
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.modelfile.history :as history
  lstm-textgen.modelfile.history [kept-entry]
  lstm-textgen.textmodel [train]
  tests.counting [CountingLearner]
  tests.helpers [StopAfter TEXT TINY TINY-FLAGS counting program same-run? small-model
    start-program start-python train-tiny wait-for write-text])


(defn last-learning-rate [model]
  (setv [rate] (lfor
    value (cut model.checkpoint.resume.optimizer 2)
    :if (= value.dtype "float32")
    (float value)))
  rate)


(defn test-a-network-learns [tmp-path]
  (setv losses (lfor
    entry (. (train-tiny tmp-path :epochs 6) history)
    (get entry "validation_loss")))
  (assert (< (get losses -1) (min 1.5 (* 0.6 (get losses 0))))))


(defn [counting (pytest.mark.parametrize #("uncertain" "kept") [#(0 1) #(60 2) #(999 4)])]
    test-fine-tuning-keeps-the-last-epoch-that-is-as-good [monkeypatch tmp-path uncertain kept]
  (.setattr monkeypatch history "UNCERTAIN" uncertain)
  (.setattr monkeypatch CountingLearner "validate" (fn [self x y counted]
    (* self.iterations.value (np.count-nonzero counted))))  ; each step makes it worse
  (save-checkpoint (small-model :odds {}) (/ tmp-path "base.h5"))
  (train :path (/ tmp-path "m.h5") :base (/ tmp-path "base.h5") :display (Quiet)
    :text (* "hello, world\n" 60) :epochs 4)
  (setv
    model (load-checkpoint (/ tmp-path "m.h5") :resume True)
    last (cut model.resume.variables (len model.weights)))
  (assert (= (get (kept-entry model.history) "epoch") kept))
  (assert (= (all (map np.array-equal model.weights last)) (= kept 4))))


(defn [counting (pytest.mark.parametrize #("layers" "validation" "softer") [
    #("512" (fn [bias] (+ 9 bias)) 1.07)     ; weights that are less sure are better, …
    #("512" (fn [bias] (- 9 bias)) 1)        ; … or not, …
    #("512" (fn [bias] (* 1e-6 bias)) 1)     ; … or there is no overfitting, …
    #("256" (fn [bias] (+ 9 bias)) 1)])]     ; … or the network is small
    test-a-large-network-that-overfits-is-made-less-sure-if-that-helps
    [monkeypatch tmp-path layers validation softer]
  (.setattr monkeypatch CountingLearner "validate" (fn [self x y counted]
    (* (np.count-nonzero counted) (validation (.max (abs (. (get self.weights -1) value)))))))
  (train :text (* "hello, world\n" 60) :path (/ tmp-path "m.h5") :layers layers :epochs 1
    :display (Quiet))
  (setv
    model (load-checkpoint (/ tmp-path "m.h5") :resume True)
    last (cut model.resume.variables (len model.weights)))
  (assert (np.allclose (* softer (get model.weights -1)) (get last -1) :rtol 1e-6)))


(defn run [folder stride stops #** more]
  #[[Train in `folder` for four epochs; return the model's path.

  An epoch has 42 steps, unless `more` settings change that. The run is stopped after each number
  of steps in `stops`, and started again.]]
  (setv
    path (/ folder "model")
    settings {#** TINY "epochs" 4  "stride" stride  #** more})
  (for [stop [#* stops None]]
    (try
      (train (write-text folder) path
        :display (if stop (StopAfter stop) (Quiet))
        #** settings)
      (except [KeyboardInterrupt] (assert stop))))
  path)


(defn [(pytest.fixture :scope "module")] whole-run [tmp-path-factory]
  "Return a function from a stride to the model of a run that was never stopped."
  (cache (fn [stride] (run (tmp-path-factory.mktemp "whole") stride []))))


(defn [counting (pytest.mark.parametrize "stride,stops" [
    #(16 [84])  ; after the second epoch
    #(16 [7 30 1])
    #(5 [50])])]
    test-a-run-that-was-stopped-ends-with-the-same-bits [whole-run tmp-path stride stops]
  (assert (same-run? (whole-run stride) (run tmp-path stride stops))))


(defn test-a-run-with-batches-dealt-out-resumes-with-the-same-bits [monkeypatch tmp-path]
  (.setattr monkeypatch "lstm_textgen.learning.learner.choice.cores" (fn [] 2))
  (for [[name stops] [["a" []] ["b" [30]]]]
    (run (/ tmp-path name) 16 stops :batch-size 16 :layers (get TINY "layers") :unit "pieces"
      :max-words 40))
  (assert (same-run? (/ tmp-path "a" "model") (/ tmp-path "b" "model"))))


(defn [pytest.mark.slow] test-two-trainings-at-once-are-as-one-after-the-other [tmp-path]
  (setv [alone #* others] (lfor name "abc" (/ tmp-path name)))
  (train-tiny alone)
  (with [pool (ThreadPoolExecutor)] (list (.map pool train-tiny others)))
  (for [folder others] (assert (same-run? (/ alone "model") (/ folder "model")))))


(defn [counting] test-the-best-weights-by-validation-are-those-that-write [tmp-path]
  ;; The held-out part is of another kind, so the better the rest is known the worse it fares.
  (setv
    model (train-tiny tmp-path (+ TEXT (* "zyx wvu!\n" 80)) :epochs 30 :patience 3)
    losses (lfor entry model.history (get entry "validation_loss"))
    best (.index losses (min losses)))
  (assert (= (len losses) (+ best 4)))
  (setv again (load-checkpoint (/ tmp-path "model") :resume True))
  (setv last (- (len again.weights) 1))
  (assert (not (np.allclose (get again.weights last) (get again.resume.variables last)))))


(defn test-new-characters-are-learnt-and-old-ids-keep-their-meaning [trained]
  (setv
    units (. (load-checkpoint (/ trained "model")) vocabulary units)
    model (train-tiny trained (* "zebras ÄÖ 🦓\n" 200) :epochs 6 :add-text True))
  (setv added (cut model.vocabulary.units (len units) None))
  (assert (= model.vocabulary.units [#* units #* added]))
  (assert (= (set added) #{"z" "b" "r" "Ä" "Ö" "🦓"}))
  (assert (< (get model.history -1 "loss") 1.5))
  (assert (in "zebras" (.generate model "" :length 100 :rng-seed 1))))


(defn [counting] test-an-exploding-loss-stops-the-run-and-the-last-model-stays [trained]
  (setv before (.read-bytes (/ trained "model.h5")))
  (with [_ (pytest.raises FloatingPointError :match "use a `learning_rate` below 10000")]
    (train-tiny trained :epochs 40 :learning-rate 1e4))
  (assert (= (.read-bytes (/ trained "model.h5")) before)))


(defn [counting
    (pytest.mark.parametrize "number,status" [
      #(signal.SIGINT 130) #(signal.SIGTERM 143) #(signal.SIGHUP 129)])]
    test-a-signal-saves-and-says-how-to-resume [tmp-path number status]
  (write-text tmp-path (* TEXT 4))
  (setv process (start-program
    "--sources" "text.txt" #* TINY-FLAGS "--epochs" "0" "--patience" "0" :folder tmp-path))
  (wait-for "epoch 1" process.stdout)
  (.send-signal process number)
  (setv [_ message] (.communicate process :timeout 60))
  (assert (= process.returncode status))
  (assert (in "--generate" message))
  (assert (in "--sources text.txt" message))
  (assert (. (load-checkpoint (/ tmp-path "model") :resume True) resume)))


(setv COMPILE-FOREVER "
import hashlib, sys
import lstm_textgen.learning.training as training
from lstm_textgen.cli import main
class Compiling(training.make_learner):
    def learn(self, x, y):
        print('compiling', flush=True)
        hashlib.pbkdf2_hmac('sha256', b'', b'', 2 ** 31 - 1)  # hours, without Python's handlers
training.make_learner = Compiling
sys.exit(main(sys.argv[1:]))")


(defn [counting] test-a-signal-ends-a-run-at-once-while-its-network-compiles [tmp-path]
  (write-text tmp-path)
  (setv process (start-python "-c" COMPILE-FOREVER "--sources" "text.txt" #* TINY-FLAGS
    :cwd tmp-path))
  (wait-for "compiling\n" process.stdout)
  (.send-signal process signal.SIGTERM)
  (setv [_ message] (.communicate process :timeout 60))
  (assert (= [process.returncode (.strip message)]
    [143 "lstm-textgen: stopped; nothing was changed"]))
  (assert (not (list (.glob tmp-path "*.h5")))))


(defn [counting] test-minutes-end-a-run-and-bring-the-learning-rate-down [tmp-path]
  (train-tiny tmp-path :epochs 1)  ; imports Keras, which takes longer
  ;; Without `minutes` it would have no end.
  (setv
    model (train-tiny tmp-path (* TEXT 20) :epochs 0 :minutes 0.15 :restart True)
    epochs (len model.history))
  (assert (< (last-learning-rate model) (* 0.9 0.02)))
  (assert (> epochs 0))
  (with [_ (pytest.raises ValueError :match "too little time for training: .* give at least")]
    (train-tiny tmp-path (* TEXT 20) :epochs 1 :minutes 0.001))
  (assert (= (len (. (load-checkpoint (/ tmp-path "model")) history)) epochs)))


(defn [counting]
    test-a-run-of-minutes-ends-after-its-epochs-too-and-may-be-followed-by-others [tmp-path]
  (for [epochs [2 4]]
    (setv model (train-tiny tmp-path :epochs 2 :minutes 60))
    (assert (= (len model.history) epochs))
    (assert (< (last-learning-rate model) (* 0.1 0.02)))))


(defn [pytest.mark.slow] test-a-run-without-layers-says-which-network-it-chose-and-why [tmp-path]
  (setv result (program "--sources" (write-text tmp-path) "--minutes" "0.5" "--epochs" 1
    :folder tmp-path))
  (for [words ["network: lstm:" "(the default for a run of 0.5 min; about " " epochs)"]]
    (assert (in words result.stdout) result.stderr))
  (setv model (load-checkpoint (/ tmp-path "model")))
  (assert (in (str model.settings.layers) result.stdout)))
