"Patterns: they accept what `re` accepts, say what may follow, and refuse what they can't do."

(import
  functools [reduce]
  re
  hypothesis [given settings strategies :as st]
  numpy :as np
  pytest
  lstm-textgen.text.vocabulary [build-vocabulary]
  lstm-textgen.writing.patterns [Automaton Guide])

(setv
  pytestmark pytest.mark.quick
  CHARACTERS "abdrKgon1é \n"
  PATTERNS [
    "[KR].{2,7}a" ".{1,8}" "(.* )?dragon( .*)?" "[^\\n]+(\\n[^\\n]+){2}" "\\D*" "(a+)+$" "\\w+" ""
    "(?i)k.*" "(?i:k)a*" "(a|b|ab)*K{3,50}" "a*?b??" "(?=.*a)(?=.*b)(?!.*K).*" "^a|b$" "(?s).{3}"
    "(a(?!b)|K)[ab]*" "a{2,3}|b{2}" "((a?){3}b){2,}" "(.*a.{4})"
    ".*\\Z.*" "(?=.{1,4}$)a.*" "(?!.*a$)b.*" "((a{9}){9}){9}|b" "[^\\W\\d]+é?"]
  REFUSED [
    "(" "[" "*a" "a{2,1}" "(?P<x" "\\p{L}" "(a)\\1" "\\ba" "a$b" "b^a" "(?<=a)b" "(?<!a)b" "a++"
    "(?>a)b" "((?!a).)*" "(?m)^a$" "(a)?(?(1)b|K)" "x" "a[^\\s\\S]" "(?!)" "(?=a)b"
    "a\\" "(?P=n)" "[b-a]" "(?z)a" "(a" "a)" "a**"])


(defn left [automaton text]
  "Return what `automaton` demands after `text`."
  (reduce (fn [e c] (.derive automaton e (get automaton.class-of c))) text automaton.start))


(defn [(pytest.mark.parametrize "pattern" PATTERNS)
    (settings :deadline None :max-examples 60)
    (given :text (st.text (+ "ab" CHARACTERS) :max-size 9))]
  test-a-pattern-accepts-what-python-accepts [pattern text]
  (setv e (left (Automaton pattern CHARACTERS) text))
  (assert (= e.nullable (bool (re.fullmatch pattern text)))))


(defn [(pytest.mark.parametrize "pattern" PATTERNS)] test-the-shortest-match-is-known [pattern]
  (setv
    automaton (Automaton pattern CHARACTERS)
    [e length] [automaton.start (.least automaton automaton.start)])
  (for [left (range length 0 -1)]
    (setv e (min (gfor c automaton.classes (.derive automaton e c)) :key automaton.least))
    (assert (= (.least automaton e) (- left 1))))
  (assert e.nullable))


(defn [(pytest.mark.parametrize "pattern" REFUSED)]
    test-what-no-pattern-can-do-is-refused [pattern]
  (with [raised (pytest.raises ValueError)]
    (Guide pattern (build-vocabulary [CHARACTERS] "characters") "\n"))
  (assert (not-in "\n" (str raised.value)))
  (assert (.startswith (str raised.value) "`match`")))


(defn test-patterns-that-grow-take-no-time []
  (for [pattern [(+ ".*a" (* "." 200)) "(a|b|ab)*(a|aa)*b" "((a?){50}){50}" (* "a?" 200)]]
    (setv automaton (Automaton pattern CHARACTERS))
    (left automaton (* "ab" 500))
    (assert (< (len automaton.known) 20_000))))


(defn [(pytest.mark.parametrize "unit" ["characters" "words"])]
    test-a-guide-ends-with-the-item [unit]
  (setv
    vocabulary (build-vocabulary ["dragon on\na dragon and 1\n\n"] unit)
    guide (Guide "[^\\n]+\\n[^\\n]+" vocabulary "\n\n")
    rng (np.random.default-rng 1)
    [e text] [guide.start ""])
  (while (not (and e.nullable text))
    (setv
      needs (.needs guide e)
      most (if (> (len text) 40) (.least guide e) np.inf)
      choice (.choice rng (np.flatnonzero (< needs most)))
      unit (get vocabulary.units choice))
    (setv [e text] [(.after guide e unit) (+ text unit)]))
  (assert (re.fullmatch "[^\\n]+\\n[^\\n]+\\n\\n" text)))


(defn test-nearer-units-lead-to-a-word []
  (setv
    vocabulary (build-vocabulary [CHARACTERS] "characters")
    guide (Guide ".*dragon.*" vocabulary)
    [e text] [guide.start ""])
  (while (not e.nullable)
    (setv
      [id] (np.flatnonzero (< (.needs guide e) (.least guide e)))
      unit (get vocabulary.units id))
    (setv [e text] [(.after guide e unit) (+ text unit)]))
  (assert (= text "dragon")))


(defn test-nothing-may-follow-unknown-characters []
  (setv guide (Guide ".*" (build-vocabulary [CHARACTERS] "characters")))
  (assert (np.all (= (.needs guide (.after guide guide.start "ж")) np.inf))))
