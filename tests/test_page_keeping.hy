"A page saved by a page, in Chromium: what it is, what it writes, who can read it."

(import
  json
  pathlib [Path]
  re
  numpy :as np
  pytest
  lstm-textgen.cli [main]
  lstm-textgen.pages.imported [models-on-page]
  lstm-textgen.pages.playground [playground]
  lstm-textgen.textmodel [load]
  tests.browser [assert-writes-as-python fragment halved-model open-page visit wait-for-end
    wait-until written]
  tests.damage [damaged-page]
  tests.engines [open-firefox]
  tests.helpers [FUZZ block-of brief page-of]
  tests.node [script-of])

(setv
  pytestmark brief
  ALIKE {"seed" "a"  "length" 20  "rng_seed" 3  "temperature" 0.5  "fast" 1  "vary" 0}
  HOSTILE "a \">b</script><!--c\u2028d &amp; `e`\n"  ; what HTML or JavaScript might understand
  ;; Models of all kinds: their names, and how they are made.
  KINDS [
    #* (gfor
      name ["english" "german" "french" "spanish"]
      #(name (fn [[name name]] (. (load name) checkpoint))))
    #("a list" (fn [] (halved-model :text HOSTILE :items "line" :longest-item 5)))
    #("a chat" (fn [] (halved-model :text HOSTILE :people [HOSTILE "Anna"])))
    #(HOSTILE (fn [] (halved-model :text HOSTILE :names HOSTILE :title HOSTILE
      :beginning ">" :seed-text HOSTILE :base f"{HOSTILE}:page")))]
  KEEP ["text/binary" "ui/document" "network/shapes" "network/packing"
    "models/validation" "models/page-file"]
  ;; Functions in JavaScript, of models as `models-of` returns them.
  WITH-BYTES "(all) => all.map((each) => ({ ...each, weights: fromBase64(each.weights) }))"
  WITH-TEXT "(all) => all.map((each) => ({ ...each, weights: toBase64(each.weights) }))"
  SAVE f"(all) => savePage(({WITH-BYTES})(all)).text()"
  READ f"(text) => {{ const read = readPage(text);
    return read.map ? ({WITH-TEXT})(read) : read; }}"
  REMEMBER f"(all) => remember({{ models: ({WITH-BYTES})(all), text: 'mine' }})"
  RECALL f"async () => {{ const state = await recall();
    return state && [state.text, ({WITH-TEXT})(state.models)]; }}")


(defn on-page [page code [argument None]]
  "Return what the `code` of a function in JavaScript that knows page-file.ts returns on a `page`."
  (.evaluate page
    f"async (argument) => {{ {(script-of KEEP)}\nreturn await ({code})(argument); }}"
    argument))


(defn models-of [path]
  "Return the facts and the weights, in base64, of each model on the page at `path`."
  (setv page (.read-text path :encoding "utf-8"))
  (lfor
    [n facts] (enumerate (json.loads (block-of page "facts")))
    {"facts" facts  "weights" (block-of page f"weights-{n}")}))


(defn save-from [browser path models]
  "Let the page at `path` save itself with `models`; return the path of the new page."
  (with [page (open-page browser path)]
    (setv text (on-page page SAVE models)))
  (setv saved (.with-name path f"saved-from-{path.name}"))
  (.write-text saved text :encoding "utf-8" :newline "")
  saved)


