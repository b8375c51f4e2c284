"The playground page in a real browser: its appearance and its permissions."

(import
  time
  lstm-textgen.basics.terminal [visible]
  lstm-textgen.pages.assembly [phrases]
  lstm-textgen.textmodel [TextModel]
  lstm-textgen.writing.cells [read-cells]
  tests.browser [WRITTEN alternatives-on fragment halved-model open-more open-page
    start-of visit wait-for-end wait-for-text wait-for-units wait-until write-on written]
  tests.helpers [page-of])

(setv
  ;; A vocabulary that would be markup, or turn the page round, if it weren't text.
  HOSTILE (+ "</script><script>document.title='x'</script><!-- --><img src=x onerror=alert(1)>"
    "&\"'`\u2028\u2029\u202e\x00\x1b\x07é☃"))


;; * How sure it was

(defn likeliest [model text]
  "Return the five units that are likeliest after `text`, the best first."
  (cut (get (.next-unit (TextModel model) text) 0) 5))


(defn test-a-click-shows-the-likeliest-and-picking-one-continues-there [browser tmp-path]
  (setv model (halved-model))
  (with [page (open-page browser (page-of tmp-path model) "#seed=The&temperature=0&fast=1")]
    (write-on page 100)
    (setv before (cut (written page) 20))
    (.click page.mouse #* (start-of page 20))
    (setv best (likeliest model before))
    (assert (= (get (alternatives-on page) 0) best))
    (.click page "#alternatives li:nth-child(3) button")
    (wait-for-text page
      (.generate (TextModel model) (+ before (get best 2)) :length 30 :temperature 0))))


(defn press [page #* keys]
  (for [key keys] (.press page.keyboard key)))


(defn focused [page]
  (.evaluate page "document.activeElement.getAttribute('role') ?? document.activeElement.id"))


(defn test-everything-works-with-the-keyboard-alone [browser tmp-path]
  (setv model (halved-model))
  (with [page (open-page browser (page-of tmp-path model) "#temperature=0&fast=1")]
    (press page #* (* ["Tab"] 4) "T" "h" "e" "Enter")  ; past tabs, type and language, to the seed
    (wait-for-units page 50)
    (press page "Escape" #* (* ["Tab"] 5))  ; past the buttons, the slider and More
    (assert (= (focused page) "textbox"))
    (press page "Home" "ArrowRight")
    (assert (in "%" (.text-content page "#spoken")))
    (press page "Enter" "2")
    (wait-for-text page (+ "The" (get (likeliest model "The") 1)))
    (assert (= (focused page) "textbox"))))


(defn test-the-live-region-does-not-chatter [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)) "#length=600&fast=1")]
    (wait-for-end page)
    (.evaluate page (+ "(window.heard = [], new MutationObserver(() => "
      "heard.push(document.getElementById('spoken').textContent)).observe("
      "document.getElementById('spoken'), {childList: true}))"))
    (write-on page 500)
    (setv [first last] (.evaluate page "heard"))
    (assert (= first "It is writing."))
    (assert (.startswith last "It stopped after "))))


(defn test-an-address-that-is-pasted-into-an-open-page-is-followed [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)) "#fast=1&length=50")]
    (wait-for-end page)
    (.evaluate page "location.hash = 'seed=The cat&fast=1&length=50'")
    (wait-for-text page "The cat")
    (wait-for-end page)
    (setv text (written page))
    (.evaluate page "location.hash = 'about'")  ; a tab alone leaves the text
    (wait-until page "!document.getElementById('about').hidden")
    (assert (= (written page) text))))


;; * Cells

(defn open-cells [page]
  (.click page "#tab-cells")
  (wait-until page "document.getElementById('cells-what').textContent"))


