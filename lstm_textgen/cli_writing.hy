#[[What the command line does with a trained model: write, converse, score. No Keras is needed for any of it.]]

(eval-when-compile (require hyrule [unless]))

(import
  contextlib [nullcontext]
  os
  sys
  numpy :as np
  lstm_textgen.checkpoint [load-checkpoint]
  lstm_textgen.engine [Mixture]
  lstm_textgen.interactive [converse]
  lstm_textgen.originality [STRING originality]
  lstm_textgen.sampling [check-steering]
  lstm_textgen.scorehtml [Page]
  lstm_textgen.sources [MB read-sources _check-encoding _decode _find _read]
  lstm_textgen.terminal [put visible]
  lstm_textgen.textmodel [TextModel]
  lstm_textgen.vocabulary [describe-units]
  lstm_textgen.writer [Score check-ends surprises])

(setv
  ANSWER 200  ; units that a conversation's continuation has where nothing else ends it
  QUOTED 200)  ; characters of a copied passage that are shown


(defn run [flags parser]
  "Do what `flags` ask; the exit status. `parser` is the one that read them."
  (cond
    flags.score (_with-reader score-files flags)
    flags.interactive (_with-reader interact flags parser)
    True (_with-reader write flags)))


(defn _with-reader [act flags #* more]
  "Let `act` write to standard output until it ends, Ctrl-C, or the reader of a pipe goes away; the exit status."
  (.reconfigure sys.stdout :errors "replace")
  (try
    (act flags #* more)
    (.flush sys.stdout)
    (except [KeyboardInterrupt]
      (print))
    (except [BrokenPipeError]
      ;; What is still in the buffer has no reader: let it fall into the void at exit.
      (os.dup2 (os.open os.devnull os.O-WRONLY) (.fileno sys.stdout))))
  0)


(defn load-model [flags]
  "Return the model that `flags` name, or the mixture of the two."
  (setv models (lfor  path flags.models  (load-checkpoint path :warn _warn)))
  (cond
    (> (len models) 2)
      (raise (ValueError f"--model: two models can write together, not {(len models)}"))
    (= (len models) 2)
      (TextModel (Mixture #* models (if (is flags.mix None) 0.5 flags.mix)))
    (is-not flags.mix None)
      (raise (ValueError "--mix needs two models: --model FIRST --model SECOND"))
    True
      (TextModel (get models 0))))


(defn _warn [message]
  (print (visible message) :file sys.stderr))


(defn _open-output [path]
  "Return the file to write to, or standard output; to be used in a `with`."
  (if (is path None)
    (nullcontext sys.stdout)
    (open path "w" :encoding "utf-8")))


(defn _encoding [model flags]
  "The encoding of files: the one given, or that of the model's own sources."
  (or flags.encoding (get model.settings "encoding")))


(defn _read-text [model flags paths]
  "Return the text of `paths`, files and the like, as they are."
  (read-sources paths :encoding (_encoding model flags) :limit (* MB flags.max-download)))


;; * Writing

(defn write [flags]
  "Write on from the seed, `flags.samples` times."
  (unless (>= flags.samples 1)
    (raise (ValueError f"--samples: must be a whole number from 1 up, not {flags.samples}")))
  (setv
    model (load-model flags)
    seed (if (is flags.generate None) (_read-text model flags [flags.generate-from]) flags.generate)
    training (when flags.originality (.prepare model (_read-text model flags flags.sources)))
    texts (_begin-texts model seed flags))
  (with [out (_open-output flags.output)]
    (setv written (_put-texts out seed texts flags.originality)))
  (when flags.originality
    (_say-originality written training)))


(defn _options [flags]
  "The options of `stream` that `flags` give."
  {"length" flags.length
   "stop" flags.stop
   "sentences" flags.sentences
   "rng_seed" flags.rng-seed
   "warn" _warn
   #** (_steering flags)})


(defn _steering [flags]
  "What of the steering was given; the model knows the rest."
  (dfor
    name ["temperature" "top_k" "top_p" "min_p"]
    :setv value (getattr flags name)
    :if (is-not value None)
    name value))


(defn _begin-texts [model seed flags]
  "List the texts to write, each as an iterable of its pieces. One alone is written piece by piece, several side by side."
  (setv options (_options flags))
  (if (= flags.samples 1)
    [(.stream model seed #** options)]
    (lfor
      text (.generate model seed :samples flags.samples #** options)
      [(.removeprefix text seed)])))


(defn _put-texts [out seed texts keep]
  "Write each of `texts`, iterables of pieces, after the seed, until Ctrl-C. Return what was written of each, if it is to be kept."
  (setv kept [])
  (try
    (for [[k pieces] (enumerate texts 1)]
      (when (> (len texts) 1)
        (put out f"{(if (= k 1) "" "\n")}--- {k} of {(len texts)} ---\n"))
      (put out seed)
      (.append kept [])
      (for [piece pieces]
        (put out piece)
        (when keep
          (.append (get kept -1) piece)))
      (put out "\n"))
    (except [KeyboardInterrupt]
      (put out "\n")))
  (lfor  pieces kept  (.join "" pieces)))


(defn _say-originality [written training]
  "Say on standard error how much of `written` stands in `training`, a list of texts and a text."
  (setv [passage share] (originality written training))
  (_warn f"longest passage that stands in the sources: {(len passage)} characters: {(repr (cut passage QUOTED))}{(if (> (len passage) QUOTED) "…" "")}")
  (_warn (if (is share None)
    f"too short to have strings of {STRING} characters"
    f"of all strings of {STRING} characters, {share :.1%} stand in the sources")))


;; * Conversing

(defn interact [flags parser]
  "Write on from each line of standard input."
  (setv model (load-model flags))
  (when (is flags.length flags.stop flags.sentences None)
    (setv flags.length ANSWER))
  (setv temperature [(get model.settings "temperature")])
  (.set-defaults parser :temperature temperature)
  (when (is flags.temperature None)
    (setv flags.temperature temperature))
  (_check-options flags)
  (converse flags parser _check-options (fn [flags seed]
    (put sys.stdout seed)
    (for [piece (.stream model seed #** (_options flags))]
      (put sys.stdout piece))
    (put sys.stdout "\n"))))


(defn _check-options [flags]
  (check-steering #** (_steering flags))
  (check-ends flags.length flags.stop flags.sentences))


;; * Scoring

(defn score-files [flags]
  "Say how well the model foresees each of the files that `flags.score` name, and all together."
  (setv
    model (load-model flags)
    unit model.vocabulary.unit
    paths (_paths flags.score)
    page (when flags.score-html (Page unit))
    whole (Score))
  (_check-encoding (_encoding model flags))
  (with [out (if page (_open-output flags.score-html) (nullcontext))]
    (for [path paths]
      (_score-file model path flags [whole (Score)] page))
    (when page
      (.write out page.text)))
  (when (> (len paths) 1)
    (print (_summary "in all" whole unit))))


(defn _paths [sources]
  "List the files that `sources`, paths and patterns, mean; - is standard input."
  (lfor
    source sources
    path (if (= source "-") ["-"] (_find source []))
    path))


(defn _score-file [model path flags scores page]
  "Score one file, count it into the `scores`, of which the last is its own, print the line about it and put it on the `page`, if any."
  (setv
    [unit name] [model.vocabulary.unit (if (= path "-") "standard input" path)]
    total (get scores -1)
    strange {})
  (when page
    (.begin page name))
  (for [[units nats hits unknowns] (surprises model.checkpoint (.prepare-pieces model (_pieces path model flags)))]
    (for [score scores]
      (.add score nats hits unknowns))
    (.update strange (dict.fromkeys (gfor  k (np.flatnonzero (np.isnan nats))  (get units k))))
    (when page
      (.add page units nats)))
  (unless total.count
    (raise (ValueError f"{name}: there is nothing to score: it is empty, or the model knows none of it")))
  (setv summary (_summary name total unit strange))
  (print (visible summary))
  (when page
    (.end page summary)))


(defn _pieces [path model flags]
  "Yield the text of a file in pieces."
  (setv encoding (_encoding model flags))
  (if (= path "-")
    (_decode "standard input" sys.stdin.buffer encoding)
    (_read path encoding (* MB flags.max-download) path)))


(defn _summary [name total unit [strange #()]]
  "Return the line that tells a `Score`; `strange` has the characters that the model doesn't know."
  (setv line (+ f"{name}: {total.bits :.3f} bits per {(.removesuffix unit "s")}, "
    f"perplexity {total.perplexity :.2f}, accuracy {total.accuracy :.1%}, {total.count :,} {unit}"))
  (cond
    (not total.unknowns) line
    (= unit "words") f"{line}, {total.unknowns :,} of them unknown to the model"
    True f"{line}; left out: {total.unknowns :,} unknown to the model{(if strange (+ ": " (describe-units (list strange))) "")}"))
