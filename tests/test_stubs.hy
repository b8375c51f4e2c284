"The types for Python: a correct script passes mypy's strict check, and does what they say."

(import
  re
  pytest
  lstm-textgen
  lstm-textgen.textmodel [TextModel]
  tests.helpers [ROOT run-python saved-model small-model succeeded write-all])

(setv
  CORRECT #[[
import re
from typing import Any, Generator, assert_type

import numpy as np
import numpy.typing as npt

import lstm_textgen
from lstm_textgen import Characters, Display, Recipe, Score, TextModel


class Silent(Display):
    def say(self, text: str) -> None:
        pass


def all_of(model: TextModel, recipe: Recipe) -> None:
    assert_type(model.generate("h", 3), str)
    assert_type(model.generate(), str)
    assert_type(model.generate((c for c in "he"), 3), list[str])
    assert_type(model.generate("h", 3, 2), list[str])
    assert_type(model.generate(samples=2), list[str])
    assert_type(model.generate(["h"], 3, samples=None), list[str])
    count: int | None = None if recipe.doc else 2
    assert_type(model.generate("h", 3, count), str | list[str])
    assert_type(model.generate("h", 3, match=re.compile("[^e]*"), stop=[]), str)
    assert_type(Characters.build("ab"), Characters)
    _, odds = model.next_unit("h")
    assert_type(odds, npt.NDArray[np.float64])
    assert odds.dtype == np.float64
    pieces = model.stream("h", temperature=[0.5, 1])
    assert_type(pieces, Generator[str, None, None])
    print(next(pieces))
    pieces.close()
    total, units, bits = model.score("hello")
    assert_type(total, Score)
    assert_type(model.score(text for text in ["h"])[0][0], Score)
    print(total.bits, units, bits.shape, Score().count)
    cells = model.cells("hello")
    print(cells.activations[0].shape, [cell.name for cell in cells.named])
    settings: dict[str, Any] = recipe.settings
    print(settings, Silent().unit, model.trained)


all_of(lstm_textgen.load("model"), lstm_textgen.load_recipe("r.hy"))


def train() -> TextModel:
    return lstm_textgen.train(
        text=(line for line in ["a", "b"]), prep=["lower", ("replace", "a", "b"), str.strip],
        layers=[9, "dropout:0.1"], recipe="r.hy", display=Silent(), epochs=1)
]]
  WRONG #[[
import lstm_textgen
model = lstm_textgen.load("model")
number: int = model.generate("h")
text: str = model.generate(["h"])
model.generate(5)
lstm_textgen.train(csv=5)
lstm_textgen.train(items="lines")
lstm_textgen.train(unit="letters")
]])


(defn test-a-correct-script-passes-the-strict-check-and-runs-and-wrong-types-are-found [tmp-path]
  (saved-model tmp-path)
  (write-all {(/ tmp-path "right.py") CORRECT  (/ tmp-path "wrong.py") WRONG
    (/ tmp-path "r.hy") "(require lstm-textgen.macros [defrecipe]) (defrecipe r :prep lower)"})
  (setv checked (run-python "-m" "mypy" "--strict" "right.py" "wrong.py"
    :cwd tmp-path :cold True :environment {"MYPYPATH" (str ROOT)}))
  (assert (= (re.findall r"(?m)^(\w+)\.py:(\d+): error" checked.stdout)
    (lfor line "345678" #("wrong" line))))
  (assert (succeeded (run-python "right.py" :cwd tmp-path))))


(defn [pytest.mark.quick] test-dir-lists-each-public-name-once []
  lstm-textgen.Interrupted  ; once it was asked for, it is a global too
  (setv names (dir lstm-textgen))
  (assert (= (len names) (len (set names))))
  (assert (<= #{"Interrupted" "load"} (set lstm-textgen.__all__) (set names))))


(defn [pytest.mark.quick] test-what-writes-a-file-returns-nothing [tmp-path]
  (setv model (TextModel (small-model)))
  (for [[method name] [["save" "m.h5"] ["page" "m.html"]]]
    (assert (is ((getattr model method) (/ tmp-path name)) None))))
