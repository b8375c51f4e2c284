#[[The figures of the documentation, each from a file of results.

A benchmark with `--results NAME` stores its figures in `bench/results/NAME.json`. On a page the
comment `<!-- figure: NAME.VALUE -->` means the first number after it. `<!-- figures: NAME -->`
before a table means the first number of each cell: its value is `ROW.COLUMN`, the slugs of the
row's first cell and of the column's title. Cells without such a value aren't results.

A page shows a value rounded, to the decimals or the trailing zeros that it has there.]]

(eval-when-compile (require hyrule [unless]))
(import
  functools [cache]
  json
  re
  tools.forms [ROOT])

(setv
  RESULTS (/ ROOT "bench" "results")
  KEYS #{"program" "edition" "command" "machine" "versions" "date" "values"}
  NUMBER r"(?<![\w.,])[+−-]?\d+(?:,\d{3})*(?:\.\d+)?"
  MARKED (re.compile (+ r"<!-- figure: ([\w-]+)\.(\S+) -->([^\d\n]*?)" f"({NUMBER})"))
  TABLE (re.compile r"<!-- figures: ([\w-]+) -->\n\n?((?:\|.*\n)+)"))


;; * Files of results

(defn slug [text]
  "Return `text` as a part of a figure's name: its words and numbers, joined by hyphens."
  (.strip (re.sub r"[\W_]+" "-" (.lower (re.sub "<!--.*?-->" "" text))) "-"))


(defn load-result [name]
  "Return the result `NAME.json`, a dict with `KEYS`; raise `ValueError` if it is incomplete."
  (setv path (/ RESULTS f"{name}.json"))
  (unless (.exists path) (raise (ValueError f"there is no {path.name} in bench/results")))
  (setv
    result (json.loads (.read-text path :encoding "utf-8"))
    lacking (- KEYS (set result)))
  (when lacking (raise (ValueError f"{path.name} lacks {(.join ", " (sorted lacking))}")))
  result)


(defn edition-of [program]
  "Return the edition of a benchmark `program`, which counts the changes of what it measures."
  (setv text (.read-text (/ ROOT program) :encoding "utf-8"))
  (int (get (re.search r"\bEDITION (\d+)" text) 1)))


(defn stale? [result]
  "Return whether a `result` is older than the last change of what its program, if any, measures."
  (setv program (get result "program"))  ; None: measured by hand, by the command
  (bool (and program (< (get result "edition") (edition-of program)))))


;; * Pages

(defn filled [text [lookup None]]
  #[[Return a page's `text` with each figure that differs from its result replaced.

  `lookup` returns the values of a result by its name, a dict from names to #(value unit). Raise
  `ValueError` for a comment that names no result or value, or has no number after it.]]
  (setv lookup (or lookup (cache (fn [name] (get (load-result name) "values")))))
  (defn fill-marked [found]
    (setv [name key between shown] (.groups found))
    (unless (in key (lookup name)) (raise (ValueError f"no value {key} in {name}.json")))
    (+ (cut found.string (.start found) (.start found 4))
      (corrected shown (get (lookup name) key 0))))
  (for [found (.finditer (re.compile r"<!-- figure: (\S+) -->") text)]
    (unless (.match MARKED text (.start found))
      (raise (ValueError f"no number after the comment for {(get found 1)}"))))
  (setv text (.sub MARKED fill-marked text))
  (.sub TABLE
    (fn [found]
      (.replace (get found 0) (get found 2)
        (filled-table (get found 2) (lookup (get found 1)) (get found 1))))
    text))


(defn filled-table [table values name]
  "Return a `table`, lines in Markdown, with the `values` of the result `name` in its cells."
  (setv
    [header rule #* rows] (.splitlines table)
    titles (list (map slug (cells-of header)))
    lines [header rule])
  (for [row rows]
    (setv
      cells (cells-of row)
      keys (lfor title titles f"{(slug (get cells 0))}.{title}"))
    (unless (& (set keys) (set values))
      (raise (ValueError f"no cell of the row {(.strip (get cells 0))} is in {name}.json")))
    (for [[n key] (enumerate keys)  :if (and n (in key values))]
      (setv (get cells n) (re.sub NUMBER
        (fn [found] (corrected (get found 0) (get values key 0)))
        (get cells n)
        :count 1)))
    (.append lines f"|{(.join "|" cells)}|"))
  (+ (.join "\n" lines) "\n"))


(defn cells-of [row]
  "Return the cells of a table's `row`, with the spaces around them."
  (.split (cut (.strip row) 1 -1) "|"))


(defn corrected [shown value]
  "Return the number `shown` if it is `value`, rounded; otherwise `value` with the same decimals."
  (setv
    [whole _ decimals] (.partition shown ".")
    digits (re.sub r"\D" "" whole)
    zeros (- (len digits) (len (.rstrip digits "0")))
    ;; At least two digits are not rounded away.
    rounded (if decimals (- (len decimals)) (max 0 (min zeros (- (len digits) 2))))
    number (read-number shown))
  (when (<= (abs (- number value)) (* 0.5000001 (** 10 rounded))) (return shown))
  (.replace (format value (+ (if (.startswith shown "+") "+" "") f",.{(len decimals)}f"))
    "-" "−"))


(defn read-number [shown]
  "Return the number that is `shown` on a page, such as 1,000 or −0.5."
  (float (.replace (.replace shown "," "") "−" "-")))
