#[[A piece-level model → the same model, which hardly ever writes the words below.

    hy corpora/unteach.hy english-3.h5 ordinary.txt english.h5

A model that never read these words makes some of them up from pieces, at temperature 1
(bench/log.md). Each step looks at places in texts that the model wrote, and lowers the logarithm
of the probability that one of the words comes next: `unlikelihood`, after Welleck et al., "Neural
text generation with unlikelihood training" (2020), for whole words. Meanwhile the probabilities
in ordinary text stay as they were: `divergence` is that of Kullback and Leibler. PyTorch is
needed.]]

(eval-when-compile (require hyrule [unless]))
(import
  pathlib [Path]
  random [Random]
  sys
  numpy :as np
  torch
  lstm-textgen.modelfile.checkpoint [load-checkpoint save-checkpoint]
  lstm-textgen.textmodel [TextModel])

(setv
  ;; With a plural in -s and with a capital each.
  WORDS (.split "nigger nigga negro negroe negress negresse darky darkey darkie coon pickaninny sambo
    kaffir kafir hottentot chinaman chinamen chink jap coolie injun redskin squaw halfbreed
    mulatto gypsy gypsie gipsy gipsie kike sheeny sheenie dago dagoe wop spic greaser polack wog
    gook faggot fagot retard jewess jewesse jewboy")
  STREAMS 64       ; texts that the model writes, …
  WRITTEN 40_000   ; … and their characters
  WINDOW 64        ; pieces read before a place; pieces of ordinary text read at once
  ROWS 32          ; windows of ordinary text in each step
  STEPS 60
  RATE 1.5e-4      ; at first; it falls to 0
  KEEP 300         ; weight of the divergence (nats) beside the logarithm of the unlikelihood
  SMALLEST 2e-8)   ; probability below which it isn't worth going


(defclass Network [torch.nn.Module]
  "A model of one LSTM layer, whose `weights` are in Keras' order."

  (defn __init__ [self weights]
    (.__init__ (super))
    (setv [embedding kernel recurrent bias dense dense-bias]
      (gfor w weights (torch.nn.Parameter (torch.tensor (np.asarray w "float32"))))
      self.lstm (torch.nn.LSTM (len kernel) (len recurrent))
      [self.embedding self.dense self.dense-bias] [embedding dense dense-bias])
    (with [_ (torch.no-grad)]
      (.copy_ self.lstm.weight-ih-l0 kernel.T)
      (.copy_ self.lstm.weight-hh-l0 recurrent.T)
      (.copy_ self.lstm.bias-ih-l0 bias)
      (.zero_ self.lstm.bias-hh-l0))
    (setv self.lstm.bias-hh-l0.requires-grad False))

  (defn forward [self ids [state None]]
    "Read `ids` (time, rows); return #(log-probabilities state), the former (time, rows, size)."
    (setv [outputs state] (self.lstm (get self.embedding ids) state))
    #((.log-softmax (+ (@ outputs self.dense) self.dense-bias) -1) state))

  (defn weights [self]
    (setv lstm self.lstm)
    (lfor w [self.embedding lstm.weight-ih-l0.T lstm.weight-hh-l0.T lstm.bias-ih-l0 self.dense
        self.dense-bias]
      (np.ascontiguousarray (.numpy (.detach w))))))


(defn unlikelihood [network words state known after]
  #[[Return the mean probability of writing one of `words` next.

  Each word is a tuple of ids. `network` has read up to the places in a batch (rows), where
  its `state` and the log-probabilities `known` (rows, size) are; `after` (size,) says which units
  may come after a word.]]
  (setv
    rows (len known)
    total 0)
  (for [length (sorted (set (map len words)))]
    (setv
      ids (torch.tensor (lfor word words :if (= (len word) length) word))  ; (words, length)
      each (.repeat-interleave ids rows :dim 0)
      [read _] (network each.T (tuple (gfor s state (.repeat s 1 (len ids) 1))))
      before (torch.cat [(.unsqueeze (.repeat known (len ids) 1) 0) (cut read -1)])
      word (.sum (.squeeze (.gather before 2 (.unsqueeze each.T 2)) 2) 0)
      end (.sum (* (.exp (get read -1)) after) 1))
    (+= total (/ (.sum (* (.exp word) end)) rows)))
  total)


(defn divergence [old new]
  "Return the mean Kullback-Leibler divergence of log-probabilities `new` from `old`, in nats."
  (.mean (.sum (* (.exp old) (- old new)) -1)))


(defn unteach [model text [written WRITTEN] [steps STEPS]]
  "Change the weights of `model`, a `Checkpoint` of one LSTM; `text` is ordinary text of its kind."
  (setv
    vocabulary model.vocabulary
    words (list (sfor
      word WORDS  start [word (.capitalize word)]  ending ["" "s"]
      (tuple (.tolist (.encode vocabulary (+ " " start ending))))))
    after (torch.tensor (lfor unit vocabulary.units (not (.isalpha (get unit 0)))))
    ordinary (torch.tensor (.astype (.encode vocabulary text) int))
    parts (lfor
      part (.generate (TextModel model) "\n" written :samples STREAMS :temperature 1)
      (torch.tensor (.astype (.encode vocabulary part) int)))
    own (torch.stack (lfor part parts (cut part (min (map len parts)))))
    [old new] [(Network model.weights) (Network model.weights)]
    optimizer (torch.optim.Adam (gfor p (.parameters new) :if p.requires-grad p))
    rng (Random 1))
  (defn window [ids]
    (setv first (.randrange rng (- (len ids) WINDOW)))
    (cut ids first (+ first WINDOW)))
  (for [step (range steps)]
    (for [group optimizer.param-groups] (setv (get group "lr") (* RATE (- 1 (/ step steps)))))
    (setv
      [known state] (new (window own.T))
      unwanted (unlikelihood new words state (get known -1) after)
      read (torch.stack (lfor _ (range ROWS) (window ordinary)) 1)
      changed (divergence (with [_ (torch.no-grad)] (get (old read) 0)) (get (new read) 0)))
    (.zero-grad optimizer)
    (.backward (+ (.log (+ unwanted SMALLEST)) (* KEEP changed)))
    (.step optimizer)
    (unless (% step 10)
      (print f"{step}: {(.item unwanted) :.1e}, {(.item changed) :.1e} nats" :file sys.stderr)))
  (setv model.weights (.weights new)))


(when (= __name__ "__main__")
  (setv
    [given text path] (cut sys.argv 1 4)
    model (load-checkpoint given))
  (unteach model (.read-text (Path text) :encoding "utf-8"))
  (save-checkpoint model (Path path)))
