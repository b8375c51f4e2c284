"A page by a model of items, in a real browser: it writes a list, of new ones if so wanted."

(import
  re
  pytest
  lstm-textgen.pages [playground :as module]
  lstm-textgen.text.items [ENDS KnownItems fingerprint-of fingerprints]
  tests.browser [WRITTEN fragment halved-model open-more open-page wait-for-end wait-until]
  tests.helpers [page-of write-many])

(setv
  ITEM f"{WRITTEN} .item"
  LONGEST 40)  ; units, of the items that the models are told to have learned


(defn list-model [[items "line"] [known []] #** options]
  "Make a model with random weights that writes items, and has learned those that are `known`."
  (setv model (halved-model #** {
    "items" items  "longest_item" LONGEST  "median_item" 4  "text" "Ann Bea\n\nCy-Di\n"
    #** options}))
  (setv model.items (fingerprints known))
  model)


(defn shown [page]
  (lfor item (.all-text-contents (.locator page ITEM)) (.rstrip item)))


(defn opened [browser folder model #** settings]
  (open-page browser (page-of folder model)
    (fragment #** {"rng_seed" 4  "temperature" 1  "fast" 1 #** settings})
    :permissions ["clipboard-read" "clipboard-write"]))


(defn copied [page]
  (.click page "#copy")
  (wait-until page "document.getElementById('told').textContent === 'List copied'")
  (.evaluate page "navigator.clipboard.readText()"))


;; * What is written

(defn distinct [items]
  (= (len (set (map fingerprint-of items))) (len items)))


(defn whole? [item seed ends]
  "Return whether `item` begins with `seed`, and ends with one of `ends` unless it was cut."
  (and item (.startswith item seed) (or
    (in (get item -1) (or ends item))
    (= item (.strip seed))
    (>= (len item) (* 4 LONGEST)))))


(defn [(pytest.mark.parametrize #("options" "seed") [
    #({} "")
    #({"item_ends" "ai"} "")
    #({"items" "paragraph"} "")
    #({"unit" "words"} "Ann ")
    #({"unit" "pieces"  "text" (* "Anna Anne Bea\n" 9)  "max_words" 30  "item_ends" "a"} "Ann")])]
    test-a-page-writes-ten-items-and-ten-more [browser tmp-path options seed]
  (setv model (list-model #** options))
  (with [page (opened browser tmp-path model :seed seed)]
    (wait-for-end page)
    (setv first (shown page))
    (.click page "text=Ten more")
    (wait-for-end page)
    (setv items (shown page))
    (assert (= [(len first) (len items) (cut items 10)] [10 20 first]))
    (assert (distinct items))
    (for [item items] (assert (whole? item seed model.facts.item-ends) item))
    (assert (= (.text-content page "#count") "20 items"))
    (assert (= (copied page) (+ (.join (get ENDS model.settings.items) items) "\n")))))


(defn test-the-coldest-item-is-the-one-that-the-command-line-draws [browser tmp-path]
  (setv
    model (list-model)
    [item] (write-many model ["An"] 1 :temperature 0 :warn (fn [line] None)))
  (with [page (opened browser tmp-path model :temperature 0 :seed "An")]
    (wait-for-end page)
    (assert (= (shown page) [(.rstrip (+ "An" item))]))
    (assert (in "100 attempts in a row gave nothing new" (.text-content page "#note")))))


(defn items-of [browser folder model #** settings]
  "Return #(items known): those that a page of `model` shows at first, and which it marks."
  (with [page (opened browser folder model #** settings)]
    (wait-for-end page)
    #((shown page) (.all-text-contents (.locator page ".known")))))


(defn test-known-items-are-left-out-or-marked [browser tmp-path]
  (setv
    [drawn _] (items-of browser tmp-path (list-model) :new 0)
    model (list-model :known [(.upper (get drawn 0)) (get drawn 3)])
    old (KnownItems model.items)
    [new _] (items-of browser tmp-path model))
  (assert (distinct new))
  (assert (not (any (gfor item new (in item old)))))
  (setv
    [cold _] (items-of browser tmp-path (list-model) :new 0 :temperature 0)
    model (list-model :known [(.upper (get cold 0))]))
  (setv [items marked] (items-of browser tmp-path model :new 0 :temperature 0))
  (assert (= items (lfor each marked (.rstrip each)) cold)))


(defn test-too-many-known-items-stay-off-the-page [browser tmp-path monkeypatch]
  (setv model (list-model :known ["Ann" "Bea"]))
  (for [[most words] [[2 "Only new items"] [1 "No item twice"]]]
    (.setattr monkeypatch module "MOST_HELD" most)
    (with [page (opened browser tmp-path model)]
      (assert (.startswith (.text-content page "label[for=new]") words)))))


(defn test-an-item-without-an-end-is-cut-at-four-times-the-longest [browser tmp-path]
  (setv model (list-model :odds {"a" 1e20}))
  (with [page (opened browser tmp-path model)]
    (wait-for-end page)
    (assert (= (shown page) [(* "a" 4 LONGEST)]))
    (assert (= (.count (.locator page ".cut")) 1)))
  (with [page (opened browser tmp-path model :length 20)]
    (wait-for-end page)
    (assert (= (shown page) [(* "a" 20)]))))


(defn test-an-item-with-another-number-of-lines-is-drawn-again [browser tmp-path]
  (setv model (list-model "paragraph" :item-lines 2 :odds {"\n" 20}))
  (with [page (opened browser tmp-path model)]
    (wait-for-end page)
    (assert (= (lfor item (shown page) (.count item "\n")) (* [1] 10)))))


(defn test-all-of-an-item-matches-the-pattern [browser tmp-path]
  (setv pattern "[^-]*n.{0,3}|B.*")
  (with [page (opened browser tmp-path (list-model) :pattern pattern)]
    (wait-for-end page)
    (setv items (shown page))
    (assert (= (len items) 10))
    (for [item items] (assert (re.fullmatch pattern item) item))
    (open-more page)
    (.fill page "#pattern" "(")
    (.click page "#go")
    (assert (= (.inner-text page "#pattern-note") "This isn’t a valid pattern."))
    (assert (= (shown page) items))))


(defn test-an-impossible-patterns-message-stands-by-its-field [browser tmp-path]
  (with [page (opened browser tmp-path (list-model) :pattern "☃")]
    (wait-for-end page)
    (setv message (.inner-text page "p:has(#pattern) strong"))
    (assert (.startswith message "1,000 attempts in a row didn’t match"))
    (assert (not-in "temperature" message))
    (assert (.is-hidden page "#note"))))


(defn test-fields-make-the-pattern [browser tmp-path]
  (with [page (opened browser tmp-path (list-model))]
    (open-more page)
    (for [[id text pattern] [
        ["most" "9" ".{1,9}"]
        ["contains" "n-?" "(?=.{1,9}$).*n-\\?.*"]
        ["most" "" ".*n-\\?.*"]]]
      (.fill page f"#{id}" text)
      (assert (= (.input-value page "#pattern") pattern)))))


;; * What is done with it

(defn test-what-was-written-stays-until-it-is-cleared [browser tmp-path]
  (with [page (opened browser tmp-path (list-model))]
    (wait-for-end page)
    (setv first (shown page))
    (.fill page "#seed" "Be")
    (.press page "#seed" "Enter")
    (wait-for-end page)
    (setv both (shown page))
    (assert (= (cut both 10) first))
    (assert (all (gfor item (cut both 10 None) (.startswith item "Be"))))
    (.click page "text=Clear")
    (assert (= (shown page) []))
    (assert (= (.text-content page "#go") "Write"))))


(defn test-another-letter-rewrites-its-item-alone [browser tmp-path]
  (with [page (opened browser tmp-path (list-model))]
    (wait-for-end page)
    (setv before (shown page))
    (.focus page WRITTEN)
    (.press page.keyboard "Home")
    (for [_ (range (+ (len (get before 0)) 1))] (.press page.keyboard "ArrowRight"))
    (.press page.keyboard "Enter")
    (setv other (.inner-text page "#alternatives li:nth-child(2) .unit"))
    (.press page.keyboard "2")
    (wait-for-end page)
    (setv [first changed #* rest] (shown page))
    (assert (= [first #* rest] [(get before 0) #* (cut before 2 None)]))
    (assert (.startswith changed (+ (get before 1 0) other)))))
