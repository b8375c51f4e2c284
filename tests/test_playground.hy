"The playground page in a real browser: what it writes, and how it is steered."

(import
  json
  numpy :as np
  pytest
  lstm-textgen.pages [playground :as module]
  lstm-textgen.pages.playground [playground]
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.engine [softmax]
  lstm-textgen.writing.mixture [make-engine]
  tests.browser [assert-writes-as-python halved-model open-page restart wait-for-end
    wait-for-units written]
  tests.helpers [block-of brief packed-on page-of small-model]
  tests.node [in-node])

(setv
  pytestmark brief
  IDS [3 1 4 1 5 9 2 6]
  LOGITS [2.0 -1.0 0.5 1.5 0.0 -3.0])


;; * The engine

(defn logits-in-node [browser page [codes None]]
  #[[Return the logits (time, vocabulary) of the model on a `page` (HTML) after each of `IDS`.

  It computes by the first of `codes` that runs (None: the page's).]]
  (setv [facts] (json.loads (block-of page "facts")))
  (in-node ["text/binary" "network/heap" "network/network"]
    (+ "([facts, weights, codes, ids]) => {"
      "const module = compiled(codes.map((code) => fromBase64(code)));"
      "const network = new Network(facts, fromBase64(weights), module);"
      "return ids.map((id) => Array.from(network.step(id))); }")
    [facts (block-of page "weights-0")
      (if (is codes None) (get (packed-on page) "kernels") codes) IDS]))


(defn test-the-network-on-a-page-is-that-of-the-program [browser]
  (setv
    model (halved-model "9,7")
    page (playground {"a" model})
    engine (make-engine model)
    expected (lfor id IDS (.copy (.step engine id))))
  (assert (np.allclose (logits-in-node browser page) expected :atol 1e-4))
  (assert (np.allclose (logits-in-node browser page :codes []) expected :atol 1e-4)))


(defn test-a-page-draws-units-as-often-as-is-probable []
  (setv
    ids (in-node ["writing/sampler"]
      (+ "(logits) => { const sampler = new Sampler(7);"
        "const rules = [{score: (scores) => { scores[4] = -Infinity; }}];"
        "Object.assign(sampler, {temperature: 2, minP: 0.2});"
        "return Array.from({length: 20_000}, () => sampler.pick({logits}, rules)); }")
      LOGITS)
    odds (softmax (/ (np.array (cut LOGITS 4)) 2)))
  (for [[id own] (enumerate odds)]
    (assert (= (/ (.count ids id) 20_000) (pytest.approx own :abs 0.015)))))


;; * Writing

(defn [(pytest.mark.parametrize #("options" "seeds") [
    #({"beginning" "b"  "text" "abc "} ["a" ""])
    #({"unit" "words"} ["the cat" ""])
    #({"unit" "words"  "text" "a b, c. d\n  e f  g"} ["a b "])  ; the space begins a word
    #({"text" "old Cat, sat. \n"  "unbroken" "letters commas sentences"} ["a"])
    #({"text" "old Cat, sat. \n"  "unbroken" "sentences"} ["a"])
    #({"unit" "pieces"  "text" "old Cat, Cod. \n"  "names" "Cat"} ["a" "old Cod"])
    #({"lower" True} ["the cat"])])]
    test-the-page-writes-what-the-command-line-writes [browser tmp-path options seeds]
  (setv model (halved-model #** options))
  (for [before ["" (* (+ (.get options "text" "the cat") " ") 300)]]  ; a long one is remembered
    (assert-writes-as-python browser (page-of tmp-path model) model
      (lfor seed seeds (+ before seed)))))


(defn test-a-page-writes-at-a-pace-that-one-can-follow [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)) :clock True)]
    (setv [passed length] [0 0])
    (while (< length 60)
      (.run-for page.clock 50)
      (.wait-for-timeout page 1)
      (setv
        passed (+ passed 50)
        length (len (written page)))
      (assert (<= length (+ 10 (* 45 (/ passed 1000))))))))


(defn test-a-page-opens-with-a-passage-at-full-speed-for-those-who-want-no-motion
    [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)) :reduced-motion "reduce")]
    (assert (.is-checked page "#fast"))
    (wait-for-end page)
    (assert (= (.text-content page "#count") "400 characters"))))