(defn test-a-text-is-shaded-by-a-cells-activation [browser tmp-path]
  (setv
    model (halved-model "9,7")
    [_ activations] (read-cells model "The dog"))
  (with [page (open-page browser (page-of tmp-path model))]
    (open-cells page)
    (.fill page "#own" "The dog")
    (.click page "#cells details summary")
    (.select-option page "#layer" "1")
    (.fill page "#cell" "4")
    (.focus page "#cells-text")
    (wait-until page "document.querySelector('#cells-text').textContent === 'The dog'")
    (for [[n key] (enumerate ["Home" #* (* ["ArrowRight"] 6)])]
      (.press page.keyboard key)
      (setv shown (float (.text-content page "#cells-value")))
      (assert (< (abs (- shown (get activations 1 n 4))) 0.01)))
    (assert (= (.text-content page "#cells-text") "The dog"))))


(defn test-named-cells-are-offered-first [browser tmp-path]
  (setv model (halved-model :rng-seed 2))
  (setv cells (. (.cells (TextModel model) "") named))
  (with [page (open-page browser (page-of tmp-path model))]
    (open-cells page)
    (setv names (.all-text-contents (.locator page "#cells-list .unit")))
    (assert (= names (lfor each cells
      (get (phrases) f"feature.{(.replace each.name " " "-")}" "en"))))
    (setv [pressed] (.all-text-contents (.locator page "#cells-list [aria-pressed=true] .unit")))
    (assert (= (.text-content page "#cells-what") f"Colored: {pressed}"))))


(defn test-a-page-repeats-no-passage [browser tmp-path]
  (setv model (halved-model :odds {"T" 90  "h" 90}))
  (with [page (open-page browser (page-of tmp-path model) (fragment
      #** {"no_repeat" 7  "length" 400  "temperature" 0.5  "fast" 1}))]
    (wait-for-end page)
    (setv text (written page)))
  (assert (= (len (sfor n (range 394) (cut text n (+ n 7)))) 394)))


;; * Taking it along

(defn test-a-link-restores-the-settings [browser tmp-path]
  (setv
    path (page-of tmp-path (halved-model))
    given {"seed" "The & cat=50%+\n"  "temperature" "1.2"  "min-p" "0.15"  "length" "120"})
  (with [page (open-page browser path "#fast=1")]
    (open-more page)
    (for [[id value] (.items given)] (.fill page f"#{id}" value))
    (write-on page 100)
    (.click page "#link")
    (setv [link text] [(.evaluate page "location.hash") (written page)]))
  (with [page (open-page browser path link)]
    (assert (= given (dfor id given id (.input-value page f"#{id}"))))
    (wait-for-end page)
    (assert (.startswith (written page) text))))


(defn test-a-text-is-saved-and-copied-as-it-is [browser tmp-path]
  (setv
    path (page-of tmp-path (halved-model :text (+ HOSTILE "abc")))
    rights {"permissions" ["clipboard-read" "clipboard-write"]})
  (with [page (open-page browser path "#seed=abc&fast=1" #** rights)]
    (write-on page 100)
    (with [download (.expect-download page)] (.click page "#save"))
    (setv saved (.decode (.read-bytes (.path download.value))))
    (assert (= (visible saved) (written page)))
    (.click page "#copy")
    (wait-until page "document.getElementById('told').textContent === 'Text copied'")
    (assert (= (.evaluate page "navigator.clipboard.readText()") saved))))


;; * Safety

(defn test-a-hostile-vocabulary-does-nothing [browser tmp-path]
  (setv model (halved-model :text HOSTILE))
  (with [page (open-page browser (page-of tmp-path model) (fragment
      :fast 1 :seed HOSTILE :rng-seed 4))]
    (setv elements (.evaluate page "document.querySelectorAll('script, img').length"))
    (write-on page 300)
    (.click page.mouse #* (start-of page (+ 5 (len (visible HOSTILE)))))
    (.press page.keyboard "Escape")
    (.click page "#tab-cells")
    (assert (= (.title page) "Write with model 0"))
    (assert (= (.evaluate page "document.querySelectorAll('script, img').length") elements))
    (assert (.startswith (written page) (visible HOSTILE)))
    (assert (not-in "\u202e" (written page)))))


(defn test-the-policy-lets-nothing-else-run [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)) :may-say "violates")]
    (.evaluate page (+ "(() => { const script = document.createElement('script');"
      "script.textContent = 'window.harm = 1'; document.body.append(script);"
      "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>'); })()"))
    (assert (= (.evaluate page "[window.harm, document.querySelector('p[style]').style.color]")
      [None ""]))
    (assert (= "refused" (.evaluate page
      "fetch('data:,x').then(() => 'done', () => 'refused')")))))


;; * How it looks

(defn test-the-seed-has-room-for-all-its-lines-even-on-a-phone [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model))
      :viewport {"width" 320  "height" 640})]
    (setv heights [])
    (for [seed ["" "one" "one\ntwo"]]
      (.fill page "#seed" seed)
      (setv [content field] (.evaluate page
        "[seed.scrollHeight, seed.clientHeight]"))
      (assert (<= content field))
      (.append heights content))
    (assert (= (get heights 0) (get heights 1)))))


(defn test-large-type-is-remembered [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model))
      :viewport {"width" 1920  "height" 1080})]
    (.click page "#large")
    (visit page)
    (assert (= (.evaluate page "getComputedStyle(document.body).fontSize") "28.8px"))))


