"Words and phrases to choose from: which they are, and how probable."

(eval-when-compile (require hyrule [unless]))
(import
  collections [defaultdict]
  re
  pytest
  lstm-textgen.text.wordends [typed-at-end words-of]
  lstm-textgen.textmodel [TextModel load]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.mixture [Mixture make-engine]
  lstm-textgen.writing.seeds [start-ids]
  lstm-textgen.writing.words [LAST-PART Suggester last-part turn-of]
  tests.helpers [refusal-of small-model])

(setv
  pytestmark pytest.mark.quick
  VERSE (* "hey, don't he-ho! hey yo\n" 9)
  ;; A word, said in another way than in wordends.hy.
  WORD (re.compile r"[^\S\n]*(?:[a-z]+(?:['-][a-z]+)*|[^\w\s]+)|[^\S\n]*\n\s*")
  PEOPLE {"people" ["Ann" "Bob"]  "text" "Ann: hi\nBob: yo, and\nCleo\n"})


;; * By brute force

(defn enumerated [model seed least [only ""]]
  #[[Return a dict from words after `seed` to their probabilities, by all texts that may follow.

  Texts less probable than `least` are left out; with `only`, those that aren't about this word.]]
  (setv
    [vocabulary engine found] [model.vocabulary (make-engine model) (defaultdict float)]
    rest (.half-typed vocabulary seed)
    [_ typed] (typed-at-end seed)
    all 0)
  (.feed engine [#* (start-ids model) #* (.encode vocabulary (.removesuffix seed rest))])
  (setv texts [#("" 1.0 (.copy-state engine))])
  (while texts
    (setv
      [text before state] (.pop texts)
      next (softmax (get state 0)))
    (when (is-not vocabulary.unknown None)  ; it is no text
      (setv (get next 0) 0)
      (/= next (.sum next)))
    (for [[unit odds] (zip vocabulary.units (* before next))  :if (agree? (+ text unit) rest)]
      (setv
        longer (+ text unit)
        added (cut longer (len rest) None)
        whole? (.startswith longer rest)
        word (when whole? (word-in typed added)))
      (when (and whole? (not (.startswith text rest))) (+= all odds))
      (cond
        word (+= (get found word) odds)
        (and (> odds least)
            (or (not only) (.startswith f"{only}'" added) (= added f"{only}-"))) (do
          (.set-state engine state)
          (.step engine (get vocabulary.ids unit))
          (.append texts #(longer odds (.copy-state engine)))))))
  (dfor [word odds] (.items found) word (/ odds (if rest all 1))))


(defn agree? [one other]
  (or (.startswith other one) (.startswith one other)))


(defn word-in [typed added]
  "Return the first word of the text `added` after what was `typed` of it; None if it may go on."
  (setv
    whole (.match WORD (+ typed added))
    start (if (and whole (> (.end whole) (len typed))) (len typed) 0)
    text (if start (+ typed added) added)
    found (.match WORD text))
  (unless found (return None))
  (setv after (cut text (.end found) None))
  (unless (in after ["" "'" "-"]) (cut text start (.end found))))


(defn [(pytest.mark.parametrize "unit" ["characters" "pieces" "words"])
    (pytest.mark.parametrize "seed" ["" "hey" "he" "hey " "hey," "hey, don'" "yo\n"])]
    test-probabilities-are-the-sums-over-all-ways-to-write-a-word [unit seed]
  (setv
    model (small-model :unit unit :text VERSE :max-words 20 :layers "12" :scale 1.4 :rng-seed 4)
    found (dfor each (.suggest (TextModel model) seed) each.text each.probability)
    least (min (.values found))
    others (enumerated model seed least))
  (for [[word odds] (.items found)]
    (assert (= odds (pytest.approx (get (enumerated model seed 0 word) word) :rel 0.002))))
  (setv limit (if (= (len found) 9) least (* 0.02 (max (.values found)))))
  (for [word (missed others found (get (typed-at-end seed) 1))]
    (assert (<= (get others word) limit))))


(defn missed [others found typed]
  "Return words of `others` that don't look like those `found`, and make no typed word longer."
  (setv seen (sfor word found (.strip word)))
  (lfor
    word others
    :if (not (or (in (.strip word) seen) (and typed (.isalpha (get word 0)))))
    word))


(defn test-of-two-models-a-word-has-the-mean-of-their-probabilities []
  (setv
    models (lfor odds [{"a" 8} {"a" 2  "b" 4}] (small-model :text "ab \n" :odds odds))
    [mixed] (lfor
      s (.suggest (TextModel (Mixture #* models 0.5)) "ba " :count 99)
      :if (= s.text "a")
      s.probability))
  ;; Both letters and the ends of words are mixed, unit by unit.
  (assert (= mixed (pytest.approx (* (/ (+ (/ 8 11) (/ 2 8)) 2) (/ (+ (/ 2 11) (/ 2 8)) 2))))))


;; * Which words

(defn [(pytest.fixture :scope "module")] english []
  (load "english"))


(defn words-after [model text #** options]
  (lfor each (.suggest model text #** options) each.word))


(defn [(pytest.mark.parametrize #("text" "some") [
    #("" ["The" "I"])
    #("The old man" ["was" "," "man's"])
    #("I went to the sho" ["shop" "shore" "short"])
    #("I went to the " ["door" "house"])
    #("I don'" ["don't"])
    #("I don" ["don't"])
    #("He sat on the table" ["." "," "and"])
    #("\"Are you sure" ["?"])
    #("\"Are you sure?\" he" ["asked" "said"])
    #("She was tired." ["\n\n" "He"])])]
    test-words-are-whole-and-fit-what-was-typed [english text some]
  (setv words (words-after english text))
  (assert (= (len words) (len (set words))))
  (for [word some] (assert (in word words))))


(defn test-words-of-the-text-come-again [english]
  (setv text (+ "There were two teapots by the sea. A mole, as old as the hills, had lived "
    "there for years, and nobody knew what he ate. The mole drank the teap"))
  (assert (in "teapots" (words-after english text))))


(defn [(pytest.mark.parametrize #("odds" "longer") [
    #({" " 8  "a" 4  "b" 3} ["aa"])
    #({" " 8  "," 10} [])])]
    test-a-whole-word-is-offered-longer-once-if-that-is-likely [odds longer]
  (setv found (.suggest (TextModel (small-model :text "ab, \n" :odds odds)) "a"))
  (assert (= longer (lfor each found :if (.isalpha (get each.text 0)) each.word)))
  (assert (in " b" (lfor each found each.text))))


(defn [(pytest.mark.parametrize #("text" "share") [#("b " 0.002) #("b" 0.02)])]
    test-words-far-less-probable-than-the-best-are-not-offered [text share]
  (setv
    odds {"a" 1000  "b" 100  " " 500}
    model (TextModel (small-model :text "abc \n" :odds odds))
    found (lfor each (.suggest model text :count 99) each.probability))
  (assert (< 9 (len found) 99))
  (assert (>= (min found) (* share (max found)))))


(defn test-one-line-break-is-offered-and-last []
  (setv words (words-after (TextModel (small-model :text "ab \n" :odds {"\n" 8})) "a "))
  (assert (= (lfor word words :if (in "\n" word) word) [(get words -1)])))


(defn test-of-words-that-look-alike-the-likelier-is-offered []
  (setv
    odds {"“" 4  "\"" 3  " " 8}
    words (words-after (TextModel (small-model :text "ab“\" \n" :odds odds)) "a "))
  (assert (in "“" words))
  (assert (not-in "\"" words)))


(defn test-the-text-to-add-completes-the-text []
  (setv model (load "english"))
  (setv [[shop] [the]] (lfor
    [text word] [["in the sho" "shop"] ["He opened" "the"]]
    (lfor each (.suggest model text) :if (= each.word word) each)))
  (assert (= [shop.text the.text] ["p" " the"])))


(defn test-german-nouns-have-capital-letters []
  (setv words (words-after (load "german") "Der alte Mann ging in das "))
  (assert (in "Haus" words))
  (assert (all (gfor word words (.isupper (get word 0))))))


(defn [(pytest.mark.parametrize "scale" [1 3])]
    test-in-chinese-a-word-goes-on-while-the-next-character-is-sure [scale]
  (setv
    model (small-model :text "你们好吗我很。" :layers "12" :scale scale :rng-seed 2)
    engine (make-engine model)
    units model.vocabulary.units)
  (for [each (.suggest (TextModel model) "你们")]
    (.reset engine)
    (.feed engine [#* (start-ids model) #* (.encode model.vocabulary "你们")])
    (for [[n unit] (enumerate each.text)]
      (setv sure (max (gfor [u p] (zip units (softmax engine.logits)) :if (!= u "。") p)))
      (when (and n (!= unit "。")) (assert (> sure 0.5)))
      (.step engine (get model.vocabulary.ids unit)))
    (assert (or (= each.text "。") (not-in "。" each.text)))))


(defn test-a-list-of-short-lines-offers-items []
  (setv
    odds {"a" 4  "b" 2  " " 2  "\n" 8}
    model (TextModel (small-model :text "ab \n" :odds odds :items "line" :longest-item 9))
    found (dfor each (.suggest model "ab\nb" :count 5) each.text each))
  (assert (= (. (get found "a") word) "ba"))
  (assert (= (. (get found "a") probability) (pytest.approx (* 0.25 0.5))))
  (assert (= (. (get found "\n") word) "b"))  ; it may end here
  (assert (in "ba a" (lfor each (.suggest model "b" :count 30) each.word)))
  (assert (= (.suggest model "b" :count 3 :words 8) (.suggest model "b" :count 3))))


(defn test-after-a-run-without-end-comes-the-next-word []
  (setv
    model (TextModel (small-model :text "xyz, \n" :odds {"x" 1e5}))
    [longer next] (lfor n [38 5000] (words-after model (* "x" n))))
  (assert (in (* "x" 40) longer))
  (assert (<= #{"," "\n"} (set next)))
  (assert (all (gfor word next (<= (len word) 40)))))


(defn test-a-list-of-long-items-offers-words []
  (setv model (TextModel (small-model :text "ab \n" :odds {" " 9} :items "line" :longest-item 99)))
  (assert (in "b" (words-after model "ab "))))


(defn [(pytest.mark.parametrize #("text" "turn") [
    #("" "Ann:") #("Ann: hi\n" "Bob:") #("Ann: hi\nBob: yo\nand\n" "Ann:") #("Ann: hi\nBob" "")
    #("hi\n" "Ann:") #("Cleo: hi\n" "Ann:") #("Ann: hi\nBob: a\nBob: b\n" "Ann:")])]
    test-in-a-chat-it-is-the-next-person-s-turn [text turn]
  (setv model (small-model :odds {" " 9  "B" 5} #** PEOPLE))
  (assert (= (turn-of model text) turn))
  (for [each (.suggest (TextModel model) text)]
    (assert (.startswith each.text turn))
    (assert (not-in ":" (cut each.word 1 None)))))


(defn test-a-text-that-is-no-chat-has-no-turns []
  (assert (= (turn-of (small-model) "Ann: hi\n") "")))


;; * As in generation

(defn test-an-unknown-word-is-never-offered []
  (setv model (TextModel (small-model :unit "words" :text "a b c\n" :odds {"<unk>" 99})))
  (with [_ (pytest.warns UserWarning :match "never saw ' z'")]
    (setv found (.suggest model "a z b ")))
  (assert (not-in "<unk>" (lfor each found each.text)))
  (assert (> (sum (gfor each found each.probability)) 0.9)))


(defn test-other-names-are-rarer []
  (setv
    text "at Ann, Bob\n"
    options {"text" text  "odds" {" " 9}}
    [free kept] (lfor
      names [None "Ann"]
      (dfor each (.suggest (TextModel (small-model :names names #** options)) "at" :count 50)
        each.text each.probability)))
  (assert (= [(in " B" free) (in " B" kept)] [True False]))
  (assert (= [(in " Ann" free) (in " Ann" kept)] [False True])))


(defn [(pytest.mark.parametrize #("unbroken" "odds") [
    #(None (* (/ 1 12) (/ 10 12))) #("letters" (* (/ 1 12) (/ 1 3)))])]
    test-no-word-ends-with-a-line-break-where-the-text-had-none [unbroken odds]
  (setv
    model (small-model :text "ab \n" :unbroken unbroken :odds {"\n" 9})
    found (dfor each (.suggest (TextModel model) "a ") each.text each.probability))
  (assert (= (get found "b") (pytest.approx odds))))


(defn [(pytest.mark.parametrize "unit" ["characters" "pieces" "words"])]
    test-a-text-that-is-typed-deleted-and-changed-gets-what-a-new-one-gets [unit]
  (setv
    model (small-model :unit unit :text VERSE :scale 0.5)
    suggester (Suggester model))
  (for [text ["hey" "hey, don" "hey, d" "yo hey" "yo he" (* "hey yo, " 130) (* "hey yo, " 131)
      (+ (* "hey yo, " 131) "he") (+ (* "hey yo, " 128) "yo ") "he"]]
    (setv found (lfor each [suggester (Suggester model)] (.words each text 9)))
    (for [[one other] (zip #* found :strict True)]
      (assert (= one.text other.text))
      (assert (= one.probability (pytest.approx other.probability :rel 1e-4))))))


;; * Phrases

(defn [(pytest.mark.parametrize "text" ["He opened the door" "After \"the other" "The d" "told "])]
    test-phrases-begin-differently-and-end-with-a-clause-or-after-enough-words [english text]
  (setv phrases (lfor each (.suggest english text :count 3 :words 8) each.word))
  (assert (= 3 (len (sfor phrase phrases (get (re.search r"[\w'’-]+" phrase) 0)))))
  (for [phrase phrases]
    (setv words (re.findall r"[\w'’-]+|[^\w\s]+" phrase))
    (assert (<= 2 (len (lfor word words :if (.isalpha (get word 0)) word))))
    (assert (<= (len words) 8))
    (assert (or (= (len words) 8) (re.search "[,;:–—.!?…]" (get words -1))))))


(defn test-a-phrase-has-one-line []
  (setv
    model (TextModel (small-model :text "ab \n" :odds {"\n" 8  " " 8}))
    phrases (.suggest model "ab " :count 3 :words 8))
  (assert phrases)
  (for [each phrases]
    (assert (not-in "\n" each.text))))


(defn test-a-phrase-does-not-end-with-an-abbreviation []
  (setv
    model (small-model :unit "words" :text "a Mr. b Mr. c d.\n" :odds {" Mr" 9  "." 9})
    found (lfor each (.phrases (Suggester model) "a b" 3 6) each.text))
  (assert found)
  (for [each found]
    (assert (or (not (.endswith each "Mr.")) (= (len (words-of each)) 6)) found)))


(defn test-a-phrase-repeats-no-two-words []
  (setv
    model (TextModel (small-model :unit "words" :text "a b c d e\n" :odds {" b" 9}))
    phrases (.suggest model "a" :count 3 :words 8))
  (assert phrases)
  (for [each phrases]
    (setv
      words (.split each.text)
      pairs (list (zip words (cut words 1 None))))
    (assert (= (len pairs) (len (set pairs))))))


(defn [(pytest.mark.parametrize #("given" "message") [
    #({"count" 0} "`count` must be a whole number, 1 or more, not 0")
    #({"words" 1.5} "`words` must be a whole number, 1 or more, not 1.5")
    #({"text" 3} "`text` must be text, not 3")])]
    test-bad-arguments-are-refused [given message]
  (assert (= (refusal-of (. (TextModel (small-model)) suggest) #** given) message)))


(defn test-of-a-long-text-the-end-is-read-and-little-of-it-again []
  (setv
    text (* "hey, don't he-ho! hey yo\n" 900)
    ends (lfor n (range 19_500 20_500) (last-part (cut text n))))
  (for [[n end] (enumerate ends 19_500)]
    (assert (.endswith (cut text n) end))
    (assert (< (- LAST-PART 100) (len end) (* 1.5 LAST-PART))))
  (assert (= 2 (len (set (gfor [n end] (enumerate ends) (- n (len end)))))))
  (assert (= (last-part "short") "short"))
  (setv model (TextModel (small-model :text VERSE)))
  (assert (= (.suggest model text) (.suggest model (last-part text)))))
