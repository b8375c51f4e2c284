#[[Builds the documentation: `python -m hy tools/docs.hy [PLAY]` makes static pages in build/docs/.

The pages of docs/ are plain Markdown; Sphinx makes a site of them, with a page for each module of
the program and for linked files of the project. The first page, README, links to the models' own
pages in the folder PLAY. Neither the build nor the pages download anything. A warning makes it
fail. Needs the extra `docs`.]]

(import
  io [StringIO]
  os
  pathlib [Path]
  re
  shutil
  sys
  tempfile [TemporaryDirectory]
  sphinx.application [Sphinx]
  tools.forms [ROOT]
  tools.gallery [shaded]
  tools.reference [generated])

(setv
  DOCS (/ ROOT "docs")
  TARGET (/ ROOT "build" "docs")
  ;; A section of docs/README.md, and a link in it to a page: the sidebar has the same.
  SECTION (re.compile r"\*\*(.+)\*\*\n((?:- .*\n)+)")
  ENTRY (re.compile r"\[([^\]]+)\]\(([^)#]+)\)")
  ;; Files of the project that become pages.
  PROJECT {
    "README.md" "index.md"
    "docs/README.md" "contents.md"
    "bench/README.md" "project/figures.md"
    "bench/log.md" "project/log.md"
    "corpora/README.md" "project/corpora.md"
    "CHANGELOG.md" "project/changelog.md"
    "CONTRIBUTING.md" "project/contributing.md"}
  ;; What the theme lacks for screen readers and keyboards.
  REPAIRS {
    "<pre>" "<pre tabindex=\"0\">"
    "<p><img" "<p tabindex=\"0\"><img"
    "<div class=\"table-wrapper" "<div tabindex=\"0\" class=\"table-wrapper"
    "role=\"heading\"" "role=\"heading\" aria-level=\"2\""
    "<aside class=\"sidebar-drawer\"" "<aside class=\"sidebar-drawer\" aria-label=\"Pages\""}
  PLAY (re.compile r"<!-- play: (.*) -->")  ; where the site links to models' pages, by name
  TABS ["write" "together" "teach"]
  LINK (re.compile r"(\]\(|src=\")([^)\s#\":]+)(#[^)\s]*)?(?=\)|\")")
  SETTINGS {
    "project" "lstm_textgen"
    "copyright" "the lstm_textgen authors"
    "html_title" "lstm_textgen"
    "extensions" ["myst_parser" "sphinx_copybutton"]
    "myst_heading_anchors" 3
    "smartquotes" False  ; quotes in commands must stay as they are
    "exclude_patterns" []
    "html_theme" "furo"
    "html_static_path" ["_static"]
    "html_css_files" ["site.css"]
    "html_copy_source" False
    "html_show_sphinx" False
    "html_show_search_summary" False  ; browsers don't let a page on disk read other files
    "copybutton_prompt_text" "$ "
    "copybutton_line_continuation_character" "\\"
    "highlight_language" "text"
    "pygments_style" "a11y-high-contrast-light"})


(defn main [[play None]]
  "Build the site in TARGET, with the pages in the folder `play`; return whether it had warnings."
  (setv warnings (build TARGET play))
  (print (or warnings f"{(/ TARGET "index.html")}"))
  (bool warnings))


(defn build [target [play None]]
  "Build the site in the folder `target`, with `play`; return Sphinx's warnings, lines of text."
  (setv warnings (StringIO))
  (with [stage (TemporaryDirectory)]
    (setv stage (Path stage))
    (lay-out stage)
    (when play (link-play (/ stage "pages" "index.md")))
    (shutil.rmtree target :ignore-errors True)
    (.build (Sphinx (/ stage "pages") None target (/ stage "doctrees") "html"
      :confoverrides SETTINGS
      :status None
      :warning warnings)))
  (for [path (.rglob target "*.html")]
    (setv text (.read-text path :encoding "utf-8"))
    (for [[old new] (.items REPAIRS)] (setv text (.replace text old new)))
    (.write-text path text :encoding "utf-8"))
  (when play (shutil.copytree play (/ target "play")))
  (.getvalue warnings))


;; * The pages for Sphinx

(defn lay-out [stage]
  "Write every page of the site, as Markdown, into the folder `stage`/pages."
  (setv
    pages (/ stage "pages")
    modules (listed-modules))
  (shutil.copytree DOCS pages :ignore (shutil.ignore-patterns "*.md"))
  (shutil.copytree (/ ROOT "tools" "site") (/ pages "_static"))
  (for [path (.rglob DOCS "*.md")] (put pages (.relative-to path ROOT) modules))
  (for [name PROJECT] (put pages (Path name) modules))
  (for [name modules] (put-module pages name))
  (.mkdir (/ pages "files"))
  (shutil.copy (/ ROOT "LICENSE") (/ pages "files"))  ; the one file that they link to unchanged
  (.write-text (/ pages "code" "index.md") (code-index modules) :encoding "utf-8")
  (with [file (open (/ pages "index.md") "a" :encoding "utf-8")]
    (.write file (table-of-contents modules))))


