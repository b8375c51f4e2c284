#[[A real browser for tests of pages: Debian's Chromium, driven by Playwright.

It is offline, and an eye is kept on what goes wrong: a page that asks for anything, or has
anything to say on its console, fails the test.]]

(eval-when-compile (require hyrule [unless]))
(import
  contextlib [contextmanager]
  json
  pathlib [Path]
  shutil [which]
  time
  urllib.parse [quote urlencode]
  axe-playwright-python.sync-playwright [Axe]
  playwright.sync-api [sync-playwright]
  lstm-textgen.pages.constants [LEARNING]
  lstm-textgen.textmodel [TextModel]
  tests.helpers [small-model]
  tests.node [script-of])

(setv
  NAMES ["chromium" "chromium-browser" "google-chrome" "chrome"]
  DEADLINE 30  ; seconds for anything that a test waits for
  SENTENCE "The cat sat. \"Heylo,\" said the dog!\n"
  WRITTEN "#texts .text")


(defn chromium []
  "Return the path of Chromium."
  (setv path (next (filter None (map which NAMES)) None))
  (assert path "tests of pages need Chromium: apt install chromium")
  path)


(defn start-browser [[command None]]
  "Yield a new browser, closed afterwards: Chromium, or the `command` that starts it."
  (with [playwright (sync-playwright)]
    (setv browser (.launch playwright.chromium :executable-path (or command (chromium))))
    (try
      (yield browser)
      (finally
        (.close browser)))))


