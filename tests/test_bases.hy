"Fine-tuning: what the base provides, what contradicts it, how new units start."

(import
  re
  unicodedata [normalize]
  pytest
  lstm-textgen
  lstm-textgen.learning.bases [base-record check-same load-base relative-of stem try-bases]
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  lstm-textgen.modelfile.places [SHIPPED bases own-path]
  lstm-textgen.text.corpus [Text]
  lstm-textgen.text.looks [look-at]
  lstm-textgen.text.vocabulary [build-vocabulary]
  lstm-textgen.textmodel [TextModel]
  tests.helpers [ROOT assert-no-warning refusal-of saved-model small-model write-text])

(setv
  pytestmark pytest.mark.quick
  path (pytest.fixture saved-model))


;; * The base

(defn [(pytest.mark.parametrize #("name" "said") [
    #("nowhere" "no model nowhere.*; give a model file") #("nowhere.h5" "no model nowhere.h5")
    #("folder/english" "no model folder/english.*; give a model file")
    #("" "`base`: '' names no file") #("." "'.' names no file") #(".." "'..' names no file")])]
    test-a-base-that-is-missing-or-no-file-is-named [name said]
  (assert (re.search said (refusal-of load-base name assert-no-warning))))


(defn test-a-base-must-be-whole-and-fit-into-memory [monkeypatch path]
  (setv data (.read-bytes path))
  (.write-bytes path (cut data 3000))
  (assert (in "model.h5: not a usable model" (refusal-of load-base path assert-no-warning)))
  (.write-bytes path data)
  (.setattr monkeypatch "lstm_textgen.learning.bases.installed_memory" (fn [] 5000))
  (assert (in "too large for this machine" (refusal-of load-base path assert-no-warning))))


(defn test-a-model-records-the-name-and-the-weights-of-its-base []
  (setv [one same other] (gfor seed [1 1 2] (base-record (small-model seed) "some/where/b.h5")))
  (assert (.startswith one "b:"))
  (assert (= one same))
  (assert (!= one other))
  (check-same one "elsewhere/b")
  (for [[recorded name said] [
      [one "c" "`base` is c, but the model was fine-tuned from b; leave it out"]
      ["" "b" "`base` is b, but"]
      [one "" "`base`: '' names no file"]]]
    (assert (in said (refusal-of check-same recorded name)))))


;; * The bases that come with the program

(defn [(pytest.mark.parametrize #("name" "code" "marks") [
    #("german" "de" "Äpfel, Öl, Übermut, süß, groß „Ja“, ‚nein‘, »so«, ›oder‹ – nun …")
    #("french" "fr" "Où ça, Noël, œuvre, Œdipe, été, à l’île : « Çà et là » “non” ? Hélas !…")
    #("spanish" "es" "¿Qué? ¡Señor!, pingüino, Ávila, «sí», “no”, él — ella…")])]
    test-a-base-knows-its-language-and-is-suggested-for-it-alone [name code marks]
  (setv
    model (load-base name assert-no-warning)
    text (.read-text (/ ROOT "corpora" "ready" f"diary.{code}.txt") :encoding "utf-8"))
  (assert (< (. (.stat (/ SHIPPED f"{name}.h5")) st-size) 9_000_000))
  (for [known [marks text]]
    (assert (= (.decode model.vocabulary (.encode model.vocabulary known)) known)))
  (assert (.endswith (try-bases (look (cut text 600))) f"`base` {name}")))


(defn test-english-is-small-and-known-by-its-name [here]
  (setv base (load-base "english" assert-no-warning))
  (assert (< (. (.stat (/ SHIPPED "english.h5")) st-size) 8_000_000))
  (assert base.half)
  (assert (is base.resume None))
  (assert (<= (set "aZ09 \n\"'“”‘’—–…é#*-") (set base.vocabulary.units))))


(defn test-the-name-of-a-model-that-ships-means-that-one [here]
  (save-checkpoint (small-model) "english")
  (for [[name ours] [["english" False] ["english.h5" False] ["./english.h5" True]
      [(/ here "english") True]]]
    (setv base (load-base name assert-no-warning))
    (assert (= (= base.vocabulary.units (. (small-model) vocabulary units)) ours)))
  (with [_ (pytest.raises FileNotFoundError :match f"no model {here}/french.h5")]
    (load-base "./french" assert-no-warning)))


(defn test-no-model-is-saved-under-the-name-of-one-that-ships [here]
  (setv model (TextModel (small-model)))
  (for [act [
      (fn [] (lstm-textgen.train :text "abc" :path "english"))
      (fn [] (.save model "english.h5"))]]
    (assert (re.search "comes with the program; .* give ./english.h5" (refusal-of act))))
  (assert (= (list (.iterdir here)) []))
  (.save model "./english")
  (assert (= (. (own-path "./english") parent) here)))


(defn look [text]
  (with [whole (Text)]
    (.add whole text)
    (look-at whole (len text))))


(defn test-no-base-is-suggested-for-a-long-text-nor-where-words-or-layers-were-asked-for
    [monkeypatch]
  (setv seen (look (* "The keeper climbed the stairs and lit the lamp.\n" 400)))
  (assert (try-bases seen))
  (for [given [{"unit" "words"} {"layers" "lstm:64"}]] (assert (= (try-bases seen given) "")))
  (monkeypatch.setattr "lstm_textgen.learning.bases.SHORT" seen.length)
  (assert (= (try-bases seen) "")))


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
  (assert (.startswith (base-record model alias) f"{name}:"))
  (check-same (base-record model name) alias)
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
    line (try-bases seen))
  (assert (= (.endswith line f"`base` {name}") (bool name)))
  (assert (= (bool line) (bool name)))
  (assert (not-in f"`base` {name}" (try-bases seen {} name))))


;; * Settings

(defn test-the-command-line-names-a-setting-that-contradicts-the-base-by-its-flag
    [path monkeypatch refusal]
  (write-text path.parent)
  (.chdir monkeypatch path.parent)
  (setv request ["--sources" "text.txt" "--from" "model" "--model" "new"])
  (for [[more words] [
      [["--layers" "9"] "--layers is lstm:9, but"]
      [["--unit" "words"] "--unit is words, but characters in the base model"]
      [["--from" "none"] "--from: there is no model none.h5"]]]
    (assert (in words (refusal #* request #* more)))))


;; * New units

(defn [(pytest.mark.parametrize "text,unit,kin" [
    #* (gfor [unit kin] [["é" "e"] ["É" "E"] ["’" "'"] ["“" "\""] ["ñ" "n"] ["Q" "q"] ["Ω" None]
      ["文" None]] ["abcdenqE'\"" unit kin])
    #* (gfor [unit kin] [["The" "the"] [" Cat" " cat"] [" cafe" None] ["dog" None]]
      ["the cat café" unit kin])])]
    test-a-new-character-or-word-has-a-relative-or-none [text unit kin]
  (setv vocabulary (build-vocabulary text (if (in " " text) "words" "characters")))
  (assert (= (relative-of unit vocabulary) (when kin (get vocabulary.ids kin)))))
