"What the command line does with a trained model: write, converse, score. It needs no Keras."

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [contextmanager]
  sys
  numpy :as np
  lstm-textgen.basics.files [naming-errors]
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.terminal [put visible]
  lstm-textgen.basics.values [counted]
  lstm-textgen.cli.actions [STEERING]
  lstm-textgen.cli.conversation [converse]
  lstm-textgen.cli.flags [warn]
  lstm-textgen.cli.streams [page-written]
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.modelfile.outputs [check-output open-output]
  lstm-textgen.pages.score [ALTERNATIVES Page]
  lstm-textgen.text.files [check-encoding decode find-paths read-file read-sources text-files]
  lstm-textgen.text.units [Characters describe-units]
  lstm-textgen.textmodel [TextModel load]
  lstm-textgen.writing.mixture [Mixture]
  lstm-textgen.writing.originality [STRING originality]
  lstm-textgen.writing.sampling [SamplingOptions]
  lstm-textgen.writing.scoring [Score surprises]
  lstm-textgen.writing.writer [Ends])

(setv
  STANDARD "-"  ; the `output` that is standard output
  ANSWER 200  ; units of a conversation's continuation, unless something else ends it
  QUOTED 200  ; characters of a copied passage that are shown
  ENDS (list Ends.__annotations__))  ; the names of what ends a text


(defn use-model [flags]
  #[[Do what `flags` ask for with a trained model; return the exit status.

  It writes to standard output until it ends, Ctrl-C, or the reader of a pipe goes away.]]
  (_check-outputs flags)
  (_say-temperatures flags)
  (try
    ((cond
      (in "score" flags.given) score-files
      (in "interactive" flags.given) interact
      (in "page" flags.given) make-page
      True write) flags)
    (with [_ (_open-standard-output)])
    (except [KeyboardInterrupt] (print))
    (except [BrokenPipeError]))  ; nobody reads on
  0)


(defn [contextmanager] _open-standard-output []
  "Give standard output to write to; an `OSError` names it, and what was written is handed on."
  (with [_ (naming-errors "standard output")]
    (yield sys.stdout)
    (.flush sys.stdout)))


