#[[An LSTM in PyTorch alone, which the program is compared with.

    python -m hy -m bench.peer IDS.npz JOB

`train-peer` in common.hy starts it. It learns by the program's recipe: the same batches, schedule
and clock, Adam, clipped gradients, one dropout mask for each window, activation regularization
from 512 units on, bfloat16 where the processor has it, and the weights of the best epoch on the
validation part. What remains different: PyTorch's initial weights and its place for Adam's ε;
ids, not text, as input; and no samples, reports or saved models. JOB is a dict in JSON: `begun`
(when the process was started, by `time.monotonic`), `vocabulary`, `embedding`, `units`, `inputs`
and `dropout` (shares dropped before and after the LSTM), `rate`, `batch` (rows and lookback),
`epochs` (at most) and `minutes` (None: all epochs). The losses that it prints, in nats for each
unit of text, are taken in float32 with the state carried through the whole part.]]

(import
  copy [deepcopy]
  json
  math
  sys
  time
  numpy :as np
  torch
  torch.nn.functional [cross-entropy dropout pad]
  lstm-textgen.basics.machine [bfloat16? cores]
  lstm-textgen.learning.batches [Batches HeldOut]
  lstm-textgen.learning.schedule [Clock learning-rate]
  lstm-textgen.settings.models [Request settings-of]
  lstm-textgen.settings.training [ALPHA BETA BETA-1 BETA-2 CLIP-NORM LARGE-LAYER])

(setv
  MULTIPLE 32       ; of inputs, with which oneDNN is fast
  IGNORED -100      ; an id that cross-entropy leaves out
  READ-AT-ONCE 500) ; units scored in one call: with 10,000 words their logits take 20 MB


(defclass Peer []
  "An embedding, an LSTM and a linear layer, with Adam; its `state` goes from window to window."

  (defn __init__ [self vocabulary embedding units shares]
    "Make one for a `vocabulary` of this size; drop `shares` before and after the LSTM."
    (setv
      self.room (% (- embedding) MULTIPLE)
      self.parts (torch.nn.ModuleList [
        (torch.nn.Embedding vocabulary embedding)
        (torch.nn.LSTM (+ embedding self.room) units :batch-first True)
        (torch.nn.Linear units vocabulary)])
      [self.shares self.low self.state] [shares (bfloat16?) None]
      self.optimizer (torch.optim.Adam (.parameters self.parts) :betas #(BETA-1 BETA-2)
        :fused True)))

  (defn read [self x y training]
    #[[Return #(loss hidden) of a batch, x and y (rows, time), which follows on the `state`.

    The mean loss is in nats; `hidden` (rows, time, units) is what the LSTM gives.]]
    (setv
      [embedding lstm dense] self.parts
      [x y] (gfor ids [x y] (.long (torch.from-numpy ids)))
      [before after] (if training self.shares [0 0]))
    (with [_ (torch.autocast "cpu" torch.bfloat16 :enabled self.low)]
      (setv
        inputs (pad (dropped (embedding x) before) #(0 self.room))
        [hidden state] (lstm inputs self.state)
        self.state (tuple (gfor s state (.detach s)))
        logits (dense (dropped hidden after))))
    #((cross-entropy (.float (.flatten logits 0 1)) (.flatten y)) (.float hidden)))

  (defn learn [self x y rate]
    "Take a step with the learning rate `rate`."
    (setv
      (get self.optimizer.param-groups 0 "lr") rate
      [cost hidden] (.read self x y True))
    (when (>= (get hidden.shape -1) LARGE-LAYER)
      (+= cost (+
        (* ALPHA (.mean (.square hidden)))
        (* BETA (.mean (.square (torch.diff hidden :dim 1)))))))
    (.zero-grad self.optimizer)
    (.backward cost)
    (torch.nn.utils.clip-grad-norm_ (.parameters self.parts) CLIP-NORM)
    (.step self.optimizer))

  (defn mean-loss [self batches]
    #[[Return the mean loss of `batches`, read one after another from an empty state, in nats.

    Where y is `IGNORED` it doesn't count.]]
    (setv self.state None)
    (with [_ (torch.no-grad)]
      (setv [losses sizes] (zip #* (gfor
        [x y] batches
        ;; The mean of nothing is NaN.
        #((np.nan-to-num (.item (get (.read self x y False) 0))) (.sum (!= y IGNORED))))))
      (np.average losses :weights sizes)))

  (defn score [self ids]
    "Return the mean loss of `ids` (time,), in nats; from then on the peer computes in float32."
    (setv
      self.low False
      ids (.astype (get ids None) "int64"))
    (.mean-loss self (gfor
      start (range 0 (- ids.size 1) READ-AT-ONCE)
      :setv part (get ids #(0 (slice start (+ start READ-AT-ONCE 1))))
      #((get part #(None (slice -1))) (get part #(None (slice 1 None))))))))


(defn dropped [array share]
  "Return `array` (rows, time, n) with this `share` of the n dropped for a whole window."
  (* array (dropout (.new-ones array (get array.shape 0) 1 (get array.shape 2)) share)))


(defn train [peer batches held rate epochs clock]
  "Train until the `clock` or the `epochs` end; keep the best epoch; return its number and theirs."
  (setv [best best-epoch updates] [math.inf 0 0])
  (for [epoch (range epochs)]
    (setv peer.state None)
    (for [[n [x y]] (enumerate (.epoch batches epoch))]
      (setv share (max (or (.progress clock) 0) (/ (+ epoch (/ n batches.steps)) epochs)))
      (.learn peer x y (learning-rate rate updates share))
      (+= updates 1)
      (.note-step clock held.steps)
      (when (= (.progress clock) 1) (break)))
    (setv
      begun (time.monotonic)
      loss (.mean-loss peer (gfor
        [x y counted] (.batches held)
        #(x (np.where counted y IGNORED)))))
    (when (< loss best) (setv
      [best best-epoch] [loss (+ epoch 1)]
      kept (deepcopy (.state-dict peer.parts))))
    (.note-end clock (- (time.monotonic) begun))
    (when (= (.progress clock) 1) (break)))
  (.load-state-dict peer.parts kept)
  #(best-epoch (+ epoch 1)))


(defn main [path job]
  "Do a `job`; print its losses, best epoch, number of epochs and seconds, a dict in JSON."
  (torch.set-num-threads (cores))
  (torch.manual-seed 1)
  (setv
    job (json.loads job)
    of (fn [#* names] (lfor name names (get job name)))
    [begun minutes rate epochs] (of "begun" "minutes" "rate" "epochs")
    [kept held #* test] (.values (np.load path))
    batch (tuple (get job "batch"))
    peer (Peer #* (of "vocabulary" "embedding" "units") (of "inputs" "dropout"))
    clock (Clock (when minutes (+ begun (* 60 minutes))))
    [rows lookback] batch
    settings (settings-of (Request
      {"batch_size" rows  "lookback" lookback  "stride" lookback  "rng_seed" 1}))
    [best done] (train peer (Batches kept settings) (HeldOut kept held batch)
      rate epochs clock)
    seconds (- (time.monotonic) begun))
  (print (json.dumps {
    "seconds" seconds  "best" best  "epochs" done
    "losses" (lfor ids [held #* test] (.score peer ids))})))


(when (= __name__ "__main__")
  (main #* (cut sys.argv 1 None)))
