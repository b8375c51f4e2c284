"What the command line does with a trained model: generate, converse, score. It needs no Keras."

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [contextmanager suppress]
  itertools [chain]
  os
  sys
  numpy :as np
  lstm-textgen.basics.files [naming-errors]
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.basics.terminal [put visible]
  lstm-textgen.basics.values [counted read-value unknown-name]
  lstm-textgen.cli.flags [STEERING explaining models-of opened size-in-words warn]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.settings.table [CHOOSING SETTINGS]
  lstm-textgen.text.items [ENDS KnownItems fingerprints split-items]
  lstm-textgen.text.units [Characters describe-units]
  lstm-textgen.textmodel [TextModel load]
  lstm-textgen.writing.mixture [Mixture]
  lstm-textgen.writing.scoring [Score surprises]
  lstm-textgen.writing.seeds [seed-text]
  lstm-textgen.writing.writer [stream :as stream-text  write-each])

(setv
  PASSAGE-SHOWN 200  ; characters of a copied passage that are shown
  ENDINGS ["length" "stop" "sentences"]
  CHANGEABLE (lfor name STEERING (hy.unmangle name))  ; in a conversation
  USUAL-ITEMS 10  ; of a list, unless `samples` says how many
  CONTINUATION 200  ; units of a continuation, and …
  ANSWER 400        ; … of an answer in a chat, unless another end is given
  HELP #[[Type a line and press Enter; Ctrl-C stops the model's text, :quit or Ctrl-D exits.
:temperature 0.5 changes a setting, :temperature resets it, :help lists all settings.]])