(defn put [pages source modules]
  "Write into `pages` the page for the Markdown file `source`, a path from the root."
  (setv
    target (/ pages (page-of source modules))
    text (shaded (generated (.read-text (/ ROOT source) :encoding "utf-8"))))
  (.mkdir target.parent :parents True :exist-ok True)
  (.write-text target (relinked text source modules) :encoding "utf-8"))


(defn link-play [path]
  "List the pages to play with, and their tabs, where the page at `path` names them."
  (defn entry [name]
    (setv links (gfor tab TABS f"<a href='play/{name}.html#{tab}'>{tab}</a>"))
    f"- {(.capitalize name)}: {(.join ", " links)}")
  (.write-text path :encoding "utf-8"
    (.sub PLAY
      (fn [found] (.join "\n" ["Here they are:\n" #* (map entry (.split (get found 1)))]))
      (.read-text path :encoding "utf-8"))))


(defn page-of [path modules]
  #[[Return the place in the site of the file at `path`, from the root; None if it has none.

  `modules` are the names of those with a page; other files can be downloaded.]]
  (setv name (.as-posix path))
  (cond
    (in name PROJECT) (Path (get PROJECT name))
    (.startswith name "docs/") (Path (.removeprefix name "docs/"))
    (in name modules) (Path "code" f"{(.removesuffix name ".hy")}.md")
    (.is-file (/ ROOT name)) (Path "files" name)))


(defn relinked [text source modules]
  "Return the `text` of the page at `source` with its links adapted to the site."
  (setv here (page-of source modules))
  (.sub LINK
    (fn [found]
      (setv
        [before link anchor] (.groups found)
        path (Path (os.path.normpath (/ source.parent link)))
        page (page-of path modules))
      (when (is page None) (raise (ValueError f"{source}: there is no {link}")))
      (+ before (os.path.relpath page here.parent) (or anchor "")))
    text))


(defn table-of-contents [modules]
  "Return the sidebar's sections, as Sphinx expects them at the end of the first page."
  (setv text (.read-text (/ DOCS "README.md") :encoding "utf-8"))
  (.join "" (gfor
    [caption links] (.findall SECTION (.replace text "**\n" "**\n- [Contents](README.md)\n" 1))
    :setv entries (gfor
      [title link] (.findall ENTRY links)
      :setv page (page-of (Path (os.path.normpath f"docs/{link}")) modules)
      f"{(.upper (get title 0))}{(cut title 1 None)} <{(.with-suffix page "")}>\n")
    (+ f"\n\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n" (.join "" entries)
      (if (= caption "The project") "code/index\n```\n" "```\n")))))


;; * The program's source

(defn listed-modules []
  "Return a dict from the path of each module, lol.hy and serve.hy to its description."
  (setv
    text (.read-text (/ ROOT "CONTRIBUTING.md") :encoding "utf-8")
    [layout] (re.findall r"(?ms)^## Layout\n.*?^```\n(.*?)^```" text))
  {
    #** (dfor
      line (.splitlines layout)
      :setv [name what] (.split line :maxsplit 1)
      f"lstm_textgen/{name}" what)
    "corpora/lol.hy" "not of the program: a grammar and a recipe"
    "examples/serve.hy" "not of the program: an example server"})


(defn put-module [pages name]
  "Write the page of the module `name` in `pages`: its source, which the search ignores."
  (setv target (/ pages (page-of (Path name) [name])))
  (.mkdir target.parent :parents True :exist-ok True)
  (.write-text target :encoding "utf-8"
    (+ f"---\nnosearch: true\n---\n# {name}\n\n``````hy\n"
      (.read-text (/ ROOT name) :encoding "utf-8")
      "``````\n")))


(defn code-index [modules]
  "Return the page that lists the `modules`, a dict from names to descriptions."
  (setv pages (dfor name modules name (.removesuffix name ".hy")))
  (+ "# The program's source\n\n"
    "Every module, in the order in which they build on each other: a module imports only those\n"
    "above it.\n\n| module | what it is |\n| --- | --- |\n"
    (.join "" (gfor
      [name what] (.items modules)
      f"| [{name}]({(get pages name)}.md) | {what} |\n"))
    "\n```{toctree}\n:hidden:\n\n"
    (.join "" (gfor [name page] (.items pages) f"{name} <{page}>\n"))
    "```\n"))


(when (= __name__ "__main__")
  (sys.exit (main #* (cut sys.argv 1 None))))
