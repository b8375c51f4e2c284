"The one table of settings, and what must agree with it: types, signatures and messages."

(import
  inspect
  pickle
  hy.errors [HyMacroExpansionError]
  pytest
  lstm-textgen.basics.messages [Message failure refuse]
  lstm-textgen.basics.values [CONDITIONS COPY COUNT ENCODING FLAG FRACTION MATCH MODEL
    PASSAGE POSITIVE PROBABILITY RATIO REPEAT SEED SHARE STOPS TABLE-COLUMNS TEMPERATURE TEXT
    TEXT-LIST TEXTS WHOLE]
  lstm-textgen.cli.flags [make-parser parse-flags]
  lstm-textgen.recipes [Recipe]
  lstm-textgen.settings.layers [LAYERS]
  lstm-textgen.settings.models [Facts ModelSettings Request continuing from-file settings-of]
  lstm-textgen.settings.table [ITEMS SETTINGS Setting UNIT as-flags as-keyword
    check-given settings-in]
  lstm-textgen.textmodel [TextModel train]
  tests.helpers [new-settings]
  tools.reference [STUB with-settings])

(setv
  pytestmark pytest.mark.quick
  STORED {#** (.as-dict (new-settings {"layers" "24"}))
    "batch_size" 32  "epochs" 3}
  NAN (float "nan")
  ;; Values of each kind that are of the wrong type or out of range.
  BAD {
    COUNT [0 -1 1.5 "two" True (** 10 30)]  WHOLE [-1 1.5 "two" (** 10 30)]
    SEED [-1 (** 2 31) 1.5]  POSITIVE [0 -1 NAN (float "inf") 1e308 "much"]
    FRACTION [1 -0.1 NAN]  SHARE [0 1 NAN]  PROBABILITY [0 1.1 NAN]  RATIO [-0.1 1.1 NAN]
    TEMPERATURE [-1 NAN (float "inf") [] [0.5 -1] "hot"]  FLAG [1 "no" None]
    TEXT [5]  PASSAGE ["" 5]  MODEL ["" 5]  TEXT-LIST [5]  TEXTS [[] [1] "a.txt"]
    MATCH ["(" "" 5]  REPEAT [-1 4 "x"]  COPY [-1 19 "x"]  CONDITIONS ["lang" "" ["a=b" ""] 5]
    STOPS ["" ["a" ""] 5]  TABLE-COLUMNS ["" "{a" [5]]
    ENCODING ["klingon" "" "punycode" "hex" "undefined" 8]
    LAYERS ["128,dense:9" "" "dropout:0.2" -1 [4.8] True]
    UNIT ["bytes" ["words"]]  ITEMS ["page"]})


(defn test-the-signatures-have-each-setting []
  (setv
    own #{"sources" "text" "path" "recipe" "prep" "display" "callbacks"}
    settings (lfor setting (settings-in "train") :if (not-in setting.name own) setting)
    parameters (. (inspect.signature train) parameters)
    writing (sfor setting (settings-in "write") setting.name))
  (assert (= (set parameters) (| own (sfor setting settings setting.name))))
  (for [setting settings]  ; None: as the model has it
    (assert (= (. (get parameters setting.name) default)
      (if (in "model" setting.places) None setting.default))))
  (for [method [TextModel.generate TextModel.stream]]
    (assert (<= writing (set (. (inspect.signature method) parameters))))))


(defn test-the-types-come-from-the-table []
  (setv stub (.read-text STUB :encoding "utf-8"))
  (assert (= (with-settings stub) stub) "python -m hy tools/outputs.hy -"))


