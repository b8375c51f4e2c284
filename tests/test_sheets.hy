"Sheets of the tab Together: each is kept in a place of its own, and nothing on one is lost."

(import
  tests.browser [flaws visit]
  tests.engines [open-firefox]
  tests.helpers [brief page-of]
  tests.test-together-page [SHARES a-model press sheet together type-in])

(setv
  pytestmark brief
  NAMES "#sheet-names option")


(defn test-the-sheet-is-kept-until-it-is-emptied [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "one two")
    (visit page)
    (.click page "#tab-together")
    (assert (= (sheet page) "one two"))
    (.click page "#sheet-forget")
    (visit page)
    (assert (= (sheet page) ""))))


(defn test-an-emptied-sheet-comes-back-by-undoing [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "one")
    (press page "1")
    (setv [text whose] [(sheet page) (.inner-text page SHARES)])
    (.click page "#sheet-forget")
    (assert (= (sheet page) ""))
    (press page "Control+z")
    (assert (= [(sheet page) (.inner-text page SHARES)] [text whose]))))


(defn test-two-tabs-never-replace-each-others-sheets [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "one from here")
    (setv other (.new-page page.context))
    (visit other page.url)
    (.click other "#tab-together")
    (assert (= (sheet other) "one from here"))
    (type-in other " and there")
    (assert (not (.is-visible page "#sheet-elsewhere")))
    (type-in page "!")
    (assert (in "Another tab" (.inner-text page "#sheet-elsewhere")))
    (setv names (.all-text-contents (.locator page NAMES)))
    (assert (= names ["one from here!" "one from here and there"]))
    (.select-option page "#sheet-names" :label "one from here and there")
    (assert (= (sheet page) "one from here and there"))
    (assert (= (flaws page) []))))


(defn test-what-cannot-be-stored-is-nobody-elses-change [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "one")
    (for [method ["setItem" "getItem"]]  ; it is full, and then forbidden
      (.evaluate page f"() => {{ Storage.prototype.{method} = () => {{ throw new Error(); }}; }}")
      (type-in page " two")
      (assert (not (.is-visible page "#sheet-elsewhere"))))
    (.click page "#sheet-new")
    (assert (= (sheet page) ""))))


(defn test-a-sheet-that-is-spoiled-leaves-the-others-whole [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "one")
    (.evaluate page "() => localStorage.setItem(`sheet ${location.pathname} x`, '{')")
    (visit page)
    (.click page "#tab-together")
    (assert (= (sheet page) "one"))))


(defn test-a-new-sheet-has-a-name-and-a-place [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "first")
    (.click page "#sheet-new")
    (assert (= (sheet page) ""))
    (type-in page "two?/")
    (with [download (.expect-download page)] (.click page "#sheet-save"))
    (assert (= download.value.suggested-filename "two--.txt"))
    (visit page)
    (.click page "#tab-together")
    (assert (= (sheet page) "two?/"))
    (.select-option page "#sheet-names" :label "first")
    (assert (= (sheet page) "first"))))


(defn test-firefox-empties-sheets-and-keeps-what-another-tab-wrote [tmp-path]
  (with [page (open-firefox tmp-path)]
    (.open page (page-of tmp-path (a-model)))
    (.wait-until page "!document.getElementById('unable')")
    (.click page "#tab-together")
    (.type-in page "#sheet" "mine")
    (.click page "#sheet-forget")
    (assert (= (.run page "document.getElementById('sheet').value") ""))
    (.run page "document.execCommand('undo')")
    (assert (= (.run page "document.getElementById('sheet').value") "mine"))
    (.run page (+ "localStorage.setItem(`sheet ${location.pathname}`, "
      "JSON.stringify({text: 'A', owners: '0'}))"))
    (.type-in page "#sheet" "!")  ; over "mine", which undoing has selected
    (.wait-until page "!document.getElementById('sheet-elsewhere').hidden")
    (assert (= ["!" "A"] (.run page
      f"[...document.querySelectorAll('{NAMES}')].map((each) => each.text)")))))
