"Fine-tuning: what the base provides, what contradicts it, how new units start."

(import
  math
  re
  unicodedata [normalize]
  numpy :as np
  pytest
  lstm-textgen
  lstm-textgen.learning.bases [base-settings bits-of check-same fitted-bias grown-weights load-base
    origin promising relative-of stem suggestion]
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  lstm-textgen.modelfile.places [SHIPPED bases own-path]
  lstm-textgen.settings.models [Base]
  lstm-textgen.text.corpus [Text]
  lstm-textgen.text.looks [look-at]
  lstm-textgen.text.vocabulary [build-vocabulary]
  lstm-textgen.textmodel [TextModel train]
  lstm-textgen.writing.engine [softmax]
  tests.helpers [assert-no-warning program refusal-of refused saved-model small-model write-text])

(setv
  pytestmark pytest.mark.quick
  path (pytest.fixture saved-model))


;; * The base

(defn [(pytest.mark.parametrize #("name" "said") [
    #("nowhere" "no model nowhere.*; give a model file") #("nowhere.h5" "no model nowhere.h5")
    #("folder/english" "no model folder/english.*; give a model file")
    #("" "`base`: '.' names no file") #("." "'.' names no file") #(".." "'..' names no file")])]
    test-a-base-that-is-missing-or-no-file-is-named [name said]
  (assert (re.search said (refusal-of load-base name assert-no-warning))))


(defn test-a-base-without-a-name-is-refused-with-an-example []
  (assert (in "`base` must be the name of a model, such as english, "
    (refusal-of train :text "heylo" :base ""))))


(defn test-a-base-must-be-whole-and-fit-into-memory [monkeypatch path]
  (setv data (.read-bytes path))
  (.write-bytes path (cut data 3000))
  (assert (in "model.h5: not a usable model" (refusal-of load-base path assert-no-warning)))
  (.write-bytes path data)
  (.setattr monkeypatch "lstm_textgen.learning.bases.installed_memory" (fn [] 5000))
  (assert (in "too large for this machine" (refusal-of load-base path assert-no-warning))))


(defn record-of [base name]
  "Return what a new model records of its `base`, called `name`."
  (. (base-settings base name {}) base))


(defn test-a-model-records-the-name-and-the-weights-of-its-base []
  (setv [one same other] (gfor seed [1 1 2] (record-of (small-model seed) "some/where/b.h5")))
  (assert (.startswith one "b:"))
  (assert (= one same))
  (assert (!= one other))
  (check-same one "elsewhere/b")
  (for [[recorded name said] [
      [one "c" "`base` is c, but the model was fine-tuned from b; leave it out"]
      ["" "b" "`base` is b, but"]
      [one "" "`base`: '.' names no file"]]]
    (assert (in said (refusal-of check-same recorded name)))))


(defn test-a-base-that-was-not-used-is-no-origin []
  (setv not-used (.unused (Base "b:1")))
  (assert (= (list (map origin [None (Base "b:1") not-used]))
    [None "b" "none: b predicted this text poorly"]))
  (check-same not-used "b")
  (assert (in "`base` is c, but the model was trained from scratch"
    (refusal-of check-same not-used "c"))))


;; * The base that comes with the program

(defn test-english-is-small-and-known-by-its-name [tmp-path monkeypatch]
  (.chdir monkeypatch tmp-path)
  (setv base (load-base "english" assert-no-warning))
  (assert (< (. (.stat (/ SHIPPED "english.h5")) st-size) 8_000_000))
  (assert base.half)
  (assert (is base.resume None))
  (assert (<= (set "aZ09 \n\"'“”‘’—–…é#*-") (set base.vocabulary.units))))


(defn test-the-name-of-a-model-that-ships-means-that-one [tmp-path monkeypatch]
  (.chdir monkeypatch tmp-path)
  (save-checkpoint (small-model) "english")
  (for [[name ours] [["english" False] ["english.h5" False] ["./english.h5" True]
      [(/ tmp-path "english") True]]]
    (setv base (load-base name assert-no-warning))
    (assert (= (= base.vocabulary.units (. (small-model) vocabulary units)) ours)))
  (with [_ (pytest.raises FileNotFoundError :match f"no model {tmp-path}/french.h5")]
    (load-base "./french" assert-no-warning)))


(defn test-no-model-is-saved-under-the-name-of-one-that-ships [tmp-path monkeypatch]
  (.chdir monkeypatch tmp-path)
  (setv model (TextModel (small-model)))
  (for [act [
      (fn [] (lstm-textgen.train :text "abc" :path "english"))
      (fn [] (.save model "english.h5"))]]
    (assert (re.search "comes with the program; .* give ./english.h5" (refusal-of act))))
  (assert (= (list (.iterdir tmp-path)) []))
  (.save model "./english")
  (assert (= (. (own-path "./english") parent) tmp-path)))


(defn look [text]
  "Return how `text` looks."
  (with [whole (Text)]
    (.add whole text)
    (look-at whole (len text))))


(defn test-the-base-that-ships-is-suggested-for-its-language []
  (for [[text suggested] [
      ["The keeper climbed the stairs and lit the lamp. \"A fine night,\" he said.\n" True]
      ["Der Wärter stieg die Treppe hinauf und putzte die Lampe. Eine schöne Nacht.\n" False]
      ["for (int i = 0; i < n; i++) { total += values[i] * weights[i]; }\n" False]]]
    (assert (= (in "`base` english" (suggestion (look (* text 40)))) suggested))))


(defn test-no-base-is-suggested-for-a-long-text-nor-where-words-or-layers-were-asked-for
    [monkeypatch]
  (setv seen (look (* "The keeper climbed the stairs and lit the lamp.\n" 400)))
  (assert (suggestion seen))
  (for [given [{"unit" "words"} {"layers" "lstm:64"}]] (assert (= (suggestion seen given) "")))
  (monkeypatch.setattr "lstm_textgen.learning.bases.SHORT" seen.length)
  (assert (= (suggestion seen) "")))


;; * Several bases

(defn install-package [folder #** models]
  "Put a package into `folder` that provides `models`, Checkpoints by name."
  (write-text (/ folder "languages") "raise RuntimeError('imported')" "__init__.py")
  (write-text (/ folder "languages-1.dist-info") "Name: languages\nVersion: 1\n" "METADATA")
  (write-text (/ folder "languages-1.dist-info") (.join "\n" [
    "[lstm_textgen.bases]" "gone = nowhere" "lost = languages"
    #* (gfor name models f"{name} = languages")]) "entry_points.txt")
  (for [[name model] (.items models)]
    (save-checkpoint model (/ folder "languages" name))))


(defn [pytest.fixture] shipped [tmp-path monkeypatch]
  "The folder of the bases that ship, without one; the current one is another."
  (for [name ["shipped" "site" "site/languages" "site/languages-1.dist-info" "here"]]
    (.mkdir (/ tmp-path name)))
  (.setattr monkeypatch "lstm_textgen.modelfile.places.SHIPPED" (/ tmp-path "shipped"))
  (.syspath-prepend monkeypatch (/ tmp-path "site"))
  (.chdir monkeypatch (/ tmp-path "here"))
  (/ tmp-path "shipped"))


(defn [(pytest.mark.parametrize "alias,name" [
    ["deutsch" "german"] ["français" "french"] ["francais" "french"] ["español" "spanish"]
    ["espanol.h5" "spanish"] ["Deutsch" "german"] ["FRANÇAIS" "french"]
    [(normalize "NFD" "español") "spanish"]])]
    test-a-base-has-its-name-in-its-own-language-too [shipped alias name]
  (with [_ (pytest.raises FileNotFoundError :match "an installed base: none")]
    (load-base alias assert-no-warning))
  (setv model (small-model))
  (save-checkpoint model (/ shipped name))
  (load-base alias assert-no-warning)
  (assert (.startswith (record-of model alias) f"{name}:"))
  (check-same (record-of model name) alias)
  (assert (= (stem alias) name)))


(defn test-a-file-of-one-s-own-precedes-another-spelling-of-a-base [shipped]
  (save-checkpoint (small-model) (/ shipped "german"))
  (with [_ (pytest.raises ValueError :match "comes with the program")] (own-path "deutsch"))
  (save-checkpoint (small-model) (own-path "Deutsch"))
  (assert (= (stem "Deutsch") "Deutsch")))


(defn test-another-package-brings-a-base [shipped tmp-path]
  (install-package (/ tmp-path "site") :italian (small-model :text "ciao") :german (small-model))
  (save-checkpoint (small-model :text "hallo") (/ shipped "german"))
  (assert (= (list (bases)) ["german" "italian"]))
  (defn known [name] (. (load-base name assert-no-warning) vocabulary units))
  (assert (= [(known "italian") (known "italian.h5")] (* [["a" "c" "i" "o"]] 2)))
  (assert (= (known "german") ["a" "h" "l" "o"]))  ; the one that ships
  (with [_ (pytest.raises FileNotFoundError :match "installed base: german, italian$")]
    (load-base "lost" assert-no-warning))
  (save-checkpoint (small-model :text "oh") "italian")
  (assert (= (known "italian") ["h" "o"])))  ; a file of one's own


(defn [(pytest.mark.parametrize "text,name" [
    ["ääé" "german"] ["ééä" "french"] ["äxéx" ""] ["日本" ""] ["ä" "german"]])]
    test-the-base-that-predicts-a-text-best-is-suggested [shipped text name]
  (for [[each known] [["german" "ä"] ["french" "é"]]]
    (save-checkpoint (small-model :text "äéx" :odds {known 40 "é" 10 "ä" 10 known 40})
      (/ shipped each)))
  (.write-bytes (/ shipped "damaged.h5") b"")
  (setv
    seen (look (* text 700))
    line (suggestion seen))
  (assert (= (.endswith line f"`base` {name}") (bool name)))
  (assert (= (bool line) (bool name)))
  (assert (not-in f"`base` {name}" (suggestion seen {} name))))


(defn test-characters-that-a-base-lacks-count-once-in-a-short-text []
  (setv base (small-model :text "heylo\n"))
  (assert (< (bits-of base [(* "heylo heylo\n" 10)]) 20))  ; the space, a twelfth
  (assert (= (bits-of base [(* "he lo he lo\n" 10)]) math.inf)))  ; a quarter


(defn test-of-bases-of-pieces-two-are-tried-that-have-the-longest-pieces-of-the-text [shipped]
  (save-checkpoint (small-model) (/ shipped "letters"))
  (for [[name words] [["german" "Lampe Treppe Nacht "] ["french" "lampe escalier nuit "]
      ["spanish" "noche de la luz "]]]
    (save-checkpoint (small-model :unit "pieces" :text (* words 50)) (/ shipped name)))
  (assert (= (promising "Treppe bei Nacht, nuit") ["german" "french" "letters"]))
  (assert (= (promising "escalier de nuit, noche de la") ["spanish" "french" "letters"])))


;; * Settings

(defn settings [#** given]
  "Return the settings of a model fine-tuned from a small one, with what is `given`."
  (base-settings (small-model :lookback 32) "b" given))


(defn test-layers-lookback-and-unit-are-the-base-s-own []
  (setv own (settings))
  (assert (= [own.lookback own.stride own.embedding own.unit] [32 32 4 "characters"]))
  (assert (is own.layers None))  ; its dropout is still to be chosen
  (assert (= (str (. (settings :layers "6,dropout:0.4,gru:5") layers))
    "lstm:6,dropout:0.4,gru:5"))
  (assert (= (. (base-settings (small-model :unit "words") "b" {}) unit) "words")))


(defn [(pytest.mark.parametrize "name,value,words" [
    ["layers" "7,gru:5" "`layers` is lstm:7,gru:5, but lstm:6,gru:5 in the base b"]
    ["unit" "words" "`unit` is words, but characters in the base b"]])]
    test-what-contradicts-the-base-is-named [name value words]
  (assert (in words (refusal-of settings #** {name value}))))


(defn test-the-command-line-names-a-setting-that-contradicts-the-base-by-its-flag [path]
  (write-text path.parent)
  (setv asked ["--sources" "text.txt" "--from" "model" "--model" "new"])
  (for [[more words] [
      [["--layers" "9"] "--layers is lstm:9, but"]
      [["--from" "none"] "--from: there is no model none.h5"]]]
    (refused (program #* asked #* more :folder path.parent) words)))


;; * New units

(defn [(pytest.mark.parametrize "text,unit,kin" [
    #* (gfor [unit kin] [["é" "e"] ["É" "E"] ["’" "'"] ["“" "\""] ["ñ" "n"] ["Q" "q"] ["Ω" None]
      ["文" None]] ["abcdenqE'\"" unit kin])
    #* (gfor [unit kin] [["The" "the"] [" Cat" " cat"] [" cafe" None] ["dog" None]]
      ["the cat café" unit kin])])]
    test-a-new-character-or-word-has-a-relative-or-none [text unit kin]
  (setv vocabulary (build-vocabulary text (if (in " " text) "words" "characters")))
  (assert (= (relative-of unit vocabulary) (when kin (get vocabulary.ids kin)))))


(defn grown []
  #[[Return #(old new n e): weights before and after they grew, how many units were known, e's id.

  Of the new units one has a relative, one is in the text, one is not.]]
  (setv
    model (small-model)
    n (len model.vocabulary)
    e (get model.vocabulary.ids "e"))
  #(
    model.weights
    (grown-weights model.weights model.vocabulary ["é" "文" "字"] (np.array [e e e n (+ n 1)]))
    n e))


(defn test-a-new-unit-begins-as-its-relative []
  (setv [olds news n e] (grown))
  (for [[place axis] [[0 0] [-2 1] [-1 0]]]
    (setv [old new] [(get olds place) (get news place)])
    (assert (= new.dtype "float32"))
    (assert (= (get new.shape axis) (+ n 3)))
    (assert (.all (= (.take new (range n) axis) old)))
    (assert (.all (= (.take new n axis) (.take old e axis))))))


(defn test-a-unit-without-a-relative-begins-as-likely-as-in-the-text []
  (setv
    [olds news n _] (grown)
    strangers (slice (+ n 1) None)
    known-odds (+ 3 (/ n 2)))
  (assert (np.allclose (get news 0 strangers) (.mean (get olds 0) 0)))
  (assert (not (.any (get news -2 #((slice None) strangers)))))
  (assert (np.allclose
    (- (get news -1 strangers) (np.log (.sum (np.exp (get olds -1)))))
    (np.log [(/ 1.5 known-odds) (/ 0.5 known-odds)])
    :atol 1e-5)))


;; * The text's own frequencies

(defn shares [model known text]
  "Return how probable units are under `model` once its bias is fitted to `text`, a dict."
  (setv bias (fitted-bias model known (.encode model.vocabulary text)))
  (dict (zip model.vocabulary.units (softmax bias))))


(defn test-words-of-known-letters-are-left-to-training []
  (setv
    model (small-model :unit "words" :text "she he … é" :odds {"she" 3})
    ids (.encode model.vocabulary "he he")
    [before after] [(get model.weights -1) (fitted-bias model 99 ids)]
    changed (lfor [unit same] (zip model.vocabulary.units (= before after)) :if (not same) unit))
  (assert (= (set changed) (set ["<unk>" "she" " …" " é"]))))


(defn test-a-new-character-becomes-as-rare-as-it-is-and-its-relative-stays []
  (setv
    model (small-model :text "hello" :odds {"e" 2})
    text (+ "é" (* "hello" 100))
    known model.vocabulary
    model.vocabulary (.with-units known [#* known.units "é"])
    ids (.encode model.vocabulary text)
    model.weights (grown-weights model.weights known ["é"] ids)
    found (shares model 4 text))
  (assert (< (get found "é") 0.01))
  (assert (= (get found "e") (pytest.approx 0.4 :abs 0.01))))


(defn test-a-text-of-one-unit-has-frequencies-too []
  (setv found (shares (small-model :text "!,a" :odds {}) 3 "!"))
  (assert (> (get found "!") (get found ","))))
