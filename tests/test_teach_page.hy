"The tab Teach of a page, in a real browser: from a text to a machine that is kept."

(import
  functools [cache]
  re
  pytest
  lstm-textgen.pages [playground :as module]
  lstm-textgen.text.corpus [Text]
  lstm-textgen.textmodel [import-page]
  tests.browser [fragment halved-model open-page overflow page-of violations wait-for-end
    wait-until written]
  tests.engines [open-firefox open-webkit]
  tests.helpers [ROOT])

(setv
  DIARY (cut (.read-text (/ ROOT "corpora/lighthouse.txt") :encoding "utf-8") 5000)
  NAMES (.read-text (/ ROOT "corpora/dinosaurs.txt") :encoding "utf-8")
  DOCUMENT (/ ROOT "tests/documents/pandoc.docx")
  GO "document.getElementById('teach-go').click()"
  LEARNING "document.querySelectorAll('#teach-written p').length"
  DONE "!document.getElementById('teach-done').hidden"
  FIGURES "[...document.querySelectorAll('#teach-chart b')].map((b) => parseFloat(b.textContent))")


(defn [(pytest.fixture :autouse True)] brief-samples [monkeypatch]
  "Pages take a tenth of a second."
  (.setattr monkeypatch module "SAMPLE" 9))


(defn [(pytest.fixture)] path [tmp-path]
  "The page of a small model that knows nothing yet."
  (page-of tmp-path (halved-model "24")))


