"Reports in a real browser: what they draw, in light and dark, on a phone and on a wide screen."

(import
  pytest
  lstm-textgen.modelfile.checkpoint [load-checkpoint]
  lstm-textgen.pages.report [report-page]
  tests.browser [open-page overflow start-browser violations wait-until]
  tests.test-reportpage [list-model whole-model])

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
  (setv model (load-checkpoint (/ trained-once "model")))
  [ (saved (tmp-path-factory.mktemp "one") #("dog.h5" model))
    (saved (tmp-path-factory.mktemp "two") #("a.h5" model) #("b.h5" model))])


(defn saved [folder #* models]
  "Write the page about `models` to a file in `folder`; return its path."
  (setv path (/ folder "a.html"))
  (.write-text path (report-page models) :encoding "utf-8")
  path)


(defn ink [page]
  "Return how much each chart has drawn."
  (.evaluate page INK))


(defn [(pytest.mark.parametrize "screen" SCREENS)]
    test-every-chart-is-drawn-nothing-is-cut-off-and-all-is-accessible [browser pages screen]
  (for [path pages]
    (with [page (open-page browser path #** screen)]
      (wait-until page f"document.querySelectorAll('canvas').length === {CHARTS}")
      (.wait-for-timeout page 100)
      (assert (all (ink page)))
      (assert (= (overflow page) 0))
      (assert (= (violations page) [])))))


(defn test-charts-follow-the-width-and-the-colors-of-the-screen [browser pages]
  ;; That the test reads charts twice is something the browser has an opinion on.
  (with [page (open-page browser (get pages 0) :may-say "willReadFrequently" #** (get SCREENS 0))]
    (.wait-for-timeout page 100)
    (setv light (ink page))
    (.emulate-media page :color-scheme "dark")
    (.wait-for-timeout page 100)
    (assert (!= (ink page) light))
    (.set-viewport-size page {"width" 360  "height" 640})
    (wait-until page "document.querySelector('canvas').clientWidth < 340")))


(defn labels [page]
  "Return #(epochs rates), the numbers on the axes of the chart of learning rates by epoch."
  (.evaluate page (+ "(window.drawn = [], Object.assign(CanvasRenderingContext2D.prototype, "
    "{fillText(text) { drawn.push([this.canvas.closest('.plot').id, this.textAlign, text]); }}))"))
  (.set-viewport-size page {"width" 700  "height" 640})
  (wait-until page "drawn.length > 0")
  (.wait-for-timeout page 100)
  (lfor
    side ["center" "right"]
    (lfor
      [id align text] (.evaluate page "drawn")
      :if (and (= id "plot-learning-by-epoch") (= align side))
      text)))


(defn [(pytest.mark.parametrize "epochs" [2 3 40])]
    test-epochs-on-an-axis-are-whole [browser tmp-path epochs]
  (with [page (open-page browser (saved tmp-path #("a.h5" (whole-model epochs))))]
    (setv [found _] (labels page))
    (assert found)
    (assert (all (map str.isdigit found)))))


(defn test-a-small-learning-rate-is-not-0 [browser tmp-path]
  (setv model (whole-model))
  (for [entry model.history] (setv (get entry "learning_rate") (/ 0.00008 (get entry "epoch"))))
  (with [page (open-page browser (saved tmp-path #("a.h5" model)))]
    (setv [_ found] (labels page))
    (assert (in "0.00008" found))
    (assert (= (len found) (len (set found))))))


(defn test-legends-and-words-are-whole-on-a-phone [browser tmp-path]
  (setv models [#("a.h5" (whole-model 2)) #("b.h5" (whole-model 5)) #("c.h5" (whole-model 3))])
  (with [page (open-page browser (saved tmp-path #* models) #** (get SCREENS 1))]
    (.wait-for-timeout page 100)
    (for [legend (.all-inner-texts (.locator page ".u-legend"))] (assert (not-in "–" legend)))
    (assert (<= 80 (.evaluate page "document.querySelector('.scroll td').clientWidth")))
    (assert (= (violations page) []))
    (assert (= (overflow page) 0))))


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


(defn [(pytest.mark.parametrize "items" ["line" "paragraph"])]
    test-the-report-on-a-list-is-accessible-and-no-wider-than-a-phone [browser tmp-path items]
  (with [page (open-page browser (saved tmp-path #("a.h5" (list-model ["n"] :items items)))
      :viewport {"width" 360  "height" 640})]
    (.wait-for-timeout page 100)
    (assert (= (violations page) []))
    (assert (<= (overflow page) 0))))