(defn [contextmanager] open-page [browser path [fragment ""] [may-say None] [site None]
    [clock False] #** options]
  #[[Open the file at `path` in a `browser` that is offline; yield Playwright's page.

  `options` are those of a browser context. At the end it is an error if the page asked for
  anything but itself, or files in the folder `site`, or had anything to say on its console but
  what contains `may-say`. With `clock` its time stands still until the test lets it pass.]]
  (setv
    address (.as-uri (.resolve (Path path)))
    own (.as-uri (.resolve (Path (or site path))))
    context (.new-context browser #** {"offline" True  #** options})
    page (.new-page context)
    asked []
    said [])
  (when clock
    (.install page.clock)
    (.pause-at page.clock (+ (time.time) 60)))
  (.set-default-timeout context (* 1000 DEADLINE))
  (.on page "request" (fn [request] (.append asked request.url)))
  (.on page "console" (fn [message] (.append said message.text)))
  (.on page "pageerror" (fn [error] (.append said (str error))))
  (try
    (visit page (+ address fragment))
    (yield page)
    (finally
      (.close context)))
  (setv
    asked (lfor url asked :if (not (.startswith url #("blob:" own))) url)
    said (lfor line said :if (not (and may-say (in may-say line))) line))
  (assert (= asked said [])))


(defn visit [page [address None]]
  "Let the page load what is at `address`, or itself again, and wait until its script runs."
  (if address (.goto page address) (.reload page))
  (wait-until page "!document.getElementById('unable')"))  ; its script removes that


(defn wait-until [page condition [seconds DEADLINE]]
  "Wait until `condition`, an expression in JavaScript, is true on the `page`."
  ;; Playwright's own way evaluates strings on the page, whose policy forbids it.
  (setv deadline (+ (time.monotonic) seconds))
  (while (not (.evaluate page condition))
    (assert (< (time.monotonic) deadline) f"this never came true: {condition}")
    (.wait-for-timeout page 20)))


(defn violations [page]
  "Return axe-core's complaints about a page: rules, each with the elements that break it."
  ;; A page on disk may not read the style sheets beside it.
  (setv results (.run (Axe) page :options {"preload" False  "resultTypes" ["violations"]}))
  (lfor
    each (get results.response "violations")
    [(get each "id") (lfor node (get each "nodes") (get node "html"))]))


(defn overflow [page]
  "Return by how many pixels a page is wider than the window."
  (.evaluate page "document.documentElement.scrollWidth - document.documentElement.clientWidth"))


(defn flaws [page]
  "Return what is wrong with a page, narrow and wide, in both themes: a list, empty if it is fine."
  (setv found [])
  (for [width [390 1400]  scheme ["light" "dark"]]
    (.set-viewport-size page {"width" width  "height" 900})
    (.emulate-media page :color-scheme scheme :reduced-motion "reduce")  ; nothing is half there
    (setv each [(violations page) (overflow page)])
    (unless (= each [[] 0]) (.append found [width scheme #* each])))
  found)


;; * Pages to play with a model

(defn halved-model [[layers "12"] #** options]
  "Make a model with random weights that 16 bits hold exactly."
  (setv model (small-model :layers layers #** {"text" SENTENCE  #** options}))
  (setv model.weights (lfor w model.weights (.astype (.astype (* w 0.4) "float16") "float32")))
  model)


(defn teach-small-networks [monkeypatch]
  "Let pages that are made from now on teach new networks of 128 hidden units, in seconds."
  (setv new (get LEARNING "new"))
  (.setitem monkeypatch new "sizes"
    (lfor size (get new "sizes") :if (= (get size "units") 128) size)))


(defn fragment [#** settings]
  "Return the part of an address that gives a page these `settings`."
  (+ "#" (urlencode settings :quote-via quote)))


(defn open-more [page]
  "Unfold the settings that a page folds away."
  (.click page "#more summary"))


(defn write-on [page n]
  "Restart the page, let it generate at least `n` units, then stop it."
  (.press page.keyboard "Escape")  ; it writes from the start
  (.click page "#go")
  (wait-for-units page n)
  (.press page.keyboard "Escape"))


(defn wait-for-units [page n]
  "Wait until the page has written `n` units, some of them by each model."
  (wait-until page (+ "document.getElementById('after').hidden === false && "
    f"[...document.querySelectorAll('{WRITTEN}')].every((text) => "
    f"text.textContent.length >= {(min n 30)}) && "
    f"parseInt(document.getElementById('count').textContent.replace(/,/g, '')) >= {n}")))


(defn wait-for-end [page]
  "Wait until the page has generated its passage."
  (wait-until page "document.getElementById('stop').hidden"))


(defn written [page]
  "Return the text on the page, seed included."
  (.text-content page WRITTEN))


(defn assert-writes-as-python [browser path model seeds #** settings]
  "Assert that the page at `path` writes after each of `seeds`, coldly, what Python does."
  (with [page (open-page browser path (fragment #** {"length" 100  "temperature" 0  "fast" 1
      #** settings}))]
    (for [seed seeds]
      (setv expected (.generate (TextModel model) seed :temperature 0
        :length (.get settings "length" 100)))
      (restart page seed)
      (wait-for-end page)
      (setv
        [before _ more] (.partition (written page) expected)
        ;; A page has the last piece whole, and doesn't count what a text begins with.
        longest (max (map len model.vocabulary.units))
        spare (if (or (= model.settings.unit "pieces") (= seed "")) longest 0))
      (assert (= before "") seed)
      (assert (<= (len more) spare) seed))))


(defn restart [page seed]
  "Let a page begin with another `seed`."
  (.fill page "#seed" seed)
  (.press page "#seed" "Enter"))


(defn in-browser [browser modules code argument [before ""]]
  #[[Return what the `code` of a function in JavaScript makes of `argument`.

  It knows the code `before` and the `modules` of source/, each after those that it imports.]]
  (setv page (.new-page browser))
  (try
    (.evaluate page
      (+ "(argument) => {" before (script-of modules) f"\nreturn ({code})(argument); }}")
      argument)
    (finally
      (.close page))))


(defn start-of [page n]
  "Return where on the screen the unit `n` of the text of single characters is: its middle."
  (.evaluate page (+ "(() => { document.querySelector('" WRITTEN "').scrollIntoView();"
    "const walker = document.createTreeWalker(document.querySelector('"
    WRITTEN "'), 4); let left = " (str n) "; let node;"
    "while ((node = walker.nextNode()) && node.length <= left) left -= node.length;"
    "const range = document.createRange(); range.setStart(node, left);"
    "range.setEnd(node, left + 1); const box = range.getBoundingClientRect();"
    "return [box.left + box.width / 2, box.top + box.height / 2]; })()")))


(defn alternatives-on [page]
  "Return the units and the probabilities that the panel of a page shows."
  (setv [units odds] (lfor
    part ["unit" "odds"]
    (.all-text-contents (.locator page f"#alternatives .{part}"))))
  #((lfor unit units (.replace (.replace unit "␣" " ") "↵" "\n")) odds))


(defn wait-for-text [page text]
  "Wait until the text on the page begins with `text`."
  (wait-until page
    f"document.querySelector('{WRITTEN}').textContent.startsWith({(json.dumps text)})"))
