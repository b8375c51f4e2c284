"What a page says of its model, in which language, and what it keeps over a reload."

(import
  json
  pytest
  lstm-textgen.pages [playground]
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.cells [NamedCell read-cells]
  tests.browser [WRITTEN fragment halved-model open-page start-of visit wait-for-end
    wait-for-text wait-until written]
  tests.helpers [page-of]
  tests.web [serve-files])

(setv
  PICKED "#alternatives li:nth-child(4) button"
  GERMAN {"locale" "de-AT"})


(defn said-on [page id]
  "Return the text of the element `id`, when there is any."
  (wait-until page f"document.getElementById('{id}').textContent !== ''")
  (.text-content page f"#{id}"))


;; * Languages

(defn test-a-page-speaks-the-browsers-language-and-another-if-asked [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)) #** GERMAN)]
    (assert (= (.inner-text page "#tab-cells") "Zellen"))
    (assert (= (.text-content page "#temperature-value") "1,0"))
    (.select-option page "#language" "fr")
    (assert (= (.inner-text page "#tab-cells") "Cellules"))
    (assert (= (.get-attribute page "html" "lang") "fr"))
    (visit page)
    (assert (= (.inner-text page "#tab-cells") "Cellules"))))


(defn test-a-language-that-the-page-lacks-is-english [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)) :locale "ja-JP")]
    (assert (= (.inner-text page "#tab-cells") "Cells"))))


;; * The title

(defn test-the-title-is-the-texts-and-a-sentence-says-what-the-program-does [browser tmp-path]
  (setv model (halved-model :title "nonsense"))
  (with [page (open-page browser (page-of tmp-path model))]
    (assert (= (said-on page "what") (+ "This machine has read 13 characters of nonsense. "
      "It guesses the next letter. Type a beginning.")))))


(defn [(pytest.mark.parametrize #("base" "there") [["tales:0f12" True] ["tales:unused" False]])]
    test-the-sentence-names-the-base-that-a-model-began-with [browser tmp-path base there]
  (with [page (open-page browser (page-of tmp-path (halved-model :base base)))]
    (setv words "Before that, it had learned what “tales” knows. It guesses")
    (assert (= (in words (said-on page "what")) there))))


(defn test-a-page-says-how-many-names-it-has [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model :names "Kowalski Mia")))]
    (assert (in "This file contains 2 names from the text" (said-on page "about-models")))))


(defn test-models-with-different-units-are-counted-apart [browser tmp-path]
  (setv
    models [(halved-model) (halved-model :unit "words")]
    path (page-of tmp-path #* models))
  (with [page (open-page browser path "#length=20&fast=1")]
    (wait-for-end page)
    (assert (= (.text-content page "#count") "20 characters and 20 words"))
    (assert (= (.inner-text page "#keys") (+ "Click a piece of a word to see what else it could "
      "have been. On the keyboard, use the arrow keys, then Enter.")))))


(defn test-touch-screens-are-not-told-of-arrow-keys [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)) :has-touch True
      :is-mobile True)]
    (assert (= (said-on page "keys") "Tap a character to see what else it could have been."))))


;; * Links and reloads

(defn altered-text [page]
  "Let the page write, pick another letter, continue; return the text."
  (wait-for-end page)
  (.click page.mouse #* (start-of page 9))
  (.click page PICKED)
  (wait-for-end page)
  (.click page "#on")
  (wait-for-end page)
  (written page))


(defn test-a-link-has-what-was-picked-and-what-continue-added [browser tmp-path]
  (setv path (page-of tmp-path (halved-model)))
  (with [page (open-page browser path "#seed=The&length=60&fast=1")]
    (setv text (altered-text page))
    (.click page "#link")
    (setv link (.evaluate page "location.hash")))
  (with [page (open-page browser path link)]
    (wait-for-text page text)
    (assert (= (written page) text))
    (assert (.is-checked page "#vary"))
    (.click page "#go")
    (wait-for-end page)
    (assert (!= (cut (written page) 63) (cut text 63)))))


(defn test-a-link-to-a-list-has-its-items [browser tmp-path]
  (setv
    model (halved-model :items "line" :longest-item 40 :median-item 4 :text "Ann Bea\n\nCy-Di\n")
    path (page-of tmp-path model))
  (with [page (open-page browser path "#fast=1")]
    (wait-for-end page)
    (.click page "#go")
    (wait-for-end page)
    (setv text (written page))
    (.click page "#link")
    (setv link (.evaluate page "location.hash")))
  (with [page (open-page browser path link)]
    (wait-for-text page text)
    (assert (= (.text-content page "#count") "20 items"))))


(defn test-a-damaged-link-does-no-harm [browser tmp-path]
  (setv
    model (halved-model)
    path (page-of tmp-path model)
    n (len model.vocabulary))
  (for [text ["[" "{}" "[]" #* (gfor
      [units entries] [[n []] [n [{}]] [n [{"seed" ""  "way" 9  "ids" "zz.-1.x"}]]
        [(+ n 1) [{"seed" ""  "way" 0  "ids" "1.2.3"}]]]
      (json.dumps [{"units" units  "entries" entries}]))]]
    (with [page (open-page browser path (fragment :written text :fast 1 :rng-seed 4))]
      (.click page "#go")
      (wait-for-end page)
      (assert (= (len (written page)) 400) text))))


