"What `train` is given, checked, as a run takes it."

(import
  collections.abc [Iterable]
  io [StringIO]
  os [PathLike fspath]
  lstm-textgen.basics.values [Kind PATH TEXT-LIST check-value clip plain]
  lstm-textgen.learning.runs [RUN-DEFAULTS Run]
  lstm-textgen.modelfile.places [own-path]
  lstm-textgen.prep [compose-all]
  lstm-textgen.report [make-report]
  lstm-textgen.settings.table [check-given]
  lstm-textgen.text.recipes [Recipe load-recipe])

(setv
  OWN ["sources" "text" "path" "recipe" "prep" "display" "callbacks"]  ; checked here, by hand
  RECIPE (Kind "a recipe or the path of one" (fn [x] (isinstance x #(Recipe (type None)))))
  CALLBACKS (Kind "a list of Keras callbacks" (fn [x] (isinstance x list)))
  DISPLAY (Kind "a report such as lstm_textgen.Report" (fn [x] (hasattr x "begin_epoch"))))


(defn make-run [given]
  "Return #(run report) for the arguments `given` to `train`, a dict; raise as `train` does."
  (setv
    [sources text path recipe prep display callbacks] (lfor name OWN (.pop given name))
    given (check-given
      (dfor
        [name value] (.items given)
        :if (not (is None value (.get RUN-DEFAULTS name)))  ; not given
        name (if (isinstance value PathLike) (fspath value) value))
      "train")
    recipe (if (isinstance recipe #(str PathLike))
      (load-recipe recipe)
      (check-value "`recipe`" RECIPE recipe))
    settings {#** (if recipe recipe.settings {}) #** given}
    options (dfor [name default] (.items RUN-DEFAULTS) name (.pop settings name default))
    (get options "sources") (source-list sources text (get options "sources"))
    (get options "path") (own-path (check-value "`path`" PATH path))
    run (Run
      :given settings
      :prep (cond
        (is-not prep None) (compose-all prep)
        recipe recipe.prep)
      :recipe recipe
      :callbacks (check-value "`callbacks`" CALLBACKS
        (if (hasattr callbacks "on_epoch_end") [callbacks] callbacks))
      #** options))
  #(run (if (is display None)
    (make-report run.quiet)
    (check-value "`display`" DISPLAY display))))


(defn source-list [sources text own]
  "Return the list of what to read: `sources`, or the `text` or texts, or else a recipe's `own`."
  (when (and (is-not text None) (is-not sources None))
    (raise (ValueError "give `sources` or `text`, not both")))
  (cond
    (is-not text None) (do
      (setv
        texts (text-list "`text`" text)
        lines (gfor each (cut texts -1) (if (.endswith each "\n") each (+ each "\n"))))
      [(StringIO (.join "" [#* lines #* (cut texts -1 None)]))])
    (is sources None) (or own [])
    (or (isinstance sources #(str bytes PathLike)) (hasattr sources "read")) [sources]
    (isinstance sources Iterable) (list sources)
    True (raise (TypeError f"`sources` must be paths or URLs, not {(clip (repr sources))}"))))


(defn text-list [what texts]
  "Return the list of `texts`, one or several; raise `TypeError`, calling them `what`, for others."
  (setv texts (plain texts))
  (check-value what TEXT-LIST (cond
    (isinstance texts str) [texts]
    (and (isinstance texts Iterable) (not (isinstance texts #(bytes bytearray)))) (list texts)
    True texts)))
