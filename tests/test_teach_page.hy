"The tab Teach of a page, in a real browser: from a text to a machine that is kept."

(import
  functools [cache]
  json
  pathlib [Path]
  re
  pytest
  lstm-textgen.pages [constants]
  tests.browser [flaws fragment halved-model open-page teach-small-networks visit wait-for-end
    wait-until written]
  tests.engines [open-firefox open-webkit]
  tests.helpers [ROOT page-of])

(setv
  DIARY (.read-text (/ ROOT "corpora/lighthouse.txt") :encoding "utf-8")
  TEXT (cut DIARY 15_000)
  COPIED (* "The lamp was lit at a quarter to four, and the goat was on the roof. " 60)
  GO "document.getElementById('teach-go').click()"
  LEARNING "document.querySelectorAll('#teach-written p').length"
  DONE "!document.getElementById('teach-done').hidden"
  FIGURES "[...document.querySelectorAll('#teach-chart b')].map((b) => parseFloat(b.textContent))"
  ;; Whether the chart has both lines.
  BOTH f"{FIGURES}.filter(Number.isFinite).length === 2")


(defn make-small [monkeypatch brief]
  "Make pages in a tenth of a second that teach in seconds, whose models find no text too strange."
  (teach-small-networks monkeypatch)
  (.setitem monkeypatch (get constants.LEARNING "tuning") "strange" 99))


(defn new-page [tmp-path]
  (page-of tmp-path (halved-model "24")))


(setv
  small-pages (pytest.fixture make-small :autouse True)
  path (pytest.fixture new-page))


