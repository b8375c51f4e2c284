#[[Whether validation shows what `--score` gives for the same text in its context.

    python -m hy bench/agreement.hy TEXT [--kilobytes 5 30 300] [--bases english] [FLAGS…]

For each size the program trains on the beginning of the text, with `--epochs 2` and FLAGS, by each
unit and from each base. The validation loss of the epoch whose weights are kept is compared with
the score of the same last tenth, read after the rest of the text.]]

(import
  argparse
  pathlib [Path]
  tempfile [TemporaryDirectory]
  numpy :as np
  bench.common [print-header print-row results train-program]
  lstm-textgen.modelfile.history [bits kept-entry loss-of]
  lstm-textgen.text.vocabulary [UNITS]
  lstm-textgen.writing.scoring [surprises])

(setv EDITION 1)


(defn main []
  "Print a row of the table for each run, then the largest difference."
  (setv parser (argparse.ArgumentParser))
  (.add-argument parser "text")
  (.add-argument parser "--kilobytes" :nargs "*" :type int :default [5 30 300])
  (.add-argument parser "--bases" :nargs "*" :default ["english"])
  (setv
    [given flags] (.parse-known-args parser)
    text (.read-bytes (Path given.text))
    kinds [#* (gfor unit UNITS ["--unit" unit]) #* (gfor base given.bases ["--from" base])])
  (print-header "KB" "" "validation" "`--score`" "difference"
    :keys 2 :unit "bits per character")
  (setv differences (lfor
    size given.kilobytes
    kind kinds
    :setv part (.decode (cut text (* 1000 size)) "utf-8" "ignore")
    (compare part size kind flags)))
  (print f"\nat most {(max differences) :.4f}"))


(defn compare [text size kind flags]
  "Train on `text` with the flags `kind` and `flags`; print a row; return the absolute difference."
  (with [folder (TemporaryDirectory)]
    (setv path (/ (Path folder) "text.txt"))
    (.write-text path text :encoding "utf-8")
    (setv
      [model _] (train-program path folder "--epochs" 2 #* kind #* flags)
      shown (loss-of (kept-entry model.checkpoint.history))
      scored (score-in-context model text)))
  (print-row size (get kind 1) f"{shown :.4f}" f"{scored :.4f}" f"{(- shown scored) :+.4f}")
  (abs (- shown scored)))


(defn score-in-context [model text]
  "Return the bits per character of the last tenth of `text`, read by `model` after the rest."
  (setv
    text (.prepare model text)
    ids (.encode model.vocabulary text)
    nats (np.concatenate (lfor stretch (surprises model.checkpoint [text]) stretch.nats))
    [ids nats] (lfor all [ids nats] (cut all (- (round (* 0.1 (len ids)))) None)))
  (/ (bits (.sum nats)) (.sum (.take model.vocabulary.lengths ids))))


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)] (main)))
