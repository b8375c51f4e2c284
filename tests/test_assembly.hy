"Pages put together from what source/ has and built/ is."

(import
  base64 [b64encode]
  hashlib [sha256]
  json
  pathlib [Path]
  re
  pytest
  lstm-textgen.pages.assembly [PAGES assemble built]
  tests.helpers [packed-on])

(setv
  pytestmark pytest.mark.quick
  HOSTILE "</script><script>alert(1)</script><!-- \u2028 \u202e \x00 é")


(defn policy-of [page]
  "Return the Content-Security-Policy of `page` as a dict."
  (setv [policy] (re.findall "http-equiv=\"Content-Security-Policy\" content=\"(.*?)\"" page))
  (dfor
    directive (.split policy "; ")
    :setv [name _ value] (.partition directive " ")
    name value))


(defn hash-of [tag page]
  "Return what allows the first element `tag` of `page`."
  (hash-in (get (re.search rf"(?s)<{tag}[^>]* id=.{tag}.>(.*?)</{tag}>" page) 1)))


(defn hash-in [text]
  "Return what allows an element with this `text`."
  f"'sha256-{(.decode (b64encode (.digest (sha256 (.encode text)))))}'")


(defn test-the-policy-allows-the-pages-own-style-and-script-and-nothing-else []
  (setv
    page (assemble "A" "<p>a</p>" "page.js")
    own (get (packed-on page) "code"))
  (assert (= (policy-of page) {
    "default-src" "'none'"
    "style-src" (hash-of "style" page)
    "script-src" f"{(hash-of "script" page)} {(hash-in own)} 'wasm-unsafe-eval'"
    "worker-src" "blob:"
    "base-uri" "'none'"
    "form-action" "'none'"})))


(defn test-a-page-holds-what-was-built []
  (setv
    make (fn [] (assemble "A" "" "page.js" :worker "worker.js" :packed {"constants" {"é" "<"}}))
    page (make)
    packed (packed-on page))
  (assert (= (get packed "code") (built "page.js")))
  (assert (= (get packed "worker") (built "worker.js")))
  (assert (= (get packed "constants") {"é" "<"}))
  (assert (= page (make))))


(defn test-data-come-back-and-cannot-leave-their-element []
  (setv
    page (assemble "A" "" "alone.js" :blocks {"facts" {"text" HOSTILE}})
    [block] (re.findall "(?s)id=\"facts\">(.*?)</script>" page))
  (assert (= (json.loads block) {"text" HOSTILE}))
  (assert (.isascii block))
  (assert (not-in "<" block)))


(defn test-a-block-with-a-tag-is-refused []
  (with [_ (pytest.raises ValueError :match "the block weights of a page contains a tag")]
    (assemble "A" "" "alone.js" :blocks {"weights" HOSTILE})))


(defn test-nothing-on-a-page-asks-for-anything-from-elsewhere []
  (for [path (.rglob PAGES "*.*")
      :if (in path.suffix [".css" ".html" ".js"])
      :if (not-in "node_modules" path.parts)]
    (setv text (re.sub "@import \"[.]/" "" (.read-text path :encoding "utf-8")))  ; of page.css
    (assert (not (re.search r"url\(|src=|@import|<link" text)) path)))


;; * The folders of source/

(setv
  SOURCE (/ PAGES "source")
  ;; What is in a folder imports from those before it, and from its own.
  FOLDERS ["types.ts" "text" "network" "writing" "teaching" "ui" "models" "tabs"])


(defn place-of [path]
  "Return the place of the file at `path` among `FOLDERS`; what begins a script comes last."
  (setv [name #* _] (. (.relative-to path SOURCE) parts))
  (if (in name FOLDERS) (.index FOLDERS name) (len FOLDERS)))


(defn test-scripts-import-one-way []
  (for [path (.rglob SOURCE "*.ts")
      name (re.findall r"from \"(\..*?)\"" (.read-text path :encoding "utf-8"))]
    (setv imported (.resolve (/ path.parent name)))
    (assert (<= (place-of imported) (place-of path)) [path name])))


(defn test-a-folder-has-at-most-twelve-files []
  (for [folder [SOURCE #* (filter Path.is-dir (.rglob SOURCE "*"))]]
    (assert (<= (sum (map Path.is-file (.iterdir folder))) 12) folder)))
