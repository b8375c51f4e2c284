#[[A page that shades each character or word of a text by how much it surprised the model.

The page is one file that needs no other, fetches nothing and runs no script. Its HTML is in
assets/: score.html is the page, score-text.html a text on it, score-run.html a run of its units of
one shade.]]

(import
  html [escape]
  itertools [groupby]
  math [isnan]
  operator [itemgetter]
  pathlib [Path]
  string [Template]
  lstm-textgen.scoring [bits]
  lstm-textgen.terminal [visible])

(setv
  LIMIT 100_000  ; units on a page: it has some 0.7 MB then, and browsers still scroll it smoothly
  ;; The attribute for each step of shading, as score.html has them: none below 1 bit, then below
  ;; 2, 3 … and for 8 or more. It is as short as can be, since there are so many.
  SHADES ["" "a" "b" "c" "d" "e" "f" "g" "h"]
  UNKNOWN "u")  ; the attribute of what the model doesn't know


(defclass Page []
  "Collects texts with their surprise, at most `LIMIT` units in all; `text` is the page."

  (defn __init__ [self unit]
    "`unit` is what the model writes by: characters or words."
    (setv
      self.unit (.removesuffix unit "s")
      self.left LIMIT
      self._texts []
      self._text-template (_template "score-text.html")
      self._run-template (_template "score-run.html")))

  (defn begin [self name]
    "Begin with the text called `name`."
    (setv
      self.name name
      self.left-out 0
      self._runs []))

  (defn add [self units nats]
    #[[Add `units` (strings) with the surprise of each, `nats` (len(units),).

    That is NaN for a unit that the model doesn't know. Neighbours of one shade are joined.]]
    (setv shown (min self.left (len units)))
    (-= self.left shown)
    (+= self.left-out (- (len units) shown))
    (setv shades (map _shade (.tolist (bits (cut nats shown)))))
    (for [[shade run] (groupby (zip shades units) (itemgetter 0))]
      (setv text (_html (.join "" (gfor [_ unit] run unit))))
      (.append self._runs (if shade
        (.substitute self._run-template :shade shade :text text)
        text))))

  (defn end [self summary]
    "End the text with a line that sums it up."
    (when self.left-out
      (+= summary f"; the last {self.left-out :,} are not shown: a page has room for {LIMIT :,}"))
    (.append self._texts (.substitute self._text-template
      :name (escape (visible self.name))
      :runs (.join "" self._runs)
      :summary (escape (visible summary)))))

  (defn [property] text [self]
    "The page, as HTML."
    (.substitute (_template "score.html") :unit self.unit :texts (.join "\n" self._texts))))


(defn _template [name]
  "Return the `Template` in the file `name` of assets/, without the line break at its end."
  (setv path (/ (. (Path __file__) parent) "assets" name))
  (Template (.removesuffix (.read-text path :encoding "utf-8") "\n")))


(defn _html [text]
  "Return `text` as HTML, with a sign of their own for line breaks."
  (.replace (escape (visible text)) "\n" "↵\n"))


(defn _shade [surprise]
  "Return the attribute for a `surprise` in bits."
  (if (isnan surprise)
    UNKNOWN
    (get SHADES (int (min surprise (- (len SHADES) 1))))))
