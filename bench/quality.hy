#[[How well a network writes after some minutes, beside PyTorch.

    python -m hy bench/quality.hy TEXT [MINUTES…] [--peers UNITS:DROPOUT:RATE:ROWS…]

The default is 3 minutes. For each number of minutes the program itself is run as a user would run
it, `./train.hy --sources TEXT --minutes N` with its defaults, from the start of the process; then
each of the peers (default: 512:0.2:8e-3:32 and 768:0.3:8e-3:32; none with `--peers` alone) trains
for as long: an LSTM in PyTorch with our recipe (batches of so many rows, window 64, Adam with β₁
0.8 and half a cosine from the rate down, clipped gradients, stateful streams, no more readings
than `sizing.hy` gives the text), in bfloat16 where that is faster. Both hold out the last tenth of
the text, which is then scored: ours as by `--score`, PyTorch in parts; stock Keras opens the saved
file and must agree. Losses are in nats a character. Needs the extra `bench` (PyTorch); how to let
that keep its memory stands in bench/training.hy.]]

(import
  argparse
  math
  pathlib [Path]
  sys
  tempfile [TemporaryDirectory]
  time
  numpy :as np
  bench.common [print-header print-row processor run-script seconds-of]
  lstm-textgen.basics.machine [bfloat16? cores processor-flags]
  lstm-textgen.learning.learner.quiet [import-keras]
  lstm-textgen.settings.sizing [most-epochs]
  lstm-textgen.textmodel [load])

(setv
  START 20_000  ; characters of the held-out text that stock Keras or PyTorch reads in one go
  SHOWN-FLAGS #{"avx2" "avx512f" "avx512_bf16" "amx_bf16" "bf16"}
  ;; Of the peers.
  PEERS ["512:0.2:8e-3:32" "768:0.3:8e-3:32"]
  WINDOW 64
  EMBEDDING 64
  BETA-1 0.8)


(defn main []
  "Print a table with a row for each number of minutes."
  (setv parser (argparse.ArgumentParser))
  (.add-argument parser "text")
  (.add-argument parser "minutes" :nargs "*" :type float :default [3.0])
  (.add-argument parser "--peers" :nargs "*" :default PEERS)
  (setv
    given (.parse-args parser)
    text (.read-text (Path given.text) :encoding "utf-8"))
  (print f"{(processor)}: {(.join " " (sorted (& (processor-flags) SHOWN-FLAGS)))}\n")
  (print-header "minutes" "ours" f"stock Keras opens it: the first {START :,}" "ours: the same"
    "epochs, network" #* (gfor peer given.peers f"PyTorch {peer}"))
  (for [minutes given.minutes]
    (print-row
      f"{minutes :g}"
      #* (ours (get (split-text text) 1) given.text minutes)
      #* (gfor peer given.peers f"{(pytorch-loss text minutes peer) :.4f}"))))


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
  #[[An LSTM in PyTorch, for so many characters; it carries its state from window to window.

  It has so many `units` and this share of `dropout` after them.]]

  (defn __init__ [self characters units dropout]
    (import torch)
    (torch.set-num-threads (cores))
    (setv
      self.torch torch
      self.low (bfloat16?)
      self.embedding (torch.nn.Embedding characters EMBEDDING)
      self.lstm (torch.nn.LSTM EMBEDDING units :batch-first True)
      self.dropout (torch.nn.Dropout dropout)
      self.dense (torch.nn.Linear units characters)
      self.weights (lfor
        part [self.embedding self.lstm self.dense]
        weight (.parameters part)
        weight)
      self.optimizer (torch.optim.Adam self.weights :betas #(BETA-1 0.999) :fused True)))

  (defn loss [self ids state]
    "Return #(mean-loss state) after `ids` (rows, time), which follow on `state`."
    (setv
      inputs (get ids #((slice None) (slice None -1)))
      targets (get ids #((slice None) (slice 1 None))))
    (with [_ (self.torch.autocast "cpu" self.torch.bfloat16 :enabled self.low)]
      (setv
        [hidden state] (self.lstm (self.embedding inputs) state)
        logits (.float (.flatten (self.dense (self.dropout hidden)) 0 1))))
    #((self.torch.nn.functional.cross-entropy logits (.flatten targets)) state))

  (defn learn [self ids state rate]
    "Take a step with the learning rate `rate`; return the state after `ids`."
    (setv (get self.optimizer.param-groups 0 "lr") rate)
    (.zero-grad self.optimizer)
    (setv [value state] (.loss self ids state))
    (.backward value)
    (self.torch.nn.utils.clip-grad-norm_ self.weights 1.0)
    (.step self.optimizer)
    (lfor part state (.detach part)))

  (defn held-loss [self ids]
    "Return the loss of `ids` (time,), read in float32; oneDNN can't read much in one go."
    (setv
      self.low False
      self.dropout.p 0
      state None
      total 0)
    (with [_ (self.torch.no-grad)]
      (for [start (range 0 (- (len ids) 1) START)]
        (setv
          part (cut ids start (+ start START 1))
          [value state] (.loss self (get part None) state))
        (+= total (* (- (len part) 1) (.item value)))))
    (/ total (- (len ids) 1))))


(defn pytorch-loss [text minutes peer]
  #[[Train a `peer`, `512:0.2:8e-3:32`, for so many minutes; return its loss over the last tenth.

  If it has read the text as often as is good for it, it ends before.]]
  (setv begun (time.monotonic))
  (import torch)
  (setv
    characters (sorted (set text))
    places (dfor [n c] (enumerate characters) c n)
    [kept held] (split-text (torch.tensor (lfor c text (get places c))))
    [units dropout highest batch] (map float (.split peer ":"))
    batch (int batch)
    model (PlainLSTM (len characters) (int units) dropout)
    rows (.view (cut kept (* batch (// (- (len kept) 1) batch))) batch -1)
    starts (range 0 (- (get rows.shape 1) WINDOW 1) WINDOW)
    readings (most-epochs (len kept)))
  (for [reading (range readings)]
    (setv state None)
    (for [[n start] (enumerate starts)]
      (setv progress (max
        (/ (- (time.monotonic) begun) (* 60 minutes))
        (/ (+ reading (/ n (len starts))) readings)))
      (when (>= progress 1)
        (break))
      (setv
        warm-up (min 1 (/ (+ (* reading (len starts)) n 1) 100))
        rate (* highest warm-up (+ 0.02 (* 0.49 (+ 1 (math.cos (* math.pi progress))))))
        window (get rows #((slice None) (slice start (+ start WINDOW 1))))
        state (.learn model window state rate))))
  (.held-loss model held))


(when (= __name__ "__main__")
  (main))
