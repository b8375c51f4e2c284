"What is asked of texts: that they match, that they don't repeat themselves, the best of several."

(import
  collections [Counter]
  functools [reduce]
  random [Random]
  re
  tracemalloc
  hypothesis [given settings strategies :as st]
  pytest
  lstm-textgen.text.items [fingerprints]
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.constraints [Repeats]
  lstm-textgen.writing.mixture [Mixture]
  lstm-textgen.writing.patterns [Automaton]
  tests.helpers [output program refusal-of refused save-odds small-model])

(setv
  pytestmark pytest.mark.quick
  CHARACTERS "abdrKgon1é \n"
  PATTERNS [
    "[KR].{2,7}a" ".{1,8}" "(.* )?dragon( .*)?" "[^\\n]+(\\n[^\\n]+){2}" "\\D*" "(a+)+$" "\\w+" ""
    "(?i)k.*" "(?i:k)a*" "(a|b|ab)*K{3,50}" "a*?b??" "(?=.*a)(?=.*b)(?!.*K).*" "^a|b$" "(?s).{3}"
    "(a(?!b)|K)[ab]*" "a{2,3}|b{2}" "((a?){3}b){2,}" "(.*a.{4})"
    ".*\\Z.*" "(?=.{1,4}$)a.*" "(?!.*a$)b.*" "((a{9}){9}){9}|b" "[^\\W\\d]+é?"]
  LIST "abcde .\n"
  BAD ["(" "[" "*a" "a{2,1}" "(?P<x" "\\p{L}" "(a)\\1" "\\ba" "a$b" "(?<=a)b" "a++" "(?>a)b"
    "((?!a).)*" "z" "a[^\\s\\S]" "(?!)" "(?=a)b" "a\\" "(?P=n)" "[b-a]" "(?z)a" "(a" "a)" "a**"
    "(a)?(?(1)b|c)" "(?m)^a$" "(a+)+$z" "(a|aa)+z" "((a{99}){99}){99}z"
    (* "a" 501) "b^a" "(?<!a)b"])


