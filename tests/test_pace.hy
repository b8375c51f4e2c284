"How many threads a lone stream gets."

(import
  re
  pytest
  lstm-textgen.writing.pace [PATIENCE Pace PORTION TRIAL]
  tests.helpers [run-hy succeeded])

(setv
  pytestmark pytest.mark.quick
  ;; Print the threads of BLAS before a text and, the most, between its units.
  COUNT "(import threadpoolctl [threadpool-info] lstm-textgen.writing.writer [stream]
    numpy :as np tests.helpers [small-model])
    (defn count [] (lfor each (threadpool-info) (get each \"num_threads\")))
    (print (count))
    (setv units (stream (small-model :layers \"lstm:512\" :resume False) \"h\"))
    (print (max (lfor _ (range 200) (do (next units) (count)))))")


(defn threads-of [seconds-of steps [busy (fn [n] False)]]
  "Return the threads of each of `steps` steps; one takes `seconds-of` those threads."
  (setv [pace taken now] [(Pace 2) [] [0.0]])
  (with [patch (.context (pytest.MonkeyPatch))]
    (for [#(name value) (.items {"set_threads" (fn [n] None)  "perf_counter" (fn [] (get now 0))})]
      (.setattr patch f"lstm_textgen.writing.pace.{name}" value))
    (while (< (len taken) steps)
      (.run pace
        (fn [n]
          (for [_ (range n)] (+= (get now 0) (seconds-of pace.threads (len taken))))
          (.extend taken (* [pace.threads] n)))
        64)))
  taken)


(defn [(pytest.mark.parametrize "slow" [0.8 1 50])]
    test-two-threads-that-are-hardly-faster-are-given-up [slow]
  (setv threads (threads-of (fn [threads _] (if (= threads 2) slow 1)) (** 10 5)))
  (assert (< (.count threads 2) (* 0.002 (len threads)))))


(defn test-once-the-machine-is-busy-one-thread-takes-over-soon []
  (setv threads (threads-of (fn [threads n] (if (= threads 2) (if (< n 999) 0.5 50) 1)) 1500))
  (assert (= (get threads 990) 2))
  (assert (< (.count (cut threads 999 (+ 999 PATIENCE)) 2) (+ PORTION TRIAL 2))))


(defn test-blas-has-one-thread-unless-the-environment-says-otherwise []
  (for [number ["" "2"]]
    (setv
      run (run-hy COUNT :cold True :environment {"OPENBLAS_NUM_THREADS" number})
      [before between] (.splitlines (succeeded run)))
    (assert (= between (if number before (re.sub r"\d+" "1" before))))))
