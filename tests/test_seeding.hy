"A training run draws from its own seed and affects no other run or program."

(import
  os
  random
  threading [Thread]
  time [sleep]
  numpy :as np
  pytest
  tensorflow :as tf
  lstm-textgen.learning.learner.quiet [muted-stderr]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.settings.layers [NetworkSpec parse-layers]
  tests.helpers [run-python same-model? succeeded train-tiny])

(setv
  SPEC (NetworkSpec (parse-layers "12,dropout:0.5") 6 4)
  SHAPE #(8 5)  ; rows and lookback of a batch
  ;; Trains on PyTorch; prints whether the global generators stayed as they were.
  TORCH-STATE "
import hy, torch
from lstm_textgen.learning.learner.stock import StockLearner
from tests.test_seeding import SPEC, SHAPE, batches, global_states
before = [global_states(), torch.get_rng_state().tolist()]
learner = StockLearner(SPEC, SHAPE, 1, 0.01)
for x, y in batches(2):
    learner.learn(x, y)
print(before == [global_states(), torch.get_rng_state().tolist()])")


(defn global-states []
  "Return the state of each global random generator, to be compared."
  (setv [kind keys #* others] (np.random.get-state))
  [(random.getstate) kind (.tolist keys) others])


(defn batches [count]
  "Return `count` random batches [x y]."
  (setv generator (np.random.default-rng 2))
  (lfor _ (range count) (lfor _ "xy" (.integers generator 0 6 SHAPE :dtype "int32"))))


(defn side-by-side [#* tasks]
  "Run `tasks`, functions, each in a thread of its own; return their results in order."
  (setv results {})
  (defn run [n task]
    (setv (get results n) (task)))
  (setv threads (lfor [n task] (enumerate tasks) (Thread :target run :args #(n task))))
  (for [thread threads] (.start thread))
  (for [thread threads] (.join thread))
  (lfor n (range (len tasks)) (get results n)))


(defn test-training-a-model-and-giving-it-to-keras-reseed-no-global-generator [tmp-path]
  (setv before (global-states))
  (tf.random.set-seed 5)
  (setv expected (float (tf.random.uniform [])))
  (tf.random.set-seed 5)
  (.to-keras (train-tiny tmp-path))
  (assert (= (global-states) before))
  (assert (= (float (tf.random.uniform [])) expected)))


(defn test-training-on-pytorch-moves-no-global-generator []
  (assert (= (succeeded (run-python "-c" TORCH-STATE :environment {"KERAS_BACKEND" "torch"}))
    "True\n")))


(defn [pytest.mark.slow] test-two-trainings-at-once-are-as-one-after-the-other [tmp-path]
  (setv folders (lfor name "abc" (/ tmp-path name)))
  (for [folder folders] (.mkdir folder))
  (setv [alone #* others] folders)
  (train-tiny alone)
  (side-by-side #* (gfor folder others (fn [[folder folder]] (train-tiny folder))))
  (setv [expected a b] (lfor folder folders (load-checkpoint (/ folder "model") :resume True)))
  (assert (same-model? expected a))
  (assert (same-model? expected b)))


(defn test-threads-that-import-keras-leave-standard-error-as-it-was []
  (setv before (os.fstat 2))
  (defn mute [pause]
    (sleep pause)
    (with [_ (muted-stderr)] (sleep 0.1)))
  (side-by-side (fn [] (mute 0)) (fn [] (mute 0.05)))
  (assert (os.path.samestat (os.fstat 2) before)))
