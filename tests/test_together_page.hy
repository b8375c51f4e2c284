"The tab Together in a real browser: what its keys, its words and its sheet do."

(import
  contextlib [contextmanager]
  json
  pytest
  lstm-textgen.pages.assembly [SHARED]
  tests.browser [flaws halved-model open-page wait-for-end wait-until written]
  tests.engines [open-firefox open-webkit]
  tests.helpers [brief page-of])

(setv
  pytestmark brief
  TEXT (* "one two, three. four five! six\n" 5)
  TWELVE (* "one two three four five six seven eight nine ten eleven twelve.\n" 5)
  WORDS "#offered-words li:not([hidden]) button"
  PHRASES "#offered-phrases li:not([hidden]) button"
  SETTLED "document.getElementById('offered-words').ariaBusy === 'false'"
  TWO-FRAMES (+ "() => new Promise((done) => requestAnimationFrame("
    "() => requestAnimationFrame(() => setTimeout(done))))")
  SHARES "#sheet-shares"
  ;; Lets the page keep what it asks a worker for last; with `false`, none is asked.
  OVERHEAR (+ "(asks) => { const post = Worker.prototype.postMessage;"
    "Worker.prototype.postMessage = function (message, ...rest) {"
    "if (message.do === 'suggest') { window.asked = message; if (!asks) return; }"
    "post.call(this, message, ...rest); }; }"))


(defn [(pytest.fixture :autouse True)] patient [monkeypatch]
  "Let pages take as long as it takes to find words."
  (.setitem monkeypatch (get SHARED "choosing") "milliseconds" 60_000))


