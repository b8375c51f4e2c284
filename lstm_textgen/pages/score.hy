#[[A page that shades each unit of a text by its surprise under the model.

A click on a unit shows the likeliest units in its place. assets/score.js is the page.]]

(import
  numpy :as np
  lstm-textgen.pages.assembly [assemble base64 fill])

(setv
  LIMIT 100_000  ; units on a page: about 3 MB, which browsers still scroll smoothly
  ALTERNATIVES 5)  ; of the likeliest units, for each place


(defclass Page []
  "Collects texts with their surprise, at most `LIMIT` units in total; `text` is the page."

  (defn __init__ [self vocabulary]
    "`vocabulary` (a `Vocabulary`) is the model's."
    (setv [self.vocabulary self.left self._texts] [vocabulary LIMIT []]))

  (defn begin [self name]
    "Begin the text called `name`."
    (setv [self.name self.left-out self._stretches] [name 0 []]))

  (defn add [self stretch]
    "Add a `Stretch` with the likeliest units of each place."
    (setv shown (min self.left (len stretch.units)))
    (-= self.left shown)
    (+= self.left-out (- (len stretch.units) shown))
    (.append self._stretches [
      (cut stretch.units shown)
      (np.exp (- (cut stretch.nats shown)))
      #* (gfor part stretch.likeliest (cut part shown))]))

  (defn end [self summary]
    "End the text with a line that summarises it."
    (when self.left-out
      (+= summary f"; the last {self.left-out :,} are not shown: a page holds at most {LIMIT :,}"))
    (setv [units odds ids other-odds] (zip #* self._stretches))
    (.append self._texts {
      "name" self.name
      "summary" summary
      "units" (if (isinstance (get units 0) str) (.join "" units) (sum units []))
      "odds" (_packed odds "<f2")
      "otherIds" (_packed ids (if (<= self.vocabulary.size 0x10000) "<u2" "<u4"))
      "otherOdds" (_packed other-odds "<f2")}))

  (defn [property] text [self]
    "The page, as HTML."
    (assemble "Surprise by unit"
      (fill "score.html" :unit self.vocabulary.singular)
      :styles ["text.css"]
      :scripts ["binary.js" "units.js" "page.js" "textview.js" "alternatives.js" "score.js"]
      :data {"scores" {
        "vocabulary" self.vocabulary.units
        "unknown" self.vocabulary.unknown
        "texts" self._texts}})))


(defn _packed [arrays kind]
  "Return `arrays`, joined, in base64; each number as NumPy's `kind` of it."
  (base64 (.tobytes (.astype (np.concatenate (list arrays)) kind))))