(defn test-fingers-have-room-on-every-tab [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model))
      :has-touch True :is-mobile True)]
    (for [tab (.all (.locator page "[role=tab]"))]
      (.click tab)
      (setv heights (.evaluate page (+ "[...document.querySelectorAll('button, summary, select')]"
        ".map(({offsetHeight}) => offsetHeight).filter((height) => height > 0)")))
      (assert (>= (min heights) 44)))))


(defn test-paper-has-the-text-without-controls [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (halved-model)) "#fast=1&length=50")]
    (wait-for-end page)
    (.emulate-media page :media "print" :color-scheme "dark")
    (assert (.is-visible page WRITTEN))
    (assert (= (.count (.locator page ":is(button, input, textarea, select):visible")) 0))
    (assert (= (.evaluate page "getComputedStyle(document.body).color") "rgb(0, 0, 0)"))))


(defn test-the-page-says-what-its-model-learned [browser tmp-path]
  (setv model (halved-model))
  (with [page (open-page browser (page-of tmp-path model))]
    (.click page "#tab-about")
    (assert (in (+ "This machine has read 13 characters of text. It read the whole text once. The "
        "part of the text that was hidden from it surprises it by 3.25 bits per character: as if "
        "it had to pick each character from 9.5 equally likely ones.")
      (.inner-text page "#about")))
    (assert (= (.count (.locator page "#about .chart")) 0)))
  (setv
    model.history (* 2 model.history)
    (get model.history 1 "validation_loss") 0.01)
  (with [page (open-page browser (page-of tmp-path model))]
    (.click page "#tab-about")
    (assert (= (.count (.locator page "#about .chart")) 1))
    (assert (in "from 1.0 equally likely ones." (.inner-text page "#about")))))


(defn test-a-browser-that-cannot-run-the-page-shows-why-and-nothing-else [browser tmp-path]
  (setv
    path (page-of tmp-path (halved-model))
    pages (lfor scripts [True True False] (.new-page browser :java-script-enabled scripts)))
  (for [[page missing] (zip pages ["window.DecompressionStream" "HTMLElement.prototype.popover"])]
    (.add-init-script page f"delete {missing}"))
  (for [page pages]
    (setv begun (time.monotonic))
    (.goto page (.as-uri path))
    ;; Not for three seconds: a slow page may only be loading.
    (assert (or (not (.is-visible page "#unable")) (> (- (time.monotonic) begun) 3))))
  (for [page pages]
    (.wait-for-selector page "#unable" :state "visible")
    (assert (= (.inner-text page "#unable p:lang(en)") (get (phrases) "page.unable" "en")))
    (assert (not (.is-visible page "main")))
    (.close page)))


(defn test-a-page-that-nobody-touches-does-not-scroll [browser tmp-path]
  (setv
    path (page-of tmp-path #* (* 2 [(halved-model)]))
    page (.new-page browser :viewport {"width" 360  "height" 640}))
  ;; What Playwright evaluates counts as touching the page, so it tells by itself.
  (.add-init-script page (+ "setInterval(() => document.getElementById('count')?.textContent "
    "=== '300 characters' && console.log(`at ${scrollY}`), 50)"))
  (with [said (.expect-console-message page)] (.goto page (+ (.as-uri path) "#length=150")))
  (assert (= (. said value text) "at 0"))
  (.click page "#go")
  (wait-for-end page)
  (assert (> (.evaluate page "scrollY") 0))
  (.close page))


(defn test-a-right-to-left-text-runs-that-way [browser tmp-path]
  (setv path (page-of tmp-path (halved-model :text "سلام دنیا")))
  (with [page (open-page browser path "#seed=سلام&fast=1")]
    (write-on page 50)
    (assert (.evaluate page f"document.querySelector('{WRITTEN}').matches(':dir(rtl)')"))
    (.focus page WRITTEN)
    (.press page.keyboard "Home")
    (setv before (.bounding-box (.locator page ".frame:visible")))
    (.press page.keyboard "ArrowLeft")
    (assert (< (get (.bounding-box (.locator page ".frame:visible")) "x")
      (+ (get before "x") (get before "width"))))))
