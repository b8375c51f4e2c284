"What a person may give to the tab Teach: lists, documents, strange characters, ready texts."

(import
  re
  pytest
  lstm-textgen.pages [constants playground :as module]
  tests.browser [WRITTEN halved-model wait-until]
  tests.helpers [DOCUMENTS ROOT page-of]
  tests.test-teach-page [DIARY DONE FIGURES LEARNING LISTEN TEXT give make-small
    new-page open-teach shown taught teach])

(setv
  NAMES (.read-text (/ ROOT "corpora/dinosaurs.txt") :encoding "utf-8")
  small-pages (pytest.fixture make-small :autouse True)
  path (pytest.fixture new-page))


(defn test-a-list-is-found-and-taught-as-one [browser path]
  (with [page (open-teach browser path)]
    (give page NAMES)
    (assert (= (shown page "#teach-what") "A list of 447 lines"))
    (assert (.is-checked page "#teach-items"))
    (taught page NAMES)
    (wait-until page "document.querySelectorAll('#teach-after .item').length === 10")
    (assert (.is-visible page "#teach-fingerprints"))
    (assert (all (.evaluate page FIGURES)))  ; both lines, though no epoch takes a moment
    (.click page "#tab-write")
    (wait-until page f"document.querySelectorAll('{WRITTEN} .item').length === 10")))


(defn [(pytest.mark.parametrize "end" ["\n\n" "\n%\n"])]
    test-stanzas-and-fortunes-are-found-and-taught-as-lists [browser path end]
  (with [page (open-teach browser path)]
    (setv text (.join "" (gfor n (range 60) f"O moon {(* n n)},\nthe night is old{end}")))
    (give page text)
    (assert (= (shown page "#teach-what") "A list of 60 paragraphs"))
    (assert (.is-checked page "#teach-items"))
    (assert (= (shown page "#teach-items-label") "Each paragraph is an item"))
    (taught page text)
    (wait-until page "document.querySelectorAll('#teach-after .item').length === 10")))


(defn test-a-document-of-word-is-read [browser path]
  (with [page (open-teach browser path)]
    (.click page "#tab-teach")
    (.set-input-files page "#teach-file" (/ DOCUMENTS "pandoc.docx"))
    (wait-until page "document.getElementById('teach-text').value.length > 100")
    (assert (.is-visible page "#teach-found"))))


(defn counted [page n]
  "Wait until the tab says that its text has `n` characters."
  (wait-until page
    f"document.getElementById('teach-what').textContent.startsWith('{n :,} ')"))


(defn read-as-file [page text]
  "Give the tab a file with `text`, and wait until it has been looked at."
  (.click page "#tab-teach")
  (.set-input-files page "#teach-file"
    {"name" "a.txt"  "mimeType" "text/plain"  "buffer" (.encode text)})
  (counted page (len text)))


(defn test-of-a-large-text-only-the-beginning-is-shown [browser path]
  (with [page (open-teach browser path)]
    (for [text [(+ (* "\n" 50_000) TEXT) (* "word " 500_000)]]
      (read-as-file page text)
      (setv shown (.input-value page "#teach-text"))
      (assert (and (.startswith text shown) (< 400 (len shown) 100_001)))
      (assert (.is-visible page "#teach-cut")))))


(defn test-the-rest-of-a-large-text-stays-until-all-that-is-shown-goes [browser path]
  (with [page (open-teach browser path)]
    (read-as-file page (* "word " 50_000))
    (.focus page "#teach-text")
    (.press page.keyboard "Control+Home")
    (.type page.keyboard "Now ")
    (counted page 250_004)
    (.evaluate page (+ "(text) => { const data = new DataTransfer();"
      "data.setData('text/plain', text); document.getElementById('teach-text').dispatchEvent("
      "new ClipboardEvent('paste', {clipboardData: data, cancelable: true})); }") (* "b " 60_000))
    (counted page 370_004)
    (.press page "#teach-text" "Control+a")
    (.type page.keyboard (cut TEXT 60))
    (counted page 60)
    (assert (not (.is-visible page "#teach-cut")))))


(defn test-several-files-are-read-in-the-order-of-their-names [browser path]
  (with [page (open-teach browser path)]
    (.click page "#tab-teach")
    (.set-input-files page "#teach-file" (lfor
      [name text] [["10.txt" "ten"] ["2.md" "# [t](a)wo\n"]]
      {"name" name  "mimeType" ""  "buffer" (.encode text)}))
    (wait-until page "!document.getElementById('teach-told').hidden")
    (assert (= (.input-value page "#teach-text") "# two\n\nten"))
    (assert (= (shown page "#teach-told") "Read in this order: 2.md, 10.txt"))))


(defn test-of-several-files-the-one-that-is-no-text-is-named [browser path]
  (with [page (open-teach browser path)]
    (.click page "#tab-teach")
    (.set-input-files page "#teach-file" (lfor [name data] [["a.txt" b"fox"] ["b" b"%PDF-1.7"]]
      {"name" name  "mimeType" ""  "buffer" data}))
    (wait-until page "!document.getElementById('teach-trouble').hidden")
    (assert (.startswith (shown page "#teach-trouble") "b – The text of a PDF"))))


(defn test-a-file-that-is-no-text-is-said [browser path]
  (with [page (open-teach browser path)]
    (.click page "#tab-teach")
    (.set-input-files page "#teach-file"
      {"name" "a.pdf"  "mimeType" "application/pdf"  "buffer" b"%PDF-1.7"})
    (wait-until page "!document.getElementById('teach-trouble').hidden")
    (assert (in "PDF" (shown page "#teach-trouble")))
    (assert (not (.is-visible page "#teach-found")))))


