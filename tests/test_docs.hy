"The documentation: its commands are run and its links are valid."

(import
  html.parser [HTMLParser]
  re
  shutil
  textwrap
  urllib.parse
  pytest
  lstm-textgen
  tests.browser [open-page overflow violations]
  tests.forkserver [COUNTING]
  tests.helpers [ROOT forked-python]
  tools [docs]
  tools.blocks [BEGINS-WITH-MODEL Reader RUN SHOWN Step blocks-in findings page-paths
    same? shorten steps-of]
  tools.reference [generated])

(setv
  [README #* PAGES] (page-paths)
  DOWNLOADS "downloads"  ; the reason of blocks of the gallery that are not run
  EXCEPTIONS 5)  ; other blocks that are not run, at most


(defn name-of [path]
  (.as-posix (.relative-to path ROOT)))


(defn text-of [path]
  (.read-text path :encoding "utf-8"))


;; * Following

(defn follow [path folder counting]
  "Return what is wrong on a page followed in `folder`; `counting`: whether no network learns."
  (list (findings path folder
    :python (forked-python)
    :environment (if counting {COUNTING "1"} {}))))


(defn reader-in [folder]
  "Return a `Reader` in `folder`, where no network learns and texts are short."
  (setv reader (Reader folder :short True :python (forked-python) :environment {COUNTING "1"}))
  (shorten folder)
  reader)


(defn [(pytest.fixture :scope "module")] lol-model [tmp-path-factory]
  "The path of the model that README trains first."
  (setv folder (tmp-path-factory.mktemp "lol"))
  (with [reader (reader-in folder)] (.type reader "./train.hy --sources lol.txt"))
  (/ folder "model.h5"))


(defn assert-none [findings]
  (when findings
    (pytest.fail (.join "\n\n" findings) :pytrace False)))


(defn [(pytest.mark.parametrize "path" (page-paths) :ids name-of)]
    test-a-page-does-what-it-says [path lol-model tmp-path]
  (setv folder (/ tmp-path "clone"))
  (.mkdir folder)
  (when (in BEGINS-WITH-MODEL (text-of path))
    (shutil.copy lol-model folder))
  (assert-none (follow path folder True)))


(defn [pytest.mark.slow] test-python-does-what-its-page-says-where-networks-learn [tmp-path]
  ;; tools/newcomer.hy follows README and the tutorial.
  (setv folder (/ tmp-path "clone"))
  (.mkdir folder)
  (assert-none (follow (/ ROOT "docs" "python.md") folder False)))


(defn test-few-blocks-are-not-run-and-code-shows-what-it-prints []
  (setv
    blocks (lfor path [README #* PAGES] (blocks-in (text-of path)))
    reasons (lfor
      page blocks
      block page
      :if (not-in (.get block.notes "not run") [None DOWNLOADS])
      (get block.notes "not run")))
  (assert (and (all reasons) (<= (len reasons) EXCEPTIONS)))
  (for [page blocks block page]
    (assert (in block.language [#* RUN #* SHOWN]) block.text))
  (for [page blocks step (steps-of page)]
    (when (and (in step.kind ["python" "hy"]) (re.search r"(?m)^\(?print\b" step.typed))
      (assert (is-not step.shown None) step.typed))))


(defn test-what-comes-from-the-program-is-up-to-date []
  (for [path [README #* PAGES]]
    (assert (= (generated (text-of path)) (text-of path)) "python -m hy tools/outputs.hy -")))


;; * The site

(defn [(pytest.fixture :scope "session")] site [tmp-path-factory]
  "Sphinx's warnings, and the folder of the site, both made by the commands of its workflow."
  (setv
    folder (tmp-path-factory.mktemp "site")
    workflow (text-of (/ ROOT ".github" "workflows" "site.yml"))
    commands (get (re.search r"(?s)run: \|\n(.*?)(?=\n      -)" workflow) 1))
  (with [reader (reader-in folder)]
    (.type reader (textwrap.dedent commands)))
  #((docs.build (/ folder "html") (/ folder "play")) (/ folder "html")))


(defclass Links [HTMLParser]
  "What a page links to, what it loads, and what can be linked to in it."

  (defn __init__ [self path]
    (.__init__ (super))
    (setv
      self.links []
      self.loaded []
      self.anchors #{""})
    (.feed self (text-of path)))

  (defn handle-starttag [self tag attributes]
    "Note what the `tag` has among its `attributes`."
    (setv attributes (dict attributes))
    (.add self.anchors (.get attributes "id"))
    (when (in tag ["script" "img" "source"])
      (.append self.loaded (.get attributes "src")))
    (when (in "href" attributes)
      (.append (if (= tag "link") self.loaded self.links) (get attributes "href")))))


(defn [(pytest.fixture :scope "session")] pages [site]
  (dfor path (.rglob (get site 1) "*.html") path (Links path)))


(defn [pytest.mark.slow] test-the-site-is-built-without-a-warning [site]
  (assert (= (get site 0) "")))


(defn test-each-page-is-in-the-contents-from-which-the-sidebar-comes []
  (setv sidebar (docs.table-of-contents {}))
  (for [path PAGES]
    (setv page (.as-posix (.relative-to path docs.DOCS)))
    (assert (or (= page "README.md") (in f" <{(.removesuffix page ".md")}>\n" sidebar)) page)))


(defn [pytest.mark.slow] test-the-gallery-shades-what-was-written [site]
  (assert (=
    (.count (text-of (/ (get site 1) "gallery.html")) "class=\"passage\"")
    (.count (text-of (/ docs.DOCS "gallery.md")) "<!-- shades: "))))


(defn [pytest.mark.slow] test-the-first-page-links-to-the-tabs-of-pages-to-try [site pages]
  (setv first (/ (get site 1) "index.html"))
  (for [name ["english" "german" "french" "spanish"]  tab ["write" "together" "teach"]]
    (assert (in f"play/{name}.html#{tab}" (. (get pages first) links)))))


(defn [pytest.mark.slow] test-pages-to-try-weigh-what-readme-says [site]
  (setv [said] (re.findall r"less than (\d+) MB each" (text-of README)))
  (for [path (.glob (get site 1) "play/*.html")]
    (setv megabytes (/ (. (.stat path) st-size) 1e6))
    (assert (< (- (int said) 1) megabytes (int said)) path.name)))


(defn [pytest.mark.slow] test-each-link-within-the-site-leads-somewhere [pages]
  (for [[path page] (.items pages)  link page.links  :if (not (re.match "[a-z]+:" link))]
    (setv
      [file _ anchor] (.partition (urllib.parse.unquote link) "#")
      target (if file (.resolve (/ path.parent file)) path))
    (assert (.exists target) f"{path}: {link}")
    (when (in target pages)
      (assert (in anchor (. (get pages target) anchors)) f"{path}: {link}"))))


(defn [pytest.mark.slow] test-the-site-loads-nothing-from-elsewhere [pages]
  (for [[path page] (.items pages)  address (filter None page.loaded)]
    (assert (not (re.match "[a-z]+:|//" address)) f"{path}: {address}")))


(defn test-a-picture-takes-less-than-a-megabyte []
  (for [path (.iterdir (/ docs.DOCS "pictures"))]
    (assert (< (. (.stat path) st-size) 1_000_000) path.name)))


(defn test-readme-is-short []
  (setv prose (re.sub r"(?ms)<!--.*?-->|^```.*?^```" "" (text-of README)))
  (assert (<= (len (re.findall r"\S*\w\S*" prose)) 700)))


(defn test-readme-names-the-version-the-status-and-the-pythons []
  (setv
    setup (text-of (/ ROOT "setup.py"))
    [status] (re.findall r"Development Status :: \d - (\w+)" setup)
    [oldest #* _ newest] (re.findall r"Python :: (3\.\d+)" setup))
  (assert (in f"version {lstm-textgen.__version__}, {(.lower status)}" (text-of README)))
  (assert (in f"Python {oldest} to {newest}" (text-of README))))


(defn test-each-link-in-a-page-s-text-leads-somewhere []
  (for [path [README #* PAGES]  [_ link _] (.findall docs.LINK (text-of path))]
    (assert (.exists (/ path.parent link)) f"{path}: {link}")))


(defn [pytest.mark.slow
      (pytest.mark.parametrize "width,scheme" [[360 "light"] [1600 "dark"]])]
    test-a-page-fits-and-can-be-read [site browser width scheme]
  (for [name ["index" "gallery" "tutorial" "how-it-works" "command-line"]]
    (with [page (open-page browser (/ (get site 1) f"{name}.html") :site (get site 1)
        :color-scheme scheme :viewport {"width" width  "height" 900})]
      (assert (<= (overflow page) 0) name)
      (assert (= (violations page) []) name))))


(defn [pytest.mark.slow] test-the-search-works-offline [site browser]
  (with [page (open-page browser (/ (get site 1) "search.html") "?q=temperature"
      :site (get site 1))]
    (assert (.wait-for-selector page "ul.search li:has-text('Generating and scoring')"))))


;; * The checks themselves

(defn [(pytest.mark.parametrize #("shown" "notes" "printed" "expected") [
    #("a\nb" {} "a\nb\n" True)
    #("a\nb" {} "a\nc\n" False)
    #("a\n…\nd" {} "a\nb\nc\nd\n" True)
    #("a\n…\nd" {} "a\nb\nc\n" False)
    #("epoch 1/9  1.5 bits\nepoch 9/9  0.5 bits" {"numbers differ" ""}
      "epoch 1/3  2,225.125 bits\n" True)
    #("epoch 1/9  1.5 bits" {"numbers differ" ""} "epoch 1/3  2.5 nats\n" False)
    #("heylo, dog" {"has" "\"heylo\""} "heylo, cat" True)
    #("heylo, dog" {"has" "\"heylo\""} "hello" False)])]
    test-a-block-must-print-what-it-shows-as-far-as-its-notes-say [shown notes printed expected]
  (assert (= (bool (same? (Step "console" "true" shown 0 0 notes) printed)) expected)))


(defn test-a-page-is-read-as-steps []
  (setv steps (steps-of (blocks-in (+ "<!-- file: a.txt -->\n```text\nabc\n```\n\n"
    "<!-- numbers differ -->\n```console\n$ wc \\\n  a.txt\n1 2 3\n$ true\n```\n"
    "```python\nprint(1)\n```\n<!-- output -->\n```text\n1\n```\n"
    "<!-- not run: it is long -->\n```console\n$ sleep 999\n```\n"))))
  (assert (= (lfor s steps #(s.kind s.typed s.shown)) [
    #("file" "abc\n" None)
    #("console" "wc \\\n  a.txt" "1 2 3")
    #("console" "true" None)
    #("python" "print(1)\n" "1\n")]))
  (assert (in "numbers differ" (. (get steps 1) notes))))
