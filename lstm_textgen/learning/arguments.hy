"What `train` is given, checked, as a run takes it."

(import
  collections.abc [Iterable]
  io [StringIO]
  os [PathLike]
  lstm-textgen.basics.values [Kind TEXT-LIST check-value clip plain]
  lstm-textgen.prep [compose-all]
  lstm-textgen.report [make-report]
  lstm-textgen.text.recipes [Recipe load-recipe])

(setv DISPLAY (Kind "a report such as lstm_textgen.Report" (fn [x] (hasattr x "begin_epoch"))))


(defn source-list [sources text own]
  "Return the list of what to read: `sources`, or the `text` or texts, or a recipe's `own`."
  (when (and (is-not text None) (is-not sources None))
    (raise (ValueError "give `sources` or `text`, not both")))
  (cond
    (is-not text None) [(StringIO (_joined (text-list "`text`" text)))]
    (is sources None) own
    (or (isinstance sources #(str bytes PathLike)) (hasattr sources "read")) [sources]
    (isinstance sources Iterable) (list sources)
    True (raise (TypeError f"`sources` must be paths or URLs, not {(clip (repr sources))}"))))


(defn text-list [what texts]
  "Return the list of `texts`, one or several; raise `TypeError`, calling them `what`, for others."
  (setv texts (plain texts))
  (check-value what TEXT-LIST (cond
    (isinstance texts str) [texts]
    (isinstance texts #(bytes bytearray)) texts
    (isinstance texts Iterable) (list texts)
    True texts)))


(defn _joined [texts]
  "Return `texts` as one, with a newline after each that lacks it, but the last."
  (.join "" (gfor
    [n text] (enumerate texts 1)
    (if (or (.endswith text "\n") (= n (len texts))) text (+ text "\n")))))


(defn find-recipe [recipe]
  "Return the `Recipe` that `recipe` is, or the path of; None for None."
  (cond
    (isinstance recipe #(Recipe (type None))) recipe
    (isinstance recipe #(str PathLike)) (load-recipe recipe)
    True (raise (TypeError (+ "`recipe` must be a recipe or the path of one, "
      f"not {(clip (repr recipe))}")))))


(defn prep-function [prep recipe]
  "Return the text → text function that `prep` is or describes, or else that of `recipe`, if any."
  (cond
    (is-not prep None) (compose-all prep)
    recipe recipe.prep))


(defn callback-list [callbacks]
  "Return the list of `callbacks`, which may be one alone; raise `TypeError` if they can't be."
  (cond
    (isinstance callbacks #(list tuple)) (list callbacks)
    (hasattr callbacks "on_epoch_end") [callbacks]
    True (raise (TypeError
      f"`callbacks` must be a list of Keras callbacks, not {(clip (repr callbacks))}"))))


(defn choose-display [display quiet]
  "Return `display`, or for None what shows a run here; raise `TypeError` if it can't show one."
  (if (is display None) (make-report quiet) (check-value "`display`" DISPLAY display)))
