#[[What a busy machine does to generating: `python -m hy bench/busy.hy [MODEL]` (default: english).

It reads a seed of 10,000 characters and writes 2,000, in turns on the machine as it is and beside
a busy process for each core. Idle means nothing if other programs run.]]

(import
  itertools [islice]
  statistics [median]
  sys
  time
  bench.common [ROOT busy-beside print-header print-row processor results]
  lstm-textgen.basics.machine [cores]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.modelfile.places [find-model]
  lstm-textgen.writing.writer [stream])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  ROUNDS 5
  SEED (cut (.read-text (/ ROOT "corpora" "lighthouse.txt") :encoding "utf-8") 10_000)
  WRITTEN 2000)


(defn speeds-of [model]
  "Return [reading writing]: characters per second."
  (setv
    begun (time.perf-counter)
    pieces (stream model SEED :rng-seed 1)
    _ (next pieces)
    read (time.perf-counter))
  (list (islice pieces (- WRITTEN 1)))
  [(/ (len SEED) (- read begun)) (/ WRITTEN (- (time.perf-counter) read))])


(defn main [[name None]]
  "Measure the model in the file `name`."
  (setv
    model (load-checkpoint (find-model (or name "english")))
    speeds {0 []  (cores) []})
  (speeds-of model)
  (for [_ (range ROUNDS)  n speeds]
    (with [_ (busy-beside n)]
      (.append (get speeds n) (speeds-of model))))
  (print f"{(processor)}, {ROUNDS} rounds\n")
  (print-header "characters per second" "idle" "busy" "share" "worst" :unit "characters/s")
  (for [[what idle busy] (zip ["reading" "writing"] #* (gfor each (.values speeds) (zip #* each)))]
    (print-row what f"{(median idle) :,.0f}" f"{(median busy) :,.0f}"
      f"{(/ (median busy) (median idle)) :.2f}" f"{(/ (min busy) (median idle)) :.2f}")))


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)]
    (main #* (cut sys.argv 1 None))))
