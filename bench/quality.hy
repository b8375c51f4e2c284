#[[How well a network predicts after some minutes, beside PyTorch.

    python -m hy bench/quality.hy TEXT [MINUTES…] [--test] [--busy N]
      [--peers UNITS:DROPOUT:RATE:ROWS…]

The default is 3 minutes. For each number of minutes the program is run as a user runs it,
`./train.hy --sources TEXT --minutes N` with its defaults; then each of the peers (default:
512:0.2:8e-3:32 and 768:0.3:8e-3:32; none with `--peers` alone) trains for as long by the same
recipe in PyTorch alone, its network, dropout, rate and rows chosen by hand; bench/peer.hy says
what remains different. A number that is given several times is run as often, ours and theirs in
turns; with `--busy N` N busy processes run beside both. Both clocks begin when a process
starts, and both keep their memory. On a processor with AMX don't give peers 1,024 units, but for
instance 1,040 (bench/amx.hy).

Both validate on the last tenth of the text and keep the weights of the epoch that predicts it
best. That flatters a little, so with `--test` the last tenth is taken away before, and then
scored: it has been seen by neither. Losses are those of the whole part, ours as by `--score`,
PyTorch's with its state carried through; stock Keras opens the saved file and must agree with
ours. Needs the extra `bench` (PyTorch).]]

(import
  argparse
  math
  os
  pathlib [Path]
  tempfile [TemporaryDirectory]
  numpy :as np
  bench.common [busy-beside print-header print-row processor results split-held-out train-peer
    train-program]
  lstm-textgen.learning.learner.quiet [import-keras]
  lstm-textgen.settings.layers [embedding-size]
  lstm-textgen.settings.sizing [most-epochs])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  START 20_000  ; characters of the validation part that stock Keras reads in one go
  PEERS ["512:0.2:8e-3:32" "768:0.3:8e-3:32"]
  LOOKBACK 64)  ; of the peers, as is our default


(defn main []
  "Print a row for each number of minutes."
  (setv parser (argparse.ArgumentParser))
  (.add-argument parser "text")
  (.add-argument parser "minutes" :nargs "*" :type float :default [3.0])
  (.add-argument parser "--peers" :nargs "*" :default PEERS)
  (.add-argument parser "--test" :action "store_true")
  (.add-argument parser "--busy" :type int :default 0)
  (setv
    given (.parse-args parser)
    text (.read-text (Path given.text) :encoding "utf-8")
    name (. (Path given.text) stem)
    [text test] (if given.test (split-held-out text) [text ""]))
  (print f"{(processor)}\n")
  (print-header "text, minutes" "ours" "network" "seconds" "best epoch"
    #* (if given.peers ["hand-tuned PyTorch" "its seconds" "other peers"] [])
    #* (if test ["ours, test" "PyTorch, test"] [])
    f"first {START :,} characters" "stock Keras, the same"
    :unit "bits per character")
  (when given.busy  ; PyTorch's threads must not spin beside others: twice as fast
    (setv (get os.environ "OMP_WAIT_POLICY") "passive"))
  (for [minutes given.minutes]
    (with [_ (busy-beside given.busy)]
      (compare name text test minutes given.peers (if given.busy ", busy" "")))))


(defn compare [name text test minutes peers beside]
  #[[Train all contestants on the `text` called `name` for `minutes` minutes; print a row.

  `beside` is added to its first cell.]]
  (with [folder (TemporaryDirectory)]
    (setv path f"{folder}/text.txt")
    (.write-text (Path path) text :encoding "utf-8")
    (setv
      [model seconds] (train-program path folder "--minutes" minutes)
      [kept held test] [#* (split-held-out (.prepare model text)) (.prepare model test)]
      best (min model.history :key (fn [entry] (get entry "validation_loss"))))
    (setv
      ours (lfor part [held test] :if part (bits model part))
      check [(cell (bits model (cut held START)))
        (cell (keras-loss f"{folder}/model.h5" model.vocabulary (cut held START)))]))
  (setv
    parts (lfor part [kept held test] :if part (.encode model.vocabulary part))
    theirs [])
  (for [peer peers]
    (setv [units dropout rate rows] (map float (.split peer ":")))
    (setv found (train-peer parts
      :vocabulary (len model.vocabulary) :embedding (embedding-size (len model.vocabulary))
      :units (int units) :inputs 0 :dropout dropout :rate rate
      :batch [(int rows) LOOKBACK] :epochs (most-epochs (len kept)) :minutes minutes))
    (.append theirs #(
      (lfor loss (get found "losses") (/ loss (math.log 2))) peer (get found "seconds"))))
  (.sort theirs)
  (print-row f"{name}, {minutes :g}{beside}" (cell (get ours 0)) (str model.settings.layers)
    f"{seconds :.0f} s" f"{(get best "epoch")} of {(len model.history)}"
    #* (if theirs
      [ (by-hand (get theirs 0)) f"{(get theirs 0 2) :.0f} s"
        (.join ", " (map by-hand (cut theirs 1 None)))]
      [])
    #* (if test [(cell (get ours 1)) (if theirs (cell (get theirs 0 0 1)) "")] [])
    #* check))


(defn cell [bits]
  "Return a loss in `bits` as a cell of the table."
  f"{bits :.4f}")


(defn by-hand [peer]
  "Return a `peer`, #(losses network seconds), as a cell of the table."
  f"{(cell (get peer 0 0))} ({(get peer 1)})")


(defn bits [model text]
  "Return the loss of `text` as `--score` gives it, in bits per character."
  (. (get (.score model text) 0) bits))


(defn keras-loss [path vocabulary text]
  "Return the loss of `text`, read in one go by stock Keras, in bits per character."
  (import-keras)
  (import keras)
  (setv
    ids (.encode vocabulary text)
    model (keras.models.load-model path :compile False)
    logits (.predict model (get ids #(None (slice -1))) :verbose 0)
    odds (- logits (np.log (.sum (np.exp logits) -1 :keepdims True))))
  (/ (- (.mean (np.take-along-axis (get odds 0) (get ids #((slice 1 None) None)) -1)))
    (math.log 2)))


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)] (main)))
