"How pages look in a real browser: accessible, as wide as the window, their charts drawn."

(import
  pytest
  lstm-textgen.pages.report [report-page]
  tests.browser [flaws fragment halved-model open-page overflow page-of start-of violations
    wait-for-end wait-until write-on]
  tests.test-list-page [list-model]
  tests.test-report [list-model :as reported-list whole-model]
  tests.test-scorepage [page-of :as score-page save :as save-score])

(setv
  SCREENS [
    {"color_scheme" "light"  "viewport" {"width" 1600  "height" 900}}
    {"color_scheme" "dark"  "viewport" {"width" 360  "height" 640}}]
  ITEMS (list (zip ["line" "paragraph"] SCREENS))
  TABS ["#tab-read" "#tab-cells" "#tab-about" "#tab-write"]
  ;; Whether each chart has drawn something.
  INKED (+ "[...document.querySelectorAll('canvas')].map((c) => c.getContext('2d')"
    ".getImageData(0, 0, c.width, c.height).data.some((value) => value > 0))")
  ;; The colors of the middle of each chart's first curve are too fine to find: all colors at once.
  COLORS (+ "[...document.querySelectorAll('canvas')].map((c) => c.getContext('2d')"
    ".getImageData(0, 0, c.width, c.height).data.reduce((a, b) => a + b, 0))"))


(defn saved [folder #* models]
  "Write the report on `models`, #(name model) each, to a file in `folder`; return its path."
  (setv path (/ folder "a.html"))
  (.write-text path (report-page models) :encoding "utf-8")
  path)


(defn charts-drawn [page n]
  "Unfold all of a report; wait until its `n` charts are drawn."
  (.evaluate page "document.querySelectorAll('details').forEach((each) => { each.open = true; })")
  (wait-until page (+ f"document.querySelectorAll('canvas').length === {n} && "
    f"{INKED}.every(Boolean)")))


(defn assert-fine [page]
  "Assert that a `page` is accessible, and no wider than the window."
  (assert (= (violations page) []))
  (assert (<= (overflow page) 0)))


;; * Every page

(defn reports [folder items]
  "Yield #(path charts) of reports: on a model, one of a short text, a list of `items`; on three."
  (yield #((saved folder #("dog.h5" (whole-model))) 3))
  (yield #((saved folder #("dog.h5" (whole-model 1))) 1))
  (yield #((saved folder #("a.h5" (reported-list ["n"] :items items))) 3))
  (yield #((saved folder #* (lfor n [2 5 3] #(f"{n}.h5" (whole-model n)))) 2)))


(defn [(pytest.mark.parametrize #("items" "screen") ITEMS)]
    test-reports-are-fine [browser tmp-path items screen]
  (for [[path charts] (reports tmp-path items)]
    (with [page (open-page browser path #** screen :may-say "willReadFrequently")]
      (charts-drawn page charts)
      (for [legend (.all-inner-texts (.locator page ".u-legend"))] (assert (not-in "–" legend)))
      (assert-fine page))))


(defn test-the-page-to-play-is-fine-in-every-view [browser tmp-path]
  (setv models [(halved-model) (halved-model "9")])
  (setv (. (get models 0) history) (. (whole-model) history))
  ;; Not at full speed: axe-core looks at each letter of what is written.
  (with [page (open-page browser (page-of tmp-path #* models)
      "#seed=The&rng_seed=4&temperature=2")]
    (write-on page 100)
    (.click page "summary >> nth=0")
    (.click page.mouse #* (start-of page 20))
    (assert (= (flaws page) []))
    (.press page.keyboard "Escape")
    (for [tab TABS]
      (.click page tab)
      (assert (= (flaws page) []) tab))))


(defn [(pytest.mark.parametrize #("items" "screen") ITEMS)]
    test-a-list-is-fine [browser tmp-path items screen]
  (with [page (open-page browser (page-of tmp-path (list-model items :known ["ann"]))
      "#rng_seed=4&temperature=1&fast=1&new=0" #** screen)]
    (wait-for-end page)
    (assert-fine page)))


(defn [(pytest.mark.parametrize "screen" SCREENS)]
    test-the-page-of-scores-is-fine [browser tmp-path screen]
  (setv page (score-page (+ "abcdefghi" (* "long" 90)) (+ [#* (range 9)] (* [1 2 3 4] 90))
    :name (* "name" 90)))
  (with [page (open-page browser (save-score tmp-path page) #** screen)]
    (assert-fine page)
    (.click page.mouse #* (start-of page 2))
    (assert-fine page)))


(defn [(pytest.mark.parametrize "text" [(* "long" 40) "سلام دنیا" "一二三四五六" "👩‍👩‍👧é🇩🇪"])]
    test-no-text-is-wider-than-the-page [browser tmp-path text]
  (with [page (open-page browser (page-of tmp-path (halved-model :text text))
      (fragment :fast 1 :seed text))]
    (write-on page 300)
    (for [tab TABS
          width [1600 360]]
      (.set-viewport-size page {"width" width  "height" 700})
      (.click page tab)
      (assert (<= (overflow page) 0) tab))))


;; * Charts

(defn test-charts-follow-the-width-and-the-colors-of-the-screen [browser tmp-path]
  ;; That the test reads charts twice is something the browser has an opinion on.
  (with [page (open-page browser (saved tmp-path #("a.h5" (whole-model)))
      :may-say "willReadFrequently" #** (get SCREENS 0))]
    (charts-drawn page 3)
    (setv light (.evaluate page COLORS))
    (.emulate-media page :color-scheme "dark")
    (wait-until page f"{COLORS}[0] !== {(get light 0)}")
    (.set-viewport-size page {"width" 360  "height" 640})
    (wait-until page "document.querySelector('canvas').clientWidth < 340")))


(defn labels [page]
  "Return #(epochs rates), the numbers on the axes of the chart of learning rates."
  (charts-drawn page 3)
  (.evaluate page (+ "(window.drawn = [], Object.assign(CanvasRenderingContext2D.prototype, "
    "{fillText(text) { drawn.push([this.canvas.closest('.plot').id, this.textAlign, text]); }}))"))
  (.set-viewport-size page {"width" 700  "height" 640})
  (wait-until page "drawn.some(([id, align]) => id === 'plot-rate' && align === 'right')")
  (lfor
    side ["center" "right"]
    (lfor
      [id align text] (.evaluate page "drawn")
      :if (and (= id "plot-rate") (= align side))
      text)))


(defn [(pytest.mark.parametrize "epochs" [2 3 40])]
    test-epochs-on-an-axis-are-whole-and-a-small-rate-is-not-0 [browser tmp-path epochs]
  (setv model (whole-model epochs))
  (for [entry model.history] (setv (get entry "learning_rate") (/ 0.00008 (get entry "epoch"))))
  (with [page (open-page browser (saved tmp-path #("a.h5" model)) :may-say "willReadFrequently")]
    (setv [found rates] (labels page))
    (assert (and found (all (map str.isdigit found))))
    (assert (in "0.00008" rates))
    (assert (= (len rates) (len (set rates))))))


(defn test-a-chart-says-its-last-values-in-words-and-figures [browser tmp-path]
  (with [page (open-page browser (saved tmp-path #("a.h5" (whole-model)))
      :may-say "willReadFrequently")]
    (charts-drawn page 3)
    (setv plot (.locator page "#plot-loss"))
    (assert (in "validation1.058" (.join "" (.split (.inner-text plot)))))
    (assert (in "validation: loss in bits from" (.get-attribute plot "aria-label")))))