(defn taught [folder [name "taught"] #** options]
  "Return a model, and it as `models-of` a page, as if a page had been taught it."
  (.mkdir (/ folder name))
  (setv
    model (halved-model :rng-seed 7 #** options)
    [made] (models-of (page-of (/ folder name) model)))
  (setv (get made "facts" "name") name)
  #(model made))


(defn one-text [browser path [seed "The"] #** settings]
  "Return what the page at `path` writes after a seed, with these `settings`."
  (with [page (open-page browser path (fragment #** {"seed" seed  "rng_seed" 4  "length" 60
      "fast" 1  #** settings}))]
    (wait-for-end page)
    (written page)))


;; * Saved pages

(defn test-a-saved-page-writes-what-the-model-it-was-given-writes [browser tmp-path]
  (setv
    [model made] (taught tmp-path)
    saved (save-from browser (page-of tmp-path (halved-model)) [made]))
  (assert-writes-as-python browser saved model ["The" ""])
  (assert (= (one-text browser saved) (one-text browser (/ tmp-path "taught" "page.html")))))


(defn test-a-page-saved-again-by-a-saved-page-is-the-same [browser tmp-path]
  (setv
    [_ made] (taught tmp-path)
    (get made "facts" "name") "my <b> & \"2 > 1\" </script>"
    saved (save-from browser (page-of tmp-path (halved-model)) [made])
    again (save-from browser saved (models-of saved)))
  (assert (= (.read-bytes again) (.read-bytes saved)))
  (assert (= (models-of saved) [made]))
  (assert (in "<title>my &#60;b&#62; &#38; &#34;2 &#62; 1&#34; &#60;/script&#62;</title>"
    (.read-text saved))))


(defn test-a-saved-page-has-its-parents-parts-and-nothing-that-came-into-the-page
    [browser tmp-path]
  (setv path (page-of tmp-path (halved-model) (halved-model "5")))
  (with [page (open-page browser path (fragment :seed "secret" :length 9)
      :may-say "Content Security Policy")]
    (wait-for-end page)
    (.evaluate page (+ "['style', 'script', 'p'].forEach((tag) => document.body.append("
      "Object.assign(document.createElement(tag), {textContent: 'guest'})))"))
    (setv text (on-page page SAVE (models-of path))))
  (for [word ["secret" "guest"]] (assert (not-in word text)))
  (defn pieces [page]  ; its blocks may come in another order
    (set (map str.strip (re.split r"(?=<script)|<title>.*?</title>|(?<=\"facts\">)[^<]*" page))))
  (assert (= (pieces text) (pieces (.read-text path)))))


(defn test-weights-do-not-stay-on-a-page-as-text [browser tmp-path]
  (setv path (page-of tmp-path (halved-model "60")))
  (with [page (open-page browser path)]
    (setv held (.evaluate page "document.getElementById('weights-0').textContent"))
    (assert (< (* 2 (len held)) (len (get (models-of path) 0 "weights"))))))


(defn test-names-are-left-out-of-a-saved-page-on-request [browser tmp-path]
  (setv path (page-of tmp-path (halved-model :names "Annabel Zacharias")))
  (with [page (open-page browser path)]
    (for [[names there] [["true" True] ["false" False]]]
      (setv text (on-page page f"(all) => savePage(({WITH-BYTES})(all), {names}).text()"
        (models-of path)))
      (assert (= (in "Zacharias" text) there)))))


(defn test-the-program-imports-and-scores-a-saved-page [browser tmp-path here capsys]
  (setv
    [model made] (taught tmp-path)
    saved (save-from browser (page-of tmp-path (halved-model)) [made]))
  (.write-text (Path "text.txt") "The cat sat.\n")
  (assert (= 0 (main ["--import" (str saved) "--model" "mine" "--quiet"])))
  (assert (= 0 (main ["--model" "mine" "--score" "text.txt"])))
  (setv
    [total _ _] (.score (load "mine") "The cat sat.\n")
    [[name found]] (models-on-page saved))
  (assert (in f"{total.bits :.3f} bits per character" (. (.readouterr capsys) out)))
  (assert (= name "taught"))
  (assert (all (map np.array-equal found.weights model.weights))))


;; * Saved pages read by a page

(defn test-a-page-reads-the-models-of-any-saved-page [browser tmp-path]
  (setv
    path (page-of tmp-path (halved-model) (halved-model "5" :unit "words"))
    [_ made] (taught tmp-path)
    saved (save-from browser path [made (get (models-of path) 1)]))
  (with [page (open-page browser (/ tmp-path "taught" "page.html"))]
    (assert (= (on-page page READ (.read-text saved)) (models-of saved)))
    (setv many (save-from browser path [made made made]))
    (assert (= (on-page page READ (.read-text many)) "keep.damaged"))))


(defn [(pytest.mark.parametrize #("name" "make") KINDS :ids (lfor [name _] KINDS (cut name 7)))]
    test-a-saved-page-is-opened-by-its-button [browser tmp-path name make]
  (.write-text (/ tmp-path "made.html") (playground {name (make)}) :encoding "utf-8")
  (setv
    other (page-of tmp-path (halved-model))
    made (models-of (/ tmp-path "made.html"))
    saved (save-from browser other made))
  (assert (= (models-of saved) made))
  (with [page (open-page browser other (fragment #** ALIKE))]
    (.click page "#tab-teach")
    (.set-input-files page "#teach-page" saved)
    (wait-until page "!document.getElementById('teach-told').hidden")
    (.click page "#tab-write")
    (wait-for-end page)
    (setv text (written page)))
  (assert (= text (one-text browser saved #** ALIKE))))


(defn test-firefox-opens-saved-pages-by-the-button [browser tmp-path]
  (setv other (page-of tmp-path (halved-model)))
  (with [page (open-firefox tmp-path)]
    (for [[name make] [(get KINDS 0) #* (cut KINDS 5 None)]]
      (setv made (/ tmp-path "made.html"))
      (.write-text made (playground {name (make)}) :encoding "utf-8")
      (setv saved (save-from browser other (models-of made)))
      (.open page other)
      (.wait-until page "!document.getElementById('unable')")
      (.click page "#tab-teach")
      (.type-in page "#teach-page" (str saved))
      (.wait-until page "!document.getElementById('teach-told').hidden")
      (.click page "#tab-write")
      (.wait-until page "document.getElementById('stop').hidden"))))


(defn [(pytest.mark.parametrize #("old" "new" "key") [
    #("\"facts\"" "\"fact\"" "keep.no-page")
    #("\"record\"" "\"recor\"" "keep.older")
    #("\"weights-0\">" "\"weights-0\">A" "keep.damaged")
    #("\"weights-0\">...." "\"weights-0\">AHwA" "keep.damaged")
    #("\"bits\":16" "\"bits\":8" "keep.damaged")
    #("\"pattern\":null" "\"pattern\":\"(a+)+b\"" "keep.damaged")
    #("\"people\":null" "\"people\":7" "keep.damaged")
    #("\"base\":null" "\"base\":7" "keep.damaged")
    #("\"mostUnits\":[0-9]+" "\"mostUnits\":1e9" "keep.damaged")
    #("\"measure\":\"characters\"" "\"measure\":\"xx\"" "keep.damaged")
    #("\"lookback\":[0-9]+" "\"lookback\":1e7" "keep.damaged")
    #("\"opening\":\"" (+ "\"opening\":\"" (* "a" 100_001)) "keep.damaged")
    #("\"history\":\\[" (+ "\"history\":[" (* "0," 100_001)) "keep.damaged")])]
    test-a-page-says-what-is-wrong-with-another [browser tmp-path old new key]
  (setv
    path (page-of tmp-path (halved-model))
    [before line after] (.partition (.read-text path) "id=\"facts\"")
    text (+ before (re.sub old new (+ line after) :count 1)))
  (with [page (open-page browser path)]
    (assert (= (on-page page READ text) key))))


(defn [(pytest.mark.parametrize "count" [
    100 (pytest.param (* 400 FUZZ) :marks pytest.mark.slow)])]
    test-a-page-takes-no-harm-from-damaged-ones [browser tmp-path count]
  (setv
    path (page-of tmp-path (halved-model :items "line" :longest-item 5 :names "Anna"))
    whole (.read-bytes path)
    code "(text) => { const read = readPage(text);
      return read.map ? savePage(read).text().then((again) => readPage(again).length) : read; }")
  (with [page (open-page browser path)]
    (for [n (range count)]
      (assert (in (on-page page code (.decode (damaged-page n whole) "utf-8" "replace"))
        [1 "keep.no-page" "keep.older" "keep.damaged"])))))


;; * What the browser remembers

(defn test-what-is-remembered-survives-a-reload-until-it-is-forgotten [browser tmp-path]
  (setv
    path (page-of tmp-path (halved-model))
    [_ made] (taught tmp-path))
  (with [page (open-page browser path :site tmp-path)]
    (assert (is (on-page page RECALL) None))
    (assert (is (on-page page REMEMBER [made]) None))
    (visit page)
    (assert (= (on-page page RECALL) ["mine" [made]]))
    (visit page (.as-uri (/ tmp-path "taught" "page.html")))
    (assert (is (on-page page RECALL) None))  ; that is another page
    (visit page (.as-uri path))
    (on-page page "forget")
    (assert (is (on-page page RECALL) None))))


(defn test-a-full-store-and-one-that-is-closed-are-said [browser tmp-path]
  (setv
    path (page-of tmp-path (halved-model))
    models (models-of path))
  (with [page (open-page browser path)]
    (.send (.new-cdp-session page.context page) "Storage.overrideQuotaForOrigin"
      {"origin" "file://"  "quotaSize" 1000})
    (assert (= (on-page page REMEMBER models) "keep.full"))
    (.evaluate page
      "() => { IDBFactory.prototype.open = () => { throw new DOMException('', 'No'); }; }")
    (assert (= (on-page page REMEMBER models) "keep.no-store"))
    (assert (is (on-page page RECALL) None))
    (on-page page "forget")))


(defn test-a-state-that-another-page-has-spoiled-is-not-recalled [browser tmp-path]
  (setv
    path (page-of tmp-path (halved-model))
    [made] (models-of path))
  (with [page (open-page browser path)]
    (for [change [{"layers" [["lstm" 99]]} {"units" "abc"} {"pattern" "(a+)+b"}]]
      (on-page page REMEMBER [{#** made  "facts" {#** (get made "facts")  #** change}}])
      (assert (is (on-page page RECALL) None)))
    (on-page page "() => remember({models: 7})")
    (assert (is (on-page page RECALL) None))))
