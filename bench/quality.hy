#[[How well a network predicts after some minutes, beside PyTorch.

    python -m hy bench/quality.hy TEXT[:CHARACTERS] [MINUTES…] [--unit UNIT] [--items] [--test]
      [--busy N] [--peers UNITS:DROPOUT:RATE:ROWS…]

TEXT is a file or a folder, or the first CHARACTERS of it. For each number of minutes (default: 3;
0: its default epochs) the program is run as a user runs it, `./train.hy --sources TEXT --minutes
N`; then each of the peers trains for as long by the same recipe in PyTorch alone, its network,
dropout, rate and rows chosen by hand (`--peers` alone: none; of pieces and lists there are none);
bench/peer.hy says what remains different. A number that is given several times is run as often,
ours and theirs in turns; with `--busy N` N busy processes run beside both. Both clocks begin when
a process starts, and both keep their memory. On a processor with AMX don't give peers 1,024 units,
but for instance 1,040 (bench/log.md).

Both validate on the last tenth of the text and keep the weights of the epoch that predicts it
best. That flatters a little, so with `--test` the last tenth is taken away before, and then
scored; with `--items`, 1,000 random lines, each read alone, its end included. Losses are those of
the whole part, ours as by `--score`, PyTorch's with its state carried through: of words the
perplexity, else bits per character. Stock Keras opens the saved file and must agree with ours.
Needs the extra `bench` (PyTorch).]]

(import
  argparse
  math
  os
  pathlib [Path]
  random [Random]
  tempfile [TemporaryDirectory]
  numpy :as np
  bench.common [busy-beside print-header print-row processor read-text results split-held-out
    train-peer train-program]
  lstm-textgen.learning.learner.quiet [import-keras]
  lstm-textgen.settings.layers [embedding-size]
  lstm-textgen.settings.sizing [most-epochs]
  lstm-textgen.writing.scoring [compare predicted])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  START 20_000  ; characters of the validation part that stock Keras reads in one go
  PEERS {"characters" ["512:0.2:8e-3:32" "768:0.3:8e-3:32"]  "words" ["256:0.5:3e-3:20"]}
  ;; Of the peers: our default; and of words that of PyTorch's own example of a language model.
  LOOKBACK {"characters" 64  "words" 35}
  ITEMS 1000  ; set aside by the random seed …
  SEED 3407)


(defn main []
  "Print a row for each number of minutes."
  (setv parser (argparse.ArgumentParser))
  (.add-argument parser "text")
  (.add-argument parser "minutes" :nargs "*" :type float :default [3.0])
  (.add-argument parser "--unit" :default "characters")
  (.add-argument parser "--peers" :nargs "*")
  (.add-argument parser "--busy" :type int :default 0)
  (for [name ["--items" "--test"]] (.add-argument parser name :action "store_true"))
  (setv given (.parse-args parser))
  (when (or given.items (not-in given.unit PEERS)) (setv given.peers []))
  (when (is given.peers None) (setv given.peers (get PEERS given.unit)))
  (setv
    [name text] (read-text given.text)
    [text test] (set-aside text given))
  (print f"{(processor)}\n")
  (print-header "text, minutes" "ours" "network" "seconds" "best epoch" "units to train on"
    "vocabulary" #* (if given.peers ["hand-tuned PyTorch" "its seconds" "other peers"] [])
    #* (if test ["ours, test" "PyTorch, test"] [])
    f"stock Keras, first {START :,} characters: difference"
    :unit (if (= given.unit "words") "perplexity per word" "bits per character"))
  (when given.busy  ; PyTorch's threads must not spin beside others: twice as fast
    (setv (get os.environ "OMP_WAIT_POLICY") "passive"))
  (for [minutes given.minutes]
    (with [_ (busy-beside given.busy)]
      (print-row f"{name}, {minutes :g}{(if given.busy ", busy" "")}"
        #* (cells text test minutes given)))))


(defn set-aside [text given]
  "Return #(text test): what to train on and to validate, and what is only scored."
  (cond
    given.items (do
      (setv lines (.splitlines text))
      (.shuffle (Random SEED) lines)
      #((.join "\n" (cut lines ITEMS None)) (.join "\n" (cut lines ITEMS))))
    given.test (split-held-out text)
    True #(text "")))


(defn cells [text test minutes given]
  "Train all contestants on `text` for `minutes` minutes; return the cells of a row but the first."
  (setv spell (fn [loss] f"{loss :.4f}"))
  (with [folder (TemporaryDirectory)]
    (setv path (/ (Path folder) "text.txt"))
    (.write-text path text :encoding "utf-8")
    (setv
      [model seconds] (train-program path folder "--unit" given.unit
        #* (if minutes ["--minutes" minutes] []) #* (if given.items ["--items" "line"] []))
      parts (lfor part [#* (split-held-out text) test] :if part (.prepare model part))
      start (cut (get parts 1) START)
      check (if (or given.items (!= given.unit "characters"))
        ""
        f"{(- (keras-loss (/ (Path folder) "model.h5") model.vocabulary start)
          (score model start)) :+.4f}")))
  (setv
    ids (lfor part parts (.encode model.vocabulary part))
    theirs (sorted (gfor
      peer given.peers
      :setv found (train-by-hand peer ids model minutes given.unit)
      #((lfor nats (get found "losses") (measure nats given.unit)) peer (get found "seconds"))))
    by-hand (fn [peer] f"{(spell (get peer 0 0))} ({(get peer 1)})")
    best (min model.history :key (fn [entry] (get entry "validation_loss"))))
  [ (spell (score model (get parts 1))) (str model.settings.layers) f"{seconds :.0f} s"
    f"{(get best "epoch")} of {(len model.history)}"
    f"{(len (get ids 0)) :,}" f"{(len model.vocabulary) :,}"
    #* (if theirs
      [ (by-hand (get theirs 0)) f"{(get theirs 0 2) :.0f} s"
        (.join ", " (map by-hand (cut theirs 1 None)))]
      [])
    #* (if test
      [ (spell (if given.items (items-loss model test) (score model (get parts 2))))
        (if theirs (spell (get theirs 0 0 1)) "")]
      [])
    check])


(defn train-by-hand [peer ids model minutes unit]
  "Train the network that `peer` describes on `ids`, as `model` was; return the peer's report."
  (setv
    [units dropout rate rows] (map float (.split peer ":"))
    size (len model.vocabulary)
    words (= unit "words"))
  (train-peer ids
    :vocabulary size :embedding (if words (int units) (embedding-size size)) :units (int units)
    :inputs (if words dropout 0) :dropout dropout :rate rate
    :batch [(int rows) (get LOOKBACK unit)] :minutes (or minutes None)
    :epochs (if minutes (most-epochs (len (get ids 0)) unit) (len model.history))))


;; * Losses

(defn measure [nats unit]
  "Return the loss of a peer, in `nats` for each `unit`, as the table shows it."
  (if (= unit "words") (math.exp nats) (/ nats (math.log 2))))


(defn score [model text]
  "Return the loss of `text` as `--score` gives it and the table shows it."
  (setv [total _ _] (.score model text))
  (if (= model.vocabulary.unit "words") total.perplexity total.bits))


(defn items-loss [model text]
  "Return the loss of the lines of `text`, each read alone, in bits per character."
  (setv
    lines (lfor line (.splitlines text) (.encode model.vocabulary (+ line "\n")))
    total (sum (gfor
      size (set (map len lines))
      :setv alike (np.stack (lfor line lines :if (= (len line) size) line) 1)
      (.sum (get (predicted model.checkpoint alike compare) 0)))))
  (/ total (math.log 2) (sum (map len lines))))


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
