#[[Characters against pieces, from scratch: which predicts a text better after some minutes.

    python -m hy bench/units.hy TEXT[:CHARACTERS][@MINUTES]…

TEXT is a file or a folder, read as the program reads it: `books:1000000@3` is the first million
characters of all texts in `books`, for three minutes; the default is all of it, and one minute.
Its last tenth is taken away before, then the program trains by each unit with its defaults, both
at the same time, on a core of its own each, so that other work slows both; with a single core they
take turns. The last tenth is scored as by `--score`, in bits per character, of pieces in the usual
spelling, which is an upper bound.]]

(import
  concurrent.futures [ThreadPoolExecutor]
  os
  pathlib [Path]
  re
  sys
  tempfile [TemporaryDirectory]
  bench.common [print-header print-row processor results split-held-out train-program]
  lstm-textgen.text.files [read-chunks])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  UNITS ["characters" "pieces"]
  CORES (sorted (os.sched-getaffinity 0)))


(defn main [#* texts]
  "Print a row for each of the `texts`, as they are given."
  (print f"one core each of {(processor)}\n")
  (print-header "text, characters" "minutes"
    #* (gfor unit UNITS what ["" ": network, epochs"] f"{unit}{what}")
    "difference" :unit "bits per character")
  (for [each texts]
    (setv
      [name size minutes] (.groups (re.fullmatch r"(.+?)(?::(\d+))?(?:@([\d.]+))?" each))
      text (cut (.join "" (read-chunks [name])) (when size (int size)))
      models (trained text (or minutes "1"))
      test (get (split-held-out text) 1)
      bits (lfor model models (. (get (.score model test) 0) bits)))
    (print-row f"{(. (Path name) stem)}, {(len text) :,}" (or minutes "1")
      #* (gfor
        [model loss] (zip models bits)
        cell [f"{loss :.3f}" f"{model.settings.layers}, {(len model.history)}"]
        cell)
      f"{(- (get bits 1) (get bits 0)) :+.3f}")))


(defn trained [text minutes]
  "Return the models that learn from all but the last tenth of `text`, one for each of `UNITS`."
  (with [folder (TemporaryDirectory)  pool (ThreadPoolExecutor (min (len UNITS) (len CORES)))]
    (setv path f"{folder}/text.txt")
    (.write-text (Path path) (get (split-held-out text) 0) :encoding "utf-8")
    (defn train [number unit]
      (os.sched-setaffinity 0 [(get CORES (% number (len CORES)))])  ; of this thread's processes
      (.mkdir (Path folder unit))
      (get (train-program path (Path folder unit) "--unit" unit "--minutes" minutes) 0))
    (list (.map pool train (range (len UNITS)) UNITS))))


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)]
    (main #* (cut sys.argv 1 None))))
