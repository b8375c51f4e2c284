"What regular expressions accept as automata, and that none of them takes long."

(eval-when-compile (require hyrule [unless]))
(import
  concurrent.futures [ThreadPoolExecutor]
  functools [reduce]
  random [Random]
  re
  time
  hypothesis [given settings strategies :as st]
  numpy :as np
  pytest
  lstm-textgen.basics.values [without-warning]
  lstm-textgen.text.units [Characters]
  lstm-textgen.writing.expressions [Expressions KEPT-WIDTH]
  lstm-textgen.writing.patterns [Automaton Guide]
  tests.helpers [FUZZ refusal-of])

(setv
  pytestmark pytest.mark.quick
  CHARACTERS "abdrKgon1é \n"
  PATTERNS [
    "[KR].{2,7}a" ".{1,8}" "(.* )?dragon( .*)?" "[^\\n]+(\\n[^\\n]+){2}" "\\D*" "(a+)+$" "\\w+" ""
    "(?i)k.*" "(?i:k)a*" "(a|b|ab)*K{3,50}" "a*?b??" "(?=.*a)(?=.*b)(?!.*K).*" "^a|b$" "(?s).{3}"
    "(a(?!b)|K)[ab]*" "a{2,3}|b{2}" "((a?){3}b){2,}" "(.*a.{4})"
    ".*\\Z.*" "(?=.{1,4}$)a.*" "(?!.*a$)b.*" "((a{9}){9}){9}|b" "[^\\W\\d]+é?"
    "(?a:\\w)*" "(?i)(?a:\\w|é)+" "[[a]*b"]
  BAD ["(" "[" "*a" "a{2,1}" "(?P<x" "\\p{L}" "(a)\\1" "\\ba" "a$b" "(?<=a)b" "a++" "(?>a)b"
    "((?!a).)*" "z" "a[^\\s\\S]" "(?!)" "(?=a)b" "a\\" "(?P=n)" "[b-a]" "(?z)a" "(a" "a)" "a**"
    "(a)?(?(1)b|c)" "(?m)^a$" "(a+)+$z" "(a|aa)+z" "((a{99}){99}){99}z"
    (* "a" 501) "b^a" "(?<!a)b"]
  ALPHABET "abcdefghijklmnopqrstuvwxyz \n"
  SINGLES ["a" "b" "K" "." "\\w" "\\W" "\\d" "\\s" "\\S" "[ab]" "[^a]" "[b-z]" "é" " " "1"
    "[[a]" "[^\\W\\d]" "\n" "ß"]
  COUNTS ["*" "+" "?" "{2}" "{0,3}" "{1,2}?" "*?" "{2,}" "{12}"]
  LONG ["a{100000000}|b.*" ".*a.{400}"
    "((((a{4294967294}){4294967294}){4294967294}){4294967294}){4294967294}|b"
    "(.{0,200}a){0,200}" "(?=.*a.{9})(?=.*b.{9})(?!.*d.{9}).*" "((a?){50}){50}"
    "(?=.*dragon)(?=.*knig).{1,300}" "(?=.*a.{20})(?=.*b.{20}).*" "(?!.*a.{20})(?!.*b.{20}).*"
    (+ (* "(" 100) "a" (* ")*" 100)) (* "a?" 250) "(a|b|ab)*(a|aa)*b" (+ (* ".*" 120) "a")
    (+ "(?i)" (.join "" (gfor n (range 98) f"[{(chr (+ 12288 n))}-{(chr (- 65535 n))}]")))
    (+ (.join "" (gfor c "abdrgonefhijklm" f".*(?=.*{c})")) ".*") "(?=(.*a){30})(?=(.*b){30}).*"
    "(?=(a|b)*a(a|b){12}$)(?=(a|b)*b(a|b){11}a$).*" "((a?b?d?r?){9}){99}" "(?!(.*a){99}).*"])


(defn [(pytest.mark.parametrize "pattern" BAD)] test-a-bad-pattern-is-refused-in-a-line [pattern]
  (setv line (refusal-of Guide pattern (Characters (sorted CHARACTERS))))
  (assert (.startswith line "`match`"))
  (assert (not-in "\n" line)))


(defn test-a-pattern-of-empty-texts-only-is-refused []
  (for [pattern ["^$" "(?!.)" "(?=$).*"]]
    (assert (= (refusal-of Guide pattern (Characters (list "ab\n")) "\n")
      f"`match`: only an empty text can match '{pattern}'"))))


;; * What patterns accept