(defn test-a-text-that-was-stopped-goes-on-as-if-it-had-not [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model "256"))
      "#seed=The&rng_seed=4&vary=0&temperature=1&length=2000&fast=1")]
    (wait-for-end page)
    (setv expected (written page))
    (.click page "#go")
    (wait-for-units page 100)
    (.evaluate page "['stop', 'on'].forEach((id) => document.getElementById(id).click())")
    (wait-for-end page)
    (assert (.startswith (written page) expected))))


(defn test-the-focus-stays-on-the-button-that-writes-and-stops [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)) "#length=20000")]
    (.focus page "#stop")
    (for [other ["go" "stop"]]
      (.press page.keyboard "Enter")
      (assert (= (.evaluate page "document.activeElement.id") other)))))


(defn place-in-row [page button]
  "Return how far a `button` is from the corner of its row, [x y] in pixels."
  (.evaluate page (+ "name => ['x', 'y'].map(axis => document.getElementById(name)"
    ".getBoundingClientRect()[axis] - acts.getBoundingClientRect()[axis])") button))


(defn settle [page]
  "Wait until the model has answered everything that it was asked before."
  (.click page "#tab-cells")
  (.fill page "#own" "The")
  (.wait-for-selector page "#cells-text:has-text('The')")
  (.click page "#tab-write"))


(defn test-escape-stops-and-write-takes-the-place-of-stop [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)))]
    (wait-for-units page 10)
    (setv place (place-in-row page "stop"))
    (.press page "body" "Escape")
    (setv text (written page))
    (settle page)
    (assert (= (written page) text))
    (assert (= (place-in-row page "go") place))))


(defn test-a-text-that-is-stopped-before-it-begins-does-not-begin [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)) "#seed=The&fast=1")]
    (.evaluate page "['go', 'stop'].forEach((id) => document.getElementById(id).click())")
    (settle page)
    (settle page)  ; its first answer would have come before
    (assert (= (written page) "The"))
    (assert (.is-visible page "#go"))))


(defn test-the-controls-begin-at-what-is-given-and-the-slider-of-the-temperature-steers
    [browser tmp-path]
  (setv
    path (/ tmp-path "page.html")
    model (TextModel (halved-model)))
  (.page model path :temperature 1.27 :length 30)
  (with [page (open-page browser path "#seed=The&fast=1")]
    (wait-for-end page)
    (assert (= (.text-content page "#temperature-value") "1.3"))
    (assert (= (.text-content page "#count") "30 characters"))
    (.press page "#temperature" "Home")
    (assert (= (.text-content page "#temperature-value") "0.0"))
    (restart page "The")
    (wait-for-end page)
    (assert (= (written page) (.generate model "The" :length 30 :temperature 0)))))


(defn test-a-page-starts-at-the-min-p-that-is-given []
  (setv model (halved-model))
  (for [[given shown] [[None "0.1"] [0 "0"] [0.05 "0.05"]]]
    (assert (in f"id=\"min-p\" min=\"0\" max=\"1\" step=\"0.01\" value=\"{shown}\""
      (playground {"a" model} :min-p given))))
  (with [_ (pytest.raises ValueError :match "min_p")]
    (playground {"a" model} :min-p 2)))


(defn test-all-but-a-pages-model-and-its-ready-texts-take-less-than-197-kilobytes [monkeypatch]
  (.setattr monkeypatch module "READY" [])
  (setv page (playground {"a" (small-model)}))
  (for [block ["facts" "weights-0"]]
    (setv page (.replace page (block-of page block) "")))
  (assert (< (len (.encode page)) 197_000)))


(defn test-a-page-of-five-million-weights-has-less-than-8-megabytes []
  (setv
    text (.join "" (map chr (range 0x4e00 0x5600)))
    model (small-model :layers "768" :embedding 256 :resume False :text text))
  (assert (> model.weight-count 5_000_000))
  (assert (< (len (.encode (playground {"a" model}))) 8_000_000)))
