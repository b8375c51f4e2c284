"The tab Teach of a page, in a real browser: from a text to a machine that is kept."

(import
  http.server [SimpleHTTPRequestHandler]
  functools [partial]
  re
  threading [Thread]
  pytest
  lstm-textgen.pages [playground :as module]
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
