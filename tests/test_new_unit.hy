"A new kind of unit: CONTRIBUTING.md names everything necessary."

(import
  tests.helpers [run-hy succeeded])


;; Adds a row to each of two tables, as their source would have it; consonants and the vowels after
;; them are a unit, as any other character is.
(setv SYLLABLES #[hy[
(import lstm-textgen.settings.sizing [CHARACTERS RULES])
(setv (get RULES "syllables") CHARACTERS)
(import
  pathlib [Path]
  re
  lstm-textgen
  lstm-textgen.text.units [Words]
  lstm-textgen.text.vocabulary [UNITS]
  tests.counting [install]
  tests.helpers [train-tiny])
(defclass Syllables [Words]
  (setv
    unit "syllables"
    singular "syllable"
    spaced False)
  (defn [staticmethod] split [text]
    (re.findall r"[^aeiou\W]*[aeiou]+|\w|\W" text)))
(setv (get UNITS "syllables") Syllables)
(install)
(train-tiny (Path ".") :unit "syllables" :epochs 1)
(setv
  model (lstm-textgen.load "model")
  [score units _] (.score model "the cat"))
(assert (isinstance model.vocabulary Syllables))
(assert (> score.perplexity 1))
(print #* units (len (list (.stream model "the" :length 30 :rng-seed 1))) :sep "|")]hy])


(defn test-a-unit-of-a-class-and-two-rows-trains-saves-generates-and-scores [tmp-path]
  (setv result (run-hy SYLLABLES :cold True :cwd tmp-path))
  (assert (= (succeeded result) "the| |ca|t|30\n")))