(defn a-list [[items "line"] [unit "characters"] #** settings]
  "Return a `TextModel` of a list whose items are of letters, all equally likely."
  (setv model (small-model :text LIST :odds {} :resume False :layers "3" :unit unit
    :items items :temperature 1.0 #** {"longest_item" 90  "item_ends" ".abc"  #** settings}))
  (setv model.items (fingerprints ["ab"]))
  (TextModel model))


(defn [(pytest.mark.parametrize #("pattern" "seed") [
      ["[ab].{2,4}a" ""] [".{1,3}" ""] [".*ddd.*" ""] ["(.* )?bad( .*)?" ""] ["[^e]*\\.$" ""]
      ["ab.*" "ab"] ["(?!.*a)(?=.*ee).*" ""] ["d" ""] ["[^\\n]+(\\n[^\\n]+){2}" ""]])]
    test-each-item-of-one-line-or-several-matches-with-its-seed [pattern seed]
  (setv model (a-list (if (in "\\n" pattern) "paragraph" "line")))
  (setv items (.generate model seed :samples 40 :rng-seed 1 :match pattern))
  (assert (= (len items) 40))
  (for [item items] (assert (re.fullmatch pattern item))))


(defn test-running-text-matches-after-its-seed-and-up-to-its-end []
  (setv model (TextModel (small-model :text LIST :odds {} :layers "3")))
  (for [[pattern ends] [
      ["[^.]*\\." {"length" 50}] [".*(bed|bad)" {"length" 30}] ["[abc ]*" {"stop" "e"}]]]
    (setv text (.generate model "ed" :rng-seed 2 :match pattern #** {"length" None #** ends}))
    (assert (re.fullmatch pattern (.removeprefix text "ed")))))


(defn test-a-match-forced-into-little-room-fits []
  (setv text (.generate (a-list) :length 12 :rng-seed 3 :match ".*bad.*dad.*"))
  (assert (re.fullmatch ".*bad.*dad.*" text))
  (assert (<= (len text) 12)))


(defn test-a-function-may-choose-the-texts []
  (setv items (.generate (a-list) :samples 10 :rng-seed 1 :match (fn [item] (in "dd" item))))
  (assert (= (len items) 10))
  (assert (all (gfor item items (in "dd" item)))))


(defn test-a-function-may-choose-line-by-line []
  (setv [model text] [(a-list "paragraph") ""])
  (defn begins? [text]
    (setv counts (lfor line (.splitlines text) (+ (.count line "a") (.count line "e"))))
    (= counts (cut [1 2 1] (len counts))))
  (for [end ["\n" "\n" ""]]
    (setv text (+ (.generate model text :stop "\n" :rng-seed 2 :match begins?) end)))
  (assert (= (.count text "\n") 2))
  (assert (begins? text)))


(defn test-texts-that-are-not-found-are-missing-in-a-line-or-refused []
  (setv wanted ["b" "d"])
  (with [(pytest.warns UserWarning :match "100 texts in a row didn't match.*\\(2 of 3 found\\)")]
    (assert (= (.generate (a-list) :samples 3 :rng-seed 1 :length 1 :new True
      :match (fn [item] (and (in item wanted) (not (.remove wanted item))))) ["b" "d"])))
  (assert (.startswith (refusal-of (. (a-list) generate) :match (fn [item] False))
    "100 texts in a row didn't match")))


(defn test-among-texts-that-match-the-model-s-own-odds-hold []
  "Draw one of four characters: each comes as often as the model draws it among those that match."
  (setv
    model (TextModel (small-model :text LIST :odds {"a" 3  "b" 2} :layers "3"))
    drawn (Counter (.generate model :length 1 :samples 6000 :temperature 1 :rng-seed 1
      :match "[abcd]"))
    expected {"a" (/ 3 7)  "b" (/ 2 7)  "c" (/ 1 7)  "d" (/ 1 7)}
    chi-square (sum (gfor [c p] (.items expected)
      (/ (** (- (get drawn c) (* 6000 p)) 2) (* 6000 p)))))
  (assert (= (set drawn) (set expected)))
  (assert (< chi-square 16.3)))  ; 3 degrees of freedom: more in one of a thousand cases


(defn test-two-models-and-new-items-match []
  (setv
    model (a-list)
    both (TextModel (Mixture model.checkpoint model.checkpoint))
    items (.generate both :samples 8 :rng-seed 1 :new True :match "[ab]{2}|c.b"))
  (assert (= (len (set items)) 8))
  (assert (not-in "ab" items))
  (for [item items] (assert (re.fullmatch "[ab]{2}|c.b" item))))


(defn [(pytest.mark.parametrize "pattern" BAD)] test-a-bad-pattern-is-refused-in-a-line [pattern]
  (setv line (refusal-of (. (a-list) generate) :match pattern))
  (assert (.startswith line "`match`"))
  (assert (not-in "\n" line)))


(defn test-what-no-text-after-the-seed-can-match-is-refused []
  (setv refusal (fn [seed #** options] (refusal-of (. (a-list) generate) seed #** options)))
  (assert (= (refusal "b" :match "a.*") "`match`: no text that begins with 'b' can match"))
  (assert (= (refusal "b" :match ".{5}" :length 3)
    "`match`: no text that begins with 'b' can match with room for only 3 characters"))
  (assert (= (refusal "" :match "a{361}")
    "`match`: no text can match with room for only 360 characters")))


(defn test-no-passage-comes-twice []
  (setv
    model (TextModel (small-model :text LIST :odds {"a" 50  "b" 50} :layers "3"))
    text (.generate model "abab" 600 :temperature 0.5 :rng-seed 1 :no-repeat 6)
    passages (lfor n (range (- (len text) 5)) (cut text n (+ n 6))))
  (assert (= (len passages) (len (set passages)))))


(defn test-a-passage-breaks-off-before-its-last-word []
  (setv repeats (Repeats 12))
  (.add repeats "the big dog sat. A cat saw the big ")
  (for [[unit begins completes] [
      ["d" True False] ["do" True False] ["dog " True True] ["c" False False] [" " False False]]]
    (assert (= [(.begins? repeats unit) (.completes? repeats unit)] [begins completes]) unit)))


(defn test-texts-after-a-long-seed-share-what-it-has []
  (setv
    model (TextModel (small-model :text LIST :odds {} :layers "3"))
    seed (.join "" (.choices (Random 1) "abc" :k 4000)))
  (tracemalloc.start)
  (.generate model seed 1 20 :no-repeat 500)
  (setv [_ peak] (tracemalloc.get-traced-memory))
  (tracemalloc.stop)
  (assert (< peak 8e6)))  ; 40 MB if each text had its own


(defn test-limits-of-the-draw-do-not-make-a-text-repeat-itself []
  (setv model (TextModel (small-model :text LIST :odds {"a" 1e9} :layers "3")))
  (assert (not-in "aaaaaa" (.generate model "" 30 :rng-seed 1 :no-repeat 5 :top-p 0.5))))


(defn test-where-all-units-are-refused-the-text-goes-on []
  (setv model (TextModel (small-model :text "a" :odds {} :layers "3")))
  (assert (= (.generate model :length 30 :no-repeat 5) (* "a" 30))))


(defn test-the-best-of-several-is-the-likeliest []
  (setv
    model (TextModel (small-model :text LIST :odds {"a" 3} :layers "3"))
    make (fn [#** options] (.generate model :length 8 :temperature 1 :rng-seed 1 #** options))
    all (make :samples 12)
    best (make :samples 3 :best-of 4))
  (for [n (range 3)]
    (setv rivals (cut all (* 4 n) (* 4 (+ n 1))))
    (assert (= (.count (get best n) "a") (max (gfor text rivals (.count text "a")))))))


(defn test-the-command-line-asks-for-all-of-them [tmp-path]
  (save-odds tmp-path LIST {} :items "line" :longest-item 90 :temperature 1.0)
  (setv lines (.splitlines (output tmp-path "--generate" "" "--samples" "4" "--match" "[ab].{3}"
    "--best-of" "2" "--no-repeat" "20" "--rng-seed" "1")))
  (assert (= (len lines) 4))
  (for [line lines] (assert (re.fullmatch "[ab].{3}" line)))
  (refused (program "--generate" "a" "--match" "a{9}" "--length" "3" :folder tmp-path)
    "--match: no text that begins with 'a' can match with room for only 3 characters"))


;; * What patterns accept

(defn left [automaton text]
  "Return what `automaton` demands after `text`."
  (reduce (fn [e c] (.derive automaton e (get automaton.class-of c))) text automaton.start))


(defn [(pytest.mark.parametrize "pattern" PATTERNS)
    (settings :deadline None :max-examples 60)
    (given :text (st.text (+ "ab" CHARACTERS) :max-size 9))]
  test-a-pattern-accepts-what-python-accepts [pattern text]
  (setv e (left (Automaton pattern CHARACTERS) text))
  (assert (= e.nullable (bool (re.fullmatch pattern text)))))


(defn test-patterns-that-grow-take-no-time []
  (for [pattern [(+ ".*a" (* "." 200)) "(a|b|ab)*(a|aa)*b" "((a?){50}){50}" (* "a?" 200)]]
    (setv automaton (Automaton pattern CHARACTERS))
    (left automaton (* "ab" 500))
    (assert (< (len automaton._known) 20_000))))
