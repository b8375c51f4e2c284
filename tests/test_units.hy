"A new kind of unit: a class and its rows are enough for it."

(import
  re
  lstm-textgen [load train]
  lstm-textgen.display.plain [Quiet]
  lstm-textgen.settings.sizing [CHARACTERS RULES]
  lstm-textgen.text.units [Words]
  lstm-textgen.text.vocabulary [UNITS]
  tests.helpers [TEXT counting])

(setv pytestmark counting)


(defclass Syllables [Words]
  "Consonants and the vowels after them, or any other character; the most frequent first."
  (setv
    unit "syllables"
    singular "syllable"
    spaced False)
  (defn [staticmethod] split [text]
    (re.findall r"[^aeiou\W]*[aeiou]+|\w|\W" text)))


(defn test-another-unit-trains-saves-writes-and-scores [tmp-path monkeypatch]
  (.setitem monkeypatch UNITS "syllables" Syllables)
  (.setitem monkeypatch RULES "syllables" CHARACTERS)
  (train :text TEXT :path (/ tmp-path "model") :unit "syllables" :epochs 1 :display (Quiet))
  (setv
    model (load (/ tmp-path "model"))
    [score units _] (.score model "the cat"))
  (assert (isinstance model.vocabulary Syllables))
  (assert (= units ["the" " " "ca" "t"]))
  (assert (> score.perplexity 1))
  (assert (= (len (list (.stream model "the" :length 30 :rng-seed 1))) 30)))
