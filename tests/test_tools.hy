"The programs of tools/: the newcomer's commands, the figures of the documentation."

(import
  contextlib [closing]
  json
  re
  sys
  pytest
  bench.common :as common
  tests.helpers [ROOT write]
  tools.blocks [page-paths]
  tools.newcomer [BASH ENVIRONMENT Terminal follow]
  tools.results [RESULTS filled load-result stale?])

(setv
  pytestmark pytest.mark.quick
  NAMES (sorted (gfor path (.glob RESULTS "*.json") path.stem))
  PAGES [#* (page-paths) (/ ROOT "bench" "README.md")]
  VALUES {"512-64.ours" [43_640 "characters/s"]  "x.loss" [2.0774 "bits per character"]})


;; * The newcomer: commands go into one shell, and fail where a newcomer would

(defn type-pages [folder commands]
  "Type a README with these console `commands` and an empty tutorial; both are in `folder`."
  (write (/ folder "README.md") f"# A\n```console\n{commands}\n```\n")
  (write (/ folder "docs" "tutorial.md"))
  (with [terminal (closing (Terminal BASH :cwd folder :env ENVIRONMENT))]
    (follow folder terminal False)))


(defn test-commands-are-typed-into-one-shell-on-a-terminal [tmp-path]
  (type-pages tmp-path "$ cd docs && x='a b'\n$ ls; echo \"$x\"; test -t 1\ntutorial.md\na b"))


(defn [(pytest.mark.parametrize "commands" [
      "$ true\n$ false\n$ touch next" "$ echo a\nb\n$ touch next"])]
    test-the-first-command-that-fails-or-prints-something-else-ends-it [tmp-path capsys commands]
  (with [ended (pytest.raises SystemExit)]
    (type-pages tmp-path commands))
  (assert (= ended.value.code 1))
  (assert (in "README.md:" (. (.readouterr capsys) out)))
  (assert (not (.exists (/ tmp-path "next")))))


;; * Figures: each agrees with its file of results, and none is stale

(defn fill [text] (filled text (fn [name] VALUES)))


(defn [(pytest.mark.parametrize "path" PAGES :ids (lfor path PAGES
      (.as-posix (.relative-to path ROOT))))]
    test-the-figures-of-a-page-are-those-of-the-results [path]
  (setv text (.read-text path :encoding "utf-8"))
  (assert (= (filled text) text)))


(defn [(pytest.mark.parametrize "name" NAMES)]
    test-a-result-is-of-the-present-edition-of-its-benchmark [name]
  (setv result (load-result name))
  (assert (not (stale? result)))
  (assert (re.fullmatch r"20\d\d-\d\d-\d\d" (get result "date")))
  (assert (all (gfor [value unit] (.values (get result "values")) (+ (str value) unit)))))


(defn test-every-result-is-shown []
  (setv
    pages (.join "\n" (gfor path PAGES (.read-text path :encoding "utf-8")))
    shown (set (re.findall r"<!-- figures?: ([\w-]+)" pages)))
  (assert (= shown (set NAMES))))


(defn [(pytest.mark.parametrize #("text" "shown" "value") [
    #("In 3 minutes <!-- figure: a.x.loss -->{}, <!-- figure: a.x.loss -->about 2."
      "2.09 bits" "2.08 bits")
    #((+ "<!-- figures: a -->\n| network | Ours | share |\n|---|---|---|\n"
        "| **512, 64** | {} | 5% |\n") "43,641 (9 rounds)" "43,640 (9 rounds)")])]
    test-a-comment-names-the-number-after-it-or-a-table-s-cells [text shown value]
  (assert (= (fill (.format text shown)) (.format text value))))


(defn [(pytest.mark.parametrize "text" [
    "<!-- figure: a.y.loss -->2.08" "<!-- figure: a.x.loss -->low\n2.08"
    "<!-- figures: a -->\n| a | b |\n|---|---|\n| c | 1 |\n"])]
    test-a-figure-without-a-value-is-an-error [text]
  (with [_ (pytest.raises ValueError)] (fill text)))


(defn test-a-benchmark-stores-the-numbers-of-its-tables [monkeypatch tmp-path capsys]
  (monkeypatch.setattr common "RESULTS" tmp-path)
  (monkeypatch.setattr common "NOTED" {})
  (monkeypatch.setattr sys "argv" ["bench/page.hy" "--results" "page-x" "8"])
  (with [_ (common.results (/ ROOT "bench" "page.hy") 3)]
    (common.print-header "characters per second" "idle" "share" :unit "characters/s")
    (for [speed ["1,000" "1,200" "1,100"]]
      (common.print-row "reading" speed "0.47×"))
    (common.note "alone" "−2 s"))
  (setv result (json.loads (.read-text (/ tmp-path "page-x.json"))))
  (assert (= (get result "values") {
    "reading.idle" [1100 "characters/s"]  "reading.share" [0.47 "×"]  "alone" [-2 "s"]}))
  (assert (= (get result "command") "python -m hy bench/page.hy 8"))
  (assert (= (get result "edition") 3))
  (assert (in "| reading | 1,200 | 0.47× |" (. (.readouterr capsys) out))))
