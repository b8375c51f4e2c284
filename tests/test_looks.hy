"How pages look in a real browser: accessible, and as wide as the window."

(import
  pytest
  tests.browser [flaws fragment halved-model open-page overflow start-of violations wait-for-end
    write-on]
  tests.helpers [page-of]
  tests.test-list-page [list-model])

(setv
  SCREENS [
    {"color_scheme" "light"  "viewport" {"width" 1600  "height" 900}}
    {"color_scheme" "dark"  "viewport" {"width" 360  "height" 640}}]
  ITEMS (list (zip ["line" "paragraph"] SCREENS))
  TABS ["#tab-read" "#tab-cells" "#tab-about" "#tab-write"])


(defn test-the-page-to-play-is-fine-in-every-view [browser tmp-path]
  (setv models [(halved-model) (halved-model "9")])
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
    (assert (= [(violations page) (max 0 (overflow page))] [[] 0]))))


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
