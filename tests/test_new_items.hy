"Models of lists: they generate items, and new ones only if asked to."

(import
  signal
  subprocess
  time
  pytest
  lstm-textgen.cli [main]
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  lstm-textgen.settings.models [Request]
  lstm-textgen.text.items [fingerprints]
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.mixture [Mixture]
  lstm-textgen.writing.seeds [Seed]
  lstm-textgen.writing.writer [write-each]
  tests.helpers [LETTERS TINY-FLAGS counting program shell-environment small-model
    start-program succeeded write-many write-text written])

(setv
  SHORT ["a" "b" "c" "d" "." "aa"]
  WARM {"temperature" 1  "rng_seed" 1})


(defn a-list [[items "line"] [known SHORT] [odds {}] #** settings]
  "Return a model of a list whose items are of LETTERS, with their ends equally likely."
  (setv
    model (small-model :text LETTERS :odds odds :resume False :layers "3" :items items
      #** {"longest_item" 90  #** settings})
    model.items (fingerprints known))
  model)


(defn saved-list [folder #* options #** named]
  (save-checkpoint (a-list #* options #** named) (/ folder "model"))
  folder)


(defn write-new [model seeds #** request]
  (write-each model seeds (Request {"new" True  "temperature" 1 #** request})))


(defn [(pytest.mark.parametrize "seed" ["" "a"])]
    test-items-end-only-with-the-characters-that-items-ended-with-in-training [seed]
  (setv
    model (a-list :item-ends ".b")
    texts (write-many model [seed] 60 #** WARM)
    together (lfor text texts (.rstrip (+ seed text)))
    ;; The first unit doesn't know what comes before it.
    others (lfor item together :if (not-in item ["" seed]) item))
  (assert (> (len others) 40))
  (assert (= (sfor item others (get item -1)) #{"." "b"})))


(defn test-an-item-with-another-number-of-lines-is-drawn-again []
  (setv model (a-list "paragraph" :odds {"\n" 3} :item-lines 2))
  (for [seed ["" "a" "a\nb"]]
    (setv texts (write-many model [seed] 30 #** WARM))
    (for [text texts] (assert (= (.count (+ seed text) "\n") 1)))
    (setv text (written model seed :rng-seed 1))
    (assert (= (.count (+ seed text) "\n") 1)))
  (setv texts (write-many model [""] 30 :length 2 #** WARM))
  (assert (= (sfor text texts (len text)) #{2}))  ; one that is cut off may have fewer
  (setv other (a-list "paragraph" :odds {"\n" 3} :item-lines 99))
  (assert (write-many other ["a"] 3 #** WARM)))  ; which doesn't go on forever


(defn [pytest.fixture] lines [here]
  (saved-list here :temperature 1.0))


(defn shown [capsys #* flags [notes ""]]
  "Return what the program writes for these `flags`, in this process, with `notes` beside it."
  (assert (= 0 (main (list (map str flags)))))
  (setv [out err] (.readouterr capsys))
  (assert (if notes (in notes err) (= err "")))
  out)


;; * Where an item begins and ends

(defn [(pytest.mark.parametrize #("items" "end") [#("line" "\n") #("paragraph" "\n\n")])]
    test-an-item-begins-after-an-end-and-ends-before-the-next [items end]
  (setv model (a-list items))
  (for [seed ["" "ab"]]
    (setv read (Seed model seed))
    (assert (= [(.decode model.vocabulary read.ids) read.opening] [(+ end seed) []])))
  (for [n (range 20)]
    (setv text (written model "ab" :rng-seed n :best-of 1))
    (assert (not-in end text))
    (assert (< (len text) 360))))


(defn test-length-stop-and-sentences-still-cut-an-item []
  (setv model (a-list :odds {"a" 1e20}))
  (assert (= (written model :length 5) "aaaaa"))
  (assert (= (written model :stop "aaa") ""))
  (setv text (written (a-list) "a. a" :sentences 1 :rng-seed 4))
  (assert (<= (.count text ". ") 1)))


(defn [(pytest.mark.parametrize #("facts" "units" "usual") [
    #({"longest_item" 3} "12 characters" 3)
    #({"longest_item" 3  "unit" "words"} "12 words" 3)
    #({"longest_item" (** 10 15)} "100,000 characters" (** 10 15))
    #({"longest_item" 90_000  "long_item" 3} "12 characters" 3)  ; whatever the longest has
    #({} "100,000 characters" None)])]  ; a file without any lengths
    test-an-item-without-end-is-cut-at-four-times-what-most-have-with-a-warning
    [facts units usual]
  (setv
    warnings []
    model (small-model :text "a b\n" :odds {"a" 1e20} :items "line" :item-ends "c" #** facts)
    text (written model :warn warnings.append))
  (assert (= text (* "a" (int (.replace (get (.split units) 0) "," "")))))
  (assert (= warnings [(+ f"an item was cut off after {units}, before its end"
    (if usual f"; most in training have at most {usual :,}" ""))])))


(defn test-an-item-of-just-that-length-is-no-reason-for-a-warning []
  (setv model (small-model :text "a\n" :odds {"a" 1e20} :items "line" :longest-item 3))
  (assert (= 12 (len (written model :length 12 :warn (fn [line] (assert False)))))))


;; * New ones

(defn test-case-spaces-and-the-seed-count-as-parts-of-an-item []
  (setv model (a-list :known ["ABA"] :odds {"a" 1e20}))
  (with [_ (pytest.raises ValueError :match "100 items in a row weren't new")]
    (list (write-new model ["ab"] :length 1)))
  (assert (= (list (write-new model ["b\nba"] :length 1)) [#(0 "a")])))


(defn test-new-is-refused-without-items-or-fingerprints []
  (with [_ (pytest.raises ValueError :match "`new` needs a model of a list")]
    (write-new (small-model) [""] :length 1))
  (with [_ (pytest.raises ValueError :match "fingerprints of up to 1,000,000 items only")]
    (write-new (a-list :known []) [""])))


;; * Two models

(defn test-two-models-of-lists-know-both-lists []
  (setv both (Mixture (a-list :known ["a"]) (a-list :known ["b"] :longest-item 99)))
  (assert (= both.facts.longest-item 99))
  (assert (= both.items (fingerprints ["a" "b"])))
  (assert (= (. (Mixture (a-list) (a-list :known [])) items) b""))
  (setv items (sfor [_ text] (write-new both [""] :samples 50 :rng-seed 1) text))
  (assert (not (& items #{"a" "b"}))))


(defn test-models-of-different-kinds-of-items-do-not-mix []
  (for [[items words] [["paragraph" "line and paragraph"] [None "line and none"]]]
    (with [_ (pytest.raises ValueError :match rf"different `items` \({words}\)")]
      (Mixture (a-list) (a-list items)))))


;; * Python

(defn test-generate-returns-as-many-new-items-as-asked-for []
  (setv
    model (TextModel (a-list))
    items (.generate model "" :samples 40 :new True :temperature 1 :rng-seed 1))
  (assert (= 40 (len items) (len (set items))))
  (assert (not (& (set items) (set SHORT))))
  (setv pair (.generate model ["a" "b"] :new True :temperature 1 :rng-seed 1))
  (assert (= (lfor item pair (get item 0)) ["a" "b"]))
  (with [_ (pytest.raises TypeError :match "`new`")] (.generate model :new 1)))


(defn test-generate-warns-where-no-more-is-new []
  (setv model (TextModel (a-list :known ["b"] :odds {"a" 1e20})))
  (for [[match temperature reason] [[None 0.5 "model has memorized"]
      ["a" 0.5 "matching items .* a wider `match`"] [None 0 "0 repeats the same item"]]]
    (with [_ (pytest.warns UserWarning :match f"{reason}.*1 of 3 found")]
      (setv options {"samples" 3  "new" True  "match" match  "temperature" temperature})
      (assert (= (.generate model "" 1 #** options) ["a"])))))


;; * The command line

(defn test-paragraphs-have-a-blank-line-between [lines capsys]
  (saved-list lines "paragraph" :temperature 1.0 :longest-item 400)
  (setv text (shown capsys "--generate" "ab" "--samples" 5 "--new" "--rng-seed" 1))
  (assert (.endswith text "\n"))
  (setv items (.split (.removesuffix text "\n") "\n\n"))
  (assert (= (len items) 5))
  (assert (all (gfor item items (.startswith item "ab")))))


(defn test-a-seed-from-a-file-is-no-finished-item [lines capsys]
  (write-text lines "abc\n" "seed.txt")
  (setv items (.splitlines (shown capsys "--generate-from" "seed.txt" "--samples" 3)))
  (assert (= (len items) 3))
  (assert (all (gfor item items (.startswith item "abc")))))


(defn test-ten-items-are-written-a-line-each-to-a-file-without-a-warning [lines capsys]
  (assert (= (shown capsys "--generate" "" "--new" "--output" "items.txt") ""))
  (assert (= 10 (len (.splitlines (.read-text (/ lines "items.txt")))))))


(defn test-ctrl-c-keeps-the-finished-items [lines]
  (setv path (/ lines "items.txt"))
  (with [file (open path "w")
         process (start-program "--generate" "" "--samples" 999999 "--rng-seed" 1
           :folder lines :stdout file)]
    (while (and (< (. (.stat path) st-size) 1000) (is (.poll process) None))
      (time.sleep 0.01))
    (.send-signal process signal.SIGINT)
    (assert (= (.wait process 60) 0))
    (assert (= (.read process.stderr) "")))
  (setv text (.read-text path))
  (assert (> (.count text "\n") 10))
  (assert (.endswith text "\n")))


(defn test-a-list-known-by-heart-is-said-to-be [lines capsys]
  (saved-list lines :known ["a"] :odds {"a" 1e20})
  (assert (= (shown capsys "--generate" "b" "--new" "--length" 1 :notes (+ "100 items in a row "
    "weren't new: the model has memorized its list; give a higher --temperature")) "ba\n")))


(defn test-each-line-of-a-conversation-becomes-an-item [lines]
  (setv text (succeeded (program "--interactive" :folder lines :input "ab\ncd\n")))
  (assert (= (lfor line (.splitlines text) (cut line 2)) ["ab" "cd"])))


(defn test-originality-counts-the-items-of-the-list [lines capsys]
  (saved-list lines :odds {"a" 1e20})
  (assert (= (shown capsys "--generate" "" "--samples" 2 "--length" 1 "--originality"
      "--sources" (write-text lines "A\nb\n") :notes "2 of 2 items are in the sources\n")
    "a\na\n")))


(defn test-info-says-how-many-items-there-are [lines capsys]
  (assert (in "items       6 different lines of up to 90 characters\n" (shown capsys "--info")))
  (saved-list lines "paragraph" [] :median-item 7)
  (assert (in "paragraphs without fingerprints of up to 90 characters, half of them at most 7"
    (.replace (shown capsys "--info") "\n            " " "))))


;; * From training on

(defn pairs []
  "Return a list of 120 of the 144 pairs of a color and an animal, a text."
  (setv
    colors (.split "red green blue white black pink brown gold gray teal lime plum")
    animals (.split "fox owl cat dog hen cow bat elk emu rat ant bee")
    all (lfor c colors a animals f"{c} {a}\n"))
  (.join "" (lfor [n pair] (enumerate all) :if (% n 6) pair)))


(defn [counting] test-the-command-at-the-end-of-a-run-generates-ten-new-items [tmp-path]
  (write-text tmp-path (pairs))
  (setv
    flags ["--items" "line" "--epochs" 1 #* TINY-FLAGS]
    shown (succeeded (program "--sources" "text.txt" "--model=my list" #* flags :folder tmp-path))
    [_ _ command] (.partition (get (.splitlines shown) -1) "Generate ten new ones: ")
    result (subprocess.run f"{command} --temperature 1"
      :shell True :cwd tmp-path :env (shell-environment) :encoding "utf-8" :capture-output True))
  (assert (.endswith command "--generate '' --samples 10 --new --model 'my list'"))
  (assert (= 10 (len (set (.splitlines (succeeded result)))))))
