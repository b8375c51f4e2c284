"A page by a model of items, in a real browser: it writes a list, of new ones if so wanted."

(import
  pytest
  lstm-textgen.pages [playground :as module]
  lstm-textgen.pages.assembly [join-modules]
  lstm-textgen.text.items [ENDS KnownItems fingerprint-of fingerprints]
  lstm-textgen.writing.writer [usual-options]
  tests.browser [WRITTEN fragment halved-model open-page overflow page-of start-browser violations
    wait-for-end wait-until]
  tests.helpers [write-many])

(setv
  browser (pytest.fixture start-browser :scope "module")
  ITEM f"{WRITTEN} .item"
  LONGEST 40  ; units, of the items that the models are told to have learned
  ;; Texts whose fingerprints would differ if the browser did anything in another way.
  TRICKY ["" " Anna  B\tc\n" "ΑΣ" "straße" "ẞ" "Işık İ" "ﬁn ſ µ" "a\x1cb\x85c" "a\ufeffb"
    "a\u3000b" "😀 𐐀" "e\u0301" (* "a" 127) (* "a" 128) (* "a" 129) (* "long words " 60)])


(defn list-model [[items "line"] [known []] #** options]
  "Make a model with random weights that writes items, and has learned those that are `known`."
  (setv model (halved-model #** {
    "items" items  "longest_item" LONGEST  "median_item" 4  "text" "Ann Bea\n\nCy-Di\n"
    #** options}))
  (setv model.items (fingerprints known))
  model)


(defn items-by [model [seed ""] [count 30] [temperature 1]]
  "Return the first `count` items that `model` draws with random seed 4, and their repeats."
  (setv texts (write-many model [seed] count (usual-options model temperature) :rng-seed 4
    :warn (fn [line] None)))  ; some are cut
  (lfor text texts :setv item (.rstrip (+ seed text)) :if item item))


(defn new-among [items [known []]]
  "Return those of `items` that are neither `known` nor repeat another."
  (setv
    seen (KnownItems (fingerprints known))
    new [])
  (for [item items :if (not-in item seen)]
    (.append new item)
    (.add seen item))
  new)


(defn shown [page]
  "Return the items on the page."
  (lfor item (.all-text-contents (.locator page ITEM)) (.rstrip item)))


(defn opened [browser folder model #** settings]
  "Return an open page by `model` with these `settings`, as `open-page` does."
  (open-page browser (page-of folder model)
    (fragment #** {"rng_seed" 4  "temperature" 1  "fast" 1 #** settings})
    :permissions ["clipboard-read" "clipboard-write"]))


(defn copied [page]
  "Return what the button Copy copies."
  (.click page "#copy")
  (wait-until page "document.getElementById('told').textContent === 'List copied'")
  (.evaluate page "navigator.clipboard.readText()"))


;; * What is written

(defn [(pytest.mark.parametrize #("options" "seed") [
    #({} "")
    #({"item_ends" "ai"} "")
    #({"items" "paragraph"} "")
    #({} "An")
    #({"unit" "words"} "Ann ")
    #({"unit" "pieces"  "text" (* "Anna Anne Bea\n" 9)  "max_words" 30  "item_ends" "a"} "Ann")])]
    test-the-page-writes-the-items-that-the-command-line-draws [browser tmp-path options seed]
  (setv
    model (list-model #** options)
    expected (cut (new-among (items-by model seed)) 20))
  (with [page (opened browser tmp-path model :seed seed)]
    (wait-for-end page)
    (assert (= (shown page) (cut expected 10)))
    (.click page "text=Ten more")
    (wait-for-end page)
    (assert (= (shown page) expected))
    (assert (= (.text-content page "#count") "20 items"))
    (assert (= (copied page)
      (+ (.join (get ENDS model.settings.items) expected) "\n")))))


(defn test-known-items-are-left-out-or-marked [browser tmp-path]
  (setv
    drawn (items-by (list-model))
    known [(.upper (get drawn 0)) (get drawn 3)]
    model (list-model :known known))
  (with [page (opened browser tmp-path model)]
    (wait-for-end page)
    (assert (= (shown page) (cut (new-among drawn known) 10))))
  (with [page (opened browser tmp-path model :new 0)]
    (wait-for-end page)
    (assert (= (shown page) (cut drawn 10)))
    (assert (<= (set (.all-text-contents (.locator page ".known")))
      (sfor item drawn :if (in item (KnownItems model.items)) item)))
    (assert (.count (.locator page ".known")))))


(defn test-a-list-known-by-heart-is-not-searched-for-ever [browser tmp-path]
  (setv
    model (list-model)
    model.items (fingerprints (items-by model :temperature 0 :count 1)))
  (with [page (opened browser tmp-path model :temperature 0)]
    (wait-for-end page)
    (assert (in "100 items in a row were in its list" (.text-content page "#note")))
    (assert (= (shown page) []))))


(defn test-too-many-known-items-stay-off-the-page [browser tmp-path monkeypatch]
  (setv model (list-model :known ["Ann" "Bea"]))
  (for [[most words] [[2 "Only new ones"] [1 "No repeats"]]]
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


(defn test-the-browser-takes-the-same-fingerprints [browser]
  (setv page (.new-page browser))
  (assert (= (lfor text TRICKY (int.from-bytes (fingerprint-of text)))
    (.evaluate page (+ "(texts) => {"
        (join-modules ["binary.js" "units.js" "fingerprint.js"])
        "return texts.map(fingerprintOf);}")
      TRICKY))))


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


(defn test-a-list-that-is-stopped-goes-on-as-if-it-had-not [browser tmp-path]
  (setv expected (new-among (items-by (list-model))))
  (with [page (open-page browser (page-of tmp-path (list-model)) "#rng_seed=4&temperature=1")]
    (wait-until page f"document.querySelectorAll('{ITEM}').length > 2")
    (.press page.keyboard "Escape")
    (setv before (len (shown page)))
    (assert (< before 10))
    (.click page "#go")
    (wait-for-end page)
    (assert (= (shown page) (cut expected (+ before 10))))))


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


(defn test-the-cells-read-the-list [browser tmp-path]
  (with [page (opened browser tmp-path (list-model))]
    (wait-for-end page)
    (setv items (shown page))
    (.click page "#tab-cells")
    (wait-until page "document.querySelector('#cells-text').textContent !== ''")
    (assert (= (.splitlines (.text-content page "#cells-text")) items))))


;; * How it looks

(defn [(pytest.mark.parametrize "items" ["line" "paragraph"])]
    test-a-list-is-accessible-and-no-wider-than-a-phone [browser tmp-path items]
  (setv model (list-model items :known (items-by (list-model items) :count 3)))
  (with [page (open-page browser (page-of tmp-path model) "#rng_seed=4&temperature=1&fast=1&new=0"
      :viewport {"width" 360  "height" 640})]
    (wait-for-end page)
    (assert (= (violations page) []))
    (assert (<= (overflow page) 0))))
