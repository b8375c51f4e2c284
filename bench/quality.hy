#[[How well a network writes after some minutes, beside PyTorch.

    python -m hy bench/quality.hy TEXT [MINUTES…] [--alone]

The default is 3 minutes; `--alone` leaves PyTorch out. For each number of minutes the program
itself is run as a user would run it, `./train.hy --sources TEXT --minutes N` with its defaults,
from the start of the process; then a plain LSTM in PyTorch trains for as long (1×256, batch 32,
window 64, Adam 5e-3 with half a cosine, stateful streams: the best that we know of plain ones).
Both hold out the last tenth of the text, which is then scored: ours as by `--score`, PyTorch in
one go; stock Keras opens the saved file and must agree. Losses are in nats a character. Needs the
extra `bench` (PyTorch).]]

(import
  argparse
  math
  pathlib [Path]
  sys
  tempfile [TemporaryDirectory]
  time
  numpy :as np
  bench.common [print-header print-row processor run-script seconds-of]
  lstm-textgen.backends.quiet [import-keras]
  lstm-textgen.textmodel [load])

(setv
  START 20_000  ; characters of the held-out text that stock Keras reads in one go
  ;; Of the plain LSTM.
  BATCH 32
  WINDOW 64
  UNITS 256
  EMBEDDING 64
  RATE 5e-3)


(defn main []
  "Print a table with a row for each number of minutes."
  (setv parser (argparse.ArgumentParser))
  (.add-argument parser "text")
  (.add-argument parser "minutes" :nargs "*" :type float :default [3.0])
  (.add-argument parser "--alone" :action "store_true")
  (setv
    given (.parse-args parser)
    text (.read-text (Path given.text) :encoding "utf-8"))
  (print f"{(processor)}\n")
  (print-header "minutes" "ours" f"stock Keras opens it: the first {START :,}" "ours: the same"
    "PyTorch 1×256" "epochs, network")
  (for [minutes given.minutes]
    (setv [#* losses network] (ours (get (split-text text) 1) given.text minutes))
    (print-row
      f"{minutes :g}"
      #* losses
      (if given.alone "" f"{(pytorch-loss text minutes) :.4f}")
      network)))


(defn split-text [text]
  "Return the `text` to train on and its last tenth."
  (setv kept (- (len text) (round (* 0.1 (len text)))))
  #((cut text kept) (cut text kept None)))


;; * Ours

(defn ours [held path minutes]
  "Train for so many minutes on the text at `path`; return cells about that and about `held`."
  (with [name (TemporaryDirectory)]
    (setv
      folder (Path name)
      model (train path minutes folder)
      start (cut held START))
    [
      (nats model held)
      f"{(keras-loss (/ folder "model.h5") model.vocabulary start) :.4f}"
      (nats model start)
      f"{(len model.history)}, {(get model.settings "layers")}"]))


(defn train [path minutes folder]
  "Train by the program, its output to standard error; return the saved `TextModel`."
  (setv seconds (seconds-of (fn []
    (run-script "train.hy" "--sources" (.resolve (Path path)) "--minutes" minutes
      "--model" (/ folder "model")
      :check True
      :stdout sys.stderr))))
  (print f"whole process: {seconds :.0f} s" :file sys.stderr)
  (load (/ folder "model")))


(defn nats [model text]
  "Return the loss of `text` as `--score` gives it, for a cell of the table."
  (setv [total _ _] (.score model text))
  f"{(* total.bits (math.log 2)) :.4f}")


(defn keras-loss [path vocabulary text]
  "Return the loss of `text`, read in one go by stock Keras, in nats."
  (import-keras)
  (import keras)
  (setv
    ids (.encode vocabulary text)
    model (keras.models.load-model path :compile False)
    logits (.predict model (get ids #(None (slice -1))) :verbose 0)
    odds (- logits (np.log (.sum (np.exp logits) -1 :keepdims True))))
  (- (.mean (np.take-along-axis (get odds 0) (get ids #((slice 1 None) None)) -1))))


;; * PyTorch's

(defclass PlainLSTM []
  "A plain LSTM in PyTorch, for so many characters; it carries its state from window to window."

  (defn __init__ [self characters]
    (import torch)
    (setv
      self.torch torch
      self.embedding (torch.nn.Embedding characters EMBEDDING)
      self.lstm (torch.nn.LSTM EMBEDDING UNITS :batch-first True)
      self.dense (torch.nn.Linear UNITS characters)
      self.weights (lfor
        part [self.embedding self.lstm self.dense]
        weight (.parameters part)
        weight)
      self.optimizer (torch.optim.Adam self.weights)))

  (defn loss [self ids state]
    "Return #(mean-loss state) after `ids` (rows, time), which follow on `state`."
    (setv
      inputs (get ids #((slice None) (slice None -1)))
      targets (get ids #((slice None) (slice 1 None)))
      [hidden state] (self.lstm (self.embedding inputs) state)
      logits (.flatten (self.dense hidden) 0 1))
    #((self.torch.nn.functional.cross-entropy logits (.flatten targets)) state))

  (defn learn [self ids state rate]
    "Take a step with the learning rate `rate`; return the state after `ids`."
    (setv (get self.optimizer.param-groups 0 "lr") rate)
    (.zero-grad self.optimizer)
    (setv [value state] (.loss self ids state))
    (.backward value)
    (self.torch.nn.utils.clip-grad-norm_ self.weights 1.0)
    (.step self.optimizer)
    (lfor part state (.detach part))))


(defn pytorch-loss [text minutes]
  "Train a plain LSTM for so many minutes; return its loss over the last tenth, read in one go."
  (setv begun (time.monotonic))
  (import torch)
  (setv
    characters (sorted (set text))
    places (dfor [n c] (enumerate characters) c n)
    [kept held] (split-text (torch.tensor (lfor c text (get places c))))
    model (PlainLSTM (len characters))
    rows (.view (cut kept (* BATCH (// (- (len kept) 1) BATCH))) BATCH -1)
    progress 0)
  (while (< progress 1)
    (setv state None)
    (for [start (range 0 (- (get rows.shape 1) WINDOW 1) WINDOW)]
      (setv progress (/ (- (time.monotonic) begun) (* 60 minutes)))
      (when (>= progress 1)
        (break))
      (setv
        rate (* RATE (+ 0.02 (* 0.49 (+ 1 (math.cos (* math.pi progress))))))
        window (get rows #((slice None) (slice start (+ start WINDOW 1))))
        state (.learn model window state rate))))
  (with [_ (torch.no-grad)]
    (.item (get (.loss model (get held None) None) 0))))


(when (= __name__ "__main__")
  (main))
