"The page of shaded text: what it holds, and how a browser shows it."

(import
  json
  math
  numpy :as np
  lstm-textgen.basics.terminal [visible]
  lstm-textgen.pages.score [SHADED Page]
  lstm-textgen.text.vocabulary [build-vocabulary]
  lstm-textgen.writing.scoring [Score Stretch surprises]
  tests.browser [open-page start-of WRITTEN]
  tests.helpers [block-of small-model])

(setv
  HOSTILE (+ "</script><script>document.title='x'</script><!-- & \"'</pre> $unit ${x}"
    "\u2028\u202e\x1b"))


(defn page-of [units bits [unit "characters"] [name "a text"]]
  "Return the page of one text: its `units` and the surprise of each in bits."
  (setv page (Page (build-vocabulary (.join "" units) unit)))
  (add-text page name units bits)
  page)


(defn add-text [page name units bits [summary "3 bits"]]
  (setv n (len units))
  (.add page (Stretch units (* (np.array bits float) (math.log 2)) (Score)
    #((np.zeros #(n 1) int) (np.full #(n 1) 0.5))))
  (.end page name summary))


(defn save [folder page]
  "Write `page` to a file in `folder`; return its path."
  (setv path (/ folder "page.html"))
  (.write-text path page.text :encoding "utf-8")
  path)


(defn runs-on [page]
  "Return #(shade text) of each run of units that a browser's `page` shows."
  (lfor
    [shade text] (.evaluate page (+
      "Array.from(document.querySelector('" WRITTEN " span').childNodes,"
      "(run) => [run.className ?? '', run.textContent])"))
    #(shade text)))


;; * What it holds

(defn test-a-page-has-room-for-so-many-units-and-says-what-it-left-out []
  (setv
    room (- SHADED 10)
    page (page-of (* "a" room) (* [1] room)))
  (add-text page "another" (* "b" 30) (* [1] 30) "all of it")
  (setv [first second] (get (json.loads (block-of page.text "scores")) "texts"))
  (assert (= [(len (get first "units")) (len (get second "units"))] [room 10]))
  (assert (= (get second "summary")
    "all of it; the last 20 are not shown: a page holds at most 100,000")))


(defn test-a-page-has-at-most-31-bytes-for-each-character-and-its-alternatives []
  (setv
    model (small-model)
    page (Page model.vocabulary)
    text (* "hello, world\n" 2000))
  (for [stretch (surprises model [text] 5)] (.add page stretch))
  (.end page "a text" "")
  (assert (< (len page.text) (+ 60_000 (* 31 (len text))))))


;; * What a browser shows

(defn test-each-run-of-characters-has-its-shade [browser tmp-path]
  (setv path (save tmp-path (page-of "aé\n☃bcde" [0.25 7.5 30 np.nan 1.1 1.9 2 np.inf])))
  (with [page (open-page browser path)]
    (assert (= (runs-on page) [#("" "a") #("s7" "é") #("break" "↵\n")
      #("unknown" "☃") #("s1" "bc") #("s2" "d") #("s8" "e")]))))


(defn test-the-sign-for-a-line-break-is-fainter-than-the-text [browser tmp-path]
  (with [page (open-page browser (save tmp-path (page-of "a\n" [0.5 9])))]
    (setv [letter sign] (.evaluate page (+ "[...document.querySelectorAll('" WRITTEN " i')]"
      ".map((run) => getComputedStyle(run).color)")))
    (assert (!= letter sign))))


(defn test-texts-and-their-sums-are-shown-in-order-as-they-are [browser tmp-path]
  (setv page (page-of HOSTILE (* [1] (len HOSTILE)) :name HOSTILE))
  (add-text page "<b>" "a" [1] "<4 bits>")
  (with [page (open-page browser (save tmp-path page))]
    (for [[what shown] [
        [WRITTEN [(visible HOSTILE) "a"]]  ["#texts h2" [HOSTILE "<b>"]]
        ["#texts p" ["3 bits" "<4 bits>"]]]]
      (assert (= (.all-text-contents (.locator page what)) shown)))
    (assert (= (.title page) "How surprising is this text?"))))


(defn test-a-click-shows-what-the-model-would-rather-have-read [browser tmp-path]
  (setv
    model (small-model :text "abc" :odds {"b" 3})
    page (Page model.vocabulary))
  (for [stretch (surprises model ["abcab"] 5)] (.add page stretch))
  (.end page "a text" "")
  (with [page (open-page browser (save tmp-path page))]
    (.click page.mouse #* (start-of page 2))
    (setv shown (.all-text-contents (.locator page "#alternatives li")))
    (assert (= (get shown 0) "b60%"))
    (assert (= (sorted (cut shown 1 None)) ["a20%" "c20%"]))))
