"The report on a model of a list: what it says of the items."

(import
  re
  pytest
  lstm-textgen.pages.report [report-page]
  lstm-textgen.text.items [fingerprints]
  tests.browser [open-page overflow start-browser violations]
  tests.test-reportpage [text-of whole-model])

(setv browser (pytest.fixture start-browser :scope "module"))


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


(defn [(pytest.mark.parametrize "items" ["line" "paragraph"])]
    test-the-report-is-accessible-and-no-wider-than-a-phone [browser tmp-path items]
  (setv path (/ tmp-path "a.html"))
  (.write-text path :encoding "utf-8" (report-page [#("a.h5" (list-model ["n"] :items items))]))
  (with [page (open-page browser path :viewport {"width" 360  "height" 640})]
    (.wait-for-timeout page 100)
    (assert (= (violations page) []))
    (assert (<= (overflow page) 0))))
