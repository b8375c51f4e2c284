"Losses of models of any unit, in bits per character."

(import
  html [unescape]
  math
  re
  pytest
  lstm-textgen.display.plain [Display]
  lstm-textgen.learning.batches [unit-lengths]
  lstm-textgen.pages.report [report-page]
  lstm-textgen.textmodel [train]
  tests.helpers [TEXT TINY counting score small-model train-tiny])

(setv
  each-unit (pytest.mark.parametrize "unit" ["pieces" "words"])
  LENGTHS ["unit_length" "validation_unit_length"]
  LOSSES ["loss" "validation_loss"])


(defn in-bits [entry]
  "Return the losses of an `entry` of the history in bits per character, by their definition."
  (lfor [loss length] (zip LOSSES LENGTHS) (/ (get entry loss) (get entry length) (math.log 2))))


;; * A run

(defn [counting each-unit] test-a-run-and-its-table-are-in-bits-per-character
    [tmp-path capsys unit]
  (setv
    table (/ tmp-path "losses.csv")
    model (train :text TEXT :path (/ tmp-path "model") :display (Display) :csv table :epochs 1
      :unit unit #** TINY)
    expected (in-bits #* model.history)
    shown (. (.readouterr capsys) out)
    [line] (re.findall r"epoch 1/1  training (.+) bits  validation (.+) bits" shown)
    cells (.split (get (.split (.read-text table)) -1) ","))
  (assert (= (list line) (lfor bits expected f"{bits :.3f}")))
  (assert (in f"the weights of epoch 1, validation {(get expected 1) :.3f} bits" shown))
  (assert (= (list (map float (cut cells -2 None))) (pytest.approx expected))))


(defn [counting each-unit] test-the-validation-loss-is-the-score-of-the-held-out-text
    [tmp-path unit]
  (setv
    model (. (train-tiny tmp-path :unit unit :epochs 1) checkpoint)
    ids (.encode model.vocabulary TEXT)
    held (.decode model.vocabulary (cut ids (- (round (* 0.1 (len ids)))) None)))
  (assert (= (get (in-bits #* model.history) 1)
    (pytest.approx (. (score model [held]) bits) :rel 0.03))))


;; * Models compared

(defn trained [unit [text TEXT] [loss 1.0]]
  "Return a model that learned `text` by `unit`, with a `loss` in nats."
  (setv
    model (small-model :unit unit :text text)
    ids (.encode model.vocabulary text)
    lengths (unit-lengths model.vocabulary ids []))
  (setv model.history [{"epoch" 1  "loss" loss  "text" f"{(len ids)}:0"  #** lengths}])
  model)


(defn compared [#* models]
  "Return the first statement of the report on `models`, named 0, 1 and so on."
  (setv page (report-page (lfor [k model] (enumerate models) #((str k) model))))
  (unescape (re.sub "<.*?>" "" (get (re.findall r"</h1><p class=\"lead\">(.*?)</p>" page) 0))))


(defn [(pytest.mark.parametrize #("models" "words") [
    #([["characters"] ["pieces" TEXT 2.0]]
      (+ "1 has the lowest loss, 0.895 bits per character, provided that they learned from the "
        "same text, which can't be checked because their vocabularies differ."))
    #([["characters" TEXT] ["pieces" (* 2 TEXT)]] "learned from different texts")
    #([["words" TEXT 1.0] ["words" (* 2 TEXT) 1.0] ["characters" TEXT 1.0]]
      "learned from different texts")
    #([["characters"] ["words"]]
      "word-level model never has to spell, so its loss is comparable only with")])]
    test-models-are-compared-as-far-as-their-units-and-texts-allow [models words]
  (assert (in words (compared #* (lfor each models (trained #* each))))))


(defn test-the-table-of-models-has-the-length-of-their-text-in-characters []
  (setv page (report-page [#("a" (trained "pieces")) #("b" (trained "words"))]))
  (assert (= (.count page f", {(len TEXT) :,} characters</td>") 2)))
