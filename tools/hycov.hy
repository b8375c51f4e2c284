#[[Prints the package's lines that the tests ran: `python -m hy tools/hycov.hy`.

coverage.py measures Hy code like Python (pyproject.toml says where, CONTRIBUTING.md how), but only
the bytecode tells which lines of a .hy file can run, so the report is made here. The status is 1
if the percentage is below `fail_under` in pyproject.toml.]]

(import
  itertools [groupby]
  sys
  types [CodeType]
  coverage [Coverage]
  tools.forms [ROOT read-source])


(defn main []
  "Print a line for each module; return whether the coverage is too low."
  (setv
    measured (Coverage :config-file (str (/ ROOT "pyproject.toml")))
    [all-lines all-missing] [0 0])
  (.combine measured)
  (for [path (sorted (.rglob (/ ROOT "lstm_textgen") "*.hy"))]
    (setv
      source (read-source path)
      lines (lines-with-code source)
      missing (- lines (set (or (.lines (.get-data measured) (str path)) []))))
    (+= all-lines (len lines))
    (+= all-missing (len missing))
    (print (row source.path (len lines) (len missing)) (.join ", " (ranges missing))))
  (print (row "total" all-lines all-missing))
  (< (share all-lines all-missing) (.get-option measured "report:fail_under")))


(defn lines-with-code [source]
  "Return the set of the lines in `source`, a `Source`, that have bytecode."
  (setv
    code (compile source.tree source.path "exec")
    parts [code])
  (for [part parts]  ; grows
    (.extend parts (gfor constant part.co-consts :if (isinstance constant CodeType) constant)))
  (sfor part parts [_ _ line] (.co-lines part) :if line line))


(defn share [lines missing]
  "Return the percentage of `lines` that are not `missing`."
  (if lines (/ (* 100 (- lines missing)) lines) 100))


(defn row [name lines missing]
  "Return a row of the report, without the missing lines."
  f"{name :<40} {lines :>5} lines {(share lines missing) :>6.1f}%")


(defn ranges [numbers]
  "Return the integers `numbers` as texts, with ranges for consecutive ones: 1, 4-6."
  (lfor
    [_ group] (groupby (enumerate (sorted numbers)) (fn [pair] (- (get pair 1) (get pair 0))))
    :setv run (lfor [_ number] group number)
    (if (= (len run) 1) (str (get run 0)) f"{(get run 0)}-{(get run -1)}")))


(when (= __name__ "__main__")
  (sys.exit (main)))
