#[[What a list costs before training, and what a minute of training on first names comes to.

    python -m hy bench/items.hy [MEGABYTES]
    python -m hy bench/items.hy NAMES [MINUTES] [SEEDS]

The first reads lines made of the words of corpora/lol.txt, 47 characters on average and 100 MB in
all, from the file to units for training and validation; once as a text, then as a list, each time
in two processes: one is timed, the memory of the other is watched. That is the peak of anonymous
memory, sampled every 5 ms, above what the process had before (Linux); a MB is 10^6 bytes.

The second trains on the lines of the file NAMES without 1,000 random ones, with SEEDS random seeds
(3), and prints the loss on those, in bits per character: each is read from the beginning of an
item, and its end counts. The names of makemore (names.txt, 32,033 lines) are meant; its README
gives 1.92 nats, or 2.77 bits, for its transformer.]]

(import
  json
  math
  pathlib [Path]
  random
  subprocess
  sys
  tempfile [TemporaryDirectory]
  threading
  time
  numpy :as np
  bench.common [ROOT print-header print-row processor results run-script
    train-program]
  lstm-textgen.settings.models [new-settings]
  lstm-textgen.text.corpus [Text ids-of prepared-chunks]
  lstm-textgen.text.files [read-chunks]
  lstm-textgen.text.lists [Listing]
  lstm-textgen.text.vocabulary [build-vocabulary]
  lstm-textgen.writing.scoring [compare predicted])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  MEGABYTES 100
  WORDS-A-LINE #(4 14)
  HELD-OUT 1000  ; names, of the random seed …
  SEED 3407
  PAUSE 0.005)   ; seconds between two looks at the memory


(defn main [[given MEGABYTES] [minutes 1] [seeds 3]]
  "Print a table: of training on the file `given`, or of reading a number of megabytes."
  (print f"{(processor)}\n")
  (if (.is-file (Path (str given)))
    (learn-names given minutes (int seeds))
    (compare-reading (int given))))


;; * Reading

(defn compare-reading [megabytes]
  "Print how long reading lines of `megabytes` MB takes, as a text and as a list."
  (with [folder (TemporaryDirectory)]
    (setv path (/ (Path folder) "lines.txt"))
    (write-lines path megabytes)
    (print-header "read as" "items" "seconds" "CPU seconds" "peak above idle, MB")
    (for [kind ["text" "list" "text" "list"]]
      (setv [timed watched] (gfor way ["timed" "watched"]
        (json.loads (. (run-script __file__ "read" path kind way
          :check True :stdout subprocess.PIPE) stdout))))
      (print-row #* (cut timed -1) (get watched -1)))))


(defn write-lines [path megabytes]
  "Write random lines to `path`."
  (setv
    words (.split (.read-text (/ ROOT "corpora" "lol.txt") :encoding "utf-8"))
    rng (random.Random 1)
    left (* megabytes 1_000_000))
  (with [file (open path "w" :encoding "utf-8")]
    (while (> left 0)
      (-= left (.write file
        (+ (.join " " (.choices rng words :k (.randint rng #* WORDS-A-LINE))) "\n"))))))


(defn read [path kind way]
  "Read the text at `path`, as a list if `kind` is that; print a row's cells in JSON."
  (setv
    settings (new-settings {})
    listing (Listing "line")
    idle (anonymous)
    watch (Watch)
    [begun worked] [(time.monotonic) (time.process-time)]
    pieces (prepared-chunks (read-chunks [path])))
  (when (= way "watched") (.start watch))  ; it takes time itself
  (with [text (Text)]
    (for [piece (if (= kind "list") (.chunks listing pieces) pieces)] (.add text piece))
    (setv
      vocabulary (build-vocabulary text)
      kept (.kept text settings.validation))
    (if (= kind "list")
      (do
        (.hold-out listing settings.validation settings.rng-seed)
        (.split listing (ids-of text vocabulary) vocabulary))
      (for [[start stop] [[0 kept] [kept text.length]]]
        (ids-of (.part text start stop) vocabulary))))
  (setv
    seconds (- (time.monotonic) begun)
    work (- (time.process-time) worked)
    watch.over True)
  (print (json.dumps [kind f"{listing.count :,}" f"{seconds :.1f}" f"{work :.1f}"
    f"{(- watch.most idle) :.0f}"])))


(defclass Watch [threading.Thread]
  "Notes the peak of anonymous memory, in `most`, until `over`."

  (defn __init__ [self]
    (.__init__ (super) :daemon True)
    (setv [self.most self.over] [0 False]))

  (defn run [self]
    (while (not self.over)
      (setv self.most (max self.most (anonymous)))
      (time.sleep PAUSE))))


(defn anonymous []
  "Return the megabytes of anonymous memory of this process."
  (with [status (open "/proc/self/status")]
    (for [line status :if (.startswith line "RssAnon")]
      (return (/ (int (get (.split line) 1)) 1000)))))


;; * Names

(defn learn-names [path minutes seeds]
  "Train on the names in the file `path`, `seeds` times; print the loss on those set aside."
  (setv
    names (.split (.read-text (Path path) :encoding "utf-8"))
    rng (random.Random SEED))
  (.shuffle rng names)
  (print-header "seed" "network" "epochs" "validation" "test"
    :unit "bits per character")
  (with [folder (TemporaryDirectory)]
    (setv part (/ (Path folder) "names.txt"))
    (.write-text part (.join "\n" (cut names HELD-OUT None)) :encoding "utf-8")
    (for [seed (range 1 (+ seeds 1))]
      (setv
        [model _] (train-program part folder "--items" "line" "--minutes" (str minutes)
          "--rng-seed" (str seed) "--restart")
        history model.checkpoint.history)
      (print-row seed model.checkpoint.settings.layers (len history)
        f"{(/ (min (gfor e history (get e "validation_loss"))) (math.log 2)) :.4f}"
        f"{(loss-on model.checkpoint (cut names HELD-OUT)) :.4f}"))))


(defn loss-on [model names]
  "Return the loss of `model` on `names`, each read alone, in bits per character."
  (setv
    lines (lfor name names (.encode model.vocabulary (+ name "\n")))
    total (sum (gfor
      size (set (map len lines))
      :setv alike (np.stack (lfor line lines :if (= (len line) size) line) 1)
      (.sum (get (predicted model alike compare) 0)))))
  (/ total (math.log 2) (sum (map len lines))))


(when (= __name__ "__main__")
  (match (cut sys.argv 1 None)
    ["read" path kind way] (read path kind way)
    _ (with [_ (results __file__ EDITION)] (main #* (cut sys.argv 1 None)))))
