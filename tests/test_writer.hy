"Texts that small random networks write."

(eval-when-compile (require hyrule [unless]))
(import
  re
  hypothesis [given strategies :as st]
  pytest
  lstm-textgen.settings.models [Request]
  lstm-textgen.writing.batch [Batch]
  lstm-textgen.writing.ends [Ends sure-text]
  lstm-textgen.writing.passage [Passage]
  lstm-textgen.writing.sampling [Draw SamplingOptions]
  lstm-textgen.writing.seeds [Seed]
  lstm-textgen.writing.writer [stream write-each]
  tests.helpers [CALM in-pieces run-hy small-model succeeded write-many written])

(setv
  pytestmark pytest.mark.quick
  LETTERS "\n abcdefghij."
  ;; Print the threads of BLAS before a text and, the most, between its units.
  COUNT "(import threadpoolctl [threadpool-info] lstm-textgen.writing.writer [stream]
    numpy :as np tests.helpers [small-model])
    (defn count [] (lfor each (threadpool-info) (get each \"num_threads\")))
    (print (count))
    (setv units (stream (small-model :layers \"lstm:512\" :resume False) \"h\"))
    (print (max (lfor _ (range 200) (do (next units) (count)))))")


(defn letters [#** options]
  (small-model :text LETTERS :scale CALM #** options))


(defn fifty [model [seed "abc"] #** request]
  (written model seed #** {"length" 50  "rng_seed" 1  #** request}))


(defn test-the-temperature-defaults-to-the-models-own []
  (setv [cold warm] (lfor t [0 [0.5 2]] (letters :temperature t)))
  (for [[model own] [[cold 0] [warm [0.5 2]]]]
    (setv request (Request {"length" 50  "rng_seed" 1}))
    (assert (= (.join "" (stream model "abc" request)) (fifty model :temperature own)))))


(defn test-the-unknown-word-is-never-written []
  (setv model (small-model :unit "words" :text "one two three.\n" :odds {"<unk>" 1e9}))
  (assert (not-in "<unk>" (written model "one" :length 500))))


(defn test-an-empty-seed-begins-as-the-training-text-where-it-has-no-line-breaks []
  (setv model (small-model :text "xyz" :beginning "z"))
  (assert (= (get (fifty model "") 0) "z"))
  (assert (= ["z" "z"] (lfor text (write-many model ["" ""] 1 :length 50) (get text 0)))))


;; * Where a text ends

(defn up-to [chunks #** ends]
  "Return what is let through of each of `chunks`, a text, up to its `ends`."
  (setv
    finders (.finders (Ends #** ends) None)
    sure [])
  (for [chunk chunks]
    (.append sure (sure-text finders chunk))
    (when (any (gfor each finders each.found)) (return sure)))
  [#* sure (sure-text finders "" True)])


(defn [(given
         (st.text "ab" :max-size 30)
         (st.text "ab" :min-size 1 :max-size 4)
         (st.integers 1 3))]
    test-a-text-ends-before-the-stop-text [text stop size]
  (assert (= (.join "" (up-to (in-pieces text size) :stop stop)) (get (.split text stop) 0))))


(defn test-only-what-may-become-the-stop-text-is-held-back []
  (assert (= (up-to ["x" "E" "N" "x" "E" "N" "D" "y"] :stop "END") ["x" "" "" "ENx" "" "" ""]))
  (assert (= (up-to ["x" "E" "N"] :stop "END") ["x" "" "" "EN"])))


(defn test-the-stop-text-that-is-complete-first-counts []
  (assert (= (.join "" (up-to "abcd" :stop ["bcd" "c"])) "ab"))
  (assert (= (.join "" (up-to "abc" :stop ["xyz" "bc" "c"])) "a")))


(defn test-a-seed-of-words-that-ends-in-a-space-is-continued-without-another []
  (setv model (small-model :unit "words" :text "it was not was it" :odds {" not" 1e20}))
  (assert (= (written model "was " :length 2) "not not"))
  (assert (= (written model "was" :length 1) " not")))


(defn [(pytest.mark.parametrize #("text" "wanted" "expected") [
    #("One. Two. Three." 1 "One.")
    #("One. Two. Three." 2 "One. Two.")
    #("Pi is 3.14! Yes" 1 "Pi is 3.14!")
    #("\"Go...\" he said? No." 2 "\"Go...\" he said?")
    #("(So it ends.) Next" 1 "(So it ends.)")
    #("First\nline.\nNext" 1 "First\nline.")
    #("What?! No… Oh." 2 "What?! No…")
    #("他说:「走吧。」我走了。然后" 1 "他说:「走吧。」")
    #("他说:「走吧。」我走了。然后" 2 "他说:「走吧。」我走了。")
    #("no end" 1 "no end")])]
    test-sentences-end-where-they-are-complete [text wanted expected]
  (for [size [1 3]]
    (assert (= (.join "" (up-to (in-pieces text size) :sentences wanted)) expected))))


(defn [(pytest.mark.parametrize "sentence" [
    "She saw Mr. and MRS. Hale, i. e. Dr. J. Watson of St. Ives, etc. and left at 5 p.m. in tears."
    "Er mag z. B. Äpfel, Birnen usw. und sprach am 3. Mai mit Frl. Kern (d. h. Dr. A. Kern)."
    "M. Roux, Mme. Roux et Mlle. Léa vont, p. ex. chez le\nDr. C. Petit avec MM. Hugo, etc. ici."
    "El Sr. Paz y la Sra. Ruiz, p. ej. hoy, con el P. Luis y D. Juan, vieron a Vd. en casa."])]
    test-an-abbreviation-ends-no-sentence [sentence]
  (for [size [1 3 200]]
    (setv chunks (in-pieces (+ sentence " Then") size))
    (assert (= (.join "" (up-to chunks :sentences 1)) sentence))))


(defn test-a-short-word-that-is-no-abbreviation-ends-a-sentence []
  (setv text "So do I. Tom. Of 25. She can't. Il y en a. Si. Ja. Ah. Yes. My sky. ")
  (for [n (range 1 11)]
    (assert (= (.count (.join "" (up-to text :sentences n)) ".") n))))


(defn [(pytest.mark.parametrize #("text" "wanted") [
    [" hello.\nanna: hi" " hello."]
    [" hello.\nanna b. c: hi" " hello."]
    [" hello.\n+49 (17): hi" " hello."]
    [" a big anna: see\nanna: x" " a big anna: see"]
    [" see\ntwo: x" " see\ntwo: x"]
    [" hello.\nanna:" " hello."]
    [" hello.\nanna" " hello.\nanna"]
    ["anna: x" "anna: x"]])]
    test-a-turn-ends-before-a-line-that-begins-with-a-known-name [text wanted]
  (for [chunks [[text] text]]
    (assert (= (.join "" (up-to chunks :names ["anna" "anna b. c" "+49 (17)"])) wanted))))


(defn test-a-turn-that-begins-a-line-may-end-at-once []
  (for [[text wanted] [["anna: x" ""] ["big anna: x" "big anna: x"] ["\nanna:" ""]]]
    (setv finders (.finders (Ends :names ["anna"]) None True))
    (assert (= (.join "" (gfor c text (sure-text finders c))) wanted))))


(defn test-a-reply-ends-before-a-stop-too []
  (setv text " one two\nanna: x")
  (assert (= (.join "" (up-to text :names ["anna"] :stop "two")) " one "))
  (assert (= (.join "" (up-to text :names ["anna"] :stop "twoz")) " one two")))


(defn test-a-text-that-never-reaches-its-end-is-cut-off-with-a-warning [monkeypatch]
  (monkeypatch.setattr "lstm_textgen.writing.passage.CUT_OFF" 40)
  (monkeypatch.setattr "lstm_textgen.writing.passage.CUT_OFF_PER_SENTENCE" 30)
  (for [[ends length] [[{"stop" "xyz"} 40] [{"stop" "xyz"  "sentences" 2} 60]]]
    (setv said [])
    (assert (= (len (written (letters :odds {"a" 1e20}) "abc" :warn said.append #** ends)) length))
    (assert (in f"cut off after {length} characters (or words)" (get said 0))))
  (assert (= (len (written (letters) "abc" :length 100 :stop "xyz")) 100)))


(defn [(pytest.mark.parametrize #("options" "wanted" "kept") [
    #({} {} [520 520 520])
    #({} {"best_of" 1} [520 520 520])
    #({} {"match" "(?s).*"} [])
    #({"items" "line"  "longest_item" 900} {} [])])]
    test-ctrl-c-keeps-what-there-is-of-many-texts-but-no-half-of-an-item
    [monkeypatch options wanted kept]
  (setv
    model (letters :odds {"\n" 1e-20} #** options)
    rounds (iter [#* (range 5)])
    step Batch.step)
  (defn stopped [batch]
    (when (is (next rounds None) None) (raise KeyboardInterrupt))
    (step batch))
  (.setattr monkeypatch Batch "step" stopped)
  (setv texts (write-each model ["a"]
    (Request {"samples" 3  "length" 900  "temperature" 1  #** wanted})))
  (assert (= (lfor _ kept (len (get (next texts) 1))) kept))
  (with [_ (pytest.raises KeyboardInterrupt)] (next texts)))


(defn test-texts-that-join-and-leave-are-those-written-alone []
  (setv
    model (letters :layers "lstm:40")
    seed (Seed model "abc")
    options (SamplingOptions [0.5 1 0.8])
    lengths (lfor k (range 99) (+ 7 (% (* k 37) 50)))
    passages (lfor [k length] (enumerate lengths) (Passage seed (Draw options k) (Ends length))))
  (assert (= (len (list (.finished (Batch model (iter passages)) False))) 99))
  (for [[k passage] (enumerate passages)  :if (= (% k 9) 0)]
    (assert (= passage.text (written model "abc" :length (get lengths k) :rng-seed k
      :temperature options.temperature)))))


(defn test-passages-come-in-the-order-in-which-they-began-if-asked-for []
  (setv
    model (letters)
    seed (Seed model "abc")
    passages (lfor n [30 5 9 0] (Passage seed (Draw) (Ends n)))
    more (Passage seed (Draw) (Ends 3))
    batch (Batch model passages)
    ended [])
  (for [passage (.finished batch True)]
    (unless ended (.append batch.added more))
    (.append ended passage))
  (assert (= ended [#* passages more])))


(defn test-blas-has-one-thread-unless-the-environment-says-otherwise []
  (for [number ["" "2"]]
    (setv
      run (run-hy COUNT :cold True :environment {"OPENBLAS_NUM_THREADS" number})
      [before between] (.splitlines (succeeded run)))
    (assert (= between (if number before (re.sub r"\d+" "1" before))))))
