"What is asked of texts: that they match, that they don't repeat themselves, the best of several."

(import
  collections [Counter]
  random [Random]
  re
  tracemalloc
  types [SimpleNamespace]
  pytest
  lstm-textgen.settings.models [Request]
  lstm-textgen.text.items [fingerprints]
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.constraints [Constraints Repeats]
  lstm-textgen.writing.ends [SentenceFinder]
  lstm-textgen.writing.mixture [Mixture]
  lstm-textgen.writing.sampling [Draw]
  lstm-textgen.writing.seeds [Seed]
  lstm-textgen.writing.selection [Selection rivals-for]
  tests.helpers [refusal-of small-model])

(setv
  pytestmark pytest.mark.quick
  LIST "abcde .\n")


(defn a-list [[items "line"] [unit "characters"] #** settings]
  "Return a `TextModel` of a list whose items are of letters, all equally likely."
  (setv model (small-model :text LIST :resume False :layers "3" :unit unit :items items
    #** {"odds" {}  "temperature" 1.0  "longest_item" 90  "item_ends" ".abc"  #** settings}))
  (setv model.items (fingerprints ["ab"]))
  (TextModel model))


(defn [(pytest.mark.parametrize #("pattern" "seed") [
      ["[ab].{2,4}a" ""] [".{1,3}" ""] [".*ddd.*" ""] ["(.* )?bad( .*)?" ""] ["[^e]*\\.$" ""]
      ["ab.*" "ab"] ["(?!.*a)(?=.*ee).*" ""] ["d" ""] ["[^\\n]+(\\n[^\\n]+){2}" ""]])]
    test-each-item-of-one-line-or-several-matches-with-its-seed [pattern seed]
  (setv model (a-list (if (in "\\n" pattern) "paragraph" "line")))
  (setv items (.generate model seed :samples 12 :rng-seed 1 :match pattern))
  (assert (= (len items) 12))
  (for [item items] (assert (re.fullmatch pattern item))))


(defn test-running-text-matches-after-its-seed-and-up-to-its-end []
  (setv model (TextModel (small-model :text LIST :odds {} :layers "3")))
  (for [[pattern ends] [
      ["[^.]*\\." {"length" 50}] [".*(bed|bad)" {"length" 30}] ["[abc ]*" {"stop" "e"}]]]
    (setv text (.generate model "ed" :rng-seed 2 :match pattern #** {"length" None #** ends}))
    (assert (re.fullmatch pattern (.removeprefix text "ed")))))


(defn [(pytest.mark.parametrize #("options" "sentences") [
    [{} 1] [{} 2] [{"unit" "words"  "text" "ab. cd. bee dab.\n"  "odds" {}} 1]])]
    test-a-text-of-sentences-is-led-into-its-pattern-and-then-ends [monkeypatch options sentences]
  (for [name ["PATIENT_TRIES" "MOST_TRIES"]]
    (monkeypatch.setattr f"lstm_textgen.writing.passage.{name}" 3))
  (setv
    model (TextModel (small-model :layers "3"
      #** {"text" LIST  "odds" {"." 2  " " 2  "\n" 0.1}  #** options}))
    wish {"match" "[^\n]*bee dab[^\n]*"  "sentences" sentences  "length" None  "rng_seed" 1})
  (for [text (.generate model "" :samples 9 #** wish)]
    (assert (re.fullmatch (get wish "match") text))
    (assert (.endswith text "."))
    (assert (= (.feed (SentenceFinder sentences) (+ text " ")) text))))


(defn test-a-sentence-that-must-end-with-a-word-ends-there [monkeypatch]
  (monkeypatch.setattr "lstm_textgen.writing.passage.PATIENT_UNITS" 0)
  (monkeypatch.setattr "lstm_textgen.writing.passage.PATIENT_TRIES" 0)
  (setv model (TextModel (small-model :text LIST :odds {"." 3  " " 2} :layers "3")))
  (for [text (.generate model "" :samples 4 :sentences 1 :match "(?s).*bad" :length None)]
    (assert (.endswith text "bad"))))


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
  (setv repeats (Repeats [] 12))
  (.read repeats "the big dog sat. A cat saw the big ")
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
    model (TextModel (small-model :text "abcd" :odds {"a" 3} :layers "3"))
    make (fn [#** options] (.generate model :length 8 :temperature 1 :rng-seed 1 #** options))
    all (make :samples 12 :best-of 1)
    best (make :samples 3 :best-of 4))
  (for [n (range 3)]
    (setv rivals (cut all (* 4 n) (* 4 (+ n 1))))
    (assert (= (.count (get best n) "a") (max (gfor text rivals (.count text "a")))))))


(defn selected [model texts #** options]
  "Return which of `texts`, #(text surprise) each, by `model` are selected, three for each."
  (setv
    passages (lfor [n [text surprise]] (enumerate texts)
      (SimpleNamespace :draw (Draw :number n) :seed (Seed model "") :text text :surprise surprise
        :units (len text) :over "stop" :constraints (Constraints) :fits? True :again (fn [n] n)))
    selection (Selection model
      (Request {"samples" (// (len texts) 3)  "best_of" 3  #** options}) 1)
    again [])
  #((lfor each (.select selection passages again.append) each.text) again))


(defn test-new-items-and-openings-win-then-the-likeliest-per-letter []
  (setv model (small-model :items "line" :resume False))
  (setv model.items (fingerprints ["Ann"]))
  (setv texts (list (zip #* (* [(iter [
    "ann" 1  "bea ***" 4  "cyd" 6  "Bea ***" 1  "eve was here" 9  "ida" 8
    "eve was here too" 1  "eve" 9  "ida" 1  "ann" 9  "bea ***" 8  "ida" 7])] 2))))
  (assert (= (selected model texts) #(["bea ***" "eve was here" "ida" "ann"] [])))
  (assert (= (get (selected model texts :new True) 1 0) 12)))


(defn test-how-many-rivals-there-are-by-default []
  (setv
    [names tales text] (lfor
      n [6 60 None]
      (small-model :resume False :median-item n :items (when n "line")))
    count (fn [model #** request] (rivals-for model (Request request) 1)))
  (assert (= (lfor model [names tales text] (count model)) [8 4 1]))
  (assert (= (lfor model [names tales text] (count model :samples 5)) [8 4 4]))
  (for [request [{"match" "a+"} {"temperature" 0} {"best_of" 1}]]
    (assert (= (count names #** request) 1))))


;; * Texts that match by themselves, and those that are made to

(defn test-no-item-breaks-off-where-it-may-not-be-longer []
  (setv
    model (a-list :odds {"\n" 0.3})
    items (.generate model :samples 60 :rng-seed 1 :match ".{1,3}"))
  (assert (< 8 (sum (gfor item items (= (len item) 3))) 40)))  ; 57 if they were cut off there


(defn test-what-is-forced-begins-after-a-word []
  (setv
    odds {"e" 6  " " 3}
    model (TextModel (small-model :text LIST :odds odds :layers "3" :temperature 1.0)))
  (for [[model options] [[model {"length" 60}] [(a-list :odds {"\n" 3 #** odds}) {}]]]
    (for [text (.generate model "" :samples 5 :rng-seed 1 :match ".*badcad" #** options)]
      (assert (re.search r"(^|\W)badcad$" text) text))))


(defn test-a-forced-text-ends-after-a-word-if-another-might-not-fit []
  (setv model (a-list :odds {"\n" 1e-9  " " 3} :item-ends ""))
  (for [item (.generate model :samples 8 :rng-seed 1 :match "[a-e]{2} [a-e ]{0,9}")]
    (assert (re.fullmatch "[a-e]{2} [a-e ]{0,9}" item))
    (assert (!= (len item) 12))))


(defn test-what-no-words-can-spell-is-given-up []
  (setv model (TextModel (small-model :unit "words" :text "ab cd ab\n" :resume False)))
  (for [match ["abcd" "b.*"]]
    (assert (in "didn't match" (refusal-of model.generate "ab" 9 :match match)))))


(defn test-a-seed-may-be-what-no-words-spell-and-words-are-found []
  (setv
    words (TextModel (small-model :unit "words" :text "ab cd ab\n" :resume False))
    items (TextModel (small-model :unit "words" :text "ab cd ab\n" :items "line" :longest-item 9))
    options {"rng_seed" 1  "warn" (fn [line])})
  (assert (re.fullmatch ".*cd ab" (.generate words "" :length 9 :match ".*cd ab" :rng-seed 1)))
  (assert (.startswith (.generate items "abcd" :match "(abcd|x).*" #** options) "abcd")))


(defn test-running-text-breaks-off-within-a-word-only-if-all-draws-do []
  ;; One character in five is a space. If a text may end before another letter, so do one in five.
  (setv model (TextModel (small-model :text "abcd " :odds {} :layers "3" :temperature 1.0)))
  (setv texts (.generate model "b" :samples 60 :rng-seed 1 :length 30 :match "[a-d ]{5}"))
  (assert (= (set (map len texts)) #{6}))
  (assert (> (sum (gfor text texts (.endswith text " "))) 24))
  (setv odds {" " 1e-9})
  (assert (= 4 (len (.generate (TextModel (small-model :text "abcd " :odds odds :resume False)) ""
    :length 30 :rng-seed 1 :match "[a-d]{4}")))))


(defn test-a-text-that-must-be-longer-is-not-filled-with-spaces []
  (setv model (a-list :odds {"\n" 90  " " 30} :item-ends ""))
  (for [item (.generate model :samples 5 :rng-seed 1 :match "[a-e][a-e .]{29}")]
    (assert (= (len item) 30))
    (assert (< (.count item "  ") 2))))


(defn test-without-line-breaks-a-pattern-is-of-what-is-drawn []
  (setv model (TextModel (small-model :text "Tabcd" :odds {} :layers "3" :beginning "T")))
  (assert (re.fullmatch "[a-z]{4}" (.generate model :length 4 :rng-seed 1 :match "[a-z]{4}"))))


(defn test-dots-that-keep-paragraphs-to-a-line-are-told []
  (setv generate (fn [match] (.generate (a-list "paragraph") :rng-seed 1 :match match)))
  (with [_ (pytest.warns UserWarning :match "`match`, . doesn't match line ends")]
    (assert (not-in "\n" (generate ".*"))))
  (for [match ["(?s).*" "[^e]*" "(.|\n)*"]] (generate match)))


(defn test-a-pattern-that-grows-under-way-is-no-error []
  (setv model (a-list :odds {"\n" 0.5}))
  (for [match ["(?=.*a.{9})(?=.*b.{9})(?!.*d.{9}).*" "a{100000000}|b.*"
      "((((a{4294967294}){4294967294}){4294967294}){4294967294}){4294967294}|b.*" "[[a]b"]]
    (assert (re.fullmatch match (.generate model :rng-seed 1 :match match)))))