(defn test-strange-characters-are-named-and-learned [browser path]
  (with [page (open-teach browser path)]
    (give page (+ (* "The dog saw a ☃ and a ǌ. " 60) "\x01"))
    (setv advice (.all-inner-texts (.locator page "#teach-advice li")))
    (assert (in "Characters left out: ␁" advice))
    (assert (any (gfor line advice (.endswith line "☃"))))
    (.click page "#teach-go")
    (wait-until page DONE)))


(defn test-a-new-machine-learns-a-strange-text-and-the-tab-says-so
    [browser monkeypatch tmp-path]
  (.setitem monkeypatch (get constants.LEARNING "tuning") "strange" 3)
  (setv path (page-of tmp-path (halved-model "24")))
  (with [page (open-teach browser path)]
    (.evaluate page LISTEN)
    (give page (cut TEXT 2000))
    (wait-until page "document.getElementById('teach-start--1').checked")
    (assert (.is-disabled page "#teach-start-0"))
    (assert (in "A new machine will learn it" (shown page "#teach-advice")))
    (.click page "#teach-go")
    (wait-until page "!document.getElementById('teach-foreign').hidden")
    (assert (in "A new machine will learn it" (shown page "#teach-foreign")))
    (wait-until page DONE)
    (assert (!= (.evaluate page "said.facts.layers") [["lstm" 24]]))))


(defn test-a-text-in-unknown-letters-goes-to-a-new-machine [browser monkeypatch path]
  (.setitem monkeypatch (get constants.LEARNING "tuning") "strange" 3.5)
  (with [page (open-teach browser (page-of path.parent (halved-model "24")))]
    (give page (* "كان القط على السطح " 80))
    (wait-until page "document.getElementById('teach-start--1').checked")))


(defn test-it-says-how-long-learning-will-take [browser path]
  (with [page (open-teach browser path)]
    (give page TEXT)
    (wait-until page "!document.getElementById('teach-time').hidden")
    (assert (re.fullmatch r"(A few|About \d+) seconds here" (shown page "#teach-time")))))


(defn test-stopped-before-it-is-any-better-it-has-learned-nothing-yet [browser path]
  (with [page (open-teach browser path)]
    (.evaluate page LISTEN)
    (teach page DIARY :nothing True)
    (wait-until page f"{LEARNING} > 1")
    (.evaluate page "teacher.dispatchEvent(new MessageEvent('message',
      {data: {event: 'epoch', epoch: 0, part: 0, validation: 0.1}}))")
    (.click page "#teach-stop")
    (wait-until page DONE)
    (assert (in "It has learned nothing yet" (shown page "#teach-better")))))


(defn test-a-teacher-that-dies-is-said-and-the-best-so-far-is-kept [browser path]
  (with [page (open-teach browser path)]
    (.evaluate page LISTEN)
    (teach page DIARY :nothing True)
    (wait-until page f"{LEARNING} > 1")
    (.evaluate page "teacher.dispatchEvent(new Event('error'))")
    (wait-until page DONE)
    (assert (= (shown page "#teach-why")
      "Teaching broke off unexpectedly. The best version so far is kept."))
    (assert (.is-visible page "#teach-save"))))


(defn test-a-text-may-be-too-short [browser path]
  (with [page (open-teach browser path)]
    (give page "One line is not enough.")
    (assert (in "at least 1,000 characters" (shown page "#teach-advice")))
    (assert (.is-disabled page "#teach-go"))))


(defn test-a-text-that-repeats-itself-is-not-called-enough [browser path]
  (with [page (open-teach browser path)]
    (for [text [(* "banana " 500) (* "banana" 500) (* "banana\n" 500)]]
      (give page text)
      (wait-until page
        "document.getElementById('teach-advice').textContent.startsWith('This text repeats')"))))


(defn test-a-ready-text-is-there-at-a-click [browser path]
  (with [page (open-teach browser path)]
    (.click page "#tab-teach")
    (.click page "text=a lighthouse diary")
    (counted page 15_692)
    (assert (= (cut DIARY 15_692) (.input-value page "#teach-text")))  ; the lesson deletes there
    (assert (= (shown page "#teach-what") "15,692 characters of prose"))))


(defn test-ready-texts-are-in-the-languages-of-the-page-and-of-its-machines [browser tmp-path]
  (setv path (/ tmp-path "page.html"))
  (.write-text path (module.playground {"spanish" (halved-model)}) :encoding "utf-8")
  (with [page (open-teach browser path :locale "de-DE")]
    (.click page "#tab-teach")
    (assert (= (.all-inner-texts (.locator page "#teach-ready button")) [
      "Tagebuch einer Nachtwache" "Unsinnsverse"
      "el cuaderno de un bibliobús" "versos disparatados"
      "Dinosaurier, eine Liste"]))
    (.click page "text=Unsinnsverse")
    (wait-until page "document.getElementById('teach-text').value.startsWith('Ein Dachs')")))


(defn test-advice-writes-numbers-as-the-language-does [browser path]
  (for [[locale needed] [["en-US" "20,000"] ["de-DE" "20.000"]]]
    (with [page (open-teach browser path :locale locale)]
      (give page TEXT)
      (assert (in needed (shown page "#teach-advice"))))))
