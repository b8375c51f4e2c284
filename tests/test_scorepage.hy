"The page of shaded text, read as a browser would read it."

(eval-when-compile (require hyrule [unless]))
(import
  html.parser [HTMLParser]
  math
  re
  numpy :as np
  pytest
  lstm-textgen.pages.score [LIMIT Page SHADES UNKNOWN])

(setv
  pytestmark pytest.mark.quick
  VOID ["meta" "!doctype"])


(defclass Reader [HTMLParser]
  "Collects #(shade text) of each run of one shade; sees that every element is closed."

  (defn __init__ [self]
    (.__init__ (super))
    (setv
      self.runs []
      self.legend []
      self.open []
      self.texts []))

  (defn handle-starttag [self tag attributes]
    (unless (in tag VOID)
      (.append self.open #(tag (dict attributes)))))

  (defn handle-endtag [self tag]
    (assert (= tag (get (.pop self.open) 0))))

  (defn handle-data [self data]
    (.append self.texts data)
    (match (cut self.open -2 None)
      [_ #("pre" _)] (.append self.runs #("" data))
      [#("pre" _) #("i" shade)] (.append self.runs #((.join "" shade) data))
      [_ #("i" shade)] (.append self.legend (.join "" shade)))))


(defn read-html [page]
  "Return the `Reader` that has read `page`."
  (setv reader (Reader))
  (.feed reader page.text)
  (.close reader)
  (assert (= reader.open []))
  reader)


(defn runs-on [page]
  "Return #(shade text) of each run of units on `page`."
  (. (read-html page) runs))


(defn page-of [units bits [unit "characters"] [name "a text"]]
  (setv page (Page unit))
  (add-text page name units bits)
  page)


(defn add-text [page name units bits [summary "3 bits"]]
  (.begin page name)
  (.add page units (* (np.array bits float) (math.log 2)))
  (.end page summary))


(defn test-each-run-of-characters-has-its-shade []
  (assert (= (runs-on (page-of "aé\n☃bcd" [0.25 7.5 30 np.nan 1.1 1.9 2])) [
    #("" "a")
    #("g" "é")
    #("h" "↵\n")
    #("u" "☃")
    #("a" "bc")
    #("b" "d")])))


(defn test-what-the-model-held-for-impossible-has-the-darkest-shade []
  (assert (= (runs-on (page-of "a" [np.inf])) [#("h" "a")])))


(defn test-words-are-shaded-whole []
  (assert (= (runs-on (page-of ["hello" " world"] [1 2] :unit "words"))
    [#("a" "hello") #("b" " world")])))


(defn test-a-page-is-at-most-eight-times-as-large-as-its-text []
  (setv
    units (* "heylo, said the dog to the fog. " 900)
    ;; As a small model is surprised: a third below 1 bit, two bits on average.
    surprise (.exponential (np.random.default-rng 1) 2.5 (len units))
    page (page-of units surprise))
  (assert (< (len (.encode page.text)) (* 8 (len units)))))


(defn test-the-page-says-what-is-shaded []
  (assert (in "shade of each character" (. (page-of "a" [1]) text)))
  (assert (in "shade of each word" (. (page-of ["a"] [1] :unit "words") text))))


(defn test-the-legend-has-every-shade-and-each-has-its-bits []
  (setv page (Page "characters"))
  (assert (= (. (read-html page) legend) [#* SHADES UNKNOWN]))
  (for [shade [#* (cut SHADES 1 None) UNKNOWN]]
    (assert (re.search (+ r"\n\[" shade r"\] \{ --shade: \d+%; --bits: ") page.text))))


(defn test-the-text-has-a-language-and-a-direction-of-its-own []
  (setv text (. (page-of "سلام" [1 1 1 1] :name "سلام.txt") text))
  (assert (in "<html lang=\"en\">" text))
  (assert (in "<pre lang=\"\" dir=\"auto\"><i a>سلام</i></pre>" text))
  (assert (in "<h2 lang=\"\" dir=\"auto\">سلام.txt</h2>" text)))


(defn [(pytest.mark.parametrize "text" ["<script>alert(1)</script> & \"'</pre>" "$unit ${x} $$"])]
    test-a-text-that-looks-like-html-or-a-template-stays-text [text]
  (setv page (page-of text (* [1] (len text)) :name f"{text}.txt"))
  (assert (= text (.join "" (gfor [_ run] (runs-on page) run))))
  (assert (in f"{text}.txt" (. (read-html page) texts))))


(defn [(pytest.mark.parametrize #("character" "shown") [#("\x1b" "␛") #("\u202e" "\\u202e")])]
    test-control-characters-are-shown [character shown]
  (assert (= shown (get (runs-on (page-of character [1])) 0 1))))


(defn test-texts-stand-on-the-page-in-order-with-their-sums []
  (setv page (page-of "a" [1] :name "first"))
  (add-text page "second" "b" [1] "<4 bits>")
  (setv texts (. (read-html page) texts))
  (assert (= ["first" "3 bits" "second" "<4 bits>"]
    (lfor text texts :if (in text ["first" "3 bits" "second" "<4 bits>"]) text))))


(defn test-a-page-has-room-for-so-many-units-and-says-what-it-left-out []
  (setv
    room (- LIMIT 10)
    page (page-of (* "a" room) (* [1] room)))
  (add-text page "another" (* "b" 30) (* [1] 30) "all of it")
  (assert (= (sum (gfor [_ run] (runs-on page) (len run))) LIMIT))
  (assert (in "all of it; the last 20 are not shown: a page has room for 100,000" page.text)))


(defn test-the-page-needs-nothing-from-elsewhere []
  (setv text (. (page-of "a" [1]) text))
  (for [word ["http" "<script" "<link" "src=" "url("]]
    (assert (not-in word text))))


(defn test-the-page-suits-dark-screens []
  (assert (in "color-scheme: light dark" (. (Page "characters") text))))