(defn test-a-link-has-the-language-and-an-address-the-tab [browser tmp-path]
  (setv path (page-of tmp-path (halved-model)))
  (with [page (open-page browser path "#length=20&fast=1&language=de&tab=read")]
    (assert (.is-visible page "#read-own"))
    (assert (= (.inner-text page "#tab-cells") "Zellen"))
    (.click page "#tab-write")
    (wait-for-end page)
    (.click page "#link")
    (setv link (.evaluate page "location.hash"))
    (assert (.endswith link "&language=de&tab=write"))
    (.click page "#tab-teach")
    (assert (in "&language=de&tab=teach" (.evaluate page "location.hash")))))


(defn test-a-typed-seed-survives-a-reload [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)) "#length=60&fast=1")]
    (wait-for-end page)
    (.fill page "#seed" "The cat")
    (wait-until page "history.state?.kept?.startsWith('seed=The%20cat')")
    (visit page)
    (wait-for-end page)
    (assert (= (.input-value page "#seed") "The cat"))
    (assert (.startswith (written page) "The cat"))))


(defn test-over-plain-http-text-and-link-are-shown-selected [browser tmp-path]
  (page-of tmp-path (halved-model))
  (with [server (serve-files tmp-path)  page (.new-page browser)]
    (visit page (+ (.replace server.url "127.0.0.1" "teacher.localhost") "/page.html#fast=1"))
    (.evaluate page "Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    (wait-for-end page)
    (for [[id text] [["copy" (written page)] ["link" page.url]]]
      (.click page f"#{id}")
      (wait-until page "!document.getElementById('taken').hidden")
      (setv selected (.evaluate page "getSelection().toString()"))
      (assert (= selected (if (= id "link") page.url text))))))


;; * Texts that the model reads

(defn test-a-text-is-shaded-by-how-it-surprises-each-model [browser tmp-path]
  (setv models [(halved-model :odds {"T" 1e6}) (halved-model :odds {"d" 1e6})])
  (with [page (open-page browser (page-of tmp-path #* models))]
    (.click page "#tab-read")
    (.fill page "#read-own" "dTd☃")
    (.wait-for-selector page "#read-texts .text")
    (setv shades (.evaluate page (+ "[...document.querySelectorAll('#read-texts .text')].map("
      "(text) => [...text.querySelectorAll('i')].map((i) => [i.textContent, i.className]))")))
    (assert (= shades [
      [["d" "s8"] ["T" ""] ["d" "s8"] ["☃" "unknown"]]
      [["d" ""] ["T" "s8"] ["d" ""] ["☃" "unknown"]]]))))


(defn test-a-list-s-items-are-read-whole-as-the-program-scores-them [browser tmp-path]
  (setv
    model (halved-model :items "line" :text "Tyra\n" :longest-item 9 :long-item 9 :median-item 4)
    [total #* _] (.score (TextModel model) "Tyra"))
  (with [page (open-page browser (page-of tmp-path model))]
    (.click page "#tab-read")
    (.fill page "#read-own" " \nTyra")
    (.wait-for-selector page "#read-texts .text")
    (assert (= (.text-content page "#read-texts .text") "Tyra\n"))
    (assert (in f"{total.bits :.1f} bits" (.text-content page "#read-texts")))))


(defn test-an-arabic-seed-leaves-english-running-left-to-right [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)) "#seed=سلام&fast=1")]
    (wait-for-end page)
    (assert (.evaluate page f"document.querySelector('{WRITTEN}').matches(':dir(ltr)')"))))


(defn test-color-means-that-a-cells-feature-is-there [browser tmp-path monkeypatch]
  (.setattr monkeypatch playground "find_cells"
    (fn [#* _] [(NamedCell :layer 0 :cell 4 :name "upper case" :correlation -0.9)]))
  (setv
    model (halved-model)
    [_ [activations]] (read-cells model "The"))
  (with [page (open-page browser (page-of tmp-path model) "#fast=1")]
    (.click page "#tab-cells")
    (.fill page "#own" "The")
    (wait-until page "document.getElementById('cells-text').textContent === 'The'")
    (assert (= (.text-content page "#cells-list .odds") "strong"))
    (.press page "#cells-text" "Home")
    (assert (< (abs (+ (float (.text-content page "#cells-value")) (get activations 0 4))) 0.01))))


(defn test-the-text-to-try-has-quotation-marks-that-the-model-knows [browser tmp-path]
  (setv model (halved-model :text "„Ja“, sagte er.\n"))
  (with [page (open-page browser (page-of tmp-path model) "#fast=1")]
    (.click page "#tab-cells")
    (.click page "#cells-try")
    (assert (in "„I will wait here until the ship comes back,“" (.input-value page "#own")))))
