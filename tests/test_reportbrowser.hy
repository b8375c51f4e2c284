"Reports in a real browser: what they draw, in light and dark, on a phone and on a wide screen."

(import
  pytest
  lstm-textgen.checkpoint [load-checkpoint]
  lstm-textgen.pages.comparison [comparison-page]
  lstm-textgen.pages.report [report-page]
  tests.browser [open-page overflow start-browser violations wait-until])

(setv
  browser (pytest.fixture start-browser :scope "module")
  SCREENS [
    {"color_scheme" "light"  "viewport" {"width" 1600  "height" 900}}
    {"color_scheme" "dark"  "viewport" {"width" 360  "height" 640}}]
  CHARTS 5
  ;; The sum of what a chart has drawn: 0 while it is empty.
  INK (+ "[...document.querySelectorAll('canvas')].map((c) => c.getContext('2d')"
    ".getImageData(0, 0, c.width, c.height).data.reduce((a, b) => a + b, 0))"))


(defn [(pytest.fixture :scope "module")] pages [trained-once tmp-path-factory]
  "The paths of two pages: the report on a trained model, and one that compares it with itself."
  (setv
    model (load-checkpoint (/ trained-once "model"))
    folder (tmp-path-factory.mktemp "pages")
    paths (lfor name ["one.html" "two.html"] (/ folder name)))
  (for [[path page] (zip paths [
      (report-page "dog.h5" model)
      (comparison-page [#("a.h5" model) #("b.h5" model)])])]
    (.write-text path page :encoding "utf-8"))
  paths)


(defn ink [page]
  "Return how much each chart has drawn."
  (.evaluate page INK))


(defn [(pytest.mark.parametrize "screen" SCREENS)]
    test-every-chart-is-drawn-and-nothing-is-cut-off [browser pages screen]
  (for [path pages]
    (with [page (open-page browser path #** screen)]
      (wait-until page f"document.querySelectorAll('canvas').length === {CHARTS}")
      (.wait-for-timeout page 100)
      (assert (all (ink page)))
      (assert (= (overflow page) 0)))))


(defn [(pytest.mark.parametrize "screen" SCREENS)]
    test-the-pages-are-accessible [browser pages screen]
  (for [path pages]
    (with [page (open-page browser path #** screen)]
      (assert (= (violations page) [])))))


(defn test-charts-follow-the-width-and-the-colours-of-the-screen [browser pages]
  ;; That the test reads charts twice is something the browser has an opinion on.
  (with [page (open-page browser (get pages 0) :may-say "willReadFrequently" #** (get SCREENS 0))]
    (.wait-for-timeout page 100)
    (setv light (ink page))
    (.emulate-media page :color-scheme "dark")
    (.wait-for-timeout page 100)
    (assert (!= (ink page) light))
    (.set-viewport-size page {"width" 360  "height" 640})
    (wait-until page "document.querySelector('canvas').clientWidth < 340")))


(defn test-a-chart-says-its-last-values-in-words-and-figures [browser pages]
  (with [page (open-page browser (get pages 0))]
    (.wait-for-timeout page 100)
    (setv
      plot (.locator page "#plot-loss-by-epoch")
      words (.inner-text plot))
    (assert (in "training" words))
    (assert (not-in "--" words))
    (assert (in "validation: loss in bits from" (.get-attribute plot "aria-label")))
    (.click page "summary >> nth=0")
    (assert (= (.count (.locator page "details[open] tbody tr")) 2))))
