"The figures of the documentation: each agrees with its file of results, and none is stale."

(import
  json
  re
  sys
  pytest
  bench.common :as common
  tests.helpers [ROOT]
  tools.blocks [page-paths]
  tools.results [RESULTS corrected edition-of filled load-result stale?])

(setv
  pytestmark pytest.mark.quick
  NAMES (sorted (gfor path (.glob RESULTS "*.json") path.stem))
  PAGES [#* (page-paths) (/ ROOT "bench" "README.md")]
  VALUES {"512-64.ours" [43_640 "characters/s"]  "x.loss" [2.0774 "bits per character"]})


(defn fill [text] (filled text (fn [name] VALUES)))


;; * The pages and the files

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


(defn test-every-benchmark-has-an-edition []
  (for [path (.glob (/ ROOT "bench") "*.hy")  :if (not-in path.stem ["common" "peer"])]
    (assert (>= (edition-of (.as-posix (.relative-to path ROOT))) 1))))


;; * Filling

(defn [(pytest.mark.parametrize #("shown" "value" "right") [
    #("2.08" 2.0774 "2.08") #("2.1" 2.0774 "2.1") #("2.07" 2.0774 "2.08")
    #("60,000" 60_081 "60,000") #("61,000" 60_081 "60,081") #("10" 14 "14")
    #("−0.55" -0.551 "−0.55") #("−0.50" -0.551 "−0.55") #("+4.3" 4.4 "+4.4")
    #("1,000" 1234.4 "1,234")])]
    test-a-number-is-the-value-rounded-as-it-is-shown [shown value right]
  (assert (= (corrected shown value) right)))


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


;; * Writing

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


(defn test-without-a-name-nothing-is-stored [monkeypatch tmp-path]
  (monkeypatch.setattr common "RESULTS" tmp-path)
  (monkeypatch.setattr sys "argv" ["bench/page.hy"])
  (with [_ (common.results (/ ROOT "bench" "page.hy") 1)]
    (common.note "alone" "1"))
  (assert (= (list (.iterdir tmp-path)) [])))