(defn left [automaton text]
  "Return what `automaton` demands after `text`."
  (reduce (fn [e c] (.step automaton e (get automaton.class-of c))) text automaton.start))


(defn [(pytest.mark.parametrize "pattern" PATTERNS)
    (settings :deadline None :max-examples 60)
    (given :text (st.text (+ "ab" CHARACTERS) :max-size 9))]
  test-a-pattern-accepts-what-python-accepts [pattern text]
  (setv e (left (Automaton pattern CHARACTERS) text))
  (assert (= e.nullable (bool (without-warning (fn [p] (re.fullmatch p text)) pattern)))))


(defn random-pattern [rng depth]
  "Return a pattern of random parts, `depth` of them within each other."
  (setv
    kind (if depth (.randrange rng 10) 0)
    part (fn [] (random-pattern rng (- depth 1))))
  (match kind
    (| 0 1) (.choice rng SINGLES)
    (| 2 3) (+ (part) (part))
    4 f"(?:{(part)}|{(part)})"
    (| 5 6) (+ f"(?:{(part)})" (.choice rng COUNTS))
    7 f"(?{(.choice rng "=!")}{(part)}){(part)}"
    8 f"(?{(.choice rng ["i" "s" "a" "-i" "is"])}:{(part)})"
    _ (+ (part) (.choice rng ["$" "\\Z" "(?:$|a)" "|" "|^" ")" "{" "[" "++"]))))


(defn check-random [n]
  "Compare a random pattern with Python's engine on short texts; return whether it is none."
  (setv
    rng (Random n)
    pattern (+ (.choice rng ["" "" "(?i)" "(?s)" "(?a)"]) (random-pattern rng (.randrange rng 6)))
    begun (time.process-time))
  (try
    (setv automaton (Automaton pattern (+ CHARACTERS "ß")))
    (except [ValueError] (return True)))
  (setv
    least (.least automaton automaton.start)
    regex (without-warning re.compile pattern))
  (assert (< (- (time.process-time) begun) 5) pattern)
  (for [k (range 20)]
    (setv
      text (.join "" (.choices rng (if (% k 2) "abK " (+ CHARACTERS "ß")) :k (.randrange rng 7)))
      matches? (bool (.fullmatch regex text)))
    (assert (= (. (left automaton text) nullable) matches?) [pattern text])
    (assert (or (not matches?) (<= least (len text))) [pattern text])))


(defn [(pytest.mark.parametrize "count" [
    400 (pytest.param (* 8000 FUZZ) :marks pytest.mark.slow)])]
  test-random-patterns-accept-what-python-accepts [count]
  (setv refused (lfor n (range count) (check-random n)))
  (assert (< (.count refused True) (/ count 2))))


;; * How long they take

(defn [(pytest.mark.parametrize "end" ["" "\n" "\n\n"])
    (pytest.mark.parametrize "pattern" LONG)]
  test-no-pattern-takes-long [pattern end]
  (setv
    [rng begun vocabulary] [(Random 1) (time.process-time) (Characters (list ALPHABET))]
    refused False)
  (try
    (setv guide (Guide pattern vocabulary end))
    (except [error ValueError]
      (assert (in "too large" (str error)))
      (setv refused True)))
  (assert (< (- (time.process-time) begun) 3))
  (unless refused (follow guide rng 60))
  (assert (< (- (time.process-time) begun) 12)))


(defn follow [guide rng steps]
  "Take random units that `guide` allows, for up to this many `steps`; what it keeps is bounded."
  (setv e guide.start)
  (for [_ (range steps)]
    (setv fit (np.flatnonzero (np.isfinite (.needs guide e))))
    (unless (len fit) (break))
    (setv e (.after guide e (get guide.vocabulary.units (.choice rng fit)))))
  (assert (< (len guide.known) 50_000)))


(defn test-what-is-kept-is-bounded []
  (setv automaton (Automaton ".*a.{90}" CHARACTERS))
  (setv text (.join "" (.choices (Random 1) "abK" :k 12_000)))
  (assert (. (left automaton (+ text "a" (* "b" 90))) nullable))
  (assert (< (len automaton.known) 10_000)))


(defn test-expressions-are-made-in-one-thread-while-another-forgets-derivatives []
  (setv known (Expressions "ab"))
  (defn add []
    (lfor n (range 20_000) (.make known "repeat" #(known.any n None))))
  (with [pool (ThreadPoolExecutor 1)]
    (setv adding (.submit pool add))
    (while (not (.done adding)) (.keep known (+ KEPT-WIDTH 1)))
    (assert (= (len (.result adding)) 20_000))))
