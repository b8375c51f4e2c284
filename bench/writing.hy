#[[How fast text is generated and scored, beside other ways.

    python -m hy bench/writing.hy [SIZE…]
    python -m hy bench/writing.hy --busy [MODEL]
    python -m hy bench/writing.hy --memory MODEL [TEXT[:CHARACTERS]…]
    python -m hy bench/writing.hy --words [SIZE]

The first networks are those that the program chooses for a text of 1 MB, or one layer of each SIZE
alone. All generate with the same random weights, in turns, in this one process; the table gives
medians and, for the others, how many times as fast ours is. The others do what their users do:
PyTorch's `nn.LSTM` stepped in a loop, Keras' `predict` of a window of 32 for each character (as in
the original program), and the fastest that we know, one compiled XLA loop that makes thousands of
characters in one call. Needs the extra `bench` (PyTorch).

With `--busy`, MODEL (default: english) reads a seed of 10,000 characters and writes 2,000, in
turns on the idle machine and beside a busy process for each core. With `--memory`, MODEL scores
each TEXT without a memory and with it, and writes after a seed of 7,000 characters, in turns. With
`--words`, the time that `english` and a random model of characters with SIZE (default: 384) hidden
units take to suggest nine words after each keystroke, alone and beside one busy
process.]]

(import
  functools [partial]
  itertools [islice]
  statistics [median]
  sys
  time
  types [SimpleNamespace]
  keras
  numpy :as np
  tensorflow :as tf
  torch
  bench.common [ROOT busy-beside compare-keystrokes in-turns models-to-type-with print-header
    print-row processor read-text results rounds seconds-of times-faster usual-networks]
  lstm-textgen.basics.machine [cores]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.modelfile.history [bits]
  lstm-textgen.modelfile.places [find-model]
  lstm-textgen.settings.layers [parse-layers]
  lstm-textgen.settings.models [Facts Request]
  lstm-textgen.text.units [Characters]
  lstm-textgen.textmodel [load]
  lstm-textgen.writing [seeds]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.memory [Memory]
  lstm-textgen.writing.mixture [make-engine]
  lstm-textgen.writing.scoring [surprises]
  lstm-textgen.writing.words [Suggester]
  lstm-textgen.writing.wordtree [Place]
  lstm-textgen.writing.writer [stream write-each])

(setv
  EDITION 1  ; of what it measures: raised by a change that makes older results incomparable
  ROUNDS (rounds 7)
  OTHERS ["a compiled XLA loop" "PyTorch, stepped" "Keras predict"]
  UNITS (lfor i (range 65) (chr (+ 33 i)))
  VOCABULARY (len UNITS)
  WINDOW 32
  TEXT-LENGTH 1_000_000
  READ 10_000   ; characters of a seed, …
  WRITTEN 2000  ; … and of what is written after it
  RECALLS [0 0.2 0.3 0.4]  ; shares of a memory
  CHOICES 9
  REMEMBERED 7000)  ; characters of a seed: about 2,000 places of `english`


