"Pages put together from the files in assets/."

(import
  base64 [b64encode]
  collections [Counter]
  hashlib [sha256]
  json
  re
  pytest
  lstm-textgen.pages.assembly [ASSETS assemble join-modules modules-for]
  lstm-textgen.pages.playground [SCRIPTS WORKER]
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
    page (assemble "A" "<p>a</p>" :styles ["text.css"] :scripts ["page.js"])
    own (+ #* (gfor part ["shared" "code"] (get (packed-on page) part))))
  (assert (= (policy-of page) {
    "default-src" "'none'"
    "style-src" (hash-of "style" page)
    "script-src" f"{(hash-of "script" page)} {(hash-in own)} 'wasm-unsafe-eval'"
    "worker-src" "blob:"
    "base-uri" "'none'"
    "form-action" "'none'"})))


(defn test-a-page-with-workers-holds-each-module-once []
  (setv
    make (fn [] (assemble "A" "" :scripts ["page.js" "binary.js"] :workers ["binary.js" "clock.js"]
      :packed {"constants" {"é" "<"}}))
    page (make)
    packed (packed-on page))
  (assert (= (+ (get packed "shared") (get packed "code")) (join-modules ["binary.js" "page.js"])))
  (assert (= (get packed "worker") (join-modules ["clock.js"])))
  (assert (= (get packed "constants") {"é" "<"}))
  (assert (= page (make))))


(defn test-data-come-back-and-cannot-leave-their-element []
  (setv
    page (assemble "A" "" :blocks {"facts" {"text" HOSTILE}})
    [block] (re.findall "(?s)id=\"facts\">(.*?)</script>" page))
  (assert (= (json.loads block) {"text" HOSTILE}))
  (assert (.isascii block))
  (assert (not-in "<" block)))


(defn test-a-block-with-a-tag-is-refused []
  (with [_ (pytest.raises ValueError :match "the block weights of a page contains a tag")]
    (assemble "A" "" :blocks {"weights" HOSTILE})))


(defn test-no-asset-asks-for-anything-from-elsewhere []
  (for [path (.rglob ASSETS "*.*")  :if (in path.suffix [".css" ".html" ".js"])]
    (assert (not (re.search r"url\(|src=|@import|<link" (.read-text path :encoding "utf-8")))
      path)))


(defn [(pytest.mark.parametrize "modules" [WORKER SCRIPTS (modules-for "alone.js")])]
    test-modules-that-are-joined-have-no-name-in-common [modules]
  (setv
    code (join-modules modules)
    names (re.findall r"(?m)^(?:async )?(?:const|let|function\*?|class) (\w+)" code))
  (assert (> (len names) 50))
  (assert (= [] (lfor [name times] (.items (Counter names)) :if (> times 1) name))))
