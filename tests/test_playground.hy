"The playground page in a real browser: its texts and its speed."

(import
  time
  numpy :as np
  pytest
  lstm-textgen.pages [playground :as module]
  lstm-textgen.pages.playground [playground]
  lstm-textgen.textmodel [TextModel]
  tests.browser [assert-writes-as-python halved-model open-page page-of start-browser wait-for-end
    wait-for-units write-on written]
  tests.helpers [small-model])

(setv
  browser (pytest.fixture start-browser :scope "module")
  ;; Models of all kinds, and how they are steered.
  MODELS [
    ["12" {} {"temperature" 0.7}]
    ["lstm-hard:8" {} {"temperature" 0.5}]
    (pytest.param "lstm:9,dropout:0.2,lstm:7" {} {"temperature" 1.3} :marks pytest.mark.slow)
    (pytest.param "gru:6,gru:5" {} {"temperature" 0.8  "top_p" 0.9} :marks pytest.mark.slow)
    ["gru-before:6,gru-hard:7" {} {"temperature" 1}]
    (pytest.param "gru-hard-before:9" {} {"temperature" 0.9} :marks pytest.mark.slow)
    ["lstm:5,gru:6,lstm-hard:7" {} {"temperature" 1  "top_p" 0.5}]
    ["33" {} {"temperature" 0}]
    (pytest.param "10" {"unit" "words"} {"temperature" 0.9} :marks pytest.mark.slow)
    ["gru:11" {"unit" "words"} {"temperature" 1  "top_p" 0.75}]
    ["7" {"lower" True} {"temperature" 2}]])


;; * Writing

(defn [(pytest.mark.parametrize #("layers" "options" "sampling") MODELS)]
    test-the-page-writes-what-the-command-line-writes [browser tmp-path layers options sampling]
  (assert-writes-as-python browser tmp-path (halved-model layers #** options) "the cat"
    :length 300 #** sampling))


(defn test-a-page-writes-the-same-without-webassembly [browser tmp-path]
  (setv
    model (halved-model)
    path (page-of tmp-path model)
    [before after] (.split (.read-text path :encoding "utf-8") "id=\"product\">"))
  (.write-text path (+ before "id=\"product\">" (cut after (.index after "<") None))
    :encoding "utf-8")
  (assert-writes-as-python browser tmp-path model "The" :path path :temperature 1))


(defn test-an-empty-seed-begins-as-a-text-begins [browser tmp-path]
  (setv model (halved-model :text "abc " :beginning "b"))
  (with [page (open-page browser (page-of tmp-path model) "#rng_seed=4&temperature=1&fast=1")]
    (write-on page 50)
    (assert (.startswith (written page)
      (.generate (TextModel model) "" :length 50 :rng-seed 4 :temperature 1)))))


(defn test-a-page-writes-at-a-pace-that-one-can-follow [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)))]
    (setv begun (time.monotonic))
    (write-on page 60)
    (assert (< 1 (- (time.monotonic) begun) 10))))


(defn [(pytest.mark.parametrize "motion" [
    "reduce"
    (pytest.param "no-preference" :marks pytest.mark.slow)])]
    test-a-page-opens-with-a-passage-at-full-speed-for-those-who-want-no-motion
    [browser tmp-path motion]
  (with [page (open-page browser (page-of tmp-path (halved-model)) :reduced-motion motion)]
    (wait-for-units page 10)
    (assert (= (.is-checked page "#fast") (= motion "reduce")))
    (wait-for-end page)
    (assert (= (.text-content page "#count") "400 characters"))))


(defn test-a-text-that-was-stopped-goes-on-as-if-it-had-not [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model "256"))
      "#seed=The&rng_seed=4&temperature=1&length=2000&fast=1")]
    (wait-for-end page)
    (setv expected (written page))
    (.click page "#go")
    (wait-for-units page 100)
    (.evaluate page "['stop', 'on'].forEach((id) => document.getElementById(id).click())")
    (wait-for-end page)
    (assert (.startswith (written page) expected))))


(defn test-the-focus-stays-on-the-button-that-writes-and-stops [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)) "#length=30")]
    (.focus page "#stop")
    (wait-for-end page)
    (assert (= (.evaluate page "document.activeElement.id") "go"))
    (.press page.keyboard "Enter")
    (assert (= (.evaluate page "document.activeElement.id") "stop"))))


(defn place-in-row [page button]
  "Return how far a `button` is from the corner of its row, [x y] in pixels."
  (.evaluate page (+ "name => ['x', 'y'].map(axis => document.getElementById(name)"
    ".getBoundingClientRect()[axis] - acts.getBoundingClientRect()[axis])") button))


(defn test-stop-stops-and-go-on-goes-on [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)))]
    (wait-for-units page 10)
    (setv place (place-in-row page "stop"))
    (.click page "#stop")
    (setv text (written page))
    (.wait-for-timeout page 300)
    (assert (= (written page) text))
    (.click page "#on")
    (wait-for-units page (+ 20 (len text)))
    (.press page "body" "Escape")
    (assert (.startswith (written page) text))
    (assert (= (place-in-row page "go") place))))


(defn test-a-text-that-is-stopped-before-it-begins-does-not-begin [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)) "#seed=The")]
    (.evaluate page "['go', 'stop'].forEach((id) => document.getElementById(id).click())")
    (.wait-for-timeout page 500)
    (assert (= (written page) "The"))
    (assert (.is-visible page "#go"))))


(defn test-the-slider-of-the-temperature-steers [browser tmp-path]
  (setv model (halved-model))
  (with [page (open-page browser (page-of tmp-path model) "#seed=The&fast=1")]
    (.focus page "#temperature")
    (.press page "#temperature" "Home")
    (assert (= (.text-content page "#temperature-value") "0.00"))
    (write-on page 40)
    (assert (.startswith (written page)
      (.generate (TextModel model) "The" :length 40 :temperature 0)))))


(defn test-the-controls-begin-at-what-is-given [browser tmp-path]
  (setv
    model (TextModel (halved-model))
    path (/ tmp-path "page.html"))
  (.page model path :temperature 1.27 :length 30)
  (with [page (open-page browser path "#seed=The&rng_seed=4")]
    (wait-for-end page)
    (assert (= (.text-content page "#temperature-value") "1.27"))
    (assert (= (written page) (.generate model "The" :length 30 :temperature 1.27 :rng-seed 4)))))


;; * Size and speed

(defn test-a-page-of-five-million-weights-has-less-than-8-megabytes [monkeypatch]
  (.setattr monkeypatch module "SAMPLE" 9)  ; 10,000 units would take a minute
  (setv
    text (.join "" (map chr (range 0x4e00 0x5600)))
    model (small-model :layers "768" :embedding 256 :resume False :text text))
  (assert (> model.weight-count 5_000_000))
  (assert (< (len (.encode (playground {"a" model}))) 8_000_000)))


(defn rounded [weight]
  "Return `weight` with the numbers that 8 bits hold: in each row 127 steps to either side of 0."
  (setv steps (/ (.max (np.abs weight) -1 :keepdims True) (np.float32 127)))
  (* (np.rint (/ weight steps)) steps))


(defn [(pytest.mark.parametrize "layers" ["12" "gru:9" "gru-before:6,lstm:7"])]
    test-a-large-model-writes-with-weights-of-8-bits [browser tmp-path monkeypatch layers]
  (.setattr monkeypatch module "MOST_HALVED" 1)
  (setv
    model (halved-model layers)
    path (page-of tmp-path model)
    model.weights (list (map rounded model.weights)))
  (assert-writes-as-python browser tmp-path model "the" :path path :length 300 :temperature 1))