(defn open-teach [browser path #** options]
  (open-page browser path "#length=50&fast=1" #** options))


(defn give [page text]
  (.click page "#tab-teach")
  (.fill page "#teach-text" text)
  (wait-until page "!document.getElementById('teach-found').hidden"))


(defn teach [page text [nothing False]]
  "Begin to teach `text`: the page's model or, from `nothing`, a new one."
  (give page text)
  (when nothing (.check page "#teach-start--1"))
  (.click page "#teach-go"))


(defn taught [page text #** options]
  (teach page text #** options)
  (wait-until page DONE))


(defn shown [page selector]
  (.inner-text page selector))


(defn bits-on [page]
  "Return the surprise before and after, as the tab says them."
  (list (map float (re.findall r"\d+\.\d+" (shown page "#teach-better")))))


;; * One walk, by which most is tested

(setv
  ;; Lets the page keep the worker that teaches, and what it said last.
  LISTEN (+ "(() => { const Own = Worker; window.Worker = class extends Own {"
    "constructor(address) { super(address); this.addEventListener('message', ({ data }) => {"
    "if (data.event) Object.assign(window, {teacher: this, said: data}); }); } }; })()")
  SETTINGS (fragment :seed "The" :rng-seed 4 :length 60 :temperature 0.5 :fast 1
    :vary 0))


(defn [(pytest.fixture)] seen [browser tmp-path-factory]
  (walk browser (str (.getbasetemp tmp-path-factory))))


(defn [cache] walk [browser base]
  #[[Teach a new machine 41 KB on a page opened from disk until it is stopped, and save it.

  Return what was seen; the pages are below the folder `base`.]]
  (setv
    folder (/ (Path base) "walk")
    seen {})
  (.mkdir folder :exist-ok True)
  (with [page (open-page browser (page-of folder (halved-model)) SETTINGS)]
    (.evaluate page LISTEN)
    (teach page DIARY :nothing True)
    (wait-until page f"{LEARNING} > 0 && {BOTH}")
    (setv first (.evaluate page FIGURES))  ; what it is when the chart has both lines
    (wait-until page f"{LEARNING} > 1 && {FIGURES}.every((bits, n) => bits < {first}[n])")
    (setv (get seen "lines") (.all-inner-texts (.locator page "#teach-written p")))
    (.click page "#teach-stop")
    (wait-until page DONE)
    (setv
      (get seen "why") (shown page "#teach-why")
      (get seen "bits") (bits-on page)
      (get seen "figures") (.evaluate page FIGURES)
      (get seen "names") (.is-checked page "#teach-names")
      (get seen "after") (compared page)
      (get seen "before") (at-moment page 0))
    (.fill page "#teach-name" "my <b>diary</b>")
    (.press page "#teach-name" "Enter")
    (.click page "#tab-write")
    (wait-for-end page)
    (setv (get seen "text") (written page))
    (.click page "#tab-teach")
    (.check page "#teach-names")
    (setv (get seen "page") (save page folder)))
  seen)


(defn compared [page]
  "Return the two texts that are side by side, once they are finished."
  (setv texts (.locator page ".compared .text"))
  (wait-until page (+ "[...document.querySelectorAll('.compared .text')]"
    ".every((text) => text.textContent.length >= 300)"))
  (.all-text-contents texts))


(defn at-moment [page n]
  "Return what the machine wrote at the `n`th moment that the page keeps."
  (setv last (get (compared page) 1))
  (.fill page "#teach-moment" (str n))
  (wait-until page f"document.getElementById('teach-after').textContent !== {(json.dumps last)}")
  (get (compared page) 1))


(defn save [page folder]
  "Save the page in `folder`; return its path."
  (with [download (.expect-download page)] (.click page "#teach-save"))
  (setv path (/ folder download.value.suggested-filename))
  (.save-as download.value path)
  path)


(defn test-a-new-machine-learns-a-text-until-it-is-stopped [seen]
  (setv [before after] (get seen "bits"))
  (assert (< after before 9))
  (assert (= (get seen "why") "Stopped. The best version so far is kept."))
  (assert (= (len (set (get seen "lines"))) (len (get seen "lines")))))


(defn test-the-chart-and-the-sentence-say-the-same-number [seen]
  (assert (= (get seen "figures" 1) (get seen "bits" 1))))


(defn test-names-are-left-out-unless-they-are-wanted [seen]
  (assert (not (get seen "names"))))


(defn test-back-in-time-it-writes-as-it-did [seen]
  (setv [untaught taught] (get seen "after"))
  (assert (= (get seen "before") untaught))
  (assert (!= taught untaught)))


(defn test-a-saved-page-writes-the-same [browser seen]
  (assert (= (. (get seen "page") name) "my -b-diary--b-.html"))
  (with [page (open-page browser (get seen "page") SETTINGS)]
    (wait-for-end page)
    (assert (= (written page) (get seen "text")))))


(defn test-another-page-opens-a-saved-one [browser path seen]
  (with [page (open-page browser path SETTINGS)]
    (.click page "#tab-teach")
    (.set-input-files page "#teach-page" (get seen "page"))
    (wait-until page "!document.getElementById('teach-told').hidden")
    (assert (in "“my <b>diary</b>” is open" (shown page "#teach-told")))
    (.click page "#tab-write")
    (wait-for-end page)
    (assert (= (written page) (get seen "text")))))


(defn test-a-saved-page-holds-no-text [seen]
  (setv page (.read-text (get seen "page") :encoding "utf-8"))
  (for [start (range 0 (len DIARY) 500)]
    (assert (not-in (cut DIARY start (+ start 40)) page))))


(defn test-an-address-may-name-the-tab [browser path]
  (with [page (open-page browser path "#teach")]
    (assert (.is-visible page "#teach-text"))))


;; * What is kept

(defn test-teaching-goes-on-from-what-was-taught [browser path]
  (with [page (open-teach browser path)]
    (taught page TEXT)
    (setv [_ first] (bits-on page))
    (.click page "#teach-more")
    (assert (in "you have just taught" (shown page "#teach-starts")))
    (.click page "#teach-go")
    (wait-until page DONE)
    (assert (< (get (bits-on page) 0) (+ first 0.2)))))


(defn test-one-may-keep-both-machines [browser path]
  (with [page (open-teach browser path)]
    (taught page TEXT)
    (.check page "#teach-keep-both")
    (.click page "#tab-read")
    (.fill page "#read-own" "The goat")
    (wait-until page "document.querySelectorAll('#read-texts .text').length === 2")
    (assert (= (.all-text-contents (.locator page "#read-texts h2")) ["model 0" "my machine"]))
    (.click page "#tab-teach")
    (.uncheck page "#teach-keep-both")
    (.click page "#tab-write")
    (assert (= (.count (.locator page "#texts .text")) 1))))


(defn test-both-machines-stay-when-one-learns-more [browser path]
  (with [page (open-teach browser path)]
    (taught page TEXT)
    (.check page "#teach-keep-both")
    (.click page "#teach-more")
    (assert (.is-checked page "#teach-start-1"))
    (.click page "#teach-go")
    (wait-until page DONE)
    (assert (not (.is-visible page "#teach-keep-both")))
    (.click page "#tab-write")
    (assert (= (.count (.locator page "#texts .text")) 2))))


(defn test-after-teaching-from-nothing-no-letter-is-new-and-the-seed-has-room [browser path]
  (with [page (open-teach browser path)]
    (setv height (.evaluate page "document.getElementById('seed').offsetHeight"))
    (taught page COPIED :nothing True)
    (.click page "#teach-more")
    (assert (not-in "New characters" (shown page "#teach-advice")))
    (.click page "#tab-write")
    (assert (= (.evaluate page "document.getElementById('seed').offsetHeight") height))))


(defn test-the-browser-remembers-only-if-it-may [browser path]
  (for [ticked [False True]]
    (with [page (open-teach browser path)]
      (teach page DIARY :nothing True)
      (.set-checked page "#teach-remember" ticked)
      (wait-until page f"{LEARNING} > 1")
      (when ticked (wait-until page "!document.getElementById('teach-memory-told').hidden"))
      (setv request [])
      (.once page "dialog" (fn [dialog] (.append request dialog.type) (.accept dialog)))
      (visit page)
      (assert (= request (if ticked [] ["beforeunload"])))
      (.click page "#tab-teach")
      (when ticked
        (.click page "#teach-go-on")
        (assert (.startswith DIARY (.input-value page "#teach-text")))))))


;; * Everyone

(defn test-what-is-copied-is-underlined-and-may-be-forbidden [browser path]
  (with [page (open-teach browser path)]
    (taught page COPIED :nothing True)
    (wait-until page "document.querySelectorAll('#teach-after .copied').length")
    (assert (.is-visible page "#teach-copied"))
    (.check page "#teach-fresh")
    (.click page "text=Let both write")
    (compared page)
    (assert (= (.count (.locator page "#teach-after .copied")) 0))))


(defn test-what-cannot-be-taught-is-said [browser tmp-path]
  (with [page (open-teach browser (page-of tmp-path (halved-model :unit "words")))]
    (.click page "#tab-teach")
    (assert (in "whole words" (shown page "#teach-barred")))
    (taught page TEXT)
    (assert (= (shown page "#teach-why") "It has finished learning."))))


(defn test-all-works-by-keyboard [browser path]
  (with [page (open-teach browser path :viewport {"width" 390  "height" 800})]
    (give page TEXT)
    (.focus page "#teach-start-0")
    (wait-until page "!document.getElementById('teach-time').hidden")  ; as it reads the text
    (.press page.keyboard "Tab")
    (.press page.keyboard "Enter")
    (wait-until page DONE)
    (assert (= (.evaluate page "document.activeElement.id") "teach-why"))))


(defn test-the-tab-suits-all-eyes-and-fits-in-every-state [browser path]
  (with [page (open-teach browser path)]
    (.click page "#tab-teach")
    (.click page "#teach .glossary summary")
    (assert (= (flaws page) []))
    (teach page DIARY :nothing True)
    (wait-until page f"{LEARNING} > 0 && {BOTH}")
    (assert (= (flaws page) []))
    ;; Which has asked for less motion.
    (assert (= (.evaluate page (+ "getComputedStyle(document.querySelector("
      "'#teach-written p:last-child')).animationName")) "none"))
    (.evaluate page "document.getElementById('teach-stop').click()")  ; or it is done already
    (wait-until page DONE)
    (compared page)
    (assert (= (flaws page) []))
    (.click page "#teach-more")
    (assert (= (flaws page) []))))


(defn test-a-page-on-plain-http-teaches-too [browser path]
  (setv page (.new-page browser))
  (.route page "**/*" (fn [route] (.fulfill route :path path :content-type "text/html")))
  (visit page "http://teacher.school/page.html")
  (assert (not (.evaluate page "isSecureContext")))
  (taught page TEXT)
  (assert (= (shown page "#teach-why") "It has finished learning."))
  (.close page))


(defn [(pytest.mark.parametrize "open_engine" [open-firefox open-webkit])]
    test-other-browsers-teach-too [tmp-path path open-engine]
  (with [page (open-engine tmp-path)]
    (.open page path)
    (.wait-until page "document.getElementById('tab-teach')")
    (.click page "#tab-teach")
    (.run page "document.getElementById('teach-ready').children[2].click()")
    (.wait-until page "!document.getElementById('teach-found').hidden")
    (.click page "#teach-go")
    (.wait-until page DONE)
    (.wait-until page "document.querySelectorAll('#teach-after .item').length === 10")))
