#[[How well a model by words predicts, beside PyTorch.

    python -m hy bench/words.hy TEXT [MINUTES…]

The program itself is run as a user would run it, `./train.hy --sources TEXT --unit words`, with
`--minutes N` for each number of MINUTES. Then a plain model in PyTorch learns from the same words
with the same vocabulary: an embedding, an LSTM and a linear layer with dropout between them, Adam
with half a cosine, stateful streams. It trains for as many minutes or, without MINUTES, for as
many epochs as ours did; like ours it keeps the weights of its best epoch. Both hold out the last
tenth of the words, which is then scored: ours as by `--score`, PyTorch in one go. Needs the extra
`bench` (PyTorch).]]

(import
  argparse
  math
  pathlib [Path]
  sys
  tempfile [TemporaryDirectory]
  time
  bench.common [print-header print-row processor run-script seconds-of]
  lstm-textgen.text.units [Words]
  lstm-textgen.textmodel [load])

(setv
  ;; Of the plain model; rows and window are those of PyTorch's own example of a language model.
  ROWS 20
  WINDOW 35
  UNITS 256
  DROPOUT 0.5
  RATE 3e-3
  READ-AT-ONCE 500)  ; words scored in one call: their logits take 20 MB


(defn main []
  "Print a table with a row for each number of minutes, or one row for the default epochs."
  (setv parser (argparse.ArgumentParser))
  (.add-argument parser "text")
  (.add-argument parser "minutes" :nargs "*" :type float)
  (setv given (.parse-args parser))
  (print f"{(processor)}\n")
  (print-header "minutes" "words to learn from" "vocabulary" "ours: perplexity" "seconds"
    "PyTorch: perplexity" "seconds" "ratio" "our network" "its epochs")
  (for [minutes (or given.minutes [None])]
    (print-row #* (compare given.text minutes))))


(defn compare [path minutes]
  "Train both on the text at `path` for so many `minutes` (None: by epochs); return the cells."
  (setv
    [model seconds] (train path minutes)
    text (.prepare model (.read-text (Path path) :encoding "utf-8"))
    [kept held] (split-held-out (Words.split text))
    [total _ _] (.score model (.join "" held))
    encode (fn [words] (.encode model.vocabulary (.join "" words)))
    begun (time.monotonic)
    plain (pytorch-perplexity (map encode [kept held]) (len model.vocabulary)
      (len model.history) minutes))
  [
    (if minutes f"{minutes :g}" "not given")
    f"{(len kept) :,}"
    f"{(len model.vocabulary) :,}"
    f"{total.perplexity :.1f}"
    f"{seconds :.0f}"
    f"{plain :.1f}"
    f"{(- (time.monotonic) begun) :.0f}"
    f"{(/ total.perplexity plain) :.2f}"
    (get model.settings "layers")
    (len model.history)])


(defn split-held-out [words]
  "Return #(training held-out), two parts of the list `words`: the last tenth is held out."
  (setv kept (- (len words) (round (* 0.1 (len words)))))
  #((cut words kept) (cut words kept None)))


(defn train [path minutes]
  "Train by the program, its output to standard error; return the `TextModel` and the seconds."
  (with [folder (TemporaryDirectory)]
    (setv
      model (/ (Path folder) "model")
      seconds (seconds-of (fn []
        (run-script "train.hy" "--sources" (.resolve (Path path)) "--unit" "words"
          "--model" model
          #* (if minutes ["--minutes" minutes] [])
          :check True
          :stdout sys.stderr))))
    #((load model) seconds)))


;; * PyTorch's

(defclass PlainModel []
  "A plain model by words in PyTorch; it carries its state from window to window."

  (defn __init__ [self words]
    "Make one that knows so many `words`."
    (import torch)
    (setv
      self.torch torch
      self.embedding (torch.nn.Embedding words UNITS)
      self.lstm (torch.nn.LSTM UNITS UNITS :batch-first True)
      self.dropout (torch.nn.Dropout DROPOUT)
      self.dense (torch.nn.Linear UNITS words)
      self.weights (lfor
        part [self.embedding self.lstm self.dense]
        weight (.parameters part)
        weight)
      self.optimizer (torch.optim.Adam self.weights)))

  (defn loss [self ids state]
    "Return #(mean-loss state) after `ids` (rows, time), which follow on `state`."
    (setv
      inputs (self.dropout (self.embedding (cut-time ids 0 -1)))
      [hidden state] (self.lstm inputs state)
      logits (.flatten (self.dense (self.dropout hidden)) 0 1)
      targets (.flatten (cut-time ids 1 None)))
    #((self.torch.nn.functional.cross-entropy logits targets) (lfor part state (.detach part))))

  (defn learn [self ids state rate]
    "Take a step with the learning rate `rate`; return the state after `ids`."
    (setv (get self.optimizer.param-groups 0 "lr") rate)
    (.zero-grad self.optimizer)
    (setv [value state] (.loss self ids state))
    (.backward value)
    (self.torch.nn.utils.clip-grad-norm_ self.weights 1.0)
    (.step self.optimizer)
    state)

  (defn perplexity [self ids]
    "Return the perplexity of `ids` (time,), read in one go without dropout."
    (setv
      nats 0
      state None)
    (.eval self.dropout)
    (with [_ (self.torch.no-grad)]
      (for [start (range 0 (- (len ids) 1) READ-AT-ONCE)]
        (setv
          window (get ids #(None (slice start (+ start READ-AT-ONCE 1))))
          [value state] (.loss self window state))
        (+= nats (* (.item value) (- (get window.shape 1) 1)))))
    (.train self.dropout)
    (math.exp (/ nats (- (len ids) 1)))))


(defn cut-time [ids start end]
  "Return the part of `ids` (rows, time) from `start` to `end`."
  (get ids #((slice None) (slice start end))))


(defn pytorch-perplexity [parts words epochs minutes]
  #[[Train a plain model; return the perplexity of the held-out words after its best epoch.

  `parts` are the ids to train on and those held out, of a vocabulary of so many `words`. It trains
  for so many `minutes`, or if that is None, `epochs`.]]
  (setv begun (time.monotonic))
  (import torch)
  (torch.manual-seed 1)
  (setv
    [kept held] (gfor ids parts (torch.from-numpy (.astype ids "int64")))
    model (PlainModel words)
    rows (.view (cut kept (* ROWS (// (len kept) ROWS))) ROWS -1)
    starts (range 0 (- (get rows.shape 1) 1) WINDOW)
    best math.inf
    updates 0
    progress 0)
  (while (< progress 1)
    (setv state None)
    (for [start starts]
      (setv state (.learn model (cut-time rows start (+ start WINDOW 1)) state
        (* RATE (+ 0.02 (* 0.49 (+ 1 (math.cos (* math.pi progress))))))))
      (+= updates 1)
      (setv progress (if minutes
        (/ (- (time.monotonic) begun) (* 60 minutes))
        (/ updates (* epochs (len starts)))))
      (when (>= progress 1)
        (break)))
    (setv best (min best (.perplexity model held))))
  best)


(when (= __name__ "__main__")
  (main))