(defn _until-stopped [act]
  #[[Return the action `act` with checks of its flags.

  Ctrl-C or the end of a pipe's reader ends it; `KeyboardInterrupt` leaves it if that is to write a
  file, which isn't complete then.]]
  (fn [flags]
    (_check-flags flags)
    (try
      (act flags)
      (with [_ (_open-standard-output)])  ; flushes it while errors are handled
      (except [KeyboardInterrupt]
        (when (- (set (.values (.chosen flags "output" "page"))) #{"-"}) (raise))
        (print))
      (except [BrokenPipeError]))))  ; the reader has left


(defn _check-flags [flags]
  "Raise `ValueError` for an output that can't be written; warn of what may be a decimal comma."
  (setv sources [#* (.get flags "sources" []) #* (.get flags "score" [])
    #* (.values (.chosen flags "generate_from"))])
  (for [[name path] (.items (.chosen flags "output" "page"))]
    (import
      lstm-textgen.modelfile.outputs [check-output]
      lstm-textgen.pages.assembly [OUR-PAGE])
    (unless (= [name path] ["output" "-"])
      (check-output (hy.models.Symbol name) path sources (models-of flags) flags.overwrite
        #* (if (= name "output") [] [OUR-PAGE]))))
  (when (and (isinstance flags.temperature list) (in 0 flags.temperature))  ; 0,5: perhaps 0.5
    (setv turns (.join ", then " (gfor n flags.temperature f"{n :g}")))
    (warn f"--temperature: {turns}, in turn, one for each unit; write one half as 0.5")))


(defn [contextmanager] _open-standard-output []
  "Yield standard output; flush it at the end, and name it in each `OSError`."
  (with [_ (naming-errors "standard output")]
    (yield sys.stdout)
    (.flush sys.stdout)))


(defn _open-text [path]
  "Open the file at `path` for text; None and - are standard output."
  (if (in path [None "-"])
    (_open-standard-output)
    (opened path)))


(defn [_until-stopped] write-sources [flags]
  "Write the text of the sources that `flags` name as a model would read it."
  (import
    lstm-textgen.display [make-display]
    lstm-textgen.learning.learner.machines [ProcessGroup]
    lstm-textgen.learning.source [Run read-source]
    lstm-textgen.recipes [with-recipe]
    lstm-textgen.settings.table [as-flags]
    lstm-textgen.text.files [listed-sources])
  (setv
    request (with-recipe flags)
    request (.but request :sources (listed-sources (or request.sources [])))
    display (make-display (or flags.quiet (= flags.output "-")) as-flags))
  (with [source (read-source (Run request None (ProcessGroup) display None) request None)
         out (_open-text flags.output)]
    (for [chunk source.text] (.write out chunk))))


(defn _load-model [flags]
  "Return the `TextModel` of the model that `flags` name, or of the mixture of the two."
  (setv
    models (lfor path (models-of flags) (load-checkpoint path :warn warn))
    n (len models))
  (when (> n 2) (refuse f"--model: at most two models can generate together, not {n}"))
  (when (and (= n 1) (in "mix" flags))
    (refuse "--mix needs two models: --model FIRST --model SECOND"))
  (TextModel (if (= n 1) (get models 0) (Mixture #* models flags.mix))))


(defn _reading [text-model flags]
  "Return a dict of reading options, with the encoding given or else the model's own."
  {"encoding" (.get flags "encoding" text-model.settings.encoding)
    "limit" (* MB flags.max-download)
    "items" text-model.settings.items
    #** (.chosen flags #* CHOOSING)})


;; * Generation

(defn [_until-stopped] write [flags]
  "Generate texts from the seed, as `flags` request."
  (setv
    text-model (_load-model flags)
    model text-model.checkpoint
    reading (_reading text-model flags)
    items model.settings.items
    read (fn [paths]
      (import lstm-textgen.text.files [read-sources])
      (read-sources paths :warn warn #** reading))
    seed (.prepare text-model (cond
      (in "generate" flags) flags.generate
      items (.removesuffix (read [flags.generate-from]) (get ENDS items))  ; the item goes on
      True (read [flags.generate-from])))
    keep flags.originality
    training (when keep (.prepare text-model (read flags.sources)))
    samples (if (and items (not-in "samples" flags)) USUAL-ITEMS flags.samples)
    request (.but flags :samples samples)
    shown (seed-text model seed)
    gap (if items (.removeprefix (get ENDS items) "\n") "\n")
    heading (fn [n] (if (or items (= samples 1)) "" f"--- {(+ n 1)} of {samples} ---\n"))
    path flags.output
    endless (not (or items (.chosen flags #* ENDINGS)))
    texts (if (= samples (or flags.best-of 1) 1)  ; may warn or raise, so it precedes the output
      [#(0 (stream-text model seed request :warn warn))]  ; one comes as it is drawn
      (_in-order (write-each model [seed] request :warn warn))))  ; several are drawn together
  (when (and path endless)
    (warn (Message f"writing to {path} until you press Ctrl-C; "
      "to end earlier, give " 'length ", " 'stop " or " 'sentences)))
  (with [out (_open-text path)]
    (setv written (_put-texts out shown texts gap heading keep endless)))
  (when keep (_say-originality model shown written training)))


(defn _in-order [texts]
  #[[Yield #(k [text]) for each of `texts`, #(k text) that come as they end, in the order of k.

  After Ctrl-C yield those that there are.]]
  (setv [waiting due] [{} 0])
  (try
    (for [[k text] texts]
      (setv (get waiting k) [text])
      (while (in due waiting)
        (yield #(due (.pop waiting due)))
        (+= due 1)))
    (except [KeyboardInterrupt]
      (yield :from (sorted (.items waiting)))
      (raise)))
  (yield :from (sorted (.items waiting))))


(defn _put-texts [out seed texts [gap ""] [heading (fn [n] "")] [keep False] [endless True]]
  #[[Write each of `texts`, #(k chunks), until Ctrl-C; return them if `keep` is true.

  A new file of texts that aren't `endless` isn't complete then: `KeyboardInterrupt` is raised.

  Its `heading`, a function of its number from 0 on, and the `seed` precede each; the `gap` is
  between them. They come with the first chunk: until then the text may be refused.]]
  (setv
    kept []
    open? False)  ; whether a line lacks its end
  (try
    (for [[n [_ chunks]] (enumerate texts)]
      (setv
        chunks (iter chunks)
        chunks (chain [(next chunks "")] chunks))
      (put out (+ (if n gap "") (heading n) seed))
      (setv open? True)
      (.append kept [])
      (for [chunk chunks]
        (put out chunk)
        (when keep (.append (get kept -1) chunk)))
      (put out "\n")
      (setv open? False))
    (except [ValueError]
      (when open? (put out "\n"))
      (raise))
    (except [KeyboardInterrupt]
      (when (and (not endless) (isinstance out.name str) (os.path.isfile out.name)) (raise))
      (when (or open? (.isatty out)) (put out "\n"))))
  (lfor chunks kept (.join "" chunks)))


(defn _say-originality [model seed written training]
  "Report on standard error how much of `written`, texts by `model`, is copied from `training`."
  (import
    lstm-textgen.writing.constraints [shingles-in]
    lstm-textgen.text.shingles [SHINGLE]
    lstm-textgen.writing.originality [originality])
  (setv
    items model.settings.items
    refused (. (shingles-in model.shingles model.refrains) refused))
  (when items
    (setv
      known (KnownItems (fingerprints (split-items training items)))
      count (sum (gfor text written (in (+ seed text) known))))
    (warn (+ f"{count :,} of {(counted (len written) "items")} {(if (= count 1) "is" "are")} "
      "in the sources")))
  (setv [passage share] (originality written training))
  (warn (+ f"longest passage copied from the sources: {(counted (len passage) Characters.unit)}: "
    (repr (cut passage PASSAGE-SHOWN)) (if (> (len passage) PASSAGE-SHOWN) "…" "")))
  (when refused (warn (+ f"{(counted refused model.settings.unit)} that would have copied on "
    f"{(if (= refused 1) "was" "were")} refused")))
  (warn (if (is share None)
    f"the text is too short to contain {SHINGLE}-character strings"
    f"{share :.1%} of its {SHINGLE}-character strings occur in the sources")))


;; * Conversation

(defn [_until-stopped] interact [flags]
  "Continue each line of standard input, or change the setting that it names after a colon."
  (import
    lstm-textgen.cli.turns [Turns]
    lstm-textgen.writing.conversation [people-of])
  (setv
    text-model (_load-model flags)
    options (.chosen flags #* STEERING)
    terminal (and (.isatty sys.stdin) (.isatty sys.stdout))
    items text-model.settings.items
    turns (when (people-of text-model) (Turns text-model)))
  (unless (or items (.chosen flags #* ENDINGS))
    (setv (get options "length") (if turns ANSWER CONTINUATION)))
  (.setdefault options "temperature" text-model.settings.usual-temperature)
  (when terminal
    (with [_ (suppress ImportError)]  ; Windows' console has its own line editing
      hy.I.readline)
    (print HELP)
    (when turns (print (visible (.help turns)))))
  (while True
    (try
      (setv line (input (cond (not terminal) "" turns f"{turns.you}> " True "> ")))
      (cond
        (in (.strip line) [":quit" ":exit"]) (return)
        (.startswith line ":") (_change options (cut line 1 None))
        True (do
          ;; Each warning is on its own line.
          (setv [shown chunks] (if turns
            (.answer turns line (not terminal) options)
            #((seed-text text-model.checkpoint (.prepare text-model line))
              (.stream text-model line :warn warn #** options))))
          (with [out (_open-standard-output)] (_put-texts out shown [#(0 chunks)]))))
      (except [KeyboardInterrupt] (print))
      (except [EOFError]
        (when terminal (print))
        (return))
      (except [error ValueError] (warn error)))))


(defn _change [options line]
  "Set the option that `line` names to its value or the default in `options`, and show it."
  (setv
    [name _ text] (.partition line " ")
    key (hy.mangle name))
  (cond
    (= name "help") (warn HELP)
    (not-in name CHANGEABLE)
      (refuse f"{(unknown-name "setting" name CHANGEABLE)}; :help shows them")
    text (setv (get options key) (read-value f":{name}" (. (get SETTINGS key) kind) text))
    True (.pop options key None))
  (for [name (if (= name "help") CHANGEABLE [name])]
    (warn f":{name} {(_shown (.get options (hy.mangle name)))}")))


(defn _shown [value]
  "Return the `value` of a setting as a user types it."
  (cond
    (is value None) "(default)"
    (isinstance value list) (.join "," (map _shown value))
    (isinstance value float) f"{value :g}"
    True (str value)))


(defn [_until-stopped] make-page [flags]
  "Write the page that contains the model or models, and report its size."
  (setv
    path flags.page
    [first #* others] (map load (models-of flags)))
  (with [_ (explaining f"making {path}: generating text to see what the model's cells follow")]
    (.page first path #* others :names (not flags.no-names)
      #** (.chosen flags "temperature" "min_p" "length" "overwrite")))
  (setv named (if (.endswith (.lower path) #(".html" ".htm"))
    ""
    "give it a name that ends in .html, and "))
  (when (os.path.isfile path)
    (warn f"{path}: {(size-in-words path)}; {named}open it in a browser")))


;; * Scoring

(defn [_until-stopped] score-files [flags]
  "Print how well the model predicts each file and all together."
  (import lstm-textgen.text.files [check-choices documents-of find-paths reading-of])
  (setv
    text-model (_load-model flags)
    reading (reading-of #** (_reading text-model flags))
    whole (Score)
    paths (lfor
      source flags.score
      path (if (= source "-") ["-"] (find-paths source []))
      path)
    [read empty] [[] []])
  (for [path paths  document (documents-of path reading :warn warn)]
    (with [_ (explaining f"scoring {document.name}")]
      (setv total (_score-file text-model document reading whole)))
    (unless total.count (.append empty #(total document.name)))
    (.append read document.summary))
  (check-choices reading (list (filter None read)))
  (for [[total name] empty]
    (try
      (.check total name)
      (except [error ValueError]
        (unless whole.count (raise))
        (warn error))))
  (when (> (len read) 1) (print (_summary "total" whole text-model.vocabulary) :flush True)))


(defn _score-file [text-model document reading whole]
  "Return the `Score` of the `document`, added to the `whole`; print its line if anything scored."
  (setv
    total (Score)
    strange {}  ; the unknown units, in order
    chunks (.prepare-pieces text-model document))
  (for [stretch (surprises text-model.checkpoint chunks)]
    (.add whole stretch.score)
    (.add total stretch.score)
    (.update strange (dfor k (np.flatnonzero (np.isnan stretch.nats)) (get stretch.units k) None)))
  (if total.count
    (print (visible (_summary document.name total text-model.vocabulary strange)) :flush True)
    (hy.I.lstm-textgen/text/documents/columns.check-conditions reading.where False warn))
  total)


(defn _summary [name total vocabulary [strange #()]]
  "Return the line about a `Score`; `strange` lists the unknown characters."
  (setv
    per (if vocabulary.several f" per {vocabulary.singular}" "")
    line (+ f"{name}: {total.bits :.3f} bits per character, "
      f"perplexity {total.perplexity :.2f}{per}, accuracy {total.accuracy :.1%}, "
      (counted total.count vocabulary.unit)))
  (cond
    (not total.unknowns) line
    (is-not vocabulary.unknown None) f"{line}, {total.unknowns :,} of them unknown to the model"
    True (+ f"{line}; skipped {total.unknowns :,} unknown to the model"
      (if strange f": {(describe-units (list strange))}" ""))))