(defn _check-outputs [flags]
  "Raise an error unless the files that `flags` say to write can be written without harm."
  (setv sources [
    #* (.get flags.given "sources" [])
    #* (.get flags.given "score" [])
    #* (.values (.chosen flags "generate_from"))])
  (for [[name path] (.items (.chosen flags "output" "score_html" "page"))]
    (unless (= [name path] ["output" STANDARD])
      (check-output name path sources flags.models (.value flags "overwrite")))))


(defn _say-temperatures [flags]
  "Say how a list of temperatures with 0 in it is read: some write 0,5 for a half."
  (setv numbers (.get flags.given "temperature"))
  (when (and (isinstance numbers list) (in 0 numbers))
    (setv turns (.join ", then " (gfor n numbers f"{n :g}")))
    (warn f"--temperature: {turns}, a unit each, in turn; write a half as 0.5")))


(defn _load-model [flags]
  "Return the model that `flags` name, or the mixture of the two."
  (setv
    models (lfor path flags.models (load-checkpoint path :warn warn))
    n (len models))
  (when (> n 2) (raise (ValueError f"--model: two models can write together, not {n}")))
  (when (and (= n 1) (in "mix" flags.given))
    (raise (ValueError "--mix needs two models: --model FIRST --model SECOND")))
  (TextModel (if (= n 1) (get models 0) (Mixture #* models (.get flags.given "mix" 0.5)))))


(defn _reading [model flags]
  "Return the encoding of files, the one given or that of the model's own sources, and their limit:
  the most bytes that a download or the content of a .gz may have."
  #( (.get flags.given "encoding" (get model.settings "encoding"))
    (* MB (.value flags "max_download"))))


;; * Writing

(defn write [flags]
  "Write on from the seed, as many texts as `flags` ask for."
  (setv
    model (_load-model flags)
    [encoding limit] (_reading model flags)
    read (fn [paths] (read-sources paths :encoding encoding :limit limit :warn warn))
    seed (if (in "generate" flags.given)
      (.value flags "generate")
      (read [(.value flags "generate_from")]))
    keep (.value flags "originality")
    training (when keep (.prepare model (read (.value flags "sources"))))
    samples (.value flags "samples")
    texts (if (= samples 1)
      [(.stream model seed #** (_options flags))]  ; piece by piece; several, side by side
      (lfor
        text (.generate model seed :samples samples #** {"length" None  #** (_options flags)})
        [(.removeprefix text seed)]))
    path (.value flags "output"))
  (when path (_say-endless model path flags))
  (with [out (if (in path [None STANDARD]) (_open-standard-output) (open-output path))]
    (setv written (_put-texts out seed texts keep)))
  (when keep (_say-originality written training)))


(defn _say-endless [model path flags]
  "Say that what is written to `path` ends by Ctrl-C alone, where no end can be reached."
  (setv
    characters (set (.join "" model.vocabulary.units))
    stop (.get flags.given "stop" []))
  (unless (or
      (.chosen flags "length" "sentences")
      (any (gfor text stop (<= (set text) characters))))
    (warn (+ f"writing to {path} will not end before you press Ctrl-C: "
      (if stop
        "the model can't write that `stop`"
        "there is no `length`, `stop` or `sentences`")))))


(defn _options [flags]
  "Return the options of `TextModel.stream` that `flags` give."
  {"warn" warn  #** (.chosen flags #* STEERING)})


(defn _put-texts [out seed texts keep]
  #[[Write each of `texts`, iterables of pieces, after the seed, until Ctrl-C.

  Return the list of what was written of each, if they are to `keep`.]]
  (setv kept [])
  (try
    (for [[k pieces] (enumerate texts 1)]
      (when (> (len texts) 1)
        (put out f"{(if (= k 1) "" "\n")}--- {k} of {(len texts)} ---\n"))
      (put out seed)
      (.append kept [])
      (for [piece pieces]
        (put out piece)
        (when keep (.append (get kept -1) piece)))
      (put out "\n"))
    (except [KeyboardInterrupt] (put out "\n")))
  (lfor pieces kept (.join "" pieces)))


(defn _say-originality [written training]
  "Say on standard error how much of `written`, a list of texts, is copied from `training`."
  (setv [passage share] (originality written training))
  (warn (+ f"longest passage copied from the sources: {(counted (len passage) Characters.unit)}: "
    (repr (cut passage QUOTED)) (if (> (len passage) QUOTED) "…" "")))
  (warn (if (is share None)
    f"too short to contain strings of {STRING} characters"
    f"of all strings of {STRING} characters, {share :.1%} are in the sources")))


;; * Conversing

(defn interact [flags]
  "Write on from each line of standard input."
  (setv model (_load-model flags))
  (unless (.chosen flags #* ENDS) (setv flags (.with-value flags "length" ANSWER)))
  (unless (in "temperature" flags.given)
    (setv flags (.with-value flags "temperature" (get model.settings "temperature"))))
  (_check-options flags)
  (converse flags _check-options (fn [flags seed]
    (setv pieces (.stream model seed #** (_options flags)))  ; warns on a line of its own
    (with [out (_open-standard-output)] (_put-texts out seed [pieces] False)))))


(defn _check-options [flags]
  "Raise `ValueError` if `flags` can't steer or end a text."
  (SamplingOptions #** (.chosen flags #* SamplingOptions.__annotations__))
  (Ends #** (.chosen flags #* ENDS)))


;; * A page to play with

(defn make-page [flags]
  "Write the page that holds the model or models, and say how large it is."
  (setv
    path (.value flags "page")
    [first #* others] (map load flags.models))
  (.page first path #* others #** (.chosen flags "temperature" "length" "overwrite"))
  (warn (page-written path)))


;; * Scoring

(defn score-files [flags]
  "Print how well the model predicts each file, and all together; write the page, if wanted."
  (setv
    model (_load-model flags)
    [encoding limit] (_reading model flags)
    page-path (.value flags "score_html")
    page (when page-path (Page model.vocabulary))
    whole (Score))
  (check-encoding encoding)
  (setv paths (lfor
    source (.value flags "score")
    path (if (= source "-") ["-"] (find-paths source []))
    file (text-files path encoding limit warn)
    file))
  (for [path paths]
    (_score-file model #* (if (= path "-")
        ["standard input" (decode "standard input" sys.stdin.buffer encoding)]
        [path (read-file path encoding limit path)])
      whole page))
  (when (> (len paths) 1)
    (print (_summary "in all" whole model.vocabulary) :flush True))
  (when page
    (with [out (open-output page-path)] (.write out page.text))
    (warn (page-written page-path))))


(defn _score-file [model name pieces whole page]
  #[[Score the text in `pieces`, print the line about it and put it on the `page`, if any.

  It counts into `whole`, too, the `Score` of all texts.]]
  (setv
    total (Score)
    strange {})  ; the units that the model doesn't know, in order
  (when page (.begin page name))
  (for [stretch (surprises model.checkpoint (.prepare-pieces model pieces)
      (if page ALTERNATIVES 0))]
    (.add whole stretch)
    (.add total stretch)
    (for [k (np.flatnonzero (np.isnan stretch.nats))]
      (setv (get strange (get stretch.units k)) None))
    (when page (.add page stretch)))
  (.check total name)
  (setv summary (_summary name total model.vocabulary strange))
  (print (visible summary) :flush True)
  (when page (.end page summary)))


(defn _summary [name total vocabulary [strange #()]]
  "Return the line about a `Score`; `strange` has the characters that the model doesn't know."
  (setv line (+ f"{name}: {total.bits :.3f} bits per {vocabulary.singular}, "
    f"perplexity {total.perplexity :.2f}, accuracy {total.accuracy :.1%}, "
    (counted total.count vocabulary.unit)))
  (cond
    (not total.unknowns) line
    (is-not vocabulary.unknown None) f"{line}, {total.unknowns :,} of them unknown to the model"
    True (+ f"{line}; left out: {total.unknowns :,} unknown to the model"
      (if strange f": {(describe-units (list strange))}" ""))))
