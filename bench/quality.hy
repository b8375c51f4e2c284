#[[How well a network writes after some minutes, beside PyTorch: `python -m hy bench/quality.hy TEXT [MINUTES…] [--alone]` (default: 3 minutes; `--alone` leaves PyTorch out).

For each number of minutes the program itself is run as a user would run it, `./train.hy --sources TEXT --minutes N` with its defaults, from the start of the process; then a plain LSTM in PyTorch trains for as long (1×256, batch 32, window 64, Adam 5e-3 with half a cosine, stateful streams: the best that we know of plain ones). Both hold out the last tenth of the text, which is then scored: ours as by `--score`, PyTorch in one go; stock Keras opens the saved file and must agree. Losses are in nats a character. Needs the extra `bench` (PyTorch).]]

(import
  argparse
  math
  pathlib [Path]
  subprocess
  sys
  tempfile [TemporaryDirectory]
  time)
(setv ROOT (. (Path __file__) (resolve) parent parent))
(.insert sys.path 0 (str ROOT))
(import
  numpy :as np
  lstm_textgen.textmodel [load])


(defn split-text [text]
  "The text to train on and the last tenth."
  (setv kept (- (len text) (round (* 0.1 (len text)))))
  #((cut text kept) (cut text kept None)))


(defn ours [path minutes folder]
  "Train by the program, its output to standard error; the saved `TextModel`."
  (setv begun (time.monotonic))
  (subprocess.run [hy.sys-executable "-m" "hy" (str (/ ROOT "train.hy"))
      "--sources" path "--minutes" (str minutes) "--model" (/ folder "model")]
    :check True :stdout sys.stderr)
  (print f"whole process: {(- (time.monotonic) begun) :.0f} s" :file sys.stderr)
  (load (/ folder "model")))


(defn keras-loss [path vocabulary held]
  "The loss of the text `held`, read in one go by stock Keras, in nats."
  (import keras)
  (setv
    ids (.encode vocabulary held)
    logits (.predict (keras.models.load-model path :compile False) (get ids #(None (slice -1))) :verbose 0)
    odds (- logits (np.log (.sum (np.exp logits) -1 :keepdims True))))
  (- (.mean (np.take-along-axis (get odds 0) (get ids #((slice 1 None) None)) -1))))


(defn pytorch-loss [text minutes]
  "Train a plain LSTM for so many minutes; its loss over the last tenth, read in one go."
  (setv begun (time.monotonic))
  (import torch)
  (setv
    characters (sorted (set text))
    places (dfor  [n c] (enumerate characters)  c n)
    [kept held] (split-text (torch.tensor (lfor  c text  (get places c))))
    batch 32  window 64  units 256
    embedding (torch.nn.Embedding (len characters) 64)
    lstm (torch.nn.LSTM 64 units :batch-first True)
    dense (torch.nn.Linear units (len characters))
    weights (lfor  part [embedding lstm dense]  w (.parameters part)  w)
    optimizer (torch.optim.Adam weights)
    rows (.view (cut kept (* batch (// (- (len kept) 1) batch))) batch -1)
    progress 0)
  (defn loss [ids state]
    (setv [hidden state] (lstm (embedding (cut-columns ids 0 -1)) state))
    #((torch.nn.functional.cross-entropy (.flatten (dense hidden) 0 1) (.flatten (cut-columns ids 1 None))) state))
  (while (< progress 1)
    (setv state None)
    (for [start (range 0 (- (get rows.shape 1) window 1) window)]
      (setv progress (/ (- (time.monotonic) begun) (* 60 minutes)))
      (when (>= progress 1)
        (break))
      (setv (get optimizer.param-groups 0 "lr") (* 5e-3 (+ 0.02 (* 0.49 (+ 1 (math.cos (* math.pi progress)))))))
      (.zero-grad optimizer)
      (setv [value state] (loss (cut-columns rows start (+ start window 1)) state))
      (.backward value)
      (torch.nn.utils.clip-grad-norm_ weights 1.0)
      (.step optimizer)
      (setv state (lfor  s state  (.detach s)))))
  (with [_ (torch.no-grad)]
    (.item (get (loss (get held None) None) 0))))


(defn cut-columns [rows start end]
  "Columns of a tensor (rows, time)."
  (get rows #((slice None) (slice start end))))


(defn row [text path minutes alone]
  "A row of the table, as a list of texts."
  (setv [_ held] (split-text text))
  (with [name (TemporaryDirectory)]
    (setv
      folder (Path name)
      model (ours path minutes folder)
      [total _ _] (.score model held)
      [start _ _] (.score model (cut held 20000))
      nats (fn [score] (.format "{:.4f}" (* score.bits (math.log 2)))))
    [
      f"{minutes :g}"
      (nats total)
      (.format "{:.4f}" (keras-loss (/ folder "model.h5") model.vocabulary (cut held 20000)))
      (nats start)
      (if alone "" (.format "{:.4f}" (pytorch-loss text minutes)))
      f"{(len model.history)}, {(get model.settings "layers")}"]))


(defn main []
  (setv parser (argparse.ArgumentParser))
  (.add-argument parser "text")
  (.add-argument parser "minutes" :nargs "*" :type float :default [3.0])
  (.add-argument parser "--alone" :action "store_true")
  (setv given (.parse-args parser))
  (setv text (.read-text (Path given.text) :encoding "utf-8"))
  (print "| minutes | ours | stock Keras opens it: the first 20,000 | ours: the same | PyTorch 1×256 | epochs, network |\n|---|---|---|---|---|---|")
  (for [minutes given.minutes]
    (print f"| {(.join " | " (row text given.text minutes given.alone))} |" :flush True)))

(main)
