"The style checks of tools/: each finds what it is for, and nothing in what is right."

(import
  pytest
  tools [lint style]
  tools.forms [Source])

(setv
  pytestmark pytest.mark.quick
  LONG-FUNCTION (+ "(defn f []" (* "\n  (g)" 41) ")")
  LONG-TEST (+ "(defn test-f []" (* "\n  (g)" 16) ")")
  ;; A rule, a module that breaks it, and one that doesn't.
  CASES [
    #(style.long-lines (* "x" 100) (* "x" 99))
    #(style.long-lines "(f) " "\"a \n\"")
    #(style.lone-brackets "(f\n)" "(f\n #[[\n]\n]])")
    #(style.blank-lines "(defn f [] 1)\n\n(g)" "(defn f [] 1)\n\n\n(g)")
    #(style.blank-lines "(f)\n\n;; * G\n\n(g)" "(f)\n\n\n;; * G\n\n(g)")
    #(style.blank-lines "(f)\n\n\n;; * G\n(g)" "(f)\n\n\n;; About g.\n(g)")
    #(style.blank-lines "(f)\n\n;; About g.\n\n(g)" "(f)\n\n;; About g.\n(g)")
    #(style.when-not "(when (not x) y)" "(when x (not y))")
    #(style.comprehension-layout "(dfor x xs :if x\n  x x)" "(dfor\n  x xs\n  :if x\n  x x)")
    #(style.setv-layout "(setv a 1  b 2)" "(setv\n  a 1\n  b 2)")
    #(style.settings-as-text "(refuse \"`epochs`: no\")" "(refuse 'epochs \": no\")")
    #(style.settings-as-text "(.say r (+ \"a \" f\"`epochs` {n}\"))" "(f \"`epochs`\")")
    #(style.import-forms "(import a) (import b)" "(import a) (defn f [] (import b))")
    #(style.import-forms "(require a) (eval-when-compile (require b))" "(require a b)")
    #(style.import-forms "\"Doc.\" (f) (import a)" "\"Doc.\" (require b) (import a)")
    #(style.import-order "(import\n  re\n  ast)" "(import\n  ast\n  re)")
    #(style.import-order "(import\n  numpy\n  re)" "(import\n  re\n  numpy\n  lstm-textgen.a)")
    #(style.import-order "(import re\n  sys)" "(import re)")
    #(style.unused-macros "(require a [unless])" "(require a [unless]) (unless x y)")
    #(style.sizes LONG-FUNCTION (.replace LONG-FUNCTION "\n  (g)" "" 2))
    #(style.long-lines (* "\n" 401) (* "\n" 400))
    #(style.foreign-privates "(import lstm-textgen.b [_x])" "(import lstm-textgen.b [x])")
    #(style.foreign-privates "(b._x)" "(b.x) (f x.__name__)")
    #(style.foreign-privates "(._x b)" "(defclass C [] (defn _x [s] 1) (defn y [s] (._x s)))")
    #(style.foreign-privates "(. (f) _x)" "(import os) (os._exit 1)")
    #(style.foreign-privates "(setattr b \"_x\" 1)" "(defn _x [] 1) (_x)")
    #(style.foreign-privates "(.setattr m \"a.b._x\" 1)" "(setv self._x 1) (f other._x)")
    #(style.sizes LONG-TEST (.replace LONG-TEST "\n  (g)" "\n  ;; Why." 1))
    #(style.missing-docstrings "(f)" "\"Do f.\" (f)")
    #(style.missing-docstrings "\"D.\" (defn f [] 1)" "\"D.\" (defn _f [] 1)")
    #(style.missing-docstrings "\"D.\" (defclass C [] \"A c.\" (defn f [self] 1))"
      "\"D.\" (defclass C [B] \"A c.\" (defn f [self] 1))")
    #(style.docstring-verbs "(defn f [] \"The sum.\" 1)" "(defn f [] \"Return the sum.\" 1)")
    #(style.docstring-verbs "(defn f [] \"Adds.\" 1)" "(defn [property] f [] \"The sum.\" 1)")
    #(style.flakes "(print x)" "(defn f [x] (print x))")
    #(style.flakes "(import os)" "(import os) (print os.name)")]
  NAMES (lfor [rule _ _] CASES rule.__name__))


(defn [(pytest.mark.parametrize #("rule" "bad" "good") CASES :ids NAMES)]
    test-a-rule-finds-what-breaks-it [rule bad good]
  (setv path (if (is bad LONG-TEST) "tests/test_made_up.hy" "made_up.hy"))
  (assert (list (rule (Source path bad))))
  (assert (= (list (rule (Source path good))) [])))


(defn test-a-finding-is-a-line-and-makes-the-check-fail [tmp-path capsys]
  (setv path (/ tmp-path "made_up.hy"))
  (.write-text path "\"Doc.\"\n\n(when (not x) y)\n")
  (assert (lint.main (str tmp-path)))
  (setv out (. (.readouterr capsys) out))
  (assert (in f"{path}:3: `(when (not x) …)`; write `(unless x …)`\n" out))
  (.write-text path "\"Doc.\"\n")
  (assert (not (lint.main (str path)))))
