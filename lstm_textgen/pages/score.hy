#[[A page that shades each unit of a text by its surprise under the model.

A click on a unit shows the likeliest units in its place. assets/score.js is the page.]]

(eval-when-compile (require hyrule [meth]))
(import
  numpy :as np
  lstm-textgen.pages.assembly [SHARED assemble base64 fill phrases])

(setv
  SHADED 100_000)  ; units on a page: about 3 MB, which browsers still scroll smoothly


(defclass Page []
  "Collects texts with their surprise, at most `SHADED` units in total; `text` is the page."

  (meth __init__ [@vocabulary]
    "`vocabulary` (a `Vocabulary`) is the model's."
    (setv
      [@left @_texts] [SHADED []]
      [@left-out @_stretches] [0 []]))  ; of the text that is being added

  (meth add [stretch]
    "Add a `Stretch` of a text with the likeliest units of each place."
    (setv shown (min @left (len stretch.units)))
    (-= @left shown)
    (+= @left-out (- (len stretch.units) shown))
    (.append @_stretches [
      (cut stretch.units shown)
      (np.exp (- (cut stretch.nats shown)))
      #* (gfor part stretch.likeliest (cut part shown))]))

  (meth end [name summary]
    "End the text, which is called `name`, with a line that summarizes it."
    (when @left-out
      (+= summary f"; the last {@left-out :,} are not shown: a page holds at most {SHADED :,}"))
    (setv [units odds ids other-odds] (zip #* @_stretches))
    (.append @_texts {
      "name" name
      "summary" summary
      "units" (if (isinstance (get units 0) str) (.join "" units) (sum units []))
      "odds" (_packed odds "<f2")
      "otherIds" (_packed ids (if (<= @vocabulary.size 0x10000) "<u2" "<u4"))
      "otherOdds" (_packed other-odds "<f2")})
    (setv [@left-out @_stretches] [0 []]))

  (meth [property] text []
    "The page, as HTML."
    (assemble "How surprising is this text?" (fill "score.html" :unit @vocabulary.singular)
      :styles ["text.css"]
      :scripts ["binary.js" "page.js" "phrases.js" "shown.js" "textview.js" "alternatives.js"
        "score.js"]
      :blocks {"constants" SHARED  "phrases" (phrases #("panel." "shown.") ["en"])  "scores" {
        "vocabulary" @vocabulary.units  "unknown" @vocabulary.unknown  "texts" @_texts}})))


(defn _packed [arrays kind]
  "Return `arrays`, joined, in base64; each number as NumPy's `kind` of it."
  (base64 (.tobytes (.astype (np.concatenate (list arrays)) kind))))
