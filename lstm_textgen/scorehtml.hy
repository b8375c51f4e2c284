#[[A page that shades each character or word of a text by how much it surprised the model.

The page is one file that needs no other, fetches nothing and runs no script.]]

(import
  html [escape]
  math
  lstm_textgen.terminal [visible])

(setv
  LIMIT 100_000  ; units on a page: it has some 4 MB then, and browsers still scroll it smoothly
  STEPS 9  ; of shading: below 1 bit, below 2 … and 8 or more
  HEAD #[[<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>How surprised the model was</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 50em; margin: 2em auto; padding: 0 1em; font: 1rem/1.7 system-ui, sans-serif; }
pre { font: 1rem/1.7 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
i { font-style: normal; border-radius: 2px; }
i:hover { outline: 2px solid; }
.u { outline: 1px dotted; }
]]
  STYLE-STEP ".s{} {{ background: rgb(225 65 40 / {}%); }}"
  LEGEND #[[</style>
<h1>How surprised the model was</h1>
<p>Bits of surprise: 1 bit is a coin toss, each further bit half as likely. Point at a {} to see its own.</p>
<p>{} <i class="u">unknown to the model</i></p>
]])


(defclass Page []
  "Collects texts with their surprise, at most `LIMIT` units in all; `text` is the page."

  (defn __init__ [self unit]
    "`unit` is what the model writes by: characters or words."
    (setv
      steps (.join "\n" (gfor  n (range STEPS)  (.format STYLE-STEP n (* 10 n))))
      names (.join " " (gfor  n (range STEPS)  f"<i class=\"s{n}\">&nbsp;{(_step-name n)}&nbsp;</i>"))
      self.left LIMIT
      self._parts [(+ HEAD steps "\n" (.format LEGEND (.removesuffix unit "s") names))]))

  (defn begin [self name]
    "Begin with the text called `name`."
    (setv self.left-out 0)
    (.append self._parts f"<h2>{(escape (visible name))}</h2>\n<pre>"))

  (defn add [self units nats]
    "Add `units` (strings) with the surprise of each, `nats` (len(units),), NaN for one that the model doesn't know."
    (setv shown (min self.left (len units)))
    (-= self.left shown)
    (+= self.left-out (- (len units) shown))
    (.extend self._parts (gfor
      [unit surprise] (zip (cut units shown) (.tolist (cut nats shown)))
      (_span unit surprise))))

  (defn end [self summary]
    "End the text with a line that sums it up."
    (when self.left-out
      (+= summary f"; {self.left-out :,} of them are not shown, since the page has room for {LIMIT :,}"))
    (.append self._parts f"</pre>\n<p>{(escape (visible summary))}</p>\n"))

  (defn [property] text [self]
    (.join "" [#* self._parts "</html>\n"])))


(defn _step-name [n]
  (cond
    (= n 0) "below 1"
    (= n (- STEPS 1)) f"{n} or more"
    True f"{n} to {(+ n 1)}"))


(defn _span [unit nats]
  "Return a unit as HTML, with its shade and what pointing at it shows. Line breaks get a sign of their own."
  (setv shown (.replace (escape (visible unit)) "\n" "↵\n"))
  (when (math.isnan nats)
    (return f"<i class=\"u\" title=\"unknown\">{shown}</i>"))
  (setv bits (/ nats (math.log 2)))
  f"<i class=\"s{(min (int bits) (- STEPS 1))}\" title=\"{bits :.2f} bits\">{shown}</i>")
