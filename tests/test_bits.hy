"Losses of models of any unit, in bits per character."

(import
  math
  re
  pytest
  lstm-textgen.display.plain [Display]
  lstm-textgen.textmodel [train]
  tests.helpers [TEXT TINY counting score train-tiny])

(setv
  each-unit (pytest.mark.parametrize "unit" ["pieces" "words"])
  LENGTHS ["unit_length" "validation_unit_length"]
  LOSSES ["loss" "validation_loss"])


(defn in-bits [entry]
  "Return the losses of an `entry` of the history in bits per character, by their definition."
  (lfor [loss length] (zip LOSSES LENGTHS) (/ (get entry loss) (get entry length) (math.log 2))))


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
