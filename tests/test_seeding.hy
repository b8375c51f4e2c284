"A training run draws from its own seed and affects no other run or program."

(import
  os
  threading [Thread]
  time [sleep]
  pytest
  lstm-textgen.learning.learner.quiet [muted-stderr]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  tests.helpers [same-model? train-tiny])


(defn side-by-side [#* tasks]
  "Run `tasks`, functions, each in a thread of its own."
  (setv threads (lfor task tasks (Thread :target task)))
  (for [thread threads] (.start thread))
  (for [thread threads] (.join thread)))


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
