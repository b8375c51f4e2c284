#[[A page that shades each character or word of a text by how much it surprised the model.

The page is one file that needs no other, fetches nothing and runs no script. Its HTML is in
assets/: score.html is the page, score-text.html a text on it, score-unit.html a unit of a text.]]

(import
  html [escape]
  math [isnan]
  pathlib [Path]
  string [Template]
  lstm-textgen.scoring [bits]
  lstm-textgen.terminal [visible])

(setv
  LIMIT 100_000  ; units on a page: it has some 4 MB then, and browsers still scroll it smoothly
  STEPS 9)  ; of shading, as score.html has them: below 1 bit, below 2 … and 8 or more


(defclass Page []
  "Collects texts with their surprise, at most `LIMIT` units in all; `text` is the page."

  (defn __init__ [self unit]
    "`unit` is what the model writes by: characters or words."
    (setv
      self.unit (.removesuffix unit "s")
      self.left LIMIT
      self._texts []
      self._text-template (_template "score-text.html")
      self._unit-template (_template "score-unit.html")))

  (defn begin [self name]
    "Begin with the text called `name`."
    (setv
      self.name name
      self.left-out 0
      self._units []))

  (defn add [self units nats]
    #[[Add `units` (strings) with the surprise of each, `nats` (len(units),).

    That is NaN for a unit that the model doesn't know.]]
    (setv shown (min self.left (len units)))
    (-= self.left shown)
    (+= self.left-out (- (len units) shown))
    (.extend self._units (gfor
      [unit surprise] (zip (cut units shown) (.tolist (bits (cut nats shown))))
      (.substitute self._unit-template
        :unit (_html unit)
        :shade (_shade surprise)
        :surprise (if (isnan surprise) "unknown" f"{surprise :.2f} bits")))))

  (defn end [self summary]
    "End the text with a line that sums it up."
    (when self.left-out
      (+= summary f"; the last {self.left-out :,} are not shown: a page has room for {LIMIT :,}"))
    (.append self._texts (.substitute self._text-template
      :name (escape (visible self.name))
      :units (.join "" self._units)
      :summary (escape (visible summary)))))

  (defn [property] text [self]
    "The page, as HTML."
    (.substitute (_template "score.html") :unit self.unit :texts (.join "\n" self._texts))))


(defn _template [name]
  "Return the `Template` in the file `name` of assets/, without the line break at its end."
  (setv path (/ (. (Path __file__) parent) "assets" name))
  (Template (.removesuffix (.read-text path :encoding "utf-8") "\n")))


(defn _html [unit]
  "Return `unit` as HTML, with a sign of their own for line breaks."
  (.replace (escape (visible unit)) "\n" "↵\n"))


(defn _shade [surprise]
  "Return the CSS class for a `surprise` in bits."
  (if (isnan surprise) "u" f"s{(int (min surprise (- STEPS 1)))}"))
