"Other ways to type on the sheet of the tab Together: input methods, right to left, just taught."

(import
  json
  pytest
  tests.browser [halved-model teach-small-networks wait-until]
  tests.engines [open-firefox]
  tests.helpers [brief page-of]
  tests.test-together-page [PHRASES SETTLED SHARES WORDS a-model offered place-of press put settle
    sheet together type-in])

(setv
  pytestmark brief
  PHONE {"has_touch" True  "is_mobile" True  "viewport" {"width" 390  "height" 600}}
  ZOOMED {"viewport" {"width" 700  "height" 450}}  ; to 200%
  LONG (+ (* "one two\n" 60) "one")
  ;; Whether the line with the cursor is in the window (its letters need 3/4), above the offers.
  IN-VIEW (+ "(() => { const area = document.getElementById('sheet');"
    "const style = getComputedStyle(area); const height = parseFloat(style.lineHeight);"
    "const lines = area.value.slice(0, area.selectionStart).split('\\n').length;"
    "const end = area.getBoundingClientRect().top + parseFloat(style.paddingTop) + lines * height;"
    "const offers = document.getElementById('offers').getBoundingClientRect();"
    "return end > 0.75 * height && end < offers.top + 1; })()"))


(defn tap [page word text]
  "Tap `word`, and wait until the sheet has `text`: the browser clicks some time after a touch."
  (.tap page f"{WORDS} >> nth={(place-of page word)}")
  (wait-until page f"document.getElementById('sheet').value === {(json.dumps text)}"))


(defn test-a-tap-puts-a-word-in-and-leaves-the-sheet-the-focus [browser tmp-path]
  (with [page (together browser tmp-path :has-touch True :is-mobile True
      :viewport {"width" 390  "height" 800})]
    (type-in page "one")
    (tap page "two" "one two ")
    (assert (= (.evaluate page "document.activeElement.id") "sheet"))))


(defn test-tab-before-the-words-have-come-is-answered-after-them [browser tmp-path]
  (with [page (together browser tmp-path)]
    (.evaluate page (+ "(document.execCommand('insertText', false, 'one'), "
      "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Tab'})))"))
    (.wait-for-selector page PHRASES)
    (wait-until page SETTLED)))


(defn test-a-chinese-input-method-composes-and-then-words-follow [browser tmp-path]
  (with [page (together browser tmp-path
      (halved-model :text "你们好吗我们很好。\n" :odds {"们" 1e6  "。" 1e5}))]
    (setv keys (.new-cdp-session page.context page))
    (.focus page "#sheet")
    (.send keys "Input.imeSetComposition" {"text" "ni"  "selectionStart" 2  "selectionEnd" 2})
    (settle page)
    (.send keys "Input.insertText" {"text" "你"})
    (settle page)
    (assert (= #((sheet page) (.inner-text page SHARES)) #("你" "You 100%, the machine 0%")))
    (setv [first #* _] (offered page))
    (press page "1")
    (assert (= (sheet page) f"你{first}"))))


(defn test-on-android-a-word-that-is-composed-gets-offers-and-a-tap-commits-it [browser
    tmp-path]
  (with [page (together browser tmp-path :has-touch True :is-mobile True)]
    (setv keys (.new-cdp-session page.context page))
    (.focus page "#sheet")
    (for [n [1 2 3]]
      (.send keys "Input.imeSetComposition"
        {"text" (cut "one" n)  "selectionStart" n  "selectionEnd" n})
      (settle page))
    (assert (= (sheet page) "one"))
    (tap page "two" "one two ")
    (settle page)
    (tap page "four" "one two four ")))


(defn test-text-may-run-from-right-to-left [browser tmp-path]
  (with [page (together browser tmp-path
      (halved-model :text "אב גד, הו.\n" :odds {"ב" 1e3  " " 1e3}))]
    (type-in page "א")
    (press page (str (+ 1 (place-of page "אב"))))
    (assert (= (sheet page) "אב "))
    (for [each ["#sheet" WORDS]]
      (assert (.evaluate page f"document.querySelector('{each}').matches(':dir(rtl)')")))))


(defn test-a-model-that-was-just-taught-offers-its-words [browser monkeypatch tmp-path]
  (teach-small-networks monkeypatch)
  (with [page (together browser tmp-path)]
    (.click page "#tab-teach")
    (.fill page "#teach-text" (* "xy zzy yx. " 300))
    (wait-until page "!document.getElementById('teach-found').hidden")
    (.check page "#teach-start--1")
    (.click page "#teach-go")
    (wait-until page "!document.getElementById('teach-done').hidden")
    (.click page "#tab-together")
    (type-in page "x")
    (assert (any (map str.isalpha (offered page))))
    (assert (<= (set (.join "" (offered page))) (set "xyz. ↵")))))


(defn [(pytest.mark.parametrize "options" [{} PHONE ZOOMED])]
    test-the-line-with-the-cursor-is-in-view-in-a-long-sheet [browser tmp-path options]
  (with [page (together browser tmp-path #** options)]
    (put page LONG)  ; a script's text isn't scrolled to, but a person's is
    (for [act [
        (fn [] (type-in page " two\nthree"))
        (fn [] (press page "1"))
        (fn [] (press page "Tab") (.wait-for-selector page PHRASES))
        (fn [] (press page "Escape" #* (* ["ArrowUp"] 50)))
        (fn [] (press page #* (* ["ArrowDown"] 20)))
        (fn [] (.evaluate page "scrollTo(0, 0)") (press page "x"))]]
      (act)
      (wait-until page IN-VIEW))
    (setv before (.evaluate page "scrollY"))
    (type-in page "x")
    (assert (= (.evaluate page "scrollY") before))))


(defn test-in-firefox-the-line-with-the-cursor-is-in-view [tmp-path]
  (with [page (open-firefox tmp-path)]
    (.open page (page-of tmp-path (a-model)))
    (.wait-until page "document.getElementById('tab-together')")
    (.click page "#tab-together")
    (.run page "document.getElementById('sheet').focus()")
    (.run page f"document.execCommand('insertText', false, {(json.dumps LONG)})")
    (for [keys [" two\nthree" "1" (* "\ue013" 50) (* "\ue015" 20)]]  ; these are arrow keys
      (.type-in page "#sheet" keys)
      (.wait-until page f"{SETTLED} && {IN-VIEW}"))))