(defn places-of [setting value]
  "Yield, for each place of `setting`, a function that gives it `value` there, and its name there."
  (setv [name places] [setting.name (.split setting.places)])
  (for [place ["train" "write" "recipe"]  :if (in place places)]
    (yield #((fn [] (check-given {name value} place)) f"`{name}`")))
  (when (in "recipe" places)
    (setv key (or setting.keyword name))
    (yield #((fn [] (Recipe "r" None None {key value})) f"`{name}`"))
    (setv form `(hy.R.lstm_textgen/macros.defrecipe r ~(hy.models.Keyword key) ~value))
    (yield #((fn [] (hy.macroexpand form "hy")) f"`:{(hy.unmangle key)}`")))
  (when (and (in "cli" places) (not (or setting.value (is setting.kind TEXTS)))
      (if (is (. setting.kind read) str) (isinstance value str) (not (isinstance value list))))
    (yield #((fn [] (parse-flags [f"{setting.option}={value}"])) setting.option))))


(defn [(pytest.mark.parametrize "name" SETTINGS)]
    test-a-bad-value-is-refused-wherever-it-is-given-and-named-as-there [name]
  (setv setting (get SETTINGS name))
  (for [value (get BAD setting.kind)  [give spelled] (places-of setting value)]
    (with [caught (pytest.raises #(TypeError ValueError HyMacroExpansionError))] (give))
    (setv said (str (getattr caught.value "msg" caught.value)))
    (assert (in spelled said) [value said])
    (assert (not-in "\n" said))))


(defn [pytest.fixture] toy [monkeypatch]
  (setv toy (Setting "toy_size" COUNT "cli recipe train" "size of the toy" :group "other"))
  (.setitem monkeypatch SETTINGS "toy_size" toy))


(defn test-a-new-row-is-a-flag-and-checked-in-a-recipe-and-by-train [toy]
  (assert (= (dict (parse-flags ["--toy-size" "3"])) {"toy_size" 3}))
  (assert (in "--toy-size N" (.format-help (make-parser :everything True))))
  (with [_ (pytest.raises ValueError :match "--toy-size must be a whole number, 1 or more")]
    (parse-flags ["--toy-size" "0"]))
  (with [_ (pytest.raises HyMacroExpansionError :match "`:toy-size` must be a whole number")]
    (hy.macroexpand '(hy.R.lstm_textgen/macros.defrecipe r :toy-size 0)))
  (assert (= (. (Recipe "r" None None {"toy-size" 3}) settings) {"toy_size" 3}))
  (with [_ (pytest.raises TypeError :match "`toy_size` must be a whole number")]
    (check-given {"toy_size" "3"} "train")))


(defn test-a-new-row-is-a-parameter-with-its-documentation-and-type [toy]
  (setv learn (hy.eval '(do
    (require lstm-textgen.settings.parameters [defn-settings])
    (defn-settings learn "train" [[lookback 8] * #** request]
      "Learn.\n\n- …"
      request.toy-size)
    learn)))
  (assert (= [(learn :toy-size 3) (learn)] [3 None]))
  (assert (.endswith learn.__doc__ "\n- `toy_size`: size of the toy"))
  (assert (not-in "lookback`:" learn.__doc__))
  (setv stub "def learn(\n    # settings: train\n) -> None: ...\n")
  (assert (in "toy_size: int | None = None," (with-settings stub))))


(defn test-every-row-of-the-table-agrees-with-itself []
  (for [setting (.values SETTINGS)]
    (assert (or (is setting.default None) (setting.kind.fits setting.default)) setting.name)
    (assert (or (not setting.fixed) (in "model" setting.places)) setting.name))
  (for [setting (settings-in "cli")]  ; a flag that takes a value says which
    (assert (= (bool setting.metavar) (is setting.value None)) setting.name)
    (assert (<= (len (or setting.brief "")) 56) setting.name)))


(defn stored-settings [#** changes]
  "Return the settings in a file that has `STORED` with `changes`; Ellipsis is left out."
  (setv stored {#** STORED  #** changes})
  (from-file ModelSettings
    (dfor [key value] (.items stored) :if (is-not value ...) key value)
    "settings"))


(defn test-stored-settings-come-back-and-are-checked []
  (assert (= (.as-dict (stored-settings)) STORED))
  (assert (is (. (stored-settings :join-lines ...) join-lines) None))
  (for [missing [None ...]]
    (with [_ (pytest.raises ValueError :match "its settings lack 'epochs'")]
      (stored-settings :epochs missing)))
  (with [_ (pytest.raises ValueError :match "`lookback` must be a whole number")]
    (stored-settings :lookback 0)))


(defn [(pytest.mark.parametrize #("changes" "said") [
    #({"beginning" None} "its facts lack 'beginning'")
    #({"embedding" (** 2 20)} "its fact 'embedding' is too large")
    #({"people" "Anna"} "its fact 'people' must be text, or a list of texts, not 'Anna'")
    #({"why" None} "its fact 'why' must be text, not None")
    #({"recipe" ""} "its fact 'recipe' must be non-empty text")])]
    test-stored-facts-come-back-and-are-checked [changes said]
  (setv stored {#** (vars (Facts 9 "a" :base "english:0f"))})
  (assert (= (. (from-file Facts stored "facts") base name) "english"))
  (with [_ (pytest.raises ValueError :match said)]
    (from-file Facts {#** stored  #** changes} "facts")))


(defn continued [stored #** given]
  (settings-of (continuing (Request given) stored)))


(defn test-a-contradiction-names-both-values []
  (setv stored (stored-settings))
  (assert (= (. (continued stored :epochs 9) epochs) 9))
  (with [_ (pytest.raises ValueError :match "`validation` is 0.5 here, but the model has 0.1")]
    (continued stored :validation 0.5))
  (with [_ (pytest.raises ValueError :match "was trained without `lower`")]
    (continued stored :lower True)))


;; * Messages that know their settings

(defn test-a-setting-and-nothing-like-it-is-spelled-by-whoever-shows-the-message []
  (setv message (Message "give " 'base " or " ['max-words f" {5}"]))
  (assert (= message "give `base` or `max_words` 5"))
  (assert (= (as-flags message) "give --from or --max-words 5"))
  (assert (= (as-keyword message) "give `:from` or `:max-words` 5"))
  (assert (= (as-flags (pickle.loads (pickle.dumps message))) (as-flags message)))
  (assert (= (as-flags (ValueError "`epochs`: no such file")) "`epochs`: no such file")))


(defn test-an-error-within-a-message-keeps-its-settings []
  (with [caught (pytest.raises ValueError)]
    (try
      (refuse "too long; give " 'epochs)
      (except [error ValueError] (refuse "a.txt: " error))))
  (assert (= (str caught.value) "a.txt: too long; give `epochs`"))
  (assert (= (as-flags caught.value) "a.txt: too long; give --epochs")))


(defn test-an-error-of-our-own-says-why-like-one-of-the-system []
  (assert (= (. (failure OSError "no room; give another " 'path) strerror)
    "no room; give another `path`")))
