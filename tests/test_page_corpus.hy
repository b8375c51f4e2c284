"A text on its way into a page's model: what a page makes of it, compared with the program."

(import
  dataclasses [replace]
  json
  math [inf]
  numpy :as np
  pytest
  lstm-textgen.display.plain [Quiet]
  lstm-textgen.learning [start :as starting]
  lstm-textgen.learning.learner.machines [ProcessGroup]
  lstm-textgen.learning.source [Run]
  lstm-textgen.modelfile.checkpoint [save-checkpoint]
  lstm-textgen.modelfile.keraslayout [weight-shapes]
  lstm-textgen.pages [playground :as module]
  lstm-textgen.pages.assembly [SHARED]
  lstm-textgen.pages.playground [WORKER playground]
  lstm-textgen.settings.models [Request]
  lstm-textgen.text.files [read-sources]
  tests.browser [in-browser]
  tests.helpers [ROOT block-of small-model write])

(setv
  MODULES (lfor name WORKER :if (!= name "worker.js") name)
  OWN (fn [name] (.read-text (/ ROOT "corpora" name) :encoding "utf-8"))
  PROSE (cut (OWN "lighthouse.txt") 20_000)
  NAMES (.join "" (gfor n (range 400) f"{(.capitalize (cut "anelorimabelu" (% n 7) (+ 4 (% n 9))))}{n}\n"))
  TEXTS [
    [PROSE None]
    [(+ "\ufeff" (.replace (cut PROSE 5000) "\n" "\r\n") "\0 the e\u0301nd \U0001f600\n") None]
    [(* "Ὀδυσσεύς, ξένε. Привет, мир!\nשלום עולם\n" 80) None]
    [NAMES "line"]
    [(+ NAMES (* "Anna\n\n" 12) "Bea\nBea\n") "line"]
    [PROSE "paragraph"]
    [(* "Ann: hi, how are you?\nBea: fine.\nAnn: 😀 great\n" 60) None]])


(defn start-on [folder text #** given]
  "Return the program's `Start` on `text`."
  (write (/ folder "text.txt") text)
  (starting.make-start (Run
    (Request {"path" (/ folder "new.h5")  "sources" [(str (/ folder "text.txt"))]  #** given})
    (/ folder "new.h5") (ProcessGroup) (Quiet) None)))


(defn facts-on-page [model]
  "Return what a page of `model` says of it."
  (get (json.loads (block-of (playground {"new" model}) "facts")) 0))


(defn corpus-on-page [browser text #** wish]
  "Return what `makeCorpus` makes of `text`, a dict."
  (in-browser browser MODULES
    (+ "(wish) => { const made = makeCorpus(wish);"
      "const listed = (part) => part instanceof Int32Array ? [...part] : part.map((p) => [...p]);"
      "return {...made, training: listed(made.training), validation: listed(made.validation)}; }")
    {"text" text  "items" None  "facts" None  "constants" SHARED  "name" "new"  #** wish}))


(defn [(pytest.mark.parametrize #("text" "items") TEXTS)]
    test-a-page-makes-of-a-text-what-the-program-makes-of-it [
      browser tmp-path monkeypatch text items]
  (.setattr monkeypatch module "SAMPLE" 9)
  (setv
    start (start-on tmp-path text :layers "16" #** (if items {"items" items} {}))
    found (corpus-on-page browser text :layers [["lstm" 16]] :items items)
    model start.checkpoint
    model.weights (lfor [_ shape] (weight-shapes model.spec) (np.zeros shape "float32"))
    facts (facts-on-page model))
  (for [[part ids] [["training" start.corpus.ids] ["validation" start.corpus.held]]]
    (setv own (get found part))
    (assert (= (if items (sum own []) own) (.tolist ids))))
  (setv chat? (get found "facts" "record" "facts" "people"))  ; it isn't in a file of a chat
  (for [name facts :if (not-in name ["cells" "code" "made" "record" #* (if chat? ["remembers"] [])])]
    (assert (= (get found "facts" name) (get facts name)) name))
  (assert (= (get found "lookback") model.settings.lookback)))


;; * Documents

(defn read-on-page [browser data]
  "Return the text of a file with these bytes on the page, or the key of what it says instead."
  (in-browser browser [#* MODULES "docx.js" "documents.js"]
    (+ "async (bytes) => { try { return await readFile(new Blob([new Uint8Array(bytes)])); }"
      " catch (error) { return error.message; } }")
    (list data)
    :before f"const CONSTANTS = {(json.dumps SHARED)};"))


(defn [(pytest.mark.parametrize "name" ["libreoffice" "pandoc"])]
    test-a-page-reads-a-word-document-as-the-program-does [browser name]
  (setv path (/ ROOT "tests" "documents" f"{name}.docx"))
  (assert (= (read-on-page browser (.read-bytes path)) (read-sources (str path)))))
