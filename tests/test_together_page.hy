"The tab Together in a real browser: what its keys, its words and its sheet do."

(import
  contextlib [contextmanager]
  pytest
  tests.browser [flaws halved-model open-page page-of wait-until]
  tests.engines [open-firefox open-webkit])

(setv
  TEXT (* "one two, three. four five! six\n" 5)
  WORDS "#offered-words button"
  PHRASES "#offered-phrases button"
  SETTLED "document.getElementById('offered-words').ariaBusy === 'false'")


(defn a-model [#** options]
  "Return a model of words, of which some are more probable anywhere."
  (halved-model #** {"unit" "words"  "text" TEXT
    "odds" {" two" 1e9  " four" 1e8  "," 1e8  " six" 1e7}  #** options}))


(defn [contextmanager] together [browser tmp-path #* models #** options]
  "Yield the tab of a page of `models`, or of one, with its words."
  (setv path (page-of tmp-path #* (or models [(a-model)])))
  (with [page (open-page browser path "#fast=1" #** options)]
    (.click page "#tab-together")
    (.wait-for-selector page WORDS)
    (yield page)))


(defn sheet [page]
  "Return the text of the sheet."
  (.input-value page "#sheet"))


(defn type-in [page text]
  "Type `text` at the end of the sheet, and wait until its words are there."
  (.focus page "#sheet")
  (.type page.keyboard text)
  (settle page))


(defn settle [page]
  "Wait until the words are those of the sheet as it is."
  (wait-until page SETTLED))


(defn offered [page]
  "Return the words that are shown."
  (lfor each (.all-inner-texts (.locator page WORDS)) (get (.split each " " 1) 1)))


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


(defn test-backspace-right-after-gives-the-digit-instead [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "one")
    (.press page.keyboard "2")
    (assert (!= (sheet page) "one2"))
    (.press page.keyboard "Backspace")
    (assert (= (sheet page) "one2"))
    (.press page.keyboard "Backspace")
    (assert (= (sheet page) "one"))))


(defn test-digits-type-digits-after-a-digit-a-currency-sign-and-if-wanted [browser tmp-path]
  (with [page (together browser tmp-path)]
    (for [text ["$" "at 10"]]
      (.fill page "#sheet" text)
      (settle page)
      (.focus page "#sheet")
      (.press page.keyboard "2")
      (assert (= (sheet page) f"{text}2")))
    (.fill page "#sheet" "one")
    (settle page)
    (assert (ignored? page "{key: '2', location: KeyboardEvent.DOM_KEY_LOCATION_NUMPAD}"))
    (.check page "#sheet-digits")
    (.focus page "#sheet")
    (.press page.keyboard "3")
    (assert (= (sheet page) "one3"))))


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


(defn test-while-a-word-is-composed-no-key-is-taken [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "one")
    (for [key ["1" "Tab"]] (assert (ignored? page f"{{key: '{key}', isComposing: true}}")))
    (assert (= (sheet page) "one"))))


(defn test-the-shares-count-a-changed-word-as-yours [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "one")
    (assert (= (.inner-text page "#sheet-shares") "You 100%, the machine 0%"))
    (setv n (next (gfor [n word] (enumerate (offered page)) :if (.isalpha word) n)))
    (.press page.keyboard (str (+ n 1)))
    (assert (not-in "100%" (.inner-text page "#sheet-shares")))
    (.press page.keyboard "Backspace")  ; the digit
    (assert (= (.inner-text page "#sheet-shares") "You 100%, the machine 0%"))))


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


(defn test-the-sheet-is-kept-until-it-is-emptied [browser tmp-path]
  (with [page (together browser tmp-path)]
    (type-in page "one two")
    (.reload page)
    (.click page "#tab-together")
    (assert (= (sheet page) "one two"))
    (.click page "#sheet-forget")
    (.reload page)
    (assert (= (sheet page) ""))))


(defn test-the-tab-suits-all-eyes-and-fits [browser tmp-path]
  (with [page (together browser tmp-path (a-model) (a-model))]
    (type-in page "one")
    (.press page.keyboard "1")
    (.click page "#sheet-whose")
    (.click page "#sheet-phrases")
    (.wait-for-selector page PHRASES)
    (assert (= (flaws page) []))))


(defn [(pytest.mark.parametrize "open_engine" [open-firefox open-webkit])]
    test-other-browsers-write-together-too [tmp-path open-engine]
  (setv path (page-of tmp-path (a-model)))
  (with [page (open-engine tmp-path)]
    (.open page path)
    (.wait-until page "document.getElementById('tab-together')")
    (.click page "#tab-together")
    (for [[keys length] [["one" 3] ["1" 5] ["2" 8]]]
      (.type-in page "#sheet" keys)
      (.wait-until page f"document.getElementById('sheet').value.length >= {length}")
      (.wait-until page SETTLED))
    (assert (not (.run page "/[0-9]/.test(document.getElementById('sheet').value)")))))