(defn open-teach [browser path #** options]
  "Open the page at `path` with the tab Teach."
  (open-page browser path "#length=50&fast=1" #** options))


(defn give [page text]
  "Paste `text` into the tab Teach, and wait for what the page finds in it."
  (.click page "#tab-teach")
  (.fill page "#teach-text" text)
  (wait-until page "!document.getElementById('teach-found').hidden"))


(defn teach [page text [nothing False] [same True]]
  "Begin to teach `text`: the page's model or, from `nothing`, a new one."
  (give page text)
  (.set-checked page "#teach-same" same)
  (when nothing (.check page "#teach-start--1"))
  (.click page "#teach-go"))


(defn taught [page text #** options]
  "Teach `text` to the end."
  (teach page text #** options)
  (wait-until page DONE))


(defn shown [page selector]
  "Return the text of the element of a `selector`."
  (.inner-text page selector))


(defn bits-on [page]
  "Return the surprise before and after, as the tab says them."
  (list (map float (re.findall r"\d+\.\d+" (shown page "#teach-better")))))


;; * One walk, by which most is tested

(setv
  ;; Lets the page keep what a worker that teaches says last.
  LISTEN (+ "(() => { const Own = Worker; window.Worker = class extends Own {"
    "constructor(address) { super(address); this.addEventListener('message', ({ data }) => {"
    "if (data.event === 'done') window.said = data; }); } }; })()")
  SETTINGS (fragment :seed "The" :rng-seed 4 :length 60 :temperature 0.5 :fast 1))


(defn [cache] walk [browser folders]
  #[[Teach a new machine 5 KB on a page opened from disk until it is stopped, and save it.

  Return what was seen.]]
  (setv
    folder (.mktemp folders "walk")
    seen {})
  (with [page (open-page browser (page-of folder (halved-model)) SETTINGS)]
    (.evaluate page LISTEN)
    (teach page DIARY :nothing True)
    (wait-until page f"{LEARNING} > 1 && {FIGURES}.every(Number.isFinite)")
    (setv (get seen "surprise") [(.evaluate page FIGURES)])
    (wait-until page f"{LEARNING} > 2")
    (.append (get seen "surprise") (.evaluate page FIGURES))
    (setv (get seen "lines") (.all-inner-texts (.locator page "#teach-written p")))
    (.click page "#teach-stop")
    (wait-until page DONE)
    (setv
      (get seen "why") (shown page "#teach-why")
      (get seen "bits") (bits-on page)
      (get seen "exactly") (.evaluate page "said.bits")
      (get seen "after") (compared page)
      (get seen "before") (at-moment page 0))
    (.fill page "#teach-name" "my <b>diary</b>")
    (.press page "#teach-name" "Enter")
    (.click page "#tab-write")
    (wait-for-end page)
    (setv (get seen "text") (written page))
    (.click page "#tab-teach")
    (setv (get seen "page") (save page folder)))
  seen)


(defn compared [page]
  "Return the two texts that are side by side, once they are finished."
  (setv texts (.locator page ".compared .text"))
  (wait-until page (+ "[...document.querySelectorAll('.compared .text')]"
    ".every((text) => text.textContent.length >= 300)"))
  (.all-inner-texts texts))


(defn at-moment [page n]
  "Return what the machine wrote at the `n`th moment that the page keeps."
  (setv last (.text-content page "#teach-after"))
  (.fill page "#teach-moment" (str n))
  (.dispatch-event page "#teach-moment" "change")
  (wait-until page "document.getElementById('teach-after').textContent.length < 300")
  (get (compared page) 1))


(defn save [page folder]
  "Save the page in `folder`; return its path."
  (with [download (.expect-download page)] (.click page "#teach-save"))
  (setv path (/ folder download.value.suggested-filename))
  (.save-as download.value path)
  path)


(defn test-a-new-machine-learns-a-text-until-it-is-stopped [browser tmp-path-factory]
  (setv
    seen (walk browser tmp-path-factory)
    [[read hidden] [read-later hidden-later]] (get seen "surprise")
    [before after] (get seen "bits"))
  (assert (< read-later read))
  (assert (<= hidden-later hidden))
  (assert (< after before 9))
  (assert (= (get seen "why") "Stopped. The best so far is kept."))
  (assert (= (len (set (get seen "lines"))) 3)))


(defn test-back-in-time-it-writes-as-it-did [browser tmp-path-factory]
  (setv seen (walk browser tmp-path-factory))
  (setv [untaught taught] (get seen "after"))
  (assert (= (get seen "before") untaught))
  (assert (!= taught untaught)))


(defn text-of [browser path]
  "Return what the page at `path` writes with the settings of the walk."
  (with [page (open-page browser path SETTINGS)]
    (wait-for-end page)
    (written page)))


(defn test-a-saved-page-writes-the-same [browser tmp-path-factory]
  (setv seen (walk browser tmp-path-factory))
  (assert (= (. (get seen "page") name) "my -b-diary--b-.html"))
  (assert (= (text-of browser (get seen "page")) (get seen "text"))))


(defn test-another-page-opens-a-saved-one [browser path tmp-path-factory]
  (setv seen (walk browser tmp-path-factory))
  (with [page (open-page browser path SETTINGS)]
    (.click page "#tab-teach")
    (.set-input-files page "#teach-page" (get seen "page"))
    (wait-until page "!document.getElementById('teach-told').hidden")
    (assert (in "“my <b>diary</b>” is here" (shown page "#teach-told")))
    (.click page "#tab-write")
    (wait-for-end page)
    (assert (= (written page) (get seen "text")))))


(defn test-the-program-finds-the-surprise-that-the-page-said [browser tmp-path-factory]
  (setv
    seen (walk browser tmp-path-factory)
    [model] (import-page (get seen "page"))
    text (Text))
  (.add text DIARY)
  (setv held (cut DIARY (.kept text 0.1) None))
  (assert (= (. (get (.score model held) 0) bits) (pytest.approx (get seen "exactly") :abs 0.01)))
  (assert (= (get seen "bits" 1) (round (get seen "exactly") 1))))


(defn test-a-saved-page-holds-no-text [browser tmp-path-factory]
  (setv page (.read-text (. (walk browser tmp-path-factory) ["page"]) :encoding "utf-8"))
  (for [start (range 0 5000 500)]
    (assert (not-in (cut DIARY start (+ start 40)) page))))
