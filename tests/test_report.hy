"The report on a model and the one that compares several: what they say, in HTML."

(import
  html
  json
  re
  numpy :as np
  pytest
  lstm-textgen.cli [main]
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  lstm-textgen.pages.report [report-page]
  lstm-textgen.text.items [fingerprints]
  lstm-textgen.writing.evaluation [evaluate]
  tests.helpers [FINGERPRINT block-of small-model])

(setv pytestmark pytest.mark.quick)


(defn text-of [page]
  "Return the text that is to be read on a `page`, with single spaces."
  (setv text (re.sub r"(?s)<(script|style)\b.*?</\1>|<[^>]*>" " " page))
  (.join " " (.split (html.unescape text))))


(defn charts-of [page]
  "Return the charts on a `page`, by their ids."
  (dfor chart (json.loads (block-of page "charts")) (get chart "id") chart))


(defn whole-model [[epochs 3] #** options]
  "Return a model with everything that a file can have."
  (setv
    model (small-model #** options)
    ids (% (np.arange 2000) (len model.vocabulary))
    model.history (lfor
      k (range 1 (+ epochs 1))
      { "epoch" k  "loss" (/ 2 k)  "validation_loss" (/ 2.2 k)  "text" FINGERPRINT
        "learning_rate" (/ 0.008 k)  "seconds" 60.0  "sample" f"sample {k} <b>"
        "machine" "a processor, 2 cores"})
    model.evaluation (evaluate model epochs ids ids)
    (get model.evaluation "calibration") [[90 0.15 0.2] [80 0.35 0.3] [40 0.65 0.6]])
  model)


(defn test-the-report-leads-with-what-it-learned-samples-and-the-curve []
  (setv
    text (text-of (report-page [#("dog.h5" (whole-model))]))
    places (lfor
      words ["What dog.h5 learned It learned from a text of 13 characters in 3 epochs."
        "Its loss is 1.058 bits per character on held-out text"
        "like choosing among 2.1 equally likely" "What it writes" "Careful: temperature 0.6"
        "Wild: temperature 1.5" "How it learned to write" "Epoch 2: 1.587 bits" "sample 2 <b>"
        "How it learned Loss" "Where the held-out text is hard" "Is it copying?" "For experts"
        "Learning rate by epoch" "Is it calibrated?" "Vocabulary" "What it is made of"
        "3:00 for 3 epochs, 60.0 s each" "a processor, 2 cores" "All epochs in figures"
        "Every setting"]
      (.find text words)))
  (assert (= places (sorted places)))
  (assert (!= (get places 0) -1)))


(defn test-the-curves-are-by-epoch-and-a-rate-that-is-constant-has-none []
  (setv
    model (whole-model)
    charts (charts-of (report-page [#("dog.h5" model)])))
  (assert (= (list charts) ["loss" "rate" "calibration"]))
  (setv [training validation] (get charts "loss" "series"))
  (assert (= (get training "xs") [1 2 3]))
  (assert (= (get validation "ys") [3.1739 1.587 1.058]))
  (assert (in "validation: loss in bits from 3.174 to 1.058" (get charts "loss" "about")))
  (for [entry model.history] (setv (get entry "learning_rate") 0.001))
  (assert (not-in "rate" (charts-of (report-page [#("dog.h5" model)])))))


(defn test-copying-is-shown-of-the-last-epoch-too []
  (setv
    model (whole-model 2)
    (get model.evaluation "last") {"epoch" 5  "sample" "heylo"  "copied" None  "passage" [1 3]}
    page (report-page [#("dog.h5" model)]))
  (assert (in "After epoch 5: too short to tell how much is copied, the longest" (text-of page)))
  (assert (in "h<mark>eyl</mark>o" page)))


(defn test-a-report-names-no-flag []
  (assert (not-in "--" (text-of (report-page [#("dog.h5" (whole-model))])))))


(defn test-what-has-too-few-points-is-not-shown []
  (setv model (whole-model 1))
  (setv
    (get model.evaluation "calibration") [[900 0.15 0.2] [30 0.25 0.3] [19 0.35 0.1]]
    (get model.evaluation "surprise") [2.0 1.0])
  (setv page (report-page [#("dog.h5" model)]))
  (assert (= (charts-of page) {}))
  (setv text (text-of page))
  (assert (in "epoch training validation learning rate seconds 1 2.885 3.174 0.008 60.0" text))
  (for [words ["How it learned" "calibrated" "of the way in"]] (assert (not-in words text))))


(defn test-a-report-shows-what-a-file-has []
  (setv [old new] [(small-model) (small-model)])
  (setv new.history [])
  (for [[model words] [
      [old "What it writes"]  [new "It has learned nothing yet: no epoch is complete."]]]
    (setv page (report-page [#("a.h5" model)]))
    (assert (= (charts-of page) {}))
    (assert (in words (text-of page)))
    (for [words ["How it learned" "copying" "hard" "calibrated"]]
      (assert (not-in words (text-of page))))))


(defn [(pytest.mark.parametrize #("settings" "words") [
    #({"items" "line"} "a list (13 characters) in 3 epochs")
    #({"people" ["Anna" "Ben"]} "a chat of Anna, Ben (13 characters)")
    #({"base" "english:0f"} "in 3 epochs, starting from the base english")
    #({"unit" "words"} "a text of 13 words in")])]
    test-the-first-sentence-says-what-was-learned [settings words]
  (assert (in words (text-of (report-page [#("dog.h5" (whole-model #** settings))])))))


(defn test-pieces-are-told-from-the-characters-that-they-are-joined-of []
  (setv
    model (small-model :unit "pieces" :text (* "ab ab cab " 9) :max-words 6)
    text (text-of (report-page [#("a.h5" model)])))
  (assert (in "6 pieces: 4 characters and 2 merged from them." text))
  (assert (in "␣ab" text)))


(defn test-of-many-epochs-the-first-the-last-and-some-between-have-samples []
  (setv
    text (text-of (report-page [#("long.h5" (whole-model 100))]))
    shown (re.findall r"Epoch (\d+): " text))
  (assert (= (len shown) 12))
  (assert (= [(get shown 0) (get shown -1)] ["1" "100"])))


(defn test-only-a-base-that-was-used-explains-settings []
  (for [[record used?] [["b:1" True] ["b:unused" False]]]
    (setv text (text-of (report-page [#("a.h5" (small-model :base record))])))
    (assert (= (in "the default for fine-tuning" text) used?))
    (assert (in (if used? "base b network" "base none: b predicted this text poorly") text))))


(defn test-why-a-setting-is-as-it-is []
  (setv
    model (whole-model :why "the default; about 9 epochs" :batch-size 2 :patience 7)
    text (text-of (report-page [#("dog.h5" model)])))
  (for [words ["the default; about 9 epochs; the network"
      "batch size 2 the default for 13 characters" "patience 7 given" "lookback 64 the default"]]
    (assert (in words text) words)))


(defn test-what-a-stranger-wrote-into-a-file-stays-text []
  (setv model (whole-model :recipe "<script>alert(1)</script>"))
  (setv (get model.history 0 "machine") "\"><img src=x>\x1b")
  (setv page (report-page [#("<i>.h5" model)]))
  (for [tag ["<img" "<script>alert" "<i>.h5" "\x1b"]] (assert (not-in tag page)))
  (assert (in "<script>alert(1)</script>" (text-of page))))


;; * Several models

(defn test-models-are-compared-in-one-table-with-their-curves-in-one-chart []
  (setv
    page (report-page [#("a.h5" (whole-model)) #("b.h5" (whole-model 5))])
    text (text-of page)
    charts (charts-of page))
  (for [words ["Models compared b.h5 has the lowest loss, 0.635 bits per character."
      "loss 1.058 bits per character 0.635 bits per character" "epochs 3 5"
      "minutes 3.0 5.0"]]
    (assert (in words text) words))
  (assert (= (list charts) ["loss" "calibration"]))
  (for [chart (.values charts)]
    (assert (= (lfor s (get chart "series") (get s "label")) ["a.h5" "b.h5"]))))


;; * A model of a list

(defn list-model [[known []] #** options]
  "Return a model with everything that a file can have, trained on the items `known`."
  (setv model (whole-model #** {
    "items" "line"  "longest_item" 12  "median_item" 4  "text" "Ann\nBea\n" #** options}))
  (setv model.items (fingerprints known))
  model)


(defn row [page name]
  "Return the cells of the row `name` in the table of items on the `page`."
  (setv [found] (re.findall rf"<th scope=\"row\">{name}</th>(.*?)</tr>" page))
  (re.findall r"<td>(.*?)</td>" found))


(defn test-samples-are-lists-with-figures-beside-those-of-training []
  (setv page (report-page [#("names.h5" (list-model ["x"]))]))
  (assert (= (len (re.findall "<li " page)) 30))
  (assert (in "Of 100 items at each temperature" (text-of page)))
  (assert (= (row page "new") ["–" "100%" "100%" "100%"]))
  (assert (= (get (row page "median length, characters") 0) "4"))
  (assert (= (get (row page "longest") 0) "12"))
  (assert (not-in "Is it copying?" page)))


(defn test-items-of-the-training-list-are-marked-and-counted []
  ;; A quarter of all items is A, half are empty.
  (setv page (report-page [#("names.h5" (list-model ["a"] :odds {"A" 1e6  "\n" 1e6}))]))
  (assert (< 35 (int (.rstrip (get (row page "new") 3) "%")) 90))
  (assert (in "A <span class=\"old\">in the list</span>" page)))


(defn test-a-model-without-fingerprints-says-not-what-is-new []
  (setv page (report-page [#("names.h5" (list-model))]))
  (assert (= (row page "new") (* ["–"] 4)))
  (assert (not-in "in the list" page)))


;; * The command line

(defn [pytest.fixture] folder [tmp-path monkeypatch]
  "A folder with two models, in which the program is run."
  (for [name ["a" "b"]] (save-checkpoint (whole-model) (/ tmp-path name)))
  (monkeypatch.chdir tmp-path)
  tmp-path)


(defn test-the-program-writes-the-page [folder]
  (assert (= 0 (main ["--report" "a.html" "--model" "a"])))
  (assert (in "a.h5" (text-of (.read-text (/ folder "a.html") :encoding "utf-8"))))
  (assert (= 0 (main ["--report" "both.html" "--model" "a" "--model" "b"])))
  (assert (in "Models compared" (.read-text (/ folder "both.html") :encoding "utf-8"))))


(defn [(pytest.mark.parametrize #("arguments" "words") [
    #(["--report" "a.html" "--model" "c"] "c.h5: there is no such model")
    #(["--report" "a.html" "--model" "a" "--length" "9"] "--length has no effect with --report")
    #(["--report" "a.html" #* (* ["--model" "a"] 9)] "--report compares at most 8 models")])]
    test-what-cannot-be-reported-is-refused-in-one-line [folder refusal arguments words]
  (assert (in words (refusal #* arguments)))
  (assert (not (.exists (/ folder "a.html")))))
