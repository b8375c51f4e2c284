#[[How often training suggests the base that suits, and how long it takes to choose it.

    python -m hy bench/hints.hy NAME=FILE-OR-FOLDER…

From each file, or from the files of each folder together, ten samples of 5 KB are taken at even
distances. Each ought to be met by the suggestion of the base called NAME, and by none where NAME
is left out. The time is that of the suggestion, with what it reads of the bases.]]

(import
  re
  statistics [median]
  sys
  time
  bench.common [print-header print-row processor results]
  lstm-textgen.learning.bases [suggestion]
  lstm-textgen.text.corpus [Text]
  lstm-textgen.text.files [read-chunks]
  lstm-textgen.text.looks [look-at])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  SAMPLES 10
  SAMPLE 5000)  ; characters


(defn main []
  "Print a row for each file or folder."
  (print f"{(processor)}\n")
  (print-header "texts" "suggested" "right" "seconds, median")
  (for [given (cut sys.argv 1 None)]
    (setv
      [name _ path] (.partition given "=")
      [found seconds] (zip #* (map suggested (samples path))))
    (print-row path
      (.join ", " (gfor each (sorted (set found)) f"{(or each "none")} {(.count found each)}"))
      f"{(.count found name)} of {SAMPLES}"
      f"{(median seconds) :.2f}")))


(defn samples [path]
  "Return the samples of the file or folder at `path`."
  (setv
    text (.join "" (read-chunks [path]))
    step (// (- (len text) SAMPLE) (- SAMPLES 1)))
  (lfor n (range SAMPLES) (cut text (* n step) (+ (* n step) SAMPLE))))


(defn suggested [text]
  "Return the name of the base that training suggests for `text`, or \"\", and the seconds taken."
  (with [whole (Text)]
    (.add whole text)
    (setv seen (look-at whole whole.length)))
  (setv
    begun (time.perf-counter)
    line (suggestion seen)
    name (re.search "the base (\\w+)" line))
  #((if name (.group name 1) "") (- (time.perf-counter) begun)))


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)] (main)))