(defn a-model [#** options]
  "Return a model of words, of which some are more probable anywhere."
  (halved-model #** {"unit" "words"  "text" TEXT
    "odds" {" two" 1e9  " four" 1e8  "," 1e8  " six" 1e7}  #** options}))


(defn [contextmanager] together [browser tmp-path #* models #** options]
  "Yield the tab of a page of `models`, or of one, with its words, which number keys take."
  (setv path (page-of tmp-path #* (or models [(a-model)])))
  (with [page (open-page browser path "#fast=1" #** options)]
    (.click page "#tab-together")
    (.wait-for-selector page WORDS)
    (.evaluate page "document.getElementById('sheet-digits').checked = true")
    (.focus page "#sheet")
    (yield page)))


(defn sheet [page]
  (.input-value page "#sheet"))


(defn type-in [page text]
  (.focus page "#sheet")
  (.type page.keyboard text)
  (settle page))


(defn settle [page]
  "Wait until the words are those of the sheet as it is."
  (.evaluate page TWO-FRAMES)  ; until the page has heard where the cursor is
  (wait-until page SETTLED))


(defn offered [page]
  (lfor each (.all-text-contents (.locator page WORDS)) (get (.split each " " 1) 1)))


(defn place-of [page word]
  (.index (offered page) word))


(defn press [page #* keys]
  (for [key keys]
    (.press page.keyboard key)
    (settle page)))


(defn put [page text]
  (.focus page "#sheet")
  (.evaluate page f"document.execCommand('insertText', false, {(json.dumps text)})")
  (settle page))


(defn ignored? [page key]
  "Return whether the browser itself is left to take a `key`, given as options in JavaScript."
  (.evaluate page (+ "document.getElementById('sheet').dispatchEvent("
    f"new KeyboardEvent('keydown', {{cancelable: true, ...{key}}}))")))


(defn test-a-click-and-a-digit-put-a-word-in-with-its-space [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "one")
    (setv [n word] (next (gfor [n word] (enumerate (offered page)) :if (.isalpha word) #(n word))))
    (.click page f"{WORDS} >> nth={n}")
    (assert (= (sheet page) f"one {word} "))
    (settle page)
    (setv [n next-word] (next
      (gfor [n word] (enumerate (offered page)) :if (.isalpha word) #(n word))))
    (.press page.keyboard (str (+ n 1)))
    (assert (= (sheet page) f"one {word} {next-word} "))
    (.press page.keyboard "Control+z")
    (assert (= (sheet page) f"one {word} "))))


(defn test-a-sign-takes-the-place-of-the-space-before-it [browser tmp-path]
  (with [page (together browser tmp-path
      (halved-model :unit "words" :text "one, two" :odds {"," 1e4  " two" 1e4}))]
    (type-in page "one")
    (.press page.keyboard (str (+ 1 (.index (offered page) "two"))))
    (settle page)
    (.press page.keyboard (str (+ 1 (.index (offered page) ","))))
    (assert (= (sheet page) "one two,"))))


(defn test-a-half-typed-word-is-completed-and-a-deletion-brings-its-words-back [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "one")
    (setv words (offered page))
    (type-in page " fo")
    (assert (= (get (offered page) 0) "four"))
    (press page "Backspace" "Backspace" "Backspace")
    (assert (= (offered page) words))
    (type-in page " fo")
    (press page "1")
    (assert (= (sheet page) "one four "))))


(defn [(pytest.mark.parametrize #("key" "text") [
    #("." "one two.") #("Enter" "one two\n") #(" " "one two ") #("-" "one two -")])]
    test-what-is-typed-after-a-word-takes-the-place-of-its-space [browser tmp-path key text]
  (with [page (together browser tmp-path)]
    (type-in page "one")
    (press page (str (+ 1 (place-of page "two"))) key)
    (assert (= (sheet page) text))))


(defn test-within-a-text-a-word-brings-no-second-space [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "one three")
    (press page #* (* ["ArrowLeft"] 6) (str (+ 1 (place-of page "two"))))
    (assert (= (sheet page) "one two three"))))


(defn test-words-of-an-earlier-text-go-in-only-as-far-as-they-fit [browser tmp-path]
  (setv code (+ "([typed, n]) => { const sheet = document.getElementById('sheet'); sheet.focus();"
    "document.execCommand('insertText', false, typed); const event = new KeyboardEvent('keydown',"
    "{key: String(n), cancelable: true}); return sheet.dispatchEvent(event); }"))
  (with [page (together browser tmp-path)]
    (type-in page "one")
    (setv n (+ 1 (place-of page "two")))
    (assert (is (.evaluate page code [" t" n]) False))
    (assert (= (sheet page) "one two "))
    (settle page)
    (assert (.evaluate page code ["x" n]))  ; the digit is typed
    (assert (= (sheet page) "one two x"))))


(defn test-backspace-right-after-gives-the-digit-instead [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "one")
    (.press page.keyboard "2")
    (assert (!= (sheet page) "one2"))
    (.press page.keyboard "Backspace")
    (assert (= (sheet page) "one2"))
    (.press page.keyboard "Backspace")
    (assert (= (sheet page) "one"))))


(defn test-number-keys-type-digits-after-a-digit-or-a-currency-sign [browser tmp-path]
  (with [page (together browser tmp-path)]
    (for [text ["$" "at 10"]]
      (.fill page "#sheet" text)
      (settle page)
      (.focus page "#sheet")
      (.press page.keyboard "2")
      (assert (= (sheet page) f"{text}2")))
    (.fill page "#sheet" "one")
    (settle page)
    (assert (ignored? page "{key: '2', location: KeyboardEvent.DOM_KEY_LOCATION_NUMPAD}"))))


(defn test-digits-are-digits-and-words-are-taken-with-alt-or-by-arrows-and-enter [browser tmp-path]
  (with [page (together browser tmp-path)]
    (.uncheck page "#sheet-digits")
    (type-in page "1984")
    (assert (= (sheet page) "1984"))
    (.press page.keyboard "Enter")
    (type-in page "one")
    (press page f"Alt+{(+ 1 (place-of page "two"))}")
    (assert (= (sheet page) "1984\none two "))
    (setv words (offered page))
    (press page "ArrowDown" "ArrowRight" "Enter")
    (assert (= (sheet page) f"1984\none two {(get words 1)} "))))


(defn test-tab-shows-phrases-and-takes-one-and-nobody-is-trapped [browser tmp-path]
  (with [page (together browser tmp-path)]
    (setv focused "document.activeElement.id")
    (type-in page "one")
    (.press page.keyboard "Tab")
    (.wait-for-selector page PHRASES)
    (.press page.keyboard "ArrowDown")
    (setv phrase (.inner-text page "#offered-phrases .chosen"))
    (.press page.keyboard "Tab")
    (assert (in phrase (sheet page)))
    (assert (= (.evaluate page focused) "sheet"))
    (for [keys [["Shift+Tab"] ["Escape" "Tab"]]]
      (.focus page "#sheet")
      (for [key keys] (.press page.keyboard key))
      (assert (!= (.evaluate page focused) "sheet")))))


(defn test-phrases-go-when-the-text-changes-and-come-anew-when-one-was-taken [browser tmp-path]
  (with [page (together browser tmp-path)]
    (for [key ["x" "Backspace" "Escape"]]
      (press page "Tab")
      (.wait-for-selector page PHRASES)
      (press page key)
      (assert (not (.is-visible page PHRASES))))
    (press page "Enter")
    (assert (= (sheet page) "\n"))
    (press page "Tab")
    (.wait-for-selector page PHRASES)
    (press page "Enter")
    (.wait-for-selector page PHRASES)
    (assert (> (len (sheet page)) 1))
    (press page "Escape" "1" "Tab")  ; once something was typed, Tab doesn't leave the sheet
    (assert (.wait-for-selector page PHRASES))))


(defn test-shuffle-draws-other-words-and-has-a-way-back [browser tmp-path]
  (with [page (together browser tmp-path (a-model :text TWELVE :odds {}))]
    (type-in page "one")
    (setv words (offered page))
    (.fill page "#sheet-wild" "2")
    (.focus page "#sheet")
    (.click page "#sheet-shuffle")
    (.wait-for-selector page "#sheet-back")
    (assert (!= (offered page) words))
    (assert (= (.evaluate page "document.activeElement.id") "sheet"))
    (.click page "#sheet-back")
    (assert (= (offered page) words))
    (assert (not (.is-visible page "#sheet-back")))))


(defn test-whole-phrases-are-others-when-asked-again-also-after-escape [browser tmp-path]
  (with [page (together browser tmp-path (a-model :text TWELVE :odds {}))]
    (type-in page "one")
    (press page "Escape" "Tab")  ; which leaves the sheet
    (.click page "#sheet-phrases")
    (.wait-for-selector page PHRASES)
    (setv phrases (.all-text-contents (.locator page PHRASES)))
    (.click page "#sheet-phrases")
    (wait-until page (+ f"document.querySelector('{PHRASES}').textContent !== "
      (json.dumps (get phrases 0))))
    (assert (not (& (set phrases) (set (.all-text-contents (.locator page PHRASES))))))
    (press page "Tab")
    (assert (> (len (sheet page)) 4))))


(defn test-a-text-goes-from-write-to-read-and-to-a-sheet [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (a-model)) "#fast=1&seed=one&length=9")]
    (wait-for-end page)
    (setv text (written page))
    (.click page "#to-read")
    (assert (= (.input-value page "#read-own") text))
    (.click page "#tab-write")
    (.click page "#to-together")
    (assert (= (sheet page) text))
    (assert (!= (.inner-text page SHARES) "You 100%, the machine 0%"))))


(defn test-while-a-word-is-composed-no-key-is-taken [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "one")
    (for [key ["1" "Tab"]] (assert (ignored? page f"{{key: '{key}', isComposing: true}}")))
    (assert (= (sheet page) "one"))))


(defn test-the-shares-count-a-changed-word-as-yours [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "one")
    (assert (= (.inner-text page SHARES) "You 100%, the machine 0%"))
    (setv n (next (gfor [n word] (enumerate (offered page)) :if (.isalpha word) n)))
    (.press page.keyboard (str (+ n 1)))
    (assert (not-in "100%" (.inner-text page SHARES)))
    (.press page.keyboard "Backspace")  ; the digit
    (assert (= (.inner-text page SHARES) "You 100%, the machine 0%"))))


(defn test-undo-and-redo-keep-who-wrote-what [browser tmp-path]
  (with [page (together browser tmp-path)]
    (setv shares [])
    (for [key ["o" "1" "2" "x" "1"]]
      (press page key)
      (.append shares #((sheet page) (.inner-text page SHARES))))
    (for [expected (cut (list (reversed shares)) 1 None)]
      (press page "Control+z")
      (assert (= #((sheet page) (.inner-text page SHARES)) expected)))
    (for [expected (cut shares 1 None)]
      (press page "Control+y")
      (assert (= #((sheet page) (.inner-text page SHARES)) expected)))))


(defn test-what-is-typed-is-undone-at-once-not-letter-by-letter [browser tmp-path]
  (with [page (together browser tmp-path)]
    (press page "1")
    (setv before (sheet page))
    (press page #* "three")
    (press page "Control+z")
    (assert (= (sheet page) before))))


(defn test-of-a-long-text-models-read-the-end-and-then-what-is-added [browser tmp-path]
  (with [page (together browser tmp-path)]
    (.evaluate page f"({OVERHEAR})(true)")
    (for [text ["one two " "们"]]
      (put page (* text 6000))
      (setv read (.evaluate page "asked.text"))
      (assert (<= 4900 (len read) 5000))
      (put page "o")
      (assert (= (.evaluate page "asked.text") f"{read}o"))
      (assert (offered page)))
    (press page "Control+a" "Backspace")
    (assert (= (.evaluate page "asked.text") ""))))


(defn test-a-page-says-that-it-reads-when-its-words-are-late [browser tmp-path]
  (with [page (open-page browser (page-of tmp-path (a-model)) "#fast=1" :clock True)]
    (.evaluate page f"({OVERHEAR})(false)")
    (.click page "#tab-together")
    (.run-for page.clock 500)
    (assert (not (.is-visible page "#sheet-reading")))
    (.run-for page.clock 500)
    (assert (= (.inner-text page "#sheet-reading") "The machine is reading your text…"))
    (assert (= (.inner-text page "#offered-words") ""))))


;; * Whose words

(defn test-the-volumes-say-whose-words-are-offered [browser tmp-path]
  (setv models (lfor text ["aa bb cc." "xx yy zz."]
    (halved-model :unit "words" :text (* f"{text} " 9) :scale 0.1)))
  (with [page (together browser tmp-path #* models)]
    (for [[muted letters] [[1 "abc"] [0 "xyz"]]]
      (for [n [0 1]] (.fill page f"#volume-{n}" (str (int (!= n muted)))))
      (settle page)
      (setv words (lfor word (offered page) :if (.isalpha word) word))
      (assert words)
      (assert (all (gfor word words (in (get word 0) letters)))))))


(defn test-the-tab-suits-all-eyes-and-fits [browser tmp-path]
  (with [page (together browser tmp-path (a-model) (a-model))]
    (type-in page "one")
    (press page "1" "Tab")
    (.wait-for-selector page PHRASES)
    (.click page "#sheet-whose")
    (assert (= (flaws page) []))))


(defn [(pytest.mark.parametrize "open_engine" [open-firefox open-webkit])]
    test-other-browsers-write-together-too [tmp-path open-engine]
  (setv path (page-of tmp-path (a-model)))
  (with [page (open-engine tmp-path)]
    (.open page path)
    (.wait-until page "document.getElementById('tab-together')")
    (.click page "#tab-together")
    (.wait-until page "document.getElementById('sheet-digits').checked = true")
    (for [[keys length] [["one" 3] ["1" 5] ["2" 8]]]
      (.type-in page "#sheet" keys)
      (.wait-until page f"document.getElementById('sheet').value.length >= {length}")
      (.wait-until page SETTLED))
    (.type-in page "#sheet" "!")
    (.wait-until page "/^[^0-9]*[^ 0-9]!$/.test(document.getElementById('sheet').value)")))
