"The package's public names."

(import
  pytest
  lstm-textgen
  tests.helpers [ROOT])

(setv pytestmark pytest.mark.quick)


(defn test-the-names-of-the-face-are-those-of-the-types []
  (setv types (.read-text (/ ROOT "lstm_textgen" "__init__.pyi")))
  (assert (in "Interrupted" lstm-textgen.__all__))
  (for [name lstm-textgen.__all__]
    (assert (or (in f"def {name}(" types) (in f"class {name}" types) (in f"{name}: str" types)))
    (assert (hasattr lstm-textgen name))))


(defn test-the-face-lists-each-name-once []
  lstm-textgen.Interrupted  ; once it was asked for, it is a global too
  (setv names (dir lstm-textgen))
  (assert (= (len names) (len (set names))))
  (assert (<= (set lstm-textgen.__all__) (set names))))