(defn random-model [size depth]
  "Return a model of `depth` LSTM layers of `size` units with random weights."
  (setv
    rng (np.random.default-rng 0)
    weights (fn [#* shape] (* 0.05 (.standard-normal rng shape :dtype "float32")))
    layers (parse-layers (.join "," (* [(str size)] depth)))
    arrays [(weights VOCABULARY VOCABULARY)])
  (for [n (range depth)]
    (+= arrays [
      (weights (if n size VOCABULARY) (* 4 size))
      (weights size (* 4 size))
      (weights (* 4 size))]))
  (SimpleNamespace
    :settings (SimpleNamespace :layers layers :usual-temperature 1.0 :temperature None :items None)
    :facts (Facts VOCABULARY "A")
    :shingles b""  :lexicon b""  :items b""
    :weights [#* arrays (weights size VOCABULARY) (weights VOCABULARY)]
    :vocabulary (Characters UNITS)))


;; * The contestants: functions that generate `n` characters

(defn our-writer [model]
  "Write in one stream, as this package does."
  (setv pieces (stream model "A" (Request {"rng_seed" 1})))
  (fn [n] (.join "" (islice pieces n))))


(defn our-writer-of-many [model streams]
  "Generate in `streams` streams side by side, as this package does."
  (fn [n] (list (write-each model ["A"]
    (Request {"samples" streams  "length" (// n streams)  "rng_seed" 1})))))


(defn torch-writer [model]
  "Step PyTorch's LSTM, character by character."
  (setv
    [embedding #* recurrent kernel bias] (lfor w model.weights (torch.tensor w))
    layers model.settings.layers
    lstm (torch.nn.LSTM VOCABULARY (. (get layers 0) size) (len layers)))
  (for [[n array] (enumerate recurrent)]
    (setv name (get ["weight_ih_l" "weight_hh_l" "bias_ih_l"] (% n 3)))
    (.copy_ (. (getattr lstm f"{name}{(// n 3)}") data) (.t array)))
  (defn [(torch.inference-mode)] write [n]
    (setv [id state] [(torch.zeros 1 :dtype torch.int64) None])
    (for [_ (range n)]
      (setv [output state] (lstm (get embedding id) state))
      (setv id (torch.multinomial (torch.softmax (get (+ (@ output kernel) bias) 0) -1) 1))
      (.item id)))
  write)


(defn xla-writer [model n]
  "Compile a loop that writes `n` characters in each call, whatever it is asked for."
  (setv
    [embedding kernel recurrent bias dense dense-bias] (lfor w model.weights (tf.constant w))
    table (+ (@ embedding kernel) bias)
    size (get recurrent.shape 0))
  (defn step [t id h c ids]
    (setv [i f g o] (tf.split (+ (tf.gather table id) (get (@ (get h None) recurrent) 0)) 4))
    (setv
      c (+ (* (tf.sigmoid f) c) (* (tf.sigmoid i) (tf.tanh g)))
      h (* (tf.sigmoid o) (tf.tanh c))
      noise (- (tf.math.log (- (tf.math.log (tf.random.uniform [VOCABULARY] 1e-20)))))
      id (tf.argmax (+ (get (@ (get h None) dense) 0) dense-bias noise) :output-type tf.int32))
    [(+ t 1) id h c (tf.tensor-scatter-nd-update ids [[t]] [id])])
  (defn [(tf.function :jit-compile True :autograph False)] write []
    (setv zeros (tf.zeros [size]))
    (get (tf.while-loop (fn [t #* _] (< t n)) step
      [(tf.constant 0) (tf.constant 0) zeros zeros (tf.zeros [n] tf.int32)]) -1))
  (fn [_] (.numpy (write))))


(defn keras-writer [model]
  "Let Keras predict a whole window for each character."
  (setv
    size (. (get model.settings.layers 0) size)
    network (keras.Sequential [
      (keras.layers.Input [None] :dtype "int32")
      (keras.layers.Embedding VOCABULARY VOCABULARY)
      (keras.layers.LSTM size)
      (keras.layers.Dense VOCABULARY :activation "softmax")])
    rng (np.random.default-rng 0))
  (.set-weights network model.weights)
  (fn [n]
    (setv ids (* [0] WINDOW))
    (for [_ (range n)]
      (setv odds (get (.predict network (np.array [(cut ids (- WINDOW) None)]) :verbose 0) 0))
      (setv odds (.astype odds "float64"))
      (.append ids (.choice rng VOCABULARY :p (/ odds (.sum odds)))))))


(defn our-scorer [model]
  "Score a random text."
  (setv text (.join "" (.choice (np.random.default-rng 0) UNITS TEXT-LENGTH)))
  (fn [n] (list (surprises model [(cut text n)]))))


;; * The race

(defn race [title #* contestants]
  #[[Print a row: our speed, and how many times that of each of the others.

  Each of `contestants` is #(name function characters); the first is ours.]]
  (setv
    times (in-turns (dfor [name work n] contestants name (partial work n)) ROUNDS)
    ours (lfor s (get times "ours") (/ s (get contestants 0 2))))
  (setv sizes (dfor [name _ n] contestants name n))
  (print-row title f"{(/ 1 (median ours)) :,.0f}" #* (gfor
    name OTHERS
    (if (in name sizes)
      (times-faster ours (lfor s (get times name) (/ s (get sizes name))))
      ""))))


(defn main [#* sizes]
  "Let all generate, and score, in turns."
  (for [[flag compare] [
      ["--busy" compare-busy] ["--memory" compare-memory] ["--words" word-times]]]
    (when (= (cut sizes 1) #(flag)) (return (compare #* (cut sizes 1 None)))))
  (print f"{(processor)}, vocabulary {VOCABULARY}, {ROUNDS} rounds\n")
  (print-header "" "characters/s" #* OTHERS :unit "characters/s")
  (for [size (map int (or sizes (lfor [size _] (usual-networks) size)))]
    (setv model (random-model size 1))
    (race f"one stream, 1×{size}"
      #("ours" (our-writer model) 4000)
      #("a compiled XLA loop" (xla-writer model 4000) 4000)
      #("PyTorch, stepped" (torch-writer model) 1000)
      #("Keras predict" (keras-writer model) 20))
    (race f"64 streams, 1×{size}" #("ours" (our-writer-of-many model 64) 32_000))
    (race f"scoring 1 MB, 1×{size}" #("ours" (our-scorer model) TEXT-LENGTH)))
  (when sizes (return))
  (setv small (random-model 128 1))
  (race "one stream, 1×128"
    #("ours" (our-writer small) 20_000)
    #("a compiled XLA loop" (xla-writer small 20_000) 20_000)
    #("PyTorch, stepped" (torch-writer small) 2000))
  (for [size [256 512]]
    (setv model (random-model size 2))
    (race f"one stream, 2×{size}"
      #("ours" (our-writer model) 4000)
      #("PyTorch, stepped" (torch-writer model) 1000)))
  (race "64 streams, 1×128" #("ours" (our-writer-of-many small 64) 128_000)))


;; * On a busy machine

(defn compare-busy [[name "english"]]
  "Print how fast the model `name` reads and writes, alone and beside busy processes."
  (setv
    model (load-checkpoint (find-model name))
    seed (cut (.read-text (/ ROOT "corpora" "lighthouse.txt") :encoding "utf-8") READ)
    speeds {0 []  (cores) []})
  (speeds-of model seed)
  (for [_ (range ROUNDS)  n speeds]
    (with [_ (busy-beside n)]
      (.append (get speeds n) (speeds-of model seed))))
  (print f"{(processor)}, {ROUNDS} rounds\n")
  (print-header "characters per second" "idle" "busy" "share" "worst" :unit "characters/s")
  (for [[what idle busy] (zip ["reading" "writing"] #* (gfor each (.values speeds) (zip #* each)))]
    (print-row what f"{(median idle) :,.0f}" f"{(median busy) :,.0f}"
      f"{(/ (median busy) (median idle)) :.2f}" f"{(/ (min busy) (median idle)) :.2f}")))


(defn speeds-of [model seed]
  "Return [reading writing]: the characters per second of `model` with this `seed`."
  (setv
    begun (time.perf-counter)
    pieces (stream model seed (Request {"rng_seed" 1}))
    _ (next pieces)
    read (time.perf-counter))
  (list (islice pieces (- WRITTEN 1)))
  [(/ (len seed) (- read begun)) (/ WRITTEN (- (time.perf-counter) read))])


;; * With a memory

(defn compare-memory [name #* texts]
  "Print what a memory gives the model `name` on `texts`, and what it costs."
  (setv model (load name))
  (print f"{(processor)}, {ROUNDS} rounds\n")
  (print-header name #* (gfor recall RECALLS f"recall {recall}") :unit "bits per character")
  (for [[title text] (map read-text texts)]
    (print-row title #* (gfor
      recall RECALLS
      f"{(bits-with model (.prepare model text) recall) :.3f}")))
  (print)
  (print-header "texts at once" "without" "with" "share" :unit "units/s")
  (for [n [1 16]]
    (setv speeds [[] []])
    (for [_ (range ROUNDS)  [recall own] (zip [0 0.3] speeds)]
      (.append own (speed-with model n recall)))
    (setv [without with-it] (map median speeds))
    (print-row n f"{without :,.0f}" f"{with-it :,.0f}" f"{(/ with-it without) :.2f}")))


(defn bits-with [model text recall]
  "Return the bits per character of `text` by `model` with a memory of this share."
  (setv
    engine (make-engine model.checkpoint)
    memory (Memory model.vocabulary.units recall)
    [ids _] (.encode-seed model.vocabulary text)
    nats 0)
  (.feed engine (seeds.start-ids model.checkpoint))
  (for [id (.tolist ids)]
    (setv logits (.copy engine.logits))
    (.score memory logits (Place engine.logits engine.output))
    (-= nats (np.log (get (softmax logits) id)))
    (.remember memory id engine.output)
    (.step engine id))
  (/ (bits nats) (len (.decode model.vocabulary ids))))


(defn speed-with [model n recall]
  #[[Return the units per second of `n` texts by `model` after a long seed.

  Units, as a memory brings back long pieces: the same time gives more characters.]]
  (setv
    seed (cut (.read-text (/ ROOT "corpora" "lighthouse.txt") :encoding "utf-8") REMEMBERED)
    seeds.Memory (if recall Memory (fn [units] None))
    texts []
    [start whole] (lfor
      length [1 WRITTEN]
      (seconds-of texts.extend (write-each model.checkpoint [seed]
        (Request {"samples" n  "length" length  "rng_seed" 1})))))
  (/ (sum (gfor [_ text] (cut texts n None) (len (.encode model.vocabulary text))))
    (- whole start)))


;; * Words to choose from

(defn word-times [[size "384"]]
  "Print how long models take from a keystroke to words."
  (compare-keystrokes
    (dfor [name model] (.items (models-to-type-with size)) name (partial type-to model))))


(defn type-to [model before typed]
  "Return the seconds that `model` takes to suggest words after each character of `typed`."
  (setv suggester (Suggester model))
  (.words suggester before CHOICES)
  (lfor
    n (range (len typed))
    (seconds-of suggester.words (+ before (cut typed (+ n 1))) CHOICES)))


(when (= __name__ "__main__")
  (with [_ (results __file__ EDITION)] (main #* (cut sys.argv 1 None))))
