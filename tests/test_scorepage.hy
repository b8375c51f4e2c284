"The page of shaded text, read as a browser would read it."

(eval-when-compile (require hyrule [unless]))
(import
  html.parser [HTMLParser]
  math
  numpy :as np
  pytest
  lstm-textgen.pages.score [LIMIT Page STEPS])

(setv
  pytestmark pytest.mark.quick
  VOID ["meta" "!doctype"])


(defclass Reader [HTMLParser]
  "Collects [class title text] of each shaded element; sees that every other element is closed."

  (defn __init__ [self]
    (.__init__ (super))
    (setv
      self.spans []
      self.open []
      self.texts []))

  (defn handle-starttag [self tag attributes]
    (unless (in tag VOID)
      (.append self.open tag))
    (when (= tag "i")
      (setv attributes (dict attributes))
      (.append self.spans [(get attributes "class") (.get attributes "title") ""])))

  (defn handle-endtag [self tag]
    (assert (= tag (.pop self.open))))

  (defn handle-data [self data]
    (.append self.texts data)
    (when (= (cut self.open -1 None) ["i"])
      (+= (get self.spans -1 2) data))))


(defn read-html [page]
  "Return the `Reader` that has read `page`."
  (setv reader (Reader))
  (.feed reader page.text)
  (.close reader)
  (assert (= reader.open []))
  reader)


(defn units-on [page]
  "Return [class title text] of each unit on `page`; those of the legend have no title."
  (lfor span (. (read-html page) spans) :if (get span 1) span))


(defn page-of [units bits [unit "characters"] [name "a text"]]
  (setv page (Page unit))
  (add-text page name units bits)
  page)


(defn add-text [page name units bits [summary "3 bits"]]
  (.begin page name)
  (.add page units (* (np.array bits float) (math.log 2)))
  (.end page summary))


(defn test-each-character-has-its-shade-and-its-bits []
  (assert (= (units-on (page-of "aé\n☃" [0.25 7.5 30 np.nan])) [
    ["s0" "0.25 bits" "a"]
    ["s7" "7.50 bits" "é"]
    ["s8" "30.00 bits" "↵\n"]
    ["u" "unknown" "☃"]])))


(defn test-what-the-model-held-for-impossible-has-the-darkest-shade []
  (assert (= (units-on (page-of "a" [np.inf])) [["s8" "inf bits" "a"]])))


(defn test-words-are-shaded-whole []
  (assert (= (units-on (page-of ["hello" " world"] [1 2] :unit "words")) [
    ["s1" "1.00 bits" "hello"]
    ["s2" "2.00 bits" " world"]])))


(defn test-the-page-says-what-is-shaded []
  (assert (in "shade of each character" (. (page-of "a" [1]) text)))
  (assert (in "shade of each word" (. (page-of ["a"] [1] :unit "words") text))))


(defn test-the-legend-has-every-shade []
  (setv classes (lfor span (. (read-html (Page "characters")) spans) (get span 0)))
  (assert (= classes [#* (gfor n (range STEPS) f"s{n}") "u"])))


(defn [(pytest.mark.parametrize "text" ["<script>alert(1)</script> & \"'</pre>" "$unit ${x} $$"])]
    test-a-text-that-looks-like-html-or-a-template-stays-text [text]
  (setv page (page-of text (* [1] (len text)) :name f"{text}.txt"))
  (assert (= text (.join "" (gfor span (units-on page) (get span 2)))))
  (assert (in f"{text}.txt" (. (read-html page) texts))))


(defn [(pytest.mark.parametrize #("character" "shown") [#("\x1b" "␛") #("\u202e" "\\u202e")])]
    test-control-characters-are-shown [character shown]
  (assert (= shown (get (units-on (page-of character [1])) 0 2))))


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
  (assert (= (len (units-on page)) LIMIT))
  (assert (in "all of it; the last 20 are not shown: a page has room for 100,000" page.text)))


(defn test-the-page-needs-nothing-from-elsewhere []
  (setv text (. (page-of "a" [1]) text))
  (for [word ["http" "<script" "<link" "src=" "url("]]
    (assert (not-in word text))))


(defn test-the-page-suits-dark-screens []
  (assert (in "color-scheme: light dark" (. (Page "characters") text))))
