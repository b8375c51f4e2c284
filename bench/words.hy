#[[How well a word-level model predicts, beside PyTorch.

    python -m hy bench/words.hy TEXT [MINUTES…]

The program is run as a user runs it, `./train.hy --sources TEXT --unit words`, with `--minutes N`
for each number of MINUTES. Then a plain model in PyTorch (bench/peer.hy) learns from the same
words with the same vocabulary: an embedding, an LSTM and a linear layer with dropout between them,
for the same minutes or, without MINUTES, for the number of epochs that ours took. Both keep the
weights of the epoch that predicts the last tenth of the words best, and this tenth is then scored.
Needs the extra `bench` (PyTorch).]]

(import
  argparse
  math
  pathlib [Path]
  tempfile [TemporaryDirectory]
  bench.common [print-header print-row processor results split-held-out train-peer train-program]
  lstm-textgen.text.units [Words])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  ;; Of the plain model; rows and window are those of PyTorch's own example of a language model.
  BATCH [20 35]
  UNITS 256
  DROPOUT 0.5
  RATE 3e-3
  EPOCHS 100)  ; at most, where minutes end the run


(defn main []
  "Print a table with a row for each number of minutes, or one row for the default epochs."
  (setv parser (argparse.ArgumentParser))
  (.add-argument parser "text")
  (.add-argument parser "minutes" :nargs "*" :type float)
  (setv given (.parse-args parser))
  (print f"{(processor)}\n")
  (print-header "text" "minutes" "words to train on" "vocabulary" "ours" "our seconds"
    "PyTorch" "its seconds" "ratio" "our network" "our epochs" :unit "perplexity per word")
  (for [minutes (or given.minutes [None])]
    (print-row #* (compare given.text minutes))))


(defn compare [path minutes]
  "Train both on the text at `path`, for `minutes` (None: by epochs); return the cells."
  (with [folder (TemporaryDirectory)]
    (setv [model seconds] (train-program path folder "--unit" "words"
      #* (if minutes ["--minutes" minutes] []))))
  (setv
    text (.prepare model (.read-text (Path path) :encoding "utf-8"))
    [kept held] (split-held-out (Words.split text))
    [total _ _] (.score model (.join "" held))
    found (train-peer (lfor words [kept held] (.encode model.vocabulary (.join "" words)))
      :vocabulary (len model.vocabulary) :embedding UNITS :units UNITS
      :inputs DROPOUT :dropout DROPOUT :rate RATE :batch BATCH :minutes minutes
      :epochs (if minutes EPOCHS (len model.history)))
    plain (math.exp (get found "losses" 0)))
  [ (. (Path path) stem)
    (if minutes f"{minutes :g}" "not given")
    f"{(len kept) :,}"
    f"{(len model.vocabulary) :,}"
    f"{total.perplexity :.1f}"
    f"{seconds :.0f}"
    f"{plain :.1f}"
    f"{(get found "seconds") :.0f}"
    f"{(/ total.perplexity plain) :.2f}"
    (str model.settings.layers)
    (len model.history)])


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)] (main)))
